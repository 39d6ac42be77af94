"""Find out whether a function delegates its work to mlpkit's own function.

That is a right answer, but the learner and the teacher should know. The names in the function are followed to
what they stand for, through defaults, partials and containers; the function is not watched while it runs,
since tracing hangs Python 3.11 beside a stopped thread.
"""

from __future__ import annotations

import builtins
import importlib
from collections.abc import Callable, Iterator
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType

from ..spec import Exercise
from .placeholders import inner

DEPTH = 4  # helpers of helpers of helpers
LARGEST = 1_000  # entries of a container that is looked into


def forwards(exercise: Exercise, function: Callable) -> bool:
    """Whether a function uses mlpkit's own function, or the workbook's, for the very same exercise.

    returns: bool
    """
    package = exercise.package if isinstance(exercise.package, tuple) else (exercise.package,)
    own = {id(f) for f in (exercise.reference, *package)}
    start = inner(function)
    things = [*_reached(start, DEPTH), *_parts(function, DEPTH)]
    kept = f"my_mlpkit.{exercise.name}"  # where the workbook puts its function; itself, it is no delegation
    return any(
        id(thing) in own
        or (thing is not start and thing is not function and getattr(thing, "__module__", None) == kept)
        for thing in things
    )


def _reached(function: Callable, depth: int) -> Iterator[object]:
    """A function and everything that its names stand for, its helpers' names included."""
    yield function
    if not isinstance(function, FunctionType) or depth == 0 or str(function.__module__).startswith("mlpkit."):
        return
    for thing in _named(function):
        for part in _parts(thing, depth):
            yield from _reached(part, depth - 1) if isinstance(part, FunctionType) else (part,)


def _parts(thing: object, depth: int) -> Iterator[object]:
    """A thing, and what it holds: a container's entries, a partial's function and arguments."""
    yield thing
    if isinstance(thing, partial):
        held = [thing.func, *thing.args, *thing.keywords.values()]
    elif type(thing) in (list, tuple, set, frozenset, dict) and len(thing) <= LARGEST:
        held = [*thing, *thing.values()] if isinstance(thing, dict) else list(thing)
    elif isinstance(thing, MethodType):
        held = [thing.__func__]
    else:
        return
    if depth:
        for one in held:
            yield from _parts(one, depth - 1)


def _named(function: FunctionType) -> list[object]:
    names = list(_names(function.__code__))
    cells = [cell.cell_contents for cell in function.__closure__ or () if _filled(cell)]
    found = cells + [function.__globals__[n] for n in names if n in function.__globals__]
    found += [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
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
        elif isinstance(const, str):  # getattr(mlpkit, "softmax")
            yield const


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
