"""Find the place where a learner's calculation parts from every right one.

From each wrong part of the answer the recorded values are followed back to where they came from. The first
value that no right program has, made only of values that right programs have, is the place.
"""

from __future__ import annotations

import ast

import numpy as np

from .known_values import KnownValues, is_count
from .trace import Trace, numbers
from .trace_cause import DRAWS, equal
from .trace_described import (
    ORDER,
    RAISED,
    SKIPPED,
    TRANSPOSED,
    UNFINISHED,
    UNUSED,
    VALUE,
    Described,
    Divergence,
    telling,
)
from .trace_follow import first
from .trace_links import identical, objects, operation

_VIEWS = ("transpose", "reshape", "ravel", "flatten", "squeeze")
_ONLY_TYPES = ("float", "int", "item", "float64", "round", "asarray")


def locate(trace: Trace, known: KnownValues, expected: list | None, answer: list | None) -> Divergence | None:
    """Find the place.

    trace: of the learner's function
    known: the values of right programs on the same arguments
    expected: the arrays of the right answer, or None where they are not known (random functions)
    answer: the objects that came back in their places, or None where the answer has another structure
    returns: Divergence, or None where nothing can be said for certain
    """
    search = _Search(trace, known, expected is None)
    if trace.error is not None:
        return search.from_error()
    if not trace.complete:
        return None
    if answer is None or expected is None or len(answer) != len(expected):
        return search.from_values(objects(trace.returned))
    return search.from_answer(answer, expected)


class _Search(Described):
    """One search through a recorded run."""

    # where to begin

    def from_error(self) -> Divergence | None:
        at, end = self.trace.failed, len(self.events)
        if at is None:
            return None
        found = first(self.blame(i) for i in self.links.parts(at, end))
        if found is not None:
            return self.said(found)
        if any(self.collected(i) == [] for i in self.links.parts(at, end)):
            return None  # parts are missing in a list: the loop that should make them stands before
        return Divergence(RAISED, at, end, None, self.parts_told(at, end), *self.turns(at, end))

    def from_values(self, answer: list) -> Divergence | None:
        found = first(self.blame_object(thing, len(self.events)) for thing in answer)
        if found is None or any(map(self.is_draw, range(found))) or self._of_a_later_turn(found):
            return None
        if any(e.array is not None and self.links.place(i).name in DRAWS for i, e in enumerate(self.events)):
            found = self.end_of_stretch(found)
        return self.said(found)

    def _of_a_later_turn(self, event: int) -> bool:
        """Made of a list in a later turn: what the turns before left undone in the list may be the fault."""
        lists = any(type(self.events[i].value) in (list, tuple) for i in self.own_parts(event))
        return lists and self.turns(self.events[event].place, event)[0] > 1

    def from_answer(self, answer: list, expected: list) -> Divergence | None:
        wrong = [i for i, (a, e) in enumerate(zip(answer, expected)) if not equal(a, e)]
        if not wrong:
            return None
        blamed = {i: self.blame_object(answer[i], len(self.events)) for i in wrong}
        found = first(blamed.values())
        if found is not None:
            known = [i for i in wrong if blamed[i] is None]
            misplaced = self._misplaced(answer, expected, known) if known else None
            if misplaced is not None:
                return misplaced
            alike = [i for i in wrong if blamed[i] == found]
            endless = self._first_infinite() if any(_not_finite(answer[i]) for i in alike) else None
            if endless is not None and endless <= found:
                return self.at(VALUE, endless)
            event, i = min((self.cause(found, answer[i], expected[i]), i) for i in alike)
            return self.said(event, answer[i], expected[i])
        few = len(answer) < 3 and not _permuted(
            answer, expected, wrong
        )  # among many one is another by chance
        alone = [self._from_number(answer[i]) for i in wrong if few and np.ndim(expected[i]) == 0]
        return next(filter(None, alone), None) or self._misplaced(answer, expected, wrong)

    def _first_infinite(self) -> int | None:
        """The first infinite value that was made of finite ones, if no right program has it."""
        for i, event in enumerate(self.events):
            if event.array is None or not np.isinf(event.array).any() or self.links.place(i).kind == "Name":
                continue
            parts = [self.events[p].array for p in self.own_parts(i)]
            finite = parts and all(a is None or np.isfinite(a).all() for a in parts)
            return i if finite and not self.known.find(event.array) else None
        return None

    def _from_number(self, thing: object) -> Divergence | None:
        """An answer of one number, as others may be by chance: follow what right programs do not do."""
        alike = [i for i, e in enumerate(self.events) if e.array is not None and equal(thing, e.array)]
        event = self._made_by(alike[-1]) if alike else None
        if event is None or self.counts(event):
            return None
        if self.events[event].array.ndim == 0 and self.events[event].array.dtype == bool:
            return self.at(VALUE, event)
        counted = is_count(self.events[event].array) and self.links.place(event).kind != "BinOp"
        if self._is_done(event) or (counted and not self._takes_arrays(event)):
            return self.at(UNFINISHED, event)
        last = event
        while True:
            parts = [i for i in map(self._made_by, self.own_parts(event)) if i is not None]
            others = [i for i in parts if self._takes_arrays(i) and not self._is_done(i)]
            others = [i for i in others if not self.big(i) or not self.known.find(self.events[i].array)]
            if not others:
                on_the_way = event == last and parts and self.known.find(self.events[event].array)
                named = any(self.links.place(i).kind == "Name" for i in self.own_parts(event))
                if on_the_way and named and not self._takes_arrays(event):
                    return None  # what was counted before may make a number that is right by chance
                return self.at(UNFINISHED if on_the_way else VALUE, event)
            event = others[0]

    def _made_by(self, event: int) -> int | None:
        """The event that made a value which is only named or turned into another type here."""
        same = self.events[event].array
        for i in range(event, -1, -1):
            place = self.links.place(i)
            if (
                place.kind != "Name"
                and place.name not in _ONLY_TYPES
                and identical(self.events[i].array, same)
            ):
                return i
        return None

    def _is_done(self, event: int) -> bool:
        """Whether a right program does this to the same arrays, with the same result."""
        values = self.known.find(self.events[event].array)
        parts = [self.known.find(self.events[i].array) for i in self.own_parts(event) if self.big(i)]
        what = operation(self.links.place(event))
        return bool(parts) and any(
            u.operation == what and u.value in values and all(u.parts & p for p in parts)
            for u in self.known.uses
        )

    def _takes_arrays(self, event: int) -> bool:
        return any(map(self.big, self.own_parts(event)))

    def _misplaced(self, answer: list, expected: list, wrong: list[int]) -> Divergence | None:
        """Every value is known, and still the answer is wrong: a wrong one of them is returned."""
        first = answer[wrong[0]]
        array = numbers(first)
        last = self._last_event(first)
        made = self.links.history(first, len(self.events)) or [last]
        if last is None or array is None or not telling(array):
            return None
        if _permuted(answer, expected, wrong):
            whole = self.links.by_object.get(id(self.trace.returned), [])  # what puts them together
            return self.at(ORDER, last if self._is_put(last) or not whole else whole[-1])
        for i in wrong:
            right = [
                e
                for e in self.events
                if e.array is not None and e.array.size > 1 and equal(e.array, expected[i])
            ]
            if right:
                wrote = self.links.history(answer[i], len(self.events))[-1:]
                changed = [
                    m
                    for m in wrote
                    if any(
                        equal(self.events[p].array, expected[i])
                        and self.links.history(self.events[p].value, m)
                        for p in self.own_parts(m)
                    )
                ]
                return self.at(UNUSED, (changed or [last])[0])._replace(other=right[0].place)
        if (
            array.ndim == 2
            and min(array.shape) > 1
            and array.shape != expected[wrong[0]].shape
            and equal(array.T, expected[wrong[0]])
        ):
            return self.at(TRANSPOSED, made[0])
        column = array.ndim == 2 and array.shape != expected[wrong[0]].shape == array.shape[::-1]
        if column or not self.known.find(array):
            return None
        made = [self._before_views(made[-1])]
        copied = self.links.place(made[-1]).name == "copy"
        if copied and self.links.place(made[-1]).loop:
            return None  # the copies are right, and what should have changed them stands elsewhere
        here, right = self.known.find(array), self.known.find(expected[wrong[0]])
        skipped = self._skipped_after(made[-1])
        if skipped is not None and any(
            u.value in right
            and u.parts & here
            and all(self.known.values[v].size == 1 for v in u.parts - here)
            for u in self.known.uses
        ):
            return self.at(SKIPPED, skipped)
        return self.at(UNFINISHED, last if copied else made[-1])

    def _skipped_after(self, event: int) -> int | None:
        """The condition that was not true right after `a = ...`, so that `a` was not changed further."""
        here = self.links.place(event)
        bodies = [getattr(n, "body", None) for n in ast.walk(self.trace.source.node)]
        for one, other in (pair for body in bodies if isinstance(body, list) for pair in zip(body, body[1:])):
            if not isinstance(one, ast.Assign) or not isinstance(other, ast.If) or other.orelse:
                continue
            again = [
                n
                for n in other.body
                if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == ast.unparse(one.targets[0])
            ]
            if not again or (one.value.lineno, one.value.col_offset) != (here.span[0], here.span[2]):
                continue
            at = other.test.lineno, other.test.end_lineno, other.test.col_offset, other.test.end_col_offset
            later = range(event + 1, len(self.events))
            test = next((i for i in later if self.links.place(i).span == at), None)
            return test if test is not None and not self.events[test].array else None
        return None

    def _before_views(self, event: int) -> int:
        """Of an array that is only transposed or reshaped here, the event that made it."""
        while self.own_parts(event):
            place = self.links.place(event)
            if place.kind != "Attribute" and place.name not in _VIEWS:
                break
            earlier = self.links.history(self.events[self.own_parts(event)[0]].value, event)
            if not earlier:
                break
            event = earlier[-1]
        return event

    def _last_event(self, thing: object) -> int | None:
        """Where an object is named last, or put into a list."""
        found = self.links.by_object.get(id(thing), [])
        put = [i for i in found if self._is_put(i)]
        return (put or found or [self.links.container.get(id(thing))])[-1]

    def _is_put(self, event: int) -> bool:
        """Whether a value goes into a list here."""
        here = self.events[event].place
        return any(here in p.parts for p in self.trace.places if p.name in ("append", "insert"))


def _not_finite(thing: object) -> bool:
    array = numbers(thing)
    return array is not None and not np.isfinite(array).all()


def _permuted(answer: list, expected: list, wrong: list[int]) -> bool:
    """Whether every wrong part is the right one for another place."""
    return len(wrong) > 1 and all(any(equal(answer[i], expected[j]) for j in wrong) for i in wrong)
