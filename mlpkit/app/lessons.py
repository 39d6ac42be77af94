"""Where the lessons are: in the checkout, or copied from the package into a folder of the learner's.

An update brings new lessons and never overwrites what a learner has changed: that is kept beside the new.
"""

import hashlib
import json
import os
from pathlib import Path

from .._files import write, write_keeping_old

RECORD = ".mlpkit-lessons.json"  # what was put into a folder, by its SHA-256 sum
SHIPPED_KINDS = {".ipynb", ".md", ".png", ".svg", ".css"}
DEFAULT_FOLDER = "mlpkit-lessons"


def shipped() -> Path:
    """The folder of the lessons that came with this package: inside a wheel, or beside it in a checkout.

    returns: Path
    raises: FileNotFoundError, when the package was installed without them
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "lessons", package.parent / "lessons"):
        if any(folder.glob("*.ipynb")):
            return folder
    raise FileNotFoundError("the lessons did not come with this package: install mlpkit again, or clone it")


def home(folder: Path | None = None) -> Path:
    """The folder to learn in: the checkout's own lessons, or a copy that an update brings up to date.

    folder: Path or None, where to keep the lessons; None: the checkout's, and without one ./mlpkit-lessons
    returns: Path
    raises: OSError, when nothing can be written there
    """
    source = shipped()
    if folder is None and source.parent == Path(__file__).resolve().parents[2]:
        return source
    target = Path(os.path.expanduser(DEFAULT_FOLDER if folder is None else folder)).absolute()
    for line in place(source, target):
        print(line)
    return target


def place(source: Path, target: Path) -> list[str]:
    """Copy the lessons into a folder, or bring those up to date that are there.

    source: Path, the lessons as they ship
    target: Path, the learner's folder; made if need be
    returns: list of str, one sentence for each file that was kept aside
    raises: OSError, when nothing can be written there; what was there is still there then
    """
    if target.resolve() == source.resolve():
        return []
    try:
        target.mkdir(parents=True, exist_ok=True)
        record, told = _read_record(target), []
        for path in _files(source):
            told += _place_file(path.read_bytes(), path.relative_to(source).as_posix(), target, record)
        return told
    except OSError as problem:
        reason = problem.strerror or problem
        raise OSError(f"cannot put the lessons into {target}: {reason}. Name another folder") from problem


def workbook() -> Path:
    """The folder of the learner's own functions, as the lessons would find it from here.

    returns: Path, what MLPKIT_WORKBOOK names; else my_mlpkit here or among the lessons, whichever is there
    """
    if chosen := os.environ.get("MLPKIT_WORKBOOK"):
        return Path(os.path.expanduser(chosen)).absolute()  # unlike Path.expanduser it never raises
    checkout = Path(__file__).resolve().parents[2] / "lessons"
    lessons = [folder.absolute() for folder in (Path(), Path("lessons"), Path(DEFAULT_FOLDER), checkout)]
    books = [folder / "my_mlpkit" for folder in lessons if any(folder.glob("*.ipynb"))]
    books.insert(0, Path("my_mlpkit").absolute())
    return next((book for book in books if book.is_dir()), books[min(1, len(books) - 1)])


def blank(path: Path) -> Path:
    """Write an empty lesson: the order that every lesson has, as headings.

    path: Path, the notebook to make; .ipynb is added if it is missing
    returns: Path, what was written
    raises: ValueError, when that is no name of a file; FileExistsError, when there is such a file; OSError,
        when it cannot be written
    """
    path = Path(path)
    if path.name in ("", ".."):
        raise ValueError(f"{str(path)!r} is a folder: name a notebook, for instance {path / 'idea.ipynb'}")
    path = path if path.suffix == ".ipynb" else path.with_name(path.name + ".ipynb")
    text = json.dumps(_blank_notebook(path.stem), indent=1, ensure_ascii=False) + "\n"
    content = text.encode("utf-8", "replace")  # a name need not be UTF-8, a notebook must
    try:
        open(path, "xb").close()  # the name is ours now
    except FileExistsError:
        raise FileExistsError(f"{path} is already there; choose another name, nothing was changed") from None
    except OSError as problem:
        raise _not_written(path, problem) from problem
    try:
        write(path, content)
    except OSError as problem:  # the disk is full
        path.unlink(missing_ok=True)
        raise _not_written(path, problem) from problem
    return path


def _not_written(path: Path, problem: OSError) -> OSError:
    return OSError(f"cannot write {path}: {problem.strerror or problem}. Name a file in another folder")


def _files(source: Path) -> list[Path]:
    """What ships of a lessons folder: no learner's workbook, no checkpoints."""
    found = (path for path in source.rglob("*") if path.is_file() and path.suffix in SHIPPED_KINDS)
    hidden = ("my_mlpkit", ".ipynb_checkpoints")
    return sorted(
        path for path in found if not any(part in hidden for part in path.relative_to(source).parts)
    )


def _place_file(content: bytes, name: str, target: Path, record: dict[str, str]) -> list[str]:
    """Put one file in its place; an edited one steps aside only when there is something new to put there."""
    path, new = target / name, _sum(content)
    there = _sum(path.read_bytes()) if path.is_file() else None
    if there == new or (there is not None and record.get(name) == new):
        told = []  # it is there already, or edited since and nothing newer has come
    else:
        told = _write(path, content, keep=there is not None and there != record.get(name))
    if record.get(name) != new:
        record[name] = new
        _write(target / RECORD, json.dumps(record, indent=1, sort_keys=True).encode(), keep=False)
    return told


def _write(path: Path, content: bytes, keep: bool) -> list[str]:
    """Write a file whole or not at all; with `keep`, what was there gets another name first."""
    if not keep:
        write(path, content)
        return []
    aside = write_keeping_old(path, content, "yours")
    return [f"{path.name} has changed; your own version is now {aside.name}"] if aside else []


def _read_record(target: Path) -> dict[str, str]:
    try:
        record = json.loads((target / RECORD).read_bytes())
    except (FileNotFoundError, ValueError, RecursionError):
        return {}  # without a record every file counts as the learner's
    return record if isinstance(record, dict) else {}


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _blank_notebook(name: str) -> dict:
    texts = [
        f"# {name}\n\n*Goals, minutes, what you need first.*",
        "## A question first",
        "## The idea: picture, formula, code",
        "## Your turn",
        "## What goes wrong",
        "## On real images",
        "## Recall, and what comes next",
    ]
    cells = [_markdown(f"text-{i}", text) for i, text in enumerate(texts)]
    cells.insert(1, _code("start", "import numpy as np\n\nimport mlpkit"))
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _markdown(name: str, text: str) -> dict:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text}


def _code(name: str, source: str) -> dict:
    empty = {"execution_count": None, "metadata": {}, "outputs": []}
    return {"cell_type": "code", "id": name, "source": source, **empty}
