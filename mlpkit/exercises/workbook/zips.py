"""Read zip files that come from anywhere: bounded in size, whatever tool made them, and nothing is unpacked.

A file that was unzipped and zipped again has a folder around it, and what the system adds; both are known.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

LARGEST = 50_000_000  # bytes of a zip file, and of all that is read from one
MOST = 10_000  # files in one
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OverflowError, MemoryError)
PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may ask for gigabytes to unpack a few bytes
JUNK = {"thumbs.db", "desktop.ini", "__macosx", "__pycache__"}


class Budget:
    """How much may still be read of a zip file, and of those inside it."""

    def __init__(self) -> None:
        self.left = LARGEST


@contextmanager
def opened(content: bytes) -> Iterator[zipfile.ZipFile]:
    """A zip file that is in memory.

    content: bytes
    raises: ValueError when it is damaged, or too large
    """
    if len(content) > LARGEST:
        raise ValueError(f"the zip file is larger than {LARGEST // 10**6} MB")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            if len(file.infolist()) > MOST:
                raise ValueError(f"it holds more than {MOST:,} files")
            yield file
    except zipfile.BadZipFile as error:
        raise ValueError(str(error)) from None


def members(file: zipfile.ZipFile) -> Iterator[tuple[PurePosixPath, zipfile.ZipInfo]]:
    """The files in a zip file that a person has put there.

    returns: (path with / between folders, entry), hidden files and what the system adds left out
    """
    for entry in file.infolist():
        name = entry.filename.replace("\\", "/")  # some tools on Windows
        path = PurePosixPath(name)
        hidden = any(part.startswith(".") and part != ".." for part in path.parts)
        if not (hidden or name.endswith("/") or {part.lower() for part in path.parts} & JUNK):
            yield path, entry


def read_member(file: zipfile.ZipFile, entry: zipfile.ZipInfo, largest: int, budget: Budget) -> bytes:
    """What one entry holds.

    largest: int, how many bytes it may have
    budget: Budget, what all that is read may have together
    raises: ValueError with a reason in words
    """
    if entry.flag_bits & 1:
        raise ValueError("it needs a password: zip it again without one")
    if entry.compress_type not in PLAIN:
        raise ValueError("it is packed in a way that is not read here: zip it again")
    try:
        with file.open(entry) as source:
            content = source.read(min(largest, budget.left) + 1)
    except DAMAGE as error:
        raise ValueError(f"it is damaged: {error}") from None
    budget.left -= len(content)
    if len(content) > largest or budget.left < 0:
        raise ValueError(f"it unpacks to more than {min(largest, LARGEST) / 10**6:.0f} MB")
    return content
