"""A notebook as it is stored: nothing of one machine, one run or one widget; cells numbered and named.

`python -m tools.tidy NOTEBOOK ...` puts files into that form without running them: a check before a commit.
"""

import hashlib
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

KEPT_METADATA = {"tags", "jupyter", "editable", "deletable", "jp-MarkdownHeadingCollapsed"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def tidy(notebook: NotebookNode) -> NotebookNode:
    """A notebook without anything of one machine, one run or one widget; its cells numbered and named."""
    notebook = nbformat.from_dict(notebook)
    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    _name_cells(notebook.cells)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k in KEPT_METADATA})
    for number, cell in enumerate(code_cells(notebook), start=1):
        cell.execution_count = number
        cell.outputs = [_tidy_output(output, number) for output in _joined_streams(cell.get("outputs", []))]
    return notebook


def text_of(notebook: NotebookNode) -> str:
    """The file that a notebook is stored as."""
    return nbformat.writes(notebook) + "\n"


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells that hold code, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def main(names: list[str]) -> int:
    """Tidy notebooks in place; exit status 1 if one was not tidy, or is none."""
    told = [line for name in names for line in _tidy_file(Path(name))]
    print(*told, sep="\n", end="\n" if told else "")
    return 1 if told else 0


def _tidy_file(path: Path) -> list[str]:
    try:
        stored = path.read_bytes().decode("utf-8")  # as bytes, so that \r\n is seen
        notebook = tidy(nbformat.reads(stored, as_version=4))
        nbformat.validate(notebook)
        text = text_of(notebook)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError) as problem:
        return [f"{path} is no notebook that could be read: {str(problem).splitlines()[0]}"]
    if text == stored:
        return []
    path.write_text(text, "utf-8", newline="\n")
    return [f"{path} was tidied: look at it, and add it again"]


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
    raise SystemExit(main(sys.argv[1:]))
