"""The same network in other people's libraries: PyTorch's and scikit-learn's loss, gradients and Adam steps.

`python -m mlpkit.capstone.reference_libraries` asks both and stores what they say
in reference_libraries.npz, for whoever has neither.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import io
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..core.data import load
from ..core.initializers import init_params
from ..core.params import Params

FILE = Path(__file__).with_name("reference_libraries.npz")
SIZES = (784, 12, 12, 10)
STEPS, BATCH = 10, 32
RATE, B1, B2, EPS = 0.001, 0.9, 0.999, 1e-8
PATIENCE = 10.0  # seconds for all to answer; after that the stored arrays have to do


class LibraryResult(NamedTuple):
    """What a library answers.

    loss: float, of the first batch
    grads, after: (parameters,) float, the gradients of the first batch, the parameters after ten Adam steps
    source: str, "stored", or the library's version
    """

    loss: float
    grads: np.ndarray
    after: np.ndarray
    source: str


def problem() -> tuple[Params, list[tuple[np.ndarray, np.ndarray]]]:
    """Where everybody starts, and what everybody sees.

    returns: (Params in float64, ten batches of (images (32, 784) float64, labels (32,)) of Fashion-MNIST)
    """
    train = load().train
    images = train.images[: STEPS * BATCH].astype(np.float64) / 255
    parts = [slice(i * BATCH, (i + 1) * BATCH) for i in range(STEPS)]
    return _start(), [(images[part], np.asarray(train.labels[part])) for part in parts]


def _start() -> Params:
    rng = np.random.default_rng(2026)
    params = init_params(list(SIZES), rng=rng, dtype=np.float64)
    for layer in params:
        layer.bias[...] = rng.normal(0, 0.1, layer.bias.shape)  # from 0, some mistakes would not show
    if not FILE.is_file():
        return params
    with np.load(FILE, allow_pickle=False) as file:  # NumPy may draw other numbers one day
        return params.like(file["start"].astype(np.float64))


def torch_result(params: Params, batches: Sequence[tuple]) -> tuple[float, np.ndarray, np.ndarray]:
    """Loss and gradients of the first batch, and the weights after ten Adam steps, by PyTorch."""
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)
    net = [[torch.tensor(part, requires_grad=True) for part in layer] for layer in params]
    parts = [part for layer in net for part in layer]
    adam = torch.optim.Adam(parts, RATE, (B1, B2), EPS)
    first = None
    for images, labels in batches:
        a = torch.tensor(images)
        for weights, bias in net[:-1]:
            a = functional.relu(a @ weights + bias)
        loss = functional.cross_entropy(a @ net[-1][0] + net[-1][1], torch.tensor(labels))
        adam.zero_grad()
        loss.backward()
        first = first or (loss.item(), _flat(part.grad.numpy() for part in parts))
        adam.step()
    return *first, _flat(part.detach().numpy() for part in parts)


def sklearn_result(params: Params, batches: Sequence[tuple]) -> tuple[float, np.ndarray, np.ndarray]:
    """The same by scikit-learn's MLPClassifier and the Adam that it uses inside."""
    from sklearn.neural_network import MLPClassifier
    from sklearn.neural_network._stochastic_optimizers import AdamOptimizer

    model = MLPClassifier(SIZES[1:-1], alpha=0.0, batch_size=BATCH)
    model.partial_fit(*batches[0], classes=range(SIZES[-1]))  # only to give everything its shape
    model.coefs_, model.intercepts_ = ([np.array(part) for part in parts] for parts in zip(*params))
    parts = model.coefs_ + model.intercepts_
    adam = AdamOptimizer(parts, RATE, B1, B2)
    first = None
    for step, (images, labels) in enumerate(batches, 1):
        loss, dweights, dbiases = _sklearn_gradients(model, images, labels)
        first = first or (float(loss), _flat(part for layer in zip(dweights, dbiases) for part in layer))
        # It adds eps before it corrects for the start at zero; corrected alike, the two formulas are one.
        adam.epsilon = EPS * math.sqrt(1 - B2**step)
        adam.update_params(parts, dweights + dbiases)
    return *first, _flat(part for layer in zip(model.coefs_, model.intercepts_) for part in layer)


def _sklearn_gradients(model: object, images: np.ndarray, labels: np.ndarray) -> tuple:
    shapes = [(len(images), size) for size in SIZES[1:]]
    activations, deltas = [images, *map(np.empty, shapes)], [*map(np.empty, shapes)]
    dweights, dbiases = (
        [np.empty_like(part) for part in parts] for parts in (model.coefs_, model.intercepts_)
    )
    weight = (None,) if "sample_weight" in model._backprop.__code__.co_varnames else ()
    loss, *_ = model._backprop(images, np.eye(10)[labels], *weight, activations, deltas, dweights, dbiases)
    return loss, dweights, dbiases


def _flat(parts: object) -> np.ndarray:
    return np.concatenate([np.ravel(part) for part in parts])


# What it is called here, on PyPI and in `import`, and who asks it.
LIBRARIES: dict[str, tuple[str, str, Callable]] = {
    "scikit-learn": ("scikit-learn", "sklearn", sklearn_result),
    "PyTorch": ("torch", "torch", torch_result),
}


def ask(names: Sequence[str] = tuple(LIBRARIES)) -> dict[str, LibraryResult]:
    """What each library says: asked here where it is installed, and taken from the stored arrays elsewhere.

    Each is asked in a process of its own, both at once: PyTorch alone would take more memory than a lesson.

    names: str, of LIBRARIES
    returns: {name: LibraryResult}
    """
    end = time.monotonic() + PATIENCE
    asked = {name: _begin(name) for name in names if _installed(name)}
    answers = {name: _answer(process, end) for name, process in asked.items()}
    return {name: answers.get(name) or stored(name) for name in names}


def stored(name: str) -> LibraryResult:
    """What a library said when reference_libraries.npz was made.

    name: str, of LIBRARIES
    returns: LibraryResult
    """
    with np.load(FILE, allow_pickle=False) as file:
        loss, grads, after = (file[f"{name}_{what}"] for what in ("loss", "grads", "after"))
    return LibraryResult(float(loss), grads.astype(np.float64), after.astype(np.float64), "stored")


def _installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(LIBRARIES[name][1]) is not None
    except (ImportError, ValueError):  # something that only has the library's name
        return False


def _begin(name: str) -> subprocess.Popen:
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    path = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "mlpkit.capstone.reference_libraries", name],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **threads, "PYTHONPATH": path},
    )


def _answer(process: subprocess.Popen, end: float) -> LibraryResult | None:
    """What the process has written, or None when it broke or took too long."""
    try:
        written, _ = process.communicate(timeout=max(0.1, end - time.monotonic()))
        with np.load(io.BytesIO(written), allow_pickle=False) as file:
            return LibraryResult(float(file["loss"]), file["grads"], file["after"], str(file["version"]))
    except Exception:  # too old, broken, too slow: the stored arrays say the same
        process.kill()
        process.communicate()
        return None


def main(names: Sequence[str]) -> None:
    """With a name, write that library's answer to the standard output; without, store both."""
    params, batches = problem()
    if names:
        package, _, compute = LIBRARIES[names[0]]
        loss, grads, after = compute(params, batches)
        packed = io.BytesIO()
        np.savez(packed, loss=loss, grads=grads, after=after, version=importlib.metadata.version(package))
        sys.stdout.buffer.write(packed.getvalue())
        return
    kept = {"start": params.flat}
    for name, (package, _, compute) in LIBRARIES.items():
        loss, grads, after = compute(params, batches)
        kept[f"{name}_loss"], kept[f"{name}_version"] = loss, importlib.metadata.version(package)
        kept.update({f"{name}_grads": grads.astype(np.float32), f"{name}_after": after.astype(np.float32)})
    np.savez_compressed(FILE, **kept)
    print(f"{FILE.name}: {FILE.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
