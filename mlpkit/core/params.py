"""A network's numbers: the weights and the bias of every layer, and nothing else.

All of them live in one long flat vector, and each layer is a window on to its part of it, so that an
optimiser can treat the whole network as one array while a forward pass sees matrices.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from .layers import Layer, check_layers


class Params(Sequence):
    """The layers of a network as views into one flat vector.

    layers: iterable of (weights, bias), weights (fan_in, fan_out), bias (fan_out,); they are copied
    raises: ValueError or TypeError when a shape does not fit its neighbours

    `len(params)`, iteration and `params[i]` give Layers; writing into a layer writes into `params.flat`.
    Gradients are Params too: one number for each parameter, in the same place.
    """

    __slots__ = ("_flat", "_layers", "sizes")

    def __init__(self, layers: Iterable) -> None:
        layers = check_layers(layers)
        sizes = (len(layers[0].weights), *(layer.bias.size for layer in layers))
        flat = np.concatenate([part.ravel() for layer in layers for part in layer])
        self._look_at(flat, sizes)

    def _look_at(self, flat: np.ndarray, sizes: tuple[int, ...]) -> None:
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
        """Params of the same shapes that look into another flat vector.

        flat: (n,) float, as long as this one; it is not copied (unless its numbers lie apart in memory)
        returns: Params
        raises: ValueError when the length differs, TypeError when it holds no floats, or float16
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
        return len(self.sizes) - 1

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
    raises: OSError when the file cannot be written; an older file of that name is then still whole.
        ValueError when some numbers are not finite
    """
    path, params = _npz_path(path), as_params(params)
    if not np.isfinite(params.flat).all():
        raise ValueError(
            f"some numbers of this {params} network are not finite: save the network of an earlier step, "
            "from before training went wrong"
        )
    arrays = {}
    for i, (weights, bias) in enumerate(params):
        arrays[f"weights_{i}"], arrays[f"bias_{i}"] = weights, bias
    _write(path, arrays)


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
    content = path.read_bytes()
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except Exception as error:  # whatever a reader of zip files and headers says about bytes that are neither
        raise ValueError(_damaged(path, f"it cannot be read ({error})")) from error
    promised = _promised(content)
    if len(arrays) != promised:
        raise ValueError(_damaged(path, f"it says that it holds {promised} arrays, not {len(arrays)}"))
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


def _promised(content: bytes) -> int:
    """How many files a zip file says that it holds, in the record at its end.

    Python's reader does not look: one wrong byte in a length makes it pass over the last layers in silence.
    """
    end = content.rfind(b"PK\x05\x06")
    return int.from_bytes(content[end + 10 : end + 12], "little")


def _npz_path(path: str | os.PathLike) -> Path:
    path = Path(path)
    if not path.name:
        raise ValueError(f"path is {str(path)!r}: expected the name of a file, for instance 'network.npz'")
    return path if path.suffix else path.with_suffix(".npz")


def _write(path: Path, arrays: dict[str, np.ndarray]) -> None:
    # Written beside its place and moved there in one go: a crash cannot leave half a network behind.
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            np.savez(file, **arrays)
        os.replace(temporary, path)
    except OSError as error:
        raise OSError(
            error.errno,
            f"cannot save the network to {str(path)!r}: {error.strerror}; "
            "choose a folder that exists, that you may write to, and that has room",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


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
