"""A class's work as tables: by learner, by lesson, by exercise, with the mistakes that were met.

One list of rows is the source of all of them, and of the CSV and JSON files.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from .catalogue import TOPICS, exercises
from .report_files import Answer, Case, Unread
from .result import INCORRECT, NOT_ATTEMPTED, PASSED

LESSONS = dict(zip(TOPICS, ("00", "01", "02", "03", "04", "05", "06", "07")))
SHOWN = 20  # unreadable files that are told one by one
NOTHING = (
    "No exercises were found in this folder: it should hold a folder for each learner, with their notebooks, "
    "`my_mlpkit` or an exported workbook."
)


class Row(NamedTuple):
    """One learner, one exercise; `mistake` is the last one while it is still wrong, `solution`: it was read."""

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


def as_text(work: ClassWork) -> str:
    """The whole report for a terminal.

    returns: str, several tables, and below them what could not be read
    """
    if not work.rows:
        said = [NOTHING]
    else:
        parts = (_learners(work), _lessons(work), _exercises(work), _clinic(work), _questions(work))
        said = ["\n".join(part) for part in parts if part]
    return "\n\n".join([*said, *(["\n".join(_unread(work.unread))] if work.unread else [])])


def as_csv(work: ClassWork) -> str:
    """One line for each learner and exercise, safe to open in a spreadsheet.

    returns: str
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(Row._fields)
    writer.writerows([_harmless(value) for value in row] for row in work.rows)
    return text.getvalue()


def as_json(work: ClassWork) -> str:
    """Everything, for another program.

    returns: str, with "rows", "answers", "cases" and "unread", each a list of objects
    """
    tables = {name: [item._asdict() for item in items] for name, items in work._asdict().items()}
    return json.dumps({"schema": 1, **tables}, indent=1, ensure_ascii=False) + "\n"


def met(mistakes: Counter, most: int = 4) -> str:
    """Mistakes and how often each was met, the most frequent first: "axis-0 (3), no-shift"."""
    return ", ".join(f"{name} ({n})" if n > 1 else name for name, n in mistakes.most_common(most))


def hardest(work: ClassWork, most: int = 5) -> list[tuple[str, str, int, int]]:
    """The questions that were answered wrongly most often.

    returns: list of (kind, question, how often wrong, how often answered)
    """
    asked = Counter((a.kind, a.question) for a in work.answers)
    wrong = Counter((a.kind, a.question) for a in work.answers if not a.right)
    return [(*key, n, asked[key]) for key, n in wrong.most_common(most)]


def _learners(work: ClassWork) -> list[str]:
    groups = grouped(work.rows, "learner")
    wide = min(40, max(7, *map(len, groups)))
    lines = [f"{'learner':<{wide}}  passed  wrong  tries  hints  answers right  only forwards, still wrong"]
    right = Counter(a.learner for a in work.answers if a.right)
    asked = Counter(a.learner for a in work.answers)
    for learner, rows in groups.items():
        c = count(rows)
        answers = f"{right[learner]}/{asked[learner]}" if asked[learner] else "-"
        numbers = f"{c.passed:>4}/{len(rows):<3} {c.wrong:>5} {c.attempts:>6} {c.hints:>6} {answers:>14}"
        lines.append(f"{learner[:wide]:<{wide}} {numbers}  {', '.join(remarks(rows))}".rstrip())
    return lines


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


def _lessons(work: ClassWork) -> list[str]:
    return ["where the class stands, in learners"] + [
        f"  {lesson:<15}{whole:>4} passed all {begun:>6} on the way {waiting:>6} not begun"
        for lesson, whole, begun, waiting in lessons(work)
    ]


def _exercises(work: ClassWork) -> list[str]:
    lines = ["exercise                passed  wrong  not yet  tries  hints  mistakes met (how often)"]
    idle = []
    for name, rows in grouped(work.rows, "exercise").items():
        c = count(rows)
        if c.passed or c.wrong or c.attempts:
            numbers = f"{c.passed:>7} {c.wrong:>6} {c.waiting:>8} {c.attempts:>6} {c.hints:>6}"
            lines.append(f"  {name:<22}{numbers}  {met(c.mistakes)}".rstrip())
        else:
            idle.append(name)
    return [*lines, *([f"  nobody yet: {', '.join(idle)}"] if idle else [])]


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


def _clinic(work: ClassWork) -> list[str]:
    lines = [f"  {name:<22}{looked:>6} {right:>9} {cured:>6}  {said}".rstrip()
             for name, looked, right, cured, said in clinic(work)]  # fmt: skip
    return ["clinic                   seen  diagnosed  cured  diagnoses (how often)", *lines] if lines else []


def _questions(work: ClassWork) -> list[str]:
    lines = [f"  {wrong} of {asked}  {question} ({kind})" for kind, question, wrong, asked in hardest(work)]
    return ["questions most often answered wrongly", *lines] if lines else []


def _unread(unread: list[Unread]) -> list[str]:
    told = [f"Not read: {path} ({why})." for path, why in unread[:SHOWN]]
    return [*told, *([f"Not read: {len(unread) - SHOWN} more."] if len(unread) > SHOWN else [])]


def _harmless(value: object) -> object:
    """A spreadsheet takes text that begins with = + - or @ for a formula."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    value = met(Counter(value), 50) if isinstance(value, tuple) else value
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def row(learner: str, name: str, found: list) -> Row:
    """What all files together say of one learner's exercise: the best outcome, the highest counts.

    found: list of Found, of this learner and exercise
    returns: Row
    """
    outcomes = {f.outcome for f in found}
    outcome = next((o for o in (PASSED, INCORRECT) if o in outcomes), NOT_ATTEMPTED)
    passes = [f for f in found if f.outcome == PASSED]
    last = next((f.mistakes[-1] for f in reversed(found) if f.mistakes), "")
    return Row(
        learner, exercises()[name].topic, name, outcome,
        max((f.attempts for f in found), default=0), max((f.hints for f in found), default=0),
        bool(passes) and all(f.forwards for f in passes), last if outcome != PASSED else "",
        " ".join(dict.fromkeys(f.source for f in found)),
        max((f.mistakes for f in found), key=len, default=()),
        any(f.solution for f in found),
    )  # fmt: skip
