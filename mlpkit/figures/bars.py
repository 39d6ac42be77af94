"""Bars for numbers side by side: several programs, or one before and after a repair.

Each bar carries its number, so that none has to be read off the axis.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from . import phrasing, validation
from .display import axes_or_new, set_description
from .style import BLUE, GREY, INK, name_ticks, styled, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@styled
def bars(
    values: Mapping[str, float],
    what: str,
    *,
    percent: bool = False,
    exact: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw one bar for each name.

    values: {name: float}
    what: str, what the numbers are, with their unit
    percent: bool, whether they are shares of 1 to be written as percentages
    exact: bool, whether they are the same on every machine, counts for instance
    ax: Axes to draw on, or None for a new figure
    returns: Axes
    raises: TypeError or ValueError when there is nothing to draw
    """
    names, heights = _pairs(values, 1)
    ax = axes_or_new(ax, 8, 1.1 + 0.42 * len(names))
    _draw(ax, heights[:, 0], np.arange(len(names)), 0.66, percent, color=BLUE)
    _finish(ax, names, what, percent)
    number = _exactly if exact else phrasing.percent if percent else phrasing.about
    told = phrasing.listed(f"{name} {number(height)}" for name, height in zip(names, heights[:, 0]))
    return set_description(ax, phrasing.sentence(f"{what}: {told}"))


@styled
def before_after(
    values: Mapping[str, tuple[float, float]], what: str, *, percent: bool = False, ax: Axes | None = None
) -> Axes:
    """Draw two bars for each name: before and after a change.

    values: {name: (before, after)}
    what: str, what the numbers are, with their unit
    percent: bool, whether they are shares of 1 to be written as percentages
    ax: Axes to draw on, or None for a new figure
    returns: Axes
    raises: TypeError or ValueError when there is nothing to draw
    """
    names, heights = _pairs(values, 2)
    ax = axes_or_new(ax, 8, 1.3 + 0.66 * len(names))
    place = np.arange(len(names))
    _draw(ax, heights[:, 0], place - 0.19, 0.36, percent, color=GREY, hatch="///", label="before")
    _draw(ax, heights[:, 1], place + 0.19, 0.36, percent, color=BLUE, label="after")
    _finish(ax, names, what, percent)
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    number = phrasing.percent if percent else phrasing.about
    told = [f"{name}: from {number(first)} to {number(last)}." for name, (first, last) in zip(names, heights)]
    return set_description(ax, phrasing.sentence(f"{what}, before and after"), *told)


def _pairs(values: Mapping, columns: int) -> tuple[list[str], np.ndarray]:
    if not isinstance(values, Mapping) or not values:
        expected = "{name: number}" if columns == 1 else "{name: (before, after)}"
        raise TypeError(f"values is {values!r}: expected {expected}, at least one")
    rows = [np.atleast_1d(np.asarray(value)) for value in values.values()]
    for name, row in zip(values, rows):
        if row.shape != (columns,):
            raise ValueError(f"the value of {name!r} has the shape {row.shape}: expected {columns} number(s)")
    return [str(name) for name in values], validation.numbers(
        "values", np.array(rows), 2, finite=True
    ).astype(float)


def _draw(
    ax: Axes, values: np.ndarray, places: np.ndarray, high: float, percent: bool, **kwargs: object
) -> None:
    ax.barh(places, values, height=high, edgecolor="white", linewidth=0, **kwargs)
    for place, value in zip(places, values):
        aside, side = ((4, 0), "left") if value >= 0 else ((-4, 0), "right")
        where = {"xytext": aside, "textcoords": "offset points", "ha": side, "va": "center"}
        ax.annotate(_label(value, percent), (value, place), fontsize=9, **where)


def _label(value: float, percent: bool) -> str:
    return f"{100 * value:.1f} %" if percent else _exactly(value)


def _exactly(value: float) -> str:
    return f"{int(value):,}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:.3g}"


def _finish(ax: Axes, names: list[str], what: str, percent: bool) -> None:
    name_ticks(ax, "y", names)
    ax.invert_yaxis()
    ax.grid(False, axis="y")
    ax.axvline(0, color=INK, linewidth=0.9)
    ax.margins(x=0.14)
    if percent:
        ax.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    title(ax, what)
