"""Graphs of functions of one number, together in one panel or each in its own.

Points can be marked on a graph and joined in their order, such as the places that gradient descent visits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from . import phrasing, validation
from .display import axes_or_new, panels, set_description
from .style import COLORS, line_style, styled, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@styled
def function_graphs(
    x: np.ndarray,
    functions: Mapping[str, np.ndarray] | np.ndarray,
    points: Mapping[str, Any] | None = None,
    *,
    xlabel: str = "x",
    ylabel: str = "",
    apart: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw functions over the same x.

    x: (n,) float
    functions: {name: (n,) float, the value at each x}, or one array
    points: {name of a function: (m, 2) float, points joined in their order}, or None
    xlabel, ylabel: str, names of the axes
    apart: bool, whether each function gets a panel of its own; the panels have one scale
    ax: Axes to draw on, or None for a new figure
    returns: Axes
    raises: TypeError or ValueError when lengths differ, or points belong to no function
    """
    x = validation.numbers("x", x, 1, finite=True)
    graphs = validation.named("functions", functions)
    marked = {name: validation.numbers(f"points {name}", at, 2) for name, at in (points or {}).items()}
    for values in graphs.values():
        validation.same_length(x=x, functions=values)
    for name, at in marked.items():
        if name not in graphs:
            raise ValueError(f"points belong to {name!r}: expected {phrasing.listed(graphs)}")
        if at.shape[1] != 2:
            raise ValueError(f"points {name} has the shape {at.shape}: expected (points, 2), pairs (x, y)")
    ax = axes_or_new(ax, 8, 2.6 if apart else 3)
    places = panels(ax, 1, len(graphs)) if apart else [ax] * len(graphs)
    every = max(1, len(x) // 8)
    for i, (name, values) in enumerate(graphs.items()):
        look = {"color": COLORS[0]} if apart or len(graphs) == 1 else line_style(i) | {"markevery": every}
        places[i].plot(x, values, label=name, **look)
        if name in marked:
            places[i].plot(*marked[name].T, "o--", color=COLORS[1])
        if apart:
            title(places[i], name)
    for place in places:
        place.set(xlabel=xlabel, ylabel="" if apart else ylabel, ylim=_limits(graphs, marked))
    if not apart and len(graphs) > 1:
        ax.legend()
    words = [_words(name, x, values, xlabel, marked.get(name)) for name, values in graphs.items()]
    return set_description(ax, *words)


def _limits(graphs: Mapping[str, np.ndarray], marked: Mapping[str, np.ndarray]) -> tuple[float, float]:
    heights = np.concatenate([*graphs.values(), *(at[:, 1] for at in marked.values())]).astype(float)
    heights = heights[np.isfinite(heights)] if np.isfinite(heights).any() else np.zeros(1)
    room = 0.05 * (np.ptp(heights) or 1)
    return float(heights.min() - room), float(heights.max() + room)


def _words(name: str, x: np.ndarray, values: np.ndarray, axis: str, points: np.ndarray | None) -> str:
    said = phrasing.trend(x.astype(float), values.astype(float), axis=axis)
    for past, present in (("fell", "falls"), ("rose", "rises"), ("stayed", "stays")):
        said = said.replace(past, present)
    told = f"{name or 'The graph'}: from {axis} = {x[0]:g} to {x[-1]:g} it {said}"
    if points is not None:
        first, last = (f"({at[0]:.3g}, {at[1]:.3g})" for at in (points[0], points[-1]))
        told += f"; {phrasing.count(len(points), 'point')}, from {first} to {last}"
    return phrasing.sentence(told)
