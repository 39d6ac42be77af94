"""The numbers in the text of lesson 00 are true: those that no cell prints are worked out here."""

import numpy as np
import pytest

from mlpkit import History, adam, init_params, load, train
from tests.lessons.numbers import after, lesson


@pytest.fixture(scope="module")
def told():
    return lesson("00_start_here")


@pytest.fixture(scope="module")
def data():
    return load()


def test_counts(told, data):
    text = " ".join(told[0].values())
    params = init_params([784, 128, 64, 10], rng=np.random.default_rng(0))
    assert sum(len(split.labels) for split in data[2:]) == 70_000
    assert "70,000 photographs" in text
    assert params.flat.size == 109_386
    assert "109,386" in text
    assert len(params) == 3
    assert "three **layers**" in text
    assert data.train.images.shape[1] == 28 * 28 == 784
    assert "784 weights, one for each pixel" in text
    assert -(-len(data.train.labels) // 64) == 860
    assert "860 steps" in text


def test_most_of_the_way_is_done_within_the_first_few_hundred_steps(told, data):
    assert "within the first few hundred" in told[0]["words-network"]
    rng = np.random.default_rng(0)
    params = init_params([784, 128, 64, 10], rng=rng)
    loss = History().extend(train(params, data.train, optimizer=adam(), epochs=3, rng=rng)).column("loss")
    start, early, end = loss[0], loss[250:350].mean(), loss[-100:].mean()
    assert (start - early) / (start - end) > 0.85


def test_the_rates_are_about_thirty_times_apart_and_the_largest_is_blind_guessing(told):
    text, printed = told
    rates = [float(line.split()[0]) for line in printed["three-rates"].splitlines()[1:]]
    assert all(25 < b / a < 40 for a, b in zip(rates, rates[1:]))
    assert "thirty times" in text["rate"]
    small, middle, large = after("right on ≈", printed["three-rates"])
    assert abs(large - 10) <= 1.5
    assert "random guess" in text["three-rates-seen"]
    assert large < small < middle
    assert abs(after("loss ≈", printed["three-rates"])[-1] - np.log(10)) < 0.02  # the 2.3 of the table


def test_about_87_is_what_happens(told):
    shown = told[1].get("deck-finished") or told[1]["train"]
    right = after("≈", shown)
    assert 84.5 < right[-1] < 89.5


def test_the_sum_by_hand(told):
    logits = np.array([[2, 5, 1], [0, 1, 4], [3, 2, 2], [-1, -3, -2]])
    right = logits.argmax(axis=1) == [1, 2, 1, 0]
    assert right.tolist() == [True, True, False, True]
    assert right.mean() == 0.75
    assert "3 / 4 = 0.75" in told[0]["exercise-head"]
    assert told[1]["accuracy-by-hand"].startswith("0.75\n")
    assert (logits.argmax(axis=0).shape, "Three guesses for four images" in told[0]["wrong-axis-why"]) == (
        (3,),
        True,
    )
