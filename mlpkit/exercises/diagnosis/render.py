"""From a finding to at most four sentences: the only place where sentences about a wrong answer are made.

A template names facts of the finding in {brackets}; numbers get four digits, lists become "a, b and c".
"""

from __future__ import annotations

import re
import string
from typing import Any

from .advice import ADVICE
from .evidence import Finding, Scope
from .templates import TEMPLATES, Template
from .words import listed, number, some

SENTENCES = 4
OWN_PLACE = ("misspelt", "from outside", "overwritten", "NumPy's builtin")  # and all traps


def render(finding: Finding) -> str:
    """A finding as at most four sentences.

    returns: str, what was observed with numbers, what it may be, what to look at next
    """
    f = finding.facts
    own, advice = _fill(TEMPLATES[finding.code], finding), ""
    if finding.code == "known mistake":
        own = _suspicion(finding)
        if "not_kept" in f:
            lost = f["not_kept"]
            own = f"{sentences(own)[0]} Line {lost.facts['line']}: {_fill(ADVICE[lost.code], lost)}"
    else:
        advice = _fill(ADVICE.get(finding.advice) or ADVICE.get(finding.code, finding.advice), finding)
    seen = render(f["seen"]) if "seen" in f else ""
    if f.get("one_case"):
        own = f"On {finding.case}, {_lower(own)}"
    scope = _scope(f["scope"]) if "scope" in f else ""
    if f.get("room_only") and (re.search(r"\d", own) or count(f"{scope} {own} {advice}") >= SENTENCES):
        seen = ""  # the numbers are there already, or there is no room for more
    if seen and own.startswith(f"On {f['seen'].case}, "):
        own = own.replace(f"On {f['seen'].case}, ", "There, ", 1)
    right = f"The shape of {listed(f['right_shapes'])} is right." if f.get("right_shapes") else ""
    if finding.code == "exception" and count(f"{seen} {own} {advice}") > SENTENCES:
        own = ""
    text = f"{seen} {right} {_capital(own)} {advice}"
    if scope and f"On {f['scope'].wrong_case}" in text:
        scope = scope.replace(f", and wrong on {f['scope'].wrong_case}.", ".")
    also = _suspicion(f["also"]) if "also" in f else ""
    if "place" in f and not _says_where(finding):
        if finding.code == "exception":
            return _with_place(f"{seen} {advice}", "", f["place"])
        return _with_place(f"{scope} {text}", advice, f["place"])
    return " ".join(sentences(f"{scope} {text} {also}")[:SENTENCES])


def _says_where(finding: Finding) -> bool:
    """Whether a finding needs no place beside it: it names its own line, or is a certain mistake or two."""
    f = finding.facts
    if finding.code.startswith("trap ") or finding.code in OWN_PLACE or "also" in f or "not_kept" in f:
        return True
    place = f["place"].facts
    if "left" in f and place["kind"] == "raised" and place["line"] == f["line"]:  # the two shapes are told
        return True
    return bool(f.get("certain")) and place["kind"] != "raised"


def _with_place(text: str, advice: str, place: Finding) -> str:
    """What was observed, and the place in the learner's own lines, in place of advice to work it out."""
    text = text.strip()
    statement = place.facts["kind"] if place.code == "statement" else ""
    full = not statement and count(text) >= SENTENCES
    if full or advice.startswith("Work ") or statement in ("changes", "last", "draw"):
        text = text.removesuffix(advice).strip()
    if place.case not in text:
        place = place.add(elsewhere=True)
    where = _fill(TEMPLATES[place.code], place)
    return " ".join([*sentences(text)[: SENTENCES - 1], _capital(where)])


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return re.split(r"(?<=[.?!])\s+(?=[A-Z`\"])", " ".join(text.split()))


def count(text: str) -> int:
    """How many sentences a text has."""
    return len(sentences(text.strip()))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


class _Words(string.Formatter):
    """Formats facts as words: numbers with four digits, lists as "a, b and c"."""

    def format_field(self, value: Any, spec: str) -> str:
        if isinstance(value, Finding):
            return render(value)
        if isinstance(value, float):
            return number(abs(value) if spec == "abs" else value)
        if isinstance(value, list):
            words = [number(v) if isinstance(v, (int, float)) else str(v) for v in value]
            if spec == "row":
                return ", ".join(words[:6]) + (" ..." if len(words) > 6 else "")
            return some(words, int(spec)) if spec else listed(words)
        return sentences(str(value))[0] if spec == "first" else str(value)


def _fill(template: Template, finding: Finding) -> str:
    if callable(template):
        template = template(finding)
    return _Words().format(template, part=finding.part, case=finding.case, **finding.facts)


def _suspicion(finding: Finding) -> str:
    """The exercise's own sentences about a listed mistake; with "perhaps" where another may look the same."""
    text = finding.advice
    if not finding.facts["certain"]:
        told = text.removeprefix("It looks as if ")
        text = ("Perhaps " if told != text else "One possibility: ") + _lower(told)
    return f"In {finding.part}: {_lower(text)}" if finding.part else text


def _lower(text: str) -> str:
    return text[0].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def _scope(scope: Scope) -> str:
    """Which parts, places and cases are right, and which are not, in one sentence."""
    told = []
    if scope.right_parts:
        verb = "is" if len(scope.right_parts) == 1 else "are"
        wrong = f"{listed(scope.wrong_parts)} {_is_wrong(scope.wrong_parts)}"
        told.append(f"{listed(scope.right_parts)} {verb} right, and {wrong}")
    elif scope.wrong_parts:
        told.append(f"{listed(scope.wrong_parts)} {_is_wrong(scope.wrong_parts)}")
    if scope.pattern:
        told.append(_places(scope))
    if scope.right_case:
        what = "everything" if told else "it"
        told.append(f"{what} is right on {scope.right_case}, and wrong on {scope.wrong_case}")
    return _capital("; ".join(told) + "." * bool(told))


def _is_wrong(names: list[str]) -> str:
    return "is wrong" if len(names) == 1 else "are wrong"


def _places(scope: Scope) -> str:
    right, wrong = scope.right_places, scope.wrong_places
    if scope.pattern in ("last right", "last wrong"):
        return f"only the last {wrong[0] if right == [] else right[0]} is {scope.pattern[5:]}"
    if scope.pattern == "only last":
        named = "" if right[0].startswith("`") else right[0].partition(" [")[0]
        return f"only the last {named or f'one, {right[0]},'} is right"
    if scope.pattern == "some":
        verb = "is" if len(right) == 1 else "are"
        return f"{some(right, 3)} {verb} right, and {some(wrong, 3)} {_is_wrong(wrong)}"
    first = f"{right[0]} is right" if len(right) == 1 else f"{right[0]} to {right[-1]} are right"
    return (
        f"{first}, and {wrong[0]} is wrong"
        if scope.pattern == "last"
        else f"{first}, and all from {wrong[0]} on are wrong"
    )
