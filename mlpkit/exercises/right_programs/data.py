"""Correct programs for the topic `data`: name of the exercise -> functions that must pass."""

import numpy as np


def _pixel_by_pixel(images):
    n, height, width = images.shape
    rows = np.zeros((n, height * width), dtype=np.float32)
    for i in range(n):
        for j in range(height):
            for k in range(width):
                rows[i, j * width + k] = images[i, j, k] / 255
    return rows


def _table(images):
    shades = np.linspace(0, 1, 256, dtype=np.float32)
    return shades[images].reshape(images.shape[0], -1)


def _one_hot_loop(labels, classes):
    rows = [[0.0] * classes for _ in labels]
    for row, label in zip(rows, labels):
        row[label] = 1.0
    return np.array(rows)


def _one_hot_put(labels, classes):
    flat = np.zeros(len(labels) * classes, dtype=np.float32)
    np.put(flat, np.arange(len(labels)) * classes + labels.astype(int), 1)
    return flat.reshape(len(labels), classes)


def _split_mask(images, labels, valid_size, rng):
    chosen = np.zeros(len(labels), dtype=bool)
    chosen[rng.choice(len(labels), valid_size, replace=False)] = True
    return [[images[~chosen], labels[~chosen]], [images[chosen], labels[chosen]]]


def _split_pool(images, labels, valid_size, rng):
    pool, chosen = list(range(len(labels))), []
    while len(chosen) < valid_size:
        chosen.append(pool.pop(int(rng.integers(len(pool)))))
    return (images[pool], labels[pool]), (images[np.array(chosen, int)], labels[np.array(chosen, int)])


def _split_keys(images, labels, valid_size, rng):
    order = np.argsort(rng.random(len(labels)))
    cut = len(labels) - valid_size
    return (images[order][:cut], labels[order][:cut]), (images[order][cut:], labels[order][cut:])


def _batches_list(images, labels, batch_size, rng):
    order = np.arange(len(images))
    rng.shuffle(order)
    images, labels = images[order], labels[order]
    found = []
    for start in range(0, len(images), batch_size):
        found.append([images[start : start + batch_size], labels[start : start + batch_size]])
    return found


def _batches_split(images, labels, batch_size, rng):
    cuts = np.arange(batch_size, len(labels), batch_size)
    return ((images[b], labels[b]) for b in np.split(rng.permutation(len(labels)), cuts))


def _batches_while(images, labels, batch_size, rng):
    left = list(np.argsort(rng.random(len(labels))))
    while left:
        batch, left = left[:batch_size], left[batch_size:]
        yield np.stack([images[i] for i in batch]), np.array([labels[i] for i in batch])


CORRECT = {
    "scale_pixels": (
        _pixel_by_pixel,
        _table,
        lambda images: np.array([image.ravel() for image in images], dtype=np.float32) / 255,
        lambda images: np.multiply(images.reshape(len(images), -1), np.float32(1 / 255), dtype=np.float32),
        lambda images: (images / 255.0).reshape(images.shape[0], -1).astype(np.float32),
        lambda images: (images / np.float32(255)).reshape(len(images), images.shape[1] * images.shape[2]),
    ),
    "one_hot": (
        _one_hot_loop,
        _one_hot_put,
        lambda labels, classes: np.eye(classes)[labels],
        lambda labels, classes: np.where(labels[:, None] == np.arange(classes), 1, 0),
        lambda labels, classes: (labels.reshape(-1, 1) == range(classes)).astype(np.float32),
    ),
    "split": (_split_mask, _split_pool, _split_keys),
    "batches": (_batches_list, _batches_split, _batches_while),
}
