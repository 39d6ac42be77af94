"""The repair of a whole network: backpropagation and a step in one function.

It is an exercise, as mlpkit/exercises/spec.py describes it; the model solution is in reference_parts.py.
"""

from __future__ import annotations

import numpy as np

from mlpkit.exercises import Case, Exercise, Mistake

from .. import reference_parts
from .inputs import normal


def updated_first(layers: list, entered: list, dz: np.ndarray, learning_rate: float) -> list:
    """The wrong walk back that a patient takes and the check knows: the error goes through new weights."""
    new = []
    for (weights, bias), inputs in zip(reversed(layers), reversed(entered)):
        weights = weights - learning_rate * inputs.T @ dz
        new.insert(0, (weights, bias - learning_rate * dz.sum(axis=0)))
        dz = (dz @ weights.T) * (inputs > 0)
    return new


def _open(layers, entered, dz, learning_rate):
    return reference_parts.walk_back(layers, [np.abs(x) + 1e-300 for x in entered], dz, learning_rate)


def _network(seed: int, batch: int, sizes: tuple[int, ...], rate: float) -> tuple:
    layers = [
        (normal(seed + i, a, b), normal(seed + 10 + i, b)) for i, (a, b) in enumerate(zip(sizes, sizes[1:]))
    ]
    inputs = [np.abs(normal(seed + 20, batch, sizes[0]))]
    for weights, bias in layers[:-1]:
        inputs.append(np.maximum(inputs[-1] @ weights + bias, 0))
    return layers, inputs, normal(seed + 30, batch, sizes[-1]), rate


WALK_BACK = Exercise(
    "walk_back",
    task="Go back through a relu network, and return new layers after a step of SGD. entered[i] is the "
    "input of layer i; dz is the gradient of the logits, already a mean over the batch.",
    reference=reference_parts.walk_back,
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
            "It looks as if the error goes back through weights that have already changed. Through which "
            "weights did the images go?",
        ),
        Mistake(
            "ascent",
            lambda layers, entered, dz, rate: reference_parts.walk_back(layers, entered, dz, -rate),
            "It looks as if the step goes uphill. Look at the sign.",
        ),
        Mistake(
            "divided-again",
            lambda layers, entered, dz, rate: reference_parts.walk_back(layers, entered, dz / len(dz), rate),
            "It looks as if the gradients are divided by the batch size. dz is already a mean over the batch.",
        ),
        Mistake("no-gate", _open, "It looks as if the gradient passes where relu gave 0."),
    ),
    hints=(
        "The error goes back through the same weights that the images went through.",
        "From the last layer to the first: keep the error for the layer below, then step, then gate.",
        "dinputs = dz @ weights.T with the old weights; dweights = inputs.T @ dz; dz below = dinputs where "
        "inputs are above 0.",
        "for (weights, bias), inputs in zip(reversed(layers), reversed(entered)):\n"
        "    dinputs = ...\n    new.insert(0, (weights - ..., bias - ...))\n    dz = ...",
    ),
)
