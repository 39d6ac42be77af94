"""Words for a random function whose answer breaks a property that every right answer has.

Its numbers are not compared with anything; what is measured of them is.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from ..checker.compare import Failure
from ..checker.runner import CaseRun, measured, shapes, within
from ..spec import Exercise, Property
from .wording import factor_name, number


def say_property(
    exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun], failure: Failure
) -> str:
    """The first property that does not hold, with what was measured.

    returns: str
    """
    run, expected = runs[failure.at], expected_runs[failure.at]
    for prop in exercise.properties:
        got, right = measured(prop, run), measured(prop, expected)
        if got is None:
            return f"On {run.case.note}, {prop.name} could not be measured: the answer is not built as asked."
        if not within(got, right, prop):
            before = exercise.properties[: exercise.properties.index(prop)]
            held = [p.name for p in before if _holds_everywhere(p, runs, expected_runs)]
            whole = _whole_numbers(run.value, expected.value)
            fine = f" What is right: {', '.join(held[-2:])}." if held else ""
            return (
                f"On {run.case.note}: "
                f"{_sentence(prop, got, right)}{_factor(exercise, prop, runs, expected_runs)}{whole}{fine}"
            )
    return f"On {run.case.note} the answer is not what it should be."


def _whole_numbers(got: Any, expected: Any) -> str:
    """Said when whole numbers came where fractions should be."""
    arrays = [v for v in (got, expected) if isinstance(v, np.ndarray)]
    if len(arrays) < 2 or arrays[1].dtype.kind != "f" or not (arrays[0] == np.round(arrays[0])).all():
        return ""
    return f" All of them are whole numbers ({arrays[0].dtype}): look for a cast, or a draw of integers."


def _holds_everywhere(prop: Property, runs: list[CaseRun], expected_runs: list[CaseRun]) -> bool:
    """Whether a property holds on all inputs; on some it may not be measured at all."""
    pairs = [(measured(prop, run), measured(prop, expected)) for run, expected in zip(runs, expected_runs)]
    return all(
        got is expected if got is None or expected is None else within(got, expected, prop)
        for got, expected in pairs
    )


def observe_property(exercise: Exercise, run: CaseRun, expected: CaseRun) -> str:
    """The first property that does not hold, as an observation alone.

    returns: str, "" if all that can be measured hold
    """
    if shapes(run.value) != shapes(expected.value):
        return ""
    for prop in exercise.properties:
        got, right = measured(prop, run), measured(prop, expected)
        if got is not None and not within(got, right, prop):
            return f"On {run.case.note}: {re.split(r'(?<=[.?!]) ', _sentence(prop, got, right))[0]}"
    return ""


def _sentence(prop: Property, got: Any, expected: Any) -> str:
    if callable(prop.message):
        return prop.message(got, expected)
    return prop.message.format(got=_words(got), expected=_words(expected))


def _words(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_words(v) for v in value[:6])}{', ...' if len(value) > 6 else ''}]"
    return number(value)


def _factor(exercise: Exercise, prop: Property, runs: list[CaseRun], expected_runs: list[CaseRun]) -> str:
    """If what is measured is off by a factor that has a name, say which."""
    cases, ratios = [], []
    for run, expected in zip(runs, expected_runs):
        got, right = measured(prop, run), measured(prop, expected)
        if not isinstance(got, float) or not isinstance(right, float) or not np.isfinite(got):
            return ""
        if not right:  # too few numbers there to measure
            continue
        cases.append(run.case)
        ratios.append(got / right)
    return "" if not ratios or min(ratios) <= 0 else _named(factor_name(exercise, cases, ratios, 0.02))


def _named(name: str | None) -> str:
    return f" The ratio of the two is about {name}." if name else ""
