"""Accuracy against time: how long mlpkit takes to reach 88.5, 89.5 and 90 % on the test images.

Means over three seeds, each with its own starting weights and its own order of the examples. The settings
were chosen on 5,000 validation images; for the result they train on all 60,000.
"""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np

from mlpkit import Examples

SEEDS = (0, 1, 2)


class Setting(NamedTuple):
    """A network and how it is trained: Adam, its rate falling along a cosine to nearly 0.

    mirrored: every image is learned the other way round as well; clothes do not mind
    """

    goal: float
    sizes: tuple[int, ...]
    epochs: int
    batch: int
    rate: float
    mirrored: bool = False


SETTINGS = (
    Setting(88.5, (784, 128, 64, 10), 7, 64, 3e-3),
    Setting(89.5, (784, 256, 128, 10), 12, 128, 2e-3),
    Setting(90.0, (784, 512, 256, 10), 12, 128, 1e-3, mirrored=True),
)


def measure(seeds: tuple[int, ...] = SEEDS, settings: tuple[Setting, ...] = SETTINGS) -> list[dict]:
    """One row for each setting: accuracy in per cent and seconds, for every seed."""
    return [setting._asdict() | {"runs": [_run(setting, seed) for seed in seeds]} for setting in settings]


def _run(setting: Setting, seed: int) -> dict:
    import mlpkit

    data, rng = mlpkit.load(valid_size=0), np.random.default_rng(seed)
    examples = _mirrored(data.train) if setting.mirrored else data.train
    steps = setting.epochs * -(-len(examples.labels) // setting.batch)
    params = mlpkit.init_params(list(setting.sizes), rng=rng)
    wall, cpu = time.perf_counter(), time.process_time()
    for step in mlpkit.train(
        params,
        examples,
        optimizer=mlpkit.adam(mlpkit.cosine(setting.rate, steps)),
        epochs=setting.epochs,
        batch_size=setting.batch,
        rng=rng,
    ):
        params = step.params
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"accuracy": 100 * mlpkit.evaluate(params, *data.test).accuracy, "wall": wall, "cpu": cpu}


def _mirrored(examples: Examples) -> Examples:
    """The examples, and after them all once more with left and right exchanged."""
    images, labels = examples
    turned = images.reshape(-1, 28, 28)[:, :, ::-1].reshape(images.shape)
    return Examples(np.concatenate([images, turned]), np.concatenate([labels, labels]))
