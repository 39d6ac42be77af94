"""Activations that return value and derivative; softmax, one column at a time, returns its whole Jacobian.

Faults kept: pixels are never scaled, softmax is smoothed so that its Jacobian is not quite its own, and both
examples and targets are copied in a new order every epoch. What it prints about all 70,000 images after each
epoch is left out here: the others print nothing either.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

SMOOTHING = 1e-8


def as_columns(images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Images (784, n) as bytes, and targets (10, n) of int."""
    columns = np.array([image.flatten() for image in images]).T
    return columns, np.array([[int(label == k) for k in range(10)] for label in labels]).T


def relu(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """relu and its derivative."""
    slope = np.zeros_like(z)
    slope[z > 0] = 1
    return np.maximum(0, z), slope


def softmax(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities (classes, n) and Jacobians (n, classes, classes)."""
    columns, jacobians = [], []
    for j in range(z.shape[1]):
        powers = np.exp(z[:, j] - z[:, j].max())
        p = powers / powers.sum(axis=0)
        p = (1 - SMOOTHING) * p + SMOOTHING / p.shape[0] * np.ones_like(p)
        columns.append(p)
        off_diagonal = 1 - np.identity(p.shape[0])
        jacobians.append(np.diag(p * (1 - p)) - off_diagonal * (p[:, np.newaxis] * p[np.newaxis, :]))
    return np.array(columns).T, np.array(jacobians)


def cross_entropy(y: np.ndarray, p: np.ndarray) -> tuple[float, np.ndarray]:
    """Loss and its derivative by the probabilities."""
    n = y.shape[1]
    return -np.sum(y * np.log(p)) / n, -y / p / n


Dense = tuple[np.ndarray, np.ndarray, Callable]


def gradients(layers: list[Dense], x: np.ndarray, y: np.ndarray, decay: float = 0.0) -> tuple:
    """Gradients by weights and biases, first layer first, and the loss."""
    results = [(x, None)]
    for w, b, activation in layers:
        results.append(activation(w @ results[-1][0] + b[:, np.newaxis]))
    loss, da = cross_entropy(y, results[-1][0])
    dws, dbs = [], []
    for i in reversed(range(len(layers))):
        w, b, _ = layers[i]
        slope = results[i + 1][1]
        dz = da * slope if slope.ndim == 2 else np.einsum("ijk, ki -> ji", slope, da)
        dws.append(dz @ results[i][0].T + 2 * decay * w)
        dbs.append(dz.sum(axis=1) + 2 * decay * b)
        da = w.T @ dz
    return dws[::-1], dbs[::-1], loss


def train_epoch(
    layers: list[Dense], x: np.ndarray, y: np.ndarray, *, batch: int, rate: float, order: np.ndarray
) -> list[float]:
    """One epoch, changing the layers (weights (fan_out, fan_in), bias, activation) in place."""
    x, y = np.take(x, order, axis=1), np.take(y, order, axis=1)
    losses = []
    for start in range(0, x.shape[1], batch):
        end = min(x.shape[1], start + batch)
        dws, dbs, loss = gradients(layers, x[:, start:end], y[:, start:end])
        for (w, b, _), dw, db in zip(layers, dws, dbs):
            w -= rate * dw
            b -= rate * db
        losses.append(loss)
    return losses
