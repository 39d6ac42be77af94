"""The forward pass: numbers by hand, kinds of input, and errors that teach."""

import numpy as np
import pytest
from hypothesis import given

import mlpkit
from mlpkit import forward, predict
from tests.nets import ACTIVATIONS, make, seeds, sizes

LAYERS = [([[1.0, -1.0], [2.0, 0.5]], [0.0, 1.0]), ([[1.0, 0.0, 2.0], [0.0, 1.0, -1.0]], [0.5, 0.0, 0.0])]


def test_by_hand():
    done = forward(LAYERS, [[1.0, -2.0]])
    np.testing.assert_allclose(done.preactivations[0], [[-3.0, -1.0]])
    np.testing.assert_allclose(done.activations[1], [[0.0, 0.0]])
    np.testing.assert_allclose(done.logits, [[0.5, 0.0, 0.0]])
    done = forward(LAYERS, [[1.0, 2.0]])
    np.testing.assert_allclose(done.logits, [[5.5, 1.0, 9.0]])
    assert done.logits is done.preactivations[-1]


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
@given(sizes=sizes, seed=seeds)
def test_against_the_formula(activation, sizes, seed):
    params, images, _ = make(sizes, seed)
    done, a = forward(params, images, activation), images
    for i, (weights, bias) in enumerate(params):
        np.testing.assert_array_equal(done.activations[i], a)
        z = np.einsum("bi,ij->bj", a, weights) + bias
        np.testing.assert_allclose(done.preactivations[i], z, rtol=1e-10, atol=1e-12)
        a = activation(done.preactivations[i])
    assert (len(done.preactivations), done.logits.shape) == (len(params), (len(images), sizes[-1]))


def test_each_example_stands_for_itself():
    params, images, _ = make([5, 4, 3], 3, batch=7)
    alone = np.concatenate([forward(params, images[i : i + 1]).logits for i in range(7)])
    np.testing.assert_allclose(forward(params, images).logits, alone, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bytes_are_scaled_and_floats_are_not(dtype):
    params = make([4, 3], 0, dtype=dtype)[0]
    images = np.array([[0, 51, 102, 255]], np.uint8)
    scaled = np.array([[0, 0.2, 0.4, 1]], dtype)
    done = forward(params, images)
    assert done.logits.dtype == dtype
    np.testing.assert_allclose(done.activations[0], scaled, rtol=1e-6)
    np.testing.assert_allclose(done.logits, forward(params, scaled).logits, rtol=1e-6)
    unscaled = forward(params, images.astype(dtype)).activations[0]
    np.testing.assert_array_equal(unscaled, images)


@pytest.mark.parametrize("given_as", [np.float16, np.float32, np.float64])
def test_the_type_follows_the_parameters(given_as):
    params, images, _ = make([4, 3, 2], 0, dtype=np.float32)
    done = forward(params, images.astype(given_as), mlpkit.sigmoid)
    assert {array.dtype for arrays in done for array in arrays} == {np.dtype(np.float32)}


def test_lists_strided_and_mapped_arrays_give_the_same(tmp_path):
    params, images, _ = make([6, 4, 3], 0)
    expected = forward(params, images).logits
    np.testing.assert_array_equal(forward(list(params), images.tolist()).logits, expected)
    wide = np.repeat(images, 2, axis=1)
    # Some versions of NumPy multiply strided arrays in another order, which may change the last digit.
    np.testing.assert_allclose(forward(params, wide[:, ::2]).logits, expected, rtol=1e-12)
    np.testing.assert_allclose(forward(params, np.asfortranarray(images)).logits, expected, rtol=1e-12)
    np.save(tmp_path / "images.npy", images)
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    logits = forward(params, mapped).logits
    np.testing.assert_array_equal(logits, expected)
    assert type(logits) is np.ndarray


def test_nothing_that_goes_in_is_changed():
    params, images, _ = make([6, 4, 3], 0)
    before = params.flat.copy(), images.copy()
    forward(params, images, mlpkit.tanh)
    np.testing.assert_array_equal(params.flat, before[0])
    np.testing.assert_array_equal(images, before[1])


def test_predict():
    params, images, _ = make([6, 4, 3], 0, batch=2345)
    labels = predict(params, images)
    np.testing.assert_array_equal(labels, forward(params, images).logits.argmax(axis=1))
    assert (labels.shape, labels.dtype.kind) == ((2345,), "i")
    assert predict(list(params), images[:1].tolist()).tolist() == labels[:1].tolist()
    assert predict(params, images[:0]).shape == (0,)
    tanh = forward(params, images, mlpkit.tanh).logits.argmax(axis=1)
    np.testing.assert_array_equal(predict(params, images, mlpkit.tanh), tanh)


NAN, INF = np.full((2, 4), np.nan), np.full((2, 4), np.inf)


@pytest.mark.parametrize(
    "images, error, words",
    [
        (np.ones(4), ValueError, r"shape \(4,\).*4-3 network takes \(batch, 4\).*image\[None\]"),
        (np.ones((2, 5)), ValueError, r"shape \(2, 5\).*\(batch, 4\)"),
        (np.ones((2, 2, 2), np.uint8), ValueError, r"\(2, 2, 2\).*reshape\(2, -1\)"),
        (np.float64(1), ValueError, "shape"),
        (np.ones((2, 4), int), TypeError, r"images hold int64.*uint8.*astype\(np.uint8\)"),
        (np.ones((2, 4), bool), TypeError, "images hold bool"),
        ([["a"] * 4], TypeError, "images hold <U1"),
        (
            np.concatenate([np.ones((3, 4)), NAN]),
            ValueError,
            r"NaN or infinity \(first in row 3\).*correct these images",
        ),
        (INF, ValueError, "NaN or infinity"),
        (-INF, ValueError, "NaN or infinity"),
    ],
)
@pytest.mark.parametrize("function", [forward, predict])
def test_bad_images(function, images, error, words):
    params = make([4, 3], 0)[0]
    with pytest.raises(error, match=words):
        function(params, images)


def test_numbers_too_large_for_float32_are_named():
    with pytest.raises(ValueError, match="NaN or infinity"):
        forward(make([4, 3], 0, dtype=np.float32)[0], np.full((1, 4), 1e300))


@pytest.mark.parametrize("activation", ["relu", None, np.tanh])
def test_bad_activation(activation):
    with pytest.raises(TypeError, match=r"activation is .*mlpkit.relu"):
        forward(LAYERS, [[1.0, 2.0]], activation)
