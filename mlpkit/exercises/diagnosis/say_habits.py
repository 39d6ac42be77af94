"""Words for what a function does besides answering: it changes its inputs, remembers, or draws from
elsewhere.

The answer may be right and the function still wrong, because the next one who uses the inputs is surprised.
"""

from __future__ import annotations

import numpy as np

from ..checker.answers import InvalidAnswer, equal, leaves
from ..checker.compare import Failure
from ..checker.runner import CaseRun, output_of
from ..spec import Exercise
from .observed import hold
from .wording import listed, number


def say_changed(
    exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun], failure: Failure
) -> str:
    """Which inputs were changed in place.

    returns: str
    """
    names = listed(f"`{name}`" for name in runs[failure.at].changed)
    return (
        f"The result is right, but {names} {hold(runs[failure.at].changed)} before the call. "
        "Whoever called the function still needs it. Look for an assignment into it, such as `x[...] =` "
        "or `x -=`."
    )


def say_repeat(
    exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun], failure: Failure
) -> str:
    """How a second call with the same inputs differs from the first.

    returns: str
    """
    run, expected = runs[failure.at], expected_runs[failure.at]
    if exercise.random:
        return (
            "Two calls with an rng of the same seed gave different results. So something random does not "
            "come "
            "from `rng`. Look at every draw: is it `rng.` that makes it?"
        )
    ratio = _ratio(exercise, run)
    first = "The first call is right." if equal(run.value, expected.value, exercise.tolerance) else ""
    twice = f"the second is {number(ratio)} times the first" if ratio else "the second differs"
    return (
        f"Two calls with the same inputs gave different results: {twice}. {first} "
        "Something is remembered between calls, or left to chance. Look for a name that is not made anew "
        "inside."
    )


def _ratio(exercise: Exercise, run: CaseRun) -> float | None:
    one, two = ([f.value for f in leaves(v, output_of(exercise, run.case))] for v in (run.value, run.repeat))
    if any(isinstance(v, InvalidAnswer) for v in one + two) or [v.shape for v in one] != [
        v.shape for v in two
    ]:
        return None
    one, two = (np.concatenate([np.ravel(v) for v in vs]).astype(float) for vs in (one, two))
    size = float(one @ one)
    ratio = float(one @ two) / size if size else 0.0
    return ratio if size and np.allclose(two, ratio * one) else None


def say_rng(exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun], failure: Failure) -> str:
    """Whether a random function listens to its rng.

    returns: str
    """
    run = runs[failure.at]
    if not equal(run.value, run.reseeded):
        return (
            "Two calls, one after the other, with one and the same rng gave the very same result. "
            "So the generator that came in does not move on. Is it copied, or is another one made from it?"
        )
    return (
        "Two generators with different seeds gave the very same result. So `rng` is not what the random "
        "numbers "
        "come from. Look at every draw: is there a generator made inside, with a seed of its own?"
    )
