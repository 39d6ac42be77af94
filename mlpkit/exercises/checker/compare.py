"""What is the first thing that is not right? Raised, type, shape, finite, values, inputs unchanged: in
this order.

Everything after the first failure is left for the next try: one thing at a time.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..spec import Exercise
from .answers import Leaf, Odd, close, equal, leaves
from .runner import Run, agree, gives_of

STAGES = ("raised", "type", "shape", "finite", "repeat", "values", "changed", "rng")


class Failure(NamedTuple):
    """The first thing that is not right.

    stage: one of STAGES
    at: int, the number of the probe where it shows first
    """

    stage: str
    at: int


class Pair(NamedTuple):
    """One array of the answer beside the one that is right.

    at: int, the number of the probe
    leaf: Leaf, what came back; want: array
    """

    at: int
    leaf: Leaf
    want: Any

    @property
    def got(self) -> Any:
        """The array that came back."""
        return self.leaf.value


def first_failure(exercise: Exercise, runs: list[Run], wants: list[Run]) -> Failure | None:
    """Find the first stage that fails, and the first probe on which it does.

    runs: of the learner's function; wants: of the reference
    returns: Failure, or None when all is right
    """
    for stage in STAGES:
        for at, (run, want) in enumerate(zip(runs, wants)):
            if _FAILS[stage](exercise, run, want):
                return Failure(stage, at)
    return None


def pairs_of(exercise: Exercise, run: Run, want: Run, at: int = 0) -> list[Pair]:
    """Every array of an answer beside the right one; parts without a counterpart are left out.

    returns: list of Pair
    """
    if run.raised or want.raised:
        return []
    gives = gives_of(exercise, run.probe)
    got, right = leaves(run.value, gives), leaves(want.value, gives)
    if len(got) != len(right):
        return []
    return [Pair(at, leaf, other.value) for leaf, other in zip(got, right)]


def wrong_type(leaf: Leaf, exercise: Exercise) -> bool:
    """Whether an array holds something other than numbers, or is no array at all."""
    if isinstance(leaf.value, Odd):
        return leaf.value.kind not in ("shape", "count")
    return leaf.value.dtype.kind not in exercise.kinds


def wrong_values(pair: Pair, exercise: Exercise) -> bool:
    """Whether numbers differ (never for random functions, whose numbers nobody knows)."""
    return not exercise.random and not close(pair.got, pair.want, exercise.tolerance).all()


def _type(exercise: Exercise, run: Run, want: Run) -> bool:
    return any(wrong_type(leaf, exercise) for leaf in leaves(run.value, gives_of(exercise, run.probe)))


def _shape(exercise: Exercise, run: Run, want: Run) -> bool:
    gives = gives_of(exercise, run.probe)
    got, right = leaves(run.value, gives), leaves(want.value, gives)
    if any(isinstance(leaf.value, Odd) for leaf in got) or len(got) != len(right):
        return True
    return any(a.value.shape != b.value.shape for a, b in zip(got, right))


def _finite(exercise: Exercise, run: Run, want: Run) -> bool:
    return any((~np.isfinite(p.got) & np.isfinite(p.want)).any() for p in pairs_of(exercise, run, want))


def _repeat(exercise: Exercise, run: Run, want: Run) -> bool:
    return run.again is not None and not equal(run.value, run.again, exercise.tolerance)


def _values(exercise: Exercise, run: Run, want: Run) -> bool:
    return not agree(run, want, exercise)


def _rng(exercise: Exercise, run: Run, want: Run) -> bool:
    same = equal(run.value, run.other_seed) if run.other_seed is not None else False
    stuck = equal(run.value, run.going_on) if run.going_on is not None else False
    return run.other_seed is not None and (same, stuck) != (
        equal(want.value, want.other_seed),
        equal(want.value, want.going_on),
    )


_FAILS = {
    "raised": lambda exercise, run, want: run.raised is not None,
    "type": _type,
    "shape": _shape,
    "finite": _finite,
    "repeat": _repeat,
    "values": _values,
    "changed": lambda exercise, run, want: bool(run.changed),
    "rng": _rng,
}
