"""How long some things take, beside the longest that they may: no test asks a clock, this table does.

Every figure is processor time of one core, the median of some rounds.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import around

LEARNERS, NOTEBOOKS = 100, 40


def measure(rounds: int) -> dict:
    """Seconds taken and allowed.

    rounds: int, how often each thing is done
    returns: {what: {"seconds": float, "at most": float}}
    """
    imports = around.imports(rounds)
    extra = (imports["mlpkit"]["cpu_ms"] - imports["numpy"]["cpu_ms"]) / 1e3
    checks = _checks(rounds)
    slowest = max(checks, key=checks.__getitem__)
    recorded = _recorded_runs(rounds)
    longest = max(recorded, key=recorded.__getitem__)
    return {
        "import mlpkit, beyond NumPy": {"seconds": extra, "at most": 0.1},
        f"the slowest check of a right function ({slowest})": {"seconds": checks[slowest], "at most": 0.3},
        f"the slowest recorded run of a right function ({longest})": {
            "seconds": recorded[longest],
            "at most": 0.2,
        },
        "a change in the signal microscope": {"seconds": _microscope(rounds), "at most": 0.3},
        f"a report on {LEARNERS} learners with {NOTEBOOKS} notebooks each": {
            "seconds": _report(),
            "at most": 10.0,
        },
    }


def _seconds(action: Callable, *args: object) -> float:
    start = time.process_time()
    action(*args)
    return time.process_time() - start


def _checks(rounds: int) -> dict[str, float]:
    from mlpkit.exercises import check
    from mlpkit.exercises.catalog import exercises

    return {
        name: statistics.median(_seconds(check, name, exercise.reference) for _ in range(rounds))
        for name, exercise in exercises().items()
    }


def _recorded_runs(rounds: int) -> dict[str, float]:
    """Of each exercise the case on which the model solution takes longest while its values are recorded."""
    from mlpkit.exercises.catalog import exercises
    from mlpkit.exercises.checker.runner import reference_runs
    from mlpkit.exercises.checker.tracing import record_safely
    from mlpkit.exercises.diagnosis.first_divergence import args_of_step

    def once(exercise: Any, case: Any, expected: Any) -> float:
        return _seconds(record_safely, exercise.reference, args_of_step(exercise, case, expected, 0))

    return {
        name: max(
            statistics.median(once(exercise, case, expected) for _ in range(rounds))
            for case, expected in zip(exercise.cases, reference_runs(exercise))
        )
        for name, exercise in exercises().items()
    }


def _microscope(rounds: int) -> float:
    import mlpkit
    from mlpkit.widgets import SignalMicroscope

    microscope = SignalMicroscope(mlpkit.load())
    settings = {**microscope.settings, "gradients": True}
    return statistics.median(
        _seconds(microscope.on_set, {**settings, "seed": seed}) for seed in range(rounds)
    )


def _report() -> float:
    from mlpkit.exercises.catalog import exercises
    from mlpkit.exercises.report import collect

    names = list(exercises())
    with tempfile.TemporaryDirectory() as folder:
        for learner in range(LEARNERS):
            home = Path(folder) / f"learner-{learner:03}"
            home.mkdir()
            for number in range(NOTEBOOKS):
                name = names[(learner + number) % len(names)]
                (home / f"{number}.ipynb").write_text(json.dumps(_notebook(name)), encoding="utf-8")
        return _seconds(collect.survey, Path(folder))


def _notebook(name: str) -> dict:
    """A saved notebook in which one exercise has passed."""
    said = {
        "schema": 1,
        "exercise": name,
        "outcome": "passed",
        "mistake": None,
        "message": "",
        "forwards": False,
    }
    data = {"application/vnd.mlpkit.check+json": said}
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": "", "outputs": [output]}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"id": "a", **cell}]}
