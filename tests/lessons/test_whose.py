"""`mine.whose` tells a lesson, and its reader, whose functions are running."""

import pytest

from mlpkit.exercises import mine
from mlpkit.exercises.workbook.decorator import exercise


@pytest.fixture
def workbook(tmp_path, monkeypatch):
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path))


def test_whose_function_it_is_changes_when_it_passes(workbook):
    assert mine.whose("relu", "softmax") == "mlpkit's: relu, softmax"

    @exercise
    def relu(z):
        return (abs(z) + z) / 2

    assert mine.whose("relu", "softmax") == "yours: relu; mlpkit's: softmax"


def test_an_exercise_that_does_not_exist_is_refused(workbook):
    with pytest.raises(ValueError, match="relux"):
        mine.whose("relux")
