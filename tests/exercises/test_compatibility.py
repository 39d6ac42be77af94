"""Files that an early 0.1.0 wrote, before the package was rearranged, are read as they were meant.

`ada.zip` is a learner's folder: a notebook that was run, and `my_mlpkit`. `ben.zip` is an exported workbook.
"""

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mlpkit.clinic.records import record_of
from mlpkit.exercises import hint, mine, progress, reveal, solution
from mlpkit.exercises.report.collect import survey
from mlpkit.exercises.report.summarize import tables
from mlpkit.exercises.workbook import store, transfer
from mlpkit.exercises.workbook.progress import calibration
from mlpkit.exercises.workbook.record import exercise_record

FILES = Path(__file__).parent / "data_0_1"
PASSED = ["accuracy", "relu", "softmax", "cross_entropy"]


@pytest.fixture
def room(tmp_path):
    """A class of two: one handed in a folder, the other an exported workbook."""
    with zipfile.ZipFile(FILES / "ada.zip") as file:
        file.extractall(tmp_path)
    shutil.copy(FILES / "ben.zip", tmp_path)
    return tmp_path


@pytest.fixture(params=["as it lies", "imported"])
def workbook(request, room, monkeypatch):
    """The same workbook, used where it is, and brought into an empty one."""
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(room / "ada" / "my_mlpkit"))
    if request.param == "imported":
        monkeypatch.setenv("MLPKIT_WORKBOOK", str(room / "new"))
        transfer.import_workbook(FILES / "ben.zip")
    return store.workbook_dir()


def test_the_functions_work(workbook):
    assert repr(mine).startswith(f"yours: {', '.join(PASSED)} (4 of ")
    assert mine.softmax(np.zeros((1, 2))).tolist() == [[0.5, 0.5]]
    assert mine.cross_entropy(np.zeros((2, 10)), np.array([3, 4])) == pytest.approx(np.log(10))
    assert mine.accuracy(np.eye(3), np.arange(3)) == 1.0
    assert mine.whose(*PASSED) == f"yours: {', '.join(PASSED)}"


def test_the_record_is_whole(workbook, capsys):
    record = store.read_record()
    assert exercise_record(record, "softmax") == {
        "attempts": 2, "hints": 2, "passed": True, "outcome": "passed", "mistakes": ["sum-over-everything"],
        "forwards": False, "solution": True,
    }  # fmt: skip
    assert exercise_record(record, "one_hot")["outcome"] == "incorrect"
    assert calibration(record) == [(60, 1, 0), (80, 1, 1)]
    assert len(record["predictions"]) == 5
    assert record_of("high-fever")["right"]
    assert capsys.readouterr().out == ""  # nothing of it counts as damage


def test_what_a_learner_sees_goes_on_from_there(workbook):
    told = repr(progress())
    assert told.startswith("4 of ")
    assert "80 % sure: 1 of 1 right" in told
    assert repr(hint("softmax")).startswith("Hint 3 of 4")
    assert "def softmax" in repr(solution("softmax"))
    assert repr(reveal("loss-start", "2.3")) == "✓ You were right (80 % sure)."


def test_the_report_says_the_same_of_both(room):
    work = survey(room)
    assert (work.learners, work.unread) == (["ada", "ben"], [])
    for learner in work.learners:
        rows = [row for row in work.rows if row.learner == learner]
        assert [row.exercise for row in rows if row.outcome == "passed"] == PASSED
        assert [row.exercise for row in rows if row.outcome == "incorrect"] == ["one_hot"]
        assert [(row.attempts, row.hints) for row in rows if row.exercise == "softmax"] == [(2, 2)]
    assert [line[1:] for line in tables(work)[0].lines] == [("4/28", 1, 6, 2, "2/4", "one_hot")] * 2
    assert len({row.program for row in work.rows if row.exercise == "relu"}) == 1


def test_the_results_in_the_notebook_count_without_a_workbook(room):
    shutil.rmtree(room / "ada" / "my_mlpkit")
    rows = [row for row in survey(room).rows if row.learner == "ada"]
    assert [row.exercise for row in rows if row.outcome == "passed"] == PASSED
    assert {row.sources for row in rows if row.outcome == "passed"} == {"04_softmax.ipynb"}
