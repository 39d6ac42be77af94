"""What an exercise, a hint or a question shows: text in a terminal, a framed block in a notebook.

Everything that comes from elsewhere is escaped before it becomes HTML.
"""

from __future__ import annotations

import html
import re


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
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        print(thing)
        return
    display(thing) if get_ipython() is not None else print(thing)
