"""What a check found, in a form that reads well wherever it is shown.

In a terminal it is text, in a notebook HTML, and in a saved notebook also JSON for the teacher.
"""

from __future__ import annotations

import html
from dataclasses import dataclass, field

from ..diagnosis.trace_lines import LineView
from ..panel import framed, rich

JSON_TYPE = "application/vnd.mlpkit.check+json"
SCHEMA = 1

NOT_ATTEMPTED, PASSED, INCORRECT = "not attempted", "passed", "incorrect"
TOO_SLOW = "too slow to tell"  # nobody knows whether it is right, so it is no wrong try
SYMBOLS = {NOT_ATTEMPTED: "○", PASSED: "✓", INCORRECT: "✗", TOO_SLOW: "…"}
COLOURS = {NOT_ATTEMPTED: "#767676", PASSED: "#009E73", INCORRECT: "#D55E00", TOO_SLOW: "#767676"}


@dataclass(frozen=True, repr=False)
class Result:
    """The verdict on one function.

    exercise: str, its name
    outcome: "not attempted", "passed", "incorrect" or "too slow to tell"
    mistake: str, the name of the listed mistake, or None
    message: str, at most four sentences
    forwards: True when the function hands the work to mlpkit's own
    printed: str, what the function printed on the first try
    notes: further sentences, about what was kept and what goes on in the notebook
    pictures: what the function displayed on the first try, PNG in base64
    where: (line of the function, column, source) of the place where it goes wrong, counted from 1; or None
    lines: the function line by line, with shapes and values; or None
    """

    exercise: str
    outcome: str
    mistake: str | None
    message: str
    forwards: bool = False
    printed: str = ""
    notes: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    where: tuple[int, int, str] | None = None
    lines: LineView | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        lines = [f"{SYMBOLS[self.outcome]} {self.exercise}: {self.outcome}", self.message, *self.notes]
        if self.printed:
            lines.append("It printed: " + " / ".join(self.printed.splitlines()[:3]))
        if self.lines is not None and self.lines.marked:
            lines.insert(2, self.lines.marked.replace("\n", "\n  "))
        return "\n  ".join(line for line in lines if line)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        return {"text/plain": repr(self), "text/html": self._html(), JSON_TYPE: self.as_json()}

    def as_json(self) -> dict:
        """What a teacher's report reads from a saved notebook.

        returns: dict of plain values
        """
        return {
            "schema": SCHEMA,
            "exercise": self.exercise,
            "outcome": self.outcome,
            "mistake": self.mistake,
            "message": self.message,
            "forwards": self.forwards,
            "where": None if self.where is None else list(self.where),
        }

    def _html(self) -> str:
        head = (
            '<strong><span aria-hidden="true" '
            f'style="color:{COLOURS[self.outcome]}">{SYMBOLS[self.outcome]}</span> '
            f"{html.escape(self.exercise)}: {self.outcome}</strong>"
        )
        message, *notes = (
            f'<div style="margin-top:4px">{rich(line)}</div>' for line in (self.message, *self.notes)
        )
        marked, fold, printed = "", "", ""
        if self.lines is not None:
            marked = self.lines.marked_html
            fold = f"<details><summary>{html.escape(self.lines.title)}</summary>{self.lines.html}</details>"
        if self.printed:
            printed = (
                f"<details><summary>What it printed</summary><pre>{html.escape(self.printed)}</pre></details>"
            )
        pictures = "".join(
            f'<img alt="displayed" src="data:image/png;base64,{html.escape(picture.strip())}">'
            for picture in self.pictures
        )
        return framed(
            "".join([head, message, marked, *notes, fold, printed, pictures]), COLOURS[self.outcome]
        )
