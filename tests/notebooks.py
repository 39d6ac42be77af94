"""Small made-up notebooks, and one way to run pytest over them with the settings of this checkout."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent


def notebook(*sources, outputs=()):
    """A notebook of code cells, numbered; `outputs` gives the printed text stored with the first ones."""
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    for number, cell in enumerate(cells, start=1):
        cell.execution_count = number
    for cell, text in zip(cells, outputs):
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)] if text else []
    return nbformat.v4.new_notebook(cells=cells)


def pytest_over(folder, *options, **environment):
    """Run pytest on a folder outside the checkout, with this checkout's settings and conftest.py."""
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT)]
    command += ["-p", "conftest", "-p", "no:cacheprovider", "--color=no", *options, str(folder)]
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
