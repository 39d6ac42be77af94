"""Help, one step at a time: four hints for each exercise, and the model solution after a try.

The first hint says the task again, the second shows shapes, the third the formula, the fourth a skeleton.
"""

from __future__ import annotations

from collections.abc import Callable

from ..._tracebacks import short_errors
from ..catalog import find
from ..panel import Panel, code_block, rich
from .record import exercise_record
from .store import change_record, read_record


class Counted(Panel):
    """A panel that is counted when it is first shown: what nobody has seen does not count."""

    def __init__(self, text: str, inner: str, count: Callable[[], object]) -> None:
        super().__init__(text, inner)
        self._count: Callable[[], object] | None = count

    def __repr__(self) -> str:
        self._shown()
        return super().__repr__()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        self._shown()
        return super()._repr_mimebundle_()

    def _shown(self) -> None:
        count, self._count = self._count, None
        if count:
            count()


@short_errors
def hint(name: str) -> Panel:
    """The next hint for an exercise; after the fourth, the fourth again.

    name: str, the exercise
    returns: something to read
    raises: TypeError or ValueError when there is no exercise of that name
    """
    exercise = find(name)
    number = min(exercise_record(read_record(), name)["hints"] + 1, len(exercise.hints))
    words = exercise.hints[number - 1]
    more = (
        ""
        if number < len(exercise.hints)
        else f'This was the last one. After a try, solution("{name}") shows one way.'
    )
    head = f"Hint {number} of {len(exercise.hints)} for {name}"
    inner = f"<strong>{head}</strong>" + (code_block(words) if "\n" in words else f"<div>{rich(words)}</div>")
    return Counted(
        "\n".join(filter(None, [head, words, more])),
        inner + (f"<div>{rich(more)}</div>" if more else ""),
        lambda: _remember(name, lambda found: found.update(hints=max(number, found["hints"]))),
    )


@short_errors
def solution(name: str) -> Panel:
    """The model solution of an exercise, once it has been tried.

    name: str, the exercise
    returns: something to read
    raises: TypeError or ValueError when there is no exercise of that name
    """
    exercise = find(name)
    if exercise_record(read_record(), name)["attempts"] == 0:
        words = f"Try {name} once before you look: run its cell with the blanks filled in, right or wrong."
        return Panel(words, rich(words))
    text = exercise.solution.rstrip()
    return Counted(
        f"One way to write {name}:\n\n{text}",
        f"<strong>One way to write {name}</strong>{code_block(text)}",
        lambda: _remember(name, lambda found: found.update(solution=True)),
    )


def _remember(name: str, change: Callable[[dict], None]) -> None:
    try:
        change_record(lambda record: change(exercise_record(record, name)))
    except (OSError, ValueError):  # help is given even where nothing can be written
        pass
