"""Words for a function that raised an exception: what it says in plain English, and where to look.

Python's own message is repeated, since learning to read it is half of debugging.
"""

from __future__ import annotations

import re

from ..checker.compare import Failure
from ..checker.runner import CaseRun, Raised
from ..spec import Exercise
from .observed import raised_sentence
from .wording import listed


def say_raised(
    exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun], failure: Failure
) -> str:
    """What was raised, on which inputs, what it usually means.

    returns: str
    """
    run = runs[failure.at]
    meaning = _called(exercise, run.raised) or _meaning(run.raised)
    fine = [r.case.note for r in runs if r.raised is None]
    only = f" It does answer on {fine[0]}." if fine else ""
    return f"{raised_sentence(run)}{only} {meaning}"


def _called(exercise: Exercise, raised: Raised) -> str:
    """Called with other arguments than it takes: raised before its first line."""
    if raised.kind == "TypeError" and raised.line is None and "argument" in raised.text:
        names = listed(f"`{n}`" for n in exercise.inputs)
        return (
            f"It is called as {exercise.signature}, with {names} in this order. Look at its first "
            "line, `def ...`."
        )
    return ""


def _meaning(raised: Raised) -> str:
    for kind, pattern, words in _MEANINGS:
        found = re.search(pattern, raised.text)
        if re.fullmatch(kind, raised.kind) and found:
            return words.format(*(found.groups() or ("",)))
    return "Look at that line with a small example: print what goes into it, shapes first."


_MEANINGS = (
    ("UnboundLocalError", r"variable '(\w+)'",
     "`{0}` is used before it is given a value. Is it set on every way through the function?"),
    ("NameError", r"name '(\w+)'",
     "Nothing of the name `{0}` is known there. Is it a slip of the pen, or in a cell that has not been "
     "run?"),
    ("ValueError", r"broadcast together.*?(\([\d,]*\)).*?(\([\d,]*\))",
     "Shapes {0} and {1} cannot be lined up from the right. "
     "Write the shape of both sides as a comment: was an axis lost in a sum or a maximum?"),
    ("ValueError", r"matmul|not aligned|core dimension",
     "In a matrix product the inner sizes must be the same. Write the shapes under the two factors."),
    ("ValueError", r"read-only", "That array must not be changed. Make a new one instead of writing "
                                 "into it."),
    ("ValueError", r"reshape", "The number of entries must stay the same. Count them before and after."),
    ("ValueError", r"unpack", "More or fewer values came than there are names for. Print what is "
                              "unpacked there."),
    ("ValueError", r"truth value", "An array holds many answers, `if` and `and` need one. Is it meant "
                                   "entry by entry?"),
    ("ValueError", r"inhomogeneous|sequence",
     "The pieces put together there have different shapes. Print their shapes one by one."),
    ("IndexError", r"out of bounds",
     "An index runs past the end of its axis. Look at which axis is indexed, and how long it is."),
    ("IndexError", r"too many indices", "The array has fewer axes than the index. Print its shape."),
    ("IndexError", r"arrays used as indices|only integers",
     "Whole numbers are needed there. Look at the type of what is used as an index."),
    ("IndexError", r"shape mismatch", "The index arrays must have one length. Print the shape of each."),
    ("(AxisError|.*AxisError)", r"", "The array has no axis of that number; they are counted from 0. "
                                     "Print its shape."),
    ("ZeroDivisionError", r"", "Something is divided by 0. Which of the inputs can make that number 0?"),
    ("RecursionError", r"", "The function calls itself without end. Is it meant to call another one?"),
    ("AttributeError", r"'NoneType'", "Something there is None. Which call before it returned nothing?"),
    ("AttributeError", r"'(\w+)' object has no attribute '(\w+)'",
     "A `{0}` has no `{1}`. Print the type of what stands before the dot."),
    ("TypeError", r"NoneType", "Something there is None. Which call before it returned nothing?"),
    ("TypeError", r"not callable", "Round brackets call a function; is an index, or a product, meant?"),
    ("TypeError", r"scalar|only.*(?:length|size|0-dim)",
     "One number is needed there, and an array came. Is a NumPy function meant, that works on whole arrays?"),
    ("TypeError", r"argument", "A function got other arguments than it takes. Look up its signature with "
                               "`help`."),
    ("(UFuncTypeError|.*CastingError|.*UFunc.*)", r"",
     "Whole numbers cannot hold the result. Make a new array of floats instead of writing into the old one."),
    ("KeyError", r"", "There is no entry under that key. Print the keys."),
    ("AssertionError", r"", "An `assert` of your own failed. Print what it compares."),
    ("MemoryError", r"", "An array grew far larger than needed. Print the shapes along the way."),
    ("(SystemExit|KeyboardInterrupt)", r"", "A function should return its answer and never end the program."),
    ("FloatingPointError", r"", "NumPy was set to raise there. Which inputs make that number too large, "
                                "or 0 / 0?"),
    ("(ModuleNotFoundError|ImportError)", r"", "NumPy, as `np`, is all that is needed here."),
)  # fmt: skip
