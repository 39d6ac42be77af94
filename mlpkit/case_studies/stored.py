"""What came out when all five were trained at full size, as it lies beside this module, and its tables.

`python -m benchmarks --only published` measures it anew.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources
from itertools import takewhile

import numpy as np

# Which of its numbers a notebook showed, and which runs of ours stand beside it.
ROWS = (
    ("0", "784-512-128-64-10, relu", "73.8 % (epoch 2)", "as printed", "corrected"),
    ("1", "784-10-10, relu", "49.0 %", "as printed", "corrected"),
    (
        "2",
        "784-500-200-100-30-30-30-10, relu",
        "82.7 % with decay",
        "squared error, decay 0.05, as printed",
        "squared error, corrected",
    ),
    ("3", "784-40-10, relu", "9.65, check fails", "as printed", "corrected"),
    ("4", "784-64-32-10, sigmoid", "86.3 %", "as printed", "corrected"),
)
HEADER = ("no.", "network", "it printed", "with faults", "corrected", "loops", "mlpkit", "times")


def results() -> dict:
    """All that was measured, by notebook: runs, by variant and seed, and times.

    returns: {"notebook_0": {"data": str, "steps": int, "runs": {...}, "times": {...}}, ...}
    """
    return json.loads(resources.files(__package__).joinpath("results.json").read_text(encoding="utf-8"))


def rows(found: dict | None = None) -> list[tuple[str, ...]]:
    """The table of all five, one row of strings for each.

    found: as `results` gives it; None for what is stored
    returns: list of rows, in the order of HEADER
    """
    found = results() if found is None else found
    return [_row(found[f"notebook_{number}"], number, *rest) for number, *rest in ROWS]


def table(found: dict | None = None, markdown: bool = False) -> str:
    """The table of all five as text: in columns, without the networks' sizes, or as Markdown.

    found: as `results` gives it; None for what is stored
    markdown: bool
    returns: str
    """
    lines = rows(found)
    if markdown:
        return "\n".join(_piped(line) for line in (HEADER, ("---",) + ("---:",) * 7, *lines))
    return _columns([line[:1] + line[2:] for line in (HEADER, *lines)])


def faults_table(number: int, found: dict | None = None) -> str:
    """Every variant of one notebook: accuracy on the test images, mean and range over the seeds.

    number: int, 0 to 4
    found: as `results` gives it; None for what is stored
    returns: str, one line for each variant
    """
    header, lines = faults(number, found)
    return _columns([header, *lines])


def faults(number: int, found: dict | None = None) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The same as a header and rows of strings.

    number, found: as for `faults_table`
    returns: (header, rows)
    raises: ValueError when there is no such notebook
    """
    notebook = _notebook(number, found)
    whole = len(notebook["marks"])
    lines = [(name, last(run, whole), _spread(run, whole)) for name, run in notebook["runs"].items()]
    return ("", "test accuracy", "over the seeds"), lines


def curves_table(
    number: int, variants: Sequence[str], printed: Sequence[float] = (), found: dict | None = None
) -> str:
    """How accuracy grew, in per cent: what the notebook printed, and the mean of our seeds beside it.

    number: int, 0 to 4
    variants: names of runs
    printed: what the notebook printed, from its first mark on
    found: as `results` gives it; None for what is stored
    returns: str, a line for the steps, then one for each curve, named by what the others' names do not say;
        six columns at most
    raises: ValueError when there is no such notebook, or it has no such run
    """
    notebook = _notebook(number, found)
    unknown = [name for name in variants if name not in notebook["runs"]]
    if unknown:
        raise ValueError(f"there is no run {unknown[0]!r}: expected some of {', '.join(notebook['runs'])}")
    marks = notebook["marks"]
    shown = sorted({round(k) for k in np.linspace(0, len(marks) - 1, min(len(marks), 6))})
    lines = [("steps", *(f"{marks[k]:,}" for k in shown))]
    if printed:
        lines.append(("it printed", *(f"{printed[k]:.1f}" if k < len(printed) else "" for k in shown)))
    for name, short in zip(variants, _told_apart(variants)):
        means = np.mean(_whole(notebook["runs"][name], len(marks)), axis=0)
        lines.append((short, *(f"{means[k]:.1f}" for k in shown)))
    return _columns(lines)


def _notebook(number: int, found: dict | None) -> dict:
    found = results() if found is None else found
    if f"notebook_{number}" not in found:
        raise ValueError(f"there is no notebook {number!r}: expected 0 to {len(ROWS) - 1}")
    return found[f"notebook_{number}"]


def final(run: dict, whole: int) -> list[float]:
    """Accuracy in per cent at the end, for each seed whose run got there; whole: how often it was scored."""
    return [curve[-1] for curve in _whole(run, whole)]


def last(run: dict, whole: int) -> str:
    """The mean accuracy at the end of those runs that got there, and how many did not."""
    reached = final(run, whole)
    lost = len(run["accuracy"]) - len(reached)
    if not reached:
        return "not a number"
    return f"{np.mean(reached):.1f} %" + f", {lost} NaN" * bool(lost)


def _whole(run: dict, whole: int) -> list[list[float]]:
    """The curves of those seeds whose loss stayed a number to the end."""
    return [curve for curve in run["accuracy"] if len(curve) == whole]


def _told_apart(names: Sequence[str]) -> list[str]:
    """Names without the words before a comma that all of them begin with."""
    parts = [name.split(", ") for name in names]
    alike = takewhile(lambda words: len(set(words)) == 1, zip(*parts)) if len(parts) > 1 else ()
    shared = len(list(alike))
    return [", ".join(words[shared:]) for words in parts]


def _spread(run: dict, whole: int) -> str:
    reached = final(run, whole)
    if len(run["accuracy"]) == 1:
        return "one seed"
    return f"{min(reached):.1f} to {max(reached):.1f}" if reached else ""


def _row(notebook: dict, number: str, network: str, printed: str, faulty: str, right: str) -> tuple[str, ...]:
    runs, times, whole = notebook["runs"], notebook["times"], len(notebook["marks"])
    ends = [last(runs[name], whole) for name in (faulty, right)]
    if "distances" in notebook:  # the check is what this notebook is about
        wide = np.mean(notebook["distances"]["as printed"])
        ends = [f"{wide:.1f}; {ends[0]}", f"{max(notebook['distances']['corrected']):.0e}; {ends[1]}"]
    seconds = [_seconds(times[who]["cpu"]) for who in ("loops", "mlpkit")]
    return (
        number,
        network,
        printed,
        *ends,
        *seconds,
        f"{times['ratio'][0]:.{0 if times['ratio'][0] >= 10 else 1}f}",
    )


def _seconds(seconds: float) -> str:
    if seconds >= 600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds:.{3 if seconds < 0.1 else 1 if seconds < 10 else 0}f} s"


def _piped(line: tuple[str, ...]) -> str:
    return "| " + " | ".join(line) + " |"


def _columns(lines: list[tuple[str, ...]]) -> str:
    widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths)) for line in lines)
    return "\n".join(line.rstrip() for line in padded)
