"""Small random networks and problems that the tests of the numeric core share."""

from functools import partial

import numpy as np
from hypothesis import strategies as st

import mlpkit

ACTIVATIONS = (mlpkit.relu, mlpkit.leaky_relu, mlpkit.tanh, mlpkit.sigmoid, mlpkit.identity)
KINKED = ("relu", "leaky_relu")


def squared_on_softmax(logits, targets):
    return mlpkit.mean_squared_error(mlpkit.softmax(logits), targets)


def squared_on_softmax_grad(logits, targets):
    probabilities = mlpkit.softmax(logits)
    return mlpkit.softmax_grad(mlpkit.mean_squared_error_grad(probabilities, targets), probabilities)


LOSSES = {
    "cross_entropy": (mlpkit.cross_entropy, mlpkit.cross_entropy_grad),
    "squared": (mlpkit.mean_squared_error, mlpkit.mean_squared_error_grad),
    "squared_on_softmax": (squared_on_softmax, squared_on_softmax_grad),
}

# depth 1 to 5, widths 1 to 9, and at least two classes
sizes = st.tuples(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.integers(2, 6)).map(
    lambda drawn: [*drawn[0], drawn[1]]
)
seeds = st.integers(0, 2**32 - 1)


def make(sizes, seed, *, batch=5, dtype=np.float64):
    """Params with random biases, images and labels."""
    rng = np.random.default_rng(seed)
    params = mlpkit.init_params(sizes, rng=rng, dtype=dtype)
    for layer in params:
        layer.bias[...] = rng.normal(0, 0.5, layer.bias.shape)
    return params, rng.normal(0, 1, (batch, sizes[0])).astype(dtype), rng.integers(0, sizes[-1], batch)


def function(activation=mlpkit.relu, loss="cross_entropy"):
    """loss_and_grads with an activation and a loss by name."""
    loss, loss_grad = LOSSES[loss]
    return partial(mlpkit.loss_and_grads, activation=activation, loss=loss, loss_grad=loss_grad)


def near_kink(params, images, activation, distance=1e-3):
    """True when some preactivation that is bent lies within a distance of the kink at 0."""
    if activation.name not in KINKED:
        return False
    bent = mlpkit.forward(params, images, activation).preactivations[:-1]
    return any((np.abs(z) < distance).any() for z in bent)


def difference(a, b):
    """Norm-wise relative difference of two arrays."""
    a, b = np.asarray(a), np.asarray(b)
    return np.linalg.norm(a - b) / max(np.linalg.norm(a) + np.linalg.norm(b), 1e-300)


def examples(count=60, pixels=6, classes=3, seed=0):
    """A problem that can be learned: uint8 images whose class shows in the first pixels."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, count)
    images = rng.integers(0, 60, (count, pixels), dtype=np.uint8)
    images[np.arange(count), labels] += 180
    return mlpkit.Examples(images, labels)
