"""Gradients under the microscope: how far a numerical gradient can be trusted, and how far each update goes.

Both are drawn on log axes, since what matters is the power of ten.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from . import phrasing, validation
from .display import axes_or_new, set_description
from .style import GREY, INK, line_style, log_scale, styled, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEALTHY = 1e-3  # update size / weight size that trains well, by common experience


@styled
def gradient_check_curve(
    eps: np.ndarray, errors: Mapping[str, np.ndarray] | np.ndarray, ax: Axes | None = None
) -> Axes:
    """Draw the relative error of a numerical gradient against eps, both axes logarithmic.

    eps: (points,) float > 0, the sizes of the change
    errors: {name: (points,) float}, for instance of float64 and float32, or one array
    ax: Axes to draw on, or None for a new figure
    returns: Axes
    raises: TypeError or ValueError when lengths differ or an eps is not above 0
    """
    eps = validation.numbers("eps", eps, 1, finite=True).astype(float)
    if eps.min() <= 0:
        raise ValueError(f"eps goes down to {eps.min():.3g}: expected numbers above 0, such as 1e-5")
    found = validation.named("errors", errors)
    for values in found.values():
        validation.same_length(eps=eps, errors=values)
    order = np.argsort(eps)
    ax = axes_or_new(ax, 8, 4.4)
    log_scale(ax, "x")
    log_scale(ax, "y")
    told = [
        _error_line(ax, name, eps[order], values[order], i) for i, (name, values) in enumerate(found.items())
    ]
    ax.set(xlabel="eps, the size of the change", ylabel="relative error")
    title(ax, "Error of the numerical gradient against eps")
    if len(found) > 1:
        ax.legend()
    return set_description(ax, *told)


def _error_line(ax: Axes, name: str, eps: np.ndarray, errors: np.ndarray, index: int) -> str:
    visible = np.where(np.isfinite(errors) & (errors > 0), errors, np.nan)
    ax.plot(eps, visible, label=name, **line_style(index))
    who = f"{name}: the error" if name else "The error"
    if not np.isfinite(visible).any():
        return f"{who} is zero or not finite everywhere."
    finite = np.where(np.isfinite(errors), errors, np.nan)
    best = int(np.nanargmin(finite))  # an error of exactly 0 has no place on the axis, but it is the smallest
    ax.plot(eps[best], visible[best], "o", markersize=13, markerfacecolor="none", markeredgecolor=INK)
    beside = (("smaller", finite[:best]), ("larger", finite[best + 1 :]))
    sides = [text for text, others in beside if (others > 2 * finite[best]).any()]
    grows = f", and grows towards {phrasing.listed(sides)} eps" if sides else ""
    # Rounding differs between machines by a factor of some, so only every third power of ten is told.
    size = f"below {_power_above(finite[best])}" if finite[best] > 0 else "exactly 0"
    return f"{who} is smallest, {size}, at eps ≈ {eps[best]:.0e}{grows}."


def _power_above(value: float) -> str:
    return f"1e{3 * math.floor((math.log10(value) + 1) / 3) + 2:d}"


@styled
def update_ratio(
    step: np.ndarray,
    ratios: Mapping[str, np.ndarray] | Sequence[np.ndarray] | np.ndarray,
    ax: Axes | None = None,
) -> Axes:
    """Draw how far each update goes, compared with the weights it changes; about 1e-3 is healthy.

        ratio = rms(weights after - weights before) / rms(weights before)

    step: (points,) int
    ratios: {name of the layer: (points,) float}, a list of arrays, or one array
    ax: Axes to draw on, or None for a new figure
    returns: Axes
    raises: TypeError or ValueError when lengths differ or a ratio is below 0
    """
    step = validation.numbers("step", step, 1)
    found = validation.named("ratios", ratios)
    ax = axes_or_new(ax, 8, 4.2)
    log_scale(ax, "y")
    told = []
    for index, (name, values) in enumerate(found.items()):
        validation.same_length(step=step, ratios=values)
        if (values < 0).any():
            raise ValueError(
                f"ratios {name} go down to {values.min():.3g}: a ratio of sizes is never below 0"
            )
        told.append(_ratio_line(ax, name, step, values.astype(float), index))
    if not any((np.isfinite(values) & (values > 0)).any() for values in found.values()):
        ax.set_ylim(HEALTHY / 100, HEALTHY * 100)  # the dashed line alone makes no scale
    ax.axhline(HEALTHY, color=GREY, linestyle=(0, (4, 3)), linewidth=1.3, label="1e-3, healthy")
    ax.set(xlabel="step", ylabel="update / weights")
    title(ax, "Size of the updates, relative to the weights")
    ax.legend()
    return set_description(ax, *told)


def _ratio_line(ax: Axes, name: str, step: np.ndarray, values: np.ndarray, index: int) -> str:
    style = {**line_style(index), "marker": line_style(index)["marker"] if len(step) <= 40 else ""}
    ax.plot(step, np.where(values > 0, values, np.nan), label=name or "ratio", **style)
    middle = float(np.median(values[np.isfinite(values)])) if np.isfinite(values).any() else math.nan
    verdict = (
        "about right"
        if HEALTHY / 10 <= middle <= HEALTHY * 10
        else "too small"
        if middle < HEALTHY
        else "too large"
    )
    zero = "nothing is updated" if not values.any() else "in half of the steps or more nothing is updated"
    verdict = f"zero: {zero}" if middle == 0 else verdict if math.isfinite(middle) else "lost"
    gone = int((~np.isfinite(values)).sum())
    lost = f"; not finite at ≈ {gone:,} of {len(values):,} points" if 0 < gone < len(values) else ""
    return f"{name or 'The ratio'}: median {phrasing.about(middle)}, {verdict}{lost}."
