"""The healthy parts that no exercise of the course has: each does one job of a training program.

They are also the model solutions of the repairs.
"""

from __future__ import annotations

import numpy as np


def shuffle(images, labels, rng):
    """Put images and labels into one random order.   (n, pixels), (n,) -> (images, labels)"""
    order = rng.permutation(len(labels))
    return images[order], labels[order]


def cut(count, batch_size, epochs):
    """Where each batch of all epochs starts and stops.   -> (batches, 2) int, epoch after epoch"""
    epoch = [(low, min(low + batch_size, count)) for low in range(0, count, batch_size)]
    return np.array(epoch * epochs)


def leaky_backward(da, z):
    """Gradient through a leaky relu of slope 0.01.   da, z: (batch, units) -> (batch, units)"""
    return da * np.where(z > 0, 1.0, 0.01)


def layer_grads(errors, inputs):
    """Gradients of a layer; row i of `errors` is the error of image i.   -> (dweights, dbias)"""
    return inputs.T @ errors / len(errors), errors.mean(axis=0)


def add_decay(dweights, dbias, weights, bias, decay):
    """Add the gradient of decay/2 times the sum of squared weights.   -> (dweights, dbias)"""
    return dweights + decay * weights, dbias


def softmax_backward(dp, p):
    """Gradient through softmax.   dp, p: (batch, classes) -> (batch, classes)"""
    return p * (dp - (dp * p).sum(axis=1, keepdims=True))


def hidden_layer(z, da, mask, keep):
    """relu and dropout, forward and backward; mask is 1 where a unit is kept.   -> (a, dz)"""
    scale = mask / keep
    return np.maximum(z, 0) * scale, da * scale * (z > 0)


def walk_back(layers, entered, dz, learning_rate):
    """Backpropagation and a step of SGD through a relu network.   -> new layers, [(weights, bias), ...]"""
    new = []
    for (weights, bias), inputs in zip(reversed(layers), reversed(entered)):
        dinputs = dz @ weights.T
        new.insert(0, (weights - learning_rate * inputs.T @ dz, bias - learning_rate * dz.sum(axis=0)))
        dz = dinputs * (inputs > 0)
    return new
