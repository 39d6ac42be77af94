"""The patients: each a training program with one wrong part, what its owner says, and what it suffers from.

How to add one: an entry in one of these files, in its tuple PATIENTS; nothing else has to be touched.
tests/clinic/test_clinic.py runs every patient: the sick program shows its symptom, the named tests reveal it,
its healthy twin passes the whole menu, the repair cures it, and every wrong diagnosis has its answer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import NamedTuple

from mlpkit.exercises import Exercise

from ..program import Program, SimulationRun

FILES = ("data", "start", "outputs", "backward", "optimizers")


class Patient(NamedTuple):
    """A sick program and everything that is known of it.

    name: str, says what is seen and not why
    complaint: str, what the owner says
    program: Program, healthy, with the patient's settings
    part: str, the part that is ill; sick: the wrong program in its place
    exercise: Exercise, the repair
    has_symptom: (sick Program, its SimulationRun, the healthy SimulationRun) -> bool, the symptom
    tests: tuple of str, those of the menu that reveal it
    disease: str, the right diagnosis in a few words
    others: dict, wrong diagnosis -> what speaks against it
    explanation: str, what is said after the right diagnosis
    source: str, where this was found
    lines: (Program, SimulationRun) -> list of str, what else the owner has printed
    histogram: (title, (Program, SimulationRun) -> numbers) to show beside the curve, or None
    score: (Program, SimulationRun) -> float 0 to 1, what a repair is measured by; None: validation accuracy
    scored: str, its name
    """

    name: str
    complaint: str
    program: Program
    part: str
    sick: Callable
    exercise: Exercise
    has_symptom: Callable[[Program, SimulationRun, SimulationRun], bool]
    tests: tuple[str, ...]
    disease: str
    others: dict[str, str]
    explanation: str
    source: str
    lines: Callable[[Program, SimulationRun], list[str]] | None = None
    histogram: tuple[str, Callable] | None = None
    score: Callable[[Program, SimulationRun], float] | None = None
    scored: str = "validation accuracy"

    @property
    def sick_program(self) -> Program:
        """The program as it came."""
        return self.program._replace(**{self.part: self.sick})

    @property
    def healthy_program(self) -> Program:
        """Its healthy twin."""
        return self.with_repair(self.exercise.reference)

    def with_repair(self, repair: Callable) -> Program:
        """The program with a repair put in."""
        return self.program._replace(**{self.part: repair})


@cache
def patients() -> dict[str, Patient]:
    """Every patient by name.

    returns: name -> Patient
    """
    found = [p for file in FILES for p in import_module(f"{__name__}.{file}").PATIENTS]
    return {patient.name: patient for patient in found}
