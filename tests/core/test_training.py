"""Training: every example once an epoch, Steps that never change, exact forks, errors that say what to do."""

import copy
import inspect
import itertools
import math
import pickle
import re
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mlpkit
from mlpkit import Dataset, Examples, Metrics, Step, loss_and_grads, train
from tests.nets import ACTIVATIONS, examples

OPTIMIZERS = {
    "sgd": mlpkit.sgd(0.1),
    "momentum": mlpkit.momentum(0.1),
    "nesterov": mlpkit.nesterov(mlpkit.cosine(0.1, 10)),
    "rmsprop": mlpkit.rmsprop(0.01),
    "adam": mlpkit.adam(mlpkit.warm_up(0.01, 5)),
    "adamw": mlpkit.adamw(0.01),
    "clipped and decayed": mlpkit.clipped(mlpkit.decayed(mlpkit.momentum(0.1), 0.01), 1.0),
}


def net(sizes=(6, 5, 3), seed=0, dtype=np.float32):
    return mlpkit.init_params(sizes, rng=np.random.default_rng(seed), dtype=dtype)


def dataset(count=60, valid=20):
    split = examples(count + valid + 10)
    cuts = [0, count, count + valid, count + valid + 10]
    return Dataset(
        "toy",
        ("a", "b", "c"),
        *(Examples(split.images[a:b], split.labels[a:b]) for a, b in zip(cuts, cuts[1:])),
    )


def go(data=None, params=None, seed=3, **settings):
    """A run over a toy problem, with whatever is different about it."""
    settings = {"optimizer": mlpkit.sgd(0.1), "epochs": 2, "batch_size": 8, **settings}
    return train(
        net() if params is None else params,
        examples() if data is None else data,
        rng=np.random.default_rng(seed),
        **settings,
    )


def same(a, b):
    """Two Steps that agree in every number."""
    return a[:5] == b[:5] and a.valid == b.valid and np.array_equal(a.params.flat, b.params.flat)


# What a Step says


def test_a_step_is_the_formula():
    data, params = examples(), net(dtype=np.float64)
    step = next(go(data, params, batch_size=60))
    loss, grads = loss_and_grads(params, *data)
    assert step.loss == pytest.approx(loss, rel=1e-12)
    assert type(step.loss) is float
    assert step.accuracy == mlpkit.accuracy(loss.logits, data.labels)
    np.testing.assert_allclose(step.grads.flat, grads.flat, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(step.params.flat, params.flat - 0.1 * grads.flat, rtol=1e-9, atol=1e-15)
    assert (step.number, step.epoch, step.learning_rate, step.valid) == (1, 0, 0.1, None)


def test_numbers_epochs_and_validation():
    data = dataset(count=20, valid=15)
    steps = list(go(data, epochs=3, batch_size=8))
    assert [step.number for step in steps] == list(range(1, 10))
    assert [step.epoch for step in steps] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert [step.valid is not None for step in steps] == [False, False, True] * 3
    for step in steps[2::3]:
        assert isinstance(step.valid, Metrics)
        assert step.valid == pytest.approx(mlpkit.evaluate(step.params, *data.valid), rel=1e-6)


def test_it_learns():
    data = dataset()
    last = list(go(data, epochs=20))[-1]
    assert last.valid.accuracy > 0.9
    assert mlpkit.evaluate(last.params, *data.test).accuracy > 0.8


def test_examples_alone_have_no_validation():
    assert all(step.valid is None for step in go(examples()))
    assert all(step.valid is None for step in go(dataset(valid=0)))


def test_the_starting_parameters_are_not_changed():
    params = net()
    before = params.flat.copy()
    list(go(params=params))
    np.testing.assert_array_equal(params.flat, before)
    params.flat[0] = 5  # and stay the learner's own to change


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
@pytest.mark.parametrize("how", ["partial", "lambda"])
def test_accuracy_and_validation_are_measured_with_the_function_that_trains(activation, how):
    data = dataset()
    mine = {
        "partial": partial(loss_and_grads, activation=activation),
        "lambda": lambda p, x, y: loss_and_grads(p, x, y, activation=activation),
    }[how]
    for step in go(data, loss_and_grads=mine, epochs=3):
        if step.valid is not None:
            assert step.valid == pytest.approx(
                mlpkit.evaluate(step.params, *data.valid, activation), rel=1e-6
            )


def test_training_with_squared_error():
    squared = partial(
        loss_and_grads, loss=mlpkit.mean_squared_error, loss_grad=mlpkit.mean_squared_error_grad
    )
    data = dataset()
    last = list(go(data, loss_and_grads=squared, epochs=15))[-1]
    assert last.valid.accuracy > 0.8
    expected = mlpkit.evaluate(last.params, *data.valid, loss=mlpkit.mean_squared_error)
    assert last.valid == pytest.approx(expected, rel=1e-6)


def test_a_learners_own_function_returning_plain_things():
    def mine(params, images, labels):
        loss, grads = loss_and_grads(params, images, labels)
        return np.float32(loss), [(weights, bias) for weights, bias in grads]

    theirs, ours = list(go(dataset(), loss_and_grads=mine)), list(go(dataset()))
    for a, b in zip(theirs, ours):
        assert a.loss == pytest.approx(b.loss, rel=1e-6)
        assert a.accuracy == b.accuracy
        np.testing.assert_array_equal(a.params.flat, b.params.flat)


def test_a_learners_own_optimizer():
    def update(params, grads, state):
        return [(w - 0.1 * dw, b - 0.1 * db) for (w, b), (dw, db) in zip(params, grads)], state

    mine = mlpkit.Optimizer("mine", lambda params: None, update)
    for a, b in zip(go(optimizer=mine), go()):
        np.testing.assert_allclose(a.params.flat, b.params.flat, rtol=1e-6)
        assert math.isnan(a.learning_rate)


def test_an_optimizer_that_writes_into_its_params_is_told_how_to_do_it():
    def update(params, grads, state):
        params.flat -= 0.1 * grads.flat
        return params, state

    hasty = mlpkit.Optimizer("hasty", lambda params: None, update)
    with pytest.raises(ValueError, match=r"hasty writes into the params.*p - rate \* g.*params\.copy\(\)"):
        next(go(optimizer=hasty))


# Order


@given(count=st.integers(1, 40), batch_size=st.integers(1, 50), seed=st.integers(0, 99))
@settings(max_examples=40)
def test_each_example_exactly_once_an_epoch(count, batch_size, seed):
    seen = []

    def spy(params, images, labels):
        seen.append(images[:, 0].tolist())
        return loss_and_grads(params, images, labels)

    images = np.arange(count, dtype=np.uint8)[:, None]
    data = Examples(images, np.zeros(count, int))
    steps = list(
        train(
            net((1, 2)), data, optimizer=mlpkit.sgd(0.1), epochs=3, batch_size=batch_size,
            rng=np.random.default_rng(seed), loss_and_grads=spy,
        )
    )  # fmt: skip
    each = math.ceil(count / batch_size)
    assert len(steps) == 3 * each
    epochs = [list(itertools.chain(*seen[i : i + each])) for i in range(0, 3 * each, each)]
    assert all(sorted(epoch) == list(range(count)) for epoch in epochs)
    assert {len(batch) for batch in seen[: each - 1]} <= {batch_size}
    if count > 15:
        assert epochs[0] != epochs[1] != epochs[2]


def test_the_order_comes_from_the_generator_it_is_given():
    one, again, other = (list(go(seed=seed)) for seed in (1, 1, 2))
    assert all(same(a, b) for a, b in zip(one, again))
    assert one[0].loss != other[0].loss


def test_gradients_do_not_depend_on_the_learning_rate():
    first, second = (next(go(optimizer=mlpkit.sgd(rate))) for rate in (0.001, 10.0))
    np.testing.assert_array_equal(first.grads.flat, second.grads.flat)
    assert first.loss == second.loss


def test_batch_size_larger_than_the_split_means_the_whole_split():
    many, all_ = list(go(batch_size=10**6)), list(go(batch_size=60))
    assert len(many) == len(all_) == 2
    assert all(same(a, b) for a, b in zip(many, all_))


@pytest.mark.parametrize("count", [1, 2, 9])
def test_batches_of_one(count):
    steps = list(go(examples(count), batch_size=1, epochs=2))
    assert len(steps) == 2 * count
    assert {step.accuracy for step in steps} <= {0.0, 1.0}


def test_no_epochs_no_steps():
    assert list(go(epochs=0)) == []


# Steps that never change


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_yielded_step_never_changes(name):
    kept = []
    for step in go(dataset(), optimizer=OPTIMIZERS[name], epochs=3):
        kept.append((step, copy.deepcopy(step)))
    for step, before in kept:
        assert same(step, before)
        np.testing.assert_array_equal(step.grads.flat, before.grads.flat)
        for mine, other in zip(step.state, before.state):
            np.testing.assert_array_equal(getattr(mine, "flat", mine), getattr(other, "flat", other))
    assert len({id(step.params.flat) for step, _ in kept}) == len(kept)


def test_writing_into_a_step_is_refused_so_that_the_run_stays_what_it_was():
    run = go()
    step = next(run)
    with pytest.raises(ValueError, match="read-only"):
        step.params[0].weights[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        step.params.flat += 1
    own = step.params.copy()
    own.flat += 1  # a copy is the learner's
    assert np.isfinite(next(run).loss)


@pytest.mark.parametrize("again", [copy.deepcopy, lambda step: pickle.loads(pickle.dumps(step))])
def test_steps_can_be_copied_and_pickled(again):
    step = next(go(optimizer=mlpkit.adam()))
    assert same(again(step), step)
    assert again(step).params[0].weights.base is not None


def test_step_prints_in_one_line():
    step = list(go(dataset()))[-1]
    assert repr(step).startswith("Step(16, epoch 1, loss ")
    assert f"valid accuracy {step.valid.accuracy:.3f}" in repr(step)


# Forks


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("start", [0, 1, 5, 8, 9, 15, 16])
def test_a_run_forks_exactly_from_any_step(name, start):
    data, optimizer = dataset(), OPTIMIZERS[name]
    whole = list(go(data, optimizer=optimizer))
    assert len(whole) == 16
    params, state = (whole[start - 1].params, whole[start - 1].state) if start else (net(), None)
    rest = list(go(data, params, optimizer=optimizer, state=state, start=start))
    assert [step.number for step in rest] == list(range(start + 1, 17))
    assert all(same(a, b) for a, b in zip(rest, whole[start:]))


def test_a_fork_with_other_settings_leaves_the_first_run_alone():
    run = go(optimizer=mlpkit.momentum(0.1))
    steps = [next(run) for _ in range(5)]
    fork = list(go(params=steps[2].params, optimizer=mlpkit.momentum(0.01), state=steps[2].state, start=3))
    assert fork[0].learning_rate == 0.01
    assert fork[0].loss == steps[3].loss
    whole = list(go(optimizer=mlpkit.momentum(0.1)))
    assert all(same(a, b) for a, b in zip([*steps, *run], whole))


def test_more_epochs_can_follow():
    whole = list(go(epochs=3))
    first = list(go(epochs=2))
    rest = list(go(params=first[-1].params, epochs=3, state=first[-1].state, start=len(first)))
    assert all(same(a, b) for a, b in zip([*first, *rest], whole))


# Stopping


def test_a_run_can_be_left_at_any_time():
    run = go()
    next(run)
    run.close()
    assert list(run) == []
    del run


@pytest.mark.parametrize("when", [1, 2, 5])
def test_an_interrupt_inside_a_step_ends_the_loop_and_keeps_what_was_learned(when):
    calls = []

    def interrupted(params, images, labels):
        calls.append(1)
        if len(calls) == when:
            raise KeyboardInterrupt
        return loss_and_grads(params, images, labels)

    steps = list(go(loss_and_grads=interrupted))
    assert len(steps) == when - 1
    assert all(same(a, b) for a, b in zip(steps, go()))


def test_an_interrupt_inside_the_optimizer_or_while_validating():
    calls = []

    def update(params, grads, state):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return mlpkit.sgd(0.1).update(params, grads, state)

    stopping = mlpkit.Optimizer("stopping", mlpkit.sgd(0.1).init, update)
    assert len(list(go(optimizer=stopping))) == 3

    def validating(params, images, labels):
        if len(labels) == 20:
            raise KeyboardInterrupt
        return loss_and_grads(params, images, labels)

    steps = list(go(dataset(valid=20), loss_and_grads=validating))
    assert len(steps) == 8  # the eighth was done; only its validation was not
    assert steps[-1].valid is None


def test_a_real_signal_ends_the_loop_and_the_next_lines_run():
    code = inspect.cleandoc("""
        import os, signal
        import numpy as np, mlpkit
        rng = np.random.default_rng(0)
        data = mlpkit.Examples(rng.integers(0, 256, (600, 9), dtype=np.uint8), rng.integers(0, 5, 600))
        calls = []
        def stopped(params, images, labels):
            calls.append(1)
            if len(calls) == 4:
                os.kill(os.getpid(), signal.SIGINT)
            return mlpkit.loss_and_grads(params, images, labels)
        run = mlpkit.train(
            mlpkit.init_params([9, 5], rng=rng), data,
            optimizer=mlpkit.sgd(0.1), epochs=1000, rng=rng, loss_and_grads=stopped,
        )
        for step in run:
            pass
        print("kept", step.number, np.isfinite(step.params.flat).all())
    """)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (run.stdout, run.stderr) == ("kept 3 True\n", "")


def test_other_errors_come_through():
    def broken(params, images, labels):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        list(go(loss_and_grads=broken))


# Sliders


def test_a_learning_rate_that_is_moved_acts_on_the_next_step():
    slider = {"value": 0.1}
    run = go(optimizer=mlpkit.sgd(lambda step: slider["value"]))
    first = next(run)
    slider["value"] = 0.7
    second, third = next(run), next(run)
    assert [step.learning_rate for step in (first, second, third)] == [0.1, 0.7, 0.7]
    moved = first.params.flat - second.params.flat
    np.testing.assert_allclose(moved, 0.7 * second.grads.flat, rtol=1e-3, atol=1e-7)
    slider["value"] = 0.0
    with pytest.raises(ValueError, match=r"the schedule gives at step 4 is 0.0"):
        next(run)


# Kinds of input


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_types_stay(name, dtype):
    for step in go(params=net(dtype=dtype), optimizer=OPTIMIZERS[name]):
        assert step.params.dtype == step.grads.dtype == dtype
        assert all(part.dtype == dtype for part in step.state if isinstance(part, mlpkit.Params))
        assert {type(value) for value in step[2:5]} == {float}


def test_lists_bytes_strided_and_mapped_arrays_give_the_same_run(tmp_path):
    data = examples()
    np.save(tmp_path / "images.npy", data.images)
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    strided = np.repeat(data.images, 2, axis=1)[:, ::2]
    expected = list(go(data))
    for images, labels in (
        (mapped, data.labels.astype(np.uint8)),
        (strided, data.labels.tolist()),
        (np.asfortranarray(data.images), data.labels.astype(np.uint64)),
        (data.images[::-1][::-1], np.repeat(data.labels, 2)[::2]),
    ):
        assert all(same(a, b) for a, b in zip(go((images, labels)), expected))
    floats = list(go(((data.images / 255).tolist(), data.labels)))
    assert floats[-1].loss == pytest.approx(expected[-1].loss, rel=1e-4)


def test_layers_as_a_plain_list():
    layers = [(weights.copy(), bias.copy()) for weights, bias in net()]
    assert all(same(a, b) for a, b in zip(go(params=layers), go()))


def test_one_layer_only():
    steps = list(go(dataset(), net((6, 3)), epochs=10))
    assert steps[-1].valid.accuracy > 0.9


# Bad input: told at the call, before any step


def bad_images(value):
    data = examples()
    images = data.images / 255
    images[7, 2] = value
    return Examples(images, data.labels)


GOOD = examples()
BAD_DATA = {
    "NaN": (
        bad_images(np.nan),
        ValueError,
        r"training images hold NaN .*\(first in row 7\).*correct these images or leave them out",
    ),
    "infinity": (bad_images(np.inf), ValueError, "NaN or infinity"),
    "minus infinity": (bad_images(-np.inf), ValueError, "NaN or infinity"),
    "too large": (bad_images(1e300), ValueError, "NaN or infinity"),
    "empty": (Examples(GOOD.images[:0], GOOD.labels[:0]), ValueError, "training split is empty.*load more"),
    "empty list": (([], []), ValueError, "training split is empty"),
    "width": (
        Examples(GOOD.images[:, :5], GOOD.labels),
        ValueError,
        r"\(60, 5\), but a 6-5-3 network takes",
    ),
    "pictures": (Examples(GOOD.images.reshape(60, 2, 3), GOOD.labels), ValueError, r"reshape\(60, -1\)"),
    "int images": (
        Examples(GOOD.images.astype(int), GOOD.labels),
        TypeError,
        "training images hold int64.*uint8",
    ),
    "text images": (Examples(GOOD.images.astype(str), GOOD.labels), TypeError, "training images hold <U3"),
    "label high": (
        Examples(GOOD.images, GOOD.labels + 1),
        ValueError,
        "run from 1 to 3, but .* classes 0 to 2",
    ),
    "label negative": (Examples(GOOD.images, GOOD.labels - 1), ValueError, "run from -1 to 1"),
    "label floats": (Examples(GOOD.images, GOOD.labels * 1.0), TypeError, r"hold float64.*astype\(int\)"),
    "one-hot": (Examples(GOOD.images, np.eye(3)[GOOD.labels]), ValueError, r"argmax\(axis=1\)"),
    "column": (Examples(GOOD.images, GOOD.labels[:, None]), ValueError, r"labels.ravel\(\)"),
    "too few labels": (
        Examples(GOOD.images, GOOD.labels[:59]),
        ValueError,
        r"shape \(59,\): expected \(60,\)",
    ),
    "images alone": (
        GOOD.images,
        TypeError,
        r"data is ndarray: expected a Dataset.*Examples\(images, labels\)",
    ),
    "a name": ("fashion_mnist", TypeError, "data is str: expected a Dataset"),
}


@pytest.mark.parametrize("data, error, words", BAD_DATA.values(), ids=BAD_DATA)
def test_bad_data_is_refused_at_the_call(data, error, words):
    with pytest.raises(error, match=words):
        go(data)


def test_a_bad_validation_split_is_named():
    data = dataset()
    with pytest.raises(ValueError, match="validation labels run from"):
        go(data._replace(valid=Examples(data.valid.images, data.valid.labels + 5)))
    with pytest.raises(ValueError, match=r"validation labels have shape \(0,\): expected \(20,\)"):
        go(data._replace(valid=Examples(data.valid.images, data.valid.labels[:0])))
    with pytest.raises(TypeError, match="validation split is NoneType: expected Examples"):
        go(data._replace(valid=None))


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.uint64])
def test_small_numbers_of_numpys_are_numbers_like_others(kind):
    data = examples(count=300)
    arguments = {"epochs": kind(2), "batch_size": kind(7), "start": kind(80)}
    ours = go(data, epochs=2, batch_size=7, start=80)
    assert all(same(a, b) for a, b in zip(go(data, **arguments), ours, strict=True))


@pytest.mark.parametrize(
    "returned, error, words",
    [
        (lambda p, s: None, TypeError, "update of mine returned NoneType: expected .params, state."),
        (lambda p, s: p, TypeError, "update of mine returned Params: expected .params, state."),
        (lambda p, s: (p.flat - 1, s), TypeError, r"mine returned are none: layer 0.*params.like\(flat\)"),
        (lambda p, s: (net((6, 3)), s), ValueError, "mine returned parameters of a 6-3 network .* 6-5-3 one"),
    ],
)
def test_an_optimizer_that_returns_something_else_is_named(returned, error, words):
    mine = mlpkit.Optimizer("mine", lambda params: None, lambda params, grads, state: returned(params, state))
    with pytest.raises(error, match=words):
        next(go(optimizer=mine))


BAD_ARGUMENTS = [
    ({"batch_size": 0}, ValueError, "batch_size is 0: expected at least 1"),
    ({"batch_size": -3}, ValueError, "batch_size is -3"),
    ({"batch_size": 2.0}, TypeError, "batch_size is 2.0: expected a whole number"),
    ({"batch_size": True}, TypeError, "batch_size is True"),
    ({"epochs": -1}, ValueError, "epochs is -1: expected at least 0"),
    ({"epochs": 1.5}, TypeError, "epochs is 1.5: expected a whole number"),
    ({"start": -1}, ValueError, "start is -1"),
    ({"start": 17}, ValueError, "start is 17, but 2 epochs have 16 steps.*give more epochs"),
    ({"optimizer": mlpkit.sgd}, TypeError, r"optimizer is <function sgd.*sgd\(0.1\)"),
    ({"optimizer": "adam"}, TypeError, "optimizer is 'adam'"),
    ({"optimizer": 0.1}, TypeError, "optimizer is 0.1"),
    ({"loss_and_grads": None}, TypeError, "loss_and_grads is None: expected a function"),
    ({"state": mlpkit.adam().init(net())}, TypeError, "state is AdamState, but sgd keeps State"),
    ({"optimizer": mlpkit.adam(), "state": mlpkit.adam().init(net((6, 4, 3)))}, ValueError,
     "state is of a 6-4-3 network, but params are of a 6-5-3 one.*pass None"),
    ({"params": net((6, 5, 2))}, ValueError, "run from 0 to 2, but 2 outputs"),
    ({"params": net((5, 3))}, ValueError, r"\(60, 6\), but a 5-3 network takes \(batch, 5\)"),
    ({"params": [(np.ones((6, 3)), np.ones(2))]}, ValueError, "bias of layer 0"),
    ({"params": 5}, TypeError, "layers is int"),
]  # fmt: skip


@pytest.mark.parametrize("arguments, error, words", BAD_ARGUMENTS)
def test_bad_arguments_are_refused_at_the_call(arguments, error, words):
    with pytest.raises(error, match=words):
        go(**arguments)


@pytest.mark.parametrize("rng", [0, None, np.random.RandomState(0), np.random])
def test_rng_must_be_a_generator(rng):
    with pytest.raises(TypeError, match=r"np\.random\.default_rng\(0\)"):
        train(net(), examples(), optimizer=mlpkit.sgd(0.1), epochs=1, rng=rng)


@pytest.mark.parametrize(
    "returned, error, words",
    [
        (None, TypeError, "returned NoneType: expected a pair"),
        ((1.0, net(), 3), TypeError, "returned tuple of float, Params, int"),
        ((net(), 1.0), TypeError, "returned tuple of Params, float"),
        ((1.0, net((6, 3))), ValueError, "gradients of a 6-3 network for the parameters of a 6-5-3 one"),
        ((1.0, None), TypeError, "layers is NoneType"),
    ],
)
def test_a_function_that_returns_something_else(returned, error, words):
    with pytest.raises(error, match=words):
        list(go(loss_and_grads=lambda *_: returned))


# A loss that is no number any more


def diverge(**settings):
    """What is said when a run diverges, and the Steps before."""
    run, kept = go(**{"epochs": 400, **settings}), []
    with pytest.raises(ValueError) as caught:
        kept.extend(run)
    return str(caught.value), kept


def with_activation(activation, loss="cross_entropy"):
    if loss == "cross_entropy":
        return partial(loss_and_grads, activation=activation)
    return partial(
        loss_and_grads, activation=activation,
        loss=mlpkit.mean_squared_error, loss_grad=mlpkit.mean_squared_error_grad,
    )  # fmt: skip


def test_a_learning_rate_that_is_much_too_high():
    said, kept = diverge(optimizer=mlpkit.sgd(1e6), loss_and_grads=with_activation(mlpkit.relu, "squared"))
    number = len(kept) + 1
    assert f"step {number} (epoch {(number - 1) // 8})" in said
    assert "the loss became" in said
    assert any(f"It began in layer {i} (" in said for i in range(2)) or "in the loss" in said
    assert "learning rate 1e+06 is too high; start again with 1e+05" in said
    assert "clipped(optimizer, 1.0)" in said
    assert all(np.isfinite(step.loss) for step in kept)


@pytest.mark.parametrize("activation", [mlpkit.tanh, mlpkit.sigmoid], ids=repr)
def test_tanh_and_sigmoid_nets_that_diverge_name_the_last_layer(activation):
    said, kept = diverge(
        optimizer=mlpkit.sgd(1e20),
        loss_and_grads=with_activation(activation, "squared"),
        params=net((6, 5, 4, 3)),
    )
    assert "learning rate 1e+20 is too high" in said
    assert "layer 2 (4 -> 3)" in said or "in the loss" in said
    assert kept


@pytest.mark.parametrize("how", ["partial", "lambda"])
def test_the_layer_is_found_with_the_networks_own_activation(how):
    """With weights of 1e30 in layers 0 and 1, relu overflows in layer 1, and tanh not before layer 2."""
    params = net((6, 5, 4, 3))
    params[0].weights[...] = params[1].weights[...] = 1e30
    params[2].weights[...] = 3e38
    own = with_activation(mlpkit.tanh)
    said, kept = diverge(
        params=params, loss_and_grads=own if how == "partial" else lambda p, x, y: own(p, x, y)
    )
    assert not kept
    assert "It began in layer 2 (4 -> 3): its preactivations overflow, with weights up to 3e+38" in said
    said, _ = diverge(params=params)
    assert "It began in layer 1 (5 -> 4): its preactivations overflow" in said


@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("part", [0, 1])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_bad_starting_weights_name_their_layer(layer, part, value):
    params = net((6, 5, 4, 3))
    params[layer][part].ravel()[0] = value
    said, kept = diverge(params=params)
    assert not kept
    assert "at step 1 (epoch 0)" in said
    assert f"It began in layer {layer} ({params.sizes[layer]} -> {params.sizes[layer + 1]})" in said
    assert "its weights or biases are not finite" in said
    assert "Likely cause: the starting weights" in said
    assert "he_normal" in said


def test_starting_weights_that_are_too_large():
    params = net()
    params[0].weights[...] = 3e38
    said, _ = diverge(params=params)
    assert "It began in layer 0 (6 -> 5): its preactivations overflow, with weights up to 3e+38" in said
    assert "Likely cause: the starting weights" in said


def test_images_that_were_not_scaled():
    data = examples()
    unscaled = Examples(data.images.astype(np.float32), data.labels)
    said, kept = diverge(
        data=unscaled, params=net((6, 3)), loss_and_grads=with_activation(mlpkit.relu, "squared")
    )
    assert kept
    assert re.search(r"the images reach 2\d\d;", said)
    assert "scale the pixels to 0..1" in said


def test_standardised_images_are_not_accused():
    data = examples()
    images = (data.images - data.images.mean()) / data.images.std()
    said, _ = diverge(
        data=Examples(images, data.labels), optimizer=mlpkit.sgd(1e6),
        loss_and_grads=with_activation(mlpkit.relu, "squared"),
    )  # fmt: skip
    assert "learning rate 1e+06 is too high" in said


def test_images_standardised_pixel_by_pixel_are_not_accused():
    """A pixel that is dark in all images but one is far away there: by the square root of their number."""
    data = examples(200)
    images = data.images / np.float32(255)
    images[:, 0], images[0, 0] = 0, 1
    images = (images - images.mean(axis=0)) / images.std(axis=0)
    assert np.abs(images).max() > 14
    said, _ = diverge(
        data=Examples(images, data.labels), optimizer=mlpkit.sgd(1e6), batch_size=200,
        loss_and_grads=with_activation(mlpkit.relu, "squared"),
    )  # fmt: skip
    assert "learning rate 1e+06 is too high" in said


@pytest.mark.parametrize("rate", [0.01, None])
def test_an_update_that_divides_by_zero(rate):
    def update(params, grads, state):
        with np.errstate(all="ignore"):
            return params.like(params.flat - np.float32(0.01) * grads.flat / (0 * grads.flat)), state

    state = mlpkit.core.optimizers.State(0, rate)
    said, kept = diverge(optimizer=mlpkit.core.optimizers.Optimizer("mine", lambda params: state, update))
    assert len(kept) == 1
    assert "It began in layer 0 (6 -> 5): its weights or biases are not finite" in said
    assert "Likely cause: the optimizer's update: the loss of the step before was" in said
    assert "learning rate" not in said
    assert "starting weights" not in said


def test_an_optimizer_that_does_not_tell_its_rate():
    def update(params, grads, state):
        return params.like(params.flat - np.float32(1e6) * grads.flat), state

    said, kept = diverge(
        optimizer=mlpkit.core.optimizers.Optimizer("mine", lambda params: (), update),
        loss_and_grads=with_activation(mlpkit.relu, "squared"),
    )
    assert kept
    assert "Likely cause: the learning rate is too high; start again with a tenth of it" in said


@pytest.mark.parametrize("how", ["partial", "lambda"])
def test_an_activation_that_makes_nan_of_a_number(how):
    root = mlpkit.Activation("root", np.sqrt, lambda z, a: 0.5 / a)
    own = with_activation(root)
    said, kept = diverge(loss_and_grads=own if how == "partial" else lambda p, x, y: own(p, x, y))
    assert not kept
    assert ("It began after layer 0 (6 -> 5), in root" if how == "partial" else "between two layers") in said
    assert "Likely cause: the activation itself" in said
    assert "root or a logarithm of a negative number" in said


def test_broken_weights_that_a_run_is_to_go_on_from():
    first = list(go())[3]
    params = first.params.copy()
    params[1].bias[0] = np.nan
    said, kept = diverge(params=params, state=first.state, start=4)
    assert not kept
    assert "at step 5" in said
    assert "Likely cause: the starting weights hold NaN or infinity" in said


@pytest.mark.parametrize("at", [3, 8])  # in the midst of an epoch, and where the validation split finds it
def test_gradients_that_are_not_finite_while_the_loss_is(at):
    calls = []

    def broken(params, images, labels):
        loss, grads = loss_and_grads(params, images, labels)
        calls.append(1)
        if len(calls) == at:
            grads[0].weights[0, 0] = np.nan
        return loss, grads

    said, kept = diverge(data=dataset(valid=20), loss_and_grads=broken)
    assert len(kept) == at - (at == 8)
    assert "It began in layer 0" in said
    assert "the gradients of the step before: they hold NaN or infinity, although its loss was" in said
    assert "division by 0 or a logarithm of 0 in the backward pass" in said
    assert "learning rate" not in said


def test_a_loss_function_that_takes_the_logarithm_of_zero():
    def naive(params, images, labels):
        loss, grads = loss_and_grads(params, images, labels)
        with np.errstate(divide="ignore"):
            return np.float64(loss) * 0 - np.log(np.float64(0.0)), grads

    said, kept = diverge(loss_and_grads=naive)
    assert not kept
    assert "It began after the last layer, in the loss: all logits are finite" in said
    assert "log(0)" in said
    assert "cross_entropy" in said


def test_nan_images_in_a_function_that_makes_them():
    def spoils(params, images, labels):
        images = images / np.float32(255)
        return float("nan"), loss_and_grads(params, images, labels)[1]

    said, _ = diverge(loss_and_grads=spoils)
    assert "in the loss" in said

    data = examples()
    broken = data.images / 255.0
    run = go(Examples(broken, data.labels), loss_and_grads=spoils)
    broken[:] = np.nan  # after the check at the call
    with pytest.raises(ValueError, match=r"NaN or infinity"):
        next(run)


def test_a_validation_loss_that_is_no_number_stops_training_too():
    data = dataset(count=8)
    said, kept = diverge(
        data=data,
        optimizer=mlpkit.sgd(1e38),
        loss_and_grads=with_activation(mlpkit.relu, "squared"),
        epochs=1,
    )
    assert not kept
    assert "the validation loss became" in said
    assert "after step 1 (epoch 0)" in said
    assert "learning rate 1e+38 is too high" in said


def test_divergence_gives_no_warnings(recwarn):
    diverge(optimizer=mlpkit.sgd(1e6), loss_and_grads=with_activation(mlpkit.relu, "squared"))
    assert not recwarn.list


# Signature and memory


def test_signature_is_the_promised_one():
    names = list(inspect.signature(train).parameters)
    assert names == [
        "params", "data", "optimizer", "epochs", "batch_size", "rng", "loss_and_grads", "state", "start",
    ]  # fmt: skip
    assert Step._fields == (
        "number", "epoch", "loss", "accuracy", "learning_rate", "params", "grads", "state", "valid",
    )  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells a process's own peak on Linux only")
def test_peak_memory_of_a_full_training_run():
    """784-512-128-64-10 on the full set, one epoch with Adam, from a fresh process."""
    code = inspect.cleandoc("""
        from pathlib import Path
        import numpy as np, mlpkit
        rng = np.random.default_rng(0)
        data = mlpkit.load()
        params = mlpkit.init_params([784, 512, 128, 64, 10], rng=rng)
        for step in mlpkit.train(params, data, optimizer=mlpkit.adam(), epochs=1, batch_size=512, rng=rng):
            pass
        print(mlpkit.evaluate(step.params, *data.test).accuracy)
        # getrusage would tell the parent's peak, if that was higher: it is carried over into a new process
        told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        print(int(told["VmHWM"].split()[0]) / 1000)
    """)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    accuracy, megabytes = map(float, run.stdout.split())
    assert accuracy > 0.75
    assert megabytes < 200
