"""NumPy with nothing to look at: every array is made once and written over in every step.

Nobody would want to learn from it. It is raced to show what NumPy itself allows: how far it is ahead of
mlpkit is the price of checks, of a Step that never changes, and of an accuracy for every batch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

import mlpkit

from ..nets import Job

BLOCK = 65_536  # numbers that Adam updates at a time


class Room(NamedTuple):
    """Where everything of a step is written: pixels as bytes, and for each layer what enters, z and dz."""

    pixels: np.ndarray
    entered: list[np.ndarray]
    zs: list[np.ndarray]
    dzs: list[np.ndarray]
    columns: np.ndarray
    ones: np.ndarray
    rows: np.ndarray


def prepare(job: Job, variant: str) -> Callable[[], list]:
    """One epoch in float32, in memory that is kept."""
    batch, count = job.net.batch, len(job.order)
    rooms = {rows: _room(job.net.sizes, rows) for rows in {min(batch, count), count % batch} - {0}}
    update = {"sgd": _sgd, "adam": _adam}[job.optimizer]
    params, start = mlpkit.Params(job.layers), mlpkit.Params(job.layers)
    grads = params.copy()
    memory = [np.empty_like(params.flat) for _ in range(2)]
    scratch = [np.empty(min(BLOCK, params.flat.size), params.dtype) for _ in range(2)]

    def epoch() -> list:
        params.flat = start.flat
        for part in memory:
            part.fill(0)
        for step, i in enumerate(range(0, count, batch), 1):
            chosen = job.order[i : i + batch]
            room = rooms[len(chosen)]
            # "clip", because the default would fill a buffer first, to leave `out` whole after an error
            job.images.take(chosen, axis=0, out=room.pixels, mode="clip")
            _forward(params.layers, room, job.net.activation)
            _loss_and_dlogits(room, job.labels[chosen])
            _backward(params.layers, grads.layers, room, job.net.activation)
            update(params.flat, grads.flat, memory, scratch, job.rate, step)
        return list(params)

    return epoch


def _room(sizes: tuple[int, ...], rows: int) -> Room:
    widths = [np.empty((rows, size), np.float32) for size in (*sizes, *sizes[1:], *sizes[1:])]
    layers = len(sizes) - 1
    return Room(
        np.empty((rows, sizes[0]), np.uint8),
        widths[:layers],
        widths[layers + 1 : 2 * layers + 1],
        widths[2 * layers + 1 :],
        np.empty((sizes[-1], rows), np.float32),
        np.ones(rows, np.float32),
        np.arange(rows),
    )


def _forward(layers: tuple, room: Room, activation: str) -> None:
    a = room.entered[0]
    np.copyto(a, room.pixels)
    a *= np.float32(1 / 255)
    for i, (weights, bias) in enumerate(layers):
        z = np.matmul(room.entered[i], weights, out=room.zs[i])
        z += bias
        if i + 1 == len(layers):
            return
        a = room.entered[i + 1]
        if activation == "relu":
            np.maximum(z, 0, out=a)
        else:
            np.exp(np.negative(z, out=a), out=a)
            a += 1
            np.reciprocal(a, out=a)


def _loss_and_dlogits(room: Room, labels: np.ndarray) -> float:
    columns, true = room.columns, (labels, room.rows)
    np.copyto(columns, room.zs[-1].T)
    columns -= columns.max(axis=0)
    picked = columns[true]
    np.exp(columns, out=columns)
    sums = columns.sum(axis=0)
    columns /= sums * len(labels)
    columns[true] -= 1 / len(labels)
    np.copyto(room.dzs[-1], columns.T)
    return float(np.log(sums).sum() - picked.sum()) / len(labels)


def _backward(layers: tuple, grads: tuple, room: Room, activation: str) -> None:
    for i in reversed(range(len(layers))):
        dz, a = room.dzs[i], room.entered[i]
        np.matmul(a.T, dz, out=grads[i].weights)
        np.dot(room.ones, dz, out=grads[i].bias)
        if i:
            below = np.matmul(dz, layers[i].weights.T, out=room.dzs[i - 1])
            if activation == "relu":
                below *= a > 0
            else:
                below *= a
                below *= np.subtract(1, a, out=a)  # nobody needs a any more


def _sgd(p: np.ndarray, g: np.ndarray, memory: list, scratch: list, rate: float, step: int) -> None:
    g *= rate
    p -= g


def _adam(p: np.ndarray, g: np.ndarray, memory: list, scratch: list, rate: float, step: int) -> None:
    root = (1 - 0.999**step) ** 0.5
    scale, small = rate * root / (1 - 0.9**step), 1e-8 * root
    for start in range(0, p.size, BLOCK):
        block = slice(start, start + BLOCK)
        here, grad, m, s = p[block], g[block], memory[0][block], memory[1][block]
        first, second = (part[: here.size] for part in scratch)
        m *= 0.9
        m += np.multiply(0.1, grad, out=first)
        np.multiply(grad, grad, out=second)
        second *= 0.001
        s *= 0.999
        s += second
        np.sqrt(s, out=second)
        second += small
        np.divide(m, second, out=second)
        second *= scale
        here -= second
