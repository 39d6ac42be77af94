"""What one file says: a saved notebook, a workbook's record, a stored function, or a zip file with these.

Nothing in a file is ever run, and no file is believed to be what its name says.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator
from pathlib import PurePath, PurePosixPath
from typing import NamedTuple

from ..catalog import exercises
from ..checker.result import INCORRECT, JSON_TYPE, NOT_ATTEMPTED, PASSED, TOO_SLOW
from ..workbook.record import as_text, sound_record
from ..workbook.store import RECORD
from ..workbook.zips import Budget, members, opened, read_member

LARGEST = 10_000_000  # bytes of a file that is read
WORKBOOK = "my_mlpkit"
DEEPEST = 2  # a zip file in a zip file


class Found(NamedTuple):
    """One thing that a file says about an exercise."""

    learner: str
    exercise: str
    outcome: str
    attempts: int
    hints: int
    forwards: bool
    mistakes: tuple[str, ...]
    source: str
    solution: bool = False
    program: str = ""


class Answer(NamedTuple):
    """One question that a learner has answered: a guess before an experiment, or a recall at the end."""

    learner: str
    kind: str
    question: str
    right: bool


class Case(NamedTuple):
    """One patient of the clinic that a learner has looked at."""

    learner: str
    patient: str
    right: bool
    cured: bool
    diagnoses: tuple[str, ...]


class Unread(NamedTuple):
    """A file or folder that could not be read, and why."""

    path: str
    why: str
    learner: str = ""


Said = Found | Answer | Case


def kind_of(path: PurePath) -> str:
    """What a file may be, from its name.

    returns: "record", "notebook", "zip", "function" or ""
    """
    if path.name == RECORD:
        return "record"
    if path.suffix == ".py" and path.stem in exercises():
        return "function"
    name = path.name.lower()
    if name.endswith((".ipynb", ".ipynb.txt", ".ipynb.json")):  # some browsers add an ending of their own
        return "notebook"
    return "zip" if name.endswith(".zip") else ""


def read_content(path: PurePath, content: bytes, learner: str) -> tuple[list[Said], list[str]]:
    """What a file says.

    path: PurePath, whose name tells what it may be
    content: bytes
    learner: str, as they are shown
    returns: (what was found, why parts of it could not be read)
    raises: anything, with a message, when nothing of it can be read
    """
    if kind_of(path) == "zip":
        found, problems = _from_zip(content, learner, Budget())
        if not found and not problems:
            raise ValueError("it holds no notebook and no workbook")
        return found, problems
    return _from_file(path, content, learner)


def _from_file(path: PurePath, content: bytes, learner: str) -> tuple[list[Said], list[str]]:
    kind = kind_of(path)
    if kind == "function":
        program = _program_in(content, path.stem)
        if not program:
            raise ValueError(f"it holds no function `{path.stem}` that Python can read")
        return [Found(learner, path.stem, PASSED, 0, 0, False, (), "workbook", program=program)], []
    said = json.loads(content)
    if kind == "notebook":
        return list(_from_notebook(said, learner, path.name)), []
    damaged = [] if sound_record(said)[1] else ["parts of it are damaged, and were left out"]
    return list(_from_record(said, learner)), damaged


def _from_zip(content: bytes, learner: str, budget: Budget, depth: int = 1) -> tuple[list[Said], list[str]]:
    """What the files in a zip file say, and those in a zip file inside it."""
    found: list[Said] = []
    problems: list[str] = []
    with opened(content) as file:
        entries = [(path, entry) for path, entry in members(file) if kind_of(path)]
        books = {path.parent for path, _ in entries if path.name == RECORD}
        for path, entry in entries:
            if kind_of(path) == "function" and not _in_workbook(path, books):
                continue
            try:
                inside = read_member(file, entry, LARGEST, budget)
                if kind_of(path) != "zip":
                    more, trouble = _from_file(path, inside, learner)
                    trouble = [f"{word(path.name)} in it: {why}" for why in trouble]
                elif depth < DEEPEST:
                    more, trouble = _from_zip(inside, learner, budget, depth + 1)
                else:
                    raise ValueError("it is a zip file inside two others: unzip them")
                found, problems = found + more, problems + trouble
            except Exception as error:  # whatever one of its files holds, the next one is read
                problems.append(f"{word(path.name)} in it: {why_not(error)}")
            if budget.left < 0:
                break
    return found, problems


def _in_workbook(path: PurePosixPath, books: set[PurePosixPath]) -> bool:
    return path.parent in books or path.parent.name == WORKBOOK


def _from_notebook(notebook: object, learner: str, source: str) -> Iterator[Found]:
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ValueError("no notebook: it has no list of cells")
    for cell in notebook["cells"]:
        outputs = cell.get("outputs") if isinstance(cell, dict) else None
        for output in outputs if isinstance(outputs, list) else []:
            data = output.get("data") if isinstance(output, dict) else None
            said = data.get(JSON_TYPE) if isinstance(data, dict) else None
            if isinstance(said, dict) and _known(said.get("exercise")):
                yield _checked(learner, said, source, cell.get("source"))


def _checked(learner: str, said: dict, source: str, cell: object) -> Found:
    outcome = said.get("outcome") if said.get("outcome") in (PASSED, INCORRECT, TOO_SLOW) else NOT_ATTEMPTED
    mistake = word(said.get("mistake"))
    text = "".join(map(str, cell)) if isinstance(cell, list) else cell
    program = _program_in(text, said["exercise"]) if outcome == PASSED else ""
    tries, forwards = int(outcome in (PASSED, INCORRECT)), said.get("forwards") is True
    mistakes = (mistake,) if mistake else ()
    return Found(learner, said["exercise"], outcome, tries, 0, forwards, mistakes, source, program=program)


def _from_record(record: object, learner: str) -> Iterator[Said]:
    if not isinstance(record, dict) or not isinstance(record.get("exercises"), dict):
        raise ValueError("no record of a workbook")
    for name, said in record["exercises"].items():
        if _known(name) and isinstance(said, dict):
            yield _kept(learner, name, said)
    answers = record.get("predictions")
    for made in answers.values() if isinstance(answers, dict) else []:
        if isinstance(made, dict) and isinstance(made.get("right"), bool):
            kind = "recall" if made.get("kind") == "recall" else "guess"
            yield Answer(learner, kind, word(made.get("question"), 200), made["right"])
    patients = record.get("clinic")
    for name, kept in patients.items() if isinstance(patients, dict) else []:
        if isinstance(kept, dict):
            yield _case(learner, name, kept)


def _case(learner: str, name: str, kept: dict) -> Case:
    named = kept.get("diagnoses") if isinstance(kept.get("diagnoses"), list) else []
    diagnoses = tuple(filter(None, map(word, named[:50])))
    return Case(learner, word(name), kept.get("right") is True, kept.get("cured") is True, diagnoses)


def _kept(learner: str, name: str, said: dict) -> Found:
    passed = said.get("passed") is True or said.get("outcome") == PASSED
    outcome = PASSED if passed else said.get("outcome")
    outcome = outcome if outcome in (PASSED, INCORRECT, TOO_SLOW) else NOT_ATTEMPTED
    listed = said.get("mistakes") if isinstance(said.get("mistakes"), list) else []
    mistakes = tuple(filter(None, map(word, listed[:50])))
    counts = _count(said.get("attempts")), _count(said.get("hints"))
    forwards, solution = said.get("forwards") is True, said.get("solution") is True
    return Found(learner, name, outcome, *counts, forwards, mistakes, "workbook", solution)


def _program_in(text: object, name: str) -> str:
    """A short hash of a function, the same for programs that differ in names, comments and layout alone.

    text: str or bytes, a cell or a file
    name: str, the function
    returns: str, eight letters and digits; "" when it is not there or cannot be read
    """
    try:
        tree = ast.parse(as_text(text) if isinstance(text, bytes) else text)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return ""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    if not functions:
        return ""
    function = functions[-1]
    function.decorator_list, function.returns = [], None
    if ast.get_docstring(function) is not None:
        function.body = function.body[1:] or [ast.Pass()]
    own: dict[str, str] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.arg):
            node.annotation = None
            node.arg = own.setdefault(node.arg, f"name{len(own)}")
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            own.setdefault(node.id, f"name{len(own)}")
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            node.id = own.get(node.id, node.id)
    return hashlib.sha256(ast.dump(function).encode("utf-8", "replace")).hexdigest()[:8]


def why_not(error: Exception) -> str:
    """Why a file could not be read, in words fit for a terminal."""
    if isinstance(error, json.JSONDecodeError):
        return f"no JSON, or cut off: {error.msg} in line {error.lineno}"
    if isinstance(error, UnicodeDecodeError):
        return "no text in UTF-8"
    if isinstance(error, RecursionError):
        return "no sound JSON: too many brackets inside each other"
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return word(words, 120) or type(error).__name__


def word(value: object, longest: int = 60) -> str:
    """A text that came from a file, fit for a terminal: no control characters, not endless."""
    text = value[:longest] if isinstance(value, str) else ""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _known(name: object) -> bool:
    return isinstance(name, str) and name in exercises()


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**6 else 0
