"""Check a function: run it where it can do no harm, compare its answers, and say what was found.

A check has no effect besides its Result: nothing is stored, shown or remembered.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import FunctionType

from ..catalog import find
from ..diagnosis.diagnose import diagnose
from ..diagnosis.evidence import gather
from ..diagnosis.render import render
from ..diagnosis.statements import only_while
from ..spec import Exercise
from .answers import InvalidAnswer, describe_type, leaves
from .delegation import forwards
from .isolation import AsksForInput, Changes, preserve_global_state, put_back_changes
from .memory import limit_memory
from .placeholders import blank_line, has_blanks, inner
from .result import INCORRECT, NOT_ATTEMPTED, PASSED, TOO_SLOW, Result
from .runner import CaseRun, equivalent, output_of, reference_runs, run_cases
from .sandbox import BUSY, FINISHED, INTERRUPTED, SECONDS, TIME, WAITING, Ended, TimeUp, run_limited
from .tracing import place_of_failure

SLOW = SECONDS / 30  # seconds; a function whose calls take as long is slow, and may be right


@dataclass
class _Seen:
    """What came to light about a function while it ran."""

    runs: list[CaseRun] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    blank: bool = False
    forwards: bool = False
    ended: Ended | None = None
    changes: Changes | None = None


def check(name: str, function: Callable) -> Result:
    """Say whether a function does what an exercise asks, and if not, why.

    name: str, the exercise
    function: any callable, under any name, from anywhere
    returns: Result; whatever the function does, nothing is raised.
        A loop is stopped; one long call into C ends by itself or never
    raises: TypeError or ValueError when there is no exercise of that name
    """
    result = check_against(find(name), function)
    if result.outcome not in (INCORRECT, TOO_SLOW):
        return result
    helps = f'For help, run `hint("{name}")`. To see one solution, run `solution("{name}")`.'
    return replace(result, notes=(*result.notes, helps))


def check_against(exercise: Exercise, function: Callable) -> Result:
    """The same for an exercise that is not in the catalogue, such as the clinic's repairs.

    exercise: Exercise
    function: any callable
    returns: Result, as `check`
    """
    with preserve_global_state():
        expected_runs = reference_runs(exercise)
        if not callable(function):
            return _not_a_function(exercise, function)
        seen = _Seen()
        with put_back_changes() as seen.changes, limit_memory():
            seen.ended = run_limited(
                lambda: _run(exercise, function, seen), progress=lambda: _progress(seen.runs)
            )
        result = _result(exercise, function, seen, expected_runs)
        printed = re.sub(r"[^\n]*\r(?!\n)", "", "".join(seen.printed))  # of a progress bar its last state
        return replace(result, printed=printed[:600], pictures=tuple(seen.pictures), notes=_notes(seen))


def _run(exercise: Exercise, function: Callable, seen: _Seen) -> None:
    seen.blank = _answer(has_blanks, function)
    if not seen.blank:
        run_cases(exercise, function, seen.runs, seen.printed, seen.pictures)
        seen.forwards = _answer(forwards, exercise, function)


def _progress(runs: list[CaseRun]) -> tuple:
    """Changes with every call that has ended."""
    first = [(r.repeat is None, r.reseeded is None, r.same_rng_continued is None) for r in runs[:1]]
    return len(runs), *first


def _answer(question: Callable[..., bool], *args: object) -> bool:
    try:
        return question(*args)
    except TimeUp:
        raise
    except BaseException:  # a callable object may do anything when it is looked at
        return False


def _result(exercise: Exercise, function: Callable, seen: _Seen, expected_runs: list[CaseRun]) -> Result:
    if seen.blank or any(_ran_into_blank(exercise, r) for r in seen.runs):
        return _not_attempted(exercise, function)
    if any(run.raised and run.raised.kind == AsksForInput.__name__ for run in seen.runs):
        message = "A check cannot type anything: remove `input()` or the debugger from the function."
        return Result(exercise.name, INCORRECT, None, message)
    if seen.ended.status != FINISHED or len(seen.runs) < len(exercise.cases):
        outcome, message = _unfinished(exercise, seen, expected_runs)
        where = None
        if outcome == INCORRECT and seen.ended.status == TIME and type(function) is FunctionType:
            where = only_while(inner(function))  # another object may not end when it is looked at
        if where:
            message = message.removesuffix("Look at each loop: does it ever end?")
            message += f"Line {where[0]}: `{where[2][:70]}`. Does this loop ever end?"
        return Result(exercise.name, outcome, None, message, where=where)
    if seen.changes.code:
        return Result(exercise.name, INCORRECT, None, _changed_words(seen))
    try:
        evidence = gather(exercise, seen.runs, expected_runs, function)
        finding = diagnose(evidence) if evidence else None
        found = finding and place_of_failure(exercise, function, seen.runs, expected_runs, finding)
        if found is not None and found.finding is not None:
            finding = finding.add(place=found.finding)
        verdict = finding and (finding.facts.get("mistake"), render(finding))
    except Exception as error:  # a fault of the check's own must not become the learner's
        verdict, found = (None, _own_fault(seen, expected_runs, exercise, error)), None
    if verdict is not None:
        place = {} if found is None else {"where": found.where, "lines": found.lines}
        return Result(exercise.name, INCORRECT, *verdict, seen.forwards, **place)
    praise = f"It is right on all {len(exercise.cases)} inputs of the check."
    if seen.forwards:
        praise += " It calls a function that does this task already, so it is not your own work yet."
    return Result(exercise.name, PASSED, None, praise, seen.forwards)


def _ran_into_blank(exercise: Exercise, attempt: CaseRun) -> bool:
    if attempt.raised:
        return attempt.raised.kind == "NotImplementedError" or "ellipsis" in attempt.raised.text.lower()
    found = leaves(attempt.value, output_of(exercise, attempt.case))
    return any(isinstance(leaf.value, InvalidAnswer) and leaf.value.kind == "blank" for leaf in found)


def _not_attempted(exercise: Exercise, function: object = None) -> Result:
    try:
        found = blank_line(function)
    except Exception:  # an object may do anything when it is looked at
        found = None
    # a line that is nothing but the stub's needs no number
    where = (
        f" Line {found[0]} still holds `...`" + f": `{found[1][:80]}`" * (found[1] != "...") + "."
        if found and found[1] != "return ..."
        else ""
    )
    message = f"There are blanks left to fill in.{where} {exercise.task}"
    return Result(exercise.name, NOT_ATTEMPTED, None, message)


def _changed_words(seen: _Seen) -> str:
    return (
        f"The function changed {', '.join(seen.changes.code[:3])} for the whole notebook. "
        "A function must not change anything outside it: use your own name."
    )


def _notes(seen: _Seen) -> tuple[str, ...]:
    notes = []
    if seen.ended.left_behind:
        notes.append("It could not be stopped, and is still running. Restart the kernel before you go on.")
    changed = seen.changes.code + seen.changes.places
    if changed:
        notes.append(
            f"The check put back what the function changed: {', '.join(changed[:4])}. "
            "To be safe, restart the kernel before you go on."
        )
    if seen.changes.threads:
        notes.append(
            f"The function started a thread that still runs: {', '.join(sorted(seen.changes.threads)[:3])}. "
            "A check cannot stop it: restart the kernel before you go on."
        )
    return tuple(notes)


def _unfinished(exercise: Exercise, seen: _Seen, expected_runs: list[CaseRun]) -> tuple[str, str]:
    """Outcome and message for a function that was stopped, or that cannot be looked at."""
    note = exercise.cases[min(len(seen.runs), len(exercise.cases) - 1)].note
    status = seen.ended.status
    if status == INTERRUPTED:
        return (
            TOO_SLOW,
            "The check was interrupted before it was finished. Run the cell again.",
        )
    if status == BUSY:
        return TOO_SLOW, f"On {note} the machine was too busy to finish it. Run the cell again later."
    if status == TIME:
        slow = max([run.seconds for run in seen.runs], default=0.0) > SLOW
        if slow and not _wrong_cases(exercise, seen.runs, expected_runs):
            return TOO_SLOW, (
                f"It is right on {len(seen.runs)} of {len(exercise.cases)} inputs. "
                f"On {note} it was still running after {SECONDS:.0f} seconds. "
                "Use NumPy functions in place of the inner loops."
            )
        return INCORRECT, (
            f"On {note} it was still running after {SECONDS:.0f} seconds, and was stopped. A right answer "
            "takes a few thousandths of a second. Look at each loop: does it ever end?"
        )
    if status == WAITING:
        return INCORRECT, (
            f"On {note} it was still running after {SECONDS:.0f} seconds, and it did not compute anything. "
            "It waits for something, such as `time.sleep`: remove that."
        )
    return INCORRECT, (
        f"On {note} the check could not read what the function returns. Does it return plain numbers?"
    )


def _wrong_cases(exercise: Exercise, runs: list[CaseRun], expected_runs: list[CaseRun]) -> list[str]:
    """The cases on which the answer is not the right one."""
    pairs = zip(runs, expected_runs)
    return [run.case.note for run, right in pairs if not _answer(equivalent, run, right, exercise)]


def _own_fault(seen: _Seen, expected_runs: list[CaseRun], exercise: Exercise, error: Exception) -> str:
    """The numbers differ, or nobody knows; the check itself failed while it looked for the reason."""
    wrong = _wrong_cases(exercise, seen.runs, expected_runs)
    where = f"On {wrong[0]} the answer is wrong." if wrong else "It could not be compared."
    return (
        f"{where} There is no explanation, because the check itself failed ({type(error).__name__}). "
        "That is not your mistake. Work out a small example by hand, and print every step beside it."
    )


def _not_a_function(exercise: Exercise, thing: object) -> Result:
    if thing is Ellipsis:
        return _not_attempted(exercise)
    try:
        what = describe_type(thing)
    except BaseException:
        what = "something"
    message = f"It is {what}, expected a function: {exercise.signature}."
    return Result(exercise.name, INCORRECT, None, message)
