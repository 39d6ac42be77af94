"""The five published notebooks at full size: what each of their faults costs, and how long their loops take.

Every variant of `mlpkit.case_studies` is trained from three seeds and scored on the test images; then the
corrected one is timed beside a literal re-creation of the notebook's own loops, interleaved.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType

import numpy as np

from mlpkit import case_studies as published
from mlpkit import init_params, load, loss_and_grads, numerical_grads
from mlpkit.core.data import Dataset

from .notebooks import columns, dictionaries, example_by_example, jacobians, nudges
from .stats import ratio, summary

SEEDS = (0, 1, 2)
SHIPPED = Path(published.__file__).with_name("results.json")  # the lesson reads it there
DRAWS = 20  # of five images, for notebook 3's check
PART = 1_000  # parameters that its loops nudge; the time is scaled up


def measure(
    rounds: int = 5,
    seeds: Iterable[int] = SEEDS,
    numbers: Iterable[int] = range(5),
    digits: str = "mnist_10k",
) -> dict:
    """All that the table of the five needs.

    rounds: int, for the times
    seeds: int each
    numbers: which notebooks
    digits: the set for notebooks 1 and 2; "mnist" is the whole of it, through TensorFlow Datasets
    returns: {"notebook_0": {"data": ..., "runs": {variant: ...}, "times": ...}, ...}
    """
    found = {}
    for number in numbers:
        notebook = published.NOTEBOOKS[number]
        data = load(digits if notebook.DATA == "mnist_10k" else notebook.DATA, valid_size=0)
        runs = {name: run(notebook, name, data, seeds) for name in notebook.VARIANTS}
        found[f"notebook_{number}"] = {
            "data": f"{data.name}, {len(data.train.labels):,} images",
            "steps": notebook.STEPS,
            "marks": notebook.MARKS,
            "runs": runs,
            "times": times(number, data, rounds),
        } | ({"distances": distances(data)} if number == 3 else {})
    return found


def keep(found: dict, path: Path = SHIPPED) -> dict:
    """Write what was found to where the lesson reads it, and hand it on."""
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return found


def run(notebook: ModuleType, variant: str, data: Dataset, seeds: Iterable[int]) -> dict:
    """Test accuracy in per cent and loss after the notebook's marks, one list for each seed."""
    setting = notebook.setting(**notebook.VARIANTS[variant])
    scored = [published.follow(setting, data, seed, notebook.MARKS) for seed in seeds]
    return {
        "accuracy": [[round(100 * m.accuracy, 2) for m in metrics] for metrics in scored],
        "loss": [[round(float(m.loss), 4) for m in metrics] for metrics in scored],
    }


def distances(data: Dataset) -> dict:
    """What notebook 3's check says of its gradient and of the right one, for several draws of five images."""
    notebook, found = published.notebook_3, {"as printed": [], "corrected": []}
    for seed in range(DRAWS):
        rng = np.random.default_rng(seed)
        params = notebook.start(rng, np.float64)
        some = rng.permutation(len(data.train.labels))[: notebook.CHECKED]
        batch = data.train.images[some], data.train.labels[some]
        found["as printed"].append(notebook.distance(notebook.summed(loss_and_grads), params, *batch))
        found["corrected"].append(notebook.distance(loss_and_grads, params, *batch))
    return found


def times(number: int, data: Dataset, rounds: int) -> dict:
    """Seconds for the notebook's whole job, mlpkit's and its own loops', from parts of it, interleaved.

    returns: {"mlpkit": {"wall": s, "cpu": s}, "loops": likewise, "ratio": [value, low, high] of CPU seconds}
    """
    ways = {"mlpkit": _ours(number, data), "loops": LOOPS[number](data)}
    taken: dict = {name: {"wall": [], "cpu": []} for name in ways}
    for turn in range(rounds + 1):
        for name, (work, scale) in ways.items():
            wall, cpu = time.perf_counter(), time.process_time()
            work()
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            if turn:  # the first only warms up
                taken[name]["wall"].append(wall * scale)
                taken[name]["cpu"].append(cpu * scale)
    medians = {name: {clock: summary(s).median for clock, s in row.items()} for name, row in taken.items()}
    return medians | {"ratio": list(ratio(taken["loops"]["cpu"], taken["mlpkit"]["cpu"]))}


def _ours(number: int, data: Dataset) -> tuple[Callable, float]:
    notebook = published.NOTEBOOKS[number]
    if number == 3:
        params, images, labels = _checked(data)
        return lambda: numerical_grads(params, images, labels), 1.0
    steps = {0: 60, 1: 60, 2: 4, 4: 200}[number]
    setting = notebook.setting(steps=steps)

    def work() -> None:
        for _ in published.learn(setting, data.train, np.random.default_rng(0)):
            pass

    return work, notebook.STEPS / steps


def _layers(sizes: tuple[int, ...]) -> tuple[list, list]:
    """Weights (fan_out, fan_in) and biases in float64, as all these notebooks hold them."""
    layers = list(init_params(sizes, rng=np.random.default_rng(0), dtype=np.float64))
    return [layer.weights.T.copy() for layer in layers], [layer.bias.copy() for layer in layers]


def _example_by_example(data: Dataset) -> tuple[Callable, float]:
    notebook, images = published.notebook_0, 2 * published.notebook_0.BATCH
    weights, biases = _layers(notebook.SIZES)
    pairs = example_by_example.as_pairs(data.train.images[:images], data.train.labels[:images])
    return (
        lambda: example_by_example.train_epoch(weights, biases, pairs, notebook.BATCH, 1e-3),
        notebook.STEPS / 2,
    )


def _columns(data: Dataset) -> tuple[Callable, float]:
    notebook, steps, rng = published.notebook_1, 20, np.random.default_rng(0)
    (w1, w2), (b1, b2) = _layers(notebook.SIZES)
    x, y = columns.as_columns(data.train.images, data.train.labels)
    network = [w1, b1[:, None], w2, b2[:, None]]

    def work() -> None:
        columns.train_steps(x, y, network, steps=steps, batch=notebook.BATCH, rate=0.01, rng=rng)

    return work, notebook.STEPS / steps


def _jacobians(data: Dataset) -> tuple[Callable, float]:
    notebook = published.notebook_2
    weights, biases = _layers(notebook.SIZES)
    kinds = [jacobians.relu] * (len(weights) - 1) + [jacobians.softmax]
    layers = [(0.5 * w, b, kind) for w, b, kind in zip(weights, biases, kinds)]
    x, y = jacobians.as_columns(data.train.images[:2_000], data.train.labels[:2_000])
    order = np.arange(2_000)

    def work() -> None:
        jacobians.train_epoch(layers, x, y, batch=notebook.BATCH, rate=1e-6, order=order)

    return work, notebook.STEPS / 2


def _checked(data: Dataset) -> tuple:
    notebook = published.notebook_3
    params = notebook.start(np.random.default_rng(0), np.float64)
    return params, *(np.asarray(part[: notebook.CHECKED]) for part in data.train)


def _nudges(data: Dataset) -> tuple[Callable, float]:
    params, images, labels = _checked(data)
    flat = np.concatenate([part.T.ravel() for layer in params for part in layer])
    x, y = images / 255, np.eye(10)[labels]
    return lambda: nudges.numerical(x, y, flat, published.notebook_3.SIZES, PART), len(flat) / PART


def _dictionaries(data: Dataset) -> tuple[Callable, float]:
    notebook, steps = published.notebook_4, 50
    images = steps * notebook.BATCH
    x, y = dictionaries.as_columns(data.train.images[:images], data.train.labels[:images])
    kinds, parameters = ["sigmoid", "sigmoid", "softmax"], {}
    for i, (w, b) in enumerate(zip(*_layers(notebook.SIZES)), 1):
        parameters["W" + str(i)], parameters["b" + str(i)] = w, b[:, None]

    def work() -> None:
        dictionaries.train_epoch(parameters, x, y, batch=notebook.BATCH, rate=0.25, kinds=kinds)

    return work, notebook.STEPS / steps


LOOPS = (_example_by_example, _columns, _jacobians, _nudges, _dictionaries)
