"""A form with questions, as it is shown in a notebook; without a browser it is text.

The browser says only what was chosen; what becomes of it is decided by the function that is handed in.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path

from ..panel import LivePanel, rich

FOLDER = Path(__file__).parent


class Form(LivePanel):
    """Questions that can be answered in a notebook and read everywhere.

    items: list of dicts with id, question, choices, and sure (names of the degrees of certainty) or None
    answered: (id, {"choice": int, "sure": int or None}) -> feedback dict for the page
    feedback: what is known already, by id
    text, inner: str, the same as text and as HTML for where there is no browser, or only a saved notebook
    """

    def __init__(self, items: list[dict], answered: Callable, feedback: dict, text: str, inner: str) -> None:
        key = " ".join(["form", *(item["id"] for item in items)])
        super().__init__(key, lambda: _widget(items, answered, feedback), text, inner)


def choices_text(question: str, choices: list[str]) -> str:
    """A question and its choices as text: one line each."""
    return "\n".join([question, *(f"  {chr(97 + i)}) {choice}" for i, choice in enumerate(choices))])


def choices_html(question: str, choices: list[str]) -> str:
    """A question and its choices as HTML, all escaped."""
    items = "".join(f"<li>{rich(choice)}</li>" for choice in choices)
    return (
        f'<div><strong>{html.escape(question)}</strong><ol type="a" style="margin:4px 0">{items}</ol></div>'
    )


def _widget(items: list[dict], answered: Callable, feedback: dict) -> object:
    import anywidget
    import traitlets

    class Questions(anywidget.AnyWidget):
        _esm = (FOLDER / "form.js").read_text(encoding="utf-8")
        _css = (FOLDER / "form.css").read_text(encoding="utf-8")
        items = traitlets.List().tag(sync=True)
        answers = traitlets.Dict().tag(sync=True)
        feedback = traitlets.Dict().tag(sync=True)

    widget = Questions(items=items, feedback=feedback)

    def keep(change: dict) -> None:
        new = {i: a for i, a in change["new"].items() if a != change["old"].get(i) and isinstance(a, dict)}
        widget.feedback = {**widget.feedback, **{i: answered(i, a) for i, a in new.items()}}

    widget.observe(keep, "answers")
    return widget
