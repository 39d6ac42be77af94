"""What a figure is given, looked at before anything is drawn.

Whatever does not fit is refused with one error that says what was given, what was expected, and the cure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..core.history import History


def numbers(name: str, values: Any, ndim: int, *, finite: bool = False) -> np.ndarray:
    """An array of real numbers with as many axes as the figure needs.

    name: str, the argument's name
    values: array or nested list; ndim: int
    finite: bool, whether NaN and infinity are refused
    returns: array
    raises: TypeError or ValueError
    """
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} has rows of different lengths: expected {_shape(ndim)}") from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} holds {array.dtype}: expected numbers; pass a NumPy array of floats or ints")
    if array.ndim != ndim:
        raise ValueError(f"{name} has the shape {array.shape}: expected {_shape(ndim)}; reshape it first")
    if array.size == 0:
        raise ValueError(f"{name} is empty: expected at least one number")
    if finite and not np.isfinite(array).all():
        raise ValueError(f"{name} holds NaN or infinity: expected finite numbers; leave such values out")
    return array


def _shape(ndim: int) -> str:
    return {0: "one number", 1: "one axis, (n,)", 2: "two axes, (rows, columns)"}.get(ndim, f"{ndim} axes")


def whole(name: str, value: Any) -> int:
    """A whole number of at least 1.

    name: str, the argument's name; value: int
    returns: int
    raises: ValueError
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"{name} is {value!r}: expected a whole number, at least 1")
    return int(value)


def same_length(**arrays: Sequence) -> None:
    """Refuse arrays that do not belong together.

    raises: ValueError
    """
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        given = ", ".join(f"{name} {length:,}" for name, length in lengths.items())
        raise ValueError(f"lengths differ ({given}): expected as many of each; take them from the same batch")


def images(values: Any) -> np.ndarray:
    """Images, square by square.

    values: (n, pixels) or (n, side, side) uint8 or float
    returns: (n, side, side)
    raises: TypeError or ValueError
    """
    array = np.asarray(values)
    array = numbers("images", array, 3 if array.ndim == 3 else 2)
    side = array.shape[1] if array.ndim == 3 else math.isqrt(array.shape[1])
    if array.ndim == 2 and side * side != array.shape[1]:
        raise ValueError(
            f"images have {array.shape[1]} pixels each: expected a square number such as 784 = 28 x 28; "
            "pass (n, height, width) for others"
        )
    return array.reshape(len(array), side, -1)


def labels(name: str, values: Any, classes: int | None = None) -> np.ndarray:
    """Class numbers from 0.

    name: str; values: (n,) int; classes: int, how many there are, or None
    returns: (n,) int
    raises: TypeError or ValueError
    """
    array = numbers(name, values, 1)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} hold {array.dtype}: expected class numbers; try {name}.astype(int)")
    if array.min() < 0 or (classes is not None and array.max() >= classes):
        raise ValueError(
            f"{name} go from {array.min()} to {array.max()}: expected 0 to "
            f"{'...' if classes is None else classes - 1}; check that they belong to these classes"
        )
    return array


def probabilities(values: Any, ndim: int = 2) -> np.ndarray:
    """Rows of probabilities.

    values: (n, classes) float, rows sum to 1
    returns: array
    raises: TypeError or ValueError
    """
    array = numbers("probabilities", values, ndim, finite=True)
    sums = array.sum(axis=-1)
    if array.min() < 0 or not np.allclose(sums, 1, atol=1e-3):
        raise ValueError(
            f"probabilities go from {array.min():.3g} to {array.max():.3g}, sums up to {sums.max():.3g}: "
            "expected none below 0 and sums of 1; turn logits into probabilities with softmax(logits)"
        )
    return array


def names(given: Sequence[str] | None, count: int) -> list[str]:
    """Class names: those given, or the class numbers.

    given: sequence of str, or None; count: int, classes
    returns: list of str
    raises: ValueError when there are too few or too many
    """
    if given is None:
        return [str(number) for number in range(count)]
    if len(given) != count:
        raise ValueError(
            f"class_names holds {len(given)} names: expected {count}, one for each class; "
            "pass dataset.class_names"
        )
    return [str(name) for name in given]


def runs(history: History | Mapping[str, History]) -> dict[str, History]:
    """Histories by name; a single one has the name "".

    history: History, or name -> History
    returns: dict
    raises: TypeError or ValueError
    """
    found = dict(history) if isinstance(history, Mapping) else {"": history}
    if not found:
        raise ValueError("no histories were given: expected at least one, as {name: history}")
    for name, run in found.items():
        if not isinstance(run, History):
            raise TypeError(
                f"history {name!r} is {type(run).__name__}: expected a History or {{name: History}}; "
                "make one with History().extend(train(...))"
            )
        if not len(run):
            raise ValueError(f"history {name!r} is empty: add steps with history.extend(train(...)) first")
    return {str(name): run for name, run in found.items()}


def named(name: str, given: Any, ndim: int = 1) -> dict[str, np.ndarray]:
    """Arrays by name; a single array has the name "", a list is numbered.

    name: str, the argument's name
    given: name -> array, a list of arrays, or one array
    ndim: int, axes of each array
    returns: dict of arrays
    raises: TypeError or ValueError
    """
    if isinstance(given, Mapping):
        pairs: Iterable = given.items()
    elif isinstance(given, (list, tuple)) and len(given) and np.ndim(given[0]) > 0:
        pairs = ((f"layer {i}", array) for i, array in enumerate(given))
    else:
        pairs = [("", given)]
    found = {str(key): numbers(f"{name} {key}".strip(), array, ndim) for key, array in pairs}
    if not found:
        raise ValueError(f"{name} is empty: expected at least one array")
    return found
