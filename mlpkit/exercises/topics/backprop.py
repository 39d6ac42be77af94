"""The chain rule as bookkeeping: each step of the forward pass has one step back, and shapes are the guide.

Five exercises: relu_backward, affine_backward, cross_entropy_backward, numerical_gradient and backward.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mlpkit.core import gradcheck, losses

from ..spec import Case, Exercise, Mistake, Property, Stateful


def relu_backward(da: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Carry a gradient back through relu.

    da, z: (batch, units) -> dz (batch, units)
    """
    return da * (z > 0)


def affine_backward(dz: np.ndarray, inputs: np.ndarray, weights: np.ndarray) -> tuple:
    """Carry a gradient back through inputs @ weights + bias.

    dz: (batch, fan_out), inputs: (batch, fan_in), weights: (fan_in, fan_out)
    -> dinputs (batch, fan_in), dweights (fan_in, fan_out), dbias (fan_out,)
    """
    return dz @ weights.T, inputs.T @ dz, dz.sum(axis=0)


def cross_entropy_backward(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The gradient of the mean cross-entropy with respect to the logits.

    logits: (batch, classes), labels: (batch,) -> dlogits (batch, classes)
    """
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    dlogits = powers / powers.sum(axis=1, keepdims=True)  # p
    dlogits[np.arange(len(labels)), labels] -= 1  # p - y
    return dlogits / len(labels)


def numerical_gradient(f, x: np.ndarray, eps: float) -> np.ndarray:
    """The gradient of f at x by central differences, one entry at a time.

    f: array like x -> float, x: any shape -> array of x's shape
    """
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        nudge = np.zeros(x.shape)
        nudge[index] = eps
        gradient[index] = (f(x + nudge) - f(x - nudge)) / (2 * eps)
    return gradient


def backward(layers: list, entered: list, dlogits: np.ndarray) -> list:
    """Gradients of all weights and biases, from the last layer to the first.

    layers: list of (weights, bias), entered: what entered each layer, dlogits: (batch, classes)
    -> list of (dweights, dbias), in the order of the layers
    """
    grads, dz = [], dlogits
    for i in reversed(range(len(layers))):
        grads.insert(0, (entered[i].T @ dz, dz.sum(axis=0)))
        if i > 0:
            dz = (dz @ layers[i][0].T) * (entered[i] > 0)  # relu let through what is above 0
    return grads


def _normal(seed: int, *shape: int, scale: float = 1.0) -> np.ndarray:
    return scale * np.random.default_rng(seed).normal(size=shape)


_Z = np.array([[1.5, -2.0, 0.3], [-0.3, 0.4, 3.0], [0.8, -1.1, 0.7], [2.2, 0.1, -0.6]])

RELU_BACKWARD = Exercise(
    "relu_backward",
    task="Compute dz from da, backward through relu. Where z is exactly 0, dz is 0.",
    reference=relu_backward,
    inputs={"da": "batch units", "z": "batch units"},
    output="batch units",
    tolerance=(1e-5, 1e-12),
    cases=(
        Case("4 examples with 3 units", (_normal(1, 4, 3), _Z)),
        Case("2 examples with 5 units", (_normal(2, 2, 5), _normal(3, 2, 5))),
        Case("preactivations in the hundreds", (_normal(4, 3, 4), _normal(5, 3, 4, scale=300.0))),
        Case("preactivations near 0", (_normal(6, 3, 2), _normal(7, 3, 2, scale=1e-4))),
        Case("units that all give 0", (_normal(8, 2, 3), -np.abs(_normal(9, 2, 3)) - 0.1)),
        Case("some preactivations that are exactly 0", (_normal(10, 3, 3), np.array([[0.0, 1.2, -0.4], [0.7, 0, -2], [0, 0.5, 0]]))),
    ),
    mistakes=(
        Mistake(
            "gate-missing",
            (lambda da, z: da + 0.0, lambda da, z: da * (np.maximum(z, 0) >= 0), lambda da, z: da * np.where(z == 0, 0, 1)),
            "It looks as if the gradient passes at every unit. For which units did relu give 0? If you "
            "compare with >=, look at the array that you compare.",
            observe=lambda got, want, args: f"Where z is below 0, your dz is up to {np.abs(got[args[1] < 0]).max():.3g}, not 0.",
        ),
        Mistake(
            "open-at-0",
            lambda da, z: da * (z >= 0),
            "It looks as if the gradient passes where z is exactly 0. It must be 0 there: compare with > "
            "or with >=?",
            observe=lambda got, want, args: f"Where z is exactly 0, your dz is up to {np.abs(got[args[1] == 0]).max():.3g}, not 0.",
        ),
        Mistake(
            "gate-turned-round",
            (lambda da, z: da * (z < 0), lambda da, z: da * (z <= 0)),
            "It looks as if the gradient passes where it must be 0. Which units let a signal through in "
            "the forward pass?",
        ),
        Mistake(
            "compared-after-the-product",
            (lambda da, z: da * z > 0, lambda da, z: (da * z > 0).astype(float)),
            "It looks as if dz holds only true and false. `*` comes before `>`: put brackets around the comparison.",
        ),
        Mistake(
            "relu-of-the-gradient",
            (lambda da, z: np.maximum(da, 0), lambda da, z: da * (da > 0)),
            "It looks as if the gate depends on the sign of the gradient. The forward pass decides: on "
            "which array does the gate depend?",
        ),
        Mistake(
            "both-gates",
            lambda da, z: np.maximum(da, 0) * (z > 0),
            "It looks as if negative gradients become 0 too. A gradient may have any sign; only z decides.",
        ),
        Mistake(
            "times-the-activation",
            lambda da, z: da * np.maximum(z, 0),
            "It looks as if the gradient is multiplied by relu(z). What is the slope of relu, not its value?",
        ),
        Mistake(
            "times-z",
            lambda da, z: da * z,
            "It looks as if the gradient is multiplied by z. What is the slope of relu where z is positive?",
        ),
        Mistake(
            "the-gate-alone",
            (lambda da, z: (z > 0).astype(float), lambda da, z: (z >= 0).astype(float)),
            "It looks as if this is only the slope of relu. The chain rule multiplies it by da.",
        ),
        Mistake(
            "forward-again",
            lambda da, z: np.maximum(z, 0),
            "It looks as if this is relu itself. Where is da used?",
        ),
        Mistake(
            "leaky",
            tuple(lambda da, z, a=a: da * np.where(z > 0, 1, a) for a in (0.01, 0.1, 0.2)),
            "It looks as if a small gradient passes where z is negative. That is the slope of leaky relu.",
        ),
        Mistake(
            "sigmoid-slope",
            lambda da, z: da * (s := 1 / (1 + np.exp(-z))) * (1 - s),
            "It looks as if this is the slope of a sigmoid. The slope of relu is 0 or 1.",
        ),
        Mistake(
            "threshold-not-at-0",
            (lambda da, z: da * (z > 1), lambda da, z: da * (z > 0.5)),
            "It looks as if the gradient passes above another number than 0. With which number do you "
            "compare z?",
        ),
        Mistake(
            "sign",
            lambda da, z: -da * (z > 0),
            "It looks as if there is one minus too many. The slope of relu is 0 or 1.",
        ),
        Mistake(
            "averaged",
            (lambda da, z: da * (z > 0) / len(z), lambda da, z: da * (z > 0) / z.size),
            "It looks as if the result is divided by the number of examples. That happens once, in the "
            "loss.",
        ),
    ),
    hints=(
        "Where z was positive, the gradient passes unchanged. Where relu gave 0, the gradient is 0.",
        "da, z and dz all have shape (batch, units). The gate is a (batch, units) array of true and false, made from z.",
        "dz = da · relu′(z), with relu′(z) = 1 where z > 0 and 0 elsewhere.",
        "def relu_backward(da, z):\n    gate = ... > ...\n    return ... * gate",
    ),
)  # fmt: skip


def _swap(order: tuple[int, ...]) -> Callable:
    return lambda dz, x, w: tuple(affine_backward(dz, x, w)[i] for i in order)


def _with(dinputs=None, dweights=None, dbias=None) -> Callable:
    """affine_backward with one part replaced by something wrong."""

    def wrong(dz, x, w):
        right = affine_backward(dz, x, w)
        return tuple(f(dz, x, w) if f else part for f, part in zip((dinputs, dweights, dbias), right))

    return wrong


AFFINE_BACKWARD = Exercise(
    "affine_backward",
    task="Compute the gradients of inputs @ weights + bias: of the inputs, the weights and the bias.",
    reference=affine_backward,
    inputs={"dz": "batch fan_out", "inputs": "batch fan_in", "weights": "fan_in fan_out"},
    output={"dinputs": "batch fan_in", "dweights": "fan_in fan_out", "dbias": "fan_out"},
    cases=(
        Case("5 examples, 3 inputs, 4 units", (_normal(11, 5, 4), _normal(12, 5, 3), _normal(13, 3, 4))),
        Case("2 examples, 6 inputs, 3 units", (_normal(14, 2, 3), _normal(15, 2, 6), _normal(16, 6, 3))),
        Case("a square layer, 3 inputs and 3 units", (_normal(17, 4, 3), _normal(18, 4, 3), _normal(19, 3, 3))),
        Case("4 examples, 2 inputs, 4 units", (_normal(20, 4, 4), _normal(21, 4, 2), _normal(22, 2, 4))),
        Case("3 examples, 3 inputs and 3 units", (_normal(23, 3, 3), _normal(24, 3, 3), _normal(25, 3, 3))),
        Case("a single example", (_normal(26, 1, 2), _normal(27, 1, 5), _normal(28, 5, 2))),
        Case("a single unit", (_normal(71, 4, 1), _normal(72, 4, 3), _normal(73, 3, 1))),
    ),
    mistakes=(
        Mistake(
            "bias-not-summed",
            _with(dbias=lambda dz, x, w: dz + 0.0),
            "It looks as if dbias is dz itself. All examples use the same bias: what happens to their "
            "gradients?",
        ),
        Mistake(
            "bias-averaged",
            _with(dbias=lambda dz, x, w: dz.mean(axis=0)),
            "It looks as if dbias is a mean over the batch. The 1/batch is in dz already, from the loss.",
        ),
        Mistake(
            "bias-summed-along-the-row",
            _with(dbias=lambda dz, x, w: dz.sum(axis=1)),
            "It looks as if dbias is summed over the units. Each unit has its own bias: over what should "
            "the sum run?",
        ),
        Mistake(
            "bias-summed-to-one-number",
            _with(dbias=lambda dz, x, w: dz.sum()),
            "It looks as if dbias is summed over everything. There is one bias for each unit.",
        ),
        Mistake(
            "bias-keeps-its-axis",
            _with(dbias=lambda dz, x, w: dz.sum(axis=0, keepdims=True)),
            "The numbers of dbias are right, but it has one axis more than expected. Compare its shape "
            "with the bias.",
        ),
        Mistake(
            "weights-not-transposed",
            (_with(dinputs=lambda dz, x, w: dz @ w), lambda dz, x, w: (dz @ w, x.T @ dz, dz.sum(axis=0))),
            "It looks as if dz is multiplied by the weights without a transpose. Only with a square layer "
            "does that give no error. In the forward pass they go from fan_in to fan_out: and now?",
        ),
        Mistake(
            "dweights-transposed",
            _with(dweights=lambda dz, x, w: dz.T @ x),
            "It looks as if dweights is transposed. It must have the shape of the weights.",
        ),
        Mistake(
            "reshape-for-transpose",
            (
                _with(dweights=lambda dz, x, w: x.reshape(x.shape[::-1]) @ dz),
                _with(dinputs=lambda dz, x, w: dz @ w.reshape(w.shape[::-1])),
                _with(lambda dz, x, w: dz @ w.reshape(w.shape[::-1]), lambda dz, x, w: x.reshape(x.shape[::-1]) @ dz),
            ),
            "It looks as if `reshape` is used as a transpose: the shape is right, but the numbers keep "
            "their order. Rows must become columns.",
        ),
        Mistake(
            "inputs-not-transposed",
            _with(dweights=lambda dz, x, w: x @ dz),
            "It looks as if inputs and dz are multiplied without a transpose. Which axis do they share? "
            "That axis should be summed.",
        ),
        Mistake(
            "dweights-averaged",
            (_with(dweights=lambda dz, x, w: x.T @ dz / len(x)),),
            "It looks as if dweights is divided by the batch. The 1/batch is in dz already, from the loss.",
        ),
        Mistake(
            "both-averaged",
            lambda dz, x, w: (dz @ w.T, x.T @ dz / len(x), dz.mean(axis=0)),
            "It looks as if dweights and dbias are divided by the batch once more. The 1/batch is in dz already.",
        ),
        Mistake(
            "dinputs-averaged",
            _with(dinputs=lambda dz, x, w: dz @ w.T / len(x)),
            "It looks as if dinputs is divided by the batch. Each example has its own inputs, and the "
            "1/batch is in dz.",
        ),
        Mistake(
            "forward-again",
            _with(dinputs=lambda dz, x, w: x @ w),
            "It looks as if dinputs is the forward product. In the backward pass, use dz.",
        ),
        Mistake(
            "dinputs-are-the-inputs",
            _with(dinputs=lambda dz, x, w: x + 0.0),
            "It looks as if dinputs are the inputs themselves. Their gradient is computed from dz and the "
            "weights.",
        ),
        Mistake(
            "weights-before-inputs",
            _swap((1, 2, 0)),
            "It looks as if the order is dweights, dbias, dinputs. dinputs comes first.",
        ),
        Mistake(
            "bias-before-weights",
            _swap((0, 2, 1)),
            "It looks as if dweights and dbias are swapped. The order is dinputs, dweights, dbias.",
        ),
        Mistake(
            "backwards",
            (_swap((2, 1, 0)), _swap((1, 0, 2)), _swap((2, 0, 1))),
            "It looks as if the three results are in another order. It should be dinputs, dweights, dbias.",
        ),
        Mistake(
            "no-dinputs",
            lambda dz, x, w: (x.T @ dz, dz.sum(axis=0)),
            "It looks as if the gradient of the inputs is missing. The layer below will need it as its own da.",
        ),
        Mistake(
            "doubled",
            lambda dz, x, w: tuple(2 * part for part in affine_backward(dz, x, w)),
            "It looks as if everything is doubled. Where does a 2 come from?",
        ),
    ),
    hints=(
        "Each of the three gradients has the shape of its array. The shapes tell you what to multiply.",
        "dinputs (batch, fan_in) from dz (batch, fan_out) and weights (fan_in, fan_out); dweights (fan_in, fan_out) from "
        "inputs (batch, fan_in) and dz; dbias (fan_out,) from dz alone.",
        "dX = dZ Wᵀ,  dW = Xᵀ dZ,  db = Σᵢ dZᵢ over the examples i.",
        "def affine_backward(dz, inputs, weights):\n    dinputs = ... @ ...\n    dweights = ... @ ...\n"
        "    dbias = dz.sum(axis=...)\n    return dinputs, dweights, dbias",
    ),
)  # fmt: skip


def _softmax(z: np.ndarray, axis: int = 1) -> np.ndarray:
    powers = np.exp(z - z.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _one_hot(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.eye(z.shape[1])[y]


_SMALL, _WIDE, _SQUARE = _normal(31, 5, 3, scale=1.5), _normal(32, 7, 10), _normal(33, 4, 4)
_LARGE = np.round(8 * _normal(34, 3, 4)) / 8 + np.array([[1000.0], [0.0], [-1000.0]])  # exact in float32 too


def _labels_as_rows(logits, labels):
    d = _softmax(logits)
    d[labels] -= 1
    return d / len(labels)


def _through_the_logarithm(divide):
    """The chain rule step by step: through the logarithm first, then through softmax."""

    def wrong(z, y):
        p, hit = _softmax(z), _one_hot(z, y)
        dp = -divide(hit, p)
        return p * (dp - (dp * p).sum(axis=1, keepdims=True)) / len(y)

    return wrong


def _through_the_jacobian(z, y):
    p, at = _softmax(z), np.arange(len(y))
    jacobian = np.eye(p.shape[1]) * p[:, :, None] - p[:, :, None] * p[:, None, :]
    return -jacobian[at, y] / p[at, y][:, None] / len(y)


_SAFE_DIVISIONS = (
    lambda hit, p: hit / p,
    *(lambda hit, p, eps=eps: hit / (p + eps) for eps in (1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15)),
    *(lambda hit, p, eps=eps: hit / np.maximum(p, eps) for eps in (1e-7, 1e-8, 1e-12, 1e-15)),
)


CROSS_ENTROPY_BACKWARD = Exercise(
    "cross_entropy_backward",
    task="Give the gradient of the mean cross-entropy with respect to the logits.",
    reference=cross_entropy_backward,
    package=losses.cross_entropy_grad,
    inputs={"logits": "batch classes", "labels": "batch"},
    output="batch classes",
    cases=(
        Case("5 rows of 3 logits", (_SMALL, np.array([2, 0, 1, 1, 2]))),
        Case("7 rows of 10 logits", (_WIDE, np.array([3, 9, 0, 4, 4, 7, 1]))),
        Case("4 rows of 4 logits", (_SQUARE, np.array([1, 3, 0, 0]))),
        Case("a single row of 6 logits", (_normal(35, 1, 6), np.array([4]))),
        Case("rows around 1000, 0 and -1000", (_LARGE, np.array([2, 0, 3]))),
        Case("the rows [0, 1], [1000, 1001] and [3, 1]", (np.array([[0.0, 1], [1000, 1001], [3, 1]]), np.array([0, 1, 1]))),
        Case("a row whose largest logit is 2000 above the others", (np.array([[0.0, 2000, 0], [0.5, -0.2, 0.1]]), np.array([1, 0]))),
        Case("a true class whose logit is 1000 below two others", (np.array([[0.0, 1000, 1000], [0.5, -0.2, 0.1]]), np.array([0, 2]))),
    ),
    tolerance=(1e-5, 1e-14),
    properties=(
        Property("the sums of the rows", lambda d, args: d.sum(axis=1), "A row sums to {got}, expected 0.", 1e-6, 1e-9),
    ),
    mistakes=(
        Mistake(
            "batch-missing",
            lambda z, y: _softmax(z) - _one_hot(z, y),
            "It looks as if 1/batch is missing: the loss is a mean. Should twice as many examples give "
            "twice the gradient?",
            observe=lambda got, want, args: f"Your gradient is {np.abs(got).sum() / np.abs(want).sum():.3g} times the expected one, with {len(got)} examples.",
        ),
        Mistake(
            "clipped",
            tuple(
                program
                for eps in (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12)
                for program in (
                    lambda z, y, eps=eps: (np.clip(_softmax(z), eps, 1) - _one_hot(z, y)) / len(y),
                    lambda z, y, eps=eps: (np.clip(_softmax(z), eps, 1 - eps) - _one_hot(z, y)) / len(y),
                )
            ),
            "It looks as if the probabilities are clipped, so none of them can be smaller than a limit. The "
            "gradient needs no logarithm: is there anything that could fail?",
        ),
        Mistake(
            "divided-by-the-probability",
            (_through_the_jacobian, *(_through_the_logarithm(divide) for divide in _SAFE_DIVISIONS)),
            "It looks as if the gradient is divided by the probability of the true class, and multiplied by it "
            "again. A probability of e^-1000 is 0 as a float, and then the gradient is lost. Which part cancels "
            "in the formula?",
        ),
        Mistake(
            "gradient-of-the-probabilities",
            (lambda z, y: -_one_hot(z, y) / _softmax(z) / len(y), lambda z, y: -_one_hot(z, y) / _softmax(z),
             *(lambda z, y, e=e: -_one_hot(z, y) / (_softmax(z) + e) / len(y) for e in (1e-8, 1e-9, 1e-12, 1e-15))),
            "It looks as if this is the gradient of the probabilities, -y / p. The gradient of the logits is asked "
            "for: softmax stands between the two.",
        ),
        Mistake(
            "batch-twice",
            lambda z, y: (_softmax(z) - _one_hot(z, y)) / len(y) ** 2,
            "It looks as if the result is divided by the batch twice. Look for a mean and a division.",
        ),
        Mistake(
            "labels-as-rows",
            _labels_as_rows,
            "It looks as if the labels pick whole rows. A label is the number of a column in its own row.",
        ),
        Mistake(
            "one-hot-not-subtracted",
            lambda z, y: _softmax(z) / len(y),
            "It looks as if these are the probabilities divided by the batch. Where is the true class used?",
            observe=lambda got, want, args: f"Your first row sums to {got[0].sum():.3g}, expected 0.",
        ),
        Mistake(
            "probabilities",
            lambda z, y: _softmax(z),
            "It looks as if these are the probabilities. Where are the true class and the mean used?",
        ),
        Mistake(
            "y-minus-p",
            lambda z, y: (_one_hot(z, y) - _softmax(z)) / len(y),
            "It looks as if p is subtracted from y. Should the loss grow when the logit of the true class "
            "grows?",
        ),
        Mistake(
            "true-class-replaced",
            (lambda z, y: np.where(_one_hot(z, y) > 0, -1.0, _softmax(z)) / len(z),
             lambda z, y: np.where(_one_hot(z, y) > 0, 1 - _softmax(z), _softmax(z)) / len(z)),
            "It looks as if the probability of the true class is replaced. Subtract 1 from it.",
        ),
        Mistake(
            "y-minus-p-and-batch-missing",
            lambda z, y: _one_hot(z, y) - _softmax(z),
            "It looks as if p is subtracted from y, and 1/batch is missing. Look at the sign first.",
        ),
        Mistake(
            "divided-by-classes",
            lambda z, y: (_softmax(z) - _one_hot(z, y)) / z.shape[1],
            "It looks as if the result is divided by the number of classes. Over what is the mean of the "
            "loss?",
        ),
        Mistake(
            "divided-by-everything",
            lambda z, y: (_softmax(z) - _one_hot(z, y)) / z.size,
            "It looks as if the result is divided by the number of all entries. The loss is a mean over "
            "the examples only.",
        ),
        Mistake(
            "doubled",
            lambda z, y: 2 * (_softmax(z) - _one_hot(z, y)) / len(y),
            "It looks as if there is a factor 2, as for a squared error. Cross-entropy has none.",
        ),
        Mistake(
            "diagonal-only",
            (lambda z, y: (_softmax(z) - 1) * _one_hot(z, y) / len(y), lambda z, y: (_softmax(z) - 1) * _one_hot(z, y)),
            "It looks as if only the true class gets a gradient: perhaps only the diagonal of softmax's "
            "Jacobian is used. When one logit grows, what happens to the other probabilities of the row?",
            observe=lambda got, want, args: f"Your first row sums to {got[0].sum():.3g}, with 0 at every wrong class.",
        ),
        Mistake(
            "times-p-one-minus-p",
            (lambda z, y: (_softmax(z) - _one_hot(z, y)) * (p := _softmax(z)) * (1 - p) / len(y),
             lambda z, y: (_softmax(z) - _one_hot(z, y)) * (p := _softmax(z)) * (1 - p)),
            "It looks as if the result is multiplied by p(1 - p) once more. For softmax with cross-entropy "
            "this factor cancels: derive the two together.",
        ),
        Mistake(
            "axis-0",
            lambda z, y: (_softmax(z, 0) - _one_hot(z, y)) / len(y),
            "It looks as if the columns are normalised. Along which axis are the classes of one example?",
        ),
        Mistake(
            "no-shift",
            (lambda z, y: (np.exp(z) / np.exp(z).sum(axis=1, keepdims=True) - _one_hot(z, y)) / len(y),),
            "The formula is right, but e to the power of 1000 is too large for a float. What can you "
            "subtract from a whole row first?",
        ),
        Mistake(
            "global-maximum",
            lambda z, y: ((e := np.exp(z - z.max())) / e.sum(axis=1, keepdims=True) - _one_hot(z, y)) / len(y),
            "It looks as if one maximum of the whole array is subtracted, so rows far below it become 0 / "
            "0. Which maximum should be subtracted from each row?",
        ),
        Mistake(
            "mean-for-maximum",
            tuple(lambda z, y, shift=shift: ((e := np.exp(z - shift(z))) / e.sum(axis=1, keepdims=True) - _one_hot(z, y)) / len(y)
                  for shift in (lambda z: z.mean(axis=1, keepdims=True), lambda z: z.min(axis=1, keepdims=True), lambda z: z[:, :1])),
            "The formula is right, and something is subtracted from each row, but not its largest logit. A "
            "logit far above it still overflows. After which shift is every power at most 1?",
        ),
        Mistake(
            "softmax-twice",
            lambda z, y: (_softmax(_softmax(z)) - _one_hot(z, y)) / len(y),
            "It looks as if softmax is applied twice. What is the input of the power?",
        ),
        Mistake(
            "logits-for-probabilities",
            lambda z, y: (z - _one_hot(z, y)) / len(y),
            "It looks as if the one-hot label is subtracted from the logits. What must happen to the "
            "logits first?",
        ),
        Mistake(
            "log-probabilities",
            lambda z, y: (np.log(_softmax(z)) - _one_hot(z, y)) / len(y),
            "It looks as if a logarithm is still there. In the gradient it cancels: derive it once more.",
        ),
        Mistake(
            "label-numbers-subtracted",
            lambda z, y: (_softmax(z) - y[:, None]) / len(y),
            "It looks as if the label's number is subtracted from every entry. The label says which entry "
            "changes.",
        ),
        Mistake(
            "subtracted-everywhere",
            (lambda z, y: (_softmax(z) - 1) / len(y),),
            "It looks as if 1 is subtracted from every entry. From which one of each row should it be?",
        ),
        Mistake(
            "labels-as-columns",
            lambda z, y: (_softmax(z) - np.isin(np.arange(z.shape[1]), y)) / len(y),
            "It looks as if 1 is subtracted from whole columns, at the labels of all rows (`[:, labels]` does "
            "this too). How do you pick one entry from each row?",
        ),
        Mistake(
            "subtracted-after-the-mean",
            lambda z, y: _softmax(z) / len(y) - _one_hot(z, y),
            "It looks as if only the probabilities are divided by the batch, but not the 1 that is "
            "subtracted.",
        ),
        Mistake(
            "only-the-label-divided",
            lambda z, y: _softmax(z) - _one_hot(z, y) / len(y),
            "It looks as if only the 1 that is subtracted is divided by the batch, but not the probabilities. What must be divided?",
        ),
    ),
    hints=(
        "The gradient of a logit is its probability minus what it should be, divided by the number of "
        "examples.",
        "logits (batch, classes) -> dlogits (batch, classes), each row summing to 0. The true class is negative, the others positive.",
        "dz = (p − y) / n, with y one-hot and n the number of examples.",
        "def cross_entropy_backward(logits, labels):\n    dlogits = ...  # the probabilities, safely\n"
        "    dlogits[np.arange(...), ...] -= ...\n    return dlogits / ...",
    ),
)  # fmt: skip


def _cubes(x: np.ndarray) -> float:
    return float((np.arange(1, x.size + 1).reshape(x.shape) * x**3).sum())


def _tangled(x: np.ndarray) -> float:
    return float(np.exp(x[0]) * x[1] + x[1] * x[2] ** 2 - 3 * x[0])


def _bowl(x: np.ndarray) -> float:
    return float(((x - 0.25) ** 2).sum() / 2)


def _differences(above: float, below: float, divisor: float) -> Callable:
    """(f(x + above eps) - f(x + below eps)) / (divisor eps), entry by entry."""

    def wrong(f, x, eps):
        gradient = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            nudge = np.zeros(x.shape)
            nudge[index] = eps
            gradient[index] = (f(x + above * nudge) - f(x + below * nudge)) / (divisor * eps)
        return gradient

    return wrong


def _second_divided(f, x, eps):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        nudge = np.zeros(x.shape)
        nudge[index] = eps
        gradient[index] = f(x + nudge) - f(x - nudge) / (2 * eps)
    return gradient


def _not_put_back(f, x, eps):
    x, gradient = x.copy(), np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        x[index] += eps
        above = f(x)
        x[index] -= 2 * eps
        gradient[index] = (above - f(x)) / (2 * eps)
    return gradient


def _copied_once(f, x, eps):
    up, down, gradient = x.copy(), x.copy(), np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        up[index] += eps
        down[index] -= eps
        gradient[index] = (f(up) - f(down)) / (2 * eps)
    return gradient


# Steps of a power of 2, from numbers that are multiples of them: adding and taking away again loses nothing.
_EPS = 2.0**-7
_VECTOR, _MATRIX = np.array([0.5, -1.25, 2.0]), np.array([[0.75, -0.5, 1.5], [-2.0, 0.25, 1.0]])

NUMERICAL_GRADIENT = Exercise(
    "numerical_gradient",
    task="Give the gradient of f at x by central differences, one entry at a time.",
    reference=numerical_gradient,
    package=gradcheck.numerical_gradient,
    inputs={"f": "", "x": "rows columns", "eps": ""},
    output="rows columns",
    cases=(
        Case("a sum of cubes of 3 numbers", (_cubes, _VECTOR, _EPS)),
        Case("a function in which each number changes the slope of the others", (_tangled, _VECTOR, _EPS)),
        Case("a sum of cubes of a 2 by 3 array", (_cubes, _MATRIX, _EPS)),
        Case("a quadratic function, with a small step", (_bowl, _MATRIX, 2.0**-14)),
        Case("a sum of cubes, with a step of a half", (_cubes, _VECTOR, 0.5)),
        Case("a single number", (_cubes, np.array([1.5]), _EPS)),
    ),
    mistakes=(
        Mistake(
            "one-sided",
            (_differences(1, 0, 1),),
            "It looks as if the step goes up only: the error is proportional to eps. With a step up and a "
            "step down it is proportional to eps squared, which is much smaller.",
        ),
        Mistake(
            "one-sided-below",
            _differences(0, -1, 1),
            "It looks as if the step goes down only: the error is proportional to eps. With a step up and a "
            "step down it is proportional to eps squared, which is much smaller.",
        ),
        Mistake(
            "divided-by-eps",
            _differences(1, -1, 1),
            "It looks as if the difference is divided by eps. What is the distance between the two points?",
        ),
        Mistake(
            "one-sided-and-halved",
            _differences(1, 0, 2),
            "It looks as if there is one step, but the difference is divided by two. What is the distance "
            "between the two points?",
        ),
        Mistake(
            "not-divided",
            (lambda f, x, eps: _differences(1, -1, 1)(f, x, eps) * eps,),
            "It looks as if the difference is not divided by anything. A slope is a difference divided by "
            "a distance.",
        ),
        Mistake(
            "multiplied",
            lambda f, x, eps: _differences(1, -1, 1)(f, x, eps) * eps * 2 * eps,
            "It looks as if the difference is multiplied by 2 eps, not divided by it.",
        ),
        Mistake(
            "precedence",
            lambda f, x, eps: _differences(1, -1, 1)(f, x, eps) * eps / 2 * eps,
            "It looks as if `/ 2 * eps` divides by 2 and then multiplies by eps. Where are brackets needed?",
        ),
        Mistake(
            "difference-without-brackets",
            _second_divided,
            "It looks as if only the second value is divided: `a - b / c` divides b alone. Where are brackets needed?",
        ),
        Mistake(
            "sign",
            _differences(-1, 1, 2),
            "It looks as if the sign is wrong: the value at the upper point comes second. Which of the two "
            "values is subtracted from which?",
        ),
        Mistake(
            "half-steps",
            (_differences(0.5, -0.5, 1),),
            "It looks as if the two points are half an eps away from x. Each should be a whole eps away.",
        ),
        Mistake(
            "half-steps-divided-by-2-eps",
            _differences(0.5, -0.5, 2),
            "It looks as if the distance between the two points is eps, but the difference is divided by 2 "
            "eps.",
        ),
        Mistake(
            "double-steps",
            (_differences(2, -2, 2), _differences(2, -2, 4)),
            "It looks as if the steps are twice as long. Each point should be one eps away from x.",
        ),
        Mistake(
            "all-at-once",
            (lambda f, x, eps: np.full(x.shape, (f(x + eps) - f(x - eps)) / (2 * eps)),
             lambda f, x, eps: (f(x + eps) - f(x - eps)) / (2 * eps)),
            "It looks as if all numbers are changed together. To see the effect of one number, change only "
            "that one.",
        ),
        Mistake(
            "not-put-back",
            (_not_put_back, _copied_once),
            "It looks as if a number stays changed while the next one is tried. Is each one set back first?",
        ),
        Mistake(
            "both-in-one-array",
            lambda f, x, eps: np.zeros(x.shape),
            "It looks as if the step up and the step down cancel, or no slope is stored. If `up` and "
            "`down` are one array, they do: `up = x` makes no copy.",
        ),
        Mistake(
            "eps-of-its-own",
            tuple(lambda f, x, eps, e=e: numerical_gradient(f, x, e) for e in (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)),
            "It looks as if the step is a number of your own. The caller chooses eps.",
            observe=lambda got, want, args: f"With eps = {args[2]:.3g} your first number is {got.flat[0]:.6g}, expected {want.flat[0]:.6g}.",
        ),
        Mistake(
            "flat",
            (lambda f, x, eps: numerical_gradient(f, x, eps).ravel()[: x.size].reshape(-1) if x.ndim > 1
             else numerical_gradient(f, x, eps)[:, None],),
            "The numbers may be right, but the shape is not. The gradient has the shape of x.",
        ),
        Mistake(
            "first-number-only",
            lambda f, x, eps: numerical_gradient(f, x, eps) * (np.arange(x.size) == 0).reshape(x.shape) + (x.size == 1) * 1.0,
            "It looks as if only the first number is changed. Over what does the loop run?",
        ),
    ),
    hints=(
        "Change one number by eps, up and then down. The difference of f, divided by the distance, is its "
        "slope. Then do the next number.",
        "x and the gradient have the same shape. `for index in np.ndindex(x.shape)` visits every entry of "
        "any shape.",
        "∂f/∂xᵢ ≈ (f(x + eps·eᵢ) − f(x − eps·eᵢ)) / (2·eps). eᵢ is 1 at i and 0 everywhere else.",
        "def numerical_gradient(f, x, eps):\n    gradient = np.zeros(x.shape)\n    for index in np.ndindex(x.shape):\n"
        "        up, down = x.copy(), x.copy()\n        up[index] = ...\n        down[index] = ...\n"
        "        gradient[index] = ...\n    return gradient",
    ),
)  # fmt: skip


def _case(seed: int, batch: int, *sizes: int) -> tuple:
    """Layers, what entered each of them, and a gradient at the logits whose rows sum to 0."""
    layers, entered = [], []
    a = _normal(seed, batch, sizes[0])
    for i, (fan_in, fan_out) in enumerate(zip(sizes, sizes[1:])):
        layers.append(
            (_normal(seed + 10 * i + 1, fan_in, fan_out) * 0.8, _normal(seed + 10 * i + 2, fan_out) * 0.5)
        )
        entered.append(a)
        a = np.maximum(a @ layers[-1][0] + layers[-1][1], 0)
    d = _normal(seed + 99, batch, sizes[-1])
    return layers, entered, (d - d.mean(axis=1, keepdims=True)) / batch


def _gate(dz: np.ndarray, a: np.ndarray) -> np.ndarray:
    return dz * (a > 0)


def _walk_back(*, gate: Callable = _gate, dw: Callable = lambda a, dz: a.T @ dz, db: Callable = lambda dz: dz.sum(axis=0),
               down: Callable = lambda dz, w, grad: dz @ w.T) -> Callable:  # fmt: skip
    """A backward pass with one of its pieces replaced by something wrong."""

    def wrong(layers, entered, dlogits):
        grads, dz = [], dlogits
        for i in reversed(range(len(layers))):
            grads.insert(0, (dw(entered[i], dz), db(dz)))
            if i > 0:
                dz = gate(down(dz, layers[i][0], grads[0][0]), entered[i])
        return grads

    return wrong


def _walk_back_some(here: Callable) -> Callable:
    """A backward pass whose gate works only at some layers: here(i, number of layers)."""

    def wrong(layers, entered, dlogits):
        grads, dz = [], dlogits
        for i in reversed(range(len(layers))):
            grads.insert(0, (entered[i].T @ dz, dz.sum(axis=0)))
            da = dz @ layers[i][0].T
            dz = _gate(da, entered[i]) if here(i, len(layers)) else da
        return grads

    return wrong


def _inserted_at_its_number(layers, entered, dlogits):
    grads: list = []
    for i, pair in reversed(list(enumerate(backward(layers, entered, dlogits)))):
        grads.insert(i, pair)
    return grads


def _gate_too_late(layers, entered, dlogits):
    grads, dz = [], dlogits
    for i in reversed(range(len(layers))):
        grads.insert(0, (entered[i].T @ dz, dz.sum(axis=0)))
        dz = dz if i == len(layers) - 1 else _gate(dz, entered[i + 1])
        dz = dz @ layers[i][0].T
    return grads


def _gate_on_the_logits(first: Callable) -> Callable:
    """A backward pass with a gate at each layer's own output: first(gradient, output, whether the layer is the last)."""

    def wrong(layers, entered, dlogits):
        grads, dz = [], dlogits
        for i in reversed(range(len(layers))):
            dz = first(dz, entered[i] @ layers[i][0] + layers[i][1], i == len(layers) - 1)
            grads.insert(0, (entered[i].T @ dz, dz.sum(axis=0)))
            dz = dz @ layers[i][0].T
        return grads

    return wrong


def _gate_of(other: Callable) -> Callable:
    """A backward pass whose gate is read off another layer: other(i, number of layers)."""

    def wrong(layers, entered, dlogits):
        grads, dz = [], dlogits
        for i in reversed(range(len(layers))):
            grads.insert(0, (entered[i].T @ dz, dz.sum(axis=0)))
            if i > 0:
                dz = dz @ layers[i][0].T * (entered[other(i, len(layers))] > 0)
        return grads

    return wrong


def _accumulates() -> Callable:
    totals: dict = {}

    def wrong(layers, entered, dlogits):
        shapes = tuple(w.shape for w, _ in layers)
        old = totals.get(shapes, [(0, 0)] * len(layers))
        totals[shapes] = [(a + c, b + d) for (a, b), (c, d) in zip(old, backward(layers, entered, dlogits))]
        return totals[shapes]

    return wrong


BACKWARD = Exercise(
    "backward",
    task="Give the gradients of all weights and biases, from dlogits and the input of each layer.",
    reference=backward,
    inputs={"layers": "", "entered": "", "dlogits": "batch classes"},
    output=[{"dweights": "fan_in fan_out", "dbias": "fan_out"}],
    cases=(
        Case("3 layers, 5 examples", _case(41, 5, 6, 7, 4, 3)),
        Case("2 layers, 3 examples", _case(43, 3, 4, 5, 2)),
        Case("3 square layers, 5 examples", _case(45, 5, 4, 4, 4, 4)),
        Case("a single layer", _case(47, 4, 3, 2)),
        Case("4 layers, 2 examples", _case(49, 2, 5, 6, 4, 7, 3)),
        Case("3 examples through 3 layers of 3", _case(51, 3, 3, 3, 3, 3)),
        Case("2 layers, and dlogits in the hundreds", (*(large := _case(53, 4, 5, 6, 3))[:2], 300 * large[2])),
    ),
    mistakes=(
        Mistake(
            "gate-missing",
            (_walk_back(gate=lambda dz, a: dz), _walk_back(gate=lambda dz, a: dz * (a >= 0))),
            "It looks as if the gradient passes at every unit: relu's gate is missing, or an activation is "
            "compared with >= 0. An activation is never below 0: for which units must the gradient be 0?",
            observe=lambda got, want, args: "Your last layer is right. The layers below it are wrong.",
        ),
        Mistake(
            "gate-at-one-layer-only",
            (_walk_back_some(lambda i, n: i == 1), _walk_back_some(lambda i, n: i == n - 1)),
            "It looks as if relu's gate is applied after some layers and not after others. Is it inside "
            "the loop?",
        ),
        Mistake(
            "leaky",
            tuple(_walk_back(gate=lambda dz, a, c=c: dz * np.where(a > 0, 1, c)) for c in (0.01, 0.1, 0.2)),
            "It looks as if a small gradient passes where relu gave 0: that is the slope of leaky relu.",
        ),
        Mistake(
            "gate-turned-round",
            (_walk_back(gate=lambda dz, a: dz * (a <= 0)), _walk_back(gate=lambda dz, a: dz * (a == 0))),
            "It looks as if the gradient passes where relu gave 0. Which units let a signal through in the "
            "forward pass?",
        ),
        Mistake(
            "gate-after-the-weight-gradients",
            _gate_too_late,
            "It looks as if the gate comes too late: the gradients of a layer are computed before it. "
            "Which dz belongs to the weights of a layer?",
        ),
        Mistake(
            "gate-on-the-logits",
            (_gate_on_the_logits(lambda dz, z, last: _gate(dz, z)), _gate_on_the_logits(lambda dz, z, last: _gate(dz, z) if last else dz)),
            "It looks as if a gate is applied to dlogits too. Is there a relu after the last layer?",
        ),
        Mistake(
            "gate-of-another-layer",
            (_gate_of(lambda i, n: i - 1), _gate_of(lambda i, n: min(i + 1, n - 1))),
            "It looks as if the gate is made from the input of another layer. From which relu does the "
            "input of layer i come?",
        ),
        Mistake(
            "gate-on-the-gradient",
            (_walk_back(gate=lambda dz, a: np.maximum(dz, 0)), _walk_back(gate=lambda dz, a: dz * (dz > 0))),
            "It looks as if the gate depends on the sign of the gradient. The forward pass decides.",
        ),
        Mistake(
            "times-the-activation",
            _walk_back(gate=lambda dz, a: dz * a),
            "It looks as if the gradient is multiplied by the activation. The slope of relu is 0 or 1.",
        ),
        Mistake(
            "sigmoid-slope",
            _walk_back(gate=lambda dz, a: dz * a * (1 - a)),
            "It looks as if the slope of a sigmoid, a(1 - a), is used. These layers have relu between them.",
        ),
        Mistake(
            "tanh-slope",
            _walk_back(gate=lambda dz, a: dz * (1 - a * a)),
            "It looks as if the slope of tanh, 1 - a², is used. These layers have relu between them.",
        ),
        Mistake(
            "weights-not-transposed",
            _walk_back(down=lambda dz, w, grad: dz @ w),
            "It looks as if dz is multiplied by the weights without a transpose. Only with square layers "
            "does that give no error. In the forward pass they go from fan_in to fan_out: and now?",
        ),
        Mistake(
            "batch-once-more",
            (_walk_back(dw=lambda a, dz: a.T @ dz / len(a), db=lambda dz: dz.mean(axis=0)),),
            "It looks as if every gradient is divided by the batch. The 1/batch is in dlogits already.",
        ),
        Mistake(
            "bias-averaged",
            _walk_back(db=lambda dz: dz.mean(axis=0)),
            "It looks as if the biases get a mean and the weights a sum. The 1/batch is in dlogits already.",
        ),
        Mistake(
            "weights-averaged",
            _walk_back(dw=lambda a, dz: a.T @ dz / len(a)),
            "It looks as if dweights is divided by the batch once more. The 1/batch is in dlogits already.",
        ),
        Mistake(
            "bias-not-summed",
            _walk_back(db=lambda dz: dz),
            "It looks as if dbias is dz itself. All examples use the same bias: what happens to their "
            "gradients?",
        ),
        Mistake(
            "dweights-transposed",
            _walk_back(dw=lambda a, dz: dz.T @ a),
            "It looks as if dweights is transposed. It must have the shape of the weights.",
        ),
        Mistake(
            "backwards",
            lambda layers, entered, d: backward(layers, entered, d)[::-1],
            "It looks as if the list runs from the last layer to the first. The first entry belongs to the first layer.",
        ),
        Mistake(
            "inserted-at-its-number",
            _inserted_at_its_number,
            "It looks as if each pair is inserted at the number of its layer, while the list is still too short for that. "
            "Does the pair of a lower layer belong in front of the others, or behind them?",
        ),
        Mistake(
            "bias-before-weights",
            lambda layers, entered, d: [(b, w) for w, b in backward(layers, entered, d)],
            "It looks as if each pair is (dbias, dweights). The weights come first, as in the layers.",
        ),
        Mistake(
            "not-carried-down",
            (lambda layers, entered, d: backward(layers, entered, d)[-1:],),
            "It looks as if only the last layer gets gradients. What does it pass to the layer below?",
        ),
        Mistake(
            "first-layer-missing",
            lambda layers, entered, d: backward(layers, entered, d)[1:],
            "It looks as if the first layer gets no gradients. With which layer does the loop end?",
        ),
        Mistake(
            "upper-weights-updated-first",
            tuple(_walk_back(down=lambda dz, w, grad, r=r: dz @ (w - r * grad).T) for r in (1.0, 0.1, 0.01)),
            "It looks as if the weights of a layer change before the gradient passes through them. All "
            "gradients belong to the same network.",
            observe=lambda got, want, args: "Your last layer is right. The layers below it are a little "
                                            "wrong.",
        ),
        Mistake(
            "accumulates",
            Stateful(_accumulates),
            "It looks as if gradients of earlier calls are still in the result. From what should each call "
            "start?",
        ),
        Mistake(
            "sign",
            lambda layers, entered, d: [(-w, -b) for w, b in backward(layers, entered, d)],
            "It looks as if all gradients have the opposite sign. The step in the other direction comes "
            "later.",
        ),
        Mistake(
            "compared-after-the-product",
            (_walk_back(gate=lambda da, a: da * a > 0), _walk_back(gate=lambda da, a: (da * a > 0).astype(float))),
            "It looks as if dz of the layer below holds only true and false. `*` comes before `>`: put brackets around the comparison.",
        ),
        Mistake(
            "relu-forward-again",
            _walk_back(dw=lambda a, dz: np.maximum(a.T @ dz, 0)),
            "It looks as if negative gradients become 0 in dweights. A gradient may have any sign.",
        ),
    ),
    hints=(
        "Go through the layers from the last to the first. Each one gives two gradients, and passes one to "
        "the layer below.",
        "At layer i: entered[i] (batch, fan_in), dz (batch, fan_out). dweights (fan_in, fan_out), dbias (fan_out,), "
        "and da (batch, fan_in). Relu's gate makes da into the dz of the layer below.",
        "dWᵢ = aᵢᵀ dz,  dbᵢ = Σ dz over the batch,  dz ← (dz Wᵢᵀ) · [aᵢ > 0], with aᵢ = entered[i].",
        "def backward(layers, entered, dlogits):\n    grads, dz = [], dlogits\n    for i in reversed(range(len(layers))):\n"
        "        weights, bias = layers[i]\n        grads.insert(0, (..., ...))\n        if i > 0:\n"
        "            dz = ...  # through the weights, then through the gate\n    return grads",
    ),
)  # fmt: skip

EXERCISES = (RELU_BACKWARD, AFFINE_BACKWARD, CROSS_ENTROPY_BACKWARD, NUMERICAL_GRADIENT, BACKWARD)
