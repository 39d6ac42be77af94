"""The matrix loupe: one cell of a matrix product, number by number, and what a whole column of weights sees.

Switch the activation off, and all the layers together are a single matrix.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...core._validation import check_labels
from ...core.activations import Activation, identity, relu
from ...core.data import Dataset, Examples
from ...core.network import CHUNK, forward
from ...core.params import Layer, Params, as_params
from ..base import Widget
from ..prediction_gallery.prediction_gallery import as_bytes, picture_shape

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 5_000  # images that are looked through for those that excite a unit
UNITS = 128  # units whose weights are shown as pictures
EXCITING = 8


class MatrixLoupe(Widget):
    """Look into a network's first matrix product, at its units, and at what the activation is good for.

        z[i, j] = sum over k of images[i, k] * weights[k, j]   + bias[j]

    params: Params, or any sequence of (weights, bias)
    data: images (n, pixels) uint8 or float, or Examples, or a Dataset, whose validation split is taken;
        of many images the first 5,000
    class_names: one str an output, or None for a Dataset's own, or numbers
    activation: the one that the network was trained with
    image, unit: int, the cell to begin with
    raises: TypeError or ValueError when the images do not fit the network
    """

    actions = ("choose",)

    def __init__(
        self,
        params: Params | Iterable,
        data: np.ndarray | Examples | Dataset,
        *,
        class_names: Iterable[str] | None = None,
        activation: Activation = relu,
        image: int = 0,
        unit: int = 0,
    ) -> None:
        self._params = as_params(params).astype(np.float64)  # so that "equal" means equal to 15 digits
        self._images, self._labels, names = some_of(data, MOST)
        if self._labels is not None:
            check_labels(self._labels, len(self._images), self._params.sizes[-1])
        self._activation = activation
        self._names = _names(names if class_names is None else class_names, self._params.sizes[-1])
        # Layer 1 is a small network of its own: its logits are the preactivations of all images.
        self._z = _outputs(as_params([self._params[0]]), self._images, identity)  # (n, units)
        self._bent = _outputs(self._params, self._images, activation)  # (n, classes)
        self._straight = _outputs(self._params, self._images, identity)
        self._matrix = collapsed(self._params)
        self._by_matrix = _outputs(as_params([self._matrix]), self._images, identity)
        self._image = _inside("image", image, len(self._images))
        self._unit = _inside("unit", unit, self._params.sizes[1])
        self._place, self._bend = self._telling_place(), True
        super().__init__()

    @property
    def matrix(self) -> Layer:
        """What the network is without its activation: one Layer, (pixels, classes) and (classes,)."""
        return self._matrix

    @property
    def gap(self) -> float:
        """The largest difference, over all images and classes, between the layers and the one matrix."""
        return float(np.abs((self._bent if self._bend else self._straight) - self._by_matrix).max())

    def product(self, image: int, unit: int) -> np.ndarray:
        """The products that one cell of z adds up.

        image, unit: int, row and column of z
        returns: (pixels,) float64
        """
        return self._row(image) * self._params[0].weights[:, unit]

    def exciting(self, unit: int) -> np.ndarray:
        """The images that excite a unit most, strongest first.

        unit: int
        returns: (at most 8,) int, their places among the images
        """
        return np.argsort(-self._z[:, unit], kind="stable")[:EXCITING]

    def pack(self) -> dict[str, Any]:
        """Everything that a fresh page needs."""
        fixed = {"title": "Matrix loupe", "names": self._names, "sizes": self._params.sizes}
        more = {"images": len(self._images), "shape": picture_shape(self._params.sizes[0])}
        weights = np.ascontiguousarray(self._params[0].weights[:, :UNITS].T)
        matrix = np.ascontiguousarray(self._matrix.weights.T)
        fixed.update(more, activation=self._activation.name, units=weights, matrix=matrix)
        return {**fixed, **self._shown()}

    def on_choose(self, value: Any) -> None:
        """Another cell of z, another place in its sum, or the activation on or off.

        value: {"image": int, "unit": int, "place": int, "bend": bool}
        """
        limits = {"image": len(self._images), "unit": self._params.sizes[1], "place": self._params.sizes[0]}
        chosen = {name: min(max(int(value[name]), 0), limit - 1) for name, limit in limits.items()}
        self._image, self._unit, self._place = chosen.values()
        self._bend = bool(value["bend"])
        self.tell(**self._shown())

    def describe(self) -> str:
        """The shapes, the chosen cell, and what is left without the activation."""
        n, pixels, units = len(self._images), *self._params.sizes[:2]
        cell = f"z[{self._image}, {self._unit}] ≈ {self._z[self._image, self._unit]:.3g}"
        shapes = f"images ({n}, {pixels}) @ weights ({pixels}, {units}) + bias ({units},) = z ({n}, {units})"
        alone = np.abs(self._straight - self._by_matrix).max()
        return (
            f"Matrix loupe: {shapes}; {cell}. Without an activation the {self._params} network is one "
            f"matrix of shape {self._matrix.weights.shape}, to within ≈ {alone:.0e}."
        )

    def figure(self) -> Axes | None:
        """The weights into the units of the first layer as images; none of a network that has diverged."""
        if not np.isfinite(self._params[0].weights).all():
            return None
        from ...figures import weights_as_images  # matplotlib, only when a picture is wanted

        return weights_as_images(self._params)

    def _row(self, image: int) -> np.ndarray:
        return forward(self._params, self._images[image : image + 1]).activations[0][0]

    def _telling_place(self) -> int:
        """A pixel that matters: the largest product of the cell."""
        return int(np.abs(self.product(self._image, self._unit)).argmax())

    def _shown(self) -> dict[str, Any]:
        i, j = self._image, self._unit
        weights, bias = self._params[0]
        products, top = self.product(i, j), self.exciting(j)
        z = float(self._z[i, j])
        place = {"image": i, "unit": j, "place": self._place, "bend": int(self._bend)}
        row = {"x": self._row(i), "pixels": as_bytes(self._images[i : i + 1])[0], "w": weights[:, j].copy()}
        sums = {"products": products, "running": np.cumsum(products), "bias": float(bias[j]), "z": z}
        a = float(self._activation(np.array([z]))[0])
        excited = {"top": top, "top_z": self._z[top, j], "top_pixels": as_bytes(self._images[top])}
        known = {"is": self._said(i), "top_is": [self._said(k) for k in top]}
        layers = self._bent if self._bend else self._straight
        ends = {"layers": layers[i], "by_matrix": self._by_matrix[i], "gap": self.gap}
        return {**place, **row, **sums, "a": a, **excited, **known, **ends}

    def _said(self, image: int) -> str:
        return "" if self._labels is None else self._names[self._labels[image]]


class Some(NamedTuple):
    """The first images of what was given, with labels and names where these are known."""

    images: np.ndarray
    labels: np.ndarray | None
    names: Iterable[str] | None


def some_of(data: Any, most: int) -> Some:
    """The first images of a Dataset (validation, or train if that is empty), of Examples, or of an array.

    data: Dataset, Examples or (n, pixels) array
    most: int
    returns: Some(images, labels or None, names or None)
    raises: ValueError or TypeError when there are no images
    """
    names = labels = None
    if isinstance(data, Dataset):
        names, data = data.class_names, data.valid if len(data.valid.labels) else data.train
    if isinstance(data, tuple) and len(data) == 2:
        data, labels = np.asarray(data[0]), np.asarray(data[1])[:most]
    if not isinstance(data, np.ndarray):
        raise TypeError(f"data is {type(data).__name__}: pass images (n, pixels), Examples or a Dataset")
    if data.ndim != 2 or len(data) == 0:
        raise ValueError(
            f"images have the shape {data.shape}: expected (n, pixels), at least one; "
            "flatten pictures with images.reshape(len(images), -1)"
        )
    return Some(data[:most], labels, names)


def collapsed(params: Params) -> Layer:
    """The one layer that a network is when nothing bends between its layers.

        x W_1 W_2 + (b_1 W_2 + b_2)  =  x W + b

    params: Params
    returns: Layer(weights (fan_in, classes), bias (classes,))
    """
    weights, bias = params[0]
    for layer in params[1:]:
        weights, bias = weights @ layer.weights, bias @ layer.weights + layer.bias
    return Layer(weights, bias)


def _outputs(params: Params, images: np.ndarray, activation: Activation) -> np.ndarray:
    parts = [images[start : start + CHUNK] for start in range(0, len(images), CHUNK)]
    return np.concatenate([forward(params, part, activation).logits for part in parts])


def _names(names: Iterable[str] | None, classes: int) -> list[str]:
    names = [str(name) for name in (range(classes) if names is None else names)]
    if len(names) != classes:
        raise ValueError(f"{len(names)} class names for a network with {classes} outputs: one for each")
    return names


def _inside(name: str, value: int, limit: int) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not 0 <= value < limit:
        raise ValueError(f"{name} is {value!r}: expected a whole number, 0 to {limit - 1}")
    return int(value)
