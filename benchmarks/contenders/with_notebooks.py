"""The notebooks' own loops: each net is trained as the notebook that it comes from trains it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..nets import Job
from ..notebooks import columns, dictionaries, example_by_example, jacobians

UNSCALED_RATE = 0.01  # what W2's notebook uses for pixels that are not scaled


def prepare(job: Job, variant: str) -> Callable[[], list]:
    """The loop that belongs to the net, on data brought into its form once."""
    return {"W0": _example_by_example, "W1": _columns, "W2": _jacobians, "W4": _dictionaries}[job.net.name](
        job
    )


def _example_by_example(job: Job) -> Callable[[], list]:
    pairs = example_by_example.as_pairs(job.images[job.order], job.labels[job.order])

    def epoch() -> list:
        weights, biases = _transposed(job)
        example_by_example.train_epoch(weights, biases, pairs, job.net.batch, job.rate)
        return [(w.T, b) for w, b in zip(weights, biases)]

    return epoch


def _columns(job: Job) -> Callable[[], list]:
    x, y = columns.as_columns(job.images, job.labels)
    steps = len(job.order) // job.net.batch

    def epoch() -> list:
        weights, biases = _transposed(job)
        network = [weights[0], biases[0][:, None], weights[1], biases[1][:, None]]
        # Half the rate, because its gradient is twice the true one.
        columns.train_steps(
            x, y, network, steps=steps, batch=job.net.batch, rate=job.rate / 2, rng=np.random.default_rng(2)
        )
        return [(network[i].T, network[i + 1][:, 0]) for i in (0, 2)]

    return epoch


def _jacobians(job: Job) -> Callable[[], list]:
    x, y = jacobians.as_columns(job.images, job.labels)
    kinds = [jacobians.relu] * (len(job.layers) - 1) + [jacobians.softmax]

    def epoch() -> list:
        # Its own start and rate: pixels up to 255 make the common ones overflow at once.
        rng = np.random.default_rng(2)
        layers = [
            (rng.normal(0, 0.1, w.T.shape), rng.normal(0, 0.1, b.shape), kind)
            for (w, b), kind in zip(job.layers, kinds)
        ]
        jacobians.train_epoch(layers, x, y, batch=job.net.batch, rate=UNSCALED_RATE, order=job.order)
        # Other nets take pixels from 0 to 1: the first layer's weights take the factor over.
        return [(w.T * (255 if i == 0 else 1), b) for i, (w, b, _) in enumerate(layers)]

    return epoch


def _dictionaries(job: Job) -> Callable[[], list]:
    x, y = dictionaries.as_columns(job.images[job.order], job.labels[job.order])
    kinds = ["sigmoid"] * (len(job.layers) - 1) + ["softmax"]

    def epoch() -> list:
        weights, biases = _transposed(job)
        parameters = {}
        for i, (w, b) in enumerate(zip(weights, biases), 1):
            parameters["W" + str(i)], parameters["b" + str(i)] = w, b[:, None]
        parameters, _ = dictionaries.train_epoch(
            parameters, x, y, batch=job.net.batch, rate=job.rate, kinds=kinds
        )
        return [(parameters[f"W{i}"].T, parameters[f"b{i}"][:, 0]) for i in range(1, len(weights) + 1)]

    return epoch


def _transposed(job: Job) -> tuple[list, list]:
    """Weights (fan_out, fan_in) and biases in float64, as all these notebooks hold them."""
    weights = [np.array(w.T, np.float64, order="C") for w, _ in job.layers]
    return weights, [b.astype(np.float64) for _, b in job.layers]
