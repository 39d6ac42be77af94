"""The record of a run: one row of numbers for every step, and snapshots of the network to go back to.

Every figure and every widget reads a History and nothing else.
"""

from __future__ import annotations

import bisect
import contextlib
import csv
import io
import math
import os
import struct
import time
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .._files import write
from ._validation import check_count
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
NOT_MEASURED = (math.nan, math.nan)
ROW = struct.Struct(f"{len(COLUMNS)}d")  # packs a whole row or, when something in it is no number, nothing


class Snapshot(NamedTuple):
    """A network as it stood after a step, with all that is needed to go on from there.

    step: int; epoch: int
    params: Params; state: the optimiser's state

    >>> Snapshot(10, 0, Params([(np.ones((3, 2)), np.zeros(2))]), None).step
    10
    """

    step: int
    epoch: int
    params: Params
    state: Any


class History:
    """All the numbers of a run, and as many snapshots as fit into a bound.

    snapshot_bytes: int, memory for snapshots (64 MB unless told). When it is full every second one is
        dropped, so that those kept stay evenly spread; the first and the latest are always kept, even if
        the two alone take more. Rows are never dropped.
    steps: int, how many are to come, if that is known: snapshots are then spread from the beginning as they
        would be at the end, for every one that is kept only to be dropped makes training a little slower
    raises: TypeError or ValueError when the bound is not a whole number of at least 1

    >>> from mlpkit import Examples, init_params, sgd, train
    >>> rng = np.random.default_rng(0)
    >>> examples = Examples(rng.random((100, 4)), np.arange(100) % 3)
    >>> steps = train(init_params([4, 3], rng=rng), examples, optimizer=sgd(0.1), epochs=2, rng=rng)
    >>> history = History().extend(steps)
    >>> len(history), history.column("epoch").tolist(), history.at(3).step
    (4, [0, 0, 1, 1], 3)
    """

    def __init__(self, snapshot_bytes: int = SNAPSHOT_BYTES, *, steps: int = 0) -> None:
        self.snapshot_bytes = check_count("snapshot_bytes", snapshot_bytes, 1)
        self._expected = check_count("steps", steps, 0)
        self._numbers = array("d")  # row after row: it grows at half of what writing into NumPy's rows costs
        self._last = -math.inf  # the number of the last step
        self._snapshots: list[Snapshot] = []
        self._every = 1
        self._began: float | None = None

    def __len__(self) -> int:
        return len(self._numbers) // len(COLUMNS)

    def __repr__(self) -> str:
        if not self:
            return "History(empty)"
        loss = self.column("loss")[-1]
        return f"History({len(self):,} steps, loss {loss:.4f}, {len(self._snapshots)} snapshots)"

    def append(self, step: Step) -> None:
        """Add one step.

        step: Step; its numbers become a row, and the network a snapshot if its turn has come
        raises: TypeError when it is not a Step, or holds something else than numbers; ValueError when its
            number does not rise. Nothing is added then
        """
        if not isinstance(step, Step):
            raise TypeError(f"{type(step).__name__} is not a Step: pass what train(...) yields")
        if step.number <= self._last:
            raise ValueError(
                f"step {step.number} comes after step {self._last}: "
                "the numbers of a run must rise; use a new History for a new run"
            )
        now = time.perf_counter()
        began = now if self._began is None else self._began
        valid = NOT_MEASURED if step.valid is None else step.valid
        try:
            row = ROW.pack(*step[:5], *valid, now - began)
        except (struct.error, TypeError) as error:
            raise TypeError(
                f"step {step.number!r} cannot be recorded ({error}): expected {', '.join(Step._fields[:5])} "
                "that are numbers, and for valid None or Metrics(loss, accuracy)"
            ) from None
        self._began, self._last = began, step.number
        self._numbers.frombytes(row)
        self._keep(Snapshot(step.number, step.epoch, step.params, step.state))

    def extend(self, steps: Iterable[Step]) -> History:
        """Add every step as it comes, to the end of training or until it is interrupted.

        steps: iterable of Step, for instance train(...)
        returns: this History, also when it is interrupted: `history = History().extend(...)` loses nothing
        """
        # `train` ends by itself when it is interrupted; but the key may be pressed between two steps.
        with contextlib.suppress(KeyboardInterrupt):
            for step in steps:
                self.append(step)
        return self

    @property
    def rows(self) -> np.ndarray:
        """(steps, columns) float64, in the order of `COLUMNS`; not to be written to."""
        rows = np.array(self._numbers).reshape(-1, len(COLUMNS))
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
        values = self.rows[:, COLUMNS.index(name)].copy()
        return values.astype(int) if name in ("step", "epoch") else values

    @property
    def snapshots(self) -> list[Snapshot]:
        """The snapshots that are kept, in order."""
        return list(self._snapshots)

    def at(self, step: int) -> Snapshot:
        """The nearest kept snapshot at or before a step; its `.step` says which one it is.

        step: int
        returns: Snapshot(step, epoch, params, state)
        raises: ValueError when nothing was recorded at or before that step
        """
        after = bisect.bisect_right(self._snapshots, step, key=lambda snapshot: snapshot.step)
        if not after:
            first = f"the first is step {self._snapshots[0].step}" if self else "nothing is recorded yet"
            raise ValueError(f"no snapshot at or before step {step}: {first}")
        return self._snapshots[after - 1]

    def shrink(self, snapshot_bytes: int) -> None:
        """Lower the bound for snapshots, and drop what no longer fits.

        snapshot_bytes: int, the new bound
        """
        self.snapshot_bytes = check_count("snapshot_bytes", snapshot_bytes, 1)
        if self:
            self._thin(max(2, self.snapshot_bytes // _bytes(self._snapshots[-1])))

    def until(self, step: int) -> History:
        """The beginning of this run as a History of its own, for another run to branch off from.

        step: int, the last step to take over
        returns: History with the rows and snapshots up to that step; the networks themselves are shared
        """
        other = History(self.snapshot_bytes)
        rows = self.rows
        rows = rows[: np.searchsorted(rows[:, 0], step, side="right")]
        other._numbers.frombytes(rows.tobytes())
        other._snapshots = [kept for kept in self._snapshots if kept.step <= step]
        other._every = self._every
        if other:  # its clock goes on from its last row
            other._last = int(rows[-1, 0])
            other._began = time.perf_counter() - rows[-1, -1]
        return other

    def to_csv(self, path: str | os.PathLike) -> None:
        """Write every row to a CSV file with a line of names; what is not a number is left empty.

        path: file name
        raises: OSError when it cannot be written; then an older file is as it was
        """
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        for row in self.rows.tolist():
            numbers = [int(row[0]), int(row[1]), *row[2:]]
            writer.writerow("" if math.isnan(number) else number for number in numbers)
        if not Path(path).absolute().parent.is_dir():
            raise FileNotFoundError(f"there is no folder {Path(path).parent}: make it, or name another")
        write(Path(path), text.getvalue().encode())

    def _keep(self, snapshot: Snapshot) -> None:
        """Keep every n-th snapshot, the first and the latest; double n when the bound is reached."""
        kept = self._snapshots
        if len(kept) > 1 and kept[-1].step % self._every:
            kept[-1] = snapshot  # that one was kept only for being the latest
            return
        room = max(2, self.snapshot_bytes // _bytes(snapshot))
        while not kept and self._expected // self._every + 2 > max(3, room):
            self._every *= 2
        kept.append(snapshot)
        self._thin(room)

    def _thin(self, room: int) -> None:
        kept = self._snapshots
        while len(kept) > room:
            self._every *= 2
            kept[1:-1] = [middle for middle in kept[1:-1] if middle.step % self._every == 0]


def _bytes(value: Any) -> int:
    """Memory that a snapshot, or whatever an optimiser's state holds, takes up: rather a little too much."""
    if isinstance(value, Params):
        return value.flat.nbytes + 300 + 400 * len(value)  # and its arrays' own objects, two a layer
    if isinstance(value, np.ndarray):
        return value.nbytes + 150
    if isinstance(value, dict):
        value = list(value.values())
    return 100 + sum(_bytes(part) for part in value) if isinstance(value, (tuple, list)) else 50
