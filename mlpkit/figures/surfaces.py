"""Loss as a landscape: lines of equal height, and the paths on which optimisers walk down.

All paths start at the same cross; a filled marker shows where each one ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from . import phrasing, validation
from .display import axes_or_new, set_description
from .style import colormap, line_style, styled, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEVELS = 24


@styled
def loss_surface(
    x: np.ndarray,
    y: np.ndarray,
    loss: np.ndarray,
    paths: Mapping[str, np.ndarray] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a loss over two parameters as contours, with the paths of optimisers on it.

    x: (columns,) float, rising; y: (rows,) float, rising
    loss: (rows, columns) float
    paths: {name: (steps, 2) float}, the x and y of each step
    ax: Axes to draw on, or None for a new figure
    returns: Axes
    raises: TypeError or ValueError when the shapes do not fit
    """
    x, y = (validation.numbers(name, values, 1, finite=True) for name, values in (("x", x), ("y", y)))
    for name, values in (("x", x), ("y", y)):
        if (values[1:] <= values[:-1]).any():
            raise ValueError(f"{name} does not rise: expected rising numbers; sort it, and the loss with it")
    loss = validation.numbers("loss", loss, 2)
    if not np.isfinite(loss).any():
        raise ValueError("loss is nowhere finite: choose a part of the surface where it is")
    if min(loss.shape) < 2:
        raise ValueError(f"loss has the shape {loss.shape}: expected two rows and two columns at least")
    if loss.shape != (len(y), len(x)):
        raise ValueError(f"loss has the shape {loss.shape}: expected ({len(y)}, {len(x)}), a row for each y")
    if not isinstance(paths, (Mapping, type(None))):
        raise TypeError(f"paths is {type(paths).__name__}: expected {{name: (steps, 2) array}}, or None")
    found = validation.named("paths", paths, 2) if paths else {}
    for name, path in found.items():
        if path.shape[1] != 2:
            raise ValueError(f"path {name!r} has the shape {path.shape}: expected (steps, 2), x and y")
    ax = axes_or_new(ax, 8, 5.2)
    _contours(ax, x, y, loss)
    told = [_path(ax, name, path, x, y, loss, i) for i, (name, path) in enumerate(found.items())]
    ax.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
    title(ax, "Loss, darker is higher")
    ax.grid(False)
    if found:
        legend = ax.legend(loc="upper right", framealpha=0.85, facecolor="white", labelcolor="black")
        legend.set_zorder(5)  # on the surface, which is pale on every page
    low, high = phrasing.about(np.nanmin(loss)), phrasing.about(np.nanmax(loss))
    return set_description(ax, f"The loss on this surface goes from {low} to {high}.", *told)


def _contours(ax: Axes, x: np.ndarray, y: np.ndarray, loss: np.ndarray) -> None:
    """Levels at quantiles: each band covers as much of the picture, however steep the walls are."""
    finite = np.ma.masked_invalid(loss)
    levels = np.unique(np.quantile(finite.compressed(), np.linspace(0, 1, LEVELS)))
    if len(levels) < 2:
        levels = levels[0] + np.array([-0.5, 0.5])
    ranks = np.linspace(0.0, 0.45, len(levels) - 1)  # pale, so that the paths stand out
    ax.contourf(x, y, finite, levels=levels, colors=colormap("shares")(ranks))
    ax.contour(x, y, finite, levels=levels[1:-1:2], colors="#5a5a5a", linewidths=0.4)


def _path(
    ax: Axes, name: str, path: np.ndarray, x: np.ndarray, y: np.ndarray, loss: np.ndarray, i: int
) -> str:
    style = line_style(i)
    finite = path[np.isfinite(path).all(axis=1)]
    every = max(1, len(finite) // 12)
    ax.plot(*finite.T, label=name, markevery=every, markersize=4, **style)
    ax.plot(*finite[:1].T, "+", color="black", markersize=12, markeredgewidth=2)
    ax.plot(*finite[-1:].T, style["marker"], color=style["color"], markeredgecolor="black", markersize=9)
    steps = phrasing.count(len(path) - 1, "step")
    if len(finite) < len(path):
        return f"{name}: the numbers overflow within {steps}."
    begins, ends = (x[0] <= u <= x[-1] and y[0] <= v <= y[-1] for u, v in (path[0], path[-1]))
    if not begins:
        return f"{name}: begins outside the picture."
    if not ends:
        return f"{name}: leaves the picture within {steps}."
    first, last = (_height(point, x, y, loss) for point in (path[0], path[-1]))
    return f"{name}: from loss {phrasing.about(first)} to {phrasing.about(last)} in {steps}."


def _height(point: np.ndarray, x: np.ndarray, y: np.ndarray, loss: np.ndarray) -> float:
    """The loss at a point, linear between the four grid points around it."""
    i = int(np.clip(np.searchsorted(y, point[1]) - 1, 0, len(y) - 2))
    k = int(np.clip(np.searchsorted(x, point[0]) - 1, 0, len(x) - 2))
    v = np.clip((point[1] - y[i]) / (y[i + 1] - y[i]), 0, 1)
    u = np.clip((point[0] - x[k]) / (x[k + 1] - x[k]), 0, 1)
    return float(np.array([1 - v, v]) @ loss[i : i + 2, k : k + 2] @ np.array([1 - u, u]))
