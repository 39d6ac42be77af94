"""Regularisers: they make a network learn what many images share, and not each single image.

Dropout switches random units off while training; early stopping keeps the network from before it got worse.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from ._validation import check_count, check_number, check_rng
from .activations import Activation, relu
from .backprop import loss_and_grads
from .data import Examples
from .history import History
from .losses import Loss
from .metrics import evaluate
from .params import Params
from .training import Step


def dropout(rate: float, rng: np.random.Generator, activation: Activation = relu) -> Callable:
    """A loss_and_grads that switches hidden units off at random, for `train(loss_and_grads=...)`.

        a = f(z) * mask / (1 - rate),   mask = 1 with probability 1 - rate, else 0

    The units that stay are scaled up, so that on average the next layer gets what it gets without dropout:
    at test nothing has to be changed. `predict` and `evaluate` know nothing of dropout and use every unit.

    rate: float in [0, 1), the share of hidden units that is switched off, anew for each image
    rng: np.random.Generator, draws the masks
    activation: between the layers
    returns: (params, images, labels) -> (loss, grads)
    raises: ValueError or TypeError for a rate or a generator that cannot be used
    source: Srivastava et al. 2014; the scaling while training is section 10 there

    >>> params = [(np.ones((2, 4)), np.zeros(4)), (np.ones((4, 2)), np.zeros(2))]
    >>> loss_and_grads = dropout(0.5, np.random.default_rng(0))
    >>> loss, grads = loss_and_grads(params, np.ones((1, 2)), [0])
    >>> grads
    Params(2-4-2, 22 numbers, float64)
    """
    rate = check_number("rate", rate, 0, 1)
    check_rng(rng)

    def dropped(params: Params, images: np.ndarray, labels: np.ndarray) -> tuple[Loss, Params]:
        return loss_and_grads(params, images, labels, activation=_dropping(activation, rate, rng))

    return dropped


def _dropping(activation: Activation, rate: float, rng: np.random.Generator) -> Activation:
    """The activation for one batch. Backward meets the layers in reverse, so it takes the last mask first."""
    masks = []

    def function(z: np.ndarray) -> np.ndarray:
        kept = rng.random(z.shape, z.dtype) >= rate
        masks.append(kept * z.dtype.type(1 / (1 - rate)))  # (batch, fan_out)
        return activation.function(z) * masks[-1]

    def derivative(z: np.ndarray, a: np.ndarray | None = None) -> np.ndarray:
        return activation.derivative(z, activation.function(z)) * masks.pop()

    return Activation(f"{activation.name} with dropout", function, derivative)


def validated(
    steps: Iterable[Step], valid: Examples, every: int, activation: Activation = relu
) -> Iterator[Step]:
    """The same steps, with the validation split measured at every n-th of them, by all units.

    steps: iterable of Step, for instance train(...) on Examples
    valid: Examples
    every: int >= 1, steps from one measurement to the next
    activation: the one that the network is trained with
    returns: iterator of Step. Interrupting it (Ctrl-C, the notebook's stop button) ends it; the steps stay
    raises: TypeError or ValueError at once when `valid` or `every` cannot be used

    >>> from mlpkit import init_params, sgd, train
    >>> rng = np.random.default_rng(0)
    >>> examples = Examples(rng.random((100, 4)), np.arange(100) % 3)
    >>> steps = train(init_params([4, 3], rng=rng), examples, optimizer=sgd(0.1), epochs=2, rng=rng)
    >>> [step.number for step in validated(steps, examples, every=2) if step.valid]
    [2, 4]
    """
    every = check_count("every", every, 1)
    if not (isinstance(valid, tuple) and len(valid) == 2):
        raise TypeError(
            f"valid is {type(valid).__name__}: expected Examples(images, labels), as in data.valid"
        )
    return _validated(steps, valid, every, activation)


def _validated(steps: Iterable[Step], valid: Examples, every: int, activation: Activation) -> Iterator[Step]:
    for step in steps:
        try:
            due = step.number % every == 0
            measured = step._replace(valid=evaluate(step.params, *valid, activation)) if due else step
        except KeyboardInterrupt:  # as in `train`: the step was done, only its validation was not
            yield step
            return
        yield measured


def early_stopping(steps: Iterable[Step], patience: int, history: History | None = None) -> Step:
    """Train until the validation loss has not been lower for a while, and keep the best step.

    steps: iterable of Step, some of them with `.valid`
    patience: int >= 1, how many measurements in a row may be no better than the best
    history: History to record every step in, or None
    returns: Step, the one with the lowest validation loss
    raises: ValueError when no step was measured; TypeError or ValueError for a patience that cannot be used

    >>> early_stopping([], patience=3)
    Traceback (most recent call last):
    ValueError: no step was measured on the validation split: train on a Dataset, or use validated(...)
    """
    patience = check_count("patience", patience, 1)
    best, lowest, waited = None, math.inf, 0
    for step in steps:
        if history is not None:
            history.append(step)
        if step.valid is None:
            continue
        if best is None or step.valid.loss < lowest:
            best, lowest, waited = step, step.valid.loss, 0
        else:
            waited += 1
        if waited == patience:
            break
    if best is None:
        raise ValueError(
            "no step was measured on the validation split: train on a Dataset, or use validated(...)"
        )
    return best
