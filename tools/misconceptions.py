"""Writes docs/misconceptions.md: every mistake that the exercises know by name, and what a learner is told.

`python -m tools.misconceptions` after a change to an exercise; a test keeps the page equal to the catalogue.
"""

from pathlib import Path

from mlpkit.exercises.catalog import TOPICS, exercises
from mlpkit.exercises.spec import Exercise

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "misconceptions.md"
LESSONS = ("Start here", "Data", "Initialisation", "Forward pass", "Softmax and cross-entropy",
           "Backpropagation", "SGD and the training loop", "Optimisers", "The way on")  # fmt: skip
NUMBERS = (*range(8), 10)  # of the lessons that have exercises
HEAD = """# What the exercises catch

Every mistake that mlpkit knows by name, lesson by lesson, with the words in which a learner is told of it.
The names are those of `mlpkit report`. Before these words stands what was observed, with numbers; after them,
nothing: the next look is the learner's. A mistake on no list is described by what can be measured (shape,
sign, ratio, which rows are right). How to use this in a class: [the teacher's guide](teaching.md).

Below the words stands the place: the learner's function is run once more with the value of every part
recorded, and the first part that no right solution has is underlined, with the shapes of that line. Where a
program goes another way altogether, no place is shown. `explain("softmax")` shows a function line by line,
right or wrong.

*This page is written by `python -m tools.misconceptions`.*
"""


def page() -> str:
    """The whole page, in the order of the course."""
    parts = [HEAD]
    for number, topic, title in zip(NUMBERS, TOPICS, LESSONS):
        parts.append(f"## {number:02} {title}\n")
        parts += [_table(one) for one in exercises().values() if one.topic == topic]
    return "\n".join(parts)


def _table(exercise: Exercise) -> str:
    lines = [f"| `{mistake.name}` | {_cell(mistake.message)} |" for mistake in exercise.mistakes]
    head = [
        f"### `{exercise.signature}`\n",
        f"{exercise.task}\n",
        "| mistake | what the learner is told |",
        "|---|---|",
    ]
    return "\n".join([*head, *lines, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(f"{PAGE.relative_to(ROOT)}: {len(exercises())} exercises, "
          f"{sum(len(one.mistakes) for one in exercises().values())} mistakes")  # fmt: skip
