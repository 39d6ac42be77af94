"""When no single cause explains wrong numbers: which lines are scaled or shifted, how far off, in which
direction?

It is less than a name, but it is true, and it says where to look.
"""

from __future__ import annotations

import numpy as np

from ..checker.answers import close
from ..checker.compare import Comparison, wrong_values
from ..checker.runner import CaseRun
from ..spec import Exercise
from .find_rows import by_example
from .wording import number


def by_lines(exercise: Exercise, runs: list[CaseRun], part: list[Comparison]) -> str:
    """Every row, or every column, is right up to a factor or a shift of its own.

    returns: str, "" if not
    """
    bad = [p for p in part if wrong_values(p, exercise)]
    if not all(p.got.ndim == 2 for p in bad) or not any(min(p.got.shape) > 1 for p in bad):
        return ""
    bad = [p for p in bad if min(p.got.shape) > 1]
    for line, axis in (("row", 1), ("column", 0)):
        if all(_scaled(p, axis) for p in bad):
            low, high = _range(bad[0], axis, np.divide)
            return (
                f"Every {line} is right up to a factor of its own, from {low} to {high}. "
                f"Look at what each {line} is divided by or multiplied with."
            )
        if all(_shifted(p, axis) for p in bad):
            low, high = _range(bad[0], axis, np.subtract)
            return (
                f"In every {line} all entries are off by the same number, from {low} in one {line} to "
                f"{high} in another{_known(exercise, runs[bad[0].at], bad[0], axis)}. "
                f"Look at what is added to or taken off each {line}."
            )
        if all(_straight(p, axis) for p in bad) and any(p.got.shape[axis] > 2 for p in bad):
            slope, shift = _slopes(bad[0], axis)
            one = "the same" if close(slope, np.full_like(slope, slope[0]), 1e-4).all() else "one"
            first = f"in the first {line} times {number(slope[0])} {'plus' if shift[0] >= 0 else 'minus'} "
            return (
                f"Every {line} is the right one times {one} number plus another of "
                f"its own: {first}{number(abs(shift[0]))}. Look at what each {line} is multiplied with, and "
                "whether that comes before or after what is added."
            )
    return ""


def _known(exercise: Exercise, run: CaseRun, pair: Comparison, axis: int) -> str:
    """What came in that the shifts of the lines are a multiple of, if anything."""
    shifts = (pair.got - pair.expected).astype(float).mean(axis)
    for name, arg in zip(exercise.inputs, run.case.args):
        if not isinstance(arg, np.ndarray) or arg.dtype.kind != "f" or len(shifts) < 3:
            continue
        lines = {"": arg} if arg.ndim == 1 else {}
        if arg.shape == pair.got.shape:
            ways = {"largest": np.max, "smallest": np.min, "mean": np.mean}
            lines = {
                f"the {way} of its {'row' if axis else 'column'} of ": take(arg, axis=axis)
                for way, take in ways.items()
            }
        for words, line in lines.items():
            times = float(shifts @ line) / (float(line @ line) or 1.0) if line.shape == shifts.shape else 0.0
            if times and close(shifts, times * line, 1e-4).all():
                return f": {number(times)} times {words}`{name}`"
    return ""


def _scaled(pair: Comparison, axis: int) -> bool:
    got, expected = pair.got.astype(float), pair.expected.astype(float)
    with np.errstate(all="ignore"):
        ratio = (got * expected).sum(axis, keepdims=True) / (expected * expected).sum(axis, keepdims=True)
    return bool(np.isfinite(ratio).all() and (ratio != 0).all() and close(got, ratio * expected).all())


def _slopes(pair: Comparison, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Slope and shift of the straight line through (right, given) numbers, for each row or column."""
    got, expected = (numbers.astype(float) for numbers in (pair.got, pair.expected))
    with np.errstate(all="ignore"):
        here = expected - expected.mean(axis, keepdims=True)
        spread = (here * here).sum(axis)
        slope = np.where(spread > 0, (got * here).sum(axis) / spread, 1.0)  # one number alone fits any slope
    return slope, got.mean(axis) - slope * expected.mean(axis)


def _straight(pair: Comparison, axis: int) -> bool:
    slope, shift = (np.expand_dims(numbers, axis) for numbers in _slopes(pair, axis))
    fits = close(pair.got.astype(float), slope * pair.expected + shift, 1e-6)
    return bool(np.isfinite(slope).all() and (np.abs(slope) > 1e-6).all() and fits.all())


def _shifted(pair: Comparison, axis: int) -> bool:
    gap = pair.got.astype(float) - pair.expected.astype(float)
    return bool((np.ptp(gap, axis=axis) < 1e-7 * max(1.0, float(np.abs(gap).max()))).all())


def _range(pair: Comparison, axis: int, compare: np.ufunc) -> tuple[str, str]:
    with np.errstate(all="ignore"):
        found = compare(pair.got, pair.expected).astype(float)
    found = found[np.isfinite(found)]
    return number(found.min()), number(found.max())


def by_closeness(exercise: Exercise, runs: list[CaseRun], part: list[Comparison]) -> str:
    """Nearly right everywhere: something small is added, rounded or cut off.

    returns: str, "" if the numbers are not that close
    """
    bad = [p for p in part if wrong_values(p, exercise)]
    worst = max(float(np.abs(p.got - p.expected).max() / max(np.abs(p.expected).max(), 1e-300)) for p in bad)
    if worst > 0.01:
        return ""
    return (
        f"Nearly right: off by at most {100 * worst:.2g} % of the largest number. "
        "Look for a small number that is added, a rounding, or numbers of too few digits (float16, float32)."
    )


def by_direction(exercise: Exercise, runs: list[CaseRun], part: list[Comparison]) -> str:
    """How far the numbers point in the right direction: the last resort.

    returns: str
    """
    bad = [p for p in part if wrong_values(p, exercise)]
    worst = min(bad, key=_cosine)
    got, expected = np.ravel(worst.got).astype(float), np.ravel(worst.expected).astype(float)
    right = close(got, expected, exercise.tolerance)
    if right.size < 3:
        seen = _share(exercise, runs, bad) or _too(bad)
        return f"{seen} Work the smallest case out by hand, and print every step beside it."
    step = (
        f"the step's {right.size} entries"
        if worst.leaf.name.startswith("step of ")
        else f"{right.size} entries"
    )
    count = f"{int((~right).sum())} of {step} differ"
    if worst is not bad[0]:
        count = f"On {runs[worst.at].case.note}, {count}"
    sizes = float(np.linalg.norm(got)), float(np.linalg.norm(expected))
    cosine = float(got @ expected) / (sizes[0] * sizes[1]) if all(sizes) else 0.0
    if cosine > 0.9:
        return (
            f"{count}; as a whole they point in the right direction (cosine {cosine:.2f}, "
            f"{number(sizes[0] / sizes[1])} times as long). "
            "Look for a term or a factor that is left out, or counts twice."
        )
    if cosine < -0.9:
        return f"{count}; as a whole they point the opposite way (cosine {cosine:.2f}). Look for a sign."
    return (
        f"{count} (cosine {cosine:.2f} with the right answer, {number(sizes[0] / (sizes[1] or 1))} times "
        "as long). "
        "Work a case of two rows out by hand, and print every step beside it."
    )


def _share(exercise: Exercise, runs: list[CaseRun], bad: list[Comparison]) -> str:
    """A share of the examples, told as a count: every right answer is one."""
    rows = by_example(exercise)
    if not rows or any(p.got.size != 1 for p in bad):
        return ""
    counts = [len(runs[p.at].case.args[rows[0]]) for p in bad]
    asked = [float(p.expected) * n for p, n in zip(bad, counts)]
    if any(abs(a - round(a)) > 1e-6 or not 0 <= a <= n for a, n in zip(asked, counts)):
        return ""
    came = float(bad[0].got) * counts[0]
    if abs(came - round(came)) > 1e-6:
        return f"Of {counts[0]} examples it is no share: counted would be {number(came)} of them."
    return f"It is {number(came)} of {counts[0]} examples, where {number(asked[0])} would be right."


def _cosine(pair: Comparison) -> float:
    """How far a pair still points the right way; the smallest tells most."""
    got, expected = np.ravel(pair.got).astype(float), np.ravel(pair.expected).astype(float)
    sizes = float(np.linalg.norm(got) * np.linalg.norm(expected))
    return abs(float(got @ expected)) / sizes if sizes and len(got) > 2 else 1.0


def _too(bad: list[Comparison]) -> str:
    gaps = np.concatenate([np.ravel(p.got - p.expected) for p in bad])
    one = all(p.got.size == 1 for p in bad)
    many = (f"on each of {len(bad)} inputs" if one else "in every entry") if len(bad) > 1 else "there"
    if (gaps > 0).all():
        return f"It is too large {many}."
    if (gaps < 0).all():
        return f"It is too small {many}."
    what = "on {} of {} inputs" if one else "in {} of {} entries"
    return f"It is too large {what.format(int((gaps > 0).sum()), len(gaps))}, and too small in the others."
