"""The same numbers as PyTorch and scikit-learn, from the same weights, without needing either."""

from functools import partial

import numpy as np
import pytest

import mlpkit
from tests.core.references.make import ACTIVATIONS, FILE, RATES, SIZES, SKLEARN_EPS, WEIGHT_DECAY, problem
from tests.nets import LOSSES, difference

with np.load(FILE, allow_pickle=False) as file:
    SAID = dict(file)
BATCHES = list(zip(SAID["images"], SAID["labels"]))
BOUND = {np.float64: 1e-8, np.float32: 1e-5}
both_precisions = pytest.mark.parametrize("dtype", BOUND)
OPTIMIZERS = {
    "sgd": mlpkit.sgd,
    "momentum": mlpkit.momentum,
    "nesterov": mlpkit.nesterov,
    "rmsprop": mlpkit.rmsprop,
    "adam": mlpkit.adam,
    "adamw": partial(mlpkit.adamw, weight_decay=WEIGHT_DECAY),
}


def start(dtype):
    layers = problem()[0]
    params = mlpkit.Params(layers).astype(dtype)
    return params.like(SAID["start"].astype(dtype))


def test_the_stored_problem_is_the_scripts_own():
    layers, images, labels = problem()
    np.testing.assert_allclose(mlpkit.Params(layers).flat, SAID["start"], rtol=1e-12)
    np.testing.assert_array_equal(images, SAID["images"])
    np.testing.assert_array_equal(labels, SAID["labels"])


@both_precisions
@pytest.mark.parametrize(
    "who, activation, loss",
    [("torch", activation, loss) for activation in ACTIVATIONS for loss in LOSSES]
    + [("sklearn", activation, "cross_entropy") for activation in ("relu", "tanh", "sigmoid")],
)
def test_loss_and_gradients(who, activation, loss, dtype):
    function, gradient = LOSSES[loss]
    value, grads = mlpkit.loss_and_grads(
        start(dtype), *BATCHES[0], activation=getattr(mlpkit, activation), loss=function, loss_grad=gradient
    )
    name = f"{who}_{activation}_{loss}"
    assert value == pytest.approx(SAID[f"{name}_loss"].item(), rel=BOUND[dtype])
    theirs = grads.like(SAID[f"{name}_grads"].astype(dtype))
    for mine, other in zip(grads, theirs):
        assert difference(mine.weights, other.weights) < BOUND[dtype]
        assert difference(mine.bias, other.bias) < BOUND[dtype]


@both_precisions
@pytest.mark.parametrize(
    "who, name",
    [("torch", name) for name in RATES]
    + [("sklearn", name) for name in ("sgd", "momentum", "nesterov", "adam")],
)
def test_weights_after_ten_steps(who, name, dtype):
    eps = {"eps": SKLEARN_EPS} if (who, name) == ("sklearn", "adam") else {}
    optimizer = OPTIMIZERS[name](RATES[name], **eps)
    params = start(dtype)
    state = optimizer.init(params)
    for images, labels in BATCHES:
        _, grads = mlpkit.loss_and_grads(params, images, labels)
        params, state = optimizer.update(params, grads, state)
    theirs = params.like(SAID[f"{who}_{name}_after"].astype(dtype))
    for mine, other in zip(params, theirs):
        assert difference(mine.weights, other.weights) < BOUND[dtype]
        assert difference(mine.bias, other.bias) < BOUND[dtype]
    assert params.dtype == dtype


@pytest.mark.parametrize("name", RATES)
def test_the_optimizers_differ_by_far_more_than_the_bound(name):
    others = [SAID[f"torch_{other}_after"] for other in RATES if other != name]
    assert all(difference(SAID[f"torch_{name}_after"], other) > 1e-3 for other in others)


def test_the_reference_network_is_deep_enough_to_tell():
    assert len(SIZES) == 4
    assert len(BATCHES) == 10
