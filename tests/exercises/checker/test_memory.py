"""The bound on memory: checks that overlap on two threads leave none behind."""

import threading

import pytest

from mlpkit.exercises.checker.memory import limit_memory

resource = pytest.importorskip("resource")


def bound():
    return resource.getrlimit(resource.RLIMIT_AS)


def test_checks_that_overlap_leave_no_bound_behind():
    before = bound()
    first_is_in, second_is_in, first_is_out = (threading.Event() for _ in range(3))

    def second():
        first_is_in.wait(60)
        with limit_memory():
            second_is_in.set()
            first_is_out.wait(60)

    thread = threading.Thread(target=second)
    thread.start()
    with limit_memory():
        first_is_in.set()
        second_is_in.wait(60)
    first_is_out.set()
    thread.join(60)
    assert bound() == before
