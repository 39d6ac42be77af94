"""Commit to an answer before the experiment, see the truth after it, and learn how far you can trust
yourself.

`guess` asks, `reveal` answers, `recall` looks back at the end of a lesson; everything is kept in the
workbook.
"""

from __future__ import annotations

import numbers
import operator
import re
import zlib
from contextlib import suppress
from typing import Any

from ..panel import Panel, rich
from ..workbook.store import change_record, read_record
from .form import Form, choices_html, choices_text

SURE = ("just guessing", "rather sure (60 %)", "quite sure (80 %)", "almost certain (95 %)")
PERCENT = (None, 60, 80, 95)  # a blind guess among n choices is right in 100 / n per cent


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
    choices = _checked(id, question, choices)
    if answer is not None:
        _commit(id, question, choices, _place(answer, choices), _percent(sure, len(choices)))
    made = _made(id)
    item = {"id": id, "question": question, "choices": choices, "sure": list(SURE)}

    def answered(_: str, given: dict) -> dict:
        choice, degree = given.get("choice"), given.get("sure")
        if choice not in range(len(choices)) or degree not in range(len(SURE)):
            return {"text": "Choose an answer and how sure you are.", "locked": False}
        saved = _commit(id, question, choices, choice, PERCENT[degree] or round(100 / len(choices)))
        words = "Kept. Now run the experiment." if saved else "It could not be saved. Now run the experiment."
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
        return _told(f"No guess was made. The answer is: {truth}")
    right = made["answer"] == truth
    _save(lambda record: record["predictions"].get(id, {}).update(truth=truth, right=right))
    verdict = "You were right" if right else f"You said: {made['answer']}. The answer is: {truth}"
    given = f" ({made['sure']} % sure)"
    return _told(f"{'✓' if right else '✗'} {verdict}{given}." if right else f"✗ {verdict}{given}.")


def recall(questions: list[tuple]) -> Form:
    """Ask the questions at the end of a lesson; each answer is told at once whether it is right.

        recall([("What is softmax of equal logits?", ["all 0", "all equal"], "all equal", "They share one
        sum.")])

    questions: list of (question, choices, right answer) or (question, choices, right answer, why)
    returns: a form in a notebook, text elsewhere
    raises: ValueError or TypeError when one of them cannot be asked
    """
    asked = [_recalled(q) for q in _listed(questions, "the questions of recall must be a list")]
    if not asked:
        raise ValueError("recall was given no questions: give a list of (question, choices, right answer)")
    by_id = {item["id"]: item for item in asked}
    if len(by_id) < len(asked):
        raise ValueError("recall was given the same question twice: ask each once")

    def answered(id: str, given: dict) -> dict:
        item, choice = by_id.get(id), given.get("choice")
        if item is None or choice not in range(len(item["choices"])):
            return {"text": "Choose an answer.", "locked": False}
        right = item["choices"][choice] == item["answer"]
        kept = {
            "question": item["question"],
            "answer": item["choices"][choice],
            "right": right,
            "kind": "recall",
        }
        _save(lambda record: record["predictions"].setdefault(id, kept))  # the first answer counts
        words = f"✓ Right. {item['why']}" if right else "✗ Not this one. Choose again."
        return {"text": words.strip(), "locked": right, "choice": choice}

    items = [{"id": q["id"], "question": q["question"], "choices": q["choices"], "sure": None} for q in asked]
    text = "\n\n".join(choices_text(f"{i}. {q['question']}", q["choices"]) for i, q in enumerate(asked, 1))
    inner = "".join(
        choices_html(f"{i}. {q['question']}", q["choices"])
        + f"<details><summary>Answer</summary>{rich(q['answer'])}. {rich(q['why'])}</details>"
        for i, q in enumerate(asked, 1)
    )
    return Form(items, answered, {}, text, inner)


def _told(words: str) -> Panel:
    return Panel(words, rich(words))


def _checked(id: str, question: str, choices: Any) -> list[str]:
    if not isinstance(id, str) or not id or not isinstance(question, str):
        raise TypeError(f"a question needs an id and its words, both texts, not {id!r} and {question!r}")
    wrong = f"the choices of {id!r} must be a list of texts"
    given, choices = choices, _listed(choices, wrong)
    if isinstance(given, str) or not all(isinstance(choice, str) for choice in choices):
        raise TypeError(f"{wrong}, not {given!r}")
    if len(choices) < 2 or len(set(choices)) < len(choices):
        raise ValueError(f"{id!r} has the choices {choices}: give at least two, all different")
    return choices


def _listed(things: Any, wrong: str) -> list:
    try:
        return list(things)
    except TypeError:
        raise TypeError(f"{wrong}, not {things!r}") from None


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
    made = {
        "question": question,
        "choices": choices,
        "answer": choices[choice],
        "sure": sure,
        "kind": "guess",
    }
    return _save(lambda record: record["predictions"].__setitem__(id, made))


def _made(id: str) -> dict:
    """The guess that is kept of a question; {} when there is none, or none that is whole."""
    made = read_record()["predictions"].get(id, {})
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


def _recalled(question: tuple) -> dict:
    if not isinstance(question, (tuple, list)) or len(question) not in (3, 4):
        raise TypeError(
            f"{question!r} is no question: give (question, choices, right answer) or one more: why"
        )
    words, choices, answer, why = (*question, "")[:4]
    slug = "recall-" + _slug(str(words))
    choices = _checked(slug, words, choices)
    if answer not in choices:
        raise ValueError(f"{answer!r} is none of the choices of {words!r}: they are {choices}")
    return {"id": slug, "question": words, "choices": choices, "answer": answer, "why": str(why)}


def _slug(words: str, longest: int = 60) -> str:
    """Words as a name; a long one is cut, and its check sum tells it from others that begin alike."""
    slug = re.sub(r"\W+", "-", words.lower()).strip("-")
    return slug if len(slug) <= longest else f"{slug[: longest - 9]}-{zlib.crc32(slug.encode()):08x}"


def _save(change: Any) -> bool:
    try:
        change_record(change)
    except (OSError, ValueError):  # a lesson goes on where nothing can be written
        return False
    return True
