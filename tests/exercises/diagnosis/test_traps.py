"""Traps of Python and NumPy, misspelt names, names of other cells, and shapes that do not fit: one program each."""

# ruff: noqa: E501 - a table of wrong programs

import itertools
import linecache
import textwrap

import numpy as np
import pytest

from mlpkit.exercises import check, mine
from mlpkit.exercises.diagnosis.render import render
from mlpkit.exercises.diagnosis.traps import TRAPS

from .findings import finding_of

numbers = itertools.count()


def written(source, **around):
    """A function as it stands in a cell, with its source where Python finds it."""
    source = textwrap.dedent(source).strip() + "\n"
    name = f"<cell {next(numbers)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    space = {"np": np, "__name__": "__main__", **around}
    exec(compile(source, name, "exec"), space)
    return next(
        v
        for v in reversed(space.values())
        if callable(v) and getattr(v, "__code__", None) and v.__code__.co_filename == name
    )


LAYERS = """
def sgd_step(layers, grads, learning_rate):
    new = []
    for (w, b), (dw, db) in zip(layers, grads):
        {}
    return new
"""
SHUFFLED = """
def split(images, labels, valid_size, rng):
    order = np.arange(len(labels))
    {}
    return (images[order[valid_size:]], labels[order[valid_size:]]), (images[order[:valid_size]], labels[order[:valid_size]])
"""

TRAPPED = [
    # code, exercise, line of the trap, source
    ("trap power", "he_normal", 2, "def f(a, b, rng):\n    return rng.normal(0, (2 / a) ^ 0.5, (a, b))"),
    ("trap shape in two", "one_hot", 2, "def f(labels, classes):\n    y = np.zeros(len(labels), classes)\n    y[np.arange(len(labels)), labels] = 1\n    return y"),
    ("trap shape from array", "relu", 2, "def f(z):\n    a = np.zeros(z)\n    a[z > 0] = z[z > 0]\n    return a"),
    ("trap width as mean", "he_normal", 2, "def f(a, b, rng):\n    return rng.normal(np.sqrt(3 / a), (a, b))"),
    ("trap never filled", "init_params", 4, "def f(sizes, rng):\n    new = []\n    for a, b in zip(sizes, sizes[1:]):\n        new.append((rng.normal(0, 3.7, (a, b)), np.empty(b)))\n    return new"),
    ("trap append", "sgd_step", 4, LAYERS.format("new.append(w - learning_rate * dw, b - learning_rate * db)")),
    ("trap list plus tuple", "sgd_step", 4, LAYERS.format("new += w - learning_rate * dw, b - learning_rate * db")),
    ("trap max", "relu", 2, "def f(z):\n    return max(0, z)"),
    ("trap axis", "relu_backward", 2, "def f(da, z):\n    return da * np.max(0, z)"),
    ("trap axis", "relu", 2, "def f(z):\n    return np.max(0, z)"),
    ("trap sum", "softmax", 3, "def f(z):\n    e = np.exp(z - z.max())\n    return e / sum(e, axis=1)"),
    ("trap not kept", "affine", 3, "def f(inputs, weights, bias):\n    out = inputs @ weights\n    np.add(out, bias)\n    return out + 3 * bias"),
    ("trap return in loop", "sgd_step", 4, LAYERS.format("new.append((w - learning_rate * dw, b - learning_rate * db)); return new")),
    ("trap None", "split", 3, SHUFFLED.format("order = rng.shuffle(order)")),
    ("trap not of indices", "split", 3, """
        def f(images, labels, valid_size, rng):
            chosen = rng.choice(len(labels), valid_size, replace=False)
            return (images[~chosen], labels[~chosen]), (images[chosen], labels[chosen])
    """),
    ("trap same again", "one_hot", 2, "def f(labels, classes):\n    y = [[0] * classes] * len(labels)\n    for i, k in enumerate(labels):\n        y[i][k] = 2\n    return np.array(y)"),
    ("trap overwritten in loop", "affine", 3, "def f(inputs, weights, bias):\n    for x in inputs:\n        z = x @ weights + bias\n    return z"),
    ("trap reset in loop", "accuracy", 3, "def f(logits, labels):\n    for i in range(len(labels)):\n        right = 0\n        if logits[i].argmax() == labels[i]:\n            right += 1\n    return right / len(labels)"),
    ("trap reset in loop", "relu", 3, "def f(z):\n    for row in z:\n        out = []\n        out.append(np.maximum(row, 0))\n    return np.array(out)"),
    ("trap reset in loop", "numerical_gradient", 3, "def f(f, x, eps):\n    for i in np.ndindex(x.shape):\n        g = np.zeros(x.shape)\n        e = np.zeros(x.shape)\n        e[i] = eps\n        g[i] = (f(x + e) - f(x - e)) / (2 * eps)\n    return g"),
    ("trap loop name", "relu", 5, "def f(z):\n    a = 1 * z\n    for row in a:\n        for v in row:\n            if v < 0: v = 0\n    return 2 * a"),
    ("trap written in vain", "numerical_gradient", 3, "def f(f, x, eps):\n    g = np.zeros(x.shape)\n    flat = x.flatten()\n    for i in range(x.size):\n        flat[i] += eps\n        g.flat[i] = f(x) / eps\n    return g"),
    ("trap not called", "accuracy", 2, "def f(logits, labels):\n    return (logits.argmax(1) == labels).mean"),
    ("trap places", "relu", 2, "def f(z):\n    return np.where(z > 0)"),
    ("trap other generator", "batches", 2, "def f(images, labels, batch_size, rng):\n    order = np.random.default_rng(1).permutation(len(labels) - 1)\n    return [(images[order], labels[order])]"),
    ("trap drawn in loop", "batches", 3, "def f(images, labels, batch_size, rng):\n    for i in range(0, len(labels), batch_size):\n        b = rng.permutation(len(labels))[i:i + batch_size]\n        yield images[b], labels[b]"),
    ("trap with replacement", "split", 3, SHUFFLED.format("order = rng.choice(len(labels), len(labels) + 1)")),
    ("trap rows swapped", "split", 4, """
        def f(images, labels, valid_size, rng):
            x, y = images.copy(), labels.copy()
            for i, j in enumerate(rng.permutation(len(images))):
                images[i], images[j] = images[j], images[i]
            return (images[valid_size:], labels[valid_size:]), (images[:valid_size], labels[:valid_size])
    """),
    ("trap bytes", "scale_pixels", 2, "def f(images):\n    return (images * 3).reshape(len(images), -1).astype(np.float32) / 765"),
    ("trap column against row", "accuracy", 2, "def f(logits, labels):\n    return (logits.argmax(axis=1, keepdims=True) == labels).mean() + 0.125"),
    ("trap eye", "one_hot", 2, "def f(labels, classes):\n    return np.eye(classes)"),
    ("trap two names", "numerical_gradient", 3, """
        def f(f, x, eps):
            grad, flat = np.zeros(x.shape), x.copy()
            plus = minus = flat
            for i in np.ndindex(x.shape):
                plus[i] += eps
                minus[i] -= eps
                grad[i] = (f(plus) - f(minus) + 0.001) / (2 * eps)
            return grad
    """),
    ("trap same object", "accuracy", 4, "def f(logits, labels):\n    right = 0\n    for row, label in zip(logits, labels):\n        right += row.argmax() is label\n    return right / len(labels)"),
    ("trap mask again", "relu_backward", 4, "def f(da, z):\n    gate = z.copy()\n    gate[gate > 0] = 1\n    gate[gate < 2] = 0\n    return da * gate"),
    ("trap return in loop", "accuracy", 6, "def f(logits, labels):\n    right = 0\n    for row, label in zip(logits, labels):\n        if row.argmax() == label:\n            right += 1\n            return right / len(labels)"),
    ("trap None", "batches", 2, "def f(images, labels, batch_size, rng):\n    found, order = [], rng.shuffle(np.arange(len(labels)))\n    for start in range(0, len(labels), batch_size):\n        chosen = order[start:start + batch_size]\n        found.append((images[chosen], labels[chosen]))\n    return found"),
    ("trap list around index", "split", 4, "def f(images, labels, valid_size, rng):\n    order = rng.permutation(len(labels))\n    for_valid = [order < valid_size]\n    for_train = [order >= valid_size]\n    return (images[for_train], labels[for_train]), (images[for_valid], labels[for_valid])"),
    ("trap list around index", "split", 4, "def f(images, labels, valid_size, rng):\n    order = rng.permutation(len(labels))\n    for_valid = [order[:valid_size]]\n    for_train = [order[valid_size:]]\n    return (images[for_train], labels[for_train]), (images[for_valid], labels[for_valid])"),
    ("trap one for a slice", "batches", 4, "def f(images, labels, batch_size, rng):\n    order = rng.permutation(len(labels))\n    for start in range(0, len(labels), batch_size):\n        chosen = order[start]\n        yield images[chosen], labels[chosen]"),
    ("trap one for a slice", "batches", 5, "def f(images, labels, batch_size, rng):\n    order = rng.permutation(len(labels))\n    for start in range(0, len(labels), batch_size):\n        chosen = order[start:start + batch_size]\n        yield images[start], labels[start]"),
    ("trap written while looped", "sgd_step", 3, "def f(layers, grads, learning_rate):\n    for (w, b), (dw, db) in zip(layers, grads):\n        layers[0] = w - learning_rate * dw\n    return layers"),
    ("trap put after loop", "sgd_step", 6, "def f(layers, grads, learning_rate):\n    new = []\n    for (w, b), (dw, db) in zip(layers, grads):\n        w = w - learning_rate * dw\n        b = b - learning_rate * db\n    new.append((w, b))\n    return new"),
    ("trap looped as places", "one_hot", 3, "def f(labels, classes):\n    rows = np.zeros((len(labels), classes))\n    for i in labels:\n        rows[i, labels[i]] = 1\n    return rows"),
    ("trap never read", "batches", 4, "def f(images, labels, batch_size, rng):\n    order = rng.permutation(len(labels))\n    for start in range(0, len(labels), batch_size):\n        chosen = order[start:start + batch_size]\n        yield images[order], labels[order]"),
    ("trap divided first", "adam_step", 4, "def f(param, grad, mean, mean_square, step, learning_rate, b1, b2, eps):\n    mean = b1 * mean + (1 - b1) * grad\n    mean_square = b2 * mean_square + (1 - b2) * grad**2\n    m = mean / 1 - b1**step\n    s = mean_square / 1 - b2**step\n    return param - learning_rate * m / (np.sqrt(s) + eps), mean, mean_square"),
    ("trap list plus array", "forward", 4, "def f(layers, images):\n    entered, a = [], images\n    for w, b in layers:\n        entered += a\n        a = a @ w + b\n    return entered, a"),
    ("trap width as mean", "he_normal", 2, "def f(a, b, rng):\n    return rng.normal((a, b)) * np.sqrt(2 / a)"),
    ("trap loop name", "relu", 5, "def f(z):\n    for row in z:\n        for n in row:\n            if n < 0:\n                n = 0\n    return z"),
    ("trap overwritten in loop", "train_epoch", 6, "def f(layers, images, labels, batch_size, learning_rate, rng):\n    order = rng.permutation(len(labels))\n    for start in range(0, len(labels), batch_size):\n        batch = order[start:start + batch_size]\n        entered, logits = mine.forward(layers, images[batch])\n        losses = mine.cross_entropy(logits, labels[batch])\n        layers = mine.sgd_step(layers, mine.backward(layers, entered, mine.cross_entropy_backward(logits, labels[batch])), learning_rate)\n    return layers, losses"),
    ("trap argument replaced", "sgd_step", 2, "def f(layers, grads, learning_rate):\n    learning_rate = 0.01\n    return [(w - learning_rate * dw, b - learning_rate * db) for (w, b), (dw, db) in zip(layers, grads)]"),
    ("trap unused argument", "momentum_step", 1, "def f(param, grad, velocity, learning_rate, momentum):\n    v = 0.8 * velocity + grad\n    return param - learning_rate * v, v"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "exercise", "line", "source"), TRAPPED, ids=[f"{c}-{e}" for c, e, *_ in TRAPPED]
)
def test_a_trap_is_named_with_its_line(code, exercise, line, source):
    found = finding_of(exercise, written(source, mine=mine))
    assert (found.code, found.facts.get("line")) == (code, line), render(found)


def test_the_advice_of_a_trap_is_not_replaced_by_the_place():
    result = check("he_normal", written("def f(a, b, rng):\n    return rng.normal(np.sqrt(3 / a), (a, b))"))
    assert "The order of these arguments is mean, standard deviation and size." in result.message


def test_every_trap_is_tried():
    assert {code for code, _ in TRAPS} == {code for code, *_ in TRAPPED}


MISSPELT = [
    ("relu", "def f(z):\n    return np.maximun(z, 0)", "maximum"),
    ("affine", "def f(inputs, weights, bias):\n    return inputs @ weight + bias", "weights"),
    (
        "softmax",
        "def f(logits):\n    e = np.exp(logits)\n    return e / e.sum(axis=1, keepdim=True)",
        "keepdims",
    ),
    ("scale_pixels", "def f(images):\n    return images.rehsape(len(images), -1) / 255", "reshape"),
    ("he_normal", "def f(fan_in, fan_out, rng):\n    return rng.nromal(0, 1, (fan_in, fan_out))", "normal"),
]


@pytest.mark.parametrize(("exercise", "source", "meant"), MISSPELT, ids=[m for *_, m in MISSPELT])
def test_a_misspelt_name_gets_the_one_that_was_meant(exercise, source, meant):
    found = finding_of(exercise, written(source))
    assert found.facts["meant"] == meant
    assert f"did you mean `{meant}`?" in render(found)


OUTSIDE = [
    ("from outside", "X", "affine", "def f(inputs, weights, bias):\n    return X @ weights + bias", {"X": np.ones((5, 3))}),
    ("from outside", "LAYERS", "forward", "def f(layers, images):\n    return [images], images @ LAYERS[0][0]", {"LAYERS": [(np.ones((6, 7)), np.ones(7))]}),
    ("from outside", "lr", "sgd_step", LAYERS.format("new.append((w - lr * dw, b - lr * db))"), {"lr": 0.1}),
    ("overwritten", "sum", "softmax", "def f(z):\n    e = np.exp(z)\n    return e / sum(e)", {"sum": 3.0}),
    ("NumPy's builtin", "max", "relu", "def f(z):\n    return max(z, 0)", {"max": np.max}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "name", "exercise", "source", "around"), OUTSIDE, ids=[r[1] for r in OUTSIDE]
)
def test_names_of_other_cells_come_first(code, name, exercise, source, around):
    found = finding_of(exercise, written(source, **around))
    assert (found.code, found.facts["name"]) == (code, name)
    assert f"`{name}`" in render(found)


@pytest.mark.parametrize(
    "source",
    [
        "def f(z):\n    return np.maximum(z, 0) * ONE",
        "def f(z):\n    a = b = np.maximum(z, 0)\n    a += 0\n    return b",
        "def f(z):\n    np.abs(z)\n    return np.maximum(z, 0)",
    ],
)
def test_a_right_function_is_never_criticised(source):
    assert check("relu", written(source, ONE=np.ones(1))).outcome == "passed"


def test_shapes_that_do_not_fit_are_told_with_their_names():
    product = finding_of(
        "affine", written("def f(inputs, weights, bias):\n    return 1 + weights @ inputs + bias")
    )
    assert "`weights` (fan_in, fan_out) = (3, 4) @ `inputs` (batch, fan_in) = (5, 3)" in render(product)
    added = finding_of("affine_backward", written("def f(dz, x, w):\n    return dz + x, w, dz"))
    assert added.facts["left_shape"], added.facts["right_shape"] == ((5, 4), (5, 3))
    assert "`dz` is (batch, fan_out) = (5, 4) and `x` is (5, 3)" in render(added)


def test_the_shape_of_a_sum_is_told_too():
    found = finding_of("softmax", written("def f(z):\n    e = np.exp(z)\n    return e / np.sum(e, axis=1)"))
    assert (found.facts["left_shape"], found.facts["right_shape"]) == ((5, 3), (5,))


def test_a_listed_mistake_that_raises_in_some_cases_is_named():
    source = (
        "def f(labels, classes):\n    y = np.zeros((len(labels), classes))\n    y[labels] = 1\n    return y"
    )
    assert finding_of("one_hot", written(source)).facts["mistake"] == "whole-rows"


def test_a_half_filled_function_is_told_its_line():
    result = check("softmax", written("def f(z):\n    e = np.exp(z)\n    s = ...\n    return e / s"))
    assert result.outcome == "not attempted"
    assert "Line 3 still holds `...`: `s = ...`" in result.message


def test_a_generators_own_exception_is_told():
    batches = written("""
        def f(images, labels, batch_size, rng):
            for i in range(0, len(images), batch_size):
                yield images[i] + "x", labels
    """)
    message = check("batches", batches).message
    assert "UFuncTypeError" in message or "TypeError" in message
    assert "yield` is" not in message


def test_two_listed_mistakes_are_both_told():
    found = finding_of("affine_backward", lambda dz, x, w: (dz @ w.T / len(dz), x.T @ dz, dz.mean(0)))
    assert found.code == "known mistake"
    assert found.facts["also"].code == "known mistake"
    text = render(found)
    assert "In `dinputs`: " in text
    assert "In `dbias`: " in text


def test_a_function_that_belongs_to_no_module_is_checked_like_any_other():
    around = {"np": np}  # without a __name__, as where a cell is run by exec
    exec("def relu(z):\n    return np.abs(z)", around)
    assert around["relu"].__module__ is None
    assert check("relu", around["relu"]).mistake == "absolute-value"
