"""One sentence that says what was seen, with numbers, before anything is suspected.

It is true whatever the reason is.
"""

from __future__ import annotations

import numpy as np

from ..checker.answers import InvalidAnswer, Leaf, close, describe_type, equal, leaves
from ..checker.compare import Comparison, comparisons_of, wrong_type
from ..checker.runner import CaseRun, output_of
from ..spec import Exercise
from .wording import listed, number, place, shape_words


def observe(exercise: Exercise, run: CaseRun, expected: CaseRun) -> str:
    """What is not right about an answer, in one sentence.

    returns: str
    """
    if run.raised:
        return raised_sentence(run)
    odd = [leaf for leaf in leaves(run.value, output_of(exercise, run.case)) if wrong_type(leaf, exercise)]
    if odd:
        return f"On {run.case.note}, {leaf_name(odd[0], exercise)} is {type_words(odd[0])}."
    pairs = comparisons_of(exercise, run, expected)
    if not pairs:
        return count_sentence(exercise, run, expected)
    for pair in pairs:
        if isinstance(pair.got, InvalidAnswer) or pair.got.shape != pair.expected.shape:
            return shape_sentence(exercise, run, pair)
    for pair in pairs:
        if not exercise.random and not close(pair.got, pair.expected, exercise.tolerance).all():
            return value_sentence(exercise, run, pair)
    if run.changed:
        return f"After the call, {listed(f'`{n}`' for n in run.changed)} {hold(run.changed)} before."
    return habit_sentence(run)


def raised_sentence(run: CaseRun) -> str:
    """Which exception came, on what, and from which line."""
    kind, text, line, source = run.raised
    where = f", in line {line}: `{source}`" if line and source else ""
    return f"On {run.case.note} it raised {kind}{f' ({text})' if text else ''}{where}."


def leaf_name(leaf: Leaf, exercise: Exercise) -> str:
    """What an array of the answer is called: "`dweights` of layer [1]", "`entered[1]`", "the result"."""
    step = leaf.name.startswith("step of ")
    name = f"the step of `{leaf.name[8:]}`" if step else f"`{leaf.name}`"
    if leaf.index is None:
        return name if leaf.name else "the result"
    place = entry_name(exercise, leaf.name, leaf.index)
    if not leaf.name or place.startswith("`"):
        return place
    return f"{name} {'after' if exercise.list_item == 'step' else 'of'} {place}"


def entry_name(exercise: Exercise, name: str, index: int) -> str:
    """What an entry of a list is called, as in code: "`entered[1]`", "layer [1]"; steps count from 1."""
    if exercise.list_item == "step":
        return f"step {index + 1}"
    whole = exercise.output.get(name) if isinstance(exercise.output, dict) else None
    return f"`{name}[{index}]`" if isinstance(whole, list) else f"{exercise.list_item} [{index}]"


def type_words(leaf: Leaf) -> str:
    """What came instead of an array of numbers."""
    if isinstance(leaf.value, InvalidAnswer):
        return leaf.value.what
    if leaf.value.ndim == 0 and leaf.value.dtype.kind == "b":
        return str(bool(leaf.value))
    kind = {"b": "True and False", "c": "complex numbers", "f": "floats", "i": "integers", "u": "integers"}
    what = kind.get(leaf.value.dtype.kind, str(leaf.value.dtype))
    return what if leaf.value.ndim == 0 else f"an array of {what} ({leaf.value.dtype})"


def shape_sentence(exercise: Exercise, run: CaseRun, pair: Comparison) -> str:
    """Which shape came, and which was asked for."""
    got = pair.got.shape
    if pair.leaf.spec == "numbers" and len(got) == 1:
        count = _counted(got[0], "number")
        name = leaf_name(pair.leaf, exercise)
        return f"On {run.case.note}, {name} has {count}, where {len(pair.expected)} would be right."
    wanted = "one number" if pair.leaf.spec == "number" else shape_words(pair.leaf.spec, pair.expected.shape)
    came = f"is one number, {number(pair.got)}" if got == () else f"has shape {got}"
    return f"On {run.case.note}, {leaf_name(pair.leaf, exercise)} {came}, where {wanted} is asked for."


def count_sentence(exercise: Exercise, run: CaseRun, expected: CaseRun) -> str:
    """How many parts came, and how many were asked for."""
    on = f"On {run.case.note}"
    value, right = run.value, expected.value
    if run.case.steps:  # the run ended at the first answer that could not be put back in
        value, right = value[-1], right[0]
    if isinstance(value, InvalidAnswer):
        return f"{on} it returned {value.what}."
    if isinstance(exercise.output, list) and not run.case.steps:
        return f"{on}, {_list_words(value, right, exercise.output[0], exercise, '')}"
    for (name, spec), part, good in zip(exercise.output.items(), value, right):
        if isinstance(part, InvalidAnswer):
            return f"{on}, `{name}` is {part.what}, where {asked_for(spec, exercise.list_item)} is asked for."
        if isinstance(part, list):
            words = _list_words(part, good, spec[0], exercise, name)
            if words:
                return f"{on}, {words}"
    return f"{on} it returned {describe_type(value)}, which is not built as asked."


def _list_words(came: list, asked: list, spec: object, exercise: Exercise, name: str) -> str:
    """What is not right about how a list is built; "" if nothing."""
    odd = next((i for i, part in enumerate(came) if isinstance(part, InvalidAnswer)), None)
    inside = ""
    if odd is not None:
        where = f"`{name}[{odd}]`" if name else entry_name(exercise, name, odd)
        inside = f"{where} is {came[odd].what}, where {asked_for(spec, exercise.list_item)} is asked for."
    if len(came) == len(asked):
        return inside
    count = (
        f"`{name}` has {_counted(len(came), 'part')}"
        if name
        else f"{_counted(len(came), exercise.list_item)} came back"
    )
    if exercise.list_item == "batch" and came and odd is None and all(np.ndim(part[0]) for part in came):
        lengths = [str(len(part[0])) for part in came[:6]]
        count += f" (of {', '.join(lengths)}{' ...' if len(came) > 6 else ''})"
    return f"{count}, where {len(asked)} would be right{'; ' + inside if inside else '.'}"


def _counted(count: int, noun: str) -> str:
    many = "es" if noun.endswith("ch") else "s"
    return f"{count} {noun}{many if count != 1 else ''}"


def asked_for(output: object, list_item: str) -> str:
    """The structure of the answer in words."""
    if isinstance(output, dict):
        names = [
            name if not isinstance(part, dict) else f"({', '.join(part)})" for name, part in output.items()
        ]
        return f"a tuple ({', '.join(names)})"
    if isinstance(output, list):
        inner = asked_for(output[0], list_item).removeprefix("a tuple ").removeprefix("one NumPy ")
        return f"a list with {inner} for each {list_item}"
    if output in ("number", "numbers"):
        return "one number" if output == "number" else "a list of numbers"
    return f"one NumPy array, ({output.replace(' ', ', ')}{',' if ' ' not in output else ''})"


def value_sentence(exercise: Exercise, run: CaseRun, pair: Comparison) -> str:
    """The first number that is not right, beside the right one."""
    right = close(pair.got, pair.expected, exercise.tolerance)
    at = tuple(np.argwhere(~right)[0])
    got, expected = number(pair.got[at]), number(pair.expected[at])
    if got == expected:
        got, expected = f"{pair.got[at]:.9g}", f"{pair.expected[at]:.9g}"
    spot = f" at {place(at)}" if at else ""
    return f"On {run.case.note}, {leaf_name(pair.leaf, exercise)}{spot} is {got}; {expected} would be right."


def hold(names: tuple[str, ...]) -> str:
    """ "no longer holds what it held", of one thing or several."""
    return "no longer holds what it held" if len(names) == 1 else "no longer hold what they held"


def habit_sentence(run: CaseRun) -> str:
    """The answers are right, but something else is not."""
    if run.repeat is not None and not equal(run.value, run.repeat):
        return "Two calls with the same inputs gave different results."
    if run.reseeded is not None and equal(run.value, run.reseeded):
        return "Two generators with different seeds gave the very same result."
    if run.same_rng_continued is not None and equal(run.value, run.same_rng_continued):
        return "Two calls, one after the other, with the same generator gave the very same result."
    return f"On {run.case.note} it did not do what it should."
