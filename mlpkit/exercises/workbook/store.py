"""The learner's own workbook: one file for every function that has passed, and a record of tries and answers.

It lies in `my_mlpkit` beside the notebook, or where MLPKIT_WORKBOOK says, and no update ever touches it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..._files import locked, read, remove_leftovers, set_aside, tell, write_all
from ..catalog import exercises
from .record import SCHEMA, as_bytes, as_record, exercise_record

RECORD = "record.json"


def _starting_folder() -> str:
    """The folder in which the notebook (or program) was started, wherever it goes later."""
    # a notebook has IPython; a program does without
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    notebook = getattr(shell, "user_ns", {}).get("__vsc_ipynb_file__")  # VS Code says where the notebook is
    if isinstance(notebook, str):
        return os.path.dirname(notebook)
    try:
        return getattr(shell, "starting_dir", None) or os.getcwd()
    except FileNotFoundError:  # it was deleted
        return os.path.expanduser("~")


STARTED_IN = _starting_folder()


def workbook_dir() -> Path:
    """Where the workbook is; it stays there when the notebook changes its working folder."""
    chosen = os.environ.get("MLPKIT_WORKBOOK") or "my_mlpkit"
    return Path(STARTED_IN, os.path.expanduser(chosen))  # unlike Path.expanduser it never raises


_were_there: set[Path] = set()  # workbooks that this kernel has written


def tell_place() -> None:
    """Say where the workbook is, unless the learner has chosen the place; and that it is gone, if it is."""
    if workbook_dir() in _were_there and not workbook_dir().is_dir():
        tell(
            f"Your workbook {workbook_dir()} is gone: was its folder renamed, moved or deleted? Bring it "
            "back, or open the notebook at the new place. Until then, a new workbook begins here."
        )
    if not os.environ.get("MLPKIT_WORKBOOK"):
        tell(f"Your workbook is {workbook_dir()}.")


def read_record() -> dict:
    """The record: {"schema": 1, "exercises": {name: {...}}, "predictions": {id: {...}}}.

    Damage is put aside and said; a record that cannot be read now is said, and stays untouched.

    returns: dict, always with these keys, whatever the file holds
    """
    try:
        content = _content()
    except OSError as error:
        tell(f"The record of your workbook cannot be read now ({reason(error)}). It was not changed.")
        return as_record(None)[0]
    record, whole = as_record(content)
    if not whole:
        try:
            return change_record(lambda record: None)
        except (OSError, ValueError) as error:
            tell(f"{RECORD} in your workbook is damaged, and could not be put aside ({reason(error)}).")
    return record


def change_record(change: Callable[[dict], None], files: dict[str, bytes] | None = None) -> dict:
    """Change the record, alone: read it, let `change` alter it, write it.

    change: gets the record, alters it in place; it is called again when another kernel was faster
    files: name -> bytes, what goes into the workbook with it, all of it or nothing; `change` may add to it
    returns: the new record
    raises: OSError when it cannot be read or written, ValueError when a newer mlpkit wrote it
    """
    path = workbook_dir() / RECORD
    files = {} if files is None else files
    with locked(workbook_dir()):
        remove_leftovers(workbook_dir(), age=60)
        while True:
            content = _content()
            record, whole = as_record(content)
            if record["schema"] > SCHEMA:
                raise ValueError("the workbook was written by a newer mlpkit: update this one to add to it")
            change(record)
            contents = {path.with_name(name): new for name, new in files.items()}
            aside: list[Path] = []

            def ready(content: bytes | None = content, whole: bool = whole, aside: list = aside) -> None:
                if _content() != content:  # a kernel that waited in vain for the lock has written
                    raise _ChangedMeanwhile
                if not whole:
                    aside.append(set_aside(path, "damaged"))

            try:
                write_all({**contents, path: as_bytes(record)}, ready)
            except _ChangedMeanwhile:
                continue
            _were_there.add(workbook_dir())
            for older in aside:
                print(
                    f"{RECORD} in your workbook was damaged: it is kept as `{older.name}`, and what could be "
                    "read of it goes on."
                )
            return record


class _ChangedMeanwhile(Exception):
    """The record is no longer the one that was read."""


def function_file(name: str) -> Path:
    """The file of a function that has passed."""
    return workbook_dir() / f"{name}.py"


def passed_names() -> list[str]:
    """The exercises whose function is in the workbook, in the order of the course."""
    return [name for name in exercises() if function_file(name).is_file()]


def forget(name: str) -> None:
    """Take a function out of the workbook, to write it anew; tries and hints stay counted.

    Its file is kept beside the others, as `softmax (forgotten).py`.

    raises: OSError
    """
    change_record(lambda record: exercise_record(record, name).update(passed=False, outcome=None))
    with locked(workbook_dir()), suppress(FileNotFoundError):
        set_aside(function_file(name), "forgotten")


def reason(error: Exception) -> str:
    """Why a file could not be read or written, in words."""
    return getattr(error, "strerror", None) or str(error)


def _content() -> bytes | None:
    """What the record's file holds; None when there is none."""
    try:
        return read(workbook_dir() / RECORD)
    except (FileNotFoundError, NotADirectoryError):
        return None
