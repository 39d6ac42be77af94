"""What a test writes down, and the few things that all tests need.

A finding gives a measured number beside the one that a healthy program has.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import program as lab
from .program import Program

FEW = 20  # images in most tests


class Finding(NamedTuple):
    """One line of a report.

    text: str, what was measured and what it is with a healthy program
    normal: bool, whether it is in range
    """

    text: str
    normal: bool


def some_images(program: Program, count: int = FEW) -> tuple[np.ndarray, np.ndarray]:
    """The first images as the program scales them, and their labels."""
    pictures, labels = lab.images(program.examples)
    return lab.scaled(program, pictures[:count]), labels[:count]


def about(number: float) -> str:
    """A number that may differ a little elsewhere."""
    return f"≈ {number:.3g}" if np.isfinite(number) else "overflowed"
