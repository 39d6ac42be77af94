"""Lesson 09 with all the learner's own functions: the network is theirs, and it gets everybody's numbers."""

import re

import nbformat
import pytest

from mlpkit.exercises.catalog import exercises
from mlpkit.exercises.workbook.store import function_file, passed_names
from tests.notebooks import ROOT
from tools import run

USED = [
    "adam_step",
    "backward",
    "cross_entropy",
    "cross_entropy_backward",
    "forward",
    "he_normal",
    "init_params",
]
RECIPE = """
def my_recipe(data, rng):
    init, own_loss_and_grads, optimizer, _ = mine.as_network("adam_step", 0.001)
    params = init([784, 64, 10], rng=rng)
    return train(params, data, optimizer=optimizer, epochs=1_000, rng=rng, loss_and_grads=own_loss_and_grads)
"""
MLPKITS = """
def my_recipe(data, rng):
    params = init_params([784, 64, 10], rng=rng)
    return train(params, data, optimizer=sgd(0.1), epochs=1_000, rng=rng)  # the challenge stops it
"""


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A workbook in which every exercise has passed."""
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path))
    for name, exercise in exercises().items():
        function_file(name).write_text(exercise.solution, "utf-8")
    return tmp_path


def said(cell):
    return "".join(o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in cell.outputs)


@pytest.mark.slow
def test_it_is_their_network_all_through(book):
    notebook = nbformat.read(ROOT / "lessons" / "09_your_network.ipynb", 4)
    (recipe,) = [cell for cell in notebook.cells if cell.id == "recipe"]
    assert MLPKITS in recipe.source
    recipe.source = recipe.source.replace(MLPKITS, RECIPE)
    run.execute(notebook, ROOT / "lessons")
    cells = {cell.id: said(cell) for cell in notebook.cells if cell.cell_type == "code"}
    assert not any(o.get("name") == "stderr" for c in notebook.cells for o in c.get("outputs", []))
    assert f"({len(passed_names())} of {len(passed_names())})" in cells["setup"]
    assert "nothing. This network is yours." in cells["own-experiment"]
    assert "mlpkit's" not in cells["parity-experiment"]
    assert "✗" not in cells["parity-experiment"]
    credited = re.search("Functions written by the author: (.*)", cells["card-code"])[1].split(", ")
    assert credited == USED
    assert {"leaderboard.json", "model_card.md"} <= {path.name for path in book.iterdir()}
