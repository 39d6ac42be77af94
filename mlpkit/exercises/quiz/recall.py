"""`recall` looks back at the end of a lesson; `review` brings its questions back on later days.

Every answer is kept in the workbook, the first one in a lesson and each one of a review.
"""

from __future__ import annotations

import datetime
from typing import Any

from ..panel import Panel, rich
from ..workbook.store import change_record, read_record
from .bank import Question, question_id, questions
from .form import SURE, Form, as_list, check_question, choices_html, choices_text, percent_of
from .schedule import chosen, waiting

NOTHING_YET = "Nothing to review yet: the questions at the end of a lesson come back here on later days."


def recall(questions: list[tuple]) -> Form:
    """Ask the questions at the end of a lesson; each answer is told at once whether it is right.

        recall([("What is softmax of equal logits?", ["all 0", "all equal"], "all equal", "They share one
        sum.")])

    questions: list of (question, choices, right answer) or (question, choices, right answer, why)
    returns: a form in a notebook, text elsewhere
    raises: ValueError or TypeError when one of them cannot be asked
    """
    asked = [_question(q) for q in as_list(questions, "the questions of recall must be a list")]
    if not asked:
        raise ValueError("recall was given no questions: give a list of (question, choices, right answer)")
    by_id = {q.id: q for q in asked}
    if len(by_id) < len(asked):
        raise ValueError("recall was given the same question twice: ask each once")

    def answered(id: str, given: dict) -> dict:
        q, choice = by_id.get(id), given.get("choice")
        if q is None or choice not in range(len(q.choices)):
            return {"text": "Choose an answer.", "locked": False}
        right = q.choices[choice] == q.answer
        kept = {"question": q.question, "answer": q.choices[choice], "right": right, "kind": "recall",
                "day": today().isoformat()}  # fmt: skip
        saved = _save(lambda record: record["predictions"].setdefault(id, kept))  # the first answer counts
        words = f"✓ Right. {q.why}" if right else "✗ Not this one. Choose again."
        return {"text": f"{words.strip()}{_not(saved)}", "locked": right, "choice": choice}

    return _form(asked, answered, sure=False, tell=True)


def review() -> Form | Panel:
    """Ask three to five questions from earlier lessons, those first that were answered wrongly or unsurely.

    A question comes back at once after a wrong answer, and after 1, 3, 7, 16, 35, 70 days when it was right.

    returns: a form in a notebook, text elsewhere; a sentence when there is nothing to review
    """
    record = read_record()
    asked = [questions()[id] for id in chosen(record, today())]
    if not asked:
        dates = [one.due for one in waiting(record)]
        later = f"Nothing is due today. The next question is due on {min(dates)}." if dates else ""
        return Panel(later or NOTHING_YET)
    by_id = {q.id: q for q in asked}

    def answered(id: str, given: dict) -> dict:
        q, choice, degree = by_id.get(id), given.get("choice"), given.get("sure")
        if q is None or choice not in range(len(q.choices)) or degree not in range(len(SURE)):
            return {"text": "Choose an answer and how sure you are.", "locked": False}
        right, sure = q.choices[choice] == q.answer, percent_of(degree, len(q.choices))
        new = {"day": today().isoformat(), "right": right, "sure": sure}

        def add(record: dict) -> None:
            kept = record["predictions"].setdefault(id, {"question": q.question, "kind": "recall"})
            kept["reviews"] = [*kept.get("reviews", []), new][-50:]

        words = f"✓ Right. {q.why}" if right else f"✗ The answer is: {q.answer}. {q.why}"
        return {
            "text": f"{words.strip()}{_not(_save(add))}",
            "locked": True,
            "choice": choice,
            "sure": degree,
        }

    return _form(asked, answered, sure=True, tell=False)


def today() -> datetime.date:
    """The date, as the learner's machine has it."""
    return datetime.date.today()


def _form(asked: list[Question], answered: Any, sure: bool, tell: bool) -> Form:
    """A form for several questions; `tell`: the stored page shows the answers when they are unfolded."""
    items = [
        {"id": q.id, "question": q.question, "choices": q.choices, "sure": list(SURE) if sure else None}
        for q in asked
    ]
    numbered = [(f"{number}. {q.question}", q) for number, q in enumerate(asked, 1)]
    text = "\n\n".join(choices_text(title, q.choices) for title, q in numbered)
    inner = "".join(
        choices_html(title, q.choices)
        + (f"<details><summary>Answer</summary>{rich(q.answer)}. {rich(q.why)}</details>" if tell else "")
        for title, q in numbered
    )
    return Form(items, answered, {}, text, inner)


def _question(given: tuple) -> Question:
    if not isinstance(given, (tuple, list)) or len(given) not in (3, 4):
        raise TypeError(f"{given!r} is no question: give (question, choices, right answer) or one more: why")
    text, choices, answer, why = (*given, "")[:4]
    id = question_id(str(text))
    choices = check_question(id, text, choices)
    if answer not in choices:
        raise ValueError(f"{answer!r} is none of the choices of {text!r}: they are {choices}")
    return Question(id, "", text, choices, answer, str(why))


def _save(change: Any) -> bool:
    try:
        change_record(change)
    except (OSError, ValueError):  # a lesson goes on where nothing can be written
        return False
    return True


def _not(saved: bool) -> str:
    return "" if saved else " (This answer could not be saved.)"
