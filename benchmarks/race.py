"""The race: every contender in its own process, one after another in each round, round after round.

Rounds are interleaved (A B C, A B C, ...), so that a busy minute of the machine falls upon all alike.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from . import machine
from .contenders import CONTENDERS, OURS, Contender
from .nets import EXAMPLES, NETS

LIMIT = "limit"
RUN = {"do": "run"}


class Racer:
    """A contender's process, and the orders it is given."""

    def __init__(self, name: str, threads: int, kernels: str | None) -> None:
        self.name = name
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", name, str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=machine.pinned(threads, kernels),
        )

    def send(self, do: str, **order: object) -> None:
        """Give an order without waiting."""
        self.process.stdin.write(json.dumps({"do": do, **order}) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict:
        """Wait for the answer to the oldest order."""
        line = self.process.stdout.readline()
        return json.loads(line) if line else {"error": "the process ended"}

    def ask(self, do: str, **order: object) -> dict:
        """Give an order and wait for its answer."""
        self.send(do, **order)
        return self.answer()

    def __enter__(self) -> Racer:
        return self

    def __exit__(self, *error: object) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def installed() -> tuple[list[Contender], list[str]]:
    """The contenders that can start here, and the names of those that cannot."""
    present = [c for c in CONTENDERS if all(map(importlib.util.find_spec, c.needs.split()))]
    return present, [c.name for c in CONTENDERS if c not in present]


def race(
    events: Sequence[tuple[str, str]],
    *,
    threads: int,
    rounds: int,
    seconds: float,
    kernels: str | None = None,
    names: Sequence[str] | None = None,
    anew: bool = True,
    say: Callable[[str], None] = print,
) -> dict:
    """Run all events; an event is (net, optimizer).

    seconds: how long one turn may take; who needs longer trains on a part of the epoch, and its time is
        scaled up
    names: contenders to let in, or None for all that are installed
    anew: whether every round starts all processes anew. Where its memory happens to lie makes a process a few
        per cent faster or slower for as long as it lives; only other processes can tell
    returns: {"W0 sgd": {contender: {"wall": [...], "cpu": [...], "loss": .., "examples": ..}}, ...}, and
        under "limit" in each event the speeds of matrix products
    """
    present = [c for c in installed()[0] if names is None or c.name in names]
    results: dict = {f"{net} {optimizer}": {LIMIT: {"large": [], "net": []}} for net, optimizer in events}
    for count in [1] * rounds if anew else [rounds]:
        with ExitStack() as stack:
            racers = {c.name: stack.enter_context(Racer(c.name, threads, kernels)) for c in present}
            racers[LIMIT] = stack.enter_context(Racer(OURS, threads, kernels))
            for net, optimizer in events:
                entered = [racers[c.name] for c in present if net in c.nets and optimizer in c.optimizers]
                result = results[f"{net} {optimizer}"]
                ready = [
                    racer for racer in entered if _get_ready(racer, net, optimizer, seconds, result, say)
                ]
                for number in range(count):
                    _round(ready, racers[LIMIT], net, result, last=number + 1 == count)
                say(f"  {net} {optimizer}: " + _headline(result))
    return results


def _get_ready(
    racer: Racer, net: str, optimizer: str, seconds: float, result: dict, say: Callable[[str], None]
) -> bool:
    """Warm a process up for an event; False when it cannot take part."""
    row = result.get(racer.name)
    if row is None:
        row = result[racer.name] = _warm_up(racer, net, optimizer, seconds)
        if "error" in row:
            say(f"  {racer.name} is left out of {net}: {row['error']}")
    elif "error" not in row:
        for order in (
            {"do": "prepare", "net": net, "optimizer": optimizer, "examples": row["examples"]},
            RUN,
        ):
            answer = racer.ask(**order)
            if "error" in answer:
                row["error"] = answer["error"]
                break
    return "error" not in row


def _warm_up(racer: Racer, net: str, optimizer: str, seconds: float) -> dict:
    """Prepare, train a little, and choose how much of the epoch a turn can hold."""
    batch = NETS[net].batch
    examples = max(2 * batch, 1_000)
    while True:
        # Twice: the first run makes things ready (JAX compiles), the second tells the speed.
        orders = ({"do": "prepare", "net": net, "optimizer": optimizer, "examples": examples}, RUN, RUN)
        for order in orders:
            answer = racer.ask(**order)
            if "error" in answer:
                return answer
        fitting = min(EXAMPLES, int(examples * seconds / max(answer["cpu"], 1e-4)) // batch * batch)
        if fitting < 2 * examples:
            return {"wall": [], "cpu": [], "load": [], "examples": examples}
        # Little tells too little: grow step by step to what fits. A whole epoch is best, if it nearly fits.
        examples = EXAMPLES if fitting > EXAMPLES // 2 else min(fitting, 10 * examples)


def _round(entered: list[Racer], limit: Racer, net: str, result: dict, last: bool) -> None:
    for racer in entered:
        answer, row = racer.ask("run", loss=last), result[racer.name]
        if "error" in answer:
            row["error"] = answer["error"]
            continue
        scale = EXAMPLES / row["examples"]
        row["wall"].append(answer["wall"] * scale)
        row["cpu"].append(answer["cpu"] * scale)
        row["load"].append(answer["load"])
        if "loss" in answer:
            row["loss"] = answer["loss"]
    for key, value in limit.ask("products", net=net).items():
        result[LIMIT][key].append(value)


def _headline(result: dict) -> str:
    ours = result.get(OURS, {}).get("wall")
    return f"{sorted(ours)[len(ours) // 2]:.3f} s an epoch" if ours else "done"


def memory(
    net: str, optimizer: str, *, names: Sequence[str] | None = None, kernels: str | None = None
) -> dict:
    """Peak MB of a fresh process that loads the data and trains one epoch of a net."""
    peaks = {}
    for contender in installed()[0]:
        fits = net in contender.nets and optimizer in contender.optimizers
        if not fits or (names is not None and contender.name not in names):
            continue
        with Racer(contender.name, 1, kernels) as racer:
            racer.ask("prepare", net=net, optimizer=optimizer, examples=EXAMPLES)
            if "error" not in racer.ask("run"):
                peaks[contender.name] = racer.ask("memory")["peak_mb"]
    return peaks
