"""Record a function that fails, and find where it goes wrong.

A recorded run is limited and isolated as every other run of a check is.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..diagnosis.evidence import Finding
from ..diagnosis.first_divergence import args_of_step, find_divergence, telling_case
from ..diagnosis.statement_place import StatementPlace, place_at
from ..diagnosis.statements import line_of_trap, place_of_statement
from ..diagnosis.trace import Trace, record
from ..diagnosis.trace_described import RAISED
from ..diagnosis.trace_finding import lines_of, place_finding, where_of
from ..diagnosis.trace_lines import LineView
from ..diagnosis.usual import unusual_statements
from ..spec import Exercise
from .compare import first_failure
from .isolation import capture_output, put_back_changes
from .memory import limit_memory
from .runner import CaseRun
from .sandbox import run_limited

SECONDS = 1.0  # of processor time for one recorded run
QUICK = 0.2  # seconds that a run without recording may take, so that it is recorded


class TracedPlace(NamedTuple):
    """The place for a message, as a result holds it, and as it is shown in its lines."""

    finding: Finding
    where: tuple[int, int, str]
    lines: LineView


def place_of_failure(
    exercise: Exercise,
    function: Callable,
    runs: list[CaseRun],
    expected_runs: list[CaseRun],
    finding: Finding,
) -> TracedPlace | StatementPlace | None:
    """Where a wrong function goes wrong: from the trace, or else the statement that the finding is about.

    finding: what the diagnosis found
    returns: None where nothing can be said; nothing is raised, whatever the function does
    """
    traces: list[Trace | None] = []
    # Of a listed mistake the message and the values beside it are of one input. Of any other wrong answer the
    # place counts more, and the smallest input shows it best; the message names that input.
    note = finding.facts["seen"].case if finding.code == "known mistake" else ""
    found = trace_failure(exercise, function, runs, expected_runs, traces, note)
    failure = first_failure(exercise, runs, expected_runs)
    line = line_of_trap(finding)
    try:
        if failure is None or (found is not None and line in (0, found.where[0])):
            return found and _unless_usual(exercise, function, finding, found, found.finding.case, traces[0])
        at = telling_case(exercise, runs, expected_runs, note)
        if at is None and max(run.seconds for run in runs) <= QUICK:  # right numbers, but wrong otherwise
            at, case = failure.at, runs[failure.at].case
            traces = [record_safely(function, args_of_step(exercise, case, expected_runs[at], 0))]
        traced = (runs[at].case.note, traces[0]) if traces and traces[0] else None
        place = place_of_statement(function, runs[failure.at], finding, traced)
        listed = place is not None and traced is not None and finding.code == "known mistake"
        return _unless_usual(exercise, function, finding, place, *traced) if listed else place
    except Exception:  # a fault in here must not become the learner's, nor take the verdict away
        return None


def _unless_usual(
    exercise: Exercise,
    function: Callable,
    finding: Finding,
    place: TracedPlace | StatementPlace,
    note: str,
    trace: Trace,
) -> TracedPlace | StatementPlace | None:
    """The place, unless it is in a statement that right programs have too: no fault stands there.

    Then it moves to the only statement that none of them has. Otherwise a listed mistake has none.

    note, trace: a case in words and a run of the function on it
    """
    facts = {} if place.finding is None else place.finding.facts
    own = not facts.get("function") and facts.get("kind") != RAISED
    listed = finding.code == "known mistake"
    others = unusual_statements(exercise, function, place.where[0], listed) if own else []
    if not others or (len(others) > 1 and not listed):
        return place
    if len(others) > 1:
        return None
    return place_at(function, others[0], "returns", note, trace)


def trace_failure(
    exercise: Exercise,
    function: Callable,
    runs: list[CaseRun],
    expected_runs: list[CaseRun],
    traces: list[Trace | None],
    note: str = "",
) -> TracedPlace | None:
    """The place where a wrong function parts from every right one.

    runs: of the function; expected_runs: of the model solution
    traces: gets the recorded run
    note: of the case that is preferred
    returns: TracedPlace, or None where nothing can be said; nothing is raised, whatever the function does
    """
    if max(run.seconds for run in runs) > QUICK:
        return None
    try:

        def recorded(function: Callable, args: tuple) -> Trace | None:
            traces.append(record_safely(function, args))
            return traces[-1]

        with capture_output():
            found = find_divergence(exercise, function, runs, expected_runs, recorded, note)
        return found and TracedPlace(place_finding(exercise, found), where_of(found), lines_of(found))
    except Exception:  # a fault in here must not become the learner's, nor take the verdict away
        return None


def record_safely(function: Callable, args: tuple) -> Trace | None:
    """Record one run of a function that may do anything.

    args: its arguments, which it may change
    returns: Trace, or None when it cannot be recorded or does not come to an end
    """
    found: list[Trace | None] = []

    def run() -> None:
        np.random.seed(0)
        random.seed(0)
        with capture_output():
            found.append(record(function, args))

    with put_back_changes(), limit_memory():
        run_limited(run, SECONDS)
    return found[0] if found else None
