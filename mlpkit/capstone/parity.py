"""From the same weights, with the same images, everybody must get the same numbers: you, mlpkit and others.

Compared are the loss, each gradient, and the weights after ten steps of Adam.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..core.backprop import loss_and_grads as mlpkit_loss_and_grads
from ..core.optimizers import Optimizer, adam
from ..core.params import Params, as_params
from .reference_libraries import B1, B2, EPS, RATE, STEPS, LibraryResult, ask, problem

BOUND = 1e-5  # a difference below this share is rounding


class Row(NamedTuple):
    """One contender beside mlpkit.

    who: str
    differences: {what is compared: relative difference |a - b| / |b|}; empty if it could not be asked
    source: str, "yours", "stored", or the version of an installed library
    problem: str, why it could not be asked, or ""
    """

    who: str
    differences: dict[str, float]
    source: str
    problem: str = ""

    @property
    def same(self) -> bool:
        """Whether every number agrees."""
        return not self.problem and all(value < BOUND for value in self.differences.values())


class Parity:
    """The table of `parity`. It reads alike whether a library was asked here or its stored answer was taken.

    rows: list of Row
    """

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows

    @property
    def same(self) -> bool:
        """Whether everybody gets mlpkit's numbers, to 1e-5."""
        return all(row.same for row in self.rows)

    def __repr__(self) -> str:
        names = max((list(row.differences) for row in self.rows), key=len)
        head = f"{'beside mlpkit':<15}" + "".join(f"{name:>{len(name) + 2}}" for name in names)
        return "\n".join([head, *(self._line(row, names) for row in self.rows)])

    def _line(self, row: Row, names: list[str]) -> str:
        if row.problem:
            return f"{row.who:<15}  ✗ {row.problem}"
        signs = ("✓" if row.differences[name] < BOUND else "✗" for name in names)
        return f"{row.who:<15}" + "".join(f"{sign:>{len(name) + 2}}" for sign, name in zip(signs, names))

    def details(self) -> str:
        """The largest difference of each, and whether it was asked on this machine.

        returns: str, which is another on every machine
        """
        largest = {row.who: max(row.differences.values(), default=np.inf) for row in self.rows}
        return "\n".join(
            f"{row.who:<15} largest difference {largest[row.who]:.0e}, {row.source}" for row in self.rows
        )


def parity(loss_and_grads: Callable, optimizer: Optimizer, ask: Callable = ask) -> Parity:
    """Compare a network's own functions, and two libraries, with mlpkit, from the same weights.

    loss_and_grads: (params, images, labels) -> (loss, grads), as `mine.as_network()` gives it
    optimizer: Optimizer, Adam with a learning rate of 0.001
    ask: () -> {library: LibraryResult}
    returns: Parity; what raises an error gets a line that says so
    """
    params, batches = problem()
    ours = _result(params, batches, mlpkit_loss_and_grads, adam(RATE, b1=B1, b2=B2, eps=EPS), "")
    try:
        yours = _row("yours", params, _result(params, batches, loss_and_grads, optimizer, "yours"), ours)
    except Exception as error:  # a learner's function may do anything
        yours = Row("yours", {}, "yours", f"{type(error).__name__}: {error}"[:70])
    return Parity([yours, *(_row(name, params, result, ours) for name, result in ask().items())])


def _result(
    params: Params, batches: list, loss_and_grads: Callable, optimizer: Optimizer, source: str
) -> LibraryResult:
    first, state = None, optimizer.init(params)
    for images, labels in batches:
        loss, grads = loss_and_grads(params, images, labels)
        first = first or (float(loss), as_params(grads).flat.copy())
        params, state = optimizer.update(params, grads, state)
    return LibraryResult(*first, as_params(params).flat, source)


def _row(who: str, params: Params, result: LibraryResult, ours: LibraryResult) -> Row:
    found = {"loss": _difference(result.loss, ours.loss)}
    pairs = zip(params.like(np.array(result.grads, float)), params.like(np.array(ours.grads, float)))
    for number, (theirs, mlpkits) in enumerate(pairs, 1):
        found[f"dW{number}"] = _difference(theirs.weights, mlpkits.weights)
        found[f"db{number}"] = _difference(theirs.bias, mlpkits.bias)
    found[f"{STEPS} Adam steps"] = _difference(result.after, ours.after)
    return Row(who, found, result.source)


def _difference(a: np.ndarray | float, b: np.ndarray | float) -> float:
    """|a - b| / |b|; NaN counts as far apart."""
    far = float(np.linalg.norm(np.subtract(a, b)) / max(np.linalg.norm(b), 1e-300))
    return far if np.isfinite(far) else np.inf
