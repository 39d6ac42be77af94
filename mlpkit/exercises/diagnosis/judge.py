"""From what was seen to what is said: the listed mistakes first, then whatever can be found out in general.

Every message says what was observed, what is suspected and what to look at next, in at most four sentences.
"""

from __future__ import annotations

import re

import numpy as np

from ..checker.answers import Odd
from ..checker.compare import first_failure, pairs_of
from ..checker.runner import Run, run_probes
from ..spec import Exercise
from .known_mistakes import Match, match, match_here
from .observed import observe
from .say_finite import say_finite
from .say_habits import say_changed, say_repeat, say_rng
from .say_raised import say_raised
from .say_random import observe_property, say_property
from .say_shapes import say_shape, say_type
from .say_values import exact, say_values

SENTENCES = 4


def judge(exercise: Exercise, runs: list[Run], wants: list[Run]) -> tuple[str | None, str] | None:
    """Name what is wrong, or say what can be said about it.

    runs: of the learner's function; wants: of the reference
    returns: (name of the listed mistake or None, message), or None when nothing is wrong
    """
    failure = first_failure(exercise, runs, wants)
    if failure is None:
        return None
    found = match(exercise, runs, wants, failure)
    if found is not None:
        return found.mistake.name, _short(_named(exercise, runs, wants, found))
    if failure.stage != "values" or exercise.random:
        return None, _short(_SAY[failure.stage](exercise, runs, wants, failure))
    explained = exact(exercise, runs, wants)
    found = None if explained else match_here(exercise, runs, wants)
    if found is not None:
        return found.mistake.name, _short(_named(exercise, runs, wants, found))
    return None, _short(say_values(exercise, runs, wants, explained))


def reference_runs(exercise: Exercise) -> list[Run]:
    """What the model solution does on every probe."""
    runs: list[Run] = []
    run_probes(exercise, exercise.reference, runs)
    return runs


def _named(exercise: Exercise, runs: list[Run], wants: list[Run], found: Match) -> str:
    mistake = found.mistake
    at = found.at if exercise.random else _telling(exercise, runs, wants, found.at)
    run, want = runs[at], wants[at]
    seen = (exercise.random and observe_property(exercise, run, want)) or observe(exercise, run, want)
    if mistake.seen is not None and not run.raised and not isinstance(run.value, Odd):
        try:
            seen = mistake.seen(run.value, want.value, run.probe.args)
        except Exception:  # the answer is not built as the sentence expects
            pass
    says = mistake.says
    if found.how == "part":
        says = f"In `{found.part}`: {says[0].lower() if says[1:2].islower() else says[0]}{says[1:]}"
    if found.how == "here" or not mistake.sure:
        says = f"This is a suspicion: {says[0].lower() if says[1:2].islower() else says[0]}{says[1:]}"
    return f"{seen} {says}"


def _telling(exercise: Exercise, runs: list[Run], wants: list[Run], first: int) -> int:
    """The probe to speak of: the first that is wrong, unless it is wrong too little to be seen."""
    gaps = [_gap(exercise, run, want) for run, want in zip(runs, wants)]
    return first if not 0 < gaps[first] < 0.01 else max(range(len(gaps)), key=gaps.__getitem__)


def _gap(exercise: Exercise, run: Run, want: Run) -> float:
    pairs = [
        p for p in pairs_of(exercise, run, want) if not isinstance(p.got, Odd) and p.got.shape == p.want.shape
    ]
    with np.errstate(all="ignore"):
        gaps = [
            np.abs(p.got - p.want).max(initial=0) / max(np.abs(p.want).max(initial=0), 1e-9) for p in pairs
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
