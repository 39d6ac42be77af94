"""Patients who were born ill: something is wrong with the numbers before the first step.

Weights and biases.
"""

from __future__ import annotations

import numpy as np

from mlpkit.exercises.catalog import find

from .. import program as lab
from ..program import Program
from . import Patient


def weights_around_minus_k(sizes, rng):
    layers = []
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        k = 1 / np.sqrt(fan_in)
        layers.append((rng.normal(-k, k, (fan_in, fan_out)), np.zeros(fan_out)))
    return layers


def biases_of_size_1(sizes, rng):
    he = [rng.normal(0, np.sqrt(2 / a), (a, b)) for a, b in zip(sizes, sizes[1:])]
    return [(weights, rng.normal(0, 1, weights.shape[1])) for weights in he]


def _hidden(program, run):
    return lab.forward(program, run.start, lab.scaled(program, lab.images(200).images))[0][1].ravel()


PATIENTS = (
    Patient(
        name="flat-line",
        complaint="After three epochs or thirty: the curve does not change.",
        program=Program(sizes=(784, 64, 32, 10)),
        part="init_params",
        sick=weights_around_minus_k,
        exercise=find("init_params"),
        has_symptom=lambda program, run, well: run.accuracies[-1] < 0.2 and max(run.losses) < 2.4,
        tests=("starting numbers", "overfit 20 images"),
        disease="the weights have a mean below 0",
        others={
            "the weights start too small": "The test `starting numbers` finds that their standard deviation is about right. Look at the mean beside it.",
            "the learning rate is too small": "A small rate makes a slow curve, not a flat one. And 300 "
            "steps on 20 images would change it.",
            "images and labels are shuffled apart": "Then the network could learn the same 20 images again and again, because nothing shuffles them.",
        },
        explanation="normal(-k, k) is not the same as uniform(-k, k): its first argument is a mean. Pixels "
        "are never negative, so nearly every sum is below 0, and relu makes it 0.",
        source="published notebook 0",
        histogram=("hidden activations before training", _hidden),
    ),
    Patient(
        name="slow-start",
        complaint="It learns in the end. But its first loss is larger than that of a network that knows nothing.",
        program=Program(sizes=(784, 32, 16, 10), activation="sigmoid", rate=0.5),
        part="init_params",
        sick=biases_of_size_1,
        exercise=find("init_params"),
        has_symptom=lambda program, run, well: run.losses[0] > well.losses[0] + 0.1 and run.losses[0] > 2.8,
        tests=("starting numbers", "loss at start"),
        disease="the biases start far from 0",
        others={
            "the weights start too large": "The test `starting numbers` finds that their standard deviation is right in each layer.",
            "pixels are not scaled": "Bytes would make the first sums some hundred times larger, and all "
            "sigmoids would be 0 or 1.",
            "the loss is a sum, not a mean": "A sum over 50 images would be above 100.",
        },
        explanation="Each bias was drawn from N(0, 1). Those of the last layer make the network prefer a "
        "few classes before it has seen any image. It must unlearn that first.",
        source="published notebook 4",
        histogram=("hidden activations before training", _hidden),
    ),
)
