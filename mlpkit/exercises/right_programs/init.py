"""Correct programs for the topic `init`: name of the exercise -> functions that must pass."""

import numpy as np


def _column_by_column(fan_in, fan_out, rng):
    weights = np.zeros((fan_in, fan_out))
    for unit in range(fan_out):
        weights[:, unit] = rng.normal(scale=(2 / fan_in) ** 0.5, size=fan_in)
    return weights


def _box_muller(fan_in, fan_out, rng):
    radius = np.sqrt(-2 * np.log(1 - rng.random((fan_in, fan_out))))
    return radius * np.cos(2 * np.pi * rng.random((fan_in, fan_out))) * np.sqrt(2 / fan_in)


def _row_by_row(fan_in, fan_out, rng):
    end = (6 / (fan_in + fan_out)) ** 0.5
    return np.array([[end * (2 * x - 1) for x in rng.random(fan_out)] for _ in range(fan_in)])


def _layer_loop(sizes, rng):
    layers = []
    for i in range(len(sizes) - 1):
        std = np.sqrt(2 / sizes[i])
        layers.append((std * rng.standard_normal((sizes[i], sizes[i + 1])), np.zeros((sizes[i + 1],))))
    return layers


def _from_the_end(sizes, rng):
    layers = []
    for fan_in, fan_out in reversed(list(zip(sizes[:-1], sizes[1:]))):
        weights = rng.standard_normal((fan_in, fan_out), np.float32) * np.float32((2 / fan_in) ** 0.5)
        layers.insert(0, [weights, np.zeros(fan_out, np.float32)])
    return tuple(layers)


def _one_draw(sizes, rng):
    counts = [a * b for a, b in zip(sizes, sizes[1:])]
    pieces = np.split(rng.normal(size=sum(counts)), np.cumsum(counts)[:-1])
    shapes = list(zip(sizes, sizes[1:]))
    return [(p.reshape(s) * (2 / s[0]) ** 0.5, 0 * np.arange(s[1])) for p, s in zip(pieces, shapes)]


def _from_the_standard_deviation(fan_in, fan_out, rng):
    std = np.sqrt(2 / (fan_in + fan_out))
    limit = np.sqrt(3) * std
    return rng.uniform(low=-limit, high=limit, size=(fan_in, fan_out))


def _stretched(fan_in, fan_out, rng):
    limit = np.sqrt(6) / np.sqrt(fan_in + fan_out)
    return rng.random((fan_in, fan_out)) * limit * 2 - limit


CORRECT = {
    "he_normal": (
        _column_by_column,
        _box_muller,
        lambda fan_in, fan_out, rng: rng.standard_normal((fan_in, fan_out)) * np.sqrt(2.0 / fan_in),
        lambda fan_in, fan_out, rng: rng.normal(0, np.sqrt(2 / fan_in), (fan_out, fan_in)).T,
        lambda fan_in, fan_out, rng: rng.standard_normal((fan_in, fan_out), np.float32) / np.sqrt(fan_in / 2),
        lambda fan_in, fan_out, rng: rng.standard_normal((fan_in, fan_out)) * np.sqrt(2) / np.sqrt(fan_in),
    ),
    "glorot_uniform": (
        _row_by_row,
        _from_the_standard_deviation,
        _stretched,
        lambda a, b, rng: (rng.random((a, b)) * 2 - 1) * np.sqrt(6 / (a + b)),
        lambda a, b, rng: rng.uniform(-np.sqrt(6 / (a + b)), np.sqrt(6 / (a + b)), (b, a)).T,
        lambda a, b, rng: (rng.random((a, b), np.float32) - 0.5) * np.float32(np.sqrt(24 / (a + b))),
    ),
    "init_params": (
        _layer_loop,
        _from_the_end,
        _one_draw,
        lambda sizes, rng: (
            (rng.normal(0, np.sqrt(2 / a), (a, b)), np.zeros(b)) for a, b in zip(sizes, sizes[1:])
        ),
    ),
}
