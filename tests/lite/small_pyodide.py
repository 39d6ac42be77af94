"""A small Pyodide for tests: npm's, with the pure wheels that a kernel needs; NumPy only if it is given."""

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from lite.lock import NAME, extend
from lite.wheels import look_into, normal, pack

NEEDED = ("micropip", "ipython", "jedi", "packaging", "typing-extensions")  # what the kernel asks for


def gather(npm: Path, folder: Path) -> Path:
    """Put it together.

    npm: Path, the folder of npm's package pyodide; wheels for it that lie there are taken over
    folder: Path, made
    returns: Path, the folder
    """
    shutil.copytree(npm, folder, ignore=shutil.ignore_patterns("*.map", "node_modules"))
    lock = json.loads((folder / NAME).read_text("utf-8"))
    given = [look_into(path).name for path in folder.glob("*.whl")]
    names, waiting = set(), [*NEEDED, *given]
    while waiting:
        name = waiting.pop()
        package = lock["packages"][name]
        if name not in names and package["package_type"] != "cpython_module":  # those are Pyodide's alone
            names.add(name)
            waiting += map(normal, package["depends"])
    packages = {name: lock["packages"][name] for name in sorted(names)}
    asked = [f"{one['name']}=={one['version']}" for name, one in packages.items() if name not in given]
    version = lock["info"]["python"].rpartition(".")[0]
    pure = ["--no-deps", "--only-binary=:all:", "--platform=any", f"--python-version={version}", "--abi=none"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", *pure, "--dest", str(folder), *asked]
    subprocess.run(command, check=True)
    fetched = {look_into(path).name: path for path in folder.glob("*.whl")}
    for name, package in packages.items():
        wheel = fetched[name]
        package["depends"] = [other for other in package["depends"] if normal(other) in names]
        package["file_name"] = wheel.name  # packed anew by Pyodide, the file has another sum there
        package["sha256"] = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (folder / NAME).write_text(json.dumps({**lock, "packages": packages}), "utf-8")
    return folder


def add_a_stand_in(folder: Path) -> None:
    """Add a package named matplotlib that opens a real shared object; the real one is on no registry.

    folder: Path, of a Pyodide
    """
    lock = json.loads((folder / NAME).read_text("utf-8"))
    version = lock["info"]["python"].rpartition(".")[0]
    tags = [f"--platform=pyemscripten_{lock['info']['abi_version']}_wasm32", f"--python-version={version}"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", *tags]
    subprocess.run([*command, f"--dest={folder}", "contourpy"], check=True)
    (fetched,) = folder.glob("contourpy-*.whl")
    with zipfile.ZipFile(fetched) as file:
        (shared,) = (name for name in file.namelist() if name.endswith(".so"))
        inside = {f"matplotlib/{shared.rpartition('/')[2]}": file.read(shared)}
    fetched.unlink()
    inside["matplotlib/__init__.py"] = b"from ._contourpy import max_threads\n"
    inside["matplotlib-0.dist-info/METADATA"] = b"Metadata-Version: 2.1\nName: matplotlib\nVersion: 0\n"
    inside["matplotlib-0.dist-info/RECORD"] = b""
    wheel = look_into(pack(inside, folder / "matplotlib-0-py3-none-any.whl"))
    whole = extend(lock, [wheel], "")
    (folder / NAME).write_text(json.dumps(whole), "utf-8")
