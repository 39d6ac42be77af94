"""Detectors for what a function does besides answering, and for the properties of random answers.

A function that changes its inputs, remembers, or draws from elsewhere surprises the next one who calls it.
"""

from __future__ import annotations

import numpy as np

from ..checker.answers import InvalidAnswer, equal, leaves
from ..checker.runner import CaseRun, measured, output_of, within
from ..spec import Property
from .evidence import Evidence, Finding
from .factors import factor_name
from .observed import property_text
from .words import number


def inputs_changed(e: Evidence) -> Finding | None:
    """Inputs that were changed in place, though the answer is right."""
    if e.failure.failed_check != "changed":
        return None
    return Finding("inputs changed", facts={"names": [f"`{name}`" for name in e.run.changed]})


def not_repeatable(e: Evidence) -> Finding | None:
    """How a second call with the same inputs differs from the first."""
    if e.failure.failed_check != "repeat":
        return None
    if e.exercise.random:
        return Finding("other randomness")
    ratio, first_right = _ratio(e), equal(e.run.value, e.right_run.value, e.exercise.tolerance)
    return Finding("remembers", facts={"ratio": ratio, "first_right": first_right})


def _ratio(e: Evidence) -> float | None:
    """What the second answer is times the first."""
    output = output_of(e.exercise, e.run.case)
    one, two = ([f.value for f in leaves(v, output)] for v in (e.run.value, e.run.repeat))
    if any(isinstance(v, InvalidAnswer) for v in one + two) or [v.shape for v in one] != [
        v.shape for v in two
    ]:
        return None
    one, two = (np.concatenate([np.ravel(v) for v in vs]).astype(float) for vs in (one, two))
    ratio = float(one @ two) / (float(one @ one) or 1.0)
    return ratio if one.any() and np.allclose(two, ratio * one) else None


def rng_not_used(e: Evidence) -> Finding | None:
    """Whether a random function listens to its rng."""
    if e.failure.failed_check != "rng":
        return None
    return Finding("own seed" if equal(e.run.value, e.run.reseeded) else "rng copied")


def property_broken(e: Evidence) -> Finding | None:
    """The first property of every right answer that a random answer does not have."""
    if not e.exercise.random or e.failure.failed_check != "values":
        return None
    run, right, case = e.run, e.right_run, e.run.case.note
    properties = e.exercise.properties
    for i, prop in enumerate(properties):
        got, expected = measured(prop, run), measured(prop, right)
        if got is None:
            return Finding("property not measured", prop.name, case)
        if not within(got, expected, prop):
            held = [p.name for p in properties[:i] if _holds_everywhere(p, e)]
            facts = {
                "text": property_text(prop, got, expected),
                "held": held[-2:],
                "factor": _factor(e, prop),
            }
            return Finding("property broken", prop.name, case, {**facts, "whole": _whole_numbers(run, right)})
    return Finding("not as asked", "", case)


def _whole_numbers(run: CaseRun, right: CaseRun) -> str:
    """The dtype, if whole numbers came where fractions are expected."""
    got, expected = run.value, right.value
    if not isinstance(got, np.ndarray) or not isinstance(expected, np.ndarray) or expected.dtype.kind != "f":
        return ""
    return str(got.dtype) if (got == np.round(got)).all() else ""


def _holds_everywhere(prop: Property, e: Evidence) -> bool:
    """Whether a property holds in all cases; in some it may not be measured at all."""
    pairs = [(measured(prop, run), measured(prop, right)) for run, right in zip(e.runs, e.expected)]
    return all(a is b if a is None or b is None else within(a, b, prop) for a, b in pairs)


def _factor(e: Evidence, prop: Property) -> str:
    """The name of the factor by which a measured number is off, if it has one."""
    cases, ratios = [], []
    for run, right in zip(e.runs, e.expected):
        got, expected = measured(prop, run), measured(prop, right)
        if not isinstance(got, float) or not isinstance(expected, float) or not np.isfinite(got):
            return ""
        if expected:  # 0 where there are too few numbers to measure
            cases.append(run.case)
            ratios.append(got / expected)
    name = min(ratios, default=0) > 0 and factor_name(e.exercise, cases, ratios, 0.02)
    if not name:
        return ""
    factor = number(round(ratios[0], 3))
    return f"{factor} times as large as it should be" + f": {name}" * (name != factor)
