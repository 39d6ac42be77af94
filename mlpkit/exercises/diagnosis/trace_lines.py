"""A learner's function line by line, with the shapes and a few values of every part: as text and as HTML.

All that comes from the function is escaped. In HTML the lines are a table in a fold, with what was recorded
under each line; the place where the calculation parts from right ones is marked and named, not only coloured.
"""

from __future__ import annotations

import ast
import html
import linecache
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .trace import Event, Trace
from .trace_links import CHANGES
from .trace_rewrite import Place
from .words import number

LINES = 120  # of a function that are shown
VALUES = 12  # of one line
WIDTH = 64  # characters of one value
_UNSHOWN = ("Tuple", "List", "Starred")


class Value(NamedTuple):
    """What is shown of one part of a line.

    source: as it was written; shape: "(2, 3)", or "" of a single value; numbers: a few of them
    turn: ", turn 2 of 5" where the part was evaluated several times
    """

    source: str
    shape: str
    numbers: str
    turn: str


class LineView(NamedTuple):
    """A function with what was recorded of it.

    title: on what it ran; text, html: all lines; marked, marked_html: the place alone, "" if there is none
    """

    title: str
    text: str
    html: str
    marked: str = ""
    marked_html: str = ""


def view_lines(trace: Trace, note: str, place: int | None = None, event: int | None = None) -> LineView:
    """Show a recorded run.

    note: the case in words
    place: number of the place to mark; event: which of its evaluations to show
    """
    node = trace.source.node
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    last = min(node.end_lineno, first + LINES - 1)
    at = trace.places[place] if place is not None else None
    marked = at if at is not None and not at.function else None
    shown = _values_by_line(trace, event)
    lines = trace.source.lines
    rows = [
        (number, *_own_part(trace, number, _marked_part(lines, marked, number)), shown.get(number, []))
        for number in range(first, last + 1)
    ]
    title = f"Your function, line by line, on {note}"
    text = "\n".join([title, *(line for row in rows for line in _text_row(row, first))])
    table = "".join(_html_row(row, first) for row in rows)
    columns = (("line", "3em"), ("code and values", "auto"))  # JupyterLab gives both the same otherwise
    head = "".join(f'<th scope="col" style="text-align:left;width:{w}">{name}</th>' for name, w in columns)
    inner = f'<table style="width:100%"><thead><tr>{head}</tr></thead><tbody>{table}</tbody></table>'
    here, where = [row for row in rows if row[2] is not None][:1], ""
    if at is not None and at.function:
        here, where, first = _row_of_helper(trace, at, event), f" of {at.function}", at.first_line
    snippet = "\n".join(line for row in here for line in _text_row(row, first, where=where, note=note))
    return LineView(title, text, inner, snippet, "".join(_snippet(row, first, where, note) for row in here))


def _row_of_helper(trace: Trace, place: Place, event: int | None) -> list[tuple]:
    """The line of a place in a helper function, which is no line of the function itself."""
    number, lines = place.span[0], [line.rstrip("\n") for line in linecache.getlines(place.file)]
    if number > len(lines):
        return []
    shown = _values_by_line(trace, event, place.function).get(place.span[1], [])
    return [(number, lines[number - 1], _marked_part(lines, place, number), shown)]


def _values_by_line(trace: Trace, event: int | None, function: str = "") -> dict[int, list[Value]]:
    """What is shown of the parts that end in each line: the first time, or the last time up to an event."""
    shown: dict[int, tuple[Event, int]] = {}
    times: dict[int, int] = {}
    for i, e in enumerate(trace.events):
        times[e.place] = times.get(e.place, 0) + 1
        if e.array is not None and (e.place not in shown or (event is not None and i <= event)):
            shown[e.place] = e, times[e.place]
    for place in _other_turns(trace, event):
        shown.pop(place, None)
    for place in _around(trace, trace.failed):  # what they held in a turn before is not what stopped
        shown.pop(place, None)
    found: dict[int, dict[str, Value]] = {}
    for at, (e, turn) in sorted(shown.items(), key=lambda item: _order(trace.places[item[0]])):
        place = trace.places[at]
        if place.function != function or place.kind in _UNSHOWN or _says_its_value(place, e):
            continue
        here = found.setdefault(place.span[1], {})
        if len(here) < VALUES:
            shape = str(e.array.shape) if e.array.ndim else ""
            often = f", turn {turn} of {times[at]}" if times[at] > 1 else ""
            source = _changed(place) if place.kind in CHANGES else place.text
            here.setdefault(source, Value(source, shape, _cut(e.array), often))
    return {line: list(values.values()) for line, values in found.items()}


def _other_turns(trace: Trace, event: int | None) -> set[int]:
    """The places of the line that is marked, or that raised, that were not evaluated in its last turn."""
    marked = trace.failed if event is None or event >= len(trace.events) else trace.events[event].place
    if marked is None:
        return set()
    line, until = trace.places[marked].span[1], len(trace.events) if trace.failed == marked else event + 1
    done = [e.place for e in trace.events[:until] if trace.places[e.place].span[1] == line]
    counts = {at: done.count(at) for at in range(len(trace.places)) if trace.places[at].span[1] == line}
    most = max(counts.values()) if trace.failed == marked else counts[marked]
    return {at for at, n in counts.items() if n < most and trace.places[at].loop}


def _changed(place: Place) -> str:
    """What a statement changes: a statement has no value of its own."""
    name = re.match(r"[^-+*/@=]+", place.text)
    return f"{name[0].strip()} after this line" if name and place.kind != "Expr" else place.text


def _around(trace: Trace, place: int | None) -> set[int]:
    """A place and all that it is a part of."""
    found, new = set(), set() if place is None else {place}
    while new:
        found |= new
        new = {n for n, p in enumerate(trace.places) if not new.isdisjoint(p.parts)} - found
    return found


def _says_its_value(place: Place, event: Event) -> bool:
    """Whether the source of a single value needs no value beside it: a name, or a number such as -1."""
    return event.array.ndim == 0 and (place.kind == "Name" or not re.search("[^-+0-9.eE]", place.text))


def _order(place: Place) -> tuple:
    """Inner parts first, from left to right."""
    return place.span[1], place.span[3], -place.span[0], -place.span[2]


def _cut(array: np.ndarray) -> str:
    """A few numbers of an array, on one line."""
    if array.ndim == 0:
        return str(bool(array)) if array.dtype.kind == "b" else number(float(array))
    text = np.array2string(array, precision=3, threshold=8, edgeitems=2, suppress_small=True, separator=", ")
    text = " ".join(text.split())
    return text if len(text) <= WIDTH else text[:WIDTH].rstrip() + " ..."


def _own_part(trace: Trace, number: int, marked: tuple[int, int] | None) -> tuple[str, tuple | None]:
    """A line without what stands around a lambda in it, and where the marked part is now."""
    node, row = trace.source.node, trace.source.lines[number - 1]
    if not isinstance(node, ast.Lambda):
        return row, marked
    characters = row.encode()
    end = node.end_col_offset if number == node.end_lineno else len(characters)
    start = node.col_offset if number == node.lineno else 0
    before = len(characters[:start].decode(errors="replace"))
    own = characters[start:end].decode(errors="replace")
    return own, marked and (marked[0] - before, marked[1] - before)


def _marked_part(lines: Sequence[str], place: Place | None, number: int) -> tuple[int, int] | None:
    """Where the place begins and ends in a line, in characters."""
    if place is None or not place.span[0] <= number <= place.span[1]:
        return None
    row = lines[number - 1].encode()
    start = place.span[2] if number == place.span[0] else len(row) - len(row.lstrip())
    end = place.span[3] if number == place.span[1] else len(row.rstrip())
    return len(row[:start].decode(errors="replace")), len(row[:end].decode(errors="replace"))


def _text_row(row: tuple, first: int, where: str = "", note: str = "") -> list[str]:
    """A line as text, with its values; with a note of the case, with the shapes alone."""
    number, code, marked, shown = row
    head = f"{number - first + 1:>4} | "
    lines = [f"     |{where}:"] if where else []
    lines.append(head + code.rstrip())
    if marked is not None:
        lines.append("     | " + " " * marked[0] + "^" * max(marked[1] - marked[0], 1))
    margin = "     |     "
    lines += [f"     |   on {note}:"] if note and shown else []
    for value in shown:
        rest = value.shape or value.numbers if note else f"{value.shape} {value.numbers}{value.turn}"
        lines.append(f"{margin}{value.source}: {rest.strip()}")
    return lines


def _html_row(row: tuple, first: int) -> str:
    number, code, marked, shown = row
    values = "".join(
        f'<div style="margin-left:2em"><code>{html.escape(v.source)}</code> {v.shape} '
        f'<span style="font-family:monospace">{html.escape(v.numbers)}</span>{v.turn}</div>'
        for v in shown
    )
    head = f'<th scope="row" style="vertical-align:top">{number - first + 1}</th>'
    cell = '<td style="text-align:left;vertical-align:top;overflow-wrap:anywhere">'
    return f"<tr>{head}{cell}{_code(code, marked)}{values}</td></tr>"


def _snippet(row: tuple, first: int, where: str, note: str) -> str:
    number, code, marked, shown = row
    shapes = (
        f"<code>{html.escape(v.source)}</code> {v.shape or '= ' + html.escape(v.numbers)}" for v in shown
    )
    line = f"line {number - first + 1}{html.escape(where)}: {_code(code.strip(), _moved(code, marked))}"
    listed = ", ".join(shapes)
    on = f"on {html.escape(note)}: " if listed else ""
    return f'<div style="margin-top:4px">{line}</div><div>{on}{listed}</div>'


def _moved(code: str, marked: tuple[int, int]) -> tuple[int, int]:
    lost = len(code) - len(code.lstrip())
    return max(marked[0] - lost, 0), marked[1] - lost


def _code(code: str, marked: tuple[int, int] | None) -> str:
    style = "white-space:pre-wrap"
    if marked is None:
        return f'<code style="{style}">{html.escape(code.rstrip())}</code>'
    before, here, after = code[: marked[0]], code[marked[0] : marked[1]], code[marked[1] :].rstrip()
    mark = (  # no <mark>: with forced colours its text has the colour of the page
        '<u role="mark" style="text-decoration:underline wavy #D55E00 2px;text-underline-offset:3px" '
        f'aria-label="the place">{html.escape(here)}</u>'
    )
    return f'<code style="{style}">{html.escape(before)}{mark}{html.escape(after)}</code>'
