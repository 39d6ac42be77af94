"""Functions that are nearly right, one line each: all of them fail, some with a cause that has a name.

Each passed once: small batches, moderate values or wide tolerances hid that it was wrong.
"""

import numpy as np
import pytest

from mlpkit.exercises import check
from mlpkit.exercises.topics.backprop import affine_backward, backward, cross_entropy_backward
from mlpkit.exercises.topics.data import one_hot, scale_pixels
from mlpkit.exercises.topics.forward import forward
from mlpkit.exercises.topics.loss import cross_entropy, log_softmax, softmax
from mlpkit.exercises.topics.optimizers import momentum_step, nesterov_step, rmsprop_step
from mlpkit.exercises.topics.sgd import _epoch, evaluate, sgd_step, train_epoch


def _powers(z):
    return np.exp(z - z.max(axis=1, keepdims=True))


def _picked(p, y):
    return p[np.arange(len(y)), y]


def _with_loss(loss):
    def wrong(layers, images, labels):
        return loss(forward(layers, images)[1], labels), evaluate(layers, images, labels)[1]

    return wrong


def _with_accuracy(accuracy):
    def wrong(layers, images, labels):
        return evaluate(layers, images, labels)[0], accuracy(forward(layers, images)[1], labels)

    return wrong


def _mean_of_batches(size):
    def wrong(layers, images, labels):
        parts = [slice(start, start + size) for start in range(0, len(labels), size)]
        return tuple(np.mean([evaluate(layers, images[p], labels[p]) for p in parts], axis=0))

    return wrong


def _bent(bend):
    """`forward` with another function than relu between two layers."""

    def wrong(layers, images):
        entered, z = [], images
        for i, (weights, bias) in enumerate(layers):
            entered.append(bend(z) if i else z)
            z = entered[-1] @ weights + bias
        return entered, z

    return wrong


def _he(fan_in, fan_out, rng, more=0, factor=1.0):
    return rng.normal(0, factor * np.sqrt(2 / (fan_in + more)), (fan_in, fan_out))


def _even(fan_in, fan_out, rng, shift):
    """Uniform, with a mean that lies `shift` standard deviations away from 0."""
    return np.sqrt(2 / (fan_in + fan_out)) * (rng.uniform(-np.sqrt(3), np.sqrt(3), (fan_in, fan_out)) + shift)


def _bias_squeezed(dz, inputs, weights):
    dinputs, dweights, dbias = affine_backward(dz, inputs, weights)
    return dinputs, dweights, dbias.squeeze()


def _clipped(size, grads):
    return [(np.clip(dw, -size, size), np.clip(db, -size, size)) for dw, db in grads]


def _clipped_step(step, size=10.0):
    return lambda param, grad, *rest: step(param, np.clip(grad, -size, size), *rest)


def _multiplied_later(tape, count):
    """Right only where a pull goes entry by entry: not through a product of matrices."""
    grads = [0.0] * count
    grads[-1] = 1.0
    for output, inputs, pull in reversed(tape):
        for number, grad in zip(inputs, pull(1.0)):
            grads[number] = grads[number] + grad * grads[output]
    return grads


WRONG = {
    "accuracy": [
        ("sigmoid first", lambda z, y: ((1 / (1 + np.exp(-z))).argmax(1) == y).mean(), "probabilities-first"),
        ("powers first", lambda z, y: (np.exp(z).argmax(1) == y).mean(), "probabilities-first"),
        ("near is equal", lambda z, y: (np.isclose(z, z.max(1)[:, None]).argmax(1) == y).mean(), None),
        ("half precision", lambda z, y: (z.astype(np.float16).argmax(1) == y).mean(), None),
        (
            "ties are wrong",
            lambda z, y: ((z >= _picked(z, y)[:, None]).sum(1) == 1).mean(),
            "tie-counts-as-wrong",
        ),
    ],
    "scale_pixels": [
        ("a little more than 255", lambda x: np.float32(x.reshape(len(x), -1) / 255.001), None),
        ("rounded", lambda x: scale_pixels(x).round(6), None),
        ("never 0", lambda x: np.clip(scale_pixels(x), np.float32(1e-7), 1), None),
    ],
    "one_hot": [("smoothed", lambda y, k: np.clip(one_hot(y, k), 1e-7, 1 - 1e-7), None)],
    "relu": [
        ("steep softplus", lambda z: np.logaddexp(0, 1e6 * z) / 1e6, None),
        ("nearly 0", lambda z: np.where(z > 0, z, 1e-8 * z), None),
    ],
    "affine": [("one unit is no axis", lambda x, w, b: np.squeeze(x @ w + b, (1,) * (len(b) == 1)), None)],
    "forward": [
        ("capped at 6", _bent(lambda z: np.clip(z, 0, 6)), None),
        ("capped at 20", _bent(lambda z: np.clip(z, 0, 20)), None),
    ],
    "softmax": [
        ("at least 1e-7", lambda z: np.clip(softmax(z), 1e-7, 1), "clipped"),
        ("between 1e-7 and 1 - 1e-7", lambda z: np.clip(softmax(z), 1e-7, 1 - 1e-7), "clipped"),
        ("at least 1e-15", lambda z: np.clip(softmax(z), 1e-15, 1), "clipped"),
        ("1e-8 more", lambda z: softmax(z) + 1e-8, "clipped"),
        ("1e-8 more, shared out", lambda z: (p := _powers(z) + 1e-8) / p.sum(axis=1, keepdims=True), None),
        ("cut at -20", lambda z: softmax(np.maximum(z - z.max(axis=1, keepdims=True), -20)), None),
        ("cut at -50", lambda z: softmax(np.maximum(z - z.max(axis=1, keepdims=True), -50)), None),
    ],
    "log_softmax": [
        (
            "1e-6 in the logarithm",
            lambda z: (s := z - z.max(1)[:, None]) - np.log(np.exp(s).sum(1)[:, None] + 1e-6),
            None,
        ),
    ],
    "cross_entropy_backward": [
        ("clipped", lambda z, y: (np.clip(softmax(z), 1e-7, 1) - one_hot(y, z.shape[1])) / len(y), "clipped"),
        ("rounded", lambda z, y: cross_entropy_backward(z, y).round(7), None),
    ],
    "relu_backward": [("nearly 0", lambda da, z: da * np.where(z > 0, 1, 1e-7), None)],
    "affine_backward": [("one unit is no axis", _bias_squeezed, None)],
    "backward": [("clipped at 5", lambda *args: _clipped(5, backward(*args)), None)],
    "sgd_step": [("clipped at 5", lambda layers, g, rate: sgd_step(layers, _clipped(5, g), rate), None)],
    "momentum_step": [("clipped", _clipped_step(momentum_step), None)],
    "nesterov_step": [("clipped", _clipped_step(nesterov_step), None)],
    "rmsprop_step": [("clipped", _clipped_step(rmsprop_step), None)],
    "evaluate": [
        ("log plus 1e-8", _with_loss(lambda z, y: -np.log(_picked(softmax(z), y) + 1e-8).mean()), None),
        ("clipped", _with_loss(lambda z, y: -np.log(np.clip(_picked(softmax(z), y), 1e-7, 1)).mean()), None),
        ("no shift", _with_loss(lambda z, y: (np.log(np.exp(z).sum(1)) - _picked(z, y)).mean()), None),
        ("a tie is right", _with_accuracy(lambda z, y: (_picked(z, y) == z.max(1)).mean()), None),
        *((f"mean of batches of {size}", _mean_of_batches(size), None) for size in (256, 500, 512, 1000)),
    ],
    "train_epoch": [("log plus 1e-8", lambda layers, *rest: (
        train_epoch(layers, *rest)[0],
        [-np.log(np.exp(-loss) + 1e-8) for loss in train_epoch(layers, *rest)[1]]), None),
        ("from a random place on, in order",
         _epoch(order=lambda rng, n: np.roll(np.arange(n), rng.integers(1, n))), None)],
    "he_normal": [
        ("fan_in - 1", lambda a, b, rng: _he(a, b, rng, more=-1), "one-more-or-less"),
        ("fan_in + 1", lambda a, b, rng: _he(a, b, rng, more=1), "one-more-or-less"),
        ("at least 10 inputs", lambda a, b, rng: _he(a, b, rng, more=max(0, 10 - a)), None),
        ("2.5 % too narrow", lambda a, b, rng: _he(a, b, rng, factor=0.975), None),
        ("mean a little above 0", lambda a, b, rng: _he(a, b, rng) + 0.045 * np.sqrt(2 / a), None),
        ("mean a little below 0", lambda a, b, rng: rng.normal(-0.045, 1, (a, b)) * np.sqrt(2 / a), None),
        ("mean 0.0025, whatever fan_in", lambda a, b, rng: _he(a, b, rng) + 0.0025, None),
    ],
    "glorot_uniform": [
        ("mean a little above 0", lambda a, b, rng: _even(a, b, rng, 0.045), None),
        ("mean a little below 0", lambda a, b, rng: _even(a, b, rng, -0.045), None),
    ],
    "init_params": [("mean a little above 0", lambda sizes, rng: [
        (_he(a, b, rng) + 0.055 * np.sqrt(2 / a), np.zeros(b)) for a, b in zip(sizes, sizes[1:])], None)],
    "backpropagate": [("the chain rule after the pull", _multiplied_later, None)],
}  # fmt: skip
EACH = [(name, *rest) for name, programs in WRONG.items() for rest in programs]


@pytest.mark.parametrize(("name", "how", "program", "mistake"), EACH, ids=[f"{e[0]}: {e[1]}" for e in EACH])
def test_a_nearly_right_function_fails(name, how, program, mistake):
    result = check(name, program)
    assert result.outcome == "incorrect"
    assert mistake is None or result.mistake == mistake


def _picked_from(change, images, labels, rows):
    """Some examples, with another type of numbers."""
    pixels, classes = change(images, labels)
    return pixels[rows], classes[rows]


def _split(change):
    def program(images, labels, valid_size, rng):
        order = rng.permutation(len(labels))
        return tuple(
            _picked_from(change, images, labels, rows) for rows in (order[valid_size:], order[:valid_size])
        )

    return program


def _batches(change):
    def program(images, labels, batch_size, rng):
        order = rng.permutation(len(labels))
        starts = range(0, len(order), batch_size)
        return [_picked_from(change, images, labels, order[s : s + batch_size]) for s in starts]

    return program


def _in_one_array(images, labels):
    both = np.column_stack((images / 1.0, labels))
    return both[:, :-1], both[:, -1]


@pytest.mark.parametrize(("name", "make"), [("split", _split), ("batches", _batches)])
def test_labels_stay_whole_numbers_and_images_may_get_another_type(name, make):
    for change in (_in_one_array, lambda images, labels: (images, labels.astype(np.float32))):
        result = check(name, make(change))
        assert result.outcome == "incorrect"
        assert "the labels came back as floats" in result.message
    for change in (
        lambda images, labels: (images.astype(np.float64), labels),
        lambda images, labels: (images.astype(np.float32), labels.astype(np.uint8)),
        lambda images, labels: (images.astype(int), labels.astype(np.int32)),
    ):
        assert check(name, make(change)).outcome == "passed"


RIGHT = {
    "softmax": [
        lambda z: softmax(z.astype(np.float32)),
        lambda z: (p := _powers(z)) / (p.sum(axis=1, keepdims=True) + 1e-12),
        lambda z: np.exp(log_softmax(z)),
    ],
    "log_softmax": [lambda z: log_softmax(z.astype(np.float32))],
    "cross_entropy": [lambda z, y: cross_entropy(z.astype(np.float32), y)],
    "cross_entropy_backward": [lambda z, y: cross_entropy_backward(z.astype(np.float32), y)],
    "accuracy": [lambda z, y: (z.shape[1] - 1 - z[:, ::-1].argmax(1) == y).mean()],
}


@pytest.mark.parametrize("name", RIGHT)
def test_the_right_twins_of_these_pass(name):
    assert [check(name, program).outcome for program in RIGHT[name]] == ["passed"] * len(RIGHT[name])
