"""Numerical gradients: nudge a number up and down, and see how the loss moves.

Slow, but so simple that there is nothing to get wrong: what backprop says is checked against it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from .activations import Activation, relu
from .losses import cross_entropy, mean_squared_error
from .network import forward
from .params import Params, as_params
from .schedules import check_positive

EPS = 1e-5  # near the best for float64: smaller drowns in rounding, larger sees the curvature
CHUNK = 4_000_000  # numbers held at a time while many nudged networks are run at once


def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, eps: float = EPS) -> np.ndarray:
    """The gradient of any function of an array, one number at a time.

        df/dx_i ~ (f(x + eps e_i) - f(x - eps e_i)) / (2 eps)

    f: function of an array like x -> float
    x: any shape, float; it is not changed
    eps: float > 0
    returns: gradient of x's shape, float64 at least
    raises: TypeError or ValueError for an eps that is no number above 0
    """
    check_positive("eps", eps)
    x = np.array(x, dtype=np.result_type(np.asarray(x).dtype, np.float64))
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        middle = x[index]
        x[index] = middle + eps
        above = f(x.copy())
        x[index] = middle - eps
        gradient[index] = (above - f(x.copy())) / (2 * eps)
        x[index] = middle
    return gradient


def numerical_grads(
    params: Params | Iterable,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    activation: Activation = relu,
    loss: Callable = cross_entropy,
    eps: float = EPS,
) -> Params:
    """Every gradient of a network by central differences, fast.

    A nudged weight of one unit changes that unit alone, so only the layers above it are run again, for all
    the weights of a unit at once.

    params: Params, or any sequence of (weights, bias); used in float64
    images: (batch, fan_in) uint8 or float
    labels: (batch,) int
    activation: between the layers
    loss: (logits (batch, classes), labels) -> float
    eps: float > 0
    returns: Params of float64
    raises: TypeError or ValueError for an eps that is no number above 0
    """
    check_positive("eps", eps)
    params = as_params(params).astype(np.float64)
    forward_pass = forward(params, images, activation)
    grads = params.like(np.empty_like(params.flat))
    for i, (entered, z) in enumerate(zip(forward_pass.activations, forward_pass.preactivations)):
        # The bias is a weight whose input is 1: nudging any weight by eps nudges z by eps * its input.
        nudges = eps * np.vstack([entered.T, np.ones(len(entered))])  # (fan_in + 1, batch)

        def losses(unit: int, part: np.ndarray, i: int = i, z: np.ndarray = z) -> np.ndarray:
            return _losses(loss, _logits(params[i + 1 :], z, unit, z[:, unit] + part, activation), labels)

        rows = max(1, CHUNK // (z.size + sum(layer.bias.size for layer in params[i + 1 :]) * len(z)))
        for unit in range(z.shape[1]):
            slopes = [
                (losses(unit, part) - losses(unit, -part)) / (2 * eps)
                for part in (nudges[row : row + rows] for row in range(0, len(nudges), rows))
            ]
            slope = np.concatenate(slopes)  # (fan_in + 1,)
            grads[i].weights[:, unit], grads[i].bias[unit] = slope[:-1], slope[-1]
    return grads


def _losses(loss: Callable, logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """One loss for each (batch, classes) of logits; only mlpkit's own are known to take them all at once."""
    if loss in (cross_entropy, mean_squared_error):
        return loss(logits, labels)
    return np.array([loss(rows, labels) for rows in logits])


def _logits(above: tuple, z: np.ndarray, unit: int, nudged: np.ndarray, activation: Activation) -> np.ndarray:
    """Logits (nudges, batch, classes) of the layers above, with one unit's z replaced by each row."""
    if not above:
        logits = np.repeat(z[None], len(nudged), axis=0)
        logits[:, :, unit] = nudged
        return logits
    (weights, bias), *rest = above
    a = activation.function(z)  # (batch, fan_in)
    change = activation.function(nudged) - a[:, unit]  # (nudges, batch): only this unit's activation moves
    z = (a @ weights + bias) + change[:, :, None] * weights[unit]  # (nudges, batch, fan_out)
    for weights, bias in rest:
        z = activation.function(z) @ weights + bias
    return z
