"""One template for each code of a finding: a text with {facts} in it, or a function that gives such a text.

What to look at next stands in advice.py.
"""

# ruff: noqa: E501 - a table of sentences, one a line

from __future__ import annotations

from collections.abc import Callable

from .evidence import Finding
from .words import number

Template = str | Callable[[Finding], str]


def _place(finding: Finding) -> str:
    """Where the calculation parts from right ones, in one sentence."""
    f = finding.facts
    line = "in `{function}`, line {line}" if f["function"] else "line {line}"
    if f["kind"] == "raised" and f.get("elsewhere"):
        line = f"on {{case}}, {line} raised {{error}}: it"
    elif f.get("elsewhere"):
        line += ", on {case}"
    if f["step"] > 1:
        line = f"in step {f['step']}, {line}"
    turn = " (turn {turn} of {turns})" if f["turn"] > 1 else ""
    shape = " {shape}" if f["shape"] else ""
    if f["kind"] == "raised":
        met = "{operation}" if f["operation"] else "`{source}`" + (", with {parts}" if f["parts"] else "")
        turn = " (turn {turn})" if turn else ""  # how many there would have been is not known
        if f.get("unfit"):
            met = "`{source}`" + turn
            turn = ": {unfit}"
        return f"{line} stopped at {met}{turn}."
    if f["kind"] == "short":
        return (
            f"{line}: right solutions change `{{source}}` further before `{{other}}` in line {{other_line}}."
        )
    if f["kind"] == "skipped":
        return f"{line}: `{{source}}` is not true{turn or ' there'}, and what stands under it is left out."
    if f["kind"] == "other":
        return f"{line}: right solutions have another value than `{{source}}` for `{{other}}` in line {{other_line}}."
    if f["kind"] == "order":
        return f"{line}: these are the right parts, in another order."
    if f["kind"] == "unused":
        return f"{line}: `{{source}}` is not the right value there; `{{other}}` in line {{other_line}} is."
    if f["kind"] == "transposed":
        return f"{line}: `{{source}}` has the shape of the right answer with rows and columns swapped."
    if f["kind"] == "unfinished":
        return f"{line}: right solutions have the value `{{source}}` too, but they return another one."
    if f["expected"] is not None:
        return f"{line}: `{{source}}`{turn} has shape {{shape}}, expected {{expected}}."
    if not 0 < len(f["parts"]) < 4:
        return f"{line}: no right solution has the value `{{source}}`{shape}{turn}."
    values = "values" if len(f["parts"]) > 1 else "value"
    return f"{line}: right solutions have the {values} {{parts}} too, but not `{{source}}`{shape}{turn}."


def _if(fact: str, text: str, otherwise: str = "") -> Callable[[Finding], str]:
    return lambda finding: text if finding.facts.get(fact) else otherwise


def _join(*pieces: str | Callable[[Finding], str]) -> Callable[[Finding], str]:
    return lambda finding: "".join(p if isinstance(p, str) else p(finding) for p in pieces)


def _raised(finding: Finding) -> str:
    text = finding.facts["text"]
    return "On {case}, it raised {kind}" + (" ({text})" if text else "") + "{where}."


def _count(finding: Finding) -> str:
    f = finding.facts
    came = (
        "{part} has {came}"
        if finding.part
        else "{came} came back" + " (of {lengths:row})" * bool(f["lengths"])
    )
    item = "; {item} is {item_came}, expected {item_expected}" if "item" in f else ""
    return f"On {{case}}, {came}, expected {{expected}}{item}."


def _not_finite(finding: Finding) -> str:
    f = finding.facts
    what = "{count} of {of} entries of {part} are" if f["of"] > 1 else "the result is"
    text = f"On {{case}}, {what} {{kinds}}" + (", all in row {row}" if "row" in f else "")
    if "right_case" in f:
        text += "; on {right_case} everything is right"
    text += "."
    if "elsewhere" in f:
        text += " {elsewhere}"
    if finding.advice == "large numbers" and "elsewhere" not in f:
        text += " The largest input there is {largest}."
    return text


def _scaled(finding: Finding) -> str:
    f = finding.facts
    text = "{part} is {ratio} times the expected one"
    if "other" in f:
        text += " on {case}, {other} times on {other_case}"
    elif not f["factor"] and finding.advice == "some factor":
        text += ", the same factor everywhere"
    return (
        text
        + (" (and the sign is wrong)" if f["turned"] else "")
        + "."
        + (" The factor is {factor}." if f["factor"] else "")
    )


def _too_large(finding: Finding) -> str:
    f = finding.facts
    if f["large"] in (0, f["of"]):
        size = "large" if f["large"] else "small"
        every = "both" if f["of"] == 2 else "all {of}"
        return f"It is too {size} in {every} {{noun}}." if f["of"] > 1 else f"It is too {size} there."
    return "It is too large in {large} of {of} {noun}, and too small in the others."


def _direction(text: str) -> Callable[[Finding], str]:
    entries = _if("step", "the step's {of} entries", "{of} entries")
    case = lambda finding: "On {case}, " if finding.case else ""  # noqa: E731
    return _join(case, "{count} of ", entries, text)


def _direction_all(finding: Finding) -> str:
    return (
        ("On {case}, all" if finding.case else "All")
        + (" entries of the step" if finding.facts["step"] else " entries")
        + " differ."
    )


def _property(finding: Finding) -> str:
    f = finding.facts
    text = "On {case}: {text}"
    text += " It is about {factor}." if f.get("factor") else ""
    text += (
        " All of them are whole numbers ({whole}): are they rounded, or drawn as integers?"
        if f.get("whole")
        else ""
    )
    return text + (" What is right: {held:2}." if f.get("held") else "")


def _residual(finding: Finding) -> str:
    elsewhere = finding.facts["elsewhere"]
    tail = (
        ", and in other places by other factors"
        if elsewhere is None
        else "; the factor everywhere is {elsewhere}"
    )
    return "On {case}, {part} is off by {factor} times {of}, entry by entry" + tail * (elsewhere != "") + "."


def _rows_sum(finding: Finding) -> str:
    low, high = number(finding.facts["low"]), number(finding.facts["high"])
    return f"Your rows sum {f'from {low} to {high}' if low != high else f'to {low}'}, expected {{total}}."


def _line(finding: Finding) -> str:
    done = "added" if finding.facts["shift"] >= 0 else "subtracted"
    one = "the same" if finding.facts["same"] else "one"
    return (
        f"Every {{line}} is the expected one times {one} number, plus another number: {{line}} {{index}} is "
        f"multiplied by {{slope}}, and {{shift:abs}} is {done}."
    )


_STATEMENTS = {
    "changes": "line {line} writes into it: `{source}`.",
    "returns": "it comes from line {line}: `{source}`.",
    "answer": "the answer comes from line {line}: `{source}`.",
    "last": "the function ends after line {line}, `{source}`, without a `return`.",
    "draw": "the random numbers come from line {line}: `{source}`.",
    "loop": "the loop is in line {line}: `{source}`.",
    "stores": "the values are stored in line {line}: `{source}`.",
    "again": "line {line} stores one more value in the same turn: `{source}`.",
    "order": "line {line} turns the order round: `{source}`.",
    "whole": "line {line} makes an array of whole numbers: `{source}`.",
}

TEMPLATES: dict[str, str | Callable[[Finding], str]] = {
    "first_divergence": _place,
    "statement": lambda finding: _STATEMENTS[finding.facts["kind"]],
    # observations
    "raised": _raised,
    "type": _join(
        "On {case}, {part} is {came}", _if("expected", ", expected {expected}"), ".",
        _if("asked", " The function should return {asked}."), _if("order", " The order is {order}."),
    ),
    "returned": "On {case}, it returned {came}.",
    "count": _count,
    "length": "On {case}, {part} has {came}, expected {expected}.",
    "one number": "On {case}, {part} is one number, {got}, expected an array of shape {expected}.",
    "shape": "On {case}, {part} has shape {got}, expected {expected}.",
    "value": "On {case}, {part}{spot} is {got}, expected {expected}.",
    "dtype": "On {case}, the numbers are right, but they are {dtype}, expected {expected}.",
    "changed": "After the call on {case}, {names} changed.",
    "not repeatable": "Two calls with the same inputs gave different results.",
    "same for every rng": "Two generators with different seeds gave the same result.",
    "rng does not move on": "Two calls with the same generator, one after the other, gave the same result.",
    "not as asked": "On {case}, it did not do what it should.",
    "own words": "{text}",
    "property": "On {case}: {text:first}",
    # structure
    "known mistake": "",
    "exception": _if("fine", "It returns an answer on {fine}."),
    "misspelt": "",
    "called otherwise": "The call is {signature}, with {names} in this order.",
    "parts swapped": "The parts are right, but their order is ({came}), expected ({expected}).",
    "one part alone": "It is the right {part}, but nothing else. The function should return {asked}.",
    "not a tuple": "The function should return {asked}.",
    "endless": "",
    "lists apart": "Perhaps {names} are in separate lists. The function should return {asked}.",
    "count off": "",
    "flat list": "",
    "part off": "",
    "not finite": _not_finite,
    "picked": "It holds {count} of the {of} right numbers, in one row: a mask or an index picks some of them and loses the others.",
    "input came back": "It is the input `{name}`, unchanged.",
    "piece lengths": "Their lengths are {came:row}, expected {expected:row}.",
    "sum of all": "It is {got}, about the sum of all. Return each one by itself.",
    "one number of many": "It is {got}.",
    "reduced": "It equals the right answer {verb} over axis {axis}.",
    "not reduced": "The right answer is there, but not yet {verb} over axis {axis}.",
    "off by one": "`{axis}` is {longer} by one.",
    "one entry left": _if("one", "Along `{axis}` there is only one entry.", "Along `{axis}` there should be only one entry."),
    "axis length": _join("The length along `{axis}` is wrong.", _if("known", " {length} is the length of {known} of the input.")),
    **dict.fromkeys((  # the advice says it all
        "blown up", "transposed", "other axes", "transposed shape", "rearranged", "opposite order",
        "unexplained shape", "fixed length", "numbers off", "axis too many", "axis lost", "several lengths", "one for all",
    ), ""),
    # side effects and properties
    "inputs changed": "The result is right, but {names} changed during the call. The caller still needs the old values.",
    "other randomness": "Two calls with an rng of the same seed gave different results. Something random does not come from `rng`.",
    "remembers": _join(
        "Two calls with the same inputs gave different results: ",
        _if("ratio", "the second is {ratio} times the first.", "the second differs."),
        _if("first_right", " The first call is right."),
    ),
    "own seed": "Two generators with different seeds gave the same result. The random numbers do not come from `rng`.",
    "rng copied": "Two calls with the same rng, one after the other, gave the same result. The second call should get new random numbers.",
    "property not measured": "On {case}, {part} could not be measured: the answer has another structure.",
    "property broken": _property,
    "property missing": "{text}",
    # names from elsewhere, and traps of Python and NumPy
    "from outside": _join(
        "It uses `{name}`, {is} from another cell, instead of its own arguments {arguments}.",
        _if("unused", " It never uses {unused}."),
    ),
    "overwritten": "`{name}` is no longer Python's function here: a cell has given this name to {is}.",
    "NumPy's builtin": "`{name}` is NumPy's function here, not Python's: `from numpy import *` put it in its place.",
    **dict.fromkeys(("trap power", "trap same object", "trap axis", "trap max", "trap sum", "trap shape in two", "trap shape from array",
        "trap width as mean", "trap append", "trap list plus tuple", "trap not kept", "trap None", "trap return in loop", "trap list around index", "trap one for a slice", "trap put after loop", "trap looped as places", "trap never read", "trap divided first", "trap list plus array", "trap written while looped",
        "trap eye", "trap rows swapped", "trap not of indices", "trap bytes", "trap never filled", "trap column against row",
        "trap two names", "trap same again", "trap reset in loop", "trap overwritten in loop", "trap loop name", "trap written in vain",
        "trap not called", "trap places", "trap other generator", "trap drawn in loop", "trap with replacement",
        "trap mask again", "trap argument replaced"),
        _if("told", "", "Line {line}: `{source}`.")),
    "trap unused argument": "It never uses {names}.",
    # numbers
    "zeros": _if("somewhere", "Where it is wrong, {part} is 0 everywhere.", "{part} is 0 everywhere."),
    "input returned": _if(
        "somewhere", "Where it is wrong, {part} is the input `{name}`, unchanged.",
        "{part} is the input `{name}`, unchanged.",
    ),
    "constant": "All entries of {part} are {value}.",
    "independent": "{part} is {value} for all inputs.",
    "scaled": _scaled,
    "constant argument": _join(_scaled, " `{name}` = {value} gives this result: perhaps the argument is not used."),
    "opposite sign": "{part} has the right size, but the opposite sign, everywhere.",
    "shifted everywhere": lambda finding: (
        f"{{part}} is too {'large' if finding.facts['shift'] > 0 else 'small'} by {{shift:abs}} everywhere."
    ),
    "shifted": _join("On {case}, every entry of {part} is off by the same {shift}", _if("log_of", " (ln of {log_of})"), "."),
    "linear": lambda finding: (
        f"{{part}} is {{slope}} times the expected one {'plus' if finding.facts['shift'] > 0 else 'minus'} {{shift:abs}}, everywhere."
    ),
    "function": "{part} is {is}, everywhere.",
    "one size": _join("All entries of {part} have the same size, {size}", _if("signs", "; only their signs differ"), "."),
    "step alone": "{part} is only the step, not the place after it.",
    "scaled by layer": lambda finding: (
        "On {case}, {part} is the expected one times a number that changes from layer to layer: "
        + ", ".join(f"{number(r)} times at {p}" for r, p in zip(finding.facts["ratios"], finding.facts["places"]))
        + "."
    ),
    "scaled by case": "{part} is right up to a factor that changes: {ratio} on {case}, then {other}.",
    "as if": _join(
        "It looks as if {as_if}: for such inputs ",
        _if("of_part", "{of_part} is right.", "the numbers are right."),
    ),
    "other exercise": "The numbers are those of `{name}`, which takes the same inputs. The task here is: {task}",
    "applied twice": "The numbers are those of `{name}` applied twice.",
    "combination": "{part} is {is}.",
    "added": _residual,
    "reduction": "{part} holds {holds} of each {line} of {of}.",
    "moved": "The numbers are the right ones, {how}.",
    "permuted": "The right numbers are all there, but in other places.",
    # places
    "scale by line": "Every {line} is right up to a factor of its own, from {low} to {high}.",
    "shift by line": _join(
        "In every {line} all entries are off by the same number, from {low} in one {line} to {high} in another",
        _if("known", ": {known}"), ".",
    ),
    "line by line": _line,
    "columns sum": "Every column sums to {total}. Instead, every row should.",
    "array sums": "The whole array sums to {total}. Instead, every row should.",
    "rows sum": _rows_sum,
    "same where wrong": "Wherever it is wrong, it is {value}.",
    "input where wrong": "Wherever it is wrong, it is the input `{name}`, unchanged.",
    "not zero": "It is wrong only where 0 is expected: there your numbers are from {low} to {high}.",
    "only zeros right": "Only the zeros are right.",
    "at some inputs": "It is wrong only where `{name}` is {where}.",
    "wrong at labels": "Only the entries of the true class are wrong.",
    "wrong beside labels": "The entries of the true class are right, and all others are wrong.",
    "diagonal": "Only the diagonal is right.",
    "some lines": lambda finding: (
        "Only {line} {right:4} is right." if len(finding.facts["right"]) == 1
        else "Only {line} {wrong:4} is wrong." if len(finding.facts["wrong"]) == 1
        else "The {lines} {right:4} are right, and {wrong:4} are wrong."
    ),
    "large wrong": "It is right up to about {limit}, and wrong for larger numbers.",
    "small wrong": "It is right for large numbers, and wrong below about {limit}.",
    "nearly right": "It is nearly right: the error is at most {percent} % of the largest number.",
    "alike": "On {case}, {which} of {part} are the same, but they should differ.",
    "cut off": "No entry of {part} is larger than {most} in size, but {count} of {of} should be.",
    "factor in one case": "{part} is {ratio} times the expected one; in the other cases it is not only a factor.",
    "share": "It is {got} of {of} examples, expected {expected}.",
    "no share": "It is no share of {of} examples: times {of} it gives {got}.",
    "too large or small": _too_large,
    "right direction": _direction(" differ; together they point in the right direction (cosine {cosine}, {length} times as long)."),
    "opposite direction": _direction(" differ; together they point in the opposite direction (cosine {cosine})."),
    "no direction": lambda finding: (
        _direction(" differ.") if finding.facts["count"] < finding.facts["of"] else _direction_all
    )(finding),
}  # fmt: skip
