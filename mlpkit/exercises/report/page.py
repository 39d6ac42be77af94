"""A class's work as one HTML page: who has passed what, and what each mistake met says.

The page stands alone: no script, and nothing is fetched.
"""

from __future__ import annotations

import html
from collections import Counter

from ..catalog import TOPICS, exercises
from ..checker.result import NOT_ATTEMPTED, SYMBOLS
from .summarize import LESSONS, ClassWork, Row, clinic, count, grouped, hardest, lessons, remarks

STYLE = """
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif }
body { margin: 2em auto; padding: 0 1em; max-width: 90em }
.wide { overflow-x: auto }
table { border-collapse: collapse; margin: 0.5em 0 2em }
th, td { border: 1px solid #8886; padding: 2px 8px; text-align: left; vertical-align: top }
thead th { position: sticky; top: 0; background: Canvas }
th.turned { writing-mode: vertical-rl; transform: rotate(180deg); font-weight: normal; padding: 6px 2px }
td.mark, td.number { text-align: center; font-variant-numeric: tabular-nums }
td.passed { background: #009e7333 } td.incorrect { background: #d55e0044 } td.waiting { color: #888 }
"""


def as_page(work: ClassWork) -> str:
    """The whole report as HTML.

    returns: str, a page that needs no other file
    """
    learners = grouped(work.rows, "learner")
    parts = [f"<p>{len(learners)} learners, {len(exercises())} exercises.</p>"]
    if learners:
        tables = (_lessons, _mistakes, _clinic, _questions)
        parts += [_matrix(learners), *(table(work) for table in tables)]
    parts += ["<h2>Not read</h2>", _table(("file", "why"), work.unread)] if work.unread else []
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>mlpkit: report of a class</title>'
        f"<style>{STYLE}</style></head>\n<body><h1>Report of a class</h1>\n{body}\n</body></html>\n"
    )


def _matrix(learners: dict[str, list[Row]]) -> str:
    heads = "".join(
        f'<th scope="col" class="turned">{LESSONS.get(TOPICS[e.topic], "")} {html.escape(name)}</th>'
        for name, e in exercises().items()
    )
    lines = "".join(_line(learner, rows) for learner, rows in learners.items())
    key = " · ".join(f"{sign} {outcome}" for outcome, sign in SYMBOLS.items())
    return (
        f'<h2>Learners</h2><p>{key} · a number is the count of tries</p><div class="wide"><table><thead><tr>'
        f'<th scope="col">learner</th><th scope="col">passed</th>{heads}<th scope="col">look at</th>'
        f"</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _line(learner: str, rows: list[Row]) -> str:
    cells = "".join(_cell(row) for row in rows)
    passed = f'<td class="number">{count(rows).passed}/{len(rows)}</td>'
    return (
        f'<tr><th scope="row">{html.escape(learner)}</th>{passed}'
        f"{cells}<td>{html.escape(', '.join(remarks(rows)))}</td></tr>"
    )


def _cell(row: Row) -> str:
    kind = "waiting" if row.outcome == NOT_ATTEMPTED else row.outcome
    tries = f" {row.attempts}" if row.attempts > 1 else ""
    title = f"{row.exercise}: {row.outcome}, {row.attempts} tries, {row.hints} hints"
    title += ", solution read" if row.solution else ""
    return f'<td class="mark {kind}" title="{html.escape(title)}">{SYMBOLS[row.outcome]}{tries}</td>'


def _lessons(work: ClassWork) -> str:
    head = ("lesson", "passed all", "on the way", "not begun")
    return "<h2>Where the class stands</h2>" + _table(head, lessons(work))


def _mistakes(work: ClassWork) -> str:
    """Every mistake that was met, with how many met it and what they were told."""
    learners: Counter = Counter()
    times: Counter = Counter()
    for row in work.rows:
        learners.update((row.exercise, name) for name in set(row.mistakes))
        times.update((row.exercise, name) for name in row.mistakes)
    said = {(e.name, m.name): m.message for e in exercises().values() for m in e.mistakes}
    lines = [(*key, learners[key], n, said.get(key, "")) for key, n in times.most_common()]
    head = ("exercise", "mistake", "learners", "times", "what they were told")
    return "<h2>Mistakes that were met</h2>" + (_table(head, lines) if lines else "<p>None yet.</p>")


def _clinic(work: ClassWork) -> str:
    head = ("patient", "seen", "diagnosed", "cured", "diagnoses")
    return "<h2>Clinic</h2>" + _table(head, clinic(work)) if work.cases else ""


def _questions(work: ClassWork) -> str:
    lines = [(question, kind, wrong, asked) for kind, question, wrong, asked in hardest(work, 20)]
    title = "<h2>Questions most often answered wrongly</h2>"
    return title + _table(("question", "kind", "wrong", "answered"), lines) if lines else ""


def _table(head: tuple, lines: list) -> str:
    """Plain lines as an HTML table, every value escaped."""
    top = "".join(f'<th scope="col">{html.escape(word)}</th>' for word in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(value))}</td>" for value in line) + "</tr>" for line in lines
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
