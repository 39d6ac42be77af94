"""The tests that can be ordered, what they cost and what they look at.

Each runs a small piece of the program and marks what is out of range.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from . import static_tests as at_rest
from . import training_tests as in_motion
from .finding import Finding
from .program import Program


class Test(NamedTuple):
    """What can be ordered.

    price: int, points of the budget
    about: str, what it looks at
    run: Program -> Findings
    """

    price: int
    about: str
    run: Callable[[Program], Iterator[Finding]]


MENU = {
    "loss at start": Test(1, "the loss before the first step", at_rest.loss_at_start),
    "shapes": Test(1, "shapes on the way through, steps in each epoch", at_rest.shapes),
    "dtype": Test(1, "type and range of the inputs, size of the first sums", at_rest.dtype),
    "starting numbers": Test(
        1, "mean and spread of the first weights, and the biases", at_rest.starting_numbers
    ),
    "row sums": Test(1, "sums of probabilities and of their gradient", at_rest.row_sums),
    "pairs": Test(1, "images and labels after the shuffle", at_rest.pairs),
    "train against test": Test(1, "hidden units in training and in use", at_rest.train_against_test),
    "two batch sizes": Test(
        2, "the gradient of 20 images, and of the same five times over", in_motion.two_batch_sizes
    ),
    "two learning rates": Test(
        2, "one step at two rates, each divided by its rate", in_motion.two_learning_rates
    ),
    "constant-gradient bench": Test(2, "the optimiser alone, with a gradient of 1", in_motion.bench),
    "overfit 20 images": Test(3, "300 steps on 20 images", in_motion.overfit),
    "gradient check": Test(3, "slopes by nudging against the program's gradients", in_motion.gradient_check),
}


def order(name: str, program: Program) -> list[Finding]:
    """Run a test of the menu.

    name: str; program: Program
    returns: list of Finding
    """
    with np.errstate(all="ignore"):
        return list(MENU[name].run(program))
