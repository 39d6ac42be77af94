"""`explain`: the learner's own function line by line, with the shape and a few values of every part.

A function that fails is shown on the case it gets wrong, with the place where it parts from right solutions.
"""

from __future__ import annotations

import html
from collections.abc import Callable

from ..catalog import find
from ..checker.check import check
from ..checker.isolation import preserve_global_state
from ..checker.runner import reference_runs
from ..checker.tracing import record_safely
from ..diagnosis.first_divergence import args_of_step, case_size
from ..diagnosis.trace_lines import LineView, view_lines
from ..panel import Panel, rich
from ..spec import Exercise
from .mine import own_function

_last: dict[str, Callable] = {}  # name -> the function that was checked last in this notebook


def remember(name: str, function: Callable) -> None:
    """Keep the function that was checked last, right or wrong."""
    _last[name] = function


def explain(name: str, function: Callable | None = None) -> Panel:
    """Your function of an exercise line by line, run once, with the shapes and values of every part.

    name: str, the exercise
    function: by default the one that was checked last in this notebook, or else the one in the workbook
    returns: something to read
    raises: TypeError or ValueError when there is no exercise of that name
    """
    exercise = find(name)
    function = function or _last.get(name) or own_function(name)
    if function is None:
        text = f"There is no function of yours for `{name}` yet. Run its cell first."
        return Panel(text, rich(text))
    result = check(name, function)
    view = result.lines or _view_of_right(exercise, function)
    if view is None:
        text = f"`{name}` cannot be shown line by line: Python has no source of it, or it did not end."
        return Panel(text, rich(text))
    message = f"{result.outcome}: {result.message}"
    fold = f"<details open><summary>{html.escape(view.title)}</summary>{view.html}</details>"
    return Panel(f"{message}\n{view.text}", f"<div>{rich(message)}</div>{fold}")


def _view_of_right(exercise: Exercise, function: Callable) -> LineView | None:
    """The function on the smallest case."""
    at = min(range(len(exercise.cases)), key=lambda i: case_size(exercise.cases[i]))
    case = exercise.cases[at]
    with preserve_global_state():
        trace = record_safely(function, args_of_step(exercise, case, reference_runs(exercise)[at], 0))
    return trace and view_lines(trace, case.note)
