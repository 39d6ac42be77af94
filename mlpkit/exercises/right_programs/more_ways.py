"""Other ways to a right answer. Some overflow on large numbers, and are right on all other cases.

Their values count as right ones wherever they are finite. They say what a learner's own way may look like.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def _plain_softmax(logits):
    powers = np.exp(logits)
    sums = np.sum(powers, axis=1, keepdims=True)
    return powers / sums


def _softmax(logits):
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    powers = np.exp(shifted)
    return powers / np.sum(powers, axis=1, keepdims=True)


def _softmax_whole(logits):
    powers = np.exp(logits - np.max(logits))
    return powers / powers.sum(axis=1).reshape(-1, 1)


def _log_of_softmax(logits):
    return np.log(_softmax(logits))


def _log_of_sum(logits):
    return logits - np.log(np.sum(np.exp(logits), axis=1, keepdims=True))


def _cross_entropy_picked(logits, labels):
    p = _softmax(logits)
    n = logits.shape[0]
    picked = p[np.arange(n), labels]
    losses = -np.log(picked)
    return np.sum(losses) / n


def _cross_entropy_one_hot(logits, labels):
    p = _plain_softmax(logits)
    one_hot = np.eye(logits.shape[1])[labels]
    losses = -np.sum(one_hot * np.log(p), axis=1)
    return np.mean(losses)


def _cross_entropy_sum(logits, labels):
    log_p = np.log(_softmax(logits))
    one_hot = np.zeros_like(log_p)
    one_hot[np.arange(len(labels)), labels] = 1
    total = np.sum(one_hot * log_p)
    return -total / len(labels)


def _cross_entropy_negative(logits, labels):
    log_p = np.log(_softmax(logits))
    losses = -log_p[np.arange(len(labels)), labels]
    total = losses.sum()
    return total / len(labels)


def _cross_entropy_loop(logits, labels):
    p, total = _softmax(logits), 0.0
    for i in range(len(labels)):
        total += -np.log(p[i, labels[i]])
    return total / len(labels)


def _dlogits(logits, labels):
    p = _plain_softmax(logits)
    one_hot = np.eye(logits.shape[1])[labels]
    return (p - one_hot) / logits.shape[0]


def _dlogits_divided_first(logits, labels):
    n = logits.shape[0]
    p, one_hot = _softmax(logits), np.zeros_like(logits)
    one_hot[np.arange(n), labels] = 1
    return p / n - one_hot / n


def _relu_mask(z):
    mask = z > 0
    return z * mask.astype(float)


def _relu_gate(da, z):
    gate = (z > 0).astype(float)
    return gate * da


def _forward_lists(layers, images):
    entered, zs, a = [images], [], images
    for i, (weights, bias) in enumerate(layers):
        z = np.dot(a, weights) + bias
        zs.append(z)
        a = np.maximum(0, z)
        if i < len(layers) - 1:
            entered.append(a)
    return entered, zs[-1]


def _backward_steps(layers, entered, dlogits):
    grads, dz = [None] * len(layers), dlogits
    for i in range(len(layers) - 1, -1, -1):
        weights, a = layers[i][0], entered[i]
        dweights, dbias = a.T @ dz, np.sum(dz, axis=0)
        da = dz @ weights.T
        gate = a > 0
        dz = da * gate
        grads[i] = (dweights, dbias)
    return grads


def _momentum(param, grad, velocity, learning_rate, momentum):
    kept = momentum * velocity
    velocity = kept + grad
    step = learning_rate * velocity
    return param - step, velocity


def _nesterov(param, grad, velocity, learning_rate, momentum):
    velocity = momentum * velocity + grad
    ahead = grad + momentum * velocity
    step = learning_rate * ahead
    return param - step, velocity


def _rmsprop(param, grad, mean_square, learning_rate, decay, eps):
    square = grad**2
    mean_square = decay * mean_square + (1 - decay) * square
    root = np.sqrt(mean_square)
    step = learning_rate * grad / (root + eps)
    return param - step, mean_square


def _adam(param, grad, mean, mean_square, step, learning_rate, b1, b2, eps):
    mean = b1 * mean + (1 - b1) * grad
    square = grad**2
    mean_square = b2 * mean_square + (1 - b2) * square
    fair_mean = mean / (1 - b1**step)
    fair_square = mean_square / (1 - b2**step)
    move = fair_mean / (np.sqrt(fair_square) + eps)
    return param - learning_rate * move, mean, mean_square


def _evaluate(layers, images, labels):
    _, logits = _forward_lists(layers, images)
    loss = _cross_entropy_picked(logits, labels)
    guesses = np.argmax(logits, axis=1)
    hits = guesses == labels
    return loss, np.mean(hits)


def _accuracy_sum(logits, labels):
    guesses = np.argmax(logits, axis=1)
    hits = guesses == labels
    return np.sum(hits) / labels.shape[0]


def _scale(images):
    flat = images.reshape(images.shape[0], -1)
    whole = flat.astype(np.float32)
    return whole / 255.0


def _scale_first(images):
    scaled = images.astype(np.float32) / 255
    return scaled.reshape(len(scaled), -1)


def _affine(inputs, weights, bias):
    product = np.dot(inputs, weights)
    return product + bias


def _affine_backward(dz, inputs, weights):
    dweights = np.dot(inputs.T, dz)
    dbias = np.sum(dz, axis=0)
    return np.dot(dz, weights.T), dweights, dbias


def _sgd(layers, grads, learning_rate):
    new = []
    for i in range(len(layers)):
        weights, bias = layers[i]
        dweights, dbias = grads[i]
        step = learning_rate * dweights
        new.append((weights - step, bias - learning_rate * dbias))
    return new


def _epoch(layers, images, labels, batch_size, learning_rate, rng):
    order, losses = rng.permutation(len(labels)), []
    images, labels = images[order], labels[order]
    for start in range(0, len(labels), batch_size):
        x, y = images[start : start + batch_size], labels[start : start + batch_size]
        entered, logits = _forward_lists(layers, x)
        losses.append(_cross_entropy_picked(logits, y))
        grads = _backward_steps(layers, entered, _dlogits(logits, y))
        layers = _sgd(layers, grads, learning_rate)
    return layers, losses


def _accuracy_of_probabilities(logits, labels):
    powers = np.exp(logits)
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    return np.sum(np.argmax(probabilities, axis=1) == labels) / len(labels)


MORE_WAYS: dict[str, tuple[Callable, ...]] = {
    "accuracy": (_accuracy_sum, _accuracy_of_probabilities),
    "scale_pixels": (_scale, _scale_first),
    "affine": (_affine,),
    "relu": (_relu_mask,),
    "forward": (_forward_lists,),
    "softmax": (_plain_softmax, _softmax, _softmax_whole),
    "log_softmax": (_log_of_softmax, _log_of_sum),
    "cross_entropy": (
        _cross_entropy_picked,
        _cross_entropy_one_hot,
        _cross_entropy_sum,
        _cross_entropy_negative,
        _cross_entropy_loop,
    ),
    "relu_backward": (_relu_gate,),
    "affine_backward": (_affine_backward,),
    "cross_entropy_backward": (_dlogits, _dlogits_divided_first),
    "backward": (_backward_steps,),
    "sgd_step": (_sgd,),
    "evaluate": (_evaluate,),
    "train_epoch": (_epoch,),
    "momentum_step": (_momentum,),
    "nesterov_step": (_nesterov,),
    "rmsprop_step": (_rmsprop,),
    "adam_step": (_adam,),
}
