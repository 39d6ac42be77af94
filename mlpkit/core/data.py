"""Data: real images as rows of bytes, with a label for each, cut into train, valid and test.

The network learns from train, you tune by valid, and test is touched once, at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .. import datasets
from .._where import IN_BROWSER
from ._validation import check_count, check_examples, check_labels, check_rng

_PIXEL_SCALE = np.float32(1 / 255)


class Examples(NamedTuple):
    """Images with their labels: a split of a data set, or a batch of it.

    images: (n, pixels) uint8, one image in each row
    labels: (n,) int64, its class

    >>> examples = Examples(np.zeros((5, 784), np.uint8), np.arange(5))
    >>> examples.labels[:3].tolist()
    [0, 1, 2]
    """

    images: np.ndarray
    labels: np.ndarray


class Dataset(NamedTuple):
    """A data set: its name, the names of its classes in the order of the labels, and three splits.

    name: str
    class_names: tuple of str
    train, valid, test: Examples

    >>> load().class_names[:3]
    ('T-shirt/top', 'Trouser', 'Pullover')
    """

    name: str
    class_names: tuple[str, ...]
    train: Examples
    valid: Examples
    test: Examples


def load(name: str = "fashion_mnist", *, valid_size: int = 5_000) -> Dataset:
    """Load a data set: "fashion_mnist" and "mnist_10k" come with mlpkit, others through TensorFlow Datasets.

    The images stay on the disk and are mapped into memory, for reading only. Nothing is random: valid is the
    end of the stored training images, and the same at every call.

    name: str, the data set; of TensorFlow Datasets any image set will do that has one channel,
        such as "mnist", "kmnist" or "emnist/letters"
    valid_size: int, how many images to cut from the end of train for valid; 0 leaves valid empty
    returns: Dataset
    raises: TypeError or ValueError, for a name or size that cannot be; OSError, for network or cache trouble;
        ImportError, when a package is missing that only this set needs

    >>> [len(part.labels) for part in load("mnist_10k", valid_size=1000)[2:]]
    [7000, 1000, 2000]
    """
    valid_size = check_count("valid_size", valid_size, 0)
    stored = datasets.open_set(name)
    cut = _cut(len(stored.train_labels), valid_size)
    part = _late_examples() if IN_BROWSER else Examples
    return Dataset(
        name,
        stored.class_names,
        train=part(stored.train_images[:cut], stored.train_labels[:cut]),
        valid=part(stored.train_images[cut:], stored.train_labels[cut:]),
        test=part(stored.test_images, stored.test_labels),
    )


def split(
    images: np.ndarray, labels: np.ndarray, valid_size: int, rng: np.random.Generator
) -> tuple[Examples, Examples]:
    """Divide examples at random into two parts that share none: one to train on, one to tune by.

    images: (n, ...) any dtype, one image in each row
    labels: (n,) int, its class
    valid_size: int, how many examples the second part gets, 0 to n - 1
    rng: np.random.Generator, decides which
    returns: (train, valid), two Examples
    raises: TypeError or ValueError, for arrays that do not fit together or a size that cannot be

    >>> train, valid = split(np.zeros((10, 4)), np.arange(10), 3, np.random.default_rng(0))
    >>> len(train.labels), len(valid.labels)
    (7, 3)
    """
    images, labels = check_examples(images, labels)
    cut = _cut(len(labels), check_count("valid_size", valid_size, 0))
    order = check_rng(rng).permutation(len(labels))
    train, valid = order[:cut], order[cut:]
    return Examples(images[train], labels[train]), Examples(images[valid], labels[valid])


def batches(
    images: np.ndarray, labels: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Examples]:
    """Go through all examples once, in a fresh random order, a batch at a time.

    Images come as they are stored: bytes stay bytes until the network scales them. The last batch is shorter
    when batch_size does not divide n; a batch_size larger than n means all n.

    images: (n, ...) any dtype, one image in each row
    labels: (n,) int, its class
    batch_size: int, at least 1
    rng: np.random.Generator, gives the order
    returns: iterator of Examples, (batch, ...) and (batch,)
    raises: TypeError or ValueError at the call, for arrays that do not fit together or a size that cannot be

    >>> rng = np.random.default_rng(0)
    >>> [len(labels) for images, labels in batches(np.zeros((10, 4)), np.arange(10), 4, rng)]
    [4, 4, 2]
    """
    images, labels = check_examples(images, labels)
    batch_size = check_count("batch_size", batch_size, 1)
    order = check_rng(rng).permutation(len(labels))
    return _batches(images, labels, batch_size, order)


def _batches(
    images: np.ndarray, labels: np.ndarray, batch_size: int, order: np.ndarray
) -> Iterator[Examples]:
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        yield Examples(images.take(chosen, axis=0), labels[chosen])  # twice as fast as images[chosen]


def one_hot(labels: np.ndarray, classes: int, dtype: type = np.float32) -> np.ndarray:
    """Write each label as a row of zeros with a single one, in the column of its class.

    labels: (n,) int, 0 to classes - 1
    classes: int, how many classes there are
    dtype: of the result
    returns: (n, classes) dtype, one_hot[i, labels[i]] = 1
    raises: TypeError or ValueError, for labels that are no classes

    >>> one_hot([2, 0], 3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    classes = check_count("classes", classes, 1)
    labels = check_labels(labels, classes=classes)
    rows: np.ndarray = np.zeros((len(labels), classes), dtype)
    rows[np.arange(len(labels)), labels] = 1
    return rows


def scale_pixels(images: np.ndarray) -> np.ndarray:
    """Turn bytes 0 to 255 into numbers 0 to 1, one image in each row.

    images: (n, height, width) or (n, pixels) uint8
    returns: (n, pixels) float32, images / 255
    raises: TypeError, when the images are not uint8; ValueError, when they are not a stack of images

    >>> scale_pixels(np.array([[0, 255]], np.uint8)).tolist()
    [[0.0, 1.0]]
    """
    images = np.asarray(images)
    if images.dtype != np.uint8:
        raise TypeError(
            f"images hold {images.dtype}: expected uint8, bytes from 0 to 255; "
            "images that are scaled already need no scaling"
        )
    if images.ndim < 2 or not images.size:
        raise ValueError(
            f"images have shape {images.shape}: expected (n, 28, 28) or (n, 784), at least one image; "
            "for a single row of pixels give row[None]"
        )
    return np.multiply(images.reshape(len(images), -1), _PIXEL_SCALE, dtype=np.float32)


def _late_examples() -> type[Examples]:
    from ._late_examples import LateExamples  # imports this file

    return LateExamples


def _cut(count: int, valid_size: int) -> int:
    if valid_size >= count:
        raise ValueError(
            f"valid_size is {valid_size}: expected 0 to {count - 1}, since there are {count} training images "
            "and at least one must remain to train on"
        )
    return count - valid_size
