"""What an exercise, a hint or a question shows: text in a terminal, a framed block in a notebook.

Everything that comes from elsewhere is escaped before it becomes HTML.
"""

from __future__ import annotations

import html
import os
import re
import sys
from collections.abc import Callable
from typing import Any

CURE = "Run `pip install anywidget`, and restart the kernel."
NO_NOTEBOOK = "There is no notebook with buttons here."
NO_BUTTONS = "No buttons? This program shows no widgets: open the notebook in JupyterLab and run the cell."


class Panel:
    """Something to read: text in a terminal, HTML in a notebook.

    text: str
    inner: HTML that says the same; by default the lines of the text
    """

    def __init__(self, text: str, inner: str | None = None) -> None:
        self._text = text
        self._inner = "<br>".join(map(rich, text.splitlines())) if inner is None else inner

    def __repr__(self) -> str:
        return self._text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        return {"text/plain": self._text, "text/html": framed(self._inner)}


class LivePanel(Panel):
    """A panel with buttons where there is a notebook; elsewhere it says why there are none.

    key: str; when a cell is run again, the widget that it made before under this key is closed
    make: () -> widget
    text, inner: as in `Panel`
    """

    def __init__(self, key: str, make: Callable[[], Any], text: str, inner: str | None = None) -> None:
        super().__init__(text, inner)
        self._widget = None
        close(key)
        if not live():
            if os.environ.get("MLPKIT_HEADLESS") != "1":  # a stored output says nothing of its place
                self._text = f"{text}\n{NO_NOTEBOOK}"
            return
        try:
            self._widget = make()
        except ImportError as error:
            why = f"There are no buttons: {error.name or error} is not installed. {CURE}"
            self._text, self._inner = f"{text}\n{why}", f"{self._inner}<div>{rich(why)}</div>"
            return
        _open[key] = self._widget
        self._inner += f"<div>{rich(NO_BUTTONS)}</div>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[dict, dict]:
        data, metadata = ({}, {}) if self._widget is None else self._widget._repr_mimebundle_()
        return {**data, **super()._repr_mimebundle_()}, metadata


_open: dict[str, Any] = {}  # key -> the widget that is shown


def close(key: str) -> None:
    """Close a widget that is shown, and what it has opened in the browser."""
    widget = _open.pop(key, None)
    if widget is not None:
        widget.layout.close()
        widget.close()


def live() -> bool:
    """Whether there is a notebook with a browser in front of it."""
    if os.environ.get("MLPKIT_HEADLESS") == "1":
        return False
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


def rich(text: str) -> str:
    """Text as HTML: everything escaped, `code` between backticks set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def framed(inner: str, colour: str = "#0072B2") -> str:
    """A block with a coloured bar on its left, as all exercise output is shown.

    inner: HTML
    """
    return (
        f'<div role="status" style="border-left:4px solid {colour};padding:4px 0 4px 12px;margin:4px 0;'
        f'max-width:48em;line-height:1.45">{inner}</div>'
    )


def code_block(text: str) -> str:
    """Program text as HTML, escaped."""
    return f'<pre style="margin:6px 0">{html.escape(text)}</pre>'


def show(thing: object) -> None:
    """Display something in a notebook, print it elsewhere."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None:
        print(thing)
    else:
        from IPython.display import display

        display(thing)
