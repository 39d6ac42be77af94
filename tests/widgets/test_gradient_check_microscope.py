"""The gradient-check microscope without a browser: its curves, the kink, wrong gradients, what is refused."""

import numpy as np
import pytest

import mlpkit
from mlpkit.figures import describe
from mlpkit.widgets import GradientCheckMicroscope
from mlpkit.widgets.gradient_check_microscope.gradient_check_microscope import DISTANCES, EPS, NAMES
from mlpkit.widgets.gradient_check_microscope.kink import at_distance, find_kink
from mlpkit.widgets.gradient_check_microscope.slopes import centred, one_sided


@pytest.fixture
def microscope():
    return GradientCheckMicroscope()


def twice(params, images, labels):
    loss, grads = mlpkit.loss_and_grads(params, images, labels)
    return loss, grads.like(2 * grads.flat)


def near(eps):
    return int(np.abs(EPS - eps).argmin())


def test_the_slopes_of_a_cube():
    assert centred(lambda x: x**3, 2.0, 1e-4) == pytest.approx(12 + 1e-8, abs=1e-9)
    assert one_sided(lambda x: x**3, 2.0, 1e-4) == pytest.approx(12 + 6e-4, abs=1e-6)


def test_a_right_gradient_is_found_best_in_between_and_worse_in_float32(microscope):
    errors = microscope.errors
    assert list(errors) == list(NAMES)
    exact, single = errors["float64, centred"], errors["float32, centred"]
    assert exact[near(1e-5)] < 1e-8
    assert exact[near(1e-1)] > 1e3 * exact[near(1e-5)] < exact[near(1e-11)] / 1e2
    assert single[near(1e-5)] > 1e3 * exact[near(1e-5)]
    assert single[near(1e-9)] > 0.5
    # a one-sided error shrinks with eps, a centred one with its square
    for name, order in (("float64, centred", 2), ("float64, one-sided", 1)):
        drop = errors[name][near(1e-2)] / errors[name][near(1e-3)]
        assert np.log10(drop) == pytest.approx(order, abs=0.1)


@pytest.mark.parametrize("place", [6, 8, 12])
def test_near_the_kink_the_curve_breaks_at_the_distance(microscope, place):
    microscope.on_slide(place)
    exact = microscope.errors["float64, centred"]
    eps, far = microscope.eps, DISTANCES[place]
    below, above = eps < far / 1.5, eps > 5 * far
    assert exact[above].min() > 1e-2
    assert np.nanmin(exact[below]) < 1e-6


def test_on_the_kink_no_eps_is_right(microscope):
    microscope.on_slide(len(DISTANCES) - 1)
    assert np.nanmin(microscope.errors["float64, centred"]) > 1e-2
    assert "DISAGREE at every eps" in str(microscope)


def test_the_unit_is_where_it_is_said_to_be_and_no_other_example_is_near():
    microscope = GradientCheckMicroscope()
    params, kink, images = microscope._params, microscope._kink, microscope._images
    for distance in (1.0, 1e-4, 0.0):
        z = mlpkit.forward(at_distance(params, kink, distance), images).preactivations[0][:, kink.unit]
        assert z[kink.example] == pytest.approx(distance, abs=1e-12)
        assert np.abs(np.delete(z, kink.example)).min() > EPS[0]
    assert find_kink(params, images, microscope._labels, DISTANCES) == kink


def test_a_wrong_gradient_is_wrong_at_every_eps():
    microscope = GradientCheckMicroscope(twice)
    np.testing.assert_allclose(microscope.errors["float64, centred"][: near(1e-9)], 1 / 3, rtol=1e-2)
    assert "DISAGREE" in str(microscope)


def test_a_plain_function_computes_in_the_type_it_is_given(microscope):
    def plain(layers, images, labels):
        """As learners write it: nothing is converted."""
        (w1, b1), (w2, b2) = layers
        z = images @ w1 + b1
        a = np.maximum(z, 0)
        logits = a @ w2 + b2
        assert {z.dtype, logits.dtype} == {w1.dtype}
        dlogits = mlpkit.core.losses.cross_entropy_grad(logits, labels)
        dz = (dlogits @ w2.T) * (z > 0)
        grads = [(images.T @ dz, dz.sum(axis=0)), (a.T @ dlogits, dlogits.sum(axis=0))]
        return mlpkit.cross_entropy(logits, labels), grads

    errors = GradientCheckMicroscope(plain).errors
    assert errors["float64, centred"][near(1e-5)] < 1e-8
    assert errors["float32, centred"][near(1e-5)] > 1e-5


def test_a_function_that_fails_leaves_the_former_choice():
    def broken(params, images, labels):
        raise ZeroDivisionError("on purpose")

    microscope = GradientCheckMicroscope({"good": mlpkit.loss_and_grads, "broken": broken})
    before = microscope.errors["float64, centred"]
    microscope._handle_custom_msg({"do": "choose", "value": "broken"}, [])
    assert microscope._problem == "ZeroDivisionError: on purpose"
    assert microscope.pack()["chosen"] == "good"
    np.testing.assert_array_equal(microscope.errors["float64, centred"], before)
    microscope._handle_custom_msg({"do": "choose", "value": "another"}, [])
    assert "there are good, broken" in microscope._problem


def test_the_lens_shows_the_loss_around_the_bias(microscope):
    microscope.on_nudge(near(1e-3))
    exact = microscope.pack()["lens"][0]
    slope = (exact[45] - exact[15]) / 2  # one eps to each side of the middle, in units of eps
    assert exact[30] == 0
    assert slope == pytest.approx(microscope._slopes[0][near(1e-3)], rel=1e-9)
    microscope.on_nudge(999)
    assert microscope.pack()["nudge"] == len(EPS) - 1


def test_deeper_networks_and_bytes_will_do():
    rng = np.random.default_rng(1)
    params = mlpkit.init_params([20, 9, 8, 4], rng=rng)
    microscope = GradientCheckMicroscope(
        None, params, rng.integers(0, 256, (5, 20), np.uint8), rng.integers(0, 4, 5)
    )
    assert np.nanmin(microscope.errors["float64, centred"]) < 1e-7


def test_the_sentence_and_the_still_picture_agree(microscope):
    assert str(microscope) == str(GradientCheckMicroscope())
    assert "agree, relative error below 1e-06" in str(microscope)
    told = describe(microscope.figure())
    assert all(name in told for name in NAMES)


PARAMS = mlpkit.init_params([4, 3, 2], rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    "arguments, error, says",
    [
        ((3,), TypeError, "expected a function"),
        (({},), ValueError, "no function"),
        ((None, PARAMS, np.ones((1, 4))), ValueError, "belong together"),
        ((None, PARAMS, np.ones((2, 5)), np.array([0, 1])), ValueError, "(2, 5)"),
        ((None, PARAMS, np.ones((0, 4)), np.array([], int)), ValueError, "at least one"),
        ((None, mlpkit.init_params([4, 2], rng=np.random.default_rng(0))), ValueError, "no hidden layer"),
        ((lambda *a: 1.0, PARAMS, np.ones((1, 4)), np.array([0])), TypeError, "(loss, grads)"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, error, says):
    with pytest.raises(error) as raised:
        GradientCheckMicroscope(*arguments)
    assert says in str(raised.value)
