"""Notebook 1 trains 784-10-10 on digits, each step on 1,000 images drawn anew.

Its gradient is twice what it should be, and its softmax subtracts one maximum for the whole batch.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ..core.backprop import loss_and_grads
from ..core.initializers import init_params, normal
from ..core.optimizers import sgd
from ..core.params import Params
from .running import Setting, sampled
from .softmaxes import cross_entropy_behind, one_maximum

SIZES = (784, 10, 10)
BATCH = 1_000
STEPS = 1_000
DATA = "mnist_10k"
MARKS = [10, 50, 100, 140, 200, 500, 1_000]  # steps after which the test split is scored

# What it printed: ten steps, begun at 49.5 %, so that earlier runs of the cell had trained it already.
PUBLISHED = {"accuracy": [49.01], "accuracy at start": 49.5, "steps shown": 10}


def as_drawn(rng: np.random.Generator) -> Params:
    """Its start: weights of deviation 1/sqrt(784) and 1/sqrt(20), biases of 1/sqrt(10) and 1/sqrt(784)."""
    params = init_params(SIZES, rng=rng)
    for layer, wide, narrow in zip(params, (784, 20), (10, 784)):
        layer.weights[...] = normal(*layer.weights.shape, rng, std=wide**-0.5)
        layer.bias[...] = normal(1, len(layer.bias), rng, std=narrow**-0.5)[0]
    return params


def he(rng: np.random.Generator) -> Params:
    """He's weights, biases 0."""
    return init_params(SIZES, rng=rng)


def doubled(function: Callable) -> Callable:
    """Twice the gradient, left over from squared error: dz = 2 (p - y)."""

    def twice(params: Params, images: np.ndarray, labels: np.ndarray) -> tuple:
        loss, grads = function(params, images, labels)
        return loss, grads.like(2 * grads.flat)

    return twice


_ONE_MAXIMUM = dict(zip(("loss", "loss_grad"), cross_entropy_behind(one_maximum)))
with_one_maximum = partial(loss_and_grads, **_ONE_MAXIMUM)


def setting(
    *,
    start: Callable = he,
    function: Callable = loss_and_grads,
    rate: float = 0.01,
    steps: int = STEPS,
) -> Setting:
    """The notebook, corrected; each argument takes a fault, or another choice.

    start: he or as_drawn
    function: loss_and_grads, doubled(loss_and_grads), with_one_maximum or doubled(with_one_maximum)
    rate: float, learning rate; steps: int
    returns: Setting
    """
    return Setting(start, partial(sampled, batch_size=BATCH, steps=steps), sgd(rate), function)


VARIANTS = {
    "as printed": {"start": as_drawn, "function": doubled(with_one_maximum)},
    "a maximum for each row": {"start": as_drawn, "function": doubled(loss_and_grads)},
    "and the gradient once": {"start": as_drawn},
    "gradient once, rate 0.02": {"start": as_drawn, "rate": 0.02},
    "corrected": {},
    "corrected, rate 0.1": {"rate": 0.1},
}
