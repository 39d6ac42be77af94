"""Show an author what a learner will see: `python -m mlpkit.exercises.preview softmax`.

Every listed mistake with its message, and whatever in the entry is not as it should be.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator

from .catalog import exercises, find
from .checker.check import check
from .checker.result import INCORRECT, NOT_ATTEMPTED, PASSED, Result
from .spec import Exercise


def preview(name: str) -> Iterator[str]:
    """One line for each thing worth seeing about an exercise.

    name: str, the exercise
    returns: iterator of str; lines that begin with "!!" tell of a fault in the entry
    """
    exercise = find(name)
    start = time.perf_counter()
    verdict = check(name, exercise.reference)
    yield (
        f"{'' if verdict.outcome == PASSED else '!! '}reference: {verdict!r}  "
        f"({time.perf_counter() - start:.3f} s)"
    )
    blank = check(name, _blank(exercise))
    yield f"{'' if blank.outcome == NOT_ATTEMPTED else '!! '}blank stub: {blank.outcome}"
    for mistake in exercise.mistakes:
        for i, program in enumerate(mistake.variants):
            found = check(name, program)
            fine = found.outcome == INCORRECT and found.mistake == mistake.name
            named = "" if fine else f"!! taken for {found.mistake or found.outcome}: "
            long = "" if _sentences(found) <= 4 else "!! more than four sentences: "
            yield f"{named}{long}{mistake.name}{f' ({i})' if i else ''}: {found.message}"


def _blank(exercise: Exercise) -> object:
    space: dict = {}
    exec(exercise.stub, space)
    return space[exercise.name]


def _sentences(found: Result) -> int:
    return len(re.split(r"(?<=[.?!])\s+(?=[A-Z`\"])", found.message))


if __name__ == "__main__":
    for wanted in sys.argv[1:] or exercises():
        print(f"\n{wanted}\n" + "\n".join(f"  {line}" for line in preview(wanted)))
