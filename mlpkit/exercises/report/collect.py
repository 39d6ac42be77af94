"""Find the files of a class, say whose they are, and read them; nothing in them is ever run.

Each learner is a folder (or a file) inside the folder that is given. Everybody who handed something in is
listed, and what could not be read stands beside their name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from ..._files import read, read_below
from ..workbook.store import RECORD
from ..workbook.zips import LARGEST as LARGEST_ZIP
from .sources import LARGEST, WORKBOOK, Said, Unread, kind_of, read_content, why_not, word
from .summarize import ClassWork, class_work

PASSED_OVER = {"node_modules", "site-packages", "__pycache__"}  # and whatever is hidden
HANDED_IN = {
    ".html",
    ".htm",
    ".pdf",
    ".7z",
    ".rar",
    ".tar",
    ".gz",
    ".tgz",
    ".xz",
    ".bz2",
    ".docx",
    ".doc",
    ".odt",
    ".rtf",
    ".py",
}  # not read
OWN_PAGE = b"<title>mlpkit: report of a class</title>"
MOST = 2_000  # files that are read of one learner
DEEPEST = 50  # folders inside folders


def survey(folder: str | os.PathLike) -> ClassWork:
    """Read a class's folder.

    folder: one folder or file for each learner in it; or one learner's own folder of lessons
    returns: ClassWork: learners, rows, answers to questions, cases of the clinic, and what could not be read
    raises: ValueError when it is no folder, OSError when it cannot be opened
    """
    folder = Path(folder)
    if folder.is_file():
        raise ValueError(f"{str(folder)!r} is a file: give the folder that holds the learners' folders")
    if not folder.is_dir():
        raise ValueError(f"there is no folder {str(folder)!r}: give the one that holds the learners' folders")
    try:
        return _read_class(folder)
    except OSError as error:
        reason = error.strerror or error
        raise OSError(f"cannot read {folder}: {reason}; ask for the right to, or for a copy") from None


def _read_class(folder: Path) -> ClassWork:
    learners: list[str] = []
    found: list[Said] = []
    unread: list[Unread] = []
    shown: dict[str, str] = {}
    for name, place in _learners(folder):
        learner = _shown_name(name, shown)
        if learner not in learners:
            learners.append(learner)
        said, problems = _read_learner(folder, place, learner)
        found += said
        unread += problems
    return class_work(learners, found, unread)


def _learners(folder: Path) -> Iterator[tuple[str, Path]]:
    """Everybody who has a folder or a file in the class's folder.

    returns: (name, where their work is)
    """
    if _is_one_learner(folder):
        yield folder.resolve().name, folder
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in PASSED_OVER:
            continue
        if path.is_dir():
            yield path.name, path
        elif kind_of(path) in ("notebook", "zip"):
            yield re.sub(r"\.(zip|ipynb(\.\w+)?)$", "", path.name, flags=re.IGNORECASE), path
        elif path.name == RECORD:
            yield folder.resolve().name, path
        elif not path.is_file() or (path.suffix.lower() in HANDED_IN and not _own_report(path)):
            yield path.stem, path  # also a link that leads nowhere, or to a device


def _is_one_learner(folder: Path) -> bool:
    """A workbook beside notebooks, or nothing but a workbook.

    One that a teacher put beside the learners' folders is only one among them.
    """
    if not (folder / WORKBOOK).is_dir():
        return False
    others = (path for path in folder.iterdir() if path.name != WORKBOOK and not path.name.startswith("."))
    return any(folder.glob("*.ipynb")) or not any(path.is_dir() for path in others)


def _own_report(path: Path) -> bool:
    """Whether a page is a report that was written into this folder before."""
    try:
        return OWN_PAGE in read(path, LARGEST)[:1_000]
    except OSError:  # a pipe, for instance
        return False


def _shown_name(name: str, shown: dict[str, str]) -> str:
    """A learner's name as it is shown: two that would look alike (cut, or with ? for a letter) stay two.

    shown: the shown names so far -> the names on the disk
    """
    whole, number = word(name), 1
    unique = whole
    while shown.setdefault(unique, name) != name:
        number += 1
        unique = f"{whole} ({number})"
    return unique


def _read_learner(folder: Path, place: Path, learner: str) -> tuple[list[Said], list[Unread]]:
    """Everything that one learner's files say, and what could not be read."""
    found: list[Said] = []
    unread: list[Unread] = []
    others: list[Path] = []

    def refuse(path: Path, why: str) -> None:
        unread.append(Unread(word(path.relative_to(folder).as_posix(), 200), why, learner))

    number = 0
    for path, problem in _files(place):
        if problem:
            refuse(path, problem)
        elif problem is None or not kind_of(path):
            others.append(path)
        elif number == MOST:
            refuse(place, f"it holds more than {MOST:,} files that could be read: the rest was left")
            break
        else:
            number += 1
            try:
                content = read_below(folder, path, LARGEST_ZIP if kind_of(path) == "zip" else LARGEST)
                more, problems = read_content(path, content, learner)
            except Exception as error:  # whatever a file holds, the next one is read
                more, problems = [], [why_not(error)]
            found += more
            for why in problems:
                refuse(path, why)
    if not (number or unread):
        others.sort(key=lambda path: path.suffix.lower() not in HANDED_IN)
        names = ", ".join(word(path.name) for path in others[:3])
        but = f", but {names}: these are not read" if names else " in it"
        refuse(place, f"no notebook and no workbook{but}")
    return found, unread


def _files(place: Path) -> Iterator[tuple[Path, str | None]]:
    """Every file of a learner, in order; hidden ones are left out.

    returns: (path, ""), with why instead where a folder is passed over, None for a program in no workbook
    """
    if not place.is_dir() or place.is_symlink():
        yield place, "a link, which is not followed" if place.is_symlink() else ""
        return
    problems: list[tuple[Path, str]] = []

    def refused(error: OSError) -> None:
        problems.append((Path(error.filename), why_not(error)))

    for where, folders, names in os.walk(place, onerror=refused):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in PASSED_OVER)
        for name in folders:
            if os.path.islink(os.path.join(where, name)):  # it may lead in circles, or to somebody else
                yield Path(where, name), "a link to a folder, which is not followed"
        if folders and len(Path(where).parts) - len(place.parts) >= DEEPEST:
            yield Path(where), f"folders inside more than {DEEPEST} others are not read"
            folders.clear()
        book = RECORD in names or Path(where).name == WORKBOOK
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(where, name), None if kind_of(Path(name)) == "function" and not book else ""
    yield from problems
