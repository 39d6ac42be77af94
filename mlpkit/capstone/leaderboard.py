"""The leaderboard: your own tries at the challenge, and your looks at the test set, in one file.

It lies in the workbook as leaderboard.json; what cannot be read is put aside, never written over.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import Any

from .._files import locked, write
from ..exercises.checker.result import rich
from ..exercises.workbook.hints import Shown
from ..exercises.workbook.store import folder

SCHEMA = 1
FILE = "leaderboard.json"
EMPTY = "Nothing yet: the first complete challenge(...) makes the first line."
KINDS: dict[str, dict[str, type]] = {
    "entries": {"name": str, "budget": str, "network": str, "accuracies": list},
    "looks": {"name": str, "network": str, "accuracy": float},
}


def path() -> Path:
    """Where the file is."""
    return folder() / FILE


def read() -> tuple[dict, str]:
    """The board, and what had to be put aside.

    returns: ({"schema", "entries", "looks"}, "" or a sentence); what is damaged is kept under another name
    raises: ValueError when a newer mlpkit wrote the file, OSError when it cannot be read
    """
    file = path()
    try:
        found = json.loads(file.read_bytes())
    except FileNotFoundError:
        return _board(), ""
    except (ValueError, RecursionError):  # not even text, or brackets in brackets without end
        return _board(), _put_aside(file, _board())
    if isinstance(found, dict) and isinstance(found.get("schema"), int) and found["schema"] > SCHEMA:
        raise ValueError(f"{FILE} was written by a newer mlpkit: update this one to read it")
    board = _board(found if isinstance(found, dict) else {})
    whole = isinstance(found, dict) and all(board[kind] == found.get(kind, []) for kind in KINDS)
    return board, "" if whole else _put_aside(file, board)


def change(alter: Callable[[dict], None]) -> str:
    """Change the board, alone: read it, let `alter` change it, write it whole or not at all.

    alter: gets the board, changes it in place
    returns: str, what had to be put aside, or ""
    raises: OSError or ValueError as `read`
    """
    with locked(folder()):
        board, note = read()
        alter(board)
        write(path(), _dumped(board))
    return note


def leaderboard() -> Shown:
    """Your tries, the best mean first; only tries with the same budget are compared.

    returns: something to read
    raises: ValueError when a newer mlpkit wrote the file
    """
    board, note = read()
    lines = [note] if note else []
    for budget in dict.fromkeys(entry["budget"] for entry in board["entries"]):
        rows = [entry for entry in board["entries"] if entry["budget"] == budget]
        rows.sort(key=lambda entry: -fmean(entry["accuracies"]))
        lines += [f"{budget} for each seed", *(_line(place, row) for place, row in enumerate(rows, 1))]
    text = "\n".join(lines if board["entries"] else [*lines, EMPTY])
    return Shown(text, "<br>".join(map(rich, text.splitlines())))


def today() -> str:
    """The date, as 2026-01-31."""
    return datetime.date.today().isoformat()


def _dumped(board: dict) -> bytes:
    return (json.dumps(board, indent=1, ensure_ascii=False) + "\n").encode()


def _line(place: int, entry: dict) -> str:
    low, high = (100 * f(entry["accuracies"]) for f in (min, max))
    mean, seeds = 100 * fmean(entry["accuracies"]), len(entry["accuracies"])
    return f"  {place}. {entry['name']}: ≈ {mean:.1f} %, {seeds} seeds from ≈ {low:.1f} % to ≈ {high:.1f} %"


def _board(found: dict | None = None) -> dict:
    """A board with all that is sound in what was found."""
    kept = {kind: [one for one in _list(found, kind) if _sound(one, KINDS[kind])] for kind in KINDS}
    return {**(found or {}), "schema": SCHEMA, **kept}


def _list(found: dict | None, kind: str) -> list:
    value = (found or {}).get(kind)
    return value if isinstance(value, list) else []


def _sound(one: Any, kinds: dict[str, type]) -> bool:
    if not isinstance(one, dict) or not all(isinstance(one.get(key), kind) for key, kind in kinds.items()):
        return False
    shares = [one["accuracy"]] if "accuracy" in kinds else one["accuracies"]
    return bool(shares) and all(isinstance(share, float) and 0 <= share <= 1 for share in shares)


def _put_aside(file: Path, board: dict) -> str:
    """Give the damaged file another name, and write what is sound of it in its place."""
    number, aside = 1, file.with_name("leaderboard.damaged-1.json")
    while aside.exists():
        number += 1
        aside = file.with_name(f"leaderboard.damaged-{number}.json")
    file.replace(aside)
    if any(board[kind] for kind in KINDS):
        write(file, _dumped(board))
    return f"{FILE} is damaged. It was kept as {aside.name}; what could be read of it goes on."
