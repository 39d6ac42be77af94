"""Training: for each batch, the loss and its gradients, then a step of the optimiser.

`train` gives one Step at a time, so that the caller can look at it, stop or go on.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from ._fused import StepFunction, select_step
from ._nan_report import explain
from ._threads import OneThread, one_thread
from ._training_validation import as_update, check_counts, check_data, check_functions, check_state
from ._validation import check_rng
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

    >>> nothing = Params([(np.zeros((3, 2)), np.zeros(2))])
    >>> Step(1, 0, 0.6931, 0.5, 0.1, nothing, nothing, None, None)
    Step(1, epoch 0, loss 0.6931, accuracy 0.500)
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
    returns: iterator of Step. Interrupting it (Ctrl-C, the notebook's stop button) ends it; the steps stay.
        While a step is computed, BLAS has one thread, see _threads.py
    raises: ValueError or TypeError at once when an argument cannot be used; ValueError later when the loss
        stops being finite, naming the step, the layer and the likely cause

    >>> from mlpkit import init_params, sgd
    >>> rng = np.random.default_rng(0)
    >>> examples = Examples(np.eye(3), np.arange(3))
    >>> steps = train(init_params([3, 3], rng=rng), examples, optimizer=sgd(1.0), epochs=50, rng=rng)
    >>> for step in steps:
    ...     last = step
    >>> last.number, last.accuracy
    (50, 1.0)
    """
    _keep_freed_memory()
    params = _read_only(as_params(params).copy())
    examples, valid = check_data(data, params)
    check_functions(optimizer, loss_and_grads)
    check_rng(rng)
    epochs, batch_size, start = check_counts(epochs, batch_size, start, len(examples[1]))
    new_state = optimizer.init(params)
    check_state(state, new_state, optimizer.name)
    state = new_state if state is None else state
    order = epochs, batch_size, rng, start
    return _steps(params, state, examples, valid, optimizer, loss_and_grads, *order, one_thread())


def _steps(
    params: Params,
    state: Any,
    examples: tuple[np.ndarray, np.ndarray],
    valid: tuple[np.ndarray, np.ndarray] | None,
    optimizer: Optimizer,
    loss_and_grads: Callable,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    start: int,
    threads: OneThread,
) -> Iterator[Step]:
    """The training loop: for each epoch, for each batch, loss and gradients, an update, a Step."""
    compute = select_step(loss_and_grads)
    steps_per_epoch = -(-len(examples[1]) // batch_size)
    number, done = 0, None  # `done` is a step that was taken but not given out yet
    before = None  # loss and gradients of the step before
    try:
        for epoch in range(epochs):
            for images, labels in batches(*examples, batch_size, rng):
                number += 1
                if number <= start:  # an earlier run took this step: only its order is drawn again
                    continue
                with threads, np.errstate(all="ignore"):  # a loss that is not finite is explained in words
                    loss, grads, accuracy = compute(params, images, labels)
                    if not math.isfinite(loss):
                        place = f"the loss became {loss} at step {number} (epoch {epoch})"
                        batch, rate = (images, labels), _rate(state)
                        raise _not_finite(place, params, batch, loss_and_grads, number - 1, rate, before)
                    params, state = _updated(params, grads, state, optimizer)
                params, before = _read_only(params), (loss, grads)
                done = Step(number, epoch, loss, accuracy, _rate(state), params, grads, state, None)
                measure = valid is not None and number % steps_per_epoch == 0
                step = _measured(done, valid, loss_and_grads, compute, threads) if measure else done
                done = None
                yield step
    except KeyboardInterrupt:
        # The learner pressed stop: the loop around this generator ends, and what was learned is theirs.
        threads.restore()
        if done is not None:  # the step was taken, only its validation was not
            yield done


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


def _measured(
    step: Step, valid: Any, loss_and_grads: Callable, compute: StepFunction, threads: OneThread
) -> Step:
    """The step with loss and accuracy on the validation split, by the very function that trains."""
    total = hits = 0.0
    count = len(valid[1])
    for i in range(0, count, CHUNK):
        images, labels = (part[i : i + CHUNK] for part in valid)
        with threads, np.errstate(all="ignore"):
            loss, _, right = compute(step.params, images, labels)
            if not math.isfinite(loss):
                place = f"the validation loss became {loss} after step {step.number} (epoch {step.epoch})"
                batch, rate, before = (images, labels), step.learning_rate, (step.loss, step.grads)
                raise _not_finite(place, step.params, batch, loss_and_grads, step.number, rate, before)
        total += loss * len(labels)
        hits += right * len(labels)
    return step._replace(valid=Metrics(total / count, round(hits) / count))


def _not_finite(
    place: str,
    params: Params,
    batch: tuple[np.ndarray, np.ndarray],
    loss_and_grads: Callable,
    updates: int,
    rate: float,
    before: tuple[float, Params] | None,
) -> ValueError:
    why = explain(params, batch, loss_and_grads, updates=updates, rate=rate, before=before)
    return ValueError(f"{place}. {why}")


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
