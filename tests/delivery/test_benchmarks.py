"""The benchmark measures equal work from the same start on the same batches; its tables say what it found.

Nothing here is timed. Contenders whose package is not installed do not appear.
"""

import importlib
import json
import re

import numpy as np
import pytest

import mlpkit
from benchmarks import gradients, limit, machine, race, report, stats, targets
from benchmarks.__main__ import parts
from benchmarks.contenders import CONTENDERS, OURS, OWN
from benchmarks.nets import NETS, Job, Net, as_net, first_layers, flops
from benchmarks.notebooks import example_by_example, jacobians, nudges
from mlpkit.case_studies import results

RELU = Net("W0", (784, 20, 15, 10), 16, "relu", 0.1)
SIGMOID = Net("W4", (784, 20, 15, 10), 16, "sigmoid", 0.25)
PEERS = [c for c in race.installed()[0] if c.name not in (OURS, OWN)]


def make_job(net=RELU, optimizer="sgd", examples=72):
    """Half the pixels are black, as in the pictures of clothes; the last batch is short."""
    rng = np.random.default_rng(5)
    images = np.where(rng.random((examples, 784)) < 0.5, 0, rng.integers(0, 256, (examples, 784)))
    order, labels = rng.permutation(examples), rng.integers(0, 10, examples)
    return Job(net, optimizer, images.astype(np.uint8), labels, order, first_layers(net), 1)


def trained(name, job):
    """The flat parameters after an epoch."""
    contender = next(c for c in CONTENDERS if c.name == name)
    module = importlib.import_module(f"benchmarks.contenders.{contender.module}")
    epoch = module.prepare(job, contender.variant)
    epoch()  # the second epoch must start where the first did
    return np.concatenate([np.asarray(part, np.float64).ravel() for layer in epoch() for part in layer])


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("net", [RELU, SIGMOID], ids=["relu", "sigmoid"])
@pytest.mark.parametrize("name", [c.name for c in PEERS])
def test_every_peer_computes_what_mlpkit_computes(name, net, optimizer):
    own_order = name == "scikit-learn"
    job = make_job(net, optimizer, examples=net.batch if own_order else 72)
    ours, theirs = trained(OURS, job), trained(name, job)
    start = np.concatenate([part.ravel() for layer in job.layers for part in layer])
    assert np.abs(ours - start).max() > 1e-3
    if optimizer == "sgd":
        assert np.abs(ours - theirs).max() < 1e-5
        return
    # Adam divides small gradients by themselves and eps, and these two put eps into another place.
    near = 0.1 if name in ("scikit-learn", "Keras on JAX") else 1e-3
    assert np.linalg.norm(ours - theirs) < near * np.linalg.norm(ours - start)


def test_the_notebook_of_w4_computes_the_same_too():
    job = make_job(SIGMOID)
    assert np.abs(trained(OWN, job) - trained(OURS, job)).max() < 1e-5


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_the_fast_form_equals_the_clear_form_over_fifty_steps(optimizer):
    job = make_job(RELU, optimizer, examples=50 * RELU.batch)
    ours, clear = trained(OURS, job), trained("textbook NumPy, float64", job)
    exact = trained(OURS, job._replace(layers=[(w.astype(float), b.astype(float)) for w, b in job.layers]))
    assert np.abs(exact - clear).max() < 1e-9
    assert np.linalg.norm(ours - clear) < 1e-5 * np.linalg.norm(clear)


def test_every_contender_that_says_so_is_installed_or_named_as_missing():
    present, missing = race.installed()
    assert {c.name for c in present} | set(missing) == {c.name for c in CONTENDERS}
    assert OURS in {c.name for c in present}


def test_the_columns_notebook_takes_twice_the_step_at_half_the_rate():
    job = make_job(Net("W1", (784, 10, 10), 24, "relu", 0.1), examples=24)
    assert np.abs(trained(OWN, job) - trained(OURS, job)).max() < 1e-5  # one batch: the order does not matter


def test_the_jacobian_notebook_has_the_right_gradient_but_for_its_smoothing():
    job = make_job(RELU)
    x, y = jacobians.as_columns(job.images, job.labels)
    layers = [(w.T.astype(float), b.astype(float), jacobians.relu) for w, b in job.layers]
    layers[-1] = (*layers[-1][:2], jacobians.softmax)
    dws, dbs, loss = jacobians.gradients(layers, x / 255, y)
    exact_loss, exact = mlpkit.loss_and_grads(mlpkit.Params(job.layers).astype(float), job.images, job.labels)
    assert loss == pytest.approx(exact_loss, abs=1e-6)
    for dw, db, layer in zip(dws, dbs, exact):
        assert np.abs(dw.T - layer.weights).max() < 1e-6
        assert np.abs(db - layer.bias).max() < 1e-6


def test_the_example_notebook_keeps_its_wrong_derivative():
    job = make_job(RELU, examples=1)
    picture, target = example_by_example.as_pairs(job.images, job.labels)[0]
    weights, biases = [w.T.astype(float) for w, _ in job.layers], [b.astype(float) for _, b in job.layers]
    dweights, _, loss = example_by_example.gradients(weights, biases, picture, target)
    exact_loss, exact = mlpkit.loss_and_grads(mlpkit.Params(job.layers).astype(float), job.images, job.labels)
    assert loss == pytest.approx(exact_loss)
    assert np.allclose(dweights[-1].T, exact[2].weights)  # above the last relu all is right
    assert not np.allclose(dweights[0].T, exact[0].weights)


def test_the_nudging_notebook_is_right_about_biases_and_wrong_about_weights():
    rng = np.random.default_rng(0)
    x, labels, sizes = rng.random((5, 6)), rng.integers(0, 3, 5), (6, 4, 3)
    flat = rng.normal(size=6 * 4 + 4 + 4 * 3 + 3)
    y = np.eye(3)[labels]
    by_hand = nudges.unpack(nudges.analytic(x, y, flat, sizes), sizes)
    nudged = nudges.unpack(nudges.numerical(x, y, flat, sizes), sizes)
    for wrong, right, factor in zip(by_hand, nudged, (5, 1, 5, 1)):
        assert np.allclose(wrong, factor * right, atol=1e-5)


def test_w3_reports_small_errors_for_all():
    found = gradients.measure(rounds=1)
    assert "mlpkit.numerical_grads" in found
    for row in found.values():
        assert row["error"] < 1e-4
        assert len(row["wall"]) == 1


def test_operations_are_counted_by_hand():
    # 2 layers, 3 images: forward and weights 2 * (4*5 + 5*2) * 2, carried back 2 * 5*2, times 3
    assert flops(Net("", (4, 5, 2), 1, "relu", 0.1), 3) == 3 * (2 * 2 * (20 + 10) + 2 * 10)


def test_a_net_survives_the_way_through_json():
    for net in NETS.values():
        assert as_net(json.loads(json.dumps(list(net)))) == net
    assert as_net("W0") is NETS["W0"]


def test_a_ratio_of_medians_lies_in_its_interval():
    slow, fast = [2.0, 2.2, 2.1, 9.0, 2.0], [1.0, 1.1, 1.0, 4.0, 1.0]
    found = stats.ratio(slow, fast)
    assert found.value == pytest.approx(2.1)
    assert found.low <= found.value <= found.high
    assert found.high < 2.5  # the busy fourth round slowed both
    assert stats.ratio(fast, fast) == (1.0, 1.0, 1.0)


def test_the_limit_is_a_speed():
    found = limit.measure(RELU, seconds=0.001)
    assert 1e8 < found["net"] < 1e13
    assert 1e8 < found["large"] < 1e13


def test_processes_are_pinned_and_free_to_choose_their_kernels(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    environment = machine.pinned(2)
    assert environment["OPENBLAS_NUM_THREADS"] == environment["MKL_NUM_THREADS"] == "2"
    assert "OPENBLAS_CORETYPE" not in environment
    assert machine.pinned(1, "Zen")["OPENBLAS_CORETYPE"] == "Zen"


def a_row(seconds, examples=60_000):
    return {"wall": seconds, "cpu": seconds, "load": [0.0] * 5, "examples": examples, "loss": 0.5}


def a_race():
    rows = {
        OURS: a_row([1.0, 1.0, 1.1, 1.0, 1.0]),
        "scikit-learn": a_row([1.8, 1.8, 1.9, 1.8, 1.8], 30_000),
        "PyTorch, slicing": {"error": "ImportError: none here"},
        "limit": {"large": [2e11, 1e11], "net": [1e11, 1e11]},
    }
    return {"W0 sgd": rows}


def test_verdicts_say_what_was_reached():
    found = dict(targets.verdicts(a_race()))
    sklearn = found["scikit-learn"]["W0 sgd"]
    assert sklearn.value == pytest.approx(1.8)
    assert sklearn.reached
    assert not found["PyTorch, slicing"]  # it did not finish, so nothing is claimed
    assert found["share of the limit"]["W0 sgd"].value == pytest.approx(flops(NETS["W0"]) / 2e11)


def test_the_report_holds_every_part(tmp_path):
    stamp = {"date": "2026-01-01", "mode": "quick", "seconds": 1, "load": [0.1, 0.2], "kernels": "Zen"}
    setting = {"goal": 88.5, "sizes": [784, 10], "epochs": 1, "batch": 64, "rate": 0.1}
    found = {
        "race": a_race(),
        "two threads": a_race(),
        "gradients": {"mlpkit.numerical_grads": a_row([0.1]) | {"error": 1e-9}},
        "memory": {OURS: 86.0},
        "accuracy": [setting | {"runs": [{"accuracy": 88.6, "wall": 3.0, "cpu": 2.5}]}],
        "watching": {"W4 sgd": {"plain": [1.0, 1.0], "History": [1.02, 1.02]}},
        "imports": {"numpy": {"wall_ms": 60.0, "cpu_ms": 55.0, "peak_mb": 29.0}},
        "data": {"first use": 1.0, "later": 0.01},
        "checks": {"softmax": {"ms": 5.0, "outcome": "passed"}},
        "limits": {
            "import": {"seconds": 0.07, "at most": 0.1},
            "a report": {"seconds": 12.0, "at most": 10.0},
        },
        "lessons": {"00_start_here": {"wall": 5.0, "cpu": 4.0, "peak_mb": 120.0}},
        "growth": {"width": {"at": [32, 64], "limit": [0.1, 0.2], OURS: [0.2, 0.3]}},
        "published": results(),
    }
    assert set(found) == set(parts(quick=False, rounds=5, kernels=None))
    report.write({"machine": {"cores": 2}} | {k: stamp | {"found": v} for k, v in found.items()}, tmp_path)
    text = (tmp_path / "RESULTS.md").read_text()
    for expected in (
        "1.80 (1.7) ✓",
        "| **mlpkit** | 1.000",
        "+2.0 %",
        "88.60 %",
        "30,000",
        "ImportError",
        "| 0.07 | 0.1 | ✓",
        "| 12.00 | 10 | ✗",
    ):
        assert expected in text
    assert text.count("\n## ") == len(found)
    assert (tmp_path / "race.png").stat().st_size > 10_000
    assert (tmp_path / "growth.png").stat().st_size > 10_000


@pytest.mark.slow
@pytest.mark.parametrize("anew", [True, False])
def test_a_race_runs_from_end_to_end(anew, monkeypatch):
    started = []
    monkeypatch.setattr(race, "Racer", lambda *a, racer=race.Racer: started.append(a[0]) or racer(*a))
    how = {"threads": 1, "rounds": 2, "seconds": 0.01, "names": [OURS, OWN], "anew": anew}
    found = race.race([("W1", "sgd")], **how, say=lambda _: None)
    assert len(started) == (6 if anew else 3)  # ours, the notebook's own, and who measures the limit
    rows = found["W1 sgd"]
    assert len(rows[OURS]["wall"]) == len(rows["limit"]["large"]) == 2
    assert 0.1 < rows[OURS]["loss"] < 5
    assert rows[OWN]["examples"] <= 60_000


def table(text):
    """The rows of the first table in a text, as lists of cells."""
    lines = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_readme_shows_numbers_that_were_measured(root):
    results = (root / "benchmarks" / "RESULTS.md").read_text("utf-8")
    head, _, *rows = table(results.split("## Side by side, one thread")[1])
    measured = {row[0].split(",")[0]: {} for row in rows}
    for row in rows:
        cells = {event: cell.split()[0] for event, cell in zip(head[1:], row[1:]) if cell}
        measured[row[0].split(",")[0]].setdefault(row[0], cells)
    short = table((root / "README.md").read_text("utf-8").split("## How fast it is")[1])
    assert short[0][1:] == ["784-512-128-64-10, SGD", "784-64-32-10, SGD", "784-64-32-10, Adam"]
    for name, *cells in short[2:]:
        loader = name.endswith("DataLoader")
        rows = [
            row
            for title, row in measured[name.split(",")[0]].items()
            if title.endswith("DataLoader") == loader
        ]
        for event, cell in zip(("W0 sgd", "W4 sgd", "W4 adam"), cells):
            assert not cell or cell in {row.get(event) for row in rows}, (name, event)
