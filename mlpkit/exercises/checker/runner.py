"""Run a function on every case of an exercise, and write down everything that happened.

The learner's function, the model solution and the wrong programs are all run by the same lines.
"""

from __future__ import annotations

import copy
import functools
import random
import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np

from ..._where import thread_time
from ..spec import Case, Exercise, Property
from .answers import InvalidAnswer, equal, normalize_answer
from .isolation import capture_output
from .sandbox import TimeUp
from .source import source_line

# Python 3.11 runs these in a frame of their own; they are still the learner's line.
COMPREHENSIONS = ("<listcomp>", "<genexpr>", "<setcomp>", "<dictcomp>")


class Raised(NamedTuple):
    """An exception, in words.

    kind: str, its class; text: str, what it says
    line: int or None, source: str, where in the function it was raised
    arrays: the shapes of the arrays that this line names, by their names
    inside: whether it was raised in another function, outside NumPy, that this line calls
    """

    kind: str
    text: str
    line: int | None = None
    source: str = ""
    arrays: tuple[tuple[str, tuple[int, ...]], ...] = ()
    inside: bool = False


@dataclass
class CaseRun:
    """What a function did on one case.

    value: the normalised answer (for a case with steps a list of answers, one a step); None when it raised
    raised: Raised or None
    changed: names of arguments that were changed in place
    dtype: the type of the answer's numbers where the exercise asks for another one, else ""
    repeat: the answer to the very same call made once more, or None if that was not tried
    reseeded: for random functions, the answer with another rng
    same_rng_continued: for random functions, the answer to a second call with the very same rng
    measures: what was measured of the answer already, by the property's name
    seconds: processor time that the call took
    """

    case: Case
    value: Any = None
    raised: Raised | None = None
    changed: tuple[str, ...] = ()
    dtype: str = ""
    repeat: Any = None
    reseeded: Any = None
    same_rng_continued: Any = None
    measures: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0


@functools.cache
def _reference_runs(at: int) -> list[CaseRun]:
    exercise = _exercises[at]
    runs: list[CaseRun] = []
    run_cases(exercise, exercise.reference, runs)
    for run in runs:
        freeze((run.value, run.repeat, run.reseeded, run.same_rng_continued))
    return runs


_exercises: dict[int, Exercise] = {}  # kept, so that no other object gets the same id


def reference_runs(exercise: Exercise) -> list[CaseRun]:
    """What the model solution does on every case.

    It is run once, before any function of a learner: so nothing that one of those breaks gets into it.
    """
    _exercises[id(exercise)] = exercise
    return _reference_runs(id(exercise))


def freeze(value: Any) -> Any:
    """Make all arrays in a value read-only.

    returns: the value itself
    """
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif isinstance(value, (list, tuple)):
        for part in value:
            freeze(part)
    return value


def run_cases(
    exercise: Exercise,
    function: Callable,
    runs: list[CaseRun],
    printed: list[str] | None = None,
    pictures: list[str] | None = None,
) -> None:
    """Run a function on all cases; the first is run again, to see whether it always gives the same.

    runs: list that each CaseRun is appended to, so that those before a time-out are not lost
    printed: list that what the first call prints is appended to
    pictures: list that what the first call displays is appended to
    """
    shown: list[str] = []
    with capture_output(shown) as pieces:
        for i, case in enumerate(exercise.cases):
            _seed(i)
            runs.append(run := run_case(exercise, function, case))
            if i == 0 and printed is not None:
                printed.extend(pieces)
            if i == 0 and pictures is not None:
                pictures.extend(shown)
            if i == 0 and run.raised is None:
                _run_again(exercise, function, run)


def run_case_at(exercise: Exercise, function: Callable, at: int) -> CaseRun:
    """What a function does in one case of an exercise; the first is tried again, as in `run_cases`."""
    with capture_output():
        _seed(at)
        run = run_case(exercise, function, exercise.cases[at])
        if at == 0 and run.raised is None:
            _run_again(exercise, function, run)
    return run


def _seed(number: int) -> None:
    np.random.seed(number)
    random.seed(number)


def _run_again(exercise: Exercise, function: Callable, run: CaseRun) -> None:
    """The very same call once more, and for a random function with another rng, and with one that goes on."""
    _seed(1_000)
    run.repeat = run_case(exercise, function, run.case).value
    if exercise.random:
        run.reseeded = run_case(exercise, function, run.case, reseeded=True).value
        run.same_rng_continued = _second_call(exercise, function, run.case)


def run_case(exercise: Exercise, function: Callable, case: Case, reseeded: bool = False) -> CaseRun:
    """Run a function on one case.

    reseeded: True to give it generators in another state
    returns: CaseRun
    """
    run = CaseRun(case)
    args = copy.deepcopy(case.args)
    if reseeded:
        args = tuple(np.random.default_rng(99) if isinstance(a, np.random.Generator) else a for a in args)
    before = copy.deepcopy(args)
    start = thread_time()
    try:
        if case.steps:
            run.value, args, before = _take_steps(exercise, function, case, args)
        else:
            run.value = normalize_answer(function(*args), exercise.output)
    except TimeUp:
        raise
    except BaseException as error:
        run.raised = describe(error, function)
    run.seconds = thread_time() - start
    run.dtype = _other_dtype(run.value, exercise)
    run.changed = tuple(name for name, a, b in zip(exercise.inputs, args, before) if not _same(a, b))
    return run


def _other_dtype(value: Any, exercise: Exercise) -> str:
    if not exercise.dtype or not isinstance(value, np.ndarray) or value.dtype.kind != "f":
        return ""
    return "" if value.dtype.name == exercise.dtype else value.dtype.name


def _second_call(exercise: Exercise, function: Callable, case: Case) -> Any:
    """The answer to a second call that goes on with the generator of the first; None when it raises."""
    args = copy.deepcopy(case.args)
    afresh = copy.deepcopy(case.args)
    same_rng_continued = tuple(a if isinstance(a, np.random.Generator) else b for a, b in zip(args, afresh))
    try:
        normalize_answer(function(*args), exercise.output)  # an iterator draws only when it is read
        return normalize_answer(function(*same_rng_continued), exercise.output)
    except TimeUp:
        raise
    except BaseException:  # the first call answered; what is wrong with the second shows elsewhere
        return None


def _take_steps(exercise: Exercise, function: Callable, case: Case, args: tuple) -> tuple[list, tuple, tuple]:
    """Call a step function again and again, each time with what it returned."""
    values, names, first = [], list(exercise.output), None
    for step in range(case.steps):
        args = case.schedule_args(step, args) if case.schedule_args else args
        args = copy.deepcopy(args)
        before = copy.deepcopy(args)
        answer = function(*args)
        values.append(normalize_answer(answer, exercise.output))
        first = first or (args, before)
        if not all(_same(a, b) for a, b in zip(args, before)):
            first = (args, before)
        if isinstance(values[-1], InvalidAnswer) or any(
            isinstance(part, InvalidAnswer) for part in values[-1]
        ):
            break
        parts = dict(zip(names, values[-1]))
        args = tuple(
            next((parts[n] for n, at in case.feedback.items() if at == i), a) for i, a in enumerate(before)
        )
    return values, *first


def output_of(exercise: Exercise, case: Case) -> Any:
    """The structure of an answer to a case: for a case with steps, a list of answers."""
    return [exercise.output] if case.steps else exercise.output


def describe(error: BaseException, function: Callable) -> Raised:
    """Put an exception into words, with the line of the learner's function that it came from.

    returns: Raised
    """
    try:
        text = " ".join(str(error).split())[:160]
    except BaseException:  # an exception whose own text raises
        text = ""
    kind = type(error).__name__[:40]
    code = getattr(function, "__code__", None)
    calls = list(traceback.walk_tb(error.__traceback__))
    frames = [(f, n) for f, n in calls if f.f_code is code]
    if not frames:
        return Raised(kind, text)
    frame, line = frames[0]
    after = [f for f, _ in calls[calls.index(frames[0]) + 1 :]]
    later = [f.f_globals.get("__name__") or "" for f in after if f.f_code.co_name not in COMPREHENSIONS]
    source = source_line(function, line)
    names = dict.fromkeys(re.findall(r"\b[A-Za-z_]\w*", source))
    found = {name: frame.f_locals.get(name) for name in names}
    arrays = tuple((name, a.shape) for name, a in found.items() if isinstance(a, np.ndarray))
    return Raised(
        kind,
        text,
        line - code.co_firstlineno + 1,
        source[:200],
        arrays,
        bool(later) and not later[0].startswith("numpy"),
    )


def equivalent(one: CaseRun, other: CaseRun, exercise: Exercise) -> bool:
    """Whether two programs did the same on a case, as far as can be seen from outside."""
    if one.raised or other.raised:
        return bool(one.raised and other.raised) and one.raised[:2] == other.raised[:2]
    if not exercise.random:
        return equal(one.value, other.value, exercise.tolerance)
    if shapes(one.value) != shapes(other.value):
        return False
    return all(_alike(prop, one, other) for prop in exercise.properties)


def measured(prop: Property, run: CaseRun) -> Any:
    """What a property measures of an answer: a number, nested lists of numbers, or None if it cannot."""
    if prop.name not in run.measures:
        try:
            with np.errstate(all="ignore"):
                value = np.asarray(prop.measure(run.value, run.case.args), dtype=np.float64).tolist()
        except Exception:
            value = None
        run.measures[prop.name] = value
    return run.measures[prop.name]


def _alike(prop: Property, one: CaseRun, other: CaseRun) -> bool:
    a, b = measured(prop, one), measured(prop, other)
    return a is b if a is None or b is None else within(a, b, prop)


def within(got: Any, expected: Any, prop: Property) -> bool:
    """Whether a measured number or array is near enough to the one it should be."""
    got, expected = np.asarray(got, np.float64), np.asarray(expected, np.float64)
    if got.shape != expected.shape:
        return False
    with np.errstate(all="ignore"):
        near = np.abs(got - expected) <= prop.tolerance * np.abs(expected) + prop.absolute
    return bool((near | (got == expected) | (np.isnan(got) & np.isnan(expected))).all())


def shapes(value: Any) -> Any:
    """The shapes of all arrays of a normalised answer, in its structure."""
    if isinstance(value, InvalidAnswer):
        return value[:3]
    return value.shape if isinstance(value, np.ndarray) else [shapes(part) for part in value]


def _same(one: Any, other: Any) -> bool:
    """Whether an argument is as it was; what cannot be compared counts as unchanged."""
    if isinstance(one, np.ndarray):
        same = isinstance(other, np.ndarray) and one.shape == other.shape and one.dtype == other.dtype
        return same and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, (list, tuple)):
        alike = isinstance(other, (list, tuple)) and len(one) == len(other)
        return alike and all(map(_same, one, other))
    if type(one) in (int, float, str, FunctionType):
        return type(one) is type(other) and (one == other or one != one)
    return True
