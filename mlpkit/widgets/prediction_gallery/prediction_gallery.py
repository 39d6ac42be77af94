"""The prediction gallery: images with what they are, what the network says, and how sure it is.

Look at all of them, at the wrong ones, or at those it was most sure of and still got wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...core.activations import Activation, relu
from ...core.data import Dataset, Examples
from ...core.losses import softmax
from ...core.network import CHUNK, forward
from ...core.params import Params, as_params
from ..base import Widget

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PAGE = 24  # images on a page
FILTERS = ("all", "wrong", "most confident wrong")


class PredictionGallery(Widget):
    """Browse a network's predictions, a page of images at a time.

    params: Params, or any sequence of (weights, bias)
    data: Dataset, whose validation split is shown (train if that is empty), or Examples
    class_names: names of the classes; a Dataset brings its own
    activation: the one that the network was trained with
    raises: ValueError or TypeError when the images do not fit the network
    """

    actions = ("show",)

    def __init__(
        self,
        params: Params | Iterable,
        data: Dataset | Examples,
        *,
        class_names: Iterable[str] | None = None,
        activation: Activation = relu,
    ) -> None:
        params = as_params(params)
        examples, names = examples_and_names(data, class_names, params.sizes[-1])
        self._images, self._labels = np.asarray(examples.images), np.asarray(examples.labels)
        if len(self._labels) == 0:
            raise ValueError("there are no images to show: give Examples with at least one")
        self._names = names
        self._probabilities = probabilities(params, self._images, activation)
        self._predictions = self._probabilities.argmax(axis=1)
        self._filter, self._page = "all", 0
        super().__init__()

    def chosen(self, which: str) -> np.ndarray:
        """The images that a filter lets through, in the order they are shown in.

        which: "all", "wrong" or "most confident wrong" (surest first)
        returns: (n,) int, their rows
        raises: ValueError for another name
        """
        if which not in FILTERS:
            raise ValueError(f"there is no filter {which!r}: there are {', '.join(FILTERS)}")
        if which == "all":
            return np.arange(len(self._labels))
        wrong = np.flatnonzero(self._predictions != self._labels)
        sure = self._probabilities[wrong].max(axis=1)
        return wrong if which == "wrong" else wrong[np.argsort(-sure, kind="stable")]

    def pack(self) -> dict[str, Any]:
        """Everything that a fresh page needs."""
        fixed = {"title": "Prediction gallery", "names": self._names, "filters": FILTERS}
        return {**fixed, "shape": picture_shape(self._images.shape[1]), **self._shown()}

    def on_show(self, value: Any) -> None:
        """Turn to another page or filter.

        value: {"filter": str, "page": int}
        """
        self._filter, self._page = str(value["filter"]), int(value["page"])
        self.tell(**self._shown())

    def describe(self) -> str:
        """How many images there are and how many are wrong, in one sentence."""
        wrong = int((self._predictions != self._labels).sum())
        share = 100 * wrong / len(self._labels)
        return f"Prediction gallery: {len(self._labels):,} images, ≈ {share:.1f} % of them predicted wrongly."

    def figure(self) -> Axes | None:
        """The first page as a still picture."""
        from ...figures import image_grid

        some = slice(0, PAGE)
        return image_grid(
            self._images[some],
            self._labels[some],
            probabilities=self._probabilities[some],
            class_names=self._names,
        )

    def _shown(self) -> dict[str, Any]:
        rows = self.chosen(self._filter)
        pages = max(1, -(-len(rows) // PAGE))
        self._page = min(max(self._page, 0), pages - 1)
        here = rows[self._page * PAGE : (self._page + 1) * PAGE]
        return {
            "filter": self._filter,
            "page": self._page,
            "pages": pages,
            "total": len(rows),
            "rows": here,
            "images": as_bytes(self._images[here]),
            "labels": self._labels[here],
            "predictions": self._predictions[here],
            "probabilities": self._probabilities[here],
        }


def examples_and_names(
    data: Dataset | Examples, class_names: Iterable[str] | None, classes: int
) -> tuple[Examples, list[str]]:
    """The images to show and the names of their classes.

    data: Dataset (its validation split, or train if that is empty) or Examples
    class_names: names, or None for the Dataset's own, or numbers
    classes: int, how many there are
    returns: (Examples, list of str)
    raises: TypeError when data is neither; ValueError when there are not as many names as classes
    """
    if isinstance(data, Dataset):
        examples = data.valid if len(data.valid.labels) else data.train
        names = data.class_names if class_names is None else class_names
    elif isinstance(data, tuple) and len(data) == 2:
        examples, names = Examples(*data), range(classes) if class_names is None else class_names
    else:
        raise TypeError(f"data is {type(data).__name__}: pass a Dataset, or Examples(images, labels)")
    names = [str(name) for name in names]
    if len(names) != classes:
        raise ValueError(f"{len(names)} class names for a network with {classes} outputs: one for each")
    return examples, names


def probabilities(params: Params, images: np.ndarray, activation: Activation = relu) -> np.ndarray:
    """The softmax of the network's logits, a thousand images at a time.

    params: Params
    images: (n, fan_in) uint8 or float
    activation: between the layers
    returns: (n, classes) float
    """
    parts = [images[i : i + CHUNK] for i in range(0, len(images), CHUNK)]
    return np.concatenate([softmax(forward(params, part, activation).logits) for part in parts])


def as_bytes(images: np.ndarray) -> np.ndarray:
    """Images as bytes for the screen: uint8 stay, floats 0..1 (or what they span) are stretched to 0..255.

    images: (n, pixels) uint8 or float
    returns: (n, pixels) uint8
    """
    if images.dtype == np.uint8:
        return images
    low, high = min(0.0, float(images.min(initial=0))), max(1.0, float(images.max(initial=1)))
    return np.rint((images - low) * (255 / (high - low))).astype(np.uint8)


def picture_shape(pixels: int) -> tuple[int, int]:
    """Height and width of a picture of so many pixels: a square if there is one, else a single row.

    pixels: int
    returns: (height, width)
    """
    side = round(pixels**0.5)
    return (side, side) if side * side == pixels else (1, pixels)
