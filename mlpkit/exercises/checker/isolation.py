"""Keep a check from leaving traces: what it prints, what it warns of, and how it turns the random state.

Printing is caught only in the thread that is being checked; everybody else goes on printing as before.
"""

from __future__ import annotations

import random
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

KEPT = 2_000  # characters of what a function prints

_lock = threading.RLock()
_depth = 0  # checks that run now, on any thread: the first saves the state, the last brings it back
_saved: list = []
_caught: dict[int, list[str]] = {}  # thread -> what it printed


class _Stream:
    """Stands in for sys.stdout: keeps what caught threads print, passes on all else."""

    def __init__(self, real: object) -> None:
        self._real = real

    def write(self, text: str) -> int:
        """Keep or pass on."""
        kept = _caught.get(threading.get_ident())
        if kept is None:
            return self._real.write(text)
        if len(kept) < KEPT:
            kept.extend(str(text)[: KEPT - len(kept)])
        return len(text)

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)


@contextmanager
def untouched() -> Iterator[None]:
    """Bring back random states, warning filters, streams and the recursion limit afterwards."""
    global _depth
    with _lock:
        _depth += 1
        if _depth == 1:
            _save()
    try:
        yield
    finally:
        with _lock:
            _depth -= 1
            if _depth == 0:
                _restore()


@contextmanager
def caught() -> Iterator[list[str]]:
    """Catch what this thread prints, and let NumPy not warn in it.

    returns: a list that the printed characters are put in
    """
    pieces: list[str] = []
    _caught[threading.get_ident()] = pieces
    try:
        with np.errstate(all="ignore"):
            yield pieces
    finally:
        _caught.pop(threading.get_ident(), None)


def _save() -> None:
    filters = warnings.catch_warnings()
    filters.__enter__()
    warnings.simplefilter("ignore")
    _saved[:] = [
        filters, sys.stdout, sys.stderr, sys.getrecursionlimit(), np.random.get_state(), random.getstate()
    ]  # fmt: skip
    sys.stdout, sys.stderr = _Stream(sys.stdout), _Stream(sys.stderr)


def _restore() -> None:
    filters, sys.stdout, sys.stderr, limit, numpy_state, python_state = _saved
    sys.setrecursionlimit(limit)
    np.random.set_state(numpy_state)
    random.setstate(python_state)
    _caught.clear()  # a function that was stopped may not have taken itself off
    filters.__exit__(None, None, None)
