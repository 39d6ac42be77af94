"""The course with NumPy in a tab, in a chromium: exercises, questions, the deck, the workbook.

MLPKIT_PYODIDE names a folder with npm's Pyodide and the wheels of NumPy, pillow and threadpoolctl for it
(also a newer IPython's, where Pyodide is older than the kernel expects). Without matplotlib's, nothing
is drawn.
"""

import os
from pathlib import Path

import pytest

from lite import build
from tests.lite.small_pyodide import gather
from tests.lite.tab_page import (
    ADD_CELL,
    NOTEBOOK_READY,
    RUN,
    RUN_CELLS,
    open_tab,
    skip_where_it_cannot_be_built,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        "MLPKIT_PYODIDE" not in os.environ, reason="MLPKIT_PYODIDE names no Pyodide with NumPy"
    ),
]

EXERCISE = """
@exercise
def relu(z):
    {}
"""
SETUP = """
import importlib.util
import numpy as np
from mlpkit import load
from mlpkit.exercises import exercise, guess, mine, recall
from mlpkit.widgets import TrainingDeck
data = load("fashion_mnist")
if importlib.util.find_spec("matplotlib") is None:
    TrainingDeck.figure = lambda deck: None
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    skip_where_it_cannot_be_built()
    folder = tmp_path_factory.mktemp("site")
    build.build(folder / "site", gather(Path(os.environ["MLPKIT_PYODIDE"]), folder / "pyodide"))
    return folder / "site"


def output(page, index):
    """What a cell shows."""
    return page.locator(".jp-Notebook .jp-Cell").nth(index).locator(".jp-OutputArea").first


def test_a_learner_works_there(site, tmp_path):
    pictures = Path(os.environ.get("MLPKIT_PICTURES", tmp_path))
    with open_tab(site) as page:
        page.set_default_timeout(60_000)
        cells = [
            SETUP,
            EXERCISE.format("return z"),
            EXERCISE.format("while True: pass"),
            EXERCISE.format("return np.maximum(z, 0)"),
            "guess('a-test', 'How much is 1 + 1?', ['1', '2'])",
            "recall([('How much is 2 + 2?', ['4', '5'], '4', 'Two and two.')])",
            "deck = TrainingDeck(data, epochs=20)\ndeck",
            "await deck.finished()\nprint('it is', deck.status)",
        ]
        for index, source in enumerate(cells):
            page.evaluate(ADD_CELL, [index, source.strip()])
        page.evaluate(RUN_CELLS, [0, 6])
        page.screenshot(path=pictures / "tab_exercises.png")
        ahead = page.locator("link[rel=prefetch][href*=train_images]")
        assert ahead.count() == 2  # the page fetches them while the learner reads
        told = [output(page, index).inner_text() for index in range(6)]
        assert "✗" in told[1], told
        assert "3 seconds" in told[2], told
        assert "✓" in told[3], told
        output(page, 4).get_by_text("2", exact=True).first.click()
        output(page, 5).get_by_text("4", exact=True).first.click()
        page.evaluate(RUN_CELLS, [6, 7])
        page.evaluate(f"() => {{ ({RUN_CELLS})([7, 8]); }}")  # this cell waits for the deck
        page.wait_for_selector(".mlp[data-status=running]")
        page.wait_for_function("() => +document.querySelector('.mlp[data-status]').dataset.number > 20")
        deck = page.locator(".mlp[data-status]")
        for button, status in (("Pause", "paused"), ("Continue", "running"), ("Stop", "stopped")):
            deck.locator("button", has_text=button).first.click()
            page.wait_for_selector(f".mlp[data-status={status}]", timeout=30_000)
        page.wait_for_function("() => document.body.innerText.includes('it is stopped')")
        page.screenshot(path=pictures / "tab_deck.png")
        page.reload()
        page.wait_for_function(NOTEBOOK_READY)
        kept = page.evaluate(
            RUN, "from mlpkit.exercises import mine\nprint(mine.relu([-1, 2]), mine.whose('relu'))"
        )
        assert "[0 2] yours" in kept
