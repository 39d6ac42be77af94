"""Would the answer be right if one input were another? As if the bias were 0, or two inputs were swapped.

The model solution is called with changed inputs; where it then gives the learner's numbers, that says what
was ignored. The number of changed inputs is fixed, so the same function always gets the same message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..catalog import exercises
from ..checker.answers import equal
from ..checker.compare import comparisons_of
from ..checker.runner import run_case
from ..spec import Exercise
from .changed_inputs import ARRAYS, EXAMPLES, INTEGERS, LABELS, LAYERS, NUMBERS
from .evidence import Evidence, Finding
from .functions import examples_of


def as_if(e: Evidence) -> Finding | None:
    """A changed input that explains all numbers of a part."""
    if e.view != "part" or sum(c.got.size for c in e.wrong) < 2:
        return None
    order = sorted({c.at for c in e.comparisons}, key=lambda at: not any(c.at == at for c in e.wrong))
    for finding, program in _programs(e):
        if all(_explains(e, program, at) for at in order):
            return finding.add(of_part=f"`{e.part}`") if e.part else finding
    return None


def _explains(e: Evidence, program: Callable, at: int) -> bool:
    with np.errstate(all="ignore"):
        other = run_case(e.exercise, program, e.runs[at].case)
    if other.raised:
        return False
    theirs = [c for c in comparisons_of(e.exercise, other, e.runs[at]) if c.leaf.name == e.part]
    mine = [c for c in e.comparisons if c.at == at]
    return len(theirs) == len(mine) and all(
        equal(m.got, t.got, e.exercise.tolerance) for m, t in zip(mine, theirs)
    )


def _programs(e: Evidence) -> Iterator[tuple[Finding, Callable]]:
    """The model solution with changed inputs, and what to say if that is what the learner's function does."""
    exercise, reference = e.exercise, e.exercise.reference
    args, names = exercise.cases[0].args, list(exercise.inputs)
    for i, (name, arg) in enumerate(zip(names, args)):
        for words, change in _changes(arg):
            yield (
                _finding(words.format(name=f"`{name}`")),
                _with(reference, lambda a, i=i, c=change: _set(a, i, c(a[i]))),
            )
    for i in range(len(args)):
        for j in range(i + 1, len(args)):
            if _alike(args[i], args[j]):
                words = f"`{names[i]}` and `{names[j]}` were swapped"
                yield _finding(words), _with(reference, lambda a, i=i, j=j: _set(_set(a, i, a[j]), j, a[i]))
    rows = examples_of(e)
    for words, change in EXAMPLES if len(rows) > 1 else ():
        yield (
            _finding(words),
            _with(reference, lambda a, c=change: tuple(c(x) if i in rows else x for i, x in enumerate(a))),
        )
    yield from _other_labels(exercise, names)
    for other in exercises().values():
        same_inputs = list(other.inputs.values()) == list(exercise.inputs.values())
        if other.name != exercise.name and other.output == exercise.output and same_inputs:
            yield (
                Finding("other exercise", facts={"name": other.name, "task": exercise.task}),
                other.reference,
            )
    if len(args) == 1 and isinstance(args[0], np.ndarray):
        yield Finding("applied twice", facts={"name": exercise.name}), lambda x: reference(reference(x))


def _other_labels(exercise: Exercise, names: list[str]) -> Iterator[tuple[Finding, Callable]]:
    """Labels that are others of the same classes, where the classes are an axis of what comes in."""
    rows = next((k for k, spec in enumerate(exercise.inputs.values()) if "classes" in spec.split()), None)
    if rows is None or "labels" not in names:
        return
    i = names.index("labels")
    for words, change in LABELS:
        yield _finding(words), _with(exercise.reference, lambda a, c=change: _set(a, i, c(a[rows], a[i])))


def _finding(words: str) -> Finding:
    return Finding("as if", facts={"as_if": words})


def _with(reference: Callable, change: Callable) -> Callable:
    return lambda *args: reference(*change(args))


def _set(args: tuple, i: int, value: Any) -> tuple:
    return (*args[:i], value, *args[i + 1 :])


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.ndim == other.ndim
    return isinstance(one, (int, float)) and isinstance(other, (int, float))


def _changes(arg: Any) -> tuple[tuple[str, Callable], ...]:
    if isinstance(arg, np.ndarray):
        return ARRAYS if arg.dtype.kind == "f" else INTEGERS if arg.dtype.kind in "iu" else ()
    if isinstance(arg, (int, float)) and not isinstance(arg, bool):
        return NUMBERS
    if isinstance(arg, (list, tuple)) and arg and isinstance(arg[0], tuple) and len(arg[0]) == 2:
        return LAYERS
    return ()
