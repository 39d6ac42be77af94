"""One sentence that says what was seen, with numbers, before anything is suspected.

It is true whatever the reason is.
"""

from __future__ import annotations

import numpy as np

from .core import Exercise
from .running import Run, gives_of
from .values import Leaf, Odd, close, equal, in_words, leaves
from .verdict import Pair, pairs_of, wrong_type
from .wording import listed, number, place, shape_words


def observe(exercise: Exercise, run: Run, want: Run) -> str:
    """What is not right about an answer, in one sentence.

    returns: str
    """
    if run.raised:
        return raised_sentence(run)
    odd = [leaf for leaf in leaves(run.value, gives_of(exercise, run.probe)) if wrong_type(leaf, exercise)]
    if odd:
        return f"On {run.probe.note}, {leaf_name(odd[0], exercise)} is {type_words(odd[0])}."
    pairs = pairs_of(exercise, run, want)
    if not pairs:
        return count_sentence(exercise, run, want)
    for pair in pairs:
        if isinstance(pair.got, Odd) or pair.got.shape != pair.want.shape:
            return shape_sentence(exercise, run, pair)
    for pair in pairs:
        if not exercise.random and not close(pair.got, pair.want, exercise.tolerance).all():
            return value_sentence(exercise, run, pair)
    if run.changed:
        return f"After the call, {listed(f'`{n}`' for n in run.changed)} no longer holds what it held before."
    return habit_sentence(run)


def raised_sentence(run: Run) -> str:
    """Which exception came, on what, and from which line."""
    kind, text, line, source = run.raised
    where = f", in line {line}: `{source}`" if line and source else ""
    return f"On {run.probe.note} it raised {kind}{f' ({text})' if text else ''}{where}."


def leaf_name(leaf: Leaf, exercise: Exercise, capital: bool = False) -> str:
    """What an array of the answer is called: "dweights of layer 2", "the result"."""
    name = f"`{leaf.name}`" if leaf.name else "the result"
    if leaf.index is not None:
        name += f" of {exercise.each} {leaf.index + 1}" if leaf.name else f" number {leaf.index + 1}"
    return name[0].upper() + name[1:] if capital else name


def type_words(leaf: Leaf) -> str:
    """What came instead of an array of numbers."""
    if isinstance(leaf.value, Odd):
        return leaf.value.what
    if leaf.value.ndim == 0 and leaf.value.dtype.kind == "b":
        return str(bool(leaf.value))
    kind = {"b": "True and False", "c": "complex numbers", "f": "floats", "i": "integers", "u": "integers"}
    what = kind.get(leaf.value.dtype.kind, str(leaf.value.dtype))
    return what if leaf.value.ndim == 0 else f"an array of {what} ({leaf.value.dtype})"


def shape_sentence(exercise: Exercise, run: Run, pair: Pair) -> str:
    """Which shape came, and which was asked for."""
    got = pair.got.shape
    wanted = "one number" if pair.leaf.spec == "number" else shape_words(pair.leaf.spec, pair.want.shape)
    came = "one number" if got == () else f"shape {got}"
    return f"On {run.probe.note}, {leaf_name(pair.leaf, exercise)} has {came}, where {wanted} is asked for."


def count_sentence(exercise: Exercise, run: Run, want: Run) -> str:
    """How many parts came, and how many were asked for."""
    if isinstance(run.value, Odd):
        return f"On {run.probe.note} it returned {run.value.what}."
    if isinstance(run.value, list) and isinstance(want.value, list):
        came, asked = len(run.value), len(want.value)
        many = "es" if exercise.each.endswith("ch") else "s"
        noun = exercise.each + (many if came != 1 else "")
        return f"On {run.probe.note}, {came} {noun} came back, where {asked} would be right."
    for name, part, right in zip(exercise.gives, run.value, want.value):
        if isinstance(part, list) and len(part) != len(right):
            return (
                f"On {run.probe.note}, `{name}` has {len(part)} entries, where {len(right)} would be right."
            )
    return f"On {run.probe.note} it returned {in_words(run.value)}, which is not built as asked."


def value_sentence(exercise: Exercise, run: Run, pair: Pair) -> str:
    """The first number that is not right, beside the right one."""
    right = close(pair.got, pair.want, exercise.tolerance)
    at = tuple(np.argwhere(~right)[0])
    got, want = number(pair.got[at]), number(pair.want[at])
    if got == want:
        got, want = f"{pair.got[at]:.9g}", f"{pair.want[at]:.9g}"
    spot = f" at {place(at)}" if at else ""
    return f"On {run.probe.note}, {leaf_name(pair.leaf, exercise)}{spot} is {got}; {want} would be right."


def habit_sentence(run: Run) -> str:
    """The answers are right, but something else is not."""
    if run.again is not None and not equal(run.value, run.again):
        return "Two calls with the same inputs gave different results."
    if run.other_seed is not None and equal(run.value, run.other_seed):
        return "Two generators with different seeds gave the very same result."
    if run.going_on is not None and equal(run.value, run.going_on):
        return "Two calls, one after the other, with the same generator gave the very same result."
    return f"On {run.probe.note} it did not do what it should."
