"""The optimiser race: all of them from the same start down the same surface, step by step, side by side.

The optimisers are mlpkit's own and the learner's; one surface is cut from the loss of a real network.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ...core._validation import check_positive
from ..base import Widget
from .lanes import MAKERS, Lane, RacePath, lanes, run
from .surfaces import NAMES, Surface, surface

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SLOWEST, FASTEST = 1e-4, 10.0  # learning rates that the sliders reach


class OptimizerRace(Widget):
    """SGD, momentum, Nesterov, RMSProp, Adam, AdamW and yours, from the same start.

    yours: a step function such as `adam_step`, an Optimizer, a function learning_rate -> Optimizer, or
        {name: one of these} for up to four, wrong ones too; what fails is shown, the others run on
    surface: "bowl", "ravine", "saddle" or "network" to begin with
    rates: {name of a lane: learning rate} where others than the usual ones are wanted
    raises: TypeError or ValueError when an argument cannot be used
    """

    actions = ("choose", "rate", "usual", "go")

    def __init__(
        self, yours: Any = None, *, surface: str = "ravine", rates: dict[str, float] | None = None
    ) -> None:
        self._lanes = lanes(yours)
        self._wanted = _rates(rates, [lane.name for lane in self._lanes])
        self._set_out(surface)
        super().__init__()

    @property
    def names(self) -> list[str]:
        """The lanes, in order."""
        return [lane.name for lane in self._lanes]

    @property
    def runs(self) -> dict[str, RacePath]:
        """{name: RacePath} on the present surface: path, loss and measured seconds of each lane."""
        return dict(zip(self.names, self._runs))

    def pack(self) -> dict[str, Any]:
        """Everything that a fresh page needs."""
        return {
            "title": "Optimiser race",
            "surfaces": NAMES,
            "names": self.names,
            "fixed": [int(lane.fixed) for lane in self._lanes],
            "reach": (SLOWEST, FASTEST),
            **self._ground(),
            **self._results(),
        }

    def on_choose(self, value: Any) -> None:
        """Race on another surface.

        value: str, its name
        """
        self._set_out(str(value))
        self.tell(**self._ground(), **self._results())

    def on_rate(self, value: Any) -> None:
        """Give a lane another learning rate and let it run again.

        value: {"lane": int, "rate": float}
        """
        number = min(max(int(value["lane"]), 0), len(self._lanes) - 1)
        self._rates[number] = min(max(check_positive("rate", float(value["rate"])), SLOWEST), FASTEST)
        self._runs[number] = run(self._lanes[number], self._surface, self._rates[number])
        self.tell(**self._results())

    def on_usual(self, _value: Any) -> None:
        """Back to the usual rates."""
        self._wanted = {}
        self._set_out(self._surface.name)
        self.tell(**self._results())

    def on_go(self, value: Any) -> None:
        """Remember how far the reader has let them run.

        value: int, a step
        """
        self._at = min(max(int(value), 0), self._surface.steps)

    def describe(self) -> str:
        """The surface, the lanes and who is down first, in one sentence."""
        begun = (
            f"Optimiser race: {len(self._lanes)} optimisers on the {self._surface.name} surface, "
            f"{self._surface.steps} steps"
        )
        arrived = [(_arrival(one.loss, self._goal_loss), name) for name, one in self.runs.items()]
        step, name = min(arrived)
        if math.isinf(step):
            return f"{begun}; none of them gets 99 % of the way down."
        return f"{begun}; {name} is the first that is 99 % of the way down, at step ≈ {step:.0f}."

    def figure(self) -> Axes:
        """The surface with all paths."""
        from ...figures import loss_surface  # matplotlib, only when a picture is wanted

        grid, (left, right, bottom, top) = self._surface.grid, self._surface.box
        x, y = np.linspace(left, right, grid.shape[1]), np.linspace(bottom, top, grid.shape[0])
        return loss_surface(x, y, grid, {name: one.path for name, one in self.runs.items()})

    @property
    def _goal_loss(self) -> float:
        low, high = (float(self._surface.loss(*place)) for place in (self._surface.goal, self._surface.start))
        return low + (high - low) / 100

    def _set_out(self, name: str) -> None:
        self._surface: Surface = surface(name)
        self._rates = [self._usual(lane) for lane in self._lanes]
        self._runs = [run(lane, self._surface, rate) for lane, rate in zip(self._lanes, self._rates)]
        self._at = self._surface.steps

    def _usual(self, lane: Lane) -> float:
        return self._wanted.get(lane.name, self._surface.rates[lane.like if lane.like in MAKERS else "adam"])

    def _ground(self) -> dict[str, Any]:
        """The surface; its heights as ranks, so that every shade covers as much of the picture."""
        grid = self._surface.grid
        ranks = np.searchsorted(np.sort(grid, axis=None), grid) / grid.size
        return {
            "surface": self._surface.name,
            "words": self._surface.words,
            "box": self._surface.box,
            "start": self._surface.start,
            "goal": self._surface.goal,
            "ranks": ranks,
            "at": self._at,
        }

    def _results(self) -> dict[str, Any]:
        return {
            "rates": self._rates,
            "paths": np.stack([one.path for one in self._runs]),
            "losses": np.stack([one.loss for one in self._runs]),
            "seconds": np.stack([one.seconds for one in self._runs]),
            "problems": [one.problem for one in self._runs],
            "arrivals": [_arrival(one.loss, self._goal_loss) for one in self._runs],
        }


def _arrival(loss: np.ndarray, goal: float) -> float:
    """The first step from which the loss stays at or below the goal, or infinity."""
    above = np.flatnonzero(~(loss <= goal))
    step = above[-1] + 1 if above.size else 0
    return float(step) if step < len(loss) else math.inf


def _rates(rates: dict[str, float] | None, names: list[str]) -> dict[str, float]:
    wanted = dict(rates or {})
    for name, rate in wanted.items():
        if name not in names:
            raise ValueError(f"rates names {name!r}: the lanes are {', '.join(names)}")
        check_positive(f"the rate of {name}", rate)
    return {name: float(rate) for name, rate in wanted.items()}
