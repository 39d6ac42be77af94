"""Would the answer be right if one input were another? As if the bias were 0, the labels off by one, two
inputs swapped.

The model solution is called with changed inputs; where it then gives the learner's numbers, that says what
was ignored.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..catalog import exercises
from ..checker.answers import equal
from ..checker.compare import Comparison, comparisons_of, wrong_values
from ..checker.runner import CaseRun, run_case
from ..spec import Exercise
from .find_changes import ARRAYS, EXAMPLES, INTEGERS, LABELS, LAYERS, NUMBERS
from .find_rows import by_example

BUDGET = 0.6  # seconds


def by_variant(exercise: Exercise, runs: list[CaseRun], part: list[Comparison]) -> str:
    """Find a changed input that explains all numbers of a part.

    returns: str, "" if there is none
    """
    end = time.monotonic() + BUDGET
    cases = [run.case for run in runs]
    order = sorted(
        {p.at for p in part}, key=lambda at: not any(wrong_values(p, exercise) for p in part if p.at == at)
    )
    if sum(p.got.size for p in part if wrong_values(p, exercise)) < 2:
        return ""
    for words, program in variants(exercise):
        if time.monotonic() > end:
            return ""
        if all(
            _explains(exercise, program, cases[at], [p for p in part if p.at == at], runs[at]) for at in order
        ):
            return words
    return ""


def _explains(
    exercise: Exercise, program: Callable, case: Any, pairs: list[Comparison], run: CaseRun
) -> bool:
    with np.errstate(all="ignore"):
        other = run_case(exercise, program, case)
    if other.raised:
        return False
    theirs = [p for p in comparisons_of(exercise, other, run) if p.leaf.name == pairs[0].leaf.name]
    return len(theirs) == len(pairs) and all(
        equal(mine.got, its.got, exercise.tolerance) for mine, its in zip(pairs, theirs)
    )


def variants(exercise: Exercise) -> Iterator[tuple[str, Callable]]:
    """The model solution with changed inputs, and what to say if that is what the learner's function does.

    returns: iterator of (sentence, function)
    """
    args = exercise.cases[0].args
    names = list(exercise.inputs)
    for i, (name, arg) in enumerate(zip(names, args)):
        for words, change in _changes(arg):
            yield _say(words.format(name=f"`{name}`")), _changed(exercise.reference, i, change)
    for i in range(len(args)):
        for j in range(i + 1, len(args)):
            if _alike(args[i], args[j]):
                words = f"`{names[i]}` and `{names[j]}` had changed places"
                yield _say(words), _swapped(exercise.reference, i, j)
    rows = by_example(exercise)
    for words, change in EXAMPLES if len(rows) > 1 else ():
        yield _say(words), _all_changed(exercise.reference, change, rows)
    if "labels" in names:
        yield from _other_labels(exercise, names.index("labels"))
    for other in exercises().values():
        if (
            other.name != exercise.name
            and other.output == exercise.output
            and list(other.inputs.values()) == list(exercise.inputs.values())
        ):
            words = (
                f"The numbers are those of `{other.name}`, which takes the same inputs. What is "
                "asked for is this: "
            )
            yield f"{words}{exercise.task}", other.reference
    if len(args) == 1 and isinstance(args[0], np.ndarray):
        yield (
            f"The numbers are those of `{exercise.name}` applied twice. Look at whether its result, or "
            "something "
            "like it, goes in where the raw input belongs.",
            lambda x: exercise.reference(exercise.reference(x)),
        )


def _other_labels(exercise: Exercise, i: int) -> Iterator[tuple[str, Callable]]:
    """Labels that are others of the same classes, where the classes are an axis of what comes in."""
    rows = next((k for k, spec in enumerate(exercise.inputs.values()) if "classes" in spec.split()), None)
    for words, change in LABELS if rows is not None else ():
        yield _say(words), _relabelled(exercise.reference, i, rows, change)


def _relabelled(reference: Callable, i: int, rows: int, change: Callable) -> Callable:
    return lambda *args: reference(*args[:i], change(args[rows], args[i]), *args[i + 1 :])


def _say(words: str) -> str:
    return f"The numbers are those that would be right if {words}. Look at each place where it enters."


def _changed(reference: Callable, i: int, change: Callable) -> Callable:
    return lambda *args: reference(*args[:i], change(args[i]), *args[i + 1 :])


def _all_changed(reference: Callable, change: Callable, rows: list[int]) -> Callable:
    return lambda *args: reference(*(change(a) if i in rows else a for i, a in enumerate(args)))


def _swapped(reference: Callable, i: int, j: int) -> Callable:
    def program(*args: object) -> object:
        args = list(args)
        args[i], args[j] = args[j], args[i]
        return reference(*args)

    return program


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.ndim == other.ndim
    return isinstance(one, (int, float)) and isinstance(other, (int, float))


def _changes(arg: Any) -> tuple[tuple[str, Callable], ...]:
    if isinstance(arg, np.ndarray) and arg.dtype.kind == "f":
        return ARRAYS
    if isinstance(arg, np.ndarray) and arg.dtype.kind in "iu":
        return INTEGERS
    if isinstance(arg, (int, float)) and not isinstance(arg, bool):
        return NUMBERS
    if isinstance(arg, (list, tuple)) and arg and isinstance(arg[0], tuple) and len(arg[0]) == 2:
        return LAYERS
    return ()
