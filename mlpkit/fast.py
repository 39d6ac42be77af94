"""The numbers of a training step in one go: what forward, cross-entropy and backward do, without a pause.

Read network.py, losses.py and backprop.py first: they tell the same one thing at a time, and check what
they are given. Here nothing is checked, because `train` has looked at all examples before its first step.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from .activations import ACTIVATIONS, Activation, relu
from .backprop import loss_and_grads
from .layers import Layer
from .losses import cross_entropy_parts
from .network import as_inputs
from .params import Params


class Numbers(NamedTuple):
    """What a batch gives: the loss, its gradients, and the share of right answers, 0 to 1."""

    loss: float
    grads: Params
    accuracy: float


def fast_form(function: Callable) -> Callable[[Params, np.ndarray, np.ndarray], Numbers] | None:
    """The fast form of mlpkit's own loss_and_grads, with relu or with another of mlpkit's activations.

    function: what `train` was given
    returns: (params, images, labels) -> Numbers; None for any other function, which must be called itself
    """
    settings = {}
    if isinstance(function, partial) and not function.args:
        function, settings = function.func, function.keywords
    activation = settings.get("activation", relu)
    known = any(activation is one for one in ACTIVATIONS)
    if function is not loss_and_grads or settings.keys() - {"activation"} or not known:
        return None
    return partial(numbers, activation=activation)


def numbers(params: Params, images: np.ndarray, labels: np.ndarray, activation: Activation = relu) -> Numbers:
    """Loss, gradients and accuracy of a batch: the numbers of the clear form, sooner.

    params: Params
    images: (batch, fan_in) uint8 or float; labels: (batch,) int; both are known to fit
    activation: one of mlpkit's
    returns: Numbers
    """
    *hidden, last = params.layers
    activations = [as_inputs(images, params)]
    for layer in hidden:
        activations.append(activation.function(_preactivations(activations[-1], layer)))
    loss, dlogits, right = cross_entropy_parts(_preactivations(activations[-1], last), labels)
    return Numbers(loss, _grads(params, activations, dlogits, activation), right)


def _preactivations(inputs: np.ndarray, layer: Layer) -> np.ndarray:
    z = np.dot(inputs, layer.weights)  # (batch, fan_out)
    z += layer.bias
    return z


def _grads(
    params: Params, activations: list[np.ndarray], dlogits: np.ndarray, activation: Activation
) -> Params:
    grads = params.like(np.empty_like(params.flat))
    layers, parts = params.layers, grads.layers
    dz = dlogits.copy("C")
    ones = np.ones(len(dz), dz.dtype)
    for i in reversed(range(len(layers))):
        np.dot(activations[i].T, dz, out=parts[i].weights)  # (fan_in, fan_out)
        np.dot(ones, dz, out=parts[i].bias)  # (fan_out,)
        if i > 0:
            dz = np.dot(dz, layers[i].weights.T)  # (batch, fan_in)
            # z is forgotten: mlpkit's activations have its sign, and nothing more of it is asked for.
            dz *= activation.derivative(activations[i], activations[i])
    return grads
