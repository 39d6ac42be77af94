"""What a class has done, read from saved notebooks and workbooks; nothing in them is ever run.

Each learner is a folder (or a file) inside the folder that is given; what cannot be read is listed, and
passed over.
"""

from __future__ import annotations

import os
from pathlib import Path

from ..._files import write_keeping_old
from ..catalog import exercises
from .files import Answer, Case, Found, Unread, read_files
from .page import as_page
from .summarize import ClassWork, Row, row, together
from .tables import as_csv, as_json, as_text

WRITERS = {"csv": as_csv, "json": as_json, "html": as_page}


def report_class(folder: str | os.PathLike, to: str | os.PathLike | None = None) -> str:
    """Read a class's folder, write one CSV into it, and put everything into tables.

    folder: one folder or file for each learner in it
    to: the CSV file; by default `mlpkit_report.csv` in the folder
    returns: str, the tables, with what could not be read below them
    raises: OSError or ValueError when there is no such folder, or the CSV cannot be written
    """
    work = survey(folder)
    return f"{as_text(work)}\n\n{save(work, 'csv', to or default_file(folder))}"


def read_class(folder: str | os.PathLike) -> tuple[list[Row], list[Unread]]:
    """Everything that the files of a class say about exercises.

    folder: one folder or file for each learner in it
    returns: (rows, one for each learner and exercise; files that could not be read, each with a reason)
    raises: OSError or ValueError when there is no such folder
    """
    work = survey(folder)
    return work.rows, work.unread


def survey(folder: str | os.PathLike) -> ClassWork:
    """Read a class's folder.

    folder: one folder or file for each learner in it
    returns: ClassWork: rows, answers to questions, cases of the clinic, and what could not be read
    raises: ValueError when it is no folder, OSError when it cannot be opened
    """
    folder = Path(folder)
    if folder.is_file():
        raise ValueError(f"{str(folder)!r} is a file: give the folder that holds the learners' folders")
    if not folder.is_dir():
        raise ValueError(f"there is no folder {str(folder)!r}: give the one that holds the learners' folders")
    try:
        found, unread = read_files(folder)
    except OSError as error:
        reason = error.strerror or error
        raise OSError(f"cannot read {folder}: {reason}; ask for the right to, or for a copy") from None
    groups: dict[tuple[str, str], list[Found]] = {}
    for said in found:
        if isinstance(said, Found):
            groups.setdefault((said.learner, said.exercise), []).append(said)
    learners = sorted({said.learner for said in found})
    rows = [
        row(learner, name, groups.get((learner, name), [])) for learner in learners for name in exercises()
    ]
    answers = list(dict.fromkeys(said for said in found if isinstance(said, Answer)))  # a copy counts once
    cases: dict[tuple[str, str], Case] = {}
    for said in found:
        if isinstance(said, Case):
            key = (said.learner, said.patient)
            cases[key] = together(cases.get(key, said), said)
    return ClassWork(rows, answers, list(cases.values()), unread)


def default_file(folder: str | os.PathLike) -> Path:
    """Where the CSV goes when nobody says."""
    return Path(folder) / "mlpkit_report.csv"


def save(work: ClassWork, kind: str, path: str | os.PathLike) -> str:
    """Write a report; another file that is there already is kept under a name of its own.

    kind: str, "csv", "json" or "html"
    path: file name
    returns: str, what was written, and where the older file is now
    raises: OSError, and then the older file is as it was
    """
    path = Path(path)
    encoding = "utf-8-sig" if kind == "csv" else "utf-8"  # the mark lets Excel read accents
    content = WRITERS[kind](work).encode(encoding, "replace")
    try:
        if path.is_dir():
            raise OSError("it is a folder")
        if path.is_file() and path.read_bytes() == content:
            return f"{path} says the same already."
        aside = write_keeping_old(path.absolute(), content)
        before = f" The one that was there before is now {aside.name}." if aside else ""
        return f"The report is in {path}.{before}"
    except OSError as error:
        reason = error.strerror or error
        raise OSError(f"cannot write {path}: {reason}. Name another file with --{kind}") from None
