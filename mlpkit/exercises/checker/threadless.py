"""Run a function that may never end where there are no threads, as in a browser tab.

Python reports each jump and each call: a clock is read now and then, and past its time each line raises.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType

from .sandbox import FINISHED, INTERRUPTED, SECONDS, TIME, Ended, TimeUp

DEPTH = 150  # calls within calls
EVERY = 256  # jumps and calls between two looks at the clock


def run_here(
    function: Callable[[], object],
    seconds: float = SECONDS,
    progress: Callable[[], object] = lambda: None,
) -> Ended:
    """Run a function to its end, or until its time is up, in the thread that asks.

    A sleep ends when the time is up; one long call into C goes on to its own end.

    function, seconds, progress: as for `sandbox.run_limited`, but the time is that on the clock
    returns: Ended; nothing that the function raises gets out
    """
    end, done = time.monotonic() + seconds, progress()

    def is_over() -> bool:
        nonlocal end, done
        if time.monotonic() <= end:
            return False
        if progress() == done:
            return True
        end, done = time.monotonic() + seconds, progress()
        return False

    with _shallow(), _watched(is_over) as watch, _short_sleeps(watch):
        try:
            function()
        except KeyboardInterrupt:
            return Ended(INTERRUPTED)
        except BaseException as error:  # also TimeUp
            _unchain(error)
    return Ended(TIME if watch.over else FINISHED)


def _unchain(error: BaseException) -> None:
    """Take a chain of errors apart one by one: a browser's stack is too small to free a long one."""
    link: BaseException | None = error
    while link is not None:
        following, link.__context__, link.__cause__, link.__traceback__ = link.__context__, None, None, None
        link = following


class _Watch:
    """Counts events, and raises TimeUp at each one when the time is over."""

    def __init__(self, is_over: Callable[[], bool]) -> None:
        self.over, self._left, self.is_over = False, EVERY, is_over

    def look(self, code: CodeType, *_: object) -> None:
        self._left -= 1
        if self._left <= 0 and not self.over:
            self._left, self.over = EVERY, self.is_over()
            if self.over:  # a function that catches TimeUp gets it again at its next line
                sys.monitoring.set_events(self.tool, _EVENTS | sys.monitoring.events.LINE)
        if self.over and not code.co_filename.startswith(_LEFT_ALONE):
            raise TimeUp


@contextmanager
def _watched(is_over: Callable[[], bool]) -> Iterator[_Watch]:
    """Have Python report to a watch; before Python 3.12, which cannot, nothing is watched."""
    watch = _Watch(is_over)
    monitoring = getattr(sys, "monitoring", None)
    free = [tool for tool in range(5, -1, -1) if monitoring and monitoring.get_tool(tool) is None]
    if not free:
        yield watch
        return
    watch.tool = free[0]
    kinds = (monitoring.events.LINE, monitoring.events.JUMP, monitoring.events.PY_START)
    monitoring.use_tool_id(watch.tool, "mlpkit-check")
    for kind in kinds:
        monitoring.register_callback(watch.tool, kind, watch.look)
    try:
        monitoring.set_events(watch.tool, _EVENTS)
        yield watch
    finally:
        monitoring.set_events(watch.tool, 0)
        for kind in kinds:
            monitoring.register_callback(watch.tool, kind, None)
        monitoring.free_tool_id(watch.tool)


@contextmanager
def _short_sleeps(watch: _Watch) -> Iterator[None]:
    """Let `time.sleep` look at the clock."""
    sleep = time.sleep

    def short_sleep(seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if watch.is_over():
                watch.over = True
                raise TimeUp
            sleep(min(left, 0.05))
        sleep(0 if seconds >= 0 else seconds)  # which says what is wrong with a negative one

    time.sleep = short_sleep
    try:
        yield
    finally:
        time.sleep = sleep


@contextmanager
def _shallow() -> Iterator[None]:
    """Let calls go less deep: a browser ends the whole of Python when its own stack is full."""
    before = sys.getrecursionlimit()
    frame, depth = sys._getframe(), DEPTH
    while frame := frame.f_back:
        depth += 1
    sys.setrecursionlimit(min(before, depth))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


# The checker's own lines and the standard library's go on: they put back what the function has changed.
_LEFT_ALONE = (os.path.dirname(__file__), os.path.dirname(contextlib.__file__), "<frozen ")
_EVENTS = sys.monitoring.events.JUMP | sys.monitoring.events.PY_START if hasattr(sys, "monitoring") else 0
