"""Softmax as three of the notebooks wrote it, and the two losses that they put behind it.

Each pair (loss, gradient) is made to be passed to `mlpkit.loss_and_grads`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..core.data import one_hot
from ..core.losses import mean_squared_error, mean_squared_error_grad, softmax, softmax_grad


def unshifted(logits: np.ndarray) -> np.ndarray:
    """Notebooks 3 and 4: e^z as it stands. Above 709 in float64, above 88 in float32, it is infinite."""
    powers = np.exp(logits)
    return powers / powers.sum(axis=1, keepdims=True)


def one_maximum(logits: np.ndarray) -> np.ndarray:
    """Notebook 1: one maximum for the whole batch. A row far below the batch's largest logit becomes 0/0."""
    powers = np.exp(logits - logits.max())
    return powers / powers.sum(axis=1, keepdims=True)


def cross_entropy_behind(softmax: Callable) -> tuple[Callable, Callable]:
    """Cross-entropy and its gradient p - y behind any softmax.

    softmax: logits (batch, classes) -> probabilities
    returns: (loss, loss_grad), both of (logits, labels)
    """

    def loss(logits: np.ndarray, labels: np.ndarray) -> float:
        return float(-np.log(softmax(logits)[np.arange(len(labels)), labels]).mean())

    def loss_grad(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
        probabilities = softmax(logits)
        return (probabilities - one_hot(labels, logits.shape[1])) / len(labels)

    return loss, loss_grad


def squared_error(logits: np.ndarray, labels: np.ndarray) -> float:
    """Half the squared distance between the probabilities and the one-hot label."""
    return mean_squared_error(softmax(logits), labels)


def squared_error_grad(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Its gradient, through softmax's whole Jacobian: dz = p * (d - sum_k d_k p_k) with d = (p - y) / n."""
    probabilities = softmax(logits)
    return softmax_grad(mean_squared_error_grad(probabilities, labels), probabilities)


def diagonal_only(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Notebook 4: dz = d * p * (1 - p), as if a logit moved its own probability and no other."""
    probabilities = softmax(logits)
    return mean_squared_error_grad(probabilities, labels) * probabilities * (1 - probabilities)
