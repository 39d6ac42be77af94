"""Run a function that may never end, so that nothing it does can stop the notebook.

It runs in a thread of its own, and is stopped when that thread has used too much processor time.
"""

from __future__ import annotations

import ctypes
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from ..._where import IN_BROWSER

SECONDS = 3.0  # of processor time for one call of a function; a right one needs a few thousandths
GRACE = 1.0  # seconds that a function has to end after it was told to stop
PATIENCE = 20  # times `seconds` on the clock, for a machine that is too busy to run the function
TICK = 0.05
STACK = 64 * 2**20  # bytes; macOS gives threads half a megabyte, too little for deep recursion

FINISHED, TIME, WAITING, BUSY, INTERRUPTED = "finished", "time", "waiting", "busy", "interrupted"


class TimeUp(BaseException):
    """Raised inside a function whose time is up."""


class Ended(NamedTuple):
    """How a run ended.

    status: "finished"; "time" when it used too much processor time; "waiting" when it did not compute at all;
        "busy" when the machine gave it too little time to say; "interrupted" by the stop button or Ctrl-C
    left_behind: True when it could not be stopped, and still runs in its thread
    """

    status: str
    left_behind: bool = False


def run_limited(
    function: Callable[[], object],
    seconds: float = SECONDS,
    progress: Callable[[], object] = lambda: None,
) -> Ended:
    """Run a function to its end, or until its time is up.

    function: called without arguments; what it finds out it must put somewhere itself
    seconds: float, processor time of its own thread; what else the machine does counts nothing
    progress: gives something that changes when a part of the work is done; then the time starts anew
    returns: Ended; nothing that the function raises gets out
    """
    if IN_BROWSER:  # there are no threads
        from .threadless import run_here

        return run_here(function, seconds, progress)
    running = threading.Lock()
    running.acquire()
    clocks: list[int] = []
    with _interrupts() as interrupts:
        worker = _start(function, running, clocks)
        status = _wait(running, lambda: _processor_time(clocks), seconds, progress, interrupts)
        if status == FINISHED:
            return Ended(FINISHED)
        stopped = _stop(worker, running)
        if interrupts:
            time.sleep(TICK)  # the last interrupts may still be on their way
    return Ended(status, not stopped)


def _wait(
    running: threading.Lock,
    processor_time: Callable[[], float],
    seconds: float,
    progress: Callable[[], object],
    interrupts: list[int],
) -> str:
    """Wait until the function has ended, or until there is a reason to stop it."""
    used = began = processor_time()
    idle = waited = 0.0
    done = progress()
    while True:
        start = time.monotonic()
        if running.acquire(timeout=TICK):  # in short pieces: an interrupt does not cut a wait short
            return FINISHED
        if interrupts:
            return INTERRUPTED
        late = time.monotonic() - start > 3 * TICK  # the machine is busy, or the kernel was paused
        before, used = used, processor_time()
        if progress() != done:
            done, began, idle, waited = progress(), used, 0.0, 0.0
        waited += TICK
        idle = 0.0 if late or used - before > 0.02 * TICK else idle + TICK
        if used - began > seconds:
            return TIME
        if idle > seconds:
            return WAITING
        if waited > PATIENCE * seconds:
            return BUSY


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


def _start(function: Callable, running: threading.Lock, clocks: list[int]) -> threading.Thread:
    def work() -> None:
        try:
            try:
                if hasattr(time, "pthread_getcpuclockid"):  # asked from inside: here the thread surely lives
                    clocks.append(time.pthread_getcpuclockid(threading.get_ident()))
                function()
            finally:
                running.release()
        except BaseException:  # TimeUp may come anywhere, also between the lines above
            if running.locked():
                running.release()

    worker = threading.Thread(target=work, daemon=True, name="mlpkit-check")
    size = _stack_size(STACK)
    try:
        worker.start()
    finally:
        _stack_size(size)
    return worker


def _processor_time(clocks: list[int]) -> float:
    """Seconds of the thread that is being watched; of the whole process where a platform cannot say."""
    try:
        return time.clock_gettime(clocks[0])
    except IndexError:  # not begun yet, or no such clocks
        return 0.0 if hasattr(time, "pthread_getcpuclockid") else time.process_time()
    except OSError:  # the thread has ended in this moment
        return 0.0


def _stop(worker: threading.Thread, running: threading.Lock) -> bool:
    """Raise TimeUp inside a thread until it ends or the grace is over.

    Once is enough for most functions. At its recursion limit a function can lose it, and any function may
    catch it. One long call into C notices it only when it is over.
    returns: bool, whether the thread has ended
    """
    for _ in range(int(GRACE / TICK)):
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident), ctypes.py_object(TimeUp))
        if running.acquire(timeout=TICK):
            worker.join(GRACE)
            return True
    return False


def _stack_size(size: int) -> int:
    try:
        return threading.stack_size(size)
    except (ValueError, RuntimeError):  # this platform does not allow it
        return 0
