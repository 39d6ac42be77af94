"""The gradient river in a real JupyterLab: step by step by mouse and keyboard, and it remembers."""

import pytest

from tests.notebooks import notebook
from tests.widget_page import axe, fact, find, keep, look, wait

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAKE = """
from mlpkit.widgets import GradientRiver
river = GradientRiver()
river
"""
REAL = """
import numpy as np, mlpkit
data = mlpkit.load()
params = mlpkit.init_params([784, 32, 10], rng=np.random.default_rng(0))
GradientRiver(params, data.valid.images[:3], data.valid.labels[:3], activation=mlpkit.tanh)
"""


@pytest.fixture
def river(open_notebook):
    page = open_notebook(notebook(MAKE, REAL))
    page.run(0)
    widget = find(page)
    wait(widget, status="ready", at=0)
    return page, widget


def test_buttons_keys_and_slider_go_from_operation_to_operation(river):
    page, widget = river
    button = lambda name: widget.get_by_role("button", name=name)  # noqa: E731
    assert button("Previous").is_disabled()
    button("Next").click()
    wait(widget, at=1, makes="z1")
    assert "z1[0, 1] = 1 · (−1) + 0.5 · 0.5 + (−1) · 1 + 0.5 = −1.25" in widget.inner_text()
    button("Next").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        widget.page.keyboard.press(key)
    wait(widget, at=2, makes="a1")
    widget.page.keyboard.press("End")
    wait(widget, at=12, makes="db1")
    assert button("Next").is_disabled()
    widget.get_by_label("Operation").fill("10")
    wait(widget, makes="dz1")
    assert "0 closed" in widget.inner_text()
    widget.get_by_label("Operation").press("ArrowLeft")
    wait(widget, makes="da1")
    button("First").press("Enter")
    wait(widget, at=0)
    for key in "dda":  # in JupyterLab: delete the cell, add one above
        widget.page.keyboard.press(key)
    assert len(page.outputs()) == 2


def test_it_is_where_it_was_after_a_reload_and_two_stand_beside_each_other(river):
    page, widget = river
    widget.get_by_label("Operation").fill("6")
    wait(widget, at=6)
    page.run(1)
    other = find(page, 1)
    wait(other, status="ready", at=0, boxes=6)
    other.get_by_role("button", name="Last").click()
    wait(other, makes="db1")
    page.reload_page()
    wait(find(page, 0), at=6)
    wait(find(page, 1), at=12)


def test_it_looks_right_and_axe_finds_nothing(river, lab):
    page, widget = river
    widget.get_by_label("Operation").fill("10")
    wait(widget, at=10)
    look(lab, widget, "gradient-river")
    page.run(1)
    real = find(page, 1)
    wait(real, status="ready")
    real.get_by_label("Operation").fill("1")
    wait(real, at=1)
    keep(real, "gradient-river-real")
    assert axe(lab, real) == []
    assert fact(real, "makes") == "z1"
