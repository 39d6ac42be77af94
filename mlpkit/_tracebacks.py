"""Short errors for the functions that a learner calls: the message, and the lines of the learner's own cells.

Between the two, a notebook prints every line of this package that the call went through.
"""

from __future__ import annotations

import functools
import os
import sysconfig
import traceback
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

LINES = 6  # of the learner's; a function that calls itself has thousands
_NOT_THE_LEARNERS = (
    os.path.dirname(os.path.abspath(__file__)),
    *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    "<frozen",
)


def short_errors(function: Callable[P, T]) -> Callable[P, T]:
    """A decorator: what the function raises is shown short in a notebook.

    The error itself stays the same. `%tb` shows its whole traceback.
    """

    @functools.wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            _shorten(error)
            raise

    return called


def _shorten(error: Any) -> None:
    def lines() -> list[str]:
        del error._render_traceback_  # IPython asks for it; the second time, for %tb, it is gone
        return _told(error)

    error._render_traceback_ = lines


def _told(error: Exception) -> list[str]:
    found = [f"{type(error).__name__}: {error}"]
    for frame in traceback.extract_tb(error.__traceback__):
        if not frame.filename.startswith(_NOT_THE_LEARNERS):
            where = "" if frame.name.startswith("<") else f", in {frame.name}"
            found.append(f"  line {frame.lineno}{where}: {frame.line}")
    return [*found[: LINES + 1], "For the whole traceback, run %tb."]
