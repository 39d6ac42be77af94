"""The repairs of data: a shuffle that keeps pairs, and batches of the size that was asked for.

Each is an exercise, as mlpkit/exercises/spec.py describes it; the model solutions are in reference_parts.py.
"""

from __future__ import annotations

import numpy as np

from mlpkit.exercises import Case, Exercise, Mistake, Property

from .. import reference_parts


def _pairs(count: int, pixels: int) -> tuple[np.ndarray, np.ndarray]:
    """Images whose first pixel is their label, so that a pair can be recognised."""
    return np.arange(count)[:, None] * np.ones(pixels), np.arange(count)


SHUFFLE = Exercise(
    "shuffle",
    task="Put images and labels into a random order, drawn from rng.",
    reference=reference_parts.shuffle,
    inputs={"images": "n pixels", "labels": "n", "rng": ""},
    output={"images": "n pixels", "labels": "n"},
    random=True,
    cases=(
        Case("30 examples", (*_pairs(30, 4), np.random.default_rng(1))),
        Case("41 examples", (*_pairs(41, 3), np.random.default_rng(2))),
    ),
    properties=(
        Property(
            "everybody is there",
            lambda value, args: float(len(np.unique(value[0][:, 0]))),
            "{got} different images were returned, expected {expected}.",
        ),
        Property(
            "pairs",
            lambda value, args: float((value[0][:, 0] == value[1]).mean()),
            lambda got, expected: (
                f"{100 * got:.0f} % of the images still have their own label, expected {100 * expected:.0f} %. "
                "Do both use the same order?"
            ),
        ),
        Property(
            "moved",
            # By chance one of n stays; eight of 30 would once in a hundred thousand times.
            lambda value, args: float((value[0][:, 0] != args[0][:, 0]).mean() > 0.75),
            "Too many images did not move. Is the new order an order of all n, and is it used for the "
            "result?",
        ),
    ),
    mistakes=(
        Mistake(
            "apart",
            lambda x, y, rng: (x[rng.permutation(len(x))], y[rng.permutation(len(y))]),
            "It looks as if two orders are drawn, one for the images and one for the labels.",
        ),
        Mistake(
            "order-not-used",
            lambda x, y, rng: (x, y),
            "It looks as if the order is drawn but not used, or never drawn.",
        ),
        Mistake(
            "only-one-moves",
            (lambda x, y, rng: (x[rng.permutation(len(x))], y), lambda x, y, rng: (x, y[rng.permutation(len(y))])),
            "It looks as if only one of the two is put into a new order.",
        ),
    ),
    hints=(
        "An image and its label must stay a pair, and the pairs must change places.",
        "One array with the n positions in a random order can pick rows of both.",
        "order = a random permutation of 0 to n - 1; then row order[i] comes to place i, in both.",
        "order = rng.permutation(...)\nreturn images[...], labels[...]",
    ),
)  # fmt: skip


def _shrinking(count, batch_size, epochs):
    pieces = []
    for _ in range(epochs):
        for low in range(0, count, batch_size):
            batch_size = min(batch_size, count - low)
            pieces.append((low, low + batch_size))
    return np.array(pieces)


def _one_too_many(count, batch_size, epochs):
    pieces = []
    for _ in range(epochs):
        for low in range(0, count, batch_size):
            batch_size = batch_size if low + batch_size <= count else count - low + 1
            pieces.append((low, min(low + batch_size, count)))
    return np.array(pieces)


CUT = Exercise(
    "cut",
    task="Give an array with a row (start, stop) for each batch of each epoch; the last batch of an epoch may be shorter.",
    reference=reference_parts.cut,
    inputs={"count": "", "batch_size": "", "epochs": ""},
    output="batches ends",
    cases=(
        Case("10 examples by 4, 2 epochs", (10, 4, 2)),
        Case("12 examples by 4, 3 epochs", (12, 4, 3)),
        Case("7 examples by 3, 1 epoch", (7, 3, 1)),
        Case("25 examples by 8, 4 epochs", (25, 8, 4)),
    ),
    mistakes=(
        Mistake(
            "batch-size-shrinks",
            (_shrinking, _one_too_many),
            "It looks as if the batch size becomes that of the last, short batch, and stays so.",
        ),
        Mistake(
            "short-batch-dropped",
            lambda n, size, epochs: np.array(
                [(low, low + size) for low in range(0, n - size + 1, size)] * epochs
            ),
            "The examples that fill no whole batch are left out. The network should learn from them too.",
        ),
        Mistake(
            "last-batch-missing",
            lambda n, size, epochs: np.array(
                [(low, low + size) for low in range(0, n - size, size)] * epochs
            ),
            "It looks as if the last batch of each epoch is missing. Up to which number do the starts go?",
        ),
        Mistake(
            "beyond-the-end",
            lambda n, size, epochs: np.array([(low, low + size) for low in range(0, n, size)] * epochs),
            "The last batch stops beyond the last example. Which stop is the smaller one?",
        ),
        Mistake(
            "one-epoch",
            lambda n, size, epochs: reference_parts.cut(n, size, 1),
            "Only one epoch was returned. Each epoch has the same batches.",
        ),
    ),
    hints=(
        "Every epoch has the same batches; only its last may be short.",
        "10 examples by 4: (0, 4), (4, 8), (8, 10), and so again in the next epoch.",
        "Starts are 0, size, 2 size ... below count; a stop is the start plus size, at most count.",
        "one = [(low, min(..., ...)) for low in range(0, ..., ...)]\nreturn np.array(one * ...)",
    ),
)
