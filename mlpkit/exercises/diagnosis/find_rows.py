"""Is one number for the whole batch put together in another way: the largest, the first, the sum of the
rows' numbers?

The model solution is asked about every example on its own, and these answers are combined in all the usual
ways.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..checker.answers import close
from ..checker.compare import Comparison, wrong_values
from ..checker.runner import CaseRun
from ..spec import Exercise

_WAYS: dict[str, Callable] = {
    "the sum over the examples": np.sum,
    "the largest of the examples' numbers": np.max,
    "the smallest of the examples' numbers": np.min,
    "the median of the examples' numbers": np.median,
    "the number of the first example alone": lambda v: v[0],
    "the number of the last example alone": lambda v: v[-1],
    "the root of the mean square of the examples' numbers": lambda v: np.sqrt((v * v).mean()),
    "the mean of the squares of the examples' numbers": lambda v: (v * v).mean(),
    "the spread (standard deviation) of the examples' numbers": np.std,
    "the product of the examples' numbers": np.prod,
    "the mean of e to the power of minus each example's number": lambda v: np.exp(-v).mean(),
    "1 minus the mean of e to the power of minus each example's number": lambda v: 1 - np.exp(-v).mean(),
    "minus the logarithm of a mean, not the mean of minus logarithms": lambda v: -np.log(np.exp(-v).mean()),
    "the mean over all but the last example": lambda v: v[:-1].mean(),
    "the mean over all but the first example": lambda v: v[1:].mean(),
    "the sum over all but the last example, divided by the whole batch": lambda v: v[:-1].sum() / len(v),
    "the sum over all but the first example, divided by the whole batch": lambda v: v[1:].sum() / len(v),
}


def by_example(exercise: Exercise) -> list[int]:
    """The places of the arguments whose first axis are the examples."""
    return [i for i, spec in enumerate(exercise.inputs.values()) if spec.split()[:1] in (["batch"], ["n"])]


def by_rows(exercise: Exercise, runs: list[CaseRun], part: list[Comparison]) -> str:
    """How one number may have been put together from the numbers of single examples.

    returns: str, "" if it was not
    """
    bad = [p for p in part if wrong_values(p, exercise)]
    if not all(p.leaf.spec == "number" for p in part) or len(bad) < 2:
        return ""
    singles = {p.at: _one_by_one(exercise, runs[p.at], part[0].leaf.name) for p in part}
    if any(v is None for v in singles.values()):
        return ""
    name = f"`{part[0].leaf.name}`" if part[0].leaf.name else "The result"
    for words, way in _WAYS.items():
        with np.errstate(all="ignore"):
            fits = [_fits(way, p, singles[p.at]) for p in part]
        if all(fits):
            return f"{name} is {words}. The right one is another: look at how the examples are put together."
    return ""


def _fits(way: Callable, pair: Comparison, values: np.ndarray) -> bool:
    if len(values) < 2 and not np.isfinite(way(np.append(values, values))):
        return False
    try:
        return bool(close(pair.got, np.asarray(way(values)), 1e-6).all())
    except (ValueError, IndexError):
        return False


def _one_by_one(exercise: Exercise, run: CaseRun, part: str) -> np.ndarray | None:
    """What the model solution says of every example on its own."""
    args = run.case.args
    rows = by_example(exercise)
    if run.case.steps or not rows:
        return None
    place = list(exercise.output).index(part) if part else None
    found = []
    try:
        for i in range(len(args[rows[0]])):
            answer = exercise.reference(*(a[i : i + 1] if k in rows else a for k, a in enumerate(args)))
            found.append(float(answer if place is None else answer[place]))
        return np.array(found)
    except Exception:  # the reference may not take a single example
        return None
