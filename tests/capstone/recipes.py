"""A recipe and networks that the tests of the capstone share."""

import numpy as np

import mlpkit


def recipe(data, rng):
    params = mlpkit.init_params([6, 8, 3], rng=rng)
    return mlpkit.train(params, data, optimizer=mlpkit.adam(0.01), epochs=1_000, batch_size=20, rng=rng)


def network(seed=0):
    return mlpkit.init_params([6, 8, 3], rng=np.random.default_rng(seed))
