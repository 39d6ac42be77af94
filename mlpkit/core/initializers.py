"""Starting weights: random, so that units differ, and scaled, so that signals keep their size.

Every initialiser takes fan_in (numbers going into a unit) and fan_out (units), draws from the generator
that it is given, and returns a matrix of weights; biases start at zero.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import Generator

from ._validation import check_count, check_rng, check_sizes
from .params import Params, empty_params

Initializer = Callable[..., np.ndarray]
DType = np.dtype | type


def zeros(fan_in: int, fan_out: int, rng: Generator | None = None, dtype: DType = np.float32) -> np.ndarray:
    """All zeros: every unit computes the same and learns the same, so this is a bad start on purpose.

    fan_in, fan_out: int >= 1
    rng: not used; taken so that all initialisers are called alike
    dtype: float type
    returns: weights (fan_in, fan_out) dtype
    raises: TypeError or ValueError for sizes that cannot be

    >>> zeros(2, 3).tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    return np.zeros((check_count("fan_in", fan_in, 1), check_count("fan_out", fan_out, 1)), dtype)


def normal(
    fan_in: int, fan_out: int, rng: Generator, dtype: DType = np.float32, std: float = 0.01
) -> np.ndarray:
    """Normal numbers of one fixed standard deviation, whatever the size of the layer.

    fan_in, fan_out: int >= 1; rng: np.random.Generator; dtype: float type
    std: float, standard deviation
    returns: weights (fan_in, fan_out) dtype
    raises: TypeError or ValueError for sizes or a generator that cannot be

    >>> weights = normal(500, 400, np.random.default_rng(0), std=0.1)
    >>> weights.shape, round(float(weights.std()), 3)
    ((500, 400), 0.1)
    """
    check_count("fan_in", fan_in, 1), check_count("fan_out", fan_out, 1), check_rng(rng)
    weights = rng.standard_normal((fan_in, fan_out), dtype=np.dtype(dtype))
    with np.errstate(under="ignore"):
        weights *= np.dtype(dtype).type(std)
    return weights


def _uniform(fan_in: int, fan_out: int, rng: Generator, dtype: DType, limit: float) -> np.ndarray:
    """Uniform numbers in +-limit."""
    check_rng(rng)
    weights = rng.random((fan_in, fan_out), dtype=np.dtype(dtype))
    weights -= np.dtype(dtype).type(0.5)
    with np.errstate(under="ignore"):
        weights *= np.dtype(dtype).type(2 * limit)
    return weights


def uniform_fan_in(fan_in: int, fan_out: int, rng: Generator, dtype: DType = np.float32) -> np.ndarray:
    """Uniform in +-1/sqrt(fan_in): the long-standing default, of variance 1/(3 fan_in).

    fan_in, fan_out: int >= 1; rng: np.random.Generator; dtype: float type
    returns: weights (fan_in, fan_out) dtype
    raises: TypeError or ValueError for sizes or a generator that cannot be
    source: LeCun et al., Efficient BackProp, 1998

    >>> round(float(uniform_fan_in(100, 900, np.random.default_rng(0)).max()), 3)
    0.1
    """
    fan_in, fan_out = check_count("fan_in", fan_in, 1), check_count("fan_out", fan_out, 1)
    return _uniform(fan_in, fan_out, rng, dtype, np.sqrt(1 / fan_in))


def lecun_normal(fan_in: int, fan_out: int, rng: Generator, dtype: DType = np.float32) -> np.ndarray:
    """Normal with variance 1/fan_in, which keeps the signal's variance between layers without activation.

    fan_in, fan_out: int >= 1; rng: np.random.Generator; dtype: float type
    returns: weights (fan_in, fan_out) dtype
    raises: TypeError or ValueError for sizes or a generator that cannot be
    source: LeCun et al., Efficient BackProp, 1998

    >>> round(float(lecun_normal(100, 900, np.random.default_rng(0)).std()), 2)
    0.1
    """
    fan_in, fan_out = check_count("fan_in", fan_in, 1), check_count("fan_out", fan_out, 1)
    return normal(fan_in, fan_out, rng, dtype, np.sqrt(1 / fan_in))


def lecun_uniform(fan_in: int, fan_out: int, rng: Generator, dtype: DType = np.float32) -> np.ndarray:
    """Uniform in +-sqrt(3/fan_in), of variance 1/fan_in.

    fan_in, fan_out: int >= 1; rng: np.random.Generator; dtype: float type
    returns: weights (fan_in, fan_out) dtype
    raises: TypeError or ValueError for sizes or a generator that cannot be
    source: LeCun et al., Efficient BackProp, 1998

    >>> round(float(lecun_uniform(100, 900, np.random.default_rng(0)).std()), 2)
    0.1
    """
    fan_in, fan_out = check_count("fan_in", fan_in, 1), check_count("fan_out", fan_out, 1)
    return _uniform(fan_in, fan_out, rng, dtype, np.sqrt(3 / fan_in))


def glorot_normal(fan_in: int, fan_out: int, rng: Generator, dtype: DType = np.float32) -> np.ndarray:
    """Normal with variance 2/(fan_in + fan_out): a compromise between forward and backward pass.

    fan_in, fan_out: int >= 1; rng: np.random.Generator; dtype: float type
    returns: weights (fan_in, fan_out) dtype
    raises: TypeError or ValueError for sizes or a generator that cannot be
    source: Glorot and Bengio 2010

    >>> round(float(glorot_normal(100, 100, np.random.default_rng(0)).std()), 2)
    0.1
    """
    fan_in, fan_out = check_count("fan_in", fan_in, 1), check_count("fan_out", fan_out, 1)
    return normal(fan_in, fan_out, rng, dtype, np.sqrt(2 / (fan_in + fan_out)))


def glorot_uniform(fan_in: int, fan_out: int, rng: Generator, dtype: DType = np.float32) -> np.ndarray:
    """Uniform in +-sqrt(6/(fan_in + fan_out)), of variance 2/(fan_in + fan_out).

    fan_in, fan_out: int >= 1; rng: np.random.Generator; dtype: float type
    returns: weights (fan_in, fan_out) dtype
    raises: TypeError or ValueError for sizes or a generator that cannot be
    source: Glorot and Bengio 2010

    >>> round(float(glorot_uniform(100, 100, np.random.default_rng(0)).std()), 2)
    0.1
    """
    fan_in, fan_out = check_count("fan_in", fan_in, 1), check_count("fan_out", fan_out, 1)
    return _uniform(fan_in, fan_out, rng, dtype, np.sqrt(6 / (fan_in + fan_out)))


def he_normal(fan_in: int, fan_out: int, rng: Generator, dtype: DType = np.float32) -> np.ndarray:
    """Normal with variance 2/fan_in: the 2 makes up for the half that relu sets to zero.

    fan_in, fan_out: int >= 1; rng: np.random.Generator; dtype: float type
    returns: weights (fan_in, fan_out) dtype
    raises: TypeError or ValueError for sizes or a generator that cannot be
    source: He et al. 2015

    >>> round(float(he_normal(200, 900, np.random.default_rng(0)).std()), 2)
    0.1
    """
    fan_in, fan_out = check_count("fan_in", fan_in, 1), check_count("fan_out", fan_out, 1)
    return normal(fan_in, fan_out, rng, dtype, np.sqrt(2 / fan_in))


def he_uniform(fan_in: int, fan_out: int, rng: Generator, dtype: DType = np.float32) -> np.ndarray:
    """Uniform in +-sqrt(6/fan_in), of variance 2/fan_in.

    fan_in, fan_out: int >= 1; rng: np.random.Generator; dtype: float type
    returns: weights (fan_in, fan_out) dtype
    raises: TypeError or ValueError for sizes or a generator that cannot be
    source: He et al. 2015

    >>> round(float(he_uniform(200, 900, np.random.default_rng(0)).std()), 2)
    0.1
    """
    fan_in, fan_out = check_count("fan_in", fan_in, 1), check_count("fan_out", fan_out, 1)
    return _uniform(fan_in, fan_out, rng, dtype, np.sqrt(6 / fan_in))


def init_params(
    sizes: Sequence[int], *, rng: Generator, init: Initializer = he_normal, dtype: DType = np.float32
) -> Params:
    """A fresh network: weights from the initialiser, biases 0.

    sizes: layer sizes, input first, for instance [784, 128, 64, 10]
    rng: np.random.Generator; the layers are drawn from it one after another
    init: initialiser, (fan_in, fan_out, rng, dtype) -> weights; one that takes no dtype will do as well
    dtype: float32 for training, float64 for gradient checks
    returns: Params
    raises: ValueError or TypeError when sizes, rng or dtype cannot make a network

    >>> init_params([784, 128, 10], rng=np.random.default_rng(0))
    Params(784-128-10, 101,770 numbers, float32)
    """
    sizes = check_sizes(sizes)
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise TypeError(f"dtype is {np.dtype(dtype)}: expected np.float32 or np.float64")
    if not callable(init):
        raise TypeError(f"init is {init!r}: pass a function such as mlpkit.he_normal, without calling it")
    params = empty_params(sizes, dtype)
    with np.errstate(under="ignore"):
        for layer, fan_in, fan_out in zip(params, sizes, sizes[1:]):
            layer.weights[...] = _drawn(init, fan_in, fan_out, rng, dtype)
            layer.bias[...] = 0
    return params


def _drawn(init: Initializer, fan_in: int, fan_out: int, rng: Generator, dtype: DType) -> np.ndarray:
    arguments: tuple = (fan_in, fan_out, rng, dtype)
    try:
        inspect.signature(init).bind(*arguments)
    except TypeError:  # written without a dtype, as in the lessons
        arguments = arguments[:3]
    weights = np.asarray(init(*arguments))
    if weights.shape != (fan_in, fan_out):
        name = getattr(init, "__name__", repr(init))
        raise ValueError(f"{name} returned shape {weights.shape}: expected ({fan_in}, {fan_out})")
    return weights
