"""Gradient checks: change a parameter a little, see how the loss changes, compare with backprop.

The change goes both ways (a central difference), and everything is computed in float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

import numpy as np

from ._slopes import TOLERANCE, choose_probes, known_well, precision_of, relative_error, slope
from ._training_validation import as_loss_and_grads
from ._validation import check_count, check_positive, check_rng
from .activations import Activation, relu
from .losses import cross_entropy, mean_squared_error
from .network import as_inputs, forward
from .params import Params, as_params

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

    >>> numerical_gradient(lambda x: (x**2).sum(), np.array([1.0, 3.0])).round(6).tolist()
    [2.0, 6.0]
    """
    check_positive("eps", eps)
    x = np.array(x, dtype=np.result_type(np.asarray(x).dtype, np.float64))
    gradient = np.empty_like(x)
    with np.errstate(under="ignore"):
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

    >>> numerical_grads([(np.zeros((3, 2)), np.zeros(2))], [[1.0, 2.0, 3.0]], [0])[0].bias.round(6).tolist()
    [-0.5, 0.5]
    """
    check_positive("eps", eps)
    params = as_params(params).astype(np.float64)
    forward_pass = forward(params, images, activation)
    grads = params.like(np.empty_like(params.flat))
    with np.errstate(under="ignore"):
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


class GradCheck(NamedTuple):
    """What a gradient check found.

    relative_error: float, the worst array's |analytic - numerical| / (|analytic| + |numerical|)
    errors: the same for each array, by name: "layer 0 weights", "layer 0 bias" ...
    probes: int, parameters compared
    total: int, parameters there are
    kinks: int, probes set aside, because the loss has no one slope there: a nudge crosses a relu's kink

    >>> GradCheck(1e-9, {"layer 0 weights": 1e-9}, probes=6, total=6, kinks=0).passed
    True
    """

    relative_error: float
    errors: dict[str, float]
    probes: int
    total: int
    kinks: int

    @property
    def passed(self) -> bool:
        """True when every array agrees to 1e-6."""
        return self.relative_error < TOLERANCE

    def __str__(self) -> str:
        rows = (
            f"\n  {name:<16} {error:.1e}  {'ok' if error < TOLERANCE else 'wrong'}"
            for name, error in self.errors.items()
        )
        return self._verdict() + self._set_aside() + "".join(rows)

    def __repr__(self) -> str:
        return str(self)

    def _verdict(self) -> str:
        if not self.errors:
            return f"backprop could not be compared with central differences at any of {self.kinks} probes"
        verdict = "agree" if self.passed else "DISAGREE"
        sampled = "all" if self.probes + self.kinks == self.total else "a sample of"
        return (
            f"backprop and central differences {verdict}: relative error {self.relative_error:.1e} "
            f"(below {TOLERANCE:.0e} is right), {sampled} {self.probes:,} of {self.total:,} parameters"
        )

    def _set_aside(self) -> str:
        if not self.kinks:
            return ""
        if self.kinks <= self.probes:
            return f"\n  {self.kinks} more set aside: a relu's kink lies there, where there is no slope"
        return (
            f"\n  {self.kinks} more set aside: this loss is too rough for a slope. "
            "Is it computed in float32, or does it draw random numbers (dropout)?"
        )


def check_grads(
    loss_and_grads: Callable,
    params: Params | Iterable,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    probes: int = 200,
    rng: np.random.Generator,
) -> GradCheck:
    """Compare a function's gradients with central differences of its own loss, on a sample of parameters.

    loss_and_grads: any function (params, images, labels) -> (loss, grads)
    params: Params, or any sequence of (weights, bias); used in float64
    images: (batch, fan_in) uint8 or float; a few will do
    labels: (batch,) int
    probes: int >= 1, parameters to nudge, shared out among all weights and biases; at least one for each
    rng: np.random.Generator that chooses them
    returns: GradCheck
    raises: ValueError or TypeError when the function returns no finite loss with gradients of the right sizes

    >>> from mlpkit import loss_and_grads
    >>> network = [(np.eye(3), np.zeros(3))]
    >>> check_grads(loss_and_grads, network, np.eye(3), [0, 1, 2], rng=np.random.default_rng(0)).passed
    True
    """
    probes = check_count("probes", probes, 1)
    check_rng(rng)
    params = as_params(params).astype(np.float64)
    images = as_inputs(images, params)
    loss, grads = as_loss_and_grads(loss_and_grads(params, images, labels), params)
    if not math.isfinite(loss):
        raise ValueError(f"the loss of these parameters is {float(loss)}: a check needs a finite loss")

    def loss_after(nudge: np.ndarray | float, place: int | slice = slice(None)) -> float:
        flat = params.flat.copy()
        flat[place] += nudge
        return float(loss_and_grads(params.like(flat), images, labels)[0])

    errors: dict[str, float] = {}
    compared = kinks = 0
    with np.errstate(under="ignore"):
        precision = precision_of(grads, float(loss), loss_after(1e-3 * rng.standard_normal(params.flat.size)))
        for name, chosen in choose_probes(params, probes, rng):
            slopes = [slope(partial(loss_after, place=place), float(loss), precision) for place in chosen]
            value, doubt = np.array(slopes).T
            smooth = known_well(value, doubt, loss)
            compared, kinks = compared + int(smooth.sum()), kinks + int((~smooth).sum())
            if smooth.any():
                errors[name] = relative_error(grads.flat[chosen][smooth], value[smooth], doubt[smooth])
    worst = float(np.max(list(errors.values()), initial=0)) if errors else math.nan
    return GradCheck(worst, errors, compared, params.flat.size, kinks)
