"""The trace points at the place where a wrong program parts from right ones, and at none in a right one."""

import collections

import numpy as np
import pytest

from mlpkit.exercises.catalog import exercises
from mlpkit.exercises.checker.isolation import capture_output
from mlpkit.exercises.checker.runner import equivalent, reference_runs, run_case, run_case_at, run_cases
from mlpkit.exercises.checker.sandbox import run_limited
from mlpkit.exercises.diagnosis import first_divergence
from mlpkit.exercises.diagnosis.first_divergence import case_size, divergence_on, find_divergence
from mlpkit.exercises.diagnosis.known_values import right_programs
from mlpkit.exercises.diagnosis.trace_source import source_of_function
from mlpkit.exercises.right_programs.more_ways import MORE_WAYS

from .. import mutants
from .programs import PLACES
from .twins import Reading, nearest, verdict


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


def place_in(exercise, program):
    """What `find_divergence` finds, with no more runs than it needs; "right" for a program that is."""
    sizes = [case_size(case) for case in exercise.cases]
    answer = ["endless"]

    def look():
        with capture_output(), np.errstate(all="ignore"):
            for at in sorted(range(len(sizes)), key=sizes.__getitem__):
                run, expected = run_case_at(exercise, program, at), reference_runs(exercise)[at]
                if not equivalent(run, expected, exercise):
                    answer[0] = divergence_on(exercise, program, run, expected, at)
                    return
        answer[0] = "right"

    run_limited(look, 1.0)
    return answer[0]


def right_ones(exercise):
    """The right programs of an exercise that are right on every case, those with a source."""
    partly = MORE_WAYS.get(exercise.name, ())
    return [p for p in right_programs(exercise) if p not in partly and source_of_function(p)]


def tally(exercise, table, programs):
    """How often the trace points at what.

    table: the numbers of all parts; programs: pairs of a wrong program and its twin as it was read
    """
    seen = collections.Counter()
    for program, twin in programs:
        found = place_in(exercise, program)
        if found is None:
            seen["none"] += 1
        elif not isinstance(found, str):
            place = found.trace.places[found.divergence.place]
            seen[verdict(place, found.divergence.kind, Reading(program, table), twin)] += 1
    return seen


def judge(seen, alike=0.05, covered=0.75):
    """Most wrong programs have a place, and it lies in what differs; in `alike` of them it may not."""
    pointed = seen["exactly"] + seen["differs"] + seen["alike"] + seen["unread"]
    assert pointed >= covered * (pointed + seen["none"]), seen
    assert seen["exactly"] + seen["differs"] >= 0.85 * pointed, seen
    assert seen["alike"] <= alike * pointed, seen


@pytest.mark.parametrize(
    ("every", "variants"), [(4, 1), pytest.param(1, None, marks=pytest.mark.slow)], ids=["some", "all"]
)
def test_the_place_of_a_listed_mistake_lies_in_what_differs_from_the_nearest_right_program(every, variants):
    seen = collections.Counter()
    for exercise in exercises().values():
        table = {}
        twins = [Reading(p, table) for p in right_ones(exercise)]
        tried = [p for m in exercise.mistakes[::every] for p in m.variants[:variants]]
        wrong = [p for p in tried if source_of_function(p)]
        pairs = ((p, nearest(Reading(p, table), twins)) for p in wrong)
        seen += tally(exercise, table, pairs)
    judge(seen)


@pytest.mark.parametrize("known", ["twin known", "twin unknown"])
@pytest.mark.parametrize(
    ("every", "most"), [(4, 1), pytest.param(1, None, marks=pytest.mark.slow)], ids=["some", "all"]
)
def test_the_place_of_a_change_in_a_right_program_lies_in_what_was_changed(every, most, known, monkeypatch):
    """The twin is the program that was changed; unknown it is where the trace does not have its values."""
    seen = collections.Counter()
    for exercise in exercises().values():
        for program in right_ones(exercise)[::every]:
            if known == "twin unknown":
                forget(program, exercise, monkeypatch)
            table = {}
            twin = Reading(program, table)
            changed = [p for _, p in mutants.of_source(program) if source_of_function(p)]
            middle = len(changed) // 2  # the first changes are those of the arguments' preparation
            seen += tally(exercise, table, ((p, twin) for p in (changed[middle:] + changed[:middle])[:most]))
    if known == "twin known":
        judge(seen)
    else:
        judge(seen, alike=0.05 if most is None else 0.1, covered=0.7)


def forget(program, exercise, monkeypatch):
    """Take a program out of those that the trace compares with."""
    others = [p for p in right_programs(exercise) if p is not program]
    monkeypatch.setattr(first_divergence, "right_programs", lambda _: others)
    monkeypatch.setattr(first_divergence, "_known", {})


@pytest.mark.parametrize("exercise", exercises().values(), ids=lambda e: e.name)
@pytest.mark.parametrize("cases", [1, pytest.param(None, marks=pytest.mark.slow)], ids=["some", "all"])
def test_in_a_right_program_it_points_nowhere(exercise, cases, monkeypatch):
    """Nor where the trace does not know the values of this very program."""
    for program in right_programs(exercise):
        forget(program, exercise, monkeypatch)
        sizes = [case_size(case) for case in exercise.cases]
        for at in sorted(range(len(sizes)), key=sizes.__getitem__)[:cases]:
            run, expected = run_case_at(exercise, program, at), reference_runs(exercise)[at]
            if equivalent(run, expected, exercise):  # not a way that overflows on large numbers
                with np.errstate(all="ignore"):
                    assert divergence_on(exercise, program, run, expected, at) is None


STEPS = {name: exercises()[name].reference for name in ("forward", "backward", "cross_entropy_backward")}


def epoch_of_weights_alone(layers, images, labels, batch_size, learning_rate, rng):
    order, losses = rng.permutation(len(labels)), []
    for start in range(0, len(labels), batch_size):
        x, y = images[order[start : start + batch_size]], labels[order[start : start + batch_size]]
        entered, logits = STEPS["forward"](layers, x)
        losses.append(float(logits[0, 0]))
        grads = STEPS["backward"](layers, entered, STEPS["cross_entropy_backward"](logits, y))
        layers = [(weights - learning_rate * dw, bias) for (weights, bias), (dw, _) in zip(layers, grads)]
    return layers, losses


def test_what_an_earlier_turn_left_undone_is_no_fault_of_a_later_one():
    """The second batch meets biases that should have moved: its forward pass is not the place."""
    found = place_in(exercises()["train_epoch"], epoch_of_weights_alone)
    assert found is None or "forward" not in found.trace.places[found.divergence.place].text


def test_a_single_case_is_enough():
    exercise = exercises()["softmax"]
    case = exercise.cases[0]
    program = next(p for _, p, *_ in PLACES if p.__name__ == "softmax_axis")
    run, expected = run_case(exercise, program, case), run_case(exercise, exercise.reference, case)
    found = divergence_on(exercise, program, run, expected, 0)
    assert found.divergence.expected == (5, 1)
    assert found.divergence.shape == (3,)
