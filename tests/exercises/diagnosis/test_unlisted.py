"""Wrong functions that stand on no list: what is said of them is true, useful, and tells one from another."""

# ruff: noqa: E501 - a table of wrong programs, one a line

import re

import numpy as np
import pytest

from mlpkit.exercises import check
from mlpkit.exercises.catalog import exercises
from mlpkit.exercises.checker import check as checking
from tests.sample import sample

E = {name: entry.reference for name, entry in exercises().items()}


def sgd(change_weights, change_bias=None):
    change_bias = change_bias or change_weights
    return lambda layers, grads, rate: [
        (change_weights(w, dw, rate), change_bias(b, db, rate)) for (w, b), (dw, db) in zip(layers, grads)
    ]


def gradients(change):
    return lambda layers, entered, d: [change(w, b) for w, b in E["backward"](layers, entered, d)]


def forward_with(bend):
    def forward(layers, images):
        entered, a = [], images
        for i, (w, b) in enumerate(layers):
            entered.append(a)
            a = a @ w + b
            a = bend(a) if i < len(layers) - 1 else a
        return entered, a

    return forward


def step_of(name, change):
    """A step function whose answer (a tuple) is changed, with its arguments at hand."""
    return lambda *args: change(E[name](*args), args)


UNLISTED = [
    ("accuracy", "without the last row", lambda z, y: E["accuracy"](z[:-1], y[:-1]), "the last example were left out"),
    ("accuracy", "divided by n - 1", lambda z, y: (z.argmax(1) == y).sum() / (len(y) - 1), "`batch` over one less"),
    ("accuracy", "two numbers", lambda z, y: ((z.argmax(1) == y).sum(), len(y)), "tuple of 2"),
    ("accuracy", "next to it counts", lambda z, y: float((abs(z.argmax(1) - y) <= 1).mean()), "It is 4 of 5 examples, expected 2"),
    ("accuracy", "twice the errors", lambda z, y: 1 - 2 * float((z.argmax(1) != y).mean()), "2 times the expected one minus 1"),
    ("scale_pixels", "a hundredth", lambda x: 100 * E["scale_pixels"](x), "factor is 100, as for a percentage"),
    ("scale_pixels", "root", lambda x: np.sqrt(E["scale_pixels"](x)), "the root of the right answer"),
    ("scale_pixels", "signed bytes", lambda x: x.reshape(len(x), -1).astype(np.int8) / 255, "wrong for larger numbers"),
    ("scale_pixels", "one row of each", lambda x: x[:, 0] / 255, "28 is the length of `height` and `width`"),
    ("one_hot", "labels unused", lambda y, k: np.eye(k)[np.arange(len(y)) % k], "are they used at all|other places|0, 1, 2"),
    ("one_hot", "last row empty", lambda y, k: np.vstack([np.eye(k)[y][:-1], np.zeros((1, k))]), "Wherever it is wrong, it is 0"),
    ("one_hot", "columns backwards", lambda y, k: np.eye(k)[y][:, ::-1], "each row is turned round"),
    ("split", "divided", lambda *a: tuple((x / 255, y) for x, y in E["split"](*a)), "not among the images of the input"),
    ("split", "one too many", lambda x, y, k, rng: E["split"](x, y, k + 1, rng), "shorter by one"),
    ("batches", "in pieces", lambda x, y, k, rng: E["batches"](x, y, k + 1, rng), r"4 batches came back \(of 13, 13, 13, 11\)"),
    ("batches", "almost sorted", lambda x, y, k, rng: (
        (x[b], y[b]) for b in np.split(np.argsort(y + rng.random(len(y)) / 10), range(k, len(y), k))), "roughly in the order"),
    ("batches", "two epochs", lambda *a: [*E["batches"](*a), *E["batches"](*a)], "10 batches came back"),
    ("batches", "short one first", lambda x, y, k, rng: [*E["batches"](x, y, k, rng)][::-1], "lengths are 2, 12, 12, 12, 12, expected 12, 12, 12, 12, 2"),
    ("batches", "filled up", lambda x, y, k, rng: [
        (x[b], y[b]) for b in np.resize(rng.permutation(len(y)), (-(-len(y) // k), min(k, len(y))))], "lengths are 12, 12, 12, 12, 12, expected"),
    ("he_normal", "twice as wide", lambda a, b, rng: 2 * E["he_normal"](a, b, rng), "about 2 times as large as it should be\\."),
    ("he_normal", "rows alike", lambda a, b, rng: np.tile(E["he_normal"](a, b, rng)[:1], (a, 1)), "all rows are the same"),
    ("he_normal", "root of 2 over the inputs", lambda a, b, rng: rng.normal(size=(a, b)) * np.sqrt(2) / a, "as large as it should be: 1 over the root of `fan_in`"),
    ("he_normal", "cast", lambda a, b, rng: E["he_normal"](a, b, rng).astype(int), r"whole numbers \(int"),
    ("glorot_uniform", "triangular", lambda a, b, rng: rng.triangular(-1, 0, 1, (a, b)), "another kind"),
    ("glorot_uniform", "brackets", lambda a, b, rng: rng.uniform(-1, 1, (a, b)) * np.sqrt(6) / (a + b), r"root of \(`fan_in` \+ `fan_out`\)"),
    ("init_params", "last bias drawn", lambda s, rng: [
        (w, b if i < len(s) - 2 else rng.normal(size=b.shape)) for i, (w, b) in enumerate(E["init_params"](s, rng))],
     "biases are different numbers"),
    ("init_params", "flat list", lambda s, rng: [p for layer in E["init_params"](s, rng) for p in layer], "6 layers came back"),
    ("init_params", "backwards", lambda s, rng: E["init_params"](s, rng)[::-1], "right shapes in the opposite order"),
    ("affine", "inputs unused", lambda x, w, b: np.tile(b, (len(x), 1)), "`inputs` were 0 everywhere"),
    ("affine", "a sigmoid", lambda x, w, b: 1 / (1 + np.exp(-(x @ w + b))), "the sigmoid of the right answer"),
    ("affine", "bias multiplied and added", lambda x, w, b: (x @ w) * b + b, "Every column is the expected one times one number, plus another number"),
    ("affine", "product averaged", lambda x, w, b: x @ w / len(w) + b, "times the same number, plus another number: column 3 is multiplied by 0.3333, and"),
    ("affine", "last input alone", lambda x, w, b: x[:, -1:] * w[-1] + b, "only the last column of `inputs` counted"),
    ("affine", "bias at every input", lambda x, w, b: sum(x[:, [i]] * w[i] + b for i in range(len(w))), "in another: 2 times `bias`"),
    ("relu", "elu", lambda z: np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1), "wrong only where 0 is expected"),
    ("relu", "first row only", lambda z: np.vstack([np.maximum(z[:1], 0), z[1:]]), "the input `z`, unchanged"),
    ("relu", "any in the row", lambda z: z * (z > 0).any(axis=1, keepdims=True), "Where it is wrong, the result is the input `z`"),
    ("relu", "only what is positive", lambda z: z[z > 0], "6 of the 12 right numbers, in one row"),
    ("forward", "absolute values", forward_with(np.abs), r"`entered\[0\]` is right, and all from `entered\[1\]` on are wrong"),
    ("forward", "one part too many", lambda ls, x: ([*E["forward"](ls, x)[0], x], E["forward"](ls, x)[1]), "`entered` has 4 parts, expected 3"),
    ("forward", "logits alone", lambda ls, x: E["forward"](ls, x)[1], "the right `logits`, but nothing else"),
    ("forward", "logits averaged", lambda ls, x: (E["forward"](ls, x)[0], E["forward"](ls, x)[1] / len(x)), "1 over the size of `batch`"),
    ("forward", "twice the relu", forward_with(lambda z: 2 * np.maximum(z, 0)), r"`entered\[1\]` is 2 times the expected one"),
    ("forward", "mean taken off", lambda ls, x: E["forward"](ls, x - x.mean()), r"every entry of `entered\[0\]` is off by the same"),
    ("softmax", "cold", lambda z: E["softmax"](z / 2), "`logits` were half as large"),
    ("softmax", "mean for sum", lambda z: E["softmax"](z) * z.shape[1], "the size of `classes`"),
    ("softmax", "one extra class", lambda z: (e := np.exp(z - z.max(1, keepdims=True))) / (1 + e.sum(1, keepdims=True)), "a factor of its own"),
    ("log_softmax", "base 10", lambda z: E["log_softmax"](z) / np.log(10), "ln 10"),
    ("log_softmax", "mean removed", lambda z: z - z.mean(1, keepdims=True), "In every row all entries are off by the same number"),
    ("log_softmax", "mean for sum", lambda z: E["log_softmax"](z) + np.log(z.shape[1]), "Is there a mean where you need a sum"),
    ("log_softmax", "maximum twice", lambda z: E["log_softmax"](z) - z.max(1, keepdims=True), "maximum is subtracted in one place and not in the other"),
    ("cross_entropy", "largest loss", lambda z, y: float(-E["log_softmax"](z)[np.arange(len(y)), y].min()), "largest of the examples"),
    ("cross_entropy", "half", lambda z, y: E["cross_entropy"](z, y) / 2, "factor is 1/2"),
    ("cross_entropy", "next class", lambda z, y: E["cross_entropy"](z, (y + 1) % z.shape[1]), "every label were one more, and the last class the first"),
    ("relu_backward", "half a gate", lambda da, z: da * np.where(z > 0, 1, 0.5), "wrong only where 0 is expected"),
    ("relu_backward", "whole rows", lambda da, z: da * (z > 0).all(axis=1, keepdims=True), "Where it is wrong, the result is 0"),
    ("affine_backward", "sign of dweights", lambda dz, x, w: (dz @ w.T, -x.T @ dz, dz.sum(0)),
     "`dinputs` and `dbias` are right, and `dweights` is wrong.*opposite sign"),
    ("affine_backward", "decay", lambda dz, x, w: (dz @ w.T, x.T @ dz + 0.01 * w, dz.sum(0)), "off by 0.01 times `weights`"),
    ("affine_backward", "largest", lambda dz, x, w: (dz @ w.T, x.T @ dz, dz.max(0)), "`dbias` holds the largest of each column of `dz`"),
    ("affine_backward", "sum of dweights", lambda dz, x, w: (dz @ w.T, x.T @ dz, (x.T @ dz).sum(0)), "`dbias` holds the sum of each column of `dweights`"),
    ("cross_entropy_backward", "n - 1", lambda z, y: E["cross_entropy_backward"](z, y) * 0.5, "factor is 1/2"),
    ("cross_entropy_backward", "own guess", lambda z, y: E["cross_entropy_backward"](z, z.argmax(1)), "largest logit stood for the label"),
    ("numerical_gradient", "absolute", lambda f, x, eps: abs(E["numerical_gradient"](f, x, eps)), "without its sign"),
    ("numerical_gradient", "the function", lambda f, x, eps: np.full(x.shape, f(x)), "All entries of the result are 20.22"),
    ("numerical_gradient", "whole rows", lambda f, x, eps: np.array([
        (f(x + s) - f(x - s)) / (2 * eps) + 0 * x[0] for s in (
            eps * (np.arange(len(x)) == i).reshape(-1, *[1] * (x.ndim - 1)) for i in range(len(x)))]),
     "There, in each row all entries of the result are the same"),
    ("backward", "twice dweights", gradients(lambda w, b: (2 * w, b)), "`dbias` is right, and `dweights` is wrong.*2 times"),
    ("backward", "weights alone", gradients(lambda w, b: w), r"layer \[0\] is an array of shape .* expected a tuple \(dweights, dbias\)"),
    ("backward", "length 1", gradients(lambda w, b: (w / np.linalg.norm(w), b)), "changes from layer to layer"),
    ("backward", "two lists", lambda *a: tuple(zip(*E["backward"](*a))), "`dweights` and `dbias` are in separate lists"),
    ("backward", "first layer left out", lambda *a: [(0 * w, 0 * b) if i == 0 else (w, b) for i, (w, b) in enumerate(E["backward"](*a))],
     r"`dweights` of layer \[0\] is 0 everywhere"),
    ("sgd_step", "half the rate", sgd(lambda p, g, r: p - r * g / 2), "step of `weights` is 0.5 times the expected one"),
    ("sgd_step", "own rate", sgd(lambda p, g, r: p - 0.01 * g), "`learning_rate` = 0.01 gives"),
    ("sgd_step", "gradients cut off", sgd(lambda p, g, r: p - r * np.clip(g, -0.5, 0.5)),
     "no entry of the step of `weights` is larger than 0.05 in size, but 18 of 66 should be"),
    ("sgd_step", "decay", sgd(lambda p, g, r: p - r * (g + 0.1 * p), lambda p, g, r: p - r * g),
     r"`bias` is right, and `weights` is wrong.*`layers\[0\]\[0\]`"),
    ("sgd_step", "last layer left out", lambda ls, g, r: [*E["sgd_step"](ls[:-1], g[:-1], r), ls[-1]],
     "The step of `weights`, where it first goes wrong, is 0"),
    ("sgd_step", "a rate for each layer", lambda ls, g, r: [
        (w - r * dw / i, b - r * db / i) for i, ((w, b), (dw, db)) in enumerate(zip(ls, g), 1)],
     r"The step of `weights` of layer \[1\] is 0.5 times"),
    ("evaluate", "worst loss", lambda ls, x, y: (
        max(E["evaluate"](ls, x[i : i + 1], y[i : i + 1])[0] for i in range(len(y))), E["evaluate"](ls, x, y)[1]),
     "`accuracy` is right, and `loss` is wrong.*largest of the examples"),
    ("evaluate", "images backwards", lambda ls, x, y: E["evaluate"](ls, x[::-1], y), "opposite order"),
    ("evaluate", "mean probability", lambda ls, x, y: (E["evaluate"](ls, x, y)[0], float(
        E["softmax"](E["forward"](ls, x)[1])[np.arange(len(y)), y].mean())), "no share of 7 examples: times 7 it gives 2.295"),
    ("evaluate", "images scaled again", lambda ls, x, y: E["evaluate"](ls, x / 255, y), "`images` were divided by 255"),
    ("train_epoch", "losses sorted", lambda *a: (lambda ls, losses: (ls, sorted(losses)))(*E["train_epoch"](*a)), "order of their size"),
    ("train_epoch", "sum of losses", lambda *a: (lambda ls, losses: (ls, [sum(losses)]))(*E["train_epoch"](*a)), "about the sum of all"),
    ("train_epoch", "losses in lists", lambda *a: (lambda ls, losses: (ls, [[v] for v in losses]))(*E["train_epoch"](*a)), "A list of plain numbers"),
    ("momentum_step", "momentum squared", lambda p, g, v, r, m: E["momentum_step"](p, g, v, r, m * m),
     "step 1 is right, and all from step 2 on are wrong.*`momentum` were squared"),
    ("momentum_step", "velocity alone", step_of("momentum_step", lambda out, args: out[1]), "the right `velocity`, but nothing else"),
    ("momentum_step", "gradient twice", step_of("momentum_step", lambda out, args: (out[0] - args[3] * args[1], out[1])),
     "-0.1 times `grad`, entry by entry; the factor everywhere is minus `learning_rate`"),
    ("momentum_step", "momentum on both", lambda p, g, v, r, m: (p - r * m * (v + g), m * (v + g)),
     "momentum multiplies the new gradient too"),
    ("momentum_step", "mean velocity", step_of("momentum_step", lambda out, args: (args[0] - args[3] * out[1].mean(), out[1])),
     "There, all entries of the step of `param` are the same"),
    ("nesterov_step", "twice as far", step_of("nesterov_step", lambda out, args: (2 * out[0] - args[0], out[1])),
     "`velocity` is right, and `param` is wrong.*step of `param` is 2 times"),
    ("nesterov_step", "velocity once more", step_of("nesterov_step", lambda out, args: (out[0] - args[3] * out[1], out[1])),
     "off by -0.1 times the new `velocity`, entry by entry; the factor everywhere is minus `learning_rate`"),
    ("nesterov_step", "start forgotten", step_of("nesterov_step", lambda out, args: (args[0] - out[0], out[1])), "`param` is only the step"),
    ("rmsprop_step", "own eps", lambda p, g, s, r, d, eps: E["rmsprop_step"](p, g, s, r, d, 0.01), "`eps` were 0.01 whatever comes in"),
    ("rmsprop_step", "sign alone", step_of("rmsprop_step", lambda out, a: (a[0] - a[3] * np.sign(a[1]), out[1])),
     "step of `param` have the same size"),
    ("rmsprop_step", "decay under the root", step_of("rmsprop_step", lambda out, a: (
        a[0] - a[3] * a[1] / (np.sqrt(a[4] * out[1]) + a[5]), out[1])), "There, the step of `param` is 1.054 times the expected one; in the other cases it is not only a factor"),
    ("rmsprop_step", "swapped", step_of("rmsprop_step", lambda out, args: out[::-1]), r"their order is \(mean_square, param\), expected \(param, mean_square\)"),
    ("adam_step", "decay", step_of("adam_step", lambda out, args: (out[0] - 0.01 * args[0], *out[1:])),
     "`mean` and `mean_square` are right, and `param` is wrong.*off by -0.01 times `param`"),
    ("adam_step", "two parts", step_of("adam_step", lambda out, args: out[:2]), "it returned 2 values"),
    ("adam_step", "one mean of all", lambda p, g, m, v, t, r, b1, b2, eps: (lambda out, s: (
        p - r * (out[1] / (1 - b1**t)) / (np.sqrt(s / (1 - b2**t)) + eps), out[1], s))(
        E["adam_step"](p, g, m, v, t, r, b1, b2, eps), b2 * v + (1 - b2) * g.mean() ** 2),
     "`mean_square` after step 1 are the same"),
    ("adam_step", "one array", step_of("adam_step", lambda out, args: out[1]), "returned an array"),
    ("backpropagate", "twice as much", lambda tape, n: [2 * g for g in E["backpropagate"](tape, n)], "2 times the expected one"),
    ("sum_to_shape", "seven times", lambda grad, shape: 7 * E["sum_to_shape"](grad, shape), "7 times the expected one"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("exercise", "wrong", "says"),
    sample([(e, f, s) for e, _, f, s in UNLISTED], 3),
    ids=[f"{e}-{n}" for e, n, *_ in UNLISTED],
)
def test_a_mistake_on_no_list_is_described(exercise, wrong, says):
    result = check(exercise, wrong)
    assert result.outcome == "incorrect"
    assert re.search(says, result.message), result.message
    assert len(re.findall(r"[.?!](?:\s+(?=[A-Z`])|$)", result.message)) <= 4, result.message
    assert "stumbled" not in result.message


@pytest.mark.slow
def test_every_exercise_has_unlisted_mistakes_with_different_messages():
    assert {e for e, *_ in UNLISTED} == set(exercises())
    messages = [check(e, f).message for e, _, f, _ in UNLISTED if e not in ("split", "train_epoch")]
    assert len(set(messages)) == len(messages)


def test_what_is_wrong_elsewhere_is_not_called_right():
    doubled = check(
        "train_epoch",
        lambda *args: E["train_epoch"](*args[:1], *(np.repeat(a[::2], 2, 0) for a in args[1:3]), *args[3:]),
    )
    assert "the loss is" in doubled.message
    assert "single losses" not in doubled.message  # right on this input, wrong with batches of one


def test_a_fault_of_the_checks_own_is_owned_up_to(monkeypatch):
    def broken(evidence):
        raise FloatingPointError("inside")

    monkeypatch.setattr(checking, "diagnose", broken)
    result = check("softmax", lambda z: z * 2)
    assert result.outcome == "incorrect"
    assert "the check itself failed (FloatingPointError)" in result.message
    assert "5 rows of 3 logits the answer is wrong" in result.message
