"""Are the wrong numbers a familiar function of the right ones: squared, rounded, two times and minus one?

It is tried on all of them at once, and named only if it fits everywhere.
"""

from __future__ import annotations

import numpy as np

from ..checker.answers import close
from ..checker.compare import Comparison
from ..checker.runner import CaseRun
from ..spec import Exercise
from .find_scale import bad_pairs, part_name
from .observed import leaf_name
from .wording import number


def by_line(exercise: Exercise, runs: list[CaseRun], part: list[Comparison]) -> str:
    """All numbers are the right ones times something and plus something."""
    bad = bad_pairs(exercise, part)
    title = part_name(bad, exercise, runs)
    title = f"{title[0].upper()}{title[1:]}"
    got = np.concatenate([np.ravel(p.got) for p in bad]).astype(float)
    expected = np.concatenate([np.ravel(p.expected) for p in bad]).astype(float)
    if len(got) < 4 or not np.isfinite(got).all() or len(np.unique(expected)) < 2:
        return ""
    slope, shift = np.polyfit(expected, got, 1)
    if (
        min(abs(slope), abs(shift)) < 1e-6 * np.abs(got).max()
        or not close(got, slope * expected + shift, 1e-5).all()
        or close(got, expected).all()
    ):
        return ""
    sign = "plus" if shift > 0 else "minus"
    return (
        f"{title} is {number(slope)} times the right one {sign} {number(abs(shift))}, everywhere. "
        "Look for constants that do not belong."
    )


def by_size(exercise: Exercise, runs: list[CaseRun], part: list[Comparison]) -> str:
    """All numbers have one size; only their signs differ, if anything."""
    bad = bad_pairs(exercise, part)
    got, expected = (np.concatenate([np.abs(np.ravel(x)) for x in xs]).astype(float)
                 for xs in ([p.got for p in bad], [p.expected for p in bad]))  # fmt: skip
    signs = np.unique(np.sign(np.concatenate([np.ravel(p.got) for p in bad])))
    if len(got) < 4 or not got.any() or _one(expected, 1e-2) or not _one(got, 1e-6):
        return ""
    but = "; only their signs differ" if len(signs) > 1 else ""
    return (
        f"All entries of {part_name(bad, exercise, runs)} have the same size, {number(got[0])}{but}. "
        "Look at where the size gets lost."
    )


def _one(sizes: np.ndarray, tolerance: float) -> bool:
    return bool(np.isfinite(sizes).all() and np.ptp(sizes) <= tolerance * sizes.max())


_FUNCTIONS = {
    "the right answer times e to the power of itself": lambda x: x * np.exp(x),
    "e to the power of the right answer": np.exp,
    "the logarithm of the right answer": np.log,
    "the base-2 logarithm of the right answer": np.log2,
    "log(1 + the right answer)": np.log1p,
    "minus the logarithm of the right answer": lambda x: -np.log(x),
    "the right answer squared": np.square,
    "the root of the right answer": lambda x: np.sqrt(x),
    "the right answer without its sign": np.abs,
    "e to the power of minus the right answer": lambda x: np.exp(-x),
    "1 - e to the power of minus the right answer": lambda x: 1 - np.exp(-x),
    "1 over the right answer": lambda x: 1 / x,
    "1 minus the right answer": lambda x: 1 - x,
    "the right answer with everything below 0 set to 0": lambda x: np.maximum(x, 0),
    "the right answer with everything above 0 set to 0": lambda x: np.minimum(x, 0),
    "the right answer cut off at 1": lambda x: np.minimum(x, 1),
    "only the sign of the right answer": np.sign,
    "the right answer rounded to whole numbers": np.round,
    "the right answer rounded down to whole numbers": np.floor,
    "the right answer with its decimals cut off": np.trunc,
    "the right answer rounded to 1 decimal": lambda x: np.round(x, 1),
    "the right answer rounded to 2 decimals": lambda x: np.round(x, 2),
    "the right answer rounded to 3 decimals": lambda x: np.round(x, 3),
    "the right answer rounded to 4 decimals": lambda x: np.round(x, 4),
    "the tanh of the right answer": np.tanh,
    "the sigmoid of the right answer": lambda x: 1 / (1 + np.exp(-x)),
    "1 where the right answer is above 0, else 0": lambda x: (x > 0) * 1.0,
}


def by_function(exercise: Exercise, runs: list[CaseRun], part: list[Comparison]) -> str:
    """All numbers are a familiar function of the right ones."""
    bad = bad_pairs(exercise, part)
    if sum(p.got.size for p in bad) < 2:
        return ""
    for words, function in _FUNCTIONS.items():
        with np.errstate(all="ignore"):
            if all(close(p.got, function(np.asarray(p.expected, float)), 1e-6).all() for p in bad):
                name = leaf_name(bad[0].leaf, exercise) if len(bad) == 1 else part_name(bad, exercise, runs)
                return (
                    f"{name[0].upper()}{name[1:]} is {words}, everywhere. Look at the last step: is "
                    "it one too many, or one too few?"
                )
    return ""
