"""Checks of what goes into training, made before the first step.

Each either says nothing or raises one error that names what was given, what was expected, and the cure.
"""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from .params import Params, as_params

ROWS = 1_000  # images looked at together: a whole split at once would take as much memory again


def check_count(name: str, value: int, least: int) -> None:
    """Refuse what is not a whole number of at least `least`.

    name: str, the argument's name
    raises: TypeError or ValueError
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} is {value!r}: expected a whole number, at least {least}")
    if value < least:
        raise ValueError(f"{name} is {value}: expected at least {least}")


def check_rng(rng: np.random.Generator) -> None:
    """Refuse what is not a NumPy generator.

    raises: TypeError
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {rng!r}: pass a generator, np.random.default_rng(0)")


def check_counts(epochs: int, batch_size: int, start: int, examples: int) -> tuple[int, int, int]:
    """Refuse numbers that make no run.

    epochs, batch_size, start: int, as `train` takes them
    examples: int, how many there are to learn from
    returns: the first three as Python's own numbers, which never overflow as NumPy's small ones do
    raises: TypeError or ValueError
    """
    check_count("epochs", epochs, 0)
    check_count("batch_size", batch_size, 1)
    check_count("start", start, 0)
    epochs, batch_size, start = int(epochs), int(batch_size), int(start)
    steps = epochs * -(-examples // batch_size)
    if start > steps:
        raise ValueError(
            f"start is {start}, but {epochs} epochs have {steps} steps: expected at most {steps}; "
            "give more epochs, they are counted from the beginning of the first run"
        )
    return epochs, batch_size, start


def check_functions(optimizer: Any, loss_and_grads: Any, rng: Any) -> None:
    """Refuse an optimiser, a loss function or a generator that are none.

    optimizer: Optimizer; loss_and_grads: callable; rng: np.random.Generator
    raises: TypeError
    """
    if not (callable(getattr(optimizer, "init", None)) and callable(getattr(optimizer, "update", None))):
        raise TypeError(f"optimizer is {optimizer!r}: expected one such as sgd(0.1) or adam(1e-3), called")
    if not callable(loss_and_grads):
        raise TypeError(
            f"loss_and_grads is {loss_and_grads!r}: expected a function of (params, images, labels)"
        )
    check_rng(rng)


def check_state(state: Any, fresh: Any, name: str) -> None:
    """Refuse the state of another kind of optimiser, or of another network.

    state: what a run is to go on from, or None
    fresh: what the optimiser makes for a new run
    name: str, the optimiser's
    raises: TypeError or ValueError
    """
    if state is None or not isinstance(fresh, tuple):
        return
    if type(state) is not type(fresh):
        raise TypeError(
            f"state is {type(state).__name__}, but {name} keeps {type(fresh).__name__}: expected the state "
            "of a step made by the same optimizer, or None for a fresh one"
        )
    for given, needed in zip(state, fresh):
        if isinstance(given, Params) and isinstance(needed, Params) and given.sizes != needed.sizes:
            raise ValueError(
                f"state is of a {given} network, but params are of a {needed} one: "
                "a new network needs a new state, pass None"
            )


def check_split(examples: tuple[np.ndarray, np.ndarray], params: Params, name: str = "training") -> None:
    """Refuse a split that a network cannot learn from.

    examples: (images (n, fan_in) uint8 or float, labels (n,) int)
    params: Params, whose first and last size the split must fit
    name: str, which split it is
    raises: TypeError or ValueError
    """
    images, labels = examples
    if images.ndim < 1 or len(images) == 0:
        raise ValueError(
            f"the {name} split is empty (images of shape {images.shape}): expected at least one image, "
            "load more data or choose a smaller valid_size"
        )
    check_images(images, params, f"the {name} images")
    check_labels(labels, len(images), params.sizes[-1], f"the {name} labels")


def check_images(images: np.ndarray, params: Params, name: str = "images") -> None:
    """Refuse images that do not fit a network.

    images: (batch, fan_in) uint8 or float
    params: Params, whose first size must be the number of pixels
    name: str, what to call them
    raises: TypeError or ValueError
    """
    if images.ndim != 2 or images.shape[1] != params.sizes[0]:
        raise ValueError(
            f"{name} have shape {images.shape}, but a {params} network takes (batch, {params.sizes[0]}): "
            f"expected one row of pixels for each image{_reshaping(images)}"
        )
    if images.dtype != np.uint8 and images.dtype.kind != "f":
        raise TypeError(
            f"{name} hold {images.dtype}: expected uint8 pixels 0 to 255, or floats; "
            "use images.astype(np.uint8), or scale them to 0..1 yourself"
        )
    for start in range(0, len(images) if images.dtype.kind == "f" else 0, ROWS):
        with np.errstate(over="ignore"):  # a float64 may be too large for a float32 network
            finite = np.isfinite(images[start : start + ROWS].astype(params.dtype, copy=False))
        if not finite.all():
            row = start + int(np.flatnonzero(~finite.all(axis=1))[0])
            raise ValueError(
                f"{name} hold NaN or infinity (first in row {row}): expected finite numbers, "
                "mend or drop these images"
            )


def check_labels(labels: np.ndarray, count: int, classes: int, name: str = "labels") -> None:
    """Refuse labels that are not one class number for each image.

    labels: (count,) int in 0 .. classes - 1
    name: str, what to call them
    raises: TypeError or ValueError
    """
    if labels.shape != (count,):
        raise ValueError(
            f"{name} have shape {labels.shape}: expected ({count},), one for each image{_unrolling(labels)}"
        )
    if labels.dtype.kind not in "iu":
        raise TypeError(f"{name} hold {labels.dtype}: expected class numbers, use labels.astype(int)")
    low, high = labels.min(), labels.max()
    if low < 0 or high >= classes:
        raise ValueError(
            f"{name} run from {low} to {high}, but {classes} outputs stand for classes 0 to {classes - 1}: "
            "mend the labels, or change the size of the last layer"
        )


def as_loss_and_grads(result: Any, params: Params) -> tuple[float, Params]:
    """What a loss_and_grads function returned, or an error if it is no loss with fitting gradients.

    result: what it returned, hopefully (float, Params or a list of (dweights, dbias))
    params: Params, whose sizes the gradients must have
    returns: (loss, grads), the loss as it came
    raises: TypeError or ValueError
    """
    if not (isinstance(result, tuple) and len(result) == 2 and is_number(result[0])):
        given = type(result).__name__
        if isinstance(result, tuple):
            given += f" of {', '.join(type(part).__name__ for part in result)}"
        raise TypeError(
            f"loss_and_grads returned {given}: expected a pair (loss, grads), a single number first"
        )
    loss, grads = result[0], as_params(result[1])
    if grads.sizes != params.sizes:
        raise ValueError(
            f"loss_and_grads returned gradients of a {grads} network for the parameters of a {params} one: "
            "expected one gradient for each parameter"
        )
    return loss, grads


def as_update(result: Any, params: Params, name: str) -> tuple[Params, Any]:
    """What an optimiser's update returned, or an error if it is no new parameters with a state.

    result: what it returned, hopefully (Params or a list of (weights, bias), state)
    params: Params, whose sizes the new ones must have
    name: str, the optimiser's
    returns: (params, state)
    raises: TypeError or ValueError
    """
    if not (isinstance(result, (tuple, list)) and len(result) == 2):
        raise TypeError(f"the update of {name} returned {type(result).__name__}: expected (params, state)")
    try:
        new = as_params(result[0])
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"the params that {name} returned are none: {error}; "
            "a flat vector becomes Params by params.like(flat)"
        ) from None
    if new.sizes != params.sizes:
        raise ValueError(
            f"{name} returned parameters of a {new} network for those of a {params} one: "
            "expected one new number for each parameter"
        )
    return new, result[1]


def is_number(value: Any) -> bool:
    """Whether something is a single real number, an array without axes too.

    returns: bool
    """
    return isinstance(value, numbers.Real) or (isinstance(value, np.ndarray) and value.ndim == 0)


def _reshaping(images: np.ndarray) -> str:
    if images.ndim == 1:
        return "; for a single image use image[None]"
    return f"; flatten them with images.reshape({len(images)}, -1)" if images.ndim > 2 else ""


def _unrolling(labels: np.ndarray) -> str:
    if labels.ndim != 2:
        return ""
    column = labels.shape[1] == 1
    return "; use labels.ravel()" if column else "; for one-hot rows use labels.argmax(axis=1)"
