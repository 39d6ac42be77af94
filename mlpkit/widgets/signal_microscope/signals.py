"""Signals in a deep network at its start: how large they are after each layer, how many zero or saturated.

The same is measured of the gradient on its way back, and theory says beforehand how both should run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ...core.activations import ACTIVATIONS, Activation
from ...core.initializers import (
    Initializer,
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    init_params,
    lecun_normal,
    normal,
    uniform_fan_in,
    zeros,
)
from ...core.losses import cross_entropy_grad
from ...core.network import ForwardPass, forward
from ...core.params import Params

BINS = 41
CLASSES = 10  # outputs of the network when no labels say otherwise

# name: (initialiser, variance of a weight in a layer of n inputs and n units)
SCHEMES: dict[str, tuple[Initializer, Callable[[int], float]]] = {
    "zeros": (zeros, lambda n: 0.0),
    "normal, std 0.01": (normal, lambda n: 0.01**2),
    "normal, std 1": (partial(normal, std=1.0), lambda n: 1.0),
    "uniform_fan_in": (uniform_fan_in, lambda n: 1 / (3 * n)),
    "lecun_normal": (lecun_normal, lambda n: 1 / n),
    "glorot_normal": (glorot_normal, lambda n: 1 / n),
    "glorot_uniform": (glorot_uniform, lambda n: 1 / n),
    "he_normal": (he_normal, lambda n: 2 / n),
    "he_uniform": (he_uniform, lambda n: 2 / n),
}
BENDS: dict[str, Activation] = {("none" if a.name == "identity" else a.name): a for a in ACTIVATIONS}
# Saturated: so close to an end that the slope is below 0.02 (tanh) or 0.01 (sigmoid).
SATURATED = {
    "tanh": lambda a: np.abs(a) >= 0.99,
    "sigmoid": lambda a: (a <= 0.01) | (a >= 0.99),
}
# Points and weights with which a sum is the mean over a standard normal number; close together, since a
# saturated tanh has its slope in a narrow place, and even in number, so that no point lies on relu's bend.
POINTS = np.linspace(-8, 8, 8_000)
WEIGHTS = np.exp(-(POINTS**2) / 2) / np.exp(-(POINTS**2) / 2).sum()


class Settings(NamedTuple):
    """Which network is looked at.

    depth, width: int, hidden layers and units in each
    init: initialiser; variance: n -> variance of its weights, or None to take it from the weights drawn
    activation: between the layers
    gradients: bool, whether the way back is measured too
    seed: int, of the weights
    """

    depth: int
    width: int
    init: Initializer
    variance: Callable[[int], float] | None
    activation: Activation
    gradients: bool
    seed: int


class Measured(NamedTuple):
    """One row of numbers for each layer.

    rms: (depth,) root mean square, and predicted: (depth,) what theory expects
    zero, saturated: (depth,) shares; saturated is None where the activation has no ends
    counts: (depth, 41) histogram of the finite numbers that are not zero, from low to high (depth,)
    """

    rms: np.ndarray
    predicted: np.ndarray
    zero: np.ndarray
    saturated: np.ndarray | None
    counts: np.ndarray
    low: np.ndarray
    high: np.ndarray


class Result(NamedTuple):
    """What a measurement found.

    activations: Measured, and gradients: Measured or None
    factor: float, by which the signal should change in each layer; None if that depends on its size
    """

    activations: Measured
    gradients: Measured | None
    factor: float | None


def measure(settings: Settings, images: np.ndarray, labels: np.ndarray) -> Iterator[Result | None]:
    """Build the network, send the images through, measure; a little at a time.

    settings: Settings
    images: (n, pixels) uint8 or float; labels: (n,) int
    returns: iterator of None after each piece, at last a Result
    """
    layers, sizes = [], _sizes(settings, images, labels)
    rng = np.random.default_rng(settings.seed)
    for fan_in, fan_out in zip(sizes, sizes[1:]):  # drawn one by one, as init_params draws them
        layers += init_params([fan_in, fan_out], rng=rng, init=settings.init)
        yield None
    params = Params(layers)
    with np.errstate(all="ignore"):  # signals that overflow are what some came to see
        passed = forward(params, images, settings.activation)
        yield None
        gain = gain_of(params, settings)
        first, z = rms(passed.activations[1]), rms(passed.preactivations[0])
        ahead, steps = predict(first, z, gain, settings)
        rows = []
        for a in passed.activations[1:]:
            rows.append(row_of(a, SATURATED.get(settings.activation.name)))
            yield None
        there, back = _measured(rows, ahead), None
        if settings.gradients:
            rows = []
            for dz in gradients(params, passed, labels, settings.activation):  # the last layer comes first
                rows.insert(0, row_of(dz, None))
                yield None
            expected = rows[-1]["rms"] * np.append(np.cumprod(steps[::-1])[::-1], 1.0)
            back = _measured(rows, expected)
    yield Result(there, back, factor(settings, gain))


def gradients(
    params: Params, passed: ForwardPass, labels: np.ndarray, activation: Activation
) -> Iterator[np.ndarray]:
    """The gradient on its way back: of the loss, with respect to each hidden layer's preactivations.

        dz_l = (dz_{l+1} W_{l+1}^T) * f'(z_l)

    params: Params; passed: what `forward` gave; labels: (n,) int; activation
    returns: iterator of (n, width) arrays, the last hidden layer first; mlpkit.backward sums the same
    """
    dz = cross_entropy_grad(passed.logits, labels)
    for i in reversed(range(1, len(params))):
        dz = dz @ params[i].weights.T
        dz *= activation.derivative(passed.preactivations[i - 1], passed.activations[i])
        yield dz


def gain_of(params: Params, settings: Settings) -> float:
    """By how much a hidden layer multiplies the root mean square of what comes in, before it bends.

        gain^2 = width * Var(weights)

    params: Params; settings: Settings
    returns: float
    """
    if settings.variance is not None:
        return float(np.sqrt(settings.width * settings.variance(settings.width)))
    hidden = [layer.weights for layer in params[1:-1]] or [params[-1].weights]
    return float(np.sqrt(settings.width * np.mean([np.mean(np.square(w, dtype=np.float64)) for w in hidden])))


def predict(first: float, z: float, gain: float, settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    """What theory expects of a wide network: every sum of many products is a normal number.

        z_{l+1} ~ N(0, gain^2 q_l^2),   q_{l+1}^2 = E[f(z)^2],   gradient: factor gain * sqrt(E[f'(z)^2])

    first: float, root mean square after layer 1; z: float, before its bend
    gain: float; settings: Settings
    returns: (RMS after each layer (depth,), factor of the gradient from layer l + 1 to l (depth - 1,))

    Source: Glorot and Bengio 2010; He et al. 2015; Poole et al. 2016 for the bent case
    """
    f, df = settings.activation.function, settings.activation.derivative
    sizes, factors = [first], []
    for _ in range(settings.depth - 1):
        factors.append(gain * np.sqrt(WEIGHTS @ df(z * POINTS) ** 2))
        z = gain * sizes[-1]
        sizes.append(np.sqrt(WEIGHTS @ f(z * POINTS) ** 2))
    return np.array(sizes), np.array(factors)


def factor(settings: Settings, gain: float) -> float | None:
    """The factor a layer where it is the same for signals of every size: no bend at all, or one bend at 0.

    settings: Settings; gain: float
    returns: float, or None for tanh, sigmoid and others
    """
    f = settings.activation.function
    at = np.array([-2.0, -1.0, 1.0, 2.0])
    if not np.allclose(f(at * 3), 3 * f(at)):
        return None
    return float(gain * np.sqrt(WEIGHTS @ f(POINTS) ** 2))


def row_of(values: np.ndarray, saturated: Callable | None) -> dict[str, Any]:
    """What is kept of one layer.

    values: array; saturated: array -> bool array, or None
    returns: dict of one layer's numbers, named as in Measured
    """
    values = values.ravel()
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    size = max(abs(low), abs(high))
    room = 0.0 if high - low > 1e-6 * size else 0.05 * size or 1.0
    low, high = low - room, high + room
    counts, _ = np.histogram(finite[finite != 0].astype(np.float64), BINS, (low, high))
    share = np.nan if saturated is None else float(saturated(values).mean())
    zero = float((values == 0).mean())
    size = rms(values)  # NaN or infinite as soon as one number is
    return {"rms": size, "zero": zero, "saturated": share, "counts": counts, "low": low, "high": high}


def rms(values: np.ndarray) -> float:
    """Root mean square, without overflow on the way: a square of 1e30 would be too large for float32.

    values: array
    returns: float
    """
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))


def _measured(rows: list[dict], predicted: np.ndarray) -> Measured:
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    if np.isnan(columns["saturated"]).all():
        columns["saturated"] = None
    return Measured(predicted=predicted, **columns)


def _sizes(settings: Settings, images: np.ndarray, labels: np.ndarray) -> list[int]:
    classes = max(CLASSES, int(labels.max()) + 1)
    return [images.shape[1], *[settings.width] * settings.depth, classes]
