"""Would the answer be right if one input were another? As if the bias were 0, the labels off by one, two
inputs swapped.

The model solution is called with changed inputs; where it then gives the learner's numbers, that says what
was ignored.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .catalogue import exercises
from .core import Exercise
from .find_rows import by_example
from .running import Run, run_probe
from .values import equal
from .verdict import Pair, pairs_of, wrong_values

BUDGET = 0.6  # seconds


def by_variant(exercise: Exercise, runs: list[Run], part: list[Pair]) -> str:
    """Find a changed input that explains all numbers of a part.

    returns: str, "" if there is none
    """
    end = time.monotonic() + BUDGET
    probes = [run.probe for run in runs]
    order = sorted(
        {p.at for p in part}, key=lambda at: not any(wrong_values(p, exercise) for p in part if p.at == at)
    )
    if sum(p.got.size for p in part if wrong_values(p, exercise)) < 2:
        return ""
    for words, program in variants(exercise):
        if time.monotonic() > end:
            return ""
        if all(
            _explains(exercise, program, probes[at], [p for p in part if p.at == at], runs[at])
            for at in order
        ):
            return words
    return ""


def _explains(exercise: Exercise, program: Callable, probe: Any, pairs: list[Pair], run: Run) -> bool:
    with np.errstate(all="ignore"):
        other = run_probe(exercise, program, probe)
    if other.raised:
        return False
    theirs = [p for p in pairs_of(exercise, other, run) if p.leaf.name == pairs[0].leaf.name]
    return len(theirs) == len(pairs) and all(
        equal(mine.got, its.got, exercise.tolerance) for mine, its in zip(pairs, theirs)
    )


def variants(exercise: Exercise) -> Iterator[tuple[str, Callable]]:
    """The model solution with changed inputs, and what to say if that is what the learner's function does.

    returns: iterator of (sentence, function)
    """
    args = exercise.probes[0].args
    names = list(exercise.takes)
    for i, (name, arg) in enumerate(zip(names, args)):
        for words, change in _changes(arg):
            yield _say(words.format(name=f"`{name}`")), _changed(exercise.reference, i, change)
    for i in range(len(args)):
        for j in range(i + 1, len(args)):
            if _alike(args[i], args[j]):
                words = f"`{names[i]}` and `{names[j]}` had changed places"
                yield _say(words), _swapped(exercise.reference, i, j)
    rows = by_example(exercise)
    for words, change in _EXAMPLES if len(rows) > 1 else ():
        yield _say(words), _all_changed(exercise.reference, change, rows)
    if "labels" in names:
        yield from _other_labels(exercise, names.index("labels"))
    for other in exercises().values():
        if (
            other.name != exercise.name
            and other.gives == exercise.gives
            and list(other.takes.values()) == list(exercise.takes.values())
        ):
            words = (
                f"The numbers are those of `{other.name}`, which takes the same inputs. What is "
                "asked for is this: "
            )
            yield f"{words}{exercise.task}", other.reference
    if len(args) == 1 and isinstance(args[0], np.ndarray):
        yield (
            f"The numbers are those of `{exercise.name}` applied twice. Look at whether its result, or "
            "something "
            "like it, goes in where the raw input belongs.",
            lambda x: exercise.reference(exercise.reference(x)),
        )


def _other_labels(exercise: Exercise, i: int) -> Iterator[tuple[str, Callable]]:
    """Labels that are others of the same classes, where the classes are an axis of what comes in."""
    rows = next((k for k, spec in enumerate(exercise.takes.values()) if "classes" in spec.split()), None)
    for words, change in _LABELS if rows is not None else ():
        yield _say(words), _relabelled(exercise.reference, i, rows, change)


def _relabelled(reference: Callable, i: int, rows: int, change: Callable) -> Callable:
    return lambda *args: reference(*args[:i], change(args[rows], args[i]), *args[i + 1 :])


def _say(words: str) -> str:
    return f"The numbers are those that would be right if {words}. Look at each place where it enters."


def _changed(reference: Callable, i: int, change: Callable) -> Callable:
    return lambda *args: reference(*args[:i], change(args[i]), *args[i + 1 :])


def _all_changed(reference: Callable, change: Callable, rows: list[int]) -> Callable:
    return lambda *args: reference(*(change(a) if i in rows else a for i, a in enumerate(args)))


def _swapped(reference: Callable, i: int, j: int) -> Callable:
    def program(*args: object) -> object:
        args = list(args)
        args[i], args[j] = args[j], args[i]
        return reference(*args)

    return program


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.ndim == other.ndim
    return isinstance(one, (int, float)) and isinstance(other, (int, float))


def _changes(arg: Any) -> tuple[tuple[str, Callable], ...]:
    if isinstance(arg, np.ndarray) and arg.dtype.kind == "f":
        return _ARRAYS
    if isinstance(arg, np.ndarray) and arg.dtype.kind in "iu":
        return _INTEGERS
    if isinstance(arg, (int, float)) and not isinstance(arg, bool):
        return _NUMBERS
    if isinstance(arg, (list, tuple)) and arg and isinstance(arg[0], tuple) and len(arg[0]) == 2:
        return _LAYERS
    return ()


_EXAMPLES = (
    ("only the first example counted", lambda a: a[:1]),
    ("only the last example counted", lambda a: a[-1:]),
    ("the last example were left out", lambda a: a[:-1]),
    ("the first example were left out", lambda a: a[1:]),
)

_ARRAYS = (
    ("{name} were 0 everywhere (is it used at all?)", np.zeros_like),
    ("{name} were 1 everywhere", np.ones_like),
    ("{name} had the opposite sign", np.negative),
    ("{name} had lost its signs", np.abs),
    ("only the positive part of {name} counted", lambda x: np.maximum(x, 0)),
    ("only the negative part of {name} counted", lambda x: np.minimum(x, 0)),
    ("{name} were transposed", np.transpose),
    ("the rows of {name} came in the opposite order", lambda x: x[::-1]),
    ("each row of {name} were turned round", lambda x: x[..., ::-1]),
    ("{name} were twice as large", lambda x: 2 * x),
    ("{name} were half as large", lambda x: x / 2),
    ("{name} were squared", np.square),
    ("{name} were ten times as large", lambda x: 10 * x),
    ("{name} were a tenth as large", lambda x: x / 10),
    ("e to the power of {name} went in instead of {name}", np.exp),
    ("the logarithm of {name} went in instead of {name}", np.log),
    ("the tanh of {name} went in instead of {name}", np.tanh),
    ("{name} were rounded to whole numbers", np.round),
    ("every row of {name} were its first row", lambda x: np.broadcast_to(x[:1], x.shape)),
    ("every row of {name} were the mean row", lambda x: np.broadcast_to(x.mean(0), x.shape)),
    ("each row of {name} were divided by its sum", lambda x: x / x.sum(axis=-1, keepdims=True)),
    ("{name} were divided by its largest entry", lambda x: x / x.max()),
    ("each row of {name} were divided by its largest entry", lambda x: x / x.max(axis=-1, keepdims=True)),
    ("{name} were scaled to length 1", lambda x: x / np.linalg.norm(x)),
    ("the mean of each row of {name} were taken off first, and it were divided by the spread",
     lambda x: (x - x.mean(-1, keepdims=True)) / x.std(-1, keepdims=True)),
    ("{name} were only 1 where it is above 0, else 0", lambda x: (x > 0) * 1.0),
    ("{name} were cut off at 1", lambda x: np.minimum(x, 1)),
    ("the last row of {name} were left out", lambda x: np.concatenate([x[:-1], 0 * x[-1:]])),
    ("the last column of {name} were left out", lambda x: np.concatenate([x[:, :-1], 0 * x[:, -1:]], 1)),
    ("only the last column of {name} counted", lambda x: np.concatenate([0 * x[:, :-1], x[:, -1:]], 1)),
    ("{name} were divided by 255", lambda x: x / 255),
)  # fmt: skip

_INTEGERS = (
    ("every entry of {name} were one more", lambda x: x + 1),
    ("every entry of {name} were one less (Python then counts from the end)", lambda x: x - 1),
    ("{name} were 0 everywhere", np.zeros_like),
    ("{name} came in the opposite order", lambda x: x[::-1]),
    ("every entry of {name} were that of the first example", lambda x: np.full_like(x, x.flat[0])),
    ("{name} were shifted by one example", lambda x: np.roll(x, 1)),
    ("{name} were shifted by one example the other way", lambda x: np.roll(x, -1)),
    ("{name} were sorted", np.sort),
    (
        "{name} were 0, 1, 2 and so on (are they used at all?)",
        lambda x: np.arange(len(x)) % (int(x.max()) + 1),
    ),
    ("{name} were 0, 1, 2 and so on (is it used at all?)", lambda x: np.arange(len(x))),
)

_LABELS = (
    ("every label were one more, and the last class the first", lambda z, y: (y + 1) % z.shape[1]),
    ("the class of the largest logit stood for the label", lambda z, y: z.argmax(axis=1)),
    ("the class of the smallest logit stood for the label", lambda z, y: z.argmin(axis=1)),
)

_NUMBERS = (
    ("{name} were 0 (is it used at all?)", lambda v: 0 * v),
    ("{name} were 1 (is it used at all?)", lambda v: type(v)(1)),
    ("{name} had the opposite sign", lambda v: -v),
    ("1 - {name} stood for {name}", lambda v: 1 - v),
    ("{name} were twice as large", lambda v: 2 * v),
    ("{name} were half as large", lambda v: v / 2 if isinstance(v, float) else v // 2),
    ("{name} were squared", lambda v: v * v),
    ("the root of {name} stood for {name}", lambda v: v**0.5),
    ("{name} were one more", lambda v: v + 1),
    ("{name} were one less", lambda v: v - 1),
    ("1 over {name} stood for {name}", lambda v: 1 / v),
    *(
        (f"{{name}} were {c} whatever comes in", lambda v, c=c: type(v)(c))
        for c in (0.9, 0.99, 0.999, 0.5, 0.1, 0.01, 0.001, 1e-4, 1e-8)
    ),
)

_LAYERS = (
    ("all biases were 0 (are they used at all?)", lambda ls: [(w, 0 * b) for w, b in ls]),
    ("all entries of {name} had lost their signs", lambda ls: [(np.abs(w), np.abs(b)) for w, b in ls]),
    ("all entries of {name} were squared", lambda ls: [(w * w, b * b) for w, b in ls]),
    (
        "the second part of every pair in {name} were its mean",
        lambda ls: [(w, b.mean() + 0 * b) for w, b in ls],
    ),
    (
        "all pairs in {name} were the first one",
        lambda ls: [(np.resize(ls[0][0], w.shape), np.resize(ls[0][1], b.shape)) for w, b in ls],
    ),
    ("all biases were twice as large", lambda ls: [(w, 2 * b) for w, b in ls]),
    ("the last bias were 0", lambda ls: [*ls[:-1], (ls[-1][0], 0 * ls[-1][1])]),
    ("the first bias were 0", lambda ls: [(ls[0][0], 0 * ls[0][1]), *ls[1:]]),
    ("all biases but the last were 0", lambda ls: [*((w, 0 * b) for w, b in ls[:-1]), ls[-1]]),
    ("all weights had the opposite sign", lambda ls: [(-w, b) for w, b in ls]),
    ("all biases had the opposite sign", lambda ls: [(w, -b) for w, b in ls]),
    (
        "all square weights were transposed",
        lambda ls: [(w.T if w.shape == w.T.shape else w, b) for w, b in ls],
    ),
    ("the second part of every pair in {name} were 1", lambda ls: [(w, np.ones_like(b)) for w, b in ls]),
    ("the last layer were the first one as well", lambda ls: [ls[-1], *ls[1:]]),
)
