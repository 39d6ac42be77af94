"""The numbers and claims of lesson 08's section on the five published notebooks are true."""

import re

import numpy as np
import pytest

from mlpkit import case_studies as published
from tests.lessons.numbers import after, lesson


@pytest.fixture(scope="module")
def told():
    return lesson("08_debugging_clinic")


@pytest.fixture(scope="module")
def ends():
    """Mean test accuracy in per cent at the end: {(notebook, variant): float}."""
    found = published.results()
    return {
        (number, name): np.mean([curve[-1] for curve in run["accuracy"] if curve])
        for number in range(5)
        for name, run in found[f"notebook_{number}"]["runs"].items()
    }


def test_the_steps_and_digits_that_are_told(told):
    text = told[0]["published"]
    assert "8,000 digits are part of this course to learn from (and 2,000 to test on)" in text
    found = published.results()
    for number in (1, 2):
        assert found[f"notebook_{number}"]["data"] == "mnist_10k, 8,000 images"


def test_notebook_0(told, ends):
    text = told[0]["published-zero-seen"]
    assert "With He's weights the open gate costs about two points" in text
    assert ends[0, "and the gate shut"] - ends[0, "He's weights"] == pytest.approx(2, abs=1)
    assert "a start that is right, and slow" in text
    assert ends[0, "as printed"] < ends[0, "weights centred"] < ends[0, "corrected"] - 20
    assert ends[0, "and the gate shut"] == pytest.approx(ends[0, "corrected"], abs=0.5)  # the order
    worth = told[1]["published-zero"].splitlines()[1:]
    assert [line.endswith("below 25 %") for line in worth] == [True, True, True, False]
    assert "two of our three runs still guess" in text
    runs = published.results()["notebook_0"]["runs"]["as printed"]["accuracy"]
    assert sorted(curve[-1] == 10 for curve in runs) == [False, True, True]
    assert "65.2 % and 73.8 %" in text
    assert published.notebook_0.PUBLISHED["accuracy"] == [65.2, 73.8]
    assert max(curve[1] for curve in runs) < 40  # "the code that it prints gives neither"
    told_units = [after("≈", line) for line in told[1]["published-zero-units"].splitlines()[1:3]]
    assert told_units[0][1] == 0 < told_units[1][1]


def test_notebook_1(told, ends):
    text = told[0]["published-one-seen"]
    assert "If you take out the factor and nothing else, the notebook gets *worse*" in text
    assert ends[1, "as printed"] == ends[1, "a maximum for each row"]
    assert ends[1, "as printed"] == pytest.approx(ends[1, "gradient once, rate 0.02"], abs=0.1)
    assert ends[1, "and the gradient once"] < ends[1, "as printed"] - 2
    assert "It printed 49.01 %" in text
    assert published.notebook_1.PUBLISHED["accuracy"] == [49.01]
    lines = told[1]["published-one"].splitlines()
    assert after("≈", lines[1])[1] == pytest.approx(49, abs=10)  # after a hundred steps
    assert lines[1].split("≈")[1:] == lines[2].split("≈")[1:] == lines[4].split("≈")[1:]


def test_notebook_2(told, ends):
    text = told[0]["published-two-seen"]
    decay = "squared error, decay 0.05"
    assert "Then it stays (in the notebook's output) or falls (in our run)" in text
    found = published.results()["notebook_2"]["runs"]
    ours = np.mean(found[f"{decay}, as printed"]["accuracy"], axis=0)
    for curve in (published.notebook_2.PUBLISHED[decay], ours):
        assert curve[0] < max(curve) - 10
        assert curve[-1] < max(curve) - 2
    assert "it even helps: 90.9 %. Without any decay it was 88.4 %" in text
    both = [ends[2, name] for name in (f"{decay}, on weights and once", "squared error, as printed")]
    assert both == pytest.approx([90.9, 88.4], abs=0.05)
    assert "two of our three runs end near 89 %" in text
    assert "its loss grows without end within ten steps" in text
    printed = [curve[-1:] for curve in found["cross-entropy, as printed"]["accuracy"]]
    assert sorted(map(len, printed)) == [0, 1, 1]
    assert ends[2, "cross-entropy, as printed"] == pytest.approx(89.2, abs=0.05)
    assert "In the third, the preactivations are in the thousands from the first batch on" in text
    assert "all three runs end, but lower, at 81.7 %" in text
    assert ends[2, "cross-entropy, pixels scaled"] == pytest.approx(81.7, abs=0.05)
    assert "all three end at about 93 %" in text
    assert ends[2, "cross-entropy, corrected"] == pytest.approx(93.1, abs=0.05)
    assert all(
        len(found[f"cross-entropy, {name}"]["accuracy"]) == 3 for name in ("pixels scaled", "corrected")
    )
    assert ends[2, f"{decay}, corrected"] < 20
    assert ends[2, "squared error, decay 0.0005, corrected"] >= ends[2, "squared error, corrected"] - 0.1


def test_notebook_3(told, ends):
    found = published.results()["notebook_3"]["distances"]
    assert min(found["as printed"]) < 9.65 < max(found["as printed"])
    assert "9.65, which is the plain distance" in told[0]["published-two-seen"]
    assert "the mean of twenty such checks" in told[0]["published-table-seen"]
    assert len(found["as printed"]) == 20
    assert (
        "anybody would notice: 10 %. At a rate 64 times smaller the accuracy looks good, 85.5 %"
        in told[0]["published-three-seen"]
    )
    assert ends[3, "as printed"] == 10
    assert ends[3, "as printed, rate 0.1/64"] == pytest.approx(85.5, abs=0.05)
    assert told[1]["published-three"].count("below 1e-7: True") == 3
    assert abs(ends[3, "as printed, rate 0.1/64"] - ends[3, "corrected"]) < 1.5
    assert "the weights' rate is 64 times the rate that was chosen" in told[0]["published-three-seen"]


def test_notebook_4(told, ends):
    text = told[0]["published-four-seen"]
    assert "about 86 %" in text
    assert ends[4, "as printed"] == pytest.approx(86.27, abs=0.7)
    assert "After thirty epochs the difference is less than one point" in text
    assert 0 < ends[4, "corrected"] - ends[4, "as printed"] < 1
    assert "The velocity that is set to 0 in each call costs eight points" in text
    kept = ends[4, "momentum 0.9 that keeps"]
    assert kept - ends[4, "momentum 0.9 that forgets"] == pytest.approx(8, abs=0.5)
    for same in ("corrected", "Nesterov 0.9, finished"):
        assert kept == pytest.approx(ends[4, same], abs=0.3)
    assert "is nine points worse than with the whole" in text
    whole, diagonal = (ends[4, f"squared error, {part}"] for part in ("whole Jacobian", "diagonal only"))
    assert whole - diagonal == pytest.approx(9, abs=0.5)
    assert "costs less than a fifth of a point. Our three runs differ by more than that" in text
    leaky = ends[4, "leaky relu, corrected"] - ends[4, "leaky relu, relu's derivative"]
    assert 0 < leaky < 0.2
    alike = [
        curve[-1] for curve in published.results()["notebook_4"]["runs"]["leaky relu, corrected"]["accuracy"]
    ]
    assert max(alike) - min(alike) > leaky
    assert "Biases and order are not the cause: without those two faults it is no faster" in text
    chance = ["chance", "chance", "below 50 %"]
    live = [re.split(r"\s{2,}", line)[1:] for line in told[1]["published-four"].splitlines()[1:5]]
    assert live == [chance, chance, chance, ["above 50 %"] * 3]


def test_what_all_five_come_to(told, ends):
    text = told[0]["published-table-seen"]
    assert "some cost one point, one costs seventy-five, and some make the accuracy higher" in text
    assert 0 < ends[4, "corrected"] - ends[4, "as printed"] < 1.5
    assert ends[3, "corrected"] - ends[3, "as printed"] == pytest.approx(75, abs=0.5)
    assert ends[1, "as printed"] > ends[1, "and the gradient once"]
    assert "0.05 stops all learning (11.7 %), and 0.0005 changes nothing (90.9 %)" in text
    decayed = [ends[2, f"squared error, decay {number}, corrected"] for number in (0.05, 0.0005)]
    assert decayed == pytest.approx([11.7, 90.9], abs=0.05)
    assert ends[2, "squared error, corrected"] == pytest.approx(90.9, abs=0.05)


def test_the_table_is_the_stored_one(told):
    assert told[1]["published-table"].strip() == published.table()
    for number, cell in enumerate(("zero-units", "one", "two", "three", "four")):
        assert published.faults_table(number) in told[1][f"published-{cell}"]
