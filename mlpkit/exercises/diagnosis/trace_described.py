"""What is said of a place: a value that no right program has, one that is not finished, or an error.

`locate` finds the event; `Described` tells what it is, or that too little is certain.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from .known_values import Use, is_count
from .trace import numbers
from .trace_cause import DRAWS, Causes, on_a_line
from .trace_links import CHANGES, operation

VALUE, RAISED, SHORT, ORDER, UNUSED, UNFINISHED = "value", "raised", "short", "order", "unused", "unfinished"
TRANSPOSED, OTHER, SKIPPED = "transposed", "other", "skipped"
_COLLECT = ("array", "asarray", "stack", "vstack", "hstack", "concatenate")


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
        SKIPPED: a condition that is not true here leaves out what right programs do.
        OTHER: right programs have this value too, but another one where `other` uses it.
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


class Described(Causes):
    """The events of a run as places in words."""

    def said(self, event: int, thing: object = None, expected: np.ndarray | None = None) -> Divergence | None:
        """The divergence at an event, unless that is too uncertain.

        thing: the wrong part of the answer that it was found from; expected: the right one
        """
        chosen = self.events[event].array
        if self.random and chosen is not None and chosen.dtype == bool and chosen.ndim:
            return None  # which examples are picked differs from one right program to another
        if self.random and self.links.place(event).name in DRAWS:
            width = next((i for i in self.own_parts(event) if self._other_width(i)), None)
            if width is not None:
                return self.at(OTHER, self._made_before(width))._replace(other=self.events[event].place)
        if self.is_draw(event) or self.counts(event):
            return None
        if self.links.place(event).kind == "List" and id(self.events[event].value) in self.trace.filled:
            return None  # an empty list is filled later: the fault is in what fills it
        if self._of_lines(event) or self._beyond(event):
            return None
        if any(type(self.events[i].value) is range for i in self.own_parts(event)):
            return None  # how far it goes is not recorded
        event = self._index(event) or self._of_another_shape(event) or event
        collected = self.collected(event)
        if collected is not None:
            return self.at(UNFINISHED, collected[0]) if collected else None
        short = self._stops_short(event)
        if short is not None and self.random:
            return None  # another way to pick examples may be right too
        if short is not None and self.links.place(event).kind not in CHANGES:
            return self.at(SHORT, short)._replace(other=self.events[event].place)
        turned = self._turned(event)
        if turned is not None:
            return self.at(SHORT, turned)._replace(other=self.events[event].place)
        made = None if expected is None else self.other_value(event, thing, expected)
        if made is not None:
            return self.at(OTHER, made)._replace(other=self.events[event].place)
        return self.at(VALUE, event)._replace(expected=self._expected(event))

    def _turned(self, event: int) -> int | None:
        """Where a known value was made that has only another sign here: what it lacks is missing there."""
        parts = self.own_parts(event)
        known = self.links.place(event).kind == "UnaryOp" and len(parts) == 1 and self.known_at(parts[0])
        return self._made_before(parts[0]) if known else None

    def _other_width(self, event: int) -> bool:
        """A number that is named in a draw, and that no right program draws with."""
        array = self.events[event].array
        if self.links.place(event).kind != "Name" or array is None or array.ndim or is_count(array):
            return False
        found = self.known.find(array)
        drawn = any(u.operation in DRAWS and u.parts & found for u in self.known.uses)
        return not drawn and self._made_before(event) is not None

    def is_draw(self, event: int) -> bool:
        """Random numbers that are drawn in a way of one's own, unless they only have another scale."""
        place, array = self.links.place(event), self.events[event].array
        if place.name not in DRAWS or array is None or self.known.find(array):
            return False
        others = [v for v in self.known.values if v.shape == array.shape and v.size > 2]
        return not any(on_a_line(array, other) for other in others)

    def counts(self, event: int) -> bool:
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

    def _of_lines(self, event: int) -> bool:
        """Made in a loop of rows alone, which may be right ones of another turn, and added up later."""
        place = self.links.place(event)
        adds = any(p.kind == "AugAssign" and self.events[event].place in p.parts for p in self.trace.places)
        arrays = [self.events[i].array for i in self.own_parts(event) if self.events[i].array is not None]
        return (
            place.loop and adds and self.big(event) and bool(arrays) and not any(map(self.known.find, arrays))
        )

    def _beyond(self, event: int) -> bool:
        """A slice in a loop that begins behind the end: the loop that goes so far is at fault."""
        place, parts = self.links.place(event), [self.events[i].value for i in self.own_parts(event)]
        if place.kind != "Subscript" or not place.loop or np.size(self.events[event].array) or not parts:
            return False
        ends = [i for i in parts[1:] if isinstance(i, (int, np.integer))]
        return max(ends, default=0) >= len(parts[0])

    def _index(self, event: int) -> int | None:
        """Where the indices were made that pick the examples, if right programs do not have them."""
        parts = self.own_parts(event)
        if self.links.place(event).kind != "Subscript" or len(parts) != 2:
            return None
        what, index = self.trace.places[self.events[parts[1]].place], self.events[parts[1]].value
        numbers_ = np.asarray(index) if what.kind != "UnaryOp" else np.zeros(0)
        if numbers_.ndim != 1 or numbers_.dtype.kind != "i" or self.known.find(numbers_):
            return None
        made = self.links.history(index, event)
        return made[-1] if made else None

    def _of_another_shape(self, event: int) -> int | None:
        """Where an array was made that is written into, if right programs have none of its shape."""
        value = self.events[event].value
        shapes = {v.shape for v in self.known.values}
        if (
            self.links.place(event).kind not in CHANGES
            or type(value) is not np.ndarray
            or value.shape in shapes
        ):
            return None
        return next(iter(self.links.history(value, event)), None)

    def collected(self, event: int) -> list[int] | None:
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
            alone = self.links.place(i).kind in ("Name", "Subscript") and telling(self.events[i].array)
            others = [values[j] for j in parts if values[j] and values[j] != values[i]]
            fits = [u for u in alike if all(u.parts & o for o in others)]
            if not alone or not values[i] or any(u.parts & values[i] for u in fits):
                continue
            for one, last in self._chains(values[i], fits):
                alone = len(one.parts) == 1  # as a root or a power of e is
                return None if alone or self._in_one_line(one, last) else self._made_before(i)
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
        here = self.links.place(event)
        if here.loop or (len(parts) == 1 and here.kind == "BinOp"):
            return None  # of a turn, and of a part with a number, it is not known
        values = [self.known.find(array) for array in parts]
        for use, where in self.known.uses.items():
            if parts and use.operation == what and all(use.parts & v for v in values):
                shapes.setdefault(where[0][0], set()).add(self.known.values[use.value].shape)
        own = np.shape(self.events[event].array)
        nearest = shapes[min(shapes)] if shapes else {own}
        return min(nearest) if len(nearest) == 1 and own not in nearest else None

    def at(self, kind: str, event: int) -> Divergence:
        place, array = self.events[event].place, self.events[event].array
        shape = None if array is None else array.shape
        return Divergence(kind, place, event, shape, self.parts_told(place, event), *self.turns(place, event))

    def parts_told(self, place: int, end: int) -> tuple[Part, ...]:
        found, what = {}, operation(self.trace.places[place])
        for i in self.links.parts(place, end):
            array, thing, here = self.events[i].array, self.events[i].value, self.links.place(i)
            if array is not None:
                whole = array.ndim == 0 and array.dtype.kind in "iu" and here.kind != "Constant"
                known = self.known.holds(array, here.loop) and self._goes_in(what, array)
                literal = here.text.lstrip("-").replace(".", "").isdigit()
                value = str(int(array)) if whole and not literal else ""
                found[self.events[i].place] = Part(here.text, array.shape, value, known)
            elif type(thing) in (list, tuple):
                what = f"a {type(thing).__name__} of {len(thing)}"
                found[self.events[i].place] = Part(here.text, None, what, False)
        return tuple(found.values())

    def _goes_in(self, what: str, array: np.ndarray) -> bool:
        """Whether right programs do this with the array: indices may look like other whole numbers."""
        found = self.known.find(array)
        return (
            not found
            or array.dtype.kind != "i"
            or any(u.operation == what and u.parts & found for u in self.known.uses)
        )

    def turns(self, place: int, event: int) -> tuple[int, int]:
        times = self.links.by_place.get(place, [])
        before = sum(i < event for i in times)
        return before + 1, max(len(times), before + 1)


def telling(array: np.ndarray) -> bool:
    """Whether no other value is the same by chance: it is neither all one number nor a plain share."""
    if array.size == 0:
        return False
    if array.size > 1:
        return not (array == array.ravel()[0]).all()
    share = float(array.reshape(())) * np.arange(1, 2001)
    return not np.isfinite(share).all() or np.abs(share - np.round(share)).min() > 1e-9
