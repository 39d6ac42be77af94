"""Which recorded value was made of which: the links between the events of a recorded run."""

from __future__ import annotations

import bisect

import numpy as np

from .trace import Place, Trace

CHANGES = ("Assign", "AugAssign", "Expr")
MANY = 300  # events of one place that are followed


class Links:
    """The links of one run.

    trace: a recorded run
    """

    def __init__(self, trace: Trace) -> None:
        self.trace, self.events = trace, trace.events
        self.by_place: dict[int, list[int]] = {}
        self.by_object: dict[int, list[int]] = {}
        self.container: dict[int, int] = {}  # an object in a list or tuple -> the event that gave the list
        for i, event in enumerate(self.events):
            self.by_place.setdefault(event.place, []).append(i)
            if type(event.value) in (int, bool):  # small numbers are one object everywhere
                continue
            self.by_object.setdefault(id(event.value), []).append(i)
            if type(event.value) is np.ndarray and event.value.base is not None:
                self.by_object.setdefault(id(event.value.base), []).append(i)
            for part in objects(event.value) if type(event.value) in (list, tuple) else ():
                self.container.setdefault(id(part), i)

    def place(self, event: int) -> Place:
        """The place of an event."""
        return self.trace.places[self.events[event].place]

    def parts(self, place: int, end: int) -> list[int]:
        """The events whose values went into a place that was evaluated right before event `end`."""
        here = self.trace.places[place]
        start = self._last(place, end)
        found: list[int] = []
        for part in here.parts:
            if part in here.many:
                found += self._between(part, start, end)
                continue
            last = self._last(part, end)
            if last < 0:
                continue
            found.append(last)
            if self.trace.places[part].kind == "GeneratorExp":  # its parts are evaluated after it
                for inner in self.trace.places[part].many:
                    found += self._between(inner, last, end)
        return found

    def _last(self, place: int, end: int) -> int:
        """The last event of a place before `end`, or -1."""
        times = self.by_place.get(place, ())
        at = bisect.bisect_left(times, end)
        return times[at - 1] if at else -1

    def _between(self, place: int, start: int, end: int) -> list[int]:
        times = self.by_place.get(place, ())
        return times[bisect.bisect_right(times, start) : bisect.bisect_left(times, end)][:MANY]

    def history(self, thing: object, end: int) -> list[int]:
        """The events before `end` that made or changed an object, without those that only read it."""
        found: list[int] = []
        for i in self.by_object.get(id(thing), ()):
            if i >= end:
                break
            own = self.events[i].value is thing
            if self.place(i).kind == "Name" or not (own or self.place(i).kind in CHANGES):
                continue
            if own and found and identical(self.events[found[-1]].array, self.events[i].array):
                continue
            found.append(i)
        return found


def objects(value: object) -> list:
    """The parts of nested lists and tuples, at most 2,000."""
    if type(value) not in (list, tuple):
        return [value]
    return [leaf for part in value[:500] for leaf in objects(part)][:2000]


def identical(one: np.ndarray | None, other: np.ndarray | None) -> bool:
    """Whether two copies of arrays hold the same bytes."""
    if one is None or other is None:
        return False
    return one.shape == other.shape and one.dtype == other.dtype and one.tobytes() == other.tobytes()


_OPERATIONS = {
    **dict.fromkeys(("MatMult", "dot", "matmul", "einsum", "inner"), "product"),
    "subtract": "Sub",
    "add": "Add",
    "multiply": "Mult",
    **dict.fromkeys(("divide", "true_divide"), "Div"),
    "negative": "USub",
    "power": "Pow",
    "greater": "Gt",
}


def operation(place: Place) -> str:
    """What a place does to its parts, under one name for `a @ b`, `np.dot(a, b)` and their like."""
    name = place.name or place.kind
    return _OPERATIONS.get(name, name)
