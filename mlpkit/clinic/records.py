"""What stays of a patient in the learner's workbook: diagnoses, the tests before them, and the repair.

Nothing that was written is lost: a first right diagnosis, a cure and its source stay.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mlpkit.exercises.checker.result import INCORRECT, PASSED, Result
from mlpkit.exercises.workbook.store import change_record, read_record

KEPT = "clinic"  # in the workbook's record


def record_of(name: str) -> dict:
    """What the workbook holds of a patient: right, cured, diagnoses, tests, repairs, source.

    name: str
    returns: dict, always with these keys, whatever the file holds
    """
    table = read_record().get(KEPT)
    return _whole(table.get(name) if isinstance(table, dict) else None)


def _whole(kept: Any) -> dict:
    blank = {"right": False, "cured": False, "diagnoses": [], "tests": [], "repairs": 0, "source": ""}
    kept = kept if isinstance(kept, dict) else {}
    return {key: kept[key] if isinstance(kept.get(key), type(old)) else old for key, old in blank.items()}


def note_diagnosis(kept: dict, disease: str, right: bool, tests: list[str]) -> None:
    """Keep a diagnosis, and the tests that were ordered before it; after a right one nothing is added."""
    if not kept["right"]:
        kept["diagnoses"] = [*kept["diagnoses"], disease][-50:]
        kept["tests"] = tests
    kept["right"] = kept["right"] or right


def note_repair(kept: dict, result: Result, source: str | None) -> None:
    """Count a repair, and keep the source of one that cures."""
    if result.outcome in (PASSED, INCORRECT):
        kept["repairs"] += 1
    if result.outcome == PASSED:
        kept["cured"] = True
        kept["source"] = source or kept["source"]


def note(name: str, change: Callable[[dict], None]) -> tuple[str, ...]:
    """Write something into the workbook. -> () or a sentence that says why it could not be"""

    def alter(record: dict) -> None:
        table = record.get(KEPT) if isinstance(record.get(KEPT), dict) else {}
        kept = _whole(table.get(name))
        change(kept)
        record[KEPT] = {**table, name: kept}

    try:
        change_record(alter)
    except (OSError, ValueError) as error:
        return (f"The workbook could not be written ({error}), so this is not remembered.",)
    return ()
