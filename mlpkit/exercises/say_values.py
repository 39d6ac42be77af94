"""The second net: words for wrong numbers that no listed mistake explains.

First which part and which inputs are affected, then the most telling thing that can be found about the
numbers.
"""

from __future__ import annotations

import numpy as np

from .core import Exercise
from .find_places import by_place
from .find_rest import by_closeness, by_direction, by_lines
from .find_rows import by_rows
from .find_scale import by_copy, by_function, by_scale
from .find_variants import by_variant
from .observed import value_sentence
from .running import Run, measured, within
from .say_shapes import say_swapped
from .verdict import Failure, Pair, pairs_of, wrong_values
from .wording import listed, number


def say_values(exercise: Exercise, runs: list[Run], wants: list[Run], failure: Failure) -> str:
    """What can be said about wrong numbers.

    returns: str
    """
    order = say_swapped(exercise, runs, wants)
    if order:
        return order
    every = [p for at, (r, w) in enumerate(zip(runs, wants)) for p in pairs_of(exercise, r, w, at)]
    wrong = next(p for p in every if wrong_values(p, exercise))
    part = [p for p in every if p.leaf.name == wrong.leaf.name]
    where = scope(exercise, runs, every, wrong)
    found = _find(exercise, runs, part)
    if not found:
        seen = value_sentence(exercise, runs[wrong.at], wrong)
        rest = by_closeness(exercise, runs, part) or _properties(exercise, runs, wants, wrong.at)
        found = f"{seen} {rest or by_direction(exercise, runs, part)}"
    return f"{where} {found}"


def _find(exercise: Exercise, runs: list[Run], part: list[Pair]) -> str:
    """The first finding that explains all wrong numbers of a part."""
    for explain in (by_copy, by_scale, by_function, by_variant, by_rows, by_lines, by_place):
        found = explain(exercise, runs, part)
        if found:
            return found
    return ""


def _properties(exercise: Exercise, runs: list[Run], wants: list[Run], at: int) -> str:
    """A property of every right answer that this one has not."""
    for prop in exercise.properties:
        got, right = measured(prop, runs[at]), measured(prop, wants[at])
        if got is not None and not within(got, right, prop):
            one, other = (np.ravel(np.asarray(v, float)) for v in (got, right))
            i = int(np.argmax(np.abs(one - other))) if one.shape == other.shape else 0
            return prop.says(got, right) if callable(prop.says) else prop.says.format(
                got=number(one[i]), want=number(other[i]))  # fmt: skip
    return ""


def scope(exercise: Exercise, runs: list[Run], every: list[Pair], wrong: Pair) -> str:
    """Which parts of the answer, which layers or steps, and which inputs are right, and which are not."""
    parts = _parts(every, exercise)
    places = _indices(exercise, [p for p in every if p.leaf.name == wrong.leaf.name])
    good = [at for at in dict.fromkeys(p.at for p in every)
            if not any(wrong_values(p, exercise) for p in every if p.at == at)]  # fmt: skip
    inputs = ""
    if good:
        inputs = f"Right on {runs[good[0]].probe.note}, wrong on {runs[wrong.at].probe.note}."
    if parts and places:
        return f"{parts[:-1]}; {places[0].lower()}{places[1:]}"
    return f"{parts or places} {inputs}".strip()


def _parts(every: list[Pair], exercise: Exercise) -> str:
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


def _indices(exercise: Exercise, part: list[Pair]) -> str:
    """Which layers, steps or batches are right, told on the probe that has both."""
    for at in dict.fromkeys(p.at for p in part):
        here = [p for p in part if p.at == at and p.leaf.index is not None]
        bad = sorted({p.leaf.index for p in here if wrong_values(p, exercise)})
        fine = sorted({p.leaf.index for p in here} - set(bad))
        if bad and fine:
            word = "step" if exercise.each == "layer" and _stepped(here) else exercise.each
            return _which(word, bad, fine, len(bad) + len(fine))
    return ""


def _stepped(here: list[Pair]) -> bool:
    return len(here) >= 8


def _which(word: str, bad: list[int], fine: list[int], count: int) -> str:
    if bad == list(range(bad[0], count)):
        first = f"{word} 1 is" if bad[0] == 1 else f"{word}s 1 to {bad[0]} are"
        after = f"{word} {bad[0] + 1}" + (" on" if bad[0] + 1 < count else "")
        tail = f"from {after} it differs" if bad[0] + 1 < count else f"{after} is not"
        return f"{first[0].upper()}{first[1:]} right, {tail}."
    if fine == list(range(fine[0], count)):
        last = f"the last {word} is" if len(fine) == 1 else f"{word}s {fine[0] + 1} to {count} are"
        return f"{last[0].upper()}{last[1:]} right, {word} {listed(str(b + 1) for b in bad[:4])} not."
    return (
        f"{word[0].upper()}{word[1:]} {listed(str(f + 1) for f in fine[:4])} right, "
        f"{listed(str(b + 1) for b in bad[:4])} not."
    )
