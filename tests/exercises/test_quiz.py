"""Guesses, their truth, recall and progress; results as text, HTML and JSON; a class's report."""

import csv
import errno
import json
import re
import sys
from xml.etree import ElementTree

import ipywidgets
import numpy as np
import pytest

from mlpkit import _files
from mlpkit.app import cli
from mlpkit.exercises import backup, check, guess, progress, recall, reveal
from mlpkit.exercises.catalog import exercises
from mlpkit.exercises.checker.result import JSON_TYPE, Result
from mlpkit.exercises.quiz.guess import LATE
from mlpkit.exercises.report.collect import survey
from mlpkit.exercises.workbook import store as books
from mlpkit.exercises.workbook.progress import calibration

CHOICES = ["it learns faster", "it blows up", "nothing"]


@pytest.fixture(autouse=True)
def book(tmp_path, monkeypatch):
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "book"))
    return tmp_path / "book"


def test_a_guess_without_a_browser_is_text_and_the_same_every_time():
    first, second = (repr(guess("rate", "What will a rate of 10 do?", CHOICES)) for _ in range(2))
    assert first == second
    assert "b) it blows up" in first
    bundle, _ = guess("rate", "What will a rate of <10> do?", CHOICES)._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert "&lt;10&gt;" in bundle["text/html"]


def test_a_guess_is_kept_and_revealed():
    guess("rate", "What will a rate of 10 do?", CHOICES, answer="nothing", sure=80)
    assert (
        repr(reveal("rate", "it blows up")) == "✗ You said: nothing (80 % sure). The answer is: it blows up."
    )
    guess("other", "And this?", ["yes", "no"], answer=0)
    assert repr(reveal("other", "yes")) == "✓ You were right (50 % sure)."
    made = books.read_record()["predictions"]
    assert (made["rate"]["right"], made["other"]["right"]) == (False, True)
    assert calibration(books.read_record()) == [(50, 1, 1), (80, 1, 0)]
    assert "80 % sure: 0 of 1 right" in repr(progress())
    assert "<svg" in progress()._repr_mimebundle_()["text/html"]


def test_the_chart_of_guesses_has_two_labelled_axes_and_a_dot_where_its_ticks_say():
    for i, (sure, right) in enumerate([(50, True), (50, False), (90, True), (100, False)]):
        guess(f"q{i}", "And this?", ["yes", "no"], answer="yes", sure=sure)
        reveal(f"q{i}", "yes" if right else "no")
    drawn = re.search("<svg.*</svg>", progress()._repr_mimebundle_()["text/html"])[0]
    chart = ElementTree.fromstring(drawn)
    words = [(text.text, text) for text in chart.iter("text")]
    assert [word for word, _ in words if "%" not in word] == ["how sure you were", "how often you were right"]
    below = {word: int(at.get("x")) for word, at in words if at.get("text-anchor") == "middle"}
    beside = {word: int(at.get("y")) - 4 for word, at in words if at.get("text-anchor") == "end"}
    ticks = ["0 %", "25 %", "50 %", "75 %", "100 %"]
    assert [below[tick] for tick in ticks] == sorted(below[tick] for tick in ticks)
    assert [beside[tick] for tick in ticks] == sorted((beside[tick] for tick in ticks), reverse=True)
    assert beside["0 %"] - beside["100 %"] == below["100 %"] - below["0 %"] > 100
    dots = {(int(dot.get("cx")), int(dot.get("cy"))) for dot in chart.iter("circle")}
    ninety = round(below["0 %"] + 0.9 * (below["100 %"] - below["0 %"]))
    assert dots == {
        (below["50 %"], beside["50 %"]),
        (ninety, beside["100 %"]),
        (below["100 %"], beside["0 %"]),
    }
    box = (float(chart.get("width")), float(chart.get("height")))
    for dot in chart.iter("circle"):
        for place, size in zip((dot.get("cx"), dot.get("cy")), box):
            assert 0 <= int(place) - int(dot.get("r")) <= int(place) + int(dot.get("r")) <= size


def test_reveal_without_a_guess_says_the_answer():
    assert repr(reveal("never-asked", "it blows up")) == "No guess was made. The answer is: it blows up"


def test_a_guess_that_cannot_be_saved_is_said_and_counts_when_it_can(monkeypatch, capsys):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(_files, "_told", set())
    with monkeypatch.context() as full:
        full.setattr("mlpkit.exercises.quiz.guess.change_record", refuse)
        guess("full", "What?", CHOICES, answer=1, sure=80)
        assert "cannot be saved now (No space left on device)" in capsys.readouterr().out
        assert repr(reveal("full", "it blows up")) == "✓ You were right (80 % sure)."
        assert "full" not in books.read_record()["predictions"]
    reveal("full", "it blows up")
    assert books.read_record()["predictions"]["full"]["right"] is True


def test_a_guess_after_the_answer_does_not_count():
    reveal("rate", "it blows up")
    guess("rate", "What will a rate of 10 do?", CHOICES, answer="it blows up", sure=100)
    shown = repr(reveal("rate", "it blows up"))
    assert shown == f"✓ You were right (100 % sure). {LATE}"
    assert calibration(books.read_record()) == []


def test_a_guess_before_the_answer_stays():
    guess("rate", "What will a rate of 10 do?", CHOICES, answer="nothing", sure=80)
    reveal("rate", "it blows up")
    guess("rate", "What will a rate of 10 do?", CHOICES, answer="it blows up", sure=100)
    assert repr(reveal("rate", "it blows up")).startswith("✗ You said: nothing (80 % sure).")
    assert calibration(books.read_record()) == [(80, 1, 0)]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("id", "Q?", ["one"]), ValueError),
        (("id", "Q?", ["same", "same"]), ValueError),
        (("id", "Q?", "text"), TypeError),
        (("id", "Q?", [1, 2]), TypeError),
        ((3, "Q?", ["a", "b"]), TypeError),
    ],
)
def test_what_cannot_be_asked_is_refused(arguments, error):
    with pytest.raises(error):
        guess(*arguments)


@pytest.mark.parametrize(
    ("answer", "sure", "error"),
    [
        ("nothing", "80", "sure is '80': give a percentage"),
        ("nothing", [80], "sure is .80.: give a percentage"),
        ("nothing", True, "sure is True: give a percentage"),
        ("nothing", 0.8, "80 rather than 0.8"),
        ("nothing", float("nan"), "sure is nan"),
        (np.array([1, 2]), 80, "none of the choices"),
        (1.5, 80, "none of the choices"),
        (np.int64(3), 80, "none of the choices"),
        (True, 80, "True is none of the choices"),
    ],
)
def test_an_answer_that_makes_no_sense_is_refused_and_not_kept(answer, sure, error):
    with pytest.raises((TypeError, ValueError), match=error):
        guess("rate", "What will a rate of 10 do?", CHOICES, answer=answer, sure=sure)
    assert books.read_record()["predictions"] == {}


def test_a_place_may_be_a_number_of_numpys_and_choices_a_generator():
    guess("rate", "What?", (choice for choice in CHOICES), answer=np.argmax([0, 3, 1]), sure=np.float32(60))
    assert "You were right (60 % sure)" in repr(reveal("rate", "it blows up"))


@pytest.mark.parametrize(
    "made",
    [{"answer": "nothing"}, {"answer": "nothing", "choices": 5, "sure": 60}, {"choices": "abc"},
     {"answer": ["a"], "choices": [["a"]], "sure": "x"}, {"answer": "nothing", "choices": CHOICES}],
)  # fmt: skip
def test_a_damaged_guess_counts_as_none(made):
    books.change_record(lambda record: record["predictions"].update(rate=made))
    assert repr(reveal("rate", "it blows up")) == "No guess was made. The answer is: it blows up"
    assert "b) it blows up" in repr(guess("rate", "What?", CHOICES))


def test_a_truth_that_was_no_choice_is_refused():
    guess("rate", "What?", CHOICES, answer=1)
    with pytest.raises(ValueError, match="none of the choices"):
        reveal("rate", "something else")
    with pytest.raises(ValueError, match="none of the choices"):
        guess("rate", "What?", CHOICES, answer="something else")
    with pytest.raises(ValueError, match="percentage"):
        guess("rate", "What?", CHOICES, answer=1, sure=150)


def test_recall_asks_without_telling_and_keeps_the_first_answer():
    asked = recall([("Softmax of equal logits?", ["all 0", "all equal"], "all equal", "They share one sum.")])
    assert "share one sum" not in repr(asked)
    assert "<details>" in asked._repr_mimebundle_()[0]["text/html"]
    for wrong in ([], [("Q", ["a", "b"])], [("Q", ["a", "b"], "c")], [("Q", ["a", "b"], "a")] * 2):
        with pytest.raises((ValueError, TypeError)):
            recall(wrong)


def test_long_questions_that_begin_alike_are_two():
    begins = "Of two networks that are alike in everything but their weights, which one "
    questions = [(begins + end, ["first", "second"], "first") for end in ("learns faster?", "learns better?")]
    assert repr(recall(questions)).count("Of two networks") == 2


def live_form(monkeypatch, make):
    monkeypatch.setattr("mlpkit.exercises.panel.live", lambda: True)
    form = make()
    return form, form._widget


def test_the_form_keeps_what_the_page_says(monkeypatch):
    form, widget = live_form(monkeypatch, lambda: guess("rate", "What?", CHOICES))
    widget.answers = {"rate": {"choice": 1, "sure": 2}}
    assert widget.feedback["rate"]["locked"]
    assert books.read_record()["predictions"]["rate"]["answer"] == "it blows up"
    assert books.read_record()["predictions"]["rate"]["sure"] == 80
    bundle, _ = form._repr_mimebundle_()
    assert bundle["text/plain"] == repr(form)
    assert "application/vnd.jupyter.widget-view+json" in bundle
    _, again = live_form(monkeypatch, lambda: guess("rate", "What?", CHOICES))
    assert again.feedback["rate"] == {"text": "Kept from before.", "locked": True, "choice": 1, "sure": 2}


@pytest.mark.parametrize(
    "answer", [{}, {"choice": 99, "sure": 0}, {"choice": 0, "sure": None}, {"choice": "x"}]
)
def test_the_form_refuses_nonsense_from_the_page(monkeypatch, answer):
    _, widget = live_form(monkeypatch, lambda: guess("rate", "What?", CHOICES))
    widget.answers = {"rate": answer}
    assert not widget.feedback["rate"]["locked"]
    assert "rate" not in books.read_record()["predictions"]


def test_recall_tells_at_once_whether_an_answer_is_right(monkeypatch):
    questions = [("Softmax of equal logits?", ["all 0", "all equal"], "all equal", "They share one sum.")]
    _, widget = live_form(monkeypatch, lambda: recall(questions))
    (item,) = widget.items
    widget.answers = {item["id"]: {"choice": 0, "sure": None}}
    assert widget.feedback[item["id"]]["text"] == "✗ Not this one. Choose again."
    widget.answers = {item["id"]: {"choice": 1, "sure": None}}
    assert widget.feedback[item["id"]]["text"] == "✓ Right. They share one sum."
    assert books.read_record()["predictions"][item["id"]]["right"] is False  # the first answer counts


def open_comms():
    return len(ipywidgets.widgets.widget._instances)


def test_a_cell_that_runs_again_closes_what_it_opened(monkeypatch):
    monkeypatch.setattr("mlpkit.exercises.panel.live", lambda: True)
    ask = [
        lambda: guess("rate", "What?", CHOICES),
        lambda: recall([("Softmax of equal logits?", ["all 0", "all equal"], "all equal")]),
        backup,
    ]
    shown = [make() for make in ask]
    before = open_comms()
    for _ in range(5):
        shown = [make() for make in ask]
    assert open_comms() == before
    assert all("application/vnd.jupyter.widget-view+json" in one._repr_mimebundle_()[0] for one in shown)


def test_where_widgets_are_missing_the_question_says_why(monkeypatch):
    monkeypatch.setattr("mlpkit.exercises.panel.live", lambda: True)
    monkeypatch.setitem(sys.modules, "anywidget", None)
    asked = guess("rate", "What?", CHOICES)
    assert "anywidget is not installed. Run `pip install anywidget`" in repr(asked)
    assert "anywidget is not installed" in asked._repr_mimebundle_()[0]["text/html"]
    assert "b) it blows up" in repr(asked)


def test_where_there_is_no_notebook_it_is_said_but_not_in_a_stored_output(monkeypatch):
    assert "notebook" not in repr(guess("rate", "What?", CHOICES))
    monkeypatch.delenv("MLPKIT_HEADLESS")
    assert repr(guess("rate", "What?", CHOICES)).endswith("There is no notebook with buttons here.")


def test_a_result_reads_well_everywhere():
    result = Result(
        "softmax", "incorrect", "axis-0", "See `a < b` & <script>alert(1)</script>.", printed="<i>"
    )
    bundle = result._repr_mimebundle_()
    assert bundle["text/plain"] == repr(result) == str(result)
    assert "✗ softmax: incorrect" in bundle["text/plain"]
    assert "<script>" not in bundle["text/html"]
    assert "<code>a &lt; b</code>" in bundle["text/html"]
    assert "<i>" not in bundle["text/html"]
    assert "✗" in bundle["text/html"]
    assert "incorrect" in bundle["text/html"]
    assert bundle[JSON_TYPE] == json.loads(json.dumps(result.as_json()))
    assert repr(check("softmax", lambda z: z)) == repr(check("softmax", lambda z: z))


def notebook(*results):
    cells = [
        {
            "cell_type": "code",
            "source": "",
            "outputs": [{"output_type": "display_data", "data": {JSON_TYPE: r}}],
        }
        for r in results
    ]
    return json.dumps({"cells": [{"cell_type": "markdown", "source": "hello"}, *cells], "nbformat": 4})


def said(exercise, outcome, **more):
    return {"schema": 1, "exercise": exercise, "outcome": outcome, "mistake": None, "forwards": False, **more}


@pytest.fixture
def school(tmp_path):
    room = tmp_path / "class"
    for name in ("ada", "ben", "=cmd()"):
        (room / name / "my_mlpkit").mkdir(parents=True)
    (room / "ada" / "04.ipynb").write_text(
        notebook(
            said("softmax", "passed"), said("accuracy", "passed", forwards=True), {"exercise": "nonsense"}
        )
    )
    (room / "ada" / "my_mlpkit" / "record.json").write_text(
        json.dumps({"schema": 1, "exercises": {"softmax": {"attempts": 5, "hints": 2, "passed": True}}})
    )
    (room / "ben" / "04.ipynb").write_text(notebook(said("softmax", "incorrect", mistake="axis-0")))
    (room / "ben" / "broken.ipynb").write_text('{"cells": [')
    (room / "ben" / "odd.ipynb").write_text("[]")
    (room / "ben" / "my_mlpkit" / "record.json").write_text("not json")
    (room / "=cmd()" / "04.ipynb").write_text(notebook(said("softmax", "passed")))
    (room / "carl.ipynb").write_text(notebook(said("softmax", "not attempted"), 3, {"outcome": "passed"}))
    return room


def test_a_class_is_read_without_running_anything(school):
    work = survey(school)
    rows, broken = work.rows, work.unread
    found = {(r.learner, r.exercise): r for r in rows}
    ada = found["ada", "softmax"]
    assert (ada.outcome, ada.attempts, ada.hints, ada.forwards) == ("passed", 5, 2, False)
    assert ada.sources == "04.ipynb workbook"
    assert found["ada", "accuracy"].forwards
    assert (found["ben", "softmax"].outcome, found["ben", "softmax"].mistake) == ("incorrect", "axis-0")
    assert found["carl", "softmax"].outcome == "not attempted"
    assert len(rows) == 4 * len(exercises())
    assert sorted(unread.path for unread in broken) == [
        "ben/broken.ipynb",
        "ben/my_mlpkit/record.json",
        "ben/odd.ipynb",
    ]


def test_the_report_is_one_csv_and_a_readable_table(school, capsys):
    assert cli.main(["report", str(school)]) == 0
    text = capsys.readouterr().out
    assert "accuracy forwards" in text
    assert "softmax (axis-0)" in text
    assert "Not read: ben/broken.ipynb" in text
    with open(school / "mlpkit_report.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4 * len(exercises())
    assert rows[0]["learner"] == "'=cmd()"  # no spreadsheet takes it for a formula
    assert {row["outcome"] for row in rows} == {"passed", "incorrect", "not attempted"}


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ValueError, match="there is no folder"):
        survey(tmp_path / "nowhere")
