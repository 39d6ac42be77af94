"""Tell a fault from another way to calculate: would a right value in this place make the answer right?

Nothing of the learner's is run for this: what comes after the place is computed again from the record.
"""

from __future__ import annotations

import numpy as np

from .known_values import is_count, near
from .trace import numbers
from .trace_follow import Follower
from .trace_links import operation
from .trace_replay import NoReplayError, Replay

TRIED = 40  # right values that are put in the place of one
DRAWS = ("normal", "standard_normal", "uniform", "random", "integers", "permutation", "permuted", "shuffle",
          "choice", "randn", "rand", "randint", "random_sample", "sample")  # fmt: skip


class Causes(Follower):
    """Which event, from an unknown value on, makes an answer wrong."""

    def cause(self, event: int, thing: object, expected: np.ndarray) -> int:
        """The first event, from this one on, at which a right value would have made the answer right.

        A way of one's own has values that no right program has, and goes wrong after them.
        returns: number of an event; the same one where this cannot be computed from the record
        """
        replay = Replay(self.links)
        later = replay.after(event)
        for at, i in enumerate(later):
            if len(self.links.by_place[self.events[i].place]) > 1 or self.events[i].array is None:
                return event  # of a loop, one turn alone mends nothing
            try:
                mended = self.events[i].value is thing or self._mends(replay, i, later[at:], thing, expected)
            except NoReplayError:
                return event
            if mended:
                roots = {self.blame(j) for j in self.own_parts(i) if self.known_at(j) is False}
                if len(roots) > 1 and None not in roots and all(self._nearly_done(r, i) for r in roots):
                    return min(roots)  # each is wrong: to mend one of them is not enough
                lost = [j for j in later[:at] if self._loses(j) and self._line(j) != self._line(i)]
                return (event if self._is_usual(lost[0]) else lost[0]) if lost else i
        return event

    def other_value(self, event: int, thing: object, expected: np.ndarray) -> int | None:
        """Where a part was made that right programs have too, if they do the same here with another value.

        thing: a wrong part of the answer; expected: the right one, which that other value gives
        returns: number of an event in a line before, or None where it may as well be another part
        """
        what, parts = operation(self.links.place(event)), self.own_parts(event)
        values = {i: self.known.find(self.events[i].array) for i in parts if self.events[i].array is not None}
        alike = [u for u in self.known.uses if u.operation == what]
        fits = {}
        for i, own in values.items():
            others = [values[j] for j in values if values[j] and values[j] != own]
            fits[i] = [u for u in alike if all(u.parts & o for o in others)] if others else []
        one = [i for i in fits if fits[i] and values[i]]
        if len(one) != 1 or self.links.place(one[0]).kind != "Name":
            return None
        own, shape = values[one[0]], self.events[one[0]].array.shape
        made = self.links.history(self.events[one[0]].value, event)[-1:]
        if not made or self.links.place(made[0]).loop or self._line(made[0]) == self._line(event):
            return None
        holders = {n for u, at in self.known.uses.items() if u.value in own or u.parts & own for n, _ in at}
        if 4 * len(holders) > len(self.known.traces):
            return None  # a usual value: something is left out after it
        instead = {v for u in fits[one[0]] for v in u.parts if self.known.values[v].shape == shape} - own
        replay = Replay(self.links)
        later = replay.after(made[0])
        try:
            for v in instead:
                if equal(replay.result(made[0], self.known.values[v], later, thing), expected):
                    return made[0]
        except Exception:  # more than plain NumPy comes after it, or the value does not fit
            pass
        return None

    def _nearly_done(self, event: int, later: int) -> bool:
        """Whether right programs do this to the same array, with another number, in a line before."""
        if self._line(event) == self._line(later):
            return False
        if not self.big(event):
            return True  # one number, made of right ones
        what = operation(self.links.place(event))
        arrays = [
            a for i in self.own_parts(event) if (a := self.events[i].array) is not None and not is_count(a)
        ]
        parts = [self.known.find(array) for array in arrays]
        return any(u.operation == what and u.parts & part for u in self.known.uses for part in parts)

    def _loses(self, event: int) -> bool:
        """Whether fewer numbers come out than go in, or only yes and no: no later line brings these back."""
        if self.big(event) and self.events[event].array.dtype == bool:
            return True
        sizes = [np.size(self.events[i].array) for i in self.own_parts(event) if self.big(i)]
        return bool(sizes) and np.size(self.events[event].array) < max(sizes)

    def _is_usual(self, event: int) -> bool:
        """Whether right programs do the same with the same known values, as they pick by the labels."""
        what = operation(self.links.place(event))
        parts = [self.known.find(self.events[i].array) for i in self.own_parts(event) if self.big(i)]
        known = [values for values in parts if values]
        return bool(known) and any(
            u.operation == what and all(u.parts & values for values in known) for u in self.known.uses
        )

    def _line(self, event: int) -> tuple[str, int]:
        return self.links.place(event).function, self.links.place(event).line

    def _mends(
        self, replay: Replay, event: int, later: list[int], thing: object, expected: np.ndarray
    ) -> bool:
        """Whether the answer would have been right with one of the right programs' values here."""
        own = self.events[event].array
        tried: set[tuple] = set()
        for form in (
            form for value in self._instead_of(event, later[1:2]) for form in _forms(value, own.shape)
        ):
            if len(tried) == TRIED:
                return False
            key = (form.shape, form.tobytes())
            if key in tried:
                continue
            tried.add(key)
            try:
                if equal(replay.result(event, form, later, thing), expected):
                    return True
            except NoReplayError:
                raise
            except Exception:  # a value of this shape does not fit there
                continue
        return False

    def _instead_of(self, event: int, later: list[int]) -> list[np.ndarray]:
        """Right values that may stand in the place of one, the likeliest first: what the next event needs."""
        array, what = self.events[event].array, operation(self.links.place(event))
        parts = [self.events[i].array for i in self.own_parts(event) if self.events[i].array is not None]
        numbers_ = [self.known.find(part) for part in parts]
        shared = {
            u.value: sum(bool(u.parts & n) for n in numbers_) for u in self.known.uses if u.operation == what
        }
        values = self.known.values
        first = sorted(shared, key=lambda v: (-shared[v], values[v].shape != array.shape))
        others = [v for v in range(len(values)) if values[v].shape == array.shape]
        beside = [
            self.known.find(self.events[p].array) for i in later for p in self.own_parts(i) if self.big(p)
        ]
        needed = {operation(self.links.place(i)) for i in later}
        alike = [u for u in self.known.uses if u.operation in needed and any(u.parts & b for b in beside)]
        used = {p for u in alike for p in u.parts if values[p].shape == array.shape}
        return [*parts, *(values[v] for v in dict.fromkeys([*used, *first, *others]))]

    def end_of_stretch(self, event: int) -> int:
        """Of random numbers that are stretched and moved in several steps, the last: each way has its own."""
        for later in Replay(self.links).after(event)[1:]:
            array = self.events[event].array
            values = self.known.values
            if array is None or array.size < 3 or self.events[later].array is None:
                break
            if not any(v.shape == array.shape and on_a_line(array, v) for v in values):
                break
            event = later
        return event

    def big(self, event: int) -> bool:
        array = self.events[event].array
        return array is not None and array.size > 1


def _forms(other: np.ndarray, shape: tuple[int, ...]) -> list[np.ndarray]:
    """A value as it may be held in another program: also transposed, or with other axes of length 1."""
    if other.shape == shape:
        return [other]
    size = int(np.prod(shape))
    return [other, other.T, other.squeeze(), *([other.reshape(shape)] if other.size == size else [])]


def on_a_line(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether one array is the other times a number plus a number."""
    x, y = np.asarray(other, np.float64).ravel(), np.asarray(one, np.float64).ravel()
    if not (np.isfinite(x).all() and np.isfinite(y).all()) or np.ptp(x) == 0:
        return False
    slope = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    return near(slope * (x - x.mean()) + y.mean(), y)


def equal(thing: object, expected: np.ndarray) -> bool:
    """Whether an object holds exactly the expected numbers in the expected shape, up to rounding."""
    array = numbers(thing)
    if array is None:
        return False
    array, expected = array.astype(np.float64), np.asarray(expected, np.float64)
    return array.shape == expected.shape and near(array, expected)
