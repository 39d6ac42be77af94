"""Starting weights: random, so that units differ, and scaled, so that signals keep their size.

Numbers drawn at random are never compared; their width, centre and family are.
"""

from __future__ import annotations

import numpy as np

from mlpkit import initializers

from .core import Exercise, Mistake, Probe
from .measures import CENTRE, FAMILY, NOT_CONSTANT, WIDTH


def he_normal(fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """Normal weights of variance 2 / fan_in.

    fan_in, fan_out: int, rng: Generator -> (fan_in, fan_out)
    """
    return rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out))


def _draw(std):
    """A wrong program that differs only in its standard deviation."""
    return lambda fan_in, fan_out, rng: rng.normal(0, std(fan_in, fan_out), (fan_in, fan_out))


HE_NORMAL = Exercise(
    "he_normal",
    task="Draw normal weights whose variance is 2 / fan_in.",
    reference=he_normal,
    package=initializers.he_normal,
    takes={"fan_in": "", "fan_out": "", "rng": ""},
    gives="fan_in fan_out",
    random=True,
    probes=(
        Probe("784 inputs and 128 units", (784, 128, np.random.default_rng(1))),
        Probe("100 inputs and 700 units", (100, 700, np.random.default_rng(2))),
        Probe("300 inputs and 300 units", (300, 300, np.random.default_rng(3))),
        Probe("3 inputs and 5 units", (3, 5, np.random.default_rng(4))),
    ),
    properties=(NOT_CONSTANT, CENTRE, WIDTH, FAMILY),
    mistakes=(
        Mistake(
            "variance-as-std",
            _draw(lambda fan_in, fan_out: 2 / fan_in),
            "It looks as if the variance is given where the standard deviation is asked for. How does one become the other?",
        ),
        Mistake(
            "unscaled",
            _draw(lambda fan_in, fan_out: 1.0),
            "It looks as if the draw is not scaled at all. How large would a sum of 784 such products be?",
        ),
        Mistake(
            "glorot",
            _draw(lambda fan_in, fan_out: np.sqrt(2 / (fan_in + fan_out))),
            "It looks as if fan_in and fan_out are added, as Glorot does. Which of them does He's formula look at?",
        ),
        Mistake(
            "fan-out",
            _draw(lambda fan_in, fan_out: np.sqrt(2 / fan_out)),
            "It looks as if the width is taken from the number of units. How many numbers are summed in one unit?",
        ),
        Mistake(
            "no-2",
            _draw(lambda fan_in, fan_out: np.sqrt(1 / fan_in)),
            "It looks as if the variance is 1 / fan_in. What does relu do to half of all signals?",
        ),
        Mistake(
            "one-sided",
            lambda fan_in, fan_out, rng: rng.random((fan_in, fan_out)) * np.sqrt(2 / fan_in),
            "It looks as if the numbers are drawn between 0 and 1, so none is negative. Which draw is centred on 0?",
        ),
        Mistake(
            "mean-given-as-minus-k",
            lambda fan_in, fan_out, rng: rng.normal(-np.sqrt(2 / fan_in), np.sqrt(2 / fan_in), (fan_in, fan_out)),
            "It looks as if a lower and an upper bound are given to a normal draw. What do its first two arguments mean?",
        ),
        Mistake(
            "all-zeros",
            (lambda fan_in, fan_out, rng: np.zeros((fan_in, fan_out)),),
            "All weights are 0, so all units of a layer stay alike for ever. What makes them differ?",
        ),
        Mistake(
            "global-random",
            lambda fan_in, fan_out, rng: np.random.randn(fan_in, fan_out) * np.sqrt(2 / fan_in),
            "The width is right, but the numbers come from NumPy's global generator. Who should draw here?",
        ),
        Mistake(
            "own-seed",
            lambda fan_in, fan_out, rng: np.random.default_rng(0).normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)),
            "The width is right, but a generator with a seed of its own draws the numbers, the same in every layer. "
            "Who should draw here?",
        ),
        Mistake(
            "transposed",
            lambda fan_in, fan_out, rng: rng.normal(0, np.sqrt(2 / fan_in), (fan_out, fan_in)),
            "It looks as if the shape is turned round. Rows are inputs here, columns are units.",
        ),
    ),
    hints=(
        "Draw fan_in times fan_out normal numbers from rng, with mean 0 and the right width.",
        "The shape is (fan_in, fan_out). With 784 inputs the standard deviation is 0.0505, with 128 it is 0.125.",
        "std = √(2 / fan_in), since variance = std².",
        "def he_normal(fan_in, fan_out, rng):\n    std = ...\n    return rng.normal(0, ..., size=(..., ...))",
    ),
)  # fmt: skip

EXERCISES = (HE_NORMAL,)
