"""A form with questions, as it is shown in a notebook; without a browser it is text.

The browser says only what was chosen; what becomes of it is decided by the function that is handed in.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..panel import LivePanel, rich

FOLDER = Path(__file__).parent
SURE = ("just guessing", "rather sure (60 %)", "quite sure (80 %)", "almost certain (95 %)")
PERCENT = (None, 60, 80, 95)  # a blind guess among n choices is right in 100 / n per cent


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


def percent_of(degree: int, count: int) -> int:
    """How sure somebody is, in per cent.

    degree: int, a place in SURE
    count: int, choices of the question
    """
    return PERCENT[degree] or round(100 / count)


def check_question(id: str, question: str, choices: Any) -> list[str]:
    """Refuse what cannot be asked.

    returns: list of str, the choices
    raises: TypeError or ValueError
    """
    if not isinstance(id, str) or not id or not isinstance(question, str):
        raise TypeError(f"a question needs an id and its words, both texts, not {id!r} and {question!r}")
    wrong = f"the choices of {id!r} must be a list of texts"
    given, choices = choices, as_list(choices, wrong)
    if isinstance(given, str) or not all(isinstance(choice, str) for choice in choices):
        raise TypeError(f"{wrong}, not {given!r}")
    if len(choices) < 2 or len(set(choices)) < len(choices):
        raise ValueError(f"{id!r} has the choices {choices}: give at least two, all different")
    return choices


def as_list(things: Any, wrong: str) -> list:
    """What was given as a list; `wrong` says what else it should be."""
    try:
        return list(things)
    except TypeError:
        raise TypeError(f"{wrong}, not {things!r}") from None


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
