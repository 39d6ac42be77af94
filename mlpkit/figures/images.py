"""Rows of pixels as pictures: images with what a network says of them, weights, and the steps of a drawing.

All pictures of a figure lie in one large array, which draws many times faster than one Axes for each.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from ..params import Params, as_params
from . import given, words
from .picture import tell
from .style import BLUE, GREEN, GREY, INK, SIGNED, VERMILLION, bare, on, styled, title

GAP = 0.18  # between pictures, as a share of one
BARS = 0.4  # height of the probability bars below a picture


@styled
def image_grid(
    images: np.ndarray,
    labels: np.ndarray | None = None,
    predictions: np.ndarray | None = None,
    *,
    probabilities: np.ndarray | None = None,
    class_names: Sequence[str] | None = None,
    columns: int = 8,
    ax: Axes | None = None,
) -> Axes:
    """Draw images with their classes, and what a network takes them for.

    images: (n, pixels) or (n, height, width), uint8 or float
    labels: (n,) int, the true classes, or None
    predictions: (n,) int, the predicted classes, or None
    probabilities: (n, classes) float, drawn as bars below each image; predictions default to their largest
    class_names: one str a class, or None for numbers
    columns: int, images in a row
    ax: Axes to draw on, or None for a new figure
    returns: Axes
    raises: TypeError or ValueError when the arrays do not fit together
    """
    pictures = given.images(images)
    if probabilities is not None:
        probabilities = given.probabilities(probabilities)
        given.same_length(images=pictures, probabilities=probabilities)
        predictions = probabilities.argmax(axis=1) if predictions is None else predictions
    names = _names(class_names, probabilities, labels, predictions)
    labels = _fitting("labels", labels, pictures, names)
    predictions = _fitting("predictions", predictions, pictures, names)
    columns = min(columns, len(pictures))
    lines = 0 if labels is None and predictions is None else 1 if labels is None or predictions is None else 2
    head, foot = 0.19 * lines * columns / 8 + 0.06, BARS if probabilities is not None else 0.0
    rows = math.ceil(len(pictures) / columns)
    height = 8 / columns * rows * (1 + head + foot + GAP / 2) / (1 + GAP)
    ax = on(ax, 8, height + 0.15)
    corners = _mosaic(ax, pictures, columns, head + foot + GAP / 2, cmap="gray", scale=_pixel_scale(pictures))
    for index, corner in enumerate(corners):
        _write_classes(ax, corner, index, labels, predictions, probabilities, names)
    if probabilities is not None:
        _bars(ax, corners, pictures.shape[1:], probabilities, labels, predictions)
    _, high, wide = pictures.shape
    ax.set_xlim(-GAP / 2 * wide, columns * wide * (1 + GAP) - GAP / 2 * wide)
    ax.set_ylim((corners[-1][1] + high * (1 + foot + GAP / 2)), -head * high)
    return tell(ax, *_told(len(pictures), labels, predictions, probabilities, names))


def _names(
    class_names: Sequence[str] | None, probabilities: np.ndarray | None, *classes: np.ndarray | None
) -> list[str]:
    if probabilities is not None:
        return given.names(class_names, probabilities.shape[1])
    if class_names is not None:
        return [str(name) for name in class_names]
    present = [np.max(c) for c in classes if c is not None and np.size(c)]
    return given.names(None, int(max(present, default=0)) + 1)


def _fitting(
    name: str, classes: np.ndarray | None, pictures: np.ndarray, names: list[str]
) -> np.ndarray | None:
    if classes is None:
        return None
    classes = given.labels(name, classes, len(names))
    given.same_length(**{"images": pictures, name: classes})
    return classes


def _pixel_scale(pictures: np.ndarray) -> tuple[float, float]:
    if pictures.dtype == np.uint8:
        return 0, 255
    return min(0.0, float(pictures.min())), max(1.0, float(pictures.max()))


def _mosaic(
    ax: Axes, pictures: np.ndarray, columns: int, below: float, cmap: object, scale: tuple[float, float]
) -> list[tuple[float, float]]:
    """Draw all pictures as one image; returns the upper left corner of each, in pixels."""
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


def _write_classes(
    ax: Axes,
    corner: tuple[float, float],
    index: int,
    labels: np.ndarray | None,
    predictions: np.ndarray | None,
    probabilities: np.ndarray | None,
    names: list[str],
) -> None:
    """Write the predicted class above an image, with ✓ or ✗, and the true class where it is another."""
    if predictions is None:
        if labels is not None:
            _above(ax, corner, names[labels[index]], INK)
        return
    text, color = names[predictions[index]], INK
    if labels is not None:
        right = predictions[index] == labels[index]
        sign, color = ("✓", "#00694d") if right else ("✗", "#a84a00")
        text = f"{sign} {text}" + ("" if right else f"\nis {names[labels[index]]}")
    _above(ax, corner, text, color)


def _above(ax: Axes, corner: tuple[float, float], text: str, color: str) -> None:
    ax.annotate(text, corner, (0, 4), textcoords="offset points", fontsize=9, color=color, linespacing=1.05)


def _bars(
    ax: Axes,
    corners: list[tuple[float, float]],
    size: tuple[int, int],
    probabilities: np.ndarray,
    labels: np.ndarray | None,
    predictions: np.ndarray,
) -> None:
    """Draw one bar a class: the true one green over a triangle, a wrong answer vermillion, the rest grey."""
    (high, wide), classes = size, probabilities.shape[1]
    bars, colors = [], []
    for index, (x, y) in enumerate(corners):
        foot = y + high * (1 + BARS)
        for k, share in enumerate(probabilities[index]):
            tall = share * high * (BARS - 0.05)
            bars.append(Rectangle((x + k * wide / classes, foot - tall), 0.8 * wide / classes, tall))
            colors.append(_bar_color(k, index, labels, predictions))
        ax.plot([x - 0.5, x + wide - 0.5], [foot, foot], color=GREY, linewidth=0.8)
        if labels is not None:
            ax.plot(
                x + (labels[index] + 0.4) * wide / classes,
                foot + 0.06 * high,
                "^",
                color=GREEN,
                markersize=3.5,
            )
    ax.add_collection(PatchCollection(bars, facecolors=colors, linewidth=0), autolim=False)


def _bar_color(k: int, index: int, labels: np.ndarray | None, predictions: np.ndarray) -> str:
    if labels is None:
        return BLUE if k == predictions[index] else GREY
    if k == labels[index]:
        return GREEN
    return VERMILLION if k == predictions[index] else GREY


def _told(
    n: int,
    labels: np.ndarray | None,
    predictions: np.ndarray | None,
    probabilities: np.ndarray | None,
    names: list[str],
) -> list[str]:
    told = [f"{words.count(n, 'image')}."]
    if labels is not None:
        present = [names[k] for k in np.unique(labels)]
        classes = words.count(len(present), "class", "classes")
        told = [f"{words.count(n, 'image')} of {classes}: {words.listed(present)}."]
    if labels is not None and predictions is not None:
        told.append(f"The network is right on ≈ {int((labels == predictions).sum())} of {n}.")
    if probabilities is not None:
        told.append(
            f"It gives the class it chooses {words.percent(probabilities.max(axis=1).mean())} on average."
        )
    return told


@styled
def weights_as_images(
    weights: np.ndarray | Params | Iterable, count: int = 32, columns: int = 8, ax: Axes | None = None
) -> Axes:
    """Draw what each unit of the first layer looks for: its weights, laid out like the image they multiply.

    weights: (pixels, units) float, or Params, whose first layer is taken
    count: int, units to draw at most
    columns: int, pictures in a row
    ax: Axes to draw on, or None for a new figure
    returns: Axes; all pictures share one scale, blue below zero and red-orange above
    raises: TypeError or ValueError when the weights cannot be laid out as squares
    """
    if not isinstance(weights, np.ndarray):
        weights = as_params(weights)[0].weights
    weights = given.numbers("weights", weights, 2, finite=True)
    units = weights.shape[1]
    pictures = given.images(weights[:, :count].T.astype(float))
    columns = min(columns, len(pictures))
    rows = math.ceil(len(pictures) / columns)
    ax = on(ax, 8, 0.87 * 8 / columns * rows + 0.4)
    largest = float(np.abs(pictures).max()) or 1.0
    _mosaic(ax, pictures, columns, GAP, SIGNED, (-largest, largest))
    title(ax, f"Weights of {words.count(len(pictures), 'unit')} of {units}")
    _color_scale(ax, ax.images[-1], largest)
    spread = f"Standard deviation {words.about(weights.std())}, largest size {words.about(largest)}."
    return tell(ax, f"The weights into {words.count(len(pictures), 'unit')} of {units} as images.", spread)


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
    found = given.named("steps", steps, 2)
    ax = on(ax, 8, 8 / len(found) * 1.15)
    for place, (name, image) in enumerate(found.items()):
        low, high = _pixel_scale(image)
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
    return tell(ax, f"An image in {words.count(len(found), 'step')}: {', '.join(sizes)}.")
