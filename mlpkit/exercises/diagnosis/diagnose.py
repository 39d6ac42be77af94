"""From what was seen to one finding: the listed mistakes first, then whatever can be found out in general.

Detectors are tried one after another; the first that finds something is told. `render` makes sentences of it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..checker.answers import InvalidAnswer
from ..checker.compare import comparisons_of, first_failure, wrong_values
from ..checker.runner import CaseRun
from ..spec import Exercise
from . import functions, linear, outside, places, side_effects, structure
from .as_if import as_if
from .evidence import Evidence, Finding, updates_of, views_of, where_it_starts, wrong_cases, wrong_part
from .first_divergence import telling_case
from .known_mistakes import (
    Known,
    Match,
    known_programs,
    match_all_cases,
    match_parts,
    match_raised,
    match_some_cases,
)
from .observed import observe, observe_property, observe_shape, observe_value
from .raised import misspelt, raised
from .scope import scope_of
from .traps import not_kept, trap, writes_elsewhere

Detector = Callable[[Evidence], Finding | None]

OUTSIDE: tuple[Detector, ...] = (outside.names_from_outside, outside.overwritten_builtin)
STRUCTURE: tuple[Detector, ...] = (
    misspelt,
    trap,
    raised,
    structure.wrong_type_of_answer,
    structure.parts_swapped,
    structure.wrong_count,
    structure.wrong_shape,
    structure.not_finite,
    side_effects.not_repeatable,
    side_effects.property_broken,
    structure.wrong_dtype,
    side_effects.inputs_changed,
    side_effects.rng_not_used,
)
EXPLAIN: tuple[Detector, ...] = (  # each explains all wrong numbers of a view
    functions.nothing_computed,
    linear.scaled,
    linear.shifted,
    functions.familiar_function,
    linear.on_a_line,
    functions.one_size,
    functions.step_alone,
    linear.by_layer,
    as_if,
    functions.combination,
    linear.residual,
    functions.reduction,
    functions.moved,
    linear.own_factors,
)
LOCATE: tuple[Detector, ...] = (  # each says what the wrong numbers have in common
    linear.by_row_or_column,
    places.row_sums,
    places.same_wherever_wrong,
    places.at_zeros,
    places.at_some_inputs,
    places.at_labels,
    places.some_lines,
    places.by_magnitude,
)
DESCRIBE: tuple[Detector, ...] = (places.nearly_right, places.property_missing, places.all_alike)
ONE_CASE: tuple[Detector, ...] = (functions.one_size, places.cut_off, places.factor_in_one_case)


def diagnose(e: Evidence) -> Finding:
    """What is wrong, as one finding.

    returns: Finding; of a listed mistake the code is "known mistake"
    """
    finding = first_found(OUTSIDE, [e]) if e.function is not None else None
    if finding:
        return finding
    known = known_programs(e.exercise)
    complete = len(e.runs) == len(e.expected)  # a run that was stopped shows nothing of the rest
    match = match_all_cases(e, known) if complete else None
    if match:  # a write into another array looks like several mistakes; the source says which
        return writes_elsewhere(e) or _known(e, match)
    numbers_only = not e.exercise.random and e.failure.failed_check in ("shape", "finite", "values")
    parts = match_parts(e, known) if complete and numbers_only else []
    if parts:
        first, *others = (_known(e, match) for match in parts)
        return first.add(also=others[0]) if others else first
    if complete and e.failure.failed_check == "raised" and not first_found((misspelt, trap), [e]):
        match = match_raised(e, known)
        if match:
            return _known(e, match)
    e = _before_number_for_array(e)
    return first_found(STRUCTURE, [e]) or _numbers(e, known)


def _before_number_for_array(e: Evidence) -> Evidence:
    """Where values may be numbers or arrays, the wrong numbers come before a number in place of an array."""
    if e.failure.failed_check != "shape" or e.exercise.output != [""]:
        return e
    before = e._replace(runs=e.runs[: e.failure.at], expected=e.expected[: e.failure.at])
    failure = first_failure(e.exercise, before.runs, before.expected)
    return before._replace(failure=failure) if failure else e


def _numbers(e: Evidence, known: Known) -> Finding:
    """What can be said about wrong numbers of the right shape."""
    part = wrong_part(e)
    explained = first_found(EXPLAIN, views_of(part))
    if not explained:
        match = match_some_cases(e, known)
        if match:
            return _known(e, match)
    wrong = part.wrong[0]
    start = updates_of(part) if updates_of(part).comparisons else where_it_starts(part)
    found = explained
    for view in (part, start):
        found = found or first_found(LOCATE, [view])
    seen = observe_value(e.exercise, e.runs[wrong.at], wrong)
    found = found or _describe(start).add(told_last=True)
    if "seen" not in found.facts:
        found = found.add(seen=seen, room_only=not found.facts.get("told_last"))
    return found.add(scope=scope_of(part))


def first_found(detectors: tuple[Detector, ...], views: list[Evidence]) -> Finding | None:
    """What the first detector finds in the first view in which it finds something."""
    return next((found for detect in detectors for view in views if (found := detect(view))), None)


def _describe(start: Evidence) -> Finding:
    """What is left to say when nothing explains the numbers."""
    found = first_found(DESCRIBE, [start])
    cases = wrong_cases(start)
    views = [
        start._replace(view="case", comparisons=tuple(c for c in start.comparisons if c.at == at))
        for at in cases
    ]
    if not found and len(cases) > 1:
        found = first_found(ONE_CASE, [view for view in views if places.enough_numbers(view)])
        found = found and found.add(one_case=True)
    return found or places.direction(start)


def _known(e: Evidence, match: Match) -> Finding:
    """A listed mistake, with what was seen of it in one case."""
    mistake = match.mistake
    at = match.at if e.exercise.random or match.how == "part" else _clearest_case(e, match.at)
    run, right = e.runs[at], e.expected[at]
    seen = (e.exercise.random and observe_property(e.exercise, run, right)) or observe(e.exercise, run, right)
    if match.how == "part":
        seen = _observe_part(e, match) or seen
    elif mistake.observe is not None and not run.raised and not isinstance(run.value, InvalidAnswer):
        try:
            text = mistake.observe(run.value, right.value, run.case.args)
            seen = Finding("own words", "", run.case.note, {"text": text})
        except Exception:  # the answer is not built as the exercise's sentence expects
            pass
    facts = {"mistake": mistake.name, "seen": seen, "certain": mistake.unambiguous and match.how != "some"}
    lost = not_kept(e) if e.function is not None and match.how == "whole" else None
    facts |= {"not_kept": lost} if lost else {}
    part = f"`{match.part}`" if match.part else ""
    return Finding("known mistake", part, run.case.note, facts, mistake.message)


def _observe_part(e: Evidence, match: Match) -> Finding | None:
    """The first thing that is wrong in the part that a listed mistake explains."""
    for c in comparisons_of(e.exercise, e.runs[match.at], e.expected[match.at], match.at):
        if c.leaf.name != match.part:
            continue
        if isinstance(c.got, InvalidAnswer) or c.got.shape != c.expected.shape:
            return observe_shape(e.exercise, e.runs[match.at], c)
        if wrong_values(c, e.exercise):
            return observe_value(e.exercise, e.runs[match.at], c)
    return None


def _clearest_case(e: Evidence, first: int) -> int:
    """The case to speak of: the first that is wrong, or a clearer one.

    A case is unclear where the answer is hardly wrong, or where right programs may do the same by chance.
    """
    gaps = [_gap(e.exercise, run, right) for run, right in zip(e.runs, e.expected)]
    telling = telling_case(e.exercise, e.runs, e.expected, e.runs[first].case.note)
    if telling is not None and (gaps[telling] >= 0.01 or gaps[first] == 0):
        return telling
    return first if not 0 < gaps[first] < 0.01 else int(np.argmax(gaps))


def _gap(exercise: Exercise, run: CaseRun, right: CaseRun) -> float:
    """The largest relative difference between an answer and the right one."""
    gaps = [0.0]
    for c in comparisons_of(exercise, run, right):
        if not isinstance(c.got, InvalidAnswer) and c.got.shape == c.expected.shape:
            with np.errstate(all="ignore"):
                size = max(np.abs(c.expected).max(initial=0), 1e-9)
                gaps.append(np.abs(c.got - c.expected).max(initial=0) / size)
    return float(np.nan_to_num(max(gaps), nan=1.0, posinf=1.0))
