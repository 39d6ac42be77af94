"""The course in a Python as poor as that of a browser tab: every exercise, the workbook, every lesson."""

import json
import os
import subprocess
import sys

import pytest

from tests.notebooks import ROOT

EXERCISES = """
import json, sys
import tests.lite.like_a_tab
from mlpkit.exercises import check
from mlpkit.exercises.catalog import exercises
found = {}
for name, exercise in exercises().items():
    found[name] = [str(check(name, exercise.reference))]
    for mistake in exercise.mistakes:
        found[name].append(str(check(name, mistake.variants[0])))
print(json.dumps(found))
"""

WORKBOOK = """
import tests.lite.like_a_tab
from mlpkit.exercises import exercise, mine, progress, backup
from mlpkit import doctor
source = "import numpy as np\\ndef relu(z):\\n    return np.maximum(z, 0)\\n"
space = {}
import linecache
linecache.cache["<cell>"] = (len(source), None, source.splitlines(True), "<cell>")
exec(compile(source, "<cell>", "exec"), space)
exercise(space["relu"])
print(mine)
print(backup())
doctor()
"""

LESSON = """
import sys
import tests.lite.like_a_tab
import nbformat
from IPython.core.interactiveshell import InteractiveShell
from tools.solve import solved
notebook = nbformat.read(sys.argv[1], 4)
if sys.argv[2] == "solved":
    notebook = solved(notebook)
shell = InteractiveShell.instance()
for cell in notebook.cells:
    if cell.cell_type == "code" and "raises-exception" not in cell.metadata.get("tags", []):
        result = shell.run_cell(cell.source, store_history=False)
        result.raise_error()
print("all", len(notebook.cells), "cells")
"""

IMAGES = """
import hashlib
import tests.lite.like_a_tab
import js
from mlpkit import load
from mlpkit.datasets import site
print(load("mnist_10k").train.images.shape, load("mnist_10k").train.images.flags.writeable)
for path, digest in (("none.gz", ""), ("mnist_10k/t10k-labels-idx1-ubyte.gz", "0" * 64)):
    try:
        site.fetch(path, digest)
    except OSError as problem:
        print(problem)
try:
    load("kmnist")
except ValueError as problem:
    print(problem)
"""

LESSONS = sorted(path.name for path in (ROOT / "lessons").glob("[0-9]*.ipynb"))


def run(code, *words, folder, **environment):
    """Run a program in a folder of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MLPKIT_HEADLESS": "1", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=280,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_every_check_says_what_it_says_elsewhere(tmp_path):
    here = EXERCISES.replace("import tests.lite.like_a_tab", "")
    if not hasattr(sys, "monitoring"):  # before Python 3.12 an endless program could not be stopped
        pytest.skip("Python 3.12 or newer can be watched")
    assert json.loads(run(EXERCISES, folder=tmp_path)) == json.loads(run(here, folder=tmp_path))


def test_what_passes_is_kept(tmp_path):
    told = run(WORKBOOK, folder=tmp_path, MLPKIT_WORKBOOK=str(tmp_path / "book"))
    assert (tmp_path / "book" / "relu.py").is_file()
    assert "backup()" in told.splitlines()[-1]  # the doctor says how to keep it


def test_the_images_come_from_the_site_and_are_checked(tmp_path):
    shape, missing, damaged, other = run(IMAGES, folder=tmp_path).splitlines()
    assert shape == "(3000, 784) False"
    assert "/static/mlpkit/data/none.gz answers 404" in missing
    assert "is damaged: its SHA-256 sum begins with" in damaged
    assert "'kmnist'" in other


@pytest.mark.slow
@pytest.mark.parametrize("state", ["unsolved", "solved"])
@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_runs(name, state, tmp_path):
    book = str(tmp_path / "book")
    told = run(LESSON, str(ROOT / "lessons" / name), state, folder=tmp_path, MLPKIT_WORKBOOK=book)
    assert told.splitlines()[-1].startswith("all ")
