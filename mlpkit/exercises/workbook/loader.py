"""Take a function out of its notebook, with what its cell defines for it, and put it to work on its own.

Whatever it needs from another cell is missing there, and is named.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
import sys
import textwrap
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType

import numpy as np

from ..checker.source import cell_of, split_lines

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
    module = ModuleType(f"my_mlpkit.{name}")
    space = vars(module)
    space["np"] = np
    # Annotations are not looked at: whatever they name need not exist here.
    flags = __import__("__future__").annotations.compiler_flag
    sys.modules[module.__name__] = module  # a dataclass looks its own module up
    try:
        exec(compile(source, path or f"<{name}.py>", "exec", flags=flags, dont_inherit=True), space)
    except NameError as error:
        raise Missing([error.name or str(error)]) from None
    finally:
        del sys.modules[module.__name__]
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
    text = cell_of(function) or "".join(linecache.getlines(code.co_filename, function.__globals__))
    lines = split_lines(text)
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        tree = ast.Module([], [])
    for statement in _not_in_functions(tree):
        if isinstance(statement, ast.FunctionDef) and statement.name == function.__name__:
            first = min([statement.lineno, *(d.lineno for d in statement.decorator_list)])
            if first <= code.co_firstlineno <= statement.lineno:
                return lines, tree, statement
    # inside another function: its own lines are all there is
    text = textwrap.dedent(inspect.getsource(function))
    tree = ast.parse(text)
    first = tree.body[0] if tree.body else None
    return text.split("\n"), tree, first if isinstance(first, ast.FunctionDef) else None


def _lines(lines: list[str], statement: ast.stmt) -> str:
    first = statement.lineno  # that of `def`, without the decorators
    decorators = getattr(statement, "decorator_list", [])
    if not _is_exercise(statement):
        first = min([first, *(d.lineno for d in decorators)])
    if not statement.col_offset:
        return "\n".join(lines[first - 1 : statement.end_lineno])
    if _is_exercise(statement):
        statement.decorator_list = []
    return ast.unparse(statement)  # inside `if` or `try`, or after a semicolon


def _not_in_functions(tree: ast.AST) -> Iterator[ast.stmt]:
    """All statements, also those inside `if`, `try` and `with`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.stmt):
            yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.expr)):
            yield from _not_in_functions(node)


def _needed_from_cell(function: Callable, tree: ast.Module, definition: ast.FunctionDef) -> list[ast.stmt]:
    """The statements of a cell that define what a function needs, and what those need, in their order."""
    wanted = {*needs(function.__code__), *_names_in(definition.args)}
    kept: list[ast.stmt] = []
    made_here = {name for statement in tree.body for name in _made_by(statement)}
    others = [(s, _defines(s, made_here)) for s in tree.body if definition not in (s, *_not_in_functions(s))]
    while True:
        new = [statement for statement, names in others if statement not in kept and wanted & names]
        if not new:
            return sorted(kept, key=lambda statement: statement.lineno)
        kept += new
        wanted |= {name for statement in new for name in _names_in(statement)}


def _made_by(statement: ast.stmt) -> set[str]:
    """The names of the helpers, classes and imports in a statement, which the cell may call."""
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        if ast.unparse(statement) == NUMPY:
            return set()
        return {(alias.asname or alias.name).split(".")[0] for alias in statement.names} - {"*"}
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)) and not _is_exercise(statement):
        return {statement.name}
    return set()


def _defines(statement: ast.stmt, made_here: set[str]) -> set[str]:
    """The names that a statement binds, if it is one that may be stored: an import, a helper, a constant.

    made_here: names that the cell itself defines, so that it may call them to make a constant
    """
    if isinstance(statement, (ast.If, ast.Try)):
        inside = [s for s in _not_in_functions(statement) if not isinstance(s, ast.Pass)]
        names = [_defines(s, made_here) for s in inside]
        return set().union(*names) if all(names) else set()
    if isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign)) and statement.value:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        names = {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
        return names if _is_constant(statement.value, made_here) else set()
    return _made_by(statement)


def _is_constant(value: ast.expr, made_here: set[str]) -> bool:
    """Numbers, texts, and what modules and the cell itself make of them; no results of other cells."""
    calls = [node.func for node in ast.walk(value) if isinstance(node, ast.Call)]
    known = {f for f in calls if isinstance(f, ast.Name) and (f.id in made_here or hasattr(builtins, f.id))}
    return all(isinstance(f, ast.Attribute) or f in known for f in calls)


def _is_exercise(statement: ast.stmt) -> bool:
    return any("exercise" in ast.unparse(d) for d in getattr(statement, "decorator_list", []))


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
