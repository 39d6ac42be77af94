"""One table over every exercise of the course: what must pass passes, and every listed mistake is named."""

import functools
import importlib
import importlib.util
import inspect
import itertools
import re

import numpy as np
import pytest

from mlpkit.exercises import check, mine
from mlpkit.exercises.catalog import TOPICS, exercises
from mlpkit.exercises.checker.isolation import preserve_global_state
from mlpkit.exercises.checker.runner import equivalent, reference_runs
from mlpkit.exercises.diagnosis.known_mistakes import run_wrong, side_effects

EXERCISES = list(exercises().values())
MISTAKES = [(e, m) for e in EXERCISES for m in e.mistakes]


def correct(exercise):
    name = f"mlpkit.exercises.right_programs.{exercise.topic}"
    if importlib.util.find_spec(name) is None:
        return ()
    return importlib.import_module(name).CORRECT.get(exercise.name, ())


CORRECT = [(e, i) for e in EXERCISES for i in range(len(correct(e)))]


@functools.cache
def verdict(name, mistake, i):
    """What is said of a listed mistake's program number i; two tests look at it."""
    (found,) = [m for m in exercises()[name].mistakes if m.name == mistake]
    return check(name, found.variants[i])


def sentences(text):
    return [s for s in re.split(r"(?<=[.?!])\s+(?=[A-Z`\"])", text) if s]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)
def test_the_reference_passes(exercise):
    result = check(exercise.name, exercise.reference)
    assert result.outcome == "passed", result
    assert result.forwards


def numbers_in(value):
    if isinstance(value, np.ndarray):
        return value.size
    return sum(map(numbers_in, value)) if isinstance(value, (list, tuple)) else 1


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)
def test_the_cases_are_small_enough_to_be_quick(exercise):
    """`make bench` prints how long each check takes; here the numbers that go in and out are counted."""
    numbers = [
        max(r.case.steps, 1) * (numbers_in(r.case.args) + numbers_in(r.value))
        for r in reference_runs(exercise)
    ]
    assert sum(numbers) < 400_000
    assert len(numbers) <= 12


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)
def test_the_blank_stub_is_not_attempted(exercise):
    space = {}
    exec(exercise.stub, space)
    assert check(exercise.name, space[exercise.name]).outcome == "not attempted"


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)
def test_the_skeleton_of_the_last_hint_is_not_attempted(exercise):
    space = {"np": np}
    exec(exercise.hints[3], space)
    assert check(exercise.name, space[exercise.name]).outcome == "not attempted"


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)
def test_the_solution_runs_as_it_stands_in_a_learners_cell(exercise):
    space = {"np": np, "mine": mine}  # what every lesson imports
    exec(exercise.solution, space)
    assert check(exercise.name, space[exercise.name]).outcome == "passed"


@pytest.mark.parametrize(("exercise", "number"), CORRECT, ids=lambda v: getattr(v, "name", v))
def test_correct_programs_in_other_styles_pass(exercise, number):
    result = check(exercise.name, correct(exercise)[number])
    assert result.outcome == "passed", result
    assert not result.forwards


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)
def test_there_are_enough_mistakes_hints_and_correct_programs(exercise):
    assert len(exercise.mistakes) >= 4
    assert len({m.name for m in exercise.mistakes}) == len(exercise.mistakes)
    assert len(exercise.hints) == 4
    assert all(exercise.hints)
    assert len(correct(exercise)) >= 3
    assert list(inspect.signature(exercise.reference).parameters) == list(exercise.inputs)


@pytest.mark.parametrize("programs", ["first", pytest.param("others", marks=pytest.mark.slow)])
@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES, ids=lambda v: v.name)
def test_each_mistake_is_named_with_its_own_sentence(exercise, mistake, programs):
    for i in range(1) if programs == "first" else range(1, len(mistake.variants)):
        result = verdict(exercise.name, mistake.name, i)
        assert result.outcome == "incorrect"
        assert result.mistake == mistake.name, result
        first = sentences(mistake.message)[0]
        assert first.removeprefix("It looks as if ")[1:] in result.message, result
        assert len(sentences(result.message)) <= 4, result


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)
def test_no_two_mistakes_agree_on_all_probes(exercise):
    with preserve_global_state():
        tried = [(m, run_wrong(exercise, p)) for m in exercise.mistakes for p in m.variants]
        right = reference_runs(exercise)
    for (one, a), (other, b) in itertools.combinations([*tried, (None, right)], 2):
        if one is not other:
            same = all(equivalent(x, y, exercise) for x, y in zip(a, b)) and side_effects(a) == side_effects(
                b
            )
            assert not same, f"{one.name} and {getattr(other, 'name', 'the reference')} do the same"


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)
def test_different_mistakes_get_different_messages(exercise):
    messages = [verdict(exercise.name, m.name, 0).message for m in exercise.mistakes]
    assert len(set(messages)) == len(messages)


@pytest.mark.parametrize("exercise", [e for e in EXERCISES if not e.random], ids=lambda e: e.name)
def test_probes_differ_in_their_sizes(exercise):
    def shapes(arg):
        if isinstance(arg, np.ndarray):
            return arg.shape
        return tuple(map(shapes, arg)) if isinstance(arg, (list, tuple)) else ()

    assert len({tuple(map(shapes, p.args)) for p in exercise.cases}) > 1


def test_every_topic_is_one_file_of_data():
    for topic in TOPICS:
        assert isinstance(importlib.import_module(f"mlpkit.exercises.topics.{topic}").EXERCISES, tuple)


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match="did you mean 'softmax'"):
        check("sofmax", lambda z: z)
    with pytest.raises(TypeError, match="give its name"):
        check(3, lambda z: z)
