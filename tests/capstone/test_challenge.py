"""A challenge keeps to its budget, hides the test images, can be stopped, and says what came out."""

import importlib
import os
import signal
import sys
from importlib import import_module
from itertools import count, islice

import numpy as np
import pytest

import mlpkit
from mlpkit import Examples
from mlpkit.capstone import challenge, leaderboard, model_card
from mlpkit.exercises import mine
from mlpkit.exercises.catalog import find
from mlpkit.exercises.workbook.store import change_record
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
    """A clock that is read twice a step: at the start, after each step, and at the end."""
    monkeypatch.setenv("MLPKIT_HEADLESS", "0")
    ticks = count()
    done = challenge(recipe, data, name="small", seconds=20, seeds=(0, 1), clock=lambda: next(ticks))
    assert [run.steps for run in done.runs] == [20, 20]
    assert [run.seconds for run in done.runs] == [21, 21]
    assert "20 s of computing" in repr(done)


def test_the_usual_clock_counts_computing_and_not_waiting(data, monkeypatch):
    monkeypatch.setenv("MLPKIT_HEADLESS", "0")
    (run,) = challenge(recipe, data, name="small", seconds=0.1, seeds=(0,)).runs
    assert run.seconds >= 0.1


class Clock:
    """A clock that only a recipe moves."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_training_before_the_first_step_counts(data, monkeypatch):
    monkeypatch.setenv("MLPKIT_HEADLESS", "0")
    clock = Clock()

    def trained_already(data, rng):
        last = list(islice(recipe(data, rng), 30))[-1]
        clock.now += 99
        return mlpkit.train(last.params, data, optimizer=mlpkit.sgd(0.1), epochs=99, rng=rng)

    with pytest.raises(ValueError, match=r"used 99\.0 s up to its first step, and the budget is 2 s"):
        challenge(trained_already, data, name="x", seconds=2, clock=clock)
    with pytest.raises(ValueError, match="used 31 steps up to its first step, and the budget is 30 steps"):
        challenge(trained_already, data, name="x", steps=30)
    assert [run.steps for run in challenge(trained_already, data, name="x", steps=50).runs] == [50] * 3
    assert len(leaderboard_file.read()[0]["entries"]) == 1


def test_a_loop_inside_the_recipe_ends_with_the_budget(data):
    before, ended = sys.getprofile(), []

    def looped(data, rng):
        for step in recipe(data, rng):
            last = step
        ended.append(last)
        return last

    with pytest.raises(ValueError, match=r"used 21 steps up to its first step.* without a loop"):
        challenge(looped, data, name="x", steps=20)
    assert not ended
    assert sys.getprofile() is before


def test_a_step_that_comes_after_the_end_does_not_count(data, monkeypatch):
    monkeypatch.setenv("MLPKIT_HEADLESS", "0")
    clock = Clock()

    def late(data, rng):
        yield from islice(recipe(data, rng), 3)
        clock.now += 500
        yield list(islice(recipe(data, rng), 500))[-1]

    (run,) = challenge(late, data, name="x", seconds=2, seeds=(0,), clock=clock).runs
    assert run.steps == 3
    (run,) = challenge(late, data, name="x", steps=100, seeds=(0,)).runs
    assert run.steps == 3


@pytest.mark.parametrize(
    ("learns_from", "images"),
    [
        (lambda data: data, 0),
        (lambda data: data.train, 0),
        (lambda data: Examples(data.train.images[:50], data.train.labels[:50]), 0),
        (lambda data: data.valid, 40),
        (lambda data: tuple(data.valid), 40),
        (lambda data: tuple(data.train), 0),
        (lambda data: Examples(*(np.concatenate(pair) for pair in zip(data.train, data.valid))), 40),
        (lambda data: Examples(data.valid.images[:9] / np.float32(255), data.valid.labels[:9]), 9),
        (lambda data: mlpkit.Dataset("all", ("a", "b", "c"), data.valid, data.train, data.train), 40),
    ],
)
@pytest.mark.parametrize("when", ["before", "returned", "wrapped", "generator", "second"])
def test_training_on_validation_images_is_noticed(data, learns_from, images, when):
    def on(source, rng):
        params = mlpkit.init_params([6, 8, 3], rng=rng)
        return mlpkit.train(params, source, optimizer=mlpkit.sgd(0.1), epochs=9, rng=rng)

    def before(data, rng):
        next(on(learns_from(data), rng))
        return on(data, rng)

    def second(data, rng):
        yield from islice(on(data, rng), 4)
        yield from islice(on(learns_from(data), rng), 4)

    recipes = {
        "before": before,
        "returned": lambda data, rng: on(learns_from(data), rng),
        "wrapped": lambda data, rng: mlpkit.validated(on(learns_from(data), rng), data.valid, 3),
        "generator": lambda data, rng: (step for step in on(learns_from(data), rng)),
        "second": second,
    }
    done = challenge(recipes[when], data, name="x", steps=9, seeds=(0, 1))
    assert done.validation_images == images
    assert ("validation images" in repr(done)) == bool(images)
    (entry,) = leaderboard_file.read()[0]["entries"]
    assert entry.get("validation_images", 0) == images
    assert ("learned from validation images" in repr(leaderboard())) == bool(images)
    card = model_card(done, data).text
    assert (f"It learned from {images} validation images" in card) == bool(images)


def test_only_functions_that_a_run_called_are_its_functions(data, book):
    for name in ("init_params", "adam_step", "momentum_step", "softmax"):
        change_record(lambda record: None, {f"{name}.py": find(name).solution.encode()})

    def with_adam(data, rng):
        init, loss_and_grads, optimizer, _ = mine.as_network("adam_step", 0.01)
        params = init([6, 8, 3], rng=rng)
        return mlpkit.train(
            params, data, optimizer=optimizer, epochs=9, rng=rng, loss_and_grads=loss_and_grads
        )

    assert challenge(recipe, data, name="x", steps=3).functions == ()
    done = challenge(with_adam, data, name="x", steps=3)
    assert done.functions == ("adam_step", "init_params")
    assert "- Functions written by the author: adam_step, init_params\n" in model_card(done, data).text
    assert "≈ " in model_card(done, data).text.partition("It took ")[2][:3]


def test_a_profile_function_is_put_back(data):
    def profile(frame, event, result):
        return None

    sys.setprofile(profile)
    try:
        challenge(recipe, data, name="x", steps=3)
        with pytest.raises(TypeError):
            challenge(lambda data, rng: [1], data, name="x", steps=3)
        assert sys.getprofile() is profile
    finally:
        sys.setprofile(None)


def test_without_a_reader_the_budget_is_in_steps(data):
    assert {run.steps for run in challenge(recipe, data, name="small").runs} == {400}


def test_the_best_measured_network_counts_not_the_last(data):
    params = network()

    def up_and_down(data, rng):
        good = next(islice(recipe(data, rng), 200, None))
        for number, p in enumerate((params, good.params, params), 1):
            yield good._replace(number=number, params=p, valid=mlpkit.evaluate(p, *data.valid))

    def short(data, rng):
        return (step for step, _ in zip(up_and_down(data, rng), range(3)))

    found = challenge(short, data, name="x", steps=500, seeds=(0,)).runs[0]
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
    monkeypatch.setattr(module, "REPORT_EVERY", 0.0)
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
        ({"recipe": lambda data, rng: None}, TypeError, "returned NoneType: expected what `train` returns"),
        ({"recipe": lambda data, rng: list(islice(recipe(data, rng), 1))[-1]}, TypeError, "returned Step"),
        ({"recipe": lambda data, rng: network()}, TypeError, "returned parameters"),
        ({"recipe": lambda data, rng: []}, ValueError, "made no step for seed 0"),
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

    found = challenge(into_the_same_array, data, name="x", steps=200, seeds=(0,)).runs[0]
    assert found.accuracy == mlpkit.evaluate(found.params, *data.valid).accuracy


def test_more_outputs_than_classes_are_told(data):
    def wide(data, rng):
        params = mlpkit.init_params([6, 9], rng=rng)
        return mlpkit.train(params, data, optimizer=mlpkit.sgd(0.1), epochs=1, rng=rng)

    assert "9 outputs, but there are 3 classes" in challenge(wide, data, name="x", steps=2, seeds=(0,)).note
    assert "outputs" not in challenge(recipe, data, name="y", steps=2, seeds=(0,)).note
