"""The repairs that no exercise of the course asks for: task, inputs to try, mistakes and hints of each.

Plain data in the form of mlpkit/exercises/spec.py; the model solutions stand in parts.py.
"""

from __future__ import annotations

import numpy as np

from mlpkit.exercises import Case, Exercise, Mistake, Property

from . import reference_parts as parts


def _normal(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def _softened(seed: int, *shape: int) -> np.ndarray:
    power = np.exp(_normal(seed, *shape))
    return power / power.sum(axis=1, keepdims=True)


def _pairs(count: int, pixels: int) -> tuple[np.ndarray, np.ndarray]:
    """Images whose first pixel is their label, so that a pair can be recognised."""
    return np.arange(count)[:, None] * np.ones(pixels), np.arange(count)


SHUFFLE = Exercise(
    "shuffle",
    task="Put images and labels into a random order, drawn from rng.",
    reference=parts.shuffle,
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
            "{got} different images came back, where {expected} went in.",
        ),
        Property(
            "pairs",
            lambda value, args: float((value[0][:, 0] == value[1]).mean()),
            "The share of images that still have their own label is {got}, and it should be {expected}. Do both "
            "go by the same order?",
        ),
        Property(
            "moved",
            # By chance one of n stays; eight of 30 would once in a hundred thousand times.
            lambda value, args: float((value[0][:, 0] != args[0][:, 0]).mean() > 0.75),
            "Too many images lie where they lay. Is the new order one of all n, and used for what is returned?",
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
            "It looks as if the order is drawn and then not used, or never drawn.",
        ),
        Mistake(
            "only-one-moves",
            (lambda x, y, rng: (x[rng.permutation(len(x))], y), lambda x, y, rng: (x, y[rng.permutation(len(y))])),
            "It looks as if only one of the two is put into a new order.",
        ),
    ),
    hints=(
        "An image and its label must stay a pair, and the pairs must change places.",
        "One array of n positions in a random order can pick rows of both.",
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
    task="Give an array with a row (start, stop) for each batch of each epoch; an epoch's last may be shorter.",
    reference=parts.cut,
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
            "It looks as if the batch size itself becomes that of the last, short batch, and stays so.",
        ),
        Mistake(
            "short-batch-dropped",
            lambda n, size, epochs: np.array(
                [(low, low + size) for low in range(0, n - size + 1, size)] * epochs
            ),
            "The rest that fills no whole batch is left out. It is to be learned from as well.",
        ),
        Mistake(
            "beyond-the-end",
            lambda n, size, epochs: np.array([(low, low + size) for low in range(0, n, size)] * epochs),
            "The last batch stops beyond the last example. Which stop is the smaller one?",
        ),
        Mistake(
            "one-epoch",
            lambda n, size, epochs: parts.cut(n, size, 1),
            "Only one epoch came back. The same cuts are made in each.",
        ),
    ),
    hints=(
        "Every epoch has the same batches; only its last may be short.",
        "10 examples by 4: (0, 4), (4, 8), (8, 10), and so again in the next epoch.",
        "Starts are 0, size, 2 size ... below count; a stop is the start plus size, at most count.",
        "one = [(low, min(..., ...)) for low in range(0, ..., ...)]\nreturn np.array(one * ...)",
    ),
)

_ROWS = (
    Case("4 images, 3 units", (_normal(1, 4, 3), _normal(2, 4, 3))),
    Case("2 images, 5 units", (_normal(3, 2, 5), _normal(4, 2, 5))),
)
LEAKY_BACKWARD = Exercise(
    "leaky_backward",
    task="Carry a gradient back through a leaky relu of slope 0.01: from da to dz.",
    reference=parts.leaky_backward,
    inputs={"da": "batch units", "z": "batch units"},
    output="batch units",
    cases=_ROWS,
    mistakes=(
        Mistake(
            "plain-relu",
            lambda da, z: da * (z > 0),
            "It looks as if nothing comes through where z is below 0. What does this unit do there, forward?",
        ),
        Mistake("no-gate", lambda da, z: da + 0.0, "Every unit lets all through. Where is the slope 0.01?"),
        Mistake(
            "forward",
            lambda da, z: np.maximum(z, 0.01 * z),
            "That is the way forward once more. What is its slope, and what is multiplied with it?",
        ),
    ),
    hints=(
        "The slope of the way forward, times the gradient that comes from above.",
        "Where z is above 0 the slope is 1, below it is 0.01.",
        "dz = da * slope, with slope = 1 or 0.01, entry by entry.",
        "slope = np.where(z > 0, ..., ...)\nreturn ...",
    ),
)

LAYER_GRADS = Exercise(
    "layer_grads",
    task="Give a layer's gradients, as the mean over the batch; row i of errors is the error of image i.",
    reference=parts.layer_grads,
    inputs={"errors": "batch fan_out", "inputs": "batch fan_in"},
    output={"dweights": "fan_in fan_out", "dbias": "fan_out"},
    cases=(
        Case("5 images, 4 units, 3 inputs", (_normal(5, 5, 4), _normal(6, 5, 3))),
        Case("2 images, 3 units, 6 inputs", (_normal(7, 2, 3), _normal(8, 2, 6))),
    ),
    mistakes=(
        Mistake(
            "weights-not-averaged",
            lambda e, x: (x.T @ e, e.mean(axis=0)),
            "It looks as if dweights is a sum over the images, and dbias a mean. Both belong to one loss.",
        ),
        Mistake(
            "both-summed",
            lambda e, x: (x.T @ e, e.sum(axis=0)),
            "It looks as if both are sums. The loss is a mean over the batch.",
        ),
        Mistake(
            "bias-not-averaged",
            lambda e, x: (x.T @ e / len(e), e.sum(axis=0)),
            "It looks as if dbias is a sum, and dweights a mean.",
        ),
        Mistake(
            "divided-by-units",
            lambda e, x: (x.T @ e / e.shape[1], e.mean(axis=0)),
            "It looks as if you divide by the number of units. What is the mean taken over?",
        ),
    ),
    hints=(
        "One loss, the mean over the images: so both gradients are means over the images.",
        "dweights: (fan_in, batch) @ (batch, fan_out), then one number to divide by.",
        "dweights = inputs^T errors / batch; dbias = mean of the rows of errors.",
        "return inputs.T @ ... / ..., errors.mean(axis=...)",
    ),
)

ADD_DECAY = Exercise(
    "add_decay",
    task="Add the gradient of decay / 2 times the sum of all squared weights; biases do not decay.",
    reference=parts.add_decay,
    inputs={"dweights": "fan_in fan_out", "dbias": "fan_out", "weights": "fan_in fan_out", "bias": "fan_out",
           "decay": ""},
    output={"dweights": "fan_in fan_out", "dbias": "fan_out"},
    cases=(
        Case("3 inputs, 4 units, decay 0.1", (_normal(9, 3, 4), _normal(10, 4), _normal(11, 3, 4), _normal(12, 4), 0.1)),
        Case("5 inputs, 2 units, decay 0.03", (_normal(13, 5, 2), _normal(14, 2), _normal(15, 5, 2), _normal(16, 2), 0.03)),
        Case("no decay", (_normal(17, 2, 3), _normal(18, 3), _normal(19, 2, 3), _normal(20, 3), 0.0)),
    ),
    mistakes=(
        Mistake(
            "doubled-and-on-biases",
            lambda dw, db, w, b, d: (dw + 2 * d * w, db + 2 * d * b),
            "It looks as if everything decays, and twice as fast as asked.",
        ),
        Mistake(
            "doubled",
            lambda dw, db, w, b, d: (dw + 2 * d * w, db + 0.0),
            "It looks as if weights decay twice as fast as asked. What is the derivative of w² / 2?",
        ),
        Mistake(
            "on-biases",
            lambda dw, db, w, b, d: (dw + d * w, db + d * b),
            "It looks as if biases decay too.",
        ),
        Mistake(
            "sign",
            lambda dw, db, w, b, d: (dw - d * w, db + 0.0),
            "It looks as if weights are pushed away from 0: a step goes against the gradient.",
        ),
    ),
    hints=(
        "The penalty is decay / 2 times the sum of w². Differentiate it for one w.",
        "Two arrays come back; the second as it went in.",
        "The derivative of decay / 2 · w² is decay · w.",
        "return dweights + ..., ...",
    ),
)  # fmt: skip

SOFTMAX_BACKWARD = Exercise(
    "softmax_backward",
    task="Carry a gradient back through softmax: p holds its probabilities, dp the gradient for them.",
    reference=parts.softmax_backward,
    inputs={"dp": "batch classes", "p": "batch classes"},
    output="batch classes",
    cases=(
        Case("4 images, 3 classes", (_normal(21, 4, 3), _softened(22, 4, 3))),
        Case("2 images, 10 classes", (_normal(23, 2, 10), _softened(24, 2, 10))),
        Case("3 images, 3 classes", (_normal(25, 3, 3), _softened(26, 3, 3))),
    ),
    mistakes=(
        Mistake(
            "diagonal-only",
            lambda dp, p: dp * p * (1 - p),
            "It looks as if each logit moves its own probability only. All ten share one sum, so each logit "
            "moves them all.",
            observe=lambda got, want, args: f"The rows of dz sum to up to {np.abs(got.sum(axis=1)).max():.3g}, not 0.",
        ),
        Mistake(
            "times-p", lambda dp, p: dp * p, "It looks as if one term is there and the other is missing."
        ),
        Mistake(
            "columns",
            lambda dp, p: p * (dp - (dp * p).sum(axis=0)),
            "It looks as if the sum runs over the images. An image's probabilities share a row.",
        ),
        Mistake("passed-on", lambda dp, p: dp + 0.0, "The gradient comes through unchanged. Where is softmax?"),
    ),
    hints=(
        "Raise one logit: its own probability grows, and all the others shrink.",
        "The Jacobian has p (1 - p) on its diagonal, and minus p_i p_j beside it.",
        "dz_i = p_i (dp_i - sum over j of dp_j p_j), row by row.",
        "inner = (dp * p).sum(axis=..., keepdims=...)\nreturn p * (... - ...)",
    ),
)  # fmt: skip

_MASKS = [
    np.array([[1.0, 0, 1], [0, 1, 1], [1, 1, 0], [1, 0, 0]]),
    np.array([[1.0, 1, 0, 1, 0], [0, 1, 1, 1, 1]]),
]
HIDDEN_LAYER = Exercise(
    "hidden_layer",
    task="relu and dropout, forward and backward: what is kept is scaled by 1 / keep, so that the mean stays.",
    reference=parts.hidden_layer,
    inputs={"z": "batch units", "da": "batch units", "mask": "batch units", "keep": ""},
    output={"a": "batch units", "dz": "batch units"},
    cases=(
        Case("4 images, 3 units, half kept", (_normal(27, 4, 3), _normal(28, 4, 3), _MASKS[0], 0.5)),
        Case("2 images, 5 units, 0.8 kept", (_normal(29, 2, 5), _normal(30, 2, 5), _MASKS[1], 0.8)),
    ),
    mistakes=(
        Mistake(
            "unscaled-and-open",
            lambda z, da, m, k: (np.maximum(z, 0) * m, da * m * (np.maximum(z, 0) >= 0)),
            "It looks as if nothing is divided by keep, and units that are off let their gradient through.",
        ),
        Mistake(
            "unscaled",
            (lambda z, da, m, k: (np.maximum(z, 0) * m, da * m * (z > 0)),
             lambda z, da, m, k: (np.maximum(z, 0) * m, da * m / k * (z > 0)),
             lambda z, da, m, k: (np.maximum(z, 0) * m / k, da * m * (z > 0))),
            "It looks as if 1 / keep is missing, in one direction or in both.",
        ),
        Mistake(
            "open-gate",
            lambda z, da, m, k: (np.maximum(z, 0) * m / k, da * m / k),
            "It looks as if units that are off let their gradient through. An activation is never below 0: "
            "what must be compared instead?",
        ),
    ),
    hints=(
        "Two things happen to z on the way forward, and both have a derivative.",
        "mask / keep is 0 where a unit is dropped, and 1 / keep where it stays.",
        "a = relu(z) · mask / keep, and dz = da · mask / keep where z is above 0, else 0.",
        "scale = mask / keep\nreturn np.maximum(z, 0) * ..., da * ... * (z > ...)",
    ),
)  # fmt: skip


def updated_first(layers: list, entered: list, dz: np.ndarray, learning_rate: float) -> list:
    """The wrong walk back that a patient takes and the check knows: the error goes through new weights."""
    new = []
    for (weights, bias), inputs in zip(reversed(layers), reversed(entered)):
        weights = weights - learning_rate * inputs.T @ dz
        new.insert(0, (weights, bias - learning_rate * dz.sum(axis=0)))
        dz = (dz @ weights.T) * (inputs > 0)
    return new


def _open(layers, entered, dz, learning_rate):
    return parts.walk_back(layers, [np.abs(x) + 1e-300 for x in entered], dz, learning_rate)


def _network(seed: int, batch: int, sizes: tuple[int, ...], rate: float) -> tuple:
    layers = [
        (_normal(seed + i, a, b), _normal(seed + 10 + i, b)) for i, (a, b) in enumerate(zip(sizes, sizes[1:]))
    ]
    inputs = [np.abs(_normal(seed + 20, batch, sizes[0]))]
    for weights, bias in layers[:-1]:
        inputs.append(np.maximum(inputs[-1] @ weights + bias, 0))
    return layers, inputs, _normal(seed + 30, batch, sizes[-1]), rate


WALK_BACK = Exercise(
    "walk_back",
    task="Walk back through a relu network and return new layers after a step of SGD. entered[i] is what went "
    "into layer i; dz, the gradient of the logits, is a mean over the batch already.",
    reference=parts.walk_back,
    inputs={"layers": "", "entered": "", "dz": "batch classes", "learning_rate": ""},
    output=[{"weights": "fan_in fan_out", "bias": "fan_out"}],
    cases=(
        Case("a network 4-5-3, rate 0.5", _network(40, 6, (4, 5, 3), 0.5)),
        Case("a network 3-4-6-2, rate 0.1", _network(80, 5, (3, 4, 6, 2), 0.1)),
        Case("a single layer", _network(120, 4, (3, 2), 1.0)),
    ),
    mistakes=(
        Mistake(
            "updated-first",
            updated_first,
            "It looks as if the error goes back through weights that have changed already. Which weights did "
            "the images go through?",
        ),
        Mistake(
            "ascent",
            lambda layers, entered, dz, rate: parts.walk_back(layers, entered, dz, -rate),
            "It looks as if the step goes uphill. Look at the sign.",
        ),
        Mistake("no-gate", _open, "It looks as if units that were off let their gradient through."),
    ),
    hints=(
        "The error goes back through the weights that the images went forward through.",
        "From the last layer to the first: keep the error for the layer below, then step, then gate.",
        "dinputs = dz @ weights.T with the old weights; dweights = inputs.T @ dz; dz below = dinputs where "
        "inputs are above 0.",
        "for (weights, bias), inputs in zip(reversed(layers), reversed(entered)):\n"
        "    dinputs = ...\n    new.insert(0, (weights - ..., bias - ...))\n    dz = ...",
    ),
)
