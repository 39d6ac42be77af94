"""Record a function on one case that fails, and find the place where it parts from right programs.

`find_divergence` is what a check calls; it runs the learner's function once more at most.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..checker.answers import leaves
from ..checker.runner import CaseRun, equivalent
from ..spec import Case, Exercise
from .known_values import KnownValues, array_leaves, known_values, right_programs
from .locate import Divergence, locate
from .trace import Trace, record

Recorded = Callable[[Callable, tuple], Trace | None]
DULL = 1e6  # added to the size of a case on which different programs may do the same by chance
_known: dict[tuple, KnownValues] = {}  # exercise, case and step -> values; made once


class Found(NamedTuple):
    """A place in a learner's function.

    case: on which it was seen; step: in which step of it, from 0
    """

    divergence: Divergence
    trace: Trace
    case: Case
    step: int


def find_divergence(
    exercise: Exercise,
    function: Callable,
    runs: list[CaseRun],
    expected_runs: list[CaseRun],
    recorded: Recorded = record,
    note: str = "",
) -> Found | None:
    """Record the function on one case that it gets wrong, and find the place.

    runs: of the function; expected_runs: of the model solution
    recorded: runs it on some arguments, recorded
    note: of the case that is preferred
    returns: Found, or None where nothing can be said
    """
    at = telling_case(exercise, runs, expected_runs, note)
    if at is None:
        return None
    return divergence_on(exercise, function, runs[at], expected_runs[at], at, recorded)


def telling_case(
    exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun], note: str = ""
) -> int | None:
    """The number of the case to look at: the first that raises, or else one that is wrong.

    note: of the case that is preferred, where its numbers can tell programs apart
    """
    pairs = enumerate(zip(runs, expected_runs))
    wrong = [at for at, (run, expected) in pairs if not equivalent(run, expected, exercise)]
    raising = [at for at in wrong if runs[at].raised]
    if raising:  # of it the message speaks too; smaller ones often have equal sizes that hide the fault
        return raising[0]
    dull = {at: not exercise.random and _all_alike(runs[at].value) for at in wrong}
    said = [at for at in wrong if runs[at].case.note == note and not (exercise.random or dull[at])]
    if said and case_size(runs[said[0]].case) < DULL:
        return said[0]
    return min(wrong, key=lambda at: (dull[at], case_size(runs[at].case)), default=None)


def _all_alike(answer: object) -> bool:
    """Whether every array of an answer holds one number only: the same may come out by chance."""
    arrays = [a for a in array_leaves(answer) if a.size > 1]
    return bool(arrays) and all((a == a.ravel()[0]).all() for a in arrays)


def divergence_on(
    exercise: Exercise,
    function: Callable,
    run: CaseRun,
    expected: CaseRun,
    number: int,
    recorded: Recorded = record,
) -> Found | None:
    """The same for one case.

    number: of the case in the exercise
    """
    case = run.case
    step = _first_wrong_step(exercise, run, expected) if case.steps else 0
    args = args_of_step(exercise, case, expected, step)
    right = None if exercise.random else _right(exercise, case, expected, step)
    known = _known_on(exercise, number, step, args, right)
    trace = recorded(function, copy.deepcopy(args))
    if trace is None:
        return None
    answer = _parts(trace.returned, exercise.output) if trace.error is None else None
    with np.errstate(all="ignore"):
        found = locate(trace, known, right, answer)
    return None if found is None else Found(found, trace, case, step)


def _known_on(exercise: Exercise, number: int, step: int, args: tuple, right: list | None) -> KnownValues:
    key = (exercise.topic, exercise.name, number, step)
    if key not in _known or not exercise.topic:
        if len(_known) > 100:
            _known.clear()
        _known[key] = known_values(right_programs(exercise), args, right)
    return _known[key]


def case_size(case: Case) -> float:
    """How many numbers a case has; those on which different programs may do the same by chance come later.

    returns: float, the smaller the better to find a place in
    """
    arrays = [a for a in array_leaves(list(case.args)) if a.size]
    dull = bool(arrays) and max(a.size for a in arrays) == 1
    dull = dull or any(
        a.dtype.kind == "f"
        and a.ndim > 0
        and (a.shape[0] == 1 or (a == np.round(a, 1)).all() or np.ptp(a) == 0 or np.abs(a).max() > 100)
        for a in arrays
    )
    rows = max((len(a) for a in arrays if a.dtype.kind in "iu" and a.ndim), default=None)
    batches = [a for a in case.args if type(a) is int and rows is not None]
    lists = [a for a in case.args if type(a) is list]
    single = any(size == 1 or size >= rows for size in batches) or any(len(a) == 1 for a in lists)
    counts = [a for a in case.args if type(a) is int and not arrays]  # of the numbers that are to be drawn
    return (sum(a.size for a in arrays) or math.prod(counts)) + DULL * (dull or single)


def _first_wrong_step(exercise: Exercise, run: CaseRun, expected: CaseRun) -> int:
    if run.raised or not isinstance(run.value, list):
        return 0
    for step, (got, right) in enumerate(zip(run.value, expected.value)):
        one, other = CaseRun(run.case._replace(steps=0), got), CaseRun(run.case._replace(steps=0), right)
        if not equivalent(one, other, exercise):
            return step
    return max(len(run.value) - 1, 0)


def args_of_step(exercise: Exercise, case: Case, expected: CaseRun, step: int) -> tuple:
    """The arguments of one call of a case: the steps before it are those of the model solution."""
    args = copy.deepcopy(case.args)
    if not case.steps:
        return args
    names = list(exercise.output)
    for at in range(step + 1):
        args = copy.deepcopy(case.schedule_args(at, args) if case.schedule_args else args)
        if at < step:
            parts = dict(zip(names, expected.value[at]))
            places = {place: parts[name] for name, place in case.feedback.items()}
            args = tuple(places.get(i, a) for i, a in enumerate(args))
    return args


def _right(exercise: Exercise, case: Case, expected: CaseRun, step: int) -> list[Any]:
    value = expected.value[step] if case.steps else expected.value
    return [leaf.value for leaf in leaves(value, exercise.output)]


def _parts(value: object, output: Any) -> list | None:
    """The objects of an answer in their places, or None if it is built in another way."""
    if isinstance(output, str):
        return [value]
    if type(value) not in (list, tuple):
        return None
    if isinstance(output, list):
        parts = [_parts(part, output[0]) for part in value]
    elif len(value) != len(output):
        return None
    else:
        parts = [_parts(part, spec) for part, spec in zip(value, output.values())]
    return None if any(p is None for p in parts) else [leaf for part in parts for leaf in part]
