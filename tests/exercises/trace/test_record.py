"""A recorded run: every value is written down, and nothing of it reaches the notebook."""

import asyncio
import functools

import numpy as np
import pytest

from mlpkit.exercises.diagnosis import trace as tracing
from mlpkit.exercises.diagnosis.trace import record

COUNTER = [0]
NUMBER = 3


def texts(trace):
    return [trace.places[e.place].text for e in trace.events]


def values_of(trace, text):
    return [e.array.tolist() for e in trace.events if trace.places[e.place].text == text]


def plain(x):
    y = x + 1
    return y * 2


def looped(xs):
    total = 0.0
    for x in xs:
        total += x
    return [total * k for k in range(3) if k]


def generated(xs):
    for x in xs:
        yield x * 2


def _helper(x):
    return x - 1


def with_helper(x):
    return _helper(x) * 2


def closure():
    scale = np.array([2.0])

    def inner(x):
        return x * scale

    return inner


def fills(x):
    x[0, :] = 7
    x[:, 1] -= x.sum()
    return x


def everything(a, *rest, key=1, **more):
    """Many kinds of syntax in a few lines."""
    first, *others = a
    (b := first + 1)
    text = f"{b:.2f} {others!r}"
    table = {k: v + 0 for k, v in zip("ab", a)}
    chosen = b if text else -b
    both = 0 < chosen < 10 and not None
    part = np.arange(12).reshape(3, 4)[1:, ::2, None][..., 0]
    try:
        raise KeyError("x")
    except KeyError as error:
        print(error)
    with np.errstate(all="ignore"):
        part = part[0]
    while key < 3:
        key += 1
    del table["a"]
    match key:
        case 3:
            result = sorted(part, key=lambda v: -v)
        case _:
            result = None
    assert both
    return [*result, *rest, more.get("z", 0), max((v for v in a), default=0)]


def changes_globals(x):
    global NUMBER
    NUMBER = 99
    COUNTER.append(1)
    COUNTER[0] = 5
    return x


def default(x, seen=[]):  # noqa: B006
    seen.append(x)
    return len(seen)


def never_ends(x):
    total = 0
    for i in range(100_000):
        total += x * i
    return total


async def asynchronous(x):
    return x


X = np.array([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    ("function", "text", "values"),
    [
        (plain, "x + 1", [(X + 1).tolist()]),
        (plain, "y * 2", [(X * 2 + 2).tolist()]),
        (looped, "total += x", [[1, 2], [4, 6]]),
        (looped, "total * k", [[4, 6], [8, 12]]),
        (generated, "x * 2", [[2, 4], [6, 8]]),
        (with_helper, "x - 1", [(X - 1).tolist()]),
        (closure(), "x * scale", [(2 * X).tolist()]),
        (fills, "x[0, :] = 7", [[[7, 7], [3, 4]]]),
        (fills, "x[:, 1] -= x.sum()", [[[7, -14], [3, -17]]]),
        (lambda x: np.exp(x) * 0 + x.T, "x.T", [X.T.tolist()]),
    ],
)
def test_every_expression_and_change_is_recorded(function, text, values):
    assert values_of(record(function, (X.copy(),)), text) == values


def test_the_answer_is_the_same_as_without_recording():
    assert record(everything, ([1, 2, 3], 4), "").returned == everything([1, 2, 3], 4)
    assert record(generated, ([1, 2],)).returned == [2, 4]


def test_an_error_is_kept_with_its_place():
    trace = record(lambda x: x @ x[:1], (X,))
    assert type(trace.error) is ValueError
    assert trace.places[trace.failed].text == "x @ x[:1]"


def test_a_recorded_run_changes_nothing_outside():
    before = (list(COUNTER), NUMBER, list(default.__defaults__[0]))
    assert record(changes_globals, (1,)).error is None
    record(default, (1,))
    assert (COUNTER, NUMBER, default.__defaults__[0]) == before


@pytest.mark.parametrize(
    "thing",
    [
        len,
        np.exp,
        functools.partial(plain, 1),
        functools.lru_cache(plain),
        asynchronous,
        eval("lambda x: x"),
        type("C", (), {"__call__": lambda self, x: x})(),
        3,
        None,
    ],
)
def test_what_has_no_plain_source_is_not_recorded(thing):
    assert record(thing, (1.0,)) is None


def test_two_lambdas_on_one_line_are_told_apart():
    one, other = lambda x: x + 1, lambda x: x + 2  # fmt: skip
    assert record(one, (1.0,)).returned == 2
    assert record(other, (1.0,)).returned == 3


def test_what_is_recorded_is_bounded(monkeypatch):
    monkeypatch.setattr(tracing, "EVENTS", 100)
    trace = record(never_ends, (2.0,))
    assert trace.returned == never_ends(2.0)
    assert len(trace.events) == 100
    assert not trace.complete


def calls(x):
    kept = []
    kept.append(x)
    np.put(x, [0], 9)
    x.sort()
    return kept


def test_what_a_call_changes_is_recorded_and_what_it_leaves_alone_is_not():
    trace = record(calls, (np.array([3, 1, 2]),))
    changes = [(trace.places[e.place].text, e.array.tolist()) for e in trace.events
               if trace.places[e.place].kind == "Expr"]  # fmt: skip
    assert changes == [("np.put(x, [0], 9)", [9, 1, 2]), ("x.sort()", [1, 2, 9])]


def test_of_an_array_that_is_too_large_no_copy_is_kept(monkeypatch):
    monkeypatch.setattr(tracing, "NUMBERS", 10)
    trace = record(lambda x: np.outer(x, x).sum(axis=0), (np.arange(4.0),))
    kept = {trace.places[e.place].text: e.array is not None for e in trace.events}
    assert kept == {"x": True, "np.outer(x, x)": False, "np.outer(x, x).sum(axis=0)": True}


def test_all_copies_together_are_bounded(monkeypatch):
    monkeypatch.setattr(tracing, "ALL_NUMBERS", 1_000)
    trace = record(lambda x: [x + k for k in range(1_000)], (np.arange(100.0),))
    assert sum(e.array.size for e in trace.events if e.array is not None) <= 1_000 + 100
    assert not trace.complete
    assert len(trace.returned) == 1_000


def test_an_async_function_is_left_alone():
    assert asyncio.run(asynchronous(1)) == 1
