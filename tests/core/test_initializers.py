"""Initialisers: mean, width and range as promised, and fresh networks of the right shape."""

import numpy as np
import pytest

import mlpkit

FAN_IN, FAN_OUT = 300, 200
STD = {
    "normal": 0.01,
    "uniform_fan_in": np.sqrt(1 / (3 * FAN_IN)),
    "lecun_normal": np.sqrt(1 / FAN_IN),
    "lecun_uniform": np.sqrt(1 / FAN_IN),
    "glorot_normal": np.sqrt(2 / (FAN_IN + FAN_OUT)),
    "glorot_uniform": np.sqrt(2 / (FAN_IN + FAN_OUT)),
    "he_normal": np.sqrt(2 / FAN_IN),
    "he_uniform": np.sqrt(2 / FAN_IN),
}
LIMIT = {
    "uniform_fan_in": np.sqrt(1 / FAN_IN),
    "lecun_uniform": np.sqrt(3 / FAN_IN),
    "glorot_uniform": np.sqrt(6 / (FAN_IN + FAN_OUT)),
    "he_uniform": np.sqrt(6 / FAN_IN),
}
NAMES = [*STD, "zeros"]


def rng():
    return np.random.default_rng(7)


@pytest.mark.parametrize("name", STD)
def test_width_and_mean(name):
    weights = getattr(mlpkit, name)(FAN_IN, FAN_OUT, rng(), np.float64)
    count, std = weights.size, STD[name]
    assert weights.std() == pytest.approx(std, rel=5 / np.sqrt(count))
    assert abs(weights.mean()) < 5 * std / np.sqrt(count)


@pytest.mark.parametrize("name", LIMIT)
def test_uniform_numbers_fill_their_range(name):
    weights = getattr(mlpkit, name)(FAN_IN, FAN_OUT, rng(), np.float64)
    assert np.abs(weights).max() <= LIMIT[name]
    assert np.abs(weights).max() > 0.999 * LIMIT[name]
    assert weights.min() < -0.999 * LIMIT[name]


@pytest.mark.parametrize("name", [name for name in STD if name not in LIMIT])
def test_normal_numbers_have_tails(name):
    weights = getattr(mlpkit, name)(FAN_IN, FAN_OUT, rng(), np.float64) / STD[name]
    assert 0.003 < (np.abs(weights) > 2.8).mean() < 0.008  # 0.51 % of a normal distribution


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shape_type_and_repeatability(name, dtype):
    function = getattr(mlpkit, name)
    weights = function(4, 3, rng(), dtype)
    assert (weights.shape, weights.dtype) == ((4, 3), dtype)
    np.testing.assert_array_equal(weights, function(4, 3, rng(), dtype))
    assert function(4, 3, rng()).dtype == np.float32


@pytest.mark.parametrize(
    "name", ["glorot_normal", "glorot_uniform", "he_normal", "lecun_uniform", "uniform_fan_in"]
)
@pytest.mark.parametrize("kind", [np.uint8, np.int16])
def test_small_numbers_of_numpys_are_sizes_like_others(name, kind):
    function = getattr(mlpkit, name)
    np.testing.assert_array_equal(function(kind(100), kind(120), rng()), function(100, 120, rng()))
    # 200 + 100 does not fit into a uint8
    np.testing.assert_array_equal(function(kind(200), kind(100), rng()), function(200, 100, rng()))


def test_zeros_are_zeros():
    assert not mlpkit.zeros(4, 3).any()


def test_nothing_is_drawn_from_numpys_hidden_generator():
    before = np.random.get_state()[1].copy()
    mlpkit.init_params([5, 4, 3], rng=rng())
    np.testing.assert_array_equal(before, np.random.get_state()[1])


def test_init_params():
    params = mlpkit.init_params([784, 128, 64, 10], rng=rng())
    assert [layer.weights.shape for layer in params] == [(784, 128), (128, 64), (64, 10)]
    assert not any(layer.bias.any() for layer in params)
    assert params.dtype == np.float32
    again = rng()
    for layer, sizes in zip(params, ((784, 128), (128, 64), (64, 10))):
        np.testing.assert_array_equal(layer.weights, mlpkit.he_normal(*sizes, again))


def test_init_params_takes_numpy_sizes_any_initializer_and_float64():
    params = mlpkit.init_params(np.array([3, 2]), rng=rng(), init=mlpkit.glorot_uniform, dtype=np.float64)
    np.testing.assert_array_equal(params[0].weights, mlpkit.glorot_uniform(3, 2, rng(), np.float64))
    assert params.sizes == (3, 2)


def test_an_initializer_written_without_a_dtype_will_do():
    def ones(fan_in, fan_out, rng):
        return np.ones((fan_in, fan_out))

    params = mlpkit.init_params([3, 2], rng=rng(), init=ones)
    assert params.dtype == np.float32
    assert (params[0].weights == 1).all()


@pytest.mark.parametrize(
    "sizes, error, words",
    [
        ([], ValueError, "at least an input and an output"),
        ([784], ValueError, "at least an input and an output"),
        ([784, 0], ValueError, r"size 1 of \[784, 0\] is 0: expected at least 1"),
        ([784, -3, 10], ValueError, "is -3: expected at least 1"),
        ([784, 10.0], TypeError, "is 10.0: expected a whole number"),
        ([784, True], TypeError, "is True: expected a whole number"),
        ([784, "10"], TypeError, "is '10': expected a whole number"),
        (784, TypeError, "list of layer sizes"),
        ("ab", TypeError, "whole number"),
    ],
)
def test_bad_sizes(sizes, error, words):
    with pytest.raises(error, match=words):
        mlpkit.init_params(sizes, rng=rng())


@pytest.mark.parametrize(
    "arguments, error, words",
    [
        ({"rng": 0}, TypeError, "default_rng"),
        ({"rng": None}, TypeError, "default_rng"),
        ({"dtype": int}, TypeError, "float32 or np.float64"),
        ({"dtype": np.float16}, TypeError, "float32 or np.float64"),
        ({"init": "he_normal"}, TypeError, "pass a function"),
        ({"init": lambda a, b, r, d: np.zeros((b, a))}, ValueError, r"returned shape \(2, 3\)"),
    ],
)
def test_bad_arguments(arguments, error, words):
    with pytest.raises(error, match=words):
        mlpkit.init_params([3, 2], **{"rng": rng(), **arguments})


@pytest.mark.parametrize("name", STD)
def test_initializers_refuse_bad_arguments(name):
    function = getattr(mlpkit, name)
    with pytest.raises(TypeError, match="default_rng"):
        function(3, 2, 42)
    with pytest.raises(ValueError, match="fan_in is 0: expected at least 1"):
        function(0, 2, rng())
    with pytest.raises(TypeError, match=r"fan_out is 2\.5: expected a whole number"):
        function(2, 2.5, rng())
