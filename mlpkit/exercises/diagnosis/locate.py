"""Find the place where a learner's calculation parts from every right one.

From each wrong part of the answer the recorded values are followed back to where they came from. The first
value that no right program has, made only of values that right programs have, is the place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from .known_values import KnownValues, Use, is_count
from .trace import Trace, numbers
from .trace_cause import DRAWS, Causes, equal, on_a_line
from .trace_follow import first
from .trace_links import CHANGES, identical, objects, operation

VALUE, RAISED, SHORT, ORDER, UNUSED, UNFINISHED = "value", "raised", "short", "order", "unused", "unfinished"
TRANSPOSED = "transposed"
_COLLECT = ("array", "asarray", "stack", "vstack", "hstack", "concatenate")
_ONLY_TYPES = ("float", "int", "item", "float64", "round", "asarray")


class Part(NamedTuple):
    """A value that goes into the place.

    source: as it was written; shape: of the value, None for a list or tuple
    value: of a whole number that has a name, as text; of a list or tuple what it is
    known: right programs have this very value
    """

    source: str
    shape: tuple[int, ...] | None
    value: str = ""
    known: bool = True


class Divergence(NamedTuple):
    """Where a calculation parts from every right one.

    kind: VALUE: no right program has this value.
        RAISED: it raised.
        SHORT: the value is right, and right programs do more to it before they use it as `other` does.
        ORDER: the parts of the answer come in another order.
        UNUSED: the right value is at `other`, and not returned.
        UNFINISHED: a right value on the way is returned.
        TRANSPOSED: the right value is returned with rows and columns swapped.
    place: number of the place in the trace; event: number of the event
    shape: of the value, or None; parts: what goes into it
    turn, turns: which of the evaluations of this place it is, from 1, and how many there are
    expected: the shape that right programs have here, or None if that is not known
    other: number of another place
    """

    kind: str
    place: int
    event: int
    shape: tuple[int, ...] | None = None
    parts: tuple[Part, ...] = ()
    turn: int = 1
    turns: int = 1
    expected: tuple[int, ...] | None = None
    other: int | None = None


def locate(trace: Trace, known: KnownValues, expected: list | None, answer: list | None) -> Divergence | None:
    """Find the place.

    trace: of the learner's function
    known: the values of right programs on the same arguments
    expected: the arrays of the right answer, or None where they are not known (random functions)
    answer: the objects that came back in their places, or None where the answer has another structure
    returns: Divergence, or None where nothing can be said for certain
    """
    search = _Search(trace, known)
    if trace.error is not None:
        return search.from_error()
    if not trace.complete:
        return None
    if answer is None or expected is None or len(answer) != len(expected):
        return search.from_values(objects(trace.returned))
    return search.from_answer(answer, expected)


class _Search(Causes):
    """One search through a recorded run."""

    # where to begin

    def from_error(self) -> Divergence | None:
        at, end = self.trace.failed, len(self.events)
        if at is None:
            return None
        found = first(self.blame(i) for i in self.links.parts(at, end))
        if found is not None:
            return self._said(found)
        if any(self._collected(i) == [] for i in self.links.parts(at, end)):
            return None  # parts are missing in a list: the loop that should make them stands before
        return Divergence(RAISED, at, end, None, self._parts(at, end), *self._turns(at, end))

    def from_values(self, answer: list) -> Divergence | None:
        found = first(self.blame_object(thing, len(self.events)) for thing in answer)
        if found is None or any(map(self._is_draw, range(found))) or self._of_a_later_turn(found):
            return None
        if any(e.array is not None and self.links.place(i).name in DRAWS for i, e in enumerate(self.events)):
            found = self.end_of_stretch(found)
        return self._said(found)

    def _of_a_later_turn(self, event: int) -> bool:
        """Made of a list in a later turn: what the turns before left undone in the list may be the fault."""
        lists = any(type(self.events[i].value) in (list, tuple) for i in self.own_parts(event))
        return lists and self._turns(self.events[event].place, event)[0] > 1

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
            at = next(i for i in wrong if blamed[i] == found)
            return self._said(self.cause(found, answer[at], expected[at]))
        alone = len(answer) == 1 and np.ndim(expected[0]) == 0
        return (self._from_number(answer[0]) if alone else None) or self._misplaced(answer, expected, wrong)

    def _from_number(self, thing: object) -> Divergence | None:
        """An answer of one number, as others may be by chance: follow what right programs do not do."""
        alike = [i for i, e in enumerate(self.events) if e.array is not None and equal(thing, e.array)]
        event = self._made_by(alike[-1]) if alike else None
        if event is None or self._counts(event):
            return None
        counted = is_count(self.events[event].array) and self.links.place(event).kind != "BinOp"
        if self._is_done(event) or (counted and not self._takes_arrays(event)):
            return self._at(UNFINISHED, event)
        last = event
        while True:
            parts = [i for i in map(self._made_by, self.own_parts(event)) if i is not None]
            others = [i for i in parts if self._takes_arrays(i) and not self._is_done(i)]
            if not others:
                on_the_way = event == last and parts and self.known.find(self.events[event].array)
                return self._at(UNFINISHED if on_the_way else VALUE, event)
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
        if last is None or array is None or not _telling(array):
            return None
        if len(wrong) > 1 and all(any(equal(answer[i], expected[j]) for j in wrong) for i in wrong):
            return self._at(ORDER, last)
        for i in wrong:
            right = [
                e
                for e in self.events
                if e.array is not None and e.array.size > 1 and equal(e.array, expected[i])
            ]
            if right:
                made = self.links.history(answer[i], len(self.events))[-1:]
                changed = [m for m in made if right[0].place in self.trace.places[self.events[m].place].parts]
                return self._at(UNUSED, (changed or [last])[0])._replace(other=right[0].place)
        if array.ndim == 2 and array.shape != expected[wrong[0]].shape and equal(array.T, expected[wrong[0]]):
            return self._at(TRANSPOSED, last)
        if not self.known.find(array):
            return None
        history = self.links.history(first, len(self.events))
        changed = [i for i in history if self.links.place(i).kind in CHANGES]
        at = changed[-1] if changed else last
        if self.links.place(at).name == "copy" and self.links.place(at).loop:
            return None  # the copies are right, and what should have changed them stands elsewhere
        return self._at(UNFINISHED, at)

    def _last_event(self, thing: object) -> int | None:
        found = self.links.by_object.get(id(thing))
        return found[-1] if found else self.links.container.get(id(thing))

    # what is said of it

    def _said(self, event: int) -> Divergence | None:
        """The divergence at an event, unless that is too uncertain."""
        if self._is_draw(event) or self._counts(event):
            return None
        collected = self._collected(event)
        if collected is not None:
            return self._at(UNFINISHED, collected[0]) if collected else None
        short = self._stops_short(event)
        if short is not None and self.links.place(event).kind not in CHANGES:
            return self._at(SHORT, short)._replace(other=self.events[event].place)
        return self._at(VALUE, event)._replace(expected=self._expected(event))

    def _is_draw(self, event: int) -> bool:
        """Random numbers that are drawn in a way of one's own, unless they only have another scale."""
        place, array = self.links.place(event), self.events[event].array
        if place.name not in DRAWS or array is None or self.known.find(array):
            return False
        others = [v for v in self.known.values if v.shape == array.shape and v.size > 2]
        return not any(on_a_line(array, other) for other in others)

    def _counts(self, event: int) -> bool:
        """Made of a count that no right program uses in this way: the fault may be in what was counted."""
        place = self.links.place(event)
        for i in self.own_parts(event):
            array, part = self.events[i].array, self.links.place(i)
            if array is None or not is_count(array):
                continue
            counted = part.name in ("sum", "count_nonzero") or any(
                p.kind == "AugAssign" and p.text.startswith(part.text) for p in self.trace.places
            )
            numbers_ = self.known.find(array)
            if counted and not any(
                u.parts & numbers_ and u.operation == operation(place) for u in self.known.uses
            ):
                return True
        return False

    def _collected(self, event: int) -> list[int] | None:
        """Of an array made of a list whose parts are known: the event that made the first part.

        returns: [] where parts are missing or several places made them; None where no list went into it
        """
        here = self.links.place(event)
        made_before = [i for i in self.own_parts(event) if self.links.place(i).kind != "List"]
        lists = [v for i in made_before if type(v := self.events[i].value) is list and v]
        if here.kind != "Call" or here.name not in _COLLECT or not lists:
            return None
        made = [self.links.history(part, event)[-1:] for part in lists[0] if numbers(part) is not None]
        complete = any(len(lists[0]) in (v.size, *v.shape[:1]) for v in self.known.values if v.size > 1)
        one = all(made) and len({self.events[i].place for (i,) in made}) == 1
        return made[0] if complete and one and len(made) == len(lists[0]) else []

    def _stops_short(self, event: int) -> int | None:
        """The event that made a known part, if right programs change that part before they use it so.

        None also where they change it in the line of its use: there the place is the use.
        """
        parts = [i for i in self.own_parts(event) if self.events[i].array is not None]
        values = {i: self.known.find(self.events[i].array) for i in parts}
        alike = [u for u in self.known.uses if u.operation == operation(self.links.place(event))]
        for i in parts:
            alone = self.links.place(i).kind in ("Name", "Subscript") and _telling(self.events[i].array)
            others = [values[j] for j in parts if values[j] and values[j] != values[i]]
            fits = [u for u in alike if all(u.parts & o for o in others)]
            if not alone or not values[i] or any(u.parts & values[i] for u in fits):
                continue
            for one, last in self._chains(values[i], fits):
                if not self._in_one_line(one, last):
                    return self._made_before(i)
                return None
        return None

    def _chains(self, values: frozenset[int], fits: list[Use]) -> Iterable[tuple[Use, Use]]:
        """Uses of a value, each with a use that fits of what comes out."""
        made = [u for u in self.known.uses if u.parts & values and u.value not in values]
        for one in made:
            yield from ((one, last) for last in fits if one.value in last.parts)

    def _in_one_line(self, one: Use, last: Use) -> bool:
        before, after = dict(self.known.uses[one][::-1]), dict(self.known.uses[last][::-1])
        both = sorted(before.keys() & after.keys())
        return bool(both) and before[both[0]] == after[both[0]]

    def _made_before(self, event: int) -> int | None:
        """The last event that made or named this object otherwise than the name that is loaded here."""
        text = self.links.place(event).text
        if self.links.place(event).kind == "Subscript":
            found = [i for i in range(event) if self.links.place(i).kind in CHANGES
                     and self.links.place(i).text.startswith(text)]  # fmt: skip
        else:
            earlier = self.links.by_object.get(id(self.events[event].value), ())
            found = [i for i in earlier if i < event and self.links.place(i).text != text]
        return found[-1] if found else None

    def _expected(self, event: int) -> tuple[int, ...] | None:
        """The shape that the model solution, or else another right program, gets by this operation."""
        what, shapes = operation(self.links.place(event)), {}
        parts = [self.events[i].array for i in self.own_parts(event) if self.big(i)]
        values = [self.known.find(array) for array in parts]
        for use, where in self.known.uses.items():
            if parts and use.operation == what and all(use.parts & v for v in values):
                shapes.setdefault(where[0][0], set()).add(self.known.values[use.value].shape)
        own = np.shape(self.events[event].array)
        nearest = shapes[min(shapes)] if shapes else {own}
        return min(nearest) if len(nearest) == 1 and own not in nearest else None

    def _at(self, kind: str, event: int) -> Divergence:
        place, array = self.events[event].place, self.events[event].array
        shape = None if array is None else array.shape
        return Divergence(kind, place, event, shape, self._parts(place, event), *self._turns(place, event))

    def _parts(self, place: int, end: int) -> tuple[Part, ...]:
        found = {}
        for i in self.links.parts(place, end):
            array, thing, here = self.events[i].array, self.events[i].value, self.links.place(i)
            if array is not None:
                whole = array.ndim == 0 and array.dtype.kind in "iu" and here.kind != "Constant"
                known = self.known.holds(array, here.loop)
                value = str(int(array)) if whole else ""
                found[self.events[i].place] = Part(here.text, array.shape, value, known)
            elif type(thing) in (list, tuple):
                what = f"a {type(thing).__name__} of {len(thing)}"
                found[self.events[i].place] = Part(here.text, None, what, False)
        return tuple(found.values())

    def _turns(self, place: int, event: int) -> tuple[int, int]:
        times = self.links.by_place.get(place, [])
        before = sum(i < event for i in times)
        return before + 1, max(len(times), before + 1)


def _telling(array: np.ndarray) -> bool:
    """Whether no other value is the same by chance: it is neither all one number nor a plain share."""
    if array.size == 0:
        return False
    if array.size > 1:
        return not (array == array.ravel()[0]).all()
    share = float(array.reshape(())) * 720_720
    return not np.isfinite(share) or abs(share - round(share)) > 1e-6
