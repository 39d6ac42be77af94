"""The gradient-check microscope in a real JupyterLab: sliding on to the kink, nudging, another function."""

import pytest

from tests.notebooks import notebook
from tests.widget_page import fact, find, look, wait

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAKE = """
import mlpkit
from mlpkit.widgets import GradientCheckMicroscope
def twice(params, images, labels):
    loss, grads = mlpkit.loss_and_grads(params, images, labels)
    return loss, grads.like(2 * grads.flat)
def broken(params, images, labels):
    raise ZeroDivisionError("<b>on purpose</b>")
microscope = GradientCheckMicroscope({"mlpkit's": mlpkit.loss_and_grads, "twice": twice, "broken": broken})
microscope
"""


@pytest.fixture
def microscope(open_notebook):
    page = open_notebook(notebook(MAKE))
    page.run(0)
    widget = find(page)
    wait(widget, status="ready", slide=0, nudge=16)
    return page, widget


def test_the_slide_breaks_the_curve_and_the_lens_follows_eps(microscope):
    page, widget = microscope
    assert float(fact(widget, "best")) < 1e-8
    slide = widget.get_by_label("Distance from the kink")
    slide.focus()
    for key in ("End", "ArrowLeft", "End"):
        widget.page.keyboard.press(key)
    wait(widget, slide=20, best="x > 0.1")
    assert "on the kink" in widget.inner_text()
    slide.press("Home")
    wait(widget, slide=0, best="x < 1e-8")
    widget.get_by_label("eps, the change").press("End")
    wait(widget, nudge=0)
    chart = widget.locator("canvas").first
    box = chart.bounding_box()
    chart.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    wait(widget, nudge="18 < x && x < 26")
    for key in "dda":  # in JupyterLab: delete the cell, add one above
        widget.page.keyboard.press(key)
    assert len(page.outputs()) == 1


def test_a_wrong_gradient_is_wrong_at_every_eps_and_an_error_is_told(microscope):
    _, widget = microscope
    widget.get_by_label("Gradient").select_option("twice")
    wait(widget, chosen="twice", best="x > 0.3")
    assert "large at every eps" in widget.inner_text()
    widget.get_by_label("Gradient").select_option("broken")
    widget.get_by_text("ZeroDivisionError: <b>on purpose</b>").wait_for()
    wait(widget, chosen="twice")
    widget.get_by_label("Gradient").select_option("mlpkit's")
    wait(widget, chosen="mlpkit's", best="x < 1e-8")


def test_it_comes_back_as_it_was_after_a_reload_of_the_page(microscope):
    page, widget = microscope
    widget.get_by_label("Distance from the kink").fill("8")
    wait(widget, slide=8)
    widget.get_by_label("eps, the change").fill("40")
    wait(widget, nudge=4)
    page.reload_page()
    wait(find(page), slide=8, nudge=4)


def test_it_looks_right_and_axe_finds_nothing(microscope, lab):
    _, widget = microscope
    widget.get_by_label("Distance from the kink").fill("8")
    wait(widget, slide=8)
    look(lab, widget, "gradient-check-microscope")
