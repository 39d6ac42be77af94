"""The pump: others have their turn while it works, it stops when told, and errors are told."""

import asyncio
import time

import pytest

from mlpkit.widgets.pump import SLICE, Pump


def drive(work, during=None, seconds=5):
    """Run a pump in an event loop; give back what its end was told, and how often `after` was called."""
    told = {"afters": 0}

    async def scene():
        over = asyncio.Event()

        def after():
            told["afters"] += 1

        def ended(error):
            told["error"] = error
            over.set()

        pump = Pump(work, after, ended)
        pump.start()
        assert pump.running
        if during is not None:
            await during(pump)
        await asyncio.wait_for(over.wait(), seconds)
        assert not pump.running

    asyncio.run(scene())
    return told


def pieces(n, seconds=0.0):
    left = iter(range(n))

    def work():
        time.sleep(seconds)
        return next(left, None) is not None

    return work


def test_it_works_to_the_end():
    assert drive(pieces(1000))["error"] is None


def test_others_have_their_turn_between_slices():
    waits = []

    async def click(pump):
        while pump.running:
            before = time.perf_counter()
            await asyncio.sleep(0)
            waits.append(time.perf_counter() - before)

    told = drive(pieces(60, 0.005), click)
    assert told["afters"] >= 3
    assert max(waits) < 5 * SLICE  # generous for a busy machine: 0.3 s is what a click may take


def test_it_stops_before_the_next_piece():
    done = []

    async def stop(pump):
        await asyncio.sleep(0)
        pump.stop()

    drive(lambda: done.append(time.sleep(0.001)) or True, stop)
    assert 0 < len(done) <= 2 * SLICE / 0.001


@pytest.mark.parametrize("error", [ValueError("a learner's mistake"), KeyboardInterrupt()])
def test_an_error_ends_it_and_is_told(error):
    def work():
        raise error

    assert drive(work)["error"] is error


def test_starting_twice_is_starting_once():
    async def again(pump):
        pump.stop()
        pump.start()

    assert drive(pieces(10), again)["error"] is None


def test_outside_an_event_loop_it_says_what_to_do():
    with pytest.raises(RuntimeError, match=r"asyncio\.run"):
        Pump(lambda: False, lambda: None, lambda error: None).start()
