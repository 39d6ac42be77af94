"""A statement of a learner's function as the place of a message: where it stands, and how it is shown."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from .evidence import Finding
from .trace import Trace
from .trace_lines import LineView, view_lines
from .trace_rewrite import Place
from .trace_source import Source, source_of_function
from .words import shortened


class StatementPlace(NamedTuple):
    """A place for a message, as a result holds it, and as it is shown in its lines.

    finding: what is said of it, or None where the message has said it already
    """

    finding: Finding | None
    where: tuple[int, int, str]
    lines: LineView


def place_at(function: Callable, node: ast.AST, kind: str, note: str, trace: Trace) -> StatementPlace:
    """A part of a function as a place.

    function: one that has a source
    node: of its tree; kind: what is said of it, "" for nothing
    note, trace: a case in words and a run of the function on it, for the values to show
    """
    where = where_in(function, node)
    place = Place(type(node).__name__, where[2], function.__code__.co_filename,
                  _span(source_of_function(function), node),
                  first_line=function.__code__.co_firstlineno)  # fmt: skip
    lines = view_lines(replace(trace, places=[*trace.places, place]), note, len(trace.places))
    facts = {"kind": kind, "line": where[0], "source": shortened(where[2])}
    return StatementPlace(Finding("statement", "", note, facts) if kind else None, where, lines)


def where_in(function: Callable, node: ast.AST) -> tuple[int, int, str]:
    """(line of the function, column, source), counted from 1."""
    source = source_of_function(function)
    span = _span(source, node)
    before = len(source.lines[span[0] - 1].encode()[: span[2]].decode(errors="replace"))
    return span[0] - function.__code__.co_firstlineno + 1, before + 1, _text(source, span)


def _span(source: Source, node: ast.AST) -> tuple[int, int, int, int]:
    """Where a statement stands; of a loop or an `if` only the first line."""
    body = getattr(node, "body", None)
    if isinstance(body, list):
        return node.lineno, node.lineno, node.col_offset, len(source.lines[node.lineno - 1].rstrip().encode())
    return node.lineno, node.end_lineno, node.col_offset, node.end_col_offset


def _text(source: Source, span: tuple[int, int, int, int]) -> str:
    rows = [row.encode() for row in source.lines[span[0] - 1 : span[1]]]
    rows[-1] = rows[-1][: span[3]]
    rows[0] = rows[0][span[2] :]
    return " ".join(row.decode(errors="replace").strip() for row in rows)
