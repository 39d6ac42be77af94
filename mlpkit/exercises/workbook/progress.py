"""How far the learner has come: every exercise of the course, and how well they know what they know.

Of all answers given with 80 % certainty, 80 % should be right: that is what calibrated means.
"""

from __future__ import annotations

import datetime
import html

from ..catalog import TOPICS, exercises
from ..checker.result import COLOURS, INCORRECT, NOT_ATTEMPTED, PASSED, SYMBOLS
from ..panel import Panel, rich
from ..quiz.schedule import due_today, waiting
from .backup import reminder
from .mine import problem_with
from .record import exercise_record
from .store import passed_names, read_record, tell_place


def progress() -> Panel:
    """The whole course at a glance.

    returns: something to read: each exercise with its outcome, tries and hints, and the learner's calibration
    """
    tell_place()
    record = read_record()
    rows = [_row(record, name) for name in exercises()]
    passed = sum(outcome == PASSED for _, _, outcome, *_ in rows)
    head = f"{passed} of {len(rows)} exercises passed"
    bins = calibration(record)
    below = list(filter(None, [_due(record), *map(problem_with, passed_names()), reminder()]))
    text = "\n".join([head, *map(_line, rows), "", *_calibration_lines(bins), *below])
    notes = "".join(f"<div>{rich(note)}</div>" for note in below)
    return Panel(text, f"<strong>{head}</strong>{_table(rows)}{_calibration_html(bins)}{notes}")


def calibration(record: dict) -> list[tuple[int, int, int]]:
    """How often predictions came true, by how sure they were.

    record: the workbook's record
    returns: list of (how sure in per cent, how many, how many right), rising
    """
    counts: dict[int, list[int]] = {}
    for made in record["predictions"].values():
        if (
            made.get("kind") == "guess"
            and isinstance(made.get("right"), bool)
            and isinstance(made.get("sure"), int)
            and 0 <= made["sure"] <= 100  # a file may hold anything
        ):
            found = counts.setdefault(made["sure"], [0, 0])
            found[0] += 1
            found[1] += made["right"]
    return [(sure, many, right) for sure, (many, right) in sorted(counts.items())]


def _due(record: dict) -> str:
    """How many questions of `review` are due; "" before the first was answered."""
    if not waiting(record):
        return ""
    count = due_today(record, datetime.date.today())
    questions = "question is" if count == 1 else "questions are"
    return f"{count} {questions} due: `review()` asks them." if count else "`review()`: no question is due."


def _row(record: dict, name: str) -> tuple[str, str, str, int, int]:
    found = exercise_record(record, name)
    kept = found["passed"] or name in passed_names()
    outcome = PASSED if kept else (INCORRECT if found["outcome"] == INCORRECT else NOT_ATTEMPTED)
    if found["outcome"] == PASSED:
        outcome = PASSED
    return TOPICS[exercises()[name].topic], name, outcome, found["attempts"], found["hints"]


def _line(row: tuple) -> str:
    topic, name, outcome, attempts, hints = row
    tries = f"{attempts} tr{'y' if attempts == 1 else 'ies'}, {hints} hint{'' if hints == 1 else 's'}"
    return (
        f"  {SYMBOLS[outcome]} {topic:<11}{name:<24}{outcome:<14}{tries if attempts or hints else ''}"
    ).rstrip()


def _table(rows: list[tuple]) -> str:
    body = "".join(
        f"<tr><td>{html.escape(topic)}</td><td><code>{html.escape(name)}</code></td>"
        f'<td><span aria-hidden="true" style="color:{COLOURS[outcome]}">{SYMBOLS[outcome]}</span> '
        f"{outcome}</td>"
        f"<td>{attempts}</td><td>{hints}</td></tr>"
        for topic, name, outcome, attempts, hints in sorted(
            rows, key=lambda r: list(TOPICS.values()).index(r[0])
        )
    )
    head = "".join(
        f'<th scope="col">{word}</th>' for word in ("topic", "exercise", "outcome", "tries", "hints")
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _calibration_lines(bins: list[tuple[int, int, int]]) -> list[str]:
    if not bins:
        return ["No predictions have been made yet."]
    return ["Your predictions:", *(
        f"  {sure:>3} % sure: {right} of {many} right" for sure, many, right in bins)]  # fmt: skip


def _calibration_html(bins: list[tuple[int, int, int]]) -> str:
    if not bins:
        return "<div>No predictions have been made yet.</div>"
    size, edge = 180, 30
    x = y = lambda per_cent: edge + (size - edge) * per_cent / 100
    dots = "".join(
        f'<circle cx="{x(sure):.0f}" cy="{size + edge - y(100 * right / many):.0f}" r="{4 + min(many, 8)}" '
        f'fill="#0072B2"><title>{sure} % sure: {right} of {many} right</title></circle>'
        for sure, many, right in bins
    )
    lines = "".join(f"<li>{line.strip()}</li>" for line in _calibration_lines(bins)[1:])
    return (
        f'<div><strong>Your predictions</strong></div><svg width="{size + edge}" height="{size + edge}" '
        'role="img" '
        f'aria-label="How often you were right, against how sure you were; on the line you are calibrated">'
        f'<line x1="{x(0):.0f}" y1="{size + edge - y(0):.0f}" x2="{x(100):.0f}" '
        f'y2="{size + edge - y(100):.0f}" '
        f'stroke="#767676" stroke-dasharray="4 4"/>{dots}'
        f'<text x="{edge}" y="{size + edge - 8}" font-size="11" fill="currentColor">how sure you were, 0 '
        "to 100 %</text>"
        f'<text x="4" y="14" font-size="11" fill="currentColor">how often right</text></svg><ul>{lines}</ul>'
    )
