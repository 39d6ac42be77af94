"""A whole training program in small, cut into parts that can fall ill one by one.

Every part is a plain function; a patient is this program with one of them exchanged for a wrong one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from mlpkit.core.data import Examples, load
from mlpkit.exercises.catalog import find

from . import reference_parts

Layers = list[tuple[np.ndarray, np.ndarray]]


class Program(NamedTuple):
    """The parts of a training program, then its settings.

    scale_pixels, init_params, softmax, relu_backward, momentum_step, adam_step: as in the course's exercises
    cross_entropy, cross_entropy_backward: likewise; None: made of the softmax above
    shuffle, cut, leaky_backward, layer_grads, add_decay, softmax_backward, hidden_layer: as in
        reference_parts.py
    walk_back: backpropagation and step in one; None: gradients first, then a step of `optimizer`
    sizes, activation, squared, optimizer, rate, decay, keep, batch, epochs: settings
    examples, by_class: int and bool, how many images, and whether they lie sorted by class
    """

    scale_pixels: Callable = find("scale_pixels").reference
    init_params: Callable = find("init_params").reference
    softmax: Callable = find("softmax").reference
    cross_entropy: Callable | None = None
    cross_entropy_backward: Callable | None = None
    relu_backward: Callable = find("relu_backward").reference
    momentum_step: Callable = find("momentum_step").reference
    adam_step: Callable = find("adam_step").reference
    shuffle: Callable = reference_parts.shuffle
    cut: Callable = reference_parts.cut
    leaky_backward: Callable = reference_parts.leaky_backward
    layer_grads: Callable = reference_parts.layer_grads
    add_decay: Callable = reference_parts.add_decay
    softmax_backward: Callable = reference_parts.softmax_backward
    hidden_layer: Callable = reference_parts.hidden_layer
    walk_back: Callable | None = None
    sizes: tuple[int, ...] = (784, 32, 10)
    activation: str = "relu"
    squared: bool = False
    optimizer: str = "sgd"
    rate: float = 0.2
    decay: float = 0.0
    keep: float = 1.0
    batch: int = 50
    epochs: int = 4
    examples: int = 2000
    by_class: bool = False

    def __repr__(self) -> str:
        width = "-".join(map(str, self.sizes))
        loss = "squared error" if self.squared else "cross-entropy"
        more = f", decay {self.decay}" if self.decay else ""
        more += f", dropout that keeps {self.keep}" if self.keep < 1 else ""
        return (
            f"{width}, {self.activation}, {loss}, {self.optimizer} at {self.rate:g}{more}, batches of "
            f"{self.batch}, {self.epochs} epochs of {self.examples:,} images"
        )


class SimulationRun(NamedTuple):
    """What became of a program.

    losses: list of float, one a step; accuracies: list of float 0 to 1, on validation images, one an epoch
    steps: list of int, the steps of each epoch
    start, layers: the layers before and after training
    """

    losses: list[float]
    accuracies: list[float]
    steps: list[int]
    start: Layers
    layers: Layers


@cache
def images(count: int, by_class: bool = False) -> Examples:
    """The first Fashion-MNIST images of the training split, as bytes; `by_class`: sorted by their label."""
    train = load().train
    pictures, labels = np.asarray(train.images[:count]), np.asarray(train.labels[:count]).astype(np.int64)
    order = np.argsort(labels, kind="stable") if by_class else slice(None)
    return Examples(pictures[order], labels[order])


@cache
def validation() -> Examples:
    """A thousand validation images, as bytes."""
    valid = load().valid
    return Examples(np.asarray(valid.images[:1000]), np.asarray(valid.labels[:1000]).astype(np.int64))


def scaled(program: Program, pictures: np.ndarray) -> np.ndarray:
    """Bytes as the program's own scaling makes them; all else is done in float64."""
    return np.asarray(program.scale_pixels(pictures.reshape(-1, 28, 28)), np.float64)


def start(program: Program, seed: int = 0) -> Layers:
    """Fresh layers."""
    layers = program.init_params(list(program.sizes), np.random.default_rng(seed))
    return [(np.asarray(w, np.float64), np.asarray(b, np.float64)) for w, b in layers]


def forward(program: Program, layers: Layers, inputs: np.ndarray, masks: list | None = None) -> tuple:
    """What entered each layer, and every preactivation; the last of these are the logits.

    masks: for dropout in training, one (batch, units) array a hidden layer; None: all units are kept
    """
    entered, zs = [inputs], []
    for k, (weights, bias) in enumerate(layers):
        zs.append(entered[-1] @ weights + bias)
        if k < len(layers) - 1:
            entered.append(_activate(program, zs[-1], masks and masks[k]))
    return entered, zs


def predict(program: Program, layers: Layers, inputs: np.ndarray) -> np.ndarray:
    """Probabilities, (batch, 10); nothing is dropped."""
    return program.softmax(forward(program, layers, inputs)[1][-1])


def loss_and_grads(
    program: Program, layers: Layers, inputs: np.ndarray, labels: np.ndarray, masks: list | None = None
) -> tuple[float, Layers]:
    """The loss as the program computes it, the penalty of weight decay included, and its gradients."""
    entered, zs = forward(program, layers, inputs, masks)
    loss, dz = output_error(program, zs[-1], labels)
    penalty = 0.5 * program.decay * sum(float((w**2).sum()) for w, _ in layers)
    if program.walk_back is not None:
        after = program.walk_back(layers, entered, dz, program.rate)
        grads = [((w - v) / program.rate, (b - c) / program.rate) for (w, b), (v, c) in zip(layers, after)]
        return loss + penalty, grads
    return loss + penalty, _backward(program, layers, entered, zs, dz, masks)


def output_error(program: Program, logits: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """The loss, and its gradient for the logits: (batch, 10), the mean over the batch taken."""
    p, truth = program.softmax(logits), np.eye(logits.shape[1])[labels]
    if program.squared:
        return 0.5 * float(((p - truth) ** 2).sum(axis=1).mean()), (
            program.softmax_backward(p - truth, p) / len(p)
        )
    own, back = program.cross_entropy, program.cross_entropy_backward
    loss = own(logits, labels) if own else -np.log(p[np.arange(len(p)), labels]).mean()
    return float(loss), back(logits, labels) if back else (p - truth) / len(p)


def _activate(program: Program, z: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    if program.keep < 1 and mask is not None:
        return program.hidden_layer(z, np.zeros_like(z), mask, program.keep)[0]
    if program.activation == "sigmoid":
        return 1 / (1 + np.exp(-z))
    return np.maximum(z, 0.01 * z if program.activation == "leaky relu" else 0)


def _gate(program: Program, da: np.ndarray, z: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    if program.keep < 1 and mask is not None:
        return program.hidden_layer(z, da, mask, program.keep)[1]
    if program.activation == "sigmoid":
        a = 1 / (1 + np.exp(-z))
        return da * a * (1 - a)
    return (program.leaky_backward if program.activation == "leaky relu" else program.relu_backward)(da, z)


def _backward(
    program: Program, layers: Layers, entered: list, zs: list, dz: np.ndarray, masks: list | None
) -> Layers:
    grads = []
    for k in reversed(range(len(layers))):
        weights, bias = layers[k]
        found = program.layer_grads(dz * len(dz), entered[k])
        if program.decay:
            found = program.add_decay(*found, weights, bias, program.decay)
        grads.insert(0, tuple(found))
        if k:
            dz = _gate(program, dz @ weights.T, zs[k - 1], masks and masks[k - 1])
    return grads


def masks_for(program: Program, count: int, rng: np.random.Generator) -> list[np.ndarray] | None:
    """Which units stay in this step, or None without dropout."""
    if program.keep == 1:
        return None
    return [(rng.random((count, width)) < program.keep).astype(float) for width in program.sizes[1:-1]]


def memory_for(program: Program, layers: Layers) -> list:
    """What the optimiser remembers before its first step: zeros like every parameter."""
    count = {"sgd": 0, "momentum": 1, "adam": 2}[program.optimizer]
    return [[tuple(np.zeros_like(p) for _ in range(count)) for p in layer] for layer in layers]


def update(program: Program, layers: Layers, grads: Layers, memory: list, number: int) -> tuple[Layers, list]:
    """One step of the program's optimiser; steps count from 1."""
    done = [
        [one_step(program, p, g, m, number) for p, g, m in zip(*rows)] for rows in zip(layers, grads, memory)
    ]
    return [tuple(p for p, _ in row) for row in done], [[m for _, m in row] for row in done]


def one_step(program: Program, param: np.ndarray, grad: np.ndarray, memory: tuple, number: int) -> tuple:
    """One step of one array. -> (param, memory)"""
    if program.optimizer == "momentum":
        param, *memory = program.momentum_step(param, grad, *memory, program.rate, 0.9)
    elif program.optimizer == "adam":
        param, *memory = program.adam_step(param, grad, *memory, number, program.rate, 0.9, 0.999, 1e-8)
    else:
        param = param - program.rate * grad
    return param, tuple(memory)


def run(program: Program, seed: int = 0) -> SimulationRun:
    """Train from the start to the end.

    program: Program
    seed: int, of the starting weights and of everything that is shuffled
    returns: SimulationRun; what overflows on the way is in its numbers, and no warning is shown
    """
    with np.errstate(all="ignore"):
        return _simulate(program, seed)


def _simulate(program: Program, seed: int) -> SimulationRun:
    pictures, labels = images(program.examples, program.by_class)
    inputs, valid = scaled(program, pictures), scaled(program, validation().images)
    rng, begun = np.random.default_rng(seed), start(program, seed)
    layers, memory, losses, accuracies, steps = begun, memory_for(program, begun), [], [], []
    cuts = np.asarray(program.cut(len(labels), program.batch, program.epochs))
    firsts = [*np.flatnonzero(cuts[:, 0] == 0), len(cuts)]
    for epoch in range(program.epochs):
        x, y = program.shuffle(inputs, labels, rng)
        for low, high in cuts[firsts[epoch] : firsts[epoch + 1]]:
            masks = masks_for(program, len(y[low:high]), rng)
            loss, grads = loss_and_grads(program, layers, x[low:high], y[low:high], masks)
            losses.append(float(loss))
            layers, memory = update(program, layers, grads, memory, len(losses))
        p = predict(program, layers, valid)
        accuracies.append(float((p.argmax(axis=1) == validation().labels).mean()))
        steps.append(int(firsts[epoch + 1] - firsts[epoch]))
    return SimulationRun(losses, accuracies, steps, begun, layers)
