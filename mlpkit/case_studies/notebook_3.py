"""Notebook 3 derives the gradient of 784-40-10 by hand, checks it on five images, and the check says 9.65.

Its weights' gradients are sums over the batch, its biases' means; its `train` was never written.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ..core.backprop import loss_and_grads
from ..core.gradcheck import numerical_grads
from ..core.initializers import init_params, uniform_fan_in
from ..core.optimizers import sgd
from ..core.params import Params
from .running import Setting, shuffled

SIZES = (784, 40, 10)
CHECKED = 5  # images that the gradient is checked on
BATCH = 64  # ours: it names none
STEPS = 5 * -(-60_000 // BATCH)
DATA = "fashion_mnist"
MARKS = [STEPS // 5 * (i + 1) for i in range(5)]  # steps after which the test split is scored

# What it printed: |by hand - numerical|, over all 31,810 parameters; and a loss of five images at the start.
PUBLISHED = {"distance": 9.651886507445322, "loss at start": 2.435439167462153}


def start(rng: np.random.Generator, dtype: type = np.float32) -> Params:
    """Its start: uniform in +-1/sqrt(fan_in), every bias 0.01."""
    params = init_params(SIZES, rng=rng, init=uniform_fan_in, dtype=dtype)
    for layer in params:
        layer.bias[...] = 0.01
    return params


def summed(function: Callable) -> Callable:
    """Its fault: 1/batch is missing from the gradients of the weights, but not from those of the biases."""

    def without_mean(params: Params, images: np.ndarray, labels: np.ndarray) -> tuple:
        loss, grads = function(params, images, labels)
        grads = grads.copy()
        for layer in grads:
            layer.weights[...] *= len(labels)
        return loss, grads

    return without_mean


def distance(function: Callable, params: Params, images: np.ndarray, labels: np.ndarray) -> float:
    """The number that its check prints: the distance between a gradient by hand and the numerical one.

        |g - numerical g|

    function: (params, images, labels) -> (loss, grads)
    params: Params, float64; images: (batch, 784); labels: (batch,) int
    returns: float; near 0 when the gradient is right
    """
    numerical = numerical_grads(params, images, labels)
    return float(np.linalg.norm(function(params, images, labels)[1].flat - numerical.flat))


def setting(*, function: Callable = loss_and_grads, rate: float = 0.1, steps: int = STEPS) -> Setting:
    """The `train` that was never written: shuffled batches of 64, five epochs.

    function: loss_and_grads, or summed(loss_and_grads)
    rate: float, learning rate; steps: int
    returns: Setting
    """
    return Setting(start, partial(shuffled, batch_size=BATCH, steps=steps), sgd(rate), function)


VARIANTS = {
    "as printed": {"function": summed(loss_and_grads)},
    "as printed, rate 0.01": {"function": summed(loss_and_grads), "rate": 0.01},
    "as printed, rate 0.1/64": {"function": summed(loss_and_grads), "rate": 0.1 / BATCH},
    "corrected": {},
}
