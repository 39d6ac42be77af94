"""Questions, a backup and a review in a real JupyterLab: answers are kept, a cell run again opens nothing."""

import zipfile

import pytest

from tests.notebooks import notebook

pytestmark = pytest.mark.browser

EXERCISE = """
import numpy as np
import mlpkit
from mlpkit.exercises import backup, exercise, mine

@exercise
def relu(z):
    return np.maximum(z, 0)
"""
COMMS = "from ipywidgets.widgets import widget; print(len(widget._instances))"
GUESS = 'mlpkit.guess("rate", "What will a rate of 10 do?", ["learn", "blow up"])'
RECALL = """
from mlpkit.exercises.quiz import bank
one, two = list(bank.questions().values())[:2]
mlpkit.recall([(q.question, q.choices, q.answer, q.why) for q in (one, two)])
"""


def test_the_download_holds_what_was_passed_after_the_button_was_shown(open_notebook, tmp_path):
    page = open_notebook(notebook("from mlpkit.exercises import backup; backup()", EXERCISE))
    page.run(0)
    button = page.locator("button").filter(has_text="Download your workbook")
    button.wait_for()
    page.run(1)
    assert "kept in your workbook" in page.text(1)
    assert "Your workbook is " in page.text(1)
    with button.page.expect_download() as download:
        button.click()
    assert download.value.suggested_filename == "my_mlpkit.zip"
    download.value.save_as(tmp_path / "my_mlpkit.zip")
    with zipfile.ZipFile(tmp_path / "my_mlpkit.zip") as file:
        assert file.namelist() == ["relu.py", "record.json"]


def test_a_workbook_is_brought_in(open_notebook, tmp_path):
    with zipfile.ZipFile(tmp_path / "again.zip", "w") as file:
        file.writestr(
            "my_mlpkit/relu.py", "import numpy as np\n\n\ndef relu(z):\n    return np.maximum(z, 0)\n"
        )
        file.writestr("__MACOSX/my_mlpkit/._relu.py", "x")
    page = open_notebook(notebook("from mlpkit.exercises import *; backup()", "mine.whose('relu')"))
    page.run(0)
    page.locator("input[type=file]").set_input_files(str(tmp_path / "again.zip"))
    page.locator("[role=status]").filter(has_text="added: relu").wait_for()
    page.run(1)
    assert "yours: relu" in page.text(1)


def test_a_guess_that_is_run_again_opens_nothing_more_and_keeps_its_answer(open_notebook):
    page = open_notebook(notebook("import mlpkit", GUESS, COMMS))
    page.run(0)
    page.run(1)
    box = page.locator("form.mlpkit-q")
    box.get_by_label("blow up").check()
    box.get_by_label("quite sure (80 %)").check()
    box.get_by_role("button", name="Answer").click()
    box.filter(has_text="Kept. Now run the next cell.").wait_for()
    page.run(2)
    before = page.text(2)
    for _ in range(3):
        page.run(1)
    page.locator("form.mlpkit-q").filter(has_text="Kept from before.").wait_for()
    page.run(2)
    assert page.text(2) == before


def test_the_keyboard_alone_answers_a_guess_and_downloads_a_backup(open_notebook):
    page = open_notebook(notebook("import mlpkit", GUESS, "from mlpkit.exercises import backup; backup()"))
    page.run_all()
    box, keyboard = page.locator("form.mlpkit-q"), page.page.keyboard
    box.get_by_label("learn").focus()
    keyboard.press("ArrowDown")
    keyboard.press("Tab")
    keyboard.press("ArrowDown")  # from "just guessing", which Tab reaches, to the next
    keyboard.press("Tab")
    keyboard.press("Enter")
    box.filter(has_text="Kept. Now run the next cell.").wait_for()
    chosen = box.locator("input:checked")
    assert [chosen.nth(i).get_attribute("value") for i in range(2)] == ["1", "1"]
    button = page.locator("button").filter(has_text="Download your workbook")
    for key in ("Enter", " "):
        button.focus()
        with button.page.expect_download():
            keyboard.press(key)


def told(form, right, wrong):
    """What a form says below its question, whether the answer was right or wrong."""
    words = form.locator("p")
    return words.filter(has_text=right).or_(words.filter(has_text=wrong))


def test_a_wrong_answer_comes_back_in_a_review(open_notebook):
    page = open_notebook(notebook("import mlpkit", RECALL, "mlpkit.review()", "mlpkit.progress()"))
    page.run(0)
    page.run(2)
    assert "Nothing to review yet" in page.text(2)
    page.run(1)
    forms = page.locator("form.mlpkit-q")
    for number in (0, 1):
        forms.nth(number).locator("input").first.check()
        forms.nth(number).get_by_role("button", name="Check").click()
        told(forms.nth(number), "Right.", "Choose again").wait_for()
    page.run(2)
    asked = page.locator("form.mlpkit-q").filter(has_text="How sure are you?").first
    asked.locator("fieldset").first.locator("input").first.check()
    asked.get_by_label("just guessing").check()
    asked.get_by_role("button", name="Answer").click()
    told(asked, "Right.", "The answer is").wait_for()
    page.run(3)
    assert "review()" in page.text(3)
