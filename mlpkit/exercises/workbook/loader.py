"""Take a function out of its notebook and put it to work elsewhere, on its own feet.

Whatever it needs from another cell is missing there, and is named.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import textwrap
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType

import numpy as np

HEADER = "# {name}: your own function, from your notebook. It passed its check.\n\nimport numpy as np\n\n\n"


class Missing(Exception):
    """Names that a function needs and has not."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def source_of(function: Callable) -> str | None:
    """The source of a function without its decorators, as a file of its own.

    returns: str, or None when Python has no source of it
    """
    try:
        text = textwrap.dedent(inspect.getsource(function))
        tree = ast.parse(text)
    except (OSError, TypeError, SyntaxError, ValueError):
        return None
    if not tree.body or not isinstance(tree.body[0], ast.FunctionDef):
        return None
    lines = text.splitlines()[tree.body[0].lineno - 1 : tree.body[0].end_lineno]  # lineno is that of `def`
    return HEADER.format(name=function.__name__) + "\n".join(lines).rstrip() + "\n"


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
    needed = [n for n in needs(function.__code__) if n not in space and not hasattr(builtins, n)]
    found = {n: others(n) for n in needed}
    space.update({n: other for n, other in found.items() if other is not None})
    lacking = [n for n, other in found.items() if other is None]
    if lacking:
        raise Missing(lacking)
    return function


def needs(code: CodeType) -> list[str]:
    """The global names that a function and the functions inside it use."""
    return list(dict.fromkeys(_globals(code)))


def _globals(code: CodeType) -> Iterator[str]:
    import dis

    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield step.argval
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _globals(const)
