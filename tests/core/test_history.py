"""History: every row kept, snapshots thinned within their bound, CSV, and forks from what was kept."""

import csv
import errno
import pickle
import tracemalloc
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mlpkit
from mlpkit import History, Snapshot, Step, train
from mlpkit.core.history import COLUMNS, _bytes
from mlpkit.core.optimizers import State
from tests.core.test_training import dataset, go, net, same
from tests.nets import examples


def fake_steps(count, params=None, state=None, first=1):
    """Steps whose numbers are easy to recognise."""
    params = net((2, 2)) if params is None else params
    for number in range(first, first + count):
        valid = mlpkit.Metrics(number / 10, 0.5) if number % 10 == 0 else None
        own = params.like(np.full_like(params.flat, number))
        yield Step(number, number // 10, number / 2, 0.25, 0.1, own, own, state or State(number, 0.1), valid)


# Rows


def test_columns_hold_every_step():
    steps = list(go(dataset(), epochs=3))
    history = History().extend(steps)
    assert len(history) == len(steps) == 24
    for name, field in (
        ("step", "number"), ("epoch", "epoch"), ("loss", "loss"),
        ("accuracy", "accuracy"), ("learning_rate", "learning_rate"),
    ):  # fmt: skip
        np.testing.assert_array_equal(history.column(name), [getattr(step, field) for step in steps])
    assert history.column("step").dtype.kind == history.column("epoch").dtype.kind == "i"
    valid = history.column("valid_accuracy")
    assert np.flatnonzero(~np.isnan(valid)).tolist() == [7, 15, 23]
    assert valid[7] == steps[7].valid.accuracy
    assert history.column("valid_loss")[23] == steps[23].valid.loss
    seconds = history.column("seconds")
    assert seconds[0] == 0
    assert (np.diff(seconds) >= 0).all()
    np.testing.assert_array_equal(history.rows[:, 2], history.column("loss"))


def test_columns_are_copies_and_rows_cannot_be_written():
    history = History().extend(fake_steps(5))
    history.column("loss")[:] = 0
    assert history.column("loss")[4] == 2.5
    with pytest.raises(ValueError, match="read-only"):
        history.rows[0, 0] = 9
    history.append(next(fake_steps(1, first=6)))  # and goes on
    assert len(history) == 6


def test_extend_takes_a_generator_and_goes_on():
    history = History()
    assert history.extend(fake_steps(3)) is history
    history.extend(fake_steps(3, first=4))
    assert history.column("step").tolist() == [1, 2, 3, 4, 5, 6]


def test_a_run_that_diverges_or_is_interrupted_leaves_its_rows():
    squared = partial(
        mlpkit.loss_and_grads, loss=mlpkit.mean_squared_error, loss_grad=mlpkit.mean_squared_error_grad
    )
    history = History()
    with pytest.raises(ValueError, match="the loss became"):
        history.extend(go(optimizer=mlpkit.sgd(1e6), epochs=50, loss_and_grads=squared))
    assert len(history) > 0
    assert np.isfinite(history.column("loss")).all()

    def interrupted(params, images, labels):
        if len(stopped) == 5:
            raise KeyboardInterrupt
        return mlpkit.loss_and_grads(params, images, labels)

    stopped = History()
    stopped.extend(go(loss_and_grads=interrupted))
    assert len(stopped) == 5
    assert stopped.at(5).step == 5


def test_an_interrupt_between_two_steps_keeps_the_history():
    def pressed_in_between():
        yield from fake_steps(3)
        raise KeyboardInterrupt

    history = History().extend(pressed_in_between())
    assert len(history) == 3
    history.extend(fake_steps(2, first=4))
    assert history.column("step").tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "wrong",
    [{"loss": None}, {"accuracy": "0.5"}, {"learning_rate": np.zeros(3)}, {"loss": 1j},
     {"valid": (1, 2, 3)}, {"valid": (1,)}, {"valid": 0.5}],
)  # fmt: skip
@pytest.mark.parametrize("first", [True, False])
def test_a_step_that_cannot_be_recorded_is_refused_whole(wrong, first):
    one, two, three = fake_steps(3)
    history = History() if first else History().extend([one])
    with pytest.raises(TypeError, match=r"step 2 cannot be recorded .*: expected number, epoch, loss"):
        history.append(two._replace(**wrong))
    assert len(history) == len(history.snapshots) == (not first)
    history.extend([two, three])  # nothing of it is left in the way
    assert history.column("loss").tolist()[-2:] == [1, 1.5]
    assert history.at(2).step == 2


# Snapshots


def test_a_bound_in_a_small_number_of_numpys():
    history = History(np.uint8(200), steps=np.uint8(9)).extend(fake_steps(9))
    history.shrink(np.int8(100))
    assert [snapshot.step for snapshot in history.snapshots] == [1, 9]


@given(count=st.integers(1, 300), room=st.integers(1, 40), first=st.integers(1, 500))
def test_thinning_keeps_the_bound_the_ends_an_even_spread_and_every_row(count, room, first):
    one = _bytes(Snapshot(1, 0, net((2, 2)), State(1, 0.1)))
    history = History(snapshot_bytes=one * room)
    for i, step in enumerate(fake_steps(count, first=first), 1):
        history.append(step)
        kept = [snapshot.step for snapshot in history.snapshots]
        assert len(kept) <= max(2, room)
        assert (kept[0], kept[-1]) == (first, first + i - 1)
        assert kept == sorted(set(kept))
    gaps = np.diff(kept)
    if len(gaps) > 3:
        assert len(set(gaps[1:-1])) == 1  # all alike but for the first and the last
    if count > 4 * room and room >= 8:
        assert len(kept) > room / 2 - 2  # and no more is dropped than must be
    assert len(history) == count
    assert all(snapshot.params.flat[0] == snapshot.step for snapshot in history.snapshots)


@given(count=st.integers(1, 300), room=st.integers(2, 40))
def test_a_run_of_known_length_spreads_its_snapshots_from_the_beginning(count, room):
    one = _bytes(Snapshot(1, 0, net((2, 2)), State(1, 0.1)))
    history, seen = History(snapshot_bytes=one * room, steps=count), set()
    for step in fake_steps(count):
        history.append(step)
        kept = [snapshot.step for snapshot in history.snapshots]
        assert len(kept) <= room
        assert seen <= set(kept)  # nothing but the latest is kept only to be dropped
        seen |= set(kept[:-1])
    unknown = History(snapshot_bytes=one * room).extend(fake_steps(count))
    assert len(kept) >= len(unknown.snapshots) / 2  # and they are about as many at the end


@pytest.mark.parametrize(
    "sizes, optimizer, steps",
    [
        ((2, 2), mlpkit.sgd(0.1), 4000),
        ((6, 5, 5, 5, 3), mlpkit.adam(), 2000),
        ((6, 100, 3), mlpkit.adam(), 600),
        ((6, 500, 3), mlpkit.momentum(0.1), 100),
    ],
)
def test_memory_of_snapshots_stays_within_the_bound(sizes, optimizer, steps):
    bound, params, state = 500_000, net(sizes), None
    grads = params.like(np.ones_like(params.flat))
    history, state = History(snapshot_bytes=bound), optimizer.init(params)
    tracemalloc.start()
    try:
        for number in range(1, steps + 1):
            params, state = optimizer.update(params, grads, state)
            history.append(Step(number, 0, 1.0, 0.5, 0.1, params, grads, state, None))
        used = tracemalloc.get_traced_memory()[0] - history.rows.nbytes
    finally:
        tracemalloc.stop()
    assert used < bound * 1.05
    assert len(history) == steps
    assert used > bound / 8  # thinned by half at a time, and counted rather too high, but not emptied


def test_states_of_every_kind_are_counted():
    array = np.zeros(1000)
    params = net((10, 10))
    assert _bytes(array) >= 8000
    assert _bytes({"velocity": [array, array]}) >= 16000
    assert _bytes((params, [params])) >= 2 * params.flat.nbytes
    assert _bytes(None) < 1000
    room = History(snapshot_bytes=100_000)
    room.extend(fake_steps(100, state={"mine": [array]}))
    assert len(room.snapshots) <= 12


def test_at_gives_the_nearest_kept_at_or_before_and_says_which():
    history = History().extend(fake_steps(10, first=5))
    assert history.at(7).step == 7
    assert history.at(10**9).step == 14
    assert history.at(np.int64(9)).params.flat[0] == 9
    thinned = History(snapshot_bytes=1).extend(fake_steps(10))
    assert [snapshot.step for snapshot in thinned.snapshots] == [1, 10]
    assert thinned.at(9).step == 1
    with pytest.raises(ValueError, match="no snapshot at or before step 4: the first is step 5"):
        history.at(4)
    with pytest.raises(ValueError, match="nothing is recorded yet"):
        History().at(1)


@pytest.mark.parametrize("step", [1, 6, 8, 13])
def test_a_run_forks_exactly_from_a_snapshot(step):
    data, optimizer = dataset(), mlpkit.adam(mlpkit.cosine(0.01, 16))
    history, whole = History(), list(go(data, optimizer=optimizer))
    history.extend(whole)
    kept = history.at(step)
    fork = list(go(data, kept.params, optimizer=optimizer, state=kept.state, start=kept.step))
    assert all(same(a, b) for a, b in zip(fork, whole[step:]))
    forked = History().extend(fork)
    assert forked.column("step").tolist() == list(range(step + 1, 17))
    np.testing.assert_array_equal(forked.column("loss"), history.column("loss")[step:])


def test_snapshots_do_not_change_as_training_goes_on():
    history = History()
    for step in train(
        net(),
        examples(),
        optimizer=mlpkit.momentum(0.1),
        epochs=2,
        rng=np.random.default_rng(0),
        batch_size=8,
    ):
        history.append(step)
        if step.number == 1:
            first, before = history.at(1), history.at(1).params.flat.copy()
    np.testing.assert_array_equal(first.params.flat, before)
    assert history.at(1) is first


# CSV, pickle, text


def test_csv(tmp_path):
    history = History().extend(fake_steps(20))
    history.to_csv(tmp_path / "run.csv")
    with (tmp_path / "run.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    assert tuple(head) == COLUMNS
    assert len(rows) == 20
    assert rows[9][:7] == ["10", "1", "5.0", "0.25", "0.1", "1.0", "0.5"]
    assert rows[10][5:7] == ["", ""]
    back = np.array([[float(cell or "nan") for cell in row] for row in rows])
    np.testing.assert_array_equal(back, history.rows)
    with pytest.raises(OSError):
        history.to_csv(tmp_path / "nowhere" / "run.csv")


def test_a_csv_that_cannot_be_written_leaves_the_older_one(tmp_path, monkeypatch):
    history = History().extend(fake_steps(20))
    history.to_csv(tmp_path / "run.csv")
    before = (tmp_path / "run.csv").read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(History, "rows", property(lambda self: Broken()))
    with pytest.raises(OSError):
        history.to_csv(tmp_path / "run.csv")
    monkeypatch.undo()
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError):
        history.to_csv(tmp_path / "run.csv")
    assert (tmp_path / "run.csv").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["run.csv"]


class Broken:
    """Rows of which the second cannot be had."""

    def tolist(self):
        yield [1.0] * len(COLUMNS)
        raise OSError(errno.EIO, "broken")


def test_an_empty_history():
    history = History()
    assert (len(history), repr(history), history.snapshots) == (0, "History(empty)", [])
    assert history.column("loss").shape == (0,)
    assert history.rows.shape == (0, len(COLUMNS))


def test_it_prints_and_pickles():
    history = History().extend(fake_steps(1234))
    assert repr(history) == "History(1,234 steps, loss 617.0000, 1234 snapshots)"
    again = pickle.loads(pickle.dumps(history))
    np.testing.assert_array_equal(again.rows, history.rows)
    again.append(next(fake_steps(1, first=1235)))
    assert (len(again), len(history)) == (1235, 1234)


# Refusals


def test_refusals():
    history = History().extend(fake_steps(3))
    with pytest.raises(TypeError, match=r"tuple is not a Step: pass what train\(\.\.\.\) yields"):
        history.append((1, 2, 3))
    with pytest.raises(ValueError, match=r"step 3 comes after step 3.*new History for a new run"):
        history.append(next(fake_steps(1, first=3)))
    with pytest.raises(ValueError, match=r"no column 'losses': the columns are step, epoch, loss"):
        history.column("losses")
    assert len(history) == 3


@pytest.mark.parametrize(
    "bound, error", [(0, ValueError), (-1, ValueError), (1.5, TypeError), (True, TypeError)]
)
def test_a_bound_that_is_none(bound, error):
    with pytest.raises(error, match=f"snapshot_bytes is {bound}"):
        History(snapshot_bytes=bound)
