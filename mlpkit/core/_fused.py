"""The numbers of a training step, loss, gradients and accuracy of a batch, by whatever function trains.

For mlpkit's own loss_and_grads there is a fast form here, which does without a pause what network.py,
losses.py and backprop.py tell one thing at a time: read those first. It checks nothing, because `train` has
looked at all examples before its first step.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from ._validation import as_loss_and_grads
from .activations import ACTIVATIONS, Activation, relu
from .backprop import loss_and_grads
from .layers import Layer
from .losses import Loss, cross_entropy_parts
from .metrics import accuracy
from .network import as_inputs, forward
from .params import Params


class Numbers(NamedTuple):
    """What a batch gives: the loss, its gradients, and the share of right answers, 0 to 1."""

    loss: float
    grads: Params
    accuracy: float


def numbers_of(function: Callable) -> Callable[[Params, np.ndarray, np.ndarray], Numbers]:
    """How to get a batch's numbers from a loss_and_grads function: its fast form, or itself with checks.

    function: what `train` was given
    returns: (params, images, labels) -> Numbers; it raises TypeError or ValueError when the function returns
        no loss with fitting gradients
    """
    return fast_form(function) or partial(_checked, function)


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


def _checked(function: Callable, params: Params, images: np.ndarray, labels: np.ndarray) -> Numbers:
    loss, grads = as_loss_and_grads(function(params, images, labels), params)
    right = accuracy(_logits(loss, params, images), labels) if math.isfinite(loss) else math.nan
    return Numbers(float(loss), grads, right)


def _logits(loss: float, params: Params, images: np.ndarray) -> np.ndarray:
    """The logits behind a loss; a loss that does not carry them is taken for a relu network's."""
    return loss.logits if isinstance(loss, Loss) else forward(params, images, relu).logits
