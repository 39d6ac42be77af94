"""The repairs of one layer: its gate, its gradients, its decay, softmax and dropout.

Each is an exercise, as mlpkit/exercises/spec.py describes it; the model solutions are in reference_parts.py.
"""

from __future__ import annotations

import numpy as np

from mlpkit.exercises import Case, Exercise, Mistake

from .. import reference_parts
from .inputs import normal, probabilities

_ROWS = (
    Case("4 images, 3 units", (normal(1, 4, 3), normal(2, 4, 3))),
    Case("2 images, 5 units", (normal(3, 2, 5), normal(4, 2, 5))),
)
LEAKY_BACKWARD = Exercise(
    "leaky_backward",
    task="Compute dz from da, backward through a leaky relu of slope 0.01.",
    reference=reference_parts.leaky_backward,
    inputs={"da": "batch units", "z": "batch units"},
    output="batch units",
    cases=_ROWS,
    mistakes=(
        Mistake(
            "plain-relu",
            lambda da, z: da * (z > 0),
            "It looks as if dz is 0 where z is below 0. What does this unit do there in the forward pass?",
        ),
        Mistake(
            "no-gate",
            lambda da, z: da + 0.0,
            "Every unit lets the whole gradient through. Where is the slope 0.01?",
        ),
        Mistake(
            "slope-without-da",
            (lambda da, z: np.where(z > 0, da, 0.01), lambda da, z: np.where(z > 0, da, 0.01 * z)),
            "It looks as if da is missing where z is below 0. By what is the slope 0.01 multiplied?",
        ),
        Mistake(
            "forward",
            lambda da, z: np.maximum(z, 0.01 * z),
            "That is the forward pass again. What is its slope, and by what is the slope multiplied?",
        ),
    ),
    hints=(
        "Multiply the slope of the forward pass by the gradient that comes from above.",
        "Where z is above 0 the slope is 1, below it is 0.01.",
        "dz = da * slope, with slope = 1 or 0.01, entry by entry.",
        "slope = np.where(z > 0, ..., ...)\nreturn ...",
    ),
)

LAYER_GRADS = Exercise(
    "layer_grads",
    task="Give a layer's gradients, as the mean over the batch; row i of errors is the error of image i.",
    reference=reference_parts.layer_grads,
    inputs={"errors": "batch fan_out", "inputs": "batch fan_in"},
    output={"dweights": "fan_in fan_out", "dbias": "fan_out"},
    cases=(
        Case("5 images, 4 units, 3 inputs", (normal(5, 5, 4), normal(6, 5, 3))),
        Case("2 images, 3 units, 6 inputs", (normal(7, 2, 3), normal(8, 2, 6))),
    ),
    mistakes=(
        Mistake(
            "weights-not-averaged",
            lambda e, x: (x.T @ e, e.mean(axis=0)),
            "It looks as if dweights is a sum over the images, but dbias is a mean. Both belong to the "
            "same loss.",
        ),
        Mistake(
            "both-summed",
            lambda e, x: (x.T @ e, e.sum(axis=0)),
            "It looks as if both are sums. The loss is a mean over the batch.",
        ),
        Mistake(
            "bias-not-averaged",
            lambda e, x: (x.T @ e / len(e), e.sum(axis=0)),
            "It looks as if dbias is a sum, but dweights is a mean.",
        ),
        Mistake(
            "divided-by-units",
            lambda e, x: (x.T @ e / e.shape[1], e.mean(axis=0)),
            "It looks as if you divide by the number of units. Over what is the mean?",
        ),
    ),
    hints=(
        "There is one loss, the mean over the images. So both gradients are means over the images.",
        "dweights: (fan_in, batch) @ (batch, fan_out), then one number to divide by.",
        "dweights = inputs^T errors / batch; dbias = mean of the rows of errors.",
        "return inputs.T @ ... / ..., errors.mean(axis=...)",
    ),
)

ADD_DECAY = Exercise(
    "add_decay",
    task="Add the gradient of decay / 2 times the sum of all squared weights; biases do not decay.",
    reference=reference_parts.add_decay,
    inputs={"dweights": "fan_in fan_out", "dbias": "fan_out", "weights": "fan_in fan_out", "bias": "fan_out",
           "decay": ""},
    output={"dweights": "fan_in fan_out", "dbias": "fan_out"},
    cases=(
        Case("3 inputs, 4 units, decay 0.1", (normal(9, 3, 4), normal(10, 4), normal(11, 3, 4), normal(12, 4), 0.1)),
        Case("5 inputs, 2 units, decay 0.03", (normal(13, 5, 2), normal(14, 2), normal(15, 5, 2), normal(16, 2), 0.03)),
        Case("no decay", (normal(17, 2, 3), normal(18, 3), normal(19, 2, 3), normal(20, 3), 0.0)),
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
            "halved",
            lambda dw, db, w, b, d: (dw + d / 2 * w, db + 0.0),
            "It looks as if weights decay half as fast as asked. What is the derivative of w² / 2?",
        ),
        Mistake(
            "penalty-itself",
            (lambda dw, db, w, b, d: (dw + d / 2 * w**2, db + 0.0), lambda dw, db, w, b, d: (dw + d * w**2, db + 0.0)),
            "It looks as if the square of the weights is added. The gradient has the derivative of the square.",
        ),
        Mistake(
            "on-biases",
            lambda dw, db, w, b, d: (dw + d * w, db + d * b),
            "It looks as if biases decay too.",
        ),
        Mistake(
            "sign",
            lambda dw, db, w, b, d: (dw - d * w, db + 0.0),
            "It looks as if weights are pushed away from 0. A step goes against the gradient.",
        ),
    ),
    hints=(
        "The penalty is decay / 2 times the sum of w². Differentiate it for one w.",
        "Return two arrays. The second one does not change.",
        "The derivative of decay / 2 · w² is decay · w.",
        "return dweights + ..., ...",
    ),
)  # fmt: skip

SOFTMAX_BACKWARD = Exercise(
    "softmax_backward",
    task="Compute the gradient backward through softmax: p holds its probabilities, dp the gradient for "
         "them.",
    reference=reference_parts.softmax_backward,
    inputs={"dp": "batch classes", "p": "batch classes"},
    output="batch classes",
    cases=(
        Case("4 images, 3 classes", (normal(21, 4, 3), probabilities(22, 4, 3))),
        Case("2 images, 10 classes", (normal(23, 2, 10), probabilities(24, 2, 10))),
        Case("3 images, 3 classes", (normal(25, 3, 3), probabilities(26, 3, 3))),
    ),
    mistakes=(
        Mistake(
            "diagonal-only",
            lambda dp, p: dp * p * (1 - p),
            "It looks as if each logit moves only its own probability. All classes share one sum, so each "
            "logit moves all of them.",
            observe=lambda got, want, args: f"The rows of dz sum to up to {np.abs(got.sum(axis=1)).max():.3g}, not 0.",
        ),
        Mistake(
            "times-p", lambda dp, p: dp * p, "It looks as if one term is there, but the other is missing."
        ),
        Mistake(
            "one-sum-for-all",
            lambda dp, p: p * (dp - (dp * p).sum()),
            "It looks as if there is one sum for the whole batch. Each image has its own.",
        ),
        Mistake(
            "mean-in-place-of-sum",
            lambda dp, p: p * (dp - (dp * p).mean(axis=1, keepdims=True)),
            "It looks as if the mean over the classes is subtracted. The formula has their sum.",
        ),
        Mistake(
            "sum-without-p",
            lambda dp, p: p * (dp - dp.sum(axis=1, keepdims=True)),
            "It looks as if the sum is that of dp alone. By what is each dp multiplied in it?",
        ),
        Mistake(
            "columns",
            lambda dp, p: p * (dp - (dp * p).sum(axis=0)),
            "It looks as if the sum runs over the images. An image's probabilities share a row.",
        ),
        Mistake("passed-on", lambda dp, p: dp + 0.0, "The gradient is returned unchanged. Where is softmax?"),
    ),
    hints=(
        "When one logit grows, its own probability grows, and all the others shrink.",
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
    task="Compute relu and dropout, forward and backward. What is kept is divided by keep, so that the "
         "mean stays the same.",
    reference=reference_parts.hidden_layer,
    inputs={"z": "batch units", "da": "batch units", "mask": "batch units", "keep": ""},
    output={"a": "batch units", "dz": "batch units"},
    cases=(
        Case("4 images, 3 units, half kept", (normal(27, 4, 3), normal(28, 4, 3), _MASKS[0], 0.5)),
        Case("2 images, 5 units, 0.8 kept", (normal(29, 2, 5), normal(30, 2, 5), _MASKS[1], 0.8)),
    ),
    mistakes=(
        Mistake(
            "unscaled-and-open",
            lambda z, da, m, k: (np.maximum(z, 0) * m, da * m * (np.maximum(z, 0) >= 0)),
            "It looks as if nothing is divided by keep, and the gradient passes where relu gave 0.",
        ),
        Mistake(
            "unscaled",
            (lambda z, da, m, k: (np.maximum(z, 0) * m, da * m * (z > 0)),
             lambda z, da, m, k: (np.maximum(z, 0) * m, da * m / k * (z > 0)),
             lambda z, da, m, k: (np.maximum(z, 0) * m / k, da * m * (z > 0))),
            "It looks as if 1 / keep is missing, in the forward pass, in the backward pass, or in both.",
        ),
        Mistake(
            "other-share",
            lambda z, da, m, k: (np.maximum(z, 0) * m / (1 - k), da * m / (1 - k) * (z > 0)),
            "It looks as if you divide by 1 - keep. keep is the share of units that stay, so divide by keep.",
        ),
        Mistake(
            "multiplied-by-keep",
            lambda z, da, m, k: (np.maximum(z, 0) * m * k, da * m * k * (z > 0)),
            "It looks as if you multiply by keep. Which operation keeps the mean the same?",
        ),
        Mistake(
            "dropped-units-get-a-gradient",
            (lambda z, da, m, k: (np.maximum(z, 0) * m / k, da * (z > 0)),
             lambda z, da, m, k: (np.maximum(z, 0) * m / k, da / k * (z > 0))),
            "It looks as if units that were dropped get a gradient. What is dz where the mask is 0?",
        ),
        Mistake(
            "open-gate",
            lambda z, da, m, k: (np.maximum(z, 0) * m / k, da * m / k),
            "It looks as if the gradient passes where relu gave 0. An activation is never below 0: which "
            "array must be compared instead?",
        ),
    ),
    hints=(
        "Two things happen to z in the forward pass, and both have a derivative.",
        "mask / keep is 0 where a unit is dropped, and 1 / keep where it stays.",
        "a = relu(z) · mask / keep, and dz = da · mask / keep where z is above 0, else 0.",
        "scale = mask / keep\nreturn np.maximum(z, 0) * ..., da * ... * (z > ...)",
    ),
)  # fmt: skip
