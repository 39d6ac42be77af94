"""Does the learner's function do exactly what one of the listed wrong programs does?

Their outputs are compared in all cases, so it does not matter what the learner's code looks like.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..checker.answers import equal
from ..checker.compare import Comparison, comparisons_of, wrong_values
from ..checker.runner import CaseRun, equivalent, run_case_at
from ..spec import Exercise, Mistake
from .evidence import Evidence


class LazyRuns:
    """What a wrong program does in each case, run at most once and only when it is asked for."""

    def __init__(self, exercise: Exercise, program: Callable) -> None:
        self._exercise, self._program, self._runs = exercise, program, []

    def __getitem__(self, at: int) -> CaseRun:
        while len(self._runs) <= at:  # in order: a program may remember what came before
            self._runs.append(run_case_at(self._exercise, self._program, len(self._runs)))
        return self._runs[at]

    def all(self) -> list[CaseRun]:
        """Every case."""
        return [self[at] for at in range(len(self._exercise.cases))]


Known = list[tuple[Mistake, LazyRuns]]


class Match(NamedTuple):
    """A listed mistake that explains what was seen.

    how: "whole" in all cases, "part" for one part of the answer, "some" in some of the cases
    part: name of the part, if it is one; at: the first case in which the mistake shows
    """

    mistake: Mistake
    how: str
    part: str
    at: int


def known_programs(exercise: Exercise) -> Known:
    """The listed wrong programs of an exercise, none of them run yet."""
    return [(m, LazyRuns(exercise, program)) for m in exercise.mistakes for program in m.variants]


def run_wrong(exercise: Exercise, program: Callable) -> list[CaseRun]:
    """What a wrong program does in every case."""
    return LazyRuns(exercise, program).all()


def side_effects(runs: list[CaseRun]) -> tuple:
    """What a program does besides answering: changes its inputs, differs from call to call, ignores rng."""
    first = runs[0]
    repeats = first.repeat is None or equal(first.value, first.repeat)
    reacts = first.reseeded is None or not equal(first.value, first.reseeded)
    goes_on = first.same_rng_continued is None or not equal(first.value, first.same_rng_continued)
    return tuple((run.changed, run.dtype) for run in runs), repeats, reacts, goes_on


def match_all_cases(e: Evidence, known: Known) -> Match | None:
    """The listed mistake that does the same in all cases; rather one with the same side effects."""
    near = None
    for mistake, program in known:
        if not all(equivalent(run, program[at], e.exercise) for at, run in enumerate(e.runs)):
            continue
        others = program.all()
        pairs = enumerate(zip(others, e.expected))
        at = next((i for i, (o, right) in pairs if not equivalent(o, right, e.exercise)), None)
        same = side_effects(e.runs) == side_effects(others)
        if same and (at is not None or side_effects(others) != side_effects(e.expected)):
            return Match(mistake, "whole", "", at or 0)  # wrong only in its side effects: they show at once
        if at is not None:
            near = near or Match(mistake, "whole", "", at)
    return near


def match_parts(e: Evidence, known: Known) -> list[Match]:
    """For each wrong part of the answer the listed mistake that gives the same, where there is one.

    returns: list of Match, empty for an answer of one part, and when nothing is found
    """
    mine = _by_part(e, e.runs)
    wrong = {name: pairs for name, pairs in mine.items() if not all(_right(c, e.exercise) for c in pairs)}
    stepped = any(run.case.steps for run in e.runs)  # one wrong part soon spoils the others
    if len(mine) < 2 or (stepped and len(wrong) > 1):
        return []
    found = []
    for part, pairs in wrong.items():
        for mistake, program in known:
            theirs = _by_part(e, program.all()).get(part, [])
            bad = [c for c in theirs if not _right(c, e.exercise)]
            if bad and _same_arrays(pairs, theirs, e.exercise):
                found.append(Match(mistake, "part", part, bad[0].at))
                break
    return found


def match_raised(e: Evidence, known: Known) -> Match | None:
    """The listed mistake that raises the same, or gives the same wherever the function answers.

    Many programs raise where the shapes do not fit: the wrong answers beside that must agree too.
    """
    raised = [at for at, run in enumerate(e.runs) if run.raised]
    answered = [at for at, run in enumerate(e.runs) if not run.raised]
    wrong = [at for at in answered if not equivalent(e.runs[at], e.expected[at], e.exercise)]
    for mistake, program in known:
        explained = [at for at in wrong if equivalent(e.runs[at], program[at], e.exercise)]
        if sum(_wrong_entries(e, at) for at in explained) < 4:  # so few may agree by chance
            continue
        if all(equivalent(e.runs[at], program[at], e.exercise) for at in raised):
            return Match(mistake, "some", "", raised[0])
        if all(equivalent(e.runs[at], program[at], e.exercise) for at in answered):
            return Match(mistake, "some", "", wrong[0])
    return None


def match_some_cases(e: Evidence, known: Known) -> Match | None:
    """The listed mistake that explains most of the wrong answers: there may be a second one beside it."""
    best, most = None, 3
    wrong = [at for at, pair in enumerate(zip(e.runs, e.expected)) if not equivalent(*pair, e.exercise)]
    for mistake, program in known:
        explained = [at for at in wrong if equivalent(e.runs[at], program[at], e.exercise)]
        weight = len({x for at in explained for x in _wrong_numbers(e, at)})
        if len(explained) >= max(len(wrong) / 2, 2) and weight > most:
            best, most = Match(mistake, "some", "", explained[0]), weight
    return best


def _by_part(e: Evidence, runs: list[CaseRun]) -> dict[str, list[Comparison]]:
    """The arrays of all cases, by the name of the part."""
    parts: dict[str, list[Comparison]] = {}
    for at, (run, right) in enumerate(zip(runs, e.expected)):
        for c in comparisons_of(e.exercise, run, right, at):
            parts.setdefault(c.leaf.name, []).append(c)
    return parts


def _right(c: Comparison, exercise: Exercise) -> bool:
    return equal(c.got, c.expected, exercise.tolerance)


def _same_arrays(one: list[Comparison], other: list[Comparison], exercise: Exercise) -> bool:
    same_places = [(c.at, c.leaf.index) for c in one] == [(c.at, c.leaf.index) for c in other]
    return same_places and all(equal(a.got, b.got, exercise.tolerance) for a, b in zip(one, other))


def _wrong_entries(e: Evidence, at: int) -> int:
    """How many entries the wrong arrays of an answer have."""
    pairs = comparisons_of(e.exercise, e.runs[at], e.expected[at])
    return sum(c.expected.size for c in pairs if not equal(c.got, c.expected, e.exercise.tolerance))


def _wrong_numbers(e: Evidence, at: int) -> set[float]:
    """The different wrong numbers of an answer: to agree on a few may be chance."""
    comparisons = comparisons_of(e.exercise, e.runs[at], e.expected[at])
    bad = [c for c in comparisons if wrong_values(c, e.exercise)]
    return {float(x) for c in bad for x in np.ravel(np.round(c.got, 9))}
