"""A learner's own calibration: how often they were right, against how sure they said they were.

With few answers each point may lie far off by chance alone; the bars say how far.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from . import phrasing
from .display import axes_or_new, set_description
from .style import BLUE, GREY, styled, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ENOUGH = 10  # answers from which on the record says something
EXAMPLE = ((25, 8, 3), (60, 10, 6), (80, 12, 8), (95, 10, 8))  # somebody who is too sure of what they know


@styled
def prediction_record(
    points: Sequence[tuple[int, int, int]], waiting: int = 0, ax: Axes | None = None
) -> Axes:
    """Draw how often somebody's predictions came true, by how sure they were; an example if there are few.

    points: (how sure in per cent, how many answers, how many of them right)
    waiting: int, answers whose outcome is not known yet
    ax: Axes to draw on, or None for a new figure
    returns: Axes
    raises: ValueError when a point cannot be

    The bars are Wilson's intervals: Wilson 1927, Probable Inference, the Law of Succession, and Statistical
    Inference
    """
    points = [tuple(point) for point in points]
    if not all(map(_can_be, points)):
        raise ValueError(
            f"points are {points}: expected (per cent 0 to 100, answers, right answers among them), all whole"
        )
    points = [tuple(map(int, point)) for point in points]
    total = sum(many for _, many, _ in points)
    few = total < ENOUGH
    ax = axes_or_new(ax, 6.4, 5.2)
    ax.plot([0, 100], [0, 100], color=GREY, linestyle=(0, (4, 3)), linewidth=1.3, label="calibrated")
    if few:
        _points(ax, EXAMPLE, "an example, not you", color=GREY, markerfacecolor="none")
    if points:
        _points(ax, points, "you", color=BLUE)
    ax.set(xlim=(0, 110), ylim=(-2, 105), xlabel="how sure, in %", ylabel="how often right, in %")
    ax.set_xticks(range(0, 101, 20))
    title(ax, "Predictions of the course")
    ax.legend(loc="upper left")
    answers = phrasing.count(waiting, "answer")
    pending = f" {answers} still {'waits' if waiting == 1 else 'wait'} for the experiment."
    return set_description(
        ax, (_too_few(total) if few else _verdict(points, total)) + (pending if waiting else "")
    )


def _can_be(point: tuple) -> bool:
    if len(point) != 3 or any(int(number) != number for number in point):  # 0.8 for 80 % would count as 0
        return False
    sure, many, right = point
    return 0 <= sure <= 100 and 0 <= right <= many and many >= 1


def _points(ax: Axes, points: Sequence[tuple[int, int, int]], label: str, **look: str) -> None:
    sure, many, right = (np.array(column, float) for column in zip(*points))
    low, high = _interval(right, many)
    share = 100 * right / many
    ax.errorbar(
        sure, share, [share - low, high - share], fmt="o", capsize=4, markersize=9, label=label, **look
    )
    for x, y, r, n in zip(sure, share, right, many):
        ax.annotate(f"{r:.0f} of {n:.0f}", (x, y), (9, -4), textcoords="offset points", fontsize=9)


def _interval(right: np.ndarray, many: np.ndarray, z: float = 1.96) -> tuple[np.ndarray, np.ndarray]:
    """Where the true share lies, 19 times in 20, in per cent."""
    p, square = right / many, z * z / many
    middle = (p + square / 2) / (1 + square)
    half = z * np.sqrt(p * (1 - p) / many + square / (4 * many)) / (1 + square)
    return 100 * np.minimum(middle - half, p), 100 * np.maximum(middle + half, p)


def _too_few(total: int) -> str:
    have = (
        f"So far {phrasing.count(total, 'answer')} with an outcome"
        if total
        else "No answer with an outcome yet"
    )
    return (
        f"{have}: {ENOUGH - total} more {'is' if total == ENOUGH - 1 else 'are'} needed. "
        "Answer the questions before the experiments, say how sure you are, and run the cell after each. "
        "The grey points are an example: somebody who is too sure."
    )


def _verdict(points: Sequence[tuple[int, int, int]], total: int) -> str:
    right = sum(r for _, _, r in points)
    expected = sum(sure * many for sure, many, _ in points) / total
    gap = expected - 100 * right / total
    verdict = (
        "about as sure as you should be" if abs(gap) < 5 else "too sure" if gap > 0 else "not sure enough"
    )
    return (
        f"Of {phrasing.count(total, 'answer')} {right} were right, which is {100 * right / total:.0f} %; you "
        f"had said {expected:.0f} % on average. You are {verdict}."
    )
