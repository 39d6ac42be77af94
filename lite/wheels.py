"""The wheels that the site brings: mlpkit without its images, and what it needs that Pyodide lacks.

A wheel's name holds a hash of what is in it, since browsers keep a file of the same name for days.
"""

import base64
import hashlib
import re
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path
from typing import NamedTuple

from . import compiled

ROOT = Path(__file__).resolve().parent.parent
IMAGES = re.compile(r"mlpkit/datasets/.*\.gz$")  # the site holds them as files
LESSONS = re.compile(r"mlpkit/lessons/.*")  # and the lessons too
NOT_IN_PYODIDE = ("ipywidgets", "anywidget", "psygnal", "comm")  # pure Python, all of them
SHOWN = ("mlpkit",)  # a learner may look into these: their sources stay


class Wheel(NamedTuple):
    """What a lock file says of one wheel."""

    path: Path
    name: str
    version: str
    imports: list[str]
    requires: list[str]


def of_mlpkit(folder: Path) -> Path:
    """Build mlpkit's wheel without images and lessons.

    folder: Path, where to put it
    returns: Path, of the wheel
    """
    words = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT]
    subprocess.run([str(word) for word in words], check=True)
    (whole,) = folder.glob("mlpkit-*.whl")
    with zipfile.ZipFile(whole) as file:
        kept = {n: file.read(n) for n in file.namelist() if not (IMAGES.match(n) or LESSONS.match(n))}
    whole.unlink()
    return pack(kept, folder / whole.name)


def pack(files: dict[str, bytes], path: Path) -> Path:
    """Write a wheel with a record of its own, and a hash of all in its name.

    files: name -> content; the old record is replaced
    path: Path, its name without the hash
    returns: Path, with it
    """
    (record,) = (name for name in files if name.endswith(".dist-info/RECORD"))
    lines = []
    for name in sorted(files.keys() - {record}):
        digest = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(files[name])}\n")
    files = files | {record: "".join([*lines, f"{record},,\n"]).encode()}
    mark = hashlib.sha256(files[record]).hexdigest()[:12]
    name, version, *tags = path.name.split("-")
    path = path.with_name("-".join([name, version, f"0{mark}", *tags]))  # a build number, as wheels have them
    with zipfile.ZipFile(path, "w") as file:
        for name in sorted(files):
            file.writestr(zipfile.ZipInfo(name), files[name], zipfile.ZIP_DEFLATED, 9)
    return path


def download(names: tuple[str, ...], folder: Path) -> list[Path]:
    """Fetch the newest wheels of packages in pure Python.

    returns: list of Path
    """
    pure = ["--no-deps", "--only-binary=:all:", "--platform=any", "--implementation=py", "--abi=none"]
    words = [sys.executable, "-m", "pip", "download", "--quiet", *pure, "--dest", str(folder), *names]
    subprocess.run(words, check=True)
    return sorted(folder.glob("*.whl"))


def of_the_kernel(extension: Path, folder: Path) -> list[Path]:
    """Copy the wheels that the kernel's extension brings.

    extension: Path, its folder
    folder: Path, where to put them
    returns: list of Path
    """
    found = [path for path in sorted(extension.glob("static/pypi/*.whl")) if path.name[:9] != "widgetsnb"]
    copies = [Path(shutil.copy(path, folder)) for path in found]
    return [without_jedi(path) if path.name.startswith("pyodide_kernel") else path for path in copies]


def without_jedi(path: Path) -> Path:
    """Let the kernel complete code by what has been run: it asks for jedi, and completes nothing without.

    path: Path, the wheel of pyodide_kernel, taken away
    returns: Path, of another wheel
    raises: OSError, when the kernel does not ask as that of JupyterLite 0.8 does
    """
    with zipfile.ZipFile(path) as file:
        files = {name: file.read(name) for name in file.namelist()}
    name, asks = "pyodide_kernel/interpreter.py", b"self.Completer.use_jedi = True"
    if files.get(name, b"").count(asks) != 1:
        raise OSError(f"{path.name} does not ask for jedi as the kernel of JupyterLite 0.8 does")
    files[name] = files[name].replace(asks, asks.replace(b"True", b"False"))
    path.unlink()
    return pack(files, path)


def empty(name: str, folder: Path) -> Path:
    """Write a wheel in which there is nothing, for a package that is asked for and not needed.

    name: str, of the package; folder: Path
    returns: Path, of the wheel
    """
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: 0\n".encode()
    inside = {f"{name}-0.dist-info/METADATA": about, f"{name}-0.dist-info/RECORD": b""}
    return pack(inside, folder / f"{name}-0-py3-none-any.whl")


def compile_modules(path: Path, python: str, version: str) -> Path:
    """Put byte code into a wheel, which gets another name.

    path: Path, taken away
    python: str, how to call a Python of that version; version: str, such as "3.14"
    returns: Path, of the new wheel
    """
    with zipfile.ZipFile(path) as file:
        files = {name: file.read(name) for name in file.namelist() if not name.endswith("/")}
    name, release, *rest = path.name.split("-")
    path.unlink()
    files = compiled.with_byte_code(files, python, version, sources=name in SHOWN)
    return pack(files, path.with_name("-".join([name, release, *rest[-3:]])))  # without an older hash


def look_into(path: Path) -> Wheel:
    """What a wheel is called, what can be imported from it, and what it needs.

    path: Path
    returns: Wheel
    """
    with zipfile.ZipFile(path) as file:
        names = file.namelist()
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        about = Parser().parsestr(file.read(metadata).decode("utf-8"))
    tops = {name.partition("/")[0] for name in names if re.search(r"\.pyc?$", name)}
    tops = {re.sub(r"\.pyc?$", "", top) for top in tops if not top.endswith((".data", ".dist-info"))}
    requires = [text for text in about.get_all("Requires-Dist") or [] if not re.search(r"\bextra\s*==", text)]
    needed = [normal(re.match(r"[\w.-]+", text)[0]) for text in requires]
    return Wheel(path, normal(about["Name"]), about["Version"], sorted(tops), needed)


def normal(name: str) -> str:
    """A package's name as lock files write it."""
    return re.sub(r"[-_.]+", "-", name).lower()
