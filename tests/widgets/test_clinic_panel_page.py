"""The clinic's panel in a real JupyterLab: a test, a wrong and a right diagnosis, another patient."""

import pytest

from tests.notebooks import notebook
from tests.widget_page import find, look, wait

pytestmark = pytest.mark.browser

MAKE = """
from mlpkit.clinic import MENU, patient, ward
from mlpkit.widgets import ClinicPanel
panel = ClinicPanel(patient, ["too-good", "flat-line"], MENU)
panel
"""
ASK = "print(panel.case.name, panel.case.left, list(panel.case.reports))"


@pytest.fixture
def clinic(open_notebook):
    page = open_notebook(notebook(MAKE, ASK))
    page.run(0)
    widget = find(page)
    wait(widget, status="ready", patient="too-good", left=6)
    return page, widget


def test_a_visit_with_mouse_and_keyboard(clinic, lab):
    page, widget = clinic
    widget.get_by_role("button", name="loss at start").click()
    wait(widget, status="ready", left=5, reports=1)
    assert "out of range" in widget.get_by_role("log").inner_text()
    widget.get_by_role("button", name="gradient check").press("Enter")
    wait(widget, status="ready", left=2, reports=2)
    assert widget.get_by_role("button", name="overfit 20").get_attribute("aria-disabled") == "true"
    assert "300 steps on 20 images (not enough points: 2 points left)" in widget.inner_text()
    widget.get_by_label("the network overfits").check()
    widget.get_by_role("button", name="Give this diagnosis").click()
    wait(widget, verdict="wrong")
    widget.get_by_label("the loss is averaged over classes too").check()
    widget.get_by_role("button", name="Give this diagnosis").press("Enter")
    wait(widget, verdict="right")
    assert "def cross_entropy" in widget.locator("pre").inner_text()
    page.run(1)
    assert page.text(1).strip() == "too-good 1 ['loss at start', 'gradient check']"

    page.reload_page()
    wait(find(page), left=1, reports=2, verdict="right")
    look(lab, find(page), "clinic-panel")


@pytest.mark.slow
def test_another_patient(clinic):
    page, widget = clinic
    widget.get_by_label("Patient").select_option("flat-line")
    wait(widget, status="ready", patient="flat-line", left=6)
    assert "the curve does not change" in widget.inner_text()
    widget.get_by_role("button", name="dtype").click()
    wait(widget, status="ready", left=5, reports=1)
    widget.get_by_role("button", name="Begin again").click()
    wait(widget, left=6, reports=0)
    page.run(1)
    assert page.text(1).strip() == "flat-line 6 []"
