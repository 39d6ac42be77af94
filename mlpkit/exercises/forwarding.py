"""Does a function do the work itself, or hand it to mlpkit's own?

Handing it on is a right answer, but the learner and the teacher should know.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable

from .core import Exercise


def forwards(exercise: Exercise, function: Callable) -> bool:
    """Call a function once and watch whether mlpkit's own is called inside.

    returns: bool
    """
    package = exercise.package if isinstance(exercise.package, tuple) else (exercise.package,)
    codes = {getattr(f, "__code__", None) for f in (exercise.reference, *package)} - {None}
    seen = []

    def watch(frame: object, event: str, arg: object) -> None:
        if event == "call" and frame.f_code in codes:
            seen.append(True)

    args = copy.deepcopy(exercise.probes[0].args)
    args = exercise.probes[0].vary(0, args) if exercise.probes[0].vary else args
    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        answer = function(*args)
        if isinstance(exercise.gives, list) and not isinstance(answer, (list, tuple)):
            list(answer)  # a generator works only while it is read
    except Exception:
        pass
    finally:
        sys.setprofile(before)
    return bool(seen)
