"""Metrics: how well a network does, in numbers for people; the loss is the number for the optimiser.

Accuracy is the share of right answers; a confusion matrix says which classes are taken for which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from ._validation import as_logits, check_count, check_examples, labels_of
from .activations import Activation, relu
from .losses import cross_entropy
from .network import CHUNK, forward
from .params import Params, as_params


class Metrics(NamedTuple):
    """How well a network does on a split.

    loss: float, mean over the examples, nats
    accuracy: float, share of right answers, 0 to 1

    >>> Metrics(0.5, 0.9).accuracy
    0.9
    """

    loss: float
    accuracy: float


def accuracy(logits: np.ndarray, labels: np.ndarray) -> float:
    """The share of rows whose largest logit is in the column of the label.

    logits: (batch, classes) float (probabilities give the same answer)
    labels: (batch,) int
    returns: float, 0 to 1
    raises: ValueError or TypeError when labels do not fit the logits

    >>> accuracy([[0.1, 0.9], [0.8, 0.2]], [1, 1])
    0.5
    """
    logits = as_logits(logits)
    labels = labels_of(logits, labels)
    right = logits.argmax(axis=-1) == labels
    return float(np.count_nonzero(right) / right.size)


def evaluate(
    params: Params | Iterable,
    images: np.ndarray,
    labels: np.ndarray,
    activation: Activation = relu,
    loss: Callable = cross_entropy,
) -> Metrics:
    """Loss and accuracy over a whole split, computed a thousand images at a time.

    params: Params, or any sequence of (weights, bias)
    images: (n, fan_in) uint8 or float
    labels: (n,) int
    activation: the one that the network was trained with
    loss: (logits, labels) -> mean loss
    returns: Metrics(loss, accuracy)
    raises: ValueError or TypeError when the split is empty or does not fit the network

    >>> evaluate([(10 * np.eye(2), np.zeros(2))], np.eye(2), [0, 1]).accuracy
    1.0
    """
    params = as_params(params)
    images, labels = check_examples(images, labels)
    losses = hits = 0.0
    for start in range(0, len(labels), CHUNK):
        part = labels[start : start + CHUNK]
        logits = forward(params, images[start : start + CHUNK], activation).logits
        losses += loss(logits, part) * len(part)
        hits += accuracy(logits, part) * len(part)
    return Metrics(losses / len(labels), round(hits) / len(labels))


def confusion_matrix(labels: np.ndarray, predictions: np.ndarray, classes: int | None = None) -> np.ndarray:
    """Count how often each class was taken for each class.

    labels: (n,) int, the true classes: the rows
    predictions: (n,) int, the predicted classes: the columns
    classes: int, or None for the largest number seen plus one
    returns: (classes, classes) int; the diagonal holds the right answers
    raises: ValueError or TypeError when the two do not fit together

    >>> confusion_matrix([0, 0, 1], [0, 1, 1]).tolist()
    [[1, 1], [0, 1]]
    """
    labels, predictions = np.asarray(labels), np.asarray(predictions)
    if labels.ndim != 1 or labels.shape != predictions.shape:
        raise ValueError(
            f"labels {labels.shape} and predictions {predictions.shape}: expected two of one shape, (n,)"
        )
    if labels.dtype.kind not in "iu" or predictions.dtype.kind not in "iu":
        raise TypeError(
            f"labels hold {labels.dtype}, predictions {predictions.dtype}: expected whole numbers"
        )
    labels, predictions = labels.astype(np.intp), predictions.astype(np.intp)
    both = np.concatenate([labels, predictions])
    classes = int(both.max(initial=0)) + 1 if classes is None else classes
    classes = check_count("classes", classes, 1)
    if len(both) and (both.min() < 0 or both.max() >= classes):
        raise ValueError(f"classes run from {both.min()} to {both.max()}: expected 0 to {classes - 1}")
    counts = np.bincount(labels * classes + predictions, minlength=classes * classes)
    return counts.reshape(classes, classes)
