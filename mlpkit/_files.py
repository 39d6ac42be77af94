"""Files that are still whole when the machine stops in the middle of writing them.

A file is written beside its place and moved there in one go; whoever changes one holds the folder's lock.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
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
    write_all({path: content})


def write_all(files: dict[Path, bytes]) -> None:
    """Write several files, none of which is touched before all are on the disk beside their places.

    files: Path -> bytes; folders are made if need be
    raises: OSError
    """
    ready: dict[Path, Path] = {}
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            # not by tempfile, whose files nobody else may read: a teacher reads these, and a report is shared
            temporary = path.with_name(f".{path.name}-{os.urandom(4).hex()}.part")
            ready[temporary] = path
            with open(temporary, "xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            with suppress(OSError):  # who may read the older file, may read this one, and nobody else
                shutil.copymode(path, temporary)
        for temporary, path in ready.items():
            _replace(temporary, path)
    except BaseException:
        for temporary in ready:
            with suppress(OSError):
                os.unlink(temporary)
        raise


def put(path: Path, content: bytes) -> Path | None:
    """Write a file that somebody named; another one that is there already is kept under a name of its own.

    path: Path; content: bytes
    returns: Path, what the older file is called now; None when there was none, or one that says the same
    raises: OSError, and then the older file is as it was
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no ordinary file", str(path))
    if path.is_file() and path.read_bytes() == content:
        return None
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(unfinished, content)
        aside = _step_aside(path) if path.exists() else None
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return aside


def _step_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.stem} (older {number}){path.suffix}")).exists():
        number += 1
    path.rename(aside)
    return aside


def _replace(temporary: Path, path: Path) -> None:
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
    except (ValueError, RecursionError):  # no JSON, or brackets in brackets without end
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


@contextmanager
def held_still(folder: Path) -> Iterator[None]:
    """As `locked`, to read only: what may not be written to is read as it is.

    folder: Path
    """
    with ExitStack() as lock:
        with suppress(OSError):
            lock.enter_context(locked(folder))
        yield


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
