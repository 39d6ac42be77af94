"""Checks of what a function is given: each returns what fits, and refuses the rest with one error.

A TypeError is for the wrong kind of thing, a ValueError for one that is out of range or does not fit;
the message names what was given, what was expected, and the cure.
"""

from __future__ import annotations

import math
import numbers
import operator
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:  # params.py imports this file
    from .params import Params

ROWS = 1_000  # images looked at together: a whole split at once would take as much memory again


# Single values.


def check_count(name: str, value: Any, least: int) -> int:
    """A whole number of at least `least`, as Python's int: NumPy's small ones overflow."""
    try:
        count = None if isinstance(value, (bool, np.bool_)) else operator.index(value)
    except TypeError:
        count = None
    if count is None:
        raise TypeError(f"{name} is {value!r}: expected a whole number, at least {least}")
    if count < least:
        raise ValueError(f"{name} is {count}: expected at least {least}")
    return count


def is_number(value: Any) -> bool:
    """Whether something is a single real number, an array without axes too."""
    return isinstance(value, numbers.Real) or (isinstance(value, np.ndarray) and value.ndim == 0)


def check_positive(name: str, value: Any, example: str = "") -> float:
    """A finite number above 0."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} is {value!r}: expected a number above 0{example}")
    if not math.isfinite(value) or value <= 0:
        raise ValueError(f"{name} is {value}: expected a finite number above 0{example}")
    return float(value)


def check_share(name: str, value: Any) -> float:
    """A number above 0 and at most 1."""
    if check_positive(name, value) > 1:
        raise ValueError(f"{name} is {value}: expected a share, above 0 and at most 1")
    return float(value)


def check_number(name: str, value: Any, low: float, high: float) -> float:
    """A number in [low, high)."""
    expected = f"expected a number from {low} up to, but not including, {high}"
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} is {value!r}: {expected}")
    if not low <= float(value) < high:
        raise ValueError(f"{name} is {value}: {expected}")
    return float(value)


def check_rate(learning_rate: Any) -> None:
    """Refuse what can be neither a learning rate nor a schedule."""
    if not callable(learning_rate):
        check_positive("learning_rate", learning_rate, ", for instance 0.1")


def check_rng(rng: Any) -> np.random.Generator:
    """A NumPy generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {rng!r}: expected a generator, pass np.random.default_rng(0)")
    return rng


# Arrays.


def as_floats(values: Any, name: str = "z") -> np.ndarray:
    """Real numbers as a float array; float arrays stay as they are."""
    array = np.asarray(values)
    if array.dtype.kind == "f":
        return array
    if array.dtype.kind in "iub":
        return array.astype(np.float64)
    raise TypeError(f"{name} holds {array.dtype}: expected real numbers, float32 or float64")


def as_logits(logits: Any, name: str = "logits") -> np.ndarray:
    """Logits (..., classes) as a float array with at least one class."""
    logits = np.asarray(logits)
    if logits.dtype.kind not in "fiu":
        raise TypeError(f"{name} hold {logits.dtype}: expected real numbers, float32 or float64")
    if logits.ndim < 1 or logits.shape[-1] < 1:
        raise ValueError(
            f"{name} have shape {logits.shape}: expected (batch, classes), one row for each example"
        )
    return logits if logits.dtype.kind == "f" else logits.astype(np.float64)


def check_labels(
    labels: Any, count: int | None = None, classes: int | None = None, name: str = "labels"
) -> np.ndarray:
    """Labels (n,) int from 0: one class number for each of `count` images, below `classes`.

    count, classes: int, or None where any will do
    """
    labels = np.asarray(labels)
    if labels.ndim != 1 or (count is not None and len(labels) != count):
        shape = "(n,)" if count is None else f"({count},)"
        raise ValueError(
            f"{name} have shape {labels.shape}: expected {shape}, one for each image{_unrolling(labels)}"
        )
    if labels.dtype.kind not in "iu":
        raise TypeError(f"{name} hold {labels.dtype}: expected class numbers, use labels.astype(int)")
    low, high = (int(labels.min()), int(labels.max())) if labels.size else (0, -1)
    if classes is not None and (low < 0 or high >= classes):
        raise ValueError(
            f"{name} run from {low} to {high}, but {classes} outputs stand for classes 0 to {classes - 1}: "
            "correct the labels, or change the number of classes (the size of the last layer)"
        )
    if low < 0:
        raise ValueError(f"{name} run from {low} to {high}: expected 0 or more, since classes count from 0")
    return labels


def _unrolling(labels: np.ndarray) -> str:
    if labels.ndim != 2:
        return ""
    column = labels.shape[1] == 1
    return "; use labels.ravel()" if column else "; for one-hot rows use labels.argmax(axis=1)"


def labels_of(logits: np.ndarray, labels: Any) -> np.ndarray:
    """Labels (batch,) int that fit their logits (..., batch, classes)."""
    if logits.ndim < 2 or logits.shape[-2] < 1:
        raise ValueError(
            f"logits have shape {logits.shape}: expected (batch, classes) with at least one example"
        )
    return check_labels(labels, *logits.shape[-2:])


def check_examples(images: Any, labels: Any) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, ...) and labels (n,), at least one of each, as arrays."""
    images = np.asarray(images)
    if images.ndim < 1 or not len(images):
        raise ValueError(
            f"images have shape {images.shape}: expected (n, pixels), at least one image in a row of its own"
        )
    return images, check_labels(labels, len(images))


def check_images(images: np.ndarray, params: Params, name: str = "images") -> None:
    """Refuse images (batch, fan_in), uint8 or float, that do not fit a network or are not finite."""
    if images.ndim != 2 or images.shape[1] != params.sizes[0]:
        cure = "; for a single image use image[None]" if images.ndim == 1 else ""
        if images.ndim > 2:
            cure = f"; flatten them with images.reshape({len(images)}, -1)"
        raise ValueError(
            f"{name} have shape {images.shape}, but a {params} network takes (batch, {params.sizes[0]}): "
            f"expected one row of pixels for each image{cure}"
        )
    if images.dtype != np.uint8 and images.dtype.kind != "f":
        raise TypeError(
            f"{name} hold {images.dtype}: expected uint8 pixels 0 to 255, or floats; "
            "use images.astype(np.uint8), or scale them to 0..1 yourself"
        )
    for start in range(0, len(images) if images.dtype.kind == "f" else 0, ROWS):
        with np.errstate(over="ignore", under="ignore"):  # a float64 may be out of a float32 network's range
            finite = np.isfinite(images[start : start + ROWS].astype(params.dtype, copy=False))
        if not finite.all():
            row = start + int(np.flatnonzero(~finite.all(axis=1))[0])
            raise ValueError(
                f"{name} hold NaN or infinity (first in row {row}): expected finite numbers, "
                "correct these images or leave them out"
            )


# Networks.


def check_sizes(sizes: Iterable[int]) -> tuple[int, ...]:
    """Layer sizes, input first: at least two whole numbers of at least 1."""
    try:
        sizes = tuple(sizes)
    except TypeError:
        raise TypeError(
            f"sizes is {sizes!r}: expected a list of layer sizes such as [784, 128, 10]"
        ) from None
    if len(sizes) < 2:
        raise ValueError(f"sizes is {list(sizes)}: expected at least an input and an output size, [784, 10]")
    return tuple(check_count(f"size {i} of {list(sizes)}", size, 1) for i, size in enumerate(sizes))


def check_layers(layers: Iterable) -> list[tuple[np.ndarray, np.ndarray]]:
    """Float arrays (weights, bias) whose shapes fit into each other.

    layers: iterable of (weights, bias), arrays or nested lists
    """
    try:
        given = list(layers)
    except TypeError:
        raise TypeError(
            f"layers is {type(layers).__name__}: expected a sequence of (weights, bias), "
            "for instance what init_params gives"
        ) from None
    if not given:
        raise ValueError("layers is empty: expected at least one (weights, bias)")
    checked = [_checked_layer(i, layer) for i, layer in enumerate(given)]
    for i, ((below, _), (above, _)) in enumerate(zip(checked, checked[1:])):
        if below.shape[1] != above.shape[0]:
            raise ValueError(
                f"layer {i} gives {below.shape[1]} numbers, but layer {i + 1} takes {above.shape[0]}: "
                "expected fan_out of one layer to be fan_in of the next"
            )
    return checked


def _checked_layer(index: int, layer: Any) -> tuple[np.ndarray, np.ndarray]:
    try:
        weights, bias = layer
    except (TypeError, ValueError):
        raise TypeError(f"layer {index} is {type(layer).__name__}: expected a pair (weights, bias)") from None
    weights = _as_array(weights, f"the weights of layer {index}")
    bias = _as_array(bias, f"the bias of layer {index}")
    if weights.ndim != 2 or min(weights.shape) < 1:
        raise ValueError(
            f"the weights of layer {index} have shape {weights.shape}: expected (fan_in, fan_out)"
        )
    if bias.shape != weights.shape[1:]:
        raise ValueError(
            f"the bias of layer {index} has shape {bias.shape}, its weights {weights.shape}: "
            f"expected a bias of shape ({weights.shape[1]},), one number for each column"
        )
    dtype = np.result_type(weights, bias)
    dtype = np.result_type(dtype, np.float32) if dtype.kind == "f" else np.dtype(np.float64)  # not float16
    return weights.astype(dtype, copy=False), bias.astype(dtype, copy=False)


def _as_array(part: Any, name: str) -> np.ndarray:
    try:
        array = np.asarray(part)
    except ValueError:
        raise ValueError(f"{name}: rows of different lengths, expected fan_out numbers in each") from None
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name}: {array.dtype}, expected real numbers, float32 or float64")
    return array


def check_activation(activation: Any) -> None:
    """Refuse what is no Activation."""
    if not callable(getattr(activation, "function", None)):
        raise TypeError(
            f"activation is {activation!r}: expected one of mlpkit's objects, for instance mlpkit.relu, "
            "or an Activation(name, function, derivative) of your own"
        )
