"""The signal microscope without a browser: its numbers are mlpkit's, theory agrees, answers come in time."""

import time

import numpy as np
import pytest

import mlpkit
from mlpkit.widgets import SignalMicroscope
from mlpkit.widgets.signal_microscope.signal_microscope import course
from mlpkit.widgets.signal_microscope.signals import SCHEMES, Settings, gradients, measure, predict, row_of

RNG = np.random.default_rng(1)
IMAGES = RNG.integers(0, 256, (128, 64), dtype=np.uint8)
LABELS = RNG.integers(0, 10, 128)
DATA = mlpkit.Examples(IMAGES, LABELS)


def ratio(microscope):
    return microscope.activations.rms[-1] / microscope.activations.rms[0]


def test_the_numbers_are_those_of_mlpkits_forward_pass():
    microscope = SignalMicroscope(DATA, 4, 32, seed=5)
    params = mlpkit.init_params([64, 32, 32, 32, 32, 10], rng=np.random.default_rng(5))
    passed = mlpkit.forward(params, IMAGES)
    for layer, a in enumerate(passed.activations[1:]):
        got = microscope.activations
        assert got.rms[layer] == pytest.approx(np.sqrt((a.astype(float) ** 2).mean()), rel=1e-6)
        assert got.zero[layer] == (a == 0).mean()
        assert got.counts[layer].sum() == (a != 0).sum()
        assert (got.low[layer], got.high[layer]) == (a.min(), a.max())


@pytest.mark.parametrize("activation", [mlpkit.relu, mlpkit.tanh, mlpkit.sigmoid])
def test_the_gradients_are_those_of_mlpkits_backward_pass(activation):
    params = mlpkit.init_params([64, 16, 16, 10], rng=np.random.default_rng(2), dtype=np.float64)
    passed = mlpkit.forward(params, IMAGES, activation)
    dlogits = mlpkit.cross_entropy_grad(passed.logits, LABELS)
    grads = mlpkit.backward(params, passed, dlogits, activation)
    for layer, dz in zip([1, 0], gradients(params, passed, LABELS, activation), strict=True):
        np.testing.assert_allclose(dz.sum(axis=0), grads[layer].bias, atol=1e-12)
        np.testing.assert_allclose(passed.activations[layer].T @ dz, grads[layer].weights, atol=1e-12)


@pytest.mark.parametrize("scheme", [name for name in SCHEMES if name != "zeros"])
@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "tanh", "sigmoid", "none"])
def test_theory_and_measurement_agree(scheme, activation):
    microscope = SignalMicroscope(DATA, 6, 256, scheme, activation, gradients=True)
    for row in (microscope.activations, microscope.gradients):
        # A bent signal is pulled to its own size; straight ones may drift by some per cent a layer.
        np.testing.assert_allclose(np.log(row.rms / row.predicted), 0, atol=0.35)


def test_the_lessons_numbers():
    """Nine relu layers of 256 after the first: He keeps the size, Glorot and 0.01 shrink it, 1 explodes."""
    normal = mlpkit.Examples(RNG.standard_normal((128, 256)).astype(np.float32), LABELS)
    for scheme, low, high in [
        ("he_normal", 0.5, 1.6),
        ("glorot_normal", 0.015, 0.06),
        ("normal, std 0.01", 1e-9, 1e-8),  # nine factors of 0.113
        ("normal, std 1", 1e9, 1e10),
    ]:
        assert low < ratio(SignalMicroscope(normal, 10, 256, scheme)) < high, scheme


def test_what_is_zero_saturated_and_too_large():
    zeros = SignalMicroscope(DATA, 3, 16, mlpkit.zeros)
    assert (zeros.activations.zero == 1).all()
    assert "is zero from layer 1 on" in repr(zeros)
    tanh = SignalMicroscope(DATA, 3, 64, "normal, std 1", mlpkit.tanh, gradients=True)
    assert tanh.activations.saturated.min() > 0.5
    assert tanh.gradients.saturated is None
    huge = SignalMicroscope(DATA, 50, 256, "normal, std 1", gradients=True)
    assert not np.isfinite(huge.activations.rms[-1])
    assert "not a finite number from layer 3" in repr(huge)
    for microscope in (zeros, tanh, huge):
        assert microscope._repr_mimebundle_()[0]["image/png"].startswith("iVBOR")


def test_your_own_initialiser():
    def mine(fan_in, fan_out, rng):
        return rng.standard_normal((fan_in, fan_out)) * np.sqrt(2 / fan_in)

    microscope = SignalMicroscope(DATA, 10, 256, mine)
    assert "weights yours: mine" in repr(microscope)
    assert 0.5 < ratio(microscope) < 2
    assert "predicted: each layer multiplies it by 1" in repr(
        microscope
    ) or "predicted: each layer multiplies it by 0.99" in repr(microscope)
    with pytest.raises(ValueError, match="returned shape"):
        SignalMicroscope(DATA, 2, 16, lambda fan_in, fan_out, rng: np.zeros(3))


def test_an_own_initialiser_that_fails_later_leaves_the_former_network():
    def small_only(fan_in, fan_out, rng):
        if fan_out > 64:
            raise RuntimeError("too wide for me")
        return rng.standard_normal((fan_in, fan_out))

    microscope = SignalMicroscope(DATA, 2, 32, small_only)
    before = repr(microscope)
    microscope._act("set", {**microscope.settings, "width": 128})
    assert "too wide for me" in microscope._problem
    assert repr(microscope) == before
    microscope._act("set", {**microscope.settings, "width": 64})
    assert microscope._problem == ""
    assert microscope.settings["width"] == 64


def test_the_default_is_measured_in_time():
    """A change must be answered within 0.3 s of computing; the best of three, on a busy machine."""
    data = mlpkit.load()
    microscope = SignalMicroscope(data)
    took = []
    for seed in range(3):
        start = time.process_time()
        microscope.on_set({**microscope.settings, "gradients": True, "seed": seed})
        took.append(time.process_time() - start)
    assert min(took) < 0.3


def test_a_long_measurement_comes_in_small_pieces():
    init, variance = SCHEMES["he_normal"]
    settings = Settings(50, 512, init, variance, mlpkit.relu, True, 0)
    pieces = list(measure(settings, IMAGES, LABELS))
    assert len(pieces) > 150
    assert pieces[-1].activations.rms.shape == (50,)
    assert all(piece is None for piece in pieces[:-1])


def test_what_the_browser_asks_for_is_clamped_or_refused():
    microscope = SignalMicroscope(DATA, 2, 16)
    microscope.on_set({**microscope.settings, "depth": 99, "width": 16, "seed": -4})
    assert (microscope.settings["depth"], microscope.settings["seed"]) == (50, 0)
    microscope._act("set", {**microscope.settings, "scheme": "<script>"})
    assert "there is no scheme" in microscope._problem


def test_images_alone_will_do_and_the_sentence_is_stable():
    one, two = (
        SignalMicroscope(IMAGES, 3, 16, gradients=True),
        SignalMicroscope(IMAGES, 3, 16, gradients=True),
    )
    assert repr(one) == repr(two)
    assert repr(one).startswith(
        "Signal microscope: 3 layers of 16 units, activation relu, weights he_normal. The signal"
    )
    assert "The gradient" in repr(one)
    assert "predicted: each layer multiplies it by 1." in repr(one)


def test_a_course_in_words():
    assert course("It", np.array([1.0, 0.8])) == "It keeps its size: RMS ≈ 1 in layer 1, ≈ 0.8 in layer 2"
    assert "dies away" in course("It", np.array([1, 1e-5]))
    assert (
        course("It", np.array([1e-5, 1]), back=True) == "It dies away: RMS ≈ 1 in layer 2, ≈ 1e-05 in layer 1"
    )
    assert course("It", np.array([1, 1e5, np.inf])).endswith("layer 2, not a finite number from layer 3 on")
    assert course("It", np.array([0.0, 0.0])) == "It is zero from layer 1 on"


def test_the_theory_of_a_saturated_tanh():
    """With a huge gain tanh is almost a sign: every layer has RMS near 1."""
    settings = Settings(5, 256, mlpkit.he_normal, None, mlpkit.tanh, False, 0)
    sizes, factors = predict(0.9, 10.0, 100.0, settings)
    assert sizes[1:] == pytest.approx(1, abs=0.02)
    # E[tanh'(s n)^2] is about (4 / 3) / (s sqrt(2 pi)) for large s
    assert factors[-1] == pytest.approx(
        100 * np.sqrt(4 / 3 / (100 * sizes[-2] * np.sqrt(2 * np.pi))), rel=0.02
    )


def test_a_layer_of_one_number_has_a_histogram():
    row = row_of(np.full((3, 4), 7.0), None)
    assert row["counts"].sum() == 12
    assert row["low"] < 7 < row["high"]


@pytest.mark.parametrize(
    "arguments, error, says",
    [
        ({"depth": 0}, ValueError, "depth is 0"),
        ({"depth": 51}, ValueError, "1 to 50"),
        ({"width": 2.5}, ValueError, "width is 2.5"),
        ({"scheme": "he"}, ValueError, "he_normal"),
        ({"scheme": 3}, TypeError, "mlpkit.he_normal"),
        ({"activation": "softplus"}, ValueError, "tanh"),
        ({"activation": np.tanh}, TypeError, "mlpkit.relu"),
        ({"data": IMAGES.reshape(128, 8, 8)}, ValueError, "flatten"),
        ({"data": mlpkit.Examples(IMAGES, LABELS / 2)}, TypeError, "class numbers"),
    ],
)
def test_what_is_not_possible_is_refused(arguments, error, says):
    with pytest.raises(error) as raised:
        SignalMicroscope(**{"data": DATA, **arguments})
    assert says in str(raised.value)
