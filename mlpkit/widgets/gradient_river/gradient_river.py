"""The gradient river: a small network whose values flow forward and whose gradients flow back, step by step.

Every number is the network's own, and at each step one sum is worked out aloud.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...core._validation import check_labels
from ...core.activations import Activation, relu
from ...core.params import Params, as_params
from ..base import Widget
from .arrays import SHOWN, Array, Places, arrays_of, places_of
from .steps import Operation, Writer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LAYERS = 4  # more do not fit beside each other

# A network small enough to do by hand: two of eight gates are shut, one example is read rightly, one wrongly.
TOY_LAYERS = (
    ([[0.5, -1.0, 0.25, 1.0], [1.0, 0.5, -0.5, 0.25], [-0.5, 1.0, 0.5, 0.5]], [0.0, 0.5, -0.25, 0.0]),
    ([[1.0, -0.5, 0.0], [-1.0, 0.5, 0.5], [0.5, 1.0, -1.0], [0.0, -0.5, 1.0]], [0.25, 0.0, -0.25]),
)
TOY_IMAGES = ((1.0, 0.5, -1.0), (0.5, 1.0, 2.0))
TOY_LABELS = (0, 1)


class GradientRiver(Widget):
    """Watch one batch go through a network, and the gradient come back, one operation at a time.

        z = a W + b,  a = f(z),  p = softmax(z),  loss = mean -log p[label]
        dz = (p - y) / n,  dW = aᵀ dz,  db = sum of dz,  da = dz Wᵀ,  dz = da * f'(z)

    params: Params or any sequence of (weights, bias), at most 4 layers; None for a 3-4-3 network to
        do by hand. Of large arrays the six most telling rows and columns are shown
    images: (batch, fan_in) uint8 or float; labels: (batch,) int; both or neither
    activation: between the layers
    raises: ValueError or TypeError when they do not fit together
    """

    actions = ("go",)

    def __init__(
        self,
        params: Params | Iterable | None = None,
        images: np.ndarray | None = None,
        labels: np.ndarray | None = None,
        *,
        activation: Activation = relu,
    ) -> None:
        params, images, labels = _given(params, images, labels)
        self._sizes, self._activation, self._labels = params.sizes, activation, labels
        self._arrays = arrays_of(params, images, labels, activation)
        self._places = places_of(self._arrays, len(params), labels)
        self._operations = Writer(self._arrays, self._places, activation, labels).all()
        self._at = 0
        super().__init__()

    @property
    def operations(self) -> list[Operation]:
        """Every operation in order, first those forward, then those back."""
        return list(self._operations)

    def values(self, name: str) -> np.ndarray:
        """The numbers of one array: "x", "W1", "z1", "a1", "p", "loss", "dz2", "dW1" ...

        name: str
        returns: array, float64
        raises: KeyError when there is none of that name
        """
        array = self._arrays[name]
        return array.values.reshape(array.shape)

    def pack(self) -> dict[str, Any]:
        """Everything that a fresh page needs."""
        return {
            "title": "Gradient river",
            "network": "-".join(str(size) for size in self._sizes),
            "activation": self._activation.name,
            "layers": len(self._sizes) - 1,
            "arrays": {name: _cut(array, self._places) for name, array in self._arrays.items()},
            "operations": [operation._asdict() for operation in self._operations],
            # the columns in which the true classes are shown
            "classes": np.searchsorted(self._places[len(self._sizes) - 1].shown, self._labels[:SHOWN]),
            "at": self._at,
        }

    def on_go(self, value: Any) -> None:
        """Remember how far the reader has gone, for the next page that asks.

        value: int, operations done
        """
        self._at = min(max(int(value), 0), len(self._operations))

    def describe(self) -> str:
        """The network, its loss, the operations there are, and the gates, in one sentence."""
        network = "-".join(str(size) for size in self._sizes)
        back = sum(operation.back for operation in self._operations)
        batch = "one example" if len(self._labels) == 1 else f"{len(self._labels)} examples"
        told = (
            f"Gradient river: {batch} through a {network} network with "
            f"{self._activation.name}, loss ≈ {self.values('loss'):.4g}; "
            f"{len(self._operations) - back} operations forward, {back} back"
        )
        slopes = [self.values(name) for name in self._arrays if name.startswith("slope")]
        if self._activation.name != "relu" or not slopes:
            return told + "."
        shut = sum(int((slope == 0).sum()) for slope in slopes)
        return f"{told}; {shut} of {sum(slope.size for slope in slopes):,} gates are closed."

    def figure(self) -> Axes:
        """All quantities as boxes, values above and gradients below."""
        from ...figures import Box, network_boxes  # matplotlib, only when a picture is wanted

        last, boxes = len(self._sizes) - 1, [Box("x", self.values("x"))]
        for k in range(1, last + 1):
            entered = "x" if k == 1 else f"a{k - 1}"
            boxes.append(Box(f"z{k} = {entered} W{k} + b{k}", self.values(f"z{k}"), self.values(f"dz{k}")))
            if k < last:
                name = f"a{k} = {self._activation.name}(z{k})"
                boxes.append(Box(name, self.values(f"a{k}"), self.values(f"da{k}")))
        boxes += [
            Box(f"p = softmax(z{last})", self.values("p")),
            Box("loss", self.values("loss"), np.ones(())),
        ]
        return network_boxes(boxes)


def _given(params: Any, images: Any, labels: Any) -> tuple[Params, np.ndarray, np.ndarray]:
    """The network and the batch, or the toy's; what is half given is refused."""
    if (images is None) != (labels is None):
        raise ValueError("images and labels belong together: give both, or neither for a batch to do by hand")
    params = as_params([(np.array(w), np.array(b)) for w, b in TOY_LAYERS] if params is None else params)
    params = params.astype(np.float64)
    if len(params) > LAYERS:
        raise ValueError(f"a {params} network has {len(params)} layers: at most {LAYERS} fit on the screen")
    if images is None:
        if params.sizes[0] != 3 or params.sizes[-1] != 3:
            raise ValueError(
                f"the batch to do by hand fits a 3-...-3 network, not {params}: give images and labels"
            )
        return params, np.array(TOY_IMAGES), np.array(TOY_LABELS)
    images, labels = np.asarray(images), np.asarray(labels)
    if images.ndim != 2 or len(images) == 0:
        raise ValueError(
            f"images have the shape {images.shape}: expected (batch, {params.sizes[0]}), at least one row"
        )
    check_labels(labels, len(images), params.sizes[-1])
    return params, images, labels


def _cut(array: Array, places: dict[Any, Places]) -> dict[str, Any]:
    """The part of an array that is shown, where it was taken from, and the hero's place in it."""
    rows, columns = (places[axis] for axis in array.axes)
    return {
        "cut": array.values[np.ix_(rows.shown, columns.shown)],
        "shape": array.shape,
        "rows": rows.shown.tolist(),
        "columns": columns.shown.tolist(),
        "hero": [rows.shown.tolist().index(rows.hero), columns.shown.tolist().index(columns.hero)],
        "whole": array.values.shape == (len(rows.shown), len(columns.shown)),
    }
