"""The training deck without a browser: its buttons as functions, what it sends, and what it says."""

import asyncio
import json
import time
from types import SimpleNamespace

import nbclient
import numpy as np
import pytest

import mlpkit
from mlpkit.widgets import TrainingDeck
from mlpkit.widgets.training_deck import training_deck
from mlpkit.widgets.training_deck.deck_parts import thinned, tiles, weight_pictures
from mlpkit.widgets.training_deck.session import KEPT
from mlpkit.widgets.user_errors import user_error
from tests.notebooks import notebook, pytest_over
from tools import tidy

pytestmark = pytest.mark.clock


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(5)
    centres = rng.integers(40, 216, (3, 16))

    def some(n):
        labels = rng.integers(0, 3, n)
        noise = rng.normal(0, 25, (n, 16))
        return mlpkit.Examples(np.clip(centres[labels] + noise, 0, 255).astype(np.uint8), labels)

    return mlpkit.Dataset("blobs", ("<b>a</b>", "b", "c"), some(320), some(30), some(40))


def slow(params, images, labels):
    time.sleep(0.004)
    return mlpkit.loss_and_grads(params, images, labels)


def heard(deck):
    """Let a pretended page watch a deck, and collect what is sent to it."""
    messages = []
    deck.send = lambda content, buffers=None: messages.append((time.perf_counter(), content, buffers))
    deck._handle_custom_msg({"do": "watch", "value": {"page": "test", "on": True, "have": None}}, [])
    return messages


def ask(deck, name, value=None):
    deck._handle_custom_msg({"do": name, "value": value}, [])


def rows_heard(messages):
    """The table that a page would have: every message's rows put where they belong."""
    table = {}
    for _, content, buffers in messages:
        if "rows" in content:
            rows = np.frombuffer(buffers[content["rows"]["$array"]], np.float32).reshape(
                content["rows"]["shape"]
            )
            table.update({content["start"] + i: row for i, row in enumerate(rows)})
    return np.array([table[i] for i in sorted(table)])


async def until(condition, seconds=10):
    end = time.perf_counter() + seconds
    while not condition():
        assert time.perf_counter() < end, "it did not happen"
        await asyncio.sleep(0.001)


def test_data_alone_is_enough(data):
    deck = TrainingDeck(data)
    assert str(deck.params) == "16-128-64-3"
    assert repr(deck) == "Training deck: a 16-128-64-3 network, adam, batches of 64, 2 epochs of 320 images."
    asyncio.run(deck.finished())
    assert deck.status == "finished"
    assert len(deck.history) == 10
    assert repr(deck).startswith("Training deck: a 16-128-64-3 network, adam")
    assert "10 of 10 steps; validation accuracy ≈" in deck.summary()


def test_it_trains_as_a_plain_loop_does(data):
    params = mlpkit.init_params([16, 8, 3], rng=np.random.default_rng(0))
    deck = TrainingDeck(params, data, optimizer=mlpkit.sgd(0.1), epochs=3, rng=np.random.default_rng(7))
    asyncio.run(deck.finished())
    rng = np.random.default_rng(7)
    *_, last = mlpkit.train(params, data, optimizer=mlpkit.sgd(0.1), epochs=3, rng=rng)
    assert np.array_equal(deck.params.flat, last.params.flat)


def test_examples_without_validation_will_do(data):
    deck = TrainingDeck(data.train, epochs=1)
    asyncio.run(deck.finished())
    assert deck.summary() == "5 of 5 steps."


def test_bad_arguments_are_refused_at_once(data):
    with pytest.raises(ValueError, match="epochs is -1"):
        TrainingDeck(data, epochs=-1)
    with pytest.raises(ValueError, match="batch_size is 0"):
        TrainingDeck(data, batch_size=0)
    with pytest.raises(ValueError, match=r"shape \(0, 16\), their labels \(0,\): expected"):
        TrainingDeck(mlpkit.Examples(data.train.images[:0], data.train.labels[:0]))
    with pytest.raises(ValueError, match=r"their labels \(\): expected"):
        TrainingDeck((data.train.images, None))
    with pytest.raises(TypeError, match="pass a Dataset"):
        TrainingDeck("fashion_mnist")
    with pytest.raises(TypeError, match="optimizer is 'adam'"):
        TrainingDeck(data, optimizer="adam")
    with pytest.raises(ValueError, match="snapshot_bytes"):
        TrainingDeck(data, snapshot_bytes=0)


def test_pause_keeps_the_waiting_cell_waiting_and_stop_lets_it_go(data):
    async def scene():
        deck = TrainingDeck(data, epochs=100, loss_and_grads=slow)
        cell = asyncio.create_task(deck.finished())
        await until(lambda: len(deck.history) > 3)
        ask(deck, "pause")
        assert deck.status == "paused"
        await asyncio.sleep(0.1)
        steps = len(deck.history)
        await asyncio.sleep(0.1)
        assert len(deck.history) == steps
        assert not cell.done()
        ask(deck, "start")
        await until(lambda: len(deck.history) > steps)
        ask(deck, "stop")
        await asyncio.wait_for(cell, 1)
        return deck.status

    assert asyncio.run(scene()) == "stopped"


def test_one_step_is_one_step(data):
    deck = TrainingDeck(data, epochs=1)
    ask(deck, "step")
    ask(deck, "step")
    assert (deck.status, len(deck.history)) == ("paused", 2)
    for _ in range(5):
        ask(deck, "step")
    assert (deck.status, len(deck.history)) == ("finished", 5)


def test_a_slider_acts_on_the_next_step(data):
    async def scene():
        deck = TrainingDeck(data, optimizer=mlpkit.sgd, learning_rate=0.1, epochs=100, loss_and_grads=slow)
        deck.start()
        await until(lambda: len(deck.history) > 3)
        ask(deck, "change", {"learning_rate": 0.02})
        steps = len(deck.history)
        await until(lambda: len(deck.history) > steps + 3)
        deck.stop()
        return steps, deck.history.column("learning_rate")

    steps, rates = asyncio.run(scene())
    assert set(rates[:steps]) == {0.1}
    assert set(rates[steps:]) == {0.02}


def test_what_a_slider_cannot_be_is_told_and_changes_nothing(data):
    deck = TrainingDeck(data)
    messages = heard(deck)
    for value in (
        {"learning_rate": -1},
        {"learning_rate": "<b>"},
        {"momentum": 0.5},
        {"batch_size": 0},
        None,
    ):
        ask(deck, "change", value)
        assert messages[-1][1]["problem"], value
    assert deck.settings == (0.001, None, 64)


def test_a_paused_deck_says_that_the_cell_waits(data, capsys):
    async def scene():
        deck = TrainingDeck(data, epochs=30)
        messages = heard(deck)
        ask(deck, "step")
        assert (deck.status, deck.pack()["awaited"]) == ("paused", 0)
        cell = asyncio.create_task(deck.finished())
        await asyncio.sleep(0)
        assert messages[-1][1]["awaited"] == 1
        assert "press Continue or Stop" in capsys.readouterr().out
        ask(deck, "stop")
        await asyncio.wait_for(cell, 5)
        assert messages[-1][1]["awaited"] == 0

    asyncio.run(scene())


def test_a_ruined_run_says_since_when_also_when_it_is_archived(data):
    deck = TrainingDeck(data, optimizer=mlpkit.sgd, learning_rate=0.3, epochs=40)
    asyncio.run(deck.finished())
    assert deck.pack()["ruined"] is None
    deck = TrainingDeck(data, optimizer=mlpkit.sgd, learning_rate=0.3, epochs=40)
    for _ in range(100):
        deck.step()
    dead = deck.params.copy()
    dead.flat[:] = 0
    dead[-1].bias[...] = (-9, -9, 9)
    deck._session.run.now = deck._session.run.now._replace(params=dead)
    deck._session.run._steps = deck._session.run._from_now()
    deck.change(learning_rate=1e-9)
    for _ in range(60):
        deck.step()
    assert deck.history.column("accuracy")[60:100].mean() > 0.8
    assert 90 <= deck.pack()["ruined"] <= 130
    deck.reset()
    (old,) = deck.pack()["archived_runs"]
    assert 90 <= old["ruined"] <= 130
    assert deck.pack()["ruined"] is None


def test_a_run_that_an_error_ended_says_so_in_the_table(data):
    def broken(params, images, labels):
        if len(deck.history) == 3:
            raise ZeroDivisionError
        return mlpkit.loss_and_grads(params, images, labels)

    deck = TrainingDeck(data, loss_and_grads=broken)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(deck.finished())
    assert deck.pack()["failed"] == 1
    deck.reset()
    assert (deck.pack()["failed"], deck.pack()["archived_runs"][0]["failed"]) == (0, 1)


def test_reset_begins_again_and_keeps_the_run(data):
    deck = TrainingDeck(data, epochs=2)
    asyncio.run(deck.finished())
    first = deck.history
    ask(deck, "reset")
    assert deck.status == "ready"
    assert list(deck.runs) == ["run 1"]
    asyncio.run(deck.finished())
    assert list(deck.runs) == ["run 1", "run 2"]
    assert deck.runs["run 1"] is first
    assert deck.history.column("loss").tolist() == first.column("loss").tolist()


def test_reset_while_running_stops_the_former_run(data):
    async def scene():
        deck = TrainingDeck(data, epochs=50, loss_and_grads=slow)
        deck.start()
        await until(lambda: len(deck.history) > 3)
        deck.reset()
        steps = len(deck.runs["run 1"])
        await asyncio.sleep(0.15)
        assert len(deck.runs["run 1"]) == steps
        assert (deck.status, len(deck.history)) == ("ready", 0)
        deck.start()
        await until(lambda: len(deck.history) > 3)
        deck.stop()

    asyncio.run(scene())


def test_fork_branches_off_with_the_settings_of_the_moment(data):
    deck = TrainingDeck(data, epochs=4)
    asyncio.run(deck.finished())
    ask(deck, "scrub", 7)
    ask(deck, "change", {"learning_rate": 0.05})
    ask(deck, "fork", 7)
    assert (deck.status, len(deck.history)) == ("paused", 7)
    assert list(deck.runs) == ["run 1", "run 2, from step 7"]
    asyncio.run(go_on(deck))
    assert set(deck.history.column("learning_rate")[7:]) == {0.05}
    assert deck.history.column("loss")[6] == deck.runs["run 1"].column("loss")[6]


def test_an_archived_run_tells_the_rate_that_a_run_was_trained_with(data):
    """The slider moved before a fork, or a reset, is for the next run."""
    deck = TrainingDeck(data, epochs=2, learning_rate=0.02)
    asyncio.run(deck.finished())
    ask(deck, "change", {"learning_rate": 0.05, "batch_size": 50})
    ask(deck, "fork", 7)
    (old,) = deck.get_state("_packed")["_packed"]["content"]["archived_runs"]
    assert (old["learning_rate"], old["batch_size"]) == (0.02, 64)
    assert (deck.settings.learning_rate, deck.settings.batch_size) == (0.05, 50)


def test_a_closed_deck_keeps_its_curves_and_gives_back_its_memory(data):
    deck = TrainingDeck(data, epochs=2)
    asyncio.run(deck.finished())
    deck.close()
    assert [kept.step for kept in deck.history.snapshots] == [1, 10]
    assert len(deck.history) == 10


async def go_on(deck):
    deck.start()
    await deck.finished()


def test_runs_are_renamed_and_thrown_away_but_names_stay_different(data):
    deck = TrainingDeck(data, epochs=1)
    asyncio.run(deck.finished())
    deck.reset()
    asyncio.run(deck.finished())
    ask(deck, "rename", [1, "  slow   one "])
    ask(deck, "rename", [2, "slow one"])
    ask(deck, "rename", [2, "   "])
    assert list(deck.runs) == ["slow one", "run 2"]
    ask(deck, "drop", 2)  # the current run stays
    ask(deck, "drop", 1)
    assert list(deck.runs) == ["run 2"]


def test_archived_runs_and_their_memory_are_bounded(data):
    deck = TrainingDeck(data, epochs=2, snapshot_bytes=600_000)
    for _ in range(KEPT + 3):
        asyncio.run(deck.finished())
        deck.reset()
    held = {id(s.params.flat): s.params.flat.nbytes for h in deck.runs.values() for s in h.snapshots}
    assert len(deck.runs) == KEPT
    assert [len(history) for history in deck.runs.values()] == [10] * KEPT
    assert sum(held.values()) <= 600_000 + KEPT * 2 * deck.params.flat.nbytes  # first and last always stay


def test_an_error_is_told_with_its_line_and_raised_where_awaited(data):
    def broken(params, images, labels):
        if len(deck.history) == 3:
            raise ZeroDivisionError("<b>oh</b>")
        return mlpkit.loss_and_grads(params, images, labels)

    deck = TrainingDeck(data, loss_and_grads=broken)
    messages = heard(deck)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(deck.finished())
    said = messages[-1][1]
    assert said["status"] == "error"
    assert said["problem"].startswith("ZeroDivisionError: <b>oh</b>\nin broken, line ")
    assert 'raise ZeroDivisionError("<b>oh</b>")' in said["problem"]
    assert len(deck.history) == 3
    assert deck.pack()["problem"] == said["problem"]


def test_a_diverging_network_says_when_and_why(data):
    floats = mlpkit.Examples(data.train.images.astype(np.float32) * 100, data.train.labels)
    deck = TrainingDeck(floats, optimizer=mlpkit.sgd, learning_rate=100.0, epochs=30)
    messages = heard(deck)
    with pytest.raises(ValueError, match="the loss became"):
        asyncio.run(deck.finished())
    assert messages[-1][1]["problem"].startswith("the loss became")
    json.dumps(messages[-1][1], allow_nan=False)


def test_updates_are_few_and_hold_every_row(data):
    deck = TrainingDeck(data, epochs=60, loss_and_grads=slow)
    messages = heard(deck)
    asyncio.run(deck.finished())
    times = [when for when, *_ in messages]
    assert len(deck.history) == 300
    for i in range(len(times)):
        assert sum(times[i] <= t < times[i] + 1 for t in times) <= 10 + 2  # a button's answer is sent at once
    assert np.array_equal(rows_heard(messages)[:, 2], deck.history.column("loss").astype(np.float32))


def test_the_message_that_brings_the_last_step_says_finished_and_none_before_or_after_says_it_goes_on(data):
    deck = TrainingDeck(data, epochs=3)
    messages = heard(deck)
    asyncio.run(deck.finished())
    said = [(content["number"], content["status"]) for _, content, _ in messages if "status" in content]
    total = messages[-1][1]["total"]
    assert said[-1] == (total, "finished")
    assert all(status == ("finished" if number == total else "running") for number, status in said[1:])
    assert {status for number, status in said if number == total} == {"finished"}
    assert len(rows_heard(messages)) == total


@pytest.mark.parametrize("last_by_hand", [True, False])
def test_the_deck_is_finished_at_once_when_its_last_step_is_taken(data, last_by_hand):
    async def scene():
        deck = TrainingDeck(data, epochs=1)
        messages = heard(deck)
        for _ in range(4):
            ask(deck, "step")
        assert deck.status == "paused"
        if last_by_hand:
            ask(deck, "step")  # no turn of the event loop between the step and what is said
            assert (deck.status, messages[-1][1]["status"]) == ("finished", "finished")
        else:
            ask(deck, "start")
            await asyncio.sleep(0)  # one turn is enough for the one step that is left
            assert (deck.status, messages[-1][1]["status"]) == ("finished", "finished")
        assert messages[-1][1]["number"] == messages[-1][1]["total"] == 5
        assert messages[-1][1]["left"] is None

    asyncio.run(scene())


def test_who_does_not_look_gets_nothing_and_loses_nothing(data):
    async def scene():
        deck = TrainingDeck(data, epochs=30, loss_and_grads=slow)
        messages = heard(deck)
        deck.start()
        await until(lambda: len(messages) > 3)
        ask(deck, "watch", {"page": "test", "on": False})
        await asyncio.sleep(0.02)
        sent = len(messages)
        await until(lambda: deck.status == "finished")
        assert len(messages) == sent
        have = {"run": 1, "rows": len(rows_heard(messages))}
        ask(deck, "watch", {"page": "test", "on": True, "have": have})
        assert len(messages) == sent + 1
        assert messages[-1][1]["start"] == have["rows"]
        return rows_heard(messages), deck.history

    rows, history = asyncio.run(scene())
    assert np.array_equal(rows[:, 2], history.column("loss").astype(np.float32))


def test_looking_back_shows_the_nearest_network_kept_and_says_which(data):
    deck = TrainingDeck(data, epochs=20, snapshot_bytes=1_500_000)
    asyncio.run(deck.finished())
    messages = heard(deck)
    ask(deck, "scrub", 37)
    kept = deck.history.at(37)
    assert 0 < kept.step < 37
    said = messages[-1][1]
    assert (said["looking"], said["shown"]) == (37, kept.step)
    seen = np.frombuffer(messages[-1][2][said["probabilities"]["$array"]], np.float32).reshape(-1, 3)
    expected = mlpkit.softmax(mlpkit.forward(kept.params, deck._tiles.images).logits)
    assert np.allclose(seen, expected, atol=1e-6)
    ask(deck, "scrub", 0)
    assert messages[-1][1]["shown"] == 0
    ask(deck, "scrub", None)
    assert messages[-1][1]["shown"] == 100


def test_a_fresh_page_gets_everything(data):
    deck = TrainingDeck(data, epochs=2)
    asyncio.run(deck.finished())
    deck.reset()
    packed = deck.get_state("_packed")["_packed"]
    assert packed["content"]["names"] == ["<b>a</b>", "b", "c"]  # as it is: the page makes text nodes
    (run,) = packed["content"]["archived_runs"]
    assert run["rows"]["shape"] == [10, 7]
    history = deck.runs["run 1"]
    assert (run["steps"], run["best"]) == (10, np.nanmax(history.column("valid_accuracy")))
    assert run["loss"] == pytest.approx(history.column("loss").mean())
    assert all(isinstance(buffer, bytes) for buffer in packed["buffers"])
    json.dumps(packed["content"], allow_nan=False)


def test_where_nothing_is_left_to_train_nobody_waits(data):
    deck = TrainingDeck(data, epochs=0)
    asyncio.run(asyncio.wait_for(deck.finished(), 5))
    assert deck.status == "finished"
    deck = TrainingDeck(data, epochs=1)
    asyncio.run(deck.finished())
    deck.fork(5)
    asyncio.run(asyncio.wait_for(go_on(deck), 5))
    assert deck.status == "finished"
    assert len(deck.runs) == 2


def test_a_slow_function_is_asked_less_often_for_pictures(data, monkeypatch):
    now = [
        0.0
    ]  # a clock that moves only when work is done: a hundredth of a second for a step or for pictures
    monkeypatch.setattr(training_deck, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    monkeypatch.setattr(training_deck, "thread_time", lambda: now[0])

    def busy(params, images, labels):
        now[0] += 0.01
        return mlpkit.loss_and_grads(params, images, labels)

    def updates(share):
        monkeypatch.setattr(training_deck, "SHARE", share)
        deck = TrainingDeck(data.train, epochs=16, loss_and_grads=busy)
        messages = heard(deck)
        before = len(messages)
        for _ in range(200):
            now[0] += 0.01
            deck._ticked()
        return len(messages) - before

    assert 0 < updates(share=40) <= 6  # two seconds of work, a fortieth of it for pictures
    assert updates(share=0) > 6


def test_a_long_run_is_sent_in_pieces_that_the_page_asks_for(data, monkeypatch):
    monkeypatch.setattr(training_deck, "ROWS", 30)
    deck = TrainingDeck(data, epochs=20)
    asyncio.run(deck.finished())
    assert deck.pack()["rows"].shape == (30, 7)
    messages, have = heard(deck), {"run": 1, "rows": 30}
    while have["rows"] < messages[-1][1]["length"]:
        ask(deck, "watch", {"page": "test", "on": True, "have": have})
        assert messages[-1][1]["start"] == have["rows"]
        have["rows"] = len(rows_heard(messages))
    assert np.array_equal(rows_heard(messages)[:, 2], deck.history.column("loss").astype(np.float32))


def test_a_thinned_table_keeps_means_and_every_validation_it_can():
    rows = np.column_stack([np.arange(1, 10_001), np.zeros(10_000), np.linspace(2, 0, 10_000)])
    rows = np.column_stack([rows, np.full((10_000, 4), np.nan)])
    rows[999::1000, -2:] = 0.5
    few = thinned(rows)
    assert 1500 <= len(few) <= 2000
    assert np.array_equal(few[0], rows[0], equal_nan=True)
    assert np.allclose(few[:, 2], np.interp(few[:, 0], rows[:, 0], rows[:, 2]), atol=0.002)
    assert few[1:10, 0].tolist() == [3, 6, 10, 15, 21, 27, 33, 39, 45]
    assert few[np.isfinite(few[:, -1]), 0].tolist() == rows[999::1000, 0].tolist()
    assert np.array_equal(thinned(rows[:1999]), rows[:1999], equal_nan=True)


def test_closing_stops_training(data):
    async def scene():
        deck = TrainingDeck(data, epochs=100, loss_and_grads=slow)
        deck.start()
        await until(lambda: len(deck.history) > 2)
        deck.close()
        await asyncio.sleep(0.1)
        steps = len(deck.history)
        await asyncio.sleep(0.1)
        return deck.status, len(deck.history) - steps

    assert asyncio.run(scene()) == ("stopped", 0)


def test_an_interrupted_cell_stops_training_and_keeps_what_was_learned(data):
    async def scene():
        deck = TrainingDeck(data, epochs=100, loss_and_grads=slow)
        cell = asyncio.create_task(deck.finished())
        await until(lambda: len(deck.history) > 2)
        cell.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cell
        return deck.status, len(deck.history)

    status, steps = asyncio.run(scene())
    assert status == "stopped"
    assert steps > 2


def test_one_image_of_each_class_comes_first(data):
    images, labels, names, split = tiles(data, 3)
    assert labels[:3].tolist() == [0, 1, 2]
    assert len(images) == 16
    assert names == ["<b>a</b>", "b", "c"]
    assert split == "validation"
    assert np.array_equal(images[0], data.valid.images[np.argmax(data.valid.labels == 0)])
    few, *_, split = tiles(mlpkit.Examples(data.test.images[:5], data.test.labels[:5]), 3)
    assert (len(few), split) == (5, "training")


def test_weights_fit_into_a_byte_each(data):
    params = mlpkit.init_params([16, 8, 3], rng=np.random.default_rng(0))
    pictures, limit = weight_pictures(params)
    assert pictures.shape == (8, 16)
    assert np.allclose(pictures * (limit / 127), params[0].weights.T, atol=limit / 100)
    assert not weight_pictures(params.like(np.zeros_like(params.flat)))[0].any()
    assert weight_pictures(params.like(np.full_like(params.flat, np.nan)))[0].shape == (8, 16)


def test_an_error_names_the_learners_line_also_below_mlpkits(data):
    try:
        mlpkit.softmax("text")
    except (TypeError, ValueError) as error:
        said = user_error(error)
    assert "in test_an_error_names_the_learners_line_also_below_mlpkits" in said
    assert 'mlpkit.softmax("text")' in said


NOTEBOOK = """
import numpy as np
import mlpkit
from mlpkit.widgets import TrainingDeck, training_deck
rng = np.random.default_rng(0)
data = mlpkit.Examples(rng.integers(0, 256, (640, 16), dtype=np.uint8), rng.integers(0, 3, 640))
deck = TrainingDeck(data, epochs=3)
deck
"""


def test_without_a_browser_the_cells_run_in_order_and_the_stored_picture_gives_nothing_away(
    monkeypatch, tmp_path
):
    monkeypatch.setenv("MLPKIT_HEADLESS", "1")
    cells = notebook(NOTEBOOK, "await deck.finished()", "print(deck.status, len(deck.history))", "deck")
    before = nbclient.NotebookClient(notebook(NOTEBOOK), timeout=60).execute().cells[0].outputs
    done = nbclient.NotebookClient(cells, timeout=60).execute().cells
    assert "".join(output.text for output in done[2].outputs) == "finished 30\n"
    assert done[1].outputs == []
    assert len(done[0].outputs) == 1
    sentence = "Training deck: a 16-128-64-3 network, adam, batches of 64, 3 epochs of 640 images."
    assert done[0].outputs[0].data["text/plain"] == before[0].data["text/plain"] == sentence
    assert done[0].outputs[0].data["image/png"] == before[0].data["image/png"]  # the network before it trains
    assert done[3].outputs[0].data["image/png"] != before[0].data["image/png"]  # shown again: its curves


@pytest.mark.slow
def test_nbval_finds_a_stored_deck_unchanged_and_a_changed_one_changed(tmp_path):
    cells = notebook(NOTEBOOK, "await deck.finished()", "print(deck.summary())")
    stored = tidy.tidy(nbclient.NotebookClient(cells, timeout=60).execute())
    assert "image/png" in stored.cells[0].outputs[0].data
    assert tidy.WIDGET_VIEW not in stored.cells[0].outputs[0].data
    for name in ("same", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "same" / "a.ipynb").write_text(tidy.text_of(stored), "utf-8")
    stored.cells[0].source = stored.cells[0].source.replace("epochs=3", "epochs=2")
    (tmp_path / "other" / "a.ipynb").write_text(tidy.text_of(stored), "utf-8")
    same = pytest_over(tmp_path / "same")
    assert same.returncode == 0, same.stdout[-3000:]
    assert pytest_over(tmp_path / "other").returncode == 1
