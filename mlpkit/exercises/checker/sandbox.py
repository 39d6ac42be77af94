"""Run somebody else's function so that nothing it does can stop the notebook.

It runs in a thread of its own; whoever waits for it stops it when its time is up. A function may catch even
that (`except BaseException: pass`) and go on: then it is raised again right after it was caught.
"""

from __future__ import annotations

import ctypes
import functools
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import CodeType

SECONDS = 3.0  # a right function needs a few thousandths
GRACE = 1.5  # how long a function may go on after it was told to stop, before it is left behind
STACK = 64 * 2**20  # macOS gives threads half a megabyte, too little for deep recursion


class TimeUp(BaseException):
    """Raised inside a function whose time is up."""


def run(job: Callable[[], object], seconds: float = SECONDS) -> str:
    """Run a job to its end, or until its time is up.

    job: called without arguments; what it finds out it must put somewhere itself
    seconds: float
    returns: "finished", "time" when it was stopped, or "interrupted" by the stop button or Ctrl-C
    """
    ended = threading.Event()
    status = "time"
    with _interrupts() as interrupts:
        worker, repeat = _start(job, ended)
        end = time.monotonic() + seconds
        while time.monotonic() < end and status == "time":
            if ended.wait(0.05):  # in short pieces: an interrupt does not cut a wait short
                status = "finished"
            if interrupts:
                status = "interrupted"
        if not ended.is_set():
            _stop(worker, repeat, ended)
    return status


@contextmanager
def _interrupts() -> Iterator[list[int]]:
    """Write interrupts down instead of raising them, which could happen anywhere, a clean-up included.

    returns: list of the signals that came; it stays empty off the main thread, where Python hears of none
    """
    heard: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield heard
        return
    before = signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    try:
        yield heard
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.default_int_handler)


def _start(job: Callable, ended: threading.Event) -> tuple[threading.Thread, type[TimeUp]]:
    repeat = _stubborn_error()

    def work() -> None:
        repeat.__init__ = _strike_own(repeat)
        try:
            job()
        except BaseException:
            repeat.__init__ = (
                BaseException.__init__
            )  # before anything else: from now on it is raised once more at most
            try:
                _wait_for_it()
            except BaseException:
                pass
        try:
            ended.set()
        except BaseException:
            ended.set()

    worker = threading.Thread(target=work, daemon=True, name="mlpkit-check")
    size = _stack_size(STACK)
    try:
        worker.start()
    finally:
        _stack_size(size)
    return worker, repeat


def _wait_for_it() -> None:
    for _ in range(100):
        pass


def _stubborn_error() -> type[TimeUp]:
    """An error that is raised again wherever it is caught; see `_strike_own`."""
    return type("TimeUp", (TimeUp,), {})


def _strike_own(error: type[TimeUp]) -> Callable:
    """An `__init__` that strikes the thread it runs in.

    Python makes the exception object when it is caught (or raised, in 3.12), and looks for strikes at the
    next call or turn of a loop. Being a C function, this one gives no such chance before the handler runs.
    """
    strike = ctypes.PYFUNCTYPE(None, ctypes.c_ulong, ctypes.py_object)(
        ("PyThreadState_SetAsyncExc", ctypes.pythonapi)
    )
    return staticmethod(functools.partial(strike, threading.get_ident(), error))


def _stack_size(size: int) -> int:
    try:
        return threading.stack_size(size)
    except (ValueError, RuntimeError):  # this platform does not allow it
        return 0


def _stop(worker: threading.Thread, repeat: type[TimeUp], ended: threading.Event) -> None:
    """Tell it to stop every 20 ms; a function inside one long call into C hears it only afterwards.

    Every other time it is the plain error, whose making needs no call, for a function at its recursion limit.
    """
    with ExitStack() as stack:
        for turn in range(int(GRACE / 0.02)):
            error = ctypes.py_object((TimeUp, repeat)[turn % 2])
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident), error)
            if turn == 10 and sys.version_info >= (3, 12):
                stack.enter_context(_every_line_raises(worker.ident))
            if ended.wait(0.02):
                return


@contextmanager
def _every_line_raises(thread: int) -> Iterator[None]:
    """Raise at every line of a thread; Python 3.12 can lose the second strike after `except: pass`."""
    watch = sys.monitoring
    tool = next((i for i in range(5, -1, -1) if watch.get_tool(i) is None), None)
    if tool is None:
        yield
        return

    def stop(code: CodeType, *_: object) -> None:
        if threading.get_ident() == thread and code.co_filename not in (__file__, threading.__file__):
            raise TimeUp

    events = watch.events.LINE | watch.events.JUMP | watch.events.PY_START
    watch.use_tool_id(tool, "mlpkit-check")
    for event in (watch.events.LINE, watch.events.JUMP, watch.events.PY_START):
        watch.register_callback(tool, event, stop)
    try:
        watch.set_events(tool, events)
        yield
    finally:
        watch.set_events(tool, 0)
        watch.free_tool_id(tool)
