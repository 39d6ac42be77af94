"""The slope of a loss by central differences, how far off it may be, and where to measure it.

`check_grads` uses these: a slope that is not known well says nothing about a gradient.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .params import Params

TOLERANCE = 1e-6  # a right gradient differs by less than this share
NUDGES = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7)  # a wide one rounds least, a small one avoids kinks and steep slopes
SURE = 1e-7  # a slope known to this share of itself needs no smaller nudge
ROUGH = 1e-5  # a slope known worse than to this share of its array's usual slope is set aside
FLOAT32, FLOAT64 = float(np.finfo(np.float32).eps), float(np.finfo(np.float64).eps)


class Slope(NamedTuple):
    """A numerical derivative, and how far off it may be.

    value, doubt: float
    """

    value: float
    doubt: float


def slope(f: Callable[[float], float], middle: float, precision: float = FLOAT64) -> Slope:
    """The derivative of a function of one number at 0, with the nudge that suits it best.

    f: eps -> float
    middle: f(0)
    precision: float, how exactly f is computed, relative to 1
    returns: Slope; its doubt is large where the function has a kink
    """
    best = Slope(math.nan, math.inf)
    for eps in NUDGES:
        best = min(best, _central(f, middle, eps, precision), key=lambda found: found.doubt)
        if best.doubt <= SURE * abs(best.value):
            break
    return best


def _central(f: Callable[[float], float], middle: float, eps: float, precision: float) -> Slope:
    """A central difference, taken twice, with eps and with half of it.

    slope = (f(eps) - f(-eps)) / (2 eps),   bend = (f(eps) - 2 f(0) + f(-eps)) / eps

    Where f is smooth, the two slopes agree and the bend halves; at a kink they do not.
    """

    def look(eps: float) -> tuple[float, float]:
        above, below = f(eps), f(-eps)
        return (above - below) / (2 * eps), (above - 2 * middle + below) / eps

    (wide, wide_bend), (close, close_bend) = look(eps), look(eps / 2)
    rounding = 4 * precision * max(1.0, abs(middle)) / eps
    doubt = abs(wide - close) + abs(wide_bend / 2 - close_bend) + rounding
    return Slope(close, doubt if math.isfinite(doubt) else math.inf)


def precision_of(grads: Params, loss: float, nudged: float) -> float:
    """How exactly a function computes; float32 shows in its gradients, or in losses that fit into it.

    A saturated network may well have a loss of exactly 0 or 1, but no nudge moves that.
    """
    fits = nudged != loss and all(value == float(np.float32(value)) for value in (loss, nudged))
    return FLOAT32 if fits or grads.dtype == np.float32 else FLOAT64


def choose_probes(params: Params, probes: int, rng: np.random.Generator) -> list[tuple[str, np.ndarray]]:
    """Positions in the flat vector to nudge: as many in each array as it has room for in its share."""
    sizes = [part.size for layer in params for part in layer]
    starts = np.cumsum([0, *sizes[:-1]])
    names = [f"layer {i} {part}" for i in range(len(params)) for part in ("weights", "bias")]
    left, chosen = probes, {}
    for rank, k in enumerate(np.argsort(sizes, kind="stable")):  # small arrays first: what they leave goes on
        share = min(sizes[k], max(1, left // (len(sizes) - rank)))
        left -= share
        chosen[k] = starts[k] + rng.choice(sizes[k], share, replace=False)
    return [(names[k], np.sort(chosen[k])) for k in range(len(sizes))]


def known_well(value: np.ndarray, doubt: np.ndarray, loss: float) -> np.ndarray:
    """True where a slope is known well enough to tell a right gradient from a slightly wrong one."""
    usual = np.sqrt(np.mean(value[np.isfinite(doubt)] ** 2)) if np.isfinite(doubt).any() else 0.0
    return doubt <= ROUGH * usual + 1e-9 * max(1.0, abs(loss))


def relative_error(analytic: np.ndarray, numerical: np.ndarray, doubt: np.ndarray) -> float:
    if not np.isfinite(analytic).all():
        return math.inf
    difference = np.linalg.norm(analytic - numerical)
    # What the numerical slopes' own doubt can explain stays below the tolerance.
    size = np.linalg.norm(analytic) + np.linalg.norm(numerical) + np.linalg.norm(doubt) / TOLERANCE
    return float(difference / size)
