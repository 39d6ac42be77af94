"""Gradient checks: nudge a parameter, see how the loss moves, and compare with what backprop says.

The nudge goes both ways (a central difference) and everything is computed in float64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from .activations import Activation, relu
from .losses import cross_entropy
from .network import as_inputs, forward
from .params import Params, as_params

EPS = 1e-5  # near the best for float64: smaller drowns in rounding, larger sees the curvature
TOLERANCE = 1e-6
CHUNK = 4_000_000  # numbers held at a time while many nudged networks are run at once


class GradCheck(NamedTuple):
    """What a gradient check found.

    relative_error: float, the worst array's |analytic - numerical| / (|analytic| + |numerical|)
    errors: the same for each array, by name: "layer 0 weights", "layer 0 bias" ...
    probes: int, parameters compared
    total: int, parameters there are
    kinks: int, probes set aside because a nudge crossed a relu's kink, where there is no derivative
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
        verdict = "agree" if self.passed else "DISAGREE"
        sampled = "all" if self.probes + self.kinks == self.total else "a sample of"
        head = (
            f"backprop and central differences {verdict}: relative error {self.relative_error:.1e} "
            f"(below {TOLERANCE:.0e} is right), {sampled} {self.probes:,} of {self.total:,} parameters"
        )
        kinks = f"\n  {self.kinks} more set aside: the nudge crossed a relu's kink" if self.kinks else ""
        rows = (f"\n  {name:<16} {error:.1e}  {_mark(error)}" for name, error in self.errors.items())
        return head + kinks + "".join(rows)

    __repr__ = __str__


def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, eps: float = EPS) -> np.ndarray:
    """The gradient of any function of an array, one number at a time.

        df/dx_i ~ (f(x + eps e_i) - f(x - eps e_i)) / (2 eps)

    f: function of an array like x -> float
    x: any shape, float; it is not changed
    eps: float > 0
    returns: gradient of x's shape, float64 at least
    """
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
    loss: (logits (..., batch, classes), labels) -> (...), as all of mlpkit's
    eps: float > 0
    returns: Params of float64
    """
    params = as_params(params).astype(np.float64)
    forward_pass = forward(params, images, activation)
    grads = params.like(np.empty_like(params.flat))
    for i, (entered, z) in enumerate(zip(forward_pass.activations, forward_pass.preactivations)):
        # The bias is a weight whose input is 1: nudging any weight by eps nudges z by eps * its input.
        nudges = eps * np.vstack([entered.T, np.ones(len(entered))])  # (fan_in + 1, batch)

        def losses(unit: int, part: np.ndarray, i: int = i, z: np.ndarray = z) -> np.ndarray:
            return loss(_logits(params[i + 1 :], z, unit, z[:, unit] + part, activation), labels)

        rows = max(1, CHUNK // (z.size + sum(layer.bias.size for layer in params[i + 1 :]) * len(z)))
        for unit in range(z.shape[1]):
            slopes = [
                (losses(unit, part) - losses(unit, -part)) / (2 * eps)
                for part in (nudges[row : row + rows] for row in range(0, len(nudges), rows))
            ]
            slope = np.concatenate(slopes)  # (fan_in + 1,)
            grads[i].weights[:, unit], grads[i].bias[unit] = slope[:-1], slope[-1]
    return grads


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
    images: (batch, fan_in) uint8 or float
    labels: (batch,) int
    probes: int >= 1, parameters to nudge, shared out among all weights and biases; at least one for each
    rng: np.random.Generator that chooses them
    returns: GradCheck
    raises: ValueError when the gradients do not have the parameters' shapes
    """
    params = as_params(params).astype(np.float64)
    images = as_inputs(images, params)
    loss, grads = loss_and_grads(params, images, labels)
    grads, loss = as_params(grads), float(loss)
    if grads.sizes != params.sizes:
        raise ValueError(f"the gradients are those of a {grads} network, the parameters of a {params} one")
    errors, compared, kinks = {}, 0, 0
    for name, chosen in _choose(params, probes, rng):
        above, below = (
            _nudged_losses(loss_and_grads, params, images, labels, chosen, sign) for sign in (1, -1)
        )
        smooth = _smooth(above, loss, below)
        numerical = (above - below)[smooth] / (2 * EPS)
        errors[name] = _relative_error(grads.flat[chosen][smooth], numerical, loss)
        compared, kinks = compared + int(smooth.sum()), kinks + int((~smooth).sum())
    return GradCheck(max(errors.values()), errors, compared, params.flat.size, kinks)


def _choose(params: Params, probes: int, rng: np.random.Generator) -> list[tuple[str, np.ndarray]]:
    """Positions in the flat vector to nudge: as many in each array as it has room for in its share."""
    sizes = [part.size for layer in params for part in layer]
    starts = np.cumsum([0, *sizes[:-1]])
    names = [f"layer {i} {part}" for i in range(len(params)) for part in ("weights", "bias")]
    left, chosen = probes, {}
    for rank, k in enumerate(np.argsort(sizes, kind="stable")):  # small arrays first: what they leave goes on
        share = min(sizes[k], max(1, left // (len(sizes) - rank)))
        left -= share
        chosen[k] = starts[k] + rng.choice(sizes[k], share, replace=False)
    return [(names[k], np.sort(chosen[k])) for k in range(len(sizes))]


def _nudged_losses(
    loss_and_grads: Callable,
    params: Params,
    images: np.ndarray,
    labels: np.ndarray,
    chosen: np.ndarray,
    sign: int,
) -> np.ndarray:
    losses = []
    for place in chosen:
        flat = params.flat.copy()
        flat[place] += sign * EPS
        losses.append(float(loss_and_grads(params.like(flat), images, labels)[0]))
    return np.array(losses)


def _smooth(above: np.ndarray, loss: float, below: np.ndarray) -> np.ndarray:
    """False where the slopes on the two sides differ by more than curvature and rounding explain: a kink."""
    right, left = (above - loss) / EPS, (loss - below) / EPS
    smooth = np.abs(right - left) <= 1e-3 * (np.abs(right) + np.abs(left)) + _rounding(loss) + 10 * EPS
    # Kinks are rare: where many probes look like one, the loss is steep, and to set them aside would hide errors.
    return smooth if smooth.mean() > 0.8 else np.ones_like(smooth)


def _relative_error(analytic: np.ndarray, numerical: np.ndarray, loss: float) -> float:
    difference = np.linalg.norm(analytic - numerical)
    size = np.linalg.norm(analytic) + np.linalg.norm(numerical)
    # No slope is known better than the loss is rounded: what rounding alone can do stays below the tolerance.
    return float(difference / (size + _rounding(loss) * np.sqrt(analytic.size) / TOLERANCE))


def _rounding(loss: float) -> float:
    return 4 * np.finfo(np.float64).eps * max(1.0, abs(loss)) / EPS


def _mark(error: float) -> str:
    return "ok" if error < TOLERANCE else "wrong"
