"""Images with their classes, and what a network takes them for: ✓ for right, ✗ for wrong.

The bars below an image are the probabilities of all classes, in the order of the class numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from . import phrasing, validation
from .display import axes_or_new, set_description
from .images import GAP, mosaic, pixel_scale
from .style import BLUE, GREEN, GREEN_INK, GREY, INK, VERMILLION, VERMILLION_INK, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BARS = 0.4  # height of the probability bars, as a share of an image


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
    pictures = validation.images(images)
    if probabilities is not None:
        probabilities = validation.probabilities(probabilities)
        validation.same_length(images=pictures, probabilities=probabilities)
        predictions = probabilities.argmax(axis=1) if predictions is None else predictions
    names = _names(class_names, probabilities, labels=labels, predictions=predictions)
    labels = _fitting("labels", labels, pictures, names)
    predictions = _fitting("predictions", predictions, pictures, names)
    columns = min(validation.whole("columns", columns), len(pictures))
    lines = 0 if labels is None and predictions is None else 1 if labels is None or predictions is None else 2
    head, foot = 0.19 * lines * columns / 8 + 0.06, BARS if probabilities is not None else 0.0
    rows = math.ceil(len(pictures) / columns)
    height = 8 / columns * rows * (1 + head + foot + GAP / 2) / (1 + GAP)
    ax = axes_or_new(ax, 8, height + 0.15)
    corners = mosaic(ax, pictures, columns, head + foot + GAP / 2, cmap="gray", scale=pixel_scale(pictures))
    for index, corner in enumerate(corners):
        _write_classes(ax, corner, index, labels, predictions, probabilities, names)
    if probabilities is not None:
        _bars(ax, corners, pictures.shape[1:], probabilities, labels, predictions)
    _, high, wide = pictures.shape
    ax.set_xlim(-GAP / 2 * wide, columns * wide * (1 + GAP) - GAP / 2 * wide)
    ax.set_ylim((corners[-1][1] + high * (1 + foot + GAP / 2)), -head * high)
    return set_description(ax, *_told(len(pictures), labels, predictions, probabilities, names))


def _names(
    class_names: Sequence[str] | None, probabilities: np.ndarray | None, **classes: np.ndarray | None
) -> list[str]:
    if probabilities is not None:
        return validation.names(class_names, probabilities.shape[1])
    if class_names is not None:
        return [str(name) for name in class_names]
    present = [validation.labels(name, c).max() for name, c in classes.items() if c is not None]
    return validation.names(None, int(max(present, default=0)) + 1)


def _fitting(
    name: str, classes: np.ndarray | None, pictures: np.ndarray, names: list[str]
) -> np.ndarray | None:
    if classes is None:
        return None
    classes = validation.labels(name, classes, len(names))
    validation.same_length(**{"images": pictures, name: classes})
    return classes


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
        sign, color = ("✓", GREEN_INK) if right else ("✗", VERMILLION_INK)
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
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

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
    told = [f"{phrasing.count(n, 'image')}."]
    if labels is not None:
        present = [names[k] for k in np.unique(labels)]
        classes = phrasing.count(len(present), "class", "classes")
        told = [f"{phrasing.count(n, 'image')} of {classes}: {phrasing.listed(present)}."]
    if labels is not None and predictions is not None:
        right = int((labels == predictions).sum())
        told.append(f"The network is right on {f'≈ {right} of {n}' if right else 'none of them'}.")
    if probabilities is not None:
        chosen = probabilities[np.arange(n), predictions].mean()
        told.append(f"The mean probability of its predictions is {phrasing.percent(chosen)}.")
    return told
