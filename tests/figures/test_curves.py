"""Curves of a run: the lines are the history's columns, and the words say how they ran."""

import numpy as np
import pytest

import mlpkit
from mlpkit import figures
from mlpkit.core.history import History

from .test_figures import FALLING, NAMES, RISING, RUN, history, line


def test_a_short_run_is_drawn_step_by_step():
    loss, accuracy = figures.learning_curves(RUN).child_axes
    for panel, column in ((loss, "loss"), (accuracy, "accuracy")):
        assert panel.get_title(loc="left") == column.capitalize()
        assert np.array_equal(line(panel, "train").get_xdata(), RUN.column("step"))
        assert np.array_equal(line(panel, "train").get_ydata(), RUN.column(column))
        valid = RUN.column(f"valid_{column}")
        assert np.array_equal(line(panel, "valid").get_ydata(), valid[np.isfinite(valid)])
        assert np.array_equal(line(panel, "valid").get_xdata(), [30, 60])
        assert [text.get_text() for text in panel.get_legend().get_texts()] == ["train", "valid"]
        assert panel.get_xlabel() == "step"


def test_a_long_run_is_a_running_mean_inside_its_band():
    rng = np.random.default_rng(0)
    run = history(2 + rng.normal(size=4000))
    ax = figures.learning_curves(run, "loss")
    drawn, values = line(ax, "train"), run.column("loss")
    assert drawn.get_ydata()[0] == values[0]
    for x, y in zip(drawn.get_xdata()[100:300:50], drawn.get_ydata()[100:300:50]):
        assert y == pytest.approx(values[int(x) - 51 : int(x) + 50].mean())
    inside = np.array(
        ax.collections[0].get_paths()[0].contains_points(drawn.get_xydata()[100:300], radius=1e-9)
    )
    assert inside.all()


def test_one_column_is_one_panel():
    ax = figures.learning_curves(RUN, "learning_rate")
    assert not ax.child_axes
    assert np.array_equal(ax.lines[0].get_ydata(), RUN.column("learning_rate"))
    assert figures.describe(ax) == "Learning rate stayed near ≈ 0.100."


def test_runs_are_told_apart_without_colour():
    runs = dict.fromkeys("abcdefg", RUN)
    lines = [line(figures.learning_curves(runs, "loss"), f"{name} train") for name in runs]
    assert len({(drawn.get_color(), str(drawn._dash_pattern)) for drawn in lines}) == len(runs)
    assert len({str(drawn._dash_pattern) for drawn in lines[:4]}) == 4


@pytest.mark.parametrize(
    ("loss", "told"),
    [
        (FALLING, "Training loss fell from ≈ 2.30 to ≈ 0.400."),
        (FALLING[::-1], "Training loss rose from ≈ 0.400 to ≈ 2.30."),
        (np.full(30, 2.3), "Training loss stayed near ≈ 2.30."),
        (
            np.r_[np.linspace(2, 1, 30), np.linspace(1, 1.5, 31)[1:]],
            "Training loss fell from ≈ 2.00 to ≈ 1.00 at step ≈ 30, then rose to ≈ 1.50.",
        ),
        ([2.3], "Training loss is ≈ 2.30."),
        (
            [2.0, 4.0, np.nan, np.inf],
            "Training loss rose from ≈ 2.00 to ≈ 4.00, and is not finite from step ≈ 3.",
        ),
        ([np.nan, np.nan], "Training loss is not finite anywhere."),
    ],
)
def test_a_curve_is_told_as_it_ran(loss, told):
    ax = figures.learning_curves(history(loss), "loss")
    assert figures.describe(ax) == told
    assert figures.png(ax)


@pytest.mark.parametrize("seed", range(8))
def test_one_lucky_batch_is_no_turn(seed):
    noisy = np.geomspace(2.3, 0.5, 200) * np.exp(np.random.default_rng(seed).normal(0, 0.2, 200))
    assert ", then" not in figures.describe(figures.learning_curves(history(noisy), "loss"))


def test_both_panels_and_both_splits_are_told():
    assert figures.describe(figures.learning_curves(RUN)).split("\n") == [
        "Training loss fell from ≈ 2.30 to ≈ 0.400; validation loss fell from ≈ 0.900 to ≈ 0.500.",
        "Training accuracy rose from ≈ 10.0 % to ≈ 85.0 %; "
        "validation accuracy rose from ≈ 70.0 % to ≈ 80.0 %.",
    ]


def test_a_comparison_names_who_is_ahead():
    other = history(FALLING, RISING, {60: (0.3, 0.81)})
    ax = figures.learning_curves({"sgd": RUN, "adam": other})
    assert "Lowest validation loss at the end: adam, ≈ 0.300." in figures.describe(ax)
    assert "None stands out by its validation accuracy at the end." in figures.describe(ax)


def test_a_loss_that_leaps_is_drawn_on_a_log_axis_and_lost_steps_are_marked():
    ax = figures.learning_curves(history([*np.geomspace(2, 1e6, 20), np.nan]), "loss")
    assert ax.get_yscale() == "log"
    assert line(ax, "not finite from step 21").get_xdata() == [20]


def test_bands_hold_median_and_range():
    runs = [history(FALLING + shift) for shift in (0, 0.5, 2)]
    ax = figures.seed_bands({"sgd": runs}, "loss")
    assert np.allclose(line(ax, "sgd, median of 3").get_ydata(), FALLING + 0.5)
    vertices = ax.collections[0].get_paths()[0].vertices
    assert vertices[:, 1].min() == pytest.approx(0.4)
    assert vertices[:, 1].max() == pytest.approx(4.3)
    assert figures.describe(ax).endswith(
        "sgd: the median of 3 runs fell from ≈ 2.80 to ≈ 0.900; "
        "the last values lie between ≈ 0.400 and ≈ 2.40."
    )


def test_the_band_of_a_long_run_lies_outside_its_line():
    """Single batches jump by more than the seeds differ; the means of a stretch do not."""
    rng = np.random.default_rng(0)
    runs = [history(2 + shift + rng.normal(size=800) / 2) for shift in (0, 0.5, 1)]
    ax = figures.seed_bands(runs, "loss")
    middle = line(ax, "median of 3").get_ydata()
    edges = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert np.ptp(middle[20:]) < 0.5
    assert edges.max() > middle[20:].max()
    assert edges.min() < middle[20:].min()
    assert "lowest to highest" in [text.get_text() for text in ax.get_legend().get_texts()]


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda: figures.learning_curves([1, 2]), TypeError, "is list: expected a History"),
        (lambda: figures.learning_curves(History()), ValueError, "is empty: add steps"),
        (lambda: figures.learning_curves({}), ValueError, "no histories were given"),
        (lambda: figures.learning_curves(RUN, "lost"), ValueError, "column is 'lost': expected one of loss"),
        (lambda: figures.seed_bands(RUN), TypeError, "one History was given: expected a list"),
        (lambda: figures.seed_bands([]), ValueError, "no histories were given"),
        (lambda: figures.seed_bands([history([1, 2])]), ValueError, "holds no numbers.*validation split"),
        (lambda: figures.seed_bands([RUN], "epoch"), ValueError, "column is 'epoch'"),
    ],
)
def test_curves_refuse_what_they_cannot_draw(call, error, told):
    with pytest.raises(error, match=told):
        call()


def test_a_real_run_is_drawn(tmp_path):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 16), dtype=np.uint8)
    examples = mlpkit.Examples(images, rng.integers(0, 3, 40))
    data = mlpkit.Dataset("made up", tuple(NAMES), examples, examples, examples)
    params = mlpkit.init_params([16, 8, 3], rng=rng)
    run = History().extend(
        mlpkit.train(params, data, optimizer=mlpkit.sgd(0.5), epochs=30, batch_size=10, rng=rng)
    )
    loss, _ = figures.learning_curves(run).child_axes
    assert len(line(loss, "valid").get_xdata()) == 30
    assert "Training loss fell" in figures.describe(figures.learning_curves(run))


@pytest.mark.parametrize(
    ("loss", "told"),
    [
        ([3, 2, np.inf, 1.5, 1], "fell from ≈ 3.00 to ≈ 1.00, and is not finite at step ≈ 3."),
        ([3, np.nan, 2, np.inf, 1], "and is not finite here and there from step ≈ 2."),
        ([3, 2, 1, np.nan, np.nan], "and is not finite from step ≈ 4."),
    ],
)
def test_a_loss_that_comes_back_is_not_told_as_lost(loss, told):
    ax = figures.learning_curves(history(loss), "loss")
    assert told in figures.describe(ax)
    assert ("here and there" in str([t.get_text() for t in ax.get_legend().get_texts()])) == np.isfinite(
        loss[-1]
    )


def test_ends_are_compared_on_the_same_split():
    runs = {"a": history([3, 2, 1], valid={3: (0.2, 0.9)}), "b": history([3, 2, 0.5])}
    assert "Lowest training loss at the end: b, ≈ 0.500." in figures.describe(
        figures.learning_curves(runs, "loss")
    )
    lost = history([3, 2, np.nan], valid={2: (0.3, 0.9)})
    runs = {"a": lost, "b": history([3, 2, 1], valid={3: (2.0, 0.1)})}
    assert "Lowest" not in figures.describe(figures.learning_curves(runs, "loss"))


def test_bands_say_where_they_end_when_a_run_goes_on():
    whole, short = history([3, 2, 1, 0.5]), history([3, 2])
    lost = history([3, 2, np.nan, np.nan])
    for runs in ([whole, short], [lost, whole]):
        told = figures.describe(figures.seed_bands(runs, "loss"))
        assert "the last values that all have, at step ≈ 2, lie between" in told
    assert "the last values lie between" in figures.describe(figures.seed_bands([whole, whole], "loss"))
    with pytest.raises(ValueError, match="no histories were given"):
        figures.seed_bands({})
