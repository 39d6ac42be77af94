"""What `train` computes for one batch: loss, gradients and accuracy.

For mlpkit's own loss_and_grads there is a fast form here, which does in one function what network.py,
losses.py and backprop.py do one step at a time: read those first. It checks nothing, because `train` has
checked all examples before its first step.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ._product import product
from ._training_validation import as_loss_and_grads
from .activations import ACTIVATIONS, Activation, relu
from .backprop import loss_and_grads
from .losses import Loss, cross_entropy_parts
from .metrics import accuracy
from .network import as_inputs, forward
from .params import Layer, Params


class BatchResult(NamedTuple):
    """The loss of a batch, its gradients, and the share of right answers, 0 to 1."""

    loss: float
    grads: Params
    accuracy: float


StepFunction = Callable[[Params, np.ndarray, np.ndarray], BatchResult]


def select_step(function: Callable) -> StepFunction:
    """The function that `train` calls for each batch: the fast form, or the given function with checks.

    function: the loss_and_grads that `train` was given
    returns: (params, images, labels) -> BatchResult; it raises TypeError or ValueError when the function
        returns no loss with fitting gradients
    """
    settings: dict[str, Any] = {}
    original = function
    if isinstance(function, partial) and not function.args:
        original, settings = function.func, function.keywords
    activation = settings.get("activation", relu)
    known = any(activation is one for one in ACTIVATIONS)
    if original is loss_and_grads and settings.keys() <= {"activation"} and known:
        return partial(fused_loss_and_grads, activation=activation)
    return partial(_checked_loss_and_grads, function)


def fused_loss_and_grads(
    params: Params, images: np.ndarray, labels: np.ndarray, activation: Activation = relu
) -> BatchResult:
    """Loss, gradients and accuracy of a batch, equal to those of the clear form.

    params: Params
    images: (batch, fan_in) uint8 or float; labels: (batch,) int; both are known to fit
    activation: one of mlpkit's
    returns: BatchResult
    """
    *hidden, last = params.layers
    activations = [as_inputs(images, params)]
    for layer in hidden:
        activations.append(activation.function(_preactivations(activations[-1], layer)))
    loss, dlogits, right = cross_entropy_parts(_preactivations(activations[-1], last), labels)
    return BatchResult(loss, _grads(params, activations, dlogits, activation), right)


def _preactivations(inputs: np.ndarray, layer: Layer) -> np.ndarray:
    z = product(inputs, layer.weights)  # (batch, fan_out)
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
        product(activations[i].T, dz, parts[i].weights)  # (fan_in, fan_out)
        np.dot(ones, dz, out=parts[i].bias)  # (fan_out,)
        if i > 0:
            dz = product(dz, layers[i].weights.T)  # (batch, fan_in)
            # z is no longer there: mlpkit's activations have its sign, and only the sign is needed.
            dz *= activation.derivative(activations[i], activations[i])
    return grads


def _checked_loss_and_grads(
    function: Callable, params: Params, images: np.ndarray, labels: np.ndarray
) -> BatchResult:
    loss, grads = as_loss_and_grads(function(params, images, labels), params)
    if not math.isfinite(loss):
        return BatchResult(float(loss), grads, math.nan)
    # A loss that does not carry its logits is taken for that of a relu network.
    logits = loss.logits if isinstance(loss, Loss) else forward(params, images, relu).logits
    return BatchResult(float(loss), grads, accuracy(logits, labels))
