"""The detector for a function that raised an exception.

Python's own message is repeated, since learning to read it is half of debugging.
"""

from __future__ import annotations

import re

from .evidence import Evidence, Finding
from .observed import observe


def raised(e: Evidence) -> Finding | None:
    """An exception: what it usually means, and where."""
    if e.failure.failed_check != "raised":
        return None
    error = e.run.raised
    fine = next((r.case.note for r in e.runs if r.raised is None), "")
    facts = {"seen": observe(e.exercise, e.run, e.right_run), "fine": fine}
    if error.kind == "TypeError" and error.line is None and "argument" in error.text:
        names = [f"`{n}`" for n in e.exercise.inputs]
        return Finding("called otherwise", facts={**facts, "signature": e.exercise.signature, "names": names})
    for kind, pattern, advice in MEANINGS:
        found = re.search(pattern, error.text)
        if re.fullmatch(kind, error.kind) and found:
            names = dict(zip(("first", "second"), found.groups()))
            return Finding("exception", facts={**facts, **names}, advice=advice)
    return Finding("exception", facts=facts, advice="unknown exception")


MEANINGS = (
    ("UnboundLocalError", r"variable '(\w+)'", "unbound"),
    ("NameError", r"name '(\w+)'", "unknown name"),
    ("ValueError", r"broadcast together.*?(\([\d,]*\)).*?(\([\d,]*\))", "broadcast"),
    ("ValueError", r"matmul|not aligned|core dimension", "matrix product"),
    ("ValueError", r"read-only", "read-only"),
    ("ValueError", r"reshape", "reshape"),
    ("ValueError", r"unpack", "unpack"),
    ("ValueError", r"truth value", "truth value"),
    ("ValueError", r"inhomogeneous|sequence", "inhomogeneous"),
    ("IndexError", r"out of bounds", "out of bounds"),
    ("IndexError", r"too many indices", "too many indices"),
    ("IndexError", r"arrays used as indices|only integers", "index type"),
    ("IndexError", r"shape mismatch", "index lengths"),
    (".*AxisError", r"", "no such axis"),
    ("ZeroDivisionError", r"", "division by 0"),
    ("RecursionError", r"", "recursion"),
    ("AttributeError", r"'NoneType'", "is None"),
    ("AttributeError", r"'(\w+)' object has no attribute '(\w+)'", "no attribute"),
    ("TypeError", r"NoneType", "is None"),
    ("TypeError", r"not callable", "not callable"),
    ("TypeError", r"scalar|only.*(?:length|size|0-dim)", "one number needed"),
    ("TypeError", r"argument", "other arguments"),
    (".*UFunc.*|.*CastingError", r"", "whole numbers cannot hold it"),
    ("KeyError", r"", "no such key"),
    ("AssertionError", r"", "assertion"),
    ("MemoryError", r"", "memory"),
    ("SystemExit|KeyboardInterrupt", r"", "ended the program"),
    ("FloatingPointError", r"", "floating point"),
    ("ModuleNotFoundError|ImportError", r"", "import"),
)
