"""The trace points at the place where a wrong program parts from right ones, and at none in a right one."""

import ast
import difflib

import numpy as np
import pytest

from mlpkit.exercises.catalog import exercises
from mlpkit.exercises.checker.compare import first_failure
from mlpkit.exercises.checker.runner import run_case, run_cases
from mlpkit.exercises.diagnosis.first_divergence import divergence_on, find_divergence
from mlpkit.exercises.diagnosis.known_values import right_programs
from mlpkit.exercises.diagnosis.trace_source import source_of_function

from .programs import PLACES

RIGHT = [(e, p) for e in exercises().values() for p in right_programs(e)]


def runs_of(exercise, function):
    runs = []
    with np.errstate(all="ignore"):
        run_cases(exercise, function, runs)
    return runs


def find(exercise, function, expected=None):
    runs, expected = runs_of(exercise, function), expected or runs_of(exercise, exercise.reference)
    with np.errstate(all="ignore"):
        return find_divergence(exercise, function, runs, expected)


@pytest.mark.parametrize(
    ("name", "program", "kind", "text"), PLACES, ids=[f"{n}-{p.__name__}" for n, p, *_ in PLACES]
)
def test_the_place_is_found(name, program, kind, text):
    found = find(exercises()[name], program)
    assert found is not None
    place = found.trace.places[found.divergence.place]
    assert (found.divergence.kind, place.text) == (kind, text)


@pytest.mark.parametrize("exercise", exercises().values(), ids=lambda e: e.name)
def test_in_a_right_program_it_points_nowhere(exercise):
    for program in right_programs(exercise):
        runs, expected = runs_of(exercise, program), runs_of(exercise, exercise.reference)
        if first_failure(exercise, runs, expected) is not None:
            continue  # a way that overflows on large numbers
        for number, run in enumerate(runs):
            assert divergence_on(exercise, program, run, expected[number], number) is None


def lines_of(function):
    """A function's statements, one a line; a lambda's expression is one."""
    source = source_of_function(function)
    if source is None:
        return None
    body = [source.node.body] if isinstance(source.node, ast.Lambda) else source.node.body
    return [line for part in body for line in ast.unparse(part).splitlines()]


def line_of(place, trace):
    """The line of a place as `lines_of` writes it."""
    for node in ast.walk(trace.source.node):
        span = tuple(getattr(node, n, None) for n in ("lineno", "end_lineno", "col_offset", "end_col_offset"))
        if isinstance(node, ast.stmt) and span[0] and span[0] <= place.span[0] and place.span[1] <= span[1]:
            inner = node
    return ast.unparse(inner).splitlines()[0]


def test_the_place_lies_in_a_line_that_differs_from_a_right_program():
    """Of the listed mistakes that are written in lines: one line cannot be another than the wrong one."""
    asked = pointed = differs = alike = 0
    for exercise in exercises().values():
        expected = runs_of(exercise, exercise.reference)
        right = [lines for p in right_programs(exercise) if (lines := lines_of(p))]
        for program in (p for m in exercise.mistakes for p in m.variants):
            lines = lines_of(program)
            if lines is None:
                continue
            asked += 1
            found = find(exercise, program, expected)
            if found is None:
                continue
            pointed += 1
            place = found.trace.places[found.divergence.place]
            if len(lines) == 1 or place.function:
                differs += 1
                continue
            line = line_of(place, found.trace)
            near = max(right, key=lambda r: difflib.SequenceMatcher(None, r, lines).ratio())
            differs += line not in near
            alike += line in near
    assert pointed >= 0.75 * asked, f"{pointed} of {asked}"
    assert differs >= 0.85 * pointed, f"{differs} of {pointed}"
    assert alike <= 0.05 * pointed, f"{alike} of {pointed}"


def test_a_single_case_is_enough():
    exercise = exercises()["softmax"]
    case = exercise.cases[0]
    program = next(p for _, p, *_ in PLACES if p.__name__ == "softmax_axis")
    run, expected = run_case(exercise, program, case), run_case(exercise, exercise.reference, case)
    found = divergence_on(exercise, program, run, expected, 0)
    assert found.divergence.expected == (5, 1)
    assert found.divergence.shape == (3,)
