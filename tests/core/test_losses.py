"""Losses: values by hand, gradients by central differences, and the edges where naive code fails."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mlpkit
from mlpkit import (
    cross_entropy,
    cross_entropy_and_grad,
    cross_entropy_grad,
    log_softmax,
    log_softmax_grad,
    mean_squared_error,
    mean_squared_error_grad,
    numerical_gradient,
    softmax,
    softmax_grad,
)
from mlpkit.core.losses import Loss
from tests.nets import LOSSES, difference, seeds


def problem(seed, batch=4, classes=5, scale=2.0):
    rng = np.random.default_rng(seed)
    return rng.normal(0, scale, (batch, classes)), rng.integers(0, classes, batch)


shapes = given(seed=seeds, batch=st.integers(1, 9), classes=st.integers(2, 9))


def test_by_hand():
    logits = np.log([[1.0, 2.0, 7.0], [1.0, 1.0, 2.0]])
    np.testing.assert_allclose(softmax(logits), [[0.1, 0.2, 0.7], [0.25, 0.25, 0.5]])
    np.testing.assert_allclose(log_softmax(logits), np.log([[0.1, 0.2, 0.7], [0.25, 0.25, 0.5]]))
    assert cross_entropy(logits, [2, 0]) == pytest.approx(-(np.log(0.7) + np.log(0.25)) / 2)
    np.testing.assert_allclose(
        cross_entropy_grad(logits, [2, 0]), [[0.05, 0.1, -0.15], [-0.375, 0.125, 0.25]]
    )
    assert mean_squared_error([[1.0, 0.0], [0.5, 0.5]], [[0.0, 0.0], [0.5, 1.5]]) == pytest.approx(0.5)
    assert mean_squared_error([[0.25, 0.75]], [1]) == pytest.approx(0.0625)
    np.testing.assert_allclose(mean_squared_error_grad([[0.25, 0.75]], [1]), [[0.25, -0.25]])


def test_all_alike_costs_the_logarithm_of_the_number_of_classes():
    assert cross_entropy(np.zeros((3, 10)), [1, 2, 3]) == pytest.approx(np.log(10))


@pytest.mark.parametrize("name", LOSSES)
@shapes
def test_gradients_against_central_differences(name, seed, batch, classes):
    loss, grad = LOSSES[name]
    logits, labels = problem(seed, batch, classes)
    numerical = numerical_gradient(lambda z: loss(z, labels), logits)
    found = difference(grad(logits, labels), numerical)
    assert found < 1e-7 or np.linalg.norm(numerical) < 1e-4


@pytest.mark.parametrize("name", LOSSES)
def test_a_gradient_wrong_by_a_little_is_seen(name):
    loss, grad = LOSSES[name]
    logits, labels = problem(1)
    numerical = numerical_gradient(lambda z: loss(z, labels), logits)
    assert difference(grad(logits, labels), numerical) < 1e-7
    assert difference(1.0005 * grad(logits, labels), numerical) > 1e-4


@shapes
def test_squared_error_against_real_targets(seed, batch, classes):
    outputs, _ = problem(seed, batch, classes)
    targets, _ = problem(seed + 1, batch, classes)
    numerical = numerical_gradient(lambda z: mean_squared_error(z, targets), outputs)
    assert difference(mean_squared_error_grad(outputs, targets), numerical) < 1e-7


@shapes
def test_softmax_jacobian(seed, batch, classes):
    logits, _ = problem(seed, batch, classes)
    weights, _ = problem(seed + 1, batch, classes)
    numerical = numerical_gradient(lambda z: (softmax(z) * weights).sum(), logits)
    assert np.linalg.norm(softmax_grad(weights, softmax(logits)) - numerical) < 1e-8
    numerical = numerical_gradient(lambda z: (log_softmax(z) * weights).sum(), logits)
    assert difference(log_softmax_grad(weights, log_softmax(logits)), numerical) < 1e-7


@shapes
def test_three_ways_to_the_same_gradient(seed, batch, classes):
    logits, labels = problem(seed, batch, classes)
    dlog = -np.eye(classes)[labels] / batch
    np.testing.assert_allclose(
        log_softmax_grad(dlog, log_softmax(logits)), cross_entropy_grad(logits, labels), atol=1e-14
    )
    loss, grad = cross_entropy_and_grad(logits, labels)
    assert loss == cross_entropy(logits, labels)
    np.testing.assert_array_equal(grad, cross_entropy_grad(logits, labels))


@shapes
def test_properties(seed, batch, classes):
    logits, labels = problem(seed, batch, classes, scale=20)
    p = softmax(logits)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    assert (p >= 0).all()
    assert (log_softmax(logits) <= 0).all()
    assert cross_entropy(logits, labels) >= 0
    np.testing.assert_allclose(cross_entropy_grad(logits, labels).sum(axis=1), 0, atol=1e-15)
    shifted = logits + np.arange(batch)[:, None] * 100
    np.testing.assert_allclose(softmax(shifted), p, rtol=1e-9)
    assert cross_entropy(shifted, labels) == pytest.approx(cross_entropy(logits, labels), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_logits_do_not_overflow_and_a_certain_mistake_costs_what_it_costs(dtype):
    logits = np.array([[1000, -1000, 0], [-1e4, 1e4, 0]], dtype)
    assert softmax(logits).tolist() == [[1, 0, 0], [0, 1, 0]]
    assert cross_entropy(logits, [0, 1]) == 0
    assert cross_entropy(logits, [1, 0]) == pytest.approx((2000 + 20000) / 2)
    assert np.isfinite(cross_entropy_grad(logits, [1, 0])).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_types(dtype):
    logits, labels = problem(0)
    logits = logits.astype(dtype)
    for array in (
        softmax(logits),
        log_softmax(logits),
        cross_entropy_grad(logits, labels),
        mean_squared_error_grad(logits, labels),
        mean_squared_error_grad(logits, np.eye(5)[labels]),
        softmax_grad(logits, softmax(logits)),
    ):
        assert array.dtype == dtype
    assert type(cross_entropy(logits, labels)) is float
    assert type(mean_squared_error(logits, labels)) is float


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.int32, np.uint64, list])
def test_any_whole_numbers_are_labels(kind):
    logits, labels = problem(0)
    given_labels = labels.tolist() if kind is list else labels.astype(kind)
    assert cross_entropy(logits.tolist(), given_labels) == pytest.approx(cross_entropy(logits, labels))
    np.testing.assert_allclose(
        cross_entropy_grad(logits, given_labels), cross_entropy_grad(logits, labels), rtol=1e-15
    )
    assert mean_squared_error(logits, given_labels) == mean_squared_error(logits, labels)


@pytest.mark.parametrize("name", LOSSES)
def test_nothing_that_goes_in_is_changed(name):
    logits, labels = problem(0)
    before = logits.copy(), labels.copy()
    for function in LOSSES[name]:
        function(logits, labels)
    np.testing.assert_array_equal(logits, before[0])
    np.testing.assert_array_equal(labels, before[1])


def test_axes_in_front_give_one_loss_each():
    logits, labels = problem(0)
    stack = np.stack([logits, logits * 2, logits - 1])
    for loss in (cross_entropy, mean_squared_error):
        np.testing.assert_allclose(loss(stack, labels), [loss(z, labels) for z in stack])


@pytest.mark.parametrize(
    "logits, labels, error, words",
    [
        (np.zeros((2, 3)), [0], ValueError, r"labels have shape \(1,\): expected \(2,\)"),
        (np.zeros((2, 3)), np.eye(3)[:2], ValueError, r"argmax\(axis=1\)"),
        (np.zeros((2, 3)), [[0], [1]], ValueError, r"ravel\(\)"),
        (np.zeros((2, 3)), [0, 3], ValueError, "run from 0 to 3.*classes 0 to 2"),
        (np.zeros((2, 3)), [-1, 0], ValueError, "run from -1 to 0"),
        (np.zeros((2, 3)), [0.0, 1.0], TypeError, r"hold float64.*astype\(int\)"),
        (np.zeros((2, 3)), [True, False], TypeError, "hold bool"),
        (np.zeros(3), [0], ValueError, r"logits have shape \(3,\): expected \(batch, classes\)"),
        (np.zeros((0, 3)), [], ValueError, "at least one example"),
        (np.zeros((2, 0)), [0, 0], ValueError, "expected"),
        ([["a", "b"]], [0], TypeError, "logits hold <U1"),
        (np.zeros((1, 2)) * 1j, [0], TypeError, "complex"),
    ],
)
@pytest.mark.parametrize("function", [cross_entropy, cross_entropy_grad, mlpkit.accuracy])
def test_bad_input(function, logits, labels, error, words):
    with pytest.raises(error, match=words):
        function(logits, labels)


@pytest.mark.parametrize("function", [mean_squared_error, mean_squared_error_grad])
def test_bad_targets(function):
    with pytest.raises(ValueError, match=r"outputs have shape \(2, 3\), targets \(2, 2\)"):
        function(np.zeros((2, 3)), np.zeros((2, 2)))
    with pytest.raises(ValueError, match="both must be"):
        function(np.zeros(3), np.zeros(3))
    with pytest.raises(ValueError, match="run from 0 to 7"):
        function(np.zeros((2, 3)), [0, 7])
    with pytest.raises(TypeError, match="targets hold <U1"):
        function(np.zeros((1, 1)), [["a"]])


def test_loss_is_a_float_that_knows_its_logits():
    logits = np.ones((2, 3))
    loss = Loss(0.5, logits)
    assert loss + 1 == 1.5
    assert isinstance(loss, float)
    for other in (copy.deepcopy(loss), pickle.loads(pickle.dumps(loss))):
        assert other == 0.5
        np.testing.assert_array_equal(other.logits, logits)
