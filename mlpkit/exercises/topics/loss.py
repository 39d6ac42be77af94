"""From logits to probabilities, and from probabilities to one number that says how wrong the network is.

Three exercises: softmax, log_softmax and cross_entropy.
"""

from __future__ import annotations

import numpy as np

from mlpkit.core import losses

from ..spec import Case, Exercise, Mistake, Property


def softmax(logits: np.ndarray) -> np.ndarray:
    """Turn each row of logits into probabilities.

    logits: (batch, classes) -> (batch, classes)
    """
    shifted = logits - logits.max(axis=1, keepdims=True)  # (batch, classes)
    powers = np.exp(shifted)
    return powers / powers.sum(axis=1, keepdims=True)


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """The logarithm of softmax, without taking the logarithm of a probability.

    logits: (batch, classes) -> (batch, classes)
    """
    shifted = logits - logits.max(axis=1, keepdims=True)  # (batch, classes)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> float:
    """The mean of -log(probability of the true class).

    logits: (batch, classes), labels: (batch,) -> float
    """
    shifted = logits - logits.max(axis=1, keepdims=True)  # (batch, classes)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-log_probabilities[np.arange(len(labels)), labels].mean())


def _logits(seed: int, batch: int, classes: int, scale: float = 1.5) -> np.ndarray:
    return scale * np.random.default_rng(seed).normal(size=(batch, classes))


def _labels(seed: int, batch: int, classes: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, classes, batch)


_SMALL, _WIDE, _SQUARE = _logits(1, 5, 3), _logits(2, 7, 10), _logits(3, 4, 4)
_LARGE = np.round(8 * _logits(4, 3, 4)) / 8 + np.array([[1000.0], [0.0], [-1000.0]])  # exact in float32 too
_GAP = np.array([[0.0, 1000.0, 3.0], [0.5, -0.2, 0.1]])
_FAR = np.array([[0.0, 2000.0, 0.0], [0.5, -0.2, 0.1]])  # the mean of a row does not tame this one
_APART = np.array([[0.0, 1.0], [1000.0, 1001.0], [3.0, 1.0]])
_ONE_ROW = _logits(5, 1, 6)
_ZEROS = np.zeros((2, 10))

_ROWS = (
    Case("5 rows of 3 logits", (_SMALL,)),
    Case("7 rows of 10 logits", (_WIDE,)),
    Case("4 rows of 4 logits", (_SQUARE,)),
    Case("a single row of 6 logits", (_ONE_ROW,)),
    Case("logits that are all 0", (_ZEROS,)),
    Case("rows around 1000, 0 and -1000", (_LARGE,)),
    Case("the rows [0, 1], [1000, 1001] and [3, 1]", (_APART,)),
    Case("a row with a gap of 1000 between its logits", (_GAP,)),
    Case("a row whose largest logit is 2000 above the others", (_FAR,)),
)


_SMALL_NUMBERS = (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, float(np.finfo(float).eps))


_OTHER_SHIFTS = (
    lambda z: z.mean(axis=1, keepdims=True),
    lambda z: z.min(axis=1, keepdims=True),
    lambda z: z[:, :1],
)


def _raw_softmax(logits: np.ndarray, axis: int = 1) -> np.ndarray:
    return np.exp(logits) / np.exp(logits).sum(axis=axis, keepdims=True)


def _rows_sum(got: np.ndarray, want: np.ndarray, args: tuple) -> str:
    rows = got.sum(axis=1)
    return f"The sum of a column is {got[:, 0].sum():.3g}. The sum of a row is {_from_to(rows.min(), rows.max())}."


def _from_to(low: float, high: float) -> str:
    return f"{low:.3g}" if f"{low:.3g}" == f"{high:.3g}" else f"from {low:.3g} to {high:.3g}"


_SOFTMAX_MISTAKES = (
    Mistake(
        "axis-0",
        lambda z: softmax(z.T).T,
        "It looks as if the columns are normalised, so the examples share their probability. Along which "
        "axis are the classes of one example?",
        observe=_rows_sum,
    ),
    Mistake(
        "axis-0-no-shift",
        lambda z: _raw_softmax(z, axis=0),
        "It looks as if the columns are normalised, and nothing is subtracted before the power. First: "
        "along which axis are the classes of one example?",
        observe=_rows_sum,
    ),
    Mistake(
        "global-maximum-and-axis-0",
        lambda z: (e := np.exp(z - z.max())) / e.sum(axis=0),
        "There are two mistakes: the columns are normalised, and one maximum of the whole array is "
        "subtracted. First: along which axis are the classes of one example?",
        observe=_rows_sum,
    ),
    Mistake(
        "columns-for-rows",
        (lambda z: _raw_softmax(z, axis=0).T, lambda z: softmax(z.T)),
        "It looks as if each column is used as an example, and the result is transposed. Rows are examples "
        "here.",
    ),
    Mistake(
        "no-shift",
        _raw_softmax,
        "The formula is right, but e to the power of 1000 is too large for a float. What can you subtract "
        "from a whole row without a change of its probabilities?",
    ),
    Mistake(
        "global-maximum",
        lambda z: (e := np.exp(z - z.max())) / e.sum(axis=1, keepdims=True),
        "It looks as if one maximum of the whole array is subtracted, so rows far below it become 0 / 0. "
        "Which maximum should be subtracted from each row?",
    ),
    Mistake(
        "mean-for-maximum",
        (lambda z: (e := np.exp(z - z.mean(axis=1, keepdims=True))) / e.sum(axis=1, keepdims=True),
         lambda z: (e := np.exp(z - z.min(axis=1, keepdims=True))) / e.sum(axis=1, keepdims=True),
         lambda z: (e := np.exp(z - z[:, :1])) / e.sum(axis=1, keepdims=True)),
        "The formula is right, and something is subtracted from each row, but not its largest logit. A "
        "logit far above it still overflows. After which shift is every power at most 1?",
    ),
    Mistake(
        "shift-in-one-place",
        (lambda z: np.exp(z - z.max(axis=1, keepdims=True)) / np.exp(z).sum(axis=1, keepdims=True),
         lambda z: np.exp(z) / np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True)),
        "It looks as if the maximum is subtracted in one place and not in the other. Look at both places "
        "that use the logits.",
    ),
    Mistake(
        "maximum-added",
        lambda z: _raw_softmax(z + z.max(axis=1, keepdims=True)),
        "It looks as if the maximum is added to each row, so large logits become larger. Which sign does it have in "
        "the formula?",
    ),
    Mistake(
        "maximum-of-columns",
        lambda z: (e := np.exp(z - z.max(axis=0))) / e.sum(axis=1, keepdims=True),
        "It looks as if the maximum of each column is subtracted. That changes the differences inside a "
        "row. Subtract one number from a whole row.",
    ),
    Mistake(
        "sum-over-everything",
        (lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(),
         lambda z: (e := np.exp(z - z.max(axis=1, keepdims=True))) / e.sum(),
         lambda z: np.exp(z) / np.exp(z).sum()),
        "It looks as if everything is divided by one sum of the whole array. How many sums are needed?",
        observe=lambda got, want, args: f"The sum of all your probabilities is {got.sum():.3g}, over "
                                     f"{len(got)} rows.",
    ),
    Mistake(
        "clipped",
        tuple(
            program
            for eps in _SMALL_NUMBERS
            for program in (
                lambda z, eps=eps: np.clip(softmax(z), eps, 1),
                lambda z, eps=eps: softmax(z) + eps,
            )
        ),
        "It looks as if a small number is added, or the probabilities are clipped, so none of them can be "
        "smaller than a limit. Where could a division by 0 come from, once each row has lost its maximum?",
    ),
    Mistake(
        "softmax-twice",
        lambda z: softmax(softmax(z)),
        "It looks as if softmax is applied to its own result, so the probabilities of a row are nearly "
        "equal. Look at the input of the power.",
    ),
    Mistake(
        "no-normalisation",
        (lambda z: np.exp(z - z.max(axis=1, keepdims=True)), np.exp),
        "It looks as if the powers are divided by nothing, or by a number that is always 1. What makes a row "
        "sum to 1?",
        observe=lambda got, want, args: f"Your rows sum to {got.sum(1).min():.3g} up to "
                                     f"{got.sum(1).max():.3g}, not to 1.",
    ),
    Mistake(
        "no-power",
        lambda z: z / z.sum(axis=1, keepdims=True),
        "It looks as if the logits themselves are divided by their sum. "
        "Probabilities cannot be negative: which step makes any number positive?",
    ),
    Mistake(
        "sign",
        (lambda z: softmax(-z), lambda z: _raw_softmax(z.max(axis=1, keepdims=True) - z)),
        "It looks as if the smallest logit gets the largest probability. Look for a minus before the power.",
    ),
    Mistake(
        "fixed-shift",
        lambda z: _raw_softmax(z - 1000),
        "It looks as if 1000 is subtracted from every row. For small logits every power is then 0, and 0 / 0 is NaN. "
        "Which number should be subtracted from each row?",
    ),
    Mistake(
        "sum-over-powers",
        lambda z: 1 / softmax(z),
        "It looks as if the sum is divided by the powers. Divide each power by the sum of its row.",
    ),
    Mistake(
        "all-to-the-largest",
        lambda z: np.eye(z.shape[1])[z.argmax(axis=1)],
        "It looks as if the class with the largest logit gets 1 and all others 0. In softmax every class of a row "
        "gets a share.",
    ),
    Mistake(
        "sigmoid",
        lambda z: 1 / (1 + np.exp(-z)),
        "It looks as if a sigmoid is applied to each logit by itself. In softmax, the classes of a row "
        "share one sum.",
    ),
    Mistake(
        "power-of-2",
        lambda z: softmax(z * np.log(2)),
        "It looks as if the power has base 2. Which base does the formula have?",
    ),
    Mistake(
        "log-softmax",
        lambda z: log_softmax(z),
        "It looks as if these are logarithms of probabilities. They belong to the next exercise.",
    ),
)  # fmt: skip

SOFTMAX = Exercise(
    "softmax",
    task="Turn each row of logits into probabilities.",
    reference=softmax,
    package=losses.softmax,
    inputs={"logits": "batch classes"},
    output="batch classes",
    cases=_ROWS,
    tolerance=(1e-5, 1e-30),
    properties=(
        Property(
            "the sums of the rows",
            lambda p, args: p.sum(axis=1),
            "A row sums to {got}. Probabilities sum to 1.",
        ),
    ),
    mistakes=_SOFTMAX_MISTAKES,
    hints=(
        "Each row holds one score for each class. Make every score positive. Then divide by the number "
        "that makes its row sum to 1.",
        "logits (batch, classes) -> powers (batch, classes) -> sums (batch, 1) -> probabilities (batch, "
        "classes). The 1 keeps the axis, so every row is divided by its own sum.",
        "pᵢₖ = e^(zᵢₖ − mᵢ) / Σⱼ e^(zᵢⱼ − mᵢ), with mᵢ the largest logit of row i: subtracting it changes "
        "no probability, and no power is above 1.",
        "def softmax(logits):\n    shifted = logits - ...  # subtract the maximum of each row\n"
        "    powers = np.exp(...)\n    return powers / ...  # (batch, 1)",
    ),
)

LOG_SOFTMAX = Exercise(
    "log_softmax",
    task="Give the logarithm of softmax, also where a probability is too small for a float.",
    reference=log_softmax,
    package=losses.log_softmax,
    inputs={"logits": "batch classes"},
    output="batch classes",
    cases=_ROWS,
    tolerance=(1e-5, 2e-7),
    properties=(
        Property(
            "the largest entry",
            lambda p, args: float(max(p.max(), 0.0)),
            "The largest entry is {got}. The logarithm of a probability is never above 0.",
        ),
        Property(
            "the sums of the probabilities",
            lambda p, args: np.exp(p).sum(axis=1),
            "`np.exp` of a row of the result should sum to 1. Here it sums to {got}.",
        ),
    ),
    mistakes=(
        Mistake(
            "log-of-softmax",
            (lambda z: np.log(softmax(z)),),
            "The formula is right, but a probability of e^-1000 is 0 as a float, and its logarithm is "
            "minus infinity. The logarithm undoes the power: can you use that before you compute the power?",
        ),
        Mistake(
            "log-plus-eps",
            (*(lambda z, eps=eps: np.log(softmax(z) + eps) for eps in _SMALL_NUMBERS),
             *(lambda z, eps=eps: np.log(np.clip(softmax(z), eps, 1)) for eps in _SMALL_NUMBERS)),
            "It looks as if a small number is added, or is a lower limit, so that no probability is 0. Then the result cannot go "
            "below a limit. Can you compute the logarithm without the small probability?",
        ),
        Mistake(
            "no-shift",
            (lambda z: z - np.log(np.exp(z).sum(axis=1, keepdims=True)), lambda z: np.log(_raw_softmax(z))),
            "The formula is right, but e to the power of 1000 is too large for a float. What can you "
            "subtract from a whole row first?",
        ),
        Mistake(
            "mean-for-maximum",
            tuple(lambda z, shift=shift: (s := z - shift(z)) - np.log(np.exp(s).sum(axis=1, keepdims=True)) for shift in _OTHER_SHIFTS),
            "The formula is right, and something is subtracted from each row, but not its largest logit. A "
            "logit far above it still overflows. After which shift is every power at most 1?",
        ),
        Mistake(
            "axis-0",
            (lambda z: log_softmax(z.T).T, lambda z: z - np.log(np.exp(z).sum(axis=0))),
            "It looks as if sums and maxima run down the columns. Along which axis are the classes of one "
            "example?",
        ),
        Mistake(
            "global-maximum",
            lambda z: (s := z - z.max()) - np.log(np.exp(s).sum(axis=1, keepdims=True)),
            "It looks as if one maximum of the whole array is subtracted. Rows far below it have powers of "
            "0, and the logarithm of their sum is minus infinity. Which maximum should be subtracted from "
            "each row?",
        ),
        Mistake(
            "sum-over-everything",
            (lambda z: (s := z - z.max(axis=1, keepdims=True)) - np.log(np.exp(s).sum()),
             lambda z: (s := z - z.max()) - np.log(np.exp(s).sum())),
            "It looks as if there is one sum for the whole array. How many sums does a batch need?",
        ),
        Mistake(
            "sum-not-subtracted",
            lambda z: z - z.max(axis=1, keepdims=True),
            "It looks as if only the maximum is subtracted. What does the logarithm make of the sum below "
            "the fraction line?",
        ),
        Mistake(
            "sum-without-log",
            lambda z: (s := z - z.max(axis=1, keepdims=True)) - np.exp(s).sum(axis=1, keepdims=True),
            "It looks as if the sum itself is subtracted. What does a logarithm make of a division?",
        ),
        Mistake(
            "sum-added",
            lambda z: (s := z - z.max(axis=1, keepdims=True)) + np.log(np.exp(s).sum(axis=1, keepdims=True)),
            "It looks as if the logarithm of the sum is added. Which sign does the formula have there?",
        ),
        Mistake(
            "logits-negated",
            lambda z: (s := z - z.max(axis=1, keepdims=True)) * -1 - np.log(np.exp(s).sum(axis=1, keepdims=True)),
            "It looks as if the shifted logits have a minus in front. Which of the two terms of the formula has a minus?",
        ),
        Mistake(
            "sum-of-logits",
            lambda z: (s := z - z.max(axis=1, keepdims=True)) - np.log(np.exp(s)).sum(axis=1, keepdims=True),
            "It looks as if the shifted logits are added, not their powers. In the formula the power comes first, "
            "then the sum, then the logarithm. Look at the brackets.",
        ),
        Mistake(
            "divided-not-subtracted",
            lambda z: (s := z - z.max(axis=1, keepdims=True)) / np.log(np.exp(s).sum(axis=1, keepdims=True)),
            "It looks as if the result is divided by the logarithm of the sum. What does a logarithm make "
            "of a division?",
        ),
        Mistake(
            "maximum-added-back",
            (
                lambda z: z - np.log(np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True)),
                lambda z: z - z.max(axis=1, keepdims=True) - np.log(np.exp(z).sum(axis=1, keepdims=True)),
            ),
            "It looks as if the maximum is subtracted in one place and not in the other. Look at both "
            "places that use the logits.",
        ),
        Mistake(
            "log2",
            lambda z: log_softmax(z) / np.log(2),
            "It looks as if the logarithm has base 2. Which logarithm undoes e to the power of something?",
        ),
        Mistake(
            "sign",
            lambda z: -log_softmax(z),
            "It looks as if there is one minus too many. Can the logarithm of a probability be above 0?",
        ),
        Mistake(
            "softmax-first",
            lambda z: log_softmax(softmax(z)),
            "It looks as if softmax comes first, and its result is used as logits. Which numbers should be "
            "shifted?",
        ),
        Mistake("softmax", softmax, "It looks as if these are the probabilities. Return their logarithm."),
    ),
    hints=(
        "Write log(softmax) on paper, and use log(a / b) = log a − log b before you compute anything.",
        "shifted (batch, classes) minus log of sums (batch, 1). Every entry is 0 or below; a gap of 1000 "
        "gives −1000.",
        "log pᵢₖ = (zᵢₖ − mᵢ) − log Σⱼ e^(zᵢⱼ − mᵢ), with mᵢ the largest logit of row i.",
        "def log_softmax(logits):\n    shifted = logits - ...\n    return shifted - np.log(...)",
    ),
)  # fmt: skip


def _picked(log_probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return log_probabilities[np.arange(len(labels)), labels]


def _one_hot(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return np.eye(logits.shape[1])[labels]


_PERFECT = np.full((3, 10), -50.0)
_PERFECT[[0, 1, 2], [3, 0, 9]] = 50.0

CROSS_ENTROPY = Exercise(
    "cross_entropy",
    task="Give the mean of -log(probability of the true class).",
    reference=cross_entropy,
    package=losses.cross_entropy,
    inputs={"logits": "batch classes", "labels": "batch"},
    output="number",
    cases=(
        Case("5 rows of 3 logits", (_SMALL, _labels(6, 5, 3))),
        Case("7 rows of 10 logits", (_WIDE, _labels(7, 7, 10))),
        Case("4 rows of 4 logits", (_SQUARE, np.array([1, 3, 0, 0]))),
        Case("logits that are all 0, with 10 classes", (_ZEROS, np.array([4, 7]))),
        Case("three rows whose prediction is perfect", (_PERFECT, np.array([3, 0, 9]))),
        Case("rows around 1000, 0 and -1000", (_LARGE, np.array([2, 0, 3]))),
        Case("the rows [0, 1], [1000, 1001] and [3, 1]", (_APART, np.array([0, 1, 1]))),
        Case("a true class whose logit is 1000 below another", (_GAP, np.array([0, 2]))),
        Case("a row whose largest logit is 2000 above the others", (_FAR, np.array([1, 0]))),
    ),
    mistakes=(
        Mistake(
            "sum-for-mean",
            lambda z, y: float(-_picked(log_softmax(z), y).sum()),
            "It looks as if the losses are summed over the batch. Should a batch of twice the size have "
            "twice the loss?",
        ),
        Mistake(
            "sign",
            lambda z, y: float(_picked(log_softmax(z), y).mean()),
            "It looks as if a minus is missing. A logarithm of a probability is negative, a loss is not.",
        ),
        Mistake(
            "mean-over-classes-too",
            (lambda z, y: float(-(log_softmax(z) * _one_hot(z, y)).mean()),
             lambda z, y: float(-(np.log(softmax(z)) * _one_hot(z, y)).mean())),
            "It looks as if the mean also counts the wrong classes, which are 0. Over how many numbers "
            "should the mean be?",
        ),
        Mistake(
            "divided-by-classes",
            lambda z, y: float(-_picked(log_softmax(z), y).sum() / z.shape[1]),
            "It looks as if the sum is divided by the number of classes. Over what is the mean?",
        ),
        Mistake(
            "log2",
            lambda z, y: float(-_picked(log_softmax(z), y).mean() / np.log(2)),
            "It looks as if the logarithm has base 2. With all logits 0 and 10 classes the loss should "
            "be ln 10 = 2.303.",
        ),
        Mistake(
            "log-of-softmax",
            (lambda z, y: float(-np.log(_picked(softmax(z), y)).mean()),
             lambda z, y: float(-np.log(softmax(z))[np.arange(len(y)), y].mean()),
             lambda z, y: float(-(np.log(softmax(z)) * _one_hot(z, y)).sum() / len(y))),
            "The formula is right, but a probability of e^-1000 is 0 as a float, and its logarithm is "
            "minus infinity. Which earlier exercise avoids that?",
        ),
        Mistake(
            "log-plus-eps",
            (*(lambda z, y, e=e: float(-np.log(_picked(softmax(z), y) + e).mean()) for e in _SMALL_NUMBERS),
             *(lambda z, y, e=e: float(-np.log(_picked(softmax(z), y).clip(e)).mean())
               for e in _SMALL_NUMBERS),
             *(lambda z, y, e=e: float(-np.log(_picked(softmax(z), y).clip(e, 1 - e)).mean())
               for e in _SMALL_NUMBERS)),
            "It looks as if a small number is added, or is a lower limit, so that no probability is 0. That limits the loss: "
            "with 1e-9, no example can have a loss above 20.7. Which earlier exercise needs no such number?",
        ),
        Mistake(
            "no-shift",
            (lambda z, y: float(-np.log(_picked(_raw_softmax(z), y)).mean()),
             lambda z, y: float(-_picked(z - np.log(np.exp(z).sum(axis=1, keepdims=True)), y).mean())),
            "The formula is right, but e to the power of 1000 is too large for a float. What can you "
            "subtract from a whole row first?",
        ),
        Mistake(
            "global-maximum",
            lambda z, y: float(
                -_picked((s := z - z.max()) - np.log(np.exp(s).sum(axis=1, keepdims=True)), y).mean()
            ),
            "It looks as if one maximum of the whole array is subtracted, so rows far below it become log "
            "0. Which maximum should be subtracted from each row?",
        ),
        Mistake(
            "mean-for-maximum",
            tuple(lambda z, y, shift=shift: float(-_picked((s := z - shift(z)) - np.log(np.exp(s).sum(axis=1, keepdims=True)), y).mean())
                  for shift in _OTHER_SHIFTS),
            "The formula is right, and something is subtracted from each row, but not its largest logit. A "
            "logit far above it still overflows. After which shift is every power at most 1?",
        ),
        Mistake(
            "axis-0",
            lambda z, y: float(-_picked(log_softmax(z.T).T, y).mean()),
            "It looks as if the columns are normalised. Along which axis are the classes of one example?",
        ),
        Mistake(
            "softmax-twice",
            (lambda z, y: float(-_picked(log_softmax(softmax(z)), y).mean()),),
            "It looks as if softmax is applied twice: that gives the right loss where all logits are "
            "equal, and 1.4612 instead of 0 where the prediction is perfect. What is the input of your "
            "logarithm?",
        ),
        Mistake(
            "takes-probabilities",
            (lambda z, y: float(-np.log(_picked(z, y)).mean()),
             *(lambda z, y, e=e: float(-np.log(_picked(z, y) + e).mean()) for e in _SMALL_NUMBERS),
             *(lambda z, y, e=e: float(-np.log(_picked(z, y).clip(e, 1 - e)).mean()) for e in _SMALL_NUMBERS)),
            "It looks as if the logarithm is taken of the logits. Logits can be negative: what turns them "
            "into probabilities?",
        ),
        Mistake(
            "no-logarithm",
            lambda z, y: float(-_picked(softmax(z), y).mean()),
            "It looks as if this is the mean probability of the true class, without a logarithm. A perfect "
            "prediction should have a loss of 0.",
        ),
        Mistake(
            "no-normalisation",
            lambda z, y: float(-_picked(z, y).mean()),
            "It looks as if only the logit of the true class is used. How do the other logits change its "
            "probability?",
        ),
        Mistake(
            "squared-error",
            (lambda z, y: float(((softmax(z) - _one_hot(z, y)) ** 2).sum(axis=1).mean()),
             lambda z, y: float(((softmax(z) - _one_hot(z, y)) ** 2).mean()),
             lambda z, y: float(((softmax(z) - _one_hot(z, y)) ** 2).sum(axis=1).mean() / 2)),
            "It looks as if this is the squared distance to the one-hot label, another loss. "
            "With all logits 0 and 10 classes cross-entropy is 2.303.",
        ),
        Mistake(
            "every-class",
            lambda z, y: float(-log_softmax(z).sum(axis=1).mean()),
            "It looks as if the logarithms of all classes are summed. Which class of each row counts?",
        ),
        Mistake(
            "labels-as-rows",
            lambda z, y: float(-log_softmax(z)[y].mean()),
            "It looks as if the labels pick whole rows. A label is the number of a column in its own row: use two "
            "indices, the row and its label.",
        ),
        Mistake(
            "labels-as-places",
            lambda z, y: float(-np.mean([log_softmax(z)[i, y[i]] for i in y])),
            "It looks as if a loop goes through the labels, and uses each label as the number of a row. Which numbers "
            "do the rows have?",
        ),
        Mistake(
            "row-and-column-swapped",
            lambda z, y: float(-log_softmax(z)[y, np.arange(len(y))].mean()),
            "It looks as if the two indices are swapped. The first one is the row.",
        ),
        Mistake(
            "labels-as-columns",
            (lambda z, y: float(-log_softmax(z)[:, y].mean()),
             lambda z, y: float(-log_softmax(z)[:, y].sum() / len(y)),
             lambda z, y: float(-np.log(softmax(z)[:, y]).mean()),
             lambda z, y: float(-np.log(softmax(z)[:, y]).sum() / len(y))),
            "It looks as if every row is read at the labels of all rows: `[:, labels]` gives a (batch, "
            "batch) array. How do you pick one entry from each row?",
        ),
        Mistake(
            "entropy",
            lambda z, y: float(-(softmax(z) * log_softmax(z)).sum(axis=1).mean()),
            "It looks as if the labels are not used: this is the entropy of the probabilities. Where is "
            "the true class needed?",
        ),
        Mistake(
            "guessed-class",
            lambda z, y: float(-log_softmax(z).max(axis=1).mean()),
            "It looks as if the largest probability of each row is used, and not the one of the label. "
            "Where is the true class needed?",
        ),
        Mistake(
            "binary",
            (lambda z, y: float(-(_one_hot(z, y) * log_softmax(z) + (1 - _one_hot(z, y))
                                  * np.log(1 - np.minimum(softmax(z), 1 - 1e-12))).sum(axis=1).mean()),
             lambda z, y: float(-(_one_hot(z, y) * np.log(p := softmax(z)) + (1 - _one_hot(z, y))
                                  * np.log(1 - p)).sum() / len(y)),
             lambda z, y: float(-(_one_hot(z, y) * np.log(p := softmax(z)) + (1 - _one_hot(z, y))
                                  * np.log(1 - p)).mean()),
             *(lambda z, y, e=e: float(-(_one_hot(z, y) * np.log(p := softmax(z).clip(e, 1 - e))
                                         + (1 - _one_hot(z, y)) * np.log(1 - p)).sum() / len(y))
               for e in _SMALL_NUMBERS)),
            "It looks as if the wrong classes also add to the loss, as in a loss for two classes. Only the "
            "true class of each row counts here.",
        ),
        Mistake(
            "log-of-the-mean",
            lambda z, y: float(-np.log(_picked(softmax(z), y).mean())),
            "It looks as if this is the logarithm of a mean. The loss is the mean of the logarithms.",
        ),
        Mistake(
            "one-loss-a-row",
            lambda z, y: -_picked(log_softmax(z), y),
            "That is one loss for each row. How do they become one number?",
        ),
    ),
    hints=(
        "Find the log-probability that each row gives to its true class. The loss is minus their mean.",
        "log-probabilities (batch, classes), labels (batch,) -> one number picked from each row (batch,) "
        "-> mean. "
        "All logits 0 and 10 classes must give ln 10 = 2.303.",
        "loss = −1/n · Σᵢ log pᵢ,labelᵢ with log p from log_softmax. To pick one entry from each row, use "
        "two indices: the row and its label.",
        "def cross_entropy(logits, labels):\n    log_probabilities = ...\n"
        "    picked = log_probabilities[np.arange(...), ...]  # (batch,)\n    return ...",
    ),
)  # fmt: skip

EXERCISES = (SOFTMAX, LOG_SOFTMAX, CROSS_ENTROPY)
