"""The sign for "about": a number after ≈ may vary a little, so it is compared within a band fit for its kind.

Percentages may move by 1.5 points, times and memory freely, anything else (losses, ratios) by a tenth.
"""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

SANITIZE_FILE = Path(__file__).with_name("sanitize.cfg")
_PATTERN, _BLANK = re.findall(
    r"^regex: (.*)$\n^replace: (.*)$", SANITIZE_FILE.read_text("utf-8"), re.MULTILINE
)[0]
NUMBER = re.compile(_PATTERN)

# What follows the number decides its kind. A speed-up is a ratio of two times, so it is as free as they are.
_FREE = re.compile(r"(?:ns|µs|us|ms|s|seconds?|min|minutes?|h|hours?|MB|GB|kB|times|fps|images/s|steps/s)\b")
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
PERCENT_POINTS = 1.5
RELATIVE = 0.10


class About(NamedTuple):
    """One number after ≈: its text, its value, and the most by which another run may differ."""

    text: str
    value: float
    band: float


def blank(text: str) -> str:
    """The text with every number after ≈ taken out, which is how nbval compares it."""
    return NUMBER.sub(_BLANK, text)


def numbers(text: str) -> list[About]:
    """Every number after ≈, in order, with its band."""
    return [_about(match, text[match.end() :]) for match in NUMBER.finditer(text)]


def differences(stored: str, new: str) -> list[str]:
    """Say what differs between two texts: nothing, where only numbers after ≈ moved within their bands."""
    if blank(stored) != blank(new):
        return [f"text differs: {stored!r} became {new!r}"]
    pairs = zip(numbers(stored), numbers(new), strict=True)
    return [
        f"≈ {old.text} became ≈ {fresh.text}: more than {old.band:.3g} apart"
        for old, fresh in pairs
        if abs(old.value - fresh.value) > old.band
    ]


def output_differences(stored: list, new: list) -> list[str]:
    """Say what differs between two lists of notebook outputs; pictures only count."""
    before, after = _texts(stored), _texts(new)
    if {kind: len(texts) for kind, texts in before.items()} != {
        kind: len(texts) for kind, texts in after.items()
    }:
        return [f"the outputs {sorted(before)} became {sorted(after)}, or their numbers differ"]
    return [
        found
        for kind in before
        for old, fresh in zip(before[kind], after[kind], strict=True)
        for found in differences(old, fresh)
    ]


def _about(match: re.Match, rest: str) -> About:
    text = match.group(1)
    value = float(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))
    if _FREE.match(rest):
        return About(text, value, float("inf"))
    if rest.startswith("%"):
        return About(text, value, PERCENT_POINTS)
    return About(text, value, RELATIVE * abs(value) + _last_place(text))


def _last_place(text: str) -> float:
    """What one step in the last printed digit is worth: 0.01 for 2.31, 1 for 12, 1e-4 for 1.2e-3."""
    mantissa, _, exponent = text.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 10.0 ** (int(exponent or 0) - decimals)


def _texts(outputs: list) -> dict[str, list[str]]:
    """What the outputs say, by kind; a picture counts by being there, a stream's pieces are one text."""
    texts = defaultdict(list)
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            name = f"stream {output['name']}"
            texts[name] = ["".join(texts[name]) + _text("text/plain", output["text"])]
        elif kind == "error":
            texts[kind].append(f"{output['ename']}: {output['evalue']}")
        else:
            for mime, data in output["data"].items():
                if mime != WIDGET_VIEW:  # never stored; its picture and its sentence are
                    texts[f"{kind} {mime}"].append(_text(mime, data))
    return dict(texts)


def _text(mime: str, data: object) -> str:
    if mime.startswith("image/") and mime != "image/svg+xml":
        return ""
    if isinstance(data, list):
        return "".join(data)
    return data if isinstance(data, str) else json.dumps(data, sort_keys=True, ensure_ascii=False)
