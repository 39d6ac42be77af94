"""A session: the current run, the archived runs, and what start, pause, stop, reset and fork do to them.

It trains in a task. It calls `changed` and `ticked` for whoever shows it; `finished` waits for the end.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import numpy as np

from ...core._validation import check_count
from ...core.history import History
from ..hearing import hearing
from ..task import SlicedTask
from .controls import Settings
from .runs import Setup, TrainingRun

KEPT = 8  # archived runs; beyond these the oldest is dropped
BUNDLE = 0.01  # seconds of steps taken in one go: to ask all round after each costs 2 % of training
OVER = ("stopped", "finished", "error")


class Session:
    """What a training deck does, without the page that shows it.

    setup: Setup
    settings: Settings to begin with
    snapshot_bytes: int, bound for the snapshots of all runs together
    changed: (archived: bool) -> None, called when something other than the steps has changed
    ticked: () -> None, called every few steps while training goes on

    `run` is the current TrainingRun, `archived_runs` holds the earlier ones;
    `status` is ready, running, paused, stopped, finished or error.
    """

    def __init__(
        self,
        setup: Setup,
        settings: Settings,
        snapshot_bytes: int,
        changed: Callable[[bool], None] = lambda archived: None,
        ticked: Callable[[], None] = lambda: None,
    ) -> None:
        check_count("snapshot_bytes", snapshot_bytes, 1)
        check_count("batch_size", settings.batch_size, 1)
        self._bytes, self._runs_made, self._changed = snapshot_bytes, 1, changed
        self.archived_runs: list[TrainingRun] = []
        self.run = TrainingRun(setup, settings, 1, snapshot_bytes)
        self.status = "ready"
        self._task = SlicedTask(self._work, ticked, self._task_ended)
        self._waiting: list[asyncio.Future] = []
        self._seconds, self._since = 0.0, None  # time spent training, and since when it has been going on now
        self._pace_from = (0, 0.0)

    @property
    def runs(self) -> dict[str, History]:
        """Every run that has taken a step, by name: the archived ones, then the current one."""
        return {run.name: run.history for run in [*self.archived_runs, self.run] if len(run.history)}

    @property
    def awaited(self) -> bool:
        """Whether a cell waits for the end."""
        return bool(self._waiting)

    @property
    def seconds(self) -> float:
        """Time spent on the current run."""
        return self._seconds + (0.0 if self._since is None else time.perf_counter() - self._since)

    @property
    def seconds_left(self) -> float | None:
        """Time that the rest of the run will take at the present pace; None when nothing is known of it."""
        steps = self.run.number - self._pace_from[0]
        if self.status != "running" or steps < 1:
            return None
        return (self.run.total - self.run.number) * (self.seconds - self._pace_from[1]) / steps

    def summary(self) -> str:
        """How far training has come, in one sentence."""
        if not len(self.run.history):
            return "Nothing has been trained yet."
        valid = self.run.history.column("valid_accuracy")
        valid = valid[np.isfinite(valid)]
        seen = f"; validation accuracy ≈ {100 * valid[-1]:.1f} %" if len(valid) else ""
        return f"{self.run.number:,} of {self.run.total:,} steps{seen}."

    def start(self) -> None:
        """Train, or go on training, until all epochs are done."""
        if self.status == "running":
            return
        if self.run.done:
            self._settle("finished")
            return
        self._task.start()
        self.status, self.run.error = "running", None
        self._since = time.perf_counter()
        self._pace_from = (self.run.number, self._seconds)
        self._changed(False)

    def pause(self) -> None:
        """Stop for a while: who awaits `finished` goes on waiting."""
        self._halt("paused")

    def stop(self) -> None:
        """Stop: who awaits `finished` goes on. `start` would continue."""
        self._halt("stopped")

    def step(self) -> None:
        """Take one step, and pause."""
        if self.status == "running" or self.run.done:
            return
        self.run.error = None
        try:
            self.run.advance()
        except Exception as error:
            self.run.error = error
        self._settle("error" if self.run.error else "finished" if self.run.done else "paused")

    def reset(self) -> None:
        """Archive the run and begin again: same initial weights, present settings."""
        self._begin(TrainingRun(self.run.setup, self.run.settings, self._next_key(), self._make_room()))

    def fork(self, step: int) -> None:
        """Archive the run, and branch off from the nearest step kept, with the present settings.

        step: int
        """
        forked = self.run.fork(step, self.run.settings, self._next_key())
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
        wanted = {"learning_rate": learning_rate, "momentum": momentum, "batch_size": batch_size}
        wanted = {name: value for name, value in wanted.items() if value is not None}
        for name in wanted:
            if getattr(self.run.settings, name) is None:
                raise ValueError(f"this optimiser has no {name} to change: pass optimizer=adam, or sgd")
        if batch_size is not None:
            check_count("batch_size", batch_size, 1)
        self.run.change(self.run.settings._replace(**wanted))
        self._changed(False)

    def rename(self, key: int, name: str) -> None:
        """Give a run another name, unless that is empty or taken.

        key: int, of the run; name: str, 40 letters at most count
        """
        name, runs = " ".join(name.split())[:40], [*self.archived_runs, self.run]
        for run in runs:
            if run.key == key and name and name not in [other.name for other in runs]:
                run.name = name

    def drop(self, key: int) -> None:
        """Throw an archived run away.

        key: int, of the run
        """
        self.archived_runs = [run for run in self.archived_runs if run.key != key]

    def forget(self) -> None:
        """Let go of all snapshots but the first and the latest of each run; the curves stay."""
        for run in [*self.archived_runs, self.run]:
            run.history.shrink(1)

    async def finished(self) -> None:
        """Wait until training has ended; starts a run that nobody has started.

        raises: the error that ended training, if one did
        """
        if self.status == "ready":
            self.start()
        if self.status not in OVER:
            over = asyncio.get_running_loop().create_future()
            self._waiting.append(over)
            self._changed(False)
            try:
                with hearing():
                    await over
            except asyncio.CancelledError:  # the notebook's stop button
                self.stop()
                raise
        if self.run.error is not None:
            raise self.run.error

    def _work(self) -> bool:
        return self.run.advance(time.perf_counter() + BUNDLE) is not None and not self.run.done

    def _halt(self, status: str) -> None:
        if self.status in ("running", "paused"):
            self._task.stop()
            self._settle(status)

    def _task_ended(self, error: BaseException | None) -> None:
        if self.status != "running":
            return  # it was told to stop, and that has been dealt with
        if isinstance(error, Exception):
            self.run.error = error
            self._settle("error")
        else:  # all is done, or the kernel was interrupted
            self._settle("finished" if self.run.done else "stopped")

    def _settle(self, status: str) -> None:
        """Come to rest in a state, and let go on who waited for the end."""
        self._seconds, self._since = self.seconds, None
        self.status = status
        waiting = self._waiting if status in OVER else []
        self._waiting = [future for future in self._waiting if future not in waiting]
        for future in waiting:
            if not future.done():
                future.set_result(None)
        self._changed(False)

    def _begin(self, run: TrainingRun) -> None:
        """Make another run the current one; who waits for the end now waits for this one's."""
        self._task.stop()
        self.run, self._seconds, self._since = run, 0.0, None
        self.status = "finished" if run.done else "paused" if run.number else "ready"
        self._changed(True)

    def _make_room(self) -> int:
        """Archive the current run. Archived runs share half the memory, the next run gets the other half."""
        if len(self.run.history):
            self.archived_runs = [*self.archived_runs, self.run][-KEPT:]
        if not self.archived_runs:
            return self._bytes
        for run in self.archived_runs:
            run.history.shrink(max(1, self._bytes // 2 // len(self.archived_runs)))
        return max(1, self._bytes // 2)

    def _next_key(self) -> int:
        self._runs_made += 1
        return self._runs_made
