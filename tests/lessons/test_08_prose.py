"""Lesson 08: every number and every claim of its text is printed there, or measured here."""

import numpy as np
import pytest

from mlpkit.clinic import MENU, patient, ward
from mlpkit.clinic import program as lab
from mlpkit.clinic.engine import BUDGET
from mlpkit.clinic.menu import order
from mlpkit.clinic.patients import patients
from mlpkit.clinic.program import run
from mlpkit.exercises.catalog import find
from tests.lessons.numbers import after, lesson

TEXT, PRINTED = lesson("08_debugging_clinic")


@pytest.fixture(autouse=True)
def book(tmp_path, monkeypatch):
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path))


def test_how_many_there_are():
    assert "Twenty such programs" in TEXT["title"]
    assert "All twenty" in TEXT["ward"]
    assert PRINTED["setup"].startswith(f"{len(ward())} patients, {len(MENU)} tests, {BUDGET} points")
    assert len(ward()) == 20
    assert "you have six" in TEXT["first"]
    prices = {test.price for test in MENU.values()}
    assert "You have six points, and the tests cost one to three" in TEXT["truefalse-order"]
    assert (min(prices), max(prices), BUDGET) == (1, 3, 6)


def test_accuracy_moves_by_less_than_a_point():
    assert "changes by less than a point" in TEXT["accuracy-after"]
    for name in ("all-fine", "hair-off", "lukewarm", "fading", "too-good"):
        one = patients()[name]
        ill = [run(one.sick_program, seed).accuracies[-1] for seed in range(3)]
        well = [run(one.healthy_program, seed).accuracies[-1] for seed in range(3)]
        assert 100 * abs(np.mean(well) - np.mean(ill)) < 1
    numbers = np.array(after("≈", PRINTED["accuracy-experiment"])).reshape(5, 2)
    assert (np.abs(numbers[:, 1] - numbers[:, 0]) < 1).all()
    assert "its repair brought no accuracy" in TEXT["fading"]
    assert numbers[3, 1] - numbers[3, 0] < 0.5


def test_steps_too_long_at_first_and_too_short_in_the_end():
    told = patients()["fading"].explanation
    assert "6.51 / sqrt(9.96) = 2.06 times as long as it should be" in told
    assert "too short: 0.82 times as long in step 160, the last of this run, and a third in the end" in told
    (line,) = (f.text for f in patient("fading").order("constant-gradient bench").findings)
    assert after(", ", line.partition("should")[0])[-1] == pytest.approx(1 / 3, abs=0.02)
    mean, square = (np.array([1 - b**t for t in range(1, 161)]) / (1 - b) for b in (0.9, 0.999))
    length = mean / np.sqrt(square)
    assert [round(x[9], 2) for x in (mean, square, length)] == [6.51, 9.96, 2.06]
    assert np.argmax(length < 0.999) + 1 == pytest.approx(100, abs=10)
    assert round(length[-1], 2) == 0.82
    assert sum(run(patients()["fading"].sick_program, 0).steps) == 160


def test_the_answers_known_beforehand():
    table = TEXT["accuracy-after"]
    assert "2.4 to 2.7. The clinic calls it wrong when it is more than a quarter away from 2.303" in table
    for one in patients().values():
        (found,) = order("loss at start", one.healthy_program)
        assert found.normal
        assert one.program.squared or 2.4 <= round(after("≈", found.text)[0], 1) <= 2.7
    assert "2.303" in table and "= 0.45" in table  # noqa: PT018
    assert PRINTED["by-hand"].split() == ["cross-entropy", "2.303", "squared", "error", "0.45"]
    assert "SGD 1, 1, 1; momentum 1, 6.5, 10; Adam 1, 1, 1" in table
    for name, steps in {"all-fine": "1, 1, 1", "heavy-feet": "1, 6.51, 10", "fading": "1, 1, 1"}.items():
        (line,) = (f.text for f in patient(name).order("constant-gradient bench").findings)
        assert line.endswith(f"should be {steps}")


def test_the_first_patient():
    assert "*overflowed at first*: the loss was infinite, before a single step" in TEXT["fever-read"]
    assert not np.isfinite(patient("high-fever").symptoms().losses[0])
    assert "With log-softmax the first loss would be about two hundred" in TEXT["fever-read"]
    ill = patients()["high-fever"].sick_program
    examples = lab.images(2_000)
    logits = lab.forward(ill, lab.start(ill), lab.scaled(ill, examples.images))[1][-1]
    assert find("cross_entropy").reference(logits, examples.labels) == pytest.approx(200, abs=50)
    assert "sums in the hundreds" in TEXT["fever-read"]
    _, _, edges = patient("high-fever").symptoms().histogram
    assert edges[0] < -200
    assert edges[-1] > 200
    assert patient("high-fever").order("starting numbers").normal
    assert not patient("high-fever").order("dtype").normal


def test_what_the_first_repair_is_worth():
    assert "from that of a random guess to about 75 %" in TEXT["fever-repair-text"]
    told = patient("high-fever").repair(find("scale_pixels").reference)
    assert told.before < 0.15
    assert told.after == pytest.approx(0.75, abs=0.01)


def test_the_small_case_by_hand():
    assert "= -0.125" in TEXT["truefalse-hand"]
    assert "= 0.125" in TEXT["truefalse-hand"]
    once, twice = PRINTED["truefalse-by-hand"].splitlines()
    assert [after(word, once)[0] for word in ("mean", "sum")] == [-0.125, -0.25]
    assert [after(word, twice)[0] for word in ("mean", "sum")] == [-0.125, -0.5]
    assert once.endswith("+0.125")
    assert twice.endswith("+0.125")


def test_a_right_step_has_the_same_direction_at_every_rate():
    assert "is the same at every rate" in TEXT["touchy-order"]
    assert all(f.normal for f in order("two learning rates", patients()["touchy"].healthy_program))
    assert not patient("touchy").order("two learning rates").normal


def test_what_overfitting_20_images_does_not_prove():
    assert "with gradients that are wrong in the whole first layer" in TEXT["wrong-after"]
    case = patient("all-fine")
    assert case.order("overfit 20 images").normal
    assert [f.normal for f in case.order("gradient check").findings] == [False, False, True, True]
    assert "the last layer is right" in TEXT["wrong-after"]
