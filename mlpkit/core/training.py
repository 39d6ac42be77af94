"""Training: take a batch, see how wrong the network is and which way is better, take a step, again.

`train` is a generator: it gives back one Step at a time, so that whoever asks can look, stop or go on.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ._fused import numbers_of
from ._nan_report import explain
from ._validation import as_update, check_counts, check_functions, check_split, check_state
from .backprop import loss_and_grads
from .data import Dataset, Examples, batches
from .metrics import Metrics
from .network import CHUNK
from .optimizers import Optimizer
from .params import Params, as_params


class Step(NamedTuple):
    """One step of training; it never changes once it has been given out.

    number: int from 1
    epoch: int from 0
    loss: float, of this step's batch, before the step
    accuracy: float 0 to 1, of this step's batch, before the step
    learning_rate: float, used in this step
    params: Params after the step
    grads: Params, the gradients that made it
    state: the optimiser's state after the step
    valid: Metrics(loss, accuracy) on the validation split at the last step of an epoch, else None
    """

    number: int
    epoch: int
    loss: float
    accuracy: float
    learning_rate: float
    params: Params
    grads: Params
    state: Any
    valid: Metrics | None

    def __repr__(self) -> str:
        valid = "" if self.valid is None else f", valid accuracy {self.valid.accuracy:.3f}"
        numbers = f"loss {self.loss:.4f}, accuracy {self.accuracy:.3f}{valid}"
        return f"Step({self.number}, epoch {self.epoch}, {numbers})"


def train(
    params: Params | Iterable,
    data: Dataset | Examples,
    *,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int = 64,
    rng: np.random.Generator,
    loss_and_grads: Callable = loss_and_grads,
    state: Any = None,
    start: int = 0,
) -> Iterator[Step]:
    """Train a network, one Step at a time.

        for step in train(params, data, optimizer=sgd(0.1), epochs=2, rng=rng): ...

    params: Params to start from, or any sequence of (weights, bias); they are not changed
    data: Dataset (its train split is learned, its valid split measured after each epoch), or Examples
    optimizer: Optimizer
    epochs: int >= 0, how often the whole split is gone through
    batch_size: int >= 1; more than the split holds means the whole split
    rng: np.random.Generator, for the order of the examples
    loss_and_grads: (params, images, labels) -> (loss, grads); for another activation or loss pass
        functools.partial(loss_and_grads, activation=tanh). The validation split is measured with it too
    state: the optimiser's state to go on from, or None for a fresh one
    start: int >= 0, steps already taken. With the params and state of that step, and a generator seeded as
        the first run's was, the run goes on as if it had never stopped
    returns: iterator of Step. Interrupting it (Ctrl-C, the notebook's stop button) ends it; the steps stay
    raises: ValueError or TypeError at once when an argument cannot be used; ValueError later when the loss
        stops being finite, naming the step, the layer and the likely cause
    """
    _keep_freed_memory()
    params = _read_only(as_params(params).copy())
    examples, valid = _splits(data)
    check_split(examples, params)
    if valid is not None:
        check_split(valid, params, "validation")
    check_functions(optimizer, loss_and_grads, rng)
    epochs, batch_size, start = check_counts(epochs, batch_size, start, len(examples.labels))
    fresh = optimizer.init(params)
    check_state(state, fresh, optimizer.name)
    state = fresh if state is None else state
    compute = numbers_of(loss_and_grads)
    take = partial(_step, optimizer=optimizer, loss_and_grads=loss_and_grads, compute=compute)
    measure = partial(_measured, valid=valid, loss_and_grads=loss_and_grads, compute=compute)
    return _steps(params, state, _order(examples, epochs, batch_size, rng, start), take, measure)


class _Turn(NamedTuple):
    """One batch and its place in the run."""

    number: int
    epoch: int
    ends_epoch: bool
    images: np.ndarray
    labels: np.ndarray


def _order(
    examples: Examples, epochs: int, batch_size: int, rng: np.random.Generator, start: int
) -> Iterator[_Turn]:
    number = 0
    for epoch in range(epochs):
        last = number - (-len(examples.labels) // batch_size)
        for images, labels in batches(*examples, batch_size, rng):
            number += 1
            if number > start:  # those before were taken in an earlier run: only their order is drawn again
                yield _Turn(number, epoch, number == last, images, labels)


def _steps(
    params: Params, state: Any, order: Iterator[_Turn], take: Callable, measure: Callable
) -> Iterator[Step]:
    taken = before = None
    try:
        for turn in order:
            taken = take(params, state, turn, before)
            params, state, before = taken.params, taken.state, (taken.loss, taken.grads)
            step, taken = measure(taken) if turn.ends_epoch else taken, None
            yield step
    except KeyboardInterrupt:
        # The learner pressed stop: the loop around this generator ends, and what was learned is theirs.
        if taken is not None:  # the step was done, only its validation was not
            yield taken


def _step(
    params: Params,
    state: Any,
    turn: _Turn,
    before: tuple[float, Params] | None,
    optimizer: Optimizer,
    loss_and_grads: Callable,
    compute: Callable,
) -> Step:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # explained in words instead
        loss, grads, right = compute(params, turn.images, turn.labels)
        if not math.isfinite(loss):
            batch, updates = (turn.images, turn.labels), turn.number - 1
            why = explain(params, batch, loss_and_grads, updates=updates, rate=_rate(state), before=before)
            raise ValueError(f"the loss became {loss} at step {turn.number} (epoch {turn.epoch}). {why}")
        new, state = _updated(params, grads, state, optimizer)
    new = _read_only(new)
    return Step(turn.number, turn.epoch, loss, right, _rate(state), new, grads, state, None)


def _updated(params: Params, grads: Params, state: Any, optimizer: Optimizer) -> tuple[Params, Any]:
    try:
        result = optimizer.update(params, grads, state)
    except ValueError as error:
        if "read-only" not in str(error):
            raise
        raise ValueError(
            f"{optimizer.name} writes into the params it is given, but a Step must never change: "
            "compute new ones, as in p - rate * g, or work on params.copy()"
        ) from error
    return as_update(result, params, optimizer.name)


def _measured(step: Step, valid: Examples | None, loss_and_grads: Callable, compute: Callable) -> Step:
    """The step with loss and accuracy on the validation split, by the very function that trains."""
    if valid is None:
        return step
    total = hits = 0.0
    for i in range(0, len(valid.labels), CHUNK):
        images, labels = valid.images[i : i + CHUNK], valid.labels[i : i + CHUNK]
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            loss, _, right = compute(step.params, images, labels)
            if not math.isfinite(loss):
                batch, rate, before = (images, labels), step.learning_rate, (step.loss, step.grads)
                why = explain(
                    step.params, batch, loss_and_grads, updates=step.number, rate=rate, before=before
                )
                raise ValueError(
                    f"the validation loss became {loss} after step {step.number} (epoch {step.epoch}). {why}"
                )
        total += loss * len(labels)
        hits += right * len(labels)
    return step._replace(valid=Metrics(total / len(valid.labels), round(hits) / len(valid.labels)))


def _rate(state: Any) -> float:
    """The learning rate of the last update; NaN for a state that does not know it."""
    rate = getattr(state, "learning_rate", None)
    return float(rate) if isinstance(rate, numbers.Real) else np.nan


def _read_only(params: Params) -> Params:
    """The same numbers, guarded: writing into a Step's params would change the run itself."""
    params.flat.flags.writeable = False
    return params.like(params.flat)


def _keep_freed_memory() -> None:
    """Let the arrays of one step be made where those of the step before were.

    The C library of Linux hands large arrays back to the system when they are freed, and asking for them
    again costs more than a whole update. It stops doing so for sizes up to the largest that it has seen freed
    (M_TRIM_THRESHOLD in mallopt(3)): this one, which is never written to and so takes no memory.
    """
    np.empty(30_000_000, np.uint8)


def _splits(data: Dataset | Examples) -> tuple[Examples, Examples | None]:
    if isinstance(data, Dataset):
        valid = _arrays(data.valid, "validation")
        return _arrays(data.train), valid if any(part.size for part in valid) else None
    if isinstance(data, tuple) and len(data) == 2:
        return _arrays(data), None
    raise TypeError(
        f"data is {type(data).__name__}: expected a Dataset from mlpkit.load, or Examples(images, labels)"
    )


def _arrays(examples: tuple, name: str = "training") -> Examples:
    if not (isinstance(examples, tuple) and len(examples) == 2):
        raise TypeError(
            f"the {name} split is {type(examples).__name__}: expected Examples(images, labels); "
            "one without any is Examples(images[:0], labels[:0])"
        )
    return Examples(*(np.asarray(part) for part in examples))
