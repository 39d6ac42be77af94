"""mlpkit as a learner uses it: the `train` generator, run to its end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

import mlpkit

from ..nets import Job


class _Order(np.random.Generator):
    """A generator whose next permutation is the one that all contenders use."""

    order: np.ndarray

    def permutation(self, x: int, axis: int = 0) -> np.ndarray:
        return self.order


def prepare(job: Job, variant: str) -> Callable[[], list]:
    """One epoch of `train` on the images as they are stored."""
    params = mlpkit.Params(job.layers)
    optimizer = {"sgd": mlpkit.sgd, "adam": mlpkit.adam}[job.optimizer](job.rate)
    activation = {"relu": mlpkit.relu, "sigmoid": mlpkit.sigmoid}[job.net.activation]
    loss_and_grads = partial(mlpkit.loss_and_grads, activation=activation)
    examples = mlpkit.Examples(job.images, job.labels)
    rng = _Order(np.random.PCG64(0))
    rng.order = job.order

    def epoch() -> list:
        steps = mlpkit.train(
            params,
            examples,
            optimizer=optimizer,
            epochs=1,
            batch_size=job.net.batch,
            rng=rng,
            loss_and_grads=loss_and_grads,
        )
        for step in steps:
            last = step.params
        return list(last)

    return epoch
