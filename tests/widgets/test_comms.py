"""A cell that is run again closes what it opened: after 20 runs there are as many widgets as after one."""

from types import SimpleNamespace

import ipywidgets
import numpy as np
import pytest

import mlpkit
from mlpkit.exercises import backup, guess, progress, recall, review
from mlpkit.exercises.quiz import recall as recall_module
from mlpkit.exercises.quiz.bank import questions
from mlpkit.widgets import TrainingDeck

FEW = mlpkit.Examples(np.zeros((8, 784), np.float32), np.arange(8))
CELLS = {
    "guess": lambda: guess("rate", "What will a rate of 10 do?", ["learn faster", "blow up"]),
    "recall": lambda: recall([("Softmax of equal logits?", ["all 0", "all equal"], "all equal")]),
    "review": review,
    "progress": progress,
    "backup": backup,
    "deck": lambda: TrainingDeck(FEW, epochs=1),
}


@pytest.mark.parametrize("name", CELLS)
def test_twenty_runs_of_a_cell_leave_as_many_widgets_as_one(name, monkeypatch, tmp_path):
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path))
    monkeypatch.setattr("mlpkit.exercises.panel.live", lambda: True)
    monkeypatch.setattr(recall_module, "chosen", lambda *_: list(questions())[:3])
    run = iter(range(100))

    def shell():
        message = {"metadata": {"cellId": name}, "header": {"msg_id": str(number)}, "content": {"code": ""}}
        return SimpleNamespace(get_parent=lambda: message)

    monkeypatch.setattr("IPython.get_ipython", shell)
    counts = []
    for _ in range(20):
        number = next(run)
        shown = CELLS[name]()
        shown._repr_mimebundle_()
        counts.append(len(ipywidgets.widgets.widget._instances))
    assert len(set(counts)) == 1
