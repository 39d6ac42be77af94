"""The fast form of a step gives the numbers of the clear one, and is taken for nothing but mlpkit's own."""

import itertools
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mlpkit
from mlpkit import loss_and_grads, train
from mlpkit.core._fused import fused_loss_and_grads, select_step
from mlpkit.core.losses import cross_entropy_parts
from tests.nets import ACTIVATIONS, examples, make, seeds, sizes

OPTIMIZERS = {"sgd": mlpkit.sgd(0.1), "adam": mlpkit.adam(0.01)}


def clear(activation):
    """The same function in a coat, which the fast form does not know."""
    return lambda *batch: loss_and_grads(*batch, activation=activation)


@settings(max_examples=100, deadline=None)
@given(sizes, seeds, st.sampled_from(ACTIVATIONS), st.integers(1, 9))
def test_one_batch_gives_the_same_numbers(sizes, seed, activation, batch):
    params, images, labels = make(sizes, seed, batch=batch)
    loss, grads = loss_and_grads(params, images, labels, activation=activation)
    found = fused_loss_and_grads(params, images, labels, activation)
    assert found.loss == pytest.approx(loss, rel=1e-12)
    np.testing.assert_allclose(found.grads.flat, grads.flat, rtol=1e-9, atol=1e-12)
    assert found.accuracy == mlpkit.accuracy(loss.logits, labels)


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
def test_fifty_steps_in_float32_stay_together(activation, optimizer):
    data = examples()

    def run(function):
        params = mlpkit.init_params([6, 9, 5, 3], rng=np.random.default_rng(0))
        rng = np.random.default_rng(1)
        how = {"optimizer": optimizer, "epochs": 50, "batch_size": 16, "rng": rng}
        return list(itertools.islice(train(params, data, loss_and_grads=function, **how), 50))

    fasts, slows = run(partial(loss_and_grads, activation=activation)), run(clear(activation))
    assert len(fasts) == len(slows) == 50
    for fast, slow in zip(fasts, slows):
        assert np.abs(fast.params.flat - slow.params.flat).max() < 1e-5
        assert fast.loss == pytest.approx(slow.loss, abs=1e-5)
        assert fast.accuracy == slow.accuracy


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
def test_mlpkits_own_function_is_known_however_it_is_given(activation):
    for function, used in [
        (loss_and_grads, mlpkit.relu),
        (partial(loss_and_grads, activation=activation), activation),
    ]:
        step = select_step(function)
        assert step.func is fused_loss_and_grads
        assert step.keywords == {"activation": used}


OTHERS = {
    "a coat": clear(mlpkit.relu),
    "another loss": partial(
        loss_and_grads, loss=mlpkit.mean_squared_error, loss_grad=mlpkit.mean_squared_error_grad
    ),
    "another backward": partial(loss_and_grads, backward=lambda *given: mlpkit.backward(*given)),
    "another forward": partial(loss_and_grads, activation=mlpkit.relu, forward=lambda *x: mlpkit.forward(*x)),
    "an activation of one's own": partial(
        loss_and_grads, activation=mlpkit.relu._replace(function=lambda z: np.maximum(z, 0))
    ),
    "no activation": partial(loss_and_grads, activation=None),
    "another function": partial(max, activation=mlpkit.relu),
    "arguments given": partial(loss_and_grads, None),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_any_other_function_is_called_itself(other):
    step = select_step(other)
    assert step.func is not fused_loss_and_grads
    assert step.args == (other,)


def test_a_learners_backward_is_the_one_that_trains():
    calls = []

    def mine(*given):
        calls.append(given)
        return mlpkit.backward(*given)

    params = mlpkit.init_params([6, 5, 3], rng=np.random.default_rng(0))
    function = partial(loss_and_grads, backward=mine)
    rng = np.random.default_rng(1)
    steps = train(params, examples(), optimizer=mlpkit.sgd(0.1), epochs=1, rng=rng, loss_and_grads=function)
    assert len(list(steps)) == len(calls) > 0


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 12), st.integers(1, 5), seeds)
def test_among_several_largest_logits_the_first_counts(batch, classes, seed):
    rng = np.random.default_rng(seed)
    logits = rng.integers(-1, 2, (batch, classes)).astype(np.float32)  # three values: ties everywhere
    labels = rng.integers(0, classes, batch)
    assert cross_entropy_parts(logits, labels)[2] == mlpkit.accuracy(logits, labels)


def test_a_network_of_zeros_does_not_know_everything():
    params = mlpkit.init_params([6, 3], rng=np.random.default_rng(0), init=mlpkit.zeros)
    labels = np.array([0, 1, 2, 2])
    assert (
        fused_loss_and_grads(params, np.ones((4, 6), np.float32), labels).accuracy == 0.25
    )  # it always says class 0


def test_a_run_that_diverges_is_explained_in_the_same_words():
    def end(function):
        params = mlpkit.init_params([6, 5, 3], rng=np.random.default_rng(0))
        rng = np.random.default_rng(1)
        how = {"optimizer": mlpkit.sgd(1e30), "epochs": 9, "rng": rng, "batch_size": 8}
        with pytest.raises(ValueError, match="step") as caught:
            list(train(params, examples(), loss_and_grads=function, **how))
        return str(caught.value)

    assert end(loss_and_grads) == end(clear(mlpkit.relu))
