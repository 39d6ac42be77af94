"""Schedules: their values at the first, the middle and the last step, alone and one inside another."""

import numpy as np
import pytest

import mlpkit
from mlpkit import constant, cosine, step_decay, warm_up
from mlpkit.core.schedules import rate_at


def test_constant():
    assert [constant(0.1)(step) for step in (1, 10, 10**6)] == [0.1] * 3


def test_step_decay():
    schedule = step_decay(0.8, every=3, factor=0.5)
    assert [schedule(step) for step in range(1, 9)] == pytest.approx([0.8] * 3 + [0.4] * 3 + [0.2] * 2)
    assert step_decay(1.0, 10)(11) == pytest.approx(0.1)


def test_step_decay_counts_in_small_numbers_of_numpys_too():
    assert step_decay(0.1, np.uint8(100))(301) == step_decay(0.1, 100)(301)


def test_cosine():
    schedule = cosine(0.5, steps=101, final=0.1)
    assert schedule(1) == pytest.approx(0.5)
    assert schedule(51) == pytest.approx(0.275)
    assert [schedule(step) for step in (101, 102, 9999)] == pytest.approx([0.05] * 3)
    rates = [schedule(step) for step in range(1, 102)]
    assert rates == sorted(rates, reverse=True)
    assert cosine(0.5, steps=1)(1) > 0
    assert cosine(0.5, steps=10)(10) == pytest.approx(0.005)


def test_warm_up():
    schedule = warm_up(0.4, steps=4)
    assert [schedule(step) for step in range(1, 7)] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.4, 0.4])


def test_one_inside_another():
    schedule = warm_up(cosine(0.4, steps=100), steps=4)
    assert schedule(2) == pytest.approx(cosine(0.4, steps=100)(2) / 2)
    assert schedule(50) == cosine(0.4, steps=100)(50)
    assert step_decay(warm_up(0.4, 2), 10)(11) == pytest.approx(0.04)


@pytest.mark.parametrize("rate", [0.1, np.float32(0.1), np.float64(0.1), 1, np.int64(1), lambda step: 0.1])
def test_rates_are_python_floats(rate):
    assert type(rate_at(rate, 1)) is float
    for make in (constant, lambda r: step_decay(r, 5), lambda r: cosine(r, 5), lambda r: warm_up(r, 5)):
        assert type(rate_at(make(rate if not callable(rate) else 0.1), 3)) is float


@pytest.mark.parametrize("bad", [0, -0.1, float("nan"), float("inf"), -np.inf, np.float64("nan")])
def test_rates_that_are_no_rates(bad):
    for make in (constant, mlpkit.sgd, mlpkit.adam, lambda r: cosine(r, 5), lambda r: warm_up(r, 5)):
        with pytest.raises(ValueError, match=r"learning_rate is .*finite number above 0, for instance 0\.1"):
            make(bad)
    with pytest.raises(ValueError, match=r"the schedule gives at step 3 is .*above 0"):
        rate_at(lambda step: bad, 3)


@pytest.mark.parametrize("bad", ["0.1", None, True, 1j, np.array([0.1]), [0.1]])
def test_rates_that_are_no_numbers(bad):
    for make in (constant, mlpkit.sgd, mlpkit.adam, lambda r: step_decay(r, 5)):
        with pytest.raises(TypeError, match=r"learning_rate is .*number above 0"):
            make(bad)
    with pytest.raises(TypeError, match="the schedule gives at step 3"):
        rate_at(lambda step: bad, 3)


@pytest.mark.parametrize(
    "make, error, words",
    [
        (lambda: step_decay(0.1, 0), ValueError, "every is 0: expected at least 1"),
        (lambda: step_decay(0.1, 2.5), TypeError, "every is 2.5: expected a whole number"),
        (lambda: step_decay(0.1, 5, factor=0), ValueError, "factor is 0"),
        (lambda: step_decay(0.1, 5, factor=1.5), ValueError, "factor is 1.5: expected a share"),
        (lambda: step_decay(0.1, 5, factor=lambda s: 1), TypeError, "factor is <function"),
        (lambda: cosine(0.1, -1), ValueError, "steps is -1"),
        (lambda: cosine(0.1, 5, final=2), ValueError, "final is 2"),
        (lambda: cosine(0.1, 5, final=0), ValueError, "final is 0"),
        (lambda: warm_up(0.1, True), TypeError, "steps is True"),
    ],
)
def test_bad_shapes_of_schedules(make, error, words):
    with pytest.raises(error, match=words):
        make()
