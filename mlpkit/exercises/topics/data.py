"""From bytes to batches: pixels between 0 and 1, labels as rows, a part kept aside, and a fresh order.

Four exercises: scale_pixels, one_hot, split and batches. The last two are random, and judged by what no
order can change.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np

from mlpkit.core import data

from ..spec import Case, Exercise, Mistake, Property, Stateful


def scale_pixels(images: np.ndarray) -> np.ndarray:
    """Turn bytes 0 to 255 into numbers 0 to 1, one image in each row.

    images: (n, height, width) uint8 -> (n, pixels) float32
    """
    rows = images.reshape(len(images), -1)  # (n, pixels)
    return rows.astype(np.float32) / 255


def one_hot(labels: np.ndarray, classes: int) -> np.ndarray:
    """Write each label as a row of zeros with a single one.

    labels: (n,) int, 0 to classes - 1 -> (n, classes)
    """
    rows = np.zeros((len(labels), classes))
    rows[np.arange(len(labels)), labels] = 1
    return rows


def split(images: np.ndarray, labels: np.ndarray, valid_size: int, rng: np.random.Generator) -> tuple:
    """Cut examples at random into two parts that share none.

    images: (n, pixels), labels: (n,), valid_size: int, 0 or more
    -> ((images, labels) to train on, (images, labels) to tune by)
    """
    order = rng.permutation(len(labels))
    train, valid = order[valid_size:], order[:valid_size]
    return (images[train], labels[train]), (images[valid], labels[valid])


def batches(images: np.ndarray, labels: np.ndarray, batch_size: int, rng: np.random.Generator) -> object:
    """Go through all examples once, in a fresh random order, a batch at a time.

    images: (n, pixels), labels: (n,) -> iterator of (images, labels), the last batch may be shorter
    """
    order = rng.permutation(len(labels))
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        yield images[batch], labels[batch]


def _bytes(seed: int, *shape: int, below: int = 256) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, below, shape).astype(np.uint8)


_ENDS = np.tile(np.array([[[0, 255], [10, 33]], [[254, 1], [128, 127]]], dtype=np.uint8), (1, 14, 14))

SCALE_PIXELS = Exercise(
    "scale_pixels",
    task="Turn images of bytes (0 to 255) into rows of float32 numbers from 0 to 1: one row for each image.",
    reference=scale_pixels,
    package=data.scale_pixels,
    inputs={"images": "n height width"},
    output="n pixels",
    cases=(
        Case("3 images of 28 by 28 pixels", (_bytes(1, 3, 28, 28),)),
        Case("5 images of 28 by 28 pixels", (_bytes(2, 5, 28, 28),)),
        Case("2 images with pixels such as 0, 10, 33 and 255", (_ENDS,)),
        Case("4 dark images, all pixels from 20 to 90", (_bytes(3, 4, 28, 28, below=71) + np.uint8(20),)),
        Case("a single image", (_bytes(4, 1, 28, 28),)),
        Case("28 images of 28 by 28 pixels", (_bytes(5, 28, 28, 28),)),
    ),
    tolerance=(2e-6, 1e-12),
    dtype="float32",
    mistakes=(
        Mistake(
            "float64",
            (lambda x: x.reshape(len(x), -1) / 255, lambda x: x.reshape(len(x), -1) / np.longdouble(255)),
            "The numbers are right, but they are not float32: bytes divided by a Python number give "
            "float64. float64 needs twice as much memory and time in every step. To which type should the "
            "bytes be changed first?",
            observe=lambda got, want, args: f"Your array has dtype {got.dtype}, expected {want.dtype}.",
        ),
        Mistake(
            "not-scaled",
            (lambda x: x.reshape(len(x), -1), lambda x: x.reshape(len(x), -1).astype(np.float32)),
            "It looks as if the pixels are still bytes from 0 to 255. By which number must they be divided?",
            observe=lambda got, want, args: f"Your largest number is {got.max():.4g}, and none should be above 1.",
        ),
        Mistake(
            "whole-numbers-only",
            (lambda x: x.reshape(len(x), -1) // 255, lambda x: (x.reshape(len(x), -1) / 255).astype(np.uint8),
             lambda x: (x.reshape(len(x), -1) / 255).astype(int).astype(np.float32)),
            "It looks as if only whole numbers are kept, so nearly every pixel becomes 0. Perhaps there is "
            "a `//`, or a change to integers after the division. Which type can hold a fraction?",
        ),
        Mistake(
            "rounded",
            (lambda x: np.round(x.reshape(len(x), -1) / 255), lambda x: (x.reshape(len(x), -1) > 127).astype(np.float32)),
            "It looks as if each pixel is either 0 or 1. The grey values between them should stay.",
        ),
        Mistake(
            "wraps-round-in-bytes",
            (lambda x: (x - np.uint8(33)).reshape(len(x), -1) / np.float32(255),
             lambda x: (x - np.uint8(127)).reshape(len(x), -1) / np.float32(255),
             lambda x: (x - np.uint8(128)).reshape(len(x), -1) / np.float32(128),
             lambda x: (x * np.uint8(2)).reshape(len(x), -1) / np.float32(255)),
            "It looks as if the function computes with bytes. Bytes wrap around: 10 - 33 gives 233. When "
            "should the bytes become floats?",
        ),
        Mistake(
            "divided-by-256",
            lambda x: x.reshape(len(x), -1) / np.float32(256),
            "It looks as if the pixels are divided by 256. What should the brightest byte, 255, become?",
        ),
        Mistake(
            "by-the-largest-pixel",
            (lambda x: x.reshape(len(x), -1) / np.float32(x.max()),
             lambda x: (x.reshape(len(x), -1) / x.max(axis=(1, 2)).astype(np.float32)[:, None])),
            "It looks as if the pixels are divided by the largest pixel of the input, so a dark image "
            "becomes bright. The same byte should always give the same number.",
        ),
        Mistake(
            "standardised",
            (lambda x: (x.reshape(len(x), -1) - x.mean()) / x.std(),
             lambda x: (lambda r: (r - r.mean(1, keepdims=True)) / r.std(1, keepdims=True))(x.reshape(len(x), -1) / 255),
             lambda x: x.reshape(len(x), -1) / 255 - x.mean() / 255,
             lambda x: (x.reshape(len(x), -1) - float(x.min())) / (float(x.max()) - float(x.min()))),
            "It looks as if numbers computed from the images are used, such as their mean, standard "
            "deviation or smallest pixel. Then one image changes the others, and test images change train "
            "images. A fixed number is enough here.",
        ),
        Mistake(
            "from-minus-1-to-1",
            (lambda x: x.reshape(len(x), -1) / np.float32(127.5) - 1, lambda x: (x.reshape(len(x), -1) - 127.5) / 127.5),
            "It looks as if the numbers run from -1 to 1. That is another common scale. Black should be 0 "
            "here.",
        ),
        Mistake(
            "centred",
            lambda x: x.reshape(len(x), -1) / np.float32(255) - np.float32(0.5),
            "It looks as if 0.5 is subtracted. Black should be 0 here.",
        ),
        Mistake(
            "inverted",
            lambda x: 1 - x.reshape(len(x), -1) / np.float32(255),
            "It looks as if black and white have changed places.",
        ),
        Mistake(
            "scaled-twice",
            lambda x: x.reshape(len(x), -1) / np.float32(255) / 255,
            "It looks as if the pixels are divided by 255 twice. The brightest pixel should become 1.",
        ),
        Mistake(
            "not-flattened",
            lambda x: x / np.float32(255),
            "The numbers are scaled, but each image is still a rectangle. The network needs one row for "
            "each image.",
        ),
        Mistake(
            "one-long-row",
            (lambda x: x.reshape(-1) / np.float32(255), lambda x: x.flatten() / np.float32(255)),
            "It looks as if all images became one row. How many rows should 3 images give?",
        ),
        Mistake(
            "images-as-columns",
            (lambda x: (x.reshape(len(x), -1) / np.float32(255)).T,),
            "It looks as if each image is a column. In this course, each example is a row.",
        ),
        Mistake(
            "rows-not-counted-by-images",
            (lambda x: x.reshape(x[0].size, -1) / np.float32(255), lambda x: x.reshape(x.shape[1], -1) / np.float32(255)),
            "It looks as if the first size in `reshape` is not the number of images. Each image is one row: how "
            "many rows are there?",
        ),
        Mistake(
            "pixels-mixed-up",
            (lambda x: x.reshape(-1, len(x)).T / np.float32(255), lambda x: x.T.reshape(len(x), -1) / np.float32(255)),
            "It looks as if the pixels of different images are mixed: the shape is right, but the axes "
            "were in the wrong order when `reshape` was called. Which axis must stay first?",
        ),
        Mistake(
            "column-by-column",
            (lambda x: x.transpose(0, 2, 1).reshape(len(x), -1) / np.float32(255),
             lambda x: x.reshape(len(x), -1, order="F") / np.float32(255)),
            "It looks as if each image is read column by column. Read it like a page of text: row after "
            "row.",
        ),
    ),
    hints=(
        "Do two things: turn every image into one row, and turn every byte into a fraction of 255.",
        "images (n, 28, 28) uint8 -> (n, 784) float32. The byte 0 becomes 0.0, 51 becomes 0.2, 255 becomes 1.0.",
        "xᵢⱼ = byteᵢⱼ / 255, in floating point.",
        "def scale_pixels(images):\n    rows = images.reshape(..., -1)  # (n, pixels)\n    return rows.astype(...) / ...",
    ),
)  # fmt: skip


def _columns_filled(labels, classes):
    rows = np.zeros((len(labels), classes))
    rows[:, labels] = 1
    return rows


def _row_and_column_swapped(labels: np.ndarray, classes: int) -> np.ndarray:
    rows = np.zeros((len(labels), classes))
    rows[labels, np.arange(len(labels))] = 1
    return rows


def _rows_filled(labels, classes):
    rows = np.zeros((len(labels), classes))
    rows[labels[labels < len(labels)]] = 1
    return rows


def _less_one(labels, classes):
    rows = np.zeros((len(labels), classes))
    rows[np.arange(len(labels)), labels - 1] = 1
    return rows


def _flat_places(labels, classes):
    rows = np.zeros((len(labels), classes))
    rows.flat[labels] = 1
    return rows


ONE_HOT = Exercise(
    "one_hot",
    task="Write each label as a row of zeros with one 1. The 1 stands in the column of the class.",
    reference=one_hot,
    package=data.one_hot,
    inputs={"labels": "n", "classes": ""},
    output="n classes",
    cases=(
        Case("5 labels of 4 classes, none of the last class", (np.array([2, 0, 1, 1, 2]), 4)),
        Case("3 labels of 10 classes", (np.array([9, 3, 0]), 10)),
        Case("4 labels of 4 classes", (np.array([1, 3, 0, 0]), 4)),
        Case("a single label, the first of 3 classes", (np.array([0]), 3)),
        Case("labels stored as bytes", (np.array([6, 1, 5, 6, 2, 0], dtype=np.uint8), 7)),
        Case("6 labels of 2 classes", (np.array([1, 0, 0, 1, 0, 1]), 2)),
    ),
    tolerance=(1e-5, 1e-12),
    mistakes=(
        Mistake(
            "transposed",
            (lambda y, k: one_hot(y, k).T, lambda y, k: (np.arange(k)[:, None] == y).astype(float)),
            "It looks as if each example is a column. In this course, each example is a row.",
        ),
        Mistake(
            "classes-from-the-largest-label",
            (lambda y, k: np.eye(int(y.max()) + 1)[y], lambda y, k: np.eye(len(np.unique(y)))[np.unique(y, return_inverse=True)[1]]),
            "It looks as if the number of classes is computed from the labels. A class may be missing in a "
            "batch: which argument says how many classes there are?",
        ),
        Mistake(
            "always-10",
            lambda y, k: np.eye(10)[y],
            "It looks as if there are always 10 columns. Which argument says how many classes there are?",
        ),
        Mistake(
            "whole-columns",
            _columns_filled,
            "It looks as if every row has a 1 at the labels of all rows. How do you set one entry in each row?",
        ),
        Mistake(
            "whole-rows",
            _rows_filled,
            "It looks as if the labels pick whole rows. A label is the number of a column in its own row.",
        ),
        Mistake(
            "row-and-column-swapped",
            _row_and_column_swapped,
            "It looks as if the two indices are swapped. The first one is the row.",
        ),
        Mistake(
            "one-too-far-left",
            (lambda y, k: np.eye(k)[y.astype(int) - 1], lambda y, k: np.eye(k)[y - 1], _less_one),
            "It looks as if classes are counted from 1. They count from 0: label 0 means the first column.",
        ),
        Mistake(
            "one-too-far-right",
            lambda y, k: np.eye(k)[(y.astype(int) + 1) % k],
            "It looks as if each 1 stands one column too far to the right. Classes are counted from 0.",
        ),
        Mistake(
            "the-label-not-a-1",
            lambda y, k: one_hot(y, k) * y[:, None],
            "It looks as if the label itself is written into its column. Write a 1 there, for class 0 too.",
        ),
        Mistake(
            "zeros",
            lambda y, k: np.zeros((len(y), k)),
            "It looks as if nothing is written into the zeros. At which row and column does each 1 belong?",
        ),
        Mistake(
            "turned-round",
            lambda y, k: 1 - one_hot(y, k),
            "It looks as if zeros and ones are swapped.",
        ),
        Mistake(
            "true-and-false",
            (lambda y, k: y[:, None] == np.arange(k),),
            "The right entries are picked, but they are True and False. How do they become numbers?",
        ),
        Mistake(
            "places-in-the-whole-array",
            _flat_places,
            "It looks as if every 1 goes into the first row, or the labels count along the whole array. "
            "Which two numbers say where an entry stands?",
        ),
        Mistake(
            "last-label-only",
            lambda y, k: one_hot(y[-1:], k)[0],
            "It looks as if one row is returned for all labels. How many rows are needed?",
        ),
        Mistake(
            "ordered-not-one-hot",
            lambda y, k: (np.arange(k) <= y[:, None]).astype(float),
            "It looks as if all columns up to the label are 1. Only one entry of each row should be 1.",
        ),
        Mistake(
            "one-row-for-all",
            lambda y, k: np.isin(np.arange(k), y).astype(float),
            "It looks as if one row marks all classes that appear. Each label needs its own row.",
        ),
        Mistake(
            "columns-one-too-many",
            lambda y, k: np.eye(k + 1)[y],
            "It looks as if there is one column too many. With 10 classes the labels run from 0 to 9.",
        ),
        Mistake(
            "divided-by-the-batch",
            lambda y, k: one_hot(y, k) / len(y),
            "It looks as if the rows are divided by the number of labels. Each row should hold a plain 1.",
        ),
    ),
    hints=(
        "Start with zeros: one row for each label. Then write one 1 into each row.",
        "labels (n,) -> (n, classes). Labels [2, 0] of 3 classes become [[0, 0, 1], [1, 0, 0]].",
        "yᵢₖ = 1 if k = labelsᵢ, else 0. To pick one entry from each row, use two indices: the row and its "
        "label.",
        "def one_hot(labels, classes):\n    rows = np.zeros((..., ...))\n    rows[np.arange(...), ...] = 1\n    return rows",
    ),
)  # fmt: skip


# What no order of the examples can change: which of them came back, how often, with whose label, and in what company.


def _found(part: np.ndarray, images: np.ndarray) -> np.ndarray:
    """The number of the example that each row is, -1 where it is none of them."""
    if part.ndim != images.ndim or part.shape[1:] != images.shape[1:]:
        return np.full(len(part), -1)
    flat, rows = images.reshape(len(images), -1), part.reshape(len(part), -1)
    same = (rows[:, None, :] == flat[None]).all(axis=2)  # (rows, n)
    return np.where(same.any(axis=1), same.argmax(axis=1), -1)


def _numbers(pieces: list, images: np.ndarray) -> np.ndarray:
    return np.concatenate([_found(part, images) for part, _ in pieces] or [np.zeros(0, int)])


def _strangers(pieces: list, args: tuple) -> float:
    """How many rows are no image of the set."""
    return float((_numbers(pieces, args[0]) < 0).sum())


def _different(pieces: list, args: tuple) -> float:
    """How many different examples came back."""
    return float(len(set(_numbers(pieces, args[0]).tolist()) - {-1}))


def _mispaired(pieces: list, args: tuple) -> float:
    """How many rows carry another label than their own."""
    numbers = _numbers(pieces, args[0])
    labels = np.concatenate([labels for _, labels in pieces])
    return float((args[1][numbers] != labels)[numbers >= 0].sum())


def _says_different(got: float, want: float) -> str:
    return (
        f"{got:.0f} different examples came back, expected {want:.0f}: some come several times, and others never. "
        "Look at how the order is made."
    )


_PAIRS = Property(
    "the pairs",
    lambda pieces, args: _mispaired(pieces, args),
    "{got} images have the label of another image. Are images and labels taken in the same order?",
)
_KNOWN = Property(
    "the images themselves",
    lambda pieces, args: _strangers(pieces, args),
    "{got} of the rows are not among the images of the input. Picking rows should not change them: what "
    "else is done to them?",
)
_EACH_ONCE = Property("each example once", _different, _says_different)


def _fractions(pieces: list, args: tuple) -> float:
    """How many pieces have labels of a type with fractions; an empty array has the type that NumPy gives it."""
    return float(sum(labels.size > 0 and labels.dtype.kind == "f" for _, labels in pieces))


_WHOLE = Property(
    "the type of the labels",
    _fractions,
    "the labels came back as floats. Later they are used as indices, and NumPy takes only whole numbers as "
    "indices. Are images and labels together in one array somewhere?",
)


def _order(value: list, args: tuple) -> float:
    """3 for a random order; 0 for the stored one, 1 for its reverse, 2 begun elsewhere, 4 and 5 half random."""
    numbers = _numbers(value, args[0])
    if len(numbers) < 12:
        return 3.0
    steps = np.diff(numbers)
    if (steps == 1).all():
        return 0.0
    if (steps == -1).all():
        return 1.0
    if (steps == 1).sum() >= len(steps) - 2:
        return 2.0
    if len(numbers) < 40 or (numbers < 0).any() or _company(value, args):
        return 3.0
    if (steps == 1).mean() > 0.25:  # chance makes neither this nor the next of so many
        return 4.0
    return 5.0 if abs(np.corrcoef(numbers, np.arange(len(numbers)))[0, 1]) > 0.8 else 3.0


def _order_words(got: float, want: float) -> str:
    how = (
        "in the order of the input",
        "exactly backwards",
        "in the order of the input, starting at another place",
        "in an order that is not random",
        "in the order of the input, for long stretches",
        "roughly in the order of the input: early ones early, late ones late",
    )[int(got)]
    return f"the examples come {how}. If they are stored class by class, every batch holds only one class. What makes the order random?"


def _company(value: list, args: tuple) -> float:
    """1 if each batch holds neighbours, in the order of the batches; 2 if neighbours, in another order; else 0."""
    numbers = [np.sort(_found(part, args[0])) for part, _ in value]
    big = [n for n in numbers if len(n) > 2]
    if len(big) < 3 or not all((np.diff(n) == 1).all() for n in big):
        return 0.0
    firsts = [n[0] for n in big]
    return 1.0 if firsts == sorted(firsts) else 2.0


def _company_words(got: float, want: float) -> str:
    how = "but only within each batch" if got == 1 else "but only as whole batches"
    return f"something is shuffled, {how}: the same examples are always in one batch. What exactly should be put into a random order?"


def _fill(seed: int, n: int, pixels: int, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Images that all differ, stored class by class, so that an order that is not random shows."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (n, pixels)).astype(np.uint8), np.sort(rng.integers(0, classes, n))


def _two(value: tuple) -> list:
    return [value[0], value[1]]


def _of_both(prop: Property) -> Property:
    return prop._replace(measure=lambda value, args: prop.measure(_two(value), args))


def _kept_aside(value: tuple, args: tuple) -> float:
    """Which examples are kept for valid: 0 the first, 1 the last, 2 every so many, 3 any others."""
    numbers = np.sort(_found(value[1][0], args[0]))
    if len(numbers) < 5:
        return 3.0
    if (np.diff(numbers) == 1).all():
        return 0.0 if numbers[0] == 0 else 1.0
    return 2.0 if len(set(np.diff(numbers).tolist())) == 1 else 3.0


def _kept_words(got: float, want: float) -> str:
    which = (
        "the first ones",
        "examples that stand side by side, such as the last ones",
        "examples at regular distances",
    )[int(got)]
    return f"valid holds {which} in the order of the input. If they are stored class by class, valid holds only one class. What makes the choice random?"


def _cut(pick: Callable) -> Callable:
    """A wrong split, made of how it picks: pick(n, valid_size, rng) -> (numbers for train, numbers for valid)."""

    def wrong(images, labels, valid_size, rng):
        train, valid = pick(len(labels), valid_size, rng)
        return (images[train], labels[train]), (images[valid], labels[valid])

    return wrong


def _apart(images, labels, valid_size, rng):
    (train, _), (valid, _) = split(images, labels, valid_size, rng)
    (_, train_labels), (_, valid_labels) = split(images, labels, valid_size, rng)
    return (train, train_labels), (valid, valid_labels)


def _labels_left(images, labels, valid_size, rng):
    mixed = images[rng.permutation(len(labels))]
    return (mixed[valid_size:], labels[valid_size:]), (mixed[:valid_size], labels[:valid_size])


def _swap_views(images, labels, rng):
    """Fisher and Yates by hand, on rows that are only views: what `random.shuffle` does to an array of images."""
    images, labels = images.copy(), labels.copy()
    for i in reversed(range(1, len(labels))):
        j = int(rng.integers(0, i + 1))
        images[i], images[j] = images[j], images[i]
        labels[i], labels[j] = labels[j], labels[i]
    return images, labels


def _library_shuffle(images, labels, rng):
    images = images.copy()
    random.Random(int(rng.integers(10**6))).shuffle(images)
    return images, labels


def _in_stored_order(images, labels, batch_size):
    for start in range(0, len(labels), batch_size):
        yield images[start : start + batch_size], labels[start : start + batch_size]


SPLIT = Exercise(
    "split",
    task="Divide the examples at random into train and valid. No example is in both. valid_size, which may "
         "be 0, is the number of examples in valid.",
    reference=split,
    package=data.split,
    inputs={"images": "n pixels", "labels": "n", "valid_size": "", "rng": ""},
    output={"train": {"images": "n pixels", "labels": "n"}, "valid": {"images": "valid_size pixels", "labels": "valid_size"}},
    random=True,
    list_item="part",
    cases=(
        Case("30 examples, 8 of them for valid", (*_fill(1, 30, 5), 8, np.random.default_rng(1))),
        Case("41 examples, 25 of them for valid", (*_fill(2, 41, 4), 25, np.random.default_rng(2))),
        Case("20 examples, none of them for valid", (*_fill(3, 20, 6), 0, np.random.default_rng(3))),
        Case("24 examples, 12 of them for valid", (*_fill(4, 24, 3), 12, np.random.default_rng(4))),
    ),
    properties=(
        _of_both(_KNOWN),
        Property(
            "no example in both train and valid",
            lambda value, args: float(len(set(_found(value[0][0], args[0]).tolist()) & set(_found(value[1][0], args[0]).tolist()))),
            "{got} examples are in train and also in valid. If the network has learned an example, that "
            "example cannot measure it.",
        ),
        _of_both(_EACH_ONCE),
        _of_both(_PAIRS),
        Property("the random choice of valid", _kept_aside, _kept_words),
        _of_both(_WHOLE),
    ),
    mistakes=(
        Mistake(
            "first-ones-for-valid",
            (_cut(lambda n, k, rng: (np.arange(k, n), np.arange(k))),
             _cut(lambda n, k, rng: (k + rng.permutation(n - k), rng.permutation(k)))),
            "It looks as if nothing random decides which examples go where. Which argument should make the "
            "random numbers?",
        ),
        Mistake(
            "last-ones-for-valid",
            _cut(lambda n, k, rng: (np.arange(n - k), np.arange(n - k, n))),
            "It looks as if the examples are divided without shuffling first. Which argument should make "
            "the random numbers?",
        ),
        Mistake(
            "shuffled-apart",
            _apart,
            "It looks as if images and labels are shuffled separately, in two different orders. How many "
            "orders are needed?",
        ),
        Mistake(
            "labels-not-shuffled",
            _labels_left,
            "It looks as if only the images are shuffled. Which order do the labels need?",
            unambiguous=False,
        ),
        Mistake(
            "train-not-cut",
            _cut(lambda n, k, rng: (np.arange(n), rng.permutation(n)[:k])),
            "It looks as if train still holds all examples. The examples in valid must not be in train.",
        ),
        Mistake(
            "drawn-apart",
            (_cut(lambda n, k, rng: (rng.permutation(n)[k:], rng.permutation(n)[:k])),
             _cut(lambda n, k, rng: (rng.choice(n, n - k, replace=False), rng.choice(n, k, replace=False)))),
            "It looks as if train and valid are drawn separately, so they share examples. How many draws "
            "are needed?",
        ),
        Mistake(
            "with-replacement",
            _cut(lambda n, k, rng: (lambda order: (order[k:], order[:k]))(rng.integers(0, n, n))),
            "It looks as if examples are drawn with replacement, so some come twice. How can each be drawn "
            "exactly once?",
        ),
        Mistake(
            "minus-0",
            (_cut(lambda n, k, rng: (lambda order: (order[:-k], order[-k:]))(rng.permutation(n))),),
            "It looks as if a slice with -valid_size is used. When valid_size is 0, that goes wrong: -0 is "
            "0, which is the beginning.",
        ),
        Mistake(
            "parts-overlap",
            (
                _cut(lambda n, k, rng: (lambda order: (order[:-k], order[:k]))(rng.permutation(n))),
                _cut(lambda n, k, rng: (lambda order: (order[: n - k], order[:k]))(rng.permutation(n))),
            ),
            "It looks as if train and valid both begin at the first place of the order, so they share examples. "
            "Where should train begin?",
        ),
        Mistake(
            "sizes-swapped",
            _cut(lambda n, k, rng: (lambda order: (order[:k], order[k:]))(rng.permutation(n))),
            "It looks as if train and valid are swapped. valid_size is the size of the second part.",
        ),
        Mistake(
            "rest-dropped",
            _cut(lambda n, k, rng: (lambda order: (order[k : 2 * k], order[:k]))(rng.permutation(n))),
            "It looks as if train gets only as many examples as valid. Where are the others?",
        ),
        Mistake(
            "grouped-by-kind",
            lambda images, labels, k, rng: (lambda t, v: ((t[0], v[0]), (t[1], v[1])))(*split(images, labels, k, rng)),
            "It looks as if both images come first and then both labels. Each part is a pair: images with "
            "their labels.",
        ),
        Mistake(
            "four-in-a-row",
            (lambda images, labels, k, rng: (lambda t, v: (*t, *v))(*split(images, labels, k, rng)),
             lambda images, labels, k, rng: (lambda t, v: (t[0], v[0], t[1], v[1]))(*split(images, labels, k, rng))),
            "It looks as if four arrays are returned one after another. The function should return two "
            "pairs.",
        ),
        Mistake(
            "labels-before-images",
            lambda images, labels, k, rng: tuple((b, a) for a, b in split(images, labels, k, rng)),
            "It looks as if each pair is (labels, images). The images come first.",
        ),
        Mistake(
            "labels-forgotten",
            lambda images, labels, k, rng: (lambda t, v: (t[0], v[0]))(*split(images, labels, k, rng)),
            "It looks as if only images are returned. Each part needs its labels too.",
        ),
        Mistake(
            "rows-duplicated",
            lambda images, labels, k, rng: (lambda x, y: ((x[k:], y[k:]), (x[:k], y[:k])))(*_swap_views(images, labels, rng)),
            "It looks as if rows are swapped one by one, as `random.shuffle` does. Rows of an array are "
            "views, so one row overwrites the other. Shuffle indices instead, and pick by them.",
        ),
        Mistake(
            "global-random",
            (_cut(lambda n, k, rng: (lambda order: (order[k:], order[:k]))(np.random.permutation(n))),),
            "The parts are right, but another generator than `rng` draws. Which generator should draw here?",
        ),
        Mistake(
            "own-seed",
            _cut(lambda n, k, rng: (lambda order: (order[k:], order[:k]))(np.random.default_rng(0).permutation(n))),
            "The parts are right, but a generator with its own seed draws. Which generator should draw "
            "here?",
        ),
    ),
    hints=(
        "Put the numbers 0 to n - 1 into a random order. This order decides which examples go where.",
        "order (n,) -> two pieces, with n - valid_size and valid_size numbers. images[piece] and "
        "labels[piece] belong together.",
        "order = the numbers 0 to n - 1, in random order. The first valid_size numbers of it are the places of the "
        "valid examples. All other numbers are the places of the train examples.",
        "def split(images, labels, valid_size, rng):\n    order = rng.permutation(...)\n    valid, train = order[...], order[...]\n"
        "    return (images[train], ...), (..., ...)",
    ),
)  # fmt: skip


def _deal(order: Callable, cut: Callable = lambda n, k: range(0, n, k)) -> Callable:
    """Wrong batches, made of the order (n, batch_size, rng) and of where the batches begin."""

    def wrong(images, labels, batch_size, rng):
        numbers = order(len(labels), batch_size, rng)
        for start in cut(len(labels), batch_size):
            batch = numbers[start : start + batch_size]
            yield images[batch], labels[batch]

    return wrong


def _permuted(n, k, rng):
    return rng.permutation(n)


def _whole_batches(n, k, rng):
    pieces = [np.arange(start, min(start + k, n)) for start in range(0, n, k)]
    full, rest = [p for p in pieces if len(p) == k], [p for p in pieces if len(p) < k]
    return np.concatenate([full[i] for i in rng.permutation(len(full))] + rest)


def _within(n, k, rng):
    return np.concatenate([start + rng.permutation(min(k, n - start)) for start in range(0, n, k)])


def _anew(images, labels, batch_size, rng):
    for start in range(0, len(labels), batch_size):
        batch = rng.permutation(len(labels))[: min(batch_size, len(labels) - start)]
        yield images[batch], labels[batch]


def _apart_batches(images, labels, batch_size, rng):
    one, other = rng.permutation(len(labels)), rng.permutation(len(labels))
    for start in range(0, len(labels), batch_size):
        yield images[one[start : start + batch_size]], labels[other[start : start + batch_size]]


def _labels_in_order(images, labels, batch_size, rng):
    order = rng.permutation(len(labels))
    for start in range(0, len(labels), batch_size):
        yield images[order[start : start + batch_size]], labels[start : start + batch_size]


def _remembers() -> Callable:
    orders: dict = {}

    def wrong(images, labels, batch_size, rng):
        return _deal(lambda n, k, rng: orders.setdefault(n, rng.permutation(n)))(
            images, labels, batch_size, rng
        )

    return wrong


def _copy_of(rng: np.random.Generator) -> np.random.Generator:
    twin = np.random.default_rng(0)
    twin.bit_generator.state = rng.bit_generator.state
    return twin


def _places_for_images(images, labels, batch_size, rng):
    order = rng.permutation(len(labels))
    for start in range(0, len(labels), batch_size):
        batch = order[start : start + batch_size]
        yield batch, labels[batch]


def _drawn_not_used(images, labels, batch_size, rng):
    rng.permutation(len(labels))
    return _in_stored_order(images, labels, batch_size)


def _in_place(images, labels, batch_size, rng):
    order = rng.permutation(len(labels))
    images[:], labels[:] = images[order], labels[order]
    return _in_stored_order(images, labels, batch_size)


BATCHES = Exercise(
    "batches",
    task="Go through all examples once, in a new random order, one batch at a time. The last batch may be "
         "shorter.",
    reference=batches,
    package=data.batches,
    inputs={"images": "n pixels", "labels": "n", "batch_size": "", "rng": ""},
    output=[{"images": "batch pixels", "labels": "batch"}],
    random=True,
    list_item="batch",
    cases=(
        Case("50 examples in batches of 12, the last of 2", (*_fill(11, 50, 4), 12, np.random.default_rng(6))),
        Case("24 examples in batches of 6", (*_fill(12, 24, 5), 6, np.random.default_rng(2))),
        Case("13 examples and a batch size of 64", (*_fill(13, 13, 3), 64, np.random.default_rng(3))),
        Case("15 examples one by one", (*_fill(14, 15, 4), 1, np.random.default_rng(4))),
        Case("16 examples in batches of 5, the last of 1", (*_fill(15, 16, 6), 5, np.random.default_rng(5))),
    ),
    properties=(
        _KNOWN,
        _EACH_ONCE,
        _PAIRS,
        Property("the order", _order, _order_words),
        Property("which examples are in one batch", _company, _company_words),
        _WHOLE,
    ),
    mistakes=(
        Mistake(
            "no-shuffling",
            (lambda images, labels, k, rng: _in_stored_order(images, labels, k), _drawn_not_used),
            "It looks as if nothing is shuffled, or a random order is made and not used. How are the "
            "examples picked?",
        ),
        Mistake(
            "last-batch-dropped",
            (_deal(_permuted, lambda n, k: range(0, max(n - n % k, 1), k)), _deal(_permuted, lambda n, k: range(0, n - k + 1, k))),
            "It looks as if the last, shorter batch is left out. Every example should come once.",
        ),
        Mistake(
            "one-batch-too-few",
            (_deal(_permuted, lambda n, k: range(0, n - k, k)), _deal(_permuted, lambda n, k: range(0, n - 1, k))),
            "It looks as if the loop ends too early, even where all batches are full. Where does the last "
            "batch begin?",
            unambiguous=False,
        ),
        Mistake(
            "a-batch-at-every-example",
            _deal(_permuted, lambda n, k: range(n)),
            "It looks as if a batch begins at every example, so the same example is in many batches. How far is it from "
            "the start of a batch to the start of the next?",
        ),
        Mistake(
            "an-empty-batch-at-the-end",
            (_deal(_permuted, lambda n, k: range(0, n + 1, k)), _deal(_permuted, lambda n, k: range(0, (n // k + 1) * k, k))),
            "It looks as if there is one batch too many where all batches are full: an empty one. Where "
            "should the loop end?",
        ),
        Mistake(
            "only-whole-batches-shuffled",
            _deal(_whole_batches),
            "It looks as if the order of the batches is random, but each batch always holds the same "
            "examples. What should be shuffled?",
        ),
        Mistake(
            "only-within-batches",
            _deal(_within),
            "It looks as if each batch is shuffled by itself. The whole set needs a random order.",
        ),
        Mistake(
            "shuffled-apart",
            _apart_batches,
            "It looks as if images and labels are shuffled separately, in two different orders. How many "
            "orders are needed?",
        ),
        Mistake(
            "labels-not-shuffled",
            _labels_in_order,
            "It looks as if only the images are shuffled. Which order do the labels need?",
            unambiguous=False,
        ),
        Mistake(
            "rows-duplicated",
            (lambda images, labels, k, rng: _in_stored_order(*_swap_views(images, labels, rng), k),),
            "It looks as if rows are swapped one by one, as `random.shuffle` does. Rows of an array are "
            "views, so one row overwrites the other. Shuffle indices instead, and pick by them.",
        ),
        Mistake(
            "library-shuffle",
            lambda images, labels, k, rng: _in_stored_order(*_library_shuffle(images, labels, rng), k),
            "It looks as if `random.shuffle` is used on an array: it overwrites rows, and it does not move "
            "the labels. Shuffle indices instead, and pick by them.",
            unambiguous=False,
        ),
        Mistake(
            "each-batch-drawn-anew",
            _anew,
            "It looks as if every batch is drawn again from the whole set. In one epoch, no example should "
            "come twice.",
            unambiguous=False,
        ),
        Mistake(
            "with-replacement",
            _deal(lambda n, k, rng: rng.integers(0, n, n)),
            "It looks as if examples are drawn with replacement. How can each be drawn exactly once?",
            unambiguous=False,
        ),
        Mistake(
            "begun-elsewhere",
            _deal(lambda n, k, rng: np.roll(np.arange(n), int(rng.integers(2, n - 2)))),
            "It looks as if only the starting point is random. Examples beside each other in the input "
            "should not stay beside each other.",
        ),
        Mistake(
            "backwards",
            _deal(lambda n, k, rng: np.arange(n)[::-1]),
            "It looks as if the order is reversed, not random.",
        ),
        Mistake(
            "one-pair-at-a-time",
            lambda images, labels, k, rng: [(images[i], labels[i]) for i in rng.permutation(len(labels))],
            "It looks as if each batch is a single example. How do batch_size examples become one array?",
        ),
        Mistake(
            "only-the-first-batch",
            (lambda images, labels, k, rng: [next(batches(images, labels, k, rng))],),
            "It looks as if there is only one batch. Does the loop return in its first turn?",
        ),
        Mistake(
            "not-in-a-list",
            lambda images, labels, k, rng: next(batches(images, labels, k, rng)),
            "It looks as if a single pair is returned, not many pairs. Is there a `return` where you need "
            "`yield`?",
            unambiguous=False,
        ),
        Mistake(
            "labels-before-images",
            lambda images, labels, k, rng: ((y, x) for x, y in batches(images, labels, k, rng)),
            "It looks as if each pair is (labels, images). The images come first.",
        ),
        Mistake(
            "images-only",
            lambda images, labels, k, rng: (x for x, _ in batches(images, labels, k, rng)),
            "It looks as if the labels are missing. Each batch is a pair.",
        ),
        Mistake(
            "places-for-images",
            _places_for_images,
            "It looks as if the random places are given out, and not the images at these places. How does an index pick rows?",
        ),
        Mistake(
            "batch-size-as-their-number",
            lambda images, labels, k, rng: ((images[b], labels[b]) for b in np.array_split(rng.permutation(len(labels)), k)),
            "It looks as if batch_size is used as the number of batches. It is the number of examples in "
            "each batch.",
        ),
        Mistake(
            "even-sizes",
            lambda images, labels, k, rng: (
                (images[b], labels[b]) for b in np.array_split(rng.permutation(len(labels)), -(-len(labels) // k))
            ),
            "It looks as if all batches have the same length. Each should hold batch_size examples, and "
            "the last one the rest.",
        ),
        Mistake(
            "generator-not-moved-on",
            lambda images, labels, k, rng: batches(images, labels, k, _copy_of(rng)),
            "It looks as if a copy of the generator draws, so the second epoch has the order of the first. "
            "Which generator should draw here?",
        ),
        Mistake(
            "shuffles-the-data-itself",
            _in_place,
            "The batches are right, but the caller's images and labels were put into another order. "
            "Shuffle indices instead, and pick by them.",
        ),
        Mistake(
            "global-random",
            _deal(lambda n, k, rng: np.random.permutation(n)),
            "The batches are right, but the order comes from another generator than `rng`. Which generator "
            "should draw here?",
        ),
        Mistake(
            "no-reshuffle",
            (_deal(lambda n, k, rng: np.random.default_rng(0).permutation(n)), Stateful(_remembers)),
            "It looks as if the order is drawn once and kept, or comes from a generator with its own seed: "
            "the second epoch has the order of the first. Which generator should draw here, and when?",
        ),
    ),
    hints=(
        "Draw one random order of the numbers 0 to n - 1. Cut it into pieces of batch_size.",
        "order (n,) -> pieces of batch_size numbers, the last may be shorter. images[piece] and labels[piece] stay together.",
        "For start = 0, batch_size, 2·batch_size ... below n: the piece is order[start] to order[start + "
        "batch_size − 1].",
        "def batches(images, labels, batch_size, rng):\n    order = rng.permutation(...)\n"
        "    for start in range(0, ..., ...):\n        batch = order[...]\n        yield ..., ...",
    ),
)  # fmt: skip

EXERCISES = (SCALE_PIXELS, ONE_HOT, SPLIT, BATCHES)
