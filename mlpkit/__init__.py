"""mlpkit trains a multi-layer perceptron with NumPy alone, in small files that can be read one after another.

The lessons of the course import it, and it is their model solution: from raw pixels to Adam.

    >>> import numpy as np
    >>> from mlpkit import adam, evaluate, init_params, load, train
    >>> rng, data = np.random.default_rng(0), load("mnist_10k")
    >>> params = init_params([784, 32, 10], rng=rng)
    >>> for step in train(params, data, optimizer=adam(1e-3), epochs=1, rng=rng):
    ...     pass
    >>> evaluate(step.params, *data.test).accuracy > 0.5
    True

To understand it, read the folder core in this order. Files with an underscore can wait:

    params          weights and biases, all in one vector
    activations     relu, sigmoid ..., each with its derivative
    initializers    starting weights
    data            images, labels, batches
    network         the forward pass
    losses          softmax, cross-entropy and their gradients
    backprop        the backward pass: a batch becomes a gradient
    gradcheck       gradients by central differences, to compare with
    schedules       learning rates that change
    optimizers      sgd, momentum, rmsprop, adam ...
    wrappers        any of these with weight decay or clipped gradients
    metrics         accuracy, confusion matrix
    training        the loop
    history         the record of a run
    regularizers    dropout, early stopping
"""

# ruff: noqa: F401 - the names below are what `import mlpkit` offers

from __future__ import annotations

import importlib
from typing import Any

from . import _old_names
from .core import initializers
from .core._checkpoint import load_params, save_params
from .core.activations import Activation, identity, leaky_relu, relu, sigmoid, tanh
from .core.backprop import backward, loss_and_grads
from .core.data import Dataset, Examples, batches, load, one_hot, scale_pixels, split
from .core.gradcheck import GradCheck, check_grads, numerical_gradient, numerical_grads
from .core.history import History, Snapshot
from .core.initializers import (
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    init_params,
    lecun_normal,
    lecun_uniform,
    normal,
    uniform_fan_in,
    zeros,
)
from .core.losses import (
    cross_entropy,
    cross_entropy_and_grad,
    cross_entropy_grad,
    log_softmax,
    log_softmax_grad,
    mean_squared_error,
    mean_squared_error_grad,
    softmax,
    softmax_grad,
)
from .core.metrics import Metrics, accuracy, confusion_matrix, evaluate
from .core.network import ForwardPass, forward, predict
from .core.optimizers import Optimizer, adam, momentum, nesterov, rmsprop, sgd
from .core.params import Layer, Params
from .core.regularizers import dropout, early_stopping, validated
from .core.schedules import constant, cosine, step_decay, warm_up
from .core.training import Step, train
from .core.wrappers import adamw, clip_by_global_norm, clipped, decayed

__version__ = "0.1.0"

# Loaded when first asked for: the exercises, figures and widgets, which bring more than NumPy with them.
_LATER = {
    **dict.fromkeys(
        (
            "backup",
            "check",
            "exercise",
            "explain",
            "guess",
            "hint",
            "mine",
            "progress",
            "recall",
            "reveal",
            "review",
            "solution",
        ),
        "exercises",
    ),
    "doctor": "app.doctor",
}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        value = getattr(importlib.import_module(f".{_LATER[name]}", __name__), name)
    elif name in ("clinic", "exercises", "figures", "widgets"):
        value = importlib.import_module(f".{name}", __name__)
    elif f"mlpkit.{name}" in _old_names.MODULES:
        value = importlib.import_module(f"mlpkit.{name}")
    else:
        raise AttributeError(f"module 'mlpkit' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
