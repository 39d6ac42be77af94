"""The leaderboard: fair comparisons, and a file that nothing is lost from."""

import json
from importlib import import_module

import pytest

from mlpkit.capstone import challenge, leaderboard, look_at_test, model_card
from tests.capstone.recipes import network, recipe

leaderboard_file = import_module("mlpkit.capstone.leaderboard")


def test_only_equal_budgets_are_compared_best_first(data):
    for name, steps in (("short", 2), ("long", 60), ("short too", 2)):
        challenge(recipe, data, name=name, steps=steps)
    lines = repr(leaderboard()).splitlines()
    assert lines[0] == "2 steps for each seed"
    assert lines[3] == "60 steps for each seed"
    assert lines[4].startswith("  1. long: ≈ ")
    leaderboard_file.change(lambda found: found["entries"][2].update(accuracies=[1.0, 1.0]))
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
    assert "leaderboard (damaged).json" in told
    assert (book / "leaderboard (damaged).json").read_bytes() == content
    assert repr(leaderboard()) == leaderboard_file.EMPTY


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
    assert "half" in (book / "leaderboard (damaged).json").read_text("utf-8")


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


def test_brackets_in_brackets_without_end_are_damage(book):
    book.mkdir()
    (book / "leaderboard.json").write_text("[" * 200_000)
    assert "leaderboard.json is damaged" in repr(leaderboard())


def test_a_look_under_a_name_that_is_no_text_stays_on_record(data):
    look_at_test(network(), data, name=5)
    assert "You have had your look. 5: ≈ " in repr(look_at_test(network(1), data))


def test_a_file_that_breaks_off_is_read_as_far_as_it_can_be(data, book):
    for name in ("first", "second", "third"):
        challenge(recipe, data, name=name, steps=2)
    look_at_test(network(), data, name="look")
    whole = (book / "leaderboard.json").read_bytes()
    inside_the_third = whole.index(b"third") + 40
    for content, names, looks in (
        (whole[:inside_the_third], ["first", "second"], 0),
        (whole[:-3], ["first", "second", "third"], 1),
        (whole + b"}", ["first", "second", "third"], 1),
        (whole.replace(b'"second"', b'"sec\xff\xfeond"'), ["first", "sec\ufffd\ufffdond", "third"], 1),
        (whole[whole.index(b"first") + 9 :], ["second", "third"], 1),
    ):
        (book / "leaderboard.json").write_bytes(content)
        found, note = leaderboard_file.read()
        assert [entry["name"] for entry in found["entries"]] == names
        assert len(found["looks"]) == looks
        assert "is damaged" in note
        assert leaderboard_file.read() == (found, "")
