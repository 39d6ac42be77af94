"""The process that one contender lives in: it reads orders from its input and answers in lines of JSON.

`python -m benchmarks.worker CONTENDER THREADS`; an order is a JSON object whose "do" says what to do.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import time
from collections.abc import Callable

from . import limit, machine
from .contenders import CONTENDERS
from .nets import as_net, job, test_loss


def main() -> None:
    """Answer orders until the input ends."""
    name, threads = sys.argv[1], int(sys.argv[2])
    machine.keep_to(threads)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints must not get between the answers
    work = Work(name, threads)
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = getattr(work, order.pop("do"))(**order)
        except Exception as error:  # the race goes on without this contender
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


class Work:
    """A contender and the job it has in hand."""

    def __init__(self, name: str, threads: int) -> None:
        self.name, self.threads = name, threads
        self.epoch: Callable | None = None
        self.net = None

    def prepare(self, net: str | list, optimizer: str, examples: int) -> dict:
        """Load and build; nothing of this is timed."""
        self.epoch = None
        gc.collect()
        self.net = as_net(net)
        contender = next(c for c in CONTENDERS if c.name == self.name)
        module = importlib.import_module(f".contenders.{contender.module}", __package__)
        self.epoch = module.prepare(
            job(self.net, optimizer, examples=examples, threads=self.threads), contender.variant
        )
        return {}

    def run(self, loss: bool = False) -> dict:
        """Train one epoch; wall and CPU seconds, and the test loss when it is asked for."""
        gc.collect()
        wall, cpu = time.perf_counter(), time.process_time()
        layers = self.epoch()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        answer = {"wall": wall, "cpu": cpu, "load": machine.load()}
        return answer | {"loss": test_loss(self.net, layers)} if loss else answer

    def products(self, net: str | list) -> dict:
        """How fast NumPy's matrix products are, large ones and those of a net."""
        clock = time.process_time if self.threads == 1 else time.perf_counter
        return limit.measure(as_net(net), clock=clock)

    def memory(self) -> dict:
        """Peak memory so far."""
        return {"peak_mb": machine.peak_mb()}


if __name__ == "__main__":
    main()
