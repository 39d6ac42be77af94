"""The record of a run: one row of numbers for every step, and snapshots of the network to go back to.

Every figure and every widget reads a History and nothing else.
"""

from __future__ import annotations

import csv
import math
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .params import Params
from .training import Step

COLUMNS = (
    "step",
    "epoch",
    "loss",
    "accuracy",
    "learning_rate",
    "valid_loss",
    "valid_accuracy",
    "seconds",
)
SNAPSHOT_BYTES = 64_000_000


class Snapshot(NamedTuple):
    """A network as it stood after a step, with all that is needed to go on from there.

    step: int; epoch: int
    params: Params; state: the optimiser's state
    """

    step: int
    epoch: int
    params: Params
    state: Any


class History:
    """All the numbers of a run, and as many snapshots as fit into a bound.

    snapshot_bytes: int, memory for snapshots (64 MB unless told). When it is full every second one is
        dropped, so that those kept stay evenly spread; the first and the latest are always kept. Rows are
        never dropped.
    raises: TypeError or ValueError when the bound is not a whole number of at least 1
    """

    def __init__(self, snapshot_bytes: int = SNAPSHOT_BYTES) -> None:
        if isinstance(snapshot_bytes, bool) or not isinstance(snapshot_bytes, int):
            raise TypeError(f"snapshot_bytes is {snapshot_bytes!r}: expected a whole number of bytes")
        if snapshot_bytes < 1:
            raise ValueError(f"snapshot_bytes is {snapshot_bytes}: expected at least 1")
        self.snapshot_bytes = snapshot_bytes
        self._rows = np.empty((256, len(COLUMNS)))
        self._length = 0
        self._snapshots: dict[int, Snapshot] = {}
        self._every = 1
        self._began: float | None = None

    def __len__(self) -> int:
        return self._length

    def __repr__(self) -> str:
        if not self:
            return "History(empty)"
        loss = self.column("loss")[-1]
        return f"History({len(self):,} steps, loss {loss:.4f}, {len(self._snapshots)} snapshots)"

    def append(self, step: Step) -> None:
        """Add one step.

        step: Step; its numbers become a row, and the network a snapshot if its turn has come
        raises: TypeError when it is not a Step; ValueError when its number does not rise
        """
        if not isinstance(step, Step):
            raise TypeError(f"{type(step).__name__} is not a Step: pass what train(...) yields")
        if self and step.number <= self._rows[self._length - 1, 0]:
            raise ValueError(
                f"step {step.number} comes after step {int(self._rows[self._length - 1, 0])}: "
                "the numbers of a run must rise; use a new History for a new run"
            )
        now = time.perf_counter()
        self._began = now if self._began is None else self._began
        if self._length == len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        valid = (math.nan, math.nan) if step.valid is None else step.valid
        self._rows[self._length] = (*step[:5], *valid, now - self._began)
        self._length += 1
        self._keep(Snapshot(step.number, step.epoch, step.params, step.state))

    def extend(self, steps: Iterable[Step]) -> History:
        """Add every step as it comes, to the end of training or until it is interrupted.

        steps: iterable of Step, for instance train(...)
        returns: this History
        """
        for step in steps:
            self.append(step)
        return self

    @property
    def rows(self) -> np.ndarray:
        """(steps, columns) float64, in the order of `COLUMNS`; not to be written to."""
        rows = self._rows[: self._length]
        rows.flags.writeable = False
        return rows

    def column(self, name: str) -> np.ndarray:
        """One number for each step.

        name: "step", "epoch", "loss", "accuracy", "learning_rate", "valid_loss", "valid_accuracy" (NaN but at
            the end of an epoch) or "seconds" (since the first step; a machine's own, never twice the same)
        returns: (steps,) float64; step and epoch are int
        raises: ValueError for another name
        """
        if name not in COLUMNS:
            raise ValueError(f"there is no column {name!r}: the columns are {', '.join(COLUMNS)}")
        values = self._rows[: self._length, COLUMNS.index(name)].copy()
        return values.astype(int) if name in ("step", "epoch") else values

    @property
    def snapshots(self) -> list[Snapshot]:
        """The snapshots that are kept, in order."""
        return [self._snapshots[number] for number in sorted(self._snapshots)]

    def at(self, step: int) -> Snapshot:
        """The nearest kept snapshot at or before a step; its `.step` says which one it is.

        step: int
        returns: Snapshot(step, epoch, params, state)
        raises: ValueError when nothing was recorded at or before that step
        """
        kept = [number for number in self._snapshots if number <= step]
        if not kept:
            first = (
                f"the first is step {min(self._snapshots)}" if self._snapshots else "nothing is recorded yet"
            )
            raise ValueError(f"no snapshot at or before step {step}: {first}")
        return self._snapshots[max(kept)]

    def to_csv(self, path: str | os.PathLike) -> None:
        """Write every row to a CSV file with a line of names; what is not a number is left empty.

        path: file name
        raises: OSError when it cannot be written
        """
        with Path(path).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for row in self._rows[: self._length].tolist():
                numbers = [int(row[0]), int(row[1]), *row[2:]]
                writer.writerow("" if math.isnan(number) else number for number in numbers)

    def _keep(self, snapshot: Snapshot) -> None:
        """Keep every n-th snapshot and the latest; double n when the bound is reached."""
        numbers = list(self._snapshots)
        if len(numbers) > 1 and not self._is_kept(numbers[-1]):
            del self._snapshots[numbers[-1]]  # it was kept only for being the latest
        self._snapshots[snapshot.step] = snapshot
        room = max(2, self.snapshot_bytes // max(1, _bytes(snapshot)))
        while len(self._snapshots) > room:
            self._every *= 2
            first, *_, latest = self._snapshots
            self._snapshots = {
                number: kept
                for number, kept in self._snapshots.items()
                if number in (first, latest) or self._is_kept(number)
            }

    def _is_kept(self, number: int) -> bool:
        return number % self._every == 0


def _bytes(snapshot: Snapshot) -> int:
    """Memory that a snapshot holds on to: its parameters and the optimiser's arrays."""
    state = snapshot.state if isinstance(snapshot.state, tuple) else ()
    return sum(part.flat.nbytes for part in (snapshot.params, *state) if isinstance(part, Params))
