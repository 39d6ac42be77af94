"""Optimisers: rules that give new parameters for old ones and their gradients.

Each is a pair of pure functions: `init` makes the first state, `update` gives new parameters and a new state.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
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
from .params import Params, as_params
from .schedules import LearningRate, rate_at

Arrays = list[np.ndarray]


class Optimizer(NamedTuple):
    """A rule for changing parameters.

    name: str
    init: params -> state
    update: (params, grads, state) -> (params, state); nothing that goes in is changed
    learning_rate: what it was made with, a float or a schedule; None where nobody says

    >>> optimizer = sgd(0.5)
    >>> params = as_params([([[1.0]], [1.0])])
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
    >>> p = g = as_params([([[1.0]], [1.0])])
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
    >>> p = g = as_params([([[1.0]], [1.0])])
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
    >>> p = g = as_params([([[4.0]], [8.0])])  # however large a gradient, its step is as long
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
    >>> p = g = as_params([([[4.0]], [8.0])])
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


def adamw(
    learning_rate: LearningRate = 1e-3,
    *,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    weight_decay: float = 0.01,
) -> Optimizer:
    """Adam with decoupled weight decay: the weights, never the biases, also shrink a little each step.

        p = adam(p) - rate * weight_decay * p

    learning_rate, b1, b2, eps: as for adam
    weight_decay: float >= 0
    returns: Optimizer
    raises: ValueError or TypeError when a setting is no number or out of its range
    source: Loshchilov and Hutter 2019

    >>> optimizer = adamw(0.1, weight_decay=0.5)
    >>> p = g = as_params([([[4.0]], [8.0])])  # a weight, which decays, and a bias
    >>> optimizer.update(p, g, optimizer.init(p))[0].flat.round(3).tolist()
    [3.7, 7.9]
    """
    return decayed(adam(learning_rate, b1=b1, b2=b2, eps=eps), weight_decay)._replace(name="adamw")


def decayed(optimizer: Optimizer, weight_decay: float) -> Optimizer:
    """Any optimiser with decoupled weight decay added; biases do not decay.

        W = optimizer(W) - rate * weight_decay * W

    optimizer: Optimizer whose state has a learning_rate, as all of mlpkit's
    weight_decay: float >= 0
    returns: Optimizer
    raises: ValueError or TypeError when weight_decay is no number or negative

    >>> decayed(sgd(0.1), 0.01)
    Optimizer(sgd with weight decay)
    """
    weight_decay = check_number("weight_decay", weight_decay, 0, math.inf)

    def update(params: Params, grads: Params, state: Any) -> tuple[Params, Any]:
        new, state = optimizer.update(params, grads, state)
        new = as_params(new)
        if np.may_share_memory(new.flat, as_params(params).flat):  # an optimiser that changed nothing
            new = new.copy()
        with np.errstate(under="ignore"):
            for layer, old in zip(new, as_params(params)):
                layer.weights[...] -= (state.learning_rate * weight_decay) * old.weights
        return new, state

    return optimizer._replace(name=f"{optimizer.name} with weight decay", update=update)


def clipped(optimizer: Optimizer, max_norm: float) -> Optimizer:
    """Any optimiser, fed gradients whose norm is held at or below a bound.

    optimizer: Optimizer
    max_norm: float > 0, bound for the norm over all parameters
    returns: Optimizer
    raises: ValueError or TypeError when max_norm is no finite number above 0

    >>> clipped(sgd(0.1), 1.0)
    Optimizer(sgd with clipping)
    """
    check_positive("max_norm", max_norm)

    def update(params: Params, grads: Params, state: Any) -> tuple[Params, Any]:
        return optimizer.update(params, clip_by_global_norm(grads, max_norm), state)

    return optimizer._replace(name=f"{optimizer.name} with clipping", update=update)


def clip_by_global_norm(grads: Params | Iterable, max_norm: float) -> Params:
    """Scale gradients down so that their norm over all parameters is at most max_norm.

        g = g * min(1, max_norm / |g|)

    grads: Params, or any sequence of (dweights, dbias)
    max_norm: float > 0
    returns: Params; the same object when nothing has to be done
    raises: ValueError or TypeError when max_norm is no finite number above 0
    source: Pascanu, Mikolov and Bengio 2013

    >>> clip_by_global_norm([([[3.0]], [4.0])], max_norm=2.5).flat.tolist()
    [1.5, 2.0]
    """
    check_positive("max_norm", max_norm)
    grads = as_params(grads)
    with np.errstate(over="ignore", under="ignore"):
        norm = float(np.linalg.norm(grads.flat))
        if not math.isfinite(norm):  # large float32 numbers, whose squares are infinite
            norm = float(np.linalg.norm(grads.flat.astype(np.float64)))
        return grads if norm <= max_norm else grads.like(grads.flat * grads.dtype.type(max_norm / norm))
