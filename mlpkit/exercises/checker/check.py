"""Check a function: run it where it can do no harm, compare, and put what is found into words.

A check has no effect besides its Result: nothing is stored, shown or remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..catalog import find
from ..diagnosis.judge import judge, reference_runs
from ..diagnosis.wording import number
from ..spec import Exercise
from .answers import InvalidAnswer, describe_type, leaves
from .delegation import forwards
from .isolation import untouched
from .placeholders import has_blanks
from .result import INCORRECT, NOT_ATTEMPTED, PASSED, Result
from .runner import CaseRun, equivalent, output_of, run_cases
from .sandbox import SECONDS, TimeUp, run


@dataclass
class _Seen:
    """What came to light about a function while it ran."""

    runs: list[CaseRun] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    blank: bool = False
    forwards: bool = False
    ended: bool = False


def check(name: str, function: Callable) -> Result:
    """Say whether a function does what an exercise asks, and if not, why.

    name: str, the exercise
    function: any callable, under any name, from anywhere
    returns: Result; whatever the function does, nothing is raised and nothing hangs
    raises: TypeError or ValueError when there is no exercise of that name
    """
    return check_against(find(name), function)


def check_against(exercise: Exercise, function: Callable) -> Result:
    """The same for an exercise that stands in no topic of the course, as the clinic's repairs do.

    exercise: Exercise
    function: any callable
    returns: Result, as `check`
    """
    with untouched():
        expected_runs = reference_runs(exercise)
        seen = _Seen()
        if not callable(function):
            return _not_a_function(exercise, function)
        status = run(lambda: _try(exercise, function, seen))
        return _result(exercise, seen, expected_runs, status)


def _try(exercise: Exercise, function: Callable, seen: _Seen) -> None:
    seen.blank = _quietly(has_blanks, function)
    if not seen.blank:
        run_cases(exercise, function, seen.runs, seen.printed)
        seen.forwards = _quietly(lambda f: forwards(exercise, f), function)
    seen.ended = True


def _quietly(question: Callable, function: Callable) -> bool:
    try:
        return question(function)
    except TimeUp:
        raise
    except BaseException:  # a callable object may do anything when it is looked at
        return False


def _result(exercise: Exercise, seen: _Seen, expected_runs: list[CaseRun], status: str) -> Result:
    if seen.blank or any(_ran_into_blank(exercise, r) for r in seen.runs):
        return Result(
            exercise.name, NOT_ATTEMPTED, None, f"There are blanks left to fill in. {exercise.task}"
        )
    printed = "".join(seen.printed)[:600]
    if status != "finished" or len(seen.runs) < len(exercise.cases):
        message = _unfinished(exercise, seen, status)
        return Result(exercise.name, INCORRECT, None, message, printed=printed)
    try:
        verdict = judge(exercise, seen.runs, expected_runs)
    except Exception as error:  # a fault of the check's own must not become the learner's
        return Result(
            exercise.name, INCORRECT, None, _own_fault(exercise, seen, expected_runs, error), printed=printed
        )
    if verdict is not None:
        return Result(exercise.name, INCORRECT, *verdict, forwards=seen.forwards, printed=printed)
    return Result(exercise.name, PASSED, None, _praise(exercise, seen.forwards), seen.forwards, printed)


def _praise(exercise: Exercise, hands_on: bool) -> str:
    tried = f"Right on all {len(exercise.cases)} inputs it was tried on."
    return (
        f"{tried} It hands the work to mlpkit's own function, so this one is not yet yours."
        if hands_on
        else tried
    )


def _ran_into_blank(exercise: Exercise, attempt: CaseRun) -> bool:
    if attempt.raised:
        return attempt.raised.kind == "NotImplementedError" or "ellipsis" in attempt.raised.text.lower()
    found = leaves(attempt.value, output_of(exercise, attempt.case))
    return any(isinstance(leaf.value, InvalidAnswer) and leaf.value.kind == "blank" for leaf in found)


def _unfinished(exercise: Exercise, seen: _Seen, status: str) -> str:
    note = exercise.cases[min(len(seen.runs), len(exercise.cases) - 1)].note
    if status == "time":
        return (
            f"On {note} it was still running after {number(SECONDS)} seconds, and was stopped. A right "
            "answer takes "
            "a few thousandths. Look at each loop: does what it waits for ever happen?"
        )
    if status == "interrupted":
        return "The check was interrupted before it had an answer. Run the cell again to have it checked."
    return (
        f"On {note} it could not be tried: what it is, or what it returns, cannot be looked at. Does "
        "it return plain numbers?"
    )


def _own_fault(exercise: Exercise, seen: _Seen, expected_runs: list[CaseRun], error: Exception) -> str:
    """The numbers differ, or nobody knows; the check itself stumbled while it looked for the reason."""
    off = [
        run.case.note
        for run, expected in zip(seen.runs, expected_runs)
        if not _quietly(lambda run, expected=expected: equivalent(run, expected, exercise), run)
    ]
    where = (
        f"On {off[0]} the answer is not the right one."
        if off
        else "It could not be compared with the right answer."
    )
    return (
        f"{where} More cannot be said: the check itself stumbled over it ({type(error).__name__}), "
        "which is not your mistake. Work a small example out by hand, and print every step beside it."
    )


def _not_a_function(exercise: Exercise, thing: object) -> Result:
    if thing is Ellipsis:
        return Result(
            exercise.name, NOT_ATTEMPTED, None, f"There are blanks left to fill in. {exercise.task}"
        )
    try:
        what = describe_type(thing)
    except BaseException:
        what = "something"
    message = f"What was given is {what}, not a function. It is checked as a function: {exercise.signature}."
    return Result(exercise.name, INCORRECT, None, message)
