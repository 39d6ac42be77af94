"""What surrounds training: imports, data, the History, a live widget, exercise checks and whole lessons.

Each is measured the way it is used; what is not installed or does not exist yet is left out.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

from . import machine
from .nets import NETS, first_layers

ROOT = Path(__file__).resolve().parents[1]
MODULES = ("numpy", "mlpkit", "sklearn.neural_network", "torch", "jax.numpy", "keras")
STEPS = 900


def imports(rounds: int) -> dict:
    """Milliseconds and MB of importing each module in a fresh Python; {} stands for Python alone."""
    present = [name for name in MODULES if importlib.util.find_spec(name.partition(".")[0])]
    results: dict = {name: [] for name in ["", *present]}
    for _ in range(rounds + 1):
        for name, runs in results.items():
            runs.append(_import(name))
    return {
        name or "Python alone": {key: float(np.median([run[key] for run in runs[1:]])) for key in runs[0]}
        for name, runs in results.items()
    }


def data_ready(rounds: int) -> dict:
    """Seconds until the images are there: at the very first use (they are unpacked), and ever after."""
    code = (
        "import time, mlpkit; t = time.perf_counter(); d = mlpkit.load(); d.train.images[0].sum(); "
        "print(time.perf_counter() - t)"
    )
    first, later = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as cache:
            first.append(float(_python(code, MLPKIT_CACHE=cache)))
            later.append(float(_python(code, MLPKIT_CACHE=cache)))
    return {"first use": float(np.median(first)), "later": float(np.median(later))}


def watching(rounds: int) -> dict:
    """CPU seconds of the same steps in a plain loop, into a History, and in a training deck.

    returns: {"W4 sgd": {"plain": [...], "rows": [...], "History": [...], "deck": [...]}, ...}, interleaved
        rounds; "rows" is a History that keeps as few snapshots as it can
    """
    ways = {"plain": _plain, "rows": _into_rows, "History": _into_history}
    if importlib.util.find_spec("anywidget"):
        ways["deck"] = _deck
    results = {}
    for net, optimizer in (("W4", "sgd"), ("W4", "adam"), ("W0", "adam")):
        row: dict = {name: [] for name in ways}
        for number in range(rounds + 1):
            for name, way in ways.items():
                start = time.process_time()
                way(_settings(net, optimizer))
                if number:
                    row[name].append(time.process_time() - start)
        results[f"{net} {optimizer}"] = row
    return results


def checks(rounds: int) -> dict:
    """Milliseconds that the check of each exercise takes, given its own model solution."""
    from mlpkit.exercises import check
    from mlpkit.exercises.catalogue import exercises

    results = {}
    for name, exercise in exercises().items():
        times = []
        for _ in range(rounds):
            start = time.perf_counter()
            outcome = check(name, exercise.reference).outcome
            times.append(1e3 * (time.perf_counter() - start))
        results[name] = {"ms": float(np.median(times)), "outcome": outcome}
    return results


def lessons() -> dict:
    """Seconds and MB of every lesson, run in a kernel of its own on one core, as `make cost` does."""
    if not all(importlib.util.find_spec(name) for name in ("nbclient", "nbval", "nbformat")):
        return {}
    output = subprocess.run(
        [sys.executable, "-m", "tools.run"], cwd=ROOT, capture_output=True, text=True, env=machine.pinned(1)
    ).stdout
    rows = [line.split() for line in output.splitlines() if line[:2].isdigit()]
    return {row[0]: {"wall": float(row[1]), "cpu": float(row[2]), "peak_mb": float(row[-1])} for row in rows}


def _import(name: str) -> dict:
    code = (
        "import time, json; w, c = time.perf_counter(), time.process_time()\n"
        + (f"import {name}\n" if name else "")
        + "w, c = time.perf_counter() - w, time.process_time() - c\n"
        + "from benchmarks.machine import peak_mb\n"
        + "print(json.dumps({'wall_ms': 1e3 * w, 'cpu_ms': 1e3 * c, 'peak_mb': peak_mb()}))"
    )
    return json.loads(_python(code))


def _python(code: str, **environment: str) -> str:
    """What a fresh Python prints last when it runs this code."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=machine.pinned(1) | environment,
    )
    return done.stdout.splitlines()[-1]


def _settings(net: str, optimizer: str) -> dict:
    """Arguments of `train` for STEPS steps."""
    import mlpkit

    chosen = NETS[net]
    train = mlpkit.load(valid_size=0).train
    epochs = -(-STEPS * chosen.batch // len(train.labels))
    count = STEPS * chosen.batch // epochs
    activation = {"relu": mlpkit.relu, "sigmoid": mlpkit.sigmoid}[chosen.activation]
    return {
        "params": mlpkit.Params(first_layers(chosen)),
        "data": mlpkit.Examples(train.images[:count], train.labels[:count]),
        "optimizer": {"sgd": mlpkit.sgd(chosen.rate), "adam": mlpkit.adam()}[optimizer],
        "epochs": epochs,
        "batch_size": chosen.batch,
        "rng": np.random.default_rng(0),
        "loss_and_grads": partial(mlpkit.loss_and_grads, activation=activation),
    }


def _plain(settings: dict) -> None:
    import mlpkit

    for _ in mlpkit.train(**settings):
        pass


def _into_rows(settings: dict) -> None:
    import mlpkit

    mlpkit.History(snapshot_bytes=1).extend(mlpkit.train(**settings))


def _into_history(settings: dict) -> None:
    import mlpkit

    mlpkit.History().extend(mlpkit.train(**settings))


def _deck(settings: dict) -> None:
    """The deck with somebody watching, as far as the kernel is concerned: it packs and sends all it would."""
    from mlpkit.widgets import TrainingDeck

    async def run() -> None:
        deck = TrainingDeck(**settings)
        deck.on_watch({"on": True, "page": "benchmark"})
        await deck.finished()
        deck.close()

    os.environ.setdefault("MLPKIT_HEADLESS", "1")
    with contextlib.redirect_stdout(io.StringIO()):
        asyncio.run(run())
