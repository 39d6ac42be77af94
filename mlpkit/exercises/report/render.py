"""The report as text for a terminal, CSV for a spreadsheet, JSON for another program, and one HTML page.

The page stands alone: no script, and nothing is fetched.
"""

from __future__ import annotations

import codecs
import csv
import html
import io
import json
import os
import re
from collections import Counter
from pathlib import Path

from ..._files import write_keeping_old
from ..catalog import exercises
from ..checker.result import INCORRECT, PASSED, SYMBOLS
from ..diagnosis.words import counted
from .summarize import LESSONS, ClassWork, Row, Table, count, grouped, met, remarks, tables

SHOWN = 20  # files that could not be read, in a terminal
SHOWN_QUESTIONS = 5
WIDEST = 40  # letters of a cell there, but for the last of a line
ONLY_ON_PAGE = {"Mistakes that were met"}
NOTHING = (
    "No exercises were found in this folder: it should hold a folder for each learner, with their notebooks, "
    "`my_mlpkit` or an exported workbook."
)
# What a spreadsheet takes for a formula: at the start of a cell, and of what follows a separator, since some
# split at another one than the comma.
FORMULA = re.compile(r"(^|[;,|\t\r\n\"'])(\s*)(?=[=+\-@＝＋－＠\t\r])")
STYLE = """
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif }
body { margin: 2em auto; padding: 0 1em; max-width: 90em }
.wide { overflow-x: auto }
table { border-collapse: collapse; margin: 0.5em 0 2em }
th, td { border: 1px solid #8886; padding: 2px 8px; text-align: left; vertical-align: top }
thead th { position: sticky; top: 0; background: Canvas }
.wide tr > th:first-child { position: sticky; left: 0; background: Canvas; z-index: 1 }
th.turned { writing-mode: vertical-rl; transform: rotate(180deg); font-weight: normal; padding: 6px 2px }
td.mark, td.number { text-align: center; font-variant-numeric: tabular-nums }
td.passed { background: #009e7333 } td.incorrect { background: #d55e0044 }
td.waiting { color: #767676; color: color-mix(in srgb, CanvasText 65%, Canvas) }
"""
# the keyboard scrolls it, and the names of the learners stay in sight
_WIDE = '<div class="wide" role="region" aria-label="Learners" tabindex="0">'


def as_text(work: ClassWork) -> str:
    """The whole report for a terminal.

    returns: str, several tables, and below them what could not be read
    """
    begun = any(row.sources for row in work.rows) or work.answers or work.cases
    parts = [] if begun else [NOTHING]
    for table in tables(work):
        if table.title == "Not read":
            parts.append(_unread_text(table))
        elif table.title == "Learners" or (begun and table.title not in ONLY_ON_PAGE):
            parts.append(_table_text(table))
    return "\n\n".join(parts)


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

    returns: str, with "learners", and "rows", "answers", "cases" and "unread", each a list of objects
    """
    parts = work._asdict()
    content = {"schema": 1, "learners": parts.pop("learners")}
    content |= {name: [item._asdict() for item in items] for name, items in parts.items()}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def as_page(work: ClassWork) -> str:
    """The whole report as HTML.

    returns: str, a page that needs no other file
    """
    learners = grouped(work.rows, "learner")
    parts = [f"<p>{len(learners)} learners, {len(exercises())} exercises.</p>"]
    if learners:
        parts.append(_matrix(work, learners))
    parts += [_table_html(table) for table in tables(work) if table.title != "Learners"]
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>mlpkit: report of a class</title>'
        f"<style>{STYLE}</style></head>\n<body><h1>Report of a class</h1>\n{body}\n</body></html>\n"
    )


WRITERS = {"csv": as_csv, "json": as_json, "html": as_page}


def default_file(folder: str | os.PathLike) -> Path:
    """Where the CSV goes when nobody says."""
    return Path(folder) / "mlpkit_report.csv"


def save(work: ClassWork, kind: str, path: str | os.PathLike) -> str:
    """Write a report; another file that is there already is kept under a name of its own.

    kind: str, "csv", "json" or "html"
    path: file name
    returns: str, what was written, and where the older file is now
    raises: OSError, and then the older file is as it was
    """
    path = Path(path)
    mark = codecs.BOM_UTF8 if kind == "csv" else b""  # it lets Excel read accents
    content = mark + WRITERS[kind](work).encode("utf-8", "replace")
    try:
        if path.is_dir():
            raise OSError("it is a folder")
        if path.is_file() and path.read_bytes() == content:
            return f"{path} says the same already."
        aside = write_keeping_old(path.absolute(), content)
        before = f" The one that was there before is now {aside.name}." if aside else ""
        return f"The report is in {path}.{before}"
    except OSError as error:
        reason = error.strerror or error
        raise OSError(f"cannot write {path}: {reason}. Name another file with --{kind}") from None


def _table_text(table: Table) -> str:
    """A table whose columns stand below each other, numbers to the right; the last is as long as it is."""
    idle: list[str] = []
    lines = table.lines
    if table.title == "Exercises":  # those that nobody has begun make one line
        idle = [line[0] for line in lines if not any((*line[1:4], line[5]))]
        lines = [line for line in lines if line[0] not in idle]
    elif table.title.startswith("Questions"):
        lines = lines[:SHOWN_QUESTIONS]
    cells = [table.head, *(tuple(map(str, line)) for line in lines)]
    widths = [min(WIDEST, max(map(len, column))) for column in zip(*cells)]
    widths[-1] = max(len(line[-1]) for line in cells)
    numbers = [isinstance(value, int) for value in table.lines[0]]
    texts = [
        "  ".join(c[:w].rjust(w) if n else c[:w].ljust(w) for c, w, n in zip(line, widths, numbers)).rstrip()
        for line in cells
    ]
    return "\n".join([table.title, *texts, *([f"nobody yet: {', '.join(idle)}"] if idle else [])])


def _unread_text(table: Table) -> str:
    told = [f"Not read: {path} ({why})." for path, why in table.lines[:SHOWN]]
    more = len(table.lines) - SHOWN
    return "\n".join([*told, *([f"Not read: {more} more."] if more > 0 else [])])


def _table_html(table: Table) -> str:
    """A table as HTML, every value escaped."""
    top = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in table.head)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(value))}</td>" for value in line) + "</tr>"
        for line in table.lines
    )
    head = f"<h2>{html.escape(table.title)}</h2>"
    return f"{head}<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _matrix(work: ClassWork, learners: dict[str, list[Row]]) -> str:
    """Every learner and every exercise in one table of marks."""
    heads = "".join(
        f'<th scope="col" class="turned">{LESSONS.get(e.topic, "")} {html.escape(name)}</th>'
        for name, e in exercises().items()
    )
    lines = "".join(_matrix_line(work, learner, rows) for learner, rows in learners.items())
    key = " · ".join(f"{sign} {outcome}" for outcome, sign in SYMBOLS.items())
    return (
        f"<h2>Learners</h2><p>{key} · a number is the count of tries</p>{_WIDE}<table><thead><tr>"
        f'<th scope="col">learner</th><th scope="col">passed</th>{heads}<th scope="col">look at</th>'
        f"</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _matrix_line(work: ClassWork, learner: str, rows: list[Row]) -> str:
    cells = "".join(_mark(row) for row in rows)
    passed = f'<td class="number">{count(rows).passed}/{len(rows)}</td>'
    return (
        f'<tr><th scope="row">{html.escape(learner)}</th>{passed}'
        f"{cells}<td>{html.escape(remarks(work, learner, rows))}</td></tr>"
    )


def _mark(row: Row) -> str:
    kind = row.outcome if row.outcome in (PASSED, INCORRECT) else "waiting"
    tries = f" {row.attempts}" if row.attempts > 1 else ""
    one = "1 try" if row.attempts == 1 else f"{row.attempts} tries"
    title = f"{row.exercise}: {row.outcome}, {one}, {counted(row.hints, 'hint')}"
    title += ", solution read" if row.solution else ""
    return f'<td class="mark {kind}" title="{html.escape(title)}">{SYMBOLS[row.outcome]}{tries}</td>'


def _harmless(value: object) -> object:
    """A value that no spreadsheet takes for a formula."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    value = met(Counter(value), 50) if isinstance(value, tuple) else value
    return FORMULA.sub(r"\1\2'", value) if isinstance(value, str) else value
