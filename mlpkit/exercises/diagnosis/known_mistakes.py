"""The first net: does the learner's function do exactly what one of the listed wrong programs does?

Their outputs are compared on all probes, so it does not matter what the learner's code looks like.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..checker.answers import equal
from ..checker.compare import Comparison, Failure, comparisons_of, wrong_values
from ..checker.runner import CaseRun, equivalent, matches_runs, run_cases
from ..spec import Exercise, Mistake

Tried = tuple[Mistake, list[CaseRun]]  # a listed mistake and what its program does


class Match(NamedTuple):
    """A listed mistake that explains what was seen.

    how: "whole" on all probes, "part" for one part of the answer, "here" only on some of the probes
    part: name of the part, if it is one; at: the first probe on which the mistake shows
    """

    mistake: Mistake
    how: str
    part: str
    at: int


def match(
    exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun], failure: Failure
) -> Match | None:
    """Find the listed mistake that explains the most.

    returns: Match or None
    """
    if len(runs) < len(expected_runs):  # stopped half-way: nothing was seen of the rest
        return None
    found = _whole(exercise, runs, expected_runs)
    if found or exercise.random or failure.failed_check not in ("shape", "finite", "values"):
        return found
    tried = [
        (mistake, run_wrong(exercise, program))
        for mistake in exercise.mistakes
        for program in mistake.variants
    ]
    return _part(exercise, runs, expected_runs, tried)


def match_some_cases(exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun]) -> Match | None:
    """Find the listed mistake that explains some of the wrong answers, where nothing explains all of them.

    returns: Match or None
    """
    if exercise.random or len(runs) < len(expected_runs):
        return None
    tried = [(m, run_wrong(exercise, program)) for m in exercise.mistakes for program in m.variants]
    return _here(exercise, runs, expected_runs, tried)


def run_wrong(exercise: Exercise, program: Callable) -> list[CaseRun]:
    """What a wrong program does on every probe."""
    runs: list[CaseRun] = []
    run_cases(exercise, program, runs)
    return runs


def _whole(exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun]) -> Match | None:
    near = None
    for mistake, program in ((m, p) for m in exercise.mistakes for p in m.variants):
        others = matches_runs(exercise, program, runs)
        if others is None:
            continue
        at = next(
            (i for i, (o, w) in enumerate(zip(others, expected_runs)) if not equivalent(o, w, exercise)), None
        )
        same_habits = side_effects(runs) == side_effects(others)
        if same_habits and (at is not None or side_effects(others) != side_effects(expected_runs)):
            return Match(
                mistake, "whole", "", at or 0
            )  # wrong only in its habits: these show on the first probe
        if at is not None:
            near = near or Match(mistake, "whole", "", at)
    return near


def side_effects(runs: list[CaseRun]) -> tuple:
    """What a program does besides answering: changes its inputs, differs from call to call, ignores rng."""
    first = runs[0]
    repeats = first.repeat is None or equal(first.value, first.repeat)
    reacts = first.reseeded is None or not equal(first.value, first.reseeded)
    goes_on = first.same_rng_continued is None or not equal(first.value, first.same_rng_continued)
    return tuple((run.changed, run.dtype) for run in runs), repeats, reacts, goes_on


def _pairs(
    exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun]
) -> dict[str, list[Comparison]]:
    """The arrays of all probes, by the name of the part."""
    parts: dict[str, list[Comparison]] = {}
    for at, (run, expected) in enumerate(zip(runs, expected_runs)):
        for pair in comparisons_of(exercise, run, expected, at):
            parts.setdefault(pair.leaf.name, []).append(pair)
    return parts


def _part(
    exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun], tried: list[Tried]
) -> Match | None:
    mine = _pairs(exercise, runs, expected_runs)
    if len(mine) < 2:
        return None
    stepped = any(run.case.steps for run in runs)  # one wrong part soon spoils the others

    def alone(part: str) -> bool:
        return all(_right(p, exercise) for name, pairs in mine.items() if name != part for p in pairs)

    for part, pairs in mine.items():
        if all(_right(pair, exercise) for pair in pairs) or (stepped and not alone(part)):
            continue
        for mistake, others in tried:
            theirs = _pairs(exercise, others, expected_runs).get(part, [])
            wrong = [i for i, pair in enumerate(theirs) if not _right(pair, exercise)]
            if wrong and _alike(pairs, theirs, exercise):
                return Match(mistake, "part", part, theirs[wrong[0]].at)
    return None


def _right(pair: Comparison, exercise: Exercise) -> bool:
    return equal(pair.got, pair.expected, exercise.tolerance)


def _alike(one: list[Comparison], other: list[Comparison], exercise: Exercise) -> bool:
    same_places = [(p.at, p.leaf.index) for p in one] == [(p.at, p.leaf.index) for p in other]
    return same_places and all(equal(a.got, b.got, exercise.tolerance) for a, b in zip(one, other))


def _here(
    exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun], tried: list[Tried]
) -> Match | None:
    """A mistake that explains some wrong answers, but not all: there may be a second one beside it."""
    best, most = None, 0.0
    wrong = sum(not equivalent(run, expected, exercise) for run, expected in zip(runs, expected_runs))
    for mistake, others in tried:
        explained = [
            i
            for i, (run, other, expected) in enumerate(zip(runs, others, expected_runs))
            if equivalent(run, other, exercise) and not equivalent(run, expected, exercise)
        ]
        weight = len(set().union(*(_telling(exercise, runs[i], expected_runs[i]) for i in explained)))
        if len(explained) >= max(wrong / 2, 2) and weight > max(most, 3):
            best, most = Match(mistake, "here", "", explained[0]), weight
    return best


def _telling(exercise: Exercise, run: CaseRun, expected: CaseRun) -> set[float]:
    """The different wrong numbers of an answer: to agree on a few may be chance."""
    pairs = [p for p in comparisons_of(exercise, run, expected) if wrong_values(p, exercise)]
    return {float(x) for p in pairs for x in np.ravel(np.round(p.got, 9))}
