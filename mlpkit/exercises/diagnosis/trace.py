"""Run a function once with the value of every part of every line recorded.

The function is compiled anew from its own syntax tree, with each expression handed to a recorder as it is
evaluated. Helper functions from the same cell or file are recorded too.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, NamedTuple

import numpy as np

from .trace_rewrite import CHANGED, MAKE, NO_PART, RECORD, Place, recorded_tree
from .trace_source import Source, source_of_function

EVENTS = 20_000  # values that are recorded; a longer run goes on without being recorded
NUMBERS = 150_000  # entries of an array of which a copy is kept
ALL_NUMBERS = 5_000_000  # entries of all copies together
HELPERS = 30  # helper functions that are recorded with a function
NEARBY = 200  # events before a call among which the arrays stand that go into it
LONGEST = 5_000  # parts of a generator that are read

_NO_VALUES = (ModuleType, FunctionType, BuiltinFunctionType, np.ufunc, type, type(None))
_NO_PART = object()
_MUTABLE = (list, dict, set, np.ndarray)


class Event(NamedTuple):
    """A place was evaluated.

    place: its number
    value: what came out, kept so that no other object gets its identity
    array: a copy of the numbers at that moment, or None if there are none or too many
    """

    place: int
    value: Any
    array: np.ndarray | None


@dataclass
class Trace:
    """What a recorded run brought to light.

    returned: what the function returned, or a list of what it yielded
    error: the exception that ended it, or None; failed: number of the place that raised it, or None
    complete: False when there was more than is recorded
    filled: identities of lists and dictionaries that were changed after they were made
    source: the function's own source
    """

    source: Source
    places: list[Place] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    returned: Any = None
    error: BaseException | None = None
    failed: int | None = None
    complete: bool = True
    filled: set[int] = field(default_factory=set)


def record(function: Callable, args: tuple, also: str = "") -> Trace | None:
    """Call a function once, recorded.

    function: any callable; args: its arguments, which it may change
    also: a package whose functions are recorded too where the function calls them
    returns: Trace, or None for a function that cannot be recorded; whatever the function raises is kept in it
    """
    source = source_of_function(function)
    if source is None:
        return None
    trace = Trace(source)
    recorder = _Recorder(trace)
    try:
        traced = _Compiler(function, trace, recorder, also).compiled(function)
    except (SyntaxError, ValueError, TypeError, RecursionError):
        return None
    if traced is None:
        return None
    try:
        answer = traced(*args)
        iterator = hasattr(type(answer), "__next__")
        trace.returned = list(itertools.islice(answer, LONGEST)) if iterator else answer
    except Exception as error:
        trace.error = error
        trace.failed = _failed_place(trace, error)
    recorder.on = False
    return trace


def numbers(value: object) -> np.ndarray | None:
    """A value as an array of numbers, or None: only of types that cannot do anything of their own.

    value: anything
    returns: float64 or bool or integer array, no copy
    """
    if type(value) is np.ndarray or isinstance(value, np.generic):
        return np.asarray(value) if value.dtype.kind in "fiub" else None
    if type(value) in (bool, float) or (type(value) is int and abs(value) < 2**60):
        return np.asarray(value)
    return None


class _Recorder:
    """Writes down what every place gives."""

    def __init__(self, trace: Trace) -> None:
        self.trace, self.left, self.on = trace, ALL_NUMBERS, True

    def __call__(self, place: int, value: Any) -> Any:
        events = self.trace.events
        if not self.on or type(value) in _NO_VALUES:
            return value
        if len(events) >= EVENTS or self.left < 0:
            self.trace.complete = self.on = False
            return value
        array = numbers(value)
        if array is not None and array.size > NUMBERS:
            array = None
        if array is not None:
            array = array.copy()
            self.left -= array.size
        events.append(Event(place, value, array))
        return value

    def changed(self, place: int, whole: Any, part: Any) -> None:
        """Write down what a change made: of an array the whole, of a list or dictionary the part."""
        if type(whole) in (list, dict):
            self.trace.filled.add(id(whole))
        if self.trace.places[place].kind != "Expr" or self._is_another(whole):
            self(place, whole if part is _NO_PART or type(whole) is np.ndarray else part)

    def _is_another(self, thing: Any) -> bool:
        """Whether an array is not as it was when it was last written down: most calls change nothing."""
        if type(thing) is not np.ndarray:
            return False
        before = next((e.array for e in reversed(self.trace.events[-NEARBY:]) if e.value is thing), None)
        return before is not None and not np.array_equal(before, thing, equal_nan=thing.dtype.kind == "f")


class _Compiler:
    """Compiles a function and its helpers anew, with every expression recorded."""

    def __init__(self, root: FunctionType, trace: Trace, recorder: _Recorder, also: str) -> None:
        self.root, self.trace, self.recorder, self.also = root, trace, recorder, also
        self.spaces: dict[int, dict] = {}
        self.done: dict[int, Callable | None] = {}

    def compiled(self, function: FunctionType) -> Callable | None:
        """The recorded form of a function, or None if it has none."""
        if id(function) in self.done or len(self.done) > HELPERS:
            return self.done.get(id(function))
        self.done[id(function)] = None
        source = source_of_function(function)
        code = function.__code__
        if source is None or "__class__" in code.co_freevars or code.co_flags & 0x280:  # async
            return None
        space = self._space(function)
        cells = [_content(cell) for cell in function.__closure__ or ()]
        tree = recorded_tree(source, code, self.trace.places, function is self.root)
        exec(compile(tree, code.co_filename, "exec"), space)
        make = space.pop(MAKE)
        new = make(*(self._stand_in(cell) for cell in cells))
        new.__defaults__ = copy.deepcopy(function.__defaults__)
        new.__kwdefaults__ = copy.deepcopy(function.__kwdefaults__)
        self.done[id(function)] = new
        self._add_helpers(function, space)
        return new

    def _space(self, function: FunctionType) -> dict:
        """The function's global names, in a copy: what it assigns there stays away from the notebook."""
        there = function.__globals__
        if id(there) not in self.spaces:
            self.spaces[id(there)] = {
                **there,
                RECORD: self.recorder,
                CHANGED: self.recorder.changed,
                NO_PART: _NO_PART,
            }
        return self.spaces[id(there)]

    def _add_helpers(self, function: FunctionType, space: dict) -> None:
        for name in _names(function.__code__):
            thing = function.__globals__.get(name)
            if type(thing) is FunctionType:
                space[name] = self._stand_in(thing)
            elif type(thing) in _MUTABLE and np.size(thing) < NUMBERS:
                try:
                    space[name] = copy.deepcopy(thing)
                except Exception:  # it holds what cannot be copied
                    continue

    def _stand_in(self, thing: object) -> object:
        if type(thing) is not FunctionType:
            return thing
        ours = thing.__globals__ is self.root.__globals__
        also = self.also and str(thing.__module__).startswith(self.also)
        return (self.compiled(thing) if ours or also else None) or thing


def _content(cell: object) -> object:
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _names(code: object) -> list[str]:
    inner = [name for const in code.co_consts if hasattr(const, "co_names") for name in _names(const)]
    return [*code.co_names, *inner]


def _failed_place(trace: Trace, error: BaseException) -> int | None:
    """The innermost place of the function that was being evaluated when the error was raised."""
    found = None
    frame = error.__traceback__
    while frame is not None:
        code = frame.tb_frame.f_code
        if RECORD in frame.tb_frame.f_globals and code.co_name != MAKE:
            at = next(itertools.islice(code.co_positions(), frame.tb_lasti // 2, None), None)
            found = _place_at(trace, code.co_filename, at) if at else found
        frame = frame.tb_next
    return found


def _place_at(trace: Trace, file: str, at: tuple) -> int | None:
    """The place of exactly this span, or the smallest that holds it."""
    if None in at:
        return None
    start, end = (at[0], at[2]), (at[1], at[3])
    around = None
    for i, place in enumerate(trace.places):
        if place.file != file:
            continue
        if place.span == at and place.kind != "Name":
            return i
        first, last = (place.span[0], place.span[2]), (place.span[1], place.span[3])
        if (
            first <= start
            and end <= last
            and (around is None or _holds(trace.places[around].span, place.span))
        ):
            around = i
    return around


def _holds(outer: tuple, inner: tuple) -> bool:
    return (outer[0], outer[2]) <= (inner[0], inner[2]) and (inner[1], inner[3]) <= (outer[1], outer[3])
