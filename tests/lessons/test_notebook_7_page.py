"""Lessons and widgets on the page of Jupyter Notebook 7: tests of JupyterLab's page, once more."""

import importlib.util

import pytest

from tests import browser
from tests.exercises.test_quiz_page import (  # noqa: F401 - pytest runs what is imported
    test_a_guess_that_is_run_again_opens_nothing_more_and_keeps_its_answer,
    test_a_workbook_is_brought_in,
    test_a_wrong_answer_comes_back_in_a_review,
    test_the_download_holds_what_was_passed_after_the_button_was_shown,
    test_the_keyboard_alone_answers_a_guess_and_downloads_a_backup,
)
from tests.notebooks import notebook
from tests.widget_page import keep, overflow, settle, wait
from tests.widgets.test_all_widgets_page import (  # noqa: F401
    shown,
    test_all_are_walked_through_by_tab_and_say_so_when_the_kernel_has_gone,
)
from tests.widgets.test_training_deck_page import (  # noqa: F401
    deck,
    test_a_reload_of_the_page_finds_everything_again_while_training_goes_on,
    test_an_error_in_the_learners_function_is_shown_with_its_line,
    test_buttons_answer_at_once_and_updates_are_few_while_training_runs,
    test_run_all_waits_for_the_end_and_buttons_are_heard_meanwhile,
    test_settings_act_on_the_next_step_by_keyboard,
    test_the_notebooks_stop_button_stops_training_and_the_kernel_goes_on,
)
from tools.run import LESSONS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("notebook") is None,
        reason="Notebook is missing: pip install -e '.[pages]'",
    ),
]

EXERCISE = """
import numpy as np
from mlpkit.exercises import exercise, mine

@exercise
def accuracy(logits, labels):
    guesses = logits.argmax(axis={axis})
    return np.mean(guesses == labels)
"""


@pytest.fixture(scope="module")
def lab(lab, tmp_path_factory):
    """Jupyter Notebook 7 in a page of its own; all that asks for JupyterLab's page gets this one."""
    notebook_7 = browser.Lab(tmp_path_factory.mktemp("notebook"), program="notebook", beside=lab)
    yield notebook_7
    notebook_7.close()


@pytest.mark.parametrize("name", ["00_start_here", "02_init"])
def test_a_lesson_runs(name, open_notebook, lab):
    page = open_notebook(LESSONS / f"{name}.ipynb", f"{name}.ipynb")
    page.run_all(seconds=120)
    for theme in ("Dark", "Light"):
        lab.theme(theme)
        lab.screenshot(f"notebook-{name}-{theme.lower()}")


def test_it_is_known_as_notebook_and_all_is_well(open_notebook):
    page = open_notebook(notebook("import mlpkit; mlpkit.doctor()", "mlpkit._where.place().code"))
    page.run_all()
    assert page.text(0) == "No problem found: Python, the widgets and the data are ready.\n"
    assert page.text(1) == "'notebook'"


def test_an_exercise_is_refused_and_then_passed(open_notebook):
    wrong, right = (EXERCISE.format(axis=axis) for axis in (0, 1))
    page = open_notebook(notebook(wrong, right, "print(mine.whose('accuracy'))"))
    page.run_all()
    assert "incorrect" in page.text(0)
    assert "✓ accuracy: passed" in page.text(1)
    assert page.text(2) == "yours: accuracy\n"


def test_the_deck_looks_well_light_and_dark(deck, lab):  # noqa: F811
    _, widget = deck("deck = TrainingDeck(small(6400), epochs=2)\ndeck")
    widget.get_by_role("button", name="Start", exact=True).click()
    wait(widget, status="finished")
    for theme in ("Dark", "Light"):
        lab.theme(theme)
        settle(lab)
        keep(widget, f"notebook-training-deck-{theme.lower()}")
        assert overflow(widget) == []
