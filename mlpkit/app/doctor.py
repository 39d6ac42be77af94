"""Look at this machine and say what works, what does not, and how to mend it.

In a notebook it prints one sentence when all is well, the same on every machine; `mlpkit doctor` prints all.
"""

import os
import platform
import shutil
import sys
import types
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from .. import datasets
from ..exercises.workbook.backup import reminder

ALL_IS_WELL = "All is well: Python, JupyterLab, the widgets and the data are ready."
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
NEEDED_MB = 450  # what JupyterLab and the hungriest lesson may take, and what Binder promises


class Finding(NamedTuple):
    """One thing looked at: its topic, "good", "note" or "broken", what was seen, and the cure if any."""

    topic: str
    state: str
    seen: str
    cure: str = ""


def doctor() -> None:
    """Print one sentence when all is well, otherwise what is broken and how to mend it.

    returns: None; the command `mlpkit doctor` tells everything, this only what needs doing
    """
    broken = [finding for finding in examine() if finding.state == "broken"]
    print("\n".join(_line(finding) for finding in broken) or ALL_IS_WELL)
    if reminder():
        print(reminder())


def examine() -> list[Finding]:
    """Look at everything.

    returns: list of Finding, in the order in which to mend them
    """
    return [finding for look in CHECKS for finding in _carefully(look)]


def report(findings: list[Finding]) -> str:
    """All findings as text, one line each, and what they come to.

    findings: list of Finding
    returns: str
    """
    broken = [finding for finding in findings if finding.state == "broken"]
    last = f"{len(broken)} to mend." if broken else ALL_IS_WELL
    return "\n".join([*map(_line, findings), *filter(None, [reminder()]), last])


def python() -> list[Finding]:
    """Python is new enough."""
    seen = f"Python {platform.python_version()} at {sys.executable}"
    if _numbers(platform.python_version()) >= (3, 11):
        return [Finding("Python", "good", seen)]
    return [Finding("Python", "broken", seen, "install Python 3.11 or newer, and mlpkit with it")]


def packages() -> list[Finding]:
    """Every package that mlpkit asks for is there, in a version that was tested."""
    return [_package(*package) for package in _PACKAGES]


def widgets() -> list[Finding]:
    """JupyterLab finds the two extensions that draw widgets."""
    from jupyter_core.paths import jupyter_path

    found = []
    for package, extension in (
        ("ipywidgets", "@jupyter-widgets/jupyterlab-manager"),
        ("anywidget", "anywidget"),
    ):
        places = [Path(folder) / extension for folder in jupyter_path("labextensions")]
        if any(place.is_dir() for place in places):
            found.append(Finding("widgets", "good", f"JupyterLab finds the extension {extension}"))
        else:
            cure = f"{_PIP} --force-reinstall {package}, then reload the page"
            found.append(
                Finding("widgets", "broken", f"JupyterLab does not find the extension {extension}", cure)
            )
    return found


def data() -> list[Finding]:
    """The shipped images are there, byte for byte, and the cache can be written."""
    found = [_data_set(name) for name in datasets.SHIPPED]
    folder = datasets.cache_folder()
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not (there.is_dir() and os.access(there, os.W_OK)):
        cure = "set MLPKIT_CACHE to a folder that you can write to"
        found.append(
            Finding("cache", "note", f"{folder} cannot be written, so each notebook unpacks anew", cure)
        )
    return found


def memory() -> list[Finding]:
    """There is room for the hungriest lesson."""
    free = _free_mb()
    if free is None:
        return [Finding("memory", "note", "this system does not tell how much memory is free")]
    seen = f"{free:,.0f} MB are free; JupyterLab with a lesson takes {NEEDED_MB} MB at most"
    if free >= NEEDED_MB:
        return [Finding("memory", "good", seen)]
    return [
        Finding(
            "memory", "broken", seen, "close other notebooks (Kernel, Shut Down All Kernels) and programs"
        )
    ]


def threads() -> list[Finding]:
    """NumPy keeps to one thread, which is the fastest for matrices this small."""
    count = os.environ.get("OPENBLAS_NUM_THREADS") or os.environ.get("OMP_NUM_THREADS")
    if count:
        return [Finding("threads", "good", f"NumPy may use {count} thread" + ("s" if count != "1" else ""))]
    cores = os.cpu_count() or 1
    cure = "set OPENBLAS_NUM_THREADS=1 before JupyterLab starts (`mlpkit lab` does)"
    return [Finding("threads", "note", f"NumPy may use all {cores} cores, and wait for them", cure)]


def workbook() -> list[Finding]:
    """The folder for the learner's own functions can be written."""
    folder = Path(os.path.expanduser(os.environ.get("MLPKIT_WORKBOOK") or "my_mlpkit")).absolute()
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if there.is_dir() and os.access(there, os.W_OK):
        return [Finding("workbook", "good", f"your functions are kept in {folder}")]
    cure = "set MLPKIT_WORKBOOK to a folder that you can write to"
    return [Finding("workbook", "broken", f"your functions cannot be kept in {folder}", cure)]


def extras() -> list[Finding]:
    """What only some need: other data sets, and a browser for the tests."""
    found = []
    if _version("tensorflow-datasets"):
        found.append(
            Finding("other data", "good", "TensorFlow Datasets is here, for mnist, kmnist, emnist and others")
        )
    else:
        cure = f"{_PIP} 'mlpkit[datasets]', if you want mnist, kmnist or emnist"
        found.append(Finding("other data", "note", "TensorFlow Datasets is not installed", cure))
    browser = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if browser:
        found.append(Finding("browser tests", "good", f"{browser} is here"))
    else:
        cure = "apt install chromium (Debian, Ubuntu: chromium-browser), if you want to run the tests"
        found.append(Finding("browser tests", "note", "no chromium was found", cure))
    return found


CHECKS = (python, packages, widgets, data, memory, threads, workbook, extras)

_PIP = f"{sys.executable} -m pip install"
_PACKAGES = (  # name, from this version, before this one; a test compares them with pyproject.toml
    ("numpy", "1.26", None),
    ("matplotlib", "3.9", None),
    ("pillow", "10.4", None),
    ("ipywidgets", "8.1.5", None),
    ("anywidget", "0.9.18", None),
    ("jupyterlab", "4.4.5", "4.7"),
    ("ipykernel", "7.1", None),
)


def _carefully(look: Callable[[], list[Finding]]) -> list[Finding]:
    """A check that fails itself is a finding too."""
    try:
        return look()
    except Exception as problem:  # whatever it is, the other checks still run
        return [
            Finding(
                look.__name__, "broken", f"could not be looked at: {problem!r}", f"{_PIP} --upgrade mlpkit"
            )
        ]


def _line(finding: Finding) -> str:
    sign = {"good": "✓", "note": "·", "broken": "✗"}[finding.state]
    return f"{sign} {finding.topic}: {finding.seen}." + (f" Cure: {finding.cure}." if finding.cure else "")


def _package(name: str, least: str, below: str | None) -> Finding:
    version, wanted = _version(name), f"{name}>={least}" + (f",<{below}" if below else "")
    if version is None:
        return Finding(name, "broken", "not installed", f"{_PIP} '{wanted}'")
    if _numbers(version) < _numbers(least) or (below and _numbers(version) >= _numbers(below)):
        return Finding(name, "broken", f"{version} is here, {wanted} is needed", f"{_PIP} '{wanted}'")
    return Finding(name, "good", version)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version: 4.6.0rc1 is (4, 6, 0)."""
    parts = []
    for part in version.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        parts.append(int(digits))
    return tuple(parts)


def _data_set(name: str) -> Finding:
    problems = datasets.verify(name)
    if problems:
        cure = f"delete {datasets.cache_folder() / name}, then: mlpkit data {name}"
        return Finding(name, "broken", " ".join(problems).rstrip("."), cure)
    return Finding(name, "good", "every byte as it should be")


def _free_mb() -> float | None:
    """Free memory, or what is left of this container's share if that is less."""
    try:
        import psutil  # ipykernel brings it
    except ImportError:
        return None
    free = psutil.virtual_memory().available / 2**20
    limit, used = (_number_in(f"/sys/fs/cgroup/memory.{name}") for name in ("max", "current"))
    return min(free, (limit - used) / 2**20) if limit and used else free


def _number_in(path: str) -> int | None:
    try:
        return int(Path(path).read_text("ascii"))
    except (OSError, ValueError):  # no such file outside a container; the word "max" where there is no limit
        return None


# After `import mlpkit.app.doctor` the name is this module, so it can be called like the function.
sys.modules[__name__].__class__ = type("Doctor", (types.ModuleType,), {"__call__": lambda _: doctor()})
