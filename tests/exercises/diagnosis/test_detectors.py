"""Each code of a finding: a wrong program that gets it, and the facts that were measured."""

# ruff: noqa: E501 - a table of wrong programs, one a line

import numpy as np
import pytest

from mlpkit.exercises.diagnosis import diagnose as engine
from mlpkit.exercises.diagnosis.advice import ADVICE
from mlpkit.exercises.diagnosis.evidence import wrong_part
from mlpkit.exercises.diagnosis.render import render
from mlpkit.exercises.diagnosis.templates import TEMPLATES

from .findings import E, evidence_of, finding_of
from .test_unlisted import UNLISTED

CODES = {
    ("accuracy", "without the last row"): "as if",
    ("accuracy", "divided by n - 1"): "scaled",
    ("accuracy", "two numbers"): "type",
    ("accuracy", "next to it counts"): "share",
    ("accuracy", "twice the errors"): "linear",
    ("scale_pixels", "root"): "function",
    ("scale_pixels", "signed bytes"): "large wrong",
    ("scale_pixels", "one row of each"): "axis length",
    ("one_hot", "labels unused"): "permuted",
    ("one_hot", "last row empty"): "same where wrong",
    ("one_hot", "columns backwards"): "moved",
    ("split", "divided"): "property broken",
    ("split", "one too many"): "off by one",
    ("batches", "in pieces"): "count off",
    ("batches", "short one first"): "piece lengths",
    ("init_params", "backwards"): "opposite order",
    ("affine", "bias multiplied and added"): "line by line",
    ("affine", "bias at every input"): "shift by line",
    ("relu", "elu"): "not zero",
    ("relu", "first row only"): "input where wrong",
    ("relu", "any in the row"): "input returned",
    ("relu", "only what is positive"): "picked",
    ("forward", "logits alone"): "one part alone",
    ("forward", "mean taken off"): "shifted",
    ("softmax", "one extra class"): "scale by line",
    ("cross_entropy", "largest loss"): "combination",
    ("relu_backward", "whole rows"): "zeros",
    ("affine_backward", "sign of dweights"): "opposite sign",
    ("affine_backward", "decay"): "added",
    ("affine_backward", "largest"): "reduction",
    ("numerical_gradient", "the function"): "constant",
    ("numerical_gradient", "whole rows"): "alike",
    ("backward", "weights alone"): "part off",
    ("backward", "length 1"): "scaled by layer",
    ("backward", "two lists"): "lists apart",
    ("sgd_step", "own rate"): "constant argument",
    ("sgd_step", "gradients cut off"): "cut off",
    ("evaluate", "mean probability"): "no share",
    ("train_epoch", "sum of losses"): "sum of all",
    ("nesterov_step", "start forgotten"): "step alone",
    ("rmsprop_step", "sign alone"): "one size",
    ("rmsprop_step", "decay under the root"): "factor in one case",
    ("rmsprop_step", "swapped"): "parts swapped",
    ("adam_step", "two parts"): "not a tuple",
}
PROGRAMS = {(exercise, name): program for exercise, name, program, _ in UNLISTED}


@pytest.mark.parametrize(
    ("key", "code"), CODES.items(), ids=lambda v: "-".join(v) if isinstance(v, tuple) else v
)
def test_an_unlisted_program_gets_its_code(key, code):
    assert finding_of(key[0], PROGRAMS[key]).code == code


def endless():
    while True:
        yield np.zeros(3), np.zeros(3)


def counting():
    calls = []
    return lambda z: (calls.append(0), E["softmax"](z) * len(calls))[1]


FACTS = [
    # code, exercise, wrong program, facts that are measured
    ("exception", "softmax", lambda z: {}["k"], {"fine": ""}),
    ("called otherwise", "softmax", lambda: 0, {"signature": "softmax(logits)"}),
    ("returned", "softmax", lambda z: None, {"came": "None"}),
    ("type", "affine", lambda x, w, b: (x @ w + b).tolist(), {"came": "a list of 5, where one array is asked for"}),
    ("endless", "batches", lambda *a: endless(), {}),
    ("not finite", "softmax", lambda z: E["softmax"](z) / (abs(z) < 500), {"largest": 1002.5}),
    ("not finite", "softmax", lambda z: E["softmax"](z) + 0 / z, {"kinds": ["NaN"]}),
    ("input came back", "affine", lambda x, w, b: x, {"name": "inputs"}),
    ("one number of many", "train_epoch", lambda *a: (E["train_epoch"](*a)[0], [0.25]), {"got": 0.25}),
    ("numbers off", "train_epoch", lambda *a: (E["train_epoch"](*a)[0], [0.25, 0.5]), {}),
    ("reduced", "softmax", lambda z: E["softmax"](z).sum(0), {"verb": "summed", "axis": 0}),
    ("reduced", "affine", lambda x, w, b: E["affine"](x, w, b).mean(1), {"verb": "averaged", "axis": 1}),
    ("one entry left", "softmax", lambda z: E["softmax"](z).max(1, keepdims=True), {"axis": "classes"}),
    ("axis too many", "relu", lambda z: np.stack([z, z, z + 1]), {}),
    ("axis lost", "softmax", lambda z: z[0] * 2, {}),
    ("transposed", "softmax", lambda z: E["softmax"](z).T, {}),
    ("transposed shape", "softmax", lambda z: z.T, {}),
    ("other axes", "relu", lambda z: np.maximum(z, 0).ravel(), {}),
    ("rearranged", "relu", lambda z: z.ravel(), {}),
    ("several lengths", "relu", lambda z: np.ones((2, 8)), {}),
    ("blown up", "relu", lambda z: np.broadcast_to(0.0, (10_000, 1_000)), {}),
    ("inputs changed", "relu", lambda z: np.maximum(z, 0, out=z), {"names": ["`z`"]}),
    ("remembers", "softmax", counting(), {"ratio": 2.0, "first_right": True}),
    ("independent", "accuracy", lambda z, y: 0.25, {"value": 0.25}),
    ("shifted everywhere", "affine", lambda x, w, b: x @ w + b + 1, {"shift": 1.0}),
    ("scaled by case", "affine", lambda x, w, b: (x @ w + b) * w[0, 0], None),
    ("only zeros right", "relu", lambda z: np.where(z > 0, z**3 + np.sin(z), 0), {}),
    ("wrong at labels", "cross_entropy_backward", lambda z, y: E["cross_entropy_backward"](z, y) + np.eye(z.shape[1])[y] * z, None),
    ("some lines", "affine", lambda x, w, b: np.vstack([(x @ w + b)[:2], np.sin(x @ w)[2:]]), None),
    ("nearly right", "affine", lambda x, w, b: (x @ w + b).astype(np.float16), None),
    ("too large or small", "cross_entropy", lambda z, y: E["cross_entropy"](z, y) ** 1.5 + 0.1, None),
    ("no direction", "affine", lambda x, w, b: np.sin(9 * (x @ w)) + np.cos(7 * b), None),
    ("right direction", "affine", lambda x, w, b: x @ w + b + 0.1 * np.sin(9 * (x @ w)), None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "exercise", "program", "facts"), FACTS, ids=[f"{c}-{e}" for c, e, *_ in FACTS]
)
def test_a_wrong_program_gets_its_code_and_facts(code, exercise, program, facts):
    found = finding_of(exercise, program)
    assert render(found)  # its sentence is there
    assert found.code == code, render(found)
    for name, value in (facts or {}).items():
        assert found.facts[name] == value


ALONE = [
    # detector, exercise, wrong program, code: detectors that a listed mistake or another detector comes before
    (engine.as_if, "softmax", E["log_softmax"], "other exercise"),
    (engine.as_if, "softmax", lambda z: E["softmax"](E["softmax"](z)), "applied twice"),
    (engine.places.row_sums, "softmax", lambda z: np.exp(z) / np.exp(z).sum(0), None),
    (engine.places.property_missing, "softmax", lambda z: E["softmax"](z) ** 2, "property missing"),
    (engine.places.at_zeros, "relu", np.abs, "not zero"),
    (
        engine.places.direction,
        "affine",
        lambda x, w, b: -(x @ w + b) + 0.1 * np.sin(9 * (x @ w)),
        "opposite direction",
    ),
    (engine.linear.scaled, "cross_entropy", lambda z, y: E["cross_entropy"](z, y) * len(y), "scaled"),
    (engine.linear.scaled, "relu", np.abs, None),
    (engine.linear.shifted, "relu", lambda z: np.maximum(z, 0) - 2, "shifted everywhere"),
    (engine.linear.on_a_line, "relu", lambda z: 3 * np.maximum(z, 0) - 2, "linear"),
    (engine.linear.on_a_line, "relu", lambda z: z**2, None),
    (engine.functions.nothing_computed, "relu", lambda z: z, "input returned"),
    (engine.functions.familiar_function, "affine", lambda x, w, b: np.tanh(x @ w + b), "function"),
    (engine.functions.moved, "relu", lambda z: np.maximum(z, 0)[::-1], "moved"),
]


@pytest.mark.parametrize(
    ("detector", "exercise", "program", "code"), ALONE, ids=[f"{a[0].__name__}-{a[1]}-{a[3]}" for a in ALONE]
)
def test_a_detector_alone(detector, exercise, program, code):
    found = detector(wrong_part(evidence_of(exercise, program)))
    assert (found and found.code) == code
    assert found is None or render(found)


def test_every_advice_and_every_code_has_its_text():
    detectors = (*engine.STRUCTURE, *engine.EXPLAIN, *engine.LOCATE, *engine.DESCRIBE, *engine.ONE_CASE)
    assert len(set(detectors)) == len(detectors) - 1  # one looks at all cases and again at single ones
    assert all(code in TEMPLATES for _, code in CODES.items())
    assert all(text.endswith((".", "?", "}")) for text in ADVICE.values())


def test_the_same_function_gets_the_same_message_twice():
    def odd(layers, images, labels):
        loss, accuracy = E["evaluate"](layers, images, labels)
        return loss**1.1, accuracy

    assert render(finding_of("evaluate", odd)) == render(finding_of("evaluate", odd))


def test_a_listed_program_runs_once_in_a_check(monkeypatch):
    from mlpkit.exercises.diagnosis import known_mistakes

    ran = []
    run = known_mistakes.run_case_at
    monkeypatch.setattr(
        known_mistakes,
        "run_case_at",
        lambda exercise, program, at: ran.append((program, at)) or run(exercise, program, at),
    )
    finding_of("affine_backward", lambda dz, x, w: (dz @ w.T * 3, -x.T @ dz, dz.sum(0) + 1))
    assert len(ran) > 20
    assert len(set(ran)) == len(ran)


def test_evidence_is_none_when_nothing_is_wrong():
    assert evidence_of("softmax", E["softmax"]) is None
