"""A small Pyodide for tests: npm's, with the wheels in pure Python that a kernel needs, without NumPy."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

from lite.lock import NAME
from lite.wheels import look_into, normal

NEEDED = ("micropip", "ipython", "jedi", "packaging", "typing-extensions")  # what the kernel asks for


def gather(npm: Path, folder: Path) -> Path:
    """Put it together.

    npm: Path, the folder of npm's package pyodide
    folder: Path, made
    returns: Path, the folder
    """
    shutil.copytree(npm, folder, ignore=shutil.ignore_patterns("*.map", "node_modules"))
    lock = json.loads((folder / NAME).read_text("utf-8"))
    names, waiting = set(), [*NEEDED]
    while waiting:
        name = waiting.pop()
        if name not in names:
            names.add(name)
            waiting += [normal(other) for other in lock["packages"][name]["depends"]]
    packages = {name: lock["packages"][name] for name in sorted(names)}
    asked = [f"{package['name']}=={package['version']}" for package in packages.values()]
    pure = ["--no-deps", "--only-binary=:all:", "--platform=any", "--python-version=3.14", "--abi=none"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", *pure, "--dest", str(folder), *asked]
    subprocess.run(command, check=True)
    fetched = {look_into(path).name: path for path in folder.glob("*.whl")}
    for name, package in packages.items():
        wheel = fetched[name]
        package["file_name"] = wheel.name  # packed anew by Pyodide, the file has another sum there
        package["sha256"] = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (folder / NAME).write_text(json.dumps({**lock, "packages": packages}), "utf-8")
    return folder
