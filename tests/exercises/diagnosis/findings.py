"""The finding of a wrong program, for the tests of this room."""

from mlpkit.exercises.catalog import exercises
from mlpkit.exercises.checker.isolation import preserve_global_state
from mlpkit.exercises.checker.runner import reference_runs, run_cases
from mlpkit.exercises.diagnosis.diagnose import diagnose
from mlpkit.exercises.diagnosis.evidence import gather

E = {name: entry.reference for name, entry in exercises().items()}


def evidence_of(name, program):
    exercise, runs = exercises()[name], []
    with preserve_global_state():
        run_cases(exercise, program, runs)
        return gather(exercise, runs, reference_runs(exercise), program)


def finding_of(name, program):
    with preserve_global_state():
        return diagnose(evidence_of(name, program))
