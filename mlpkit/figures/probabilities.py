"""From logits to probabilities, and whether these can be believed.

A network is calibrated when, of all answers it gives with 80 %, four in five are right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..core.losses import log_softmax
from . import phrasing, validation
from .display import axes_or_new, panels, set_description
from .style import BLUE, GREEN, GREY, INK, VERMILLION, name_ticks, styled, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@styled
def probability_bars(
    probabilities: np.ndarray,
    class_names: Sequence[str] | None = None,
    label: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the probabilities that a network gives to the classes of one image.

    probabilities: (classes,) float, they sum to 1
    class_names: one str a class, or None for numbers
    label: int, the true class, or None
    ax: Axes to draw on, or None for a new figure
    returns: Axes
    raises: TypeError or ValueError when they are no probabilities
    """
    probabilities = validation.probabilities(probabilities, 1)
    names = validation.names(class_names, len(probabilities))
    top = int(probabilities.argmax())
    if label is not None:
        label = int(validation.labels("label", [label], len(names))[0])
    ax = axes_or_new(ax, 8, 0.8 + 0.3 * len(names))
    _class_bars(ax, probabilities, label, top)
    for k, share in enumerate(probabilities):
        ax.text(share + 0.01, k, f"{100 * share:.1f} %", va="center", fontsize=9)
    name_ticks(ax, "y", [f"{name} (true)" if k == label else name for k, name in enumerate(names)])
    ax.set(xlim=(0, 1.12), xlabel="probability")
    title(ax, f"Taken for: {names[top]}")
    told = f"Taken for {names[top]} with {phrasing.percent(probabilities[top])}"
    if label is None:
        return set_description(ax, f"{told}.")
    verdict = (
        "which is right"
        if label == top
        else f"but it is {names[label]} ({phrasing.percent(probabilities[label])})"
    )
    return set_description(ax, f"{told}, {verdict}.")


def _class_bars(ax: Axes, values: np.ndarray, label: int | None, top: int | None = None) -> None:
    """Draw bars from the first class down: the true one green and hatched, a wrong choice vermillion."""
    plain = VERMILLION if label is not None else BLUE
    colors = [GREEN if k == label else plain if k == top else GREY for k in range(len(values))]
    bars = ax.barh(np.arange(len(values)), values, height=0.72, color=colors)
    if label is not None:
        bars[label].set(hatch="///", edgecolor="white", linewidth=0)
    ax.invert_yaxis()
    ax.grid(False, axis="y")


@styled
def faders(
    logits: np.ndarray,
    label: int,
    class_names: Sequence[str] | None = None,
    ax: Axes | None = None,
    *,
    temperature: float = 1.0,
) -> Axes:
    """Draw what softmax and cross-entropy make of one row of logits: p, the loss, and the gradient.

        p = softmax(logits / T),   loss = -log p[label],   d loss / d logits = (p - y) / T

    logits: (classes,) float
    label: int, the true class
    class_names: one str a class, or None for numbers
    ax: Axes to draw on, or None for a new figure
    temperature: float > 0, T in the formula
    returns: Axes; `ax.child_axes` holds the panels of logits, p and the gradient
    raises: TypeError or ValueError when logits or label cannot be used
    """
    logits = validation.numbers("logits", logits, 1, finite=True).astype(np.float64)
    names = validation.names(class_names, len(logits))
    label = int(validation.labels("label", [label], len(logits))[0])
    temperature = float(temperature)
    if not 0 < temperature < np.inf:
        raise ValueError(f"temperature is {temperature}: expected a finite number above 0")
    logs = log_softmax(logits[None] / temperature)[0]
    p, loss = np.exp(logs), 0.0 - logs[label]  # and never -0
    gradient = (p - (np.arange(len(p)) == label)) / temperature
    head = "p − y" if temperature == 1 else f"(p − y) / {temperature:g}"
    ax = axes_or_new(ax, 8, 0.9 + 0.28 * len(names))
    for panel, values, text in zip(panels(ax, 1, 3, wide=0.1), (logits, p, gradient), ("logits", "p", head)):
        _class_bars(panel, values, label)
        panel.axvline(0, color=INK, linewidth=0.9)
        title(panel, text)
        name_ticks(panel, "y", names if text == "logits" else [""] * len(names))
        panel.tick_params(axis="y", length=0)
        panel.margins(x=0.12)
    ax.child_axes[1].set(xlim=(0, 1.02), xticks=[0, 0.5, 1])
    far = max(1.0, 1 / temperature)
    ax.child_axes[2].set(xlim=(-1.05 * far, 1.05 * far), xticks=[-far, 0, far])
    ax.child_axes[1].set_xlabel(f"loss = −log p[{names[label]}] = {loss:.3f}", parse_math=False)
    ax.child_axes[2].set_xlabel("sums to 0")
    told = f"True class {names[label]}: p {phrasing.percent(p[label])}, loss {phrasing.about(loss)}."
    others = "p everywhere else" if temperature == 1 else f"p / {temperature:g} everywhere else"
    push = f"The gradient {head} is {phrasing.about(gradient[label])} there and {others}: its sum is 0."
    return set_description(ax, told, push)


@styled
def calibration(
    probabilities: np.ndarray, labels: np.ndarray, bins: int = 10, ax: Axes | None = None
) -> Axes:
    """Draw how often the network is right against how sure it is, with the number of images at each point.

        calibration error = sum over bins of (share of the images) * |share right - mean confidence|

    probabilities: (n, classes) float, rows sum to 1
    labels: (n,) int
    bins: int >= 1, of equal width
    ax: Axes to draw on, or None for a new figure
    returns: Axes
    raises: TypeError or ValueError when the two do not fit together

    Source: Guo et al. 2017, On Calibration of Modern Neural Networks, section 2
    """
    probabilities = validation.probabilities(probabilities)
    labels = validation.labels("labels", labels, probabilities.shape[1])
    validation.same_length(probabilities=probabilities, labels=labels)
    counts, confidence, right = _binned(probabilities, labels, validation.whole("bins", bins))
    error = float((counts * np.abs(right - confidence)).sum() / counts.sum())
    lean = float((counts * (confidence - right)).sum() / counts.sum())
    ax = axes_or_new(ax, 6.4, 5.2)
    ax.plot([0, 1], [0, 1], color=GREY, linestyle=(0, (4, 3)), linewidth=1.3, label="perfectly calibrated")
    ax.plot(confidence, right, "o-", color=BLUE, label="network")
    for x, y, number in zip(confidence, right, counts):
        ax.annotate(f"{number:,}", (x, y), (7, -11), textcoords="offset points", fontsize=8.5)
    ax.set(xlim=(0, 1.02), ylim=(-0.02, 1.05), xlabel="confidence", ylabel="share right")
    title(ax, f"Calibration of {phrasing.count(len(labels), 'answer')}")
    ax.legend(loc="upper left")
    verdict = (
        "about as sure as it should be" if abs(lean) < 0.01 else "too sure" if lean > 0 else "not sure enough"
    )
    told = f"Over {phrasing.count(len(labels), 'answer')} the calibration error is {phrasing.percent(error)}"
    return set_description(ax, f"{told}: the network is {verdict}.")


def _binned(
    probabilities: np.ndarray, labels: np.ndarray, bins: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images, mean confidence and share right in each bin that is not empty."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    counts = np.bincount(place, minlength=bins)
    sums = [np.bincount(place, weights=values, minlength=bins)[counts > 0] for values in (confidence, right)]
    counts = counts[counts > 0]
    return counts, sums[0] / counts, sums[1] / counts
