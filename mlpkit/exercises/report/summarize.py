"""What a class's work comes to: by learner, lesson, exercise and patient, with the mistakes that were met.

The tables, the files and the page are all made of these.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from ..catalog import TOPICS, exercises
from ..checker.result import INCORRECT, NOT_ATTEMPTED, PASSED
from .files import Answer, Case, Found, Unread

LESSONS = dict(zip(TOPICS.values(), ("00", "01", "02", "03", "04", "05", "06", "07")))


class Row(NamedTuple):
    """One learner, one exercise; `mistake` is the last one while it is still wrong."""

    learner: str
    topic: str
    exercise: str
    outcome: str
    attempts: int
    hints: int
    forwards: bool
    mistake: str
    sources: str
    mistakes: tuple[str, ...] = ()
    solution: bool = False


class ClassWork(NamedTuple):
    """All that is known of a class."""

    rows: list[Row]
    answers: list[Answer]
    cases: list[Case]
    unread: list[Unread]


class Count(NamedTuple):
    """What some rows come to."""

    passed: int
    wrong: int
    waiting: int
    attempts: int
    hints: int
    mistakes: Counter


def row(learner: str, name: str, found: list[Found]) -> Row:
    """What all files together say of one learner's exercise: the best outcome, the highest counts.

    found: list of Found, of this learner and exercise
    returns: Row
    """
    outcomes = {f.outcome for f in found}
    outcome = next((o for o in (PASSED, INCORRECT) if o in outcomes), NOT_ATTEMPTED)
    passes = [f for f in found if f.outcome == PASSED]
    last = next((f.mistakes[-1] for f in reversed(found) if f.mistakes), "")
    return Row(
        learner, TOPICS[exercises()[name].topic], name, outcome,
        max((f.attempts for f in found), default=0), max((f.hints for f in found), default=0),
        bool(passes) and all(f.forwards for f in passes), last if outcome != PASSED else "",
        " ".join(dict.fromkeys(f.source for f in found)),
        max((f.mistakes for f in found), key=len, default=()),
        any(f.solution for f in found),
    )  # fmt: skip


def together(one: Case, other: Case) -> Case:
    """One learner's patient in two files: an older copy takes nothing away.

    returns: Case
    """
    diagnoses = max(one.diagnoses, other.diagnoses, key=len)
    return Case(one.learner, one.patient, one.right or other.right, one.cured or other.cured, diagnoses)


def count(rows: Iterable[Row]) -> Count:
    """Add rows up.

    rows: Rows, of a learner, an exercise or a class
    returns: Count; `mistakes` holds how often each was met
    """
    rows = list(rows)
    outcomes = Counter(row.outcome for row in rows)
    return Count(
        outcomes[PASSED], outcomes[INCORRECT], outcomes[NOT_ATTEMPTED],
        sum(row.attempts for row in rows), sum(row.hints for row in rows),
        Counter(mistake for row in rows for mistake in row.mistakes),
    )  # fmt: skip


def grouped(rows: Iterable, field: str) -> dict[str, list]:
    """Rows (or cases) by one of their fields, in the order in which they come.

    returns: dict, name to list of rows
    """
    groups: dict[str, list] = {}
    for row in rows:
        groups.setdefault(getattr(row, field), []).append(row)
    return groups


def met(mistakes: Counter, most: int = 4) -> str:
    """Mistakes and how often each was met, the most frequent first: "axis-0 (3), no-shift"."""
    return ", ".join(f"{name} ({n})" if n > 1 else name for name, n in mistakes.most_common(most))


def remarks(rows: list[Row]) -> list[str]:
    """What a teacher looks at first: passes that hand the work on, and what is still wrong.

    rows: one learner's
    returns: list of str
    """
    handed = [f"{row.exercise} forwards" for row in rows if row.forwards]
    wrong = [row for row in rows if row.outcome == INCORRECT]
    return handed + [f"{r.exercise} ({r.mistake})" if r.mistake else r.exercise for r in wrong]


def lessons(work: ClassWork) -> list[tuple[str, int, int, int]]:
    """Where the class stands.

    returns: list of (lesson, how many passed all of it, are on the way, have not begun)
    """
    lines = []
    for topic, rows in grouped(work.rows, "topic").items():
        counts = [count(mine) for mine in grouped(rows, "learner").values()]
        whole = sum(not (c.wrong or c.waiting) for c in counts)
        begun = sum(bool(c.passed or c.wrong) for c in counts) - whole
        lines.append((f"{LESSONS.get(topic, '')} {topic}", whole, begun, len(counts) - whole - begun))
    return lines


def clinic(work: ClassWork) -> list[tuple[str, int, int, int, str]]:
    """The patients of the clinic, as far as anybody has looked at them.

    returns: list of (patient, how many looked, named the disease, cured it, what was diagnosed)
    """
    patients = grouped(work.cases, "patient")
    return [
        (name, len(cases), sum(c.right for c in cases), sum(c.cured for c in cases),
         met(Counter(d for c in cases for d in c.diagnoses)))
        for name, cases in patients.items()
    ]  # fmt: skip


def hardest(work: ClassWork, most: int = 5) -> list[tuple[str, str, int, int]]:
    """The questions that were answered wrongly most often.

    returns: list of (kind, question, how often wrong, how often answered)
    """
    asked = Counter((a.kind, a.question) for a in work.answers)
    wrong = Counter((a.kind, a.question) for a in work.answers if not a.right)
    return [(*key, n, asked[key]) for key, n in wrong.most_common(most)]
