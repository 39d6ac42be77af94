"""The prediction gallery in a real JupyterLab: it appears, every control works, it survives."""

import pytest

from tests.notebooks import notebook
from tests.widget_page import axe, fact, find, look, wait

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAKE = """
import numpy as np
import mlpkit
from mlpkit.widgets import PredictionGallery
rng = np.random.default_rng(0)
data = mlpkit.load()
params = mlpkit.init_params([784, 128, 64, 10], rng=rng)
some = mlpkit.Examples(data.train.images[:1000], data.train.labels[:1000])
for step in mlpkit.train(params, some, optimizer=mlpkit.adam(), epochs=2, rng=rng):
    pass
gallery = PredictionGallery(step.params, data)
gallery
"""


@pytest.fixture
def gallery(open_notebook):
    page = open_notebook(notebook(MAKE, "print(gallery)"))
    page.run(0)
    widget = find(page)
    wait(widget, status="ready")
    return page, widget


def test_it_shows_a_page_and_turns_it(gallery):
    _, widget = gallery
    assert fact(widget, "total") == "5000"
    widget.get_by_role("button", name="Next page").click()
    wait(widget, page=1)
    widget.get_by_role("button", name="Previous page").press("Enter")
    wait(widget, page=0)
    assert widget.get_by_role("button", name="Previous page").is_disabled()


def test_the_filters_let_through_what_they_say(gallery):
    page, widget = gallery
    widget.get_by_label("Show").select_option("most confident wrong")
    wait(widget, filter="most confident wrong")
    assert 0 < int(fact(widget, "total")) < 5000
    assert "✗" in widget.locator("li[role=option]").first.inner_text()
    page.run(1)
    assert "5,000 images, ≈" in page.text(1)


def test_the_keyboard_browses_and_jupyterlab_keeps_its_hands_off(gallery):
    page, widget = gallery
    widget.locator("li[role=option]").first.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "End", "Home", "ArrowRight"):
        widget.page.keyboard.press(key)
    wait(widget, chosen=1)
    widget.page.keyboard.press("PageDown")
    wait(widget, page=1)
    for key in "dda":  # in JupyterLab: delete the cell, add one above
        widget.page.keyboard.press(key)
    assert len(page.outputs()) == 2


def test_it_comes_back_after_a_reload_of_the_page(gallery):
    page, widget = gallery
    widget.get_by_role("button", name="Next page").click()
    wait(widget, page=1)
    page.reload_page()
    wait(find(page), page=1, total=5000)


def test_it_says_so_when_the_kernel_has_gone(gallery):
    page, widget = gallery
    page.lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    wait(widget, connected="no")
    assert "Run the cell again" in widget.inner_text()
    assert widget.get_by_role("button", name="Next page").is_disabled()
    page.run(0)
    wait(find(page), status="ready", connected="yes")


def test_it_looks_right_and_axe_finds_nothing(gallery, lab):
    _, widget = gallery
    look(lab, widget, "prediction-gallery")
    widget.get_by_label("Show").select_option("wrong")
    wait(widget, filter="wrong")
    assert axe(lab, widget) == []


def test_who_wants_less_motion_gets_none(gallery, lab):
    _, widget = gallery
    moving = "(root) => getComputedStyle(root.querySelector('.mlp-bar-fill')).transitionDuration"
    assert widget.evaluate(moving) != "0s"
    lab.page.emulate_media(reduced_motion="reduce")
    assert widget.evaluate(moving) == "0s"
    lab.page.emulate_media(reduced_motion="no-preference")
