"""How all five are run: a setting holds the parts of a notebook, and any part may be a faulty one.

`mlpkit.train` always shuffles and always keeps its state; here the order and the optimiser may be wrong too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, count, islice
from typing import NamedTuple

import numpy as np

from ..core.data import Dataset, Examples, batches
from ..core.metrics import Metrics, accuracy
from ..core.optimizers import Optimizer
from ..core.params import Params

CHUNK = 1_000  # examples scored at a time


class Setting(NamedTuple):
    """The parts that a notebook is made of.

    start: rng -> Params
    order: (examples, rng) -> iterator of (images, labels), one batch a step
    optimizer: Optimizer
    loss_and_grads: (params, images, labels) -> (loss, grads); the loss carries its logits
    inputs: images as they are stored -> images as the network gets them
    """

    start: Callable[[np.random.Generator], Params]
    order: Callable[[Examples, np.random.Generator], Iterator]
    optimizer: Optimizer
    loss_and_grads: Callable
    inputs: Callable[[np.ndarray], np.ndarray] = np.asarray


class TakenStep(NamedTuple):
    """A step that was taken. number: int from 1; loss: of its batch, before it; params: after it."""

    number: int
    loss: float
    params: Params


def learn(setting: Setting, examples: Examples, rng: np.random.Generator) -> Iterator[TakenStep]:
    """Train, one step at a time; the run ends early when its loss stops being a number.

    setting: Setting
    examples: Examples to learn from
    rng: np.random.Generator, for the start, then for the order
    returns: iterator of TakenStep
    """
    params = setting.start(rng)
    state = setting.optimizer.init(params)
    for number, (images, labels) in enumerate(setting.order(examples, rng), 1):
        with np.errstate(all="ignore"):  # a fault may well overflow: its loss says so
            loss, grads = setting.loss_and_grads(params, setting.inputs(images), labels)
            if not math.isfinite(loss):
                return
            params, state = setting.optimizer.update(params, grads, state)
        yield TakenStep(number, float(loss), params)


def score(setting: Setting, params: Params, examples: Examples) -> Metrics:
    """Loss and accuracy on a split, by the very function that the setting learns with.

    setting: Setting
    params: Params
    examples: Examples
    returns: Metrics
    """
    loss = hits = 0.0
    for i in range(0, len(examples.labels), CHUNK):
        images, labels = setting.inputs(examples.images[i : i + CHUNK]), examples.labels[i : i + CHUNK]
        with np.errstate(all="ignore"):
            value, _ = setting.loss_and_grads(params, images, labels)
        loss += float(value) * len(labels)
        hits += accuracy(value.logits, labels) * len(labels)
    return Metrics(loss / len(examples.labels), hits / len(examples.labels))


def follow(setting: Setting, data: Dataset, seed: int, at: Sequence[int]) -> list[Metrics]:
    """Train, and score the test split after some of the steps.

    setting: Setting
    data: Dataset
    seed: int
    at: steps after which to score, rising
    returns: list of Metrics, one for each; shorter when the loss stopped being a number before
    """
    wanted, found = set(at), []
    for taken in learn(setting, data.train, np.random.default_rng(seed)):
        if taken.number in wanted:
            found.append(score(setting, taken.params, data.test))
    return found


def shuffled(examples: Examples, rng: np.random.Generator, *, batch_size: int, steps: int) -> Iterator:
    """Every example once, then every example once more in another order, and so on.

    examples: Examples
    rng: np.random.Generator
    batch_size, steps: int
    returns: iterator of Examples, one batch a step
    """
    epochs = (batches(*examples, batch_size, rng) for _ in count())
    return islice(chain.from_iterable(epochs), steps)


def in_order(examples: Examples, rng: np.random.Generator, *, batch_size: int, steps: int) -> Iterator:
    """The order of the file, the same in every epoch; what does not fill a batch is left out.

    examples, rng, batch_size, steps: as for `shuffled`; rng is not used
    returns: iterator of Examples, one batch a step
    raises: ValueError at the first batch when there are fewer examples than it takes
    """
    last = len(examples.labels) - batch_size
    if last < 0:  # no batch would ever be full, and the search for one would never end
        raise ValueError(
            f"{len(examples.labels):,} examples fill no batch of {batch_size:,}: expected as many at least"
        )
    starts = (start for _ in count() for start in range(0, last + 1, batch_size))
    for start in islice(starts, steps):
        yield Examples(*(part[start : start + batch_size] for part in examples))


def sampled(examples: Examples, rng: np.random.Generator, *, batch_size: int, steps: int) -> Iterator:
    """Examples drawn anew for every step: no epochs, and no promise that each is ever seen.

    examples, rng, batch_size, steps: as for `shuffled`
    returns: iterator of Examples, one batch a step
    """
    for _ in range(steps):
        chosen = rng.choice(len(examples.labels), size=batch_size, replace=False)
        yield Examples(*(part.take(chosen, axis=0) for part in examples))
