"""Notebook 0 trains 784-512-128-64-10 on Fashion-MNIST, one image at a time, in five epochs.

Its weights were to be centred and are not, its relu lets every gradient through, and nothing is shuffled.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ..core.activations import Activation, relu
from ..core.backprop import loss_and_grads
from ..core.initializers import init_params, uniform_fan_in
from ..core.optimizers import sgd
from ..core.params import Params
from .running import Setting, in_order, shuffled

SIZES = (784, 512, 128, 64, 10)
BATCH = 64
EPOCH = 60_000 // BATCH  # 937 steps; the 32 images left over are left out
STEPS = 5 * EPOCH
DATA = "fashion_mnist"
MARKS = [EPOCH * (i + 1) for i in range(5)]  # steps after which the test split is scored

# What it printed: the test split after its first and second epoch. The output breaks off in the third.
PUBLISHED = {"accuracy": [65.2, 73.8], "loss": [0.908876, 0.696800], "loss at start": 2.302684}


def he(rng: np.random.Generator) -> Params:
    """He's weights, biases 0: what a relu network wants."""
    return init_params(SIZES, rng=rng)


def centred(rng: np.random.Generator) -> Params:
    """Uniform in +-k, k = 1/sqrt(fan_in), biases too: what its comment announces."""
    params = init_params(SIZES, rng=rng, init=uniform_fan_in)
    for weights, bias in params:
        bias[...] = uniform_fan_in(len(weights), len(bias), rng)[0]
    return params


def shifted(rng: np.random.Generator) -> Params:
    """What it does: normal(-k, k) has mean -k and deviation k. Only the first layer is uniform."""
    params = init_params(SIZES, rng=rng, init=_shifted_weights)
    params[0].weights[...] = uniform_fan_in(*SIZES[:2], rng)
    for weights, bias in params:
        bias[...] = _shifted_weights(len(weights), len(bias), rng)[0]
    return params


def _shifted_weights(fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    k = fan_in**-0.5
    return rng.normal(-k, k, (fan_in, fan_out))


def _one_unless_zero(z: np.ndarray, a: np.ndarray | None = None) -> np.ndarray:
    """1 wherever z is not exactly 0, which a float hardly ever is: a gate that never shuts."""
    return (z != 0).astype(z.dtype)


open_gate = Activation("relu with an open gate", relu.function, _one_unless_zero)


def setting(
    *,
    start: Callable = he,
    activation: Activation = relu,
    order: Callable = shuffled,
    rate: float = 1e-3,
    steps: int = STEPS,
) -> Setting:
    """The notebook, corrected; each argument takes a fault, or another choice.

    start: he, centred or shifted
    activation: relu or open_gate
    order: shuffled or in_order
    rate: float, learning rate; steps: int
    returns: Setting
    """
    return Setting(
        start,
        partial(order, batch_size=BATCH, steps=steps),
        sgd(rate),
        partial(loss_and_grads, activation=activation),
    )


VARIANTS = {
    "as printed": {"start": shifted, "activation": open_gate, "order": in_order},
    "weights centred": {"start": centred, "activation": open_gate, "order": in_order},
    "He's weights": {"activation": open_gate, "order": in_order},
    "and the gate shut": {"order": in_order},
    "corrected": {},
    "corrected, rate 0.1": {"rate": 0.1},
}
