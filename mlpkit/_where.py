"""Where this Python runs: on the learner's machine, in an editor, on a server that forgets, in a browser tab.

Every part of the package may ask; the answer comes from the environment, and nothing is imported for it.
"""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Iterable
from typing import NamedTuple

IN_BROWSER = sys.platform == "emscripten"  # Pyodide: no threads, no locks, no processes
DRIVE = "/drive"  # where JupyterLite shows a tab's files to Python, if the browser keeps any
thread_time = getattr(time, "thread_time", time.perf_counter)  # a tab has no clock for a thread of its own


class Place(NamedTuple):
    """A kind of place to learn in: its code and name, what is different, and whether it loses files."""

    code: str
    name: str
    difference: str = ""
    forgets: bool = False


TAB = Place(
    "tab",
    "a browser tab",
    "Your functions are kept in this browser, for this site alone: `backup()` gives them to you as a file. "
    "The stop button does nothing here; Kernel, Restart ends a cell",
    forgets=True,
)
TAB_WITHOUT_FILES = Place(
    "tab without files",
    "a browser tab that keeps no files",
    "What you write here is lost with the tab: this window keeps no files, as private windows do. `backup()` "
    "gives you your functions as a file; better, open the site in a window that is not private",
    forgets=True,
)
COLAB = Place(
    "colab",
    "Google Colab",
    "Colab deletes its files when the session ends. Mount your Drive, and set MLPKIT_WORKBOOK to a folder "
    "there before `import mlpkit`; or use `backup()`",
    forgets=True,
)
KAGGLE = Place(
    "kaggle",
    "Kaggle",
    "Kaggle deletes its files when the session ends: `backup()` gives you your functions as a file",
    forgets=True,
)
BINDER = Place(
    "binder",
    "Binder",
    "This server forgets everything after ten idle minutes: `backup()` gives you your functions as a file",
    forgets=True,
)
HUB = Place("hub", "a JupyterHub", "Your files stay in your home folder there")
VS_CODE = Place(
    "vscode",
    "VS Code",
    "At the top right of a notebook, choose this Python as its kernel. Widgets need the extension Jupyter; "
    "when it asks whether it may load their scripts, say yes",
)
NBCLASSIC = Place(
    "nbclassic",
    "the classic notebook",
    "Widgets appear when the page was loaded after mlpkit was installed, and some seconds before the cell "
    "is run: otherwise reload the page",
)
NOTEBOOK = Place("notebook", "Jupyter Notebook")
LAB = Place("lab", "JupyterLab")
KERNEL = Place("kernel", "a Jupyter kernel")
TERMINAL = Place("terminal", "a terminal")

_SIGNS = (  # an environment variable that only this place sets
    (COLAB, ("COLAB_RELEASE_TAG", "COLAB_BACKEND_VERSION")),
    (KAGGLE, ("KAGGLE_KERNEL_RUN_TYPE",)),
    (BINDER, ("BINDER_SERVICE_HOST", "BINDER_LAUNCH_HOST")),
    (HUB, ("JUPYTERHUB_SERVICE_PREFIX", "JUPYTERHUB_USER")),
)


def place() -> Place:
    """The place where this Python runs.

    returns: Place; in a kernel of the learner's own machine, the program that started it, if that can be seen
    """
    if IN_BROWSER:
        return TAB if os.path.isdir(DRIVE) else TAB_WITHOUT_FILES
    if "google.colab" in sys.modules:
        return COLAB
    for found, names in _SIGNS:
        if any(name in os.environ for name in names):
            return found
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if getattr(shell, "kernel", None) is None:
        return TERMINAL
    # VS Code starts kernels itself, and names the notebook in them; a server leaves its process number.
    started_by_server = "JPY_PARENT_PID" in os.environ and "JPY_SESSION_NAME" in os.environ
    near_vs_code = any(name.startswith("VSCODE_") for name in os.environ)  # which ones depends on the system
    if "__vsc_ipynb_file__" in shell.user_ns or (near_vs_code and not started_by_server):
        return VS_CODE
    return _server_of(_command_line(os.environ.get("JPY_PARENT_PID", "")))


def replace_unknown_signs() -> None:
    """Let a console that has no sign for ✓, such as one in Latin-1, print a question mark instead."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="replace")


def _server_of(words: Iterable[str]) -> Place:
    """The program that a command line starts."""
    for word in words:
        name = os.path.basename(word).lower().removesuffix(".exe").removeprefix("jupyter-")
        if name in ("notebook", "nbclassic"):
            return NOTEBOOK if name == "notebook" else NBCLASSIC
        if name in ("lab", "jupyterlab"):
            return LAB
    return KERNEL


def _command_line(process: str) -> list[str]:
    """The command line of a process, by its number; [] when it cannot be seen."""
    try:
        import psutil  # ipykernel brings it

        return psutil.Process(int(process)).cmdline()
    except Exception:  # no number, no such process, another user's, or no psutil
        return []
