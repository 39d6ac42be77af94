"""A class's work as text for a terminal, as CSV for a spreadsheet, and as JSON for another program.

Tables come by learner, by lesson, by exercise and by patient, each with the mistakes that were met.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter

from .files import Unread
from .summarize import ClassWork, Row, clinic, count, grouped, hardest, lessons, met, remarks

SHOWN = 20  # unreadable files that are told one by one
NOTHING = (
    "No exercises were found in this folder: it should hold a folder for each learner, with their notebooks, "
    "`my_mlpkit` or an exported workbook."
)


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
