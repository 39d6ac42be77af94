"""The learner's own workbook: one file for every function that has passed, and a record of tries and
predictions.

It lies beside the notebook in `my_mlpkit`, or wherever MLPKIT_WORKBOOK says, and no update ever touches it.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..._files import held_still, locked, put, read_json, write_all
from ..catalog import exercises

SCHEMA = 1
RECORD = "record.json"
LARGEST = 5_000_000  # bytes of one file in a workbook that is brought in


def folder() -> Path:
    """Where the workbook is."""
    return Path(os.path.expanduser(os.environ.get("MLPKIT_WORKBOOK") or "my_mlpkit")).absolute()


def read_record() -> dict:
    """The record: {"schema": 1, "exercises": {name: {...}}, "predictions": {id: {...}}}.

    returns: dict, always with these keys, whatever the file holds
    """
    return _whole(read_json(folder() / RECORD))


def change_record(change: Callable[[dict], None], files: dict[str, bytes] | None = None) -> dict:
    """Change the record, alone: read it, let `change` alter it, write it.

    change: gets the record, alters it in place
    files: name -> bytes, what goes into the workbook with it: all of it, or nothing
    returns: the new record
    raises: OSError when it cannot be written, ValueError when a newer mlpkit wrote it
    """
    with locked(folder()):
        record = read_record()
        if record["schema"] > SCHEMA:
            raise ValueError("the workbook was written by a newer mlpkit: update this one to add to it")
        change(record)
        contents = {**(files or {}), RECORD: _dumped(record)}
        write_all({folder() / name: content for name, content in contents.items()})
    return record


def entry(record: dict, name: str) -> dict:
    """What the record says of an exercise; made if there is nothing yet.

    returns: dict with attempts, hints, passed, outcome, mistakes, forwards, solution
    """
    found = record["exercises"].setdefault(name, {})
    blank = {"attempts": 0, "hints": 0, "passed": False, "outcome": None, "mistakes": [], "forwards": False,
             "solution": False}  # fmt: skip
    for key, value in blank.items():
        if not isinstance(found.get(key), type(value)) and value is not None:
            found[key] = value
    found.setdefault("outcome", None)
    found.update({key: max(0, found[key]) for key in ("attempts", "hints")})
    found["mistakes"] = [name for name in found["mistakes"] if isinstance(name, str)]
    return found


def function_file(name: str) -> Path:
    """The file of a function that has passed."""
    return folder() / f"{name}.py"


def passed_names() -> list[str]:
    """The exercises whose function is in the workbook, in the order of the course."""
    return [name for name in exercises() if function_file(name).is_file()]


def forget(name: str) -> None:
    """Take a function out of the workbook, to write it anew; tries and hints stay counted.

    raises: OSError
    """
    change_record(lambda record: entry(record, name).update(passed=False, outcome=None))
    with locked(folder()):
        function_file(name).unlink(missing_ok=True)


def export_bytes() -> bytes:
    """The whole workbook as a zip file."""
    packed = io.BytesIO()
    zipped = zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False)
    with held_still(folder()), zipped as file:
        for path in [function_file(name) for name in passed_names()] + [folder() / RECORD]:
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
        aside = put(Path(path).absolute(), content)
    except OSError as error:  # which may name the unfinished file beside it
        raise OSError(error.errno, error.strerror, str(path)) from None
    before = f"; what was there before is now {aside.name}" if aside else ""
    return f"{_functions(len(passed_names()))} and the record are in {path}{before}"


def import_workbook(source: str | os.PathLike | bytes) -> str:
    """Bring a workbook in again; it is added to what is there, and its functions replace those of the same
    name.

    source: file name, or the bytes of the zip file
    returns: str, what was brought in
    raises: OSError or ValueError, and then nothing has been changed
    """
    files = _unpacked(source)
    record = _record_in(files.pop(RECORD, b"{}"))
    change_record(lambda mine: _merge(mine, record), files)
    return f"{_functions(len(files))} and the record were added to the workbook"


def _unpacked(source: str | os.PathLike | bytes) -> dict[str, bytes]:
    known = {RECORD} | {f"{name}.py" for name in exercises()}
    try:
        with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else Path(source)) as file:
            strange = [
                i.filename for i in file.infolist() if i.filename not in known or i.file_size > LARGEST
            ]
            contents = {} if strange else {i.filename: file.read(i) for i in file.infolist()}
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise ValueError(
            f"that is no workbook ({error}): take a zip file that `mlpkit workbook export` wrote"
        ) from None
    if strange:
        raise ValueError(
            f"the zip file holds {strange[0][:60]!r}, which belongs to no workbook; "
            "take one that `mlpkit workbook export` wrote"
        )
    return contents


def _record_in(content: bytes) -> dict:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise ValueError("the record in the zip file is damaged: export the workbook once more") from None
    record = _whole(found)
    if record["schema"] > SCHEMA:
        raise ValueError(
            "the workbook in the zip file was written by a newer mlpkit: update this one to read it"
        )
    return record


def _merge(mine: dict, other: dict) -> None:
    """Add another record to this one: the larger counts stay, and every prediction that was not made here."""
    for name in other["exercises"]:
        here, there = entry(mine, name), entry(other, name)
        here.update({key: max(here[key], there[key]) for key in ("attempts", "hints")})
        here.update({key: here[key] or there[key] for key in ("passed", "solution", "forwards", "outcome")})
        here["mistakes"] = list(dict.fromkeys(here["mistakes"] + there["mistakes"]))
    mine["predictions"] = {**other["predictions"], **mine["predictions"]}
    mine["clinic"] = _merged_patients(mine.get("clinic"), other.get("clinic"))


def _merged_patients(mine: object, other: object) -> dict:
    """What is known of the clinic's patients, from two records."""
    mine, other = _entries(mine), _entries(other)
    both = {name: _merged_patient(mine[name], other[name]) for name in mine.keys() & other.keys()}
    return {**other, **mine, **both}


def _merged_patient(mine: dict, other: dict) -> dict:
    """What was done here stays, unless only the other has a cure; then a right diagnosis from here stays."""
    if mine.get("cured") or not other.get("cured"):
        return mine
    diagnosis = ("right", "diagnoses", "tests") if mine.get("right") else ()
    return {**other, **{key: mine[key] for key in diagnosis if key in mine}}


def _whole(record: dict) -> dict:
    record = record if isinstance(record, dict) else {}
    schema = record.get("schema")
    tables = {key: _entries(record.get(key)) for key in ("exercises", "predictions")}
    return {**record, "schema": schema if isinstance(schema, int) else SCHEMA, **tables}


def _entries(table: object) -> dict:
    """The entries of a table in the record, whatever the file holds in its place."""
    return {k: v for k, v in table.items() if isinstance(v, dict)} if isinstance(table, dict) else {}


def _dumped(record: dict) -> bytes:
    return (json.dumps(record, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _functions(count: int) -> str:
    return f"{count} function{'' if count == 1 else 's'}"


def remove_leftovers() -> None:
    """Remove what a crash in the middle of a save left behind."""
    for path in folder().glob(".*.part"):
        with suppress(OSError):
            path.unlink()
