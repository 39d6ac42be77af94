"""Detectors for numbers that are the right ones times something, plus something.

One least-squares fit looks at whole arrays, at rows and columns, at layers, and at what is left over.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..checker.answers import close, leaves
from ..checker.compare import Comparison
from ..checker.runner import output_of
from .evidence import Evidence, Finding, args_at, joined, where_it_starts
from .factors import CONSTANTS, constant, factor_name, scalars
from .words import item_name, leaf_name, number


def fit(
    got: np.ndarray, right: np.ndarray, axis: int | None = None, form: str = "scale", tolerance: float = 1e-5
) -> tuple[np.ndarray, np.ndarray] | None:
    """Least squares: the slope and shift for which got = slope * right + shift, of all or along an axis.

    form: "scale" (no shift), "shift" (slope 1) or "line"
    returns: (slope, shift), arrays with one number for each line; None where it does not fit
    """
    got, right = (np.asarray(x, float) for x in (got, right))
    if axis is None:
        got, right, axis = np.ravel(got), np.ravel(right), 0
    with np.errstate(all="ignore"):
        mean = (lambda x: x.mean(axis, keepdims=True)) if form == "line" else (lambda x: 0.0)
        here = right - mean(right)
        spread = (here * here).sum(axis, keepdims=True)
        slope = np.where(spread > 0, (got * here).sum(axis, keepdims=True) / spread, 1.0)
        if form == "shift":
            slope = np.ones_like(spread)
        shift = 0.0 * spread if form == "scale" else (got - slope * right).mean(axis, keepdims=True)
        if not np.isfinite(slope).all() or not np.isfinite(shift).all():
            return None
        if form == "shift":
            most = 1e-6 * max(1.0, float(np.abs(shift).max()))
            fits = np.ptp(got - right, axis=axis).max() < most
        else:
            fits = (np.abs(slope) > 1e-9).all() and close(got, slope * right + shift, tolerance).all()
    return (np.squeeze(slope, axis), np.squeeze(shift, axis)) if fits else None


def _ratios(e: Evidence) -> list[float] | None:
    """For each wrong array what it is times the right one, if all are."""
    fits = [fit(c.got, c.expected, tolerance=1e-4) for c in e.bad]
    return None if any(f is None for f in fits) else [float(f[0]) for f in fits]


def scaled(e: Evidence) -> Finding | None:
    """All numbers are the right ones times one factor, which has a name or is the same in every case."""
    bad, ratios = e.bad, _ratios(e)
    if (
        not ratios
        or all(abs(r - 1) < 1e-3 for r in ratios)
        or any((r < 0) != (ratios[0] < 0) for r in ratios)
    ):
        return None
    if len(bad) == 1 and bad[0].got.size == 1 and not constant([abs(ratios[0]), 1.0]):
        return None  # any two numbers have a ratio
    if ratios[0] < 0 and constant([abs(r) for r in ratios] + [1.0]):
        return Finding("opposite sign", e.title(bad))
    factor = factor_name(e.exercise, [e.runs[c.at].case for c in bad], ratios)
    facts: dict = {"ratio": ratios[0], "factor": factor, "turned": ratios[0] < 0}
    other = next((i for i, r in enumerate(ratios) if not constant([r, ratios[0]])), None)
    if other is not None:
        facts |= {"other": ratios[other], "other_case": e.note(bad[other])}
        if factor is None:
            fixed = _constant_argument(e, bad, ratios)
            return fixed and Finding("constant argument", e.title(bad), e.note(bad[0]), {**facts, **fixed})
    if factor is None:
        return Finding("scaled", e.title(bad), e.note(bad[0]), facts, "some factor")
    kind = "batch size" if "size of" in factor else "logarithm" if "logarithm" in factor else "named factor"
    advice = "constant factor" if factor in CONSTANTS and kind == "named factor" else kind
    if factor == number(abs(ratios[0])):
        facts["factor"] = None
    return Finding("scaled", e.title(bad), e.note(bad[0]), facts, advice)


def _constant_argument(e: Evidence, bad: list[Comparison], ratios: list[float]) -> dict | None:
    """Whether one argument is replaced by a fixed number: its name, and the number."""
    tables = [scalars(e.exercise, e.runs[c.at].case) for c in bad]
    for name in tables[0]:
        values = [r * t[name] for r, t in zip(ratios, tables)]
        if len({t[name] for t in tables}) > 1 and constant(values):
            return {"name": name, "value": values[0]}
    return None


def shifted(e: Evidence) -> Finding | None:
    """All numbers are the right ones plus one number."""
    bad = e.bad
    fits = [fit(c.got, c.expected, form="shift") for c in bad]
    if any(f is None for f in fits) or (len(bad) == 1 and bad[0].got.size == 1):
        return None
    shifts = [float(f[1]) for f in fits]
    if constant(shifts) and len(shifts) > 1:
        return Finding("shifted everywhere", e.title(bad), "", {"shift": shifts[0]})
    if bad[0].got.size < 2:
        return None
    cases = [e.runs[c.at].case for c in bad]
    log_of = factor_name(e.exercise, cases, [float(np.exp(min(abs(s), 700.0))) for s in shifts])
    advice = "sum or mean" if "size of" in str(log_of) else "one number for all"
    return Finding("shifted", e.title(bad), e.note(bad[0]), {"shift": shifts[0], "log_of": log_of}, advice)


def on_a_line(e: Evidence) -> Finding | None:
    """All numbers of all cases are the right ones times one number plus another."""
    got, right = joined(e.bad)
    if len(got) < 4 or not np.isfinite(got).all() or len(np.unique(right)) < 2:
        return None
    line = fit(got, right, form="line")
    if line is None or min(abs(line[0]), abs(line[1])) < 1e-6 * np.abs(got).max():
        return None
    return Finding("linear", e.title(e.bad), "", {"slope": float(line[0]), "shift": float(line[1])})


def by_layer(e: Evidence) -> Finding | None:
    """Every layer is right up to a factor of its own."""
    wrong = e.wrong
    here = [c for c in e.comparisons if wrong and c.at == wrong[0].at]
    if e.view != "part" or len(here) < 2 or e.runs[here[0].at].case.steps:
        return None
    fits = [fit(c.got, c.expected, tolerance=1e-4) for c in here]
    if (
        any(c.leaf.index is None or f is None for c, f in zip(here, fits))
        or sum(c.got.size for c in here) < 4
        or all(c.got.size == 1 for c in here)  # any number is the right one times something
    ):
        return None
    places = [item_name(e.exercise, c.leaf.name, c.leaf.index) for c in here]
    facts = {"ratios": [float(f[0]) for f in fits], "places": places}
    return Finding("scaled by layer", f"`{here[0].leaf.name}`", e.note(here[0]), facts)


def own_factors(e: Evidence) -> Finding | None:
    """Each array is right up to a factor, and the factors have no common name."""
    bad, ratios = e.bad, _ratios(e)
    if e.view == "start" or not ratios or all(c.got.size == 1 for c in bad):
        return None
    other = next((r for r in ratios if not constant([r, ratios[0]])), ratios[0])
    return Finding("scaled by case", e.title(bad), e.note(bad[0]), {"ratio": ratios[0], "other": other})


def residual(e: Evidence) -> Finding | None:
    """What is too much is a multiple of something that came in, or that comes out beside it."""
    if e.view != "part":
        return None
    bad = list(where_it_starts(e).comparisons)
    tables = [{key: (name, arg) for key, name, arg in _same_shaped(e, c)} for c in bad]
    for key, (name, _) in tables[0].items():
        factors = [_multiple(c, t[key][1]) if key in t else None for c, t in zip(bad, tables)]
        if all(f is not None for f in factors) and sum(c.got.size for c in bad) > 2:
            facts = {"factor": factors[0], "of": name, "elsewhere": _elsewhere(e, bad, factors)}
            return Finding("added", leaf_name(bad[0].leaf, e.exercise), e.note(bad[0]), facts)
    return None


def _elsewhere(e: Evidence, bad: list[Comparison], factors: list[float]) -> str | None:
    """What the multiple is in the other cases: "" if the same number, its name, or None."""
    low, high = min(factors), max(factors)
    if close(np.array(low), np.array(high), 1e-3).all():
        return ""
    if low * high <= 0:
        return None
    name = factor_name(e.exercise, [e.expected[c.at].case for c in bad], factors)
    if name is None or low > 0:
        return name
    return f"minus ({name})" if " - " in name or " + " in name else f"minus {name}"


def _multiple(c: Comparison, thing: np.ndarray) -> float | None:
    gap, thing = np.ravel(c.got - c.expected).astype(float), np.ravel(thing).astype(float)
    size = float(thing @ thing)
    if not size or not np.isfinite(gap).all():
        return None
    factor = float(gap @ thing) / size
    loose = 1e-10 * max(1.0, float(np.abs(c.expected).max(initial=0)))
    fits = np.abs(gap - factor * thing).max() <= 1e-4 * np.abs(gap).max() + loose
    return factor if abs(factor) > 1e-9 and fits else None


def _same_shaped(e: Evidence, c: Comparison) -> Iterator[tuple[tuple, str, np.ndarray]]:
    """What came in, and what else should come out, of the shape of an array: (key, name, array)."""
    expected, leaf, shape = e.expected[c.at], c.leaf, c.got.shape
    for name, arg in zip(e.exercise.inputs, args_at(e, c)):
        if isinstance(arg, np.ndarray) and arg.dtype.kind == "f" and arg.shape == shape:
            yield (name, 0), f"`{name}`", arg
        if isinstance(arg, list) and leaf.index is not None and leaf.index < len(arg):
            pair = isinstance(arg[leaf.index], tuple)
            for at, part in enumerate(arg[leaf.index] if pair else (arg[leaf.index],)):
                if isinstance(part, np.ndarray) and part.shape == shape:
                    yield (name, at), f"`{name}[{leaf.index}]{f'[{at}]' if pair else ''}`", part
    for other in leaves(expected.value, output_of(e.exercise, expected.case)):
        if other.name != leaf.name and other.index == leaf.index and other.value.shape == shape != ():
            yield (other.name, 1), f"the new `{other.name}`", other.value


def by_row_or_column(e: Evidence) -> Finding | None:
    """Every row, or every column, is right up to a factor, a shift or a line of its own."""
    bad = e.wrong
    if not all(c.got.ndim == 2 for c in bad) or not any(min(c.got.shape) > 1 for c in bad):
        return None
    bad = [c for c in bad if min(c.got.shape) > 1]
    for line, axis in (("row", 1), ("column", 0)):
        for form in ("scale", "shift", "line"):
            tolerance = 1e-6 if form == "line" else 1e-5
            fits = [fit(c.got, c.expected, axis, form, tolerance) for c in bad]
            if any(f is None for f in fits) or (form == "line" and max(c.got.shape[axis] for c in bad) < 3):
                continue
            slope, shift = fits[0]
            if form == "scale":
                slope = slope[bad[0].expected.any(axis)]  # a line of zeros has no factor
                factors = [f[0][c.expected.any(axis)] for c, f in zip(bad, fits)]
                if all(constant(list(f)) for f in factors):
                    other = next((f[0] for f in factors if not constant([f[0], slope[0]])), slope[0])
                    found = {"ratio": float(slope[0]), "other": float(other)}
                    return Finding("scaled by case", e.title(bad), e.note(bad[0]), found)
            most = int(np.abs(shift).argmax())
            facts: dict = {"line": line, "index": most}
            facts |= {"slope": float(slope[min(most, len(slope) - 1)]), "shift": float(shift[most])}
            values = {"scale": slope, "shift": shift, "line": slope}[form]
            facts |= {"low": float(values.min()), "high": float(values.max())}
            if form == "shift":
                facts["known"] = _known_shift(e, bad[0], shift, axis)
            if form == "line":
                facts["same"] = constant(list(slope))
            return Finding(f"{form} by line", e.title(bad), e.note(bad[0]), facts)
    return None


def _known_shift(e: Evidence, c: Comparison, shifts: np.ndarray, axis: int) -> str:
    """What came in that the shifts of the rows or columns are a multiple of, if anything."""
    for name, arg in zip(e.exercise.inputs, e.runs[c.at].case.args):
        if not isinstance(arg, np.ndarray) or arg.dtype.kind != "f" or len(shifts) < 3:
            continue
        lines = {f"`{name}`": arg} if arg.ndim == 1 else {}
        if arg.shape == c.got.shape:
            ways = {"largest": np.max, "smallest": np.min, "mean": np.mean}
            line = "row" if axis else "column"
            lines = {f"the {way} of its {line} of `{name}`": f(arg, axis=axis) for way, f in ways.items()}
        for words, line in lines.items():
            times = fit(shifts, line, tolerance=1e-4) if line.shape == shifts.shape and line.any() else None
            if times:
                return f"{number(times[0])} times {words}"
    return ""
