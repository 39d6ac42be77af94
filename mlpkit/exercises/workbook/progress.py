"""How far the learner has come: every exercise of the course, and how well they know what they know.

Of all answers given with 80 % certainty, 80 % should be right: that is what calibrated means.
"""

from __future__ import annotations

import datetime
import html

from ..catalog import TOPICS, exercises
from ..checker.result import COLOURS, INCORRECT, NOT_ATTEMPTED, PASSED, SYMBOLS, TOO_SLOW
from ..panel import Panel, rich
from ..quiz.schedule import due_today, waiting
from .backup import reminder
from .mine import problem_with
from .record import exercise_record
from .store import passed_names, read_record, tell_place

TICKS = (0, 25, 50, 75, 100)  # per cent, on both axes of the chart


def progress() -> Panel:
    """The whole course at a glance.

    returns: something to read: each exercise with its outcome, tries and hints, and the learner's calibration
    """
    tell_place()
    record = read_record()
    kept = passed_names()  # asked once: in a browser tab each look into the folder takes its time
    rows = [_row(record, name, name in kept) for name in exercises()]
    passed = sum(outcome == PASSED for _, _, outcome, *_ in rows)
    head = f"{passed} of {len(rows)} exercises passed"
    bins = calibration(record)
    below = list(filter(None, [_due(record), *map(problem_with, kept), reminder()]))
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
    if not count:
        return "`review()`: no question is due."
    questions = "question is" if count == 1 else "questions are"
    return (
        f"{count} {questions} due for review. `review()`, at the start of each lesson, asks such questions."
    )


def _row(record: dict, name: str, kept: bool) -> tuple[str, str, str, int, int]:
    found = exercise_record(record, name)
    outcome = found["outcome"] if found["outcome"] in (PASSED, INCORRECT, TOO_SLOW) else NOT_ATTEMPTED
    outcome = PASSED if found["passed"] or kept else outcome
    return TOPICS[exercises()[name].topic], name, outcome, found["attempts"], found["hints"]


def _line(row: tuple) -> str:
    topic, name, outcome, attempts, hints = row
    tries = f"{attempts} tr{'y' if attempts == 1 else 'ies'}, {hints} hint{'' if hints == 1 else 's'}"
    return (
        f"  {SYMBOLS[outcome]} {topic:<11}{name:<24}{outcome:<18}{tries if attempts or hints else ''}"
    ).rstrip()


def _table(rows: list[tuple]) -> str:
    left = '<td style="text-align:left">'  # JupyterLab puts all cells to the right, for numbers
    body = "".join(
        f"<tr>{left}{html.escape(topic)}</td>{left}<code>{html.escape(name)}</code></td>"
        f'{left}<span aria-hidden="true" style="color:{COLOURS[outcome]}">{SYMBOLS[outcome]}</span> '
        f"{outcome}</td>"
        f"<td>{attempts}</td><td>{hints}</td></tr>"
        for topic, name, outcome, attempts, hints in sorted(
            rows, key=lambda r: list(TOPICS.values()).index(r[0])
        )
    )
    head = "".join(
        f'<th scope="col" style="text-align:{side}">{word}</th>'
        for words, side in ((("topic", "exercise", "outcome"), "left"), (("tries", "hints"), "right"))
        for word in words
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _calibration_lines(bins: list[tuple[int, int, int]]) -> list[str]:
    if not bins:
        return ["No guess has been answered yet."]
    return ["Your guesses:", *(
        f"  {sure:>3} % sure: {right} of {many} right" for sure, many, right in bins)]  # fmt: skip


def _calibration_html(bins: list[tuple[int, int, int]]) -> str:
    if not bins:
        return "<div>No guess has been answered yet.</div>"
    lines = "".join(f"<li>{line.strip()}</li>" for line in _calibration_lines(bins)[1:])
    return (
        f"<div><strong>Your guesses</strong></div>{_chart(bins)}"
        f"<div>On the dashed line, you are right as often as you expected.</div><ul>{lines}</ul>"
    )


def _chart(bins: list[tuple[int, int, int]]) -> str:
    """How often right against how sure: a dot for each certainty, larger where more guesses were made."""
    x0, x1, y0, y1 = 54, 234, 196, 16  # where 0 % and 100 % are, across and up

    def across(per_cent: float) -> int:
        return round(x0 + (x1 - x0) * per_cent / 100)

    def up(per_cent: float) -> int:
        return round(y0 + (y1 - y0) * per_cent / 100)

    def line(a: int, b: int, c: int, d: int, more: str = "") -> str:
        return f'<line x1="{a}" y1="{b}" x2="{c}" y2="{d}" stroke="currentColor"{more}/>'

    def write(a: int, b: int, anchor: str, words: str, more: str = "") -> str:
        return f'<text x="{a}" y="{b}" text-anchor="{anchor}"{more}>{words}</text>'

    parts = [line(x0, y0, x1, y0), line(x0, y0, x0, y1), line(x0, y0, x1, y1, ' stroke-dasharray="4 4"')]
    for tick in TICKS:
        parts += [line(across(tick), y0, across(tick), y0 + 4), line(x0 - 4, up(tick), x0, up(tick))]
        parts += [write(across(tick), y0 + 17, "middle", f"{tick} %")]
        parts += [write(x0 - 7, up(tick) + 4, "end", f"{tick} %")]
    middle = (y0 + y1) // 2
    parts += [write((x0 + x1) // 2, y0 + 34, "middle", "how sure you were")]
    parts += [
        write(12, middle, "middle", "how often you were right", f' transform="rotate(-90 12 {middle})"')
    ]
    parts += [
        f'<circle cx="{across(sure)}" cy="{up(100 * right / many)}" r="{4 + min(many, 8)}" fill="#0072B2" '
        f'stroke="none"><title>{sure} % sure: {right} of {many} right</title></circle>'
        for sure, many, right in bins
    ]
    label = "How often you were right, against how sure you were; on the dashed line, the two are equal"
    return (
        f'<svg width="256" height="236" role="img" aria-label="{label}" fill="currentColor" font-size="11">'
        f"{''.join(parts)}</svg>"
    )
