"""Find blanks: three dots that stand for code still to be written.

Dots inside square brackets, as in `x[..., None]`, are NumPy's and no blank.
"""

from __future__ import annotations

import ast
import dis
import functools
import inspect
from collections.abc import Callable

from .source import function_source, split_lines


def has_blanks(function: Callable) -> bool:
    """Whether a function still has blanks, or no body at all.

    function: any callable, with or without source
    returns: bool
    """
    function = inner(function)
    code = getattr(function, "__code__", None)
    if code is None:
        return False
    found = function_source(function)
    return _blank_tree(found[1]) if found is not None else _blank_code(code)


def blank_line(function: Callable) -> tuple[int, str] | None:
    """The first line of a function that still holds a blank.

    returns: (number of the line in the function, counted from 1; the line), or None where it is not known
    """
    found = function_source(inner(function))
    if found is None:
        return None
    text, tree = found
    dots = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and n.value is Ellipsis]
    inside = {id(d) for n in ast.walk(tree) if isinstance(n, ast.Subscript) for d in ast.walk(n.slice)}
    lines = sorted(d.lineno for d in dots if id(d) not in inside)
    first = min([tree.lineno, *(d.lineno for d in tree.decorator_list)])
    return (lines[0] - first + 1, split_lines(text)[lines[0] - 1].strip()) if lines else None


def inner(function: Callable) -> Callable:
    """The plain function inside partials, wrappers, methods and callable objects."""
    for _ in range(10):
        if isinstance(function, functools.partial):
            function = function.func
        elif inspect.ismethod(function):
            function = function.__func__
        elif hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        elif inspect.isfunction(type(function).__dict__.get("__call__")):
            function = type(function).__call__
        else:
            break
    return function


def _blank_tree(tree: ast.FunctionDef) -> bool:
    statements = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
    if not statements or all(map(_unwritten, statements)):
        return True
    return any(_dots(statement) for statement in statements)


def _unwritten(statement: ast.stmt) -> bool:
    """`pass`, or `raise NotImplementedError`: the body is still to come."""
    if isinstance(statement, ast.Raise) and statement.exc is not None:
        return "NotImplementedError" in ast.dump(statement.exc)
    return isinstance(statement, ast.Pass)


def _dots(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return node.value is Ellipsis
    if isinstance(node, ast.Subscript):
        return _dots(node.value)
    return any(_dots(child) for child in ast.iter_child_nodes(node))


def _blank_code(code: object) -> bool:
    """The same from the bytecode, for functions without source: dots that do not end up in an index."""
    steps = [
        i for i in dis.get_instructions(code) if i.opname not in ("RESUME", "CACHE", "NOP", "COPY_FREE_VARS")
    ]
    names = [i.opname for i in steps]
    if names in (["LOAD_CONST", "RETURN_VALUE"], ["RETURN_CONST"]) and steps[0].argval is None:
        return code.co_name != "<lambda>"
    loads = [
        at
        for at, i in enumerate(steps)
        if i.opname in ("LOAD_CONST", "RETURN_CONST") and i.argval is Ellipsis
    ]
    return any(not _ends_in_index(steps[at + 1 :]) for at in loads)


def _ends_in_index(after: list[dis.Instruction]) -> bool:
    """Whether what was just loaded becomes part of an index before anything else happens to it."""
    for step in after:
        if step.opname in ("BINARY_SUBSCR", "STORE_SUBSCR", "DELETE_SUBSCR", "BINARY_SLICE"):
            return True
        if step.opname == "BINARY_OP":  # indexing has been one of these since Python 3.14
            return step.argrepr == "[]"
        if not step.opname.startswith(
            ("LOAD_", "BUILD_TUPLE", "BUILD_SLICE", "PUSH_NULL", "UNARY_", "PRECALL", "CALL")
        ):
            return False
    return False
