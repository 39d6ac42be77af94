"""Help, one rung at a time: four hints for each exercise, and the model solution after a try.

The first hint says the task again, the second shows shapes, the third the formula, the fourth a skeleton.
"""

from __future__ import annotations

import html

from ..catalog import find
from ..checker.result import framed, rich
from .store import change_record, entry, read_record


class Shown:
    """Something to read: text in a terminal, HTML in a notebook.

    text: str; inner: HTML
    """

    def __init__(self, text: str, inner: str) -> None:
        self._text, self._inner = text, inner

    def __repr__(self) -> str:
        return self._text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        return {"text/plain": self._text, "text/html": framed(self._inner)}


def hint(name: str) -> Shown:
    """The next hint for an exercise; after the fourth, the fourth again.

    name: str, the exercise
    returns: something to read
    raises: TypeError or ValueError when there is no exercise of that name
    """
    exercise = find(name)
    rung = _next_rung(name, len(exercise.hints))
    words = exercise.hints[rung - 1]
    more = (
        ""
        if rung < len(exercise.hints)
        else f'This was the last one. After a try, solution("{name}") shows one way.'
    )
    head = f"Hint {rung} of {len(exercise.hints)} for {name}"
    inner = f"<strong>{head}</strong>" + (_code(words) if "\n" in words else f"<div>{rich(words)}</div>")
    return Shown(
        "\n".join(filter(None, [head, words, more])), inner + (f"<div>{rich(more)}</div>" if more else "")
    )


def solution(name: str) -> Shown:
    """The model solution of an exercise, once it has been tried.

    name: str, the exercise
    returns: something to read
    raises: TypeError or ValueError when there is no exercise of that name
    """
    exercise = find(name)
    if entry(read_record(), name)["attempts"] == 0:
        words = f"Try {name} once before you look: run its cell with the blanks filled in, right or wrong."
        return Shown(words, rich(words))
    _remember(name, lambda found: found.update(solution=True))
    text = exercise.solution.rstrip()
    return Shown(
        f"One way to write {name}:\n\n{text}", f"<strong>One way to write {name}</strong>{_code(text)}"
    )


def _code(text: str) -> str:
    return f'<pre style="margin:6px 0">{html.escape(text)}</pre>'


def _next_rung(name: str, last: int) -> int:
    rung = min(entry(read_record(), name)["hints"] + 1, last)
    _remember(name, lambda found: found.update(hints=max(rung, found["hints"])))
    return rung


def _remember(name: str, change: object) -> None:
    try:
        change_record(lambda record: change(entry(record, name)))
    except (OSError, ValueError):  # help is given even where nothing can be written
        pass
