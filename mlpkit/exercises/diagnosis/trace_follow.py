"""Follow the values of a recorded run back to where an unknown one begins."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import numpy as np

from .known_values import KnownValues, array_leaves
from .trace import Trace, numbers
from .trace_links import CHANGES, Links, objects

DEEPEST = 150  # values one after another that are followed back
_BLANK = ("zeros", "ones", "full", "eye", "identity", "arange", "zeros_like", "ones_like", "full_like")
_EMPTY = ("empty", "empty_like")
_STANDARD_DRAWS = ("standard_normal", "random", "randn", "rand", "random_sample")


class Follower:
    """Tells which recorded values are known, and where an unknown one comes from.

    trace: a recorded run; known: the values of right programs
    random: whether right answers differ, so that only what a value is made of can be judged
    """

    def __init__(self, trace: Trace, known: KnownValues, random: bool = False) -> None:
        self.random = random
        self.trace, self.known, self.events = trace, known, trace.events
        self.links = Links(trace)
        self._status: dict[int, bool | None] = {}
        self._blamed: dict[int, int | None] = {}
        self._depth = 0
        tree = list(ast.walk(trace.source.node))
        self._set_inside = {n.id for n in tree if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        inner = [n for n in tree if isinstance(n, ast.arguments)][1:]
        self._set_inside |= {a.arg for n in inner for a in (*n.posonlyargs, *n.args, *n.kwonlyargs)}

    def known_at(self, event: int) -> bool | None:
        """Whether the value of an event is one of a right program's; None where it is no number."""
        if event not in self._status:
            self._status[event] = self._is_known(event)
        return self._status[event]

    def _is_known(self, event: int) -> bool | None:
        array, place = self.events[event].array, self.links.place(event)
        if array is None:
            value = self.events[event].value
            leaves = array_leaves(value) if type(value) in (list, tuple) else []
            return all(self.known.holds(a, place.loop) for a in leaves) if leaves else None
        if array.size > 1 and not array.any():
            if place.name == "exp":
                return False  # every power is 0: the numbers before it are too small
            history = self.links.history(self.events[event].value, event) if place.kind == "Name" else []
            if history and self.links.place(history[-1]).name == "exp":
                return False
        if self.known.holds(array, place.loop) or (place.name == "array" and array.size == 0):
            return True
        if place.kind == "Name":
            if array.size == 1 and not place.function and place.text not in self._set_inside:
                return True  # a default argument, or a number from outside
            history = self.links.history(self.events[event].value, event)
            return bool(history) and self.known_at(history[-1]) is True
        if place.kind == "Call" and place.name in _EMPTY:
            return True
        if place.kind == "Call" and place.name in ("ravel", "flatten") and array.ndim == 1:
            return all(self.known_at(i) is True for i in self.links.parts(self.events[event].place, event))
        if place.kind == "Call" and place.name in _STANDARD_DRAWS:  # what is made of them counts
            return True
        if place.kind == "Call" and place.name in _BLANK and (array.size < 2 or _plain(array)):
            return not self._starts_elsewhere(event)
        if place.kind in CHANGES:
            before = self._before(event)
            ended = before is None or not (place.loop or _plain(before) or not self.known.holds(before))
            if not ended and self.known.continues(before, array):
                return True
        return not self.links.parts(self.events[event].place, event)  # made of constants alone

    def _starts_elsewhere(self, event: int) -> bool:
        """Whether something is added to this array, and right programs begin with zeros where it does not."""
        value, array = self.events[event].value, self.events[event].array
        added = any(
            self.links.place(i).kind == "AugAssign" for i in self.links.history(value, len(self.events))
        )
        return added and array.any() and bool(self.known.find(np.zeros(array.shape)))

    def _before(self, event: int) -> np.ndarray | None:
        """The array as it was before this event changed it."""
        earlier = [i for i in self.links.by_object.get(id(self.events[event].value), ()) if i < event]
        return self.events[earlier[-1]].array if earlier else None

    def blame(self, event: int) -> int | None:
        """The event at which an unknown value begins, or None if the value is known or nothing is certain."""
        if event not in self._blamed:
            self._blamed[event] = None  # until it is known: for values that go round in a circle
            if self._depth < DEEPEST:
                self._depth += 1
                self._blamed[event] = self._blame(event)
                self._depth -= 1
        return self._blamed[event]

    def _blame(self, event: int) -> int | None:
        if self.known_at(event) is True:
            return None
        value, place = self.events[event].value, self.links.place(event)
        if self.events[event].array is None:
            inner = (
                first(self.blame_object(part, event) for part in objects(value)) if _is_list(value) else None
            )
            return inner if inner is not None else self._blame_parts(event)
        if place.kind == "Name":
            return self.blame_object(value, event)
        history = self.links.history(value, event)
        if history and place.kind not in CHANGES:
            before, now = self.events[history[-1]].array, self.events[event].array
            if before is not None and before.shape == now.shape and before.tobytes() == now.tobytes():
                return self.blame_object(value, event)  # what a helper returned, or what is only handed on
        return self._blame_made(event)

    def _blame_made(self, event: int) -> int | None:
        """The value was made here: its unknown parts are to blame, or if there are none, the place itself."""
        parts = self.own_parts(event)
        if self._empty(event):  # nothing is left: of an empty part, or by this very slice
            parts = [i for i in parts if self._empty(i)]
        unknown = [i for i in parts if self.known_at(i) is False or self._hides(i)]
        return first(self.blame(i) for i in unknown) if unknown else event

    def _empty(self, event: int) -> bool:
        array = self.events[event].array
        return array is not None and array.size == 0

    def _blame_parts(self, event: int) -> int | None:
        if event >= len(self.events):
            return None
        return first(self.blame(i) for i in self.links.parts(self.events[event].place, event))

    def _hides(self, event: int) -> bool:
        """Something that is no number, but has unknown numbers in it."""
        return self.known_at(event) is None and self.blame(event) is not None

    def own_parts(self, event: int) -> list[int]:
        parts, place = self.links.parts(self.events[event].place, event), self.links.place(event)
        grows = place.kind == "AugAssign" and place.loop  # a sum that is not ended: what it was is no fault
        return parts[1:] if grows else parts

    def blame_object(self, thing: object, end: int) -> int | None:
        """Follow an object back through everything that made and changed it."""
        if numbers(thing) is None:
            return first(self.blame_object(part, end) for part in objects(thing)) if _is_list(thing) else None
        history = self.links.history(thing, end)
        if not history:
            around = self.links.container.get(id(thing), end)
            if around < end and self.events[around].value is not thing:
                if id(self.events[around].value) in self.trace.filled:
                    return None  # it came into the list later
                return None if self.known.holds(numbers(thing), True) else self._blame_made(around)
            return self._blame_parts(end)  # a loop variable: what is looped over may be unknown
        last = {self.events[i].place: i for i in history}
        for i in history:
            place = self.links.place(i)
            unended = place.kind == "AugAssign" and place.loop and last[self.events[i].place] != i
            if not unended and self.known_at(i) is False:
                return self._blame_made(i)
        return None


def first(events: Iterable[int | None]) -> int | None:
    """The earliest of some events, of which some may be None."""
    return min((e for e in events if e is not None), default=None)


def _is_list(value: object) -> bool:
    return type(value) in (list, tuple)


def _plain(array: np.ndarray) -> bool:
    """All entries are the same, or it counts up, or it is an identity."""
    flat = array.ravel()
    if (flat == flat[0]).all() or (array.ndim == 1 and (np.diff(flat) == flat[1] - flat[0]).all()):
        return True
    return array.ndim == 2 and bool((array == np.eye(*array.shape)).all())
