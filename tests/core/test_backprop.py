"""The backward pass: every gradient against central differences, for every activation, loss and depth."""

import numpy as np
import pytest
from hypothesis import assume, given, settings

import mlpkit
from mlpkit import backward, cross_entropy_grad, forward, loss_and_grads, numerical_gradient, numerical_grads
from tests.nets import ACTIVATIONS, LOSSES, difference, function, make, near_kink, seeds, sizes

every_activation = pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
every_loss = pytest.mark.parametrize("loss", LOSSES)


def numerical(run, params, images, labels):
    return numerical_gradient(lambda flat: run(params.like(flat), images, labels)[0], params.flat)


@every_activation
@every_loss
@settings(max_examples=25)
@given(sizes=sizes, seed=seeds)
def test_whole_gradient_against_central_differences(activation, loss, sizes, seed):
    params, images, labels = make(sizes, seed)
    assume(not near_kink(params, images, activation))
    run = function(activation, loss)
    _, grads = run(params, images, labels)
    expected = numerical_grads(params, images, labels, activation=activation, loss=LOSSES[loss][0])
    assume(np.linalg.norm(expected.flat) > 1e-3)  # below, rounding alone is 1e-7 of it
    assert difference(grads.flat, expected.flat) < 1e-7


@every_activation
@every_loss
@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])
def test_every_array_at_every_depth(activation, loss, depth):
    run, widths = function(activation, loss), [6, 5, 7, 4, 5][:depth]
    for seed in range(100):
        params, images, labels = make([*widths, 3], seed)
        if not near_kink(params, images, activation):
            break
    _, grads = run(params, images, labels)
    expected = grads.like(numerical(run, params, images, labels))
    for mine, other in zip(grads, expected):
        for a, b in zip(mine, other):
            # Small gradients are known to no more digits than the loss: 1e-11, after division by 2e-5.
            assert np.linalg.norm(a - b) < 1e-7 * (np.linalg.norm(a) + np.linalg.norm(b)) + 1e-10
    assert difference(grads.flat, expected.flat) < 1e-7


@every_activation
def test_bytes_as_images(activation):
    params = make([6, 5, 3], 5)[0]
    images = np.random.default_rng(0).integers(0, 256, (4, 6), dtype=np.uint8)
    labels = np.array([0, 2, 1, 0], np.uint8)
    run = function(activation)
    _, grads = run(params, images, labels)
    assert difference(grads.flat, numerical(run, params, images, labels)) < 1e-7


def test_one_layer_by_hand():
    layers = [(np.zeros((2, 2)), np.zeros(2))]
    loss, grads = loss_and_grads(layers, np.array([[1.0, 2.0], [3.0, 4.0]]), [0, 1])
    assert loss == pytest.approx(np.log(2))
    np.testing.assert_allclose(grads[0].weights, [[0.5, -0.5], [0.5, -0.5]])  # x^T (p - y) / 2
    np.testing.assert_allclose(grads[0].bias, [0, 0], atol=1e-15)


@every_activation
def test_backward_twice_gives_the_same_and_changes_nothing(activation):
    params, images, labels = make([6, 5, 4, 3], 1)
    done = forward(params, images, activation)
    dlogits = cross_entropy_grad(done.logits, labels)
    before = [array.copy() for arrays in done for array in arrays] + [dlogits.copy(), params.flat.copy()]
    first = backward(params, done, dlogits, activation).flat.copy()
    second = backward(params, done, dlogits, activation)
    np.testing.assert_array_equal(first, second.flat)
    after = [array for arrays in done for array in arrays] + [dlogits, params.flat]
    for a, b in zip(before, after):
        np.testing.assert_array_equal(a, b)


def test_the_gradient_of_a_batch_is_the_mean_of_its_examples():
    params, images, labels = make([6, 5, 3], 2, batch=4)
    alone = [loss_and_grads(params, images[i : i + 1], labels[i : i + 1])[1].flat for i in range(4)]
    np.testing.assert_allclose(loss_and_grads(params, images, labels)[1].flat, np.mean(alone, axis=0))


@every_activation
@every_loss
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_types(activation, loss, dtype):
    params, images, labels = make([6, 5, 3], 2, dtype=dtype)
    value, grads = function(activation, loss)(params, images, labels)
    assert grads.dtype == dtype
    assert isinstance(value, float)
    assert value.logits.dtype == dtype


def test_plain_lists_everywhere():
    params, images, labels = make([6, 5, 3], 2)
    value, grads = loss_and_grads(params, images, labels)
    layers = [(weights.tolist(), bias.tolist()) for weights, bias in params]
    other, others = loss_and_grads(layers, images.tolist(), labels.tolist())
    assert other == value
    np.testing.assert_array_equal(others.flat, grads.flat)
    done = forward(layers, images)
    dlogits = cross_entropy_grad(done.logits, labels).tolist()
    np.testing.assert_array_equal(backward(layers, done, dlogits).flat, grads.flat)


def test_the_loss_carries_the_logits_of_its_own_activation():
    params, images, labels = make([6, 5, 3], 2)
    loss, _ = loss_and_grads(params, images, labels, activation=mlpkit.tanh)
    np.testing.assert_array_equal(loss.logits, forward(params, images, mlpkit.tanh).logits)


def test_own_functions_can_be_put_in():
    params, images, labels = make([6, 5, 3], 2)
    called = []

    def my_forward(params, images, activation):
        called.append("forward")
        return forward(params, images, activation)

    def my_backward(params, done, dlogits, activation):
        called.append("backward")
        return backward(params, done, 2 * dlogits, activation)

    _, grads = loss_and_grads(params, images, labels, forward=my_forward, backward=my_backward)
    assert called == ["forward", "backward"]
    np.testing.assert_allclose(grads.flat, 2 * loss_and_grads(params, images, labels)[1].flat)


def test_an_activation_of_ones_own():
    softplus = mlpkit.Activation(
        "softplus", lambda z: np.log1p(np.exp(z)), lambda z, a=None: 1 / (1 + np.exp(-z))
    )
    params, images, labels = make([6, 5, 3], 2)
    run = function(softplus)
    _, grads = run(params, images, labels)
    assert difference(grads.flat, numerical(run, params, images, labels)) < 1e-7


@pytest.mark.parametrize(
    "given_one", [{"loss": mlpkit.mean_squared_error}, {"loss_grad": mlpkit.mean_squared_error_grad}]
)
def test_a_loss_without_its_gradient_is_refused(given_one):
    params, images, labels = make([6, 3], 2)
    with pytest.raises(ValueError, match=r"only one of loss and loss_grad.*pass both"):
        loss_and_grads(params, images, labels, **given_one)


@pytest.mark.parametrize("returned", [None, "0.5", np.ones(3), 1j])
def test_a_loss_that_is_no_number_is_named(returned):
    params, images, labels = make([6, 3], 2)
    grad = mlpkit.mean_squared_error_grad
    with pytest.raises(TypeError, match=r"loss returned \w+: expected one number"):
        loss_and_grads(params, images, labels, loss=lambda *_: returned, loss_grad=grad)


def test_a_gradient_that_is_not_returned_is_named():
    params, images, labels = make([6, 3], 2)
    loss = mlpkit.mean_squared_error
    with pytest.raises(TypeError, match=r"loss_grad returned None: expected dlogits of shape \(5, 3\)"):
        loss_and_grads(params, images, labels, loss=loss, loss_grad=lambda *_: None)


def test_bad_input():
    params, images, labels = make([6, 5, 3], 2)
    done = forward(params, images)
    with pytest.raises(ValueError, match=r"dlogits have shape \(5, 2\), the logits \(5, 3\)"):
        backward(params, done, np.zeros((5, 2)))
    with pytest.raises(ValueError, match="run from"):
        loss_and_grads(params, images, labels + 3)
    with pytest.raises(ValueError, match="images have shape"):
        loss_and_grads(params, images[:, 1:], labels)
    with pytest.raises(ValueError, match="labels have shape"):
        loss_and_grads(params, images, labels[1:])
    with pytest.raises(TypeError, match="activation is 'relu'"):
        loss_and_grads(params, images, labels, activation="relu")
