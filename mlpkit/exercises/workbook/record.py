"""What the record of a workbook holds, and how a file that may hold anything becomes one.

Pure functions: nothing here reads or writes a file.
"""

from __future__ import annotations

import json
from typing import Any

from ..catalog import exercises
from ..checker.result import INCORRECT, NOT_ATTEMPTED, PASSED, TOO_SLOW

SCHEMA = 1
MANY = 10**9  # tries; a larger number is damage
TABLES = ("exercises", "predictions")
BLANK = {"attempts": 0, "hints": 0, "passed": False, "outcome": None, "mistakes": [], "forwards": False,
         "solution": False}  # fmt: skip
PREDICTION = {"question": str, "choices": list, "answer": str, "sure": int, "kind": str, "right": bool,
              "truth": str, "late": bool, "day": str, "reviews": list}  # fmt: skip
PATIENT = {"right": bool, "cured": bool, "diagnoses": list, "tests": list, "repairs": int, "source": str}


def as_record(content: bytes | None) -> tuple[dict, bool]:
    """A record from the bytes of its file.

    content: bytes, or None when there is no file
    returns: (record with all that is sound in them, whether that was everything)
    """
    if content is None:
        return sound_record({})
    try:
        return sound_record(json.loads(as_text(content)))
    except (ValueError, RecursionError):  # no JSON, or brackets in brackets without end
        return sound_record({})[0], False


def as_text(content: bytes) -> str:
    """The text of a file in a workbook; some editors save it as UTF-16, or put a mark before it.

    raises: ValueError when it is no text
    """
    return content.decode(json.detect_encoding(content))


def sound_record(found: Any) -> tuple[dict, bool]:
    """All that is sound in a record.

    found: whatever a file held
    returns: (record, whether everything was sound)
    """
    if not isinstance(found, dict):
        return sound_record({})[0], False
    schema = found.get("schema", SCHEMA)
    whole = _is(schema, int)
    record = {**found, "schema": schema if whole else SCHEMA}
    if whole and schema > SCHEMA:  # a newer mlpkit may keep what it likes
        return {**record, **{key: _entries(found.get(key)) for key in TABLES}}, True
    whole &= not _misspelled(found, {"schema", *TABLES}, {"clinic"})
    for key, sound_entry in (("exercises", _exercise), ("predictions", _prediction), ("clinic", _patient)):
        table = found.get(key, {})
        record[key] = _entries(table)
        whole &= isinstance(table, dict) and len(table) == len(record[key])
        for name, entry in list(record[key].items()):
            sound = sound_entry(name, entry)
            whole &= sound == entry
            if sound is None:
                del record[key][name]
            else:
                record[key][name] = sound
    if "clinic" not in found:
        del record["clinic"]
    return record, bool(whole)


def exercise_record(record: dict, name: str) -> dict:
    """What the record says of an exercise; made if there is nothing yet.

    returns: dict with attempts, hints, passed, outcome, mistakes, forwards, solution
    """
    found = record["exercises"].setdefault(name, {})
    sound = _exercise(name, found) or {}
    found.clear()
    found.update({key: list(value) if isinstance(value, list) else value for key, value in BLANK.items()})
    found.update(sound)
    return found


def as_bytes(record: dict) -> bytes:
    """The record as it is written into its file."""
    text = json.dumps(record, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    return text.encode("utf-8", "backslashreplace")  # half a pair of UTF-16 becomes an escape that JSON knows


def _exercise(name: str, found: dict) -> dict | None:
    """The sound part of an exercise's entry; None when there is no such exercise."""
    if name not in exercises():
        return None
    if _misspelled(found, set(BLANK)):
        found = {key: value for key, value in found.items() if key in BLANK}
    return {key: value for key, value in found.items() if key not in BLANK or _sound_value(key, value)}


def _sound_value(key: str, value: Any) -> bool:
    if key == "outcome":
        return value in (None, PASSED, INCORRECT, NOT_ATTEMPTED, TOO_SLOW)
    if key == "mistakes":
        return isinstance(value, list) and all(isinstance(name, str) for name in value)
    return _is(value, type(BLANK[key])) and 0 <= value < MANY


def _prediction(_: str, found: dict) -> dict | None:
    """An answer as it is kept; None when a part of it has the wrong type."""
    wrong = [key for key, kind in PREDICTION.items() if key in found and not _is(found[key], kind)]
    missing = {"question", "answer", "kind"}
    return None if wrong or _misspelled(found, missing, set(PREDICTION)) else found


def _patient(_: str, found: dict) -> dict:
    return {key: value for key, value in found.items() if key not in PATIENT or _is(value, PATIENT[key])}


def _misspelled(found: dict, needed: set[str], others: set[str] = frozenset()) -> bool:
    """A key that nobody knows, where one that is needed is missing: damage, not another version's file."""
    return bool(needed - found.keys() and found.keys() - needed - others)


def _is(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _entries(table: Any) -> dict:
    """The entries of a table in the record, whatever the file holds in its place."""
    return {k: dict(v) for k, v in table.items() if isinstance(v, dict)} if isinstance(table, dict) else {}
