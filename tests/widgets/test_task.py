"""A sliced task: others have their turn while it works, it stops when told, and errors are told."""

import asyncio
from types import SimpleNamespace

import pytest

from mlpkit.widgets import task as module
from mlpkit.widgets.task import SLICE, SlicedTask


def drive(work, during=None, seconds=5):
    """Run a task in an event loop; give back what its end was told, and how often `after` was called."""
    told = {"afters": 0}

    async def scene():
        over = asyncio.Event()

        def after():
            told["afters"] += 1

        def ended(error):
            told["error"] = error
            over.set()

        task = SlicedTask(work, after, ended)
        task.start()
        assert task.running
        if during is not None:
            await during(task)
        await asyncio.wait_for(over.wait(), seconds)
        assert not task.running

    asyncio.run(scene())
    return told


def pieces(n):
    left = iter(range(n))
    return lambda: next(left, None) is not None


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is told that work took time: this machine's may be busy."""
    now = SimpleNamespace(seconds=0.0)
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: now.seconds))
    return now


def test_it_works_to_the_end():
    assert drive(pieces(1000))["error"] is None


def test_others_have_their_turn_between_slices(clock):
    turns = []

    def piece():
        clock.seconds += 0.005
        return clock.seconds < 0.3

    async def click(task):
        while task.running:
            turns.append(clock.seconds)
            await asyncio.sleep(0)

    told = drive(piece, click)
    waits = [later - earlier for earlier, later in zip(turns, turns[1:])]
    assert SLICE <= max(waits) < SLICE + 0.006  # one piece may have begun just before the slice ended
    assert told["afters"] == pytest.approx(0.3 / SLICE, abs=1)


def test_it_stops_before_the_next_piece(clock):
    done = []

    def piece():
        done.append(1)
        clock.seconds += SLICE / 4
        return True

    async def stop(task):
        await asyncio.sleep(0)
        task.stop()

    drive(piece, stop)
    assert len(done) == 4  # the slice in which it was told


@pytest.mark.parametrize("error", [ValueError("a learner's mistake"), KeyboardInterrupt()])
def test_an_error_ends_it_and_is_told(error):
    def work():
        raise error

    assert drive(work)["error"] is error


def test_starting_twice_is_starting_once():
    async def again(task):
        task.stop()
        task.start()

    assert drive(pieces(10), again)["error"] is None


def test_outside_an_event_loop_it_says_what_to_do():
    with pytest.raises(RuntimeError, match=r"asyncio\.run"):
        SlicedTask(lambda: False, lambda: None, lambda error: None).start()
