"""Softmax faders: a slider for each logit, and what softmax and cross-entropy make of them at once.

The bars are the probabilities p, the arrows the gradient (p - y) / T; add 1000 to all logits, and only the
softmax that takes the maximum away first stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..base import Widget

if TYPE_CHECKING:
    from matplotlib.axes import Axes

START = (1.2, -0.8, 3.1, 0.4, 2.2, -1.5, 0.9, -2.0, 0.0, -0.6)  # logits to begin with, when none are given
REACH = 10.0  # how far a slider goes to either side, at least
SHIFT = 1000.0
COLDEST, HOTTEST = 0.1, 10.0
MOST = 26  # sliders that fit on a page


class SoftmaxFaders(Widget):
    """Move logits and watch probabilities, loss and gradient.

        p = softmax(z / T),   loss = -log p[label],   d loss / d z = (p - y) / T

    logits: (classes,) float to begin with, or None for an example
    label: int, the true class; the second largest logit if None
    class_names: one str a class, or None for numbers
    temperature: float 0.1 to 10, T in the formula
    raises: TypeError or ValueError when these do not fit together

    The page does this arithmetic itself, so that it follows the hand; tests hold it equal to mlpkit's.
    """

    actions = ("set",)

    def __init__(
        self,
        logits: Iterable[float] | None = None,
        label: int | None = None,
        class_names: Iterable[str] | None = None,
        *,
        temperature: float = 1.0,
    ) -> None:
        names = None if class_names is None else [str(name) for name in class_names]
        self._start = _start(logits, names)
        self._names = [str(k) for k in range(len(self._start))] if names is None else names
        self._sliders = self._start.copy()
        self._label = _class(int(np.argsort(self._start)[-2]) if label is None else label, len(self._start))
        if not COLDEST <= temperature <= HOTTEST:
            raise ValueError(f"temperature is {temperature!r}: expected {COLDEST} to {HOTTEST:.0f}")
        self._temperature, self._shifted = float(temperature), False
        super().__init__()

    @property
    def logits(self) -> np.ndarray:
        """(classes,) float64, where the sliders stand now, with the 1000 if it is added."""
        return self._sliders + SHIFT * self._shifted

    @property
    def label(self) -> int:
        """The class that is the true one now."""
        return self._label

    @property
    def temperature(self) -> float:
        """What the logits are divided by now."""
        return self._temperature

    def pack(self) -> dict[str, Any]:
        """Everything that a fresh page needs; lists, since arrays would travel in single precision."""
        reach = max(REACH, float(np.ceil(np.abs(self._start).max())))
        fixed = {"title": "Softmax faders", "names": self._names, "start": self._start.tolist()}
        limits = {"reach": reach, "shift": SHIFT, "coldest": COLDEST, "hottest": HOTTEST}
        now = {"label": self._label, "temperature": self._temperature, "shifted": int(self._shifted)}
        return {**fixed, **limits, "logits": self._sliders.tolist(), **now}

    def on_set(self, value: Any) -> None:
        """Remember where the page has put everything, for a reload and for the next cell.

        value: {"logits": list of float, "label": int, "temperature": float, "shifted": bool}
        """
        sliders = np.array(value["logits"], np.float64)
        if sliders.shape != self._start.shape or not np.isfinite(sliders).all():
            raise ValueError(f"the page sent {len(sliders)} logits: expected {len(self._start)} finite ones")
        self._sliders = sliders
        self._label = _class(value["label"], len(sliders))
        self._temperature = min(max(float(value["temperature"]), COLDEST), HOTTEST)
        self._shifted = bool(value["shifted"])

    def describe(self) -> str:
        """The probability of the true class, the loss and the gradient, in a sentence or two."""
        from ...figures import describe  # matplotlib, only when words or a picture are wanted

        return f"Softmax faders: {' '.join(describe(self.figure()).split())}"

    def figure(self) -> Axes:
        """Logits, probabilities and gradient as a still picture."""
        from ...figures import faders

        return faders(self.logits, self._label, self._names, temperature=self._temperature)


def _start(logits: Iterable[float] | None, names: list[str] | None) -> np.ndarray:
    if logits is None:
        classes = len(START) if names is None else len(names)
        logits = np.resize(START, classes)
    try:
        logits = np.array(list(logits) if not isinstance(logits, np.ndarray) else logits, np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"logits are {logits!r}: expected numbers, one for each class") from None
    if logits.ndim != 1 or not 2 <= len(logits) <= MOST or not np.isfinite(logits).all():
        raise ValueError(
            f"logits have the shape {logits.shape}: expected one row, (classes,), of 2 to {MOST} finite "
            "numbers; of a batch, pass logits[0]"
        )
    if names is not None and len(names) != len(logits):
        raise ValueError(f"{len(names)} class names for {len(logits)} logits: expected one for each")
    return logits


def _class(label: Any, classes: int) -> int:
    if isinstance(label, bool) or not isinstance(label, (int, np.integer)):
        raise TypeError(f"label is {label!r}: expected a class number, 0 to {classes - 1}")
    if not 0 <= label < classes:
        raise ValueError(f"label is {label}: expected a class number, 0 to {classes - 1}")
    return int(label)
