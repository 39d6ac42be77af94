"""Tests that take gradients and steps.

Each compares what the program does with something that must come out the same.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlpkit.core.gradcheck import numerical_gradient

from . import program as lab
from .finding import FEW, Finding, about, some_images
from .program import Layers, Program


def two_batch_sizes(program: Program) -> Iterator[Finding]:
    """The same 20 images once and five times over: a mean over the batch does not notice."""
    x, y = some_images(program)
    layers, masks = lab.start(program), lab.masks_for(program, FEW, np.random.default_rng(0))
    more = masks and [np.tile(mask, (5, 1)) for mask in masks]
    once = lab.loss_and_grads(program, layers, x, y, masks)[1]
    fivefold = lab.loss_and_grads(program, layers, np.tile(x, (5, 1)), np.tile(y, 5), more)[1]
    for k, (one, five) in enumerate(zip(once, fivefold)):
        for name, a, b in zip(("weights", "bias"), one, five):
            ratio = float(np.linalg.norm(b) / max(np.linalg.norm(a), 1e-300)) if a.any() else 1.0
            yield Finding(f"layer {k} {name}: gradient times {ratio:.3g}, should be 1", abs(ratio - 1) < 1e-6)


def two_learning_rates(program: Program) -> Iterator[Finding]:
    """One step at a tiny and at the usual rate, each divided by its rate, is the same step."""
    x, y = some_images(program)
    layers = lab.start(program)
    tiny, usual = (_first_step(program._replace(rate=rate), layers, x, y) for rate in (1e-6, program.rate))
    for k, (a, b) in enumerate(zip(tiny, usual)):
        gap = float(np.linalg.norm(b - a) / max(np.linalg.norm(a), 1e-300)) if a.any() else 0.0
        share = "less than 0.1 %" if gap < 1e-3 else f"≈ {100 * gap:.0f} %"
        text = f"layer {k}: the direction differs by {share}, should be 0 %"
        yield Finding(text, gap < 1e-3)


def bench(program: Program) -> Iterator[Finding]:
    """A gradient that is always 1, at a rate of 1: the lengths of steps 1, 10 and 3000 are known."""
    want = {"sgd": (1, 1, 1), "momentum": (1, 10 * (1 - 0.9**10), 10), "adam": (1, 1, 1)}[program.optimizer]
    got = _step_lengths(program._replace(rate=1.0))
    normal = bool(np.allclose(got, want, rtol=1e-2))
    yield Finding(f"steps 1, 10, 3000 are {_row(got)} long, should be {_row(want)}", normal)
    if program.decay:
        decays = program.add_decay(*np.zeros((2, 1)), *np.full((2, 1), 5.0), 0.01)
        got = tuple(float(p[0]) for p in decays)
        text = f"gradient 0, decay 0.01: the decay of a weight of 5 is {got[0]:g}, should be 0.05"
        yield Finding(text, abs(got[0] - 0.05) < 1e-9)
        yield Finding(f"and that of a bias of 5 is {got[1]:g}, should be 0", got[1] == 0)


def overfit(program: Program) -> Iterator[Finding]:
    """A program that works can learn 20 images by heart."""
    x, y = some_images(program)
    layers = lab.start(program)
    memory, rng = lab.memory_for(program, layers), np.random.default_rng(0)
    for number in range(1, 301):
        grads = lab.loss_and_grads(program, layers, x, y, lab.masks_for(program, FEW, rng))[1]
        layers, memory = lab.update(program, layers, grads, memory, number)
    right = int((lab.predict(program, layers, x).argmax(axis=1) == y).sum())
    # A count that is the same on every machine: only "all", "more than half" or "at most half" are certain.
    count = str(FEW) if right == FEW else f"fewer than {FEW}" if right > FEW // 2 else f"at most {FEW // 2}"
    yield Finding(f"after 300 steps {count} of {FEW} are right, should be all", right == FEW)


def gradient_check(program: Program) -> Iterator[Finding]:
    """The slope of the loss, found by nudging parameters, against the gradient that the program computes."""
    x, y = some_images(program)
    rng = np.random.default_rng(0)
    # Away from the start, where biases are 0 and a sum may lie exactly on the kink of relu.
    layers = [tuple(p + 0.05 * rng.normal(size=p.shape) for p in layer) for layer in lab.start(program)]
    masks = lab.masks_for(program, FEW, rng)
    grads = lab.loss_and_grads(program, layers, x, y, masks)[1]
    for k, layer in enumerate(layers):
        for name, array, grad in zip(("weights", "bias"), layer, grads[k]):
            places = rng.choice(grad.size, min(grad.size, 25), replace=False)
            slopes = _slopes(program, layers, array, places, (x, y, masks))
            yield _compared(f"layer {k} {name}", grad.flat[places], slopes)


def _slopes(
    program: Program, layers: Layers, array: np.ndarray, places: np.ndarray, batch: tuple
) -> np.ndarray:
    """The numerical gradient of the loss at some places of one array of `layers`."""
    before = array.flat[places]

    def loss(values: np.ndarray) -> float:
        array.flat[places] = values
        return lab.loss_and_grads(program, layers, *batch)[0]

    slopes = numerical_gradient(loss, before)
    array.flat[places] = before
    return slopes


def _compared(name: str, grad: np.ndarray, slopes: np.ndarray) -> Finding:
    size = np.linalg.norm(grad) + np.linalg.norm(slopes)
    error = float(np.linalg.norm(grad - slopes) / size) if size > 1e-9 else 0.0
    text = f"{name}: relative error {'below 1e-4' if error < 1e-4 else about(error)}"
    if error < 1e-4:
        return Finding(text, True)
    ratio = np.linalg.norm(grad) / max(np.linalg.norm(slopes), 1e-300)
    cosine = float(grad @ slopes / max(np.linalg.norm(grad) * np.linalg.norm(slopes), 1e-300))
    return Finding(f"{text}; {about(ratio)} times the expected length, cosine {cosine:.3f}", False)


def _step_lengths(program: Program) -> tuple[float, float, float]:
    param, lengths = np.zeros((1, 1)), []
    (memory,) = lab.memory_for(program, [(param,)])[0]
    for number in range(1, 3001):
        new, memory = lab.one_step(program, param, np.ones((1, 1)), memory, number)
        lengths.append(float(param[0, 0] - new[0, 0]))
        param = new
    return lengths[0], lengths[9], lengths[2999]


def _first_step(program: Program, layers: Layers, x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    masks = lab.masks_for(program, len(y), np.random.default_rng(0))
    grads = lab.loss_and_grads(program, layers, x, y, masks)[1]
    after, _ = lab.update(program, layers, grads, lab.memory_for(program, layers), 1)
    return [(new[0] - old[0]) / program.rate for old, new in zip(layers, after)]


def _row(numbers: tuple) -> str:
    return ", ".join(f"{number:.3g}" for number in numbers)
