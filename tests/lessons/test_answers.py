"""Nothing stored in a lesson shows an answer before its question has been answered."""

import json
import re

import pytest

from tests.notebooks import ROOT

LESSONS = sorted((ROOT / "lessons").glob("*.ipynb"))


def open_answers(notebook):
    """The code cells between a question and its `reveal` whose stored outputs are open to see."""
    asked, found = False, []
    for number, cell in enumerate(notebook["cells"]):
        source = "".join(cell["source"])
        if cell["cell_type"] != "code":
            continue
        hidden = cell["metadata"].get("jupyter", {}).get("outputs_hidden", False)
        # An exercise is stored unattempted, a deck untrained.
        harmless = (
            "@exercise" in source or "TrainingDeck(" in source
        )  # nothing attempted; an untrained network
        if asked and cell["outputs"] and not hidden and not harmless:
            found.append(number)
        asked = bool(re.search(r"^guess\(", source, re.M)) or (
            asked and not re.search(r"^reveal\(", source, re.M)
        )
    return found


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_no_stored_output_answers_an_open_question(path):
    assert open_answers(json.loads(path.read_text("utf-8"))) == []


def test_an_open_answer_would_be_found():
    def code(source, outputs=(), hidden=False):
        metadata = {"jupyter": {"outputs_hidden": True}} if hidden else {}
        return {"cell_type": "code", "source": [source], "outputs": list(outputs), "metadata": metadata}

    cells = [
        code("print(1)", ["1"]),
        code("guess(1)", ["?"]),
        code("print(2)", ["2"]),
        code("print(3)", ["3"], hidden=True),
        code("reveal(2)", ["2"]),
        code("print(4)", ["4"]),
    ]
    assert open_answers({"cells": cells}) == [2, 4]
