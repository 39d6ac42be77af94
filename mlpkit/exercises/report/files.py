"""What the files of a class say: saved notebooks, workbooks, and workbooks that were exported.

Nothing in them is ever run; what cannot be read is listed with its reason, and the rest goes on.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ..catalog import exercises
from ..checker.result import INCORRECT, JSON_TYPE, NOT_ATTEMPTED, PASSED
from ..workbook.store import RECORD

LARGEST = 50_000_000  # bytes of a notebook that is read
WORKBOOK = "my_mlpkit"
PASSED_OVER = {"node_modules", "site-packages", "__pycache__"}  # and whatever is hidden


class Found(NamedTuple):
    """One thing that a file says about an exercise."""

    learner: str
    exercise: str
    outcome: str
    attempts: int
    hints: int
    forwards: bool
    mistakes: tuple[str, ...]
    source: str
    solution: bool = False


class Answer(NamedTuple):
    """One question that a learner has answered: a guess before an experiment, or a recall at the end."""

    learner: str
    kind: str
    question: str
    right: bool


class Case(NamedTuple):
    """One patient of the clinic that a learner has looked at."""

    learner: str
    patient: str
    right: bool
    cured: bool
    diagnoses: tuple[str, ...]


class Unread(NamedTuple):
    """A file or folder that could not be read, and why."""

    path: str
    why: str


def read_files(folder: Path) -> tuple[list[Found | Answer | Case], list[Unread]]:
    """Everything that the files below a folder say.

    folder: Path, with a folder or a file for each learner in it; or one learner's own folder of lessons
    returns: (what was found, what could not be read)
    """
    unread: list[Unread] = []
    found: list[Found | Answer | Case] = []
    alone = folder.resolve().name if _is_one_learner(folder) else None
    owners: dict[str, str] = {}
    for path in _files(folder, unread):
        parts = path.relative_to(folder).parts
        learner = _shown(alone or (parts[0] if len(parts) > 1 else path.stem), owners)
        try:
            found.extend(_read(path, learner))
        except Exception as error:  # whatever a file holds, the next one is read
            unread.append(Unread(_word("/".join(parts), 200), _reason(error)))
    return found, unread


def _is_one_learner(folder: Path) -> bool:
    """A workbook beside notebooks, or nothing but a workbook.

    One that a teacher put beside the learners' folders is only one among them.
    """
    if not (folder / WORKBOOK).is_dir():
        return False
    others = (path for path in folder.iterdir() if path.name != WORKBOOK and not path.name.startswith("."))
    return any(folder.glob("*.ipynb")) or not any(path.is_dir() for path in others)


def _shown(name: str, owners: dict[str, str]) -> str:
    """A learner's name as it is shown: two that would look alike (cut, or with ? for a letter) stay two.

    owners: the shown names so far -> the names on the disk
    """
    whole, number = _word(name), 1
    shown = whole
    while owners.setdefault(shown, name) != name:
        number += 1
        shown = f"{whole} ({number})"
    return shown


def _files(folder: Path, unread: list[Unread]) -> Iterator[Path]:
    """Every file that may say something, in order; hidden folders are passed over."""

    def refused(error: OSError) -> None:
        path = Path(error.filename)
        if path == folder:
            raise error
        unread.append(Unread(_word(path.relative_to(folder).as_posix(), 200), _reason(error)))

    for place, folders, names in os.walk(folder, onerror=refused):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in PASSED_OVER)
        for link in (Path(place, f) for f in folders if os.path.islink(os.path.join(place, f))):
            name = _word(link.relative_to(folder).as_posix(), 200)
            unread.append(Unread(name, "a link to a folder, which is not followed"))  # it may lead in circles
        for name in sorted(names):
            if name == RECORD or (name.endswith((".ipynb", ".zip")) and not name.startswith(".")):
                yield Path(place, name)


def _read(path: Path, learner: str) -> list[Found | Answer | Case]:
    if not path.is_file():
        raise ValueError("no file, or a link to nowhere")
    if path.suffix != ".zip" and path.stat().st_size > LARGEST:
        raise ValueError("larger than 50 MB")
    if path.suffix == ".zip":
        return list(_from_zip(path, learner))
    content = json.loads(path.read_bytes())
    read = _from_record if path.name == RECORD else _from_notebook
    return list(read(content, learner, path.name))


def _from_notebook(notebook: object, learner: str, source: str) -> Iterator[Found]:
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ValueError("no notebook: it has no list of cells")
    for cell in notebook["cells"]:
        outputs = cell.get("outputs") if isinstance(cell, dict) else None
        for output in outputs if isinstance(outputs, list) else []:
            data = output.get("data") if isinstance(output, dict) else None
            said = data.get(JSON_TYPE) if isinstance(data, dict) else None
            if isinstance(said, dict) and _known(said.get("exercise")):
                yield _checked(learner, said, source)


def _checked(learner: str, said: dict, source: str) -> Found:
    outcome = said.get("outcome") if said.get("outcome") in (PASSED, INCORRECT) else NOT_ATTEMPTED
    mistake = _word(said.get("mistake"))
    tries = int(outcome != NOT_ATTEMPTED)
    return Found(learner, said["exercise"], outcome, tries, 0, said.get("forwards") is True,
                 (mistake,) if mistake else (), source)  # fmt: skip


def _from_record(record: object, learner: str, source: str = RECORD) -> Iterator[Found | Answer | Case]:
    if not isinstance(record, dict) or not isinstance(record.get("exercises"), dict):
        raise ValueError("no record of a workbook")
    for name, said in record["exercises"].items():
        if _known(name) and isinstance(said, dict):
            yield _kept(learner, name, said)
    answers = record.get("predictions")
    for made in answers.values() if isinstance(answers, dict) else []:
        if isinstance(made, dict) and isinstance(made.get("right"), bool):
            kind = "recall" if made.get("kind") == "recall" else "guess"
            yield Answer(learner, kind, _word(made.get("question"), 200), made["right"])
    patients = record.get("clinic")
    for name, kept in patients.items() if isinstance(patients, dict) else []:
        if isinstance(kept, dict):
            yield _case(learner, name, kept)


def _case(learner: str, name: str, kept: dict) -> Case:
    named = kept.get("diagnoses") if isinstance(kept.get("diagnoses"), list) else []
    diagnoses = tuple(filter(None, map(_word, named[:50])))
    return Case(learner, _word(name), kept.get("right") is True, kept.get("cured") is True, diagnoses)


def _kept(learner: str, name: str, said: dict) -> Found:
    passed = said.get("passed") is True or said.get("outcome") == PASSED
    outcome = PASSED if passed else said.get("outcome")
    outcome = outcome if outcome in (PASSED, INCORRECT) else NOT_ATTEMPTED
    listed = said.get("mistakes") if isinstance(said.get("mistakes"), list) else []
    mistakes = tuple(filter(None, map(_word, listed[:50])))
    counts = _count(said.get("attempts")), _count(said.get("hints"))
    forwards, solution = said.get("forwards") is True, said.get("solution") is True
    return Found(learner, name, outcome, *counts, forwards, mistakes, "workbook", solution)


def _from_zip(path: Path, learner: str) -> Iterator[Found | Answer | Case]:
    with zipfile.ZipFile(path) as file:
        if RECORD in file.namelist():
            if file.getinfo(RECORD).file_size > LARGEST:
                raise ValueError("its record is larger than 50 MB")
            yield from _from_record(json.loads(file.read(RECORD)), learner)


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"no JSON, or cut off: {error.msg} in line {error.lineno}"
    if isinstance(error, UnicodeDecodeError):
        return "no text in UTF-8"
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return _word(words, 120) or type(error).__name__


def _known(name: object) -> bool:
    return isinstance(name, str) and name in exercises()


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**6 else 0


def _word(value: object, longest: int = 60) -> str:
    """A text that came from a file, fit for a terminal: no control characters, not endless."""
    text = value[:longest] if isinstance(value, str) else ""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
