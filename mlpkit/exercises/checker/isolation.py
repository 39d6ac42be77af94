"""Keep a check from leaving traces: what it prints and shows, and what it changes for everybody.

Output is caught only in the thread that is being checked; everybody else goes on printing as before.
"""

from __future__ import annotations

import builtins
import gc
import math
import os
import random
import sys
import threading
import time
import warnings
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

import numpy as np

KEPT = 2_000  # characters of what a function prints
PICTURES = 3  # that a function displays

_lock = threading.RLock()
_depth = 0  # checks that run now, on any thread: the first saves the state, the last brings it back
_saved: list = []
_caught: dict[int, list[str]] = {}  # thread -> what it printed
_started: weakref.WeakSet[threading.Thread] = weakref.WeakSet()  # by functions under check


class AsksForInput(Exception):
    """Raised inside a function that waits for somebody to type."""


class _Stream:
    """Stands in for sys.stdout: keeps what caught threads print, passes on all else."""

    def __init__(self, real: object) -> None:
        self._real = real

    @property
    def uncaught(self) -> object:
        """The real stream, for what mlpkit itself has to say."""
        return self._real

    def write(self, text: str) -> int:
        """Keep or pass on."""
        kept = _caught.get(threading.get_ident())
        if kept is None:
            return self._real.write(text)
        if len(kept) < KEPT:
            kept.extend(str(text)[: KEPT - len(kept)])
        return len(text)

    def close(self) -> None:
        """Close the real stream, unless it is a function under check that asks."""
        if threading.get_ident() not in _caught:
            self._real.close()

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)


@contextmanager
def preserve_global_state() -> Iterator[None]:
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
def capture_output(pictures: list[str] | None = None) -> Iterator[list[str]]:
    """Catch what this thread prints and displays, and let NumPy not warn in it.

    pictures: list that displayed pictures are put in, as PNG in base64
    returns: a list that the printed characters are put in, and the texts of what is displayed
    """
    pieces: list[str] = []
    pictures = [] if pictures is None else pictures
    _caught[threading.get_ident()] = pieces
    figures = open_figures()
    try:
        with np.errstate(all="ignore"), _capture_displays(pieces, pictures):
            yield pieces
    finally:
        _caught.pop(threading.get_ident(), None)
        for number in open_figures() - figures:
            sys.modules["matplotlib.pyplot"].close(number)


def open_figures() -> set[int]:
    """The numbers of pyplot's open figures; a notebook shows each of them at the end of the cell."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set(pyplot.get_fignums()) if pyplot else set()


@contextmanager
def _capture_displays(pieces: list[str], pictures: list[str]) -> Iterator[None]:
    """Catch what this thread displays in a notebook."""

    def keep(message: dict) -> None:
        data = message.get("content", {}).get("data", {})
        if "image/png" in data and len(pictures) < PICTURES:
            pictures.append(str(data["image/png"]))
        elif len(pieces) < KEPT:
            pieces.extend(f"{data.get('text/plain', '')}\n"[: KEPT - len(pieces)])

    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    publisher = getattr(shell, "display_pub", None)
    if not hasattr(publisher, "register_hook"):  # no notebook: there display() prints
        yield
        return
    publisher.register_hook(keep)
    try:
        yield
    finally:
        publisher.unregister_hook(keep)


def _refuse(real: Callable) -> Callable:
    """Stands in for a function that waits for the keyboard: raises in caught threads."""

    def ask(*args: object, **keywords: object) -> object:
        if threading.get_ident() in _caught:
            raise AsksForInput
        return real(*args, **keywords)

    return ask


def _noting(real: Callable) -> Callable:
    """Stands in for `Thread.start`: writes down what caught threads start; a library may keep a thread."""

    def start(thread: threading.Thread) -> None:
        if threading.get_ident() in _caught and type(thread).__module__ in ("threading", "__main__"):
            _started.add(thread)
        real(thread)

    return start


def _save() -> None:
    filters = warnings.catch_warnings()
    filters.__enter__()
    warnings.simplefilter("ignore")
    _saved[:] = [
        filters, sys.stdout, sys.stderr, sys.getrecursionlimit(), np.random.get_state(), random.getstate(),
        builtins.input, sys.breakpointhook, threading.Thread.start,
    ]  # fmt: skip
    sys.stdout, sys.stderr = _Stream(sys.stdout), _Stream(sys.stderr)
    builtins.input, sys.breakpointhook = _refuse(builtins.input), _refuse(sys.breakpointhook)
    threading.Thread.start = _noting(threading.Thread.start)  # type: ignore[method-assign]


def _restore() -> None:
    filters, sys.stdout, sys.stderr, limit, numpy_state, python_state = _saved[:6]
    builtins.input, sys.breakpointhook, threading.Thread.start = _saved[6:]  # type: ignore[method-assign]
    sys.setrecursionlimit(limit)
    np.random.set_state(numpy_state)
    random.setstate(python_state)
    _caught.clear()  # a function that was stopped may not have taken itself off
    filters.__exit__(None, None, None)


class Changes(NamedTuple):
    """What a function changed for everybody, in words.

    code: functions that it replaced, and streams that it closed: whatever it answered cannot be trusted
    places: the working folder, variables of the environment, settings of Python
    threads: threads that began meanwhile and still run; nobody can stop them
    """

    code: list[str]
    places: list[str]
    threads: list[str]


MODULES: dict[str, ModuleType] = {
    "": builtins,
    "np.": np,
    "np.linalg.": np.linalg,
    "np.random.": np.random,
    "np.fft.": np.fft,
    "math.": math,
    "random.": random,
    "time.": time,
    "os.": os,
}
# What else holds for the whole notebook: its name -> (how to look, how to set it)
SETTINGS: dict[str, tuple[Callable[[], object], Callable[[Any], object]]] = {
    "gc": (gc.isenabled, lambda on: gc.enable() if on else gc.disable()),
    "sys.path": (lambda: list(sys.path), lambda folders: sys.path.__setitem__(slice(None), folders)),
    "sys.setswitchinterval": (sys.getswitchinterval, sys.setswitchinterval),
    "sys.excepthook": (lambda: sys.excepthook, lambda hook: setattr(sys, "excepthook", hook)),
    "sys.displayhook": (lambda: sys.displayhook, lambda hook: setattr(sys, "displayhook", hook)),
    "threading.settrace": (threading.gettrace, threading.settrace),
    "threading.setprofile": (threading.getprofile, threading.setprofile),
    "threading.excepthook": (lambda: threading.excepthook, lambda f: setattr(threading, "excepthook", f)),
    "os.umask": (lambda: _umask(), os.umask),
}


@contextmanager
def put_back_changes() -> Iterator[Changes]:
    """Put back what is replaced meanwhile in NumPy, Python and mlpkit, the working folder, the environment.

    returns: Changes, filled at the end
    """
    from ..catalog import exercises  # which is made with this module

    changes = Changes([], [], [])
    threads = set(_started)
    loaded = dict(sys.modules)
    names = [(prefix, module, dict(vars(module))) for prefix, module in MODULES.items()]
    names += [
        (f"{name}.", module, _made_of(module)) for name, module in loaded.items() if _ours(name, module)
    ]
    names += [(f"{name}.", entry, dict(vars(entry))) for name, entry in exercises().items()]
    codes = {
        thing: thing.__code__
        for _, _, before in names
        for thing in before.values()
        if isinstance(thing, FunctionType)
    }
    settings = {name: look() for name, (look, _) in SETTINGS.items()}
    folder, environment, closed = _folder(), dict(os.environ), _closed()
    try:
        yield changes
    finally:
        for name in [name for name, module in loaded.items() if sys.modules.get(name, loaded) is not module]:
            sys.modules[name] = loaded[name]
            changes.code.append(f"`sys.modules[{name[:40]!r}]`")
        for prefix, module, before in names:
            changes.code.extend(_put_back(prefix, module, before))
        for thing, code in codes.items():
            if thing.__code__ is not code:
                thing.__code__ = code
                changes.code.append(f"`{thing.__module__}.{thing.__name__}`")
        for name, (look, put) in SETTINGS.items():
            if look() != settings[name]:
                put(settings[name])
                changes.places.append(f"`{name}`")
        changes.code.extend(f"`{name}` (closed)" for name in _closed() if name not in closed)
        if _folder() != folder:
            changes.places.append("the working folder")
            with suppress(OSError):
                os.chdir(folder or "/")
        if dict(os.environ) != environment:
            changed = sorted(environment.items() ^ dict(os.environ).items())
            changes.places.append(f"the environment (`{changed[0][0][:40]}`)")
            for name in {name for name, _ in changed}:
                if name in environment:
                    os.environ[name] = environment[name]
                else:
                    del os.environ[name]
        left = list(_started - threads)
        for thread in left:
            thread.join(0.05)  # one that is about to end is no harm
        changes.threads.extend(f"`{thread.name[:40]}`" for thread in left if thread.is_alive())


def _umask() -> int:
    """The rights that new files do not get; only setting it tells what it was, so it is strict meanwhile."""
    now = os.umask(0o077)
    os.umask(now)
    return now


def _ours(name: str, module: object) -> bool:
    return (name == "mlpkit" or name.startswith("mlpkit.")) and isinstance(module, ModuleType)


def _made_of(module: ModuleType) -> dict:
    """The functions and classes of a module: what else it holds may change by itself."""
    return {name: thing for name, thing in list(vars(module).items()) if callable(thing)}


def _put_back(prefix: str, module: object, before: dict) -> list[str]:
    """Names of a module, or of an exercise, that stand for something else now; new names are no harm."""
    now, missing = vars(module), object()
    changed = [name for name, thing in before.items() if now.get(name, missing) is not thing and name != "_"]
    now.update({name: before[name] for name in changed})
    return [f"`{prefix}{name}`" for name in changed]


def _folder() -> str | None:
    try:
        return os.getcwd()
    except OSError:
        return None


def _closed() -> list[str]:
    return [
        f"sys.{name}" for name in ("__stdout__", "__stderr__") if getattr(vars(sys)[name], "closed", False)
    ]
