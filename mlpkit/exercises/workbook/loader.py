"""Take a function out of its notebook, with what its cell defines for it, and put it to work on its own.

Whatever it needs from another cell is missing there, and is named.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
import textwrap
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType

import numpy as np

HEADER = "# {name}: your own function, from your notebook. It passed its check.\n\nimport numpy as np\n\n"
NUMPY = "import numpy as np"


class Missing(Exception):
    """Names that a function needs and has not."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def source_of(function: Callable) -> str | None:
    """The source of a function without its decorator, as a file of its own.

    What its cell defines for it (imports, constants, helper functions) comes with it.

    returns: str, or None when Python has no source of it
    """
    try:
        lines, tree, definition = _cell(function)
    except (OSError, TypeError, SyntaxError, ValueError):
        return None
    if definition is None:
        return None
    parts = [_lines(lines, statement) for statement in _needed_from_cell(function, tree, definition)]
    parts.append("\n" + _lines(lines, definition))
    return HEADER.format(name=function.__name__) + "\n".join(parts).rstrip() + "\n"


def load(name: str, source: str, others: Callable[[str], Callable | None], path: str = "") -> Callable:
    """Make a function from its source, in a namespace that holds NumPy and nothing of the notebook.

    name: str, of the function
    source: str
    others: name -> another function that it may use, or None
    path: str, the file it came from, so that errors can show its lines
    returns: the function
    raises: Missing when it needs what is not there; anything that the source itself raises
    """
    space: dict = {"np": np, "__name__": f"my_mlpkit.{name}"}
    # Annotations are not looked at: whatever they name need not exist here.
    flags = __import__("__future__").annotations.compiler_flag
    try:
        exec(compile(source, path or f"<{name}.py>", "exec", flags=flags, dont_inherit=True), space)
    except NameError as error:
        raise Missing([error.name or str(error)]) from None
    function = space.get(name)
    if not isinstance(function, FunctionType):
        raise Missing([name])
    own = [f for f in space.values() if isinstance(f, FunctionType) and f.__globals__ is space]
    needed = dict.fromkeys(n for f in own for n in needs(f.__code__))
    found = {n: others(n) for n in needed if n not in space and not hasattr(builtins, n)}
    space.update({n: other for n, other in found.items() if other is not None})
    lacking = [n for n, other in found.items() if other is None]
    if lacking:
        raise Missing(lacking)
    return function


def needs(code: CodeType) -> list[str]:
    """The global names that a function and the functions inside it use."""
    return list(dict.fromkeys(_globals(code)))


def _cell(function: Callable) -> tuple[list[str], ast.Module, ast.FunctionDef | None]:
    """The lines and the syntax tree of a function's cell, and the function's definition in it."""
    code = function.__code__
    lines = "".join(linecache.getlines(code.co_filename, function.__globals__)).split("\n")
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError:
        tree = ast.Module([], [])
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == function.__name__:
            first = min([statement.lineno, *(d.lineno for d in statement.decorator_list)])
            if first <= code.co_firstlineno <= statement.lineno:
                return lines, tree, statement
    # not at the top of its cell: its own lines are all there is
    text = textwrap.dedent(inspect.getsource(function))
    tree = ast.parse(text)
    first = tree.body[0] if tree.body else None
    return text.split("\n"), tree, first if isinstance(first, ast.FunctionDef) else None


def _lines(lines: list[str], statement: ast.stmt) -> str:
    first = statement.lineno  # that of `def`, without the decorators
    if isinstance(statement, ast.FunctionDef) and not _is_exercise(statement):
        first = min([first, *(d.lineno for d in statement.decorator_list)])
    return "\n".join(lines[first - 1 : statement.end_lineno])


def _needed_from_cell(function: Callable, tree: ast.Module, definition: ast.FunctionDef) -> list[ast.stmt]:
    """The statements of a cell that define what a function needs, and what those need, in their order."""
    wanted = {*needs(function.__code__), *_names_in(definition.args)}
    kept: list[ast.stmt] = []
    while True:
        new = [
            statement for statement in tree.body
            if statement is not definition and statement not in kept and wanted & _defines(statement)
        ]  # fmt: skip
        if not new:
            return sorted(kept, key=lambda statement: statement.lineno)
        kept += new
        wanted |= {name for statement in new for name in _names_in(statement)}


def _defines(statement: ast.stmt) -> set[str]:
    """The names that a statement binds, if it is one that may be stored: an import, a helper, a constant."""
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        if ast.unparse(statement) == NUMPY:
            return set()
        return {(alias.asname or alias.name).split(".")[0] for alias in statement.names} - {"*"}
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)) and not _is_exercise(statement):
        return {statement.name}
    if isinstance(statement, ast.Assign) and _is_constant(statement.value):
        targets = [node for target in statement.targets for node in ast.walk(target)]
        return {node.id for node in targets if isinstance(node, ast.Name)}
    if isinstance(statement, ast.AnnAssign) and statement.value and _is_constant(statement.value):
        return {statement.target.id} if isinstance(statement.target, ast.Name) else set()
    return set()


def _is_constant(value: ast.expr) -> bool:
    """Numbers, texts and what modules make of them; no results of the notebook's own functions."""
    calls = [node.func for node in ast.walk(value) if isinstance(node, ast.Call)]
    return all(isinstance(f, ast.Attribute) or (isinstance(f, ast.Name) and hasattr(builtins, f.id))
               for f in calls)  # fmt: skip


def _is_exercise(statement: ast.stmt) -> bool:
    return any("exercise" in ast.unparse(decorator) for decorator in statement.decorator_list)


def _names_in(tree: ast.AST) -> set[str]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return {node.id for node in found if isinstance(node.ctx, ast.Load)}


def _globals(code: CodeType) -> Iterator[str]:
    import dis

    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield step.argval
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _globals(const)
