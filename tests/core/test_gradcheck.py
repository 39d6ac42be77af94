"""The checker is checked: right gradients pass, gradients wrong by 0.05 % do not, kinks fool nobody."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import mlpkit
from mlpkit import check_grads, loss_and_grads, numerical_gradient, numerical_grads
from mlpkit.core._slopes import slope
from tests.nets import ACTIVATIONS, LOSSES, difference, function, make, near_kink, seeds, sizes

every_activation = pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)


def rng(seed=0):
    return np.random.default_rng(seed)


def spoiled(run, layer, part, factor=1.0005):
    """loss_and_grads with one array's gradient multiplied."""

    def wrong(params, images, labels):
        loss, grads = run(params, images, labels)
        grads = grads.copy()
        grads[layer][part][...] *= factor if np.isfinite(factor) else 1
        if not np.isfinite(factor):
            grads[layer][part][...] = factor
        return loss, grads

    return wrong


# It does not cry wolf


@pytest.mark.parametrize("seed", range(60))
def test_right_gradients_pass(seed):
    """Sixty networks: every activation, loss, depth 1 to 5, bytes and floats, kinks wherever they fall."""
    draw = rng(seed)
    depth = seed % 5 + 1
    sizes = [*draw.integers(1, 12, depth), draw.integers(2, 6)]
    params, images, labels = make(sizes, seed, batch=int(draw.integers(1, 12)))
    if seed % 3 == 0:
        images = draw.integers(0, 256, images.shape, dtype=np.uint8)
    run = function(ACTIVATIONS[seed // 5 % 5], list(LOSSES)[seed // 2 % 3])
    found = check_grads(run, params, images, labels, probes=50, rng=draw)
    assert found.passed, found
    assert set(found.errors) <= {f"layer {i} {part}" for i in range(depth) for part in ("weights", "bias")}


@every_activation
@pytest.mark.parametrize("scale", [255.0, 1e4])
def test_unscaled_pixels_make_the_loss_steep_and_the_check_still_tells(activation, scale):
    for seed in range(3):
        params, images, labels = make([20, 10, 6, 3], seed, batch=8)
        images = np.abs(images) * scale
        run = function(activation)
        assert check_grads(run, params, images, labels, probes=60, rng=rng(seed)).passed
        _, grads = run(params, images, labels)
        if np.linalg.norm(grads[2].bias) > 1e-6:
            wrong = spoiled(run, 2, 1)
            assert not check_grads(wrong, params, images, labels, probes=60, rng=rng(seed)).passed


def test_fresh_networks_whose_biases_are_zero_pass():
    """Zero biases put units that see only zeros exactly on the kink."""
    for seed in range(10):
        params = mlpkit.init_params([6, 4, 4, 3], rng=rng(seed), dtype=np.float64)
        images = np.zeros((4, 6))
        images[1:, :3] = rng(seed).random((3, 3))
        assert check_grads(loss_and_grads, params, images, [0, 1, 2, 0], probes=500, rng=rng()).passed


def test_kinks_are_set_aside_and_counted():
    params = mlpkit.Params([([[1.0, -1.0]], [0.0, 0.5]), ([[1.0, 2.0], [0.5, -1.0]], [0.0, 0.0])])
    found = check_grads(loss_and_grads, params, np.array([[0.0]]), [1], rng=rng())
    # The first unit's preactivation is 0 whatever its weight; only its bias moves it, over the kink.
    assert found.kinks == 1
    assert found.probes == found.total - 1
    assert found.passed
    assert "1 more set aside: a relu's kink" in str(found)


def test_vanishing_gradients_pass_and_are_still_checked():
    params, images, labels = make([6, 5, 5, 5, 5, 3], 0)
    for layer in params:
        layer.weights[...] *= 0.05
    run = function(mlpkit.sigmoid)
    small = np.linalg.norm(run(params, images, labels)[1][0].weights)
    assert 1e-10 < small < 1e-6
    assert check_grads(run, params, images, labels, rng=rng()).passed
    assert not check_grads(spoiled(run, 0, 0), params, images, labels, rng=rng()).passed


def test_float32_parameters_are_checked_in_float64():
    params, images, labels = make([6, 5, 3], 0, dtype=np.float32)
    assert check_grads(loss_and_grads, params, images, labels, rng=rng()).passed


# It catches what is wrong


@every_activation
@pytest.mark.parametrize("loss", LOSSES)
def test_every_array_wrong_by_a_twentieth_of_a_percent_is_caught(activation, loss):
    sizes = [6, 5, 4, 3]
    params, images, labels = make(sizes, 11)
    run = function(activation, loss)
    assert check_grads(run, params, images, labels, rng=rng()).passed
    for layer in range(3):
        for part, name in enumerate(("weights", "bias")):
            for factor in (1.0005, 0.9995):
                wrong = spoiled(run, layer, part, factor)
                found = check_grads(wrong, params, images, labels, probes=40, rng=rng())
                assert not found.passed
                bad = [array for array, error in found.errors.items() if error > 1e-6]
                assert bad == [f"layer {layer} {name}"]
                assert f"layer {layer} {name}".ljust(16) in str(found)
                assert "DISAGREE" in str(found)


@pytest.mark.slow
@every_activation
@settings(max_examples=20)
@given(sizes=sizes, seed=seeds, which=st.integers(0, 9))
def test_whatever_the_shape(activation, sizes, seed, which):
    params, images, labels = make(sizes, seed)
    run = function(activation)
    layer, part = divmod(which % (2 * len(params)), 2)
    _, grads = run(params, images, labels)
    assume(np.linalg.norm(grads[layer][part]) > 1e-6)
    assume(not near_kink(params, images, activation, 1e-6))
    assert not check_grads(spoiled(run, layer, part), params, images, labels, probes=400, rng=rng()).passed


@pytest.mark.parametrize("activation", ACTIVATIONS[:-1], ids=repr)
def test_an_activation_whose_derivative_is_wrong_by_a_twentieth_of_a_percent(activation):
    def derivative(z, a=None):
        return 1.0005 * activation.derivative(z, a)

    params, images, labels = make([6, 5, 4, 3], 11)
    wrong = function(activation._replace(derivative=derivative))
    found = check_grads(wrong, params, images, labels, rng=rng())
    bad = [name for name, error in found.errors.items() if error > 1e-6]
    assert bad == ["layer 0 weights", "layer 0 bias", "layer 1 weights", "layer 1 bias"]


def test_nan_and_infinite_gradients_are_wrong_wherever_they_stand():
    params, images, labels = make([6, 5, 3], 0)
    for value in (np.nan, np.inf):
        for layer in range(2):
            for part in range(2):
                wrong = spoiled(loss_and_grads, layer, part, value)
                found = check_grads(wrong, params, images, labels, rng=rng())
                assert not found.passed
                assert "DISAGREE" in str(found)


def test_common_mistakes_are_caught():
    params, images, labels = make([6, 5, 4, 3], 0)

    def sum_for_mean(params, images, labels):
        loss, grads = loss_and_grads(params, images, labels)
        return loss, grads.like(grads.flat * len(labels))

    def wrong_sign(params, images, labels):
        loss, grads = loss_and_grads(params, images, labels)
        return loss, grads.like(-grads.flat)

    def other_activation(params, images, labels):
        loss, _ = loss_and_grads(params, images, labels)
        return loss, loss_and_grads(params, images, labels, activation=mlpkit.leaky_relu)[1]

    for wrong in (sum_for_mean, wrong_sign, other_activation):
        assert not check_grads(wrong, params, images, labels, rng=rng()).passed


def test_a_saturated_network_is_not_taken_for_float32():
    """Its loss is exactly 1 and its gradients are exactly 0: nothing is wrong with that."""
    params, images, labels = make([6, 3], 0, batch=1)
    run = function(mlpkit.identity, "squared_on_softmax")
    labels[:] = mlpkit.forward(params, images).logits.argmin(axis=1)
    found = check_grads(run, params, images * 1e6, labels, rng=rng())
    assert run(params, images * 1e6, labels)[0] == 1.0
    assert found.passed
    assert found.kinks == 0


def in_float32(params, images, labels):
    return loss_and_grads(params.astype(np.float32), images, labels)


def rounded(params, images, labels):
    loss, grads = loss_and_grads(params, images, labels)
    return float(np.float32(loss)), grads


def dropping_out(params, images, labels, noise=rng(5)):  # noqa: B008 - one generator for all calls is meant
    return loss_and_grads(params, images * (noise.random(images.shape) < 0.5), labels)


@pytest.mark.parametrize("rough", [in_float32, rounded, dropping_out])
def test_a_loss_too_rough_to_tell_is_said_to_be_so(rough):
    params, images, labels = make([6, 5, 3], 0)
    found = check_grads(rough, params, images, labels, rng=rng())
    assert not found.passed
    assert found.kinks > found.probes
    assert "too rough" in str(found)
    assert "float32" in str(found)


# What it says


def test_it_samples_and_says_so():
    params, images, labels = make([30, 20, 10], 0)
    found = check_grads(loss_and_grads, params, images, labels, probes=100, rng=rng())
    assert (found.probes + found.kinks, found.total) == (100, 830)
    assert f"a sample of {found.probes} of 830 parameters" in str(found)
    assert repr(found) == str(found)
    everything = check_grads(loss_and_grads, params, images, labels, probes=10_000, rng=rng())
    assert everything.probes + everything.kinks == 830
    assert "all " in str(everything)
    one_each = check_grads(loss_and_grads, params, images, labels, probes=1, rng=rng())
    assert len(one_each.errors) == 4


def test_the_sample_comes_from_the_generator_it_is_given():
    params, images, labels = make([30, 20, 10], 0)
    first, again, other = (
        check_grads(loss_and_grads, params, images, labels, rng=rng(seed)) for seed in (1, 1, 2)
    )
    assert first.errors == again.errors
    assert first.errors != other.errors


def test_nothing_that_goes_in_is_changed_and_lists_will_do():
    params, images, labels = make([6, 5, 3], 0)
    before = params.flat.copy()
    layers = [(weights.tolist(), bias.tolist()) for weights, bias in params]
    found = check_grads(loss_and_grads, layers, images.tolist(), labels.tolist(), rng=rng())
    assert found.errors == check_grads(loss_and_grads, params, images, labels, rng=rng()).errors
    np.testing.assert_array_equal(params.flat, before)


def test_gradients_as_a_plain_list():
    params, images, labels = make([6, 5, 3], 0)

    def listed(params, images, labels):
        loss, grads = loss_and_grads(params, images, labels)
        return float(loss), [tuple(layer) for layer in grads]

    assert check_grads(listed, params, images, labels, rng=rng()).passed


@pytest.mark.parametrize(
    "returned, error, words",
    [
        (None, TypeError, r"returned NoneType: expected a pair \(loss, grads\)"),
        ((1.0,), TypeError, "returned tuple of float"),
        (([1.0, 2.0], None), TypeError, "returned tuple of list, NoneType"),
        ((1.0, [(np.ones((2, 3)), np.ones(3))]), ValueError, "gradients of a 2-3 network.*6-5-3"),
        ((1.0, [(np.ones((2, 3)), np.ones(2))]), ValueError, "bias of layer 0"),
    ],
)
def test_what_is_no_loss_with_gradients(returned, error, words):
    params, images, labels = make([6, 5, 3], 0)
    with pytest.raises(error, match=words):
        check_grads(lambda *_: returned, params, images, labels, rng=rng())


def test_bad_arguments():
    params, images, labels = make([6, 5, 3], 0)
    with pytest.raises(ValueError, match="probes is 0: expected at least 1"):
        check_grads(loss_and_grads, params, images, labels, probes=0, rng=rng())
    with pytest.raises(TypeError, match="default_rng"):
        check_grads(loss_and_grads, params, images, labels, rng=0)
    with pytest.raises(ValueError, match="loss of these parameters is nan"):
        check_grads(lambda *_: (np.nan, params), params, images, labels, rng=rng())
    with pytest.raises(ValueError, match="images have shape"):
        check_grads(loss_and_grads, params, images[:, 1:], labels, rng=rng())


# Its parts


@pytest.mark.parametrize(
    "f, expected",
    [
        (np.sin, 1.0),
        (np.exp, 1.0),
        (lambda x: 3 * x, 3.0),
        (lambda x: np.exp(300 * x), 300.0),
        (lambda x: 5.0, 0),
    ],
)
def test_slope_of_smooth_functions(f, expected):
    found = slope(f, f(0.0))
    assert found.value == pytest.approx(expected, rel=1e-7, abs=1e-10)
    assert abs(found.value - expected) <= found.doubt + 1e-15
    assert found.doubt < 1e-5 * max(1, expected)


@pytest.mark.parametrize("kink", [0.0, 1e-8, -3e-8])
def test_slope_at_a_kink_is_in_doubt(kink):
    def f(x):
        return max(0.0, x - kink)

    assert slope(f, f(0.0)).doubt > 1e-2


@pytest.mark.parametrize("kink", [2e-6, -7e-5, 4e-4, -9e-4])
def test_slope_near_a_kink_is_found_with_a_smaller_nudge(kink):
    def f(x):
        return max(0.0, x - kink)

    found = slope(f, f(0.0))
    assert found.value == pytest.approx(float(kink < 0), abs=1e-8)
    assert found.doubt < 1e-6


@every_activation
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_fast_numerical_grads_are_the_slow_ones(activation, loss, depth):
    params, images, labels = make([6, 5, 4, 3][-depth - 1 :] if depth < 4 else [4, 6, 5, 4, 3], depth)
    run = function(activation, loss)
    slow = numerical_gradient(lambda flat: run(params.like(flat), images, labels)[0], params.flat)
    fast = numerical_grads(params, images, labels, activation=activation, loss=LOSSES[loss][0])
    assert np.abs(fast.flat - slow).max() < 1e-9
    assert fast.dtype == np.float64


def test_fast_numerical_grads_in_several_rounds(monkeypatch):
    params, images, labels = make([6, 5, 4, 3], 0)
    whole = numerical_grads(params, images, labels)
    monkeypatch.setattr("mlpkit.core.gradcheck.CHUNK", 100)
    np.testing.assert_allclose(numerical_grads(params, images, labels).flat, whole.flat, atol=1e-10)


def test_fast_numerical_grads_of_a_loss_that_knows_only_one_batch():
    def mine(logits, labels):
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        return -np.log(p[np.arange(len(labels)), labels]).mean()

    params, images, labels = make([6, 5, 4, 3], 0)
    expected = numerical_grads(params, images, labels).flat
    np.testing.assert_allclose(numerical_grads(params, images, labels, loss=mine).flat, expected, atol=1e-9)


def test_fast_numerical_grads_take_bytes_and_lists():
    params, _, labels = make([6, 5, 3], 0)
    images = rng().integers(0, 256, (5, 6), dtype=np.uint8)
    found = numerical_grads(list(params), images, labels.tolist())
    assert difference(found.flat, loss_and_grads(params, images, labels)[1].flat) < 1e-7


@pytest.mark.parametrize("eps, error", [(0, ValueError), (-1e-5, ValueError), ("1e-5", TypeError)])
def test_a_nudge_that_is_none(eps, error):
    params, images, labels = make([4, 3], 0)
    with pytest.raises(error, match="eps is"):
        numerical_gradient(np.sum, np.ones(3), eps)
    with pytest.raises(error, match="eps is"):
        numerical_grads(params, images, labels, eps=eps)


def test_numerical_gradient():
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_allclose(numerical_gradient(lambda x: (x**3).sum(), x), 3 * x**2, rtol=1e-8)
    np.testing.assert_array_equal(x, [[1, 2], [3, 4]])
    assert numerical_gradient(lambda x: float(x**2), 3.0) == pytest.approx(6)
    single = numerical_gradient(lambda x: (x**2).sum(), np.array([3], np.float32))
    assert single.dtype == np.float64
    assert single[0] == pytest.approx(6, rel=1e-9)
