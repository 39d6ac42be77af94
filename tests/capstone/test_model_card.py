"""One look at the test set, the card, and the record of predictions."""

from importlib import import_module

import numpy as np
import pytest

import mlpkit
from mlpkit import figures
from mlpkit.capstone import challenge, look_at_test, model_card, predictions_so_far
from mlpkit.exercises import reveal
from mlpkit.exercises.quiz.guess import guess
from mlpkit.exercises.workbook.store import change_record
from tests.capstone.recipes import network, recipe

leaderboard_file = import_module("mlpkit.capstone.leaderboard")
model_card_file = import_module("mlpkit.capstone.model_card")


def test_the_first_look_tells_and_the_same_network_tells_the_same(data):
    first = repr(look_at_test(network(), data, name="mine"))
    accuracy = mlpkit.evaluate(network(), *data.test).accuracy
    assert f"mine: ≈ {100 * accuracy:.1f} % of the 50 test images are right. This was your look." == first
    second = repr(look_at_test(network(), data, name="mine"))
    assert f"≈ {100 * accuracy:.1f} %" in second
    assert "the same network" in second
    assert len(leaderboard_file.read()[0]["looks"]) == 1


def test_a_second_network_is_refused_kindly(data):
    look_at_test(network(), data)
    told = repr(look_at_test(network(1), data))
    assert "You have had your look" in told
    assert "again=True" in told
    assert len(leaderboard_file.read()[0]["looks"]) == 1
    assert "look number 2" in repr(look_at_test(network(1), data, again=True))
    assert len(leaderboard_file.read()[0]["looks"]) == 2


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
        "none, all are from mlpkit",
        "def recipe(data, rng):",
        "(the only look)",
        "Weakest class",
        "Beware.",
        "Written on ",
    ):
        assert part in text, part
    assert "Written on" not in repr(made)


def test_an_older_card_is_kept(data, book):
    aside = ("", "model_card (older).md", "model_card (older 2).md")
    for name, older in zip(("first", "second", "third"), aside):
        made = model_card(challenge(recipe, data, name=name, steps=3), data)
        assert made.note == (f"Your older card is now {older}." if older else "")
    model_card(challenge(recipe, data, name="third", steps=3), data)
    names = sorted(path.name for path in book.glob("model_card*"))
    assert names == ["model_card (older 2).md", "model_card (older).md", "model_card.md"]
    assert "first" in (book / "model_card (older).md").read_text("utf-8")
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
    assert "Most often confused: a and " in text


def test_no_network_no_card(data):
    done = challenge(recipe, data, name="x", steps=1)._replace(runs=[])
    with pytest.raises(ValueError, match="no network"):
        model_card(done, data)


def test_the_record_counts_what_was_revealed_and_what_waits():
    assert predictions_so_far() == ([], 0)
    for id, answer in (("a", "x"), ("b", "y"), ("c", "x")):
        guess(id, "What?", ["x", "y"], answer=answer, sure=80)
    reveal("a", "x")
    reveal("b", "x")
    assert predictions_so_far() == ([(80, 2, 1)], 1)


def test_the_file_of_the_card_is_text_on_every_system(data, book):
    model_card(challenge(recipe, data, name="x", steps=1), data)
    assert (book / model_card_file.FILE).read_bytes().decode("utf-8").endswith("*\n")


def test_a_list_of_layers_may_look(data):
    layers = [(layer.weights, layer.bias) for layer in network()]
    assert repr(look_at_test(layers, data)) == repr(look_at_test(network(), data)).replace(
        "You have seen this number before; it is the same network.", "This was your look."
    )


def test_where_nothing_is_mixed_up_the_card_names_no_pair_and_no_absent_class(data):
    done = challenge(recipe, data, name="x", steps=3)
    (best,) = mlpkit.forward(done.params, data.valid.images[:1]).logits.argmax(axis=1)
    one = data._replace(valid=mlpkit.Examples(data.valid.images[:1], np.array([best])))
    text = model_card(done, one).text
    assert f"Weakest class: {data.class_names[best]}, ≈ 100 % of them" in text
    assert "- Confused: none of these images" in text


def test_a_record_that_cannot_be_read_is_not_taken_for_no_look(data, book):
    done = challenge(recipe, data, name="x", steps=3)
    (book / "leaderboard.json").write_text('{"schema": 2}')
    text = model_card(done, data).text
    assert "Test accuracy: not known. leaderboard.json was written by a newer mlpkit" in text


def test_a_card_needs_texts_and_a_validation_split(data):
    done = challenge(recipe, data, name="x", steps=1)
    with pytest.raises(TypeError, match="notes is None: expected a text"):
        model_card(done, data, notes=None)
    nothing = mlpkit.Examples(data.valid.images[:0], data.valid.labels[:0])
    with pytest.raises(ValueError, match="no validation split"):
        model_card(done, data._replace(valid=nothing))


@pytest.mark.parametrize("sure", [500, -5])
def test_a_record_that_somebody_wrote_into_can_still_be_drawn(sure):
    made = {"kind": "guess", "right": True}
    change_record(
        lambda record: record["predictions"].update(a={**made, "sure": sure}, b={**made, "sure": 80})
    )
    assert predictions_so_far() == ([(80, 1, 1)], 0)
    figures.prediction_record(*predictions_so_far())
