"""Correct programs for the topic `sgd`: name of the exercise -> functions that must pass."""

import math

import numpy as np


def _sgd_copy(layers, grads, learning_rate):
    stepped = [(w.copy(), b.copy()) for w, b in layers]
    for (w, b), (dw, db) in zip(stepped, grads):
        w -= learning_rate * dw
        b -= learning_rate * db
    return stepped


def _sgd_index(layers, grads, learning_rate):
    return [[layers[i][j] - grads[i][j] * learning_rate for j in (0, 1)] for i in range(len(layers))]


def _sgd_flat(layers, grads, learning_rate):
    flat = np.concatenate([p.ravel() for layer in layers for p in layer])
    slope = np.concatenate([g.ravel() for pair in grads for g in pair])
    moved, out = flat - learning_rate * slope, []
    for w, b in layers:
        out.append((moved[: w.size].reshape(w.shape), moved[w.size : w.size + b.size]))
        moved = moved[w.size + b.size :]
    return tuple(out)


def _look(layers, images):
    a, entered = images, []
    for i, (w, b) in enumerate(layers):
        entered.append(a)
        a = a @ w + b
        if i < len(layers) - 1:
            a = np.maximum(a, 0)
    return entered, a


def _evaluate_loop(layers, images, labels):
    total = right = 0
    for image, label in zip(images, labels):
        logits = _look(layers, image[None])[1][0].tolist()
        top = max(logits)
        total += top + math.log(sum(math.exp(z - top) for z in logits)) - logits[label]
        right += logits.index(top) == label
    return total / len(labels), right / len(labels)


def _evaluate_log_sum(layers, images, labels):
    logits = _look(layers, images)[1]
    loss = np.mean(np.logaddexp.reduce(logits, axis=1) - logits[range(len(labels)), labels])
    return [loss, np.mean(np.argmax(logits, 1) == labels)]


def _weighted_batches(size):
    def evaluate(layers, images, labels):
        losses, hits = [], []
        for start in range(0, len(labels), size):
            x, y = images[start : start + size], labels[start : start + size]
            loss, hit = _evaluate_log_sum(layers, x, y)
            losses.append(loss * len(y))
            hits.append(hit * len(y))
        return np.float64(sum(losses) / len(labels)), np.float32(sum(hits) / len(labels))

    return evaluate


def _gradients(layers, images, labels):
    entered, logits = _look(layers, images)
    p = np.exp(logits - logits.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    loss = -np.log(p[np.arange(len(labels)), labels]).mean()
    d = (p - np.eye(p.shape[1])[labels]) / len(labels)
    grads = []
    for i in reversed(range(len(layers))):
        grads.insert(0, (entered[i].T @ d, d.sum(0)))
        d = (d @ layers[i][0].T) * (entered[i] > 0)
    return loss, grads


def _epoch_shuffled_first(layers, images, labels, batch_size, learning_rate, rng):
    order = np.arange(len(labels))
    rng.shuffle(order)
    images, labels, losses = images[order], labels[order], []
    for start in range(0, len(labels), batch_size):
        x, y = images[start : start + batch_size], labels[start : start + batch_size]
        loss, grads = _gradients(layers, x, y)
        layers = _sgd_index(layers, grads, learning_rate)
        losses.append(loss)
    return layers, losses


def _epoch_split(layers, images, labels, batch_size, learning_rate, rng):
    losses = np.zeros(0)
    cuts = range(batch_size, len(labels), batch_size)
    for batch in np.split(np.argsort(rng.random(len(labels))), cuts):
        loss, grads = _gradients(layers, images[batch], labels[batch])
        layers, losses = _sgd_copy(layers, grads, learning_rate), np.append(losses, loss)
    return tuple(layers), losses


def _epoch_copies(layers, images, labels, batch_size, learning_rate, rng):
    layers, left, losses = [[w.copy(), b.copy()] for w, b in layers], list(rng.permutation(len(labels))), []
    while left:
        batch, left = left[:batch_size], left[batch_size:]
        loss, grads = _gradients(layers, images[batch], labels[batch])
        for layer, grad in zip(layers, grads):
            for part, slope in zip(layer, grad):
                part -= learning_rate * slope
        losses.append(float(loss))
    return layers, tuple(losses)


CORRECT = {
    "sgd_step": (_sgd_copy, _sgd_index, _sgd_flat),
    "evaluate": (_evaluate_loop, _evaluate_log_sum, *map(_weighted_batches, (4, 32, 50, 64, 100))),
    "train_epoch": (_epoch_shuffled_first, _epoch_split, _epoch_copies),
}
