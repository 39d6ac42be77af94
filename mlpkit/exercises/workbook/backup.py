"""Take the whole workbook out of a notebook with one click, and bring it in again with another.

Some servers forget everything after ten idle minutes; the downloaded file does not.
"""

from __future__ import annotations

import base64
import os

from ..panel import framed
from ..quiz.form import live
from .store import passed_names
from .transfer import export_bytes, import_workbook


class Backup:
    """A link that downloads the workbook, and a button that takes one in."""

    def __init__(self) -> None:
        self._button = _upload() if live() else None

    def __repr__(self) -> str:
        return (
            f"{_holds()}. Take it out with `mlpkit workbook export FILE`, "
            "bring it in with `mlpkit workbook import FILE`."
        )

    def _ipython_display_(self) -> None:
        from IPython.display import display

        link = f"{download_link()} and bring it in again below, wherever you go on." if live() else repr(self)
        display({"text/plain": repr(self), "text/html": framed(link)}, raw=True)
        if self._button is not None:
            display(self._button)


def backup() -> Backup:
    """Show a link to download the workbook, and a button to bring one in.

    returns: something to show; without a browser, text
    """
    return Backup()


def reminder() -> str:
    """What to do where the server will forget everything: on Binder.

    returns: str, "" elsewhere
    """
    if not os.environ.keys() & _BINDER:
        return ""
    return (
        "This server forgets everything after ten idle minutes. Download your workbook now and then: "
        "`from mlpkit.exercises import backup`, then `backup()`; or `mlpkit workbook export FILE`."
    )


def download_link() -> str:
    """The whole workbook as a link to click on.

    returns: str, HTML
    """
    data = base64.b64encode(export_bytes()).decode()
    return (
        f'{_holds()}. <a download="my_mlpkit.zip" href="data:application/zip;base64,{data}">Download it</a>'
    )


# BinderHub sets the first for every server that it starts, and Kubernetes the second.
_BINDER = {"BINDER_LAUNCH_HOST", "BINDER_SERVICE_HOST"}


def _holds() -> str:
    count = len(passed_names())
    return f"Your workbook holds {count} function{'' if count == 1 else 's'}"


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
