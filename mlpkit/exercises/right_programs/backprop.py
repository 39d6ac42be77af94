"""Correct programs for the topic `backprop`: name of the exercise -> functions that must pass."""

import numpy as np


def _relu_backward_loop(da, z):
    dz = np.zeros_like(da)
    for at in np.ndindex(z.shape):
        if z[at] > 0:
            dz[at] = da[at]
    return dz


def _relu_backward_in_place(da, z):
    dz = da.copy()
    dz[z <= 0] = 0
    return dz


def _affine_backward_loop(dz, inputs, weights):
    dinputs, dweights, dbias = np.zeros(inputs.shape), np.zeros(weights.shape), np.zeros(weights.shape[1])
    for x, d, dx in zip(inputs, dz, dinputs):
        dweights += np.outer(x, d)
        dbias += d
        dx[:] = weights @ d
    return dinputs, dweights, dbias


def _affine_backward_einsum(dz, inputs, weights):
    return [
        np.einsum("bj,ij->bi", dz, weights),
        np.einsum("bi,bj->ij", inputs, dz),
        np.einsum("bj->j", dz),
    ]


def _affine_backward_transposed(dz, inputs, weights):
    return (weights @ dz.T).T, (dz.T @ inputs).T, np.ones(len(dz)) @ dz


def _shifted_softmax(logits):
    powers = np.exp(logits - np.max(logits, axis=-1)[:, None])
    return powers / np.sum(powers, -1)[:, None]


def _cross_entropy_backward_loop(logits, labels):
    grad = np.empty(logits.shape)
    for i, (row, label) in enumerate(zip(logits, labels)):
        p = np.exp(row - row.max())
        p = p / p.sum()
        for k in range(len(row)):
            grad[i, k] = (p[k] - (k == label)) / len(labels)
    return grad


def _cross_entropy_backward_one_hot(logits, labels):
    one_hot = np.eye(logits.shape[1])[labels]
    return (_shifted_softmax(logits) - one_hot) / logits.shape[0]


def _cross_entropy_backward_jacobian(logits, labels):
    p = _shifted_softmax(logits)
    jacobian = p[:, None, :] - np.eye(p.shape[1])  # of minus the logarithms of the probabilities
    return jacobian[np.arange(len(labels)), labels] / len(labels)


def _cross_entropy_backward_where(logits, labels):
    p = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
    return np.where(np.arange(logits.shape[1]) == labels[:, None], p - 1, p) / len(p)


def _numerical_flat(f, x, eps):
    flat, grad = x.astype(float).ravel(), []
    for i in range(flat.size):
        up, down = flat.copy(), flat.copy()
        up[i] += eps
        down[i] -= eps
        grad.append((f(up.reshape(x.shape)) - f(down.reshape(x.shape))) / (2 * eps))
    return np.array(grad).reshape(x.shape)


def _numerical_put_back(f, x, eps):
    x, grad = x.copy(), np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"])
    for _ in it:
        at, old = it.multi_index, x[it.multi_index]
        x[at] = old + eps
        above = f(x)
        x[at] = old - eps
        grad[at] = (above - f(x)) / eps / 2
        x[at] = old
    return grad


def _numerical_eye(f, x, eps):
    steps = eps * np.eye(x.size).reshape(-1, *x.shape)
    return np.reshape([0.5 * f(x + s) / eps - 0.5 * f(x - s) / eps for s in steps], x.shape)


def _backward_zip(layers, entered, dlogits):
    grads, dz = [], dlogits
    for (weights, _), a in zip(layers[::-1], entered[::-1]):
        grads.append((np.dot(a.T, dz), np.sum(dz, 0)))
        dz = np.where(a > 0, dz.dot(weights.T), 0)
    return grads[::-1]


def _backward_recursive(layers, entered, dlogits):
    own = [entered[-1].T @ dlogits, dlogits.sum(axis=0)]
    if len(layers) == 1:
        return [own]
    da = dlogits @ layers[-1][0].T
    return [*_backward_recursive(layers[:-1], entered[:-1], da * (entered[-1] > 0)), own]


def _backward_per_example(layers, entered, dlogits):
    totals = [[np.zeros(w.shape), np.zeros(b.shape)] for w, b in layers]
    for row in range(len(dlogits)):
        d = dlogits[row]
        for i in range(len(layers) - 1, -1, -1):
            a = entered[i][row]
            totals[i][0] += np.outer(a, d)
            totals[i][1] += d
            d = (layers[i][0] @ d) * (a != 0)
    return tuple(map(tuple, totals))


CORRECT = {
    "relu_backward": (
        _relu_backward_loop,
        _relu_backward_in_place,
        lambda da, z: np.where(z > 0, da, 0),
        lambda da, z: np.multiply(da, np.heaviside(z, 0)),
        lambda da, z: da * np.sign(np.maximum(z, 0)),
    ),
    "affine_backward": (_affine_backward_loop, _affine_backward_einsum, _affine_backward_transposed),
    "cross_entropy_backward": (
        _cross_entropy_backward_loop,
        _cross_entropy_backward_one_hot,
        _cross_entropy_backward_jacobian,
        _cross_entropy_backward_where,
    ),
    "numerical_gradient": (_numerical_flat, _numerical_put_back, _numerical_eye),
    "backward": (_backward_zip, _backward_recursive, _backward_per_example),
}
