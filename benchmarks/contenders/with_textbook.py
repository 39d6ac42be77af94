"""The network as a textbook writes it with NumPy: images scaled once, one-hot rows, array by array."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..nets import Job


def prepare(job: Job, variant: str) -> Callable[[], list]:
    """variant: "float32" or "float64", the type of everything."""
    images = (job.images / 255).astype(variant)
    targets = np.eye(10, dtype=variant)[job.labels]
    update = {"sgd": _sgd, "adam": _adam}[job.optimizer]

    def epoch() -> list:
        parameters = [part.astype(variant) for layer in job.layers for part in layer]
        memory = [[np.zeros_like(p), np.zeros_like(p)] for p in parameters]
        for step, start in enumerate(range(0, len(job.order), job.net.batch), 1):
            chosen = job.order[start : start + job.net.batch]
            grads = _gradients(parameters, images[chosen], targets[chosen], job.net.activation)
            update(parameters, grads, memory, job.rate, step)
        return list(zip(parameters[::2], parameters[1::2]))

    return epoch


def _gradients(parameters: list, images: np.ndarray, targets: np.ndarray, activation: str) -> list:
    weights, biases = parameters[::2], parameters[1::2]
    entered, outputs = [images], images
    for i, (w, b) in enumerate(zip(weights, biases)):
        z = outputs @ w + b
        if i + 1 < len(weights):
            outputs = np.maximum(z, 0) if activation == "relu" else 1 / (1 + np.exp(-z))
            entered.append(outputs)
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    dz = (powers / powers.sum(axis=1, keepdims=True) - targets) / len(images)
    grads = []
    for i in reversed(range(len(weights))):
        grads = [entered[i].T @ dz, dz.sum(axis=0), *grads]
        if i:
            a = entered[i]
            dz = (dz @ weights[i].T) * ((a > 0) if activation == "relu" else a * (1 - a))
    return grads


def _sgd(parameters: list, grads: list, memory: list, rate: float, step: int) -> None:
    for p, g in zip(parameters, grads):
        p -= rate * g


def _adam(parameters: list, grads: list, memory: list, rate: float, step: int) -> None:
    for p, g, slots in zip(parameters, grads, memory):
        m = slots[0] = 0.9 * slots[0] + 0.1 * g
        s = slots[1] = 0.999 * slots[1] + 0.001 * g**2
        p -= rate * (m / (1 - 0.9**step)) / (np.sqrt(s / (1 - 0.999**step)) + 1e-8)
