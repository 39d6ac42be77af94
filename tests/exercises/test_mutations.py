"""A function that drops, repeats or cuts short a part of the work never passes, on any exercise.

Most wrong functions are made by a machine (mutants.py), from the model solutions and from the right programs
in other styles. Those that need a thought are listed here.
"""

import importlib

import numpy as np
import pytest

from mlpkit.core.backprop import loss_and_grads
from mlpkit.exercises import check
from mlpkit.exercises.catalog import exercises
from mlpkit.exercises.checker.answers import leaves
from mlpkit.exercises.checker.compare import first_failure
from mlpkit.exercises.checker.isolation import capture_output, preserve_global_state
from mlpkit.exercises.checker.runner import output_of, reference_runs, run_case
from mlpkit.exercises.checker.sandbox import run_limited
from mlpkit.exercises.topics.backprop import backward, cross_entropy_backward
from mlpkit.exercises.topics.forward import forward
from mlpkit.exercises.topics.init import he_normal
from mlpkit.exercises.topics.loss import cross_entropy
from mlpkit.exercises.topics.sgd import evaluate, sgd_step, train_epoch

from . import mutants

# Changes that change no answer: name -> what was done -> why it is still right.
STILL_RIGHT = {
    "accuracy": {
        "no-first: for k in range(len(row)):": "the search starts at class 0",
        "edge: row[k] > row[best]": "any one of several largest logits may be the guess",
    },
    "one_hot": {"first-again:  for _ in labels": "only the number of turns counts"},
    "he_normal": {
        "right-alone: 1 - rng.random((fan_in, fan_out))": "1 - u is as random as u",
        "right-alone: 2 * np.pi": "half a turn of the cosine takes all its values",
    },
    "glorot_uniform": {"first-again:  for _ in range(fan_in)": "only the number of turns counts"},
    "relu": {f"edge: {x}": "relu of 0 is 0 either way" for x in ("x > 0", "z < 0", "z > 0")},
    "forward": {
        "edge: z > 0": "relu of 0 is 0 either way",
        "without 0: def _forward_single(layers, images):": "the layers are float64 already",
    },
    "backward": {"edge: i > 0": "what goes below the first layer is not used"},
    "backpropagate": {"first-again:  for _ in range(count)": "only the number of turns counts"},
}
BIASES = {1, 3, -1, -3}  # places of init_params's answer where everything is 0 already


def right_programs(exercise):
    module = importlib.import_module(f"mlpkit.exercises.right_programs.{exercise.topic}")
    return (exercise.reference, *module.CORRECT[exercise.name])


def passes(exercise, program):
    """Whether no case of an exercise shows that a program is wrong: small cases first, until one does."""
    ended = []

    def size(run):
        return sum(leaf.value.size for leaf in leaves(run.value, output_of(exercise, run.case)))

    def run():
        with capture_output():
            for expected in sorted(reference_runs(exercise), key=size):
                np.random.seed(0)
                if first_failure(exercise, [run_case(exercise, program, expected.case)], [expected]):
                    return
        ended.append(True)

    with preserve_global_state():
        run_limited(run)
    return bool(ended) and check(exercise.name, program).outcome == "passed"


@pytest.mark.slow
@pytest.mark.parametrize("name", exercises())
def test_no_change_of_a_right_source_passes(name):
    exercise, known = exercises()[name], STILL_RIGHT.get(name, {})
    tried = [pair for program in right_programs(exercise) for pair in mutants.of_source(program)]
    passed = {label for label, program in tried if passes(exercise, program)}
    assert passed == set(known)
    assert len(tried) >= 8


@pytest.mark.parametrize("name", exercises())
def test_no_damaged_answer_passes(name):
    exercise = exercises()[name]
    runs = reference_runs(exercise)
    answers = [run.value[0] if run.case.steps else run.value for run in runs]
    tried = list(mutants.of_answers(exercise.reference, answers))
    passed = {label for label, program in tried if passes(exercise, program) and program.applied}
    if name == "init_params":
        passed = {label for label in passed if not any(f"({i})" in label for i in BIASES)}
    assert passed == set()
    assert sum(program.applied for _, program in tried) >= 4


def _shifted(kind, shift):
    """Softmax, its logarithm, the loss or its gradient with another shift than each row's maximum."""

    def softmax(z):
        powers = np.exp(z - shift(z))
        return powers / powers.sum(axis=1, keepdims=True)

    def log_softmax(z):
        return z - shift(z) - np.log(np.exp(z - shift(z)).sum(axis=1, keepdims=True))

    return {
        "softmax": softmax,
        "log_softmax": log_softmax,
        "cross_entropy": lambda z, y: -log_softmax(z)[np.arange(len(y)), y].mean(),
        "cross_entropy_backward": lambda z, y: (softmax(z) - np.eye(z.shape[1])[y]) / len(y),
    }[kind]


SHIFTS = {
    "minimum": lambda z: z.min(axis=1, keepdims=True),
    "mean": lambda z: z.mean(axis=1, keepdims=True),
    "median": lambda z: np.median(z, axis=1, keepdims=True),
    "middle": lambda z: (z.max(axis=1, keepdims=True) + z.min(axis=1, keepdims=True)) / 2,
    "first column": lambda z: z[:, :1],
    "last column": lambda z: z[:, -1:],
    "one maximum": lambda z: z.max(),
    "one mean": lambda z: z.mean(),
    "maximum of columns": lambda z: z.max(axis=0),
    "half the maximum": lambda z: z.max(axis=1, keepdims=True) / 2,
    "nothing": lambda z: 0.0,
}


@pytest.mark.parametrize("shift", SHIFTS)
@pytest.mark.parametrize("kind", ["softmax", "log_softmax", "cross_entropy", "cross_entropy_backward"])
def test_every_shift_but_the_maximum_of_the_row_fails(kind, shift):
    assert check(kind, _shifted(kind, SHIFTS[shift])).outcome == "incorrect"
    largest = _shifted(kind, lambda z: z.max(axis=1, keepdims=True))
    assert check(kind, largest).outcome == "passed"


def _part_of(size, first, loss_too):
    """Evaluate looks at the first or last `size` images only: for both numbers, or for the accuracy alone."""

    def wrong(layers, images, labels):
        part = slice(0, size) if first else slice(-size, None)
        loss, accuracy = evaluate(layers, images[part], labels[part])
        return (loss if loss_too else evaluate(layers, images, labels)[0]), accuracy

    return wrong


def _last_batch(size):
    def wrong(layers, images, labels):
        losses, counts = [], []
        for start in range(0, len(labels), size):
            loss, accuracy = evaluate(layers, images[start : start + size], labels[start : start + size])
            losses.append(loss * len(labels[start : start + size]))
            counts.append(len(labels[start : start + size]))
        return sum(losses) / sum(counts), accuracy

    return wrong


def test_evaluate_on_a_part_of_the_images_fails():
    exercise = exercises()["evaluate"]
    sizes = (*range(1, 250), 256, 500, 512, 1000, 1024)
    programs = {
        (n, first, loss): _part_of(n, first, loss) for n in sizes for first in (0, 1) for loss in (0, 1)
    }
    programs |= {("last batch", n): _last_batch(n) for n in sizes}
    assert [how for how, program in programs.items() if passes(exercise, program)] == []
    assert passes(exercise, _last_batch(1037))


def _epoch(forward_at_start, backward_at_start):
    def wrong(layers, images, labels, batch_size, rate, rng):
        losses, first, order = [], layers, rng.permutation(len(labels))
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            entered, logits = forward(first if forward_at_start else layers, images[batch])
            losses.append(cross_entropy(logits, labels[batch]))
            dlogits = cross_entropy_backward(logits, labels[batch])
            grads = backward(first if backward_at_start else layers, entered, dlogits)
            layers = sgd_step(layers, grads, rate)
        return layers, losses

    return wrong


def _true_losses_old_gradients(layers, images, labels, batch_size, rate, rng):
    losses, first, order = [], layers, rng.permutation(len(labels))
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        losses.append(loss_and_grads(layers, images[batch], labels[batch])[0])
        layers = sgd_step(layers, loss_and_grads(first, images[batch], labels[batch])[1], rate)
    return layers, losses


def _relu_everywhere(layers, images, left):
    entered, a = [], images
    for weights, bias in layers:
        if not left:
            entered.append(a)
        a = np.maximum(a @ weights + bias, 0)
        if left:
            entered.append(a)
    return entered, a


def _half_a_row(fan_in, fan_out, rng):
    weights = he_normal(fan_in, fan_out, rng)
    weights[-1, fan_out // 2 :] = 0
    return weights


def _unscaled_column(fan_in, fan_out, rng):
    weights = he_normal(fan_in, fan_out, rng)
    weights[:, -1] = rng.normal(size=fan_in)
    return weights


WRONG = {
    "a tie counts as right": ("accuracy", lambda z, y: (z[np.arange(len(y)), y] == z.max(axis=1)).mean()),
    "a tie counts as a part": (
        "accuracy",
        lambda z, y: ((z == z.max(1)[:, None]) / (z == z.max(1)[:, None]).sum(1)[:, None])[
            np.arange(len(y)), y
        ].mean(),
    ),
    "float64": ("scale_pixels", lambda x: x.reshape(len(x), -1) / 255),
    "float16": ("scale_pixels", lambda x: (x.reshape(len(x), -1) / 255).astype(np.float16)),
    "open at 0": ("relu_backward", lambda da, z: da * (z >= 0)),
    "half open at 0": ("relu_backward", lambda da, z: da * np.heaviside(z, 0.5)),
    "a list of lists": ("affine", lambda x, w, b: (x @ w + b).tolist()),
    "relu everywhere": ("forward", lambda layers, x: _relu_everywhere(layers, x, left=False)),
    "relu everywhere, kept what left": ("forward", lambda layers, x: _relu_everywhere(layers, x, left=True)),
    "all gradients at the first layers": ("train_epoch", _epoch(True, True)),
    "forward at the first layers": ("train_epoch", _epoch(True, False)),
    "backward at the first layers": ("train_epoch", _epoch(False, True)),
    "true losses, gradients at the first layers": ("train_epoch", _true_losses_old_gradients),
    "losses turned round": (
        "train_epoch",
        lambda *a: (lambda new, losses: (new, losses[::-1]))(*train_epoch(*a)),
    ),
    "half a row left 0": ("he_normal", _half_a_row),
    "a column that is not scaled": ("he_normal", _unscaled_column),
}


@pytest.mark.parametrize("how", WRONG)
def test_a_wrong_program_fails(how):
    name, program = WRONG[how]
    assert check(name, program).outcome == "incorrect"


def test_the_right_twins_of_these_pass():
    assert check("train_epoch", _epoch(False, False)).outcome == "passed"
    assert check("scale_pixels", lambda x: np.float32(x.reshape(len(x), -1) / 255)).outcome == "passed"
    assert check("relu_backward", lambda da, z: da * np.heaviside(z, 0)).outcome == "passed"


@pytest.mark.parametrize(
    ("name", "how", "mistake"),
    [
        ("accuracy", "a tie counts as right", "tie-counts-as-right"),
        ("scale_pixels", "float64", "float64"),
        ("relu_backward", "open at 0", "open-at-0"),
    ],
)
def test_what_was_decided_is_named_and_said_in_the_task(name, how, mistake):
    assert check(name, WRONG[how][1]).mistake == mistake


def test_nothing_false_is_said_of_what_entered_each_layer():
    for how in ("relu everywhere", "relu everywhere, kept what left"):
        assert "what entered each layer is right" not in check("forward", WRONG[how][1]).message
