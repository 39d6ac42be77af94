"""The trace calls the learner's function once more, and no more than once, however many cases it fails."""

import numpy as np
import pytest

from mlpkit.exercises import check
from mlpkit.exercises.checker import check as checking


def softmax(calls):
    def softmax(logits):
        calls.append(1)
        return logits / logits.sum()

    return softmax


def accuracy(calls):
    def accuracy(logits, labels):
        calls.append(1)
        return (logits.argmax(axis=1)[:, None] == labels).sum() / 3

    return accuracy


def affine_raises(calls):
    def affine(inputs, weights, bias):
        calls.append(1)
        return weights.T @ inputs + bias

    return affine


def helper(calls):
    def powers(logits):
        calls.append(1)
        return np.exp(logits)

    def softmax(logits):
        return powers(logits) / 3

    return softmax


def forward_of_a_list(calls):
    def forward(layers, images):
        calls.append(1)
        entered, a = [], images
        for weights, _ in layers:
            entered.append(a)
            a = a @ weights
        return entered, a

    return forward


def momentum_step(calls):
    def momentum_step(param, grad, velocity, learning_rate, momentum):
        calls.append(1)
        velocity = momentum * velocity - grad
        return param - learning_rate * velocity, velocity

    return momentum_step


def batches(calls):
    def batches(images, labels, batch_size, rng):
        calls.append(1)
        order = rng.permutation(len(labels))
        for start in range(0, len(labels), batch_size):
            yield images[order[start : start + batch_size]], labels[start : start + batch_size]

    return batches


def train_epoch(calls):
    def train_epoch(layers, images, labels, batch_size, learning_rate, rng):
        calls.append(1)
        return [(w - learning_rate, b) for w, b in layers], 0.25

    return train_epoch


def he_normal(calls):
    def he_normal(fan_in, fan_out, rng):
        calls.append(1)
        return rng.normal(0, 3 / fan_in, (fan_in, fan_out))

    return he_normal


MAKERS = [softmax, accuracy, affine_raises, helper, forward_of_a_list, momentum_step, batches, train_epoch,
          he_normal]  # fmt: skip
NAMES = {affine_raises: "affine", helper: "softmax", forward_of_a_list: "forward"}


@pytest.mark.parametrize("maker", MAKERS, ids=lambda m: m.__name__)
def test_the_trace_costs_one_more_run(maker, monkeypatch):
    name, calls = NAMES.get(maker, maker.__name__), []
    assert check(name, maker(calls)).outcome == "incorrect"
    with_trace = len(calls)
    calls.clear()
    monkeypatch.setattr(checking, "place_of_failure", lambda *args: None)
    check(name, maker(calls))
    assert len(calls) > 0
    assert with_trace == len(calls) + 1


def test_a_right_function_is_not_recorded(monkeypatch):
    calls = []

    def relu(z):
        calls.append(1)
        return np.maximum(z, 0)

    assert check("relu", relu).outcome == "passed"
    with_trace = len(calls)
    calls.clear()
    monkeypatch.setattr(checking, "place_of_failure", lambda *args: None)
    check("relu", relu)
    assert with_trace == len(calls)
