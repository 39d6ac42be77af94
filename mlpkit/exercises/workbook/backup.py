"""Take the whole workbook out of a notebook with one click, and bring it in again with another.

Some servers forget everything after ten idle minutes; the downloaded file does not.
"""

from __future__ import annotations

from pathlib import Path

from ..._where import IN_BROWSER, place
from ..panel import LivePanel
from .store import passed_names
from .transfer import export_bytes, import_workbook

FOLDER = Path(__file__).parent
BY_COMMAND = "Take it out with `mlpkit workbook export FILE`, bring it in with `mlpkit workbook import FILE`."


class Backup(LivePanel):
    """A button that downloads the workbook as it is at that moment, and one that takes a workbook in."""

    def __init__(self) -> None:
        super().__init__("backup", _widget, f"{_holds()} {BY_COMMAND}")


def backup() -> Backup:
    """Show a button to download the workbook, and one to bring one in.

    returns: something to show; without a browser, text
    """
    return Backup()


def reminder() -> str:
    """What to do where the server will forget everything.

    returns: str, "" elsewhere
    """
    if not place().forgets:
        return ""
    command = "" if IN_BROWSER else " In a terminal, `mlpkit workbook export FILE` does the same."
    return f"{place().difference}.{command}"


def _holds() -> str:
    count = len(passed_names())
    return f"Your workbook holds {count} function{'' if count == 1 else 's'}."


def answer(asked: object, buffers: list) -> tuple[dict, list[bytes]]:
    """What is done when a button is pressed.

    asked: what the page says: {"ask": "download"} or {"ask": "import"}, the latter with a zip file's bytes
    returns: (message for the page, bytes that go with it)
    """
    wish = asked.get("ask") if isinstance(asked, dict) else None
    try:
        if wish == "download":
            return {"download": "my_mlpkit.zip", "text": _holds()}, [export_bytes()]
        if wish == "import" and buffers:
            return {"text": f"{import_workbook(bytes(buffers[0]))}. {_holds()}"}, []
    except (OSError, ValueError) as error:
        return {"text": f"It did not work, and nothing was changed: {error}"}, []
    return {"text": ""}, []


def _widget() -> object:
    import anywidget

    class Buttons(anywidget.AnyWidget):
        _esm = (FOLDER / "backup.js").read_text(encoding="utf-8")

    widget = Buttons()

    def pressed(_: object, asked: object, buffers: list) -> None:
        message, content = answer(asked, buffers)
        widget.send(message, content)

    widget.on_msg(pressed)
    return widget
