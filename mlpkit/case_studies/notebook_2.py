"""Notebook 2 trains 784-500-200-100-30-30-30-10 on digits, by cross-entropy or by squared error.

Its pixels are never scaled, and its weight decay is twice what it says and pulls at the biases too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ..core.backprop import loss_and_grads
from ..core.initializers import init_params, normal
from ..core.optimizers import Optimizer, sgd
from ..core.params import Params
from ..core.wrappers import decayed
from .running import Setting, shuffled
from .softmaxes import squared_error, squared_error_grad

SIZES = (784, 500, 200, 100, 30, 30, 30, 10)
BATCH = 1_000
EPOCH = 60  # steps, of 60,000 digits; 20 epochs
STEPS = 20 * EPOCH
DATA = "mnist_10k"
MARKS = [EPOCH * (i + 1) for i in range(20)]  # steps after which the test split is scored
DECAY = 0.05

# What it printed: test accuracy after each epoch. The run with cross-entropy was stopped after two, the one
# with squared error and no decay shows no output.
PUBLISHED = {
    "cross-entropy": [15.93, 28.2],
    "squared error, decay 0.05": [
        48.18, 68.24, 75.21, 80.10, 80.90, 83.33, 84.03, 85.41, 83.81, 81.96,
        83.63, 80.43, 80.60, 82.20, 78.78, 81.95, 80.99, 83.27, 82.24, 82.67,
    ],
}  # fmt: skip


def drawn(rng: np.random.Generator) -> Params:
    """Weights and biases alike of deviation 0.1, whatever the width."""
    params = init_params(SIZES, rng=rng, init=partial(normal, std=0.1))
    for layer in params:
        layer.bias[...] = normal(1, len(layer.bias), rng, std=0.1)[0]
    return params


def he(rng: np.random.Generator) -> Params:
    """He's weights, biases 0."""
    return init_params(SIZES, rng=rng)


def unscaled(images: np.ndarray) -> np.ndarray:
    """Pixels from 0 to 255, as floats, so that nobody scales them."""
    return np.asarray(images, np.float32)


def doubled_everywhere(optimizer: Optimizer, decay: float) -> Optimizer:
    """Its weight decay: 2 decay p is added to every gradient, of weights and of biases."""

    def update(params: Params, grads: Params, state: object) -> tuple:
        return optimizer.update(params, grads.like(grads.flat + 2 * decay * params.flat), state)

    return optimizer._replace(update=update)


by_cross_entropy = loss_and_grads
by_squared_error = partial(loss_and_grads, loss=squared_error, loss_grad=squared_error_grad)


def setting(
    *,
    start: Callable = he,
    inputs: Callable = np.asarray,
    function: Callable = by_cross_entropy,
    rate: float = 0.01,
    decay: float = 0.0,
    decaying: Callable = decayed,
    steps: int = STEPS,
) -> Setting:
    """The notebook, corrected; each argument takes a fault, or another choice.

    start: he or drawn
    inputs: np.asarray, whose bytes mlpkit scales, or unscaled
    function: by_cross_entropy or by_squared_error
    rate, decay: float; its rates are 0.01 for cross-entropy, 0.03 for squared error
    decaying: decayed, on the weights alone, or doubled_everywhere
    steps: int
    returns: Setting
    """
    order = partial(shuffled, batch_size=BATCH, steps=steps)
    return Setting(start, order, decaying(sgd(rate), decay), function, inputs)


_PRINTED = {"start": drawn, "inputs": unscaled, "decaying": doubled_everywhere}
_SQUARED = {"function": by_squared_error, "rate": 0.03}
VARIANTS = {
    "cross-entropy, as printed": _PRINTED,
    "cross-entropy, pixels scaled": _PRINTED | {"inputs": np.asarray},
    "cross-entropy, corrected": {},
    "cross-entropy, corrected, rate 0.1": {"rate": 0.1},
    "squared error, as printed": _PRINTED | _SQUARED,
    "squared error, corrected": _SQUARED,
    "squared error, decay 0.05, as printed": _PRINTED | _SQUARED | {"decay": DECAY},
    "squared error, decay 0.05, on weights and once": {
        **_PRINTED,
        **_SQUARED,
        "decay": DECAY,
        "decaying": decayed,
    },
    "squared error, decay 0.05, corrected": _SQUARED | {"decay": DECAY},
    "squared error, decay 0.0005, corrected": _SQUARED | {"decay": 0.0005},
}
