"""The sign for "about": what is blanked, what is compared, and within which band."""

import re

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import about


@pytest.mark.parametrize(
    "text, blanked",
    [
        ("accuracy ≈ 85.3 %, exactly 10,000 images", "accuracy ≈ #%, exactly 10,000 images"),
        ("≈ 4.1 s", "≈ #s"),
        ("≈4.1s", "≈ #s"),
        ("≈  9.8 s\n≈ 12.1 s\n", "≈ #s\n≈ #s\n"),
        ("loss ≈ 1.2e-05, rate 0.1", "loss ≈ #, rate 0.1"),
        ("≈ -3.5 and ≈ −3.5 and ≈ +3", "≈ #and ≈ #and ≈ #"),
        ("≈ 60,000 of 60,000.", "≈ #of 60,000."),
        ("≈ 85, then 86", "≈ #, then 86"),
        ("about 85.3 %", "about 85.3 %"),
        ("≈ nan", "≈ nan"),
    ],
)
def test_only_numbers_after_the_sign_are_blanked(text, blanked):
    assert about.blank(text) == blanked


@pytest.mark.parametrize(
    "stored, new, same",
    [
        ("≈ 85.3 %", "≈ 86.7 %", True),
        ("≈ 85.3 %", "≈ 86.9 %", False),
        ("≈ 85.3 %", "≈ 83.7 %", False),
        ("≈ 85.3%", "≈ 86.9%", False),
        ("loss ≈ 0.400", "loss ≈ 0.440", True),
        ("loss ≈ 0.400", "loss ≈ 0.450", False),
        ("loss ≈ 0.01", "loss ≈ 0.02", True),  # one step in the last printed digit
        ("loss ≈ 0.01", "loss ≈ 0.03", False),
        ("loss ≈ 1.0e-05", "loss ≈ 3.0e-05", False),
        ("in ≈ 4.1 s", "in ≈ 40 s", True),
        ("in ≈ 4.1 s", "in ≈ 40 ms", False),  # the unit is text like any other
        ("≈ 4 steps", "≈ 8 steps", False),  # `s` must be a word of its own
        ("≈ 40 times as fast", "≈ 12 times as fast", True),
        ("≈ 120 MB", "≈ 300 MB", True),
        ("10,000 images", "10,001 images", False),
        ("≈ 85.3 %, 10 classes", "≈ 85.3 %, 11 classes", False),
        ("≈ 0.3", "≈ nan", False),
        ("≈ 0.3 and ≈ 0.3", "≈ 0.3", False),
    ],
)
def test_each_kind_has_its_band(stored, new, same):
    assert (about.differences(stored, new) == []) == same
    assert (about.differences(new, stored) == []) == same


def test_a_difference_is_told_with_both_numbers_and_the_band():
    assert about.differences("≈ 85.3 %", "≈ 80 %") == ["≈ 85.3 became ≈ 80: more than 1.5 apart"]


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_exactly_the_numbers_outside_the_band_are_named(old, new):
    stored, fresh = f"{old:.4f}", f"{new:.4f}"
    apart = abs(float(stored) - float(fresh)) > 0.1 * abs(float(stored)) + 1e-4
    assert bool(about.differences(f"≈ {stored}", f"≈ {fresh}")) == apart


def stream(text, name="stdout"):
    return nbformat.v4.new_output("stream", name=name, text=text)


def display(**data):
    return nbformat.v4.new_output("display_data", data={k.replace("_", "/"): v for k, v in data.items()})


@pytest.mark.parametrize(
    "stored, new, same",
    [
        ([stream("a\nb\n")], [stream("a\n"), stream("b\n")], True),
        ([stream("a")], [stream("a", "stderr")], False),
        ([stream("a")], [], False),
        ([], [], True),
        ([display(image_png="AAAA", text_plain="fig")], [display(image_png="BBBB", text_plain="fig")], True),
        ([display(image_png="AAAA", text_plain="fig")], [display(text_plain="fig")], False),
        ([display(text_plain="≈ 5.0")], [display(text_plain="≈ 5.1")], True),
        ([display(text_html="<b>5</b>")], [display(text_html="<b>6</b>")], False),
    ],
)
def test_outputs_are_the_same_when_their_texts_are(stored, new, same):
    assert (about.output_differences(stored, new) == []) == same


def test_nbval_reads_the_same_rule():
    """nbval opens the file in the machine's own encoding, so it is ASCII, and finds one rule in it."""
    text = about.SANITIZE_FILE.read_bytes().decode("ascii")
    (rule,) = re.findall(r"^regex: (.*)$\n^replace: (.*)$", text, re.MULTILINE)
    assert re.sub(*rule, "≈ 85.3 % of 10") == "≈ #% of 10"


def test_a_live_widget_is_compared_by_its_picture_and_its_sentence():
    def widget(sentence, **more):
        return [{"output_type": "execute_result", "data": {"text/plain": sentence, "image/png": "", **more}}]

    live = widget("A deck.", **{"application/vnd.jupyter.widget-view+json": {"model_id": "1"}})
    assert about.output_differences(widget("A deck."), live) == []
    assert about.output_differences(widget("A lens."), live) != []
