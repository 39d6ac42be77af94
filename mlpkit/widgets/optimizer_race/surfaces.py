"""Courses for the race: a bowl, a ravine, a saddle, and a plane cut through a real network's loss.

Each is a loss of two numbers with its gradient, a start, and rates at which the optimisers differ plainly.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from ...core.backprop import loss_and_grads
from ...core.data import load
from ...core.initializers import init_params
from ...core.losses import cross_entropy
from ...core.network import forward
from ...core.optimizers import adam
from ...core.params import Params

NAMES = ("bowl", "ravine", "saddle", "network")
NETWORK, IMAGES, TRAINED = (784, 16, 10), 120, 60  # of the cut: small, for every step is a pass through it


class Surface(NamedTuple):
    """A loss over two numbers.

    name, words: str
    loss: (x, y) -> float; arrays if `vectorized`
    gradient: (x, y) -> (2,) float
    start: (x, y); box: (left, right, bottom, top) that is shown; goal: (x, y) of the lowest point shown
    steps: int, length of a race; rates: {name of the optimiser: float}
    grid: (rows, columns) float, the loss over the box, the lowest y first
    """

    name: str
    words: str
    loss: Callable
    gradient: Callable
    start: tuple[float, float]
    box: tuple[float, float, float, float]
    goal: tuple[float, float]
    steps: int
    rates: dict[str, float]
    grid: np.ndarray


def surface(name: str) -> Surface:
    """A course by its name.

    name: "bowl", "ravine", "saddle" or "network"
    returns: Surface
    raises: ValueError for another name
    """
    makers = {"bowl": bowl, "ravine": ravine, "saddle": saddle, "network": network}
    if name not in makers:
        raise ValueError(f"there is no surface {name!r}: there are {', '.join(NAMES)}")
    return makers[name]()


def bowl() -> Surface:
    """Equally steep on all sides: straight downhill is the best way there is.

    f(x, y) = 1/4 (x - 1)^2 + 1/4 (y - 1/2)^2
    """
    return _formula(
        "bowl",
        "The slope is the same on all sides. Straight downhill is the best way, so SGD needs no help here. "
        "Optimisers with momentum go past the bottom.",
        lambda x, y: 0.25 * (x - 1) ** 2 + 0.25 * (y - 0.5) ** 2,
        lambda x, y: np.array([0.5 * (x - 1), 0.5 * (y - 0.5)]),
        (-3.0, 2.5),
        (1.0, 0.5),
        {"sgd": 0.3, "momentum": 0.1, "nesterov": 0.1, "rmsprop": 0.1, "adam": 0.2, "adamw": 0.2},
    )


def ravine() -> Surface:
    """A hundred times steeper across than along: SGD jumps from wall to wall and hardly gets on.

    f(x, y) = 1/100 (x - 1)^2 + (y - 1/2)^2
    """
    return _formula(
        "ravine",
        "From top to bottom the slope is a hundred times as steep as from left to right. SGD jumps from side "
        "to side and moves slowly to the right. Momentum adds up the steps that go the same way. Adam and "
        "RMSProp give each direction its own step size.",
        lambda x, y: 0.01 * (x - 1) ** 2 + (y - 0.5) ** 2,
        lambda x, y: np.array([0.02 * (x - 1), 2 * (y - 0.5)]),
        (-4.0, 2.2),
        (1.0, 0.5),
        {"sgd": 0.95, "momentum": 0.3, "nesterov": 0.3, "rmsprop": 0.1, "adam": 0.25, "adamw": 0.25},
    )


def saddle() -> Surface:
    """Down from both ends, then level, then down to the sides: where the slope is nearly nothing SGD waits.

    f(x, y) = 1/2 x^2 - 1/2 y^2 + 1/20 y^4 + 5/4
    """
    return _formula(
        "saddle",
        "The middle is flat. From there, the loss falls on two sides. SGD nearly stops in the middle. "
        "RMSProp and Adam make the very small slope larger, and leave early.",
        lambda x, y: 0.5 * x**2 - 0.5 * y**2 + 0.05 * y**4 + 1.25,
        lambda x, y: np.array([x, -y + 0.2 * y**3]),
        (-3.0, 0.002),
        (0.0, 5**0.5),
        {"sgd": 0.1, "momentum": 0.05, "nesterov": 0.05, "rmsprop": 0.08, "adam": 0.1, "adamw": 0.1},
    )


@cache
def network() -> Surface:
    """A plane through the loss of a real network on Fashion-MNIST: the one in which its training moved most.

    source: Li et al. 2018, Visualizing the Loss Landscape of Neural Nets, section 7
    """
    images, labels = (part[:IMAGES] for part in load().valid)
    origin, across, along = _plane(images, labels)

    def at(x: float, y: float) -> Params:
        return origin.like((origin.flat + x * across + y * along).astype(origin.dtype))

    def loss(x: float, y: float) -> float:
        return float(cross_entropy(forward(at(x, y), images).logits, labels))

    def gradient(x: float, y: float) -> np.ndarray:
        flat = loss_and_grads(at(x, y), images, labels)[1].flat
        return np.array([flat @ across, flat @ along], np.float64)

    box = (-4.0, 4.0, -3.0, 3.0)
    x, y = np.linspace(*box[:2], 33), np.linspace(*box[2:], 25)
    grid = np.array([[loss(a, b) for a in x] for b in y])
    row, column = np.unravel_index(grid.argmin(), grid.shape)
    words = (
        f"A slice through the loss of a {origin} network on {IMAGES} images of Fashion-MNIST. It shows the "
        "two directions in which training moved this network most. Near the start the loss is nearly flat; "
        "then comes a valley."
    )
    rates = {"sgd": 0.15, "momentum": 0.03, "nesterov": 0.03, "rmsprop": 0.1, "adam": 0.2, "adamw": 0.2}
    goal = (float(x[column]), float(y[row]))
    return Surface("network", words, loss, gradient, (-3.2, 2.2), box, goal, 60, rates, grid)


def _plane(images: np.ndarray, labels: np.ndarray) -> tuple[Params, np.ndarray, np.ndarray]:
    """A trained network and the two directions in which its training moved most, three units long."""
    params = init_params(NETWORK, rng=np.random.default_rng(0))
    optimizer, visited = adam(0.01), []
    state = optimizer.init(params)
    for _ in range(TRAINED):
        visited.append(params.flat)
        params, state = optimizer.update(params, loss_and_grads(params, images, labels)[1], state)
    moves = np.array(visited) - params.flat
    directions = np.linalg.svd(moves, full_matrices=False)[2][:2]
    places = moves @ directions.T
    directions *= np.sign(-places[0])[
        :, None
    ]  # an SVD leaves the sign open: the start lies to the lower left
    across, along = directions * (np.abs(places).max() / 3)
    return params, across, along


def _formula(
    name: str,
    words: str,
    loss: Callable,
    gradient: Callable,
    start: tuple,
    goal: tuple,
    rates: dict[str, float],
) -> Surface:
    box = (-5.0, 4.0, -3.2, 3.2)
    grid = loss(*np.meshgrid(np.linspace(*box[:2], 91), np.linspace(*box[2:], 65)))
    return Surface(name, words, loss, gradient, start, box, goal, 120, rates, grid)
