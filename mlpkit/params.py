"""A network's numbers: the weights and the bias of every layer, and nothing else.

All of them live in one long flat vector, and each layer is a window on to its part of it, so that an
optimiser can treat the whole network as one array while a forward pass sees matrices.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Layer(NamedTuple):
    """One layer: `inputs @ weights + bias`.

    weights: (fan_in, fan_out) float, column j belongs to unit j
    bias: (fan_out,) float
    """

    weights: np.ndarray
    bias: np.ndarray


class Params(Sequence):
    """The layers of a network as views into one flat vector.

    layers: iterable of (weights, bias), weights (fan_in, fan_out), bias (fan_out,); they are copied
    raises: ValueError or TypeError when a shape does not fit its neighbours

    `len(params)`, iteration and `params[i]` give Layers; writing into a layer writes into `params.flat`.
    Gradients are Params too: one number for each parameter, in the same place.
    """

    __slots__ = ("flat", "sizes", "_layers")

    def __init__(self, layers: Iterable) -> None:
        layers = [_checked_layer(i, layer) for i, layer in enumerate(layers)]
        sizes = _checked_sizes(layers)
        flat = np.concatenate([part.ravel() for layer in layers for part in layer])
        self._look_at(flat, sizes)

    def _look_at(self, flat: np.ndarray, sizes: tuple[int, ...]) -> None:
        self.flat, self.sizes = flat, sizes
        self._layers = tuple(_views(flat, sizes))

    def like(self, flat: np.ndarray) -> Params:
        """Params of the same shapes that look into another flat vector.

        flat: (n,) float, as long as this one; it is not copied
        returns: Params
        raises: ValueError when the length differs
        """
        flat = np.asarray(flat)
        if flat.shape != self.flat.shape:
            raise ValueError(
                f"flat has shape {flat.shape}, but a {self} network has {self.flat.size:,} parameters: "
                f"pass a vector of shape ({self.flat.size},)"
            )
        other = object.__new__(Params)
        other._look_at(flat, self.sizes)
        return other

    def copy(self) -> Params:
        """An independent copy."""
        return self.like(self.flat.copy())

    def astype(self, dtype: np.dtype | type) -> Params:
        """A copy with numbers of another type, for instance `np.float64` for a gradient check."""
        return self.like(self.flat.astype(dtype))

    @property
    def dtype(self) -> np.dtype:
        """The type of the numbers: float32 in training, float64 in gradient checks."""
        return self.flat.dtype

    def __len__(self) -> int:
        return len(self._layers)

    def __getitem__(self, index: int | slice) -> Layer | tuple[Layer, ...]:
        return self._layers[index]

    def __iter__(self) -> Iterator[Layer]:
        return iter(self._layers)

    def __str__(self) -> str:
        return "-".join(str(size) for size in self.sizes)

    def __repr__(self) -> str:
        return f"Params({self}, {self.flat.size:,} numbers, {self.dtype})"

    def __reduce__(self) -> tuple:
        # Copies and pickles keep one vector with views; the default would tear the two apart.
        return _from_flat, (self.flat, self.sizes)


def as_params(layers: Params | Iterable) -> Params:
    """Params as they are, or made from any sequence of (weights, bias).

    layers: Params, or an iterable of (weights, bias)
    returns: Params (the same object if it was Params already)
    """
    return layers if isinstance(layers, Params) else Params(layers)


def empty_params(sizes: Sequence[int], dtype: np.dtype | type = np.float32) -> Params:
    """Params of the given layer sizes whose numbers are not set yet.

    sizes: layer sizes, input first, for instance [784, 128, 64, 10]
    dtype: float type
    returns: Params
    """
    sizes = tuple(sizes)
    count = sum((fan_in + 1) * fan_out for fan_in, fan_out in zip(sizes, sizes[1:]))
    return _from_flat(np.empty(count, dtype), sizes)


def save_params(path: str | os.PathLike, params: Params | Iterable) -> None:
    """Save a network to an .npz file that holds plain arrays: weights_0, bias_0, weights_1 ...

    path: file name, as given (`.npz` is appended if it has no ending)
    params: Params, or any sequence of (weights, bias)
    raises: OSError when the file cannot be written; an older file of that name is then still whole
    """
    path = _npz_path(path)
    arrays = {}
    for i, (weights, bias) in enumerate(as_params(params)):
        arrays[f"weights_{i}"], arrays[f"bias_{i}"] = weights, bias
    # Written beside its place and moved there in one go: a crash cannot leave half a network behind.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def load_params(path: str | os.PathLike) -> Params:
    """Load a network that `save_params` wrote; nothing in the file is ever executed.

    path: file name (`.npz` is appended if it has no ending)
    returns: Params
    raises: OSError when there is no such file; ValueError when it is damaged or holds something else
    """
    path = _npz_path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no file {str(path)!r}: check the name, or save a network there first"
        )
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile, AttributeError, TypeError) as error:
        raise ValueError(_damaged(path, f"it cannot be read ({error})")) from error
    expected = [f"{part}_{i}" for i in range(len(arrays) // 2) for part in ("weights", "bias")]
    if not arrays or sorted(arrays) != sorted(expected):
        raise ValueError(
            _damaged(path, f"it holds {sorted(arrays)[:6]}, not weights_0, bias_0, weights_1 ...")
        )
    try:
        params = Params((arrays[w], arrays[b]) for w, b in zip(expected[::2], expected[1::2]))
    except (ValueError, TypeError) as error:
        raise ValueError(_damaged(path, str(error))) from error
    if not np.isfinite(params.flat).all():
        raise ValueError(_damaged(path, "some of its numbers are not finite"))
    return params


def _npz_path(path: str | os.PathLike) -> Path:
    path = Path(path)
    return path if path.suffix else path.with_suffix(".npz")


def _damaged(path: Path, what: str) -> str:
    return (
        f"{str(path)!r} is not a network saved by save_params: {what}. Save it again from a trained network"
    )


def _views(flat: np.ndarray, sizes: tuple[int, ...]) -> Iterator[Layer]:
    start = 0
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        middle = start + fan_in * fan_out
        yield Layer(flat[start:middle].reshape(fan_in, fan_out), flat[middle : middle + fan_out])
        start = middle + fan_out


def _from_flat(flat: np.ndarray, sizes: tuple[int, ...]) -> Params:
    params = object.__new__(Params)
    params._look_at(flat, sizes)
    return params


def _checked_layer(index: int, layer: object) -> Layer:
    try:
        weights, bias = layer
    except (TypeError, ValueError):
        raise TypeError(f"layer {index} is {type(layer).__name__}, not a pair (weights, bias)") from None
    weights, bias = np.asarray(weights), np.asarray(bias)
    for name, array in (("weights", weights), ("bias", bias)):
        if array.dtype.kind not in "fiu":
            raise TypeError(
                f"the {name} of layer {index} hold {array.dtype}: numbers are needed, float32 or float64"
            )
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
    dtype = dtype if dtype.kind == "f" else np.float64
    return Layer(weights.astype(dtype, copy=False), bias.astype(dtype, copy=False))


def _checked_sizes(layers: list[Layer]) -> tuple[int, ...]:
    if not layers:
        raise ValueError("no layers were given: a network needs at least one (weights, bias)")
    for i, (first, second) in enumerate(zip(layers, layers[1:])):
        if first.weights.shape[1] != second.weights.shape[0]:
            raise ValueError(
                f"layer {i} gives {first.weights.shape[1]} numbers, but layer {i + 1} takes "
                f"{second.weights.shape[0]}: fan_out of one layer must be fan_in of the next"
            )
    return (layers[0].weights.shape[0], *(layer.weights.shape[1] for layer in layers))
