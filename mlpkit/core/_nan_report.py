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

# Pixels whose root mean square is beyond this were never scaled: that of 0..1 is below 1, and that of
# standardised ones about 1, though a pixel that is dark in most images may reach 100 in one.
UNSCALED = 10
HUGE = 1e6  # numbers beyond this come from a network that ran away


class Trouble(NamedTuple):
    """Where the first number that is not finite was found.

    kind: "images", "weights", "activation", "overflow" or "loss"
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
    activation = _activation(params, inputs, batch, loss_and_grads)
    trouble = find_trouble(params, inputs, activation or relu)
    if trouble.kind == "loss" and activation is None and _logits_broken(params, batch, loss_and_grads):
        trouble = Trouble(
            "activation",
            "It began between two layers, in an activation that is not one of mlpkit's: "
            "the logits are not finite, but with relu they would be.",
        )
    cause = _cause_of_weights(before, rate) if trouble.kind == "weights" else ""
    return f"{trouble.sentence} Likely cause: {cause or _cause(trouble, params, inputs, updates, rate)}"


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
        if i + 1 < len(params) and not _stays_finite(activation, z):
            return Trouble(
                "activation" if np.abs(z).max() < HUGE else "overflow",
                f"It began after layer {i} ({weights.shape[0]} -> {weights.shape[1]}), in {activation.name}: "
                f"the preactivations, {z.min():.2g} to {z.max():.2g}, are finite, but what it gives is not.",
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
    if trouble.kind == "activation":
        return (
            "the activation itself, which must give a finite number for every finite one; look for a root or "
            "a logarithm of a negative number, a division by 0, or e to the power of a large number."
        )
    if np.sqrt(np.mean(np.square(inputs, dtype=np.float64))) > UNSCALED:
        return f"the images reach {np.abs(inputs).max():.3g}; scale the pixels to 0..1 first."
    if updates == 0:
        largest = np.abs(params.flat).max()
        return f"the starting weights (up to {largest:.2g}); start from init_params with he_normal."
    # The state of somebody's own optimiser need not tell its rate.
    known, less = (f" {rate:.3g}", f"{rate / 10:.2g}") if math.isfinite(rate) else ("", "a tenth of it")
    return (
        f"the learning rate{known} is too high; start again with {less}, or clip the gradients "
        "with clipped(optimizer, 1.0). If the loss of step 1 was already far above the logarithm of the "
        "number of classes, the starting weights are too large."
    )


def _cause_of_weights(before: tuple[float, Params] | None, rate: float) -> str:
    """Why weights are not finite, or "" when the run had already run away."""
    if before is None:
        return "the starting weights hold NaN or infinity; start from init_params with he_normal."
    loss, grads = before
    if abs(loss) >= HUGE:
        return ""
    if not np.isfinite(grads.flat).all():
        return (
            "the gradients of the step before: they hold NaN or infinity, although its loss was "
            f"{loss:.3g}; look for a division by 0 or a logarithm of 0 in the backward pass."
        )
    largest = np.abs(grads.flat).max()
    if largest >= HUGE or rate >= HUGE:
        return ""
    return (
        f"the optimizer's update: the loss of the step before was {loss:.3g} and its gradients went up to "
        f"{largest:.2g}, but the new weights hold NaN or infinity; look for a division by 0 there."
    )


def _preactivations(params: Params, inputs: np.ndarray, activation: Activation) -> list[np.ndarray]:
    preactivations = []
    with np.errstate(all="ignore"):
        for weights, bias in params:
            preactivations.append(inputs @ weights + bias)  # (batch, fan_out)
            inputs = activation.function(preactivations[-1])
    return preactivations


def _stays_finite(activation: Activation, z: np.ndarray) -> bool:
    with np.errstate(all="ignore"):
        return bool(np.isfinite(activation.function(z)).all())


def _logits_broken(params: Params, batch: tuple[np.ndarray, np.ndarray], loss_and_grads: Callable) -> bool:
    """Whether the logits that a function computed itself are not finite."""
    return not np.isfinite(loss_and_grads(params, *batch)[0].logits).all()


def _activation(
    params: Params, inputs: np.ndarray, batch: tuple[np.ndarray, np.ndarray], loss_and_grads: Callable
) -> Activation | None:
    """The activation that a function uses: named in a partial, or told by the logits of a tame network.

    returns: Activation, relu for a loss that does not carry its logits; None when it is none of mlpkit's
    """
    named = getattr(loss_and_grads, "keywords", {}).get("activation")
    if isinstance(named, Activation):
        return named
    tame = params.like(np.cos(np.arange(params.flat.size)).astype(params.dtype) / 10)
    logits = getattr(loss_and_grads(tame, *batch)[0], "logits", None)
    if logits is None:
        return relu
    for activation in ACTIVATIONS:
        if np.allclose(_preactivations(tame, inputs, activation)[-1], logits):
            return activation
    return None
