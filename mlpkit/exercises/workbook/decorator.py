"""`@exercise`: a cell that defines a function also checks it, and keeps it in the workbook when it passes.

The check itself stores nothing. Only here a checked function is stored; if that fails, the verdict stays.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from types import FunctionType

import numpy as np

from ..._files import locked, read, set_aside, write_all
from ..catalog import find
from ..checker.check import check
from ..checker.result import INCORRECT, NOT_ATTEMPTED, PASSED, TOO_SLOW, Result
from ..late import announce
from .explain import remember
from .loader import Missing, load, source_of
from .mine import own_function, problem_with
from .record import exercise_record
from .store import change_record, function_file, reason, tell_place, workbook_dir


def exercise(function: Callable) -> Callable:
    """Check a function as soon as it is defined, show the verdict, and keep it if it passes.

        @exercise
        def softmax(logits): ...

    function: named like its exercise
    returns: the function; while it still has blanks, the one that stands in for it
    raises: TypeError or ValueError when there is no exercise of that name
    """
    name = getattr(function, "__name__", None)
    if find(name) and getattr(function, "__qualname__", "") == name and isinstance(function, FunctionType):
        function.__globals__[name] = function  # Python does this later; a recursive function needs it now
    show = announce()
    try:
        result = check(name, function)
        remember(name, function)
        notes, stand_in = _kept(name, function, result)
    except BaseException:
        show(None)
        raise
    show(replace(result, notes=(*result.notes, *notes)))
    return stand_in if result.outcome == NOT_ATTEMPTED else function


def _too_slow(found: dict) -> None:
    if found["outcome"] != PASSED:
        found["outcome"] = TOO_SLOW


def _kept(name: str, function: Callable, result: Result) -> tuple[list[str], Callable]:
    """Put a checked function into the workbook, if it passed. -> what is to be said, what goes on"""
    if result.outcome == TOO_SLOW:
        with suppress(OSError, ValueError):  # `progress` says so where it can be written
            change_record(lambda record: _too_slow(exercise_record(record, name)))
        return ["This is not counted as a try."], function
    own, reference = own_function(name), find(name).reference
    if result.outcome == NOT_ATTEMPTED:
        if own is not None:
            return ["Your own version from the workbook is used until then."], own
        return [f"Until then the notebook goes on with mlpkit's own `{name}`."], reference
    source, notes = None, []
    if result.outcome == PASSED:
        source, notes = _storable(name, function, result, own is not None)
    elif own is not None:
        notes = ["Your last version that passed stays in the workbook."]
    return notes + _store(name, result, source), reference


def _storable(name: str, function: Callable, result: Result, has_own: bool) -> tuple[str | None, list[str]]:
    """Reload a function in a clean namespace, and try it once more there.

    returns: (its source, or None when it cannot stand alone; why not)
    """
    source = source_of(function)
    if source is None:
        return None, ["It is not kept in the workbook, since Python cannot show its source."]
    if result.forwards and has_own:
        return None, ["It is not kept: your own version, which passed before, stays in the workbook."]
    try:
        alone = load(name, source, lambda other: own_function(other, (name,)))
    except Missing as missing:
        return None, [_missing(missing.names)]
    except Exception as error:
        return None, [f"It is not kept in the workbook: on its own it raises {type(error).__name__}."]
    if check(name, alone).outcome != PASSED:
        return None, [
            "It is not kept in the workbook: on its own, away from this notebook, it does something else."
        ]
    return source, []


def _missing(names: list[str]) -> str:
    from_numpy = [n for n in names if hasattr(np, n)]
    if from_numpy:
        cures = ", ".join(f"`np.{n}` for `{n}`" for n in from_numpy[:4])
        return f"It is not kept in the workbook yet: write {cures}. NumPy is there under the name `np`."
    listed = ", ".join(f"`{n}`" for n in names[:4])
    return (
        f"It is not kept in the workbook yet: it uses {listed} from outside. Define it inside the function, "
        "or above it in the same cell, with `=`, `def` or `import`."
    )


def _store(name: str, result: Result, source: str | None) -> list[str]:
    """Write the function, if there is a source, and count the try. -> what happened, in sentences"""

    def change(record: dict) -> None:
        found = exercise_record(record, name)
        found["attempts"] += 1
        found["outcome"] = result.outcome
        if result.outcome == PASSED and (source is not None or not found["passed"]):
            found["forwards"] = result.forwards
        found["passed"] = found["passed"] or source is not None
        if result.outcome == INCORRECT and result.mistake:
            found["mistakes"] = [*found["mistakes"], result.mistake][-50:]

    files = {} if source is None else {f"{name}.py": source.encode()}
    notes = []
    try:
        if files:
            notes = _damaged_aside(name)
        tell_place()
        change_record(change, files)
    except (OSError, ValueError) as error:
        cure = "Set MLPKIT_WORKBOOK to a folder of yours."
        failed = f"the workbook could not be written ({reason(error)})"
        if not files:
            return [f"This try is not counted: {failed}. {cure}"]
        try:
            with locked(workbook_dir()):
                write_all({function_file(name): files[f"{name}.py"]})
        except OSError:
            return [f"It is not kept: {failed}. {cure}"]
        counted = f"Its record could not be written ({reason(error)}), so this try is not counted."
        return [*notes, f"It is kept in your workbook, as `{name}.py`. {counted}"]
    return [*notes, f"It is kept in your workbook, as `{name}.py`."] if files else notes


def _damaged_aside(name: str) -> list[str]:
    """Move a stored function that cannot be used out of the way of the new one."""
    if not problem_with(name):
        return []
    read(function_file(name))  # a link or a pipe is refused
    aside = set_aside(function_file(name), "damaged")
    return [f"The stored one could not be used: it is now `{aside.name}`."]
