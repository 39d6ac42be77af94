"""Correct programs for the topic `forward`: name of the exercise -> functions that must pass."""

import numpy as np


def _affine_loop(inputs, weights, bias):
    z = np.zeros((len(inputs), len(bias)))
    for i in range(len(inputs)):
        for j in range(len(bias)):
            z[i, j] = sum(inputs[i, k] * weights[k, j] for k in range(inputs.shape[1])) + bias[j]
    return z


def _affine_extra_one(inputs, weights, bias):
    with_ones = np.hstack([inputs, np.ones((len(inputs), 1))])
    return np.dot(with_ones, np.vstack([weights, bias]))


def _relu_loop(z):
    return np.array([[x if x > 0 else 0 for x in row] for row in z])


def _relu_mask(z):
    z = z.copy()
    z[z < 0] = 0
    return z


def _forward_while(layers, images):
    entered, a, i = [], images, 0
    while i < len(layers):
        entered.append(a)
        z = np.einsum("bi,ij->bj", a, layers[i][0]) + layers[i][1]
        a = np.where(z > 0, z, 0)
        i += 1
    return tuple(entered), z


def _forward_recursive(layers, images):
    weights, bias = layers[0]
    z = images.dot(weights) + bias[None, :]
    if len(layers) == 1:
        return [images], z
    entered, logits = _forward_recursive(layers[1:], z * (z > 0))
    return [images, *entered], logits


def _forward_columns(layers, images):
    entered, a = [], images.T
    for i, (weights, bias) in enumerate(layers):
        entered.append(a.T)
        a = weights.T @ a + bias[:, None]
        if i != len(layers) - 1:
            a = np.clip(a, 0, None)
    return [entered, a.T]


def _forward_single(layers, images):
    layers = [(w.astype(np.float64), b.astype(np.float64)) for w, b in layers]
    outs = [_forward_while(layers, image[None]) for image in images]
    return [np.concatenate(parts) for parts in zip(*(o[0] for o in outs))], np.vstack([o[1] for o in outs])


CORRECT = {
    "affine": (
        _affine_loop,
        _affine_extra_one,
        lambda inputs, weights, bias: np.einsum("bi,ij->bj", inputs, weights) + bias,
        lambda inputs, weights, bias: (weights.T @ inputs.T).T + bias.reshape(1, -1),
        lambda inputs, weights, bias: np.add(np.matmul(inputs, weights), np.tile(bias, (len(inputs), 1))),
        lambda inputs, weights, bias: (inputs[:, :, None] * weights).sum(axis=1) + bias,
    ),
    "relu": (
        _relu_loop,
        _relu_mask,
        lambda z: np.where(z > 0, z, 0),
        lambda z: z * (z > 0),
        lambda z: (z + np.abs(z)) / 2,
        lambda z: z.clip(min=0),
        lambda z: np.maximum(z, 0, dtype=np.float32).astype(np.float64),
    ),
    "forward": (_forward_while, _forward_recursive, _forward_columns, _forward_single),
}
