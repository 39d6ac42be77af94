"""The capstone: parity with other libraries, the challenge, its leaderboard, the one look, and the card."""

import importlib
import json
import os
import signal
import threading
import time

import numpy as np
import pytest

import mlpkit
from mlpkit import Dataset, Examples
from mlpkit.capstone import (
    board,
    card,
    challenge,
    leaderboard,
    look_at_test,
    model_card,
    parity,
    peers,
    predictions_so_far,
)
from mlpkit.exercises import mine, reveal
from mlpkit.exercises.predictions import guess
from tests.nets import examples

STORED = {name: peers.stored(name) for name in peers.LIBRARIES}


@pytest.fixture(autouse=True)
def book(tmp_path, monkeypatch):
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "book"))
    monkeypatch.setenv("MLPKIT_HEADLESS", "1")
    return tmp_path / "book"


@pytest.fixture(scope="module")
def data():
    splits = (examples(count, seed=seed) for seed, count in enumerate((120, 40, 50)))
    return Dataset("small", ("a", "b", "c"), *splits)


def recipe(data, rng):
    params = mlpkit.init_params([6, 8, 3], rng=rng)
    return mlpkit.train(params, data, optimizer=mlpkit.adam(0.01), epochs=1_000, batch_size=20, rng=rng)


def network(seed=0):
    return mlpkit.init_params([6, 8, 3], rng=np.random.default_rng(seed))


# parity


def own():
    _, loss_and_grads, optimizer, _ = mine.as_network("adam_step", 0.001)
    return loss_and_grads, optimizer


def test_the_same_numbers_as_the_stored_ones():
    found = parity(*own(), ask=lambda: STORED)
    assert found.same
    assert [row.who for row in found.rows] == ["yours", "scikit-learn", "PyTorch"]
    names = ["loss", "dW1", "db1", "dW2", "db2", "dW3", "db3", "10 Adam steps"]
    assert all(list(row.differences) == names for row in found.rows)
    assert max(max(row.differences.values()) for row in found.rows) < 1e-6
    assert "✗" not in repr(found)


@pytest.mark.parametrize("have", [(), ("PyTorch",), ("scikit-learn",), ("PyTorch", "scikit-learn")])
def test_the_table_reads_alike_whatever_is_installed(have, monkeypatch):
    real = peers._installed
    monkeypatch.setattr(peers, "_installed", lambda name: name in have and real(name))
    found = parity(*own())
    assert repr(found) == repr(parity(*own(), ask=lambda: STORED))
    for row in found.rows[1:]:
        if row.who not in have:
            assert row.source == "stored"


@pytest.mark.parametrize("name", peers.LIBRARIES)
def test_an_installed_library_says_what_is_stored(name):
    pytest.importorskip(peers.LIBRARIES[name][1])
    loss, grads, after = peers.LIBRARIES[name][2](*peers.problem())
    assert loss == pytest.approx(STORED[name].loss, rel=1e-9)
    for here, there in ((grads, STORED[name].grads), (after, STORED[name].after)):
        assert np.linalg.norm(here - there) < 1e-6 * np.linalg.norm(there)


def test_a_library_that_breaks_or_takes_too_long_is_stood_in_for(monkeypatch):
    monkeypatch.setattr(peers, "_installed", lambda name: True)
    monkeypatch.setattr(peers, "PATIENCE", 0.0)
    assert {said.source for said in peers.ask().values()} == {"stored"}


def test_the_loss_and_adam_are_not_trivially_equal():
    params, batches = peers.problem()
    said = STORED["PyTorch"]
    assert np.linalg.norm(said.after - params.flat) > 1e-3 * np.linalg.norm(params.flat)
    assert all(np.abs(part).max() > 0 for layer in params.like(said.grads) for part in layer)
    assert len(batches) == 10


def test_a_bias_gradient_averaged_twice_shows_in_its_columns_and_adam_hides_it():
    loss_and_grads, optimizer = own()

    def wrong(params, images, labels):
        loss, grads = loss_and_grads(params, images, labels)
        for layer in grads:
            layer.bias[...] /= len(labels)
        return loss, grads

    row = parity(wrong, optimizer, ask=dict).rows[0]
    off = [name for name, value in row.differences.items() if value > 1e-5]
    assert off == ["db1", "db2", "db3"]  # Adam measures each gradient in its own size
    assert not row.same


def test_nan_is_a_difference_and_an_error_gets_a_line():
    loss_and_grads, optimizer = own()

    def nan(params, images, labels):
        loss, grads = loss_and_grads(params, images, labels)
        return loss, grads.like(grads.flat * np.nan)

    assert "✗" in repr(parity(nan, optimizer, ask=lambda: STORED))

    def broken(params, images, labels):
        raise RuntimeError("no idea")

    found = parity(broken, optimizer, ask=lambda: STORED)
    assert "✗ RuntimeError: no idea" in repr(found)
    assert not found.same
    assert found.rows[1].same


def test_the_details_say_where_the_numbers_are_from():
    told = parity(*own(), ask=lambda: STORED).details()
    assert "PyTorch" in told
    assert "stored" in told


# the challenge


def test_a_budget_in_steps(data):
    done = challenge(recipe, data, name="small", steps=12)
    assert [run.seed for run in done.runs] == [0, 1, 2]
    assert [run.steps for run in done.runs] == [12, 12, 12]
    for run in done.runs:
        assert run.accuracy == mlpkit.evaluate(run.params, *data.valid).accuracy
    assert done.mean == pytest.approx(np.mean([run.accuracy for run in done.runs]))
    assert "12 steps for each seed" in repr(done)
    again = challenge(recipe, data, name="small", steps=12)
    assert [run.accuracy for run in again.runs] == [run.accuracy for run in done.runs]


def test_a_budget_in_seconds_of_computing(data, monkeypatch):
    monkeypatch.setenv("MLPKIT_HEADLESS", "0")
    began = time.process_time()
    done = challenge(recipe, data, name="small", seconds=0.2, seeds=(0, 1))
    assert 0.4 <= time.process_time() - began < 2
    assert all(0.2 <= run.seconds < 0.6 for run in done.runs)
    assert "0.2 s of computing" in repr(done)


def test_without_a_reader_the_budget_is_in_steps(data):
    assert {run.steps for run in challenge(recipe, data, name="small").runs} == {400}


def test_the_best_measured_network_counts_not_the_last(data):
    params = network()

    def up_and_down(data, rng):
        good = list(recipe(data, rng))[200]
        for number, p in enumerate((params, good.params, params), 1):
            yield good._replace(number=number, params=p, valid=mlpkit.evaluate(p, *data.valid))

    def short(data, rng):
        return (step for step, _ in zip(up_and_down(data, rng), range(3)))

    found = challenge(short, data, name="x", steps=50, seeds=(0,)).runs[0]
    assert found.accuracy > mlpkit.evaluate(params, *data.valid).accuracy
    assert found.accuracy == mlpkit.evaluate(found.params, *data.valid).accuracy


def test_the_recipe_does_not_get_the_test_images(data):
    seen = []

    def curious(data, rng):
        seen.append(len(data.test.images))
        return recipe(data, rng)

    challenge(curious, data, name="x", steps=1)
    assert seen == [0, 0, 0]


def test_progress_is_told_where_somebody_reads(data, monkeypatch, capsys):
    monkeypatch.setenv("MLPKIT_HEADLESS", "0")
    module = importlib.import_module("mlpkit.capstone.challenge")
    monkeypatch.setattr(module, "TOLD_EVERY", 0.0)
    challenge(recipe, data, name="x", steps=5, seeds=(7,))
    assert "seed 7: 100 % of the budget" in capsys.readouterr().out


def test_the_stop_button_ends_it_and_keeps_what_was_learned(data):
    before = signal.getsignal(signal.SIGINT)
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    done = challenge(recipe, data, name="x", steps=10**9)
    assert len(done.runs) == 1
    assert done.runs[0].steps > 1
    assert not done.complete
    assert "Stopped" in repr(done)
    assert str(leaderboard()) == repr(leaderboard()) == board.EMPTY
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"seconds": 0}])
def test_a_budget_that_cannot_be_is_refused(data, wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        challenge(recipe, data, name="x", **wrong)


def test_data_without_validation_and_recipes_without_steps_are_refused(data):
    with pytest.raises(ValueError, match="validation"):
        challenge(
            recipe, data._replace(valid=Examples(data.valid.images[:0], data.valid.labels[:0])), name="x"
        )
    with pytest.raises(TypeError, match="train"):
        challenge(lambda data, rng: [1, 2], data, name="x")


# the leaderboard


def test_only_equal_budgets_are_compared_best_first(data):
    for name, steps in (("short", 2), ("long", 60), ("short too", 2)):
        challenge(recipe, data, name=name, steps=steps)
    lines = repr(leaderboard()).splitlines()
    assert lines[0] == "2 steps for each seed"
    assert lines[3] == "60 steps for each seed"
    assert lines[4].startswith("  1. long: ≈ ")
    board.change(lambda found: found["entries"][2].update(accuracies=[1.0, 1.0]))
    assert "1. short too: ≈ 100.0 %" in repr(leaderboard())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'{"schema": 1, "entries": 3}',
        b'{"entries": [{"name": 1}]}',
    ],
)
def test_a_damaged_file_is_kept_and_said(book, content):
    book.mkdir()
    (book / "leaderboard.json").write_bytes(content)
    told = repr(leaderboard())
    assert "leaderboard.json is damaged" in told
    assert "leaderboard.damaged-1.json" in told
    assert (book / "leaderboard.damaged-1.json").read_bytes() == content
    assert repr(leaderboard()) == board.EMPTY


def test_what_is_sound_in_a_damaged_file_goes_on(data, book):
    challenge(recipe, data, name="sound", steps=2)
    content = json.loads((book / "leaderboard.json").read_text("utf-8"))
    content["entries"].append({"name": "half", "accuracies": [2.0]})
    (book / "leaderboard.json").write_text(json.dumps(content))
    done = challenge(recipe, data, name="next", steps=2)
    assert "damaged" in done.note
    told = repr(leaderboard())
    assert "sound" in told
    assert "next" in told
    assert "damaged" not in told
    assert "half" in (book / "leaderboard.damaged-1.json").read_text("utf-8")


def test_only_looking_at_a_damaged_file_loses_nothing(data, book):
    challenge(recipe, data, name="sound", steps=2)
    content = json.loads((book / "leaderboard.json").read_text("utf-8"))
    (book / "leaderboard.json").write_text(json.dumps({**content, "looks": "many"}))
    first, second = repr(leaderboard()), repr(leaderboard())
    assert first.splitlines()[1:] == second.splitlines()
    assert "1. sound" in second


def test_a_newer_file_is_left_alone(data, book):
    book.mkdir()
    (book / "leaderboard.json").write_text('{"schema": 2}')
    with pytest.raises(ValueError, match="newer mlpkit"):
        leaderboard()
    assert "newer mlpkit" in challenge(recipe, data, name="x", steps=2).note
    assert (book / "leaderboard.json").read_text() == '{"schema": 2}'


def test_where_nothing_can_be_written_the_result_is_still_there(data, book):
    book.write_text("a file, no folder")
    done = challenge(recipe, data, name="x", steps=2)
    assert len(done.runs) == 3
    assert "could not be put on the leaderboard" in done.note
    assert "could not be kept" in repr(look_at_test(done.params, data))
    made = model_card(done, data)
    assert made.path is None
    assert "could not be written" in made.note


# one look at the test set


def test_the_first_look_tells_and_the_same_network_tells_the_same(data):
    first = repr(look_at_test(network(), data, name="mine"))
    accuracy = mlpkit.evaluate(network(), *data.test).accuracy
    assert f"mine: ≈ {100 * accuracy:.1f} % of the 50 test images are right. This was your look." == first
    second = repr(look_at_test(network(), data, name="mine"))
    assert f"≈ {100 * accuracy:.1f} %" in second
    assert "the same network" in second
    assert len(board.read()[0]["looks"]) == 1


def test_a_second_network_is_refused_kindly(data):
    look_at_test(network(), data)
    told = repr(look_at_test(network(1), data))
    assert "You have had your look" in told
    assert "again=True" in told
    assert len(board.read()[0]["looks"]) == 1
    assert "look number 2" in repr(look_at_test(network(1), data, again=True))
    assert len(board.read()[0]["looks"]) == 2


# the card


def test_the_card_says_what_an_owner_must_know(data, book):
    done = challenge(recipe, data, name="small net", steps=40)
    look_at_test(done.params, data, name=done.name)
    made = model_card(done, data, use="For a test.", notes="Beware.")
    text = made.path.read_text("utf-8")
    assert made.path == book / "model_card.md"
    for part in (
        "# Model card: small net",
        "For a test.",
        "6-8-3, 83 parameters, relu",
        "120 images to learn from, 40 to choose by, 50 to test on",
        "40 steps for each of 3 seeds",
        "none, mlpkit stood in",
        "def recipe(data, rng):",
        "(the only look)",
        "Weakest class",
        "Beware.",
        "Written on ",
    ):
        assert part in text, part
    assert "Written on" not in repr(made)


def test_an_older_card_is_kept(data, book):
    for number, name in enumerate(("first", "second", "third")):
        made = model_card(challenge(recipe, data, name=name, steps=3), data)
        assert made.note == (f"Your older card is now model_card-{number}.md." if number else "")
    model_card(challenge(recipe, data, name="third", steps=3), data)
    names = sorted(path.name for path in book.glob("model_card*"))
    assert names == ["model_card-1.md", "model_card-2.md", "model_card.md"]
    assert "first" in (book / "model_card-1.md").read_text("utf-8")
    assert "third" in (book / "model_card.md").read_text("utf-8")


def test_the_card_tells_of_a_second_look_and_of_none(data):
    done = challenge(recipe, data, name="small", steps=3)
    assert "Test accuracy: not measured" in model_card(done, data).text
    look_at_test(network(9), data)
    look_at_test(done.params, data, again=True)
    assert "(look 2 of 2, so this number may be too good)" in model_card(done, data).text


def test_the_card_names_the_weakest_class_and_the_pair(data):
    done = challenge(recipe, data, name="small", steps=3)
    flat = np.zeros_like(done.params.flat)
    constant = done.params.like(flat)  # takes everything for class a
    done = done._replace(runs=[done.runs[0]._replace(params=constant)])
    text = model_card(done, data).text
    assert "≈ 0 % of them are recognised" in text
    assert "Most often mixed up: a and " in text


def test_no_network_no_card(data):
    done = challenge(recipe, data, name="x", steps=1)._replace(runs=[])
    with pytest.raises(ValueError, match="no network"):
        model_card(done, data)


# predictions


def test_the_record_counts_what_was_revealed_and_what_waits():
    assert predictions_so_far() == ([], 0)
    for id, answer in (("a", "x"), ("b", "y"), ("c", "x")):
        guess(id, "What?", ["x", "y"], answer=answer, sure=80)
    reveal("a", "x")
    reveal("b", "x")
    assert predictions_so_far() == ([(80, 2, 1)], 1)


def test_the_file_of_the_card_is_text_on_every_system(data, book):
    model_card(challenge(recipe, data, name="x", steps=1), data)
    assert (book / card.FILE).read_bytes().decode("utf-8").endswith("*\n")
