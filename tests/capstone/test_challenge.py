"""A challenge keeps to its budget, hides the test images, can be stopped, and says what came out."""

import importlib
import os
import signal
import time

import numpy as np
import pytest

import mlpkit
from mlpkit import Examples
from mlpkit.capstone import board, challenge, leaderboard
from tests.capstone.recipes import network, recipe


def test_a_budget_in_steps(data):
    done = challenge(recipe, data, name="small", steps=12)
    assert [run.seed for run in done.runs] == [0, 1, 2]
    assert [run.steps for run in done.runs] == [12, 12, 12]
    for run in done.runs:
        assert run.accuracy == mlpkit.evaluate(run.params, *data.valid).accuracy
    assert done.mean == pytest.approx(np.mean([run.accuracy for run in done.runs]))
    assert "12 steps for each seed" in repr(done)
    again = challenge(recipe, data, name="small", steps=12)
    assert [run.accuracy for run in again.runs] == [run.accuracy for run in done.runs]


def test_a_budget_in_seconds_of_computing(data, monkeypatch):
    monkeypatch.setenv("MLPKIT_HEADLESS", "0")
    began = time.process_time()
    done = challenge(recipe, data, name="small", seconds=0.2, seeds=(0, 1))
    assert 0.4 <= time.process_time() - began < 2
    assert all(0.2 <= run.seconds < 0.6 for run in done.runs)
    assert "0.2 s of computing" in repr(done)


def test_without_a_reader_the_budget_is_in_steps(data):
    assert {run.steps for run in challenge(recipe, data, name="small").runs} == {400}


def test_the_best_measured_network_counts_not_the_last(data):
    params = network()

    def up_and_down(data, rng):
        good = list(recipe(data, rng))[200]
        for number, p in enumerate((params, good.params, params), 1):
            yield good._replace(number=number, params=p, valid=mlpkit.evaluate(p, *data.valid))

    def short(data, rng):
        return (step for step, _ in zip(up_and_down(data, rng), range(3)))

    found = challenge(short, data, name="x", steps=50, seeds=(0,)).runs[0]
    assert found.accuracy > mlpkit.evaluate(params, *data.valid).accuracy
    assert found.accuracy == mlpkit.evaluate(found.params, *data.valid).accuracy


def test_the_recipe_does_not_get_the_test_images(data):
    seen = []

    def curious(data, rng):
        seen.append(len(data.test.images))
        return recipe(data, rng)

    challenge(curious, data, name="x", steps=1)
    assert seen == [0, 0, 0]


def test_progress_is_told_where_somebody_reads(data, monkeypatch, capsys):
    monkeypatch.setenv("MLPKIT_HEADLESS", "0")
    module = importlib.import_module("mlpkit.capstone.challenge")
    monkeypatch.setattr(module, "TOLD_EVERY", 0.0)
    challenge(recipe, data, name="x", steps=5, seeds=(7,))
    assert "seed 7: 100 % of the budget" in capsys.readouterr().out


def test_the_stop_button_ends_it_and_keeps_what_was_learned(data):
    before = signal.getsignal(signal.SIGINT)

    def pressed(data, rng):
        for step in recipe(data, rng):
            if step.number == 5:
                os.kill(os.getpid(), signal.SIGINT)
            yield step

    done = challenge(pressed, data, name="x", steps=10**9)
    assert len(done.runs) == 1
    assert 1 < done.runs[0].steps <= 5
    assert not done.complete
    assert "Stopped" in repr(done)
    assert str(leaderboard()) == repr(leaderboard()) == board.EMPTY
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"seconds": 0}])
def test_a_budget_that_cannot_be_is_refused(data, wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        challenge(recipe, data, name="x", **wrong)


def test_data_without_validation_and_recipes_without_steps_are_refused(data):
    with pytest.raises(ValueError, match="validation"):
        challenge(
            recipe, data._replace(valid=Examples(data.valid.images[:0], data.valid.labels[:0])), name="x"
        )
    with pytest.raises(TypeError, match="train"):
        challenge(lambda data, rng: [1, 2], data, name="x")
