"""Take the whole workbook out as one zip file, and bring one in again; bringing in takes nothing away.

Of two functions with one name the newer is used, but never a damaged one; the other is kept beside it.
"""

from __future__ import annotations

import ast
import io
import os
import re
import time
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ..._files import locked_if_possible, read, write_keeping_old
from ..catalog import exercises
from .record import SCHEMA, as_record, as_text, exercise_record, sound_record
from .store import RECORD, change_record, passed_names, workbook_dir
from .zips import DAMAGE, LARGEST, Budget, members, opened, read_member

OTHERS = ("leaderboard.json", "model_card.md")  # of the last lesson
LARGEST_FILE = 5_000_000  # bytes of one file in a workbook that is brought in
KEPT_ASIDE = re.compile(r".+ \([a-z]+( \d+)?\)\.\w+|.+\.unreadable-\d+\.json")


class Brought(NamedTuple):
    """A file of a zip file: its content, and when it was last changed (seconds since 1970)."""

    content: bytes
    changed: float


def export_bytes() -> bytes:
    """The whole workbook as a zip file."""
    packed = io.BytesIO()
    zipped = zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False)
    names = [f"{name}.py" for name in passed_names()] + [RECORD, *OTHERS]
    with locked_if_possible(workbook_dir()), zipped as file:
        for path in map(workbook_dir().joinpath, names):
            if path.is_file():
                file.write(path, path.name)
    return packed.getvalue()


def export_workbook(path: str | os.PathLike) -> str:
    """Write the whole workbook into one zip file; another file that is there already is kept beside it.

    path: file name
    returns: str, what was written, and what the older file is called now
    raises: OSError
    """
    content = export_bytes()
    try:
        aside = write_keeping_old(Path(path).absolute(), content)
    except OSError as error:  # which may name the unfinished file beside it
        raise OSError(error.errno, error.strerror, str(path)) from None
    before = f"; what was there before is now {aside.name}" if aside else ""
    return f"{_functions(len(passed_names()))} and the record are in {path}{before}"


def import_workbook(source: str | os.PathLike | bytes) -> str:
    """Bring a workbook in again; it is added to what is there, and nothing that is there is lost.

    source: file name, or the bytes of the zip file
    returns: str, what happened to each function
    raises: OSError or ValueError, and then nothing has been changed
    """
    content = source if isinstance(source, bytes) else read(Path(source).resolve(), LARGEST)
    files = _unpacked(content)
    record = _record_in(files.pop(RECORD, Brought(b"{}", 0.0)).content)
    told: dict[str, list[str]] = {}
    new: dict[str, bytes] = {}

    def change(mine: dict) -> None:
        told.clear()
        new.clear()
        for name, brought in files.items():
            told.setdefault(_bring_in(name, brought, new), []).append(name)
        _merge(mine, record)

    change_record(change, new)
    for name in new.keys() & files.keys():  # so that the next import can tell which is newer
        with suppress(OSError):
            os.utime(workbook_dir() / name, (files[name].changed,) * 2)
    return _sentence(told)


def _bring_in(name: str, brought: Brought, new: dict[str, bytes]) -> str:
    """Decide on one file, and put what is to be written into `new`. -> what happens to it"""
    path = workbook_dir() / name
    if not path.exists():
        new[name] = brought.content
        return "added"
    here = read(path)
    if here == brought.content:
        return "the same"
    kind = "newer" if brought.changed > path.stat().st_mtime else "older"
    broken = [_is_broken(name, content) for content in (here, brought.content)]
    if broken[0] != broken[1]:
        kind = "mended" if broken[0] else "damaged"
    used = kind in ("newer", "mended")
    aside, kept = _free_name(path, here if used else brought.content)
    if aside:
        new[aside] = kept
    if used:
        new[name] = brought.content
    return kind


def _is_broken(name: str, content: bytes) -> bool:
    """Whether the file of a function holds no such function, as after a crash."""
    if not name.endswith(".py"):
        return False
    try:
        tree = ast.parse(as_text(content))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two: brackets without end
        return True
    defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return name.removesuffix(".py") not in defined


def _free_name(path: Path, content: bytes) -> tuple[str, bytes]:
    """A name for an older version; "" when that very version is kept already."""
    number = 1
    while True:
        aside = path.with_name(f"{path.stem} (older{f' {number}' if number > 1 else ''}){path.suffix}")
        if not aside.exists():
            return aside.name, content
        with suppress(OSError):
            if read(aside) == content:
                return "", content
        number += 1


def _sentence(told: dict[str, list[str]]) -> str:
    def names(kind: str) -> str:
        return ", ".join(name.removesuffix(".py") for name in told.get(kind, []))

    parts = []
    if told.get("added"):
        parts.append(f"added: {names('added')}")
    if told.get("newer"):
        parts.append(f"replaced by a newer version, with yours kept as `(older)`: {names('newer')}")
    if told.get("mended"):
        parts.append(f"in the place of yours, which is damaged and kept as `(older)`: {names('mended')}")
    if told.get("damaged"):
        parts.append(f"damaged in that file, so yours stay, and it is kept as `(older)`: {names('damaged')}")
    if told.get("older"):
        parts.append(f"older than yours and kept beside it as `(older)`: {names('older')}")
    if told.get("the same"):
        parts.append(f"there already: {names('the same')}")
    return "; ".join([*parts, "the record was added to yours"])


def _unpacked(content: bytes) -> dict[str, Brought]:
    """The files of a workbook in a zip file, by name."""
    known = {RECORD, *OTHERS} | {f"{name}.py" for name in exercises()}
    found: dict[str, Brought] = {}
    try:
        with opened(content) as file:
            entries = [(path, entry) for path, entry in members(file) if not KEPT_ASIDE.fullmatch(path.name)]
            folders = {path.parent for path, _ in entries} or {Path()}
            around = min(folders, key=lambda folder: len(folder.parts))
            strange = [
                entry.filename for path, entry in entries
                if path.parent != around or path.name not in known or path.is_absolute() or ".." in path.parts
            ] + [
                entry.filename for entry in file.infolist()
                if entry.is_dir() and entry.filename.strip("/").endswith((".py", ".json"))
            ]  # fmt: skip
            if not strange:
                budget = Budget()
                for path, entry in entries:
                    changed = _seconds(entry)
                    found[path.name] = Brought(read_member(file, entry, LARGEST_FILE, budget), changed)
    except DAMAGE as error:
        raise ValueError(
            f"that is no workbook ({error}): take a zip file that `mlpkit workbook export` wrote"
        ) from None
    if strange:
        raise ValueError(
            f"the zip file holds {strange[0][:60]!r}, which belongs to no workbook; "
            "take one that `mlpkit workbook export` wrote"
        )
    return found


def _seconds(entry: zipfile.ZipInfo) -> float:
    try:
        return time.mktime((*entry.date_time, 0, 0, -1))
    except (ValueError, OverflowError):  # a date that does not exist
        return 0.0


def _record_in(content: bytes) -> dict:
    record, whole = as_record(content)
    if record["schema"] > SCHEMA:
        raise ValueError(
            "the workbook in the zip file was written by a newer mlpkit: update this one to read it"
        )
    if not whole and record == sound_record({})[0]:
        raise ValueError("the record in the zip file is damaged: export the workbook once more")
    return record


def _merge(mine: dict, other: dict) -> None:
    """Add another record to this one: the larger counts stay, and every answer that was not given here."""
    for name in other["exercises"]:
        here, there = exercise_record(mine, name), exercise_record(other, name)
        here.update({key: max(here[key], there[key]) for key in ("attempts", "hints")})
        here.update({key: here[key] or there[key] for key in ("passed", "solution", "outcome")})
        here["forwards"] = here["forwards"] or there["forwards"]
        here["mistakes"] = list(dict.fromkeys(here["mistakes"] + there["mistakes"]))
    mine["predictions"] = _merged_answers(mine["predictions"], other["predictions"])
    mine["clinic"] = _merged_patients(mine.get("clinic", {}), other.get("clinic", {}))


def _merged_answers(mine: dict, other: dict) -> dict:
    """What was answered here stays; of the reviews of a question the longer list stays."""
    for name in mine.keys() & other.keys():
        lists = [made.get("reviews", []) for made in (mine[name], other[name])]
        if len(lists[1]) > len(lists[0]):
            mine[name]["reviews"] = lists[1]
    answered = {name: made for name, made in mine.items() if "answer" in made or name not in other}
    return {**other, **answered}


def _merged_patients(mine: dict, other: dict) -> dict:
    """What is known of the clinic's patients, from two records."""
    both = {name: _merged_patient(mine[name], other[name]) for name in mine.keys() & other.keys()}
    return {**other, **mine, **both}


def _merged_patient(mine: dict, other: dict) -> dict:
    """What was done here stays, unless only the other has a cure; then a right diagnosis from here stays."""
    if mine.get("cured") or not other.get("cured"):
        return mine
    diagnosis = ("right", "diagnoses", "tests") if mine.get("right") else ()
    return {**other, **{key: mine[key] for key in diagnosis if key in mine}}


def _functions(count: int) -> str:
    return f"{count} function{'' if count == 1 else 's'}"
