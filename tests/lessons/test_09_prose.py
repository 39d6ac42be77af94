"""The numbers and claims in the text of lesson 09 are true: those that no cell prints are worked out here."""

import inspect
import itertools
import re
from importlib import import_module

import nbformat
import numpy as np
import pytest

from mlpkit import Examples, adam, confusion_matrix, cosine, dropout, init_params, load, sgd, train, validated
from mlpkit.capstone import challenge
from mlpkit.figures import calibration
from tests.lessons.numbers import after, lesson
from tests.notebooks import ROOT

reference_libraries = import_module("mlpkit.capstone.reference_libraries")

NAME = "09_your_network"
CELLS = {cell.id: cell for cell in nbformat.read(ROOT / "lessons" / f"{NAME}.ipynb", 4).cells}


def shown(name):
    """What a cell shows as its result, as text."""
    return "".join(o.data["text/plain"] for o in CELLS[name].outputs if o.output_type == "execute_result")


@pytest.fixture(scope="module")
def told():
    return lesson(NAME)


@pytest.fixture(scope="module")
def data():
    return load()


def test_counts(told, data):
    text, printed = told
    words = " ".join(text.values())
    assert len(load(valid_size=0).train.labels) == 60_000
    assert "images: 60,000" in printed["own-experiment"]
    assert "all 60,000 are learned" in words
    assert -(-60_000 // 64) == 938
    assert "of 938" in printed["own-experiment"]
    assert 156 * 64 == 9_984  # "of the last 10,000"
    assert len(data.valid.labels) == 5_000
    assert "5,000 of the training images" in words
    assert len(data.test.labels) == 10_000
    assert "10,000 test images" in words
    assert reference_libraries.SIZES == (784, 12, 12, 10)
    assert "784-12-12-10" in words
    assert (reference_libraries.STEPS, reference_libraries.BATCH) == (10, 32)
    assert "ten batches of 32 images" in words
    assert -(-len(data.train.labels) // 64) == 860  # the length of the cosine: 3 * 860


def test_the_difference_by_hand(told):
    a, b = np.array([3.003, 4]), np.array([3.0, 4])
    assert np.linalg.norm(a - b) == pytest.approx(0.003)
    assert np.linalg.norm(b) == 5
    assert np.linalg.norm(a - b) / np.linalg.norm(b) == pytest.approx(0.0006)
    assert "0.003 divided by 5 is 0.0006: ✗" in told[0]["parity"]


def test_everybody_gets_the_same_and_adam_hides_the_broken_gradient(told):
    table, off = shown("parity-experiment"), shown("parity-break-experiment")
    assert [line.split()[0] for line in table.splitlines()] == ["beside", "yours", "scikit-learn", "PyTorch"]
    assert table.count("✓") == 24
    assert "✗" not in table
    assert off.splitlines()[1].split()[1:] == list("✓✓✗✓✗✓✗✓")
    assert "the weights are *right*" in told[0]["parity-break-after"]


def test_three_images_of_a_0_and_two_of_a_1(told):
    counts = confusion_matrix(np.array([0, 0, 0, 1, 1]), np.array([0, 1, 0, 1, 1]))
    assert counts.tolist() == [[2, 1], [0, 2]]
    assert "[[2 1]\n [0 2]]" in told[1]["confusion-by-hand"]


def test_five_answers_by_hand(told):
    assert "five answers have a confidence of 0.8, and four of them are right" in told[0]["calibration"]
    assert 4 / 5 == 0.8
    assert np.isclose(0.99 - 4 / 5, 0.19)
    assert "too sure by 0.19" in told[0]["calibration"]
    assert "5/10 · 0 + 5/10 · 0.19 = 0.095" in told[0]["calibration"]
    assert np.isclose(5 / 10 * 0 + 5 / 10 * 0.19, 0.095)
    assert "ten bins" in told[0]["calibration"]
    assert inspect.signature(calibration).parameters["bins"].default == 10


def test_dropout_by_hand(told):
    a, rate = np.array([2.0, 4.0]), 0.5
    results = [a * mask / (1 - rate) for mask in itertools.product((0, 1), repeat=2)]
    assert [tuple(r) for r in results] == [(0, 0), (0, 8), (4, 0), (4, 8)]
    assert np.mean(results, axis=0).tolist() == [2, 4]
    assert "(0, 0), (4, 0), (0, 8) or (4, 8)" in told[0]["dropout"]


def test_some_600_answers_are_wrong(told):
    wrong = 5_000 * (1 - after("≈", told[1]["train"])[-1] / 100)
    assert 500 < wrong < 720
    assert after("≈", told[1]["sure-experiment"])[0] > 97.5


def test_own_network_beats_nobody_before_it_is_changed(told):
    """The first row of parity and the learner's recipe begin as mlpkit's own and as the first try."""
    text, printed = told
    assert (
        "If the line above it says `mlpkit's`, then mlpkit was compared with itself" in text["parity-after"]
    )
    assert printed["parity-experiment"].startswith("mlpkit's: ")
    assert "`my_recipe` below is the first try once more" in text["recipe-text"]
    first, mine = CELLS["first-try"].source, CELLS["recipe"].source
    body = first.partition("(data, rng):")[2].strip()
    assert body
    assert body in mine


def test_the_dropout_of_the_recipes_is_measured_by_all_units(data, tmp_path, monkeypatch):
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path))
    block = CELLS["recipe-text"].source.partition("```\n")[2].partition("\n```")[0]
    names = {"train": train, "validated": validated, "dropout": dropout, "sgd": sgd}
    names["init_params"] = init_params
    lines = ["params = init_params([784, 16, 10], rng=rng)", *block.splitlines()]
    exec("def recipe(data, rng):\n    " + "\n    ".join(lines), names)
    result = challenge(names["recipe"], data, name="dropout", steps=210, seeds=(0,))
    assert result.runs[0].accuracy > 0.6
    assert [run.steps for run in result.runs] == [210]


def test_what_chance_alone_leaves_between_validation_and_test(told):
    assert "By chance alone the two may differ by a point" in told[0]["look"]
    share = after("≈", told[1]["look-code"])[0] / 100
    deviation = 100 * np.sqrt(share * (1 - share) * (1 / 5_000 + 1 / 10_000))
    assert 0.5 < deviation < 1  # in points; a gap of one is nothing unusual


def test_the_validation_loss_falls_turns_and_rises(told, data):
    assert "the validation loss stops falling and then rises" in told[0]["overfit-after"]
    assert (
        1.25 * after("lowest ≈", told[1]["overfit-experiment"])[0]
        < after("last ≈", told[1]["overfit-experiment"])[0]
    )
    few = Examples(data.train.images[:500], data.train.labels[:500])
    choose = Examples(data.valid.images[:2500], data.valid.labels[:2500])
    rng = np.random.default_rng(0)
    params = init_params([784, 128, 64, 10], rng=rng)
    steps = train(params, few, optimizer=adam(), epochs=80, batch_size=50, rng=rng)
    seen = [(s.loss, s.valid.loss) for s in validated(steps, choose, 40) if s.valid]
    losses = [valid for _, valid in seen]
    lowest = int(np.argmin(losses))
    assert 0 < lowest < len(losses) / 2
    assert losses[0] > 1.15 * losses[lowest]
    assert losses[-1] > 1.25 * losses[lowest]
    assert seen[-1][0] < 0.1 * seen[lowest][0]


def test_the_cures_lower_the_loss_and_hardly_move_the_accuracy(told):
    text, printed = told
    loss = after("loss ≈", printed["cures-experiment"])
    right = after("right ≈", printed["cures-experiment"])
    assert "The loss falls by a fifth or more" in text["cures-after"]
    assert all(value < 0.8 * loss[0] for value in loss[1:])
    assert all(abs(value - right[0]) < 3 for value in right)
    assert "lower the loss by about the same" in text["cures-after"]
    assert abs(loss[1] - loss[2]) < 0.1 * loss[0]
    assert "with early stopping it is even a point or two lower" in text["cures-after"]
    assert 0.5 < right[0] - right[3] < 2.5


def test_without_a_cure_it_is_surer_than_right(told):
    text, printed = told
    sure = after("sure ≈", printed["cures-sure"])
    assert "right on four images in five" in text["cures-sure-after"]
    assert abs(after("right ≈", printed["cures-experiment"])[0] - 80) < 2.5
    assert "on average more than 90 % sure" in text["cures-sure-after"]
    assert sure[0] > 90.5
    assert all(value < sure[0] for value in sure[1:])


def test_dropout_left_on_costs_a_few_points(told):
    all_units, *on = after("≈", told[1]["on-experiment"])
    assert all(2 < all_units - share < 10 for share in on)
    assert "the same answers twice: False" in told[1]["on-experiment"]


def test_seeds_lie_a_few_points_apart_and_the_budget_is_said(told):
    found = after("≈", shown("seeds-experiment"))[:3]
    assert 0.1 < max(found) - min(found) < 10
    assert "400 steps for each seed" in shown("seeds-experiment")
    assert "with a budget of 400 steps" in told[0]["challenge"]
    assert "Four seconds" in told[0]["challenge"]


def test_every_guess_has_a_reveal_and_the_other_way_round():
    code = "\n".join(cell.source for cell in CELLS.values() if cell.cell_type == "code")
    asked = re.findall(r'guess\(\s*"([\w-]+)"', code)
    assert asked == re.findall(r'reveal\(\s*"([\w-]+)"', code)
    assert len(asked) == len(set(asked)) == 9


def test_the_rate_of_the_second_training_ends_at_one_per_cent(told):
    assert "from 0.002 to 0.00002" in told[0]["train-text"]
    assert "else 3  #" in CELLS["train"].source  # epochs, outside a browser tab
    assert "cosine(0.002, steps=epochs * 860)" in CELLS["train"].source
    rate = cosine(0.002, steps=3 * 860)
    assert rate(1) == 0.002
    assert rate(3 * 860) == pytest.approx(0.01 * 0.002)
