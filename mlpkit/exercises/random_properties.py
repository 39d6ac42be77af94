"""Ready-made properties of random arrays: spread, mean, kind of distribution, and whether all was drawn.

Each is a Property; pick the ones that fit, in the order in which they should be talked about. Most measure
arrays of 50,000 numbers and more, where chance no longer matters: give one case with such a layer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .spec import Property

ENOUGH = 50_000  # numbers; the standard deviation of fewer is known less well than to half a per cent
SOME = 2_000  # numbers that are compared with each other


def _some_of(w: np.ndarray) -> np.ndarray:
    """A few numbers from anywhere in an array, always from the same places."""
    return w if w.size <= SOME else np.random.default_rng(0).permutation(w.ravel()[: 10 * SOME])[:SOME]


def _of_many(measure: Callable[[np.ndarray], float]) -> Callable[[Any, tuple], float]:
    return lambda w, args: float(measure(w)) if w.size >= ENOUGH else 0.0


def _shape_words(got: Any, expected: Any) -> str:
    names = {"normal": 0.798, "uniform": 0.866, "made of two values only": 1.0}
    came = min(names, key=lambda n: abs(names[n] - got))
    asked = min(names, key=lambda n: abs(names[n] - expected))
    near = f"is {came}" if abs(names[came] - got) < 0.012 else "is of another kind"
    return (
        f"the distribution {near}, expected: {asked} (mean size over standard deviation: {got:.3f}, "
        f"expected {expected:.3f}). Which method of `rng` is called?"
    )


WIDTH = Property(
    "the standard deviation",
    _of_many(np.std),
    lambda got, expected: (
        f"the standard deviation is {got:.2g}, expected about {expected:.2g}. Look at the standard "
        "deviation or the limits that you give to `rng`: is there a root too many or too few?"
    ),
    tolerance=0.02,
)

CENTRE = Property(
    "the mean",
    _of_many(lambda w: np.mean(w) / max(np.std(w), 1e-300)),
    lambda got, expected: (
        f"the mean is {got:.2f} standard deviations away from 0, expected 0. "
        + f"Are there {'negative' if got > 0 else 'positive'} numbers at all? " * (abs(got) > 1)
        + "Look at the first arguments of the draw."
    ),
    absolute=0.03,  # five standard errors between the means of two right draws of 60,000 numbers
)

SAMENESS = (
    "all numbers are 0",
    "all numbers are equal",
    "all rows are the same",
    "all columns are the same",
    "most of the numbers are 0",
    "only a few different numbers come up, again and again",
)


def variety(w: np.ndarray) -> float:
    """How an array repeats itself: a place in SAMENESS, or their number when it does not."""
    some = _some_of(w)
    if len(np.unique(some)) > 0.5 * len(some):
        return float(len(SAMENESS))
    tests = (not w.any(), np.ptp(w) == 0, (w == w[:1]).all(), (w == w[:, :1]).all(), (w == 0).mean() > 0.5)
    return float(next((i for i, test in enumerate(tests) if test), len(tests)))


NOT_CONSTANT = Property(
    "the number of different values",
    lambda w, args: variety(w),
    lambda got, expected: (
        f"{SAMENESS[int(got)]}. Units that start equal stay equal. "
        "How often does the function draw, and how many numbers?"
    ),
)

PARTS = (
    "holds one number only",
    "is the same as another one",
    "is drawn with another standard deviation than the rest",
    "holds a number that is exactly 0",
)


def odd_part(w: np.ndarray) -> list[float]:
    """The first row or column that was not drawn like the others.

    returns: [1 for a row, 2 for a column, which one, place in PARTS]; [0, 0, 0] when there is none
    """
    zeros = (w == 0) if (w == 0).sum() > (3 if w.size > SOME else 0) else np.zeros(w.shape, bool)
    for axis, lines in ((1, w), (2, w.T)):
        if lines.shape[1] < 2:
            continue
        seen = [line.tobytes() for line in np.ascontiguousarray(lines)]
        widths = lines.std(axis=1) / max(w.std(), 1e-300)
        tests = (
            np.ptp(lines, axis=1) == 0,
            [seen.index(line) < i for i, line in enumerate(seen)] if len(set(seen)) < len(seen) else [False],
            np.abs(widths - 1) > (0.5 if w.size >= ENOUGH and lines.shape[1] >= 100 else np.inf),
            (zeros if axis == 1 else zeros.T).any(axis=1),
        )
        for kind, test in enumerate(tests):
            if np.any(test):
                return [float(axis), float(np.argmax(test)), float(kind)]
    return [0.0, 0.0, 0.0]


def odd_part_words(got: list, expected: list) -> str:
    """The row or column that `odd_part` found, in words."""
    axis, at, kind = map(int, got)
    where = f"{('', 'row', 'column')[axis]} {at}"
    return (
        f"{where} {PARTS[kind]}. Every weight needs its own draw. Which rows and columns does the draw fill?"
    )


EVERY_PART = Property("every row and column", lambda w, args: odd_part(w), odd_part_words)

FAMILY = Property(
    "the kind of distribution",
    _of_many(lambda w: np.abs(w - w.mean()).mean() / max(np.std(w), 1e-300)),
    _shape_words,
    absolute=0.02,
)
