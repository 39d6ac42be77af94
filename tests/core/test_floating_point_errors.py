"""With `np.seterr(all="raise")` everything public still works: what is harmless by design is silent inside.

Numbers too small for a float are 0, and e to the power of a large number is infinite where 1 / infinity is
right. Each case below meets such numbers, and gives what it gives without errors being raised.
"""

import numpy as np
import pytest

import mlpkit
from tests.core.test_docstrings import PUBLIC
from tests.core.test_optimizers import MAKE as OPTIMIZER_TABLE

TINY = {np.float32: 1e-30, np.float64: 1e-200}  # its square is too small for a float
FAR = np.array([[0.0, 1000.0, -1000.0], [-800.0, 0.0, 500.0]])  # e to the power of the differences is 0
LABELS = np.array([1, 0])


def network(size, dtype, seed=0):
    params = mlpkit.init_params([4, 5, 3], rng=np.random.default_rng(seed), dtype=dtype)
    return params.like(params.flat * params.dtype.type(size))


def images(dtype):
    return np.random.default_rng(1).random((2, 4)).astype(dtype) * dtype(TINY[dtype])


def two_updates(optimizer, dtype):
    """Gradients that are tiny, and then nothing."""
    params, grads = network(1, dtype), network(TINY[dtype], dtype)
    new, state = optimizer.update(params, grads, optimizer.init(params))
    return optimizer.update(new, grads, state)[0].flat


def trained(dtype, **how):
    data = mlpkit.Examples(np.vstack([images(dtype)] * 3), np.array([0, 1, 2, 0, 1, 2]))
    steps = mlpkit.train(network(1, dtype), data, epochs=3, batch_size=2, rng=np.random.default_rng(0), **how)
    return np.array([step.loss for step in steps])


def with_dropout(dtype):
    function = mlpkit.dropout(0.5, np.random.default_rng(0))
    return function(network(TINY[dtype], dtype), images(dtype), LABELS)[1].flat


def checked(dtype):
    function = mlpkit.loss_and_grads
    return mlpkit.check_grads(
        function, network(1, dtype), images(dtype), LABELS, rng=np.random.default_rng(0)
    ).relative_error


def best(dtype):
    data = mlpkit.Examples(images(dtype), LABELS)
    how = {"optimizer": mlpkit.adam(), "epochs": 4, "rng": np.random.default_rng(0)}
    steps = mlpkit.train(network(1, dtype), data, **how)
    return mlpkit.early_stopping(mlpkit.validated(steps, data, every=2), patience=2).valid.loss


OPTIMIZERS = [name for name in OPTIMIZER_TABLE if name.isidentifier()]  # without the combined ones

CASES = {
    "softmax": lambda dtype: mlpkit.softmax(FAR.astype(dtype)),
    "log_softmax": lambda dtype: mlpkit.log_softmax(FAR.astype(dtype)),
    "cross_entropy": lambda dtype: mlpkit.cross_entropy(FAR.astype(dtype), LABELS),
    "cross_entropy_grad": lambda dtype: mlpkit.cross_entropy_grad(FAR.astype(dtype), LABELS),
    "cross_entropy_and_grad": lambda dtype: mlpkit.cross_entropy_and_grad(FAR.astype(dtype), LABELS)[1],
    "softmax_grad": lambda dtype: mlpkit.softmax_grad(images(dtype), images(dtype)),
    "log_softmax_grad": lambda dtype: mlpkit.log_softmax_grad(images(dtype)[:, :3], FAR.astype(dtype) - 1000),
    "mean_squared_error": lambda dtype: mlpkit.mean_squared_error(images(dtype), 0 * images(dtype)),
    "mean_squared_error_grad": lambda dtype: mlpkit.mean_squared_error_grad(
        np.full((2, 4), np.nextafter(np.finfo(dtype).tiny, dtype(1))), np.zeros((2, 4))
    ),
    "forward": lambda dtype: mlpkit.forward(network(TINY[dtype], dtype), images(dtype), mlpkit.tanh).logits,
    "predict": lambda dtype: mlpkit.predict(network(TINY[dtype], dtype), images(dtype)),
    "as_inputs": lambda dtype: mlpkit.core.network.as_inputs(np.full((2, 4), 1e-310), network(1, np.float32)),
    "backward": lambda dtype: (
        mlpkit.backward(
            network(TINY[dtype], dtype),
            mlpkit.forward(network(TINY[dtype], dtype), images(dtype)),
            np.full((2, 3), TINY[dtype]),
        ).flat
    ),
    "loss_and_grads": lambda dtype: (
        mlpkit.loss_and_grads(network(TINY[dtype], dtype), images(dtype), LABELS)[1].flat
    ),
    "accuracy": lambda dtype: mlpkit.accuracy(FAR.astype(dtype), LABELS),
    "evaluate": lambda dtype: mlpkit.evaluate(network(TINY[dtype], dtype), images(dtype), LABELS),
    "confusion_matrix": lambda dtype: mlpkit.confusion_matrix(LABELS, LABELS),
    "numerical_gradient": lambda dtype: mlpkit.numerical_gradient(lambda x: (x**2).sum(), images(dtype)),
    "numerical_grads": lambda dtype: (
        mlpkit.numerical_grads(
            network(TINY[dtype], dtype), images(dtype), LABELS, activation=mlpkit.tanh
        ).flat
    ),
    "check_grads": checked,
    "dropout": with_dropout,
    "validated": best,
    "early_stopping": best,
    "train": lambda dtype: trained(dtype, optimizer=mlpkit.adamw(0.1)),
    "clip_by_global_norm": lambda dtype: (
        mlpkit.clip_by_global_norm(network(TINY[dtype], dtype), TINY[dtype] * 1e-3).flat
    ),
    "clipped": lambda dtype: two_updates(mlpkit.clipped(mlpkit.sgd(1.0), TINY[dtype]), dtype),
    "decayed": lambda dtype: two_updates(mlpkit.decayed(mlpkit.sgd(1.0), 1e-30), dtype),
    "normal": lambda dtype: mlpkit.normal(3, 4, np.random.default_rng(0), dtype, std=1e-40),
    "init_params": lambda dtype: (
        mlpkit.init_params(
            [3, 2], rng=np.random.default_rng(0), init=lambda a, b, rng: np.full((a, b), 1e-40), dtype=dtype
        ).flat
    ),
    "Params": lambda dtype: network(1, np.float64).like(network(1e-60, np.float64).flat).astype(dtype).flat,
    "as_params": lambda dtype: mlpkit.core.params.as_params([(np.eye(2, dtype=dtype), np.zeros(2))]).flat,
    "scale_pixels": lambda dtype: mlpkit.scale_pixels(np.array([[0, 1, 255]], np.uint8)),
    "one_hot": lambda dtype: mlpkit.one_hot(LABELS, 3, dtype),
    "batches": lambda dtype: next(mlpkit.batches(images(dtype), LABELS, 2, np.random.default_rng(0))).images,
    "split": lambda dtype: mlpkit.split(images(dtype), LABELS, 1, np.random.default_rng(0))[0].images,
    "cosine": lambda dtype: mlpkit.cosine(1e-300, 10, 1e-10)(10),
    "step_decay": lambda dtype: mlpkit.step_decay(1e-300, 1, 0.1)(20),
    "warm_up": lambda dtype: mlpkit.warm_up(1e-300, 1000)(1),
    "constant": lambda dtype: mlpkit.constant(1e-300)(1),
    "zeros": lambda dtype: mlpkit.zeros(2, 3, None, dtype),
    **{name: lambda dtype, name=name: two_updates(getattr(mlpkit, name)(1.0), dtype) for name in OPTIMIZERS},
    **{
        name: lambda dtype, name=name: getattr(mlpkit, name)(30, 20, np.random.default_rng(0), dtype)
        for name in mlpkit.core.initializers.__dict__
        if name.endswith(("_normal", "_uniform", "fan_in")) and not name.startswith("_")
    },
}
# Holders of numbers that compute nothing, what reads files, and what a case above calls.
NO_NUMBERS = """
    Layer Activation Examples Dataset ForwardPass Loss GradCheck Optimizer
    Metrics Step Snapshot History empty_params load save_params load_params
    rate_at cross_entropy_parts
""".split()  # noqa: SIM905


def test_every_public_function_has_a_case():
    assert {thing.__name__ for thing in PUBLIC} == {*CASES, *NO_NUMBERS}


@pytest.mark.parametrize("dtype", TINY, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("name", CASES)
def test_it_raises_nothing_and_gives_the_same(name, dtype):
    with np.errstate(all="ignore"):
        expected = CASES[name](dtype)
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(CASES[name](dtype), expected)


@pytest.mark.parametrize("activation", mlpkit.core.activations.ACTIVATIONS, ids=repr)
@pytest.mark.parametrize("dtype", TINY, ids=lambda dtype: dtype.__name__)
def test_activations_of_extreme_numbers(activation, dtype):
    tiny = np.finfo(dtype).tiny
    z = np.array([0, tiny, -tiny, TINY[dtype], 1, 1e30, -1e30, -500], dtype)
    with np.errstate(all="ignore"):
        expected = activation(z), activation.derivative(z), activation.derivative(z, activation(z))
    with np.errstate(all="raise"):
        found = activation(z), activation.derivative(z), activation.derivative(z, activation(z))
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("activation", [mlpkit.sigmoid, mlpkit.tanh, mlpkit.relu], ids=repr)
def test_training_with_every_optimizer(name, activation):
    function = mlpkit.loss_and_grads
    for own in (False, True):  # the fast form, and a function of the learner's own
        how = {"optimizer": getattr(mlpkit, name)(0.01)}
        how["loss_and_grads"] = lambda *batch: function(*batch, activation=activation)
        if not own:
            how["loss_and_grads"] = mlpkit.core.backprop.loss_and_grads
        with np.errstate(all="raise"):
            assert np.isfinite(trained(np.float32, **how)).all()


def test_what_is_not_harmless_is_still_raised():
    with np.errstate(all="raise"), pytest.raises(FloatingPointError, match="overflow"):
        mlpkit.mean_squared_error(np.full((1, 2), 1e300), np.zeros((1, 2)))
