"""What the doctor finds, and the questions about installed packages that its checks share.

A check is a function without arguments that returns a list of findings.
"""

import sys
from importlib import metadata
from typing import NamedTuple

from .._where import BINDER, HUB, KERNEL, LAB, TERMINAL, place

PIP = f"{sys.executable} -m pip install"
WITH_JUPYTERLAB = (TERMINAL, KERNEL, LAB, BINDER, HUB)  # elsewhere there is another page for notebooks


class Finding(NamedTuple):
    """One thing looked at: its topic, "good", "note" or "broken", what was seen, and the cure if any."""

    topic: str
    state: str
    seen: str
    cure: str = ""


def version(package: str) -> str | None:
    """The installed version of a package.

    package: str
    returns: str, or None when it is not installed
    """
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def uses_jupyterlab() -> bool:
    """Whether the lessons are opened with a JupyterLab of this environment."""
    return place() in WITH_JUPYTERLAB and version("jupyterlab") is not None
