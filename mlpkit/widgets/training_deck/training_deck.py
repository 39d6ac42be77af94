"""The training deck: watch a network learn, stop it, turn its settings, go back in time and branch off.

It takes the steps of `mlpkit.train` a few at a time, keeps them in a History, and shows what that holds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...core.backprop import loss_and_grads as package_loss_and_grads
from ...core.data import Dataset, Examples
from ...core.history import COLUMNS, SNAPSHOT_BYTES
from ...core.optimizers import Optimizer, adam
from ...core.params import Params, as_params
from ..base import Widget
from ..prediction_gallery.prediction_gallery import as_bytes, picture_shape
from ..user_errors import blame
from .controls import Settings, builder
from .deck_parts import (
    facts,
    has_validation,
    network_for,
    probabilities,
    sentence,
    thinned,
    tiles,
    weight_pictures,
)
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


class TrainingDeck(Session, Widget):
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
        params = network_for(data, rng) if params is None else params
        build, rate, velocity, name = builder(optimizer, learning_rate, momentum)
        setup = Setup(params, data, epochs, build, rng, loss_and_grads)
        Session.__init__(self, setup, Settings(rate, velocity, batch_size), snapshot_bytes)
        self._tiles = tiles(data, params.sizes[-1])
        self._sentence = sentence(setup, name, batch_size)
        self._looking_at: int | None = None  # a step; None is the present
        self._sent_rows, self._due, self._updates, self._display = 0, (0.0, 0.0), 0, None
        Widget.__init__(self)

    def describe(self) -> str:
        """What the deck trains; the same before and after, so that nbval can compare it."""
        return self._sentence

    def figure(self) -> Axes:
        """The learning curves of all runs; before the first step the images and what is made of them."""
        from ...figures import image_grid, learning_curves

        if self.runs:
            return learning_curves(self.runs)
        images, labels, names, _ = self._tiles
        answers = probabilities(self._run.setup, self.params, images, labels)
        return image_grid(images, labels, probabilities=answers, class_names=names)

    async def finished(self) -> None:
        """Wait until training has ended; starts a run that nobody has started.

        raises: the error that ended training, if one did
        """
        try:
            await super().finished()
        finally:
            self._replace_still()

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
        self.changed()

    def on_fork(self, value: Any) -> None:
        """Branch off from a step."""
        self.fork(int(value))

    def on_rename(self, value: Any) -> None:
        """Give a run another name: [key, name]."""
        self.rename(int(value[0]), str(value[1]))
        self.tell(name=self._run.name, **self._shelf_state())

    def on_drop(self, value: Any) -> None:
        """Throw a run on the shelf away, by its key."""
        self._shelf = [run for run in self._shelf if run.key != value]
        self.tell(**self._shelf_state())

    def on_watch(self, value: Any) -> None:
        """A page shows the deck, or has lost some rows: send what it has not got."""
        super().on_watch(value)
        if value["on"]:
            have = value.get("have") or {}
            known = int(have["rows"]) if have.get("run") == self._run.key else 0
            self._sent_rows = max(0, min(self._sent_rows, known))
            self._post(weights=True, **self._shelf_state())

    def pack(self) -> dict[str, Any]:
        """Everything that a fresh page needs."""
        fixed = {"title": "Training deck", "columns": SENT, "validated": has_validation(self._run.setup.data)}
        fixed |= self._tiles._asdict() | {"images": as_bytes(self._tiles.images)}
        fixed["shape"] = picture_shape(self._tiles.images.shape[1])
        return {**fixed, **self._state(0), **self._shelf_state(), **self._pictures(weights=True)}

    def ticked(self) -> None:
        """Send what is new, if anybody looks and the last time is long enough ago."""
        if self.watched and time.perf_counter() >= self._due[0] and time.thread_time() >= self._due[1]:
            self._updates += 1
            self._post(weights=self._looking_at is None and self._updates % WEIGHTS_EVERY == 0)

    def changed(self, shelf: bool = False) -> None:
        """Send at once what a button, or the end, has changed."""
        if shelf:
            self._looking_at, self._sent_rows = None, 0
        if self.watched:
            self._post(weights=True, **(self._shelf_state() if shelf else {}))

    def _post(self, weights: bool, **more: Any) -> None:
        began = time.thread_time()
        start, self._sent_rows = self._sent_rows, min(len(self.history), self._sent_rows + ROWS)
        still = self._looking_at is not None and not weights  # looking back: the pictures stay as they are
        pictures = {} if still else self._pictures(weights)
        self.tell(**self._state(start), **pictures, **more)
        work = time.thread_time()
        self._due = (time.perf_counter() + PAUSE, work + SHARE * (work - began))

    def _state(self, start: int) -> dict[str, Any]:
        run = self._run
        return {
            "run": run.key,
            "name": run.name,
            "start": start,
            "rows": self.history.rows[start : start + ROWS, SENT_COLUMNS],
            "length": len(self.history),
            "status": self._status,
            "number": run.number,
            "total": run.total,
            "seconds": self.seconds,
            "left": self.seconds_left,
            **self.settings._asdict(),
            "problem": self._problem if self._error is None else blame(self._error),
        }

    def _shelf_state(self) -> dict[str, Any]:
        rows = [thinned(run.history.rows[:, SENT_COLUMNS]) for run in self._shelf]
        return {"shelf": [{**facts(run), "rows": some} for run, some in zip(self._shelf, rows)]}

    def _pictures(self, weights: bool) -> dict[str, Any]:
        """What the network that is being looked at says of the images, and its first weights as bytes."""
        at = self._run.now if self._looking_at is None else self._run.at(self._looking_at)
        told = {"shown": at.step, "looking": self._looking_at}
        told["probabilities"] = probabilities(self._run.setup, at.params, *self._tiles[:2])
        if weights:
            told["weights"], told["limit"] = weight_pictures(at.params)
            told["units"] = at.params.sizes[1]
        return told

    def _ipython_display_(self) -> None:
        from IPython.display import display

        data, metadata = self._repr_mimebundle_()
        self._display = display(data, metadata=metadata, raw=True, display_id=True)

    def _replace_still(self) -> None:
        """Put the finished curves where the stored picture is, unless somebody is using the deck."""
        if self._display is not None and not self.watched and self.comm is not None:
            data, metadata = self._repr_mimebundle_()
            self._display.update(data, metadata=metadata, raw=True)
