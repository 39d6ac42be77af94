"""Find the first check that an answer fails: raised, type, shape, finite, values, inputs unchanged.

What comes after the first failure is left for the next try: one thing at a time.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..spec import Exercise
from .answers import InvalidAnswer, Leaf, close, equal, leaves
from .runner import CaseRun, equivalent, output_of

CHECKS = ("raised", "type", "shape", "finite", "repeat", "values", "dtype", "changed", "rng")


class Failure(NamedTuple):
    """The first thing that is not right.

    failed_check: one of CHECKS
    at: int, the number of the first case that fails it
    """

    failed_check: str
    at: int


class Comparison(NamedTuple):
    """One array of the answer beside the one that is right.

    at: int, the number of the case
    leaf: Leaf, what came back; expected: array
    """

    at: int
    leaf: Leaf
    expected: Any

    @property
    def got(self) -> Any:
        """The array that came back."""
        return self.leaf.value


def first_failure(exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun]) -> Failure | None:
    """Find the first check that fails, and the first case on which it does.

    runs: of the learner's function; expected_runs: of the reference
    returns: Failure, or None when all is right
    """
    for failed_check in CHECKS:
        for at, (run, expected) in enumerate(zip(runs, expected_runs)):
            if _FAILS[failed_check](exercise, run, expected):
                return Failure(failed_check, at)
    return None


def comparisons_of(exercise: Exercise, run: CaseRun, expected: CaseRun, at: int = 0) -> list[Comparison]:
    """Every array of an answer beside the right one; parts without a counterpart are left out.

    returns: list of Comparison
    """
    if run.raised or expected.raised:
        return []
    output = output_of(exercise, run.case)
    got, right = leaves(run.value, output), leaves(expected.value, output)
    if len(got) != len(right):
        return []
    return [Comparison(at, leaf, other.value) for leaf, other in zip(got, right)]


def wrong_type(leaf: Leaf, exercise: Exercise) -> bool:
    """Whether an array holds something other than numbers, or is no array at all."""
    if isinstance(leaf.value, InvalidAnswer):
        return leaf.value.kind not in ("shape", "count")
    return leaf.value.dtype.kind not in exercise.kinds


def wrong_values(comparison: Comparison, exercise: Exercise) -> bool:
    """Whether numbers differ (never for random functions, whose numbers nobody knows)."""
    return not exercise.random and not close(comparison.got, comparison.expected, exercise.tolerance).all()


def _type(exercise: Exercise, run: CaseRun, expected: CaseRun) -> bool:
    return any(wrong_type(leaf, exercise) for leaf in leaves(run.value, output_of(exercise, run.case)))


def _shape(exercise: Exercise, run: CaseRun, expected: CaseRun) -> bool:
    output = output_of(exercise, run.case)
    got, right = leaves(run.value, output), leaves(expected.value, output)
    if any(isinstance(leaf.value, InvalidAnswer) for leaf in got) or len(got) != len(right):
        return True
    return any(a.value.shape != b.value.shape for a, b in zip(got, right))


def _finite(exercise: Exercise, run: CaseRun, expected: CaseRun) -> bool:
    return any(
        (~np.isfinite(p.got) & np.isfinite(p.expected)).any() for p in comparisons_of(exercise, run, expected)
    )


def _repeat(exercise: Exercise, run: CaseRun, expected: CaseRun) -> bool:
    return run.repeat is not None and not equal(run.value, run.repeat, exercise.tolerance)


def _values(exercise: Exercise, run: CaseRun, expected: CaseRun) -> bool:
    return not equivalent(run, expected, exercise)


def _rng(exercise: Exercise, run: CaseRun, expected: CaseRun) -> bool:
    same = equal(run.value, run.reseeded) if run.reseeded is not None else False
    stuck = equal(run.value, run.same_rng_continued) if run.same_rng_continued is not None else False
    return run.reseeded is not None and (same, stuck) != (
        equal(expected.value, expected.reseeded),
        equal(expected.value, expected.same_rng_continued),
    )


_FAILS = {
    "raised": lambda exercise, run, expected: run.raised is not None,
    "type": _type,
    "shape": _shape,
    "finite": _finite,
    "repeat": _repeat,
    "values": _values,
    "dtype": lambda exercise, run, expected: bool(run.dtype),
    "changed": lambda exercise, run, expected: bool(run.changed),
    "rng": _rng,
}
