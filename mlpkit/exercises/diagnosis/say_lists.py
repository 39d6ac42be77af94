"""Words for a list or tuple that is not built as asked: parts too many or too few, in another order or of
other lengths.

What is inside each part is looked at later.
"""

from __future__ import annotations

import numpy as np

from ..checker.answers import InvalidAnswer, equal
from ..checker.compare import Comparison
from ..checker.runner import CaseRun
from ..spec import Exercise
from .observed import asked_for, count_sentence


def say_count(exercise: Exercise, run: CaseRun, expected: CaseRun) -> str:
    """How many parts came, and what may have become of the others.

    returns: str
    """
    seen = count_sentence(exercise, run, expected)
    whole = run.value[-1] if run.case.steps else run.value
    if isinstance(exercise.output, dict) and isinstance(whole, InvalidAnswer):
        alone = _which_part(exercise, whole, expected)
        asked = asked_for(exercise.output, exercise.list_item)
        return f"{seen}{alone} What is asked for is {asked}. Look at the last line."
    if "more than" in seen:
        return f"{seen} Does the loop ever end?"
    if _turned(exercise, whole, expected):
        names = " and ".join(f"all {n}" for n in exercise.output[0])
        asked = asked_for(exercise.output, exercise.list_item)
        return f"{seen} It looks as if {names} came in lists of their own. What is asked for is {asked}."
    if "would be right" not in seen:
        return f"{seen} Look at what is put together there, and in which brackets."
    return f"{seen} Look at where the loop starts and ends, and at what it leaves out."


def _turned(exercise: Exercise, came: object, expected: CaseRun) -> bool:
    """Whether a list of pairs came as a pair of lists."""
    output = exercise.output
    if not isinstance(output, list) or not isinstance(output[0], dict) or not isinstance(came, list):
        return False
    many = len(expected.value)
    forms = (f"{many} values", f"a list of {many}", f"a tuple of {many}")
    return len(came) == len(output[0]) and all(isinstance(p, InvalidAnswer) and p.what in forms for p in came)


def _which_part(exercise: Exercise, odd: InvalidAnswer, expected: CaseRun) -> str:
    """Whether a single array is one of the parts that are asked for."""
    parts = expected.value[0] if expected.case.steps else expected.value
    for name, part in zip(exercise.output, parts):
        if odd.value is not None and isinstance(part, np.ndarray) and equal(odd.value, part):
            return f" It is the right `{name}`, alone."
    return ""


def in_a_list(pairs: list[Comparison], pair: Comparison) -> str:
    """Whether the arrays of a list have other lengths than they should, or the right shapes in another order.

    returns: str, "" if neither
    """
    row = [p for p in pairs if p.leaf.name == pair.leaf.name]
    if len(row) < 2 or pair.leaf.index is None or any(isinstance(p.got, InvalidAnswer) for p in row):
        return ""
    came, asked = [p.got.shape for p in row], [p.expected.shape for p in row]
    if all(a and b and a[1:] == b[1:] for a, b in zip(came, asked)) and len({s[1:] for s in asked}) == 1:
        return (
            f"One after the other they have length {_lengths(came)}, where {_lengths(asked)} would be right. "
            "Look at where each piece begins and ends."
        )
    if came == asked[::-1]:
        return "These are the right shapes in the opposite order. Look at which end of the list comes first."
    return ""


def _lengths(shapes: list[tuple[int, ...]]) -> str:
    return ", ".join(str(s[0]) for s in shapes[:6]) + (" ..." if len(shapes) > 6 else "")
