"""A function that will not end is stopped without threads, as in a browser tab."""

import sys
import time

import pytest

from mlpkit.exercises.checker import threadless
from mlpkit.exercises.checker.sandbox import FINISHED, INTERRUPTED, TIME
from tests.lite.endless import NEVER_ENDS, learners

watched = pytest.mark.skipif(not hasattr(sys, "monitoring"), reason="Python 3.12 or newer can be watched")


@watched
@pytest.mark.timeout(60)
@pytest.mark.parametrize("source", NEVER_ENDS.values(), ids=NEVER_ENDS)
def test_what_never_ends_is_stopped(source):
    assert threadless.run_here(learners(source), 0.2).status == TIME
    assert sys.monitoring.get_tool(5) is None


@pytest.mark.timeout(60)
def test_a_sleep_ends_with_the_time():
    assert threadless.run_here(learners("time.sleep(1000)"), 0.2).status == TIME
    time.sleep(0)  # the real one is back
    assert time.sleep.__name__ == "sleep"


def test_what_ends_is_left_alone():
    done = []
    assert threadless.run_here(lambda: done.append(sum(range(10_000))), 5).status == FINISHED
    assert done == [49_995_000]


def test_nothing_that_is_raised_gets_out():
    def fail():
        raise SystemExit

    def stop():
        raise KeyboardInterrupt

    assert threadless.run_here(fail).status == FINISHED
    assert threadless.run_here(stop).status == INTERRUPTED


@watched
def test_a_part_that_is_done_gives_new_time(monkeypatch):
    now, parts = [0.0], []
    monkeypatch.setattr(threadless.time, "monotonic", lambda: now[0])

    def work():
        for part in range(4):
            for _ in range(1000):
                now[0] += 0.002
            parts.append(part)

    assert threadless.run_here(work, 3.0, lambda: len(parts)).status == FINISHED
    assert parts == [0, 1, 2, 3]
    assert threadless.run_here(work, 3.0).status == TIME
