"""All exercises, topic by topic in the order of the course.

A topic is a module of this package that holds nothing but data, in a tuple called EXERCISES.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module
from types import MappingProxyType

from .checker.runner import freeze
from .spec import Exercise

# The file of a topic, and its name as it is shown.
TOPICS = {name: name for name in ("start", "data", "init", "forward", "loss", "backprop", "sgd")}
TOPICS["optimizers"] = "optimisers"
TOPICS["autograd"] = "autograd"


@cache
def exercises() -> Mapping[str, Exercise]:
    """Every exercise by its name, in the order of the course.

    returns: name -> Exercise, each with its topic; nobody can change it, a function under check neither
    """
    found = {}
    for topic in TOPICS:
        for entry in import_module(f"{__package__}.topics.{topic}").EXERCISES:
            freeze(
                tuple(case.args for case in entry.cases)
            )  # what one function does to a case no other meets
            found[entry.name] = replace(entry, topic=topic)
    return MappingProxyType(found)


def find(name: str) -> Exercise:
    """The exercise of a name.

    name: str, for instance "softmax"
    returns: Exercise
    raises: TypeError or ValueError when there is none of that name, with the nearest that there are
    """
    if not isinstance(name, str):
        raise TypeError(
            f"the exercise is given as {type(name).__name__}: give its name, for instance 'softmax'"
        )
    if name in exercises():
        return exercises()[name]
    near = difflib.get_close_matches(name, exercises(), 3, 0.5) or list(exercises())
    raise ValueError(
        f"there is no exercise called {name[:60]!r}: did you mean {' or '.join(map(repr, near))}?"
    )
