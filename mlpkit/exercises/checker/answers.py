"""Turn what a function returned into plain arrays that can be compared.

What is no answer becomes an InvalidAnswer, which says in words what it is; nothing here trusts the value.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

MOST = 3_000_000  # numbers in an array that are looked at
LONGEST = 5_000  # parts of a list or iterator that are looked at


class InvalidAnswer(NamedTuple):
    """Something that is not what was asked for.

    what: str, in words: "a list", "None"
    kind: "nothing", "blank", "type", "count" or "shape"
    shape: the shape of an array too large to look at
    value: an array that came where several parts are asked for
    """

    what: str
    kind: str = "type"
    shape: tuple | None = None
    value: Any = None


class Leaf(NamedTuple):
    """One array of an answer and where it stands.

    name: str, for instance "dweights"; "" if the answer is one array
    index: place in a list, counted from 0, or None
    spec: str, its axes in words
    value: array or InvalidAnswer
    """

    name: str
    index: int | None
    spec: str
    value: Any


def normalize_answer(value: object, output: Any) -> Any:
    """Turn an answer into arrays, in the structure that was asked for.

    value: anything
    output: the structure, as in Exercise.output
    returns: an array, a tuple or list of normalised parts, or an InvalidAnswer
    """
    if value is None:
        return InvalidAnswer("None", "nothing")
    if value is Ellipsis:
        return InvalidAnswer("...", "blank")
    if isinstance(output, str):
        return _numbers(value) if output == "numbers" else _leaf(value, output)
    parts = _parts(value, isinstance(output, list))
    if isinstance(parts, InvalidAnswer):
        return parts
    if isinstance(output, list):
        return [normalize_answer(part, output[0]) for part in parts]
    if len(parts) != len(output):
        count = f"{len(parts)} values" if len(parts) != 1 else "one value"
        if isinstance(value, np.ndarray):
            one = _leaf(value, "")
            return InvalidAnswer(
                describe_type(value), "count", None, None if isinstance(one, InvalidAnswer) else one
            )
        return InvalidAnswer(describe_type(value) if isinstance(value, list) else count, "count")
    return tuple(normalize_answer(part, spec) for part, spec in zip(parts, output.values()))


def with_lists(function: Callable, output: Any) -> Callable:
    """A function whose answers hold lists where it gives generators, which can be read only once.

    output: the structure, as in Exercise.output
    returns: function
    """
    if isinstance(output, str):
        return function

    @functools.wraps(function)
    def listed(*args: object, **keywords: object) -> object:
        return _listed(function(*args, **keywords), output)

    return listed


def _listed(value: Any, output: Any) -> Any:
    if isinstance(output, dict) and isinstance(value, (tuple, list)) and len(value) == len(output):
        parts = tuple(_listed(part, spec) for part, spec in zip(value, output.values()))
        return value if all(a is b for a, b in zip(parts, value)) else parts
    wanted = isinstance(output, list) or output == "numbers"
    return list(value) if wanted and isinstance(value, Iterator) else value


def leaves(value: Any, output: Any, name: str = "", index: int | None = None) -> list[Leaf]:
    """The arrays of a normalised answer, one after another, each with its name.

    value: normalised
    output: the structure
    returns: list of Leaf; an InvalidAnswer stands where a whole part is one
    """
    if isinstance(output, str) or isinstance(value, InvalidAnswer):
        return [Leaf(name, index, output if isinstance(output, str) else "", value)]
    if isinstance(output, list):
        found = [leaves(part, output[0], name, i) for i, part in enumerate(value)]
    else:
        before = f"{name} " if name and index is None else ""  # a pair inside a pair: "train images"
        found = [leaves(part, spec, before + key, index) for part, (key, spec) in zip(value, output.items())]
    return list(itertools.chain.from_iterable(found))


def close(got: np.ndarray, expected: np.ndarray, tolerance: float | tuple[float, float] = 1e-5) -> np.ndarray:
    """Where two arrays of one shape agree, entry by entry.

    got, expected: arrays of one shape
    tolerance: float, relative; numbers small beside the largest get a twentieth of it in absolute terms. Or a
        pair: relative, absolute
    returns: bool array
    """
    got, expected = np.asarray(got, np.float64), np.asarray(expected, np.float64)
    finite = np.isfinite(expected)
    if isinstance(tolerance, tuple):
        relative, absolute = tolerance
    else:
        scale = np.abs(expected[finite]).max(initial=0.0)
        relative, absolute = tolerance, 0.05 * tolerance * min(scale, 1e3) + 1e-12
    with np.errstate(all="ignore"):
        near = np.abs(got - expected) <= relative * np.abs(expected) + absolute
    return np.where(finite, near & np.isfinite(got), (got == expected) | (np.isnan(got) & np.isnan(expected)))


def equal(got: Any, expected: Any, tolerance: float | tuple[float, float] = 1e-5) -> bool:
    """Whether two normalised answers are the same, in structure, shapes and numbers.

    returns: bool; two invalid answers are the same when the same can be said of them
    """
    if isinstance(got, InvalidAnswer) or isinstance(expected, InvalidAnswer):
        return type(got) is type(expected) and got[:3] == expected[:3]
    if isinstance(got, np.ndarray) != isinstance(expected, np.ndarray):
        return False
    if isinstance(got, np.ndarray):
        same_kind = all((got.dtype.kind == k) == (expected.dtype.kind == k) for k in "bc")
        return same_kind and got.shape == expected.shape and bool(close(got, expected, tolerance).all())
    return len(got) == len(expected) and all(equal(a, b, tolerance) for a, b in zip(got, expected))


def describe_type(value: object) -> str:
    """What something is, in plain words: "a list of 3", "an array of shape (2, 3)"."""
    if value is None or isinstance(value, bool):
        return repr(value)
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, Iterator):
        return "a generator" if type(value).__name__ == "generator" else "an iterator"
    if isinstance(value, (int, float, complex, np.number)):
        return f"a number ({type(value).__name__})"
    if callable(value):
        return "a function, not its result"
    name = type(value).__name__[:40]
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _leaf(value: object, spec: str) -> Any:
    if isinstance(value, (int, float, complex, np.generic)) and not isinstance(value, (str, bytes)):
        value = _scalar(value)
    elif spec != "number" and isinstance(value, (list, tuple)):
        return InvalidAnswer(describe_type(value) + ", where one array is asked for")
    elif not isinstance(value, np.ndarray):
        return InvalidAnswer(describe_type(value))
    if isinstance(value, InvalidAnswer):
        return value
    if value.size > MOST:
        return InvalidAnswer(f"an array of shape {value.shape}", "shape", value.shape)
    return _plain(value)


def _scalar(value: object) -> Any:
    try:
        return np.asarray(value if isinstance(value, (bool, complex, np.generic)) else float(value))
    except (OverflowError, ValueError):
        return InvalidAnswer("a number too large for a float")


def _plain(array: np.ndarray) -> Any:
    """A copy that is an ndarray and nothing else (no matrix, no masked array, no shared memory)."""
    array = np.array(array, copy=True, subok=False)
    if array.dtype.kind == "O":
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError):
            return InvalidAnswer("an array of Python objects")
    if array.dtype.kind not in "fiubc":
        return InvalidAnswer(f"an array of {array.dtype.name[:20]}")
    return array


def _numbers(value: object) -> Any:
    if isinstance(value, np.ndarray):
        return _leaf(value, "numbers")
    parts = _parts(value, True)
    if isinstance(parts, InvalidAnswer):
        return parts
    scalars = [_leaf(part, "number") for part in parts]
    invalid = next((part for part in scalars if isinstance(part, InvalidAnswer) or part.ndim), None)
    if invalid is not None:
        what = invalid.what if isinstance(invalid, InvalidAnswer) else describe_type(invalid)
        return InvalidAnswer(f"a list that holds {what}")
    return np.array([float(part.real) for part in scalars])


def _parts(value: object, iterators: bool) -> Any:
    if isinstance(value, (str, bytes, Mapping, set, frozenset)):
        return InvalidAnswer(describe_type(value))
    if isinstance(value, Iterator) and not iterators:
        return InvalidAnswer(describe_type(value))
    try:
        iterator = iter(value)
    except TypeError:
        return InvalidAnswer(describe_type(value))
    parts = list(itertools.islice(iterator, LONGEST + 1))  # a generator's own exceptions are the learner's
    return parts if len(parts) <= LONGEST else InvalidAnswer(f"more than {LONGEST:,} parts", "count")
