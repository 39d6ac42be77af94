"""The lock file that the tab's Python reads: what `import mlpkit` brings, and from where.

It is Pyodide's own, with our wheels added; what is not ours is fetched from where Pyodide lies.
"""

import hashlib
import json
import urllib.request
from pathlib import Path

from .wheels import Wheel

NAME = "pyodide-lock.json"


def read(source: str) -> dict:
    """Pyodide's own lock file.

    source: str, a folder or an address that holds it
    returns: dict
    raises: OSError, when it is not there
    """
    if "://" not in source:
        return json.loads((Path(source) / NAME).read_text("utf-8"))
    with urllib.request.urlopen(f"{source.rstrip('/')}/{NAME}", timeout=60) as answer:
        return json.load(answer)


def extend(lock: dict, wheels: list[Wheel], base: str) -> dict:
    """Add wheels to a lock.

    lock: dict, Pyodide's own
    wheels: list of Wheel, files that lie beside the new lock
    base: str, what goes before the names of Pyodide's own files
    returns: dict, a new lock; requirements that are in neither are left out: two of ipywidgets are pages
    """
    packages = {name: {**package} for name, package in lock["packages"].items()}
    for package in packages.values():
        package["file_name"] = base + package["file_name"]
    known = packages.keys() | {wheel.name for wheel in wheels}
    for wheel in wheels:
        packages[wheel.name] = {
            "name": wheel.name,
            "version": wheel.version,
            "file_name": wheel.path.name,
            "install_dir": "site",
            "sha256": hashlib.sha256(wheel.path.read_bytes()).hexdigest(),
            "package_type": "package",
            "imports": wheel.imports,
            "depends": [name for name in wheel.requires if name in known],
            "unvendored_tests": False,
        }
    return {**lock, "packages": dict(sorted(packages.items()))}
