"""Optimisers: rules that give new parameters for old ones and their gradients.

Each is a pair of pure functions: `init` makes the first state, `update` gives new parameters and a new state.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ._blockwise import (
    AdamState,
    MomentumState,
    RMSPropState,
    State,
    apply_blockwise,
    check_same_sizes,
    zeros_state,
)
from ._validation import check_number, check_positive, check_rate
from .params import Params
from .schedules import LearningRate, rate_at

Arrays = list[np.ndarray]


class Optimizer(NamedTuple):
    """A rule for changing parameters.

    name: str
    init: params -> state
    update: (params, grads, state) -> (params, state); nothing that goes in is changed
    learning_rate: what it was made with, a float or a schedule; None where nobody says

    >>> optimizer = sgd(0.5)
    >>> params = Params([([[1.0]], [1.0])])
    >>> new, state = optimizer.update(params, params, optimizer.init(params))
    >>> new.flat.tolist(), params.flat.tolist(), state
    ([0.5, 0.5], [1.0, 1.0], State(step=1, learning_rate=0.5))
    """

    name: str
    init: Callable[[Params], Any]
    update: Callable[[Params, Params, Any], tuple[Params, Any]]
    learning_rate: LearningRate | None = None

    def __repr__(self) -> str:
        return f"Optimizer({self.name})"


def _optimizer(name: str, kind: type, learning_rate: LearningRate, rule: Callable) -> Optimizer:
    """An Optimizer from a rule for flat arrays.

    kind: one of the states of _blockwise.py
    rule: (step, rate, g, olds, news); olds are p and what the state holds, and it writes new ones into news
    """

    def update(params: Params, grads: Params, state: Any) -> tuple[Params, Any]:
        step = state.step + 1
        rate = rate_at(learning_rate, step)
        new, *remembered = apply_blockwise(partial(rule, step, rate), params, grads, *state[2:])
        return new, kind(step, rate, *remembered)

    return Optimizer(name, zeros_state(kind), update, learning_rate)


def sgd(learning_rate: LearningRate) -> Optimizer:
    """Stochastic gradient descent: a step against the gradient.

        p = p - rate * g

    learning_rate: float > 0, or a function of the step (from 1)
    returns: Optimizer
    raises: ValueError or TypeError when the rate is not a finite number above 0

    >>> sgd(0.1)
    Optimizer(sgd)
    """
    check_rate(learning_rate)

    def update(params: Params, grads: Params, state: State) -> tuple[Params, State]:
        step = state.step + 1
        rate = rate_at(learning_rate, step)
        params, grads = check_same_sizes(params, grads)
        with np.errstate(under="ignore"):
            # p - rate * g, in the memory of one array instead of two
            new = np.multiply(-rate, grads.flat, out=np.empty_like(params.flat))
            new += params.flat
        return params.like(new), State(step, rate)

    return Optimizer("sgd", zeros_state(State), update, learning_rate)


def momentum(learning_rate: LearningRate, momentum: float = 0.9) -> Optimizer:
    """Momentum: steps follow a velocity, the sum of all gradients, old ones counted less and less.

        v = m * v + g
        p = p - rate * v

    learning_rate: float > 0, or a function of the step
    momentum: float in [0, 1)
    returns: Optimizer
    raises: ValueError or TypeError when a setting is no number or out of its range
    source: Polyak 1964

    >>> optimizer = momentum(1.0, momentum=0.5)
    >>> p = g = Params([([[1.0]], [1.0])])
    >>> p, state = optimizer.update(p, g, optimizer.init(p))
    >>> p, state = optimizer.update(p, g, state)
    >>> state.velocity.flat.tolist(), p.flat.tolist()
    ([1.5, 1.5], [-1.5, -1.5])
    """
    check_rate(learning_rate)
    m = check_number("momentum", momentum, 0, 1)

    def rule(step: int, rate: float, g: np.ndarray, olds: Arrays, news: Arrays) -> None:
        (p, v), (new_p, new_v) = olds, news
        np.multiply(m, v, out=new_v)
        new_v += g
        np.subtract(p, rate * new_v, out=new_p)

    return _optimizer("momentum", MomentumState, learning_rate, rule)


def nesterov(learning_rate: LearningRate, momentum: float = 0.9) -> Optimizer:
    """Nesterov's momentum: the gradient counts as if one more step had been taken already.

        v = m * v + g
        p = p - rate * (g + m * v)

    learning_rate: float > 0, or a function of the step
    momentum: float in [0, 1)
    returns: Optimizer
    raises: ValueError or TypeError when a setting is no number or out of its range
    source: Nesterov 1983; this form: Sutskever et al. 2013

    >>> optimizer = nesterov(1.0, momentum=0.5)
    >>> p = g = Params([([[1.0]], [1.0])])
    >>> optimizer.update(p, g, optimizer.init(p))[0].flat.tolist()
    [-0.5, -0.5]
    """
    check_rate(learning_rate)
    m = check_number("momentum", momentum, 0, 1)

    def rule(step: int, rate: float, g: np.ndarray, olds: Arrays, news: Arrays) -> None:
        (p, v), (new_p, new_v) = olds, news
        np.multiply(m, v, out=new_v)
        new_v += g
        np.subtract(p, rate * (g + m * new_v), out=new_p)

    return _optimizer("nesterov", MomentumState, learning_rate, rule)


def rmsprop(learning_rate: LearningRate, decay: float = 0.9, eps: float = 1e-8) -> Optimizer:
    """RMSProp: each parameter's step is divided by the usual size of its own gradient.

        s = decay * s + (1 - decay) * g^2
        p = p - rate * g / (sqrt(s) + eps)

    learning_rate: float > 0, or a function of the step
    decay: float in [0, 1)
    eps: float > 0, outside the root
    returns: Optimizer
    raises: ValueError or TypeError when a setting is no number or out of its range
    source: Hinton, lecture 6 of Neural Networks for Machine Learning, 2012

    >>> optimizer = rmsprop(0.1, decay=0.75)
    >>> p = g = Params([([[4.0]], [8.0])])  # however large a gradient, its step is as long
    >>> optimizer.update(p, g, optimizer.init(p))[0].flat.round(3).tolist()
    [3.8, 7.8]
    """
    check_rate(learning_rate)
    decay, eps = check_number("decay", decay, 0, 1), check_positive("eps", eps)

    def rule(step: int, rate: float, g: np.ndarray, olds: Arrays, news: Arrays) -> None:
        (p, s), (new_p, new_s) = olds, news
        np.multiply(decay, s, out=new_s)
        new_s += (1 - decay) * g * g
        np.subtract(p, rate * g / (np.sqrt(new_s) + eps), out=new_p)

    return _optimizer("rmsprop", RMSPropState, learning_rate, rule)


def adam(
    learning_rate: LearningRate = 1e-3, *, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8
) -> Optimizer:
    """Adam: momentum and RMSProp together, both corrected for having started at zero.

        m = b1 * m + (1 - b1) * g,   s = b2 * s + (1 - b2) * g^2
        p = p - rate * (m / (1 - b1^t)) / (sqrt(s / (1 - b2^t)) + eps)

    learning_rate: float > 0, or a function of the step
    b1, b2: float in [0, 1)
    eps: float > 0, outside the root
    returns: Optimizer
    raises: ValueError or TypeError when a setting is no number or out of its range
    source: Kingma and Ba 2015

    >>> optimizer = adam(0.1)
    >>> p = g = Params([([[4.0]], [8.0])])
    >>> optimizer.update(p, g, optimizer.init(p))[0].flat.round(3).tolist()
    [3.9, 7.9]
    """
    check_rate(learning_rate)
    b1, b2, eps = check_number("b1", b1, 0, 1), check_number("b2", b2, 0, 1), check_positive("eps", eps)

    def rule(step: int, rate: float, g: np.ndarray, olds: Arrays, news: Arrays) -> None:
        (p, m, s), (new_p, new_m, new_s) = olds, news
        # The two corrections are numbers, not arrays, so they are taken out of the arrays' formula.
        root = math.sqrt(1 - b2**step)
        scale, small = rate * root / (1 - b1**step), eps * root
        part = np.multiply(1 - b1, g, out=new_p)  # whose memory is free until the end
        np.multiply(b1, m, out=new_m)
        new_m += part
        np.multiply(g, g, out=part)
        part *= 1 - b2
        np.multiply(b2, s, out=new_s)
        new_s += part
        np.sqrt(new_s, out=part)
        part += small
        np.divide(new_m, part, out=part)
        part *= scale
        np.subtract(p, part, out=new_p)  # p - scale * new_m / (np.sqrt(new_s) + small)

    return _optimizer("adam", AdamState, learning_rate, rule)
