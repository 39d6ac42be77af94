"""The tests that can be ordered, what they cost and what they look at.

Each runs a small piece of the program and marks what is out of range.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from . import static_tests, training_tests
from .finding import Finding
from .program import Program


class DiagnosticTest(NamedTuple):
    """What can be ordered.

    price: int, points of the budget
    about: str, what it looks at
    run: Program -> Findings
    """

    price: int
    about: str
    run: Callable[[Program], Iterator[Finding]]


MENU = {
    "loss at start": DiagnosticTest(1, "the loss before the first step", static_tests.loss_at_start),
    "shapes": DiagnosticTest(
        1, "the shapes from layer to layer, and the steps in each epoch", static_tests.shapes
    ),
    "dtype": DiagnosticTest(1, "type and range of the inputs, size of the first sums", static_tests.dtype),
    "starting numbers": DiagnosticTest(
        1, "mean and standard deviation of the first weights, and the biases", static_tests.starting_numbers
    ),
    "row sums": DiagnosticTest(1, "sums of probabilities and of their gradient", static_tests.row_sums),
    "pairs": DiagnosticTest(1, "images and labels after the shuffle", static_tests.pairs),
    "train against test": DiagnosticTest(
        1, "hidden units in training and in use", static_tests.train_against_test
    ),
    "two batch sizes": DiagnosticTest(
        2, "the gradient of 20 images, and of the same 20 repeated five times", training_tests.two_batch_sizes
    ),
    "two learning rates": DiagnosticTest(
        2, "one step at two rates, each divided by its rate", training_tests.two_learning_rates
    ),
    "constant-gradient bench": DiagnosticTest(
        2, "the optimiser alone, with a gradient of 1", training_tests.bench
    ),
    "overfit 20 images": DiagnosticTest(3, "300 steps on 20 images", training_tests.overfit),
    "gradient check": DiagnosticTest(
        3, "slopes by small changes, compared with the program's gradients", training_tests.gradient_check
    ),
}


def order(name: str, program: Program) -> list[Finding]:
    """Run a test of the menu.

    name: str; program: Program
    returns: list of Finding
    """
    with np.errstate(all="ignore"):
        return list(MENU[name].run(program))
