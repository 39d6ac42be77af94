"""Signals, gradients, probabilities, landscapes, bars and maps: numbers and words are those given."""

import numpy as np
import pytest

from mlpkit import figures
from mlpkit.core.losses import softmax

from .test_figures import BOWL, LABELS, NAMES, PROBABILITIES, X, Y, line, texts

# Layers.


def test_histograms_count_every_number_and_show_zeros_apart():
    values = np.array([0.0, 0, 0, 1, 1, 2, 4, 4])
    ax = figures.histograms({"relu": values}, saturated=4)
    (panel,) = ax.child_axes
    stairs, zeros = panel.patches[0].get_data().values, panel.patches[-1]
    assert stairs.sum() * len(values) == pytest.approx(5)
    assert zeros.get_height() == pytest.approx(3 / 8)
    assert panel.get_title(loc="left") == "relu"
    assert panel.get_xlabel() == "RMS 2.2\nzero 38 %\nsaturated 25 %"
    assert figures.describe(ax) == (
        "Histograms of 1 layer.\nrelu: root mean square ≈ 2.18, ≈ 37.5 % exactly zero, ≈ 25.0 % saturated."
    )


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (np.zeros(4), "root mean square ≈ 0.00, ≈ 100.0 % exactly zero"),
        (np.array([1.0, np.nan, np.inf]), "root mean square ≈ 1.00, 2 numbers not finite"),
        (np.array([np.nan]), "root mean square not finite, 1 number not finite"),
        (np.full(4, 1e200), "root mean square ≈ 1.0e+200"),
        (np.full(4, 3e38, np.float32), "root mean square ≈ 3.0e+38"),
    ],
)
def test_sick_layers_are_drawn_and_told_too(values, told):
    ax = figures.histograms({"z": values})
    assert told in figures.describe(ax)
    assert figures.png(ax)


def test_layers_are_numbered_and_spare_panels_go():
    ax = figures.histograms([np.arange(4.0)] * 5)
    assert [panel.get_title(loc="left") for panel in ax.child_axes] == [f"layer {i}" for i in range(5)]


def test_the_profile_follows_the_numbers_and_the_prediction():
    sizes = 0.8 * 0.5 ** np.arange(6)
    ax = figures.signal_profile(sizes, predicted=0.5)
    assert ax.get_yscale() == "log"
    assert np.allclose(line(ax, "measured").get_ydata(), sizes)
    assert np.allclose(line(ax, "predicted").get_ydata(), sizes)
    assert line(ax, "predicted").is_dashed()
    assert figures.describe(ax) == (
        "The signal shrinks from ≈ 0.800 in layer 1 to ≈ 0.0250 in layer 6; "
        "predicted: each layer multiplies it by 0.5."
    )


@pytest.mark.parametrize(
    ("sizes", "told"),
    [
        ([1.0, 1.1, 0.9], "keeps its size from ≈ 1.00 in layer 1 to ≈ 0.900 in layer 3."),
        ([1.0, 30, 900], "grows from ≈ 1.00 in layer 1 to ≈ 900 in layer 3."),
        ([1.0, 0.1, 0, 0], "shrinks from ≈ 1.00 in layer 1 to ≈ 0.100 in layer 2, then is zero."),
        ([1.0, 1e20, np.inf], "grows from ≈ 1.00 in layer 1 to ≈ 1.0e+20 in layer 2, then is not finite."),
        ([0.0, 0.0], "is zero from the first layer on."),
    ],
)
def test_a_signal_is_told_as_it_fares(sizes, told):
    ax = figures.signal_profile({"He": np.array(sizes)})
    assert figures.describe(ax) == f"He: the signal {told}"
    assert figures.png(ax)


@pytest.mark.parametrize("predicted", [None, 0.5])
@pytest.mark.filterwarnings("error")
def test_a_signal_that_is_zero_everywhere_lies_at_zero(predicted):
    ax = figures.signal_profile(np.zeros(3), predicted=predicted)
    assert ax.get_yscale() == "linear"
    assert line(ax, "measured").get_ydata().tolist() == [0, 0, 0]
    assert figures.describe(ax) == "The signal is zero from the first layer on."
    assert figures.png(ax)


def test_shares_are_percent():
    ax = figures.shares({"relu": np.array([0.5, 0.75])})
    assert np.allclose(ax.lines[0].get_ydata(), [50, 75])
    assert figures.describe(ax) == "relu: the share exactly zero rose from ≈ 50.0 % to ≈ 75.0 %."


# Gradients.


def test_the_gradient_check_curve_marks_its_best():
    eps, errors = np.array([1e-8, 1e-2, 1e-5]), np.array([1e-9, 1e-5, 9e-12])
    ax = figures.gradient_check_curve(eps, errors)
    assert np.array_equal(ax.lines[0].get_xdata(), [1e-8, 1e-5, 1e-2])
    assert np.array_equal(ax.lines[0].get_ydata(), [1e-9, 9e-12, 1e-5])
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert figures.describe(ax) == (
        "The error is smallest, below 1e-10, at eps ≈ 1e-05, and grows towards smaller and larger eps."
    )


def test_update_ratios_are_judged_by_their_power_of_ten():
    step = np.arange(1, 4)
    ax = figures.update_ratio(
        step, {"a": np.full(3, 1e-3), "b": np.full(3, 1e-6), "c": np.ones(3), "d": np.zeros(3)}
    )
    assert np.array_equal(line(ax, "b").get_ydata(), np.full(3, 1e-6))
    assert figures.describe(ax).split("\n") == [
        "a: median ≈ 0.00100, about right.",
        "b: median ≈ 1.0e-06, too small.",
        "c: median ≈ 1.00, too large.",
        "d: median ≈ 0.00, zero: nothing is updated.",
    ]
    assert figures.png(ax)


# Landscapes.


def test_the_surface_shows_each_path_and_where_it_led():
    paths = {
        "down": np.array([[-1.0, 0.6], [-0.5, 0.2], [0, 0]]),
        "away": np.array([[-1.0, 0.6], [9, 9]]),
        "lost": np.array([[-1.0, 0.6], [np.nan, 1]]),
    }
    ax = figures.loss_surface(X, Y, BOWL, paths)
    assert np.array_equal(line(ax, "down").get_xydata(), paths["down"])
    assert figures.describe(ax).split("\n") == [
        "The loss on this surface goes from ≈ 0.00 to ≈ 5.00.",
        "down: from loss ≈ 1.36 to ≈ 0.00 in 2 steps.",
        "away: leaves the picture within 1 step.",
        "lost: the numbers overflow within 1 step.",
    ]
    assert figures.png(ax)


def test_a_flat_surface_and_one_with_holes_are_drawn():
    assert figures.png(figures.loss_surface(X, Y, np.ones_like(BOWL)))
    holed = np.where(BOWL > 4, np.inf, BOWL)
    assert figures.png(figures.loss_surface(X, Y, holed))


def test_functions_share_a_panel_or_stand_apart_and_points_are_joined_in_order():
    path = np.array([[1.5, 2.25], [-1.0, 1.0], [0.5, 0.25]])
    ax = figures.function_graphs(X, {"square": X**2, "line": X}, {"square": path}, ylabel="f")
    assert np.array_equal(line(ax, "square").get_xydata(), np.column_stack([X, X**2]))
    assert np.array_equal(ax.lines[1].get_xydata(), path)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["square", "line"]
    assert figures.describe(ax).split("\n") == [
        "Square: from x = -2 to 2 it falls from ≈ 4.00 to ≈ 0.00 at x ≈ 0.00, then rises to ≈ 4.00; "
        "3 points, from (1.5, 2.25) to (0.5, 0.25).",
        "Line: from x = -2 to 2 it rises from ≈ -2.00 to ≈ 2.00.",
    ]
    ax = figures.function_graphs(X, {"square": X**2, "line": X}, apart=True)
    assert [panel.get_title(loc="left") for panel in ax.child_axes] == ["square", "line"]
    assert len({panel.get_ylim() for panel in ax.child_axes}) == 1


def test_one_function_alone_has_no_marks_that_look_like_data():
    assert figures.function_graphs(X, {"square": X**2}).lines[0].get_marker() == "None"


# Probabilities.


def test_bars_are_the_probabilities_and_the_true_class_is_hatched():
    ax = figures.probability_bars(PROBABILITIES[3], NAMES, 1)
    assert np.allclose([bar.get_width() for bar in ax.patches], PROBABILITIES[3])
    assert [bar.get_hatch() for bar in ax.patches] == [None, "///", None]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["T-shirt", "Trouser (true)", "Bag"]
    assert figures.describe(ax) == "Taken for T-shirt with ≈ 90.0 %, but it is Trouser (≈ 5.0 %)."


@pytest.mark.parametrize("shift", [0, 1000])
def test_faders_show_softmax_and_its_gradient(shift):
    logits = np.array([1.0, -2, 0.5])
    ax = figures.faders(logits + shift, 2, NAMES)
    left, middle, right = ([bar.get_width() for bar in panel.patches] for panel in ax.child_axes)
    p = softmax(logits[None])[0]
    assert np.allclose(left, logits + shift)
    assert np.allclose(middle, p)
    assert np.allclose(right, p - [0, 0, 1])
    assert figures.describe(ax).startswith(
        f"True class Bag: p ≈ {100 * p[2]:.1f} %, loss ≈ {-np.log(p[2]):.2f}."
    )


def test_calibration_counts_each_answer_once():
    ax = figures.calibration(PROBABILITIES, LABELS, bins=2)
    assert np.allclose(line(ax, "network").get_xdata(), [0.4, 0.8])
    assert np.allclose(line(ax, "network").get_ydata(), [1, 0.8])
    assert texts(ax) == ["1", "5"]
    assert figures.describe(ax) == (
        "Over 6 answers the calibration error is ≈ 10.0 %: the network is not sure enough."
    )


def test_a_boaster_is_called_too_sure():
    ax = figures.calibration(np.tile([0.9, 0.1], (10, 1)), np.arange(10) % 2)
    assert (
        figures.describe(ax) == "Over 10 answers the calibration error is ≈ 40.0 %: the network is too sure."
    )


# Bars and maps.


def test_bars_carry_their_numbers():
    ax = figures.bars({"loops": 1.234, "images": 60_000}, "seconds", exact=True)
    assert [bar.get_width() for bar in ax.patches] == [1.234, 60_000]
    assert texts(ax) == ["1.23", "60,000"]
    assert figures.describe(ax) == "Seconds: loops 1.23 and images 60,000."


def test_before_and_after_differ_by_more_than_colour():
    ax = figures.before_after({"one": (0.31, 0.924), "two": (0.8, 0.9)}, "accuracy", percent=True)
    assert [bar.get_width() for bar in ax.patches] == [0.31, 0.8, 0.924, 0.9]
    assert [bar.get_hatch() for bar in ax.patches] == ["///", "///", None, None]
    assert texts(ax) == ["31.0 %", "80.0 %", "92.4 %", "90.0 %"]
    assert figures.describe(ax).split("\n")[1] == "one: from ≈ 31.0 % to ≈ 92.4 %."


@pytest.mark.parametrize("lit", [None, "data", "init", "forward", "loss", "backward", "update"])
def test_the_map_lights_one_box(lit):
    ax = figures.course_map(lit)
    bold = [text.get_text() for text in ax.texts if text.get_weight() == "bold"]
    assert bold == ([lit] if lit else [])
    assert (f"You are here: {lit}." in figures.describe(ax)) == (lit is not None)


def test_boxes_hold_values_above_and_gradients_below():
    ax = figures.network_boxes(
        [("x", np.ones((2, 3)), None), figures.Box("z", np.ones(4), np.full(4, 2.0)), ("loss", 1.25, 1)], 1
    )
    assert {"x", "z", "loss", "(2, 3)\nRMS 1", "(4)\nRMS 1", "(4)\nRMS 2", "1.25", "1"} <= set(texts(ax))
    assert (
        figures.describe(ax)
        == "A network of 3 boxes: x, z, loss.\n3 values and 2 gradients are computed.\nNow: z."
    )


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda: figures.histograms([]), ValueError, "layers is empty"),
        (lambda: figures.histograms([np.ones(2)] * 13), ValueError, "13 layers.*at most 12"),
        (lambda: figures.histograms(None), TypeError, "layers is None: expected"),
        (lambda: figures.signal_profile(np.ones((2, 2))), ValueError, r"rms has the shape \(2, 2\)"),
        (lambda: figures.signal_profile({}), ValueError, "rms is empty"),
        (lambda: figures.shares(np.array([1.5])), ValueError, "expected 0 to 1"),
        (lambda: figures.gradient_check_curve(np.array([0.0]), np.ones(1)), ValueError, "numbers above 0"),
        (lambda: figures.gradient_check_curve(np.ones(2), np.ones(3)), ValueError, "lengths differ"),
        (lambda: figures.update_ratio(np.arange(2), np.array([-1.0, 1])), ValueError, "never below 0"),
        (lambda: figures.function_graphs(X, X[:3]), ValueError, "lengths differ"),
        (
            lambda: figures.function_graphs(X, {"f": X}, {"g": np.ones((2, 2))}),
            ValueError,
            "to 'g': expected",
        ),
        (lambda: figures.function_graphs(X, X, {"": np.ones((2, 3))}), ValueError, r"expected \(points, 2\)"),
        (lambda: figures.loss_surface(X, Y, BOWL.T), ValueError, r"expected \(11, 21\)"),
        (
            lambda: figures.loss_surface(X, Y, BOWL, {"a": np.ones((3, 3))}),
            ValueError,
            r"expected \(steps, 2\)",
        ),
        (lambda: figures.loss_surface(X, Y, np.full_like(BOWL, np.nan)), ValueError, "nowhere finite"),
        (lambda: figures.probability_bars(np.array([2.0, 1])), ValueError, "sums of 1"),
        (
            lambda: figures.probability_bars(PROBABILITIES[0], label=7),
            ValueError,
            "label go.*expected 0 to 2",
        ),
        (lambda: figures.faders(np.array([np.inf, 0]), 0), ValueError, "logits holds NaN or infinity"),
        (lambda: figures.calibration(PROBABILITIES, LABELS, bins=0), ValueError, "bins is 0"),
        (lambda: figures.calibration(PROBABILITIES, LABELS[:2]), ValueError, "lengths differ"),
        (lambda: figures.bars({}, "x"), TypeError, "expected {name: number}"),
        (lambda: figures.bars({"a": np.nan}, "x"), ValueError, "values holds NaN"),
        (lambda: figures.before_after({"a": 1.0}, "x"), ValueError, "'a' has the shape"),
        (lambda: figures.course_map("lunch"), ValueError, "lit is 'lunch': expected one of data"),
        (lambda: figures.network_boxes([]), ValueError, "boxes is empty"),
        (lambda: figures.network_boxes(["x"]), TypeError, r"expected \(name, value, gradient\)"),
        (lambda: figures.network_boxes([("x", np.ones(2), np.ones(3))]), ValueError, "expected the same"),
        (lambda: figures.network_boxes([("x",)], lit=4), ValueError, "lit is 4"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_cure(call, error, told):
    with pytest.raises(error, match=told):
        call()


# What is odd and allowed: the words stay true.


def test_small_integers_do_not_wrap():
    matrix = np.array([[200, 130], [130, 200]], np.uint8)
    assert "0 and 1, ≈ 260 times" in figures.describe(figures.confusion(matrix))
    product = figures.matrix_product(np.array([[200, 3]], np.uint8), np.array([[2], [1]], np.uint8))
    assert "z[0, 0] = 403." in figures.describe(product)
    assert "≈ 300.0 %" in figures.describe(figures.bars({"a": np.uint8(3)}, "share", percent=True))


def test_shares_may_be_yes_and_no():
    told = figures.describe(figures.shares(np.array([True, False, False])))
    assert told == "The share exactly zero fell from ≈ 100.0 % to ≈ 0.0 %."


def test_a_layer_whose_numbers_end_where_floats_end():
    assert "≈ 5.9e-323" in figures.describe(figures.histograms([np.array([1e-322, 5e-324, 1e-323])]))


@pytest.mark.parametrize(
    ("sizes", "told"),
    [
        ([1, 1e6, 1], "in layer 1 to ≈ 1.00 in layer 3, by way of ≈ 1.0e+06 in layer 2."),
        ([1, 9, 0.1, 1], "in layer 4, by way of ≈ 9.00 in layer 2, by way of ≈ 0.100 in layer 3."),
        ([1, 3, 4], "grows from ≈ 1.00 in layer 1 to ≈ 4.00 in layer 3."),
        ([2.0], "The signal is ≈ 2.00 in layer 1."),
        ([2, 0, 2], "The signal is ≈ 2.00 in layer 1, then is zero."),
    ],
)  # fmt: skip
def test_a_signal_that_swells_and_shrinks_is_told_so(sizes, told):
    assert figures.describe(figures.signal_profile(sizes)).endswith(told)


def test_a_size_below_zero_is_refused_and_a_prediction_found_by_any_name():
    with pytest.raises(ValueError, match="rms goes down to -1: a size is never below 0"):
        figures.signal_profile([-1, 2])
    told = figures.describe(figures.signal_profile({0.5: [1, 2]}, predicted={0.5: 2}))
    assert "predicted: each layer multiplies it by 2" in told


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        ([1e-6, 0, 1e-3], "smallest, exactly 0, at eps ≈ 1e-04, and grows towards smaller and larger eps."),
        ([1e-6, 1e-6, 1e-6], "smallest, below 1e-4, at eps ≈ 1e-05."),
        ([1e-6, 1e-9, np.nan], "smallest, below 1e-7, at eps ≈ 1e-04, and grows towards larger eps."),
        ([0.1, 1, 1], "smallest, below 1e2, at eps ≈ 1e-03, and grows towards smaller eps."),
    ],
)
def test_the_smallest_error_is_named_and_grows_where_it_grows(errors, told):
    assert figures.describe(figures.gradient_check_curve([1e-3, 1e-4, 1e-5], errors)).endswith(told)


@pytest.mark.parametrize(
    ("ratios", "told"),
    [
        ([0, 0, 1e-3], "zero: in half of the steps or more nothing is updated."),
        ([0, 0, 0], "zero: nothing is updated."),
        ([1e-3, np.nan, np.nan], "about right; not finite at ≈ 2 of 3 points."),
        ([np.nan, np.nan, np.nan], "median not finite, lost."),
    ],
)
def test_ratios_that_are_zero_or_lost_now_and_then(ratios, told):
    ax = figures.update_ratio([1, 2, 3], ratios)
    figures.png(ax)
    assert figures.describe(ax).endswith(told)


def test_a_surface_needs_rising_axes_and_says_where_a_path_begins():
    loss = np.array([[1.0, 2, 3], [1, 2, 3]])
    with pytest.raises(ValueError, match="x does not rise"):
        figures.loss_surface([2, 1, 0], [0, 1], loss)
    told = figures.describe(figures.loss_surface([0, 1, 2], [0, 1], loss, {"a": [[-5, 0.5], [1, 0.5]]}))
    assert told.endswith("a: begins outside the picture.")


def test_no_loss_is_no_minus_zero():
    ax = figures.faders([1000, 0], 0)
    assert "loss ≈ 0.00." in figures.describe(ax)
    assert ax.child_axes[1].get_xlabel() == "loss = −log p[0] = 0.000"


def test_a_box_of_huge_numbers_has_a_size_and_a_box_is_lit_by_its_number():
    ax = figures.network_boxes([("a", np.full(3, 1e200)), ("b", np.array([np.nan, np.inf, 1]))])
    assert "(3)\nRMS 1e+200" in texts(ax)
    assert "(3)\nRMS nan" in texts(ax)
    with pytest.raises(TypeError, match="lit is 'a': expected the number of a box"):
        figures.network_boxes([("a", 1.0)], lit="a")


def test_what_makes_no_surface_is_said_without_contradiction():
    with pytest.raises(ValueError, match="two rows and two columns at least"):
        figures.loss_surface([0], [0], [[1.0]])
    with pytest.raises(TypeError, match="paths is list: expected"):
        figures.loss_surface([0, 1], [0, 1], np.eye(2), [[[0, 0], [1, 1]]])


def test_a_size_that_hardly_changes_is_drawn_nearly_flat():
    ax = figures.signal_profile(np.array([0.47, 0.41, 0.43, 0.40]), predicted=1.0)
    low, high = ax.get_ylim()
    assert high / low == pytest.approx(10)
    ax.figure.canvas.draw()
    inside = [t for t in ax.get_yticklabels(which="both") if low <= t.get_position()[1] <= high]
    assert sum(bool(t.get_text()) for t in inside) >= 3
