"""What surrounds training: imports, data, the History, a live widget, exercise checks and whole lessons.

Each is measured the way it is used; what is not installed or does not exist yet is left out.
"""

from __future__ import annotations

import importlib.util
import itertools
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from . import machine
from .nets import NETS, first_layers

ROOT = Path(__file__).resolve().parents[1]
MODULES = ("numpy", "mlpkit", "sklearn.neural_network", "torch", "jax.numpy", "keras")
EPOCHS = 5  # of watched training


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
    """CPU seconds of five epochs in a plain loop, into a History, and in a training deck, in a real kernel.

    returns: {"784-128-64-10, adam": {"plain": [...], "History": [...], "deck": [...]}, ...}, in rounds
    """
    from jupyter_client.manager import run_kernel

    ways = ["plain", "History", *(["deck"] if importlib.util.find_spec("anywidget") else [])]
    optimizers = ("sgd", "adam")
    found: dict = {optimizer: {way: [] for way in ways} for optimizer in optimizers}
    for _ in range(rounds):
        # A new kernel every round, because a process may be 2 % faster than another for as long as it lives.
        with run_kernel(kernel_name="python3", cwd=str(ROOT)) as kernel:
            _told(kernel, "from benchmarks import around")
            for optimizer, warm, way in itertools.product(optimizers, (False, True), ways):
                seconds = float(_told(kernel, f"print(await around.watched({way!r}, {optimizer!r}))"))
                if warm:
                    found[optimizer][way].append(seconds)
    name = "-".join(map(str, NETS["deck"].sizes))
    return {f"{name}, {optimizer}": row for optimizer, row in found.items()}


async def watched(way: str, optimizer: str) -> float:
    """CPU seconds, of all threads of this process, that one training takes."""
    import mlpkit

    settings, deck = _settings("deck", optimizer), None
    if way == "deck":
        from mlpkit.widgets import TrainingDeck

        deck = TrainingDeck(**settings)
        deck.on_watch({"on": True, "page": "benchmark"})  # somebody looks: it packs and sends all it would
    start = time.process_time()
    if deck is not None:
        await deck.finished()
    elif way == "History":
        mlpkit.History().extend(mlpkit.train(**settings))
    else:
        for _ in mlpkit.train(**settings):
            pass
    seconds = time.process_time() - start
    if deck is not None:
        deck.close()
    return seconds


def _told(kernel: object, code: str) -> str:
    """What a kernel prints when it runs this code; all else that it sends is read too, as a page would."""
    told: list[str] = []
    reply = kernel.execute_interactive(
        code, timeout=600, output_hook=lambda message: told.append(message["content"].get("text", ""))
    )
    if reply["content"]["status"] != "ok":
        raise RuntimeError(f"{reply['content']['ename']}: {reply['content']['evalue']}")
    return "".join(told)


def checks(rounds: int) -> dict:
    """Milliseconds that the check of each exercise takes, given its own model solution."""
    from mlpkit.exercises import check
    from mlpkit.exercises.catalog import exercises

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
    return {row[0]: {"wall": float(row[1]), "cpu": float(row[2]), "peak_mb": float(row[7])} for row in rows}


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
    """Arguments of `train` for EPOCHS epochs of the whole training split."""
    import mlpkit

    chosen = NETS[net]
    return {
        "params": mlpkit.Params(first_layers(chosen)),
        "data": mlpkit.Examples(*mlpkit.load(valid_size=0).train),
        "optimizer": {"sgd": mlpkit.sgd(chosen.rate), "adam": mlpkit.adam()}[optimizer],
        "epochs": EPOCHS,
        "batch_size": chosen.batch,
        "rng": np.random.default_rng(0),
    }
