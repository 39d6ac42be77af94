"""The signal microscope: follow a signal through fifty layers and see whether it lives, dies or explodes.

Choose the starting weights, the activation, depth and width; a second row follows the gradient back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ...core._validation import check_labels
from ...core.activations import Activation, relu
from ...core.data import Dataset, Examples
from ...core.initializers import Initializer, he_normal
from ..base import Widget
from ..matrix_loupe.matrix_loupe import some_of
from ..task import SlicedTask
from .signals import BENDS, CLASSES, SCHEMES, Measured, Settings, measure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DEEPEST, WIDEST = 50, 512
WIDTHS = (16, 32, 64, 128, 256, 512)
MOST = 128  # images that are sent through
VERBS = ((1e-3, "dies away"), (0.5, "shrinks"), (2, "keeps its size"), (1e3, "grows"), (np.inf, "explodes"))


class SignalMicroscope(Widget):
    """Send images through a deep network that has learned nothing yet, and measure every layer.

        images -> [width] * depth -> 10 logits;   RMS of a layer = sqrt(mean of the squares of its numbers)

    data: images (n, pixels) uint8 or float, or Examples, or a Dataset; the first 128 are taken.
        Gradients need labels; without them some are made up, which before training makes no difference
    depth, width: int, 1 to 50 hidden layers of 1 to 512 units
    scheme: initialiser, one of mlpkit's or your own (fan_in, fan_out, rng) -> weights, or a name from SCHEMES
    activation: Activation, or its name; "none" for no bend
    gradients: bool, whether the second row is shown
    seed: int, of the weights
    raises: TypeError or ValueError when one of these is not possible, or your own initialiser's error
    """

    actions = ("set",)

    def __init__(
        self,
        data: np.ndarray | Examples | Dataset,
        depth: int = 10,
        width: int = 256,
        scheme: Initializer | str = he_normal,
        activation: Activation | str = relu,
        *,
        gradients: bool = False,
        seed: int = 0,
    ) -> None:
        self._images, self._labels = _given(data)
        self._schemes, self._bends = dict(SCHEMES), dict(BENDS)
        self._chosen = {
            "depth": _within("depth", depth, DEEPEST),
            "width": _within("width", width, WIDEST),
            "scheme": _named(scheme, self._schemes),
            "activation": _bend(activation, self._bends),
            "gradients": bool(gradients),
            "seed": int(seed),
        }
        self._work: Iterator = iter(())
        self._begin(self._chosen)
        self._finish()
        self._task = SlicedTask(self._piece, lambda: None, self._ended)
        super().__init__()

    @property
    def activations(self) -> Measured:
        """What was measured of the signal, a row of numbers for each layer."""
        return self._result.activations

    @property
    def gradients(self) -> Measured | None:
        """The same of the gradient d loss / d z, if it is shown."""
        return self._result.gradients

    @property
    def settings(self) -> dict[str, Any]:
        """Depth, width, scheme, activation, gradients and seed of what is shown."""
        return dict(self._chosen)

    def pack(self) -> dict[str, Any]:
        """Everything that a fresh page needs."""
        widths = sorted({*WIDTHS, self._chosen["width"]})
        choices = {"schemes": list(self._schemes), "bends": list(self._bends), "widths": widths}
        return {"title": "Signal microscope", "deepest": DEEPEST, **choices, **self._shown()}

    def on_set(self, value: Any) -> None:
        """Look at another network.

        value: {"depth": int, "width": int, "scheme": str, "activation": str, "gradients": bool, "seed": int}
        """
        self._begin(
            {
                "depth": min(max(int(value["depth"]), 1), DEEPEST),
                "width": min(max(int(value["width"]), 1), WIDEST),
                "scheme": _known(str(value["scheme"]), self._schemes, "scheme"),
                "activation": _known(str(value["activation"]), self._bends, "activation"),
                "gradients": bool(value["gradients"]),
                "seed": max(0, int(value["seed"])),
            }
        )
        if self._loop is not None:
            self._task.start()
            return
        self._finish()
        self._ended(None)

    def describe(self) -> str:
        """Which network it is, and how the signal runs, in a sentence or two."""
        chosen = self._chosen
        layers = f"{chosen['depth']} layers of {chosen['width']} units"
        how = f"activation {chosen['activation']}, weights {chosen['scheme']}"
        return f"Signal microscope: {layers}, {how}. {' '.join(self._said())}"

    def figure(self) -> Axes:
        """The size of the signal against depth as a still picture; all zeros: their share."""
        from ...figures import shares, signal_profile  # matplotlib, only when a picture is wanted

        if not (self.activations.rms > 0).any():
            return shares({"activations": self.activations.zero})
        both = {"activations": self.activations, "gradients": self.gradients}
        rows = {name: row.rms for name, row in both.items() if row is not None}
        predicted = None if self._result.factor is None else {"activations": self._result.factor}
        return signal_profile(rows, predicted=predicted, quantity=" and ".join(rows))

    def _begin(self, chosen: dict[str, Any]) -> None:
        init, variance = self._schemes[chosen["scheme"]]
        numbers = {name: chosen[name] for name in ("depth", "width", "gradients", "seed")}
        settings = Settings(
            init=init, variance=variance, activation=self._bends[chosen["activation"]], **numbers
        )
        self._next, self._work = chosen, measure(settings, self._images, self._labels)

    def _piece(self) -> bool:
        """One piece of the measurement; False when it is done."""
        result = next(self._work)
        if result is None:
            return True
        self._chosen, self._result = self._next, result
        return False

    def _finish(self) -> None:
        while self._piece():
            pass

    def _ended(self, error: BaseException | None) -> None:
        if error is not None:  # the former network stays in view, and the page says what went wrong
            self._problem = f"{type(error).__name__}: {error}"
        self.tell(problem=self._problem, **self._shown())

    def _said(self) -> list[str]:
        forward = course("The signal", self.activations.rms)
        if self._result.factor is not None:
            forward += f"; predicted: each layer multiplies it by {self._result.factor:.3g}"
        said = [f"{forward}."]
        if self._chosen["activation"] == "sigmoid":
            said.append(
                "Sigmoid gives numbers around 0.5: this size does not show whether images stay different."
            )
        if self.gradients is not None:
            said.append(f"{course('The gradient', self.gradients.rms, back=True)}.")
        return said

    def _shown(self) -> dict[str, Any]:
        rows = {"there": _packed(self.activations), "back": self.gradients and _packed(self.gradients)}
        return {"settings": self._chosen, "measuring": 0, "said": self._said(), **rows}


def course(who: str, rms: np.ndarray, back: bool = False) -> str:
    """How the size of a signal runs from layer to layer, in words.

    who: str; rms: (depth,) float
    back: bool, whether it runs from the last layer to the first
    returns: str
    """
    order = range(len(rms))[:: -1 if back else 1]
    sizes = rms[list(order)]
    bad = ~(np.isfinite(sizes) & (sizes > 0))
    what = "zero" if bad.any() and sizes[bad.argmax()] == 0 else "not a finite number"
    if bad[0]:
        return f"{who} is {what} from layer {order[0] + 1} on"
    last = int(bad.argmax()) - 1 if bad.any() else len(sizes) - 1
    ratio = sizes[last] / sizes[0]
    verb = next(verb for limit, verb in VERBS if ratio <= limit)
    ends = [f"≈ {sizes[i]:.3g} in layer {order[i] + 1}" for i in (0, last)]
    text = f"{who} {verb}: RMS {', '.join(ends)}"
    return f"{text}, {what} from layer {order[last + 1] + 1} on" if bad.any() else text


def _packed(row: Measured) -> dict[str, Any]:
    """Arrays travel in single precision, which these may leave; lists in double."""
    packed = {name: getattr(row, name).tolist() for name in ("rms", "predicted", "low", "high")}
    return {**packed, "zero": row.zero, "saturated": row.saturated, "counts": row.counts}


def _given(data: Any) -> tuple[np.ndarray, np.ndarray]:
    images, labels, _ = some_of(data, MOST)
    if labels is None:
        return images, np.arange(len(images)) % CLASSES
    check_labels(labels, len(images), max(CLASSES, int(labels.max(initial=0)) + 1))
    return images, labels


def _within(name: str, value: Any, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not 1 <= value <= most:
        raise ValueError(f"{name} is {value!r}: expected a whole number, 1 to {most}")
    return int(value)


def _known(name: str, choices: dict[str, Any], what: str) -> str:
    if name not in choices:
        raise ValueError(
            f"there is no {what} {name!r}: expected {', '.join(choices)}, or a function of your own"
        )
    return name


def _named(scheme: Any, schemes: dict[str, Any]) -> str:
    """The name of an initialiser; your own is entered under its own name."""
    if isinstance(scheme, str):
        return _known(scheme, schemes, "scheme")
    if not callable(scheme):
        raise TypeError(f"scheme is {scheme!r}: pass an initialiser such as mlpkit.he_normal, or a name")
    for name, (init, _) in schemes.items():
        if init is scheme:
            return name
    name = f"yours: {getattr(scheme, '__name__', 'a function')}"
    schemes[name] = (scheme, None)
    return name


def _bend(activation: Any, bends: dict[str, Activation]) -> str:
    """The name of an activation; your own is entered under its own name."""
    if isinstance(activation, str):
        return _known(activation, bends, "activation")
    for name, known in bends.items():
        if known is activation:
            return name
    if not isinstance(activation, Activation):
        raise TypeError(f"activation is {activation!r}: pass mlpkit.relu or another Activation, or a name")
    name = f"yours: {activation.name}"
    bends[name] = activation
    return name
