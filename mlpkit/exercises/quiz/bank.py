"""The questions that come back: those that `recall` asks at the end of the lessons, each with an id.

They stand in questions.json, which `python -m tools.questions` writes from the lessons.
"""

from __future__ import annotations

import json
import re
import zlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("questions.json")


class Question(NamedTuple):
    """One question with its choices; `why` is told with the right answer."""

    id: str
    lesson: str
    question: str
    choices: list[str]
    answer: str
    why: str


@cache
def questions() -> dict[str, Question]:
    """All questions of the bank by their id, in the order of the lessons."""
    found = [Question(**entry) for entry in json.loads(FILE.read_text("utf-8"))]
    return {question.id: question for question in found}


def question_id(text: str) -> str:
    """The id of a question of `recall`, from its words.

    text: str, the question; a long one is cut, and a check sum tells it from others that begin alike
    returns: str; of a question in the bank, the id that stands there: its words may have been changed
    """
    known = {question.question: question.id for question in questions().values()} if FILE.is_file() else {}
    if text in known:
        return known[text]
    slug = re.sub(r"\W+", "-", text.lower()).strip("-")
    return "recall-" + (slug if len(slug) <= 60 else f"{slug[:51]}-{zlib.crc32(slug.encode()):08x}")
