"""Numbers put into words: how a curve ran, where it turned, and which of several stands out.

What differs a little from one machine to the next stands after the sign ≈; exact counts do without it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np

FLAT = 0.05  # a curve that moves by less than this share of its size stays near one value
TURNED = 0.2  # a way back by more than this share of its range is a turn,
STEEP = 0.1  # if it is by more than this share of the value too; less may be chance


def about(value: float) -> str:
    """A number that may differ a little elsewhere, with three figures.

    value: float
    returns: str, for instance "≈ 0.412" or "≈ 3.4e-10"
    """
    if not math.isfinite(value):
        return "not finite"
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        decimals = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 2
        return f"≈ {value:,.{decimals}f}"
    return f"≈ {value:.1e}"


def percent(share: float) -> str:
    """A share as a percentage.

    share: float 0 to 1
    returns: str, for instance "≈ 85.3 %"
    """
    return f"≈ {100 * share:.1f} %" if math.isfinite(share) else "not finite"


def place(name: str, number: float) -> str:
    """Where on the axis something is.

    name: str, for instance "step"; number: float
    returns: str, for instance "step ≈ 1,200"
    """
    return f"{name} ≈ {number:,.0f}" if abs(number) >= 1 else f"{name} {about(number)}"


def trend(x: np.ndarray, y: np.ndarray, number: Callable[[float], str] = about, axis: str = "step") -> str:
    """How a curve ran, from its first point to its last.

    x, y: (points,) float; y may hold NaN or infinity
    number: float -> str
    axis: str, the name of x
    returns: str, for instance "fell from ≈ 2.31 to ≈ 0.412"
    """
    finite = np.isfinite(y)
    if not finite.any():
        return "is not finite anywhere"
    return _course(x[finite], y[finite], number, axis) + _lost(x, finite, axis)


def _lost(x: np.ndarray, finite: np.ndarray, axis: str) -> str:
    if finite.all():
        return ""
    first = int(finite.argmin())
    came_back = finite[first:].any()
    where = "from" if not came_back else "at" if (~finite).sum() == 1 else "here and there from"
    return f", and is not finite {where} {place(axis, x[first])}"


def _course(x: np.ndarray, y: np.ndarray, number: Callable[[float], str], axis: str) -> str:
    first, last, low, high = y[0], y[-1], y.min(), y.max()
    if len(y) == 1:
        return f"is {number(first)}"
    if high - low <= FLAT * max(abs(high), abs(low)):
        return f"stayed near {number(float(np.median(y)))}"
    turn = _turn(y)
    if turn is not None:
        way, back = ("fell", "rose") if y[turn] < last else ("rose", "fell")
        there = f"{number(y[turn])} at {place(axis, x[turn])}"
        return f"{way} from {number(first)} to {there}, then {back} to {number(last)}"
    if abs(last - first) < TURNED * (high - low):
        return f"stayed between {number(low)} and {number(high)}"
    return f"{'fell' if last < first else 'rose'} from {number(first)} to {number(last)}"


def _turn(y: np.ndarray) -> int | None:
    """Where a curve turned, by means over a tenth of it, so that one lucky batch is no turn; or None."""
    half = len(y) // 20
    coarse = np.array([y[max(0, i - half) : i + half + 1].mean() for i in range(len(y))])
    for extreme in (np.argmin, np.argmax):
        middle = int(extreme(coarse))
        there = coarse[middle]
        way_back = min(abs(coarse[0] - there), abs(coarse[-1] - there))
        size = max(abs(coarse[0]), abs(coarse[-1]), abs(there))
        if way_back > TURNED * np.ptp(coarse) and way_back > STEEP * size:
            start = max(0, middle - half)
            return start + int(extreme(y[start : middle + half + 1]))
    return None


def best(
    values: dict[str, float], what: str, number: Callable[[float], str] = about, *, high: bool = True
) -> str:
    """Which of several is ahead, if one is by more than a twentieth.

    values: name -> float
    what: str, what the values are
    number: float -> str
    high: bool, whether the highest is ahead, or the lowest
    returns: str, or "" when there is nothing to compare
    """
    finite = [(name, value) for name, value in values.items() if math.isfinite(value)]
    if len(finite) < 2:
        return ""
    (name, first), (_, second), *_ = sorted(finite, key=lambda pair: pair[1], reverse=high)
    if abs(first - second) <= FLAT * max(abs(first), abs(second)):
        return f"None stands out by its {what}."
    return f"{'Highest' if high else 'Lowest'} {what}: {name}, {number(first)}."


def listed(parts: Iterable[str]) -> str:
    """Several things in one line: "a, b and c".

    parts: iterable of str
    returns: str
    """
    *firsts, last = list(parts) or [""]
    return f"{', '.join(firsts)} and {last}" if firsts else last


def count(number: int, one: str, many: str | None = None) -> str:
    """An exact count of things: "1 image", "16 images".

    number: int
    one, many: str, the word for one and for several; with an s if None
    returns: str
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def sentence(text: str) -> str:
    """The text with a capital at the start and a full stop at the end.

    text: str
    returns: str
    """
    return text[:1].upper() + text[1:].rstrip(".") + "." if text else ""
