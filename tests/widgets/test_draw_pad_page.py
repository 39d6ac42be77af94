"""The draw pad in a real JupyterLab: pen, rubber, undo, the grid by keyboard, what is read."""

import pytest

from tests.notebooks import notebook
from tests.widget_page import axe, fact, find, keep, look, wait

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAKE = """
from mlpkit.widgets import DrawPad
pad = DrawPad()
pad
"""


@pytest.fixture
def pad(open_notebook):
    page = open_notebook(notebook(MAKE, "print(pad.probabilities is None, pad.drawing.any(), pad)"))
    page.run(0)
    widget = find(page)
    wait(widget, status="ready", tool="pen", taken=6)
    return page, widget


def drag(widget, *places):
    """Draw with the mouse through places given in shares of the sheet."""
    box = widget.locator("canvas").first.bounding_box()
    mouse = widget.page.mouse
    for i, (x, y) in enumerate(places):
        mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
        if i == 0:
            mouse.down()
    mouse.up()


def test_a_one_and_a_seven_drawn_by_mouse_are_read(pad):
    page, widget = pad
    drag(widget, (0.6, 0.15), (0.5, 0.85))
    wait(widget, taken=1, ink="x > 300 && x < 2000")
    widget.get_by_role("button", name="Clear").click()
    wait(widget, ink=0, taken="")
    assert "Nothing is drawn yet" in widget.inner_text()
    drag(widget, (0.25, 0.2), (0.75, 0.2), (0.45, 0.85))
    wait(widget, taken=7)
    inked = int(fact(widget, "ink"))
    widget.get_by_role("button", name="Rubber").click()
    drag(widget, (0.1, 0.2), (0.9, 0.2))
    wait(widget, ink=f"x < {inked} && x > 100")
    widget.get_by_role("button", name="Undo").click()
    wait(widget, ink=inked, taken=7)
    drawn = fact(widget, "drawn")
    wait(widget, number=drawn)
    page.run(1)
    assert "False True" in page.text(1)
    assert "takes it for 7" in page.text(1)


def test_the_grid_is_worked_by_keyboard_alone(pad):
    page, widget = pad
    widget.get_by_role("button", name="Clear").press("Enter")
    wait(widget, ink=0)
    widget.get_by_role("button", name="Grid").press("Enter")
    wait(widget, tool="grid")
    press = widget.page.keyboard.press
    widget.page.wait_for_function("() => document.activeElement.getAttribute('role') === 'gridcell'")
    for _ in range(4):
        press("ArrowUp")
    for _ in range(8):
        press("Shift+ArrowDown")
    wait(widget, ink=64 * 9, taken=1)
    press("Space")
    wait(widget, ink=64 * 8)
    widget.get_by_role("gridcell", name="row 4, column 8, ink").wait_for()
    for key in "dda":  # in JupyterLab: delete the cell, add one above
        press(key)
    assert len(page.outputs()) == 2


def test_it_comes_back_as_it_was_after_a_reload_of_the_page(pad):
    page, widget = pad
    widget.get_by_role("button", name="A digit from MNIST").click()
    wait(widget, taken="x && x !== '6'")
    drag(widget, (0.5, 0.1), (0.5, 0.9))
    wait(widget, taken=1, ink="x > 300 && x < 2000")
    ink = fact(widget, "ink")
    wait(widget, number=fact(widget, "drawn"))
    page.reload_page()
    wait(find(page), ink=ink, taken=1)


def test_it_looks_right_and_axe_finds_nothing(pad, lab):
    _, widget = pad
    look(lab, widget, "draw-pad")
    widget.get_by_role("button", name="Grid").click()
    wait(widget, tool="grid")
    keep(widget, "draw-pad-grid")
    assert axe(lab, widget) == []
