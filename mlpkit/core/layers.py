"""One layer of a network, and what makes a list of layers a network: the shapes must fit into each other.

Whatever comes as a list of (weights, bias) is checked here, so that a wrong shape is named where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np


class Layer(NamedTuple):
    """One layer: `inputs @ weights + bias`.

    weights: (fan_in, fan_out) float, column j belongs to unit j
    bias: (fan_out,) float
    """

    weights: np.ndarray
    bias: np.ndarray


def check_layers(layers: Iterable) -> list[Layer]:
    """Layers whose shapes fit, or an error that says which does not.

    layers: iterable of (weights, bias), arrays or nested lists
    returns: list of Layer, float
    raises: ValueError or TypeError, naming the layer
    """
    checked = [_checked_layer(i, layer) for i, layer in enumerate(_listed(layers))]
    _check_chain(checked)
    return checked


def _listed(layers: Iterable) -> list:
    try:
        return list(layers)
    except TypeError:
        raise TypeError(
            f"layers is {type(layers).__name__}: expected a sequence of (weights, bias), "
            "for instance what init_params gives"
        ) from None


def _checked_layer(index: int, layer: object) -> Layer:
    try:
        weights, bias = layer
    except (TypeError, ValueError):
        raise TypeError(f"layer {index} is {type(layer).__name__}, not a pair (weights, bias)") from None
    weights = _as_numbers(weights, f"the weights of layer {index}")
    bias = _as_numbers(bias, f"the bias of layer {index}")
    if weights.ndim != 2 or min(weights.shape) < 1:
        raise ValueError(
            f"the weights of layer {index} have shape {weights.shape}: expected (fan_in, fan_out)"
        )
    if bias.shape != weights.shape[1:]:
        raise ValueError(
            f"the bias of layer {index} has shape {bias.shape}, its weights {weights.shape}: "
            f"expected a bias of shape ({weights.shape[1]},), one number for each column"
        )
    dtype = np.result_type(weights, bias)
    dtype = np.result_type(dtype, np.float32) if dtype.kind == "f" else np.float64  # float16 becomes float32
    return Layer(weights.astype(dtype, copy=False), bias.astype(dtype, copy=False))


def _as_numbers(part: object, name: str) -> np.ndarray:
    try:
        array = np.asarray(part)
    except ValueError:
        raise ValueError(f"{name}: rows of different lengths, expected fan_out numbers in each") from None
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name}: {array.dtype}, expected real numbers, float32 or float64")
    return array


def _check_chain(layers: list[Layer]) -> None:
    if not layers:
        raise ValueError("no layers were given: a network needs at least one (weights, bias)")
    for i, (first, second) in enumerate(zip(layers, layers[1:])):
        if first.weights.shape[1] != second.weights.shape[0]:
            raise ValueError(
                f"layer {i} gives {first.weights.shape[1]} numbers, but layer {i + 1} takes "
                f"{second.weights.shape[0]}: fan_out of one layer must be fan_in of the next"
            )
