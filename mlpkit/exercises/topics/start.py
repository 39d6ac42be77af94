"""The first exercise: how often is the network right?

It is small on purpose, to show how exercises, hints and verdicts work.
"""

from __future__ import annotations

import numpy as np

from mlpkit.core import metrics

from ..spec import Case, Exercise, Mistake


def accuracy(logits: np.ndarray, labels: np.ndarray) -> float:
    """The share of rows whose largest logit is in the column of the label.

    logits: (batch, classes), labels: (batch,) -> float, 0 to 1
    """
    guesses = logits.argmax(axis=1)  # (batch,)
    return float((guesses == labels).mean())


def _scores(seed: int, batch: int, classes: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(batch, classes))


def _hit(logits: np.ndarray, right: int, seed: int) -> np.ndarray:
    """Labels that the first `right` rows in a random order hit, and no other."""
    rng = np.random.default_rng(seed)
    labels = logits.argmax(axis=1)
    missed = rng.permutation(len(labels))[right:]
    labels[missed] = (labels[missed] + rng.integers(1, logits.shape[1], len(missed))) % logits.shape[1]
    return labels


# A row's largest logit is sometimes the very number of its label, and one class number is also a place in the
# whole array: so that taking the largest value, or the largest of everything, is told from finding nothing.
_WHOLE = np.array([[0.0, 2.0, 1.0], [1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.2, 0.0, 2.0]])

# Where several logits are the largest, the label is neither the first of them nor the last: whichever of these
# two is the guess, it is wrong.
_TIES = np.array([[0.0, 0, 0, 0], [2, 2, 1, 2], [3, 1, 0, 2], [1, 1, 1, 1], [0.5, 4, 4, 4]])

# One power of these is too large for a float, or 0: whoever computes probabilities first finds no largest one.
_EXTREME = np.array([[998.0, 1000, 999], [-1000, -998.5, -999], [900, 950, 990], [1000, 990, 995]])
_NEAR = 0.5 + 2e-6 * np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 2], [0, 2, 1]])

_FIVE, _EIGHT, _FOUR = _scores(1, 5, 3), _scores(2, 8, 6) - 4, _scores(3, 4, 4)

ACCURACY = Exercise(
    "accuracy",
    task="Return the share of the rows whose largest logit is in the column of the label. Each row has one guess, even "
         "if two logits are equally large.",
    reference=accuracy,
    package=metrics.accuracy,
    inputs={"logits": "batch classes", "labels": "batch"},
    output="number",
    cases=(
        Case("5 rows of 3 logits with 2 right guesses", (_FIVE, _hit(_FIVE, 2, 4))),
        Case("8 rows of 6 negative logits with 5 right guesses", (_EIGHT, _hit(_EIGHT, 5, 5))),
        Case("4 rows of 4 logits with 1 right guess", (_FOUR, _hit(_FOUR, 1, 6))),
        Case("4 rows of small logits with 3 right guesses", (_WHOLE, np.array([1, 0, 1, 0]))),
        Case("5 rows with right guesses only", (_FIVE, _hit(_FIVE, 5, 7))),
        Case("8 rows without a right guess", (_EIGHT, _hit(_EIGHT, 0, 8))),
        Case("logits that are all 0", (np.zeros((4, 5)), np.array([2, 1, 3, 2]))),
        Case("5 rows, 4 of them with several largest logits", (_TIES, np.array([1, 1, 0, 2, 2]))),
        Case("10 rows of equal logits, each class twice", (np.ones((10, 5)), np.arange(10) % 5)),
        Case("4 rows of logits around 1000 and -1000", (_EXTREME, np.array([1, 1, 2, 1]))),
        Case("4 rows of logits that differ by a millionth", (_NEAR, np.array([1, 2, 0, 1]))),
    ),
    mistakes=(
        Mistake(
            "argmax-over-axis-0",
            (
                lambda logits, labels: np.mean(logits.argmax(axis=0) == labels),
                lambda z, y: float(np.sum(z.argmax(axis=0)[: len(y)] == y[: z.shape[1]])) / len(y),
            ),
            "It looks as if argmax runs down the columns: it then gives one answer for each class, not "
            "for each row. "
            "Compare the length of the guesses with that of the labels.",
        ),
        Mistake(
            "count-not-share",
            lambda logits, labels: float((logits.argmax(axis=1) == labels).sum()),
            "It looks as if this is the number of right rows. How does a number of rows become a share "
            "between 0 and 1?",
        ),
        Mistake(
            "percentage",
            lambda logits, labels: 100 * float((logits.argmax(axis=1) == labels).mean()),
            "It looks as if this is a percentage. The function should give a share: 1 where all rows are "
            "right.",
        ),
        Mistake(
            "error-rate",
            lambda logits, labels: float((logits.argmax(axis=1) != labels).mean()),
            "It looks as if the wrong rows are counted: your result and the expected one add up to 1. Look "
            "at the comparison.",
        ),
        Mistake(
            "divided-by-classes",
            lambda logits, labels: float((logits.argmax(axis=1) == labels).sum() / logits.shape[1]),
            "It looks as if the right rows are counted and divided by the number of classes. Of how many "
            "rows is it a share?",
        ),
        Mistake(
            "largest-not-where",
            lambda logits, labels: float((logits.max(axis=1) == labels).mean()),
            "It looks as if the value of the largest logit is compared with the label. The label is a "
            "place: the column where the largest logit should stand.",
        ),
        Mistake(
            "label-of-another-row",
            lambda logits, labels: float(np.isin(logits.argmax(axis=1), labels).mean()),
            "It looks as if a guess counts as right when it is the label of any row. Compare each guess with the "
            "label of its own row.",
        ),
        Mistake(
            "labels-as-places",
            lambda z, y: sum(z.argmax(axis=1)[i] == y[i] for i in y) / len(y),
            "It looks as if a loop goes through the labels, and uses each label as the number of a row. Which numbers "
            "do the rows have?",
        ),
        Mistake(
            "argmax-over-everything",
            lambda logits, labels: float((logits.argmax() == labels).mean()),
            "It looks as if argmax runs over the whole array: it gives one guess for all rows. How many "
            "guesses are needed?",
        ),
        Mistake(
            "tie-counts-as-right",
            (
                lambda z, y: float((z[np.arange(len(y)), y] >= z.max(axis=1)).mean()),
                lambda z, y: float((np.eye(z.shape[1])[y] * (z == z.max(axis=1)[:, None])).sum() / len(y)),
            ),
            "It looks as if a row counts as right when its label is one of several largest logits. "
            "Then a network that gives 0 everywhere is right 100 % of the time. "
            "Each row has one guess: which function finds its place?",
        ),
        Mistake(
            "tie-counts-as-wrong",
            lambda z, y: float(((z >= z[np.arange(len(y)), y][:, None]).sum(axis=1) == 1).mean()),
            "It looks as if a row with several largest logits always counts as wrong. Each row has one guess: "
            "which function finds the place of one of them?",
        ),
        Mistake(
            "probabilities-first",
            (lambda z, y: float(((p := np.exp(z)) / p.sum(axis=1, keepdims=True)).argmax(axis=1).__eq__(y).mean()),
             lambda z, y: float((np.exp(z).argmax(axis=1) == y).mean()),
             lambda z, y: float(((1 / (1 + np.exp(-z))).argmax(axis=1) == y).mean())),
            "It looks as if the logits become probabilities first. e to the power of 1000 is too large for a "
            "float. The largest logit has the largest probability: is the power needed?",
        ),
        Mistake(
            "one-answer-a-row",
            lambda logits, labels: logits.argmax(axis=1) == labels,
            "That is one answer for each row. What share of them is True?",
        ),
        Mistake(
            "integer-division",
            lambda logits, labels: float((logits.argmax(axis=1) == labels).sum() // len(labels)),
            "It looks as if the result can only be 0 or 1: perhaps `//` or `all` is used. How does 2 of 5 "
            "become 0.4?",
            unambiguous=False,
        ),
        Mistake(
            "distance-to-the-label",
            (lambda z, y: float(np.abs(z.argmax(axis=1) - y).mean()),
             lambda z, y: float(1 - np.abs(z.argmax(axis=1) - y).mean()),
             lambda z, y: float(100 - 100 * np.abs(z.argmax(axis=1) - y).mean())),
            "It looks as if the distance between guess and label is averaged. For classes it does not matter how far "
            "apart their numbers are: when is a guess right, and when not?",
        ),
        Mistake(
            "smallest",
            lambda logits, labels: float((logits.argmin(axis=1) == labels).mean()),
            "It looks as if the guess is the class with the smallest logit. Which logit does the network "
            "give to its guess?",
        ),
    ),
    hints=(
        "The network's guess for a row is the class with the largest logit. In what share of the rows is "
        "the guess equal to the label?",
        "logits (batch, classes) -> guesses (batch,) -> right or wrong (batch,) -> one number. "
        "With logits [[1, 5], [7, 2]] and labels [1, 1] the guesses are [1, 0], and 1 of 2 is right: 0.5.",
        "accuracy = 1/n · Σᵢ [argmaxₖ logitsᵢₖ = labelsᵢ]: the bracket is 1 where it is true, and 0 where "
        "it is false.",
        "def accuracy(logits, labels):\n    guesses = logits.argmax(axis=...)  # (batch,)\n    return "
        "(guesses == ...).mean()",
    ),
)  # fmt: skip

EXERCISES = (ACCURACY,)
