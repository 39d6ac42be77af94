"""The ward: all patients, what they complain of, and how far the learner has come with each.

A circle waits, a half circle is diagnosed, a tick is cured.
"""

from __future__ import annotations

import html
from collections.abc import Iterable

from .patients import patients
from .records import record_of


class Ward(tuple):
    """The names of all patients; shown, a table of who they are and how they are."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(f"{mark} {name:<15} {complaint}" for mark, name, complaint in _rows(self))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        rows = "".join(
            f"<tr><td>{mark}</td><td><code>{name}</code></td>"
            f"<td style='text-align:left'>{html.escape(complaint)}</td></tr>"
            for mark, name, complaint in _rows(self)
        )
        key = "<p>○ waiting, ◐ diagnosed, ✓ cured</p>"
        return {"text/plain": repr(self), "text/html": f"<table>{rows}</table>{key}"}


def ward() -> Ward:
    """All patients.

    returns: tuple of str, their names
    """
    return Ward(patients())


def _rows(names: Iterable[str]) -> list[tuple[str, str, str]]:
    kept = {name: record_of(name) for name in names}
    marks = {name: "✓" if k["cured"] else "◐" if k["right"] else "○" for name, k in kept.items()}
    return [(marks[name], name, patients()[name].complaint) for name in names]
