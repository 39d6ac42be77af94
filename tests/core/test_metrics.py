"""Metrics: accuracy, evaluation of a whole split, and the confusion matrix."""

import numpy as np
import pytest

import mlpkit
from mlpkit import Metrics, accuracy, confusion_matrix, evaluate
from tests.nets import make


def test_accuracy():
    logits = np.array([[1.0, 2.0], [3.0, 0.0], [0.0, 1.0], [5.0, 4.0]])
    assert accuracy(logits, [1, 0, 0, 0]) == 0.75
    assert accuracy(logits.tolist(), np.array([0, 1, 0, 1], np.uint8)) == 0.0
    assert type(accuracy(logits, [1, 0, 0, 0])) is float
    assert accuracy(logits[:1], [1]) == 1.0


@pytest.mark.parametrize("count", [1, 999, 1000, 1001, 2345])
@pytest.mark.parametrize("activation", [mlpkit.relu, mlpkit.sigmoid], ids=repr)
def test_evaluate_is_the_whole_split_at_once(count, activation):
    params, images, labels = make([6, 5, 3], 0, batch=count)
    found = evaluate(params, images, labels, activation)
    logits = mlpkit.forward(params, images, activation).logits
    assert isinstance(found, Metrics)
    assert found.loss == pytest.approx(mlpkit.cross_entropy(logits, labels), rel=1e-12)
    assert found.accuracy == (logits.argmax(axis=1) == labels).mean()


def test_evaluate_takes_lists_bytes_and_another_loss():
    params, _, labels = make([6, 5, 3], 0, batch=20)
    images = np.random.default_rng(0).integers(0, 256, (20, 6), dtype=np.uint8)
    found = evaluate(list(params), images, labels.tolist(), loss=mlpkit.mean_squared_error)
    logits = mlpkit.forward(params, images).logits
    assert found.loss == pytest.approx(mlpkit.mean_squared_error(logits, labels))
    floats = images / 255
    same = evaluate(params, floats.tolist(), labels, loss=mlpkit.mean_squared_error)
    assert same == pytest.approx(found)


def test_evaluate_refuses_what_does_not_fit():
    params, images, labels = make([6, 5, 3], 0)
    with pytest.raises(ValueError, match=r"images have shape \(0, 6\): expected .*at least one"):
        evaluate(params, images[:0], labels[:0])
    with pytest.raises(ValueError, match=r"labels have shape \(4,\): expected \(5,\)"):
        evaluate(params, images, labels[:4])
    with pytest.raises(ValueError, match=r"images have shape \(\): expected"):
        evaluate(params, 3, labels)
    with pytest.raises(ValueError, match=r"labels have shape \(\)"):
        evaluate(params, images, 3)
    with pytest.raises(ValueError, match="run from"):
        evaluate(params, images, labels + 3)
    with pytest.raises(ValueError, match=r"6-5-3 network takes \(batch, 6\)"):
        evaluate(params, images[:, :5], labels)


def test_confusion_matrix():
    found = confusion_matrix([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 2, 0])
    np.testing.assert_array_equal(found, [[1, 1, 0], [0, 1, 0], [1, 0, 2]])
    assert found.dtype.kind == "i"
    assert confusion_matrix([0], [0], classes=4).shape == (4, 4)
    bytes_ = np.array([250, 3], np.uint8)
    assert confusion_matrix(bytes_, bytes_)[250, 250] == 1


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.uint64])
def test_confusion_matrix_takes_whole_numbers_of_every_kind(kind):
    labels = np.arange(100)
    found = confusion_matrix(labels, labels[::-1].astype(kind), kind(100))
    np.testing.assert_array_equal(found, np.eye(100)[::-1])


def test_confusion_matrix_counts_everybody_once():
    rng = np.random.default_rng(0)
    labels, predictions = rng.integers(0, 7, (2, 500))
    found = confusion_matrix(labels, predictions, 10)
    assert found.sum() == 500
    np.testing.assert_array_equal(found.sum(axis=1), np.bincount(labels, minlength=10))
    assert found.trace() == (labels == predictions).sum()


@pytest.mark.parametrize(
    "arguments, error, words",
    [
        (([0, 1], [0]), ValueError, r"labels \(2,\) and predictions \(1,\)"),
        (([[0]], [[0]]), ValueError, "expected two"),
        (([0.0], [0]), TypeError, "labels hold float64"),
        (([0], [-1]), ValueError, "classes run from -1 to 0: expected 0 to 0"),
        (([0, 5], [0, 1], 3), ValueError, "classes run from 0 to 5: expected 0 to 2"),
        (([0], [0], 0), ValueError, "classes is 0: expected at least 1"),
        (([0], [0], 2.7), TypeError, "classes is 2.7: expected a whole number"),
    ],
)
def test_confusion_matrix_refuses(arguments, error, words):
    with pytest.raises(error, match=words):
        confusion_matrix(*arguments)
