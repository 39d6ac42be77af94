"""Find the syntax tree that a function was compiled from.

Works for functions and lambdas in files and in notebook cells; what has no source gets no tree.
"""

from __future__ import annotations

import ast
import functools
import linecache
from types import FunctionType
from typing import NamedTuple

LARGEST = 400_000  # characters of a file that is still parsed


class Source(NamedTuple):
    """Where a function was written.

    node: the FunctionDef or Lambda
    lines: every line of the file or cell, counted as the parser counts them
    """

    node: ast.FunctionDef | ast.Lambda
    lines: tuple[str, ...]

    def text_of(self, node: ast.AST) -> str:
        """A part of the source as it was written, on one line."""
        return segment(self.lines, node)


def source_of_function(function: object) -> Source | None:
    """The tree of a function.

    function: anything
    returns: Source, or None for what is no plain Python function, or has no source that is surely its own
    """
    if type(function) is not FunctionType:
        return None
    code = function.__code__
    linecache.checkcache(code.co_filename)
    text = "".join(linecache.getlines(code.co_filename, function.__globals__))
    parsed = _parsed(text) if 0 < len(text) < LARGEST else None
    if parsed is None:
        return None
    tree, lines = parsed
    arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    for node in ast.walk(tree):
        if (
            isinstance(node, (ast.FunctionDef, ast.Lambda))
            and _first_line(node) == code.co_firstlineno
            and getattr(node, "name", "<lambda>") == code.co_name
            and _argument_names(node.args) == arguments
            and (isinstance(node, ast.FunctionDef) or _holds(node.body, code))
        ):
            return Source(node, lines)
    return None


def helpers_of(function: object) -> dict[str, ast.FunctionDef]:
    """The functions with a source that a function may call, by the names that they have in it.

    function: anything
    """
    if type(function) is not FunctionType:
        return {}
    named = {n: source_of_function(function.__globals__.get(n)) for n in function.__code__.co_names}
    return {n: found.node for n, found in named.items() if found and isinstance(found.node, ast.FunctionDef)}


def segment(lines: tuple[str, ...], node: ast.AST) -> str:
    """The text of a node as it was written, with its line breaks and their indentation as single spaces."""
    rows = [line.encode() for line in lines[node.lineno - 1 : node.end_lineno]]
    rows[-1] = rows[-1][: node.end_col_offset]
    rows[0] = rows[0][node.col_offset :]
    return " ".join(row.decode(errors="replace").strip() for row in rows)


@functools.lru_cache(maxsize=32)
def _parsed(text: str) -> tuple[ast.Module, tuple[str, ...]] | None:
    try:
        return ast.parse(text), tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _first_line(node: ast.FunctionDef | ast.Lambda) -> int:
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])


def _argument_names(args: ast.arguments) -> tuple[str, ...]:
    return tuple(a.arg for a in [*args.posonlyargs, *args.args, *args.kwonlyargs])


def _holds(body: ast.expr, code: object) -> bool:
    """Whether everything that a lambda's code does stands in this body: several may stand on one line."""
    start, end = (body.lineno, body.col_offset), (body.end_lineno, body.end_col_offset)
    spans = [
        ((line, column), (end_line, end_column))
        for line, end_line, column, end_column in code.co_positions()
        if None not in (line, end_line, column, end_column) and end_column > 0
    ]
    return any(span == (start, end) for span in spans) and all(
        start <= a and b <= end for a, b in spans if a != b
    )
