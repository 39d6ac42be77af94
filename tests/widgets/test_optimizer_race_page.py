"""The optimiser race in a real JupyterLab: play, pause, scrub, rates, surfaces, a learner's own lane."""

import pytest

from tests.notebooks import notebook
from tests.widget_page import fact, find, keep, look, wait

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAKE = """
import numpy as np
from mlpkit.widgets import OptimizerRace
def uncorrected(param, grad, mean, mean_square, step, learning_rate, b1, b2, eps):
    mean = b1 * mean + (1 - b1) * grad
    mean_square = b2 * mean_square + (1 - b2) * grad**2
    return param - learning_rate * mean / (np.sqrt(mean_square) + eps), mean, mean_square
def broken(layers, grads, learning_rate):
    raise ZeroDivisionError("<b>on purpose</b>")
race = OptimizerRace({"yours": uncorrected, "broken": broken})
race
"""


@pytest.fixture
def race(open_notebook):
    page = open_notebook(notebook(MAKE))
    page.run(0)
    widget = find(page)
    wait(widget, status="ready", surface="ravine", at=120, lanes=8)
    return page, widget


def test_play_pause_step_and_scrub(race):
    page, widget = race
    widget.get_by_role("button", name="Play").click()
    wait(widget, status="playing", at="x > 3 && x < 110")
    widget.get_by_role("button", name="Pause").press("Enter")
    wait(widget, status="ready")
    widget.get_by_role("button", name="To the start").click()
    wait(widget, at=0)
    widget.get_by_role("button", name="Step", exact=True).press("Space")
    wait(widget, at=1)
    slider = widget.get_by_label("Step", exact=True)
    slider.focus()
    for key in ("End", "ArrowLeft", "ArrowLeft"):
        widget.page.keyboard.press(key)
    wait(widget, at=118)
    for key in "dda":  # in JupyterLab: delete the cell, add one above
        widget.page.keyboard.press(key)
    assert len(page.outputs()) == 1


def test_rates_surfaces_and_lanes(race):
    _, widget = race
    assert "broken: ZeroDivisionError: <b>on purpose</b>\nin broken, line" in widget.inner_text()
    rate = widget.get_by_label("Learning rate of SGD")
    rate.press("End")
    wait(widget, rates="x && x.startsWith('10 ')")
    assert "overflowed" in widget.inner_text() or "out of the picture" in widget.inner_text()
    widget.get_by_role("button", name="Usual rates").click()
    wait(widget, rates="x && x.startsWith('0.95 ')")
    widget.get_by_label("Show SGD").uncheck()
    wait(widget, shown=7)
    widget.get_by_label("Loss against").select_option("seconds")
    wait(widget, against="seconds")
    widget.get_by_label("Surface").select_option("network")
    wait(widget, surface="network", at=60)


def test_the_words_of_the_old_surface_go_at_once(open_notebook):
    page = open_notebook(notebook(MAKE, "import time\ntime.sleep(5)"))
    page.run(0)
    widget = find(page)
    wait(widget, status="ready", surface="ravine")
    page.start(1)  # until it ends, the kernel cannot answer
    widget.get_by_label("Surface").select_option("bowl")
    widget.get_by_text('The optimisers start on the surface "bowl"').wait_for()
    wait(widget, surface="bowl")
    assert "The slope is the same on all sides." in widget.inner_text()


def test_it_comes_back_as_it_was_after_a_reload_of_the_page(race):
    page, widget = race
    widget.get_by_label("Surface").select_option("saddle")
    wait(widget, surface="saddle")
    widget.get_by_label("Learning rate of Adam", exact=True).press("Home")
    wait(widget, rates="x && x.includes('1e-4') || x.includes('0.0001')")
    rates = fact(widget, "rates")
    page.reload_page()
    wait(find(page), surface="saddle", at=120, rates=rates)


def test_it_looks_right_and_axe_finds_nothing(race, lab):
    _, widget = race
    look(lab, widget, "optimizer-race")
    widget.get_by_label("Surface").select_option("network")
    wait(widget, surface="network", at=60)
    keep(widget, "optimizer-race-network")
