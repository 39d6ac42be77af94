"""Correct programs for the topic `init`: name of the exercise -> functions that must pass."""

import numpy as np


def _column_by_column(fan_in, fan_out, rng):
    weights = np.zeros((fan_in, fan_out))
    for unit in range(fan_out):
        weights[:, unit] = rng.normal(scale=(2 / fan_in) ** 0.5, size=fan_in)
    return weights


CORRECT = {
    "he_normal": (
        _column_by_column,
        lambda fan_in, fan_out, rng: rng.standard_normal((fan_in, fan_out)) * np.sqrt(2.0 / fan_in),
        lambda fan_in, fan_out, rng: rng.normal(0, np.sqrt(2 / fan_in), (fan_out, fan_in)).T,
        lambda fan_in, fan_out, rng: rng.standard_normal((fan_in, fan_out), np.float32) / np.sqrt(fan_in / 2),
    ),
}
