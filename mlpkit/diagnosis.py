"""What to say when a loss is no longer a number: at which step, in which layer it began, and why.

The network is gone through from the images to the logits until the first number that is not finite.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .params import Params

LARGE = 1.5  # pixels above this were probably never scaled to 0..1


def explain(params: Params, images: np.ndarray, loss: float, number: int, epoch: int, state: Any) -> str:
    """One message for a loss that is NaN or infinite.

    params: Params that gave the loss
    images: (batch, fan_in), the batch that gave it
    loss: float, not finite
    number, epoch: int, of the step
    state: the optimiser's state, for its learning rate
    returns: str
    """
    where = _where(params, images)
    cause = _cause(params, images, number, state)
    return f"the loss became {loss} at step {number} (epoch {epoch}). {where} {cause}"


def _where(params: Params, images: np.ndarray) -> str:
    inputs = np.asarray(images, dtype=params.dtype)
    if not np.isfinite(inputs).all():
        return "The images of this batch hold NaN or infinity."
    if images.dtype == np.uint8:
        inputs = inputs / 255
    for i, (weights, bias) in enumerate(params):
        name = f"layer {i} ({weights.shape[0]} -> {weights.shape[1]})"
        if not (np.isfinite(weights).all() and np.isfinite(bias).all()):
            return f"It began in {name}: its weights or biases are not finite any more."
        z = inputs @ weights + bias
        if not np.isfinite(z).all():
            largest = np.abs(weights).max()
            return f"It began in {name}: its preactivations overflow, with weights up to {largest:.2g}."
        # The true activation is not known here. relu lets a large signal through, as most do.
        inputs = np.maximum(z, 0)
    largest = np.abs(z).max()
    return f"It began after the last layer, in the loss itself: all logits are finite, up to {largest:.2g}."


def _cause(params: Params, images: np.ndarray, number: int, state: Any) -> str:
    rate = getattr(state, "learning_rate", math.nan)
    if images.dtype != np.uint8 and np.abs(images).max() > LARGE:
        return f"Likely cause: the images reach {np.abs(images).max():.3g}; scale the pixels to 0..1 first."
    if number == 1 or not math.isfinite(rate):
        return "Likely cause: the starting weights, or a loss function that takes the logarithm of 0."
    return (
        f"Likely cause: the learning rate {rate:.3g} is too high; start again with {rate / 10:.3g}, "
        "or clip the gradients with clipped(optimizer, 1.0)."
    )
