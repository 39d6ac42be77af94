"""Words for a random function whose answer breaks a property that every right answer has.

Its numbers are not compared with anything; what is measured of them is.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from ..checker.compare import Failure
from ..checker.runner import Run, measured, shapes, within
from ..spec import Exercise, Property
from .wording import factor_name, number


def say_property(exercise: Exercise, runs: list[Run], wants: list[Run], failure: Failure) -> str:
    """The first property that does not hold, with what was measured.

    returns: str
    """
    run, want = runs[failure.at], wants[failure.at]
    for prop in exercise.properties:
        got, right = measured(prop, run), measured(prop, want)
        if got is None:
            return (
                f"On {run.probe.note}, {prop.name} could not be measured: the answer is not built as asked."
            )
        if not within(got, right, prop):
            before = exercise.properties[: exercise.properties.index(prop)]
            held = [p.name for p in before if _holds_everywhere(p, runs, wants)]
            whole = _whole_numbers(run.value, want.value)
            fine = f" What is right: {', '.join(held[-2:])}." if held else ""
            return (
                f"On {run.probe.note}: "
                f"{_sentence(prop, got, right)}{_factor(exercise, prop, runs, wants)}{whole}{fine}"
            )
    return f"On {run.probe.note} the answer is not what it should be."


def _whole_numbers(got: Any, want: Any) -> str:
    """Said when whole numbers came where fractions should be."""
    arrays = [v for v in (got, want) if isinstance(v, np.ndarray)]
    if len(arrays) < 2 or arrays[1].dtype.kind != "f" or not (arrays[0] == np.round(arrays[0])).all():
        return ""
    return f" All of them are whole numbers ({arrays[0].dtype}): look for a cast, or a draw of integers."


def _holds_everywhere(prop: Property, runs: list[Run], wants: list[Run]) -> bool:
    """Whether a property holds on all inputs; on some it may not be measured at all."""
    pairs = [(measured(prop, run), measured(prop, want)) for run, want in zip(runs, wants)]
    return all(got is want if got is None or want is None else within(got, want, prop) for got, want in pairs)


def observe_property(exercise: Exercise, run: Run, want: Run) -> str:
    """The first property that does not hold, as an observation alone.

    returns: str, "" if all that can be measured hold
    """
    if shapes(run.value) != shapes(want.value):
        return ""
    for prop in exercise.properties:
        got, right = measured(prop, run), measured(prop, want)
        if got is not None and not within(got, right, prop):
            return f"On {run.probe.note}: {re.split(r'(?<=[.?!]) ', _sentence(prop, got, right))[0]}"
    return ""


def _sentence(prop: Property, got: Any, want: Any) -> str:
    if callable(prop.says):
        return prop.says(got, want)
    return prop.says.format(got=_words(got), want=_words(want))


def _words(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_words(v) for v in value[:6])}{', ...' if len(value) > 6 else ''}]"
    return number(value)


def _factor(exercise: Exercise, prop: Property, runs: list[Run], wants: list[Run]) -> str:
    """If what is measured is off by a factor that has a name, say which."""
    probes, ratios = [], []
    for run, want in zip(runs, wants):
        got, right = measured(prop, run), measured(prop, want)
        if not isinstance(got, float) or not isinstance(right, float) or not np.isfinite(got):
            return ""
        if not right:  # too few numbers there to measure
            continue
        probes.append(run.probe)
        ratios.append(got / right)
    return "" if not ratios or min(ratios) <= 0 else _named(factor_name(exercise, probes, ratios, 0.02))


def _named(name: str | None) -> str:
    return f" The ratio of the two is about {name}." if name else ""
