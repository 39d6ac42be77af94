"""Rows of pixels as pictures again: weights laid out like the image they multiply, steps of a drawing.

All pictures of a figure lie in one large array, which draws many times faster than one Axes for each.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..core.params import Params, as_params
from . import phrasing, validation
from .display import axes_or_new, set_description
from .style import INK, bare, colormap, styled, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

GAP = 0.18  # between pictures, as a share of one


def pixel_scale(pictures: np.ndarray) -> tuple[float, float]:
    """The values of black and white: 0 and 255 for bytes, 0 and 1 for floats unless some lie outside.

    pictures: array
    returns: (black, white)
    """
    if pictures.dtype == np.uint8:
        return 0, 255
    return min(0.0, float(pictures.min())), max(1.0, float(pictures.max()))


def mosaic(
    ax: Axes, pictures: np.ndarray, columns: int, below: float, cmap: object, scale: tuple[float, float]
) -> list[tuple[float, float]]:
    """Draw all pictures as one image.

    ax: Axes
    pictures: (n, height, width) float
    columns: int, pictures in a row
    below: float, room between rows, as a share of a picture
    cmap: colormap; scale: (lowest, highest) value of it
    returns: the upper left corner (x, y) of each picture, in pixels
    """
    count, high, wide = pictures.shape
    across, down = wide + round(GAP * wide), high + round(below * high)
    rows = math.ceil(count / columns)
    canvas = np.full((rows * down, columns * across), np.nan)
    corners = [(index % columns * across, index // columns * down) for index in range(count)]
    for (x, y), picture in zip(corners, pictures):
        canvas[y : y + high, x : x + wide] = picture
    ax.imshow(np.ma.masked_invalid(canvas), cmap=cmap, vmin=scale[0], vmax=scale[1],
              extent=(-0.5, canvas.shape[1] - 0.5, canvas.shape[0] - 0.5, -0.5))  # fmt: skip
    bare(ax)
    return corners


@styled
def weights_as_images(
    weights: np.ndarray | Params | Iterable,
    count: int = 32,
    columns: int = 8,
    ax: Axes | None = None,
    *,
    units: Sequence[int] | None = None,
    what: str = "weights",
) -> Axes:
    """Draw what each unit of the first layer looks for: its weights, laid out like the image they multiply.

    weights: (pixels, units) float, or Params, whose first layer is taken
    count: int, units to draw at most
    columns: int, pictures in a row
    ax: Axes to draw on, or None for a new figure
    units: which units to draw, in order; the first ones if None
    what: str, what the numbers are, for the title: for instance the change of the weights
    returns: Axes; all pictures share one scale, blue below zero and red-orange above
    raises: TypeError or ValueError when the weights cannot be laid out as squares
    """
    if not isinstance(weights, np.ndarray):
        weights = as_params(weights)[0].weights
    weights = validation.numbers("weights", weights, 2, finite=True)
    fan_out = weights.shape[1]
    chosen = np.arange(fan_out) if units is None else validation.labels("units", units, fan_out)
    pictures = validation.images(weights[:, chosen[: validation.whole("count", count)]].T.astype(float))
    columns = min(validation.whole("columns", columns), len(pictures))
    rows = math.ceil(len(pictures) / columns)
    width = min(8, 3.5 * columns)  # one picture alone needs no whole line
    ax = axes_or_new(ax, width, 0.87 * width / columns * rows + 0.4)
    largest = float(np.abs(pictures).max())
    scale = largest or 1.0  # all of them zero
    mosaic(ax, pictures, columns, GAP, colormap("signed"), (-scale, scale))
    title(ax, f"{what[:1].upper()}{what[1:]} of {phrasing.count(len(pictures), 'unit')} of {fan_out}")
    _color_scale(ax, ax.images[-1], scale)
    spread = f"Standard deviation {phrasing.about(pictures.std())}, largest size {phrasing.about(largest)}."
    return set_description(
        ax, f"The {what} of {phrasing.count(len(pictures), 'unit')} of {fan_out} as images.", spread
    )


def _color_scale(ax: Axes, image: AxesImage, largest: float) -> None:
    bar = ax.figure.colorbar(image, cax=ax.inset_axes((1.02, 0.1, 0.02, 0.8)))
    bar.set_ticks([-largest, 0, largest], labels=[f"−{largest:.2g}", "0", f"+{largest:.2g}"])
    bar.outline.set_visible(False)


@styled
def image_steps(steps: Mapping[str, np.ndarray], ax: Axes | None = None) -> Axes:
    """Draw how an image becomes another, step by step, for instance a drawing on its way to MNIST's form.

    steps: {name of the step: (height, width) image}, in order
    ax: Axes to draw on, or None for a new figure
    returns: Axes
    raises: TypeError or ValueError when a step is not an image
    """
    found = validation.named("steps", steps, 2)
    ax = axes_or_new(ax, 8, 8 / len(found) * 1.15)
    for place, (name, image) in enumerate(found.items()):
        low, high = pixel_scale(image)
        across = 1.15 * place
        shape = (across, across + 1, 1, 0)
        ax.imshow(image, cmap="gray", vmin=low, vmax=high, extent=shape)
        ax.text(across, -0.04, f"{place + 1}. {name}", va="bottom", fontsize=9.5)
        if place:
            ax.annotate(
                "", (across, 0.5), (across - 0.15, 0.5), arrowprops={"arrowstyle": "->", "color": INK}
            )
    ax.set(xlim=(-0.02, 1.15 * len(found) - 0.13), ylim=(1.02, -0.2))
    bare(ax)
    sizes = [f"{name} ({image.shape[0]} x {image.shape[1]})" for name, image in found.items()]
    return set_description(ax, f"An image in {phrasing.count(len(found), 'step')}: {', '.join(sizes)}.")
