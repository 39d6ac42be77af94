"""Batch losses jump from step to step: a running mean shows the course, a band how far they jump.

The first point stays what it is, so that a curve starts where training did.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

POINTS = 400  # more cannot be told apart on a picture 800 pixels wide
SHARE = 40  # a window holds this fraction of the run


class Smooth(NamedTuple):
    """A smoothed curve.

    x, mean: (points,) float
    low, high: (points,) float, the 10th and the 90th percentile of each window
    """

    x: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def smooth(x: np.ndarray, y: np.ndarray) -> Smooth:
    """Means and percentiles of a fortieth of the run around each point; up to 79 points stay as they are.

    x, y: (n,) float, y finite
    returns: Smooth of at most 400 points
    """
    half = len(y) // SHARE // 2
    places = np.unique(np.linspace(0, len(y) - 1, min(len(y), POINTS)).round().astype(int))
    # To the right no further than to the left: the first window holds the first point alone.
    windows = [y[max(0, i - half) : i + min(i, half) + 1] for i in places]
    mean = np.array([window.mean() for window in windows])
    low, high = np.array([np.percentile(window, (10, 90)) for window in windows]).T
    return Smooth(x[places], mean, low, high)
