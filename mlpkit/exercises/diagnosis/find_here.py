"""When nothing explains all the wrong answers: what explains those to one of the inputs?

It holds there and is told as such; elsewhere something is beside it, such as an eps that is not small.
"""

from __future__ import annotations

import numpy as np

from ..checker.answers import close
from ..checker.compare import Comparison, wrong_values
from ..checker.runner import CaseRun
from ..spec import Exercise
from .find_functions import by_size
from .find_scale import bad_pairs, part_name, ratio_of
from .wording import constant, number

LEAST = 4  # different numbers; fewer agree with something by chance


def by_one_input(exercise: Exercise, runs: list[CaseRun], part: list[Comparison]) -> str:
    """What can be said of the wrong numbers on the first input on which something can.

    returns: str, "" if nothing
    """
    wrong = list(dict.fromkeys(p.at for p in part if wrong_values(p, exercise)))
    inputs = {at: [p for p in part if p.at == at] for at in wrong}
    telling = [at for at in wrong if _different(bad_pairs(exercise, inputs[at])) >= LEAST]
    for explain in (by_size, _by_cut, _by_ratio):
        for at in telling if len(wrong) > 1 else ():
            found = explain(exercise, runs, inputs[at])
            if found:
                return f"On {runs[at].case.note}, {found[0].lower()}{found[1:]}"
    return ""


def _different(bad: list[Comparison]) -> int:
    """How many different numbers would be right there."""
    return len(np.unique(np.round(np.concatenate([np.ravel(p.expected) for p in bad]).astype(float), 9)))


def _by_cut(exercise: Exercise, runs: list[CaseRun], here: list[Comparison]) -> str:
    """Right up to some size, and of that very size wherever it should be larger."""
    bad = bad_pairs(exercise, here)
    got, expected = (np.concatenate([np.ravel(x) for x in xs]).astype(float)
                 for xs in ([p.got for p in bad], [p.expected for p in bad]))  # fmt: skip
    right = close(got, expected, exercise.tolerance)
    most = np.abs(got).max()
    if (
        (~right).sum() < 2
        or not right.any()
        or not most
        or not close(got[~right], most * np.sign(expected[~right])).all()
    ):
        return ""
    return (
        f"No entry of {part_name(bad, exercise, runs)} is beyond {number(most)} in size, and "
        f"{(~right).sum()} of {right.size} should be. Look for a cut-off."
    )


def _by_ratio(exercise: Exercise, runs: list[CaseRun], here: list[Comparison]) -> str:
    """One factor for all numbers; on a single input it may be many things, so it gets no name."""
    bad = bad_pairs(exercise, here)
    ratios = [ratio_of(p) for p in bad]
    if any(not r or abs(r - 1) < 1e-3 for r in ratios) or not constant(ratios):
        return ""
    return (
        f"{part_name(bad, exercise, runs)} is {number(ratios[0])} times the right one; not on every input is "
        "it a factor alone. Look for one that enters there, and for what stands beside it."
    )
