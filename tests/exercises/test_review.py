"""Questions come back: the wrong and the unsure first, and later each time that they were answered right."""

import datetime
import json

import pytest

import mlpkit
from mlpkit.exercises import progress, recall, review
from mlpkit.exercises.quiz import bank, schedule
from mlpkit.exercises.quiz import recall as room
from mlpkit.exercises.workbook import store as books
from mlpkit.exercises.workbook import transfer
from tools import questions as tool

MONDAY = datetime.date(2026, 3, 2)
IDS = list(bank.questions())


@pytest.fixture(autouse=True)
def book(tmp_path, monkeypatch):
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "book"))
    return tmp_path / "book"


@pytest.fixture
def day(monkeypatch):
    """day(n): it is now n days after Monday."""

    def set_day(number):
        monkeypatch.setattr(room, "today", lambda: MONDAY + datetime.timedelta(days=number))

    set_day(0)
    return set_day


def answered(*answers, first=True):
    """A record in which the n-th question was answered in a lesson, and reviewed (day, right, sure)."""
    record = {"predictions": {}}
    for number, reviews in enumerate(answers):
        record["predictions"][IDS[number]] = {
            "right": first, "kind": "recall", "day": MONDAY.isoformat(),
            "reviews": [
                {"day": (MONDAY + datetime.timedelta(days=when)).isoformat(), "right": right, "sure": sure}
                for when, right, sure in reviews
            ],
        }  # fmt: skip
    return record


def test_the_bank_is_what_the_lessons_ask():
    written = bank.FILE.read_text("utf-8")
    assert written == tool.as_text(tool.bank(json.loads(written))), "run `python -m tools.questions`"
    found = bank.questions()
    assert len(found) == len(json.loads(written)) > 40  # no id twice
    assert all(question.answer in question.choices for question in found.values())
    assert {question.lesson for question in found.values()} >= {f"{n:02}" for n in range(10)}


def test_a_question_in_other_words_keeps_its_id_and_so_its_answers():
    before = json.loads(bank.FILE.read_text("utf-8"))
    reworded = [{**one, "question": one["question"].replace("the", "a")} for one in before]
    assert [one["id"] for one in tool.bank(reworded)] == [one["id"] for one in before]


def test_a_lesson_asks_under_the_ids_of_the_bank(monkeypatch):
    monkeypatch.setattr("mlpkit.exercises.panel.live", lambda: True)
    question = next(iter(bank.questions().values()))
    form = recall([(question.question, question.choices, question.answer, question.why)])
    assert [item["id"] for item in form._widget.items] == [question.id]


def test_an_empty_workbook_has_one_fixed_sentence():
    assert repr(review()) == room.NOTHING_YET
    assert mlpkit.review is review
    assert "due" not in repr(progress())


DUE = [  # reviews of a question that was right in its lesson on Monday, and the day on which it is due
    ([], 1),
    ([(1, True, 95)], 1 + 3),
    ([(1, True, 95), (4, True, 80)], 4 + 7),
    ([(1, True, 95), (4, True, 80), (11, True, 80)], 11 + 16),
    ([(1, True, 60)], 1 + 1),  # unsure: the interval does not grow
    ([(1, False, 95)], 1),
    ([(1, True, 95), (4, False, 60)], 4),
    ([(1, False, 95), (1, True, 95)], 1 + 1),
    ([(n, True, 95) for n in range(50)], 49 + 70),
]


@pytest.mark.parametrize(("reviews", "due"), DUE)
def test_intervals_grow_and_a_wrong_answer_brings_a_question_back_at_once(reviews, due):
    (one,) = schedule.waiting(answered(reviews))
    assert (one.due - MONDAY).days == due


def test_the_wrong_come_first_then_the_unsure_then_the_oldest():
    record = answered([(1, True, 95)], [(2, False, 95)], [(3, True, 60)], [], [(2, True, 25)])
    assert [one.id for one in schedule.waiting(record)] == [IDS[1], IDS[4], IDS[2], IDS[3], IDS[0]]


@pytest.mark.parametrize(("known", "today", "asked"), [(9, 5, 5), (9, 0, 3), (2, 0, 2), (4, 1, 4), (0, 5, 0)])
def test_three_to_five_are_asked(known, today, asked):
    record = answered(*[[]] * known)
    assert len(schedule.chosen(record, MONDAY + datetime.timedelta(days=today))) == asked


def test_what_was_answered_right_today_is_not_asked_again_today(monkeypatch, day):
    monkeypatch.setattr("mlpkit.exercises.panel.live", lambda: True)
    books.change_record(lambda record: record.update(answered([], [], [])))
    day(1)
    form = review()
    ids = [item["id"] for item in form._widget.items]
    assert ids == IDS[:3]
    assert "3 questions are due" in repr(progress())
    for id in ids:
        question = bank.questions()[id]
        place = question.choices.index(question.answer)
        form._widget.answers = {**form._widget.answers, id: {"choice": place, "sure": 3}}
        assert form._widget.feedback[id]["text"].startswith("✓ Right.")
    assert repr(review()) == "Nothing is due today. The next question is due on 2026-03-06."
    day(4)
    assert [item["id"] for item in review()._widget.items] == IDS[:3]


def test_a_wrong_answer_is_told_kept_and_asked_again(monkeypatch, day):
    monkeypatch.setattr("mlpkit.exercises.panel.live", lambda: True)
    books.change_record(lambda record: record.update(answered([])))
    form = review()
    question = bank.questions()[IDS[0]]
    wrong = next(n for n, choice in enumerate(question.choices) if choice != question.answer)
    form._widget.answers = {IDS[0]: {"choice": wrong, "sure": 0}}
    told = form._widget.feedback[IDS[0]]
    assert told["locked"]
    assert told["text"].startswith(f"✗ The answer is: {question.answer}.")
    kept = books.read_record()["predictions"][IDS[0]]
    sure = round(100 / len(question.choices))
    assert kept["reviews"] == [{"day": "2026-03-02", "right": False, "sure": sure}]
    assert kept["right"]  # the answer in the lesson stays
    assert [item["id"] for item in review()._widget.items] == [IDS[0]]


NONSENSE = [{}, {"choice": 99, "sure": 0}, {"choice": 0, "sure": None}, {"choice": "x"}]


@pytest.mark.parametrize("answer", NONSENSE)
def test_nonsense_from_the_page_is_not_kept(monkeypatch, day, answer):
    monkeypatch.setattr("mlpkit.exercises.panel.live", lambda: True)
    books.change_record(lambda record: record.update(answered([])))
    form = review()
    form._widget.answers = {IDS[0]: answer}
    assert not form._widget.feedback[IDS[0]]["locked"]
    assert books.read_record()["predictions"][IDS[0]]["reviews"] == []


def test_a_stored_page_of_a_review_tells_no_answer(day):
    books.change_record(lambda record: record.update(answered([])))
    shown, _ = review()._repr_mimebundle_()
    assert "details" not in shown["text/html"]
    assert "1. " in shown["text/plain"]


ODD = [{"right": True}, {"right": "x"}, {"right": True, "day": 5, "reviews": [3, {}]}, {}]


@pytest.mark.parametrize("kept", ODD)
def test_odd_or_older_entries_do_no_harm(day, kept):
    record = {"predictions": {IDS[0]: kept}}
    assert len(schedule.waiting(record)) == (kept.get("right") is True)


def test_reviews_travel_with_the_workbook(tmp_path, monkeypatch, day):
    books.change_record(lambda record: record.update(answered([(1, True, 95)])))
    packed = transfer.export_bytes()
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "other"))
    books.change_record(lambda record: record.update(answered([], [])))
    transfer.import_workbook(packed)
    kept = books.read_record()["predictions"]
    assert (len(kept[IDS[0]]["reviews"]), kept[IDS[1]]["reviews"]) == (1, [])
