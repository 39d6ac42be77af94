"""What was observed, before anything is suspected: an exception, a type, a shape, the first wrong number.

It is true whatever the reason is.
"""

from __future__ import annotations

import numpy as np

from ..checker.answers import InvalidAnswer, close, describe_type, equal, leaves
from ..checker.compare import Comparison, comparisons_of, wrong_type
from ..checker.runner import CaseRun, measured, output_of, shapes, within
from ..spec import Exercise, Property
from .evidence import Finding
from .words import asked_for, counted, item_name, leaf_name, number, place, shape_words, shortened, type_words


def observe(exercise: Exercise, run: CaseRun, expected: CaseRun) -> Finding:
    """The first thing that is not right about one run."""
    if run.raised:
        error = run.raised
        where = f", in line {error.line}: `{shortened(error.source)}`" if error.line and error.source else ""
        text = error.text.partition(" The requested array")[0]  # NumPy goes on for two more sentences
        return Finding("raised", "", run.case.note, {"kind": error.kind, "text": text, "where": where})
    for leaf in leaves(run.value, output_of(exercise, run.case)):
        if wrong_type(leaf, exercise):
            return Finding("type", leaf_name(leaf, exercise), run.case.note, {"came": type_words(leaf)})
    comparisons = comparisons_of(exercise, run, expected)
    if not comparisons:
        return observe_count(exercise, run, expected)
    for c in comparisons:
        if isinstance(c.got, InvalidAnswer) or c.got.shape != c.expected.shape:
            return observe_shape(exercise, run, c)
    for c in comparisons:
        if not exercise.random and not close(c.got, c.expected, exercise.tolerance).all():
            return observe_value(exercise, run, c)
    if run.dtype:
        return Finding("dtype", "", run.case.note, {"dtype": run.dtype, "expected": exercise.dtype})
    if run.changed:
        return Finding("changed", "", run.case.note, {"names": [f"`{n}`" for n in run.changed]})
    return Finding(_habit(run), "", run.case.note)


def observe_value(exercise: Exercise, run: CaseRun, c: Comparison) -> Finding:
    """The first number that is not right, beside the right one; if that is nearly right, the worst one."""
    at = tuple(np.argwhere(~close(c.got, c.expected, exercise.tolerance))[0])
    with np.errstate(all="ignore"):
        gaps = np.abs(np.asarray(c.got, float) - c.expected)
        if gaps[at] < 0.01 * abs(c.expected[at]) and np.isfinite(gaps).all():  # it looks like a rounding
            at = tuple(np.unravel_index(gaps.argmax(), gaps.shape))
    got, expected = number(c.got[at]), number(c.expected[at])
    if got == expected:
        got, expected = f"{c.got[at]:.9g}", f"{c.expected[at]:.9g}"
    facts = {"spot": f" at {place(at)}" if at else "", "got": got, "expected": expected}
    return Finding("value", leaf_name(c.leaf, exercise), run.case.note, facts)


def observe_shape(exercise: Exercise, run: CaseRun, c: Comparison) -> Finding:
    """Which shape came, and which was expected."""
    name, got = leaf_name(c.leaf, exercise), c.got.shape
    if got is None:  # no array at all
        output = exercise.output[0] if isinstance(exercise.output, list) else exercise.output
        asked = asked_for(output, exercise.list_item)
        return Finding("type", name, run.case.note, {"came": c.got.what, "expected": asked})
    if c.leaf.spec == "numbers" and len(got) == 1:
        facts = {"came": counted(got[0], "number"), "expected": len(c.expected)}
        return Finding("length", name, run.case.note, facts)
    expected = shape_words(c.leaf.spec, c.expected.shape)
    if got == ():
        return Finding(
            "one number",
            name,
            run.case.note,
            {"got": number(c.got), "expected": expected.removeprefix("shape ")},
        )
    return Finding("shape", name, run.case.note, {"got": got, "expected": expected})


def observe_count(exercise: Exercise, run: CaseRun, expected: CaseRun) -> Finding:
    """How many parts came, and how many were asked for."""
    value, right, note = run.value, expected.value, run.case.note
    if run.case.steps:  # the run ended at the first answer that could not be put back in
        value, right = value[-1], right[0]
    if isinstance(value, InvalidAnswer):
        return Finding("returned", "", note, {"came": value.what})
    if isinstance(exercise.output, list) and not run.case.steps:
        return _observe_list(value, right, exercise.output[0], exercise, "", note)
    for (name, spec), part, good in zip(exercise.output.items(), value, right):
        if isinstance(part, InvalidAnswer):
            asked = asked_for(spec, exercise.list_item)
            return Finding("type", f"`{name}`", note, {"came": part.what, "expected": asked})
        if isinstance(part, list):
            found = _observe_list(part, good, spec[0], exercise, name, note)
            if found:
                return found
    return Finding("returned", "", note, {"came": describe_type(value)})


def _observe_list(
    came: list, right: list, spec: object, exercise: Exercise, name: str, note: str
) -> Finding | None:
    """What is wrong with the structure of a list, or None."""
    invalid = next((i for i, part in enumerate(came) if isinstance(part, InvalidAnswer)), None)
    item = {}
    if invalid is not None:
        where = f"`{name}[{invalid}]`" if name else item_name(exercise, name, invalid)
        item = {"came": came[invalid].what, "expected": asked_for(spec, exercise.list_item)}
        if len(came) == len(right):
            return Finding("type", where, note, item)
        item = {"item": where, **{f"item_{k}": v for k, v in item.items()}}
    if len(came) == len(right):
        return None
    lengths = []
    if exercise.list_item == "batch" and came and invalid is None and all(np.ndim(part[0]) for part in came):
        lengths = [len(part[0]) for part in came]
    many = counted(len(came), "part" if name else exercise.list_item)
    facts = {"came": many, "expected": len(right), "lengths": lengths, **item}
    return Finding("count", f"`{name}`" if name else "", note, facts)


def _habit(run: CaseRun) -> str:
    """The answers are right, but something else is not."""
    if run.repeat is not None and not equal(run.value, run.repeat):
        return "not repeatable"
    if run.reseeded is not None and equal(run.value, run.reseeded):
        return "same for every rng"
    if run.same_rng_continued is not None and equal(run.value, run.same_rng_continued):
        return "rng does not move on"
    return "not as asked"


def observe_property(exercise: Exercise, run: CaseRun, expected: CaseRun) -> Finding | None:
    """The first property of every right answer that this one does not have, or None."""
    if run.raised or shapes(run.value) != shapes(expected.value):
        return None
    for prop in exercise.properties:
        got, right = measured(prop, run), measured(prop, expected)
        if got is not None and not within(got, right, prop):
            return Finding("property", prop.name, run.case.note, {"text": property_text(prop, got, right)})
    return None


def property_text(prop: Property, got: object, right: object) -> str:
    """The exercise's own sentences about a property."""
    if callable(prop.message):
        return prop.message(got, right)
    return prop.message.format(got=_words(got), expected=_words(right))


def _words(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_words(v) for v in value[:6])}{', ...' if len(value) > 6 else ''}]"
    return number(value)
