"""Detectors for names that a function takes from another cell: arrays, and overwritten built-in functions.

They come before everything else: numbers from another cell make every other finding beside the point.
"""

from __future__ import annotations

import builtins
import dis
from collections.abc import Iterator
from types import CodeType, FunctionType

import numpy as np

from ..checker.answers import describe_type
from ..checker.placeholders import inner
from .evidence import Evidence, Finding


def names_from_outside(e: Evidence) -> Finding | None:
    """Arrays of another cell, or its numbers where an argument is never used."""
    function = inner(e.function)
    if not isinstance(function, FunctionType) or str(function.__module__).startswith("mlpkit."):
        return None
    code = function.__code__
    arguments = list(code.co_varnames[: code.co_argcount])
    unused = [a for a in arguments if a not in _loaded(code, ("LOAD_FAST", "LOAD_DEREF", "LOAD_CLOSURE"))]
    for name in _loaded(code, ("LOAD_GLOBAL", "LOAD_NAME")):
        value = function.__globals__.get(name)
        if _holds_arrays(value) or (
            unused and isinstance(value, (int, float, np.number)) and name not in vars(builtins)
        ):
            facts = {"name": name, "is": describe_type(value), "unused": [f"`{a}`" for a in unused]}
            return Finding("from outside", facts={**facts, "arguments": [f"`{a}`" for a in arguments]})
    return None


def overwritten_builtin(e: Evidence) -> Finding | None:
    """A built-in function such as `sum` whose name a cell has given to something else."""
    function = inner(e.function)
    if not isinstance(function, FunctionType):
        return None
    for name in _loaded(function.__code__, ("LOAD_GLOBAL", "LOAD_NAME")):
        value = function.__globals__.get(name, None)
        own = isinstance(value, FunctionType) and value.__module__ == function.__module__
        if name in vars(builtins) and value is not None and value is not getattr(builtins, name) and not own:
            numpys = callable(value) and str(getattr(value, "__module__", "numpy")).startswith("numpy")
            return Finding(
                "NumPy's builtin" if numpys else "overwritten",
                facts={"name": name, "is": describe_type(value)},
            )
    return None


def _holds_arrays(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_holds_arrays(part) for part in value[:3])
    return isinstance(value, np.ndarray)


def _loaded(code: CodeType, operations: tuple[str, ...]) -> list[str]:
    """The names that a function and the functions inside it load by the given operations."""
    return list(dict.fromkeys(_loads(code, operations)))


def _loads(code: CodeType, operations: tuple[str, ...]) -> Iterator[str]:
    for step in dis.get_instructions(code):
        if step.opname.startswith(operations):
            yield from step.argval if isinstance(step.argval, tuple) else (step.argval,)
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _loads(const, operations)
