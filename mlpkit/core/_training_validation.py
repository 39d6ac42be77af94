"""Checks of what a training run is given, and of what its functions return.

As in _validation.py: a TypeError or ValueError names what was given, what was expected, and the cure.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._validation import check_count, check_images, check_labels, is_number
from .params import Params, as_params


def check_functions(optimizer: Any, loss_and_grads: Any) -> None:
    """Refuse an optimiser or a loss function that is none."""
    if not (callable(getattr(optimizer, "init", None)) and callable(getattr(optimizer, "update", None))):
        raise TypeError(f"optimizer is {optimizer!r}: expected one such as sgd(0.1) or adam(1e-3)")
    if not callable(loss_and_grads):
        raise TypeError(
            f"loss_and_grads is {loss_and_grads!r}: expected a function of (params, images, labels)"
        )


def check_counts(epochs: Any, batch_size: Any, start: Any, examples: int) -> tuple[int, int, int]:
    """The numbers of a run, as `train` takes them, for so many examples."""
    epochs, start = check_count("epochs", epochs, 0), check_count("start", start, 0)
    batch_size = check_count("batch_size", batch_size, 1)
    steps = epochs * -(-examples // batch_size)
    if start > steps:
        raise ValueError(
            f"start is {start}, but {epochs} epochs have {steps} steps: expected at most {steps}; "
            "give more epochs, they are counted from the beginning of the first run"
        )
    return epochs, batch_size, start


def check_data(data: Any, params: Params) -> tuple[tuple, tuple | None]:
    """What to learn from and what to measure on, (images, labels) each, both fit for a network.

    data: Dataset or Examples
    returns: (train, valid); valid is None when there is none
    """
    if hasattr(data, "train") and hasattr(data, "valid"):
        train, valid = _as_pair(data.train, "training"), _as_pair(data.valid, "validation")
    elif isinstance(data, tuple) and len(data) == 2:
        train, valid = _as_pair(data, "training"), None
    else:
        raise TypeError(
            f"data is {type(data).__name__}: expected a Dataset from mlpkit.load, or Examples(images, labels)"
        )
    if valid is not None and not any(part.size for part in valid):
        valid = None
    for name, split in {"training": train, "validation": valid}.items():
        if split is None:
            continue
        images, labels = split
        if images.ndim < 1 or len(images) == 0:
            raise ValueError(
                f"the {name} split is empty (images of shape {images.shape}): expected at least one image, "
                "load more data or choose a smaller valid_size"
            )
        check_images(images, params, f"the {name} images")
        check_labels(labels, len(images), params.sizes[-1], f"the {name} labels")
    return train, valid


def _as_pair(examples: Any, name: str) -> tuple[np.ndarray, np.ndarray]:
    if not (isinstance(examples, tuple) and len(examples) == 2):
        raise TypeError(
            f"the {name} split is {type(examples).__name__}: expected Examples(images, labels); "
            "for an empty split, pass Examples(images[:0], labels[:0])"
        )
    return np.asarray(examples[0]), np.asarray(examples[1])


def check_state(state: Any, new: Any, name: str) -> None:
    """Refuse the state of another kind of optimiser, or of another network.

    state: what a run is to go on from, or None; new: what the optimiser `name` makes for a new run
    """
    if state is None or not isinstance(new, tuple):
        return
    if type(state) is not type(new):
        raise TypeError(
            f"state is {type(state).__name__}, but {name} keeps {type(new).__name__}: expected the state "
            "of a step made by the same optimizer, or None for a new one"
        )
    for given, needed in zip(state, new):
        if isinstance(given, Params) and isinstance(needed, Params) and given.sizes != needed.sizes:
            raise ValueError(
                f"state is of a {given} network, but params are of a {needed} one: "
                "a new network needs a new state, pass None"
            )


def as_loss_and_grads(result: Any, params: Params) -> tuple[float, Params]:
    """What a loss_and_grads function returned, (loss, grads), when the gradients fit these params."""
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
    """What the update of the optimiser `name` returned, (params, state), when it fits the old params."""
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
