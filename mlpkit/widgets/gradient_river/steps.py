"""One batch on its way through a network and back, taken apart into single operations.

Every operation knows its rule, the arrays it reads and the array it makes, and works one number out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.activations import Activation
from .arrays import Array, Places, number

TERMS = 4  # products of a sum that are written out

AHEAD = {"relu": "Where z is above 0, the gate is open and z passes. Elsewhere it is closed: relu gives 0."}
BACK = {"relu": "An open gate passes the gradient unchanged. A closed gate makes it 0."}


class Operation(NamedTuple):
    """One operation, forward or back.

    makes: str, the array that it computes
    back: bool, whether it belongs to the backward pass
    rule: str, its formula
    words: str, the same in words
    terms: list of (name of an array, the part that the example uses) and of signs between them
    example: str, one number of the result, worked out
    """

    makes: str
    back: bool
    rule: str
    words: str
    terms: list
    example: str


class Writer:
    """Writes the operations of one batch down.

    found: {name: Array}; places: {axis: Places}
    layers: int, how many (weights, bias) there are
    activation: the one between the layers; labels: (batch,) int
    """

    def __init__(
        self,
        found: dict[str, Array],
        places: dict,
        activation: Activation,
        labels: np.ndarray,
    ) -> None:
        self.found, self.places, self.bend, self.labels = found, places, activation, labels
        self.layers = sum(name.startswith("W") and name[-1] != "ᵀ" for name in found)

    def all(self) -> list[Operation]:
        """The operations in the order in which they are done."""
        layers = range(1, self.layers + 1)
        ahead = [operation for k in layers for operation in self._layer(k)]
        home = [operation for k in reversed(layers) for operation in self._layer_back(k)]
        return [*ahead, self._softmax(), self._loss(), self._dlogits(), *home]

    def _layer(self, k: int) -> list[Operation]:
        a, w, b, z = _entered(k), f"W{k}", f"b{k}", f"z{k}"
        made = Operation(
            z,
            False,
            f"{z} = {a} {w} + {b}",
            "Each row times each column of the weights, plus the bias. A unit adds up its weighted inputs.",
            [(a, "row"), "@", (w, "column"), "+", (b, "cell"), "=", (z, "cell")],
            f"{self._cell(z)} = {self._dot(a, w)} + {self._factor(b)} = {self._value(z)}",
        )
        return [made] if k == self.layers else [made, self._activation(k)]

    def _activation(self, k: int) -> Operation:
        z, a, name = f"z{k}", f"a{k}", self.bend.name
        return Operation(
            a,
            False,
            f"{a} = {name}({z})",
            AHEAD.get(name, f"{name} is applied to every number by itself."),
            [name, (z, "cell"), "=", (a, "cell")],
            f"{self._cell(a)} = {name}({self._value(z)}) = {self._value(a)}",
        )

    def _softmax(self) -> Operation:
        z = f"z{self.layers}"
        row = self.found[z].values[self.places["batch"].hero]
        powers = _sum([f"e^{_bracketed(value)}" for value in row])
        return Operation(
            "p",
            False,
            f"p = softmax({z})",
            "Powers of e, divided by their sum: each row becomes probabilities that sum to 1.",
            ["softmax", (z, "row"), "=", ("p", "cell")],
            f"{self._cell('p')} = e^{self._factor(z)} / ({powers}) = {self._value('p')}",
        )

    def _loss(self) -> Operation:
        p, n = self.found["p"].values, len(self.labels)
        logs = "".join(f" − log {number(p[i, label])}" for i, label in enumerate(self.labels[:TERMS]))
        more = " − …" if n > TERMS else ""
        return Operation(
            "loss",
            False,
            "loss = mean of −log p[true class]",
            "Only the probability of the true class counts. One number says how wrong the network is.",
            ["mean −log", ("p", "true"), "where", ("y", "true"), "=", ("loss", "cell")],
            f"loss = ({logs.strip()}{more}) / {n} = {self._value('loss')}",
        )

    def _dlogits(self) -> Operation:
        dz, n = f"dz{self.layers}", len(self.labels)
        return Operation(
            dz,
            True,
            f"{dz} = (p − y) / {n}",
            "Softmax and logarithm together: the probability minus the truth. Each row sums to 0.",
            ["(", ("p", "cell"), "−", ("y", "cell"), f") / {n} =", (dz, "cell")],
            f"{self._cell(dz)} = ({self._value('p')} − {self._value('y')}) / {n} = {self._value(dz)}",
        )

    def _layer_back(self, k: int) -> list[Operation]:
        found = [self._dweights(k), self._dbias(k)]
        return found if k == 1 else [*found, self._dinputs(k), self._dactivation(k - 1)]

    def _dweights(self, k: int) -> Operation:
        at, dz, dw = f"{_entered(k)}ᵀ", f"dz{k}", f"dW{k}"
        return Operation(
            dw,
            True,
            f"{dw} = {at} {dz}",
            "The input times the gradient that comes back, summed over the examples.",
            [(at, "row"), "@", (dz, "column"), "=", (dw, "cell")],
            f"{self._cell(dw)} = {self._dot(at, dz)} = {self._value(dw)}",
        )

    def _dbias(self, k: int) -> Operation:
        dz, db = f"dz{k}", f"db{k}"
        column = self.found[dz].values[:, self.places[k].hero]
        return Operation(
            db,
            True,
            f"{db} = sum of the rows of {dz}",
            "The same bias was added to every example, so the gradients of all examples are summed.",
            ["sum of the rows of", (dz, "column"), "=", (db, "cell")],
            f"{self._cell(db)} = {_sum([_bracketed(value) for value in column])} = {self._value(db)}",
        )

    def _dinputs(self, k: int) -> Operation:
        dz, wt, da = f"dz{k}", f"W{k}ᵀ", f"da{k - 1}"
        return Operation(
            da,
            True,
            f"{da} = {dz} {wt}",
            "The gradient goes back through the same weights, transposed.",
            [(dz, "row"), "@", (wt, "column"), "=", (da, "cell")],
            f"{self._cell(da)} = {self._dot(dz, wt)} = {self._value(da)}",
        )

    def _dactivation(self, k: int) -> Operation:
        da, slope, dz, name = f"da{k}", f"slope{k}", f"dz{k}", self.bend.name
        return Operation(
            dz,
            True,
            f"{dz} = {da} · {name}′(z{k})",
            BACK.get(name, f"Each gradient is multiplied by the slope of {name} at its input."),
            [(da, "cell"), "·", (slope, "cell"), "=", (dz, "cell")],
            f"{self._cell(dz)} = {self._factor(da)} · {self._factor(slope)} = {self._value(dz)}",
        )

    def _heroes(self, name: str) -> tuple[int, int]:
        rows, columns = (self.places[axis] for axis in self.found[name].axes)
        return rows.hero, columns.hero

    def _cell(self, name: str) -> str:
        row, column = self._heroes(name)
        return f"{name}[{column}]" if len(self.found[name].shape) == 1 else f"{name}[{row}, {column}]"

    def _value(self, name: str) -> str:
        return number(self.found[name].values[self._heroes(name)])

    def _factor(self, name: str) -> str:
        return _bracketed(self.found[name].values[self._heroes(name)])

    def _dot(self, left: str, right: str) -> str:
        """One cell of a matrix product, term by term; of a long sum the largest inputs come first."""
        one, two = self.found[left], self.found[right]
        shown: Places = self.places[one.axes[1]]
        rest = np.setdiff1d(np.arange(one.values.shape[1]), shown.shown)
        row, column = one.values[self._heroes(left)[0]], two.values[:, self._heroes(right)[1]]
        pairs = [(row[i], column[i]) for i in (*shown.shown, *rest)]
        return _sum([f"{_bracketed(p)} · {_bracketed(q)}" for p, q in pairs])


def _entered(k: int) -> str:
    return "x" if k == 1 else f"a{k - 1}"


def _sum(parts: list[str]) -> str:
    return " + ".join(parts[:TERMS]) + (" + …" if len(parts) > TERMS else "")


def _bracketed(value: float) -> str:
    text = number(value)
    return f"({text})" if text.startswith("−") else text
