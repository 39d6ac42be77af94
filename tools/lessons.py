"""Re-execute the lessons, so that their stored outputs are true; a file changes only where a result did.

Run as `make lessons`, or `python -m tools.lessons [--check] [--fresh] [NAME ...]`; prints what each costs.
"""

import argparse
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

from tools import about, compare, run
from tools.tidy import code_cells, text_of, tidy


class Remade(NamedTuple):
    """One lesson run again: the notebook to store, what changed in words, and what the run cost."""

    notebook: NotebookNode
    changes: list[str]
    cost: run.Cost


def remake(notebook: NotebookNode, folder: Path, fresh: bool = False) -> Remade:
    """Run a notebook in an empty workbook without a browser, and keep each stored output that still holds."""
    stored = nbformat.from_dict(notebook)
    new = tidy(nbformat.from_dict(notebook))
    cost = run.execute(new, folder)
    new = tidy(new)
    changes = [] if fresh else keep_what_holds(stored, new)
    return Remade(new, changes, cost)


def keep_what_holds(stored: NotebookNode, new: NotebookNode) -> list[str]:
    """Put each stored output back where the new one says the same, and tell what else there is."""
    before = {cell.id: cell for cell in code_cells(tidy(stored))}
    changes = []
    for number, cell in enumerate(code_cells(new), start=1):
        old = before.get(cell.id)
        if old is None or old.source != cell.source:
            changes.append(f"cell {number}: its source is new")
            continue
        found = about.output_differences(old.outputs, cell.outputs)
        changes.extend(f"cell {number}: {what}" for what in found)
        if not found:
            cell.outputs = old.outputs
    return changes


def main(arguments: list[str] | None = None) -> int:
    """Remake the lessons whose names begin as given, or all of them."""
    options = _parser().parse_args(arguments)
    paths = run.lessons(options.names)
    print(run.HEADER)
    changed = [path.name for path in paths if _remake_file(path, options)]
    print(f"{len(changed)} of {len(paths)} lessons changed" + (": " + ", ".join(changed) if changed else ""))
    return 1 if options.check and changed else 0


def _remake_file(path: Path, options: argparse.Namespace) -> bool:
    stored = path.read_text("utf-8")
    with tempfile.TemporaryDirectory(prefix="mlpkit-workbook-") as workbook:
        os.environ.update(run.QUIET, MLPKIT_WORKBOOK=workbook)
        remade = remake(nbformat.reads(stored, as_version=4), path.parent, options.fresh)
    print(run.row(path.stem, remade.cost), flush=True)
    for change in remade.changes:
        print(f"    {change[:400]}", flush=True)
    if remade.changes:
        print(compare.outputs(nbformat.reads(stored, as_version=4), remade.notebook), flush=True)
    text = text_of(remade.notebook)
    if text != stored and not options.check:
        path.write_text(text, "utf-8", newline="\n")
    return text != stored


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.lessons", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="the beginning of a file name, such as 03")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit status 1 if a lesson would change"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="take every new output, also where the old one holds"
    )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
