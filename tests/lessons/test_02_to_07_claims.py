"""What lessons 02 to 07 claim in words, without a number, is true: each claim is worked out here."""

import numpy as np
import pytest

from mlpkit import init_params, load, loss_and_grads, mean_squared_error, sgd
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
    assert "that of He's weights, by accident" in lesson("02_init")[0]["wrong-after"]
    k = 1 / np.sqrt(784)
    assert np.sqrt(k**2 + k**2) == pytest.approx(np.sqrt(2 / 784))  # mean -k, width k


def test_04_squared_error_starts_at_045_and_float32_ends_sooner():
    text = lesson("04_softmax_cross_entropy")[0]
    assert "the loss starts at 0.45" in text["wrong"]
    assert mean_squared_error(np.full((1, 10), 0.1), np.eye(10)[:1]) == pytest.approx(0.45)
    assert "ends far sooner" in text["overflow-after"]
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
    assert "may be ten times above that: its gradient is one of the largest" in text
    order = np.random.default_rng(0).permutation(len(data.train.labels))
    _, ratios = losses_and_ratios(data, order, 0.03)
    assert 0.005 < ratios[0] < 0.015
    assert np.mean(ratios > ratios[0]) < 0.05


def test_07_momentum_runs_past_the_lowest_point_of_the_ravine():
    assert "runs past the lowest point" in lesson("07_optimisers")[0]["momentum-after"]
    scale, point, velocity, path = np.array([1.0, 50.0]), np.array([10.0, 1.0]), 0, []
    for _ in range(100):
        velocity = 0.9 * velocity + scale * point
        point = point - 0.03 * velocity
        path.append(point[0])
    assert min(path) < -1
    assert abs(path[-1]) < 0.1
