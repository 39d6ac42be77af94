"""Exercises: a learner writes a function, and a check says at once whether it is right, and if not, why.

What passes goes into the learner's own workbook, and becomes part of the learner's own network.
"""

from .backup import backup
from .checking import check
from .core import Exercise, Fresh, Mistake, Probe, Property
from .decorator import exercise
from .ladder import hint, solution
from .own import mine
from .predictions import guess, recall, reveal
from .result import Result
from .standing import progress

__all__ = [
    "Exercise",
    "Fresh",
    "Mistake",
    "Probe",
    "Property",
    "Result",
    "backup",
    "check",
    "exercise",
    "guess",
    "hint",
    "mine",
    "progress",
    "recall",
    "reveal",
    "solution",
]
