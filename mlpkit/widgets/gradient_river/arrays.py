"""Every array of one batch's way through a network and back, and the part of each that fits on a screen.

The same units are shown wherever they appear, and one of them is the hero of all examples.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...core.activations import Activation
from ...core.backprop import backward
from ...core.losses import cross_entropy, cross_entropy_grad, softmax
from ...core.network import forward
from ...core.params import Params

SHOWN = 6  # rows and columns of an array that are shown at most


class Array(NamedTuple):
    """Numbers with a name for each axis, so that the same units are shown wherever they appear.

    values: (rows, columns) float64; shape: its true shape
    axes: "batch", "one", or the number of the layer whose units lie along it, counted from the inputs
    """

    values: np.ndarray
    shape: tuple[int, ...]
    axes: tuple


class Places(NamedTuple):
    """Which places along an axis are shown, and which of them the example is about.

    shown: (n,) int, rising; hero: int, one of them
    """

    shown: np.ndarray
    hero: int


def arrays_of(params: Params, images: np.ndarray, labels: np.ndarray, activation: Activation) -> dict:
    """Every array of one forward and one backward pass, by name.

    params: Params of float64; images: (batch, fan_in); labels: (batch,) int; activation: between the layers
    returns: {name: Array}
    """
    passed = forward(params, images, activation)
    dlogits = cross_entropy_grad(passed.logits, labels)
    grads = backward(params, passed, dlogits, activation)
    last = len(params)
    found = {"x": _array(passed.activations[0], "batch", 0)}
    dz = dlogits
    for k in range(last, 0, -1):
        (weights, bias), (dweights, dbias) = params[k - 1], grads[k - 1]
        entered, axes = _entered(k), (k - 1, k)
        found[f"W{k}"], found[f"dW{k}"] = _array(weights, *axes), _array(dweights, *axes)
        found[f"W{k}ᵀ"] = _array(weights.T, k, k - 1)
        found[f"b{k}"], found[f"db{k}"] = _array(bias, "one", k), _array(dbias, "one", k)
        found[f"z{k}"], found[f"dz{k}"] = (
            _array(passed.preactivations[k - 1], "batch", k),
            _array(dz, "batch", k),
        )
        found[f"{entered}ᵀ"] = _array(passed.activations[k - 1].T, k - 1, "batch")
        if k > 1:
            z, a = passed.preactivations[k - 2], passed.activations[k - 1]
            slope, da = activation.derivative(z, a), dz @ weights.T
            dz = da * slope
            found[f"a{k - 1}"], found[f"da{k - 1}"] = _array(a, "batch", k - 1), _array(da, "batch", k - 1)
            found[f"slope{k - 1}"] = _array(slope, "batch", k - 1)
    one_hot = np.eye(params.sizes[-1])[labels]
    found["y"], found["p"] = _array(one_hot, "batch", last), _array(softmax(passed.logits), "batch", last)
    found["loss"] = Array(np.array([[cross_entropy(passed.logits, labels)]]), (), ("one", "one"))
    return found


def places_of(found: dict[str, Array], layers: int, labels: np.ndarray) -> dict[Any, Places]:
    """For each kind of axis the places to show: those with the largest numbers, in their order.

    found: what `arrays_of` returned; layers: int; labels: (batch,) int, whose classes are always among them
    returns: {axis: Places}; the example is about the first input row and, where there is one, a shut unit
    """
    places = {"one": Places(np.arange(1), 0), "batch": Places(np.arange(len(labels))[:SHOWN], 0)}
    for k in range(layers):
        values = found[_entered(k + 1)].values
        shown = _largest(np.abs(values).max(axis=0))
        shut = [unit for unit in shown if k and values[0, unit] == 0]
        largest = shown[np.abs(values[0, shown]).argmax()]
        places[k] = Places(shown, int(shut[0] if shut else largest))
    surest = found["p"].values.max(axis=0) + np.isin(np.arange(found["p"].values.shape[1]), labels)
    places[layers] = Places(_largest(surest), int(labels[0]))
    return places


def _largest(sizes: np.ndarray) -> np.ndarray:
    return np.sort(np.argsort(-sizes, kind="stable")[:SHOWN])


def number(value: float) -> str:
    """A number to three digits, with a true minus sign.

    value: float
    returns: str
    """
    return f"{value + 0.0:.3g}".replace("-", "−")


def _array(values: np.ndarray, *axes: str | int) -> Array:
    return Array(np.atleast_2d(values), values.shape, axes)


def _entered(k: int) -> str:
    return "x" if k == 1 else f"a{k - 1}"
