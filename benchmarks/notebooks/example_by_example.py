"""One image at a time: each example goes through the network alone and gives its own outer products.

Faults kept: the derivative of relu is 1 wherever z is not exactly 0, the examples come in the same order
every epoch, and what does not fill a batch is left out.
"""

from __future__ import annotations

import numpy as np

try:
    from scipy.special import softmax  # as the notebook does, where it is installed
except ImportError:

    def softmax(z: np.ndarray) -> np.ndarray:
        """The same."""
        powers = np.exp(z - z.max())
        return powers / powers.sum()


def as_pairs(images: np.ndarray, labels: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """A list of (picture (28, 28) float64, one-hot (10,))."""
    pictures = (images / 255).reshape(-1, 28, 28)
    return list(zip(pictures, np.eye(10)[labels]))


def forward(weights: list, biases: list, picture: np.ndarray) -> tuple[list, list]:
    """Preactivations and activations of one picture."""
    a = picture.flatten()
    zs, activations = [], [a]
    for w, b in zip(weights, biases):
        z = w @ a + b
        a = softmax(z) if w is weights[-1] else np.maximum(0, z)
        zs.append(z)
        activations.append(a)
    return zs, activations


def gradients(weights: list, biases: list, picture: np.ndarray, target: np.ndarray) -> tuple:
    """Gradients of one example's loss, and the loss."""
    zs, activations = forward(weights, biases, picture)
    dz = activations[-1] - target
    dweights, dbiases = [np.outer(dz, activations[-2])], [dz]
    for i in reversed(range(len(weights) - 1)):
        dz = _wrong_relu_derivative(zs[i]) * (weights[i + 1].T @ dz)
        dweights.insert(0, np.outer(dz, activations[i]))
        dbiases.insert(0, dz)
    return dweights, dbiases, -(target * np.log(activations[-1])).sum()


def train_epoch(weights: list, biases: list, pairs: list, batch: int, rate: float) -> list[float]:
    """Go through all full batches once, changing weights (fan_out, fan_in) and biases in place."""
    losses = []
    for number in range(len(pairs) // batch):
        sums_w = [np.zeros(w.shape) for w in weights]
        sums_b = [np.zeros(b.shape) for b in biases]
        total = 0.0
        some = pairs[number * batch : (number + 1) * batch]
        for picture, target in some:
            dweights, dbiases, loss = gradients(weights, biases, picture, target)
            for here, part in zip(sums_w + sums_b, dweights + dbiases):
                here += part
            total += loss
        for here, part in zip(weights + biases, sums_w + sums_b):
            here -= rate * (part / len(some))
        losses.append(total / len(some))
    return losses


def _wrong_relu_derivative(z: np.ndarray) -> np.ndarray:
    slope = np.ones(z.shape)
    slope[z == 0] = 0
    return slope
