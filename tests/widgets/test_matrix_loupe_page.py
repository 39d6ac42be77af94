"""The matrix loupe in a real JupyterLab: rows, columns, places and the switch, by mouse and by keyboard."""

import pytest

from tests.notebooks import notebook
from tests.widget_page import axe, fact, find, look, settle, wait

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAKE = """
import numpy as np
import mlpkit
from mlpkit.widgets import MatrixLoupe
rng = np.random.default_rng(0)
data = mlpkit.load()
params = mlpkit.init_params([784, 128, 64, 10], rng=rng)
some = mlpkit.Examples(data.train.images[:3000], data.train.labels[:3000])
for step in mlpkit.train(params, some, optimizer=mlpkit.adam(), epochs=2, rng=rng):
    pass
loupe = MatrixLoupe(step.params, data)
loupe
"""
CHECK = "print(f'{mlpkit.forward(step.params, data.valid.images[[3]]).preactivations[0][0, 18]:.4f}')"


@pytest.fixture
def loupe(open_notebook):
    page = open_notebook(notebook(MAKE, CHECK))
    page.run(0)
    widget = find(page)
    wait(widget, status="ready")
    return page, widget


def test_every_control_works_and_it_comes_back(loupe, lab):
    page, widget = loupe
    widget.get_by_label("Row: image").fill("3")
    widget.get_by_label("Row: image").press("Enter")
    widget.get_by_role("option", name="Unit 17", exact=True).click()
    wait(widget, image=3, unit=17)
    lab.page.keyboard.press("ArrowRight")
    wait(widget, unit=18)
    page.run(1)
    wait(widget, z=f"Math.abs(x - {page.text(1).strip()}) < 1e-3")

    widget.get_by_label("Row: image").fill("99999")
    widget.get_by_label("Row: image").press("Enter")
    wait(widget, image=4999)
    assert widget.get_by_label("Row: image").input_value() == "4999"

    slider = widget.get_by_label("Place k")
    slider.focus()
    lab.page.keyboard.press("Home")
    wait(widget, place=0)
    lab.page.keyboard.press("ArrowRight")
    wait(widget, place=1)
    picture = widget.locator("canvas").first
    box = picture.bounding_box()
    picture.click(position={"x": box["width"] * 5.5 / 28, "y": box["height"] * 3.5 / 28})
    wait(widget, place=28 * 3 + 5)

    assert float(fact(widget, "gap")) > 0.1
    widget.get_by_role("button", name="Switch relu off").press("Enter")
    wait(widget, bend="off", gap="x < 1e-9")
    assert "The 3 layers equal one matrix" in widget.inner_text()
    before = fact(widget, "image")
    widget.get_by_role("button", name="Image ").first.click()
    wait(widget, image=f"x != '{before}'")
    where = {name: fact(widget, name) for name in ("image", "unit", "place", "bend")}

    page.reload_page()
    wait(find(page), status="ready", **where)
    assert len(page.outputs()) == 2


def test_it_looks_right_and_axe_finds_nothing(loupe, lab):
    _, widget = loupe
    look(lab, widget, "matrix-loupe")
    lab.page.set_viewport_size({"width": 800, "height": 1500})
    settle(lab)
    cut = """(e) => [...e.querySelectorAll('.mlp-loupe-table td')]
        .filter((td) => td.scrollWidth > td.clientWidth).length"""
    assert widget.evaluate(cut) == 0
    lab.page.set_viewport_size({"width": 1280, "height": 800})
    widget.get_by_role("button", name="Switch relu off").click()
    wait(widget, bend="off")
    assert axe(lab, widget) == []
