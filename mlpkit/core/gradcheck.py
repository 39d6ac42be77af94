"""Gradient checks: nudge a parameter, see how the loss moves, and compare with what backprop says.

The nudge goes both ways (a central difference), and everything is computed in float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

import numpy as np

from ._training_validation import as_loss_and_grads
from ._validation import check_count, check_positive, check_rng
from .activations import Activation, relu
from .losses import cross_entropy, mean_squared_error
from .network import as_inputs, forward
from .params import Params, as_params

EPS = 1e-5  # near the best for float64: smaller drowns in rounding, larger sees the curvature
CHUNK = 4_000_000  # numbers held at a time while many nudged networks are run at once
TOLERANCE = 1e-6
NUDGES = (
    1e-3,
    1e-4,
    1e-5,
    1e-6,
    1e-7,
)  # a wide one rounds least, a small one gets past kinks and steep slopes
SURE = 1e-7  # a slope known to this share of itself needs no smaller nudge
ROUGH = 1e-5  # a slope known worse than to this share of its array's usual slope is set aside


FLOAT32, FLOAT64 = (float(np.finfo(dtype).eps) for dtype in (np.float32, np.float64))


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


class GradCheck(NamedTuple):
    """What a gradient check found.

    relative_error: float, the worst array's |analytic - numerical| / (|analytic| + |numerical|)
    errors: the same for each array, by name: "layer 0 weights", "layer 0 bias" ...
    probes: int, parameters compared
    total: int, parameters there are
    kinks: int, probes set aside, because the loss has no one slope there: a nudge crosses a relu's kink
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
        rows = (f"\n  {name:<16} {error:.1e}  {_mark(error)}" for name, error in self.errors.items())
        return self._verdict() + self._set_aside() + "".join(rows)

    __repr__ = __str__

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


class Slope(NamedTuple):
    """A numerical derivative, and how far off it may be.

    value, doubt: float
    """

    value: float
    doubt: float


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
    """
    check_count("probes", probes, 1)
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

    precision = _precision(grads, float(loss), loss_after(1e-3 * rng.standard_normal(params.flat.size)))
    errors, compared, kinks = {}, 0, 0
    for name, chosen in _choose(params, probes, rng):
        slopes = [slope(partial(loss_after, place=place), float(loss), precision) for place in chosen]
        value, doubt = np.array(slopes).T
        smooth = _smooth(value, doubt, loss)
        compared, kinks = compared + int(smooth.sum()), kinks + int((~smooth).sum())
        if smooth.any():
            errors[name] = _relative_error(grads.flat[chosen][smooth], value[smooth], doubt[smooth])
    worst = float(np.max(list(errors.values()), initial=0)) if errors else math.nan
    return GradCheck(worst, errors, compared, params.flat.size, kinks)


def slope(f: Callable[[float], float], middle: float, precision: float = FLOAT64) -> Slope:
    """The derivative of a function of one number at 0, with the nudge that suits it best.

    f: eps -> float
    middle: f(0)
    precision: float, how exactly f is computed, relative to 1
    returns: Slope; its doubt is large where the function has a kink
    """
    best = Slope(math.nan, math.inf)
    for eps in NUDGES:
        best = min(best, _central(f, middle, eps, precision), key=lambda found: found.doubt)
        if best.doubt <= SURE * abs(best.value):
            break
    return best


def _central(f: Callable[[float], float], middle: float, eps: float, precision: float) -> Slope:
    """A central difference, taken twice, with eps and with half of it.

    slope = (f(eps) - f(-eps)) / (2 eps),   bend = (f(eps) - 2 f(0) + f(-eps)) / eps

    Where f is smooth, the two slopes agree and the bend halves; at a kink they do not.
    """

    def look(eps: float) -> tuple[float, float]:
        above, below = f(eps), f(-eps)
        return (above - below) / (2 * eps), (above - 2 * middle + below) / eps

    (wide, wide_bend), (close, close_bend) = look(eps), look(eps / 2)
    rounding = 4 * precision * max(1.0, abs(middle)) / eps
    doubt = abs(wide - close) + abs(wide_bend / 2 - close_bend) + rounding
    return Slope(close, doubt if math.isfinite(doubt) else math.inf)


def _precision(grads: Params, loss: float, nudged: float) -> float:
    """How exactly a function computes; float32 shows in its gradients, or in losses that fit into it.

    A saturated network may well have a loss of exactly 0 or 1, but no nudge moves that.
    """
    fits = nudged != loss and all(value == float(np.float32(value)) for value in (loss, nudged))
    return FLOAT32 if fits or grads.dtype == np.float32 else FLOAT64


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


def _smooth(value: np.ndarray, doubt: np.ndarray, loss: float) -> np.ndarray:
    """True where a slope is known well enough to tell a right gradient from a slightly wrong one."""
    usual = np.sqrt(np.mean(value[np.isfinite(doubt)] ** 2)) if np.isfinite(doubt).any() else 0.0
    return doubt <= ROUGH * usual + 1e-9 * max(1.0, abs(loss))


def _relative_error(analytic: np.ndarray, numerical: np.ndarray, doubt: np.ndarray) -> float:
    if not np.isfinite(analytic).all():
        return math.inf
    difference = np.linalg.norm(analytic - numerical)
    # What the numerical slopes' own doubt can explain stays below the tolerance.
    size = np.linalg.norm(analytic) + np.linalg.norm(numerical) + np.linalg.norm(doubt) / TOLERANCE
    return float(difference / size)


def _mark(error: float) -> str:
    return "ok" if error < TOLERANCE else "wrong"
