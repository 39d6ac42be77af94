"""Notebook 4 trains 784-64-32-10 on Fashion-MNIST, with sigmoid, tanh or leaky relu, in thirty epochs.

Its biases are drawn from N(0, 1), its momentum forgets at every call, and its Nesterov was never finished.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

import numpy as np

from ..core.activations import Activation, leaky_relu, relu, sigmoid, tanh
from ..core.backprop import loss_and_grads
from ..core.data import Examples
from ..core.initializers import glorot_uniform, he_normal, init_params, normal
from ..core.optimizers import Optimizer, momentum, nesterov, sgd
from ..core.params import Params
from .running import Setting, shuffled
from .softmaxes import diagonal_only, squared_error, squared_error_grad

SIZES = (784, 64, 32, 10)
BATCH = 200
EPOCH = 60_000 // BATCH
STEPS = 30 * EPOCH
RATE = 0.25
DATA = "fashion_mnist"
MARKS = [EPOCH * i for i in (1, 5, 10, 20, 30)]  # steps after which the test split is scored

# What it printed: the test accuracy, and the loss of each epoch, divided by ten classes too.
PUBLISHED = {"accuracy": [86.27], "loss": [0.230859, 0.136732, 0.056951, 0.039484], "epochs": [1, 5, 10, 20]}


def glorot(rng: np.random.Generator, init: Callable = glorot_uniform) -> Params:
    """Glorot's weights (he_normal for leaky relu), biases 0."""
    return init_params(SIZES, rng=rng, init=init)


def biases_drawn(rng: np.random.Generator) -> Params:
    """Its start: weights of deviation 0.01, and biases of deviation 1, a hundred times as wide."""
    params = init_params(SIZES, rng=rng, init=partial(normal, std=0.01))
    for layer in params:
        layer.bias[...] = normal(1, len(layer.bias), rng, std=1.0)[0]
    return params


# Forward leaky, backward plain: where z is negative, the gradient is 0 instead of 0.01.
half_leaky = Activation("leaky relu with relu's derivative", leaky_relu.function, relu.derivative)


def shrinking(examples: Examples, rng: np.random.Generator, *, batch_size: int, steps: int) -> Iterator:
    """Its batches, unshuffled: after a short last batch the batch size stays short, one too many at that.

    examples, rng, batch_size, steps: as for `running.shuffled`; rng is not used
    returns: iterator of Examples, one batch a step
    """
    n = len(examples.labels)

    def bounds() -> Iterator[tuple[int, int]]:
        size = batch_size
        while True:
            for start in range(0, n, size):  # the range keeps the size that the epoch began with
                size = n - start + 1 if start + size > n else size
                yield start, start + size

    for start, stop in islice(bounds(), steps):
        yield Examples(*(part[start:stop] for part in examples))


def resetting_momentum(rate: float, beta: float) -> Optimizer:
    """Its momentum: v = beta v + (1 - beta) g with v set to 0 in every call, so that v is (1 - beta) g."""
    kept = averaging_momentum(rate, beta)

    def update(params: Params, grads: Params, state: object) -> tuple:
        return kept.update(params, grads, kept.init(params))

    return Optimizer("momentum that forgets", kept.init, update)


def averaging_momentum(rate: float, beta: float) -> Optimizer:
    """The same momentum with its velocity kept: in mlpkit's convention, a rate of rate (1 - beta)."""
    return momentum(rate * (1 - beta), beta)


def averaging_nesterov(rate: float, beta: float) -> Optimizer:
    """Its Nesterov momentum, which the notebook leaves unfinished."""
    return nesterov(rate * (1 - beta), beta)


def setting(
    *,
    start: Callable = glorot,
    activation: Activation = sigmoid,
    order: Callable = shuffled,
    optimizer: Optimizer | None = None,
    steps: int = STEPS,
    **losses: Callable,
) -> Setting:
    """The notebook, corrected; each argument takes a fault, or another choice.

    start: glorot or biases_drawn
    activation: sigmoid, tanh, leaky_relu or half_leaky
    order: shuffled or shrinking
    optimizer: Optimizer; None for SGD at its rate of 0.25
    steps: int
    losses: loss and loss_grad; squared_error with squared_error_grad or diagonal_only
    returns: Setting
    """
    function = partial(loss_and_grads, activation=activation, **losses)
    order = partial(order, batch_size=BATCH, steps=steps)
    return Setting(start, order, optimizer or sgd(RATE), function)


_PRINTED = {"start": biases_drawn, "order": shrinking}
_LEAKY = {"start": partial(glorot, init=he_normal)}
_SQUARED = {"loss": squared_error, "loss_grad": squared_error_grad}
VARIANTS = {
    "as printed": _PRINTED,
    "biases 0": {
        "start": lambda rng: init_params(SIZES, rng=rng, init=partial(normal, std=0.01)),
        "order": shrinking,
    },
    "corrected": {},
    "tanh, as printed": _PRINTED | {"activation": tanh},
    "tanh, corrected": {"activation": tanh},
    "leaky relu, as printed": _PRINTED | {"activation": half_leaky},
    "leaky relu, relu's derivative": _LEAKY | {"activation": half_leaky},
    "leaky relu, corrected": _LEAKY | {"activation": leaky_relu},
    "momentum 0.9 that forgets": {"optimizer": resetting_momentum(RATE, 0.9)},
    "momentum 0.9 that keeps": {"optimizer": averaging_momentum(RATE, 0.9)},
    "Nesterov 0.9, finished": {"optimizer": averaging_nesterov(RATE, 0.9)},
    "squared error, diagonal only": _SQUARED | {"loss_grad": diagonal_only},
    "squared error, whole Jacobian": _SQUARED,
}
