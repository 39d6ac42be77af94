"""Lanes of the race: mlpkit's optimisers and the learner's own, each running down the same surface.

A point is a tiny network of one layer with two weights, so the very optimisers that train networks run here.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ...core.optimizers import Optimizer, adam, momentum, nesterov, rmsprop, sgd
from ...core.params import Params, as_params
from ...core.wrappers import adamw
from ..user_errors import user_error
from .surfaces import Surface

FAR = 1e30  # beyond this a lane has diverged
DECAY = 0.1  # AdamW's, large enough to be seen: it pulls towards (0, 0)
MAKERS: dict[str, Callable[[float], Optimizer]] = {
    "sgd": sgd,
    "momentum": momentum,
    "nesterov": nesterov,
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": lambda rate: adamw(rate, weight_decay=DECAY),
}
TITLES = {
    "sgd": "SGD",
    "momentum": "Momentum",
    "nesterov": "Nesterov",
    "rmsprop": "RMSProp",
    "adam": "Adam",
    "adamw": "AdamW",
}
RATES = ("learning_rate", "rate", "lr")
USUAL = {"momentum": 0.9, "decay": 0.9, "b1": 0.9, "b2": 0.999, "eps": 1e-8, "weight_decay": 0.01}
COUNTS = ("step", "t")


class Lane(NamedTuple):
    """One runner.

    name: str
    make: rate -> Optimizer; like: str, the optimiser of mlpkit whose usual rate it takes
    fixed: bool, whether it came with a rate of its own
    """

    name: str
    make: Callable[[float], Optimizer]
    like: str
    fixed: bool = False


class RacePath(NamedTuple):
    """One race of one lane.

    path: (steps + 1, 2) float, where it was; NaN from where it stopped
    loss: (steps + 1,) float; seconds: (steps + 1,) float, measured
    problem: str, what its function raised, or ""
    """

    path: np.ndarray
    loss: np.ndarray
    seconds: np.ndarray
    problem: str


def lanes(yours: Any) -> list[Lane]:
    """mlpkit's six, and the learner's after them.

    yours: Optimizer, function, {name: either}, or None
    returns: list of Lane
    raises: TypeError or ValueError for what cannot run
    """
    own = {} if yours is None else dict(yours) if isinstance(yours, Mapping) else {"yours": yours}
    if len(own) > 4:
        raise ValueError(f"yours holds {len(own)} optimisers: at most 4 run beside mlpkit's six")
    ours = [Lane(TITLES[name], make, name) for name, make in MAKERS.items()]
    return [*ours, *(_lane(str(name), runner) for name, runner in own.items())]


def run(lane: Lane, surface: Surface, rate: float) -> RacePath:
    """Let one lane run down a surface.

    lane: Lane; surface: Surface; rate: float, ignored by a lane with a rate of its own
    returns: RacePath; what the learner's function raises is kept in it, not raised
    """
    path = np.full((surface.steps + 1, 2), np.nan)
    loss, seconds = path[:, 0].copy(), path[:, 0].copy()
    path[0], loss[0], seconds[0] = surface.start, surface.loss(*surface.start), 0
    problem = ""
    with np.errstate(all="ignore"):  # a lane that overflows is shown as what it is
        try:
            optimizer, params = lane.make(rate), as_point(surface.start)
            state = optimizer.init(params)
            for step in range(1, surface.steps + 1):
                began = time.perf_counter()
                gradient = params.like(np.append(surface.gradient(*params.flat[:2]), 0.0))
                params, state = optimizer.update(params, gradient, state)
                params = as_params(params)
                seconds[step] = seconds[step - 1] + time.perf_counter() - began
                here = surface.loss(*params.flat[:2])
                if not (np.abs(params.flat) < FAR).all() or not here < FAR:
                    break
                path[step], loss[step] = params.flat[:2], here
        except Exception as error:
            problem = user_error(error)
    return RacePath(path, loss, seconds, problem)


def as_point(place: tuple[float, float]) -> Params:
    """Two numbers as the weights of a network; its bias is 0 and stays 0.

    place: (x, y)
    returns: Params of sizes 2-1
    """
    return Params([(np.array(place, np.float64).reshape(2, 1), np.zeros(1))])


def _lane(name: str, runner: Any) -> Lane:
    if isinstance(runner, Optimizer):
        return Lane(name, lambda rate: runner, "sgd", fixed=True)
    if not callable(runner):
        raise TypeError(
            f"yours {name!r} is {type(runner).__name__}: expected an Optimizer, a function learning_rate -> "
            "Optimizer, or a step function such as adam_step"
        )
    required = _required(runner)
    if len(required) <= 1:
        return Lane(
            name, runner, getattr(runner, "__name__", "adam") if runner in MAKERS.values() else "adam"
        )
    slots = [argument for argument in required[2:] if argument not in (*RATES, *USUAL, *COUNTS)]
    like = (
        "sgd"
        if not slots
        else "adam"
        if len(slots) > 1
        else "rmsprop"
        if "square" in slots[0]
        else "momentum"
    )
    return Lane(name, lambda rate: stepping(name, runner, rate), like)


def stepping(name: str, function: Callable, rate: float) -> Optimizer:
    """An Optimizer made of a step function, as the exercises have them.

    function: (param, grad, *what it remembers, learning_rate, ...) -> (param, *what it remembers), or
        (layers, grads, learning_rate) -> layers; arguments after the second are known by their names
    rate: float
    returns: Optimizer
    """
    required = _required(function)
    slots = [argument for argument in required[2:] if argument not in (*RATES, *USUAL, *COUNTS)]

    def init(params: Params) -> tuple:
        return 0, *(np.zeros(2) for _ in slots)

    def update(params: Params, grads: Params, state: tuple) -> tuple[Params, tuple]:
        step = state[0] + 1
        if required[0] == "layers":
            layers = [(layer.weights.copy(), layer.bias.copy()) for layer in params]
            return Params(function(layers, [tuple(layer) for layer in grads], rate)), (step,)
        known = {**USUAL, **dict.fromkeys(RATES, rate), **dict.fromkeys(COUNTS, step)}
        known |= {slot: memory.copy() for slot, memory in zip(slots, state[1:])}
        arguments = [known[argument] for argument in required[2:]]
        result = function(params.flat[:2].copy(), grads.flat[:2].copy(), *arguments)
        point, *memories = _returned(name, result, len(slots))
        return params.like(np.append(point, 0.0)), (step, *memories)

    return Optimizer(name, init, update)


def _returned(name: str, result: Any, slots: int) -> list[np.ndarray]:
    """What a step function gave back, as arrays of two numbers."""
    parts = list(result) if isinstance(result, tuple) else [result]
    if len(parts) != slots + 1:
        raise ValueError(
            f"{name} returned {len(parts)} thing(s): expected {slots + 1}, the new parameter first"
        )
    arrays = [np.asarray(part, np.float64) for part in parts]
    for array in arrays:
        if array.shape != (2,):
            raise ValueError(
                f"{name} returned the shape {array.shape}: expected (2,), the shape of the parameter"
            )
    return arrays


def _required(function: Callable) -> list[str]:
    """The names of the arguments that must be given."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"the arguments of {function!r} cannot be read: pass a function written in Python"
        ) from error
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p.name for p in parameters if p.kind in plain and p.default is inspect.Parameter.empty]
