"""The draw pad: draw a digit, watch it being brought into MNIST's form, and see what a network takes it for.

The digit is cropped, scaled and centred by mass in Python; the page draws and shows.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...core.activations import Activation, relu
from ...core.data import Dataset, Examples, load
from ...core.initializers import init_params
from ...core.optimizers import adam
from ...core.params import Params, as_params
from ...core.training import train
from ..base import Widget
from ..prediction_gallery.prediction_gallery import probabilities
from .mnist_form import SIDE, Steps, normalize

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PAD = 112  # the drawing has so many pixels to a side: four for each of MNIST's 28
CELLS = 14  # cells to a side of the grid that the keyboard edits
NETWORK, EPOCHS = (784, 100, 10), 4  # trained when none is given, in about a second


class DrawPad(Widget):
    """Draw a digit by mouse, finger or keyboard, and see what a network makes of it.

    params: Params or any sequence of (weights, bias) with 784 inputs; None trains a small network on the
        10,000 digits that ship with mlpkit, which takes about a second
    drawing: (height, width) uint8 to begin with, ink bright, at most 112 x 112; a shipped digit if None
    class_names: names of the classes; 0, 1, 2 ... if None
    activation: the one that the network was trained with
    raises: ValueError or TypeError when the network does not take 28 x 28 pixels, or the drawing is none
    """

    actions = ("draw", "example")

    def __init__(
        self,
        params: Params | Iterable | None = None,
        *,
        drawing: np.ndarray | None = None,
        class_names: Iterable[str] | None = None,
        activation: Activation = relu,
    ) -> None:
        if params is not None:
            params = as_params(params)
            _check(params)
        drawing = None if drawing is None else _on_pad(drawing)
        digits = load("mnist_10k", valid_size=0)
        self._params = _trained(digits) if params is None else params
        self._names = _names(class_names, self._params.sizes[-1])
        self._activation, self._digits, self._shown = activation, digits.test, 0
        self._drawing, self._example = (self._digit(), True) if drawing is None else (drawing, False)
        self._read()
        super().__init__()

    @property
    def drawing(self) -> np.ndarray:
        """(112, 112) uint8, what is drawn now."""
        return self._drawing.copy()

    @property
    def image(self) -> np.ndarray | None:
        """(28, 28) uint8, the drawing in MNIST's form, or None while there is no ink."""
        return None if self._steps is None else self._steps.centred.copy()

    @property
    def probabilities(self) -> np.ndarray | None:
        """(classes,) float, what the network makes of it, or None while there is no ink."""
        return None if self._probabilities is None else self._probabilities.copy()

    def pack(self) -> dict[str, Any]:
        """Everything that a fresh page needs."""
        fixed = {
            "title": "Draw pad",
            "side": PAD,
            "cells": CELLS,
            "names": self._names,
            "network": str(self._params),
        }
        return {**fixed, "drawing": self._drawing, "example": int(self._example), **self._reading()}

    def on_draw(self, value: Any) -> None:
        """The drawing has changed on the page.

        value: {"pixels": base64 of 112 * 112 bytes, "number": int, how many changes there have been}
        """
        try:
            pixels = np.frombuffer(base64.b64decode(value["pixels"], validate=True), np.uint8)
        except binascii.Error as error:
            raise ValueError(f"the drawing is not base64: {error}") from error
        if pixels.size != PAD * PAD:
            raise ValueError(f"the drawing has {pixels.size} pixels: expected {PAD} x {PAD}")
        self._drawing, self._example = pixels.reshape(PAD, PAD).copy(), False
        self._read()
        self.tell(number=int(value["number"]), **self._reading())

    def on_example(self, _value: Any) -> None:
        """Put the next shipped digit on to the pad."""
        self._shown = (self._shown + 1) % len(self._digits.labels)
        self._drawing, self._example = self._digit(), True
        self._read()
        self.tell(drawing=self._drawing, example=1, **self._reading())

    def describe(self) -> str:
        """What became of the drawing and what it is taken for, in one sentence."""
        if self._steps is None:
            return f"Draw pad for a {self._params} network: nothing is drawn."
        sizes = [part.shape for part in (self._steps.cropped, self._steps.scaled)]
        cropped, scaled = (f"{high} x {wide}" for high, wide in sizes)
        best = int(self._probabilities.argmax())
        return (
            f"Draw pad: the ink, {cropped} pixels, is scaled to {scaled} and centred by mass in 28 x 28; "
            f"a {self._params} network takes it for {self._names[best]}, "
            f"≈ {100 * self._probabilities[best]:.1f} %."
        )

    def figure(self) -> Axes | None:
        """The drawing on its way into MNIST's form."""
        from ...figures import image_steps  # matplotlib, only when a picture is wanted

        if self._steps is None:
            return None
        _, cropped, scaled, centred = self._steps
        return image_steps({"drawn": self._drawing, "cropped": cropped, "scaled": scaled, "centred": centred})

    def _read(self) -> None:
        self._steps: Steps | None = normalize(self._drawing)
        self._probabilities = None
        if self._steps is not None:
            row = self._steps.centred.reshape(1, -1)
            self._probabilities = probabilities(self._params, row, self._activation)[0]

    def _reading(self) -> dict[str, Any]:
        if self._steps is None:
            return {"steps": None, "probabilities": None}
        return {"steps": self._steps._asdict(), "probabilities": self._probabilities}

    def _digit(self) -> np.ndarray:
        """A shipped digit, three times as large and in the corner: something to crop and to centre."""
        digit = self._digits.images[self._shown].reshape(SIDE, SIDE)
        return _on_pad(np.kron(digit, np.ones((3, 3), np.uint8)))


def _trained(digits: Dataset) -> Params:
    """A small network, trained for a moment on the shipped digits; the same every time."""
    rng = np.random.default_rng(0)
    params = init_params(NETWORK, rng=rng)
    for step in train(params, Examples(*digits.train), optimizer=adam(2e-3), epochs=EPOCHS, rng=rng):
        params = step.params
    return params


def _check(params: Params) -> None:
    if params.sizes[0] != SIDE * SIDE:
        raise ValueError(f"a {params} network takes {params.sizes[0]} pixels: the pad makes 28 x 28 = 784")


def _names(class_names: Iterable[str] | None, classes: int) -> list[str]:
    names = [str(name) for name in (range(classes) if class_names is None else class_names)]
    if len(names) != classes:
        raise ValueError(f"{len(names)} class names for a network with {classes} outputs: one for each")
    return names


def _on_pad(drawing: np.ndarray) -> np.ndarray:
    """A drawing in the upper left of an empty pad."""
    drawing = np.asarray(drawing)
    normalize(drawing)  # refuses what is no drawing
    if max(drawing.shape) > PAD:
        raise ValueError(f"drawing has the shape {drawing.shape}: at most {PAD} x {PAD} fits on the pad")
    pad = np.zeros((PAD, PAD), np.uint8)
    pad[: drawing.shape[0], : drawing.shape[1]] = drawing
    return pad
