"""Files that stay whole when the machine stops in the middle of writing them.

A file is written beside its place and moved there in one step; whoever changes one holds the folder's lock.
"""

from __future__ import annotations

import errno
import importlib
import os
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


fcntl, msvcrt = _module("fcntl"), _module("msvcrt")  # the first not on Windows
if not hasattr(fcntl, "flock"):  # a browser tab has the module, but no locks in it
    fcntl = None

PATIENCE = 3.0  # seconds to wait for another kernel's lock; after that, writing goes on without it
READ_ONLY = os.O_RDONLY | sum(getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
ABANDONED_AFTER = 3_600  # seconds; an unfinished file this old belongs to a process that was killed
NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL}
NO_SYNC = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP}


_told: set[str] = set()


def tell(sentence: str) -> None:
    """Print a sentence about the learner's files, each only once in a kernel.

    A function that is checked has its output caught: this sentence is not of its making, and goes past.
    """
    if sentence not in _told:
        _told.add(sentence)
        print(sentence, file=getattr(sys.stdout, "uncaught", sys.stdout))


def write(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Write a file so that at every moment either the old or the new one is there, whole.

    path: Path; its folder is made if need be
    content: bytes, or an iterable of bytes
    raises: OSError, and whatever the iterable raises; then the old file is as it was
    """
    write_all({path: content})


def write_all(
    files: dict[Path, bytes | Iterable[bytes]], before_moving: Callable[[], object] | None = None
) -> None:
    """Write several files, none of which is touched before all are on the disk beside their places.

    files: Path -> content; folders are made if need be
    before_moving: called when all are on the disk; what it raises leaves the old files as they were
    raises: OSError
    """
    unfinished: dict[Path, Path] = {}
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            # not by tempfile, whose files nobody else may read: a teacher reads these, and a report is shared
            temporary = path.with_name(f".{path.name}-{os.urandom(4).hex()}.part")
            unfinished[temporary] = path
            with open(temporary, "xb") as file:
                for chunk in [content] if isinstance(content, bytes) else content:
                    file.write(chunk)
                file.flush()
                _sync(file.fileno(), path.parent)
            with suppress(OSError):  # who may read the older file, may read this one, and nobody else
                shutil.copymode(path, temporary)
        if before_moving:
            before_moving()
        for temporary, path in unfinished.items():
            _replace(temporary, path)
    except BaseException:
        for temporary in unfinished:
            with suppress(OSError):
                os.unlink(temporary)
        raise


def write_keeping_old(path: Path, content: bytes, word: str = "older") -> Path | None:
    """Write a file that somebody named; another one that is there already is kept under a name of its own.

    path: Path; content: bytes
    word: str, what the older file is called: "marks.csv" becomes "marks (older).csv"
    returns: Path, what the older file is called now; None when there was none, or one with the same content
    raises: OSError, and then the older file is as it was
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no ordinary file", str(path))
    if path.is_file() and path.read_bytes() == content:
        return None
    aside: list[Path] = []
    try:
        write_all({path: content}, lambda: aside.extend([set_aside(path, word)] if path.exists() else []))
    except OSError:
        for older in aside:
            older.replace(path)
        raise
    return aside[0] if aside else None


def set_aside(path: Path, word: str) -> Path:
    """Give a file another name, one that is free: "a.json" becomes "a (word).json", then "a (word 2).json".

    returns: Path, what it is called now
    raises: OSError, and then it has its old name
    """
    number = 1
    while True:
        numbered = word if number == 1 else f"{word} {number}"
        aside = path.with_name(f"{path.stem} ({numbered}){path.suffix}")
        try:
            os.close(os.open(aside, os.O_CREAT | os.O_EXCL))  # the name is ours, whoever else looks for one
        except FileExistsError:
            number += 1
            continue
        try:
            os.replace(path, aside)
        except OSError:
            aside.unlink()
            raise
        return aside


def read(path: Path, largest: int | None = None) -> bytes:
    """Read an ordinary file; a link, a pipe or a device is refused, and never waited for.

    largest: int or None, how many bytes it may have
    raises: OSError with a reason in words
    """
    if os.path.islink(path):  # also where the flag NOFOLLOW does not exist
        raise OSError(errno.EINVAL, "it is a link, which is not followed", str(path))
    return _ordinary(os.open(path, READ_ONLY), path, largest)


def read_below(folder: Path, path: Path, largest: int | None = None) -> bytes:
    """As `read`, for files of somebody who may change folders while they are read.

    A folder on the way that has become a link is refused. So is a hard link to a file of another owner.

    folder: Path, which its owner leaves alone; path: Path below it
    raises: OSError with a reason in words
    """
    if os.open not in os.supports_dir_fd:  # Windows
        return read(path, largest)
    *folders, name = path.relative_to(folder).parts
    with ExitStack() as opened:
        here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        opened.callback(os.close, here)
        for part in folders:
            here = _open_in(here, part, READ_ONLY | os.O_DIRECTORY, path)
            opened.callback(os.close, here)
        handle = _open_in(here, name, READ_ONLY, path)
        status, owner = os.fstat(handle), os.fstat(here).st_uid
        if folders and status.st_nlink > 1 and status.st_uid != owner and stat.S_ISREG(status.st_mode):
            os.close(handle)
            raise OSError(errno.EINVAL, "it is a hard link to a file of another owner", str(path))
        return _ordinary(handle, path, largest)


def _open_in(folder: int, name: str, flags: int, path: Path) -> int:
    try:
        return os.open(name, flags, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise OSError(errno.EINVAL, "a link is on the way, which is not followed", str(path)) from None
        raise


def _ordinary(handle: int, path: Path, largest: int | None) -> bytes:
    with open(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no ordinary file", str(path))
        content = file.read() if largest is None else file.read(largest + 1)
    if largest is not None and len(content) > largest:
        raise OSError(errno.EFBIG, f"it is larger than {largest // 10**6} MB", str(path))
    return content


def remove_leftovers(folder: Path, age: float = ABANDONED_AFTER) -> None:
    """Remove what processes that were killed while they wrote have left in a folder.

    age: seconds; a file that is younger may still be written, and stays
    """
    for path in folder.glob(".*.part"):
        with suppress(OSError):  # another process may be faster
            if time.time() - path.stat().st_mtime > age:
                path.unlink()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other kernels from changing a folder meanwhile; the system frees the lock of a process that dies.

    folder: Path, made if need be
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o666)
    except PermissionError:  # an administrator's, who looked into this folder: it can be locked all the same
        handle = os.open(folder / ".lock", os.O_RDONLY)
    try:
        unlock = _lock(handle, folder)
        try:
            yield
        finally:
            unlock()
    finally:
        os.close(handle)


@contextmanager
def locked_if_possible(folder: Path) -> Iterator[None]:
    """As `locked`, to read only: a folder that may not be written to is read as it is.

    folder: Path
    """
    with ExitStack() as lock:
        with suppress(OSError):
            lock.enter_context(locked(folder))
        yield


def _replace(temporary: Path, path: Path) -> None:
    for _ in range(20):  # on Windows a file that somebody reads cannot be replaced at that moment
        try:
            return os.replace(temporary, path)
        except PermissionError:
            time.sleep(0.05)
    return os.replace(temporary, path)


def _sync(handle: int, folder: Path) -> None:
    try:
        os.fsync(handle)
    except OSError as error:  # some network drives cannot: the system writes it when it likes
        if error.errno not in NO_SYNC:
            raise
        tell(f"The drive of {folder} may write late: wait some seconds before you switch the computer off.")


def _lock(handle: int, folder: Path) -> Callable[[], object]:
    """Take the lock, or give up after a while. -> what frees it"""
    end = time.monotonic() + PATIENCE
    while (fcntl or msvcrt) and time.monotonic() < end:
        try:
            if fcntl:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            else:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            return lambda: _unlock(handle)
        except OSError as error:
            if error.errno in NO_LOCKS:  # a network drive may know no locks
                tell(f"The drive of {folder} knows no locks: work in one notebook at a time.")
                return _lock_by_name(folder / ".locked")
            time.sleep(0.01)
    return lambda: None


def _unlock(handle: int) -> None:
    with suppress(OSError):
        if fcntl:
            fcntl.flock(handle, fcntl.LOCK_UN)
        else:
            os.lseek(handle, 0, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)


def _lock_by_name(path: Path) -> Callable[[], object]:
    """The same where the system knows no locks: whoever makes the file has the lock."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL))
            return lambda: path.unlink(missing_ok=True)
        except FileExistsError:
            with suppress(OSError):  # a process that was killed leaves it behind
                if time.time() - path.stat().st_mtime > PATIENCE:
                    path.unlink()
            time.sleep(0.01)
    return lambda: None
