"""From what was seen to what is said: the listed mistakes first, then whatever can be found out in general.

Every message says what was observed, what is suspected and what to look at next, in at most four sentences.
"""

from __future__ import annotations

import re

import numpy as np

from ..checker.answers import InvalidAnswer
from ..checker.compare import comparisons_of, first_failure
from ..checker.runner import CaseRun
from ..spec import Exercise
from .known_mistakes import Match, match, match_some_cases
from .observed import observe
from .say_finite import say_finite
from .say_habits import say_changed, say_repeat, say_rng
from .say_raised import say_raised
from .say_random import observe_property, say_property
from .say_shapes import say_shape, say_type
from .say_values import exact, say_values

SENTENCES = 4


def judge(
    exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun]
) -> tuple[str | None, str] | None:
    """Name what is wrong, or say what can be said about it.

    runs: of the learner's function; wants: of the reference
    returns: (name of the listed mistake or None, message), or None when nothing is wrong
    """
    failure = first_failure(exercise, runs, expected_runs)
    if failure is None:
        return None
    found = match(exercise, runs, expected_runs, failure)
    if found is not None:
        return found.mistake.name, _short(_named(exercise, runs, expected_runs, found))
    if failure.failed_check != "values" or exercise.random:
        return None, _short(_SAY[failure.failed_check](exercise, runs, expected_runs, failure))
    explained = exact(exercise, runs, expected_runs)
    found = None if explained else match_some_cases(exercise, runs, expected_runs)
    if found is not None:
        return found.mistake.name, _short(_named(exercise, runs, expected_runs, found))
    return None, _short(say_values(exercise, runs, expected_runs, explained))


def _named(exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun], found: Match) -> str:
    mistake = found.mistake
    at = found.at if exercise.random else _telling(exercise, runs, expected_runs, found.at)
    run, expected = runs[at], expected_runs[at]
    seen = (exercise.random and observe_property(exercise, run, expected)) or observe(exercise, run, expected)
    if mistake.observe is not None and not run.raised and not isinstance(run.value, InvalidAnswer):
        try:
            seen = mistake.observe(run.value, expected.value, run.case.args)
        except Exception:  # the answer is not built as the sentence expects
            pass
    says = mistake.message
    if found.how == "part":
        says = f"In `{found.part}`: {says[0].lower() if says[1:2].islower() else says[0]}{says[1:]}"
    if found.how == "here" or not mistake.unambiguous:
        says = f"This is a suspicion: {says[0].lower() if says[1:2].islower() else says[0]}{says[1:]}"
    return f"{seen} {says}"


def _telling(exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun], first: int) -> int:
    """The probe to speak of: the first that is wrong, unless it is wrong too little to be seen."""
    gaps = [_gap(exercise, run, expected) for run, expected in zip(runs, expected_runs)]
    return first if not 0 < gaps[first] < 0.01 else max(range(len(gaps)), key=gaps.__getitem__)


def _gap(exercise: Exercise, run: CaseRun, expected: CaseRun) -> float:
    pairs = [
        p
        for p in comparisons_of(exercise, run, expected)
        if not isinstance(p.got, InvalidAnswer) and p.got.shape == p.expected.shape
    ]
    with np.errstate(all="ignore"):
        gaps = [
            np.abs(p.got - p.expected).max(initial=0) / max(np.abs(p.expected).max(initial=0), 1e-9)
            for p in pairs
        ]
    return float(np.nan_to_num(max(gaps, default=0.0), nan=1.0, posinf=1.0))


def _short(message: str) -> str:
    """At most four sentences."""
    sentences = re.split(r"(?<=[.?!])\s+(?=[A-Z`\"])", " ".join(message.split()))
    return " ".join(sentences[:SENTENCES])


_SAY = {
    "raised": say_raised,
    "type": say_type,
    "shape": say_shape,
    "finite": say_finite,
    "repeat": say_repeat,
    "values": say_property,
    "changed": say_changed,
    "rng": say_rng,
}
