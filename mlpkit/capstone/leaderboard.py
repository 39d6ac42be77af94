"""The leaderboard: your own tries at the challenge, and your looks at the test set, in one file.

The file is leaderboard.json in the workbook. A damaged file is kept under another name and never overwritten.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import fmean
from typing import Any

from .._files import locked, set_aside, write
from ..exercises.panel import Panel
from ..exercises.workbook.store import workbook_dir

SCHEMA = 1
FILE = "leaderboard.json"
EMPTY = "Nothing yet: the first complete challenge(...) makes the first line."
KINDS: dict[str, dict[str, type]] = {
    "entries": {"name": str, "budget": str, "network": str, "accuracies": list},
    "looks": {"name": str, "network": str, "accuracy": float},
}


def path() -> Path:
    """Where the file is."""
    return workbook_dir() / FILE


def read() -> tuple[dict, str]:
    """The leaderboard, and what had to be put aside.

    returns: ({"schema", "entries", "looks"}, "" or a sentence). Of a damaged file, every entry that can still
        be read is returned, and the file itself is kept under another name
    raises: ValueError when a newer mlpkit wrote the file, OSError when it cannot be read
    """
    file = path()
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        return _sound_part({}), ""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):  # not even text, or brackets in brackets without end
        found = None
        content = _sound_part(_salvaged(raw.decode("utf-8", "replace")))
    else:
        content = _sound_part(found if isinstance(found, dict) else {})
    if content.get("schema") != SCHEMA:
        raise ValueError(f"{FILE} was written by a newer mlpkit: update this one to read it")
    whole = isinstance(found, dict) and all(content[kind] == found.get(kind, []) for kind in KINDS)
    return content, "" if whole else _put_aside(file, content)


def change(alter: Callable[[dict], None]) -> str:
    """Change the leaderboard while no other kernel does; the file is written whole or not at all.

    alter: gets the leaderboard, changes it in place
    returns: str, what had to be put aside, or ""
    raises: OSError or ValueError as `read`
    """
    with locked(workbook_dir()):
        content, note = read()
        alter(content)
        write(path(), _dumped(content))
    return note


def leaderboard() -> Panel:
    """Your tries, the best mean first; only tries with the same budget are compared.

    returns: something to read
    raises: ValueError when a newer mlpkit wrote the file
    """
    content, note = read()
    lines = [note] if note else []
    for budget in dict.fromkeys(entry["budget"] for entry in content["entries"]):
        rows = [entry for entry in content["entries"] if entry["budget"] == budget]
        rows.sort(key=lambda entry: -fmean(entry["accuracies"]))
        lines += [f"{budget} for each seed", *(_line(place, row) for place, row in enumerate(rows, 1))]
    text = "\n".join(lines if content["entries"] else [*lines, EMPTY])
    return Panel(text)


def today() -> str:
    """The date, as 2026-01-31."""
    return datetime.date.today().isoformat()


def _line(place: int, entry: dict) -> str:
    low, high = (100 * f(entry["accuracies"]) for f in (min, max))
    mean, seeds = 100 * fmean(entry["accuracies"]), len(entry["accuracies"])
    unfair = ", learned from validation images" if entry.get("validation_images") else ""
    spread = f"{seeds} seeds from ≈ {low:.1f} % to ≈ {high:.1f} %"
    return f"  {place}. {entry['name']}: ≈ {mean:.1f} %, {spread}{unfair}"


def _dumped(content: dict) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def _sound_part(found: dict) -> dict:
    """Everything in `found` that can be used; a newer schema number stays."""
    schema = found.get("schema")
    newer = isinstance(schema, int) and schema > SCHEMA
    lists = {kind: found.get(kind) if isinstance(found.get(kind), list) else [] for kind in KINDS}
    sound = {kind: [one for one in lists[kind] if _is_sound(one, kind)] for kind in KINDS}
    return {**found, "schema": schema if newer else SCHEMA, **sound}


def _is_sound(one: Any, kind: str) -> bool:
    types = KINDS[kind]
    if not isinstance(one, dict) or not all(isinstance(one.get(key), type_) for key, type_ in types.items()):
        return False
    shares = [one["accuracy"]] if kind == "looks" else one["accuracies"]
    return bool(shares) and all(isinstance(share, float) and 0 <= share <= 1 for share in shares)


def _salvaged(text: str) -> dict[str, list]:
    """The entries and looks that stand whole in a text that is no JSON, for instance the half of a file."""
    found: dict[str, list] = {kind: [] for kind in KINDS}
    for one in _objects(text):
        for kind, kept in found.items():
            listed = one.get(kind) if isinstance(one.get(kind), list) else [one]
            kept += [each for each in listed if _is_sound(each, kind)]
    return found


def _objects(text: str) -> Iterator[dict]:
    """Every JSON object in a text, the outermost ones that are whole."""
    decoder, start = json.JSONDecoder(), text.find("{")
    while start >= 0:
        try:
            one, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = start + 1
        else:
            yield one
        start = text.find("{", end)


def _put_aside(file: Path, content: dict) -> str:
    """Give the damaged file another name, and write what is sound of it in its place."""
    aside = set_aside(file, "damaged")
    if any(content[kind] for kind in KINDS):
        write(file, _dumped(content))
    return f"{FILE} is damaged. It was kept as {aside.name}; what could be read of it goes on."
