"""Errors from a learner's own code: which line raised it, in a sentence that a widget can show.

The last line that stands neither in mlpkit nor in an installed package is the learner's.
"""

from __future__ import annotations

import sysconfig
import traceback
from pathlib import Path

OURS = tuple(
    {str(Path(__file__).parent.parent), *(sysconfig.get_paths()[k] for k in ("purelib", "platlib", "stdlib"))}
)


def user_error(error: BaseException) -> str:
    """An error in words: what it says, and the learner's line that raised it, if there is one.

    error: exception with its traceback
    returns: str
    """
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [f for f in frames if not f.filename.startswith(OURS) and not f.filename.startswith("<frozen")]
    said = str(error) or "no message"
    if not theirs:
        return said if isinstance(error, ValueError) else f"{type(error).__name__}: {said}"
    line = theirs[-1]
    code = f": {line.line}" if line.line else ""
    return f"{type(error).__name__}: {said}\nin {line.name}, line {line.lineno}{code}"
