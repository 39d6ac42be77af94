"""A network's numbers: the weights and the bias of every layer, and nothing else.

All of them live in one long flat vector, and each layer is a window on to its part of it, so that an
optimiser can treat the whole network as one array while a forward pass sees matrices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, overload

import numpy as np

from ._validation import check_layers


class Layer(NamedTuple):
    """One layer: `inputs @ weights + bias`.

    weights: (fan_in, fan_out) float, column j belongs to unit j
    bias: (fan_out,) float

    >>> layer = Layer(np.ones((3, 2)), np.zeros(2))
    >>> (np.ones((5, 3)) @ layer.weights + layer.bias).shape
    (5, 2)
    """

    weights: np.ndarray
    bias: np.ndarray


class Params(Sequence[Layer]):
    """The layers of a network as views into one flat vector.

    layers: iterable of (weights, bias), weights (fan_in, fan_out), bias (fan_out,); they are copied
    raises: ValueError or TypeError when a shape does not fit its neighbours

    `len(params)`, iteration and `params[i]` give Layers; writing into a layer writes into `params.flat`.
    Gradients are Params too: one number for each parameter, in the same place.

    >>> params = Params([(np.ones((3, 2)), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))])
    >>> params
    Params(3-2-1, 11 numbers, float64)
    >>> params[0].bias[0] = 7
    >>> params.flat.tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 7.0, 0.0, 1.0, 1.0, 0.0]
    """

    __slots__ = ("_flat", "_layers", "sizes")

    def __init__(self, layers: Iterable) -> None:
        checked = check_layers(layers)
        sizes = (len(checked[0][0]), *(bias.size for _, bias in checked))
        flat = np.concatenate([part.ravel() for layer in checked for part in layer])
        self._set(flat, sizes)

    def _set(self, flat: np.ndarray, sizes: tuple[int, ...]) -> None:
        self._flat, self.sizes = flat, sizes
        self._layers: tuple[Layer, ...] | None = None  # made when asked for: optimisers need no layers

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All layers, windows on to `flat`."""
        if self._layers is None:
            self._layers = tuple(_views(self._flat, self.sizes))
        return self._layers

    @property
    def flat(self) -> np.ndarray:
        """(n,) float, every weight and bias in one vector; giving it new numbers changes the layers too."""
        return self._flat

    @flat.setter
    def flat(self, numbers: np.ndarray) -> None:
        # Into the same vector: the layers are windows on to it, and another vector would leave them behind.
        self._flat[...] = numbers

    def like(self, flat: np.ndarray) -> Params:
        """Params of the same shapes that use another flat vector.

        flat: (n,) float, as long as this one; it is not copied (unless its numbers lie apart in memory)
        returns: Params
        raises: ValueError when the length differs, TypeError when it holds no floats, or float16

        >>> params = empty_params([3, 2])
        >>> params.like(np.zeros(8))[0].bias.tolist()
        [0.0, 0.0]
        """
        flat = np.ascontiguousarray(flat)
        if flat.dtype.kind != "f" or flat.dtype.itemsize < 4:  # in float16 the eps of Adam is 0
            raise TypeError(f"flat holds {flat.dtype}: parameters are float32 or float64, use astype")
        if flat.shape != self._flat.shape:
            raise ValueError(
                f"flat has shape {flat.shape}, but a {self} network has {self.flat.size:,} parameters: "
                f"pass a vector of shape ({self.flat.size},)"
            )
        other = object.__new__(Params)
        other._set(flat, self.sizes)
        return other

    def copy(self) -> Params:
        """An independent copy."""
        return self.like(self.flat.copy())

    def astype(self, dtype: np.dtype | type) -> Params:
        """A copy with numbers of another type, for instance `np.float64` for a gradient check."""
        with np.errstate(under="ignore"):  # a float64 may be too small for a float32
            return self.like(self.flat.astype(dtype))

    @property
    def dtype(self) -> np.dtype:
        """The type of the numbers: float32 in training, float64 in gradient checks."""
        return self.flat.dtype

    def __len__(self) -> int:
        return len(self.sizes) - 1

    @overload
    def __getitem__(self, index: int) -> Layer: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Layer, ...]: ...

    def __getitem__(self, index: int | slice) -> Layer | tuple[Layer, ...]:
        return self.layers[index]

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

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
    raises: ValueError or TypeError when a shape does not fit its neighbours

    >>> as_params([([[1, 2], [3, 4]], [0, 0])])
    Params(2-2, 6 numbers, float64)
    """
    return layers if isinstance(layers, Params) else Params(layers)


def empty_params(sizes: Sequence[int], dtype: np.dtype | type = np.float32) -> Params:
    """Params of the given layer sizes whose numbers are not set yet.

    sizes: layer sizes, input first, for instance [784, 128, 64, 10]
    dtype: float type
    returns: Params

    >>> empty_params([784, 128, 10])
    Params(784-128-10, 101,770 numbers, float32)
    """
    sizes = tuple(sizes)
    count = sum((fan_in + 1) * fan_out for fan_in, fan_out in zip(sizes, sizes[1:]))
    return _from_flat(np.empty(count, dtype), sizes)


def _views(flat: np.ndarray, sizes: tuple[int, ...]) -> Iterator[Layer]:
    start = 0
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        middle = start + fan_in * fan_out
        yield Layer(flat[start:middle].reshape(fan_in, fan_out), flat[middle : middle + fan_out])
        start = middle + fan_out


def _from_flat(flat: np.ndarray, sizes: tuple[int, ...]) -> Params:
    params = object.__new__(Params)
    params._set(flat, sizes)
    return params
