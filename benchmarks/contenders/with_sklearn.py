"""scikit-learn's MLPClassifier, one partial_fit an epoch: it draws the order of the examples itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from sklearn.neural_network import MLPClassifier

from ..nets import Job

CLASSES = np.arange(10)


def prepare(job: Job, variant: str) -> Callable[[], list]:
    """Images scaled to float32 once; alpha=0 and momentum=0 make it the same plain mathematics."""
    images = job.images * np.float32(1 / 255)
    model = _model(job)

    def epoch() -> list:
        _rewind(model, job)
        model.partial_fit(images, job.labels)
        return list(zip(model.coefs_, model.intercepts_))

    return epoch


def _model(job: Job) -> MLPClassifier:
    model = MLPClassifier(
        hidden_layer_sizes=job.net.sizes[1:-1],
        activation={"relu": "relu", "sigmoid": "logistic"}[job.net.activation],
        solver=job.optimizer,
        learning_rate_init=job.rate,
        batch_size=job.net.batch,
        alpha=0.0,
        momentum=0.0,
        nesterovs_momentum=False,
        random_state=0,
    )
    # The first call builds everything; a few blank images make it nearly free.
    blank = np.zeros((len(CLASSES), job.net.sizes[0]), np.float32)
    model.set_params(batch_size=len(CLASSES)).partial_fit(blank, CLASSES, classes=CLASSES)
    return model.set_params(batch_size=job.net.batch)


def _rewind(model: MLPClassifier, job: Job) -> None:
    """Put the job's first layers in; the next call makes a new optimiser, which remembers nothing."""
    for weights, bias, (first_weights, first_bias) in zip(model.coefs_, model.intercepts_, job.layers):
        weights[...], bias[...] = first_weights, first_bias
    del model._optimizer
