"""A challenge keeps to its budget, hides the test images, can be stopped, and says what came out."""

import importlib
import os
import signal
import time
from importlib import import_module

import numpy as np
import pytest

import mlpkit
from mlpkit import Examples
from mlpkit.capstone import challenge, leaderboard
from tests.capstone.recipes import network, recipe

leaderboard_file = import_module("mlpkit.capstone.leaderboard")


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
    assert str(leaderboard()) == repr(leaderboard()) == leaderboard_file.EMPTY
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


@pytest.mark.parametrize(
    ("wrong", "error", "told"),
    [
        ({"seeds": 3}, TypeError, "seeds is 3: expected several"),
        ({"seeds": ()}, ValueError, "seeds is empty"),
        ({"seeds": (0, -1)}, ValueError, "seeds is -1"),
        ({"seeds": (0, 1.5)}, TypeError, "seeds is 1.5"),
        ({"recipe": 3}, TypeError, "recipe is int"),
        ({"recipe": lambda data, rng: None}, TypeError, "gave NoneType: expected Steps; end it"),
        ({"recipe": lambda data, rng: []}, ValueError, "gave no step for seed 0"),
    ],
)  # fmt: skip
def test_what_makes_no_challenge_is_refused_before_anything_is_trained(data, wrong, error, told):
    trained = []

    def noted(data, rng):
        trained.append(rng)
        return recipe(data, rng)

    with pytest.raises(error, match=told.replace("(", r"\(")):
        challenge(wrong.pop("recipe", noted), data, name="x", steps=1, **wrong)
    assert not trained


def test_examples_alone_are_no_data_for_a_challenge(data):
    with pytest.raises(TypeError, match="data is Examples: expected a Dataset"):
        challenge(recipe, data.train, name="x", steps=1)


def test_seeds_may_come_one_by_one(data):
    done = challenge(recipe, data, name="x", steps=1, seeds=(seed for seed in (4, 2)))
    assert [run.seed for run in done.runs] == [4, 2]
    assert done.complete


def test_stopped_before_the_first_step_is_no_fault_of_the_recipe(data):
    def pressed(data, rng):
        os.kill(os.getpid(), signal.SIGINT)
        return recipe(data, rng)

    done = challenge(pressed, data, name="x", steps=3)
    assert not done.runs
    assert "Stopped" in repr(done)


def test_the_best_network_stays_as_it_was_measured(data):
    def into_the_same_array(data, rng):
        first, *_, last = zip(range(100), recipe(data, rng))
        params = last[1].params.copy()
        yield last[1]._replace(params=params, valid=mlpkit.evaluate(params, *data.valid))
        params.flat = 0.0
        yield first[1]._replace(params=params, valid=mlpkit.evaluate(params, *data.valid))

    found = challenge(into_the_same_array, data, name="x", steps=5, seeds=(0,)).runs[0]
    assert found.accuracy == mlpkit.evaluate(found.params, *data.valid).accuracy
