"""What a class has done, read from saved notebooks and workbooks; nothing in them is ever run.

Each learner is a folder (or a file) inside the folder that is given; what cannot be read is listed, and
passed over.
"""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .catalogue import exercises
from .result import INCORRECT, JSON_TYPE, NOT_ATTEMPTED, PASSED
from .storage import write
from .workbook import RECORD

LARGEST = 50_000_000  # bytes of a notebook that is read
COLUMNS = ("learner", "topic", "exercise", "outcome", "attempts", "hints", "forwards", "mistake", "sources")


class Row(NamedTuple):
    """One learner, one exercise."""

    learner: str
    topic: str
    exercise: str
    outcome: str
    attempts: int
    hints: int
    forwards: bool
    mistake: str
    sources: str


class Found(NamedTuple):
    """One thing that a file says about an exercise."""

    learner: str
    exercise: str
    outcome: str
    attempts: int
    hints: int
    forwards: bool
    mistake: str
    source: str


def report_class(folder: str | os.PathLike, to: str | os.PathLike | None = None) -> str:
    """Read a class's folder, write one CSV into it, and put everything into a table.

    folder: one folder or file for each learner in it
    to: the CSV file; by default `mlpkit_report.csv` in the folder
    returns: str, the table, with what could not be read below it
    raises: OSError or ValueError when there is no such folder, or the CSV cannot be written
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ValueError(f"there is no folder {str(folder)!r}: give the one that holds the learners' folders")
    rows, broken = read_class(folder)
    target = Path(to) if to else folder / "mlpkit_report.csv"
    write(target.absolute(), _csv(rows).encode("utf-8-sig"))  # the mark lets Excel read accents
    lines = [_table(rows), "", f"All of it is in {target}."]
    return "\n".join(lines + [f"Not read: {path} ({why})." for path, why in broken])


def read_class(folder: Path) -> tuple[list[Row], list[tuple[str, str]]]:
    """Everything that the files of a class say.

    folder: Path
    returns: (rows, one for each learner and exercise; files that could not be read, each with a reason)
    """
    found: list[Found] = []
    broken: list[tuple[str, str]] = []
    for path in sorted(folder.rglob("*")):
        reader = _reader(path)
        if reader is None or ".ipynb_checkpoints" in path.parts or not path.is_file():
            continue
        parts = path.relative_to(folder).parts
        learner = parts[0] if len(parts) > 1 else path.stem
        try:
            if path.stat().st_size > LARGEST:
                raise ValueError("larger than 50 MB")
            found.extend(reader(path, learner))
        except Exception as error:
            broken.append((str(path.relative_to(folder)), f"{type(error).__name__}: {error}"[:120]))
    learners = list(dict.fromkeys(f.learner for f in found))
    return [_row(learner, name, found) for learner in learners for name in exercises()], broken


def _reader(path: Path):
    if path.suffix == ".ipynb":
        return _from_notebook
    if path.name == RECORD:
        return lambda path, learner: _from_record(json.loads(path.read_text("utf-8")), path.parent, learner)
    return _from_zip if path.suffix == ".zip" else None


def _from_notebook(path: Path, learner: str) -> Iterator[Found]:
    notebook = json.loads(path.read_text("utf-8"))
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ValueError("no notebook: it has no list of cells")
    for cell in notebook["cells"]:
        for output in (cell.get("outputs") or []) if isinstance(cell, dict) else []:
            data = output.get("data", {}).get(JSON_TYPE) if isinstance(output, dict) else None
            if isinstance(data, dict) and data.get("exercise") in exercises():
                yield _checked(learner, data, path.name)


def _checked(learner: str, data: dict, source: str) -> Found:
    outcome = data.get("outcome") if data.get("outcome") in (PASSED, INCORRECT) else NOT_ATTEMPTED
    tries = int(outcome != NOT_ATTEMPTED)
    return Found(learner, data["exercise"], outcome, tries, 0, data.get("forwards") is True,
                 _word(data.get("mistake")), source)  # fmt: skip


def _from_record(record: dict, folder: Path | None, learner: str) -> Iterator[Found]:
    if not isinstance(record, dict) or not isinstance(record.get("exercises"), dict):
        raise ValueError("no record of a workbook")
    for name, said in record["exercises"].items():
        if name in exercises() and isinstance(said, dict):
            outcome = (
                PASSED if said.get("passed") is True or said.get("outcome") == PASSED else said.get("outcome")
            )
            mistakes = said.get("mistakes") if isinstance(said.get("mistakes"), list) else []
            outcome = outcome if outcome in (PASSED, INCORRECT) else NOT_ATTEMPTED
            counts = _count(said.get("attempts")), _count(said.get("hints"))
            last = _word(mistakes[-1] if mistakes else None)
            yield Found(learner, name, outcome, *counts, said.get("forwards") is True, last, "workbook")


def _from_zip(path: Path, learner: str) -> Iterator[Found]:
    with zipfile.ZipFile(path) as file:
        if RECORD in file.namelist() and file.getinfo(RECORD).file_size < LARGEST:
            yield from _from_record(json.loads(file.read(RECORD)), None, learner)


def _row(learner: str, name: str, found: list[Found]) -> Row:
    mine = [f for f in found if f.learner == learner and f.exercise == name]
    outcomes = [f.outcome for f in mine]
    outcome = next((o for o in (PASSED, INCORRECT) if o in outcomes), NOT_ATTEMPTED)
    passes = [f for f in mine if f.outcome == PASSED]
    return Row(
        learner, exercises()[name].topic, name, outcome,
        max((f.attempts for f in mine), default=0), max((f.hints for f in mine), default=0),
        bool(passes) and all(f.forwards for f in passes),
        next((f.mistake for f in reversed(mine) if f.mistake), "") if outcome != PASSED else "",
        " ".join(dict.fromkeys(f.source for f in mine)),
    )  # fmt: skip


def _csv(rows: list[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(value) for value in row] for row in rows)
    return text.getvalue()


def _harmless(value: object) -> object:
    """A spreadsheet takes text that begins with = + - or @ for a formula."""
    value = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _table(rows: list[Row]) -> str:
    if not rows:
        return "No exercises were found in this folder."
    learners = list(dict.fromkeys(row.learner for row in rows))
    lines = [
        f"{'learner':<24} {'passed':>7} {'wrong':>6} {'tries':>6} {'hints':>6}  only forwards, still wrong"
    ]
    for learner in learners:
        mine = [row for row in rows if row.learner == learner]
        passed = sum(row.outcome == PASSED for row in mine)
        wrong = [
            f"{r.exercise} ({r.mistake})" if r.mistake else r.exercise for r in mine if r.outcome == INCORRECT
        ]
        handed = [f"{row.exercise} forwards" for row in mine if row.forwards]
        tries, hints = sum(r.attempts for r in mine), sum(r.hints for r in mine)
        lines.append(f"{learner[:24]:<24} {passed:>3}/{len(mine):<3} {len(wrong):>6} {tries:>6} {hints:>6}  "
                     f"{', '.join(handed + wrong)}".rstrip())  # fmt: skip
    return "\n".join(lines)


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**6 else 0


def _word(value: object) -> str:
    return value[:60] if isinstance(value, str) else ""
