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
    guesses = np.eye(logits.shape[1])[logits.argmax(axis=1)]
    return np.einsum("ik,ik->", np.eye(logits.shape[1])[labels], guesses) / len(logits)


CORRECT = {
    "accuracy": (
        _loop,
        _sorted,
        _one_hot,
        lambda logits, labels: np.float32(np.mean(np.argmax(logits, -1) == labels)),
        lambda logits, labels: sum(a.argmax() == b for a, b in zip(logits, labels)) / len(logits),
        lambda logits, labels: 1 - np.mean(logits.argmax(1) != labels),
    ),
}
