"""How cost grows with width, depth, batch and number of images: mlpkit, PyTorch and the limit.

Each point is a short run of its own net; nothing here is compared across machines, only along the curves.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from contextlib import ExitStack

from .nets import EXAMPLES, Net, flops
from .race import LIMIT, Racer, installed

PEER = "PyTorch, slicing, fused"
AXES: dict[str, list[tuple[int, Net, int]]] = {
    "width": [(w, Net("", (784, w, w, 10), 64, "relu", 0.1), 0) for w in (32, 64, 128, 256, 512, 1024, 2048)],
    "depth": [(d, Net("", (784, *[128] * d, 10), 64, "relu", 0.1), 0) for d in (1, 2, 3, 4, 6, 8)],
    "batch": [(b, Net("", (784, 128, 64, 10), b, "relu", 0.1), 0) for b in (8, 32, 64, 256, 1024, 4096)],
    "images": [
        (n, Net("", (784, 128, 64, 10), 64, "relu", 0.1), n) for n in (1_000, 3_000, 10_000, 30_000, EXAMPLES)
    ],
}


def measure(rounds: int, seconds: float, kernels: str | None = None, say: Callable = print) -> dict:
    """Seconds of an epoch along each axis.

    rounds: how often each point is measured, interleaved; seconds: about how long one turn takes
    returns: {axis: {"at": [...], "mlpkit": [...], PEER: [...], "limit": [...]}}; for "images" the epoch has
        that many images, else 60,000
    """
    present = {contender.name for contender in installed()[0]}
    names = [name for name in ("mlpkit", PEER) if name in present]
    results = {}
    with ExitStack() as stack:
        racers = {name: stack.enter_context(Racer(name, 1, kernels)) for name in names}
        for axis, points in AXES.items():
            table = {"at": [at for at, _, _ in points], LIMIT: [], **{name: [] for name in names}}
            for _, net, images in points:
                for name, value in _point(racers, net, images, rounds, seconds).items():
                    table[name].append(value)
            results[axis] = table
            say(f"  {axis}: done")
    return results


def _point(racers: dict, net: Net, images: int, rounds: int, seconds: float) -> dict:
    whole = images or EXAMPLES
    part = images or max(2 * net.batch, min(EXAMPLES, int(seconds * 4e10 / (flops(net) / EXAMPLES))))
    times: dict[str, list] = {name: [] for name in racers}
    speeds = []
    for racer in racers.values():
        racer.ask("prepare", net=list(net), optimizer="sgd", examples=part)
        racer.ask("run")
    for _ in range(rounds):
        for name, racer in racers.items():
            times[name].append(racer.ask("run")["cpu"] * whole / part)
        speeds.append(racers["mlpkit"].ask("products", net=list(net))["net"])
    limit = flops(net, whole) / statistics.median(speeds)
    return {LIMIT: limit, **{name: statistics.median(values) for name, values in times.items()}}
