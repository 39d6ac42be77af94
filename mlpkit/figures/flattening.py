"""An image and the row of numbers it becomes, with one pixel marked in both; beside it the wrong way.

It is the still picture of the pixel lens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from . import validation
from .display import axes_or_new, set_description
from .style import VERMILLION, bare, frame, ink_on, styled, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CELLS = 13  # places of the row that are shown as numbers


@styled
def flattening(
    row: np.ndarray, wrong: np.ndarray, shape: tuple[int, int], place: int, ax: Axes | None = None
) -> Axes:
    """Draw an image, its row, the numbers around one place, and a wrongly flattened row as a picture.

        place = width * row + column

    row: (pixels,) uint8, an image flattened
    wrong: (pixels,) uint8, a row of the same length that was flattened in the wrong way
    shape: (height, width) of the image
    place: int, the place in the row that is marked
    ax: Axes to draw on, or None for a new figure
    returns: Axes
    raises: TypeError or ValueError when the rows do not fit the shape
    """
    row, wrong = validation.numbers("row", row, 1), validation.numbers("wrong", wrong, 1)
    validation.same_length(row=row, wrong=wrong)
    height, width = shape
    if height * width != len(row) or not 0 <= place < len(row):
        raise ValueError(
            f"shape {shape} and place {place} do not fit a row of {len(row)} pixels: expected fitting ones"
        )
    ax = axes_or_new(ax, 8, 3.1)
    ax.set_axis_off()
    _picture(ax.inset_axes((0, 0, 0.3, 0.9)), row.reshape(shape), "the image", place)
    _picture(ax.inset_axes((0.7, 0, 0.3, 0.9)), wrong.reshape(shape), "flattened wrongly", None)
    _strip(ax.inset_axes((0.34, 0.58, 0.32, 0.13)), row, place)
    _numbers(ax.inset_axes((0.34, 0.25, 0.32, 0.17)), row, place)
    down, across = divmod(place, width)
    return set_description(
        ax,
        f"An image of {height} x {width} pixels and its row of {len(row)} numbers: the pixel in row {down}, "
        f"column {across} is at place {width} · {down} + {across} = {place} and holds {row[place]}.",
        "Flattened wrongly, this image looks the same."
        if np.array_equal(row, wrong)
        else "Flattened wrongly, the same pixels are scattered and no picture is left.",
    )


def _picture(ax: Axes, picture: np.ndarray, name: str, place: int | None) -> None:
    ax.imshow(picture, cmap="gray", vmin=0, vmax=255)
    title(ax, name, fontsize=10)
    bare(ax)
    if place is not None:
        down, across = divmod(place, picture.shape[1])
        frame(ax, (across - 0.8, down - 0.8), (1.6, 1.6), VERMILLION, linewidth=2)


def _strip(ax: Axes, row: np.ndarray, place: int) -> None:
    ax.imshow(row[None], cmap="gray", vmin=0, vmax=255, aspect="auto")
    ax.axvline(place, color=VERMILLION, linewidth=2)
    title(ax, f"its row: {len(row)} numbers", fontsize=10)
    bare(ax)


def _numbers(ax: Axes, row: np.ndarray, place: int) -> None:
    first = int(np.clip(place - CELLS // 2, 0, max(0, len(row) - CELLS)))
    cells = row[first : first + CELLS]
    ax.imshow(cells[None], cmap="gray", vmin=0, vmax=255, aspect="auto")
    for i, value in enumerate(cells):
        ax.text(i, 0, str(value), ha="center", va="center", fontsize=7, color=ink_on((value / 255,) * 3))
    frame(ax, (place - first - 0.5, -0.5), (1, 1), VERMILLION, linewidth=2.5, clip_on=False)
    ax.text(place - first, 0.65, f"place {place}", ha="center", va="top", fontsize=9)
    bare(ax)
