"""`python -m benchmarks` measures everything and writes the tables and plots; `--quick` takes two minutes.

`--only race growth` measures some parts anew and keeps what the last run found for the others.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from . import accuracy, around, gradients, growth, limits, machine, published, race
from .report import write

HERE = Path(__file__).parent
MARK = "MLPKIT_BENCHMARK"
ALL = [(net, optimizer) for optimizer in ("sgd", "adam") for net in ("W0", "W1", "W2", "W4")]
FEW = [("W0", "sgd"), ("W1", "sgd"), ("W2", "sgd"), ("W4", "sgd"), ("W0", "adam"), ("W4", "adam")]
# Those that the targets name; the others would not fit into two minutes.
MAIN = (
    "mlpkit",
    "the notebook's own loops",
    "scikit-learn",
    "PyTorch, slicing",
    "PyTorch, slicing, fused",
    "PyTorch, DataLoader",
    "JAX, lax.scan",
)
SHORT = ("mlpkit", "textbook NumPy, float32", "scikit-learn", "PyTorch, slicing", "JAX, lax.scan")


def parts(
    quick: bool, rounds: int, kernels: str | None, digits: str = "mnist_10k"
) -> dict[str, Callable[[], object]]:
    """What there is to measure, by name, in order."""
    short = [event for event in FEW if event != ("W1", "sgd")]
    return {
        "race": lambda: race.race(
            FEW if quick else ALL,
            threads=1,
            rounds=rounds,
            seconds=0.06 if quick else 2.0,
            kernels=kernels,
            names=MAIN if quick else None,
            anew=not quick,
        ),
        "memory": lambda: race.memory("W4", "sgd", names=SHORT if quick else None, kernels=kernels),
        "gradients": lambda: gradients.measure(rounds),
        "imports": lambda: around.imports(1 if quick else 5),
        "data": lambda: around.data_ready(1 if quick else 3),
        "watching": lambda: around.watching(1 if quick else 9),
        "checks": lambda: around.checks(1 if quick else 3),
        "limits": lambda: limits.measure(1 if quick else 5),
        "two threads": lambda: race.race(
            short, threads=2, rounds=rounds, seconds=2.0, kernels=kernels, names=SHORT
        ),
        "growth": lambda: growth.measure(rounds, 0.15, kernels),
        "accuracy": accuracy.measure,
        "lessons": around.lessons,
        "published": lambda: published.keep(published.measure(rounds, digits=digits)),
    }


NOT_QUICK = ("two threads", "growth", "accuracy", "lessons", "published")


def main() -> None:
    """Measure, write results.json after each part, then RESULTS.md and the plots."""
    options = _options()
    if MARK not in os.environ:  # once more, in an environment with one thread: NumPy reads it when it starts
        environment = machine.pinned(1, options.kernels) | {MARK: "1"}
        sys.exit(subprocess.call([sys.executable, "-m", __package__, *sys.argv[1:]], env=environment))
    results = _earlier(options.results)
    todo = parts(options.quick, options.rounds, options.kernels, options.digits)
    chosen = options.only or [name for name in todo if not (options.quick and name in NOT_QUICK)]
    results["machine"] = machine.describe() | machine.blas()
    for name in chosen:
        print(f"{name} ...", flush=True)
        began, load = time.time(), machine.load()
        found = todo[name]()
        results[name] = {
            "date": date.today().isoformat(),
            "mode": "quick" if options.quick else "full",
            "seconds": round(time.time() - began),
            "load": [round(load, 1), round(machine.load(), 1)],
            "kernels": options.kernels or "as NumPy chooses",
            "found": found,
        }
        options.results.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    write(results, options.results.parent)
    print(f"{options.results.parent / 'RESULTS.md'} is written.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="two minutes: parts of epochs, fewer contenders")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds (5)")
    parser.add_argument("--only", nargs="+", choices=list(parts(False, 5, None)), help="some parts only")
    parser.add_argument("--digits", default="mnist_10k", help="for --only published: mnist for all 60,000")
    parser.add_argument("--kernels", help="OPENBLAS_CORETYPE for all that use NumPy, for instance Haswell")
    parser.add_argument("--results", type=Path, default=HERE / "results.json", help="where to write")
    return parser.parse_args()


def _earlier(path: Path) -> dict:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


if __name__ == "__main__":
    main()
