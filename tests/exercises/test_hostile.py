"""A check never raises and never hangs, whatever it is given, and leaves nothing behind."""

import functools
import gc
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mlpkit.exercises import check
from mlpkit.exercises.catalog import exercises

OUTCOMES = {"passed", "incorrect", "not attempted"}


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


class Hostile:
    """Raises whatever is asked of it."""

    def __array__(self, *args, **keywords):
        raise SystemExit("no")

    def __len__(self):
        raise KeyboardInterrupt

    def __iter__(self):
        while True:
            yield 1

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __eq__(self, other):
        raise ValueError

    def __repr__(self):
        raise KeyError

    __hash__ = None


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError


def raising(error):
    def function(*args):
        raise error

    return function


def recursive(*args):
    return recursive(*args)


class Callable:
    def __call__(self, logits):
        return logits


THINGS = {
    "None": None,
    "a number": 3,
    "a text": "softmax",
    "a generator": (i for i in "ab"),
    "a hostile object": Hostile(),
    "a class": int,
    "a builtin": len,
    "a ufunc": np.exp,
    "a callable object": Callable(),
    "a partial": functools.partial(lambda a, z: z, 1),
    "SystemExit": raising(SystemExit()),
    "KeyboardInterrupt": raising(KeyboardInterrupt()),
    "GeneratorExit": raising(GeneratorExit()),
    "an exception without a text": raising(Unprintable()),
    "an exception group": raising(BaseExceptionGroup("x", [KeyboardInterrupt()])),
    "recursion": recursive,
    "no arguments": lambda: 0,
    "too many arguments": lambda a, b, c, d, e, f, g, h: 0,
    "hostile value": lambda *a: Hostile(),
    "array of hostile values": lambda *a: np.array([Hostile()], dtype=object),
    "endless generator": lambda *a: iter(int, 1),
    "huge array": lambda *a: np.broadcast_to(0.0, (10**9, 10**6)),
    "huge number": lambda *a: 10**400,
    "masked array": lambda z, *a: np.ma.masked_array(z, True),
    "record array": lambda *a: np.zeros(3, dtype=[("a", int)]),
    "dates": lambda *a: np.array(["2020-01-01"], dtype="M8[D]"),
    "complex": lambda z, *a: z + 1j,
    "empty": lambda *a: np.zeros((0, 3)),
    "nested lists": lambda z, *a: [z, [z, [z]]],
}


@pytest.fixture
def garbage_waits():
    """What other tests left behind is not collected in here.

    Its finalizers could run inside a function at its recursion limit, and fail there with an error that
    nobody can catch, which pytest holds against the test that runs.
    """
    gc.disable()
    yield
    gc.enable()


# Each thing meets four exercises in `make test`, and all of them in `make test-all`.
MEETINGS = [
    pytest.param(exercise, name, marks=() if (i + j) % 7 == 0 else pytest.mark.slow)
    for i, exercise in enumerate(exercises())
    for j, name in enumerate(THINGS)
]


@pytest.mark.usefixtures("garbage_waits")
@pytest.mark.parametrize(("exercise", "name"), MEETINGS)
def test_strange_things_get_a_verdict(exercise, name):
    result = check(exercise, THINGS[name])
    assert result.outcome == "incorrect"
    assert "cannot be looked at" not in result.message
    assert result.message
    assert "\n" not in result.message


_enough = threading.Event()  # ends the functions that a check leaves behind


@pytest.fixture
def ends_afterwards():
    """What a check leaves behind ends with the test."""
    _enough.clear()
    before = threading.active_count()
    yield
    _enough.set()
    for _ in range(200):
        if threading.active_count() <= before:
            return
        time.sleep(0.05)
    pytest.fail("a thread that was left behind did not end")


def _endless(logits):
    while True:
        pass


def _endless_with_a_handler(logits):
    while True:
        try:
            logits = logits + 1
        except Exception:
            pass


def _stubborn(logits):
    while not _enough.is_set():
        try:
            while not _enough.is_set():
                pass
        except BaseException:
            pass


def _stubborn_in_finally(logits):
    def inner():
        try:
            while not _enough.is_set():
                pass
        finally:
            while not _enough.is_set():
                pass

    while not _enough.is_set():
        try:
            inner()
        except BaseException:
            continue


def _endless_recursion(logits):
    try:
        return _endless_recursion(logits)
    except RecursionError:
        return _endless_recursion(logits)


def test_an_endless_loop_is_stopped_after_three_seconds():
    result = check("softmax", _endless)
    assert "still running after 3 seconds" in result.message
    assert result.where[2].startswith("while ")
    assert f"`{result.where[2]}`" in result.message


@pytest.mark.usefixtures("garbage_waits", "soon")
@pytest.mark.parametrize("function", [_endless, _endless_with_a_handler, _endless_recursion])
def test_an_endless_loop_is_stopped(function):
    before = threading.active_count()
    result = check("softmax", function)
    assert result.outcome == "incorrect"
    assert "still running after 3 seconds" in result.message
    assert not any("Restart" in note for note in result.notes)
    assert threading.active_count() <= before


@pytest.mark.usefixtures("ends_afterwards", "soon")
@pytest.mark.parametrize("function", [_stubborn, _stubborn_in_finally])
def test_a_loop_that_catches_everything_gets_a_verdict(function, monkeypatch):
    result = check("softmax", function)
    assert result.outcome == "incorrect"
    assert "still running after 3 seconds" in result.message
    monkeypatch.undo()  # the loop that is left behind may keep the next check waiting for longer than `soon`
    assert check("softmax", softmax).outcome == "passed"


@pytest.mark.usefixtures("soon")
def test_an_endless_loop_is_stopped_off_the_main_thread():
    found = []
    thread = threading.Thread(target=lambda: found.append(check("softmax", _endless)))
    thread.start()
    thread.join(60)
    assert "still running" in found[0].message


@pytest.mark.usefixtures("soon")
def test_an_endless_loop_while_the_function_is_looked_at_is_stopped():
    class Endless:
        def __getattr__(self, name):
            while True:
                pass

        def __call__(self, logits):
            return logits

    assert check("softmax", Endless()).outcome == "incorrect"


@pytest.mark.usefixtures("ends_afterwards", "soon")
def test_one_long_call_into_c_is_left_behind_and_that_is_said():
    result = check("softmax", lambda z: _enough.wait(60))
    assert "still running" in result.message
    assert any("Restart the kernel" in note for note in result.notes)
    assert "Restart the kernel" in repr(result)
    assert "Restart the kernel" in result._repr_mimebundle_()["text/html"]
    assert check("softmax", softmax).outcome == "passed"


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_a_function_that_interrupts_the_kernel_gets_a_verdict():
    def interrupts(logits):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.1)
        return logits

    for _ in range(10):  # the first interrupt may come while the check is still setting out
        assert "interrupted" in check("softmax", interrupts).message


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_a_function_that_interrupts_without_end_gets_a_verdict():
    def interrupts(logits):
        while True:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    assert "interrupted" in check("softmax", interrupts).message
    assert signal.getsignal(signal.SIGINT) is before


def test_random_states_streams_warnings_and_inputs_are_as_before():
    def untidy(logits):
        np.random.seed(0)
        random.seed(0)
        np.seterr(all="raise")
        sys.setrecursionlimit(5_000)
        sys.stdout = None
        warnings.simplefilter("error")
        logits -= 1
        return logits

    np.random.seed(5)
    random.seed(5)
    before = np.random.get_state()[1].copy(), random.getstate(), sys.stdout, sys.getrecursionlimit()
    filters, errors = list(warnings.filters), np.geterr()
    cases = [p.args[0].copy() for p in exercises()["softmax"].cases]
    check("softmax", untidy)
    assert (np.random.get_state()[1] == before[0]).all()
    assert random.getstate() == before[1]
    assert sys.stdout is before[2]
    assert sys.getrecursionlimit() == before[3]
    assert warnings.filters == filters
    assert np.geterr() == errors
    assert all((p.args[0] == old).all() for p, old in zip(exercises()["softmax"].cases, cases))


def test_what_is_printed_is_kept_out_and_shown_with_the_result(capsys):
    def chatty(logits):
        print("looking <b>", logits.shape)
        print("to stderr", file=sys.stderr)
        warnings.warn("careful", stacklevel=1)
        return softmax(logits)

    result = check("softmax", chatty)
    out, err = capsys.readouterr()
    assert (out, err) == ("", "")
    assert result.outcome == "passed"
    assert result.printed.startswith("looking <b> (5, 3)")
    assert "<b>" not in result._repr_mimebundle_()["text/html"].replace("<b>", "", 0)


def test_other_threads_go_on_printing_during_a_check(capsys):
    def slow(logits):
        time.sleep(0.1)
        return softmax(logits)

    thread = threading.Thread(target=check, args=("softmax", slow))
    thread.start()
    time.sleep(0.05)
    print("from the main thread")
    thread.join()
    assert "from the main thread" in capsys.readouterr().out


def test_checks_on_several_threads_at_once():
    stdout, results = sys.stdout, []
    threads = [threading.Thread(target=lambda: results.append(check("softmax", softmax))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [r.outcome for r in results] == ["passed"] * 8
    assert sys.stdout is stdout


def test_a_script_ends_although_a_function_was_left_behind():
    code = """
        import time
        from mlpkit.exercises import check
        print(check("softmax", lambda z: time.sleep(3600)).outcome)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=600
    )
    assert done.stdout.strip() == "incorrect"
    assert done.returncode == 0


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text(max_size=3)
    | hnp.arrays(st.sampled_from([np.float64, np.float32, np.int64, np.uint8, np.bool_, np.complex128]),
                 hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=7)),
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.tuples(inner, inner, inner)
    | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(list(exercises())), VALUES)
def test_any_value_gets_a_verdict(exercise, value):
    result = check(exercise, lambda *args: value)
    assert result.outcome in ("incorrect", "not attempted")
    assert "cannot be looked at" not in result.message


def _distorted(reference, rng):
    """The right answer, changed in some random way: neither listed nor meant."""

    def change(value):
        if isinstance(value, (tuple, list)):
            kept = [change(v) for v in value]
            return type(value)(kept) if type(value) in (tuple, list) else kept
        if not isinstance(value, (float, np.ndarray)) or rng.random() < 0.3:
            return value
        value = np.asarray(value)
        ways = [lambda x: x * 3.7, lambda x: x + 0.01, lambda x: x.T, lambda x: -x, lambda x: x[..., :1],
                lambda x: np.where(x > 0, x, np.nan), lambda x: x.sum(0), np.round, np.ravel,
                lambda x: x[::-1], lambda x: x.astype(np.float16), lambda x: x[None], np.cumsum]  # fmt: skip
        try:
            return ways[rng.integers(len(ways))](value)
        except (IndexError, ValueError):
            return value * 2

    return lambda *args: change(reference(*args))


@pytest.mark.parametrize("seeds", [range(1), pytest.param(range(1, 25), marks=pytest.mark.slow)], ids=str)
@pytest.mark.parametrize("exercise", exercises())
def test_right_answers_changed_at_random_get_a_verdict(exercise, seeds):
    reference = exercises()[exercise].reference
    for seed in seeds:
        result = check(exercise, _distorted(reference, np.random.default_rng(seed)))
        assert result.outcome in OUTCOMES
        assert "cannot be looked at" not in result.message


@pytest.mark.slow
@settings(max_examples=5_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(list(exercises())), VALUES)
def test_any_value_gets_a_verdict_at_length(exercise, value):
    assert check(exercise, lambda *args: value).outcome in ("incorrect", "not attempted", "passed")


@pytest.mark.parametrize("other", [np.zeros((4, 3)), [np.zeros(3)], None, 3, "layer", {}], ids=repr)
def test_an_argument_whose_part_becomes_something_else_is_told(other):
    def sgd_step(layers, grads, learning_rate):
        layers[0] = other
        return layers

    message = check("sgd_step", sgd_step).message
    assert "could not read" not in message
    assert "layer [0]" in message
