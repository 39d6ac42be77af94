"""Optimisers: given where we are and which way is uphill, where to go next.

Each is a pair of pure functions: `init` makes what it remembers, `update` gives new parameters and state.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from ._validation import check_number, check_positive, check_rate
from .params import Params, as_params
from .schedules import LearningRate, rate_at

Arrays = list[np.ndarray]

# Numbers updated at a time: few enough that a block and what is made from it stay in the processor's cache,
# enough that a call of NumPy is worth its while. For 475k numbers, 32k, 64k, 128k, all at once: RMSProp 0.63,
# 0.62, 0.60, 0.61 ms, Adam 0.75, 0.70, 0.67, 0.66.
BLOCK = 131_072


class Optimizer(NamedTuple):
    """A rule for changing parameters.

    name: str
    init: params -> state
    update: (params, grads, state) -> (params, state); nothing that goes in is changed
    """

    name: str
    init: Callable[[Params], Any]
    update: Callable[[Params, Params, Any], tuple[Params, Any]]

    def __repr__(self) -> str:
        return f"Optimizer({self.name})"


class State(NamedTuple):
    """What every optimiser remembers.

    step: int, updates made so far
    learning_rate: float, the one used in the last update (NaN before the first)
    """

    step: int = 0
    learning_rate: float = math.nan


class MomentumState(NamedTuple):
    """State of momentum and Nesterov. velocity: Params, the running sum of gradients."""

    step: int
    learning_rate: float
    velocity: Params


class RMSPropState(NamedTuple):
    """State of RMSProp. mean_square: Params, the running mean of squared gradients."""

    step: int
    learning_rate: float
    mean_square: Params


class AdamState(NamedTuple):
    """State of Adam. mean, mean_square: Params, running means of gradients and of their squares."""

    step: int
    learning_rate: float
    mean: Params
    mean_square: Params


def zeros_state(kind: type, slots: int) -> Callable[[Params | Iterable], Any]:
    """A function that makes the state before the first step: zeros everywhere.

    kind: one of the states above
    slots: int, how many Params it holds
    returns: init(params) -> state
    """

    def init(params: Params | Iterable) -> Any:
        params = as_params(params)
        zeros = (params.like(np.zeros_like(params.flat)) for _ in range(slots))
        return kind(0, math.nan, *zeros)

    return init


def apply_blockwise(
    rule: Callable, params: Params | Iterable, grads: Params | Iterable, *remembered: Params
) -> list[Params]:
    """Run a rule over all parameters, a cacheful at a time.

    rule: (g, olds, news), flat arrays: g the gradients, olds and news p and then what is remembered; it works
        out the new ones and writes them into the arrays that are there for them
    params, grads: Params, or any sequence of (weights, bias); they are not changed
    remembered: Params, what the optimiser's state holds
    returns: [new params, *new remembered]
    raises: ValueError when the sizes differ
    """
    params, grads, *remembered = check_same_sizes(params, grads, *remembered)
    olds = [params.flat, *(memory.flat for memory in remembered)]
    news = [np.empty_like(old) for old in olds]
    for start in range(0, params.flat.size, BLOCK):
        block = slice(start, start + BLOCK)
        rule(grads.flat[block], [old[block] for old in olds], [new[block] for new in news])
    return [params.like(new) for new in news]


def check_same_sizes(*networks: Params | Iterable) -> list[Params]:
    """Params, grads and state as Params, refused when they do not belong to one network.

    networks: params, grads, then what is remembered
    returns: list of Params
    raises: ValueError
    """
    networks = [as_params(network) for network in networks]
    if len({network.sizes for network in networks}) > 1:
        sizes = [str(network) for network in networks]
        raise ValueError(
            f"params are of a {sizes[0]} network, grads of a {sizes[1]} one, the state of {sizes[2:]}: "
            "all must be of one network, and a new network needs a new state"
        )
    return networks


def sgd(learning_rate: LearningRate) -> Optimizer:
    """Stochastic gradient descent: a step straight downhill.

        p = p - rate * g

    learning_rate: float > 0, or a function of the step (from 1)
    returns: Optimizer
    raises: ValueError or TypeError when the rate is not a finite number above 0
    """
    check_rate(learning_rate)

    def update(params: Params, grads: Params, state: State) -> tuple[Params, State]:
        step, rate = _next(state, learning_rate)
        params, grads = check_same_sizes(params, grads)
        # p - rate * g, in the memory of one array instead of two
        new = np.multiply(-rate, grads.flat, out=np.empty_like(params.flat))
        new += params.flat
        return params.like(new), State(step, rate)

    return Optimizer("sgd", zeros_state(State, 0), update)


def momentum(learning_rate: LearningRate, momentum: float = 0.9) -> Optimizer:
    """Momentum: the velocity sums up the gradients and forgets slowly.

        v = m * v + g
        p = p - rate * v

    learning_rate: float > 0, or a function of the step
    momentum: float in [0, 1)
    returns: Optimizer
    source: Polyak 1964
    """
    check_rate(learning_rate)
    m = check_number("momentum", momentum, 0, 1)

    def rule(rate: float) -> Callable:
        def step(g: np.ndarray, olds: Arrays, news: Arrays) -> None:
            (p, v), (new_p, new_v) = olds, news
            np.multiply(m, v, out=new_v)
            new_v += g
            np.subtract(p, rate * new_v, out=new_p)

        return step

    return _with_velocity("momentum", learning_rate, rule)


def nesterov(learning_rate: LearningRate, momentum: float = 0.9) -> Optimizer:
    """Nesterov's momentum: the gradient counts as if one more step had been taken already.

        v = m * v + g
        p = p - rate * (g + m * v)

    learning_rate: float > 0, or a function of the step
    momentum: float in [0, 1)
    returns: Optimizer
    source: Nesterov 1983; this form: Sutskever et al. 2013
    """
    check_rate(learning_rate)
    m = check_number("momentum", momentum, 0, 1)

    def rule(rate: float) -> Callable:
        def step(g: np.ndarray, olds: Arrays, news: Arrays) -> None:
            (p, v), (new_p, new_v) = olds, news
            np.multiply(m, v, out=new_v)
            new_v += g
            np.subtract(p, rate * (g + m * new_v), out=new_p)

        return step

    return _with_velocity("nesterov", learning_rate, rule)


def rmsprop(learning_rate: LearningRate, decay: float = 0.9, eps: float = 1e-8) -> Optimizer:
    """RMSProp: each parameter's step is divided by the usual size of its own gradient.

        s = decay * s + (1 - decay) * g^2
        p = p - rate * g / (sqrt(s) + eps)

    learning_rate: float > 0, or a function of the step
    decay: float in [0, 1)
    eps: float > 0, outside the root
    returns: Optimizer
    source: Hinton, lecture 6 of Neural Networks for Machine Learning, 2012
    """
    check_rate(learning_rate)
    decay, eps = check_number("decay", decay, 0, 1), check_positive("eps", eps)

    def update(params: Params, grads: Params, state: RMSPropState) -> tuple[Params, RMSPropState]:
        step, rate = _next(state, learning_rate)

        def rule(g: np.ndarray, olds: Arrays, news: Arrays) -> None:
            (p, s), (new_p, new_s) = olds, news
            np.multiply(decay, s, out=new_s)
            new_s += (1 - decay) * g * g
            np.subtract(p, rate * g / (np.sqrt(new_s) + eps), out=new_p)

        new, mean_square = apply_blockwise(rule, params, grads, state.mean_square)
        return new, RMSPropState(step, rate, mean_square)

    return Optimizer("rmsprop", zeros_state(RMSPropState, 1), update)


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
    source: Kingma and Ba 2015
    """
    check_rate(learning_rate)
    b1, b2, eps = check_number("b1", b1, 0, 1), check_number("b2", b2, 0, 1), check_positive("eps", eps)

    def update(params: Params, grads: Params, state: AdamState) -> tuple[Params, AdamState]:
        step, rate = _next(state, learning_rate)
        # The two corrections are numbers, not arrays, so they are taken out of the arrays' formula.
        root = math.sqrt(1 - b2**step)
        scale, small = rate * root / (1 - b1**step), eps * root

        def rule(g: np.ndarray, olds: Arrays, news: Arrays) -> None:
            (p, m, s), (new_p, new_m, new_s) = olds, news
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

        new, mean, mean_square = apply_blockwise(rule, params, grads, state.mean, state.mean_square)
        return new, AdamState(step, rate, mean, mean_square)

    return Optimizer("adam", zeros_state(AdamState, 2), update)


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
    source: Loshchilov and Hutter 2019
    """
    return decayed(adam(learning_rate, b1=b1, b2=b2, eps=eps), weight_decay)._replace(name="adamw")


def decayed(optimizer: Optimizer, weight_decay: float) -> Optimizer:
    """Any optimiser with decoupled weight decay added; biases do not decay.

        W = optimizer(W) - rate * weight_decay * W

    optimizer: Optimizer whose state has a learning_rate, as all of mlpkit's
    weight_decay: float >= 0
    returns: Optimizer
    """
    weight_decay = check_number("weight_decay", weight_decay, 0, math.inf)

    def update(params: Params, grads: Params, state: Any) -> tuple[Params, Any]:
        new, state = optimizer.update(params, grads, state)
        new = as_params(new)
        if np.may_share_memory(new.flat, as_params(params).flat):  # an optimiser that changed nothing
            new = new.copy()
        for layer, old in zip(new, as_params(params)):
            layer.weights[...] -= (state.learning_rate * weight_decay) * old.weights
        return new, state

    return Optimizer(f"{optimizer.name} with weight decay", optimizer.init, update)


def clipped(optimizer: Optimizer, max_norm: float) -> Optimizer:
    """Any optimiser, fed gradients whose norm is held at or below a bound.

    optimizer: Optimizer
    max_norm: float > 0, bound for the norm over all parameters
    returns: Optimizer
    """
    check_positive("max_norm", max_norm)

    def update(params: Params, grads: Params, state: Any) -> tuple[Params, Any]:
        return optimizer.update(params, clip_by_global_norm(grads, max_norm), state)

    return Optimizer(f"{optimizer.name} with clipping", optimizer.init, update)


def clip_by_global_norm(grads: Params | Iterable, max_norm: float) -> Params:
    """Scale gradients down so that their norm over all parameters is at most max_norm.

        g = g * min(1, max_norm / |g|)

    grads: Params, or any sequence of (dweights, dbias)
    max_norm: float > 0
    returns: Params; the same object when nothing has to be done
    source: Pascanu, Mikolov and Bengio 2013
    """
    check_positive("max_norm", max_norm)
    grads = as_params(grads)
    with np.errstate(over="ignore"):
        norm = float(np.linalg.norm(grads.flat))
    if not math.isfinite(norm):  # large float32 numbers, whose squares are infinite
        norm = float(np.linalg.norm(grads.flat.astype(np.float64)))
    return grads if norm <= max_norm else grads.like(grads.flat * grads.dtype.type(max_norm / norm))


def _with_velocity(name: str, learning_rate: LearningRate, rule: Callable[[float], Callable]) -> Optimizer:
    def update(params: Params, grads: Params, state: MomentumState) -> tuple[Params, MomentumState]:
        step, rate = _next(state, learning_rate)
        new, velocity = apply_blockwise(rule(rate), params, grads, state.velocity)
        return new, MomentumState(step, rate, velocity)

    return Optimizer(name, zeros_state(MomentumState, 1), update)


def _next(state: Any, learning_rate: LearningRate) -> tuple[int, float]:
    """The number of this step, from 1, and its learning rate."""
    step = state.step + 1
    return step, rate_at(learning_rate, step)
