"""Checks of what goes into training, made before the first step.

Each either says nothing or raises one error that names what was given, what was expected, and the cure.
"""

from __future__ import annotations

import numpy as np

from .params import Params


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


def check_split(examples: tuple[np.ndarray, np.ndarray], params: Params, name: str = "training") -> None:
    """Refuse a split that a network cannot learn from.

    examples: (images (n, fan_in) uint8 or float, labels (n,) int)
    params: Params, whose first and last size the split must fit
    name: str, which split it is
    raises: TypeError or ValueError
    """
    images, labels = np.asarray(examples[0]), np.asarray(examples[1])
    if len(images) == 0:
        raise ValueError(f"the {name} split is empty: load more data, or a smaller valid_size")
    if images.ndim != 2 or images.shape[1] != params.sizes[0]:
        raise ValueError(
            f"the {name} images have shape {images.shape}, but a {params} network takes "
            f"(n, {params.sizes[0]}): flatten each image into one row, or change the first layer size"
        )
    if images.dtype != np.uint8 and images.dtype.kind != "f":
        raise TypeError(f"the {name} images hold {images.dtype}: expected uint8 pixels 0..255, or floats")
    if images.dtype.kind == "f" and not np.isfinite(images).all():
        row = int(np.flatnonzero(~np.isfinite(images).all(axis=1))[0])
        raise ValueError(
            f"the {name} images hold NaN or infinity (first in row {row}): mend or drop these images"
        )
    check_labels(labels, len(images), params.sizes[-1], name)


def check_labels(labels: np.ndarray, count: int, classes: int, name: str) -> None:
    """Refuse labels that are not one class number for each image.

    labels: (count,) int in 0 .. classes - 1
    name: str, which split it is
    raises: TypeError or ValueError
    """
    if labels.shape != (count,):
        one_hot = "; for one-hot rows use labels.argmax(axis=1)" if labels.ndim == 2 else ""
        raise ValueError(f"the {name} labels have shape {labels.shape}: expected ({count},){one_hot}")
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"the {name} labels hold {labels.dtype}: class numbers are needed, use labels.astype(int)"
        )
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= classes:
        raise ValueError(
            f"the {name} labels run from {low} to {high}, but the last layer has {classes} outputs, "
            f"for classes 0 to {classes - 1}: mend the labels, or change the last layer size"
        )
