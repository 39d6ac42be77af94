"""Maps: where a lesson stands in the whole, and what flows through a network in both directions.

Values run above the boxes from left to right, gradients below them from right to left.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from . import phrasing, validation
from .display import axes_or_new, set_description
from .distributions import root_mean_square
from .style import BLUE, BLUE_INK, GREY, INK, VERMILLION, VERMILLION_INK, bare, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COURSE = ("data", "init", "forward", "loss", "backward", "update")
IN_A_ROW = 7


class Box(NamedTuple):
    """One quantity of a network.

    name: str, for instance "z1 = x W1 + b1"
    value: array or float, or None where it is not computed yet
    gradient: d loss / d value, like value; or None
    """

    name: str
    value: Any = None
    gradient: Any = None


@styled
def course_map(lit: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw the way of a batch through the course, with one box lit: you are here.

    lit: "data", "init", "forward", "loss", "backward" or "update"; None for none
    ax: Axes to draw on, or None for a new figure
    returns: Axes
    raises: ValueError when there is no such box
    """
    if lit is not None and lit not in COURSE:
        raise ValueError(f"lit is {lit!r}: expected one of {', '.join(COURSE)}, or None")
    ax = axes_or_new(ax, 8, 1.25)
    for place, name in enumerate(COURSE):
        _box(ax, 1.3 * place, 0, name, name == lit, fontsize=11)
        if place:
            _arrow(ax, (1.3 * place - 0.28, 0.25), (1.3 * place - 0.02, 0.25), INK)
    start, end = 1.3 * COURSE.index("update") + 0.5, 1.3 * COURSE.index("forward") + 0.5
    bend = {"connectionstyle": "arc,angleA=-90,angleB=-90,armA=16,armB=16,rad=6"}
    _arrow(ax, (start, -0.02), (end, -0.02), GREY, **bend)
    ax.text((start + end) / 2, -0.3, "again, with the next batch", ha="center", va="top", fontsize=9)
    ax.set(xlim=(-0.05, 1.3 * len(COURSE) - 0.25), ylim=(-0.62, 0.82))
    bare(ax)
    here = "" if lit is None else f" You are here: {lit}."
    return set_description(
        ax, f"Data, init, forward, loss, backward, update, and again from forward with the next batch.{here}"
    )


@styled
def network_boxes(boxes: Sequence[Box | tuple], lit: int | None = None, ax: Axes | None = None) -> Axes:
    """Draw a network as boxes, one for each quantity: its value above, its gradient below, with shapes.

    boxes: (name, value, gradient) each, in the order of the forward pass
    lit: int, the box that is worked on now, or None
    ax: Axes to draw on, or None for a new figure
    returns: Axes
    raises: TypeError or ValueError when a gradient's shape is not its value's, or there is nothing to draw
    """
    boxes = [_checked(box) for box in boxes]
    if not boxes:
        raise ValueError("boxes is empty: expected at least one (name, value, gradient)")
    if lit is not None and not isinstance(lit, (int, np.integer)):
        raise TypeError(f"lit is {lit!r}: expected the number of a box, or None")
    if lit is not None and not -len(boxes) <= lit < len(boxes):
        raise ValueError(f"lit is {lit}: expected a box from 0 to {len(boxes) - 1}, or None")
    rows, columns = -(-len(boxes) // IN_A_ROW), min(len(boxes), IN_A_ROW)
    ax = axes_or_new(ax, 8, 0.35 + 1.7 * rows)
    for place, box in enumerate(boxes):
        is_lit = lit is not None and place == lit % len(boxes)
        _quantity(ax, box, 1.3 * (place % IN_A_ROW), -2.1 * (place // IN_A_ROW), is_lit, place)
    ax.set(xlim=(-0.25, max(1.3 * columns, 4.5)), ylim=(-2.1 * (rows - 1) - 0.85, 1.35))
    bare(ax)
    return set_description(ax, *_boxes_told(boxes, lit))


def _checked(box: Box | tuple) -> Box:
    if not isinstance(box, tuple) or not 1 <= len(box) <= 3:
        raise TypeError(f"a box is {box!r}: expected (name, value, gradient)")
    box = Box(*box)
    arrays = [validation.numbers(box.name, a, np.ndim(a)) for a in (box.value, box.gradient) if a is not None]
    if len(arrays) == 2 and arrays[0].shape != arrays[1].shape:
        raise ValueError(
            f"the gradient of {box.name!r} has the shape {arrays[1].shape}, its value {arrays[0].shape}: "
            "expected the same, one gradient for each number"
        )
    return box


def _quantity(ax: Axes, box: Box, x: float, y: float, lit: bool, place: int) -> None:
    _box(ax, x, y, box.name.replace(" = ", " =\n"), lit, fontsize=9)
    small = {"ha": "center", "fontsize": 8.5}
    ax.text(x + 0.5, y + 0.62, _summary(box.value), va="bottom", color=BLUE_INK, **small)
    ax.text(x + 0.5, y - 0.12, _summary(box.gradient), va="top", color=VERMILLION_INK, **small)
    if place % IN_A_ROW:
        if box.value is not None:
            _arrow(ax, (x - 0.28, y + 0.36), (x - 0.02, y + 0.36), BLUE)
        if box.gradient is not None:
            _arrow(ax, (x - 0.02, y + 0.14), (x - 0.28, y + 0.14), VERMILLION, linestyle=(0, (3, 1.5)))


def _summary(array: Any) -> str:
    if array is None:
        return ""
    array = np.asarray(array)
    if array.size == 1:
        return f"{array.item():.3g}"
    return f"{array.shape}\nRMS {root_mean_square(array.astype(np.float64)):.2g}".replace(",)", ")")


def _boxes_told(boxes: list[Box], lit: int | None) -> list[str]:
    told = [
        f"A network of {phrasing.count(len(boxes), 'box', 'boxes')}: {', '.join(box.name for box in boxes)}."
    ]
    values, gradients = (sum(getattr(b, part) is not None for b in boxes) for part in ("value", "gradient"))
    told.append(
        f"{phrasing.count(values, 'value')} and {phrasing.count(gradients, 'gradient')} are computed."
    )
    return told if lit is None else [*told, f"Now: {boxes[lit].name}."]


def _box(ax: Axes, x: float, y: float, name: str, lit: bool, fontsize: float) -> None:
    """A lit box differs by fill, by frame and by weight, not by its colour alone."""
    from matplotlib.patches import FancyBboxPatch

    face, ink = (BLUE, "white") if lit else ("none", INK)
    style = "round,pad=0,rounding_size=0.09"
    ax.add_patch(
        FancyBboxPatch(
            (x, y),
            1,
            0.5,
            style,
            facecolor=face,
            edgecolor=BLUE if lit else GREY,
            linewidth=2.5 if lit else 1.2,
        )
    )
    weight = "bold" if lit else "normal"
    ax.text(x + 0.5, y + 0.25, name, ha="center", va="center", color=ink, weight=weight, fontsize=fontsize)


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], color: str, **kwargs: Any) -> None:
    properties = {"arrowstyle": "->", "color": color, "linewidth": 1.5, "shrinkA": 0, "shrinkB": 0, **kwargs}
    ax.annotate("", end, start, arrowprops=properties)
