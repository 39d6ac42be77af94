"""Medians, spreads, and ratios of medians with an interval that says how far they can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Summary(NamedTuple):
    """median; low and high: the quartiles; count: measurements."""

    median: float
    low: float
    high: float
    count: int


class Ratio(NamedTuple):
    """A ratio of two medians and its 95 % interval."""

    value: float
    low: float
    high: float


def summary(values: Sequence[float]) -> Summary:
    """Median and quartiles."""
    low, median, high = np.percentile(values, [25, 50, 75])
    return Summary(float(median), float(low), float(high), len(values))


def ratio(above: Sequence[float], below: Sequence[float], draws: int = 4_000) -> Ratio:
    """median(above) / median(below), with a bootstrap interval.

    Both were measured in the same rounds, so whole rounds are drawn: what slowed one round slowed both.
    """
    above, below = np.asarray(above, float), np.asarray(below, float)
    rounds = np.random.default_rng(0).integers(len(above), size=(draws, len(above)))
    ratios = np.median(above[rounds], axis=1) / np.median(below[rounds], axis=1)
    low, high = np.percentile(ratios, [2.5, 97.5])
    return Ratio(float(np.median(above) / np.median(below)), float(low), float(high))
