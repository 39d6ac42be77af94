"""The source of a function, in lines as Python's parser counts them.

IPython splits a cell also at characters such as U+2028 or a form feed, which people paste into comments.
Python's parser does not: then the lines that IPython shows are not those of the function.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from types import CodeType

CELLS = 200  # of the newest cells that are searched


def function_source(function: Callable) -> tuple[str, ast.FunctionDef | ast.AsyncFunctionDef] | None:
    """The source of a function, and its syntax tree.

    function: any callable
    returns: (text, tree), lines of the tree counted in this text; None where no source is surely its own
    """
    code = getattr(function, "__code__", None)
    if code is None:
        return None
    for text in _texts(function, code):
        tree = _definition(text, code)
        if tree is not None:
            return text, tree
    return None


def source_line(function: Callable, line: int) -> str:
    """A line of the file or cell in which a function stands.

    line: int, counted from 1 as in tracebacks
    returns: the line without its indentation, "" where it is not known
    """
    found = function_source(function)
    if found is None:
        return ""
    text, tree = found
    first = min([tree.lineno, *(d.lineno for d in tree.decorator_list)])
    lines = split_lines(text)
    at = line - function.__code__.co_firstlineno + first - 1
    return lines[at].strip() if 0 <= at < len(lines) else ""


def cell_of(function: Callable) -> str | None:
    """The text of the notebook's cell that defines a function, as Python's parser got it.

    returns: str, without a magic such as `%%time` around it; None where the cell is not known
    """
    code = function.__code__
    try:
        from IPython import get_ipython

        shell = get_ipython()
        cells = shell.history_manager.input_hist_parsed
        number = shell.compile._filename_map.get(code.co_filename)
    except (ImportError, AttributeError):
        return None
    first = [cells[number]] if number is not None and number < len(cells) else []
    newest = [] if first else [cell for cell in cells[: -CELLS - 1 : -1] if f"def {code.co_name}" in cell]
    for text in map(_inside_magic, [*first, *newest]):
        if _makes(text, code):
            return text
    return None


def _inside_magic(cell: str) -> str:
    """What follows `%%time` or its like; another cell as it is."""
    try:
        (statement,) = ast.parse(cell).body
        call = statement.value
        if call.func.attr == "run_cell_magic":
            return ast.literal_eval(call.args[2])
    except (SyntaxError, ValueError, TypeError, AttributeError, IndexError, RecursionError, MemoryError):
        pass
    return cell


def _makes(text: str, code: CodeType) -> bool:
    """Whether a text defines the very function, in the same line."""
    try:
        found = [compile(text, "", "exec", dont_inherit=True)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    while found:
        one = found.pop()
        if (one.co_name, one.co_firstlineno, one.co_code) == (
            code.co_name,
            code.co_firstlineno,
            code.co_code,
        ):
            return True
        found += [const for const in one.co_consts if isinstance(const, CodeType)]
    return False


def split_lines(text: str) -> list[str]:
    """Split where Python's parser does: at line feeds and carriage returns alone."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _texts(function: Callable, code: CodeType) -> Iterator[str]:
    try:
        yield textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError, SyntaxError, ValueError, IndexError):
        pass
    try:
        from IPython import get_ipython

        cells = get_ipython().history_manager.input_hist_parsed
    except (ImportError, AttributeError):
        return
    yield from (cell for cell in cells[: -CELLS - 1 : -1] if f"def {code.co_name}" in cell)


def _definition(text: str, code: CodeType) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """The definition in a text that makes the same function."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in tree.body:
        named = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == code.co_name
        if named and _names(compile(ast.Module([node], []), "", "exec"), code.co_name) == _names_in(code):
            return node
    return None


def _names(module: CodeType, name: str) -> set[str]:
    codes = [c for c in module.co_consts if isinstance(c, CodeType) and c.co_name == name]
    return _names_in(codes[0]) if codes else set()


def _names_in(code: CodeType) -> set[str]:
    return {*code.co_names, *code.co_varnames, *code.co_freevars, *code.co_cellvars}
