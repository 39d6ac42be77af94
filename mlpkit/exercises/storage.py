"""Files that are still whole when the machine stops in the middle of writing them.

A file is written beside its place and moved there in one go; whoever changes one holds the folder's lock.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt

PATIENCE = 3.0  # seconds to wait for another kernel's lock; after that, writing goes on without it


def write(path: Path, content: bytes) -> None:
    """Write a file so that at every moment either the old or the new one is there, whole.

    path: Path; its folder is made if need be
    content: bytes
    raises: OSError
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _replace(temporary: str, path: Path) -> None:
    for _ in range(20):  # on Windows a file that somebody reads cannot be replaced at that moment
        try:
            return os.replace(temporary, path)
        except PermissionError:
            time.sleep(0.05)
    return os.replace(temporary, path)


def read_json(path: Path) -> dict:
    """A JSON file as a dict; {} when there is none, or none that can be read.

    What cannot be read is put aside under another name, so that nothing is written over it.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
    except OSError:  # there is none, or it may not be read now
        return {}
    except ValueError:
        pass
    with suppress(OSError):
        os.replace(path, path.with_name(f"{path.stem}.unreadable-{int(time.time())}{path.suffix}"))
    return {}


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other kernels from changing a folder meanwhile; the system frees the lock of a process that dies.

    folder: Path, made if need be
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        held = _lock(handle)
        try:
            yield
        finally:
            if held:
                _unlock(handle)
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            if fcntl:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            else:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            return True
        except OSError:
            if time.monotonic() > end:  # a network drive may know no locks at all
                return False
            time.sleep(0.01)


def _unlock(handle: int) -> None:
    with suppress(OSError):
        if fcntl:
            fcntl.flock(handle, fcntl.LOCK_UN)
        else:
            os.lseek(handle, 0, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
