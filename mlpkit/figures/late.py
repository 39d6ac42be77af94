"""matplotlib in a browser tab: its wheels weigh half as much as a start, and come for the first picture.

Pyodide brings packages only between two cells. This does it within one, at the first `import matplotlib`.
"""

from __future__ import annotations

import importlib
import io
import re
import sys
import sysconfig
import zipfile
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

from .. import _site

NAME = "matplotlib"


class Finder:
    """Finder of one package: Python asks it last, when the package is not there yet.

    name: str, of the package
    folder: str, where Python looks for packages
    """

    def __init__(self, name: str, folder: str) -> None:
        self._name, self._folder = name, folder

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Fetch the wheels of the package, all of them before one is unpacked.

        returns: ModuleSpec; None for another package, or one that the site does not know
        raises: OSError, when a wheel does not come or is damaged; the next import tries again
        """
        if name != self._name:
            return None
        import pyodide_js  # Pyodide itself

        packages = missing(name)
        wheels = [_site.fetch(package["file_name"], package["sha256"]) for package in packages]
        for package, wheel in reversed([*zip(packages, wheels)]):  # the package itself comes last
            zipfile.ZipFile(io.BytesIO(wheel)).extractall(self._folder)
            # Else a cell with `import PIL` would bring it once more.
            setattr(pyodide_js.loadedPackages, package["name"], "default channel")
        importlib.invalidate_caches()
        return PathFinder.find_spec(name)


def missing(name: str) -> list[dict]:
    """What a package needs and this tab does not have yet.

    name: str, of the package
    returns: list of dict, what the lock file says of it and of others; [] when it does not know the package
    """
    import pyodide_js

    known, loaded = pyodide_js.lockfile.packages.to_py(), pyodide_js.loadedPackages.to_py()
    found, waiting = {}, [name]
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in known and name not in found and known[name]["name"] not in loaded:
            found[name] = known[name]
            waiting += known[name]["depends"]
    return list(found.values())


def install() -> None:
    """Let the first `import matplotlib` fetch it, and the page fetch its wheels ahead."""
    if packages := missing(NAME):
        sys.meta_path.append(Finder(NAME, sysconfig.get_path("platlib")))
        _site.announce(package["file_name"] for package in packages)
