"""What the clinic says: reports, verdicts and repairs, as text and as a marked block in a notebook.

A word and a sign carry the meaning, never a colour alone.
"""

from __future__ import annotations

import html
from dataclasses import dataclass

from mlpkit.exercises.checker.result import COLOURS, INCORRECT, PASSED, Result
from mlpkit.exercises.panel import framed, rich

from .finding import Finding


@dataclass(frozen=True, repr=False)
class Answer:
    """Something that the clinic says: text in a terminal, a marked block in a notebook.

    good: bool or None, for the mark; lines: tuple of str
    """

    good: bool | None
    lines: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n  ".join((f"{self._mark()} {self.lines[0]}", *self.lines[1:]))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        head, *rest = self.lines
        colour = COLOURS[PASSED] if self.good else COLOURS[INCORRECT] if self.good is False else "#767676"
        inner = f"<strong>{self._mark()} {html.escape(head)}</strong>"
        return {
            "text/plain": repr(self),
            "text/html": framed(inner + "".join(map(_line, rest)), colour),
        }

    def _mark(self) -> str:
        return {None: "○", True: "✓", False: "✗"}[self.good]


def _line(text: str) -> str:
    """A line in HTML; code, and what is set in columns by two spaces, keeps its form."""
    columns = (
        ' style="white-space:pre-wrap;font-family:monospace;font-size:12px"'
        if "  " in text or "\n" in text
        else ""
    )
    return f"<div{columns}>{rich(text)}</div>"


@dataclass(frozen=True, repr=False)
class Report(Answer):
    """What a test found.

    findings: tuple of Finding(text, normal)
    """

    findings: tuple[Finding, ...] = ()

    @property
    def normal(self) -> bool:
        """Whether everything that was measured is in range."""
        return all(finding.normal for finding in self.findings)


@dataclass(frozen=True, repr=False)
class Diagnosis(Answer):
    """What became of a diagnosis; `good` says whether it is right."""


@dataclass(frozen=True, repr=False)
class Repair(Result):
    """The verdict on a repair, as that on an exercise, and what it is worth.

    before, after: float 0 to 1, mean of three seeds, or None while the repair has not passed
    """

    before: float | None = None
    after: float | None = None

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        return {
            "text/plain": repr(self),
            "text/html": self._html(),
        }  # no exercise: a report does not count it
