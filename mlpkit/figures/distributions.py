"""Signals layer by layer: how they are spread, how many are zero, and whether they live or die with depth.

A healthy network keeps its signals at about the same size from the first layer to the last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from . import phrasing, validation
from .display import axes_or_new, panels, set_description
from .style import BLUE, INK, VERMILLION, few_ticks, line_style, log_scale, styled, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS = 41
SHOWN = 12  # panels that can still be read


@styled
def histograms(
    layers: Mapping[str, np.ndarray] | Sequence[np.ndarray] | np.ndarray,
    *,
    saturated: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how the numbers of each layer are spread, and which share is exactly zero or saturated.

    layers: {name: array of any shape}, or a list such as forward_pass.activations; or one array
    saturated: float, size from which a number counts as saturated, say 0.99 for tanh; or None
    ax: Axes to draw on, or None for a new figure
    returns: Axes; the panels are `ax.child_axes`, one a layer
    raises: TypeError or ValueError when there is nothing to draw
    """
    found = {name: np.ravel(array) for name, array in _arrays(layers).items()}
    if not found:
        raise ValueError("layers is empty: expected at least one array")
    if len(found) > SHOWN:
        raise ValueError(f"{len(found)} layers were given: expected at most {SHOWN}; pick some of them")
    columns = min(len(found), 4)
    rows = -(-len(found) // columns)
    ax = axes_or_new(ax, 8, 0.7 + 2.0 * rows)
    told = []
    for panel, (name, values) in zip(panels(ax, rows, columns, wide=0.12, high=0.62), found.items()):
        told.append(_histogram(panel, name, validation.numbers(f"layer {name}", values, 1), saturated))
    for spare in ax.child_axes[len(found) :]:
        spare.remove()
    return set_description(ax, f"Histograms of {phrasing.count(len(found), 'layer')}.", *told)


def _arrays(layers: object) -> dict[str, np.ndarray]:
    if isinstance(layers, Mapping):
        return {str(name): np.asarray(array) for name, array in layers.items()}
    if isinstance(layers, np.ndarray):
        return {"values": layers}
    if not isinstance(layers, Sequence):
        raise TypeError(f"layers is {layers!r}: expected {{name: array}}, a list of arrays, or one array")
    return {f"layer {i}": np.asarray(array) for i, array in enumerate(layers)}


def _histogram(ax: Axes, name: str, values: np.ndarray, saturated: float | None) -> str:
    values = values.astype(np.float64)
    finite = values[np.isfinite(values)]
    zero = float((values == 0).mean())
    if finite.size:
        low, high = _range(finite)
        counts, edges = np.histogram(finite[finite != 0], bins=BINS, range=(low, high))
        ax.stairs(counts / values.size, edges, fill=True, color=BLUE, alpha=0.85)
    notes, said = [], [f"root mean square {phrasing.about(root_mean_square(finite))}"]
    if zero:
        ax.bar(
            0, zero, width=(high - low) / BINS, color=VERMILLION, hatch="///", edgecolor="white", linewidth=0
        )
        ax.set_ylim(0, min(zero, 2.5 * counts.max() / values.size or zero))  # or the rest would be flat
        notes.append(f"zero {100 * zero:.0f} %")
        said.append(f"{phrasing.percent(zero)} exactly zero")
    if saturated is not None:
        share = float((np.abs(values) >= saturated).mean())
        notes.append(f"saturated {100 * share:.0f} %")
        said.append(f"{phrasing.percent(share)} saturated")
    if finite.size < values.size:
        notes.append("not finite")
        said.append(f"{phrasing.count(values.size - finite.size, 'number')} not finite")
    title(ax, name, fontsize=10)
    ax.set_xlabel("\n".join([f"RMS {root_mean_square(finite):.2g}", *notes]), fontsize=9)
    ax.yaxis.set_visible(False)
    ax.spines["left"].set_visible(False)
    few_ticks(ax, 3)
    return f"{name}: {', '.join(said)}."


def _range(values: np.ndarray) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    size = max(abs(low), abs(high))
    # So little cannot be divided into bins: by their size, or because floats end there.
    room = 0.0 if high - low > max(1e-9 * size, 1e-300) else max(0.5, 0.05 * size)
    return low - room, high + room


def root_mean_square(values: np.ndarray) -> float:
    """The root of the mean of all squares, also of numbers whose squares overflow.

    values: array of any shape, float
    returns: float; NaN or infinity when some value is, or there is none
    """
    largest = float(np.abs(values).max()) if values.size else np.nan
    # Divided first: the square of 1e200 would overflow.
    return largest * float(np.sqrt(np.mean((values / largest) ** 2))) if 0 < largest < np.inf else largest


@styled
def signal_profile(
    rms: Mapping[str, np.ndarray] | np.ndarray,
    *,
    predicted: Mapping[str, float] | float | None = None,
    quantity: str = "activations",
    ax: Axes | None = None,
) -> Axes:
    """Draw the size of the signal against depth on a log axis: one factor a layer makes a straight line.

    rms: {name: (layers,) float} or one array, root mean square of each layer
    predicted: what each layer multiplies the signal by, in theory, {name: float} or one float; drawn dashed
    quantity: str, what is measured
    ax: Axes to draw on, or None for a new figure
    returns: Axes
    raises: TypeError or ValueError when there is nothing to draw, or a size is below 0
    """
    found = validation.named("rms", rms)
    for name, sizes in found.items():
        if (sizes < 0).any():
            raise ValueError(
                f"{f'rms {name}'.strip()} goes down to {sizes.min():.3g}: a size is never below 0"
            )
    if isinstance(predicted, Mapping):
        factors = {str(name): factor for name, factor in predicted.items()}  # as the names of rms are
    else:
        factors = dict.fromkeys(found, predicted)
    ax = axes_or_new(ax, 8, 4.2)
    if any((sizes > 0).any() for sizes in found.values()):
        log_scale(ax, "y")  # a signal that is zero everywhere has a place on a linear axis only
    told = [
        _profile(ax, name, sizes.astype(float), factors.get(name), index)
        for index, (name, sizes) in enumerate(found.items())
    ]
    low, high = ax.get_ylim()
    if ax.get_yscale() == "log" and high < 10 * low:  # a size that hardly changes should look so
        middle = np.sqrt(low * high)
        ax.set_ylim(middle / np.sqrt(10), middle * np.sqrt(10))
    ax.set(xlabel="layer", ylabel=f"RMS of the {quantity}")
    few_ticks(ax, integer=True)
    title(ax, f"Size of the {quantity} after each layer")
    if len(found) > 1 or predicted is not None:
        lines = zip(*ax.get_legend_handles_labels(), strict=True)
        ax.legend(*zip(*sorted(lines, key=lambda line: line[1] == "predicted"), strict=True))
    return set_description(ax, *told)


def _profile(ax: Axes, name: str, sizes: np.ndarray, factor: float | None, index: int) -> str:
    layer = np.arange(1, len(sizes) + 1)
    style = {**line_style(index), "linestyle": "-"}
    visible = np.where(np.isfinite(sizes) & ((sizes > 0) | (ax.get_yscale() == "linear")), sizes, np.nan)
    ax.plot(layer, visible, label=name or "measured", markersize=5, **style)
    if factor is not None and sizes[0] > 0:  # theory tells factors: from nothing it says nothing
        line = sizes[0] * float(factor) ** (layer - 1.0)
        label = "" if index else "predicted"
        ax.plot(layer, line, color=INK, linestyle=(0, (4, 3)), linewidth=1.2, zorder=3, label=label)
    return _sizes_told(name, sizes, factor)


def _sizes_told(name: str, sizes: np.ndarray, factor: float | None) -> str:
    who = f"{name}: the signal" if name else "The signal"
    bad = ~np.isfinite(sizes) | (sizes <= 0)
    if bad[0]:
        return f"{who} is {'zero' if sizes[0] == 0 else 'not finite'} from the first layer on."
    last = int(bad.argmax()) - 1 if bad.any() else len(sizes) - 1
    ratio = sizes[last] / sizes[0]
    verb = "keeps its size" if 0.5 < ratio < 2 else "grows" if ratio > 1 else "shrinks"
    end = f"{phrasing.about(sizes[last])} in layer {last + 1}"
    text = f"{who} {verb} from {phrasing.about(sizes[0])} in layer 1 to {end}{_between(sizes[: last + 1])}"
    if last == 0:
        text = f"{who} is {phrasing.about(sizes[0])} in layer 1"
    if bad.any():
        text += f", then is {'zero' if sizes[last + 1] == 0 else 'not finite'}"
    return text + ("." if factor is None else f"; predicted: each layer multiplies it by {factor:.3g}.")


def _between(sizes: np.ndarray) -> str:
    """Where the signal is twice as large as at both ends, or half as large; or ""."""
    ends = sizes[0], sizes[-1]
    places = sorted((int(sizes.argmin()), int(sizes.argmax())))
    far = [k for k in places if sizes[k] > 2 * max(ends) or sizes[k] < min(ends) / 2]
    return "".join(f", by way of {phrasing.about(sizes[k])} in layer {k + 1}" for k in far)


@styled
def shares(
    layers: Mapping[str, np.ndarray] | np.ndarray, *, what: str = "exactly zero", ax: Axes | None = None
) -> Axes:
    """Draw a share of each layer against depth, for instance how many activations are exactly zero.

    layers: {name: (layers,) float 0 to 1} or one array
    what: str, what is counted
    ax: Axes to draw on, or None for a new figure
    returns: Axes
    raises: TypeError or ValueError when a share lies outside 0 to 1
    """
    found = validation.named("layers", layers)
    ax = axes_or_new(ax, 8, 3.6)
    told = []
    for index, (name, share) in enumerate(found.items()):
        if not ((share >= 0) & (share <= 1)).all():
            raise ValueError(f"shares go from {share.min():.3g} to {share.max():.3g}: expected 0 to 1")
        depth, share = np.arange(1, len(share) + 1), share.astype(float)
        ax.plot(depth, 100 * share, label=name or what, **line_style(index))
        course = phrasing.trend(depth, share, phrasing.percent, "layer")
        told.append(f"{name}: the share {what} {course}." if name else f"The share {what} {course}.")
    ax.set(xlabel="layer", ylabel=f"{what}, %", ylim=(-2, 102))
    few_ticks(ax, integer=True)
    title(ax, f"Share {what} against depth", color=INK)
    if len(found) > 1:
        ax.legend()
    return set_description(ax, *told)
