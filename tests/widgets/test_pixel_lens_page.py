"""The pixel lens in a real JupyterLab: pointing, typing and choosing light up the right place."""

import pytest

from tests.notebooks import notebook
from tests.widget_page import fact, find, look, wait

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAKE = """
import mlpkit
from mlpkit.widgets import PixelLens
data = mlpkit.load()
lens = PixelLens(data.valid.images[46:58])
lens
"""


@pytest.fixture
def lens(open_notebook):
    page = open_notebook(notebook(MAKE))
    page.run(0)
    widget = find(page)
    wait(widget, status="ready", place=406)
    return page, widget


def test_pointing_at_a_pixel_lights_its_place(lens):
    _, widget = lens
    picture = widget.locator("canvas").first
    box = picture.bounding_box()
    picture.hover(position={"x": box["width"] * 5.5 / 28, "y": box["height"] * 3.5 / 28})
    wait(widget, place=28 * 3 + 5)
    assert "28 · 3 + 5 = 89" in widget.inner_text()


def test_pointing_at_the_row_and_the_keyboard_do_it_too(lens):
    page, widget = lens
    line = widget.locator("canvas").nth(1)
    box = line.bounding_box()
    line.hover(position={"x": box["width"] * 400.5 / 784, "y": 30})
    wait(widget, place=400)
    slider = widget.get_by_label("Place in the row")
    slider.focus()
    for _ in range(3):
        widget.page.keyboard.press("ArrowRight")
    wait(widget, place=403)
    assert len(page.outputs()) == 1


def test_another_image_and_the_wrong_way(lens):
    _, widget = lens
    before = fact(widget, "value")
    widget.get_by_label("Flattened by").select_option("wrong")
    wait(widget, way="wrong")
    assert "of image" in widget.inner_text()
    widget.get_by_label("Image", exact=True).select_option("4")
    wait(widget, image=4)
    widget.get_by_label("Flattened by").select_option("right")
    widget.get_by_label("Image", exact=True).select_option("0")
    wait(widget, way="right", image=0, value=before)


def test_it_comes_back_after_a_reload_of_the_page(lens):
    page, _ = lens
    page.reload_page()
    wait(find(page), status="ready", place=406)


def test_it_looks_right_and_axe_finds_nothing(lens, lab):
    _, widget = lens
    look(lab, widget, "pixel-lens")
