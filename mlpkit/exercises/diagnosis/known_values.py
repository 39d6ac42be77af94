"""The values that right programs compute on one case: with these a learner's values are compared.

The model solution and the programs of `right_programs/` are recorded once for each case.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

import numpy as np

from ..right_programs.more_ways import MORE_WAYS
from ..spec import Exercise
from .trace import Trace, numbers, record
from .trace_links import Links, operation

PACKAGE = __package__.rpartition(".")[0]
NEAR = 1e-5  # relative; single precision and other orders of adding make differences below it
NEAR_ENTRY = 1e-7  # the same for a number that is looked for among all entries of all arrays
SMALL = 1e-7  # beside the largest entry, in single precision
TINY = 1e-12  # the same in double precision


class Use(NamedTuple):
    """What a right program makes of known values.

    operation: as `trace_links.operation` names it; value: number of what comes out; parts: of what goes in
    """

    operation: str
    value: int
    parts: frozenset[int]


class KnownValues:
    """All values of some recorded runs; every different one has a number.

    traces: of right programs; arrays: further values, for instance the arguments
    """

    def __init__(self, traces: list[Trace], arrays: Iterable[np.ndarray]) -> None:
        self.traces = traces
        self.values: list[np.ndarray] = []
        self._numbers: dict[tuple, int] = {}
        self._by_size: dict[int, list[int]] = {}
        for array in arrays:
            self._add(array)
        for event in (event for trace in traces for event in trace.events):
            if event.array is not None:
                self._add(event.array)
        self._sums = {
            size: np.array([_features(self.values[i]) for i in all_]) for size, all_ in self._by_size.items()
        }

    def _add(self, array: np.ndarray) -> int:
        array = array.astype(np.float64)
        key = (array.shape, array.tobytes())
        if key not in self._numbers:
            self._numbers[key] = len(self.values)
            self._by_size.setdefault(array.size, []).append(len(self.values))
            self.values.append(array)
        return self._numbers[key]

    def find(self, array: np.ndarray) -> frozenset[int]:
        """The numbers of the known values that are this one.

        array: numbers of any shape
        """
        array = np.asarray(array, np.float64)
        all_ = self._by_size.get(array.size)
        if not all_ or array.size == 0:
            return frozenset()
        own = _features(array)
        close = (np.abs(self._sums[array.size] - own) <= 1e-4 * np.abs(own[1]) + 1e-9).all(axis=1)
        near_ones = (all_[i] for i in np.flatnonzero(close))
        return frozenset(i for i in near_ones if same(array, self.values[i]))

    def holds(self, array: np.ndarray, inside: bool = False) -> bool:
        """Whether a right program has this value.

        inside: True to accept a row, a column or an entry of a value as well, as loops make them
        returns: bool; whole numbers alone are always known
        """
        array = np.asarray(array, np.float64)
        if array.size == 0:
            return any(self.values[i].shape == array.shape for i in self._by_size.get(0, ()))
        if is_count(array) or self.find(array):
            return True
        return inside and (self._is_entry(array) if array.size == 1 else self._is_line(array))

    def continues(self, before: np.ndarray, after: np.ndarray) -> bool:
        """Whether the entries in which two arrays differ are those of a right value of the same shape.

        A right value that is one number everywhere says nothing of where that number belongs.
        """
        if before.shape != after.shape:
            return False
        before, after = before.astype(np.float64), after.astype(np.float64)
        changed = ~((before == after) | (np.isnan(before) & np.isnan(after)))
        if not changed.any():
            return True
        others = [self.values[i] for i in self._by_size.get(after.size, ())]
        others = [v for o in others for v in (o, o.T) if v.shape == after.shape]
        return any(near(after[changed], other[changed]) for other in others if np.ptp(other) > 0)

    @functools.cached_property
    def uses(self) -> dict[Use, list[tuple[int, int]]]:
        """What right programs make of which values, and where: number of the program and line."""
        found: dict[Use, list[tuple[int, int]]] = {}
        for number, trace in enumerate(self.traces):
            links = Links(trace)
            for i, event in enumerate(trace.events):
                place = trace.places[event.place]
                if event.array is None or place.kind == "Name":
                    continue
                parts = [trace.events[p].array for p in links.parts(event.place, i)]
                parts = frozenset(self._add(a) for a in parts if a is not None)
                use = Use(operation(place), self._add(event.array), parts)
                found.setdefault(use, []).append((number, place.span[0]))
        return found

    def _is_entry(self, array: np.ndarray) -> bool:
        value = float(array.reshape(()))
        if not np.isfinite(value):
            return any(not np.isfinite(a).all() for a in self.values)
        at = np.searchsorted(self._entries, value)
        around = self._entries[max(at - 1, 0) : at + 1]
        return bool((np.abs(around - value) <= NEAR_ENTRY * abs(value)).any())

    def _is_line(self, array: np.ndarray) -> bool:
        line = array.squeeze()
        if line.ndim != 1:
            stacks = [a for a in self.values if a.ndim == line.ndim + 1]
            return any(line.shape == m.shape and near(line, m) for stack in stacks for m in stack)
        lines = self._lines.get(line.size)
        if lines is None:
            return False
        with np.errstate(all="ignore"):
            gaps = np.abs(lines - line) <= NEAR * np.abs(line) + SMALL * np.abs(line).max()
        return bool(gaps.all(axis=1).any())

    @functools.cached_property
    def _entries(self) -> np.ndarray:
        entries = np.concatenate([a.ravel() for a in self.values] or [np.zeros(0)])
        return np.unique(entries[np.isfinite(entries)])

    @functools.cached_property
    def _lines(self) -> dict[int, np.ndarray]:
        """Rows and columns of all arrays of two axes, by their length."""
        found: dict[int, list[np.ndarray]] = {}
        for array in (a for a in self.values if a.ndim == 2):
            found.setdefault(array.shape[1], []).append(array)
            found.setdefault(array.shape[0], []).append(array.T)
        return {length: np.concatenate(all_) for length, all_ in found.items()}


def same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two values are the same, also transposed or with other axes of length 1."""
    if one.shape == other.shape and near(one, other):
        return True
    one, other = one.squeeze(), other.squeeze()
    if one.shape == other.shape and near(one, other):
        return True
    return one.ndim > 1 and one.T.shape == other.shape and near(one.T, other)


def near(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two arrays of one shape hold the same numbers, up to rounding in single precision."""
    finite = np.isfinite(other)
    single = np.float32 in (one.dtype, other.dtype)
    scale = (SMALL if single else TINY) * np.abs(other[finite]).max(initial=0.0)
    with np.errstate(all="ignore"):
        close = np.abs(one - other) <= NEAR * np.abs(other) + scale
    return bool(np.where(finite, close, (one == other) | (np.isnan(one) & np.isnan(other))).all())


def is_count(array: np.ndarray) -> bool:
    """Whether it is one whole number, as lengths, indices and counts are."""
    if array.size != 1:
        return False
    value = float(array.reshape(()))
    return np.isfinite(value) and value == int(value) and abs(value) < 1_000_000


def right_programs(exercise: Exercise) -> tuple[Callable, ...]:
    """The model solution, the other right programs of an exercise, and ways that are right on many cases.

    returns: functions; of an exercise outside the course, its model solution alone
    """
    name = f"{PACKAGE}.right_programs.{exercise.topic}"
    others = import_module(name).CORRECT.get(exercise.name, ()) if exercise.topic and find_spec(name) else ()
    return (exercise.reference, *others, *(MORE_WAYS.get(exercise.name, ()) if exercise.topic else ()))


def known_values(programs: Iterable[Callable], args: tuple, expected: list | None = None) -> KnownValues:
    """The values of right programs on the same arguments.

    args: copied for every program
    expected: arrays of the right answer, to tell which of them are right on these arguments; or None
    """
    traces, further = [], array_leaves(args)
    with np.errstate(all="ignore"):
        for program in programs:
            trace = record(program, copy.deepcopy(args), PACKAGE)
            if trace is None or trace.error is not None:
                continue
            got = array_leaves(trace.returned)
            if expected is None or (len(got) == len(expected) and all(map(_agree, got, expected))):
                traces.append(trace)
            elif not any(np.isnan(a).any() for a in got):
                # it ends in an infinity: what it computes before is right
                further += [
                    e.array for e in trace.events if e.array is not None and np.isfinite(e.array).all()
                ]
    return KnownValues(traces, further)


def _agree(got: np.ndarray, expected: np.ndarray) -> bool:
    return got.shape == expected.shape and near(got.astype(np.float64), np.asarray(expected, np.float64))


def array_leaves(value: object, depth: int = 4) -> list[np.ndarray]:
    """All arrays of numbers in nested lists, tuples and dictionaries."""
    array = numbers(value)
    if array is not None:
        return [array]
    if type(value) is dict:
        value = list(value.values())
    if type(value) not in (list, tuple) or depth == 0:
        return []
    return [leaf for part in value[:200] for leaf in array_leaves(part, depth - 1)]


def _features(array: np.ndarray) -> np.ndarray:
    finite = np.where(np.isfinite(array), array, 0.0)
    return np.array([finite.sum(), np.abs(finite).sum(), np.abs(finite).max(initial=0.0)])
