"""The lock file that the tab's Python reads: what `import mlpkit` brings, and from where.

It is Pyodide's own, with our wheels added; what is not ours is fetched from where Pyodide lies.
"""

import hashlib
import json
import re
import shutil
import urllib.request
from collections.abc import Iterable
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


def extend(lock: dict, wheels: list[Wheel], base: str, late: Iterable[str] = ()) -> dict:
    """Add wheels to a lock.

    lock: dict, Pyodide's own
    wheels: list of Wheel, files that lie beside the new lock
    base: str, what goes before the names of Pyodide's own files
    late: iterable of str, requirements that these wheels fetch themselves, when they need them
    returns: dict, a new lock; requirements that are in neither are left out: two of ipywidgets are pages
    """
    packages = {name: {**package} for name, package in lock["packages"].items()}
    for package in packages.values():
        package["file_name"] = base + package["file_name"]
    known = (packages.keys() | {wheel.name for wheel in wheels}) - {*late}
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


def needed(lock: dict, names: Iterable[str]) -> list[str]:
    """Packages with all that they depend on.

    lock: dict
    names: iterable of str, packages
    returns: list of str, in alphabetical order
    """
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [re.sub(r"[-_.]+", "-", other).lower() for other in lock["packages"][name]["depends"]]
    return sorted(found)


def fetch(package: dict, base: str, folder: Path) -> Path:
    """Bring one of Pyodide's own files.

    package: dict, what Pyodide's own lock says of it
    base: str, a folder or an address that holds it
    folder: Path, where to put it
    returns: Path
    raises: OSError, when it is not there, or not the file that the lock means
    """
    path = folder / package["file_name"]
    if "://" not in base:
        shutil.copyfile(Path(base) / path.name, path)
    else:
        with urllib.request.urlopen(f"{base.rstrip('/')}/{path.name}", timeout=60) as answer:
            path.write_bytes(answer.read())
    if hashlib.sha256(path.read_bytes()).hexdigest() != package["sha256"]:
        raise OSError(f"{path.name} from {base} is damaged: its SHA-256 sum is not that of the lock file")
    return path


def replace(lock: dict, wheels: dict[str, Path]) -> dict:
    """Let packages come from files that lie beside the lock.

    lock: dict
    wheels: name -> Path, the file
    returns: dict, a new lock
    """
    packages = dict(lock["packages"])
    for name, path in wheels.items():
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        packages[name] = {**packages[name], "file_name": path.name, "sha256": digest}
    return {**lock, "packages": packages}
