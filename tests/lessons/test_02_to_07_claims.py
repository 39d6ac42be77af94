"""What lessons 02 to 07 claim in words, without a number, is true: each claim is worked out here."""

from functools import partial
from itertools import islice

import numpy as np
import pytest

from mlpkit import (
    backward,
    cross_entropy,
    cross_entropy_grad,
    evaluate,
    forward,
    init_params,
    load,
    loss_and_grads,
    mean_squared_error,
    sgd,
    softmax,
    softmax_grad,
    train,
)
from tests.lessons.numbers import lesson


@pytest.fixture(scope="module")
def data():
    return load()


def losses_and_ratios(data, order, rate):
    """One epoch in a given order: each loss, and each update of the first weights over their size."""
    optimizer, params = sgd(rate), init_params([784, 64, 10], rng=np.random.default_rng(0))
    state, losses, ratios = optimizer.init(params), [], []
    for start in range(0, len(order), 64):
        batch = np.sort(order[start : start + 64])
        loss, grads = loss_and_grads(params, data.train.images[batch], data.train.labels[batch])
        losses.append(loss)
        ratios.append(rate * np.linalg.norm(grads[0].weights) / np.linalg.norm(params[0].weights))
        params, state = optimizer.update(params, grads, state)
    return np.array(losses), np.array(ratios)


def test_02_a_normal_draw_from_the_limit_has_the_root_mean_square_of_he_by_accident():
    assert "that of He's weights" in lesson("02_init")[0]["wrong-after"]
    k = 1 / np.sqrt(784)
    assert np.sqrt(k**2 + k**2) == pytest.approx(np.sqrt(2 / 784))  # mean -k, width k


def test_02_all_zeros_never_get_off_the_ground(data):
    text = lesson("02_init")[0]
    assert "| all zeros | the loss stays at 2.303 |" in text["wrong"]
    params = init_params([784, 64, 10], rng=np.random.default_rng(0))
    *_, last = train(params.like(0 * params.flat), data.train, optimizer=sgd(0.05), epochs=1,
                     batch_size=512, rng=np.random.default_rng(0))  # fmt: skip
    assert not last.params[0].weights.any()
    assert not last.params[1].weights.any()
    assert evaluate(last.params, *data.valid).loss == pytest.approx(2.303, abs=0.01)


def test_04_logits_run_away_and_one_nan_is_enough(data):
    text = lesson("04_softmax_cross_entropy")[0]
    assert "they are hundreds of thousands" in text["overflow"]
    for seed in range(3):
        rng = np.random.default_rng(seed)
        steps = train(
            init_params([784, 128, 64, 10], rng=rng), data.train, optimizer=sgd(1.0), epochs=1, rng=rng
        )
        logits = [forward(step.params, data.train.images[:64]).logits for step in islice(steps, 12)]
        assert np.abs(logits).max() > 300_000
    assert "it spreads into every parameter" in text["overflow-after"]
    params = init_params([784, 64, 10], rng=np.random.default_rng(0))
    out = forward(params, data.train.images[:64])
    dlogits = cross_entropy_grad(out.logits, data.train.labels[:64])
    dlogits[3] = np.nan
    assert np.isnan(backward(params, out, dlogits).flat).all()


def test_04_with_softmax_twice_a_network_learns_slowly(data):
    assert "The network learns, slowly" in lesson("04_softmax_cross_entropy")[0]["wrong-after"]

    def twice_grad(logits, labels):
        p = softmax(logits)
        return softmax_grad(cross_entropy_grad(p, labels), p)

    twice = partial(loss_and_grads, loss=lambda z, y: cross_entropy(softmax(z), y), loss_grad=twice_grad)
    for seed in range(3):
        right = {}
        for name, gradients in {"once": loss_and_grads, "twice": twice}.items():
            rng = np.random.default_rng(seed)
            start = init_params([784, 64, 10], rng=rng)
            steps = train(start, data.train, optimizer=sgd(0.03), epochs=1, rng=rng, loss_and_grads=gradients)
            for step in islice(steps, 200):
                last = step.params
            right[name] = evaluate(last, *data.valid).accuracy
        assert 0.2 < right["twice"] < right["once"] - 0.1


def test_06_a_gradient_computed_once_falls_then_rises_for_ever(data):
    assert (
        "| the gradient is computed only once | the loss may fall, then it rises without end |"
        in lesson("06_sgd")[0]["wrong"]
    )
    images, labels = data.train.images[:640], data.train.labels[:640]
    params = init_params([784, 64, 10], rng=np.random.default_rng(0))
    _, grads = loss_and_grads(params, images, labels)
    losses = [
        loss_and_grads(params.like(params.flat - k * np.float32(0.02) * grads.flat), images, labels)[0]
        for k in range(0, 400, 5)
    ]
    lowest = int(np.argmin(losses))
    assert 0 < lowest < 10
    assert (np.diff(losses[lowest:]) > 0).all()


def test_04_squared_error_starts_at_045_and_float32_ends_sooner():
    text = lesson("04_softmax_cross_entropy")[0]
    assert "the loss starts at 0.45" in text["wrong"]
    assert mean_squared_error(np.full((1, 10), 0.1), np.eye(10)[:1]) == pytest.approx(0.45)
    assert "much smaller" in text["overflow-after"]
    assert np.log(np.finfo(np.float32).max) < 100


def test_06_sorted_images_end_in_ankle_boots_with_a_loss_that_was_small_nearly_all_the_time(data):
    text = lesson("06_sgd")[0]["sorted-after"]
    assert "The last tenth of the steps" in text
    assert "small nearly all the time" in text
    assert np.mean(data.train.labels == 9) == pytest.approx(0.1, abs=0.005)
    losses, _ = losses_and_ratios(data, np.argsort(data.train.labels, kind="stable"), 0.1)
    assert np.mean(losses < 0.1) > 0.9


def test_06_the_first_step_is_one_of_the_longest(data):
    text = lesson("06_sgd")[0]["ratio"]
    assert (
        "In the very first step, which is measured here, 0.01 is good too: its gradient is one of the largest"
        in text
    )
    order = np.random.default_rng(0).permutation(len(data.train.labels))
    _, ratios = losses_and_ratios(data, order, 0.03)
    assert 0.005 < ratios[0] < 0.015
    assert np.mean(ratios > ratios[0]) < 0.05


def test_07_momentum_runs_past_the_lowest_point_of_the_ravine():
    assert "goes past the lowest point" in lesson("07_optimisers")[0]["momentum-after"]
    scale, point, velocity, path = np.array([1.0, 100.0]), np.array([10.0, 1.0]), 0, []
    for _ in range(100):
        velocity = 0.9 * velocity + scale * point
        point = point - 0.015 * velocity
        path.append(point[0])
    assert min(path) < -1
    assert abs(path[-1]) < 0.1
