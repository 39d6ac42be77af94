"""A gradient checked by nudging one parameter after another, each time through the whole network.

Faults kept: softmax without subtracting a maximum, one-sided differences with a step of 1e-8, gradients
of the weights that are not divided by the number of examples though those of the biases are.
"""

from __future__ import annotations

import numpy as np

EPS = 1e-8


def unpack(flat: np.ndarray, sizes: tuple[int, int, int]) -> tuple:
    """w1 (hidden, inputs), b1, w2 (classes, hidden), b2 as views into one vector."""
    inputs, hidden, classes = sizes
    ends = np.cumsum([inputs * hidden, hidden, hidden * classes, classes])
    w1, b1, w2, b2 = np.split(flat[: ends[-1]], ends[:-1])
    return w1.reshape(hidden, inputs), b1, w2.reshape(classes, hidden), b2


def probabilities(x: np.ndarray, flat: np.ndarray, sizes: tuple[int, int, int]) -> np.ndarray:
    """(n, classes) for images (n, inputs)."""
    w1, b1, w2, b2 = unpack(flat, sizes)
    hidden = np.maximum(w1.dot(x.T) + b1[:, None], 0)
    powers = np.exp(w2.dot(hidden) + b2[:, None])
    return (powers / np.sum(powers, axis=0)[None, :]).T


def loss(x: np.ndarray, y: np.ndarray, flat: np.ndarray, sizes: tuple[int, int, int]) -> float:
    """Cross-entropy for one-hot rows y."""
    return -np.sum(y * np.log(probabilities(x, flat, sizes))) / len(y)


def analytic(x: np.ndarray, y: np.ndarray, flat: np.ndarray, sizes: tuple[int, int, int]) -> np.ndarray:
    """The gradient as it was derived by hand, mistakes included."""
    w1, b1, w2, _ = unpack(flat, sizes)
    z1 = w1.dot(x.T) + b1[:, None]
    dz2 = probabilities(x, flat, sizes) - y
    dz1 = dz2.dot(w2) * (1 * (z1.T > 0))
    dw2, db2 = dz2.T.dot(np.maximum(z1, 0).T), np.mean(dz2, axis=0)
    dw1, db1 = dz1.T.dot(x), np.mean(dz1.T, axis=1)
    return np.concatenate([part.ravel() for part in (dw1, db1, dw2, db2)])


def numerical(
    x: np.ndarray, y: np.ndarray, flat: np.ndarray, sizes: tuple[int, int, int], count: int | None = None
) -> np.ndarray:
    """The first `count` slopes (all, unless told), by forward differences."""
    before = loss(x, y, flat, sizes)
    slopes = np.empty(len(flat) if count is None else count)
    for i in range(len(slopes)):
        nudged = flat.copy()
        nudged[i] += EPS
        slopes[i] = (loss(x, y, nudged, sizes) - before) / EPS
    return slopes
