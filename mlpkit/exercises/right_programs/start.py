"""Correct programs for the topic `start`: name of the exercise -> functions that must pass."""

import numpy as np


def _loop(logits, labels):
    right = 0
    for row, label in zip(logits, labels):
        best = 0
        for k in range(len(row)):
            if row[k] > row[best]:
                best = k
        right += best == label
    return right / len(labels)


def _sorted(logits, labels):
    return np.count_nonzero(np.argsort(logits, axis=-1)[:, -1] == labels) / labels.shape[0]


def _one_hot(logits, labels):
    is_largest = logits == logits.max(axis=1)[:, None]
    return np.einsum("ik,ik->", np.eye(logits.shape[1])[labels], is_largest.astype(float)) / len(logits)


def _by_value(logits, labels):
    return np.where(logits[np.arange(len(labels)), labels] >= logits.max(1), 1.0, 0.0).mean()


CORRECT = {
    "accuracy": (
        _loop,
        _sorted,
        _one_hot,
        _by_value,
        lambda logits, labels: np.float32(np.mean(np.argmax(logits, -1) == labels)),
        lambda logits, labels: sum(a.argmax() == b for a, b in zip(logits, labels)) / len(logits),
        lambda logits, labels: 1 - np.mean(logits.argmax(1) != labels),
    ),
}
