"""The cache folder and its files, which appear whole or not at all.

Two kernels that start together, a process killed half way, a full disk: nothing half written is ever read.
"""

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from .._files import remove_leftovers, write


class CacheError(OSError):
    """The cache folder cannot be written: read-only, full, or no folder at all."""


def cache_folder() -> Path:
    """Return the folder that holds the unpacked data sets; it need not exist yet.

    returns: the folder that MLPKIT_CACHE names, else the place for such files on this kind of computer.
    """
    chosen = os.environ.get("MLPKIT_CACHE")
    return Path(os.path.expanduser(chosen)).absolute() if chosen else _usual_cache() / "mlpkit"


def _usual_cache() -> Path:
    home = Path(os.path.expanduser("~"))  # unlike Path.home() and Path.expanduser() it never raises
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    if sys.platform == "darwin":
        return home / "Library" / "Caches"
    xdg = os.environ.get("XDG_CACHE_HOME", "")
    return Path(xdg) if os.path.isabs(xdg) else home / ".cache"


def folder_of(name: str) -> Path:
    """Return the folder of one data set, such as .../mnist or .../emnist/letters.

    name: str, the data set
    returns: Path
    """
    return cache_folder().joinpath(*name.split("/"))


def write_file(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file that appears under its name only when it is complete and on the disk.

    path: Path, the final name
    chunks: iterable of bytes, its content
    raises: CacheError, when it cannot be written; no part of it stays behind then
    """
    content = hashlib.sha256()
    from_chunks: list[OSError] = []  # what goes wrong in making a chunk is not the cache's fault

    def watched() -> Iterator[bytes]:
        try:
            for chunk in chunks:
                content.update(chunk)
                yield chunk
        except OSError as problem:
            from_chunks.append(problem)
            raise

    with _explained(from_chunks):
        try:
            write(path, watched())
        except PermissionError:  # Windows, when another process that started with us has this file mapped
            if not path.is_file() or digest(path) != content.hexdigest():
                raise


@contextlib.contextmanager
def _explained(passed_on: list[OSError] | None = None) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        if problem in (passed_on or []):
            raise
        raise CacheError(
            f"mlpkit cannot write to its cache folder {cache_folder()}: {problem.strerror or problem}. "
            "Expected a folder that you may write to, with 70 MB free for the images that mlpkit ships. "
            "Free some space, or set the environment variable MLPKIT_CACHE to another folder."
        ) from problem


def digest(path: Path) -> str:
    """Return the SHA-256 sum of a file.

    path: Path, the file
    returns: str, 64 hexadecimal digits
    """
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def prepare_folder(folder: Path) -> None:
    """Make the set's folder and clear away what killed processes left half written.

    folder: Path, the set's folder
    raises: CacheError, when it cannot be made
    """
    with _explained():
        folder.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder)
