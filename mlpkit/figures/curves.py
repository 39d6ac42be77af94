"""Curves of a run: loss and accuracy over the steps, of one history or of several side by side.

The line is a running mean of the batches, the band holds most of them, the markers are the validation split.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..core.history import COLUMNS, History
from . import phrasing, validation
from .display import axes_or_new, panels, set_description
from .smoothing import smooth
from .style import MARKERS, VERMILLION, line_style, log_scale, percent, styled, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAMES = {"loss": "loss", "accuracy": "accuracy", "learning_rate": "learning rate"}
LOG_FROM = 100  # a loss that changes a hundredfold is drawn on a log axis


@styled
def learning_curves(
    history: History | Mapping[str, History], column: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw how training went: loss and accuracy of the batches, and of the validation split where measured.

    history: History, or {name: History} to compare several
    column: "loss", "accuracy" or "learning_rate" for that alone; None for loss and accuracy side by side
    ax: Axes to draw on, or None for a new figure
    returns: Axes; of two panels `ax.child_axes` holds the left (loss) and the right (accuracy)
    raises: TypeError or ValueError when there is nothing to draw, or no such column
    """
    runs = validation.runs(history)
    if column is not None and column not in NAMES:
        raise ValueError(f"column is {column!r}: expected one of {', '.join(NAMES)}, or None for two panels")
    columns = ("loss", "accuracy") if column is None else (column,)
    ax = axes_or_new(ax, 8, 3.7 if column is None else 4.2)
    places = panels(ax, 1, 2) if column is None else [ax]
    told = [line for place, name in zip(places, columns) for line in _draw(place, runs, name)]
    return set_description(ax, *told)


def _draw(ax: Axes, runs: dict[str, History], column: str) -> list[str]:
    number = phrasing.percent if column == "accuracy" else phrasing.about
    told, ends, band = [], {}, len(runs) <= 2  # more bands would hide one another
    split = "validation" if all(_valid_points(run, column) for run in runs.values()) else "training"
    for index, (name, run) in enumerate(runs.items()):
        train = _train_line(ax, run, column, name, index, band)
        valid = _valid_line(ax, run, column, name, index)
        told.append(_told(name, column, train, valid, number))
        # A run that was lost has no end to compare, whatever was measured before.
        ends[name] = valid[1][-1] if split == "validation" and np.isfinite(train[1][-1]) else train[1][-1]
    _finish(ax, runs, column)
    what = f"{split} {NAMES[column]} at the end"
    ahead = phrasing.best(ends, what, number, high=column == "accuracy") if column != "learning_rate" else ""
    return [*told, ahead]


def _train_line(
    ax: Axes, run: History, column: str, name: str, index: int, band: bool
) -> tuple[np.ndarray, np.ndarray]:
    step, value = run.column("step"), run.column(column)
    finite = np.isfinite(value)
    label = f"{name} train".strip() if column != "learning_rate" else name or "rate"
    style = {**line_style(index), "marker": "o" if finite.sum() == 1 else ""}
    if not finite.any():
        ax.plot([], [], label=label, **style)
        return step, value
    curve = smooth(step[finite], value[finite])
    ax.plot(curve.x, curve.mean, label=label, **style)
    if band:
        ax.fill_between(curve.x, curve.low, curve.high, color=style["color"], alpha=0.18, linewidth=0)
    if finite.all():
        return curve.x, curve.mean
    lost = step[~finite]
    before = max(0, int(np.searchsorted(curve.x, lost[0])) - 1)
    came_back = finite[step >= lost[0]].any()
    label = f"not finite {'here and there ' if came_back else ''}from step {lost[0]}"
    ax.plot(curve.x[before], curve.mean[before], "X", color=VERMILLION, markersize=11, label=label)
    order = np.argsort(np.append(curve.x, lost), kind="stable")
    return np.append(curve.x, lost)[order], np.append(curve.mean, np.full(len(lost), np.nan))[order]


def _valid_points(run: History, column: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Where the validation split was measured, or None where it never was."""
    if f"valid_{column}" not in COLUMNS:
        return None
    value = run.column(f"valid_{column}")
    measured = np.isfinite(value)
    return (run.column("step")[measured], value[measured]) if measured.any() else None


def _valid_line(ax: Axes, run: History, column: str, name: str, index: int) -> tuple | None:
    points = _valid_points(run, column)
    if points is None:
        return None
    # Alone, the validation split takes the next colour; beside other runs it keeps its run's own.
    style = line_style(index) if name else line_style(1)
    face = "none" if name else style["color"]
    ax.plot(*points, **{**style, "linestyle": ":" if name else style["linestyle"]}, markerfacecolor=face,
            label=f"{name} valid".strip())  # fmt: skip
    return points


def _finish(ax: Axes, runs: dict[str, History], column: str) -> None:
    ax.set_xlabel("step")
    title(ax, NAMES[column].capitalize())
    if column == "accuracy":
        ax.set_ylim(0, 1)
        percent(ax, decimals=0)
    elif column == "loss":
        values = np.concatenate([run.column("loss") for run in runs.values()])
        values = values[np.isfinite(values)]
        if values.size and values.min() > 0 and values.max() > LOG_FROM * values.min():
            log_scale(ax, "y")
        else:
            ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
    ax.legend()


def _told(name: str, column: str, train: tuple, valid: tuple | None, number: object) -> str:
    who = f"{name}: " if name else ""
    what = NAMES[column] if column == "learning_rate" else f"training {NAMES[column]}"
    text = f"{what} {phrasing.trend(*train, number)}"
    if valid:
        text += f"; validation {NAMES[column]} {phrasing.trend(*valid, number)}"
    return who + (phrasing.sentence(text) if not who else text + ".")


@styled
def seed_bands(
    histories: Sequence[History] | Mapping[str, Sequence[History]],
    column: str = "valid_accuracy",
    ax: Axes | None = None,
) -> Axes:
    """Draw runs of one setting from several seeds as one: the median as a line, lowest to highest as a band.

    Of a long run, both are running means over a fortieth of it.

    histories: list of Histories that differ in the seed alone, or {name: list} to compare settings
    column: one of mlpkit.core.history.COLUMNS
    ax: Axes to draw on, or None for a new figure
    returns: Axes
    raises: TypeError or ValueError when the runs do not share their steps, or there is no such column
    """
    settings = histories if isinstance(histories, Mapping) else {"": histories}
    if not settings:
        raise ValueError("no histories were given: expected at least one list of them, as {name: list}")
    if column not in COLUMNS or column in ("step", "epoch"):
        raise ValueError(f"column is {column!r}: expected one of {', '.join(COLUMNS[2:])}")
    tables = {str(name): _table(runs, column) for name, runs in settings.items()}
    ax = axes_or_new(ax, 8, 4.2)
    number = phrasing.percent if "accuracy" in column else phrasing.about
    told = [_band(ax, name, *table, index, number) for index, (name, table) in enumerate(tables.items())]
    readable = column.replace("_", " ").replace("valid", "validation")
    ax.set_xlabel("step")
    title(ax, f"{readable.capitalize()}, median and range over seeds")
    if "accuracy" in column:
        percent(ax)
    ax.legend()
    return set_description(ax, f"{readable.capitalize()} over seeds.", *told)


def _table(runs: Sequence[History], column: str) -> tuple[np.ndarray, np.ndarray, bool]:
    """Steps (points,) and values (runs, points) where all hold a number, and whether a run goes on after."""
    if isinstance(runs, History):
        raise TypeError("one History was given: expected a list of them, one for each seed")
    checked = validation.runs({str(index): run for index, run in enumerate(runs)}).values()
    length = min(len(run) for run in checked)
    steps = np.array([run.column("step")[:length] for run in checked])
    if (steps != steps[0]).any():
        raise ValueError("the runs have different steps: expected runs that differ in the seed alone")
    values = np.array([run.column(column)[:length] for run in checked], dtype=float)
    measured = np.isfinite(values).all(axis=0)
    if not measured.any():
        raise ValueError(f"column {column!r} holds no numbers in these runs: train with a validation split")
    shared = steps[0][measured]
    ends = [run.column("step")[np.isfinite(run.column(column))][-1] for run in checked]
    return shared, values[:, measured], max(ends) > shared[-1]


def _band(
    ax: Axes, name: str, step: np.ndarray, values: np.ndarray, cut: bool, index: int, number: object
) -> str:
    parts = np.median(values, axis=0), values.min(axis=0), values.max(axis=0)
    curves = [smooth(step, part) for part in parts]  # else batch losses hide the band behind the line
    step, (middle, low, high) = curves[0].x, (curve.mean for curve in curves)
    style = {**line_style(index), "marker": MARKERS[index % len(MARKERS)] if len(step) <= 40 else ""}
    ax.plot(step, middle, label=f"{name}, median of {len(values)}".removeprefix(", "), **style)
    range_label = "lowest to highest" if index == 0 else None
    ax.fill_between(step, low, high, color=style["color"], alpha=0.3, linewidth=0, label=range_label)
    who = f"{name}: the" if name else "The"
    last = (
        f"the last values that all have, at {phrasing.place('step', step[-1])}," if cut else "the last values"
    )
    spread = f"{last} lie between {number(low[-1])} and {number(high[-1])}"
    course = phrasing.trend(step, middle, number)
    return f"{who} median of {phrasing.count(len(values), 'run')} {course}; {spread}."
