"""Examples as columns, two layers, a thousand examples drawn anew for every step.

Faults kept: the gradient is twice what it should be, softmax subtracts one maximum for the whole batch, and
accuracy is counted example by example.
"""

from __future__ import annotations

import numpy as np


def as_columns(images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Images (784, n) float64 and one-hot columns (10, n)."""
    rows = np.asarray([np.reshape(image, [-1]) for image in images / 255])
    targets = np.asarray([_one_hot(label) for label in labels])
    return rows.T, targets.T


def forward(x: np.ndarray, w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray) -> tuple:
    """z1, a1 and probabilities; biases are columns (fan_out, 1)."""
    z1 = w1.dot(x) + b1
    a1 = np.maximum(z1, 0)
    z2 = w2.dot(a1) + b2
    powers = np.exp(z2 - np.max(z2))
    return z1, a1, powers / powers.sum(axis=0)


def step(x: np.ndarray, y: np.ndarray, network: list, rate: float) -> np.ndarray:
    """One step of gradient descent, changing [w1, b1, w2, b2] in place; returns the probabilities."""
    w1, b1, w2, b2 = network
    z1, a1, p = forward(x, w1, b1, w2, b2)
    n = y.shape[1]
    dz2 = 2 * (p - y)
    dw2 = 1 / n * dz2.dot(a1.T)
    db2 = 1 / n * np.sum(dz2, 1).reshape(-1, 1)
    dz1 = w2.T.dot(dz2) * (z1 > 0)
    dw1 = 1 / n * dz1.dot(x.T)
    db1 = 1 / n * np.sum(dz1, 1).reshape(-1, 1)
    for here, part in zip(network, (dw1, db1, dw2, db2)):
        here -= rate * part
    return p


def train_steps(
    x: np.ndarray,
    y: np.ndarray,
    network: list,
    *,
    steps: int,
    batch: int,
    rate: float,
    rng: np.random.Generator,
) -> list[float]:
    """Steps on examples drawn without replacement each time; returns the accuracy of each batch."""
    accuracies = []
    for _ in range(steps):
        chosen = rng.choice(x.shape[1], size=batch, replace=False)
        some_x, some_y = x[:, chosen], y[:, chosen]
        accuracies.append(_accuracy(step(some_x, some_y, network, rate), some_y))
    return accuracies


def _one_hot(label: int) -> np.ndarray:
    row = np.zeros(10)
    row[label] = 1
    return row


def _accuracy(p: np.ndarray, y: np.ndarray) -> float:
    p, y = p.T, y.T
    right = 0
    for i in range(len(p)):
        if np.argmax(p[i]) == np.argmax(y[i]):
            right += 1
    return right / len(p)
