"""Optimisers: each step function gets what it remembers, and returns what to remember next.

They are judged over many steps, because most mistakes hide in the first one.
"""

from __future__ import annotations

import numpy as np

from .core import Exercise, Mistake, Probe


def momentum_step(param, grad, velocity, learning_rate, momentum):
    """One step with momentum: the velocity sums up gradients and forgets slowly.

    param, grad, velocity: arrays of one shape -> (param, velocity)
    """
    velocity = momentum * velocity + grad
    return param - learning_rate * velocity, velocity


def _grads(seed: int, steps: int, shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(steps, *shape)) + 0.3


def _next_grad(grads: np.ndarray):
    """At every step another gradient, in the place of argument 1."""
    return lambda step, args: (args[0], grads[step], *args[2:])


_START = np.random.default_rng(7).normal(size=(4, 3))

MOMENTUM_STEP = Exercise(
    "momentum_step",
    task="Take one step with momentum, and return the new parameter and the new velocity.",
    reference=momentum_step,
    takes={
        "param": "rows columns",
        "grad": "rows columns",
        "velocity": "rows columns",
        "learning_rate": "",
        "momentum": "",
    },
    gives={"param": "rows columns", "velocity": "rows columns"},
    each="step",
    probes=(
        Probe(
            "twelve steps with changing gradients",
            (_START, _START * 0, np.zeros((4, 3)), 0.1, 0.9),
            steps=12,
            carry={"param": 0, "velocity": 2},
            vary=_next_grad(_grads(1, 12, (4, 3))),
        ),
        Probe(
            "twelve steps along a constant gradient of 1",
            (np.zeros(2), np.ones(2), np.zeros(2), 0.5, 0.8),
            steps=12,
            carry={"param": 0, "velocity": 2},
        ),
        Probe("a single step from a velocity that is not 0", (_START, _START + 1, 2 * _START - 1, 0.05, 0.6)),
    ),
    mistakes=(
        Mistake(
            "velocity-reset",
            lambda p, g, v, rate, m: (p - rate * g, g),
            "It looks as if the velocity starts from 0 in every step, so nothing is ever remembered. "
            "Where does the old velocity enter?",
        ),
        Mistake(
            "old-velocity-returned",
            lambda p, g, v, rate, m: (p - rate * (m * v + g), v),
            "It looks as if the velocity that came in is handed back. What should the next step start from?",
        ),
        Mistake(
            "running-mean",
            lambda p, g, v, rate, m: (lambda n: (p - rate * n, n))(m * v + (1 - m) * g),
            "It looks as if the gradient is weighted with 1 - momentum, another convention. "
            "Here the velocity is a sum: along a constant gradient of 1 it goes 1, 1.9, 2.71 with momentum 0.9.",
        ),
        Mistake(
            "ascent",
            lambda p, g, v, rate, m: (p + rate * (m * v + g), m * v + g),
            "It looks as if the step goes uphill. Which way does the gradient point?",
        ),
        Mistake(
            "rate-in-velocity",
            lambda p, g, v, rate, m: (p - (m * v + rate * g), m * v + rate * g),
            "The parameter may look right for a while, but the learning rate went into the velocity. "
            "Where does it enter here?",
        ),
        Mistake(
            "nesterov",
            lambda p, g, v, rate, m: (p - rate * (g + m * (m * v + g)), m * v + g),
            "It looks as if the step looks ahead, as Nesterov's does. That is the next exercise.",
        ),
        Mistake(
            "old-velocity-used",
            lambda p, g, v, rate, m: (p - rate * v, m * v + g),
            "It looks as if the step is taken with the velocity from before. Which comes first, the velocity or the step?",
        ),
    ),
    hints=(
        "First bring the velocity up to date, then step with it, then return both.",
        "param, grad and velocity have one shape, and so have the two results. "
        "Along a constant gradient of 1, with momentum 0.9 and rate 1, the steps are 1, 1.9, 2.71 and so on.",
        "v ← m·v + g,  p ← p − rate·v",
        "def momentum_step(param, grad, velocity, learning_rate, momentum):\n    velocity = ...\n"
        "    return param - ..., ...",
    ),
)  # fmt: skip

EXERCISES = (MOMENTUM_STEP,)
