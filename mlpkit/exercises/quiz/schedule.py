"""When a question comes back: at once after a wrong answer, and later each time that it was answered right.

Pure functions of the record and a date; the intervals grow as in spaced repetition.
"""

from __future__ import annotations

import datetime
from typing import NamedTuple

from .bank import questions

INTERVALS = (0, 1, 3, 7, 16, 35, 70)  # days until a question returns, by right answers in a row
SURE = 80  # per cent; a right answer below that does not lengthen the interval
MOST, LEAST = 5, 3


class Waiting(NamedTuple):
    """A question that was answered before, and when it is due."""

    id: str
    due: datetime.date
    right: bool
    sure: bool


def waiting(record: dict) -> list[Waiting]:
    """All questions that will come back, the most urgent first: wrong, unsure, then by their date.

    record: the workbook's record
    returns: list of Waiting
    """
    found = []
    for number, id in enumerate(questions()):
        answers = _answers(record["predictions"].get(id))
        if answers:
            day, right, sure = answers[-1]
            due = day + datetime.timedelta(days=INTERVALS[_level(answers)])
            found.append((right, sure, due, number, Waiting(id, due, right, sure)))
    return [one[-1] for one in sorted(found)]


def chosen(record: dict, today: datetime.date) -> list[str]:
    """The ids of three to five questions for today: what is due, and else what is due next.

    Nothing that was answered right today is asked again.
    """
    all_waiting = waiting(record)
    due = [one for one in all_waiting if one.due <= today]
    later = sorted((one for one in all_waiting if one.due > today), key=lambda one: one.due)
    later = [one for one in later if not _reviewed(record, one.id, today)]
    few = max(0, LEAST - len(due))
    return [one.id for one in [*due[:MOST], *later[:few]]]


def due_today(record: dict, today: datetime.date) -> int:
    """How many questions are due."""
    return sum(one.due <= today for one in waiting(record))


def _level(answers: list[tuple[datetime.date, bool, bool]]) -> int:
    """How many right answers in a row the last ones are; an unsure one adds nothing."""
    level = 0
    for _, right, sure in answers:
        level = max(1, level + sure) if right else 0
    return min(level, len(INTERVALS) - 1)


def _answers(kept: dict | None) -> list[tuple[datetime.date, bool, bool]]:
    """(day, right, sure) of the answer in the lesson and of every review since; [] when it was not asked."""
    if not kept or not isinstance(kept.get("right"), bool):
        return []
    answers = [(_day(kept.get("day")), kept["right"], True)]
    for one in kept.get("reviews", []):
        if isinstance(one, dict) and isinstance(one.get("right"), bool):
            sure = one.get("sure")
            answers.append((_day(one.get("day")), one["right"], isinstance(sure, int) and sure >= SURE))
    return answers


def _reviewed(record: dict, id: str, today: datetime.date) -> bool:
    reviews = record["predictions"][id].get("reviews", [])
    return any(isinstance(one, dict) and _day(one.get("day")) == today for one in reviews)


def _day(text: object) -> datetime.date:
    """A date in the record; long ago for an answer that was kept before dates were."""
    try:
        return datetime.date.fromisoformat(text)
    except (TypeError, ValueError):
        return datetime.date(2000, 1, 1)
