"""Runs without a browser: they stop, go on, change, branch off, and equal a plain loop to the bit."""

import numpy as np
import pytest

import mlpkit
from mlpkit.widgets.training_deck.controls import Settings, builder
from mlpkit.widgets.training_deck.runs import Setup, TrainingRun


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(5)
    centres = rng.integers(40, 216, (3, 12))

    def some(n):
        labels = rng.integers(0, 3, n)
        noise = rng.normal(0, 25, (n, 12))
        return mlpkit.Examples(np.clip(centres[labels] + noise, 0, 255).astype(np.uint8), labels)

    return mlpkit.Dataset("blobs", ("a", "b", "c"), some(100), some(30), some(40))


def make(data, optimizer=mlpkit.adam, epochs=3, batch_size=16, loss_and_grads=mlpkit.loss_and_grads, **start):
    build, rate, momentum, _ = builder(optimizer, start.get("learning_rate"), start.get("momentum"))
    params = mlpkit.init_params([12, 8, 3], rng=np.random.default_rng(1))
    setup = Setup(params, data, epochs, build, np.random.default_rng(2), loss_and_grads)
    return TrainingRun(setup, Settings(rate, momentum, batch_size), 1, 10**8)


def drive(run, steps=10**9):
    while steps and run.advance():
        steps -= 1
    return run


def plain(data, optimizer, epochs=3, batch_size=16):
    params = mlpkit.init_params([12, 8, 3], rng=np.random.default_rng(1))
    rng = np.random.default_rng(2)
    return list(
        mlpkit.train(params, data, optimizer=optimizer, epochs=epochs, batch_size=batch_size, rng=rng)
    )


def test_a_run_is_a_plain_training_loop(data):
    run, steps = drive(make(data)), plain(data, mlpkit.adam())
    assert run.done
    assert run.number == run.total == len(steps) == 21
    assert np.array_equal(run.now.params.flat, steps[-1].params.flat)
    assert run.history.column("loss").tolist() == [step.loss for step in steps]
    assert run.history.column("valid_accuracy")[-1] == steps[-1].valid.accuracy


def test_steps_taken_in_a_bundle_are_those_taken_one_by_one(data):
    single, bundle = drive(make(data)), make(data)
    assert bundle.advance(until=0.0).number == 1  # that moment is past: one step all the same
    assert bundle.advance(until=float("inf")) is None  # and then there is none left
    assert bundle.done
    assert bundle.history.column("loss").tolist() == single.history.column("loss").tolist()
    assert np.array_equal(bundle.now.params.flat, single.now.params.flat)


def test_a_change_in_the_middle_of_a_bundle_acts_at_once(data):
    def changing(params, images, labels):
        if run.number == 4:
            run.change(run.settings._replace(learning_rate=0.5))
        return mlpkit.loss_and_grads(params, images, labels)

    run = make(data, optimizer=mlpkit.sgd, learning_rate=0.1, loss_and_grads=changing)
    run.advance(until=float("inf"))
    assert run.history.column("learning_rate")[:6].tolist() == [0.1] * 4 + [0.5] * 2


@pytest.mark.parametrize("at", [0, 1, 6, 7, 8, 20])
def test_a_fork_with_the_same_settings_repeats_the_run_exactly(data, at):
    run = drive(make(data))
    fork = run.fork(at, run.settings, 2)
    assert fork.number == at
    assert len(fork.history) == at
    drive(fork)
    assert np.array_equal(fork.now.params.flat, run.now.params.flat)
    assert fork.history.column("loss").tolist() == run.history.column("loss").tolist()


def test_a_fork_leaves_the_run_it_came_from_alone(data):
    run = drive(make(data))
    before = run.history.rows.copy(), run.now.params.flat.copy(), run.settings
    drive(run.fork(5, Settings(0.5, None, 4), 2))
    assert np.array_equal(run.history.rows, before[0], equal_nan=True)
    assert np.array_equal(run.now.params.flat, before[1])
    assert run.settings == before[2]


def test_a_new_rate_acts_on_the_next_step_and_on_none_before(data):
    run = drive(make(data, mlpkit.sgd, learning_rate=0.1), 4)
    before = run.now.params.flat.copy()
    run.change(run.settings._replace(learning_rate=0.4))
    step = run.advance()
    assert run.history.column("learning_rate").tolist() == [0.1] * 4 + [0.4]
    assert np.allclose(step.params.flat, before - 0.4 * step.grads.flat, atol=1e-6)


def test_momentum_acts_on_the_next_step(data):
    run = drive(make(data, mlpkit.momentum, learning_rate=0.1), 3)
    velocity, before = run.now.state.velocity.flat.copy(), run.now.params.flat.copy()
    run.change(run.settings._replace(momentum=0.0))
    step = run.advance()
    assert np.abs(velocity).max() > 0
    assert np.allclose(step.params.flat, before - 0.1 * step.grads.flat, atol=1e-6)


def test_a_new_batch_size_acts_on_the_next_step_and_begins_a_new_pass(data):
    sizes = []

    def counting(params, images, labels):
        sizes.append(len(labels))
        return mlpkit.loss_and_grads(params, images, labels)

    bare = mlpkit.Examples(*data.train)
    run = drive(make(bare, loss_and_grads=counting), 3)
    run.change(run.settings._replace(batch_size=50))
    drive(run)
    assert sizes == [16] * 3 + [50] * 4  # the first pass was cut short, two more follow
    assert run.history.column("epoch").tolist() == [0, 0, 0, 1, 1, 2, 2]
    assert run.number == run.total == 7


def test_batch_size_may_change_before_the_first_step_and_in_the_last_epoch(data):
    run = make(data)
    run.change(run.settings._replace(batch_size=100))
    assert run.total == 3
    drive(run, 2)
    run.change(run.settings._replace(batch_size=50))
    drive(run)
    assert run.history.column("epoch").tolist() == [0, 1, 2, 2]
    assert run.done


def test_a_fork_from_before_a_change_of_batch_size_has_the_old_order(data):
    run = drive(make(data), 5)
    old = run.settings
    run.change(old._replace(batch_size=50))
    drive(run)
    fork = drive(run.fork(3, old, 2))
    assert fork.history.column("loss").tolist() == [s.loss for s in plain(data, mlpkit.adam())]


def test_after_an_error_the_state_is_kept_and_the_run_can_go_on(data):
    calls = []

    def failing(params, images, labels):
        calls.append(len(labels))
        if len(calls) == 5:
            raise ZeroDivisionError("a learner's mistake")
        return mlpkit.loss_and_grads(params, images, labels)

    bare = mlpkit.Examples(*data.train)
    run = make(bare, loss_and_grads=failing)
    with pytest.raises(ZeroDivisionError):
        drive(run)
    assert run.number == 4
    drive(run)
    assert run.history.column("loss").tolist() == [s.loss for s in plain(bare, mlpkit.adam())]


def test_an_interrupted_step_is_no_end(data):
    def interrupted(params, images, labels):
        raise KeyboardInterrupt

    run = make(data, loss_and_grads=interrupted)
    assert run.advance() is None
    assert not run.done


def test_step_zero_is_the_untrained_network(data):
    run = make(data)
    assert run.at(3).step == 0
    drive(run)
    assert run.at(0).params is run.setup.params
    assert run.at(10**6).step == 21


@pytest.mark.parametrize("labels", [None, 5])
def test_labels_that_are_none_are_named(data, labels):
    with pytest.raises(ValueError, match=r"training labels have shape \(\)"):
        make((data.train.images, labels))


def test_settings_that_cannot_be_leave_the_old_ones(data):
    run = drive(make(data), 2)
    with pytest.raises(ValueError, match="learning_rate"):
        run.change(run.settings._replace(learning_rate=-1))
    with pytest.raises(ValueError, match="batch_size is 0"):
        run.change(run.settings._replace(batch_size=0, learning_rate=0.5))
    assert run.settings.learning_rate == 0.001
    drive(run)
    assert run.history.column("loss").tolist() == [s.loss for s in plain(data, mlpkit.adam())]


@pytest.mark.parametrize(
    "ready",
    [mlpkit.sgd(0.05), mlpkit.momentum(0.05), mlpkit.adam(0.01), mlpkit.adamw(0.01), mlpkit.rmsprop(0.01)],
)
def test_the_rate_inside_a_ready_optimizer_is_found_and_steered(data, ready):
    run = make(data, ready)
    rate = run.settings.learning_rate
    assert rate in (0.05, 0.01)
    drive(run)
    assert np.array_equal(run.now.params.flat, plain(data, ready)[-1].params.flat)
    run = make(data, ready)
    run.change(run.settings._replace(learning_rate=2 * rate))
    drive(run)
    twice = {"sgd": mlpkit.sgd, "momentum": mlpkit.momentum, "adam": mlpkit.adam, "adamw": mlpkit.adamw}
    twice = twice.get(ready.name, mlpkit.rmsprop)(2 * rate)
    assert np.allclose(run.now.params.flat, plain(data, twice)[-1].params.flat, atol=1e-4)
    assert run.history.column("learning_rate").tolist() == pytest.approx([2 * rate] * 21)


def test_a_schedule_or_somebody_elses_optimizer_has_no_rate_to_steer():
    scheduled = builder(mlpkit.sgd(lambda step: 1 / step), None, None)
    own = mlpkit.Optimizer("mine", lambda params: 0, lambda params, grads, state: (params, state))
    assert scheduled[1] is None
    assert builder(own, None, None)[1:] == (None, None, "mine")
    changed = mlpkit.adam(0.01)._replace(name="changed", update=own.update)
    assert builder(changed, None, None)[1:] == (None, None, "changed")


def test_no_optimizer_takes_a_step_to_tell_its_rate():
    def update(params, grads, state):
        raise AssertionError("a step was taken")

    update.__module__ = "mlpkit.core.optimizers"
    silent = mlpkit.sgd(0.05)._replace(update=update)
    assert builder(silent, None, None)[1] == 0.05
    assert builder(mlpkit.adamw(0.02), None, None)[1] == 0.02
    assert builder(mlpkit.clipped(mlpkit.momentum(0.03), 1.0), None, None)[1] == 0.03


def test_a_learners_function_of_the_rate_is_built_anew_with_a_plain_number(data):
    seen = []

    def mine(learning_rate):
        seen.append(learning_rate)
        return mlpkit.sgd(learning_rate)

    run = make(data, mine, learning_rate=0.2)
    run.change(run.settings._replace(learning_rate=0.3))
    assert set(seen) == {0.2, 0.3}


def test_defaults_come_from_the_optimizer():
    assert builder(mlpkit.adam, None, None)[1:] == (1e-3, None, "adam")
    assert builder(mlpkit.momentum, None, None)[1:] == (0.1, 0.9, "momentum")
    assert builder(mlpkit.momentum, 0.5, 0.8)[1:] == (0.5, 0.8, "momentum")
    with pytest.raises(TypeError, match="optimizer is 'adam'"):
        builder("adam", None, None)


def test_a_shrunk_history_keeps_its_rows_first_and_last(data):
    run = drive(make(data))
    rows = run.history.rows.copy()
    run.history.shrink(6000)
    kept = [snapshot.step for snapshot in run.history.snapshots]
    assert 2 <= len(kept) < 21
    assert (kept[0], kept[-1]) == (1, 21)
    assert np.array_equal(run.history.rows, rows, equal_nan=True)
    assert len(run.history.until(9)) == 9
    assert all(snapshot.step <= 9 for snapshot in run.history.until(9).snapshots)
