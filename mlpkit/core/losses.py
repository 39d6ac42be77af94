"""Losses: one number that says how wrong the network is, and how that number changes with the logits.

Logits become probabilities by softmax; cross-entropy is the mean of -log(probability of the true class).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._validation import as_logits, labels_of


class Loss(float):
    """A loss: a float that still knows the logits it was computed from, so that accuracy costs nothing more.

    logits: (batch, classes) float

    >>> loss = Loss(0.5, np.zeros((1, 10)))
    >>> loss + 1, loss.logits.shape
    (1.5, (1, 10))
    """

    logits: np.ndarray

    def __new__(cls, value: float, logits: np.ndarray) -> Loss:
        loss = super().__new__(cls, value)
        loss.logits = logits
        return loss

    def __reduce__(self) -> tuple:
        return Loss, (float(self), self.logits)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Turn each row of logits into probabilities.

        p_k = e^(z_k - m) / sum_j e^(z_j - m),   m = max_j z_j

    logits: (..., classes) float
    returns: probabilities (..., classes); each row sums to 1
    raises: ValueError or TypeError when logits are no rows of real numbers

    >>> softmax(np.array([[0.0, 0.0], [0.0, 1000.0]])).tolist()
    [[0.5, 0.5], [0.0, 1.0]]
    """
    with np.errstate(under="ignore"):  # the probability of a hopeless class is 0
        _, powers, sums = _powers(as_logits(logits))
        powers /= sums
        return powers.T


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """The logarithm of softmax, without ever taking the logarithm of a small number.

        log p_k = (z_k - m) - log sum_j e^(z_j - m)

    logits: (..., classes) float
    returns: log-probabilities (..., classes), at most 0
    raises: ValueError or TypeError when logits are no rows of real numbers

    >>> log_softmax([[0.0, 1000.0]]).tolist()
    [[-1000.0, 0.0]]
    """
    with np.errstate(under="ignore"):
        shifted, _, sums = _powers(as_logits(logits))
        shifted -= np.log(sums)
        return shifted.T


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> float:
    """The mean of -log(probability of the true class), in nats.

        loss = 1/n sum_i -log p_i,label_i

    logits: (batch, classes) float, not probabilities; further axes in front give one loss for each of them
    labels: (batch,) int
    returns: float (an array when there are axes in front)
    raises: ValueError or TypeError when labels do not fit the logits

    >>> round(cross_entropy(np.zeros((5, 10)), np.arange(5)), 4)  # ln 10: nothing is known
    2.3026
    """
    logits = as_logits(logits)
    labels = labels_of(logits, labels)
    with np.errstate(under="ignore"):
        shifted, _, sums = _powers(logits)
        return _cross_entropy(shifted[labels, np.arange(len(labels))], sums)


def cross_entropy_grad(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """How the cross-entropy changes with each logit.

        dloss/dz = (p - y) / n

    logits: (batch, classes) float
    labels: (batch,) int
    returns: dlogits (batch, classes); each row sums to 0
    raises: ValueError or TypeError when labels do not fit the logits

    >>> cross_entropy_grad(np.zeros((1, 4)), np.array([2])).tolist()
    [[0.25, 0.25, -0.75, 0.25]]
    """
    return cross_entropy_and_grad(logits, labels)[1]


def cross_entropy_and_grad(logits: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """Cross-entropy and its gradient at once; both need the powers of e, which cost most.

    logits: (batch, classes) float
    labels: (batch,) int
    returns: (float, dlogits (batch, classes))
    raises: ValueError or TypeError when labels do not fit the logits

    >>> loss, dlogits = cross_entropy_and_grad(np.zeros((1, 4)), np.array([2]))
    >>> round(loss, 4), dlogits.tolist()
    (1.3863, [[0.25, 0.25, -0.75, 0.25]])
    """
    logits = as_logits(logits)
    labels = labels_of(logits, labels)
    with np.errstate(under="ignore"):
        return cross_entropy_parts(logits, labels)[:2]


def cross_entropy_parts(logits: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray, float]:
    """Cross-entropy, its gradient and the accuracy, which costs little more; nothing is checked.

    logits: (batch, classes) float
    labels: (batch,) int in 0 .. classes - 1
    returns: (float, dlogits (batch, classes), share of right answers 0 to 1)

    >>> cross_entropy_parts(np.zeros((2, 2)), np.array([0, 1]))[2]
    0.5
    """
    shifted, powers, sums = _powers(logits)
    batch = len(labels)
    true = labels, np.arange(batch)
    picked = shifted[true]  # 0 where the true class has the largest logit
    loss = _cross_entropy(picked, sums)
    powers /= sums * batch  # p / n
    powers[true] -= 1 / batch  # (p - y) / n
    right = picked == 0
    if np.count_nonzero(shifted) != shifted.size - batch:  # several largest logits in a row: the first counts
        right = logits.argmax(axis=-1) == labels
    return loss, powers.T, float(np.count_nonzero(right) / right.size)


def softmax_grad(dprobabilities: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """The gradient before softmax from the gradient after it, by the Jacobian diag(p) - p p^T.

        dz = p * (dp - sum_k dp_k p_k)

    dprobabilities: (..., classes), d loss / d probabilities
    probabilities: (..., classes), what softmax gave
    returns: dlogits (..., classes)

    >>> softmax_grad([[1.0, 0.0]], [[0.5, 0.5]]).tolist()
    [[0.25, -0.25]]
    """
    dp, p = np.asarray(dprobabilities), np.asarray(probabilities)
    with np.errstate(under="ignore"):
        return p * (dp - (dp * p).sum(axis=-1, keepdims=True))


def log_softmax_grad(dlog_probabilities: np.ndarray, log_probabilities: np.ndarray) -> np.ndarray:
    """The gradient before log-softmax from the gradient after it.

        dz = g - p * sum_k g_k

    dlog_probabilities: (..., classes), d loss / d log-probabilities
    log_probabilities: (..., classes), what log_softmax gave
    returns: dlogits (..., classes)

    >>> log_softmax_grad([[1.0, 0.0]], np.log([[0.5, 0.5]])).tolist()
    [[0.5, -0.5]]
    """
    g = np.asarray(dlog_probabilities)
    with np.errstate(under="ignore"):
        return g - np.exp(log_probabilities) * g.sum(axis=-1, keepdims=True)


def mean_squared_error(outputs: np.ndarray, targets: np.ndarray) -> float:
    """Half the squared distance to the target, averaged over the batch.

        loss = 1/n sum_i 1/2 |output_i - target_i|^2

    outputs: (batch, classes) float; further axes in front give one loss for each of them
    targets: (batch, classes) float, or (batch,) int labels, which stand for one-hot rows
    returns: float (an array when there are axes in front)
    raises: ValueError or TypeError when targets do not fit the outputs

    >>> mean_squared_error([[1.0, 3.0]], [[1.0, 1.0]])
    2.0
    """
    with np.errstate(under="ignore"):
        difference = _difference(outputs, targets)
        return _as_float((difference * difference).sum(axis=-1).mean(axis=-1, dtype=np.float64) / 2)


def mean_squared_error_grad(outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """How the mean squared error changes with each output.

        dloss/doutput = (output - target) / n

    outputs: (batch, classes) float
    targets: (batch, classes) float, or (batch,) int labels
    returns: doutputs (batch, classes)
    raises: ValueError or TypeError when targets do not fit the outputs

    >>> mean_squared_error_grad([[1.0, 3.0]], [0]).tolist()
    [[0.0, 3.0]]
    """
    with np.errstate(under="ignore"):
        difference = _difference(outputs, targets)
        difference /= difference.shape[-2]
        return difference


def _powers(logits: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logits less their row's maximum, e to the power of that, and the sum of each row of powers.

    All three with their axes reversed, (classes, batch): NumPy adds up ten long rows much faster than many
    short ones.
    """
    shifted = logits.T.copy()  # (classes, batch)
    shifted -= shifted.max(axis=0)
    powers = np.exp(shifted)
    return shifted, powers, powers.sum(axis=0)


def _cross_entropy(true: np.ndarray, sums: np.ndarray) -> float:
    losses = np.log(sums) - true  # (batch, ...)
    return _as_float(losses.sum(axis=0, dtype=np.float64).T / len(losses))


def _difference(outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    outputs, targets = as_logits(outputs), np.asarray(targets)
    if targets.ndim == 1 and targets.dtype.kind in "iu":
        targets = np.eye(outputs.shape[-1], dtype=outputs.dtype)[labels_of(outputs, targets)]
    if targets.dtype.kind not in "fiu":
        raise TypeError(f"targets hold {targets.dtype}: real numbers are needed, or int labels")
    if outputs.ndim < 2 or not outputs.shape[-2] or targets.shape != outputs.shape[-2:]:
        raise ValueError(
            f"outputs have shape {outputs.shape}, targets {targets.shape}: both must be (batch, classes)"
        )
    return outputs - targets.astype(outputs.dtype, copy=False)


def _as_float(loss: np.ndarray) -> Any:
    return float(loss) if loss.ndim == 0 else loss
