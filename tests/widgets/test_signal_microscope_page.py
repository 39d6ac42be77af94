"""The signal microscope in a real JupyterLab: every control answers, gradients open, errors are shown."""

import pytest

from tests.notebooks import notebook
from tests.widget_page import axe, fact, find, look, wait

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAKE = """
import mlpkit
from mlpkit.widgets import SignalMicroscope
def mine(fan_in, fan_out, rng):
    if fan_out == 512:
        raise RuntimeError("my own <b>mistake</b>")
    return rng.standard_normal((fan_in, fan_out)) * 0.1
microscope = SignalMicroscope(mlpkit.load(), scheme=mine)
microscope
"""


@pytest.fixture
def microscope(open_notebook):
    page = open_notebook(notebook(MAKE, "print(microscope)"))
    page.run(0)
    widget = find(page)
    wait(widget, status="ready", layers=10, scheme="yours: mine")
    return page, widget


def test_every_control_works_and_it_comes_back(microscope, lab):
    page, widget = microscope
    widget.get_by_label("Weights").select_option("normal, std 0.01")
    wait(widget, status="ready", scheme="normal, std 0.01", last="x < 1e-8")
    widget.get_by_label("Activation").select_option("tanh")
    widget.get_by_label("Weights").select_option("normal, std 1")
    wait(widget, status="ready", activation="tanh", last="x > 0.9")
    widget.get_by_role("button", name="Show gradients").press("Enter")
    wait(widget, status="ready", gradients="shown")
    assert "The gradient explodes" in widget.inner_text()
    depth = widget.get_by_label("Depth")
    depth.focus()
    for key in ("End", "ArrowLeft", "ArrowLeft"):
        lab.page.keyboard.press(key)
    wait(widget, status="ready", depth=48, layers=48)
    widget.get_by_role("button", name="Draw new weights").click()
    wait(widget, status="ready", seed=1)
    widget.get_by_label("Width").select_option("64")
    wait(widget, status="ready", width=64)
    widget.get_by_text("Numbers of every layer").first.click()
    assert widget.locator("tbody").first.locator("tr").count() == 48

    widget.get_by_label("Weights").select_option("yours: mine")
    wait(widget, status="ready", scheme="yours: mine")
    widget.get_by_label("Width").select_option("512")
    widget.get_by_role("alert").filter(has_text="my own <b>mistake</b>").wait_for()
    wait(widget, status="ready", width=64)  # the former network stays in view
    page.run(1)
    assert "48 layers of 64 units, activation tanh" in page.text(1)

    page.reload_page()
    widget = find(page)
    wait(widget, status="ready", depth=48, width=64, seed=1, gradients="shown", layers=48)
    assert fact(widget, "scheme") == "yours: mine"


def test_it_looks_right_and_axe_finds_nothing(microscope, lab):
    _, widget = microscope
    widget.get_by_label("Weights").select_option("he_normal")
    widget.get_by_role("button", name="Show gradients").click()
    wait(widget, status="ready", scheme="he_normal", gradients="shown")
    look(lab, widget, "signal-microscope")
    widget.get_by_label("Activation").select_option("tanh")
    wait(widget, status="ready", activation="tanh")
    assert axe(lab, widget) == []
