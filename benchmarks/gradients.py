"""Every gradient of a 784-40-10 network by differences: how long mlpkit, a notebook and PyTorch need.

The notebook nudges one parameter after another, each time through the whole network; so does PyTorch.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable

import numpy as np

from .notebooks import nudges

SIZES = (784, 40, 10)
EXAMPLES = 5  # as many as the notebook checks on
PART = 1_000  # parameters that the slow ones nudge; their time is scaled up


def measure(rounds: int) -> dict:
    """Wall and CPU seconds of every way, interleaved.

    returns: {name: {"wall": [...], "cpu": [...], "error": relative to backpropagation}}
    """
    ways = {"mlpkit.numerical_grads": _mlpkit, "the notebook, one nudge at a time": _notebook}
    if importlib.util.find_spec("torch"):
        ways["PyTorch, one nudge at a time"] = _torch
    runs = {name: make() for name, make in ways.items()}
    results: dict = {name: {"wall": [], "cpu": []} for name in runs}
    for number in range(rounds + 1):
        for name, (run, scale) in runs.items():
            wall, cpu = time.perf_counter(), time.process_time()
            error = run()
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            if number:  # the first round only warms up
                results[name]["wall"].append(wall * scale)
                results[name]["cpu"].append(cpu * scale)
                results[name]["error"] = error
    return results


def _inputs() -> tuple:
    import mlpkit

    train = mlpkit.load(valid_size=0).train
    params = mlpkit.init_params(list(SIZES), rng=np.random.default_rng(0), dtype=np.float64)
    images, labels = np.asarray(train.images[:EXAMPLES]), np.asarray(train.labels[:EXAMPLES])
    return params, images, labels, mlpkit.loss_and_grads(params, images, labels)[1]


def _error(numerical: np.ndarray, exact: np.ndarray) -> float:
    return float(np.linalg.norm(numerical - exact) / np.linalg.norm(exact))


def _mlpkit() -> tuple[Callable, float]:
    import mlpkit

    params, images, labels, exact = _inputs()
    return lambda: _error(mlpkit.numerical_grads(params, images, labels).flat, exact.flat), 1.0


def _notebook() -> tuple[Callable, float]:
    params, images, labels, exact = _inputs()
    flat = np.concatenate([part.T.ravel() for layer in params for part in layer])
    truth = np.concatenate([part.T.ravel() for layer in exact for part in layer])[:PART]
    x, y = images / 255, np.eye(10)[labels]
    return lambda: _error(nudges.numerical(x, y, flat, SIZES, PART), truth), len(flat) / PART


def _torch() -> tuple[Callable, float]:
    import torch

    torch.set_num_threads(1)
    params, images, labels, exact = _inputs()
    parts = [torch.from_numpy(part.copy()) for layer in params for part in layer]
    x, y = torch.from_numpy(images / 255), torch.from_numpy(labels.copy())

    def loss() -> float:
        w1, b1, w2, b2 = parts
        return torch.nn.functional.cross_entropy(torch.relu(x @ w1 + b1) @ w2 + b2, y).item()

    def run() -> float:
        first, slopes, eps = parts[0].view(-1), np.empty(PART), 1e-5
        for i in range(PART):
            middle = first[i].item()
            first[i] = middle + eps
            above = loss()
            first[i] = middle - eps
            slopes[i] = (above - loss()) / (2 * eps)
            first[i] = middle
        return _error(slopes, exact.flat[:PART])

    return run, params.flat.size / PART
