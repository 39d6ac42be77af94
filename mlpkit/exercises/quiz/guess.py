"""Commit to an answer before the experiment, see the truth after it, and learn how far you can trust
yourself.

`guess` asks and `reveal` answers; both are kept in the workbook.
"""

from __future__ import annotations

import numbers
import operator
from contextlib import suppress
from typing import Any

from ..._files import tell
from ..panel import Panel
from ..workbook.store import change_record, read_record, reason, workbook_dir
from .form import PERCENT, SURE, Form, check_question, choices_html, choices_text, percent_of

# (workbook, id) -> a guess that could not be written; kept until the kernel stops
_unsaved: dict[tuple, dict] = {}
LATE = "The answer was shown before this guess, so it does not count."


def guess(
    id: str, question: str, choices: list[str], *, answer: str | int | None = None, sure: int | None = None
) -> Form:
    """Ask for an answer, and how sure it is, before the next cell is run.

        guess("lr-too-large", "What will a rate of 10 do?", ["learn faster", "blow up", "nothing"])

    id: str, for `reveal`
    question: str
    choices: two or more answers to choose from
    answer, sure: to commit in code where there is no form: one of the choices or its place, and a percentage
    returns: a form in a notebook, text elsewhere
    raises: ValueError or TypeError when this cannot be asked
    """
    choices = check_question(id, question, choices)
    if answer is not None:
        _commit(id, question, choices, _place(answer, choices), _percent(sure, len(choices)))
    made = _made(id)
    item = {"id": id, "question": question, "choices": choices, "sure": list(SURE)}

    def answered(_: str, given: dict) -> dict:
        choice, degree = given.get("choice"), given.get("sure")
        if choice not in range(len(choices)) or degree not in range(len(SURE)):
            return {"text": "Choose an answer and how sure you are.", "locked": False}
        saved = _commit(id, question, choices, choice, percent_of(degree, len(choices)))
        kept = f"Kept. {LATE}" if _made(id).get("late") else "Kept."
        words = f"{kept if saved else 'It could not be saved.'} Now run the next cell."
        return {"text": words, "locked": True, "choice": choice, "sure": degree}

    text = f"{choices_text(question, choices)}\nHow sure are you? {', '.join(SURE)}."
    inner = f"{choices_html(question, choices)}<div>How sure are you? {', '.join(SURE)}.</div>"
    known = {id: _known(made, choices)} if made.get("answer") in choices else {}
    return Form([item], answered, known, text, inner)


def reveal(id: str, truth: str) -> Panel:
    """Say what happened, beside what was predicted, and keep the outcome.

    id: str, as in `guess`
    truth: str, the right one of the choices
    returns: something to read
    raises: ValueError or TypeError when the truth was not among the choices
    """
    if not isinstance(truth, str) or not isinstance(id, str):
        raise TypeError(
            f"reveal takes the question's id and the true answer as texts, not {id!r} and {truth!r}"
        )
    made = _made(id)
    if made and truth not in made["choices"]:
        raise ValueError(f"{truth!r} was none of the choices of {id!r}: they were {made['choices']}")
    if not made:
        _save(lambda record: record["predictions"].setdefault(id, {}).update(truth=truth))
        return Panel(f"No guess was made. The answer is: {truth}")
    right, sure = made["answer"] == truth, f"{made['sure']} % sure"
    late = made.get("late") is True
    outcome = {"truth": truth} if late else {"truth": truth, "right": right}
    _save(lambda record: record["predictions"].setdefault(id, dict(made)).update(outcome))
    said = f"✗ You said: {made['answer']} ({sure}). The answer is: {truth}."
    return Panel((f"✓ You were right ({sure})." if right else said) + f" {LATE}" * late)


def _place(answer: str | int, choices: list[str]) -> int:
    if isinstance(answer, str) and answer in choices:
        return choices.index(answer)
    with suppress(TypeError):  # a whole number, NumPy's too: the place that argmax gives
        if not isinstance(answer, bool) and 0 <= operator.index(answer) < len(choices):
            return operator.index(answer)
    raise ValueError(f"{answer!r} is none of the choices: give one of {choices}, or its place from 0")


def _percent(sure: int | None, count: int) -> int:
    sure = round(100 / count) if sure is None else sure
    if isinstance(sure, bool) or not isinstance(sure, numbers.Real):
        raise TypeError(f"sure is {sure!r}: give a percentage from 0 to 100, for instance 80")
    if not 0 <= sure <= 100 or 0 < sure < 1:
        raise ValueError(f"sure is {sure!r}: give a percentage from 0 to 100, 80 rather than 0.8")
    return int(sure)


def _commit(id: str, question: str, choices: list[str], choice: int, sure: int) -> bool:
    """Keep a guess; one that was made before the answer was shown stays as it is."""
    made = {
        "question": question,
        "choices": choices,
        "answer": choices[choice],
        "sure": sure,
        "kind": "guess",
    }

    def keep(record: dict) -> None:
        before = record["predictions"].get(id, {})
        shown = "truth" in before
        if not (shown and before.get("choices") == choices and "right" in before):
            record["predictions"][id] = {**made, "late": True, "truth": before["truth"]} if shown else made

    saved = _save(keep)
    if saved:
        _unsaved.pop((workbook_dir(), id), None)
    else:
        _unsaved.setdefault((workbook_dir(), id), made)
    return saved


def _made(id: str) -> dict:
    """The guess that is kept of a question; {} when there is none, or none that is whole."""
    made = read_record()["predictions"].get(id) or _unsaved.get((workbook_dir(), id), {})
    choices, sure = made.get("choices"), made.get("sure")
    whole = isinstance(choices, list) and made.get("answer") in choices and isinstance(sure, int)
    return made if whole else {}


def _known(made: dict, choices: list[str]) -> dict:
    degree = PERCENT.index(made["sure"]) if made.get("sure") in PERCENT else 0
    return {
        "text": "Kept from before.",
        "locked": True,
        "choice": choices.index(made["answer"]),
        "sure": degree,
    }


def _save(change: Any) -> bool:
    try:
        change_record(change)
    except (OSError, ValueError) as error:  # a lesson goes on where nothing can be written
        tell(f"Guesses cannot be saved now ({reason(error)}). They are kept until the kernel stops.")
        return False
    return True
