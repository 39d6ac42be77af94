"""Everything in dictionaries, found by names such as "W1"; activations chosen by comparing strings.

Faults kept: the sigmoid is worked out twice more for its derivative, exponentials are not protected from
overflow, the loss is worked out twice and divided by ten classes too, and every loss is appended by copying
all losses before it.
"""

from __future__ import annotations

import numpy as np


def as_columns(images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Images (784, n) float64 and targets (10, n) of int."""
    targets = np.zeros((labels.size, 10), dtype=int)
    targets[np.arange(labels.size), labels] = 1
    return (images / 255).T, targets.T


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def _softmax(z: np.ndarray) -> np.ndarray:
    return np.exp(z) / np.sum(np.exp(z), axis=0)


def forward(x: np.ndarray, parameters: dict, kinds: list[str]) -> dict:
    """Preactivations h1, h2, ... and activations a1, a2, ..."""
    outputs: dict = {}
    a = x
    for i in range(1, len(parameters) // 2 + 1):
        h = np.matmul(parameters["W" + str(i)], a) + parameters["b" + str(i)]
        if kinds[i - 1] == "sigmoid":
            a = _sigmoid(h)
        elif kinds[i - 1] == "tanh":
            a = np.tanh(h)
        elif kinds[i - 1] == "softmax":
            a = _softmax(h)
        outputs["h" + str(i)], outputs["a" + str(i)] = h, a
    return outputs


def backward(parameters: dict, outputs: dict, x: np.ndarray, y: np.ndarray, kinds: list[str]) -> dict:
    """Gradients dW1, db1, dW2, ..., and every dh and da on the way, the images' too."""
    gradients: dict = {}
    last, n = len(outputs) // 2, y.shape[1]
    gradients["dh" + str(last)] = outputs["a" + str(last)] - y
    for i in range(last, 0, -1):
        dh = gradients["dh" + str(i)]
        entered = x if i == 1 else outputs["a" + str(i - 1)]
        gradients["dW" + str(i)] = (1 / n) * np.matmul(dh, entered.T)
        gradients["db" + str(i)] = (1 / n) * np.sum(dh, axis=1, keepdims=True)
        da = gradients["da" + str(i - 1)] = np.matmul(parameters["W" + str(i)].T, dh)
        if i > 1:
            h = outputs["h" + str(i - 1)]
            if kinds[i - 2] == "sigmoid":
                slope = _sigmoid(h) * (1 - _sigmoid(h))
            elif kinds[i - 2] == "tanh":
                slope = 1 - np.tanh(h) ** 2
            gradients["dh" + str(i - 1)] = da * slope
    return gradients


def cost(y: np.ndarray, p: np.ndarray) -> float:
    """Cross-entropy, averaged over examples and classes."""
    return np.mean([-y[i] * np.log(p[i]) for i in range(len(p))])


def train_epoch(
    parameters: dict, x: np.ndarray, y: np.ndarray, *, batch: int, rate: float, kinds: list[str]
) -> tuple[dict, np.ndarray]:
    """One epoch in the given order; returns new parameters (weights (fan_out, fan_in)) and the losses."""
    losses, total = np.array([]), 0.0
    last = "a" + str(len(kinds))
    for start in np.arange(0, x.shape[1], batch):
        some_x, some_y = x[:, start : start + batch], y[:, start : start + batch]
        outputs = forward(some_x, parameters, kinds)
        gradients = backward(parameters, outputs, some_x, some_y, kinds)
        parameters = {name: part - rate * gradients["d" + name] for name, part in parameters.items()}
        losses = np.append(losses, cost(some_y, outputs[last]))
        total = total + cost(some_y, outputs[last])
    return parameters, losses
