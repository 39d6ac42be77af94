"""A recorded run of a hostile function never raises, never hangs, and changes nothing."""

import sys
import threading

import numpy as np
import pytest

from mlpkit.exercises import check
from mlpkit.exercises.checker.tracing import record_safely

CALLS = []
ENOUGH = threading.Event()  # ends what nobody can stop, which would slow down every test after it


class Hostile:
    def __array__(self, *args, **keywords):
        raise SystemExit

    def __deepcopy__(self, memo):
        raise KeyboardInterrupt

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __eq__(self, other):
        raise ValueError

    __hash__ = None


def endless(logits):
    while True:
        logits = logits + 0


def endless_on_the_second_run(logits):
    CALLS.append(1)
    while len(CALLS) > 20:
        pass
    return logits


def stubborn(logits):
    while not ENOUGH.is_set():
        try:
            while not ENOUGH.is_set():
                logits = logits + 0
        except BaseException:
            pass


def exits(logits):
    sys.exit()


def recursive(logits):
    return recursive(logits) + 1


def hostile_value(logits):
    return [Hostile(), {"a": Hostile()}, logits * 2]


def hostile_default(logits, thing=Hostile()):  # noqa: B008
    return logits


def huge(logits):
    return np.broadcast_to(logits[0, 0], (10**6, 10**6))


def many_values(logits):
    total = logits
    for _ in range(10**5):
        total = total * 1.0
    return total + 1


def endless_generator(logits):
    while True:
        yield logits


def patches(logits):
    np.exp = np.abs
    return np.exp(logits)


def nested(logits, depth=200):
    return nested(logits, depth - 1) + 1 if depth else logits


FUNCTIONS = [
    endless, stubborn, exits, recursive, hostile_value, hostile_default, huge, many_values,
    endless_generator, nested,
]  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_a_recorded_run_comes_back(function):
    ENOUGH.clear()
    try:
        record_safely(function, (np.ones((3, 2)),))
    finally:
        ENOUGH.set()
    running = [t for t in threading.enumerate() if t.name == "mlpkit-check"]
    for thread in running:
        thread.join(5)
    assert not any(thread.is_alive() for thread in running)


@pytest.mark.parametrize(
    "function", [f for f in FUNCTIONS if f not in (endless, stubborn)], ids=lambda f: f.__name__
)
def test_a_check_of_it_has_a_verdict(function):
    assert check("softmax", function).outcome in ("incorrect", "too slow to tell")


def test_what_a_recorded_run_patches_is_put_back():
    real = np.exp
    record_safely(patches, (np.ones((3, 2)),))
    assert np.exp is real
