"""What to say when a loss is no longer a number: in which layer it began, and why.

The batch is sent through the network once more, layer by layer, up to the first number that is not finite.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .activations import ACTIVATIONS, Activation, relu
from .params import Params

UNSCALED = 10  # pixels beyond this were never scaled: neither 0..1 nor standardised ones come so far
HUGE = 1e6  # logits and losses beyond this come from a network that ran away


class Trouble(NamedTuple):
    """Where the first number that is not finite was found.

    kind: "images", "weights", "overflow" or "loss"
    sentence: str, the place in words
    """

    kind: str
    sentence: str


def explain(
    params: Params,
    batch: tuple[np.ndarray, np.ndarray],
    loss_and_grads: Callable,
    *,
    updates: int,
    rate: float,
    before: tuple[float, Params] | None = None,
) -> str:
    """Where a loss that is NaN or infinite began, its likely cause, and what to do.

    params: Params that gave the loss
    batch: (images, labels), the batch that gave it
    loss_and_grads: the function that gave it
    updates: int, how often the parameters have been changed in this run
    rate: float, the learning rate of the last update, NaN when there was none
    before: (loss, grads) of the step that made these params, if there was one
    returns: str, two sentences or three
    """
    images = np.asarray(batch[0])
    inputs = images.astype(params.dtype)
    if images.dtype == np.uint8:
        inputs /= 255
    trouble = find_trouble(params, inputs, _activation(params, inputs, batch, loss_and_grads))
    if trouble.kind == "weights" and before is not None and _broken_gradient(*before):
        cause = (
            "the gradients of the step before: they hold NaN or infinity, although its loss was "
            f"{before[0]:.3g}; look for a division by 0 or a logarithm of 0 in the backward pass."
        )
    else:
        cause = _cause(trouble, params, inputs, updates, rate)
    return f"{trouble.sentence} Likely cause: {cause}"


def find_trouble(params: Params, inputs: np.ndarray, activation: Activation) -> Trouble:
    """The first place on the way from the images to the loss that holds a number that is not finite.

    params: Params
    inputs: (batch, fan_in) float
    activation: between the layers
    returns: Trouble
    """
    if not np.isfinite(inputs).all():
        return Trouble("images", "It began in the images of this batch: they hold NaN or infinity.")
    for i, (z, (weights, bias)) in enumerate(zip(_preactivations(params, inputs, activation), params)):
        name = f"It began in layer {i} ({weights.shape[0]} -> {weights.shape[1]})"
        if not (np.isfinite(weights).all() and np.isfinite(bias).all()):
            return Trouble("weights", f"{name}: its weights or biases are not finite.")
        if not np.isfinite(z).all():
            largest = np.abs(weights).max()
            return Trouble(
                "overflow", f"{name}: its preactivations overflow, with weights up to {largest:.2g}."
            )
    largest = np.abs(z).max()
    kind = "overflow" if largest > HUGE else "loss"
    return Trouble(
        kind, f"It began after the last layer, in the loss: all logits are finite, up to {largest:.2g}."
    )


def _cause(trouble: Trouble, params: Params, inputs: np.ndarray, updates: int, rate: float) -> str:
    if trouble.kind == "images":
        return "images that were damaged or divided by 0; mend or drop them."
    if trouble.kind == "loss":
        return (
            "the loss function takes log(0) or divides by 0; compute it from logits, as cross_entropy does."
        )
    if np.abs(inputs).max() > UNSCALED:
        return f"the images reach {np.abs(inputs).max():.3g}; scale the pixels to 0..1 first."
    if updates == 0 or not math.isfinite(rate):
        largest = np.abs(params.flat).max()
        return f"the starting weights (up to {largest:.2g}); start from init_params with he_normal."
    return (
        f"the learning rate {rate:.3g} is too high; start again with {rate / 10:.2g}, or clip the gradients "
        "with clipped(optimizer, 1.0). If the loss of step 1 was already far above the logarithm of the "
        "number of classes, the starting weights are too large."
    )


def _broken_gradient(loss: float, grads: Params) -> bool:
    """Whether gradients are not finite though their loss is ordinary: the run was still in order."""
    return abs(loss) < HUGE and not np.isfinite(grads.flat).all()


def _preactivations(params: Params, inputs: np.ndarray, activation: Activation) -> list[np.ndarray]:
    preactivations = []
    with np.errstate(all="ignore"):
        for weights, bias in params:
            preactivations.append(inputs @ weights + bias)  # (batch, fan_out)
            inputs = activation.function(preactivations[-1])
    return preactivations


def _activation(
    params: Params, inputs: np.ndarray, batch: tuple[np.ndarray, np.ndarray], loss_and_grads: Callable
) -> Activation:
    """The activation that a function uses: named in a partial, or told by the logits of a tame network."""
    named = getattr(loss_and_grads, "keywords", {}).get("activation")
    if isinstance(named, Activation):
        return named
    tame = params.like(np.cos(np.arange(params.flat.size)).astype(params.dtype) / 10)
    logits = getattr(loss_and_grads(tame, *batch)[0], "logits", None)
    for activation in ACTIVATIONS if logits is not None else ():
        if np.allclose(_preactivations(tame, inputs, activation)[-1], logits):
            return activation
    return relu
