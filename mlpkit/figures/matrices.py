"""Matrices: which classes are taken for which, and a product of two, cell by cell.

Rows are true classes and columns predictions; in a product, rows are examples.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from . import phrasing, validation
from .display import axes_or_new, set_description
from .style import BLUE, GREEN, INK, VERMILLION, bare, colormap, frame, ink_on, name_ticks, styled, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CLEAR = 1.15  # a pair is named when it is mixed up this much more often than the next


@styled
def confusion(matrix: np.ndarray, class_names: Sequence[str] | None = None, ax: Axes | None = None) -> Axes:
    """Draw a confusion matrix: the darker a cell, the larger its share of the row.

    matrix: (classes, classes) int, rows are true classes, as mlpkit.confusion_matrix counts them
    class_names: one str a class, or None for numbers
    ax: Axes to draw on, or None for a new figure
    returns: Axes
    raises: TypeError or ValueError when it is no table of counts
    """
    matrix = _counts(matrix)
    names = validation.names(class_names, len(matrix))
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    ax, shades = axes_or_new(ax, 7.2, 6.2), colormap("shares")
    ax.imshow(np.ma.masked_equal(shares, 0), cmap=shades, vmin=0, vmax=1)  # empty cells show the page
    for (row, column), number in np.ndenumerate(matrix):
        if number and len(matrix) <= 30:
            ink = ink_on(shades(shares[row, column])[:3])
            ax.text(
                column,
                row,
                f"{number:,}",
                ha="center",
                va="center",
                color=ink,
                fontsize=9 if len(matrix) <= 12 else 5,
            )
    name_ticks(ax, "x", names, rotation=45, ha="right", rotation_mode="anchor")
    name_ticks(ax, "y", names)
    ax.set(xlabel="predicted", ylabel="true")
    ax.grid(False)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    title(ax, "Confusion matrix: counts, and as colour the share of the row", fontsize=11)
    return set_description(ax, *_mixed_up(matrix, names))


def _counts(matrix: np.ndarray) -> np.ndarray:
    matrix = validation.numbers("matrix", matrix, 2)
    if matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"matrix has the shape {matrix.shape}: expected (classes, classes)")
    if matrix.dtype.kind not in "iu" or matrix.min() < 0:
        raise ValueError(
            f"matrix holds {matrix.dtype} from {matrix.min()}: expected counts, whole and not negative; "
            "make it with confusion_matrix(labels, predictions)"
        )
    return matrix.astype(np.int64)  # two counts of 200 do not fit into a byte


def _mixed_up(matrix: np.ndarray, names: list[str]) -> list[str]:
    total, right = int(matrix.sum()), int(np.trace(matrix))
    if not total:
        return ["No examples were counted."]
    told = [f"Of {phrasing.count(total, 'example')} {phrasing.percent(right / total)} are right."]
    pairs = np.triu(matrix + matrix.T, k=1)  # both ways together: which of the two is ahead is often chance
    order = np.sort(pairs, axis=None)[::-1]
    row, column = np.unravel_index(pairs.argmax(), pairs.shape)
    if order[0] == 0:
        told.append("No two classes are mixed up.")
    elif len(order) > 1 and order[0] >= CLEAR * order[1]:
        told.append(f"Most often mixed up are {names[row]} and {names[column]}, ≈ {order[0]:,} times.")
    else:
        told.append("No pair of classes stands out as the one mixed up most.")
    return told


@styled
def matrix_product(
    inputs: np.ndarray, weights: np.ndarray, row: int = 0, column: int = 0, ax: Axes | None = None
) -> Axes:
    """Draw inputs @ weights = z with numbers and shapes, and where one cell of the result comes from.

        z[row, column] = sum over k of inputs[row, k] * weights[k, column]

    inputs: (batch, fan_in) float, small: at most 12 numbers along each axis
    weights: (fan_in, fan_out) float, small likewise
    row, column: int, the cell of z to explain
    ax: Axes to draw on, or None for a new figure
    returns: Axes
    raises: TypeError or ValueError when the two cannot be multiplied, or are too large to read
    """
    inputs, weights = (
        # As floats: 2 times 200 does not fit into a byte.
        validation.numbers(n, a, 2, finite=True).astype(np.float64)
        for n, a in (("inputs", inputs), ("weights", weights))
    )
    if inputs.shape[1] != weights.shape[0]:
        raise ValueError(
            f"inputs {inputs.shape} and weights {weights.shape} cannot be multiplied: the first needs as "
            "many columns as the second has rows; is one of them transposed?"
        )
    if max(*inputs.shape, *weights.shape) > 12:
        raise ValueError(
            f"inputs {inputs.shape} and weights {weights.shape} are too large to read: cut to 12 x 12"
        )
    z = inputs @ weights
    if not (-len(z) <= row < len(z) and -z.shape[1] <= column < z.shape[1]):
        raise ValueError(f"cell ({row}, {column}) lies outside z, which has the shape {z.shape}")
    row, column = row % len(z), column % z.shape[1]
    tall, wide = max(len(inputs), len(weights)), inputs.shape[1] + 2 * weights.shape[1] + 3
    ax = axes_or_new(ax, 8, min(6.0, 8 * (tall + 1.6) / max(wide, 8)))
    left = _table(ax, inputs, 0, tall, "inputs", rows=row)
    ax.text(left + 0.25, tall / 2, "@", fontsize=16, ha="center", va="center")
    middle = _table(ax, weights, left + 1, tall, "weights", columns=column)
    ax.text(middle + 0.25, tall / 2, "=", fontsize=16, ha="center", va="center")
    right = _table(ax, z, middle + 1, tall, "z", rows=row, columns=column)
    ax.set(xlim=(-0.3, right), ylim=(tall + 0.8, -0.8), aspect="equal")
    bare(ax)
    if inputs.shape[1] <= 6:
        terms = " + ".join(f"{_factor(a)} · {_factor(b)}" for a, b in zip(inputs[row], weights[:, column]))
        ax.text(0, tall + 0.55, f"z[{row}, {column}] = {terms} = {_short(z[row, column])}", fontsize=10.5)
    cell = f"z[{row}, {column}] = {_short(z[row, column])}"
    shapes = f"Inputs {inputs.shape} times weights {weights.shape} give z {z.shape}."
    return set_description(
        ax,
        shapes,
        f"Row {row} of the inputs and column {column} of the weights make {cell}.",
    )


def _table(
    ax: Axes,
    matrix: np.ndarray,
    left: float,
    tall: float,
    name: str,
    rows: int | None = None,
    columns: int | None = None,
) -> float:
    """Draw one matrix, its row, column or cell framed; returns where the next thing may start."""
    top, (high, wide) = (tall - len(matrix)) / 2, matrix.shape
    largest = float(np.abs(matrix).max()) or 1.0
    shades = colormap("signed")(0.5 + matrix / largest / 7)  # pale, so that the numbers read well
    ax.imshow(shades, extent=(left, left + wide, top + high, top))
    for (i, k), number in np.ndenumerate(matrix):
        ax.text(left + k + 0.5, top + i + 0.5, _short(number), ha="center", va="center",
                color=ink_on(shades[i, k][:3]), fontsize=10 if max(high, wide) <= 8 else 8)  # fmt: skip
    ax.text(left, top - 0.15, f"{name}  {matrix.shape}", va="bottom", fontsize=10.5, weight="bold")
    corner = (left + (columns or 0), top + (rows or 0))
    size = (wide if columns is None else 1, high if rows is None else 1)
    color = {(True, False): BLUE, (False, True): VERMILLION}.get((columns is None, rows is None), GREEN)
    frame(ax, corner, size, color if color else INK, linewidth=3)
    return left + wide + 0.5


def _short(number: float) -> str:
    return f"{number + 0.0:.3g}".replace("-", "−")


def _factor(number: float) -> str:
    return f"({_short(number)})" if number < 0 else _short(number)
