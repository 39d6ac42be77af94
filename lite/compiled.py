"""Compile what the wheels of the site hold, so that the tab's Python does not do it at each start.

Byte code loads in a fraction of the time; only a Python of the same version can write it.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NOT_NEEDED = re.compile(
    r".*\.(pyi|pxd|h|a|c|map)$|[^/]*\.data/.*"
)  # for type checkers, C compilers, and pages


def python_of(version: str) -> str | None:
    """Find a Python on this machine.

    version: str, such as "3.14"
    returns: str, how to call it; None, when there is none
    """
    for name in (sys.executable, f"python{version}"):
        found = shutil.which(name)
        ask = [found, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        if found and subprocess.run(ask, capture_output=True, encoding="utf-8").stdout.strip() == version:
            return found
    return None


def with_byte_code(files: dict[str, bytes], python: str, version: str, sources: bool) -> dict[str, bytes]:
    """Add byte code to the files of a wheel.

    files: name -> content
    python: str, how to call a Python of that version
    version: str, such as "3.14"
    sources: bool, whether the sources stay beside it: they are shown in a traceback, and weigh as much again
    returns: dict, name -> content; a module that cannot be compiled stays as it is
    """
    modules = [name for name in files if name.endswith(".py")]
    with tempfile.TemporaryDirectory() as folder:
        for name in modules:
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[name])
        # "unchecked": a wheel's files get the time at which they are unpacked, so times say nothing
        words = ["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "-s", folder]
        words += ["-p", f"/lib/python{version}/site-packages", *([] if sources else ["-b"]), folder]
        subprocess.run([python, *words], capture_output=True)
        written = {
            path.relative_to(folder).as_posix(): path.read_bytes() for path in Path(folder).rglob("*.pyc")
        }
    kept = {name: content for name, content in files.items() if not NOT_NEEDED.match(name)}
    if not sources:
        kept = {name: content for name, content in kept.items() if f"{name}c" not in written}
    return kept | written
