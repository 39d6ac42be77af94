"""The softmax faders in a real JupyterLab: each control by mouse and keyboard; what the shift breaks."""

import pytest

from tests.notebooks import notebook
from tests.widget_page import STANDS_STILL, axe, fact, find, look, settle, wait

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAKE = """
import mlpkit
from mlpkit.widgets import SoftmaxFaders
faders = SoftmaxFaders(class_names=mlpkit.load().class_names)
faders
"""
CHECK = """
import numpy as np
loss = mlpkit.cross_entropy((faders.logits / faders.temperature)[None], np.array([faders.label]))
print(f"{loss:.6f}", faders.label, faders.logits[0], faders.temperature)
"""


@pytest.fixture
def faders(open_notebook):
    page = open_notebook(notebook(MAKE, CHECK))
    page.run(0)
    widget = find(page)
    wait(widget, status="ready", label=4)
    return page, widget


def test_every_control_works_and_python_agrees(faders, lab):
    page, widget = faders
    slider = widget.get_by_label("logit of T-shirt/top")
    slider.focus()
    before = fact(widget, "loss")
    for key in ("ArrowRight", "ArrowRight", "End"):
        lab.page.keyboard.press(key)
    wait(widget, loss=f"x != '{before}'")
    assert slider.input_value() == "10"
    widget.get_by_label("true class: Bag").check()
    wait(widget, label=8)
    lab.page.keyboard.press("ArrowDown")
    wait(widget, label=9)
    widget.get_by_label("Temperature T").press("ArrowRight")
    wait(widget, temperature=1.12)
    page.run(1)
    loss, label, first, temperature = page.text(1).split()
    assert abs(float(loss) - float(fact(widget, "loss"))) < 1e-6
    assert (label, first, temperature) == ("9", "10.0", "1.12")
    assert len(page.outputs()) == 2

    page.reload_page()
    wait(find(page), label=9, temperature=1.12, loss=loss)


def test_a_thousand_more_breaks_the_naive_softmax_alone(faders, lab):
    _, widget = faders
    loss = fact(widget, "loss")
    add = widget.get_by_role("button", name="Add 1000")
    add.press("Enter")
    wait(widget, shifted="yes", naive="NaN")
    assert abs(float(fact(widget, "loss")) - float(loss)) < 1e-6
    assert widget.locator(".mlp-faders-naive").all_inner_texts() == ["NaN"] * 10
    add.click()
    wait(widget, shifted="no", naive="x != 'NaN'")
    widget.get_by_role("button", name="All equal").click()
    wait(widget, loss="2.302585")
    widget.get_by_role("button", name="Start again").click()
    wait(widget, loss=loss)
    lab.page.mouse.move(*middle(widget, "Coat"))
    lab.page.mouse.down()
    lab.page.mouse.move(*middle(widget, "Sandal"), steps=4)
    lab.page.mouse.up()
    wait(widget, label=5)  # dragged one row down


ARROWS = """(widget) => [...widget.querySelectorAll(".mlp-faders-lane")].map((lane) => {
    const a = lane.firstElementChild.getBoundingClientRect(), middle = lane.getBoundingClientRect();
    const right = (a.left + a.right) / 2 > (middle.left + middle.right) / 2;
    return [a.width, right, lane.nextElementSibling.textContent];
})"""


def test_a_small_gradient_has_an_arrow_and_a_gradient_of_nothing_has_none(faders, lab):
    _, widget = faders
    heat = widget.get_by_label("Temperature T")
    heat.focus()
    lab.page.keyboard.press("End")
    wait(widget, temperature="x >= 9.99")
    lab.js(STANDS_STILL)
    found = widget.evaluate(ARROWS)
    assert [width >= 3 for width, _, _ in found] == [True] * 10
    assert [right for _, right, _ in found] == [k != 4 for k in range(10)]
    lab.page.keyboard.press("Home")  # at 0.1 most probabilities are 0.000
    wait(widget, temperature="x <= 0.11")
    lab.js(STANDS_STILL)
    found = widget.evaluate(ARROWS)
    zero = [number == "0.000" for _, _, number in found]
    assert any(zero)
    assert [width == 0 for width, _, _ in found] == zero


def test_in_forced_colours_the_arrows_are_seen(faders, lab):
    _, widget = faders
    lab.page.emulate_media(forced_colors="active")
    try:
        colour = "(e) => getComputedStyle(e).backgroundColor"
        page = widget.evaluate(colour)
        for arrow in widget.locator(".mlp-faders-arrow").all():
            assert arrow.evaluate(colour) not in (page, "rgba(0, 0, 0, 0)")
        ink = "(e) => getComputedStyle(e).color"
        assert widget.evaluate(ink) == widget.locator(".mlp-note").last.evaluate(ink)
    finally:
        lab.page.emulate_media(forced_colors="none")


def middle(widget, name):
    box = widget.locator(".mlp-faders-name", has_text=name).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_it_looks_right_and_axe_finds_nothing(faders, lab):
    _, widget = faders
    look(lab, widget, "softmax-faders")
    lab.page.set_viewport_size({"width": 800, "height": 1500})
    settle(lab)
    row = widget.locator(".mlp-faders-row.mlp-is-true > *")
    assert [cell.is_visible() for cell in row.all()] == [True] * 8
    lab.page.set_viewport_size({"width": 1280, "height": 800})
    widget.get_by_role("button", name="Add 1000").click()
    wait(widget, naive="NaN")
    lab.theme("Dark")
    assert axe(lab, widget) == []
    lab.theme("Light")
    assert axe(lab, widget) == []
