"""Re-execute the lessons, so that their stored outputs are true; a file changes only where a result did.

Run as `make lessons`, or `python -m tools.lessons [--check] [--fresh] [NAME ...]`; prints what each costs.
"""

import argparse
import hashlib
import os
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

from tools import about, run

FOLDER = Path(__file__).resolve().parent.parent / "lessons"
KEPT_METADATA = {"tags", "jupyter", "editable", "deletable"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


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


def tidy(notebook: NotebookNode) -> NotebookNode:
    """A notebook without anything of one machine, one run or one widget; its cells numbered and named."""
    notebook = nbformat.from_dict(notebook)
    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    _name_cells(notebook.cells)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k in KEPT_METADATA})
    for number, cell in enumerate(_code_cells(notebook), start=1):
        cell.execution_count = number
        cell.outputs = [_tidy_output(output, number) for output in _joined_streams(cell.get("outputs", []))]
    return notebook


def keep_what_holds(stored: NotebookNode, new: NotebookNode) -> list[str]:
    """Put each stored output back where the new one says the same, and tell what else there is."""
    before = {cell.id: cell for cell in _code_cells(tidy(stored))}
    changes = []
    for number, cell in enumerate(_code_cells(new), start=1):
        old = before.get(cell.id)
        if old is None or old.source != cell.source:
            changes.append(f"cell {number}: its source is new")
            continue
        found = about.output_differences(old.outputs, cell.outputs)
        changes.extend(f"cell {number}: {what}" for what in found)
        if not found:
            cell.outputs = old.outputs
    return changes


def text_of(notebook: NotebookNode) -> str:
    """The file that a notebook is stored as."""
    return nbformat.writes(notebook) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Remake the lessons whose names begin as given, or all of them."""
    options = _parser().parse_args(arguments)
    paths = sorted(FOLDER.glob("*.ipynb"))
    if options.names:
        paths = [path for path in paths if any(path.name.startswith(name) for name in options.names)]
    if not paths:
        print(f"no lesson in {FOLDER} begins with {options.names or 'anything'}", file=sys.stderr)
        return 2
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


def _code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _name_cells(cells: list[NotebookNode]) -> None:
    """Give an id to each cell that has none of its own; made from its source, so that it stays the same."""
    seen = set()
    for cell in cells:
        name = cell.get("id")
        attempt = 0
        while not name or name in seen:
            name = hashlib.sha256(f"{attempt} {cell.source}".encode()).hexdigest()[:8]
            attempt += 1
        cell.id = name
        seen.add(name)


def _joined_streams(outputs: list) -> list:
    """Pieces of printed text that follow each other, as one: where a kernel cuts them is chance."""
    joined = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            joined.append(nbformat.from_dict(output))
    return joined


def _tidy_output(output: NotebookNode, number: int) -> NotebookNode:
    output.pop("transient", None)
    if output.output_type == "execute_result":
        output.execution_count = number
    if "data" in output:
        output.data.pop(WIDGET_VIEW, None)
    return output


if __name__ == "__main__":
    raise SystemExit(main())
