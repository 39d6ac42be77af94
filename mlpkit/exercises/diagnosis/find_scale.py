"""What kind of wrong are the numbers: scaled, of the other sign, shifted, or a familiar function of the
right ones?

Each function here looks at one part of the answer on all probes, and says something only if it fits all of
them.
"""

from __future__ import annotations

import numpy as np

from ..checker.answers import close, leaves
from ..checker.compare import Comparison, wrong_values
from ..checker.runner import CaseRun, output_of
from ..spec import Exercise
from .find_parts import by_constant_argument
from .observed import leaf_name
from .wording import CONSTANTS, constant, factor_name, number


def bad_pairs(exercise: Exercise, part: list[Comparison]) -> list[Comparison]:
    """The arrays that are wrong; of a run of steps only the first, since later ones go on from it."""
    bad = [p for p in part if wrong_values(p, exercise)]
    first = {}
    for pair in bad:
        first.setdefault((pair.at, pair.leaf.index if not _stepped(part, pair) else None), pair)
    return list(first.values())


def _stepped(part: list[Comparison], pair: Comparison) -> bool:
    return sum(p.at == pair.at for p in part) >= 8


def part_name(bad: list[Comparison], exercise: Exercise, runs: list[CaseRun]) -> str:
    """What the wrong part of an answer is called; where some of its layers are right, which is meant."""
    leaf = bad[0].leaf
    name = leaf_name(leaf._replace(index=None), exercise)
    if leaf.index is None or any(runs[p.at].case.steps for p in bad) or _all_of_it(bad, exercise, runs):
        return name
    one = len({p.leaf.index for p in bad}) == 1
    return leaf_name(leaf, exercise) if one else f"{name}, where the fault begins,"


def _all_of_it(bad: list[Comparison], exercise: Exercise, runs: list[CaseRun]) -> bool:
    name = bad[0].leaf.name.removeprefix("step of ")
    found = {p.at: leaves(runs[p.at].value, output_of(exercise, runs[p.at].case)) for p in bad}
    every = {(at, leaf.index) for at in found for leaf in found[at] if leaf.name == name}
    return {(p.at, p.leaf.index) for p in bad} == every


def by_copy(exercise: Exercise, runs: list[CaseRun], part: list[Comparison]) -> str:
    """Nothing was computed: zeros, one constant, or an input handed back."""
    bad = bad_pairs(exercise, part)
    name = part_name(bad, exercise, runs)
    whole = [p for p in part if wrong_values(p, exercise)]
    right = [p for p in part if p.leaf.index is None and not wrong_values(p, exercise)]
    if all((p.got == 0).all() for p in whole):
        if any(p.got.any() for p in right):
            return (
                f"On the inputs on which it is wrong, {name} is 0 everywhere. Look at what decides whether "
                "anything comes through."
            )
        return (
            f"{name[0].upper()}{name[1:]} is 0 everywhere. Look at whether the computed numbers are "
            "ever put into it."
        )
    for i, arg in enumerate(exercise.inputs):
        if all(_equals_arg(p, runs, i) for p in bad):
            if not all(_equals_arg(p, runs, i) for p in right):
                return (
                    f"On the inputs on which it is wrong, {name} is `{arg}` as it came in. "
                    "Look at what decides when something is done to it."
                )
            return (
                f"{name[0].upper()}{name[1:]} is `{arg}` as it came in, unchanged. "
                "Look at which variable the last line returns."
            )
    large = [p for p in bad if p.got.size > 1]
    if large and all(np.ptp(p.got.astype(float)) == 0 for p in large):
        return (
            f"All entries of {name} are {number(large[0].got.flat[0])}. Look at where the entries "
            "should begin to differ."
        )
    if len(bad) > 1 and bad[0].got.size == 1 and len({float(p.got.flat[0]) for p in bad}) == 1:
        fewer = len({float(p.expected.flat[0]) for p in bad})
        if fewer > 1:
            return (
                f"{name[0].upper()}{name[1:]} is {number(bad[0].got.flat[0])} whatever goes in. Look "
                "at what it depends on."
            )
    return ""


def _equals_arg(pair: Comparison, runs: list[CaseRun], i: int) -> bool:
    arg = runs[pair.at].case.args[i]
    return isinstance(arg, np.ndarray) and arg.shape == pair.got.shape and bool(close(pair.got, arg).all())


def by_scale(exercise: Exercise, runs: list[CaseRun], part: list[Comparison]) -> str:
    """All numbers are the right ones times something, or plus something."""
    bad = bad_pairs(exercise, part)
    ratios = [ratio_of(p) for p in bad]
    if all(r is not None and np.isfinite(r) and r != 0 for r in ratios):
        return _scaled(exercise, runs, bad, ratios)
    shifts = [_shift(p) for p in bad]
    if all(s is not None for s in shifts) and (len(bad) > 1 or bad[0].got.size > 1):
        return _shifted(exercise, runs, bad, shifts)
    return ""


def ratio_of(pair: Comparison) -> float | None:
    """What all numbers of an array are multiplied with, or None."""
    got, expected = np.ravel(pair.got).astype(float), np.ravel(pair.expected).astype(float)
    size = float(expected @ expected)
    if not size or not np.isfinite(got).all() or not np.isfinite(size):
        return None
    ratio = float(got @ expected) / size
    return ratio if close(got, ratio * expected, 1e-4).all() else None


def _shift(pair: Comparison) -> float | None:
    with np.errstate(all="ignore"):
        gap = np.ravel(pair.got).astype(float) - np.ravel(pair.expected).astype(float)
    return float(gap.mean()) if np.isfinite(gap).all() and np.ptp(gap) < 1e-6 * max(1, abs(gap[0])) else None


def _scaled(exercise: Exercise, runs: list[CaseRun], bad: list[Comparison], ratios: list[float]) -> str:
    one_number = len(bad) == 1 and bad[0].got.size == 1
    if one_number and not constant([abs(ratios[0]), 1.0]):
        return ""  # any two numbers have a ratio
    if all(abs(r - 1) < 1e-3 for r in ratios):
        return ""
    sign = ratios[0] < 0
    if any((r < 0) != sign for r in ratios):
        return ""
    name = part_name(bad, exercise, runs)
    title = name[0].upper() + name[1:]
    if sign and constant([abs(r) for r in ratios] + [1.0]):
        return (
            f"{title} has the right size and the opposite sign, everywhere. Look for a minus, or a "
            "difference taken the other way round."
        )
    factor = factor_name(exercise, [runs[p.at].case for p in bad], ratios)
    by = f"{number(ratios[0])} times the right one"
    other = next((i for i, r in enumerate(ratios) if not constant([r, ratios[0]])), None)
    if other is not None:
        by += (
            f" on {runs[bad[0].at].case.note}, {number(ratios[other])} times on "
            f"{runs[bad[other].at].case.note}"
        )
        if factor is None:
            why = by_constant_argument(exercise, runs, bad, ratios)
            return f"{title} is {by}. {why}" if why else ""
    minus = " (and the sign is turned)" if sign else ""
    if factor is None:
        return (
            f"{title} is {by}, the same factor everywhere{minus}. Look for a factor that does not "
            "belong, or that is missing."
        )
    named = "" if factor == number(abs(ratios[0])) else f" The factor is {factor}."
    return f"{title} is {by}{minus}.{named} {_advice(factor)}"


def _advice(factor: str) -> str:
    if "size of" in factor:
        return (
            "Look at each sum and mean: over which axis does it run, and is it divided by the right "
            "number, once?"
        )
    if "logarithm" in factor:
        return "Which base does the logarithm have, which the power?"
    if factor in CONSTANTS:
        return "Look for a constant that does not belong, or that is missing."
    return "Look at where that number enters, and whether it does so once."


def by_own_factors(exercise: Exercise, runs: list[CaseRun], part: list[Comparison]) -> str:
    """Each array is right up to a factor, and the factors have no common name."""
    bad = bad_pairs(exercise, part)
    ratios = [ratio_of(p) for p in bad]
    if any(r is None or not np.isfinite(r) or not r for r in ratios) or all(p.got.size == 1 for p in bad):
        return ""
    name = part_name(bad, exercise, runs)
    other = next((i for i, r in enumerate(ratios) if not constant([r, ratios[0]])), 0)
    return (
        f"{name[0].upper()}{name[1:]} is right up to a factor that changes: {number(ratios[0])} on "
        f"{runs[bad[0].at].case.note}, then {number(ratios[other])}. "
        "Look at what it is divided by or multiplied with, and what that depends on."
    )


def _shifted(exercise: Exercise, runs: list[CaseRun], bad: list[Comparison], shifts: list[float]) -> str:
    name = part_name(bad, exercise, runs)
    title = name[0].upper() + name[1:]
    if constant(shifts) and len(shifts) > 1:
        return (
            f"{title} is too {'large' if shifts[0] > 0 else 'small'} by {number(abs(shifts[0]))} "
            "everywhere, whatever goes in. Look for a constant that is added or left out."
        )
    if bad[0].got.size < 2:
        return ""
    note, what = runs[bad[0].at].case.note, _logarithm_of(exercise, [runs[p.at].case for p in bad], shifts)
    why = (
        "Is a mean taken where a sum belongs, or a sum where a mean does?"
        if "size of" in what
        else "Something is added to all entries alike: look at what is one number for the whole array."
    )
    return f"On {note}, every entry of {name} is off by the same {number(shifts[0])}{what}. {why}"


def _logarithm_of(exercise: Exercise, cases: list, shifts: list[float]) -> str:
    name = factor_name(exercise, cases, [float(np.exp(abs(s))) for s in shifts])
    return f" (ln of {name})" if name else ""
