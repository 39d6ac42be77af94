"""The confusion matrix in a real JupyterLab: cells open by mouse and by keyboard, and it survives."""

import pytest

from tests.notebooks import notebook
from tests.widget_page import axe, fact, find, look, wait

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAKE = """
import numpy as np
import mlpkit
from mlpkit.widgets import ConfusionMatrix
rng = np.random.default_rng(0)
data = mlpkit.load()
params = mlpkit.init_params([784, 64, 10], rng=rng)
some = mlpkit.Examples(data.train.images[:3000], data.train.labels[:3000])
for step in mlpkit.train(params, some, optimizer=mlpkit.adam(), epochs=2, rng=rng):
    pass
matrix = ConfusionMatrix(step.params, data)
matrix
"""
CHECK = "print(matrix.behind(5, 5)[:3], matrix.counts.trace(), matrix)"


def cell(widget, row, column):
    return widget.locator("tbody tr").nth(row).locator("td").nth(column)


def test_every_control_works_and_it_comes_back(open_notebook, lab):
    page = open_notebook(notebook(MAKE, CHECK))
    page.run(0)
    widget = find(page)
    wait(widget, status="ready")
    assert fact(widget, "row") != fact(widget, "column")  # it opens with the largest mistake
    assert 1 <= int(fact(widget, "shown")) <= 12

    cell(widget, 5, 5).click()
    wait(widget, status="ready", row=5, column=5, shown=12)
    assert "predicted correctly" in widget.inner_text()
    for key, row, column in [("ArrowRight", 5, 6), ("ArrowUp", 4, 6), ("Home", 4, 0), ("End", 4, 9)]:
        lab.page.keyboard.press(key)
        wait(widget, row=row, column=column)
    for key in "dda":  # in JupyterLab: delete the cell, add one above
        lab.page.keyboard.press(key)
    assert len(page.outputs()) == 2

    cell(widget, 5, 5).click()
    wait(widget, status="ready", row=5)
    widget.get_by_role("button", name="Next page").press("Enter")
    wait(widget, page=1)
    widget.get_by_role("button", name="Previous page").click()
    wait(widget, page=0)
    cell(widget, 5, 5).focus()
    lab.page.keyboard.press("PageDown")
    wait(widget, page=1)
    widget.get_by_label("Numbers").select_option("share of the true class")
    wait(widget, numbers="share of the true class")

    page.reload_page()
    widget = find(page)
    wait(widget, status="ready", row=5, column=5, page=1, numbers="share of the true class")
    page.run(1)
    assert "Confusion matrix: Of 5,000 examples ≈" in page.text(1)


def test_it_looks_right_and_axe_finds_nothing(open_notebook, lab):
    page = open_notebook(notebook(MAKE))
    page.run(0)
    widget = find(page)
    wait(widget, status="ready")
    look(lab, widget, "confusion-matrix")
    widget.get_by_label("Numbers").select_option("share of the predicted class")
    wait(widget, numbers="share of the predicted class")
    assert axe(lab, widget) == []
