"""Exercises: a learner writes a function, and a check says at once whether it is right, and if not, why.

What passes goes into the learner's own workbook, and becomes part of the learner's own network.
"""

from .checking import check
from .core import Exercise, Fresh, Mistake, Probe, Property
from .result import Result

__all__ = ["Exercise", "Fresh", "Mistake", "Probe", "Property", "Result", "check"]
