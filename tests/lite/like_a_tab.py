"""Make this Python as poor as the one in a browser tab, before mlpkit is imported.

No thread starts, no process, no lock, no clock of a thread; mlpkit takes the platform for a browser.
"""

import functools
import gzip
import importlib.util
import os
import pathlib
import signal
import sys
import threading
import time
import types

import IPython.core.history
import numpy

if "MLPKIT_DRAWS_LATE" not in os.environ:  # what a real system needs to load these is not what is tried
    import PIL.Image  # noqa: F401

ROOT = pathlib.Path(__file__).resolve().parents[2]


asked: list[str] = []  # files of images: fetched, and said to be needed soon
announced: list[str] = []
broken: dict[str, bytes] = {}  # files that a test wants to be other than they are
lock: dict[str, dict] = {}  # packages that could still come


def _no_thread(self: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def _refuse(*args: object, **more: object) -> None:
    raise OSError(138, "emscripten does not support processes.")


os.environ["MPLBACKEND"] = "agg"
numpy.random.default_rng()
IPython.core.history.HistoryManager.enabled = False  # it writes from a thread

spec = importlib.util.spec_from_file_location("mlpkit._where", ROOT / "mlpkit" / "_where.py")
where = importlib.util.module_from_spec(spec)
for module, name in ((time, "thread_time"), (time, "pthread_getcpuclockid"), (signal, "setitimer")):
    if hasattr(module, name):
        delattr(module, name)
real, sys.platform = sys.platform, "emscripten"
spec.loader.exec_module(where)
sys.platform = real
sys.modules["mlpkit._where"] = where

sys.modules["fcntl"] = types.ModuleType("fcntl")
sys.modules["resource"] = None  # importing it fails
threading.Thread.start = _no_thread
import subprocess  # noqa: E402

subprocess.Popen.__init__ = _refuse


@functools.cache
def parts(name: str) -> dict[str, bytes]:
    """What the site holds of a data set: path -> content."""
    from lite import build

    return {path: gzip.compress(content, 1) for path, content in build.parts_of(name)}


class _Request:
    """XMLHttpRequest, as far as it is used."""

    status, response = 0, None

    @classmethod
    def new(cls) -> "_Request":
        return cls()

    def open(self, method: str, address: str, later: bool) -> None:
        self._address = address

    def send(self) -> None:
        name = self._address.partition("/static/mlpkit/")[2]
        asked.append(name)
        content = broken.get(name) or parts(name.split("/")[1]).get(name, b"")
        self.status = 200 if content else 404
        self.response = types.SimpleNamespace(to_bytes=lambda: content)


class _Channel:
    """BroadcastChannel, on which no page speaks."""

    onmessage = None

    @classmethod
    def new(cls, name: str) -> "_Channel":
        return cls()

    def postMessage(self, content: str) -> None:
        announced.append(content.partition("/static/mlpkit/")[2])

    def close(self) -> None:
        pass


js = types.ModuleType("js")
js.BroadcastChannel = _Channel
js.location = types.SimpleNamespace(href="http://127.0.0.1:8000/extensions/kernel/static/worker.js")
js.XMLHttpRequest = _Request
sys.modules["js"] = js
pyodide_js = types.ModuleType("pyodide_js")
pyodide_js.lockfile = types.SimpleNamespace(packages=types.SimpleNamespace(to_py=lambda: lock))
pyodide_js.loadedPackages = types.SimpleNamespace(to_py=dict)
sys.modules["pyodide_js"] = pyodide_js
ffi = types.ModuleType("pyodide.ffi")
ffi.create_proxy = lambda function: types.SimpleNamespace(function=function, destroy=lambda: None)
sys.modules["pyodide"], sys.modules["pyodide.ffi"] = types.ModuleType("pyodide"), ffi
