"""The second net: words for wrong numbers that no listed mistake explains.

First which part and which inputs are affected, then the most telling thing that can be found about the
numbers.
"""

from __future__ import annotations

import re

import numpy as np

from ..checker.compare import Comparison, comparisons_of, wrong_values
from ..checker.runner import CaseRun, measured, within
from ..spec import Exercise
from .find_functions import by_function, by_line, by_size
from .find_here import by_one_input
from .find_made import by_reduction, by_sameness, by_step_alone
from .find_parts import by_layers, by_residual, first_of_all, first_wrong, moved
from .find_places import by_move, by_place
from .find_rest import by_closeness, by_direction, by_lines
from .find_rows import by_rows
from .find_scale import by_copy, by_own_factors, by_scale
from .find_variants import by_variant
from .observed import entry_name, value_sentence
from .say_shapes import say_swapped
from .wording import listed, number


def say_values(exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun], explained: str) -> str:
    """What can be said about wrong numbers.

    explained: what `exact` found, or ""
    returns: str
    """
    order = say_swapped(exercise, runs, expected_runs)
    if order:
        return order
    every, wrong, part = _affected(exercise, runs, expected_runs)
    where = scope(exercise, runs, every, wrong)
    seen = value_sentence(exercise, runs[wrong.at], wrong)
    found = explained or _place(exercise, runs, expected_runs, part)
    if not found:
        start = moved(exercise, expected_runs, part) or first_wrong(exercise, expected_runs, part)
        rest = (
            by_closeness(exercise, runs, start)
            or _properties(exercise, runs, expected_runs, wrong.at)
            or by_sameness(exercise, runs, start)
            or by_one_input(exercise, runs, start)
            or by_direction(exercise, runs, start)
        )
        found = _after(seen, rest)
    elif not re.search(r"\d", found) and len(re.findall(r"[.?!](?:\s|$)", f"{where} {found}")) < 4:
        found = f"{seen} {found}"  # numbers, where there is room for them
    note = runs[wrong.at].case.note
    return f"{where.replace(f', wrong on {note}.', '.') if f'On {note}' in found else where} {found}"


def _after(seen: str, found: str) -> str:
    """What was found, after what was seen, without naming the same input twice."""
    note = seen.split(", ")[0]
    return f"{seen} {found.replace(f'{note}, ', 'There, ', 1) if found.startswith(note) else found}"


def exact(exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun]) -> str:
    """A finding that explains all wrong numbers of the first part that has any, or ""."""
    if say_swapped(exercise, runs, expected_runs):
        return "swapped"
    part = _affected(exercise, runs, expected_runs)[2]
    steps, start = moved(exercise, expected_runs, part), first_wrong(exercise, expected_runs, part)
    every = first_of_all(exercise, part) if len(part) > len(runs) else []
    for explain in (by_copy, by_scale, by_function, by_line, by_size):
        found = explain(exercise, runs, part)
        if not found and steps:
            found = explain(exercise, runs, steps)
        if not found and len(start) < len(part) and not steps:
            found = explain(exercise, runs, start)
        if not found and every and not steps:
            found = explain(exercise, runs, every)
        if found:
            return found
    return (
        by_step_alone(exercise, expected_runs, part)
        or by_layers(exercise, runs, part)
        or by_variant(exercise, runs, part)
        or by_rows(exercise, runs, part)
        or (by_own_factors(exercise, runs, steps) if steps else "")
        or by_residual(exercise, expected_runs, part)
        or by_reduction(exercise, runs, part)
        or by_move(exercise, runs, part)
        or by_own_factors(exercise, runs, part)
    )


def _place(
    exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun], part: list[Comparison]
) -> str:
    """What the wrong numbers have in common, if they cannot be explained."""
    start = moved(exercise, expected_runs, part) or first_wrong(exercise, expected_runs, part)
    for pairs in (part, start):
        found = by_lines(exercise, runs, pairs) or by_place(exercise, runs, pairs)
        if found:
            return found
    return ""


def _affected(
    exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun]
) -> tuple[list[Comparison], Comparison, list[Comparison]]:
    """All arrays, the first that is wrong, and all of the same part."""
    every = [
        p for at, (r, w) in enumerate(zip(runs, expected_runs)) for p in comparisons_of(exercise, r, w, at)
    ]
    bad = [p for p in every if wrong_values(p, exercise)]
    wrong = next(
        (p for p in bad if p.leaf.name not in exercise.updates), bad[0]
    )  # what moves goes by the rest
    return every, wrong, [p for p in every if p.leaf.name == wrong.leaf.name]


def _properties(exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun], at: int) -> str:
    """A property of every right answer that this one has not."""
    for prop in exercise.properties:
        got, right = measured(prop, runs[at]), measured(prop, expected_runs[at])
        if got is not None and not within(got, right, prop):
            one, other = (np.ravel(np.asarray(v, float)) for v in (got, right))
            i = int(np.argmax(np.abs(one - other))) if one.shape == other.shape else 0
            return prop.message(got, right) if callable(prop.message) else prop.message.format(
                got=number(one[i]), expected=number(other[i]))  # fmt: skip
    return ""


def scope(exercise: Exercise, runs: list[CaseRun], every: list[Comparison], wrong: Comparison) -> str:
    """Which parts of the answer, which layers or steps, and which inputs are right, and which are not."""
    parts = _parts(every, exercise)
    places = _indices(exercise, [p for p in every if p.leaf.name == wrong.leaf.name])
    good = [at for at in dict.fromkeys(p.at for p in every)
            if not any(wrong_values(p, exercise) for p in every if p.at == at)]  # fmt: skip
    inputs = ""
    if good:
        inputs = f"Right on {runs[good[0]].case.note}, wrong on {runs[wrong.at].case.note}."
    told = [words.rstrip(".") for words in (parts, places, inputs) if words]
    return "; ".join([*told[:1], *(w[0].lower() + w[1:] for w in told[1:])]) + "." * bool(told)


def _parts(every: list[Comparison], exercise: Exercise) -> str:
    names = list(dict.fromkeys(p.leaf.name for p in every))
    bad = [n for n in names if any(wrong_values(p, exercise) for p in every if p.leaf.name == n)]
    right = [n for n in names if n not in bad]
    if len(names) < 2:
        return ""
    if not right:
        return f"Neither {' nor '.join(f'`{n}`' for n in names)} is right." if len(names) == 2 else ""
    verb = "is" if len(right) == 1 else "are"
    return f"{listed(f'`{n}`' for n in right)} {verb} right, {listed(f'`{n}`' for n in bad)} {_isnt(bad)}."


def _isnt(bad: list[str]) -> str:
    return "is not" if len(bad) == 1 else "are not"


def _indices(exercise: Exercise, part: list[Comparison]) -> str:
    """Which layers, steps or batches are right, told on the probe that has both."""
    for at in dict.fromkeys(p.at for p in part):
        here = [p for p in part if p.at == at and p.leaf.index is not None]
        bad = sorted({p.leaf.index for p in here if wrong_values(p, exercise)})
        fine = sorted({p.leaf.index for p in here} - set(bad))
        if bad and fine:
            return _which(exercise, here[0].leaf.name, bad, fine)
    return ""


def _which(exercise: Exercise, name: str, bad: list[int], fine: list[int]) -> str:
    count = len(bad) + len(fine)
    one = [entry_name(exercise, name, i) for i in range(count)]
    some = listed(one[i] for i in bad[:3]) + (" and more" if len(bad) > 3 else "")
    verb = "is" if len(bad) == 1 else "are"
    if bad == list(range(bad[0], count)):
        first = f"{one[0]} is" if bad[0] == 1 else f"{one[0]} to {one[bad[0] - 1]} are"
        tail = f"from {one[bad[0]]} on it differs" if len(bad) > 1 else f"{one[bad[0]]} is not"
        return f"{first[0].upper()}{first[1:]} right, {tail}."
    if fine == [count - 1]:
        return f"The last one, {one[-1]}, is right, {some} {verb} not."
    good = listed(one[i] for i in fine[:3]) + (" and more" if len(fine) > 3 else "")
    return f"{good[0].upper()}{good[1:]} {'is' if len(fine) == 1 else 'are'} right, {some} {verb} not."
