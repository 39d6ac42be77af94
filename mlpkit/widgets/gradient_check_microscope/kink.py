"""A relu's kink to slide on to: which unit, for which example, and the network with it at a distance.

A bias moves its unit's preactivation for every example alike, so only one is brought to the kink.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.losses import cross_entropy_grad
from ...core.network import forward
from ...core.params import Params

CLEAR = 0.12  # how far from the kink all other examples stay, farther than the widest nudge


class Kink(NamedTuple):
    """Where the kink is looked at.

    example: int, row of the batch; unit: int, of the first hidden layer
    place: int, where this unit's bias stands in `params.flat`
    z: float, its preactivation for this example in the network as it came
    """

    example: int
    unit: int
    place: int
    z: float


def find_kink(params: Params, images: np.ndarray, labels: np.ndarray, distances: np.ndarray) -> Kink:
    """The unit and the example that matter most, among those that no other example disturbs.

    params: Params of float64 with a hidden layer; images: (batch, fan_in); labels: (batch,) int
    distances: (n,) float, the places along the slide
    returns: Kink
    """
    passed = forward(params, images)
    z = passed.preactivations[0]
    weight = np.abs(_gradient_at_activations(params, passed, labels))
    alone = np.array(
        [[_room(z[:, unit], example, distances) for unit in range(z.shape[1])] for example in range(len(z))]
    )
    weight[alone < CLEAR] *= 1e-6  # taken only where there is nothing better
    example, unit = np.unravel_index(weight.argmax(), weight.shape)
    place = params[0].weights.size + unit
    return Kink(int(example), int(unit), int(place), float(z[example, unit]))


def at_distance(params: Params, kink: Kink, distance: float) -> Params:
    """The network with its unit so far above the kink, for that one example.

    params: Params; kink: Kink; distance: float
    returns: Params, a copy
    """
    moved = params.copy()
    moved.flat[kink.place] += distance - kink.z
    return moved


def _gradient_at_activations(params: Params, passed: tuple, labels: np.ndarray) -> np.ndarray:
    """d loss / d activations of the first hidden layer, (batch, units)."""
    gradient = cross_entropy_grad(passed.logits, labels)
    for k in range(len(params) - 1, 1, -1):
        gradient = (gradient @ params[k].weights.T) * (passed.preactivations[k - 1] > 0)
    return gradient @ params[1].weights.T


def _room(z: np.ndarray, example: int, distances: np.ndarray) -> float:
    """How near to the kink the other examples come anywhere along the slide."""
    others = np.delete(z, example) - z[example]
    return float(np.abs(others[:, None] + distances).min(initial=np.inf))
