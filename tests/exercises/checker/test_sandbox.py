"""When a function is stopped, and what is said then; the clocks are made here, so no test measures time."""

import re
import threading

import numpy as np
import pytest

from mlpkit.exercises import check, exercise, progress
from mlpkit.exercises.checker import sandbox
from mlpkit.exercises.checker.sandbox import run_limited


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


class Clock:
    """A function that never ends, on a machine where each look at it takes `tick` and gives it `share`."""

    def __init__(self, monkeypatch, tick, share):
        self.now, self.used, self.tick, self.share, self.looks = 0.0, 0.0, tick, share, 0
        monkeypatch.setattr(sandbox.time, "monotonic", lambda: self.now)

    def acquire(self, timeout):
        self.looks += 1
        self.now += self.tick
        self.used += self.tick * self.share
        return False


@pytest.mark.parametrize(
    ("tick", "share", "status"),
    [
        (0.05, 1.0, "time"),  # it computes, and does not end
        (0.05, 0.5, "time"),
        (0.05, 0.0, "waiting"),  # it sleeps
        (0.5, 0.0, "busy"),  # the machine does not let anybody run
        (0.5, 0.001, "busy"),
    ],
)
def test_what_ends_the_wait(monkeypatch, tick, share, status):
    clock = Clock(monkeypatch, tick, share)
    assert sandbox._wait(clock, lambda: clock.used, 3.0, lambda: None, []) == status
    assert (clock.used > 3.0) == (status == "time")


def test_a_kernel_that_was_paused_for_an_hour_is_not_counted(monkeypatch):
    clock = Clock(monkeypatch, 3600.0, 0.0)
    clock.acquire = lambda timeout: Clock.acquire(clock, timeout) or clock.looks == 5
    assert sandbox._wait(clock, lambda: clock.used, 3.0, lambda: None, []) == "finished"


def test_each_part_of_the_work_has_the_time_for_itself(monkeypatch):
    clock = Clock(monkeypatch, 0.05, 1.0)
    parts = lambda: min(int(clock.used / 2), 5)  # noqa: E731
    assert sandbox._wait(clock, lambda: clock.used, 3.0, parts, []) == "time"
    assert 12.9 < clock.used < 13.2


def test_what_a_function_raises_does_not_get_out():
    def raises():
        raise SystemExit

    assert run_limited(raises).status == "finished"
    assert threading.active_count() < 20


def _slow_on_large(logits):
    for _ in range(200_000 if len(logits) < 7 else 10**12):
        pass
    return softmax(logits)


def _slow_and_wrong(logits):
    return 2 * _slow_on_large(logits)


def _endless_on_large(logits):
    while len(logits) == 7:
        pass
    return softmax(logits)


@pytest.mark.parametrize(
    ("function", "outcome"),
    [(_slow_on_large, "too slow to tell"), (_slow_and_wrong, "incorrect"), (_endless_on_large, "incorrect")],
)
@pytest.mark.usefixtures("soon")
def test_a_slow_right_answer_is_no_wrong_try(function, outcome, monkeypatch):
    monkeypatch.setattr("mlpkit.exercises.checker.check.SLOW", 0.001)
    result = check("softmax", function)
    assert result.outcome == outcome
    assert "7 rows of 10 logits" in result.message or outcome == "incorrect"
    assert result.as_json()["outcome"] == outcome


def test_too_slow_to_tell_is_not_counted(monkeypatch, tmp_path, capsys):
    from mlpkit.exercises.checker.result import Result
    from mlpkit.exercises.workbook import decorator
    from mlpkit.exercises.workbook.record import exercise_record
    from mlpkit.exercises.workbook.store import read_record

    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "book"))
    monkeypatch.setattr(decorator, "check", lambda name, f: Result(name, "too slow to tell", None, "slow"))
    assert exercise(softmax) is softmax
    assert exercise_record(read_record(), "softmax")["attempts"] == 0
    assert "not counted" in capsys.readouterr().out
    assert re.search(r"softmax +too slow to tell$", repr(progress()), re.MULTILINE)
    assert ">too slow to tell<" in progress()._repr_mimebundle_()["text/html"].replace("</span> ", ">")


def test_notes_of_the_check_are_shown_beside_those_of_the_workbook(monkeypatch, tmp_path, capsys):
    def relu(z):
        import os

        os.environ["MLPKIT_TEST_LEFT"] = "1"
        return np.maximum(z, 0)

    relu.__qualname__ = "relu"
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "book"))
    exercise(relu)
    shown = capsys.readouterr().out
    assert "restart the kernel" in shown
    assert "workbook" in shown


RECURSIVE = """
@exercise
def backward(layers, entered, dlogits):
    own = (entered[-1].T @ dlogits, dlogits.sum(axis=0))
    if len(layers) == 1:
        return [own]
    da = dlogits @ layers[-1][0].T
    return [*backward(layers[:-1], entered[:-1], da * (entered[-1] > 0)), own]
"""


@pytest.mark.parametrize("earlier", [None, lambda layers, entered, dlogits: []])
def test_a_recursive_answer_calls_itself(earlier, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "book"))
    space = {"np": np, "exercise": exercise, "__name__": "cell"}
    if earlier:
        space["backward"] = earlier
    exec(RECURSIVE, space)
    assert "passed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "source"),
    [
        (
            "init_params",
            "def init_params(sizes, rng):\n"
            "    pairs = zip(sizes, sizes[1:])\n"
            "    return ((rng.normal(0, np.sqrt(2 / a), (a, b)), np.zeros(b)) for a, b in pairs)\n",
        ),
        (
            "backward",
            "def backward(layers, entered, dlogits):\n"
            "    grads, dz = [], dlogits\n"
            "    for (weights, _), a in zip(layers[::-1], entered[::-1]):\n"
            "        grads.append((a.T @ dz, dz.sum(axis=0)))\n"
            "        dz = (dz @ weights.T) * (a > 0)\n"
            "    return reversed(grads)\n",
        ),
    ],
)
def test_a_lazy_answer_is_a_list_when_others_use_it(name, source, monkeypatch, tmp_path, capsys):
    import linecache

    from mlpkit.exercises import mine
    from mlpkit.exercises.catalog import exercises

    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "book"))
    space = {"np": np, "__name__": "cell"}
    linecache.cache["<cell>"] = (len(source), None, source.splitlines(keepends=True), "<cell>")
    exec(compile(source, "<cell>", "exec"), space)
    exercise(space[name])
    answer = getattr(mine, name)(*exercises()[name].cases[0].args)
    assert isinstance(answer, list)
    assert len(answer) == len(list(answer)) == 3
