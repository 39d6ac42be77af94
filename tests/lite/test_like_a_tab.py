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
import tests.lite.like_a_tab as tab
from mlpkit import load
from mlpkit import _site
from mlpkit.datasets import bundled, site
for name in ("mnist_10k", "fashion_mnist"):
    for size in (5_000, 0, 1_000):
        data, stored = load(name, valid_size=size), bundled.in_memory(name)
        cut = len(stored.train_labels) - size
        for (images, labels), pixels, classes in (
            (data.valid, stored.train_images[cut:], stored.train_labels[cut:]),
            (data.train, stored.train_images[:cut], stored.train_labels[:cut]),
            (data.test, stored.test_images, stored.test_labels),
        ):
            assert (images == pixels).all() and (labels == classes).all() and labels.dtype == classes.dtype
assert len(tab.asked) == len(set(tab.asked)) == 9, tab.asked  # each part once
print(images.shape, images.flags.writeable)
place = site.path("mnist_10k", "test_labels", 0, site.PARTS["mnist_10k"]["test_labels"][0][2])
tab.broken["data/mnist_10k/half.gz"] = tab.parts("mnist_10k")[place][:200]
for path, digest in (("data/mnist_10k/none.gz", ""), (place, "0" * 64), ("data/mnist_10k/half.gz", "")):
    try:
        _site.fetch(path, digest, packed=True)
    except OSError as problem:
        print(problem)
try:
    load("kmnist")
except ValueError as problem:
    print(problem)
"""

LATE = """
import copy, json
import tests.lite.like_a_tab as tab
from mlpkit import load
def told(paths):
    print(json.dumps(sorted(path.rpartition("/")[2].rpartition("-")[0] for path in paths)))
data = load()
len(data.train.labels), len(data.valid.labels), len(data.test.labels)
told(tab.asked)
told(tab.announced)
data.valid.images[46:62]
told(tab.asked)
images, labels = data.test
told(tab.asked)
few = data.test._replace(images=images[:2_000])
print(json.dumps([len(few.images), repr(few)[:24], len(copy.deepcopy(data.valid).images)]))
"""

FIRST_CELLS = """
import json, pathlib, sys
import tests.lite.like_a_tab as tab
tab.lock["matplotlib"] = {"name": "matplotlib", "file_name": "matplotlib.whl", "depends": []}
for path in sys.argv[1:]:
    cells = json.loads(pathlib.Path(path).read_text("utf-8"))["cells"]
    space = {}
    exec("".join(next(cell for cell in cells if cell["cell_type"] == "code")["source"]), space)
print("imported", *[name for name in sys.modules if name.partition(".")[0] in ("matplotlib", "PIL")])
print(tab.announced[0])
from mlpkit.figures import image_grid
print(type(image_grid(space["data"].valid.images[:4])).__name__, "matplotlib" in sys.modules)
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
    shape, missing, damaged, half, other = run(IMAGES, folder=tmp_path).splitlines()
    assert shape == "(10000, 784) False"
    assert "/static/mlpkit/data/mnist_10k/none.gz answers 404" in missing
    assert "is damaged: its SHA-256 sum begins with" in damaged
    assert "half.gz is damaged: it cannot be unpacked" in half
    assert "'kmnist'" in other


def test_images_come_when_they_are_looked_at(tmp_path):
    told = run(LATE, folder=tmp_path).splitlines()
    labels, announced, shown, _, copied = map(json.loads, told)
    assert labels == ["test_labels-0", "train_labels-0"]
    assert announced == ["train_images-0", "train_images-55000"]
    assert shown == ["test_labels-0", "train_images-55000", "train_labels-0"]
    assert copied == [2000, "Examples(images=array([[", 5000]


@pytest.mark.parametrize("names", [LESSONS[:2], pytest.param(LESSONS[2:], marks=pytest.mark.slow)], ids=len)
def test_the_first_cell_of_no_lesson_waits_for_what_draws(names, tmp_path):
    import matplotlib.font_manager  # noqa: F401 - it writes its list of fonts, once, from a thread

    lessons = [str(ROOT / "lessons" / name) for name in names]
    told = run(FIRST_CELLS, *lessons, folder=tmp_path, MLPKIT_DRAWS_LATE="1").splitlines()
    assert told[-3:] == ["imported", "matplotlib.whl", "Picture True"]


@pytest.mark.slow
@pytest.mark.parametrize("state", ["unsolved", "solved"])
@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_runs(name, state, tmp_path):
    book = str(tmp_path / "book")
    told = run(LESSON, str(ROOT / "lessons" / name), state, folder=tmp_path, MLPKIT_WORKBOOK=book)
    assert told.splitlines()[-1].startswith("all ")
