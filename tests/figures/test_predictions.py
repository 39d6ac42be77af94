"""A learner's own calibration: the points are where they belong, and the words fit them."""

import numpy as np
import pytest

from mlpkit import figures


def drawn(ax, label):
    found = [c for c in ax.containers if c.get_label() == label]
    return found[0].lines[0].get_xydata().tolist() if found else None


def test_the_points_are_how_sure_against_how_often_right():
    ax = figures.prediction_record([(60, 10, 5), (80, 10, 9)])
    assert drawn(ax, "you") == [[60, 50], [80, 90]]
    assert drawn(ax, "an example, not you") is None
    assert figures.describe(ax) == (
        "Of 20 answers 14 were right, which is 70 %; you had said 70 % on average. "
        "You are about as sure as you should be."
    )


@pytest.mark.parametrize(
    ("right", "verdict"), [(5, "too sure"), (16, "about as sure"), (20, "not sure enough")]
)
def test_the_verdict_is_the_mean_gap(right, verdict):
    assert verdict in figures.describe(figures.prediction_record([(80, 20, right)]))


@pytest.mark.parametrize(("points", "told"), [([], "No answer"), ([(80, 3, 3)], "So far 3 answers")])
def test_with_few_answers_it_says_what_is_missing_and_shows_an_example(points, told):
    ax = figures.prediction_record(points, waiting=2)
    text = figures.describe(ax)
    assert text.startswith(told)
    assert f"{10 - sum(p[1] for p in points)} more are needed" in text
    assert "2 answers still wait" in text
    assert len(drawn(ax, "an example, not you")) == 4
    assert (drawn(ax, "you") is not None) == bool(points)


def test_the_bars_hold_the_share_and_shrink_with_more_answers():
    def bar(many):
        ax = figures.prediction_record([(80, many, many // 2)])
        low, high = ax.containers[0].lines[2][0].get_segments()[0][:, 1]
        assert low < 50 < high
        return high - low

    assert bar(10) > 2.5 * bar(100)
    # 5 of 10: 23.7 to 76.3 % by Wilson's interval
    assert bar(10) == pytest.approx(76.34 - 23.66, abs=0.1)


@pytest.mark.parametrize("point", [(120, 3, 1), (80, 2, 3), (80, 0, 0)])
def test_points_that_cannot_be_are_refused(point):
    with pytest.raises(ValueError, match="points are"):
        figures.prediction_record([point])


def test_all_or_none_right_is_no_error():
    ax = figures.prediction_record([(50, 10, 0), (95, 10, 10)])
    assert np.isfinite(ax.containers[0].lines[2][0].get_segments()).all()


def test_whole_numbers_of_any_type_are_told_as_counts():
    told = figures.describe(figures.prediction_record(np.array([[80.0, 10, 5]])))
    assert told.startswith("Of 10 answers 5 were right")


@pytest.mark.parametrize("point", [(0.8, 10, 5), (80, 10), (80, 10, 5.5)])
def test_shares_are_not_taken_for_per_cents(point):
    with pytest.raises(ValueError, match=r"right answers among them\), all whole"):
        figures.prediction_record([point])
