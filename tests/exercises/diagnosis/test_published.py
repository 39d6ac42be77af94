"""Programs as people publish them: right ones pass, wrong ones are named or shown the place.

The tables stand in `tests/exercises/published`: a line "#### exercise | what is expected", and then a cell.
What is expected of a wrong one is the name of a listed mistake, the code of a trap, or "line 3: its source".
"""

import importlib
import re
from pathlib import Path

import pytest

from mlpkit.exercises import check, mine
from tests.sample import sample

from .test_traps import written

TABLES = Path(__file__).parents[1] / "published"


def programs(table):
    parts = re.split(r"^#### (.*)\n", (TABLES / table).read_text(), flags=re.M)[1:]
    return [(*f"{head} | ".split(" | ")[:2], cell) for head, cell in zip(parts[::2], parts[1::2])]


RIGHT, WRONG = programs("right.txt"), programs("wrong.txt")


@pytest.fixture
def code_found(monkeypatch):
    """The codes of the findings of the checks in this test."""
    module, codes = importlib.import_module("mlpkit.exercises.checker.check"), []
    diagnose = module.diagnose
    monkeypatch.setattr(module, "diagnose", lambda e: (found := diagnose(e), codes.append(found.code))[0])
    return codes


@pytest.mark.parametrize(
    ("exercise", "_", "cell"), sample(RIGHT, 4), ids=[f"{e}-{i}" for i, (e, *_) in enumerate(RIGHT)]
)
def test_a_right_program_passes_and_is_shown_no_place(exercise, _, cell):
    result = check(exercise, written(cell, mine=mine))
    assert (result.outcome, result.where, result.lines) == ("passed", None, None), result.message


@pytest.mark.parametrize(
    ("exercise", "expected", "cell"), WRONG, ids=[f"{e}-{i}" for i, (e, *_) in enumerate(WRONG)]
)
def test_a_wrong_program_is_named_or_shown_the_place(exercise, expected, cell, code_found):
    result = check(exercise, written(cell, mine=mine))
    assert result.outcome == "incorrect"
    place = result.where and f"line {result.where[0]}: {result.where[2]}"
    assert expected in (result.mistake, place, *code_found), (result.message, result.where)


def test_numbers_and_functions_in_a_list_may_not_change_either():
    def in_place(tape, count):
        grads = [0.0] * count
        grads[-1] = 1.0
        tape.reverse()
        for output, inputs, pull in tape:
            for number, grad in zip(inputs, pull(grads[output])):
                grads[number] = grads[number] + grad
        return grads

    result = check("backpropagate", in_place)
    assert (result.outcome, result.where[2]) == ("incorrect", "tape.reverse()")
