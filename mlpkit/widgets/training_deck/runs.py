"""Runs: training that can stop, go on, change its settings, and branch off from any step that was kept.

Nothing here knows of a browser: the training deck shows these runs, and tests take them step by step.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from ...core._validation import check_count
from ...core.data import Dataset, Examples
from ...core.history import History, Snapshot
from ...core.optimizers import Optimizer
from ...core.params import Params
from ...core.training import Step, train
from .controls import Settings


class Setup(NamedTuple):
    """What all runs of a deck share.

    params: Params they start from; data: Dataset or Examples; epochs: int
    build: Settings -> Optimizer
    rng: np.random.Generator, copied for every run, so that all see the examples in the same order
    loss_and_grads: as in `train`
    """

    params: Params
    data: Dataset | Examples
    epochs: int
    build: Callable[[Settings], Optimizer]
    rng: np.random.Generator
    loss_and_grads: Callable


class Segment(NamedTuple):
    """Part of a run with one batch size; a new batch size begins a new pass over the examples.

    step, epoch: int, taken and begun before it; batch_size: int
    """

    step: int
    epoch: int
    batch_size: int


class TrainingRun:
    """One training run.

    setup: Setup
    settings: Settings to begin with
    key: int, which run it is, for as long as it lives; its name may change
    snapshot_bytes: int, bound for the snapshots

    `now` is the Snapshot that the next step starts from, `begin` the one before the first step;
    `settings` hold for the next step, `used` are those of the last one taken;
    `total` is how many steps the run will have taken at its end, as things stand;
    `error` is what ended it, or None.
    """

    def __init__(self, setup: Setup, settings: Settings, key: int, snapshot_bytes: int) -> None:
        self.setup, self.settings, self.key, self.name = setup, settings, key, f"run {key}"
        self.used, self.error = settings, None
        self.begin = self.now = Snapshot(0, 0, setup.params, None)
        self._optimizer = setup.build(settings)
        self._segments = [Segment(0, 0, settings.batch_size)]
        self._steps = self._from_now()  # train looks at everything that was given, before anything is counted
        self._images = len(train_split(setup.data).labels)
        self.total = self._planned()
        self.history = History(snapshot_bytes, steps=self.total)

    @property
    def number(self) -> int:
        """Steps taken so far."""
        return self.now.step

    @property
    def done(self) -> bool:
        """Whether every epoch has been gone through."""
        return self.number >= self.total

    def advance(self, until: float = 0.0) -> Step | None:
        """Take one step, or steps until a moment has come; the settings of this moment hold.

        until: float, of time.perf_counter()
        returns: Step, the last one, also added to the history; None when there is none left, or when it was
            interrupted
        raises: whatever the learner's function raises; the run can go on from where it was
        """
        try:
            while (step := next(self._steps, None)) is not None:
                self.now = Snapshot(step.number, step.epoch, step.params, step.state)
                self.used = self.settings
                self.history.append(step)
                if time.perf_counter() >= until:
                    return step
        except BaseException:
            self._steps = self._from_now()  # a generator that raised is spent
            raise
        self._steps = self._from_now()
        return None

    def change(self, settings: Settings) -> None:
        """Let other settings hold from the next step on.

        settings: Settings
        raises: ValueError or TypeError when they cannot be; the old ones then still hold
        """
        check_count("batch_size", settings.batch_size, 1)
        self._optimizer = self.setup.build(settings)
        before, self.settings = self.settings, settings
        if settings.batch_size != before.batch_size:
            at = self.now
            if at.step == self._segments[-1].step:  # the segment has not begun: it is replaced
                self._segments[-1] = self._segments[-1]._replace(batch_size=settings.batch_size)
            elif not self.done:
                self._segments.append(Segment(at.step, self._epochs_begun(), settings.batch_size))
            self._steps, self.total = self._from_now(), self._planned()

    def at(self, step: int) -> Snapshot:
        """The nearest kept network at or before a step; its `.step` says which. Step 0 is the very beginning.

        step: int
        returns: Snapshot
        """
        first = next(iter(self.history.snapshots), None)
        return self.begin if first is None or step < first.step else self.history.at(step)

    def fork(self, step: int, settings: Settings, key: int) -> TrainingRun:
        """A new run that shares this one's past up to the nearest kept step, and goes on with other settings.

        step: int; settings: Settings; key: int
        returns: TrainingRun; with the same settings it would repeat this one exactly
        """
        origin = self.at(step)
        other = TrainingRun(self.setup, self.settings, key, self.history.snapshot_bytes)
        other.name += f", from step {origin.step:,}"
        other.history = self.history.until(origin.step)
        other._segments = [s for s in self._segments if s.step <= origin.step]
        other.total = other._planned()
        other.now = origin
        other.settings = other.used = self.used._replace(batch_size=other._segments[-1].batch_size)
        other._steps = other._from_now()
        other.change(settings)
        return other

    def _from_now(self) -> Iterator[Step]:
        """Steps from the present state on, with examples in the order that the run has always had."""
        segment, index = self._segments[-1], len(self._segments) - 1
        now, setup = self.now, self.setup
        steps = train(
            now.params,
            setup.data,
            optimizer=Optimizer("deck", lambda params: self._optimizer.init(params), self._update),
            epochs=setup.epochs - segment.epoch,
            batch_size=segment.batch_size,
            rng=_order(setup.rng, index),
            loss_and_grads=setup.loss_and_grads,
            state=now.state,
            start=now.step - segment.step,
        )
        if not index:  # the first segment counts from 0, as `train` does
            return steps
        return (s._replace(number=s.number + segment.step, epoch=s.epoch + segment.epoch) for s in steps)

    def _update(self, params: Params, grads: Params, state: Any) -> tuple[Params, Any]:
        return self._optimizer.update(params, grads, state)

    def _planned(self) -> int:
        last = self._segments[-1]
        return last.step + (self.setup.epochs - last.epoch) * self._steps_per_epoch(last.batch_size)

    def _epochs_begun(self) -> int:
        last = self._segments[-1]
        begun = last.epoch + -(-(self.number - last.step) // self._steps_per_epoch(last.batch_size))
        return min(begun, self.setup.epochs - 1)  # the last pass may be begun again, but never left out

    def _steps_per_epoch(self, batch_size: int) -> int:
        return -(-self._images // int(batch_size))


def train_split(data: Dataset | Examples) -> Examples:
    """The examples that are learned from.

    data: Dataset or Examples
    returns: Examples
    raises: TypeError when it is neither
    """
    if isinstance(data, Dataset):
        return data.train
    if isinstance(data, tuple) and len(data) == 2:
        return Examples(*data)
    raise TypeError(
        f"data is {type(data).__name__}: pass a Dataset from mlpkit.load, or Examples(images, labels)"
    )


def _order(rng: np.random.Generator, index: int) -> np.random.Generator:
    """The generator that orders the examples of a segment: the deck's own, later ones drawn from it."""
    rng = copy.deepcopy(rng)
    return rng if index == 0 else np.random.default_rng(rng.integers(2**63, size=index)[-1])
