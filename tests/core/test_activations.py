"""Activations: values, derivatives, types, and the edges where they break."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import mlpkit
from mlpkit.core.activations import ACTIVATIONS
from tests.nets import KINKED, difference

every = pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
numbers = hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=6), elements=st.floats(-30, 30))


@every
@given(z=numbers)
def test_derivative_against_central_differences(activation, z):
    if activation.name in KINKED:
        z = z[np.abs(z) > 1e-3]
    eps = 1e-5
    numerical = (activation(z + eps) - activation(z - eps)) / (2 * eps)
    assert np.linalg.norm(activation.derivative(z) - numerical) <= 1e-7 * np.linalg.norm(numerical) + 1e-9


@every
def test_derivative_norm_wise_on_ordinary_numbers(activation):
    z = np.random.default_rng(0).normal(0, 2, (50, 20))
    z = z[np.abs(z) > 1e-3]
    eps = 1e-5
    numerical = (activation(z + eps) - activation(z - eps)) / (2 * eps)
    assert difference(activation.derivative(z), numerical) < 1e-7
    assert difference(1.0005 * activation.derivative(z), numerical) > 1e-4  # 0.05 % off would be seen


@every
@given(z=numbers)
def test_derivative_from_the_activation_is_the_same(activation, z):
    np.testing.assert_array_equal(activation.derivative(z, activation(z)), activation.derivative(z))


@every
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_type_and_shape_stay(activation, dtype):
    for shape in ((3, 4), (1, 1), (0, 4), (5,)):
        z = np.ones(shape, dtype)
        assert (activation(z).dtype, activation(z).shape) == (dtype, shape)
        assert (activation.derivative(z).dtype, activation.derivative(z).shape) == (dtype, shape)


@every
def test_the_input_is_not_changed_even_when_it_is_not_contiguous(activation):
    z = np.arange(-12.0, 12.0).reshape(4, 6)
    strided, before = z.T[::2], z.T[::2].copy()
    out = activation(strided)
    activation.derivative(strided, out)
    np.testing.assert_array_equal(strided, before)
    np.testing.assert_array_equal(out, activation(before))


@pytest.mark.parametrize(
    "activation, z, a, slope",
    [
        (mlpkit.relu, [-2.0, 0.0, 3.0], [0, 0, 3], [0, 0, 1]),
        (mlpkit.leaky_relu, [-2.0, 0.0, 3.0], [-0.02, 0, 3], [0.01, 0.01, 1]),
        (mlpkit.identity, [-2.0, 0.0, 3.0], [-2, 0, 3], [1, 1, 1]),
        (mlpkit.tanh, [0.0], [0], [1]),
        (mlpkit.sigmoid, [0.0, np.log(3)], [0.5, 0.75], [0.25, 0.1875]),
    ],
)
def test_values_by_hand(activation, z, a, slope):
    np.testing.assert_allclose(activation(np.array(z)), a, rtol=1e-15)
    np.testing.assert_allclose(activation.derivative(np.array(z)), slope, rtol=1e-15)


@every
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_numbers_give_no_warning_and_no_nan(activation, dtype):
    z = np.array([-1e4, -800, -90, 90, 800, 1e4], dtype)
    assert np.isfinite(activation(z)).all()
    assert np.isfinite(activation.derivative(z)).all()


def test_sigmoid_keeps_its_digits_far_out():
    z = np.array([-700.0, -100.0, -30.0])
    np.testing.assert_allclose(mlpkit.sigmoid(z), np.exp(z), rtol=1e-12)
    np.testing.assert_allclose(mlpkit.sigmoid.derivative(z), np.exp(z), rtol=1e-12)


@every
def test_nan_stays_nan(activation):
    assert np.isnan(activation(np.array([np.nan]))).all()


@every
def test_lists_and_whole_numbers_are_taken(activation):
    np.testing.assert_array_equal(activation([-1, 2]), activation(np.array([-1.0, 2.0])))
    assert activation([-1, 2]).dtype == np.float64


@every
def test_words_are_refused(activation):
    with pytest.raises(TypeError, match="real numbers"):
        activation(np.array(["a"]))


@every
def test_name_and_pickle(activation):
    assert repr(activation) == activation.name
    assert pickle.loads(pickle.dumps(activation)) == activation
    assert getattr(mlpkit, activation.name) is activation
