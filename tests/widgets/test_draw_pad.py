"""The draw pad without a browser: MNIST's form, shipped digits, what is read, and what is refused."""

import base64

import numpy as np
import pytest

import mlpkit
from mlpkit.figures import describe
from mlpkit.widgets import DrawPad
from mlpkit.widgets.draw_pad.draw_pad import PAD
from mlpkit.widgets.draw_pad.mnist_form import normalize

PARAMS = mlpkit.init_params([784, 5, 10], rng=np.random.default_rng(0))


@pytest.fixture(scope="module")
def digits():
    return mlpkit.load("mnist_10k", valid_size=0)


@pytest.fixture(scope="module")
def trained():
    return DrawPad()


def sent(pixels, number=1):
    return {"pixels": base64.b64encode(pixels.tobytes()).decode("ascii"), "number": number}


def test_a_shipped_digit_is_in_this_form_already(digits):
    images = digits.test.images[::4].reshape(-1, 28, 28)
    same = [(normalize(image).centred == image).all() for image in images]
    assert np.mean(same) == 1


@pytest.mark.parametrize("larger", [2, 3, 4])
def test_larger_and_moved_it_comes_back(digits, larger):
    for image in digits.test.images[:40].reshape(-1, 28, 28):
        pad = np.zeros((PAD, PAD), np.uint8)
        pad[: 28 * larger, PAD - 28 * larger :] = np.kron(image, np.ones((larger, larger), np.uint8))
        np.testing.assert_array_equal(normalize(pad).centred, image)


def test_the_steps_are_what_they_say():
    drawing = np.zeros((60, 90), np.uint8)
    drawing[5:45, 70:80] = 200
    steps = normalize(drawing)
    assert steps.crop == (5, 45, 70, 80)
    assert steps.cropped.shape == (40, 10)
    assert steps.scaled.shape == (20, 5)
    assert (steps.scaled == 200).all()
    assert steps.centred.shape == (28, 28)
    rows, columns = np.nonzero(steps.centred)
    assert abs(rows.mean() - 14) <= 0.5
    assert abs(columns.mean() - 14) <= 0.5


def test_scaling_keeps_the_mean_and_thin_strokes_stay_inside():
    rng = np.random.default_rng(0)
    noise = rng.integers(1, 256, (80, 48), np.uint8)
    assert normalize(noise).scaled.mean() == pytest.approx(noise.mean(), abs=0.5)
    line = np.zeros((PAD, PAD), np.uint8)
    line[:, 0] = 255
    line[-1, :] = 255  # the mass lies in a corner, farther out than there is room for
    assert normalize(line).centred.any()
    dot = np.zeros((PAD, PAD), np.uint8)
    dot[3, 100] = 1
    assert normalize(dot).scaled.shape == (20, 20)
    assert normalize(np.zeros((9, 9), np.uint8)) is None


def test_the_network_trained_on_the_spot_reads_digits(trained, digits):
    images = digits.test.images
    predicted = mlpkit.predict(trained._params, images)
    assert (predicted == digits.test.labels).mean() > 0.92
    again = DrawPad()
    np.testing.assert_allclose(again.probabilities, trained.probabilities, atol=1e-5)


def test_a_drawing_from_the_page_is_read(trained):
    one = np.zeros((PAD, PAD), np.uint8)
    one[20:95, 50:60] = 255
    trained.on_draw(sent(one))
    assert trained.probabilities.argmax() == 1
    assert trained.image.shape == (28, 28)
    row = trained.image.reshape(1, -1)
    logits = mlpkit.forward(trained._params, row).logits
    np.testing.assert_allclose(trained.probabilities, mlpkit.softmax(logits)[0], atol=1e-6)
    np.testing.assert_array_equal(trained.pack()["drawing"], one)
    assert trained.pack()["example"] == 0


def test_an_empty_pad_says_so_and_an_example_fills_it():
    pad = DrawPad(PARAMS, drawing=np.zeros((4, 4), np.uint8))
    assert pad.probabilities is None
    assert pad.image is None
    assert pad.pack()["steps"] is None
    assert pad.figure() is None
    assert str(pad) == "Draw pad for a 784-5-10 network: nothing is drawn."
    assert "image/png" not in pad._repr_mimebundle_()[0]
    pad.on_example(None)
    assert pad.pack()["example"] == 1
    assert pad.drawing.any()


@pytest.mark.parametrize(
    "value, says",
    [
        ({"pixels": "AAAA", "number": 1}, "3 pixels: expected 112 x 112"),
        ({"pixels": "<b>", "number": 1}, "not base64"),
        ({}, "KeyError"),
    ],
)
def test_nonsense_from_the_page_changes_nothing(value, says):
    pad = DrawPad(PARAMS)
    before = pad.drawing
    pad._handle_custom_msg({"do": "draw", "value": value}, [])
    assert says in pad._problem
    np.testing.assert_array_equal(pad.drawing, before)


def test_the_sentence_and_the_still_picture():
    pad = DrawPad(PARAMS)
    assert "is scaled to 20 x" in str(pad)
    assert "a 784-5-10 network takes it for" in str(pad)
    assert describe(pad.figure()).startswith("An image in 4 steps: drawn (112 x 112), cropped")


@pytest.mark.parametrize(
    "arguments, options, error, says",
    [
        ((mlpkit.init_params([9, 2], rng=np.random.default_rng(0)),), {}, ValueError, "28 x 28 = 784"),
        ((PARAMS,), {"drawing": np.zeros((4, 4))}, TypeError, "uint8"),
        ((PARAMS,), {"drawing": np.zeros(4, np.uint8)}, ValueError, "(4,)"),
        ((PARAMS,), {"drawing": np.zeros((200, 4), np.uint8)}, ValueError, "at most 112"),
        ((PARAMS,), {"class_names": ["a"]}, ValueError, "1 class names for a network with 10"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, options, error, says):
    with pytest.raises(error) as raised:
        DrawPad(*arguments, **options)
    assert says in str(raised.value)
