"""Learning rates that change as training goes on: large steps at first, small ones to finish.

A schedule is a function from the number of the step, counted from 1, to a learning rate.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable

LearningRate = float | Callable[[int], float]


def constant(learning_rate: float) -> Callable[[int], float]:
    """The same rate at every step.

    learning_rate: float > 0
    returns: schedule(step) -> float
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
    """
    check_rate(learning_rate)
    check_steps("every", every)
    check_share("factor", factor)
    return lambda step: rate_at(learning_rate, step) * factor ** ((step - 1) // int(every))


def cosine(learning_rate: LearningRate, steps: int, final: float = 0.01) -> Callable[[int], float]:
    """Half a cosine, from the full rate at step 1 down to a final share of it, where it stays.

        rate(t) = rate * (final + (1 - final) * (1 + cos(pi * (t - 1) / (steps - 1))) / 2)

    learning_rate: float > 0, or a schedule
    steps: int >= 1, where the curve ends
    final: float in (0, 1], the share of the rate that is left at the end
    returns: schedule(step) -> float
    source: Loshchilov and Hutter 2017
    """
    check_rate(learning_rate)
    check_steps("steps", steps)
    check_share("final", final)

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
    source: Goyal et al. 2017
    """
    check_rate(learning_rate)
    check_steps("steps", steps)
    return lambda step: rate_at(learning_rate, step) * min(1.0, step / steps)


def rate_at(learning_rate: LearningRate, step: int) -> float:
    """The learning rate at a step, whether it is a number or a schedule.

    learning_rate: float > 0, or a function of the step
    step: int >= 1
    returns: float
    raises: ValueError or TypeError when a schedule gives something else than a finite number above 0
    """
    if not callable(learning_rate):
        return float(learning_rate)
    return check_positive(f"the learning rate that the schedule gives at step {step}", learning_rate(step))


def check_rate(learning_rate: LearningRate) -> None:
    """Refuse what can be neither a learning rate nor a schedule.

    raises: TypeError for what is no number, ValueError for one that is not finite or not above 0
    """
    if not callable(learning_rate):
        check_positive("learning_rate", learning_rate, ", for instance 0.1")


def check_positive(name: str, value: float, example: str = "") -> float:
    """A finite number above 0, or an error that says so.

    raises: TypeError for what is no number, ValueError for one out of range
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} is {value!r}: expected a number above 0{example}")
    if not math.isfinite(value) or value <= 0:
        raise ValueError(f"{name} is {value}: expected a finite number above 0{example}")
    return float(value)


def check_number(name: str, value: float, low: float, high: float) -> float:
    """A number in [low, high), or an error that says so.

    raises: TypeError for what is no number, ValueError for one out of range
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} is {value!r}: expected a number from {low} up to, but not including, {high}")
    if not low <= value < high:
        raise ValueError(f"{name} is {value}: expected a number from {low} up to, but not including, {high}")
    return float(value)


def check_share(name: str, value: float) -> None:
    """Refuse what is not a number above 0 and at most 1.

    raises: TypeError or ValueError
    """
    if check_positive(name, value) > 1:
        raise ValueError(f"{name} is {value}: expected a share, above 0 and at most 1")


def check_steps(name: str, value: int) -> None:
    """Refuse a number of steps that is not a whole number from 1.

    raises: TypeError or ValueError
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} is {value!r}: expected a whole number of steps")
    if value < 1:
        raise ValueError(f"{name} is {value}: expected at least 1 step")
