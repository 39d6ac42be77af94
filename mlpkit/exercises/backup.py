"""Take the whole workbook out of a notebook with one click, and bring it in again with another.

Some servers forget everything after ten idle minutes; the downloaded file does not.
"""

from __future__ import annotations

import base64

from .questions import live
from .result import framed
from .workbook import export_bytes, import_workbook, passed_names


class Backup:
    """A link that downloads the workbook, and a button that takes one in."""

    def __init__(self) -> None:
        self._button = _upload() if live() else None

    def __repr__(self) -> str:
        count = len(passed_names())
        return (
            f"Your workbook holds {count} function{'' if count == 1 else 's'}. Take it out with "
            "`mlpkit workbook export FILE`, bring it in with `mlpkit workbook import FILE`."
        )

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display({"text/plain": repr(self), "text/html": framed(self._link())}, raw=True)
        if self._button is not None:
            display(self._button)

    def _link(self) -> str:
        data = base64.b64encode(export_bytes()).decode() if live() else ""
        words = repr(self).split(". ")[0]
        if not data:
            return f"{words}. In a notebook, a link to download it stands here."
        return (
            f'{words}. <a download="my_mlpkit.zip" href="data:application/zip;base64,{data}">'
            "Download it</a> and bring it in again below, wherever you go on."
        )


def backup() -> Backup:
    """Show a link to download the workbook, and a button to bring one in.

    returns: something to show; without a browser, text
    """
    return Backup()


def _upload() -> object:
    import ipywidgets

    button = ipywidgets.FileUpload(accept=".zip", multiple=False, description="Bring a workbook in",
                                   layout={"width": "auto"})  # fmt: skip
    words = ipywidgets.HTML()

    def take(change: dict) -> None:
        if not change["new"]:
            return
        try:
            words.value = import_workbook(bytes(change["new"][0]["content"])) + "."
        except (OSError, ValueError) as error:
            from html import escape

            words.value = escape(str(error))

    button.observe(take, "value")
    return ipywidgets.VBox([button, words])
