"""Exercises: a learner writes a function, and a check says at once whether it is right, and if not, why.

What passes goes into the learner's own workbook, and becomes part of the learner's own network.
"""

from .._where import replace_unknown_signs
from .checker.check import check
from .checker.result import Result
from .quiz.guess import guess, reveal
from .quiz.recall import recall, review
from .spec import Case, Exercise, Mistake, Property, Stateful
from .workbook.backup import backup
from .workbook.decorator import exercise
from .workbook.explain import explain
from .workbook.hints import hint, solution
from .workbook.mine import mine
from .workbook.progress import progress

replace_unknown_signs()  # results are printed with ✓ and ✗

__all__ = [
    "Case",
    "Exercise",
    "Mistake",
    "Property",
    "Result",
    "Stateful",
    "backup",
    "check",
    "exercise",
    "explain",
    "guess",
    "hint",
    "mine",
    "progress",
    "recall",
    "reveal",
    "review",
    "solution",
]
