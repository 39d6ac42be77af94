"""A session: one run in hand, others on the shelf, and what start, pause, stop, reset and fork do to them.

It trains through the pump; whoever shows it is told by `changed`, and whoever awaits it by `finished`.
"""

from __future__ import annotations

import asyncio
import time

import numpy as np

from ...core._validation import check_count
from ...core.history import History
from ...core.params import Params
from ..task import Pump
from .controls import Settings
from .runs import Run, Setup

KEPT = 8  # runs on the shelf; beyond these the oldest goes
BUNDLE = 0.01  # seconds of steps taken in one go: to ask all round after each costs 2 % of training
OVER = ("stopped", "finished", "error")


class Session:
    """What a training deck does, without the page that shows it.

    setup: Setup
    settings: Settings to begin with
    snapshot_bytes: int, bound for the snapshots of all runs together
    """

    def __init__(self, setup: Setup, settings: Settings, snapshot_bytes: int) -> None:
        check_count("snapshot_bytes", snapshot_bytes, 1)
        check_count("batch_size", settings.batch_size, 1)
        self._bytes, self._runs_made = snapshot_bytes, 1
        self._shelf: list[Run] = []
        self._run = Run(setup, settings, 1, snapshot_bytes)
        self._status = "ready"
        self._error: BaseException | None = None
        self._pump = Pump(self._work, self.ticked, self._pump_ended)
        self._waiting: list[asyncio.Future] = []
        self._seconds, self._since = 0.0, None  # time spent training, and since when it has been going on now
        self._pace_from = (0, 0.0)

    def changed(self, shelf: bool = False) -> None:
        """Called when something else than the steps has changed.

        shelf: bool, whether the runs on the shelf have
        """

    def ticked(self) -> None:
        """Called every few steps while training goes on."""

    @property
    def history(self) -> History:
        """The History of the current run."""
        return self._run.history

    @property
    def runs(self) -> dict[str, History]:
        """Every run that has taken a step, by name: those on the shelf, then the current one."""
        return {run.name: run.history for run in [*self._shelf, self._run] if len(run.history)}

    @property
    def params(self) -> Params:
        """The network as it is now."""
        return self._run.now.params

    @property
    def settings(self) -> Settings:
        """Learning rate, momentum and batch size of the next step."""
        return self._run.settings

    @property
    def status(self) -> str:
        """ready, running, paused, stopped, finished or error."""
        return self._status

    @property
    def seconds(self) -> float:
        """Time spent on the current run."""
        return self._seconds + (0.0 if self._since is None else time.perf_counter() - self._since)

    @property
    def seconds_left(self) -> float | None:
        """Time that the rest of the run will take at the present pace; None when nothing is known of it."""
        steps = self._run.number - self._pace_from[0]
        if self._status != "running" or steps < 1:
            return None
        return (self._run.total - self._run.number) * (self.seconds - self._pace_from[1]) / steps

    def summary(self) -> str:
        """How far training has come, in one sentence."""
        if not len(self.history):
            return "Nothing has been trained yet."
        valid = self.history.column("valid_accuracy")
        valid = valid[np.isfinite(valid)]
        seen = f"; validation accuracy ≈ {100 * valid[-1]:.1f} %" if len(valid) else ""
        return f"{self._run.number:,} of {self._run.total:,} steps{seen}."

    def start(self) -> None:
        """Train, or go on training, until all epochs are done."""
        if self._status == "running":
            return
        if self._run.done:
            self._settle("finished")
            return
        self._pump.start()
        self._status, self._error = "running", None
        self._since = time.perf_counter()
        self._pace_from = (self._run.number, self._seconds)
        self.changed()

    def pause(self) -> None:
        """Stop for a while: who awaits `finished` goes on waiting."""
        self._halt("paused")

    def stop(self) -> None:
        """Stop: who awaits `finished` goes on. `start` would continue."""
        self._halt("stopped")

    def step(self) -> None:
        """Take one step, and pause."""
        if self._status == "running" or self._run.done:
            return
        self._error = None
        try:
            self._run.advance()
        except Exception as error:
            self._error = error
        self._settle("error" if self._error else "finished" if self._run.done else "paused")

    def reset(self) -> None:
        """Lay the run on the shelf and begin again: same initial weights, present settings."""
        self._begin(Run(self._run.setup, self._run.settings, self._next_key(), self._make_room()))

    def fork(self, step: int) -> None:
        """Lay the run on the shelf, and branch off from the nearest step kept, with the present settings.

        step: int
        """
        forked = self._run.fork(step, self._run.settings, self._next_key())
        forked.history.shrink(self._make_room())
        self._begin(forked)

    def change(
        self,
        *,
        learning_rate: float | None = None,
        momentum: float | None = None,
        batch_size: int | None = None,
    ) -> None:
        """Change settings: they act on the next step. A new batch size begins a new pass over the images.

        learning_rate: float > 0; momentum: float in [0, 1); batch_size: int >= 1; None leaves one as it is
        raises: ValueError or TypeError when they cannot be
        """
        given = {"learning_rate": learning_rate, "momentum": momentum, "batch_size": batch_size}
        given = {name: value for name, value in given.items() if value is not None}
        for name in given:
            if getattr(self._run.settings, name) is None:
                raise ValueError(f"this optimiser has no {name} to change: pass optimizer=adam, or sgd")
        if batch_size is not None:
            check_count("batch_size", batch_size, 1)
        self._run.change(self._run.settings._replace(**given))
        self.changed()

    def rename(self, key: int, name: str) -> None:
        """Give a run another name, unless that is empty or taken.

        key: int, of the run; name: str, 40 letters at most count
        """
        name, runs = " ".join(name.split())[:40], [*self._shelf, self._run]
        for run in runs:
            if run.key == key and name and name not in [other.name for other in runs]:
                run.name = name

    def forget(self) -> None:
        """Let go of all snapshots but the first and the latest of each run; the curves stay."""
        for run in [*self._shelf, self._run]:
            run.history.shrink(1)

    async def finished(self) -> None:
        """Wait until training has ended; starts a run that nobody has started.

        raises: the error that ended training, if one did
        """
        if self._status == "ready":
            self.start()
        if self._status not in OVER:
            over = asyncio.get_running_loop().create_future()
            self._waiting.append(over)
            try:
                await over
            except asyncio.CancelledError:  # the notebook's stop button
                self.stop()
                raise
        if self._error is not None:
            raise self._error

    def _work(self) -> bool:
        return self._run.advance(time.perf_counter() + BUNDLE) is not None and not self._run.done

    def _halt(self, status: str) -> None:
        if self._status in ("running", "paused"):
            self._pump.stop()
            self._settle(status)

    def _pump_ended(self, error: BaseException | None) -> None:
        if self._status != "running":
            return  # it was told to stop, and that has been dealt with
        if isinstance(error, Exception):
            self._error = error
            self._settle("error")
        else:  # all is done, or the kernel was interrupted
            self._settle("finished" if self._run.done else "stopped")

    def _settle(self, status: str) -> None:
        """Come to rest in a state, and let go on who waited for the end."""
        self._seconds, self._since = self.seconds, None
        self._status = status
        waiting = self._waiting if status in OVER else []
        self._waiting = [future for future in self._waiting if future not in waiting]
        for future in waiting:
            if not future.done():
                future.set_result(None)
        self.changed()

    def _begin(self, run: Run) -> None:
        """Take another run in hand; who waits for the end now waits for this one's."""
        self._pump.stop()
        self._run, self._error, self._seconds, self._since = run, None, 0.0, None
        self._status = "finished" if run.done else "paused" if run.number else "ready"
        self.changed(shelf=True)

    def _make_room(self) -> int:
        """Lay the current run on the shelf; the shelf shares half the memory, the next run gets the other."""
        if len(self.history):
            self._shelf = [*self._shelf, self._run][-KEPT:]
        if not self._shelf:
            return self._bytes
        for run in self._shelf:
            run.history.shrink(max(1, self._bytes // 2 // len(self._shelf)))
        return max(1, self._bytes // 2)

    def _next_key(self) -> int:
        self._runs_made += 1
        return self._runs_made
