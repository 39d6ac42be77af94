"""What became of a lesson's outputs, line by line: to be read after an upgrade, before `git add`.

nbdime does the comparing; without it the lessons are made all the same, and a line says what to install.
"""

import io
import re
import sys
from types import SimpleNamespace

from nbformat import NotebookNode

from tools.tidy import code_cells

WITHOUT = "    To see here how outputs changed, line by line: pip install nbdime"
LINES = 60  # of one lesson; the rest is in git diff
ONLY_OUTPUTS = SimpleNamespace(
    sources=False, outputs=True, attachments=False, metadata=False, id=False, details=False
)


def outputs(stored: NotebookNode, new: NotebookNode) -> str:
    """How the outputs of one notebook differ from another's, as text, indented; pictures by their sums."""
    try:
        from nbdime import diff_notebooks
        from nbdime.prettyprint import PrettyPrintConfig, pretty_print_diff
    except ImportError:
        return WITHOUT
    text = io.StringIO()
    config = PrettyPrintConfig(
        out=text, include=ONLY_OUTPUTS, use_git=False, use_diff=False, use_color=sys.stdout.isatty()
    )
    before, after = _outputs_alone(stored), _outputs_alone(new)
    pretty_print_diff(before, diff_notebooks(before, after), "", config)
    named = re.sub(r"/cells/(\d+)/", lambda found: f"cell {int(found[1]) + 1}: ", text.getvalue())
    lines = [f"    {line}".rstrip() for line in named.strip().splitlines()]
    more = [f"    ... and {len(lines) - LINES} lines more: git diff"] if len(lines) > LINES else []
    return "\n".join(lines[:LINES] + more)


def _outputs_alone(notebook: NotebookNode) -> NotebookNode:
    """The code cells with nothing but their outputs; so counted, they have the numbers that a reader sees."""
    cells = [
        NotebookNode(
            cell_type="code", id=cell.id, metadata={}, source=cell.source, execution_count=None,
            outputs=cell.outputs,
        )
        for cell in code_cells(notebook)
    ]  # fmt: skip
    return NotebookNode(cells=cells, metadata={}, nbformat=4, nbformat_minor=5)
