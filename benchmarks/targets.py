"""What mlpkit set out to reach on one thread, and whether a run's medians reach it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .contenders import OURS
from .nets import NETS, flops
from .stats import Ratio, ratio, summary

# Ratios peer / mlpkit of an epoch's seconds.
RATIOS = {
    "the notebook's own loops": {"W0 sgd": 40, "W1 sgd": 3.5, "W2 sgd": 4, "W4 sgd": 3},
    "scikit-learn": {"W0 sgd": 1.7, "W1 sgd": 1.7, "W2 sgd": 1.4, "W4 sgd": 1.7, "W4 adam": 1.6},
    "PyTorch, slicing": {"W0 sgd": 1.3, "W1 sgd": 1.6, "W2 sgd": 1.1, "W4 sgd": 1.6},
    "PyTorch, slicing, fused": {"W0 adam": 1.3, "W4 adam": 1.5},
    "PyTorch, DataLoader": {"W0 sgd": 1.4, "W1 sgd": 3.5, "W2 sgd": 1.2, "W4 sgd": 2.4},
    "JAX, lax.scan": {"W0 sgd": 1.0, "W1 sgd": 1.0, "W2 sgd": 1.0, "W4 sgd": 1.0},
}
SHARES = {"W0 sgd": 0.55, "W1 sgd": 0.10, "W2 sgd": 0.70, "W4 sgd": 0.50}
EVENTS = ("W0 sgd", "W1 sgd", "W2 sgd", "W4 sgd", "W0 adam", "W4 adam")


class Verdict(NamedTuple):
    """What was aimed at and what was measured; low and high: the interval, equal to the value for a share."""

    target: float
    value: float
    low: float
    high: float

    @property
    def reached(self) -> bool:
        """Whether the measured median is at least the target."""
        return self.value >= self.target


def ratio_to_ours(event: dict, name: str, clock: str = "cpu") -> Ratio | None:
    """How many times longer a contender takes than mlpkit; None when either did not finish."""
    ours, theirs = event.get(OURS, {}), event.get(name, {})
    if not ours.get(clock) or not theirs.get(clock) or "error" in theirs:
        return None
    return ratio(theirs[clock], ours[clock])


def share(event: dict, name: str, net: str, limit: float, clock: str = "cpu") -> float | None:
    """A contender's part of what a large matrix product could have done in its time."""
    row = event.get(name, {})
    if not row.get(clock) or "error" in row:
        return None
    return flops(NETS[net]) / summary(row[clock]).median / limit


def fastest_product(race: dict) -> float:
    """The limit of a race: operations a second of the fastest large matrix product in any of its rounds."""
    return max(speed for event in race.values() for speed in event["limit"]["large"])


def verdicts(race: dict) -> Iterator[tuple[str, dict[str, Verdict]]]:
    """Row by row: what is compared, and for each event that has a target what came out."""
    for name, targets in RATIOS.items():
        row = {}
        for event, target in targets.items():
            found = ratio_to_ours(race.get(event, {}), name)
            if found:
                row[event] = Verdict(target, *found)
        yield name, row
    row = {}
    for event, target in SHARES.items():
        value = share(race.get(event, {}), OURS, event.split()[0], fastest_product(race))
        if value:
            row[event] = Verdict(target, value, value, value)
    yield "share of the limit", row
