"""The limit: how fast a single matrix product can be here, a large one and those that a net is made of."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from .nets import Net

LARGE = 1024


def measure(net: Net, seconds: float = 0.01, clock: Callable[[], float] = time.process_time) -> dict:
    """Floating-point operations a second of float32 products.

    seconds: how long each product is repeated; its fastest time counts, since nothing makes it faster
        than it is
    clock: of CPU time; of wall time where several threads share the work
    returns: {"large": of 1024 x 1024 matrices, "net": of all products of one step of the net together}
    """
    rng = np.random.default_rng(0)
    large = 2 * LARGE**3 / _fastest(*_matrices(rng, LARGE, LARGE, LARGE), seconds, clock)
    operations = time_needed = 0.0
    for i, (fan_in, fan_out) in enumerate(zip(net.sizes, net.sizes[1:])):
        inputs, weights = _matrices(rng, net.batch, fan_in, fan_out)
        dz = rng.random((net.batch, fan_out), dtype=np.float32)
        products = [(inputs, weights), (inputs.T, dz)] + ([(dz, weights.T)] if i else [])
        operations += 2 * net.batch * fan_in * fan_out * len(products)
        time_needed += sum(_fastest(a, b, seconds, clock) for a, b in products)
    return {"large": large, "net": operations / time_needed}


def _matrices(rng: np.random.Generator, rows: int, inner: int, columns: int) -> tuple:
    return rng.random((rows, inner), dtype=np.float32), rng.random((inner, columns), dtype=np.float32)


def _fastest(a: np.ndarray, b: np.ndarray, seconds: float, clock: Callable[[], float]) -> float:
    out = np.empty((a.shape[0], b.shape[1]), np.float32)
    best, end, count = np.inf, time.perf_counter() + seconds, 0
    while count < 5 or time.perf_counter() < end:
        start = clock()
        np.matmul(a, b, out=out)
        best, count = min(best, clock() - start), count + 1
    return best
