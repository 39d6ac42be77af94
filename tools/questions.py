"""Write the question bank of `review` from the lessons: the questions of `recall` at the end of each.

python -m tools.questions
"""

from __future__ import annotations

import ast
import difflib
import json
from pathlib import Path

from mlpkit.exercises.quiz.bank import FILE, question_id

LESSONS = Path(__file__).resolve().parents[1] / "lessons"


def questions_of(source: str) -> list[tuple]:
    """The questions in a cell that calls `recall` with a list.

    source: str, the cell
    returns: list of (question, choices, answer) or (question, choices, answer, why)
    """
    return [
        question
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "recall"
        for question in ast.literal_eval(node.args[0])
    ]


def bank(before: list[dict]) -> list[dict]:
    """The questions of all lessons, in their order; one that stands in two lessons comes once.

    before: the bank as it was: a question that was put into other words keeps its id, and so its answers
    returns: list of dicts with id, lesson, question, choices, answer and why
    """
    found: dict[str, dict] = {}
    for path in sorted(LESSONS.glob("[0-9]*.ipynb")):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        for source in sources:
            for question in questions_of(source) if "recall(" in source else []:
                text, choices, answer, why = (*question, "")[:4]
                entry = {"lesson": path.name[:2], "question": text, "choices": choices, "answer": answer}
                id = _id_of(entry, [old for old in before if old["id"] not in found])
                found.setdefault(id, {"id": id, **entry, "why": why})
    return list(found.values())


def _id_of(entry: dict, before: list[dict]) -> str:
    """The id of the question that this one was, or a new one."""
    old = {one["question"]: one["id"] for one in before if one["lesson"] == entry["lesson"]}
    near = difflib.get_close_matches(entry["question"], old, n=1, cutoff=0.5)
    return old[near[0]] if near else question_id(entry["question"])


def as_text(questions: list[dict]) -> str:
    """The bank as it stands in its file."""
    return json.dumps(questions, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    new = bank(json.loads(FILE.read_text("utf-8")) if FILE.is_file() else [])
    FILE.write_text(as_text(new), encoding="utf-8")
    print(f"{FILE}: {len(new)} questions")
