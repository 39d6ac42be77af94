"""Find out whether a function delegates its work to mlpkit's own function.

That is a right answer, but the learner and the teacher should know. The names in the function are followed to
what they stand for; the function is not watched while it runs, since tracing hangs Python 3.11 beside a
stopped thread.
"""

from __future__ import annotations

import builtins
import importlib
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType

from ..spec import Exercise
from .placeholders import inner

DEPTH = 4  # helpers of helpers of helpers


def forwards(exercise: Exercise, function: Callable) -> bool:
    """Whether a function uses mlpkit's own function for the very same exercise.

    returns: bool
    """
    package = exercise.package if isinstance(exercise.package, tuple) else (exercise.package,)
    own = {id(f) for f in (exercise.reference, *package)}
    return any(id(thing) in own for thing in _reached(inner(function), DEPTH))


def _reached(function: Callable, depth: int) -> Iterator[object]:
    """A function and everything that its names stand for, its helpers' names included."""
    yield function
    if not isinstance(function, FunctionType) or depth == 0 or function.__module__.startswith("mlpkit."):
        return
    for thing in _named(function):
        yield from _reached(thing, depth - 1) if isinstance(thing, FunctionType) else (thing,)


def _named(function: FunctionType) -> list[object]:
    names = list(_names(function.__code__))
    cells = [cell.cell_contents for cell in function.__closure__ or () if _filled(cell)]
    found = cells + [function.__globals__[n] for n in names if n in function.__globals__]
    found += [_imported(n) for n in names if n.split(".")[0] == "mlpkit"]
    for _ in range(3):  # mlpkit.core.losses.softmax is found in three steps
        found += [getattr(t, n, None) for t in found if _ours(t) for n in names if not hasattr(builtins, n)]
        found = list({id(t): t for t in found}.values())
    return found


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _names(const)


def _filled(cell: object) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def _imported(name: str) -> object:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _ours(thing: object) -> bool:
    """mlpkit, one of its modules, or `mine`."""
    name = thing.__name__ if isinstance(thing, ModuleType) else type(thing).__module__
    return str(name).split(".")[0] == "mlpkit"
