"""Optimisers made from other optimisers: with weight decay, or with gradients that are clipped.

Each gives its gradients to the optimiser inside, or changes what comes out of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from ._validation import check_number, check_positive
from .optimizers import Optimizer, adam
from .params import Params, as_params
from .schedules import LearningRate


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

    >>> decayed(adam(), 0.01)
    Optimizer(adam with weight decay)
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

    >>> clipped(adam(), 1.0)
    Optimizer(adam with clipping)
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
