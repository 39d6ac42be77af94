"""Wrong programs as people write them, each with the text of the place where it goes wrong."""

# ruff: noqa - they are wrong on purpose

import numpy as np


def softmax_axis(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    total = powers.sum(axis=0)
    return powers / total


def softmax_in_a_loop(logits):
    out = np.zeros(logits.shape)
    for i in range(len(logits)):
        powers = np.exp(logits[i] - logits[i].max())
        out[i] = powers / powers.mean()
    return out


def softmax_list(logits):
    rows = [np.exp(row - row.max()) for row in logits]
    return np.array([row / len(row) for row in rows])


def softmax_in_place(logits):
    p = logits.copy()
    p -= p.max(axis=1, keepdims=True)
    np.exp(p, out=p)
    p /= p.sum()
    return p


def _normalise(powers):
    return powers / powers.mean(axis=1, keepdims=True)


def softmax_helper(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return _normalise(powers)


def softmax_shapes(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    sums = powers.sum(axis=1)
    return powers / sums


def accuracy_column(logits, labels):
    hits = logits.argmax(axis=1)[:, None] == labels
    return hits.mean()


def accuracy_count(logits, labels):
    guesses = logits.argmax(axis=1)
    return (guesses == labels).sum()


def accuracy_percent(logits, labels):
    guesses = logits.argmax(axis=1)
    return 100 * np.mean(guesses == labels)


def accuracy_one_guess(logits, labels):
    guesses = logits.argmax()
    return (guesses == labels).mean()


def accuracy_largest(logits, labels):
    return float((logits.max(axis=1) == labels).mean())


def accuracy_loop(logits, labels):
    hits = 0
    for i in range(len(labels)):
        if np.argmax(logits[i]) == labels[i]:
            hits += 1
    return hits


def one_hot_put(labels, classes):
    flat = np.zeros(len(labels) * classes, np.float32)
    np.put(flat, np.arange(len(labels)) * classes - labels, 1)
    return flat.reshape(len(labels), classes)


def affine_backward_ones(dz, inputs, weights):
    dweights = np.ones(weights.shape)
    for x, d in zip(inputs, dz):
        dweights += np.outer(x, d)
    return dz @ weights.T, dweights, dz.sum(axis=0)


def cross_entropy_all(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    picked = log_p[:, labels]
    return -picked.mean()


def cross_entropy_median(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.median(log_p[np.arange(len(labels)), labels])


def cross_entropy_own_way(logits, labels):
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    right = p[np.arange(len(labels)), labels]
    return -np.log(right).sum() / logits.size


def dlogits_swapped(logits, labels):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    one_hot = np.eye(logits.shape[1])[labels]
    d = one_hot - p
    return d / len(labels)


def dlogits_jacobian(logits, labels):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    d = p - np.eye(logits.shape[1])[labels]
    d = d * p
    return d / len(labels)


def dlogits_whole_rows(logits, labels):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    p[labels] -= 1
    return p / len(labels)


def affine_elementwise(inputs, weights, bias):
    product = inputs.sum(axis=1, keepdims=True)
    return product * weights.sum(axis=0) + bias


def affine_raises(inputs, weights, bias):
    return weights @ inputs + bias


def forward_no_bias(layers, images):
    entered, a = [], images
    for i, (weights, bias) in enumerate(layers):
        entered.append(a)
        z = a @ weights
        a = np.maximum(z, 0) if i < len(layers) - 1 else z
    return entered, a


def forward_relu_last(layers, images):
    entered, a = [], images
    for weights, bias in layers:
        entered.append(a)
        a = np.maximum(a @ weights + bias, 0)
    return entered, a


def backward_no_gate(layers, entered, dlogits):
    grads, dz = [], dlogits
    for i in reversed(range(len(layers))):
        grads.insert(0, (entered[i].T @ dz, dz.sum(axis=0)))
        dz = dz @ layers[i][0].T
    return grads


def backward_mean(layers, entered, dlogits):
    grads, dz = [], dlogits
    for i in reversed(range(len(layers))):
        grads.append((entered[i].T @ dz, dz.mean(axis=0)))
        dz = (dz @ layers[i][0].T) * (entered[i] > 0)
    return grads[::-1]


def affine_backward_order(dz, inputs, weights):
    dinputs = dz @ weights.T
    dweights = inputs.T @ dz
    dbias = dz.sum(axis=0)
    return dweights, dinputs, dbias


def adam_no_square(param, grad, mean, mean_square, step, learning_rate, b1, b2, eps):
    mean = b1 * mean + (1 - b1) * grad
    mean_square = b2 * mean_square + (1 - b2) * grad
    m = mean / (1 - b1**step)
    s = mean_square / (1 - b2**step)
    return param - learning_rate * m / (np.sqrt(s) + eps), mean, mean_square


def adam_uncorrected(param, grad, mean, mean_square, step, learning_rate, b1, b2, eps):
    mean = b1 * mean + (1 - b1) * grad
    mean_square = b2 * mean_square + (1 - b2) * grad**2
    m = mean
    s = mean_square / (1 - b2**step)
    return param - learning_rate * m / (np.sqrt(s) + eps), mean, mean_square


def momentum_old_velocity(param, grad, velocity, learning_rate, momentum):
    new = momentum * velocity + grad
    return param - learning_rate * velocity, new


def sgd_returns_steps(layers, grads, learning_rate):
    new = []
    for (w, b), (dw, db) in zip(layers, grads):
        w_new = w - learning_rate * dw
        b_new = b - learning_rate * db
        new.append((w, b_new))
    return new


def relu_backward_in_z(da, z):
    gate = np.maximum(z, 0)
    dz = da * gate
    return dz


def numerical_one_sided(f, x, eps):
    grad = np.zeros(x.shape)
    for at in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[at] = eps
        grad[at] = (f(x + step) - f(x)) / eps
    return grad


def batches_labels_apart(images, labels, batch_size, rng):
    order = rng.permutation(len(labels))
    for start in range(0, len(labels), batch_size):
        chosen = order[start : start + batch_size]
        yield images[chosen], labels[start : start + batch_size]


def nesterov_own_way(param, grad, velocity, learning_rate, momentum):
    velocity = grad + momentum * velocity
    scaled = learning_rate * grad / 3
    moved = param - 3 * scaled
    return moved - momentum * velocity, velocity


def momentum_velocity_lost(param, grad, velocity, learning_rate, momentum):
    moved = param - learning_rate * grad - (learning_rate + 1) * momentum * velocity
    return moved, velocity


def numerical_in_a_list(f, x, eps):
    found = []
    for i in range(x.size):
        step = np.zeros(x.size)
        step[i] = eps
        step = step.reshape(x.shape)
        found.append(f(x + step) - f(x - step))
    return np.array(found).reshape(x.shape)


def numerical_whole_row(f, x, eps):
    grad = np.zeros(x.shape)
    for at in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[at[0]] += eps
        down[at[0]] -= eps
        grad[at] = (f(up) - f(down)) / (2 * eps)
    return grad


def glorot_own_way(fan_in, fan_out, rng):
    limit = np.sqrt(6 / (fan_in + fan_out))
    shares = rng.random((fan_in, fan_out)) * 4 - 2
    return shares * limit


def affine_columns(inputs, weights, bias):
    return weights.T @ inputs.T + bias[:, None]


def affine_stacked(inputs, weights, bias):
    product = inputs @ weights
    return np.vstack([product, bias])


PLACES = [
    ("affine", affine_stacked, "value", "np.vstack([product, bias])"),
    ("nesterov_step", nesterov_own_way, "value", "moved - momentum * velocity"),
    ("momentum_step", momentum_velocity_lost, "unfinished", "velocity"),
    ("numerical_gradient", numerical_in_a_list, "unfinished", "f(x + step) - f(x - step)"),
    ("numerical_gradient", numerical_whole_row, "value", "up[at[0]] += eps"),
    ("glorot_uniform", glorot_own_way, "value", "shares * limit"),
    ("affine", affine_columns, "transposed", "weights.T @ inputs.T + bias[:, None]"),
    ("softmax", softmax_axis, "value", "powers.sum(axis=0)"),
    ("softmax", softmax_in_a_loop, "value", "powers.mean()"),
    ("softmax", softmax_list, "value", "row / len(row)"),
    ("softmax", softmax_in_place, "value", "p.sum()"),
    ("softmax", softmax_helper, "value", "powers.mean(axis=1, keepdims=True)"),
    ("softmax", softmax_shapes, "raised", "powers / sums"),
    ("accuracy", accuracy_column, "value", "logits.argmax(axis=1)[:, None] == labels"),
    ("accuracy", accuracy_count, "unfinished", "(guesses == labels).sum()"),
    ("accuracy", accuracy_percent, "value", "100 * np.mean(guesses == labels)"),
    ("accuracy", accuracy_one_guess, "value", "logits.argmax()"),
    ("accuracy", accuracy_largest, "value", "logits.max(axis=1)"),
    ("accuracy", accuracy_loop, "unfinished", "hits += 1"),
    ("one_hot", one_hot_put, "value", "np.arange(len(labels)) * classes - labels"),
    ("affine_backward", affine_backward_ones, "value", "np.ones(weights.shape)"),
    ("cross_entropy", cross_entropy_all, "value", "log_p[:, labels]"),
    ("cross_entropy", cross_entropy_median, "value", "np.median(log_p[np.arange(len(labels)), labels])"),
    ("cross_entropy", cross_entropy_own_way, "value", "-np.log(right).sum() / logits.size"),
    ("cross_entropy_backward", dlogits_swapped, "value", "one_hot - p"),
    ("cross_entropy_backward", dlogits_jacobian, "value", "d * p"),
    ("cross_entropy_backward", dlogits_whole_rows, "raised", "p[labels] -= 1"),
    ("affine", affine_elementwise, "value", "inputs.sum(axis=1, keepdims=True)"),
    ("affine", affine_raises, "raised", "weights @ inputs"),
    ("forward", forward_no_bias, "short", "a @ weights"),
    ("forward", forward_relu_last, "unused", "np.maximum(a @ weights + bias, 0)"),
    ("backward", backward_no_gate, "short", "dz @ layers[i][0].T"),
    ("backward", backward_mean, "value", "dz.mean(axis=0)"),
    ("affine_backward", affine_backward_order, "order", "dweights, dinputs, dbias"),
    ("adam_step", adam_no_square, "value", "(1 - b2) * grad"),
    ("adam_step", adam_uncorrected, "short", "mean"),
    ("momentum_step", momentum_old_velocity, "value", "learning_rate * velocity"),
    ("sgd_step", sgd_returns_steps, "unused", "w"),
    ("relu_backward", relu_backward_in_z, "other", "np.maximum(z, 0)"),
    ("numerical_gradient", numerical_one_sided, "value", "f(x)"),
    ("batches", batches_labels_apart, "value", "labels[start : start + batch_size]"),
]
