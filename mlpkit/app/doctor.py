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
from typing import TYPE_CHECKING

from .. import datasets
from .._where import IN_BROWSER, place
from ..exercises.workbook.backup import reminder
from .finding import PIP, WITH_JUPYTERLAB, Finding, uses_jupyterlab, version
from .jupyter import configuration, kernel, widgets

if TYPE_CHECKING:
    from packaging.requirements import Requirement

NO_PROBLEM = "No problem found: Python, JupyterLab, the widgets and the data are ready."
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
NEEDED_MB = 450  # what JupyterLab and the hungriest lesson may take, and what Binder promises


def doctor() -> None:
    """Print one sentence when all is well, otherwise what is broken and how to mend it.

    returns: None; the command `mlpkit doctor` tells everything, this only what needs doing
    """
    broken = [finding for finding in examine() if finding.state == "broken"]
    here = place()
    different = [f"This is {here.name}. {here.difference}."] if here.difference and not here.forgets else []
    print("\n".join([*(map(_line, broken) if broken else [_no_problem()]), *different, *_warning()]))


def examine() -> list[Finding]:
    """Look at everything.

    returns: list of Finding, in the order in which to mend them
    """
    return [finding for look in (IN_A_TAB if IN_BROWSER else CHECKS) for finding in _carefully(look)]


def report(findings: list[Finding]) -> str:
    """All findings as text, one line each, and what they come to.

    findings: list of Finding
    returns: str
    """
    broken = [finding for finding in findings if finding.state == "broken"]
    last = f"{len(broken)} to mend." if broken else _no_problem()
    return "\n".join([*map(_line, findings), *_warning(), last])


def where() -> list[Finding]:
    """Where the learner is, and what is different there."""
    here = place()
    return [Finding("place", "good", ". ".join(filter(None, (f"this is {here.name}", here.difference))))]


def python() -> list[Finding]:
    """Python is new enough."""
    seen = f"Python {platform.python_version()} at {sys.executable}"
    if tuple(map(int, platform.python_version_tuple()[:2])) >= (3, 11):
        return [Finding("Python", "good", seen)]
    return [Finding("Python", "broken", seen, "install Python 3.11 or newer, and mlpkit with it")]


def packages() -> list[Finding]:
    """Every package that mlpkit asks for is there, in a version that was tested."""
    from packaging.requirements import Requirement  # matplotlib brings it

    found = {}
    for asked in map(Requirement, metadata.requires("mlpkit") or ()):  # the extras come last
        if asked.marker is None or asked.marker.evaluate({"extra": ""}):
            found[asked.name] = _package(asked)
        elif (
            asked.marker.evaluate({"extra": "lab"})
            and getattr(found.get(asked.name), "state", "good") == "good"
        ):
            found[asked.name] = _lab_package(asked)
    return list(found.values())


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
    import numpy  # noqa: F401 - its BLAS is what is asked
    from threadpoolctl import threadpool_info

    count = max((pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"), default=1)
    seen = f"NumPy may use {count} thread" + ("s" if count != 1 else "")
    if count == 1:
        return [Finding("threads", "good", seen)]
    cure = "set OPENBLAS_NUM_THREADS=1 before Jupyter starts, if your own loops are slow (`mlpkit lab` does)"
    return [Finding("threads", "note", seen, cure)]


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
    if version("tensorflow-datasets"):
        found.append(
            Finding("other data", "good", "TensorFlow Datasets is here, for mnist, kmnist, emnist and others")
        )
    else:
        cure = f"{PIP} 'mlpkit[datasets]', if you want mnist, kmnist or emnist"
        found.append(Finding("other data", "note", "TensorFlow Datasets is not installed", cure))
    browser = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if browser:
        found.append(Finding("browser tests", "good", f"{browser} is here"))
    else:
        cure = "apt install chromium (Debian, Ubuntu: chromium-browser), if you want to run the tests"
        found.append(Finding("browser tests", "note", "no chromium was found", cure))
    return found


IN_A_TAB = (where, python, memory, workbook)  # the site brings all else
CHECKS = (
    where,
    python,
    packages,
    kernel,
    configuration,
    widgets,
    data,
    memory,
    threads,
    workbook,
    extras,
)


def _carefully(look: Callable[[], list[Finding]]) -> list[Finding]:
    """A check that fails itself is a finding too."""
    try:
        return look()
    except Exception as problem:  # whatever it is, the other checks still run
        return [
            Finding(
                look.__name__, "broken", f"could not be looked at: {problem!r}", f"{PIP} --upgrade mlpkit"
            )
        ]


def _line(finding: Finding) -> str:
    sign = {"good": "✓", "note": "·", "broken": "✗"}[finding.state]
    return f"{sign} {finding.topic}: {finding.seen}." + (f" Cure: {finding.cure}." if finding.cure else "")


def _no_problem() -> str:
    if IN_BROWSER:
        return "No problem found: Python and the workbook are ready, and the images come with the first load."
    return NO_PROBLEM if uses_jupyterlab() else NO_PROBLEM.replace(" JupyterLab,", "")


def _warning() -> list[str]:
    """What to do where the learner's work will be deleted."""
    return [reminder()] if reminder() else []


def _package(requirement: "Requirement") -> Finding:
    name, wanted = requirement.name, f"{requirement.name}{requirement.specifier}"
    found = version(name)
    if found is None:
        return Finding(name, "broken", "not installed", f"{PIP} '{wanted}'")
    if not requirement.specifier.contains(found, prereleases=True):
        return Finding(name, "broken", f"{found} is here, {wanted} is needed", f"{PIP} '{wanted}'")
    return Finding(name, "good", found)


def _lab_package(requirement: "Requirement") -> Finding:
    """As _package, for what only JupyterLab needs: VS Code or Colab have a kernel and a page of their own."""
    finding = _package(requirement)
    if finding.state == "good":
        return finding
    if version(requirement.name) is None:
        return finding._replace(state="note", cure=f"{PIP} 'mlpkit[lab]', if you want to use `mlpkit lab`")
    if (
        requirement.name == "jupyterlab"
        and _older(requirement)
        and (version("ipykernel") or "").startswith("6.")
    ):
        seen = f"{finding.seen}; with ipykernel 6 an older one works too (lesson 00 was tried in 3.6.8)"
        return finding._replace(state="note", seen=seen)
    return finding if place() in WITH_JUPYTERLAB else finding._replace(state="note", cure="")


def _older(requirement: "Requirement") -> bool:
    """Whether what is installed is older than what is asked for, and not newer."""
    from packaging.version import Version

    least = [Version(one.version) for one in requirement.specifier if one.operator == ">="]
    return any(Version(version(requirement.name)) < one for one in least)


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
