"""The learner's functions put together to what `train` accepts: a whole network of their own.

Each is called just as its exercise says; mlpkit's Params are handed to it as a plain list of (weights, bias).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mlpkit.core._validation import check_rate
from mlpkit.core.losses import Loss
from mlpkit.core.optimizers import Optimizer
from mlpkit.core.params import Params, as_params
from mlpkit.core.schedules import rate_at

from .store import passed_names

NEEDED = ("init_params", "forward", "cross_entropy", "cross_entropy_backward", "backward")

# A step function: its usual rate, what it remembers, and its arguments after these, in their order.
STEPS: dict[str, tuple[float, tuple[str, ...], tuple[float, ...]]] = {
    "sgd_step": (0.1, (), ()),
    "momentum_step": (0.01, ("velocity",), (0.9,)),
    "nesterov_step": (0.01, ("velocity",), (0.9,)),
    "rmsprop_step": (0.001, ("mean_square",), (0.9, 1e-8)),
    "adam_step": (0.001, ("mean", "mean_square"), (0.9, 0.999, 1e-8)),
}


def as_network(mine: Any, step: str | None = None, learning_rate: Any = None) -> tuple:
    """Everything that `train` needs, made of the learner's own functions.

    mine: the learner's functions, by name
    step, learning_rate: as in `mine.as_network`
    returns: (init_params, loss_and_grads, optimizer, missing)
    raises: ValueError or TypeError
    """
    have = passed_names()
    if step is None:
        step = next((name for name in reversed(STEPS) if name in have), "sgd_step")
    if not isinstance(step, str) or step not in STEPS:
        raise ValueError(f"there is no step function {step!r}: take one of {', '.join(STEPS)}")
    missing = [name for name in (*NEEDED, step) if name not in have]
    return _init_params(mine), _loss_and_grads(mine), _optimizer(mine, step, learning_rate), missing


def _init_params(mine: Any) -> Callable:
    own = mine.init_params

    def init_params(sizes: Sequence[int], *, rng: np.random.Generator, dtype: Any = np.float32) -> Params:
        """A fresh network from the learner's own init_params. sizes: list of int; rng: Generator -> Params"""
        return Params(own(list(sizes), rng)).astype(dtype)

    return init_params


def _loss_and_grads(mine: Any) -> Callable:
    forward, backward = mine.forward, mine.backward
    cross_entropy, cross_entropy_backward = mine.cross_entropy, mine.cross_entropy_backward

    def loss_and_grads(params: Params, images: np.ndarray, labels: np.ndarray) -> tuple[Loss, Params]:
        """Loss and gradients of a batch by the learner's own functions. -> (loss, grads)"""
        layers = [tuple(layer) for layer in params]
        if images.dtype == np.uint8:
            images = images * layers[0][0].dtype.type(1 / 255)  # as mlpkit's forward does
        entered, logits = forward(layers, images)
        loss = cross_entropy(logits, labels)
        grads = backward(layers, entered, cross_entropy_backward(logits, labels))
        return Loss(float(loss), logits), as_params(Params(grads).astype(layers[0][0].dtype))

    return loss_and_grads


def _optimizer(mine: Any, step: str, learning_rate: Any) -> Optimizer:
    usual, remembers, rest = STEPS[step]
    rate = usual if learning_rate is None else learning_rate
    check_rate(rate)
    update = (
        _sgd_update(mine.sgd_step, rate)
        if step == "sgd_step"
        else _update(getattr(mine, step), step, rate, rest)
    )
    return Optimizer(
        step, lambda params: _State(0, float("nan"), *(np.zeros_like(params.flat) for _ in remembers)), update
    )


class _State(tuple):
    """What an optimiser remembers: the step, the rate used, and its arrays."""

    def __new__(cls, step: int, learning_rate: float, *arrays: np.ndarray) -> _State:
        state = super().__new__(cls, (step, learning_rate, *arrays))
        state.step, state.learning_rate, state.arrays = step, learning_rate, arrays
        return state


def _update(own: Callable, name: str, rate: Any, rest: tuple[float, ...]) -> Callable:
    def update(params: Params, grads: Params, state: _State) -> tuple[Params, _State]:
        number = state.step + 1
        now = rate_at(rate, number)
        count = (number,) if name == "adam_step" else ()
        flat, *arrays = own(params.flat, grads.flat, *state.arrays, *count, now, *rest)
        return params.like(np.asarray(flat, params.dtype)), _State(number, now, *arrays)

    return update


def _sgd_update(own: Callable, rate: Any) -> Callable:
    def update(params: Params, grads: Params, state: _State) -> tuple[Params, _State]:
        number = state.step + 1
        now = rate_at(rate, number)
        layers = own([tuple(layer) for layer in params], [tuple(layer) for layer in grads], now)
        return Params(layers).astype(params.dtype), _State(number, now)

    return update
