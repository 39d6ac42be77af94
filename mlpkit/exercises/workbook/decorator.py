"""`@exercise`: a cell that defines a function also checks it, and keeps it in the workbook when it passes.

The check itself changes nothing; only here is anything stored, and if storing fails the verdict stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..._files import locked, write
from ..catalog import find
from ..checker.check import check
from ..checker.result import INCORRECT, NOT_ATTEMPTED, PASSED, Result
from .loader import Missing, load, source_of
from .mine import own_function
from .store import change_record, entry, folder, function_file


def exercise(function: Callable) -> Callable:
    """Check a function as soon as it is defined, show the verdict, and keep it if it passes.

        @exercise
        def softmax(logits): ...

    function: named like its exercise
    returns: the function; while it still has blanks, the one that stands in for it
    raises: TypeError or ValueError when there is no exercise of that name
    """
    name = getattr(function, "__name__", None)
    result = check(name, function)
    notes, stand_in = _kept(name, function, result)
    show(replace(result, notes=tuple(notes)))
    return stand_in if result.outcome == NOT_ATTEMPTED else function


def show(thing: object) -> None:
    """Display something in a notebook, print it elsewhere."""
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        print(thing)
        return
    display(thing) if get_ipython() is not None else print(thing)


def _kept(name: str, function: Callable, result: Result) -> tuple[list[str], Callable]:
    own, reference = own_function(name), find(name).reference
    if result.outcome == NOT_ATTEMPTED:
        if own is not None:
            return ["Your own version from the workbook is used until then."], own
        return [f"Until then the notebook goes on with mlpkit's own `{name}`."], reference
    notes = []
    kept = False
    if result.outcome == PASSED:
        kept, note = _store(name, function)
        notes.append(note)
    elif own is not None:
        notes.append("Your last version that passed stays in the workbook.")
    notes += _note_down(name, result, kept)
    return notes, reference


def _store(name: str, function: Callable) -> tuple[bool, str]:
    """Reload a function in a clean namespace, try it once more there, and keep it."""
    source = source_of(function)
    if source is None:
        return False, "It is not kept in the workbook, since Python cannot show its source."
    try:
        alone = load(name, source, lambda other: own_function(other, (name,)))
    except Missing as missing:
        names = ", ".join(f"`{n}`" for n in missing.names[:4])
        return (
            False,
            f"It is not kept in the workbook yet: it uses {names} from another cell. Define it inside "
            "the function.",
        )
    except Exception as error:
        return False, f"It is not kept in the workbook: on its own it raises {type(error).__name__}."
    if check(name, alone).outcome != PASSED:
        return (
            False,
            "It is not kept in the workbook: on its own, away from this notebook, it does something else.",
        )
    try:
        with locked(folder()):
            write(function_file(name), source.encode())
    except OSError as error:
        return False, _not_saved(error)
    return True, f"It is kept in your workbook, as `{name}.py`."


def _note_down(name: str, result: Result, kept: bool) -> list[str]:
    def change(record: dict) -> None:
        found = entry(record, name)
        found["attempts"] += 1
        found["outcome"] = result.outcome
        found["passed"] = found["passed"] or kept
        found["forwards"] = result.forwards if result.outcome == PASSED else found["forwards"]
        if result.outcome == INCORRECT and result.mistake:
            found["mistakes"] = [*found["mistakes"], result.mistake][-50:]

    try:
        change_record(change)
    except (OSError, ValueError) as error:
        return [_not_saved(error)]
    return []


def _not_saved(error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return (
        f"The workbook could not be written ({reason}), so this is not remembered. Set "
        "MLPKIT_WORKBOOK to a folder of yours."
    )
