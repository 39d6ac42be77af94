"""The place that the trace found, as a finding for `render` and as what a result shows."""

from __future__ import annotations

from collections.abc import Mapping

from ..spec import Exercise
from .evidence import Finding
from .first_divergence import Found
from .trace_arguments import unfit_argument
from .trace_described import OTHER, RAISED, SHORT, UNUSED, Divergence, Part
from .trace_lines import LineView, view_lines
from .trace_rewrite import Place
from .words import shape_words, shortened

_SIGNS = {"MatMult": "@", "Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "Pow": "**"}


def place_finding(exercise: Exercise, found: Found) -> Finding:
    """The place as a finding of the code "first_divergence"."""
    d = found.divergence
    here = found.trace.places[d.place]
    facts = {
        "kind": d.kind,
        "line": here.line,
        "function": here.function,
        "source": shortened(here.text),
        "shape": d.shape,
        "expected": d.expected,
        "parts": list(dict.fromkeys(_part(p, exercise.inputs) for p in _told(d))),
        "operation": _operation(here, d) if d.kind == RAISED else "",
        "unfit": unfit_argument(here.text, _values(found, here)) if d.kind == RAISED else "",
        "error": type(found.trace.error).__name__,
        "turn": d.turn,
        "turns": d.turns,
        "step": found.step + 1 if found.case.steps else 0,
    }
    if d.kind in (OTHER, SHORT, UNUSED) and d.other is not None:
        other = found.trace.places[d.other]
        facts |= {"other": shortened(other.text), "other_line": other.line}
    return Finding("first_divergence", "", found.case.note, facts)


def _values(found: Found, here: Place) -> dict[str, object]:
    """The last values of the parts of a place, by their source."""
    places = found.trace.places
    return {places[e.place].text: e.value for e in found.trace.events if e.place in here.parts}


def where_of(found: Found) -> tuple[int, int, str]:
    """(line of the function, column, source), counted from 1."""
    place = found.trace.places[found.divergence.place]
    return place.line, _column(place, found) + 1, place.text


def lines_of(found: Found) -> LineView:
    """The function line by line, with the place marked."""
    d: Divergence = found.divergence
    return view_lines(found.trace, found.case.note, d.place, d.event)


def _column(place: Place, found: Found) -> int:
    if place.function:
        return place.span[2]
    line = found.trace.source.lines[place.span[0] - 1].encode()
    return len(line[: place.span[2]].decode(errors="replace"))


def _part(part: Part, axes_of: Mapping[str, str]) -> str:
    """A part with its shape, and for an argument with the names of its axes; of a number its value."""
    source, axes = f"`{shortened(part.source)}`", axes_of.get(part.source, "")
    if part.shape is None:
        return f"{source} ({part.value})"
    if not part.shape:
        return f"{source} = {part.value}" if part.value else source
    return f"{source} {shape_words(axes, part.shape).removeprefix('shape ')}"


def _operation(place: Place, divergence: Divergence) -> str:
    """Two values and the sign between them: "`a` (2, 3) @ `b` (2, 3)"; "" for anything else."""
    sign = _SIGNS.get(place.name, "") if place.kind == "BinOp" and len(divergence.parts) == 2 else ""
    return f" {sign} ".join(_part(part, {}) for part in divergence.parts) if sign else ""


def _told(divergence: Divergence) -> tuple[Part, ...]:
    """The parts to name: of an operation that raised all, else those that right programs have here too."""
    if divergence.kind == RAISED:
        return tuple(p for p in divergence.parts if p.shape or p.value)
    return tuple(dict.fromkeys(p for p in divergence.parts if p.shape and p.known))
