"""Dropout's gradients are right and its scale too, it is off at test; early stopping keeps the best step."""

import numpy as np
import pytest

import mlpkit
from mlpkit import History, Metrics, Step, dropout, early_stopping, validated
from tests.nets import examples, make

RNG = np.random.default_rng


def same_masks(rate, activation=mlpkit.relu, seed=3):
    """A loss_and_grads that drops the same units in every call, as a gradient check needs it."""
    return lambda *batch: dropout(rate, RNG(seed), activation)(*batch)


@pytest.mark.parametrize("activation", [mlpkit.relu, mlpkit.leaky_relu, mlpkit.tanh, mlpkit.sigmoid])
@pytest.mark.parametrize("rate", [0.2, 0.6])
def test_the_gradients_are_those_of_the_network_that_is_left(rate, activation):
    params, images, labels = make([6, 8, 7, 3], 1)
    found = mlpkit.check_grads(same_masks(rate, activation), params, images, labels, rng=RNG(0))
    assert found.passed, found


def test_a_rate_of_0_drops_nothing():
    params, images, labels = make([6, 8, 7, 3], 1)
    plain, grads = mlpkit.loss_and_grads(params, images, labels)
    loss, dropped = dropout(0.0, RNG(0))(params, images, labels)
    assert loss == pytest.approx(plain)
    np.testing.assert_allclose(dropped.flat, grads.flat)
    assert np.allclose(loss.logits, plain.logits)


def test_on_average_the_next_layer_gets_what_it_gets_without():
    params, images, labels = make([6, 40, 3], 2)  # one hidden layer: the logits are linear in what is kept
    function = dropout(0.5, RNG(0))
    mean = np.mean([function(params, images, labels)[0].logits for _ in range(6_000)], axis=0)
    true = mlpkit.forward(params, images).logits
    assert np.abs(mean - true).max() < 0.06 * np.abs(true).max()


def test_about_so_many_units_are_off_and_the_others_larger():
    weights = (np.ones((1, 1000), np.float32), np.zeros(1000, np.float32))
    params = mlpkit.Params([weights, (np.eye(1000, 3, dtype=np.float32), np.zeros(3, np.float32))])
    _, grads = dropout(0.25, RNG(0))(params, np.ones((1, 1), np.float32), np.array([0]))
    entered = np.abs(grads[1].weights).max(axis=1)  # a^T dz: a times one row of dz
    values = np.unique((entered / entered.max()).round(5))
    assert values.tolist() == [0, 1]
    assert np.mean(entered == 0) == pytest.approx(0.25, abs=0.04)


def test_float32_stays_float32_and_the_seed_decides():
    params, images, labels = make([6, 8, 3], 1, dtype=np.float32)
    (_, a), (_, b), (_, c) = (dropout(0.5, RNG(seed))(params, images, labels) for seed in (0, 0, 1))
    assert a.dtype == np.float32
    np.testing.assert_array_equal(a.flat, b.flat)
    assert (a.flat != c.flat).any()


@pytest.mark.parametrize("rate", [-0.1, 1.0, float("nan")])
def test_a_rate_that_cannot_be_is_refused(rate):
    with pytest.raises(ValueError, match="rate is"):
        dropout(rate, RNG(0))


def test_what_is_no_generator_is_refused():
    with pytest.raises(TypeError, match="default_rng"):
        dropout(0.5, 0)


def test_validation_asks_all_units():
    split = examples()
    params = mlpkit.init_params([6, 8, 3], rng=RNG(0))
    steps = mlpkit.train(
        params,
        split,
        optimizer=mlpkit.sgd(0.1),
        epochs=3,
        batch_size=20,
        rng=RNG(0),
        loss_and_grads=dropout(0.5, RNG(1)),
    )
    found = list(validated(steps, split, 2))
    assert [step.number for step in found if step.valid] == [2, 4, 6, 8]
    assert all(step.valid == mlpkit.evaluate(step.params, *split) for step in found if step.valid)


def test_how_often_and_on_what_is_checked_at_once():
    with pytest.raises(ValueError, match="every is 0"):
        validated([], examples(), 0)
    with pytest.raises(TypeError, match=r"valid is Dataset: expected Examples.*data\.valid"):
        validated([], mlpkit.Dataset("toy", ("a",), *[examples()] * 3), 2)


def a_run(**settings):
    params = mlpkit.init_params([6, 3], rng=RNG(0))
    return mlpkit.train(params, examples(), optimizer=mlpkit.sgd(0.1), batch_size=1, rng=RNG(0), **settings)


def test_a_small_number_of_numpys_says_how_often_in_a_long_run_too():
    steps = list(validated(a_run(epochs=3), examples(), np.int8(50)))
    assert len(steps) > 128
    assert [step.number for step in steps if step.valid] == list(range(50, len(steps) + 1, 50))


def test_an_interrupt_while_validating_ends_the_loop_and_keeps_the_step(monkeypatch):
    measured = []

    def pressed(*arguments):
        if len(measured) == 2:
            raise KeyboardInterrupt
        measured.append(1)
        return Metrics(1.0 / len(measured), 0.5)

    monkeypatch.setattr(mlpkit.core.regularizers, "evaluate", pressed)
    history = History()
    best = early_stopping(validated(a_run(epochs=1), examples(), 4), 99, history)
    assert best.number == 8
    assert history.column("step").tolist() == list(range(1, 13))
    assert np.isnan(history.column("valid_loss")[-1])


def steps_with(losses):
    return [
        Step(n, 0, 1.0, 0.5, 0.1, None, None, None, None if loss is None else Metrics(loss, 0.5))
        for n, loss in enumerate(losses, 1)
    ]


@pytest.mark.parametrize(
    ("losses", "patience", "best", "seen"),
    [
        ([3, 2, 1, 2, 3, 0], 2, 3, 5),  # the lower loss after the end of its patience is not seen
        ([3, 2, 1, 2, 3, 0], 3, 6, 6),
        ([None, 3, None, 2, None, 2, None, 2, 1], 2, 4, 8),  # as low as before is no better
        ([1, 2], 9, 1, 2),
        ([float("nan"), 1.0, 2.0], 5, 1, 3),
    ],
)
def test_the_best_step_is_kept(losses, patience, best, seen):
    given = []
    found = early_stopping((given.append(step) or step for step in steps_with(losses)), patience)
    assert (found.number, len(given)) == (best, seen)


def test_every_step_is_recorded():
    split = examples()
    params = mlpkit.init_params([6, 8, 3], rng=RNG(0))
    steps = mlpkit.train(params, split, optimizer=mlpkit.sgd(0.1), epochs=2, batch_size=20, rng=RNG(0))
    history = History()
    best = early_stopping(validated(steps, split, 1), 99, history)
    assert len(history) == 6
    assert best.valid.loss == history.column("valid_loss").min()


def test_nothing_measured_is_an_error_with_a_cure():
    with pytest.raises(ValueError, match="validated"):
        early_stopping(steps_with([None, None]), 3)
