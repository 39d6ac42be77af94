"""Words for an answer that holds NaN or infinity where a number belongs.

The inputs that make it so tell the reason: very large ones overflow, zeros end in log 0 or 0 / 0.
"""

from __future__ import annotations

import numpy as np

from ..checker.compare import Failure, comparisons_of, wrong_values
from ..checker.runner import CaseRun
from ..spec import Exercise
from .observed import leaf_name, value_sentence
from .say_shapes import say_swapped
from .wording import number


def say_finite(
    exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun], failure: Failure
) -> str:
    """Where the numbers stop being finite, and for which inputs.

    returns: str
    """
    order = say_swapped(exercise, runs, expected_runs)
    if order:
        return order
    run, expected = runs[failure.at], expected_runs[failure.at]
    pair = next(
        p
        for p in comparisons_of(exercise, run, expected)
        if (~np.isfinite(p.got) & np.isfinite(p.expected)).any()
    )
    bad = ~np.isfinite(pair.got)
    kinds = " and ".join(k for k, test in (("NaN", np.isnan), ("infinity", np.isinf)) if test(pair.got).any())
    share = (
        f"{bad.sum()} of {bad.size} entries of {leaf_name(pair.leaf, exercise)}"
        if bad.size > 1
        else "the result"
    )
    verb = "is" if bad.sum() == 1 and bad.size == 1 else "are"
    fine = [
        r.case.note for i, r in enumerate(runs) if i != failure.at and _finite(exercise, r, expected_runs[i])
    ]
    only = _elsewhere(exercise, runs, expected_runs) if fine else ""
    return f"On {run.case.note}, {share} {verb} {kinds}{only}. {_reason(run, bad)}"


def _elsewhere(exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun]) -> str:
    """What happens on the first inputs where everything is finite."""
    at = next(i for i, run in enumerate(runs) if _finite(exercise, run, expected_runs[i]))
    off = [p for p in comparisons_of(exercise, runs[at], expected_runs[at], at) if wrong_values(p, exercise)]
    if not off:
        return f"; on {runs[at].case.note} all is right"
    seen = value_sentence(exercise, runs[at], off[0])
    return f". {seen[:-1]}"


def _finite(exercise: Exercise, run: CaseRun, expected: CaseRun) -> bool:
    return all(np.isfinite(p.got).all() for p in comparisons_of(exercise, run, expected))


def _reason(run: CaseRun, bad: np.ndarray) -> str:
    floats = [a for a in run.case.args if isinstance(a, np.ndarray) and a.dtype.kind == "f"]
    largest = max((float(np.abs(a).max(initial=0)) for a in floats), default=0.0)
    if largest >= 80:
        rows = _rows(bad)
        return (
            f"{rows}The inputs reach {number(largest)} there. e to the power of 710 is already more than "
            "a float can "
            "hold, and log of 0 is minus infinity. Which step meets such a number first?"
        )
    zeros = any((a == 0).any() for a in floats)
    if zeros:
        return (
            "Some inputs are exactly 0 there. Look for a division by them, a logarithm or a negative power."
        )
    return "Look for a division by 0, a logarithm of 0 or of a negative number, a root of a negative one."


def _rows(bad: np.ndarray) -> str:
    if bad.ndim != 2 or bad.all():
        return ""
    rows = np.flatnonzero(bad.any(axis=1))
    return f"They stand in row {rows[0]}. " if len(rows) == 1 else ""
