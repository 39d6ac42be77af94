"""The first net: does the learner's function do exactly what one of the listed wrong programs does?

Their outputs are compared on all probes, so it does not matter what the learner's code looks like.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..checker.answers import equal
from ..checker.compare import Failure, Pair, pairs_of, wrong_values
from ..checker.runner import Run, agree, run_probes, same_runs
from ..spec import Exercise, Mistake

Tried = tuple[Mistake, list[Run]]  # a listed mistake and what its program does


class Match(NamedTuple):
    """A listed mistake that explains what was seen.

    how: "whole" on all probes, "part" for one part of the answer, "here" only on some of the probes
    part: name of the part, if it is one; at: the first probe on which the mistake shows
    """

    mistake: Mistake
    how: str
    part: str
    at: int


def match(exercise: Exercise, runs: list[Run], wants: list[Run], failure: Failure) -> Match | None:
    """Find the listed mistake that explains the most.

    returns: Match or None
    """
    if len(runs) < len(wants):  # stopped half-way: nothing was seen of the rest
        return None
    found = _whole(exercise, runs, wants)
    if found or exercise.random or failure.stage not in ("shape", "finite", "values"):
        return found
    tried = [
        (mistake, run_wrong(exercise, program))
        for mistake in exercise.mistakes
        for program in mistake.programs
    ]
    return _part(exercise, runs, wants, tried)


def match_here(exercise: Exercise, runs: list[Run], wants: list[Run]) -> Match | None:
    """Find the listed mistake that explains some of the wrong answers, where nothing explains all of them.

    returns: Match or None
    """
    if exercise.random or len(runs) < len(wants):
        return None
    tried = [(m, run_wrong(exercise, program)) for m in exercise.mistakes for program in m.programs]
    return _here(exercise, runs, wants, tried)


def run_wrong(exercise: Exercise, program: Callable) -> list[Run]:
    """What a wrong program does on every probe."""
    runs: list[Run] = []
    run_probes(exercise, program, runs)
    return runs


def _whole(exercise: Exercise, runs: list[Run], wants: list[Run]) -> Match | None:
    near = None
    for mistake, program in ((m, p) for m in exercise.mistakes for p in m.programs):
        others = same_runs(exercise, program, runs)
        if others is None:
            continue
        at = next((i for i, (o, w) in enumerate(zip(others, wants)) if not agree(o, w, exercise)), None)
        same_habits = habits(runs) == habits(others)
        if same_habits and (at is not None or habits(others) != habits(wants)):
            return Match(
                mistake, "whole", "", at or 0
            )  # wrong only in its habits: these show on the first probe
        if at is not None:
            near = near or Match(mistake, "whole", "", at)
    return near


def habits(runs: list[Run]) -> tuple:
    """What a program does besides answering: changes its inputs, differs from call to call, ignores rng."""
    first = runs[0]
    repeats = first.again is None or equal(first.value, first.again)
    reacts = first.other_seed is None or not equal(first.value, first.other_seed)
    goes_on = first.going_on is None or not equal(first.value, first.going_on)
    return tuple(run.changed for run in runs), repeats, reacts, goes_on


def _pairs(exercise: Exercise, runs: list[Run], wants: list[Run]) -> dict[str, list[Pair]]:
    """The arrays of all probes, by the name of the part."""
    parts: dict[str, list[Pair]] = {}
    for at, (run, want) in enumerate(zip(runs, wants)):
        for pair in pairs_of(exercise, run, want, at):
            parts.setdefault(pair.leaf.name, []).append(pair)
    return parts


def _part(exercise: Exercise, runs: list[Run], wants: list[Run], tried: list[Tried]) -> Match | None:
    mine = _pairs(exercise, runs, wants)
    if len(mine) < 2:
        return None
    stepped = any(run.probe.steps for run in runs)  # one wrong part soon spoils the others

    def alone(part: str) -> bool:
        return all(_right(p, exercise) for name, pairs in mine.items() if name != part for p in pairs)

    for part, pairs in mine.items():
        if all(_right(pair, exercise) for pair in pairs) or (stepped and not alone(part)):
            continue
        for mistake, others in tried:
            theirs = _pairs(exercise, others, wants).get(part, [])
            wrong = [i for i, pair in enumerate(theirs) if not _right(pair, exercise)]
            if wrong and _alike(pairs, theirs, exercise):
                return Match(mistake, "part", part, theirs[wrong[0]].at)
    return None


def _right(pair: Pair, exercise: Exercise) -> bool:
    return equal(pair.got, pair.want, exercise.tolerance)


def _alike(one: list[Pair], other: list[Pair], exercise: Exercise) -> bool:
    same_places = [(p.at, p.leaf.index) for p in one] == [(p.at, p.leaf.index) for p in other]
    return same_places and all(equal(a.got, b.got, exercise.tolerance) for a, b in zip(one, other))


def _here(exercise: Exercise, runs: list[Run], wants: list[Run], tried: list[Tried]) -> Match | None:
    """A mistake that explains some wrong answers, but not all: there may be a second one beside it."""
    best, most = None, 0.0
    wrong = sum(not agree(run, want, exercise) for run, want in zip(runs, wants))
    for mistake, others in tried:
        explained = [
            i
            for i, (run, other, want) in enumerate(zip(runs, others, wants))
            if agree(run, other, exercise) and not agree(run, want, exercise)
        ]
        weight = len(set().union(*(_telling(exercise, runs[i], wants[i]) for i in explained)))
        if len(explained) >= max(wrong / 2, 2) and weight > max(most, 3):
            best, most = Match(mistake, "here", "", explained[0]), weight
    return best


def _telling(exercise: Exercise, run: Run, want: Run) -> set[float]:
    """The different wrong numbers of an answer: to agree on a few may be chance."""
    pairs = [p for p in pairs_of(exercise, run, want) if wrong_values(p, exercise)]
    return {float(x) for p in pairs for x in np.ravel(np.round(p.got, 9))}
