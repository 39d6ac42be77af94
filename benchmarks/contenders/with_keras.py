"""Keras, on JAX: model.fit on images that were put into order beforehand."""

from __future__ import annotations

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

from collections.abc import Callable

import keras
import numpy as np

from ..nets import Job


def prepare(job: Job, variant: str) -> Callable[[], list]:
    """The model is compiled once and its first weights put back before each epoch."""
    images = job.images[job.order] * np.float32(1 / 255)
    labels = job.labels[job.order].astype(np.int32)
    hidden = [keras.layers.Dense(size, activation=job.net.activation) for size in job.net.sizes[1:-1]]
    model = keras.Sequential(
        [keras.Input((job.net.sizes[0],)), *hidden, keras.layers.Dense(job.net.sizes[-1])]
    )
    make = {"sgd": keras.optimizers.SGD, "adam": lambda rate: keras.optimizers.Adam(rate, epsilon=1e-8)}
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=make[job.optimizer](job.rate), loss=loss)

    def epoch() -> list:
        model.set_weights([part for layer in job.layers for part in layer])
        for variable in model.optimizer.variables:  # forget the former epoch, but keep the rate
            if variable is not model.optimizer._learning_rate:
                variable.assign(np.zeros(variable.shape))
        model.fit(images, labels, batch_size=job.net.batch, epochs=1, shuffle=False, verbose=0)
        parts = model.get_weights()
        return list(zip(parts[::2], parts[1::2]))

    return epoch
