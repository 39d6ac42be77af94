"""Learning rates that change while a network trains: large steps at first, small ones at the end.

A schedule is a function from the number of the step, counted from 1, to a learning rate.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from ._validation import check_count, check_positive, check_rate, check_share

LearningRate = float | Callable[[int], float]


def constant(learning_rate: float) -> Callable[[int], float]:
    """The same rate at every step.

    learning_rate: float > 0
    returns: schedule(step) -> float
    raises: TypeError or ValueError for what is no finite number above 0

    >>> constant(0.1)(1000)
    0.1
    """
    check_rate(learning_rate)
    return lambda step: learning_rate


def step_decay(learning_rate: LearningRate, every: int, factor: float = 0.1) -> Callable[[int], float]:
    """The rate times a factor after every so many steps.

        rate(t) = rate * factor^floor((t - 1) / every)

    learning_rate: float > 0, or a schedule
    every: int >= 1, steps
    factor: float in (0, 1]
    returns: schedule(step) -> float
    raises: TypeError or ValueError for a rate, a number of steps or a share that cannot be

    >>> schedule = step_decay(0.5, every=10, factor=0.5)
    >>> schedule(10), schedule(11), schedule(21)
    (0.5, 0.25, 0.125)
    """
    check_rate(learning_rate)
    every = check_count("every", every, 1)
    factor = check_share("factor", factor)
    return lambda step: rate_at(learning_rate, step) * factor ** ((step - 1) // every)


def cosine(learning_rate: LearningRate, steps: int, final: float = 0.01) -> Callable[[int], float]:
    """Half a cosine, from the full rate at step 1 down to a final share of it, where it stays.

        rate(t) = rate * (final + (1 - final) * (1 + cos(pi * (t - 1) / (steps - 1))) / 2)

    learning_rate: float > 0, or a schedule
    steps: int >= 1, where the curve ends
    final: float in (0, 1], the share of the rate that is left at the end
    returns: schedule(step) -> float
    raises: TypeError or ValueError for a rate, a number of steps or a share that cannot be
    source: Loshchilov and Hutter 2017

    >>> schedule = cosine(1.0, steps=101)
    >>> [round(schedule(step), 3) for step in (1, 51, 101, 200)]
    [1.0, 0.505, 0.01, 0.01]
    """
    check_rate(learning_rate)
    steps = check_count("steps", steps, 1)
    final = check_share("final", final)

    def schedule(step: int) -> float:
        done = min(1.0, (step - 1) / max(1, steps - 1))
        return rate_at(learning_rate, step) * (final + (1 - final) * (1 + math.cos(math.pi * done)) / 2)

    return schedule


def warm_up(learning_rate: LearningRate, steps: int) -> Callable[[int], float]:
    """Start small and rise in a straight line to the full rate: early gradients are poor guides.

        rate(t) = rate * min(1, t / steps)

    learning_rate: float > 0, or a schedule (its own clock runs from step 1 too)
    steps: int >= 1, the step that first has the full rate
    returns: schedule(step) -> float
    raises: TypeError or ValueError for a rate or a number of steps that cannot be
    source: Goyal et al. 2017

    >>> schedule = warm_up(cosine(1.0, steps=1000), steps=4)
    >>> [round(schedule(step), 2) for step in (1, 2, 4)]
    [0.25, 0.5, 1.0]
    """
    check_rate(learning_rate)
    steps = check_count("steps", steps, 1)
    return lambda step: rate_at(learning_rate, step) * min(1.0, step / steps)


def rate_at(learning_rate: LearningRate, step: int) -> float:
    """The learning rate at a step, whether it is a number or a schedule.

    learning_rate: float > 0, or a function of the step
    step: int >= 1
    returns: float
    raises: ValueError or TypeError when a schedule gives something else than a finite number above 0

    >>> rate_at(0.1, 5), rate_at(step_decay(0.5, every=1, factor=0.5), 3)
    (0.1, 0.125)
    """
    if not callable(learning_rate):
        return float(learning_rate)
    return check_positive(f"the learning rate that the schedule gives at step {step}", learning_rate(step))
