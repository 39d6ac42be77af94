"""The training deck: watch a network learn, stop it, turn its settings, go back in time and branch off.

It takes the steps of `mlpkit.train` a few at a time, keeps them in a History, and shows what that holds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._where import thread_time
from ...core.backprop import loss_and_grads as package_loss_and_grads
from ...core.data import Dataset, Examples
from ...core.history import COLUMNS, SNAPSHOT_BYTES, History
from ...core.optimizers import Optimizer, adam
from ...core.params import Params, as_params
from ..base import Widget
from ..prediction_gallery.prediction_gallery import as_bytes, picture_shape
from ..user_errors import user_error
from . import deck_parts
from .controls import Settings, builder
from .runs import Setup
from .session import Session

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PAUSE = 0.2  # seconds between updates: five a second at most
SHARE = 100  # and a hundredth of the work at most: a learner's function may be slow, the machine busy
WEIGHTS_EVERY = 3  # updates between new pictures of the weights, the larger part of a message
ROWS = 20_000  # in one message: Jupyter Server drops what exceeds 1 MB a second; a page asks for the rest
SENT = ("step", "epoch", "loss", "accuracy", "learning_rate", "valid_loss", "valid_accuracy")
SENT_COLUMNS = [COLUMNS.index(name) for name in SENT]
WAITS = "The deck is paused, and this cell waits: press Continue or Stop on the deck."


class TrainingDeck(Widget):
    """Train a network before your eyes.

        deck = TrainingDeck(data); deck        # and in the next cell: await deck.finished()

    params: Params to start from, or any sequence of (weights, bias); left out, a 784-128-64-10 network or
        what fits the data
    data: Dataset, or Examples (then without validation)
    optimizer: one of mlpkit's (`adam`, `sgd`, `momentum` ...), any function learning_rate -> Optimizer, or an
        Optimizer such as sgd(0.1), whose rate the slider steers unless it is a schedule
    learning_rate, momentum: float to begin with, None for the optimiser's own
    epochs, batch_size, rng, loss_and_grads: as in `train`; rng is copied, so that every run sees one order
    snapshot_bytes: int, bound for the snapshots of all runs together (64 MB unless told)
    raises: ValueError or TypeError at once when an argument cannot be used
    """

    actions = ("start", "pause", "step", "stop", "reset", "change", "scrub", "fork", "rename", "drop")

    def __init__(
        self,
        params: Params | Iterable | Dataset | Examples,
        data: Dataset | Examples | None = None,
        *,
        optimizer: Callable | Optimizer = adam,
        learning_rate: float | None = None,
        momentum: float | None = None,
        epochs: int = 2,
        batch_size: int = 64,
        rng: np.random.Generator | None = None,
        loss_and_grads: Callable = package_loss_and_grads,
        snapshot_bytes: int = SNAPSHOT_BYTES,
    ) -> None:
        params, data = (None, params) if data is None else (as_params(params), data)
        rng = np.random.default_rng(0) if rng is None else rng
        params = deck_parts.network_for(data, rng) if params is None else params
        build, rate, velocity, name = builder(optimizer, learning_rate, momentum)
        setup = Setup(params, data, epochs, build, rng, loss_and_grads)
        settings = Settings(rate, velocity, batch_size)
        self._session = Session(setup, settings, snapshot_bytes, self._changed, self._ticked)
        self._tiles = deck_parts.tiles(data, params.sizes[-1])
        self._sentence = deck_parts.sentence(setup, name, batch_size)
        self._looking_at: int | None = None  # a step; None is the present
        self._sent_rows, self._due, self._updates = 0, (0.0, 0.0), 0
        super().__init__()

    @property
    def history(self) -> History:
        """The History of the current run."""
        return self._session.run.history

    @property
    def runs(self) -> dict[str, History]:
        """Every run that has taken a step, by name: the archived ones, then the current one."""
        return self._session.runs

    @property
    def params(self) -> Params:
        """The network as it is now."""
        return self._session.run.now.params

    @property
    def settings(self) -> Settings:
        """Learning rate, momentum and batch size of the next step."""
        return self._session.run.settings

    @property
    def status(self) -> str:
        """ready, running, paused, stopped, finished or error."""
        return self._session.status

    @property
    def seconds(self) -> float:
        """Time spent on the current run."""
        return self._session.seconds

    @property
    def seconds_left(self) -> float | None:
        """Time that the rest of the run will take at the present pace; None when nothing is known of it."""
        return self._session.seconds_left

    def summary(self) -> str:
        """How far training has come, in one sentence."""
        return self._session.summary()

    def start(self) -> None:
        """Train, or go on training, until all epochs are done."""
        self._session.start()

    def pause(self) -> None:
        """Stop for a while: a cell that awaits `finished` goes on waiting."""
        self._session.pause()

    def stop(self) -> None:
        """Stop: a cell that awaits `finished` goes on. `start` would continue."""
        self._session.stop()

    def step(self) -> None:
        """Take one step, and pause."""
        self._session.step()

    def reset(self) -> None:
        """Archive the run and begin again: same initial weights, present settings."""
        self._session.reset()

    def fork(self, step: int) -> None:
        """Archive the run, and branch off from the nearest step kept, with the present settings.

        step: int
        """
        self._session.fork(step)

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
        self._session.change(learning_rate=learning_rate, momentum=momentum, batch_size=batch_size)

    def rename(self, key: int, name: str) -> None:
        """Give a run another name, unless that is empty or taken.

        key: int, of the run; name: str, 40 letters at most count
        """
        self._session.rename(key, name)

    def forget(self) -> None:
        """Let go of all snapshots but the first and the latest of each run; the curves stay."""
        self._session.forget()

    def describe(self) -> str:
        """What the deck trains; the same before and after, so that nbval can compare it."""
        return self._sentence

    def figure(self) -> Axes:
        """The learning curves of all runs; before the first step the images and what is made of them."""
        from ...figures import image_grid, learning_curves

        if self.runs:
            return learning_curves(self.runs)
        images, labels, names, _ = self._tiles
        answers = deck_parts.probabilities(self._session.run.setup, self.params, images, labels)
        return image_grid(images, labels, probabilities=answers, class_names=names)

    async def finished(self) -> None:
        """Wait until training has ended; starts a run that nobody has started.

        raises: the error that ended training, if one did
        """
        if self.status == "paused":
            print(WAITS)
        await self._session.finished()

    def close(self) -> None:
        """Stop training, and take the deck off the page; the curves stay, the snapshots make room."""
        if self.comm is not None:
            self.stop()
            self.forget()  # IPython holds on to what a cell has shown, even to a former deck
        super().close()

    # --- what the browser may ask for; values are checked by what they are handed to ---

    def on_start(self, _: Any) -> None:
        """The button Start; it also leaves the past."""
        self._looking_at = None
        self.start()

    def on_pause(self, _: Any) -> None:
        """The button Pause."""
        self.pause()

    def on_step(self, _: Any) -> None:
        """The button One step."""
        self._looking_at = None
        self.step()

    def on_stop(self, _: Any) -> None:
        """The button Stop."""
        self.stop()

    def on_reset(self, _: Any) -> None:
        """The button Reset."""
        self.reset()

    def on_change(self, value: Any) -> None:
        """A slider or the list of batch sizes: {"learning_rate": 0.01}."""
        self.change(**{name: value[name] for name in Settings._fields if name in value})

    def on_scrub(self, value: Any) -> None:
        """Look at the network as it was at a step; None: as it is now."""
        self._looking_at = None if value is None else int(value)
        self._changed()

    def on_fork(self, value: Any) -> None:
        """Branch off from a step."""
        self.fork(int(value))

    def on_rename(self, value: Any) -> None:
        """Give a run another name: [key, name]."""
        self.rename(int(value[0]), str(value[1]))
        self.tell(name=self._session.run.name, **self._archived_state())

    def on_drop(self, value: Any) -> None:
        """Throw an archived run away, by its key."""
        self._session.drop(value)
        self.tell(**self._archived_state())

    def on_watch(self, value: Any) -> None:
        """A page shows the deck, or has lost some rows: send what it has not got."""
        super().on_watch(value)
        if value["on"]:
            have = value.get("have") or {}
            known = int(have["rows"]) if have.get("run") == self._session.run.key else 0
            self._sent_rows = max(0, min(self._sent_rows, known))
            self._post(weights=True, **self._archived_state())

    def pack(self) -> dict[str, Any]:
        """Everything that a fresh page needs."""
        fixed = {
            "title": "Training deck",
            "columns": SENT,
            "validated": deck_parts.has_validation(self._session.run.setup.data),
        }
        fixed |= self._tiles._asdict() | {"images": as_bytes(self._tiles.images)}
        fixed["shape"] = picture_shape(self._tiles.images.shape[1])
        return {**fixed, **self._state(0), **self._archived_state(), **self._pictures(weights=True)}

    def _ticked(self) -> None:
        """Send what is new, if anybody looks and the last time is long enough ago."""
        if self.watched and time.perf_counter() >= self._due[0] and thread_time() >= self._due[1]:
            self._updates += 1
            self._post(weights=self._looking_at is None and self._updates % WEIGHTS_EVERY == 0)

    def _changed(self, archived: bool = False) -> None:
        """Send at once what a button, or the end, has changed."""
        if archived:
            self._looking_at, self._sent_rows = None, 0
        if self.watched:
            self._post(weights=True, **(self._archived_state() if archived else {}))

    def _post(self, weights: bool, **more: Any) -> None:
        began = thread_time()
        start, self._sent_rows = self._sent_rows, min(len(self.history), self._sent_rows + ROWS)
        still = self._looking_at is not None and not weights  # looking back: the pictures stay as they are
        pictures = {} if still else self._pictures(weights)
        self.tell(**self._state(start), **pictures, **more)
        work = thread_time()
        self._due = (time.perf_counter() + PAUSE, work + SHARE * (work - began))

    def _state(self, start: int) -> dict[str, Any]:
        run = self._session.run
        return {
            "run": run.key,
            "name": run.name,
            "start": start,
            "rows": self.history.rows[start : start + ROWS, SENT_COLUMNS],
            "length": len(self.history),
            "status": self.status,
            "awaited": int(self._session.awaited),
            "number": run.number,
            "total": run.total,
            "seconds": self.seconds,
            "left": self.seconds_left,
            "ruined": deck_parts.ruined_since(run),
            "failed": int(run.error is not None),
            **self.settings._asdict(),
            "problem": self._problem if run.error is None else user_error(run.error),
        }

    def _archived_state(self) -> dict[str, Any]:
        runs = self._session.archived_runs
        tables = [deck_parts.thinned(run.history.rows[:, SENT_COLUMNS]) for run in runs]
        return {"archived_runs": [{**deck_parts.facts(r), "rows": rows} for r, rows in zip(runs, tables)]}

    def _pictures(self, weights: bool) -> dict[str, Any]:
        """What the network that is being looked at says of the images, and its first weights as bytes."""
        at = self._session.run.now if self._looking_at is None else self._session.run.at(self._looking_at)
        told = {"shown": at.step, "looking": self._looking_at}
        told["probabilities"] = deck_parts.probabilities(self._session.run.setup, at.params, *self._tiles[:2])
        if weights:
            told["weights"], told["limit"] = deck_parts.weight_pictures(at.params)
            told["units"] = at.params.sizes[1]
        return told
