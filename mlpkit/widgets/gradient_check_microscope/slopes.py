"""Slopes by nudging: a loss as a function of one parameter, and two ways to read its slope.

The centred one is mlpkit's numerical gradient; the one-sided one is there to be worse.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...core.gradcheck import numerical_gradient
from ...core.params import Params


def centred(f: Callable[[float], float], middle: float, eps: float) -> float:
    """The slope of f from both sides, by mlpkit's numerical gradient.

    f: float -> float; middle: float; eps: float > 0
    returns: float
    """
    return float(numerical_gradient(lambda x: f(x[0]), np.array([middle]), eps)[0])


def one_sided(f: Callable[[float], float], middle: float, eps: float) -> float:
    """The slope of f from one side: (f(b + eps) - f(b)) / eps.

    f: float -> float; middle: float; eps: float > 0
    returns: float
    """
    return (f(middle + eps) - f(middle)) / eps


def loss_at(
    value: float, params: Params, place: int, loss_and_grads: Callable, images: np.ndarray, labels: np.ndarray
) -> float:
    """The loss with one parameter set to a value, computed in the type of the parameters.

    value: float; params: Params; place: int, in `params.flat`
    loss_and_grads: (params, images, labels) -> (loss, grads); images, labels: the batch
    returns: float
    """
    nudged = params.copy()
    nudged.flat[place] = value
    return float(loss_and_grads(nudged, images, labels)[0])
