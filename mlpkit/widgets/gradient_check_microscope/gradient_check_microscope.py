"""The gradient-check microscope: how far to trust a numerical gradient, and what a kink does to it.

One number of a network, a bias, is nudged by eps; the slope that this shows is compared with backprop's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ...core._training_validation import as_loss_and_grads
from ...core._validation import check_labels
from ...core.backprop import loss_and_grads as package_loss_and_grads
from ...core.data import load
from ...core.gradcheck import TOLERANCE
from ...core.initializers import init_params
from ...core.network import as_inputs
from ...core.params import Params, as_params
from ..base import Widget
from .kink import at_distance, find_kink
from .slopes import centred, loss_at, one_sided

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EPS = 10.0 ** np.linspace(-1, -12, 45)  # four to a power of ten
DISTANCES = np.array(
    [1.0, *10.0 ** -np.arange(1, 10.5, 0.5), 0.0]
)  # of the unit from the kink; the last is on it
CURVES = tuple((dtype, way) for dtype in ("float64", "float32") for way in ("centred", "one-sided"))
NAMES = tuple(f"{dtype}, {way}" for dtype, way in CURVES)
LENS = np.linspace(-2, 2, 61)  # nudges that the lens looks at, in eps
NETWORK, BATCH = (784, 16, 10), 8  # small enough that every nudge is felt at once


class GradientCheckMicroscope(Widget):
    """Nudge one bias by eps, from large to tiny, and watch the numerical gradient get better and then worse.

        centred = (f(b + eps) - f(b - eps)) / (2 eps),   one-sided = (f(b + eps) - f(b)) / eps
        relative error = |numerical - backprop| / (|numerical| + |backprop|)

    loss_and_grads: (params, images, labels) -> (loss, grads), yours for instance, or {name: function} to
        choose from on the page; mlpkit's if None
    params: Params or any sequence of (weights, bias) with relu between the layers, at least two layers; a
        small network on Fashion-MNIST if None
    images: (batch, fan_in) uint8 or float; labels: (batch,) int; both or neither, a few are enough
    raises: ValueError or TypeError when they do not fit together, and whatever the function raises
    """

    actions = ("slide", "nudge", "choose")

    def __init__(
        self,
        loss_and_grads: Callable | Mapping[str, Callable] | None = None,
        params: Params | Iterable | None = None,
        images: np.ndarray | None = None,
        labels: np.ndarray | None = None,
    ) -> None:
        self._functions = _functions(loss_and_grads)
        self._chosen = next(iter(self._functions))
        self._params, self._images, self._labels = _given(params, images, labels)
        self._kink = find_kink(self._params, self._images, self._labels, DISTANCES)
        self._slide, self._nudge = 0, int(np.abs(EPS - 1e-5).argmin())
        self._measure()
        super().__init__()

    @property
    def eps(self) -> np.ndarray:
        """(45,) float, the nudges, from 0.1 down to 1e-12."""
        return EPS.copy()

    @property
    def errors(self) -> dict[str, np.ndarray]:
        """{"float64, centred": (45,) float ...}, relative errors at each eps; NaN where both slopes are 0."""
        return {name: values.copy() for name, values in zip(NAMES, self._errors)}

    def pack(self) -> dict[str, Any]:
        """Everything that a fresh page needs."""
        return {
            "title": "Gradient-check microscope",
            "network": str(self._params),
            "batch": len(self._labels),
            "unit": self._kink.unit,
            "example": self._kink.example,
            "functions": list(self._functions),
            "eps": EPS.tolist(),
            "distances": DISTANCES.tolist(),
            "curves": NAMES,
            **self._now(),
        }

    def on_slide(self, value: Any) -> None:
        """Move the unit towards the kink or away from it.

        value: int, place along the slide
        """
        self._change("_slide", min(max(int(value), 0), len(DISTANCES) - 1))

    def on_choose(self, value: Any) -> None:
        """Look at another function's gradients.

        value: str, its name
        """
        if value not in self._functions:
            raise ValueError(f"there is no function {value!r}: there are {', '.join(self._functions)}")
        self._change("_chosen", value)

    def on_nudge(self, value: Any) -> None:
        """Look through the lens at another eps.

        value: int, place along eps
        """
        self._nudge = min(max(int(value), 0), len(EPS) - 1)
        self._look()
        self.tell(nudge=self._nudge, lens=self._lens)

    def describe(self) -> str:
        """The network, what is nudged, and whether backprop and the nudges agree, in one sentence."""
        best = float(np.nanmin(self._errors[0])) if np.isfinite(self._errors[0]).any() else math.nan
        what = f"the bias of unit {self._kink.unit} in a {self._params} network"
        verdict = "agree" if best < TOLERANCE else "DISAGREE at every eps"
        bound = f"below {TOLERANCE:.0e} at the best eps" if best < TOLERANCE else f"≈ {best:.1g} at best"
        return (
            f"Gradient-check microscope: {what}, eps from 1e-1 to 1e-12. Backprop and central differences in "
            f"float64 {verdict}, relative error {bound}."
        )

    def figure(self) -> Axes:
        """All four curves against eps."""
        from ...figures import gradient_check_curve  # matplotlib, only when a picture is wanted

        return gradient_check_curve(EPS, self.errors)

    def _change(self, name: str, value: Any) -> None:
        """Set what to look at and measure; if the function fails there, stay where we were."""
        before = getattr(self, name)
        setattr(self, name, value)
        try:
            self._measure()
        except Exception:
            setattr(self, name, before)
            raise
        finally:
            self.tell(**self._now())

    def _now(self) -> dict[str, Any]:
        return {
            "chosen": self._chosen,
            "slide": self._slide,
            "nudge": self._nudge,
            "slopes": self._slopes.tolist(),  # with all their digits
            "errors": self._errors,
            "backprop": self._backprop,
            "lens": self._lens,
        }

    def _measure(self) -> None:
        """Every slope at every eps, in both types, with what backprop says in that type."""
        self._backprop = [self._analytic(dtype) for dtype in ("float64", "float32")]
        slopes = []
        for dtype, way in CURVES:
            f, middle = self._loss(dtype), self._middle(dtype)
            slope = centred if way == "centred" else one_sided
            slopes.append([slope(f, middle, eps) for eps in EPS])
        self._slopes = np.array(slopes)
        said = np.repeat(self._backprop, 2)[:, None]
        with np.errstate(invalid="ignore", divide="ignore"):  # 0 / 0: both say that there is no slope at all
            self._errors = np.abs(self._slopes - said) / (np.abs(self._slopes) + np.abs(said))
        self._look()

    def _look(self) -> None:
        """The loss around the bias, minus the loss in the middle, as far as two eps away."""
        rows = []
        for dtype in ("float64", "float32"):
            f, middle = self._loss(dtype), self._middle(dtype)
            rows.append([f(middle + t * EPS[self._nudge]) for t in LENS])
        # Differences in units of eps: as they stand, the float32 they travel in would round them off.
        table = np.array(rows)
        self._lens = (table - table[:, len(LENS) // 2][:, None]) / EPS[self._nudge]

    def _analytic(self, dtype: str) -> float:
        params = self._at(dtype)
        result = self._functions[self._chosen](params, self._images.astype(dtype), self._labels)
        return float(as_loss_and_grads(result, params)[1].flat[self._kink.place])

    def _loss(self, dtype: str) -> Callable[[float], float]:
        return partial(
            loss_at,
            params=self._at(dtype),
            place=self._kink.place,
            loss_and_grads=self._functions[self._chosen],
            images=self._images.astype(dtype),  # a learner's function may leave the type as it comes
            labels=self._labels,
        )

    def _middle(self, dtype: str) -> float:
        return float(self._at(dtype).flat[self._kink.place])

    def _at(self, dtype: str) -> Params:
        return at_distance(self._params, self._kink, DISTANCES[self._slide]).astype(np.dtype(dtype))


def _functions(given: Any) -> dict[str, Callable]:
    if given is None:
        return {"mlpkit's": package_loss_and_grads}
    found = dict(given) if isinstance(given, Mapping) else {"yours": given}
    for name, function in found.items():
        if not callable(function):
            given = f"loss_and_grads {name!r} is {type(function).__name__}"
            raise TypeError(f"{given}: expected a function or {{name: function}}")
    if not found:
        raise ValueError("loss_and_grads holds no function: give at least one {name: function}")
    return {str(name): function for name, function in found.items()}


def _given(params: Any, images: Any, labels: Any) -> tuple[Params, np.ndarray, np.ndarray]:
    """The network in float64 and a batch, or mlpkit's small ones."""
    if (images is None) != (labels is None):
        raise ValueError(
            "images and labels belong together: give both, or neither for eight of Fashion-MNIST"
        )
    params = as_params(init_params(NETWORK, rng=np.random.default_rng(0)) if params is None else params)
    if len(params) < 2:
        raise ValueError(
            f"a {params} network has no hidden layer, so no relu: give one with at least two layers"
        )
    if images is None:
        images, labels = (part[:BATCH] for part in load().valid)
    images, labels = np.asarray(images), np.asarray(labels)
    if len(images) == 0:
        raise ValueError("there are no images: a gradient check needs at least one")
    params = params.astype(np.float64)
    images = as_inputs(images, params)
    check_labels(labels, len(images), params.sizes[-1])
    return params, images, labels
