"""JupyterLab as `mlpkit lab` starts it, in a real browser."""

import json
import sys

import pytest

from tests.browser import CURRENT, FILE_PAGE, FOR_TESTS, start_server, stop_server
from tests.notebooks import notebook

pytestmark = pytest.mark.browser


def test_a_notebook_runs_and_a_widget_appears_and_answers(open_notebook):
    page = open_notebook(
        notebook("import ipywidgets; w = ipywidgets.IntSlider(3, description='rate'); w", "print(w.value)")
    )
    page.run_all()
    slider = page.locator(".widget-slider [role=slider], .widget-slider .noUi-handle").first
    slider.focus()
    slider.press("ArrowUp")
    page.run(1)
    assert page.text(1) == "4\n"


def test_an_error_in_a_cell_is_told(open_notebook):
    page = open_notebook(notebook("1 / 0"))
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        page.run_all()


def test_nothing_pops_up_at_the_start(open_notebook, lab):
    """A newcomer sees the lesson, not a question about news from the internet."""
    open_notebook(notebook("1"))
    settings = json.loads(lab.page.locator("#jupyter-config-data").text_content())
    assert "@jupyterlab/apputils-extension:announcements" in settings["disabledExtensions"]
    assert lab.page.locator(".jp-Dialog, .Toastify__toast").count() == 0


def test_the_environment_of_a_kernel_is_the_learners(open_notebook):
    page = open_notebook(
        notebook("import os; print(os.environ['OPENBLAS_NUM_THREADS'], os.environ.get('MLPKIT_HEADLESS'))")
    )
    page.run_all()
    assert page.text(0) == "1 None\n"


def test_the_page_can_be_loaded_anew(open_notebook):
    page = open_notebook(notebook("a = 1", "print(a + 1)"))
    page.run(0)
    page.reload_page()
    page.run(1)
    assert page.text(1) == "2\n"


def test_mlpkit_lab_opens_the_first_lesson(lab, tmp_path):
    command = [sys.executable, "-m", "mlpkit", "lab", str(tmp_path / "course"), "--", *FOR_TESTS]
    server, address = start_server(command, tmp_path, FILE_PAGE)
    page = lab.browser.new_page()
    try:
        page.goto(address)
        page.wait_for_function(
            f"() => window.jupyterapp && {CURRENT}?.context?.path === '00_start_here.ipynb'", timeout=60_000
        )
        page.wait_for_function(
            f"() => {CURRENT}.sessionContext.session?.kernel?.status === 'idle'", timeout=60_000
        )
    finally:
        page.close()
        stop_server(server)
