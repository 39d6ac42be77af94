"""Patients whose gradients are right, and whose steps are not.

Feed their optimiser a gradient of 1 and measure.
"""

from __future__ import annotations

import numpy as np

from mlpkit.exercises.catalog import find

from ..program import Program
from . import Patient


def velocity_from_0(param, grad, velocity, learning_rate, momentum):
    velocity = np.zeros_like(param)
    velocity = momentum * velocity + grad
    return param - learning_rate * velocity, velocity


def correction_multiplied(param, grad, mean, mean_square, step, learning_rate, b1, b2, eps):
    mean = b1 * mean + (1 - b1) * grad
    mean_square = b2 * mean_square + (1 - b2) * grad**2
    spread = np.sqrt(mean_square * (1 - b2**step))
    return param - learning_rate * mean * (1 - b1**step) / (spread + eps), mean, mean_square


def correction_without_power(param, grad, mean, mean_square, step, learning_rate, b1, b2, eps):
    mean = b1 * mean + (1 - b1) * grad
    mean_square = b2 * mean_square + (1 - b2) * grad**2
    spread = np.sqrt(mean_square / (1 - b2))
    return param - learning_rate * mean / (1 - b1) / (spread + eps), mean, mean_square


PATIENTS = (
    Patient(
        name="heavy-feet",
        complaint="Everybody recommends momentum, so I added it. It changes nothing at all.",
        program=Program(optimizer="momentum", rate=0.02),
        part="momentum_step",
        sick=velocity_from_0,
        exercise=find("momentum_step"),
        has_symptom=lambda program, run, well: run.accuracies[-1] < well.accuracies[-1] - 0.04,
        tests=("constant-gradient bench",),
        disease="the velocity starts from 0 in every step",
        others={
            "the learning rate is too small": "It is small for plain descent. With momentum the steps "
            "should become ten times as long. Why do they not?",
            "the velocity has a factor 1 - m": "Then the first step of the test `constant-gradient bench` would be 0.1, and the later ones 1.",
            "gradients vanish": "Gradients vanish in deep networks. This network has few layers, and its gradients pass the test `gradient check`.",
        },
        explanation="A velocity that is set to 0 in each call remembers nothing. The result is plain "
        "descent.",
        source="published notebook 4",
    ),
    Patient(
        name="great-leap",
        complaint="Adam should take careful first steps. Mine jumps, and needs a long time to recover.",
        program=Program(optimizer="adam", rate=0.002),
        part="adam_step",
        sick=correction_multiplied,
        exercise=find("adam_step"),
        has_symptom=lambda program, run, well: max(run.losses) > max(well.losses) + 0.5,
        tests=("constant-gradient bench",),
        disease="Adam multiplies by its bias correction",
        others={
            "Adam has no bias correction": "Then the first step of the test `constant-gradient bench` would be 3.16 rates long.",
            "Adam's correction lacks the power t": "Then the first step of the test `constant-gradient bench` would be 1 rate: right.",
            "the root is forgotten": "Then a gradient of 1 would still make steps of 1 rate. The test `constant-gradient bench` "
            "finds a longer first step.",
        },
        explanation="The running means start too small, so they must be divided by the correction. When "
        "they are multiplied, they get even smaller, the square more than the mean, and the "
        "first step is ten rates long.",
        source="karpathy/convnetjs on GitHub, pull request 70",
    ),
    Patient(
        name="fading",
        complaint="My Adam works well and I trust it. Still, please look at it.",
        program=Program(optimizer="adam", rate=0.002),
        part="adam_step",
        sick=correction_without_power,
        exercise=find("adam_step"),
        has_symptom=lambda program, run, well: abs(run.accuracies[-1] - well.accuracies[-1]) < 0.08,
        tests=("constant-gradient bench",),
        disease="Adam's correction lacks the power t",
        others={
            "nothing is wrong": "Only its accuracy says so. Order `constant-gradient bench`, and look at the later steps too.",
            "Adam has no bias correction": "Then the first step of the test `constant-gradient bench` would be too long. It is right.",
            "Adam multiplies by its bias correction": "Then the first step of the test `constant-gradient bench` would be ten rates long. It is right.",
        },
        explanation="The correction is 1 - b instead of 1 - b to the power t. It is exact in the first "
        "step. In step 10 the step is 6.51 / sqrt(9.96) = 2.06 times as long as it should be. After about 100 steps "
        "it is too short: 0.82 times as long in step 160, the last of this run, and a third in "
        "the end. No accuracy shows it.",
        source="eriklindernoren/ML-From-Scratch on GitHub, issue 35",
    ),
)
