"""The clinic: a patient comes in, tests are ordered from a budget, a diagnosis is given, a repair is written.

A visit keeps its budget in memory; what was diagnosed and repaired stays in the learner's workbook.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from mlpkit._tracebacks import short_errors
from mlpkit.exercises.checker.check import check_against
from mlpkit.exercises.checker.result import NOT_ATTEMPTED, PASSED, Result
from mlpkit.exercises.checker.sandbox import BUSY, INTERRUPTED, TIME, WAITING, run_limited
from mlpkit.exercises.workbook.loader import source_of

from . import menu
from .answers import Answer, Diagnosis, Repair, Report
from .patients import Patient, patients
from .program import Program, SimulationRun, run
from .records import note, note_diagnosis, note_repair, record_of
from .symptoms import Symptoms, accuracy_words, binned

BUDGET = 6
SEEDS = (0, 1, 2)
MEASURING = 30.0  # seconds that a learner's repair may take to train its three networks


@dataclass(repr=False)
class Case:
    """One visit of one patient; `patient(name)` opens it."""

    _patient: Patient
    left: int = BUDGET
    reports: dict[str, Report] = field(default_factory=dict)
    rung: int = 0
    wrong: list[str] = field(default_factory=list)
    solved: bool = False

    @property
    def name(self) -> str:
        """The patient's name."""
        return self._patient.name

    @property
    def full(self) -> int:
        """The points of a fresh visit; `left` says how many are left."""
        return BUDGET

    @property
    def choices(self) -> tuple[str, ...]:
        """The diagnoses to choose from, in the order of the alphabet."""
        return tuple(sorted([self._patient.disease, *self._patient.others]))

    @property
    def ruled_out(self) -> tuple[str, ...]:
        """The wrong diagnoses that the workbook remembers, from this visit and from earlier ones."""
        return tuple(dict.fromkeys(d for d in record_of(self.name)["diagnoses"] if d in self._patient.others))

    def __repr__(self) -> str:
        kept = record_of(self.name)
        state = "cured" if kept["cured"] else "diagnosed" if kept["right"] else "waiting"
        points, ruled_out = _points(self.left), "; ".join(self.ruled_out)
        known = f" Not: {ruled_out}." if ruled_out else ""
        return f'{self.name} ({state}): "{self._patient.complaint}" {points} for tests.{known}'

    def symptoms(self) -> Symptoms:
        """What can be seen without a test: nothing of the budget is spent.

        returns: Symptoms, from a run of the sick program on real images
        """
        patient, ran = self._patient, _sick_run(self.name)
        with np.errstate(all="ignore"):
            lines = patient.lines(patient.sick_program, ran) if patient.lines else []
            shape = patient.histogram and binned(
                patient.histogram[0], patient.histogram[1](patient.sick_program, ran)
            )
        return Symptoms(
            patient.name,
            patient.complaint,
            repr(patient.sick_program),
            ran.losses,
            ran.accuracies,
            lines,
            shape,
        )

    def menu(self) -> Answer:
        """The tests, what they cost, and what is left to spend."""
        width = max(map(len, menu.MENU))
        rows = (f"{t.price}  {name:<{width}}  {t.about}" for name, t in menu.MENU.items())
        return Answer(None, (f"{_points(self.left)} left; price, test, what it looks at:", *rows))

    @short_errors
    def order(self, test: str) -> Report:
        """Have a test done; the same test once more costs nothing.

        test: str, a name from the menu
        returns: Report
        raises: ValueError when there is no such test, or not enough left of the budget
        """
        test = _one_of("test", test, menu.MENU)
        if test in self.reports:
            return self.reports[test]
        if why := self.refusal(test):
            raise ValueError(f"{why}: give a diagnosis, or begin again with patient({self.name!r})")
        price = menu.MENU[test].price
        self.left -= price
        found = tuple(menu.order(test, self._patient.sick_program))
        lines = (f"{'as usual   ' if f.normal else 'OUT OF RANGE'}  {f.text}" for f in found)
        head = f"{test}, {_points(price)}; {_points(self.left)} left"
        self.reports[test] = Report(all(f.normal for f in found), (head, *lines), found)
        return self.reports[test]

    def refusal(self, test: str) -> str:
        """Why a test cannot be ordered now.

        test: str, a name from the menu
        returns: str, or "" when it can be ordered
        """
        price = menu.MENU[test].price
        if price <= self.left or test in self.reports:
            return ""
        return f"the test {test!r} costs {_points(price)}, and you have {_points(self.left)} left"

    @short_errors
    def diagnose(self, disease: str) -> Diagnosis:
        """Give a diagnosis; the workbook keeps it. A wrong one costs a point, if there is one left.

        disease: str, one of `choices`; a wrong one twice, or after the right one, costs nothing
        returns: Diagnosis, whose `good` says whether it is right, and whose lines say why or why not
        raises: ValueError when it is none of the choices
        """
        disease = _one_of("diagnosis", disease, self.choices)
        right = disease == self._patient.disease
        noted = note(self.name, lambda kept: note_diagnosis(kept, disease, right, list(self.reports)))
        if not right:
            cost = 0 if self.solved or disease in self.wrong else min(1, self.left)
            self.wrong.append(disease)
            self.left -= cost
            price = f"A wrong diagnosis costs {_points(cost)}; {_points(self.left)} left." if cost else ""
            price += (
                " You can still give a diagnosis, but order no new test." if cost and not self.left else ""
            )
            lines = (f"Not: {disease}.", self._patient.others[disease], price, *noted)
            return Diagnosis(False, tuple(filter(None, lines)))
        self.solved = True
        exercise = self._patient.exercise
        ask = f"The repair: write `{exercise.signature}`, then `.repair({exercise.name})`."
        found = f"Found in: {self._patient.source}."
        return Diagnosis(True, (f"Yes: {disease}.", self._patient.explanation, found, ask, *noted))

    def hint(self) -> Answer:
        """The next of four hints for the repair; after the fourth, the fourth again.

        returns: something to read; it says which function is ill
        """
        hints = self._patient.exercise.hints
        self.rung = min(self.rung + 1, len(hints))
        head = f"Hint {self.rung} of {len(hints)} for the repair, {self._patient.exercise.signature}"
        return Answer(None, (head, hints[self.rung - 1]))

    def solution(self) -> Answer:
        """What it was, for whoever wants to read it, and after a try one way to repair it; nothing is noted.

        returns: the disease, what is to be said of it, the tests that reveal it, and where it was found
        """
        one = self._patient
        tests = f"Tests that show it: {' or '.join(one.tests)}."
        lines = (f"{one.name}: {one.disease}.", one.explanation, tests, f"Found in: {one.source}.")
        tried = record_of(self.name)["repairs"] > 0
        code = one.exercise.solution.rstrip() if tried else "After one try, this shows a way to repair it."
        return Answer(True, (*lines, code))

    @property
    def stub(self) -> str:
        """The source of the repair, its body left blank."""
        return self._patient.exercise.stub

    def repair(self, function: Callable) -> Repair:
        """Check a repair as an exercise is checked, and measure what it is worth once it is right.

        function: any callable of the signature that `stub` shows
        returns: Repair; nothing is raised, and an endless loop is stopped (one long call into C is not)
        """
        result = check_against(self._patient.exercise, function)
        source = source_of(function) if callable(function) else None
        if result.outcome == NOT_ATTEMPTED:
            return Repair(**_fields(result))
        noted = note(self.name, lambda kept: note_repair(kept, result, source))
        if result.outcome != PASSED:
            return Repair(**{**_fields(result), "notes": noted})
        before, after, why = _worth(self._patient, function)
        words = _worth_words(self._patient, before, after, why)
        return Repair(**{**_fields(result), "notes": (words, *noted)}, before=before, after=after)


@short_errors
def patient(name: str) -> Case:
    """Open a case: a fresh visit, with the whole budget.

    name: str, one of `ward()`
    returns: Case
    raises: ValueError when there is no such patient
    """
    return Case(patients()[_one_of("patient", name, patients())])


def _fields(result: Result) -> dict[str, Any]:
    return {name: getattr(result, name) for name in Result.__dataclass_fields__}


@cache
def _sick_run(name: str) -> SimulationRun:
    return run(patients()[name].sick_program)


@cache
def _score_before(name: str) -> float:
    return _score(patients()[name], patients()[name].sick_program)


def _score(patient: Patient, program: Program) -> float:
    runs = [run(program, seed) for seed in SEEDS]
    score = patient.score or (lambda program, ran: ran.accuracies[-1])
    return float(np.mean([score(program, ran) for ran in runs]))


def _worth(patient: Patient, function: Callable) -> tuple[float, float, str]:
    """Before, after, and why the latter is not of the learner's own function, or ""."""
    found: list[float] = []
    failed: list[str] = []

    def measure() -> None:
        try:
            found.append(_score(patient, patient.with_repair(function)))
        except Exception as error:  # right on all inputs of the check, and not on those of a training
            failed.append(f"in training your function raised {type(error).__name__}")

    status = run_limited(measure, MEASURING).status
    stopped = {
        TIME: "your function is too slow for training",
        WAITING: "your function waits for something in training",
        BUSY: "the machine was too busy to train with your function",
        INTERRUPTED: "your function was interrupted in training",
    }
    why = "" if found else (failed or [stopped.get(status, "your function stopped in training")])[0]
    after = found[0] if found else _score(patient, patient.healthy_program)
    return _score_before(patient.name), after, why


def _worth_words(patient: Patient, before: float, after: float, why: str) -> str:
    whose = f"the model repair ({why})" if why else "your repair"
    words = [_score_words(patient, value) for value in (before, after)]
    said = f"{patient.scored[0].upper()}{patient.scored[1:]}: {words[0]} before, {words[1]} with {whose}"
    small = " The accuracy alone does not show this mistake." if abs(after - before) < 0.02 else ""
    return f"{said}, mean of three seeds.{small}"


def _score_words(patient: Patient, value: float) -> str:
    return f"≈ {100 * value:.1f} %" if patient.score else accuracy_words(value)


def _one_of(what: str, given: Any, names: Iterable[str]) -> str:
    """The name that was meant; capitals and spaces around it do not matter."""
    names = list(names)
    if not isinstance(given, str):
        raise ValueError(f"the {what} is {type(given).__name__}: give its name, one of {_quoted(names)}")
    plain = " ".join(given.split()).rstrip(".").casefold()
    for name in names:
        if name.casefold() == plain:
            return name
    near = difflib.get_close_matches(plain, names, 3, 0.6)
    ask = f"did you mean {' or '.join(map(repr, near))}?" if near else "choose one of these."
    raise ValueError(f"there is no {what} {given[:80]!r}: {ask} There are {_quoted(names)}")


def _quoted(names: list[str]) -> str:
    return ", ".join(map(repr, names))


def _points(count: int) -> str:
    return f"{count} point{'' if count == 1 else 's'}"
