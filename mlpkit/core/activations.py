"""Activations: the functions between two layers, without which any depth would be a single matrix.

Each one is a small object that can be called like a function and that knows its own derivative.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ._validation import as_floats

LEAK = 0.01  # the slope for negative z; Maas, Hannun and Ng 2013


class Activation(NamedTuple):
    """A function of one number, applied to every number of an array, with its derivative.

    name: str
    function: z -> a, both (batch, fan_out)
    derivative: (z, a=None) -> da/dz of the same shape and dtype; pass a = function(z) if you have it.
        A derivative of your own must take both too, and may ignore a

    >>> relu([-1.0, 2.0]).tolist(), relu.derivative([-1.0, 2.0]).tolist()
    ([0.0, 2.0], [0.0, 1.0])
    >>> square = Activation("square", np.square, lambda z, a=None: 2 * z)
    >>> float(square(3.0))
    9.0
    """

    name: str
    function: Callable[[np.ndarray], np.ndarray]
    derivative: Callable[..., np.ndarray]

    def __call__(self, z: np.ndarray) -> np.ndarray:
        return self.function(z)

    def __repr__(self) -> str:
        return self.name


def _relu(z: np.ndarray) -> np.ndarray:
    """relu(z) = max(0, z)."""
    return np.maximum(as_floats(z), 0)


def _relu_derivative(z: np.ndarray, a: np.ndarray | None = None) -> np.ndarray:
    """1 where z > 0, else 0. At exactly 0 there is no derivative; 0 is the usual choice."""
    z = as_floats(z)
    return (z > 0).astype(z.dtype)


def _leaky_relu(z: np.ndarray) -> np.ndarray:
    """leaky_relu(z) = z for z > 0, else 0.01 z."""
    z = as_floats(z)
    with np.errstate(under="ignore"):
        return np.maximum(z, z * z.dtype.type(LEAK))


def _leaky_relu_derivative(z: np.ndarray, a: np.ndarray | None = None) -> np.ndarray:
    """1 where z > 0, else 0.01."""
    z = as_floats(z)
    return np.where(z > 0, z.dtype.type(1), z.dtype.type(LEAK))


def _tanh(z: np.ndarray) -> np.ndarray:
    """tanh(z) = (e^z - e^-z) / (e^z + e^-z)."""
    with np.errstate(under="ignore"):
        return np.tanh(as_floats(z))


def _tanh_derivative(z: np.ndarray, a: np.ndarray | None = None) -> np.ndarray:
    """tanh'(z) = 1 - tanh(z)^2."""
    a = _tanh(z) if a is None else a
    with np.errstate(under="ignore"):
        return 1 - a * a


def _sigmoid(z: np.ndarray) -> np.ndarray:
    """sigmoid(z) = 1 / (1 + e^-z)."""
    # For a very negative z, e^-z is infinite, and 1 / (1 + inf) = 0 is right.
    with np.errstate(over="ignore", under="ignore"):
        powers = np.exp(-as_floats(z))
        powers += 1
        return 1 / powers


def _sigmoid_derivative(z: np.ndarray, a: np.ndarray | None = None) -> np.ndarray:
    """sigmoid'(z) = sigmoid(z) (1 - sigmoid(z))."""
    a = _sigmoid(z) if a is None else a
    with np.errstate(under="ignore"):
        return a * (1 - a)


def _identity(z: np.ndarray) -> np.ndarray:
    """identity(z) = z: the layers then make one matrix."""
    return as_floats(z)


def _identity_derivative(z: np.ndarray, a: np.ndarray | None = None) -> np.ndarray:
    """1 everywhere."""
    return np.ones_like(as_floats(z))


relu = Activation("relu", _relu, _relu_derivative)
leaky_relu = Activation("leaky_relu", _leaky_relu, _leaky_relu_derivative)
tanh = Activation("tanh", _tanh, _tanh_derivative)
sigmoid = Activation("sigmoid", _sigmoid, _sigmoid_derivative)
identity = Activation("identity", _identity, _identity_derivative)

ACTIVATIONS = (relu, leaky_relu, tanh, sigmoid, identity)
