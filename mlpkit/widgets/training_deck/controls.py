"""Controls: how a slider's learning rate and momentum reach the optimiser between two steps.

An optimiser is a pair of pure functions with the rate inside: a new rate means a new pair, the same state.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

from ...core.optimizers import Optimizer
from ...core.params import Params


class Settings(NamedTuple):
    """What may change while a run goes on; a change acts on the next step.

    learning_rate: float > 0, or None where the optimiser decides
    momentum: float in [0, 1), or None where there is none
    batch_size: int >= 1
    """

    learning_rate: float | None
    momentum: float | None
    batch_size: int


def builder(
    optimizer: Callable | Optimizer, learning_rate: float | None, momentum: float | None
) -> tuple[Callable[[Settings], Optimizer], float | None, float | None, str]:
    """How to make the optimiser for given settings.

    optimizer: one of mlpkit's (`adam`, `sgd` ...) or any function learning_rate -> Optimizer; or an Optimizer
    learning_rate: float to begin with, or None for the optimiser's own
    momentum: float to begin with, or None for the optimiser's own
    returns: (Settings -> Optimizer, learning rate, momentum, name); rate or momentum None where it is fixed
    raises: TypeError when it is neither
    """
    if isinstance(optimizer, Optimizer):
        own, module = optimizer.learning_rate, str(getattr(optimizer.update, "__module__", ""))
        if own is None or callable(own) or not module.startswith("mlpkit."):  # a schedule, or somebody else's
            return lambda settings: optimizer, None, None, optimizer.name
        rate = own if learning_rate is None else learning_rate
        return lambda s: _scaled(optimizer, own, s.learning_rate), rate, None, optimizer.name
    if not callable(optimizer):
        raise TypeError(f"optimizer is {optimizer!r}: pass mlpkit.adam, mlpkit.sgd ..., or sgd(0.1)")
    takes = inspect.signature(optimizer).parameters
    rate = _default(takes, "learning_rate", learning_rate, 0.1)
    velocity = _default(takes, "momentum", momentum, 0.9) if "momentum" in takes else None

    def build(settings: Settings) -> Optimizer:
        more = {} if velocity is None else {"momentum": settings.momentum}
        return optimizer(settings.learning_rate, **more)

    return build, rate, velocity, build(Settings(rate, velocity, 1)).name


def _default(takes: Any, name: str, given: float | None, otherwise: float) -> float:
    if given is not None:
        return given
    default = getattr(takes.get(name), "default", otherwise)
    return default if isinstance(default, (int, float)) else otherwise


def _scaled(optimizer: Optimizer, own: float, rate: float) -> Optimizer:
    """The same optimiser with another rate: every rule of mlpkit's takes a step in proportion to its rate."""
    if rate == own:
        return optimizer
    factor = rate / own

    def update(params: Params, grads: Params, state: Any) -> tuple[Params, Any]:
        new, state = optimizer.update(params, grads, state)
        flat = params.flat + params.dtype.type(factor) * (new.flat - params.flat)
        return params.like(flat), state._replace(learning_rate=state.learning_rate * factor)

    return Optimizer(optimizer.name, optimizer.init, update)
