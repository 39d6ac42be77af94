"""Words for an answer of the wrong type or shape: None, a list for an array, transposed, summed over the
wrong axis.

Shapes tell more than any other number: most slips in array code show there first.
"""

from __future__ import annotations

import itertools

import numpy as np

from ..checker.answers import InvalidAnswer, Leaf, close, equal, leaves
from ..checker.compare import Comparison, Failure, comparisons_of, wrong_type
from ..checker.runner import CaseRun, output_of
from ..spec import Exercise
from .observed import asked_for, leaf_name, observe, shape_sentence, type_words
from .say_lists import in_a_list, say_count
from .wording import listed, number, sizes


def say_type(exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun], failure: Failure) -> str:
    """What came instead of what was asked for.

    returns: str
    """
    run = runs[failure.at]
    leaf = next(f for f in leaves(run.value, output_of(exercise, run.case)) if wrong_type(f, exercise))
    kind = leaf.value.kind if isinstance(leaf.value, InvalidAnswer) else "dtype"
    seen = f"On {run.case.note}, {leaf_name(leaf, exercise)} is {type_words(leaf)}."
    if kind == "nothing" and not leaf.name:
        return f"On {run.case.note} it returned None. Is there a `return` at the end of every way through it?"
    if kind == "nothing":
        return f"{seen} Look at where that part is made: was its result kept?"
    asked = asked_for(exercise.output, exercise.list_item)
    order = (
        f" The order is ({', '.join(exercise.output)})."
        if isinstance(exercise.output, dict) and leaf.name
        else ""
    )
    what = f"What is asked for is {asked}." if not leaf.name else ""
    return f"{seen} {what}{order} {_type_advice(leaf, exercise)}"


def _type_advice(leaf: Leaf, exercise: Exercise) -> str:
    if not isinstance(leaf.value, InvalidAnswer):
        return (
            "Look at which step turned numbers into something else: a comparison, a cast, a root of a "
            "negative?"
        )
    what = leaf.value.what
    if leaf.spec == "numbers":
        return "What is asked for there is a list of plain numbers. Print it once."
    if leaf.spec == "number":
        return "Look at the last line: how do these become one number?"
    if what.startswith(("a list", "a tuple")):
        return "A list has no shape and no arithmetic: the next step in the network needs an array."
    if "function" in what:
        return "Are the round brackets missing, that call it?"
    if "generator" in what or "iterator" in what:
        return "Is there a `yield`, or a comprehension in round brackets, where a value is meant?"
    return "Look at what the last line returns."


def say_shape(exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun], failure: Failure) -> str:
    """Which shape came, and how it may have come about.

    returns: str
    """
    run, expected = runs[failure.at], expected_runs[failure.at]
    order = say_swapped(exercise, runs, expected_runs)
    if order:
        return order
    pairs = comparisons_of(exercise, run, expected, failure.at)
    pair = next(
        (p for p in pairs if isinstance(p.got, InvalidAnswer) or p.got.shape != p.expected.shape), None
    )
    if pair is None or (isinstance(pair.got, InvalidAnswer) and pair.got.kind == "count"):
        return say_count(exercise, run, expected)
    bad = {p.leaf.name for p in pairs if isinstance(p.got, InvalidAnswer) or p.got.shape != p.expected.shape}
    right = [f"`{n}`" for n in dict.fromkeys(p.leaf.name for p in pairs if p.leaf.name not in bad)]
    also = f" The shape of {listed(right)} is right." if right else ""
    cause = _handed_back(exercise, run, pair) or in_a_list(pairs, pair) or _shape_cause(pair, exercise, run)
    return f"{shape_sentence(exercise, run, pair)}{also} {cause}"


def _handed_back(exercise: Exercise, run: CaseRun, pair: Comparison) -> str:
    """Whether an argument came back as it went in."""
    for name, arg in zip(exercise.inputs, run.case.args):
        if isinstance(arg, np.ndarray) and not isinstance(pair.got, InvalidAnswer) and _same(pair.got, arg):
            return f"It is `{name}` as it came in. Look at which variable the last line returns."
    return ""


def say_swapped(exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun]) -> str:
    """Whether the parts of a tuple are right, but stand in another order."""
    if not isinstance(exercise.output, dict) or exercise.random:
        return ""
    names = list(exercise.output)
    for order in list(itertools.permutations(range(len(names))))[1:]:
        if all(_reordered(run, expected, order, exercise) for run, expected in zip(runs, expected_runs)):
            came = ", ".join(names[order.index(i)] for i in range(len(names)))
            return (
                f"The parts are right, but they come as ({came}). "
                f"The order asked for is ({', '.join(names)}). Look at the `return`."
            )
    return ""


def _reordered(run: CaseRun, expected: CaseRun, order: tuple[int, ...], exercise: Exercise) -> bool:
    if run.raised or isinstance(run.value, InvalidAnswer):
        return False
    tuples = list(zip(run.value, expected.value)) if run.case.steps else [(run.value, expected.value)]
    return all(
        isinstance(got, tuple)
        and len(got) == len(order)
        and all(equal(got[at], part, exercise.tolerance) for at, part in zip(order, right))
        for got, right in tuples[:1]  # a state put back in the wrong place spoils the later steps
    )


def _shape_cause(pair: Comparison, exercise: Exercise, run: CaseRun) -> str:
    if isinstance(pair.got, InvalidAnswer):
        return (
            "An array blew up: two shapes were stretched against each other. Print the shapes of both sides."
        )
    got, expected = pair.got, pair.expected
    for test, words in _CAUSES:
        try:
            if test(got, expected):
                return words
        except (ValueError, IndexError):
            continue
    if got.ndim == 1 < expected.ndim and 0 < got.size < expected.size and _picked(got, expected):
        return (
            f"It holds {got.size} of the {expected.size} right numbers, in one row: a mask or an index picks "
            "some and drops the rest. Look at what should stand where nothing was picked."
        )
    axes = _reduced(got, expected, pair, exercise, run) if got.size and expected.size else ""
    return axes or "Write the shape behind every line, as a comment, and find the first that surprises you."


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and bool(close(a, b).all())


_CAUSES = (
    (lambda g, w: g.ndim == 2 and _same(g.T, w),
     "The numbers are right, but rows and columns have changed places. Which axis should the examples "
     "run along?"),
    (lambda g, w: g.size == w.size and _same(g.reshape(w.shape), w),
     "The numbers are right, only their arrangement is not: an axis too many or too few. Look at where "
     "it appears."),
    (lambda g, w: g.ndim == 2 and g.shape == w.shape[::-1],
     "It looks as if rows and columns have changed places. Look at the order of the factors, and at each "
     "`.T`."),
    (lambda g, w: g.size == w.size,
     "The number of entries is right, their arrangement is not. Look at each `reshape`, `flatten` and "
     "`keepdims`."),
)  # fmt: skip


def _picked(got: np.ndarray, expected: np.ndarray) -> bool:
    """Whether all numbers are right ones, but not one for each row or column, as a sum gives."""
    if got.size in expected.shape:
        return False
    at, right = 0, np.ravel(expected)
    for one in got:  # in reading order
        here = np.flatnonzero(close(np.full(right.size - at, one), right[at:]))
        if not len(here):
            return False
        at += here[0] + 1
    return True


def _reduced(
    got: np.ndarray, expected: np.ndarray, pair: Comparison, exercise: Exercise, run: CaseRun
) -> str:
    """Whether one of the two is the other, summed or averaged over an axis."""
    spec = pair.leaf.spec
    if spec == "numbers":
        return _listed_numbers(got, expected)
    if not expected.any():
        got = np.full(got.shape, np.nan)  # sums of zeros tell nothing
    for verb, reduce in (("summed", np.sum), ("averaged", np.mean), ("reduced to its maximum", np.max)):
        for axis in range(expected.ndim):
            if expected.ndim > got.ndim and _same(np.squeeze(got), np.squeeze(reduce(expected, axis))):
                return (
                    f"It equals the right answer {verb} over axis {axis}. Look at which axis is summed away."
                )
        for axis in range(got.ndim):
            if got.ndim > expected.ndim and _same(np.squeeze(reduce(got, axis)), np.squeeze(expected)):
                return (
                    f"The right answer is there, but not yet {verb} over axis {axis}. What should "
                    "become of that axis?"
                )
    if got.ndim > expected.ndim:
        return (
            "There is an axis too many: were two shapes stretched against each other, or was an axis "
            "not summed?"
        )
    if got.ndim < expected.ndim:
        return "An axis has been lost: look at each sum, mean, maximum and index, and at what it leaves."
    return _longer(got, expected, pair, exercise, run)


def _listed_numbers(got: np.ndarray, expected: np.ndarray) -> str:
    """A list of numbers that is too short or too long."""
    if (
        got.ndim == 1
        and len(got) == 1
        and np.isclose(got[0], expected.sum(), rtol=0.05)
        and len(expected) > 1
    ):
        return f"It is {number(got[0])}, about the sum of all. Each one by itself is asked for."
    if got.ndim == 1 and len(got) == 1:
        return f"It is {number(got[0])}. Is the list made anew each time, or is the loop left too early?"
    return "Look at where the loop starts and ends, and at when a number is written down."


def _longer(got: np.ndarray, expected: np.ndarray, pair: Comparison, exercise: Exercise, run: CaseRun) -> str:
    spec = pair.leaf.spec
    names = (
        spec.split() if len(spec.split()) == expected.ndim else [f"axis {i}" for i in range(expected.ndim)]
    )
    off = [i for i in range(expected.ndim) if got.shape[i] != expected.shape[i]]
    if len(off) != 1:
        return (
            "More than one axis is off: look at the order of the factors, and along which axis things "
            "are taken."
        )
    (axis,) = off
    by = got.shape[axis] - expected.shape[axis]
    if abs(by) == 1:
        return (
            f"`{names[axis]}` is {'longer' if by > 0 else 'shorter'} by one: look at where the "
            "counting starts and ends."
        )
    if 1 in (got.shape[axis], expected.shape[axis]):
        return (
            f"Along `{names[axis]}` only one entry is left, or one too few was kept: look at what is "
            "summed there."
        )
    length = got.shape[axis]
    known = [
        f"`{name}`"
        for name, size in sizes(exercise, run.case).items()
        if size == length and name not in exercise.inputs
    ]
    same = f" {length} is the length of {listed(known)} in what came in." if known else ""
    return f"The length along `{names[axis]}` is not right.{same} Look at what that length is made of."


__all__ = ["asked_for", "observe", "say_shape", "say_swapped", "say_type"]
