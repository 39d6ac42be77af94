"""Run somebody else's function so that nothing it does can stop the notebook.

It runs in a thread of its own; whoever waits for it stops it when its time is up.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable

SECONDS = 3.0  # a right function needs a few thousandths
GRACE = 1.5  # how long a function may go on after it was told to stop, before it is left behind
STACK = 64 * 2**20  # macOS gives threads half a megabyte, too little for deep recursion


class TimeUp(BaseException):
    """Raised inside a function whose time is up."""


class TimeUpAgain(TimeUp):
    """Raised in turn with TimeUp, for a function that catches even this (`except BaseException: pass`) and
    goes on.

    Wherever it is caught, which is when Python makes the exception object, every line that follows is made
    to raise
    it again. (TimeUp makes no such call, and so also reaches a function that is at its recursion limit.)
    """

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        frame = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename != __file__:
            frame.f_trace = _again
            frame = frame.f_back
        sys.settrace(_again)


def run(job: Callable[[], object], seconds: float = SECONDS) -> str:
    """Run a job to its end, or until its time is up.

    job: called without arguments; what it finds out it must put somewhere itself
    seconds: float
    returns: "finished", "time" when it was stopped, or "interrupted" by the stop button or Ctrl-C
    """
    ended = threading.Event()
    worker = _start(job, ended)
    status = "finished"
    try:
        ended.wait(seconds)
    except KeyboardInterrupt:
        status = "interrupted"
    if not ended.is_set():
        status = "time" if status == "finished" else status
        _stop(worker, ended)
    return status


def _start(job: Callable, ended: threading.Event) -> threading.Thread:
    def work() -> None:
        try:
            job()
        except BaseException:
            pass
        finally:
            sys.settrace(None)
            ended.set()

    worker = threading.Thread(target=work, daemon=True, name="mlpkit-check")
    size = _stack_size(STACK)
    try:
        worker.start()
    finally:
        _stack_size(size)
    return worker


def _stack_size(size: int) -> int:
    try:
        return threading.stack_size(size)
    except (ValueError, RuntimeError):  # this platform does not allow it
        return 0


def _stop(worker: threading.Thread, ended: threading.Event) -> None:
    """Tell it to stop every 20 ms; a function inside one long call into C hears it only afterwards."""
    for turn in range(int(GRACE / 0.02)):
        _strike(worker.ident, (TimeUp, TimeUpAgain)[turn % 2])
        try:
            if ended.wait(0.02):
                return
        except KeyboardInterrupt:
            pass


def _strike(thread: int, error: type[TimeUp] = TimeUpAgain) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))


def _again(frame: object, event: str, arg: object) -> Callable:
    _strike(threading.get_ident())
    return _again
