"""Tests that look at a program before it learns anything.

Each is cheap: a forward pass, or a look at numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from . import program as lab
from .finding import FEW, Finding, about, some_images
from .program import Program


def loss_at_start(program: Program) -> Iterator[Finding]:
    """The loss of a network that knows nothing is known: ln 10, or 0.45 for squared error."""
    want = 0.45 if program.squared else float(np.log(10))
    x, y = some_images(program, 200)
    found = lab.loss_and_grads(program._replace(decay=0), lab.start(program), x, y)[0]
    yield Finding(
        f"loss {about(found)}, expected for ten equal guesses {want:.3f}", abs(found - want) < 0.25 * want
    )


def shapes(program: Program) -> Iterator[Finding]:
    """What goes through a step, and how many steps an epoch has."""
    x, _ = some_images(program)
    entered, zs = lab.forward(program, lab.start(program), x)
    chain = [a.shape for a in (*entered, zs[-1])]
    want = [(FEW, width) for width in program.sizes]
    yield Finding(f"20 images on their way: {' '.join(map(str, chain))}", chain == want)
    cuts = np.asarray(program.cut(program.examples, program.batch, program.epochs))
    firsts = [*np.flatnonzero(cuts[:, 0] == 0), len(cuts)]
    counts, want = np.diff(firsts).tolist(), -(-program.examples // program.batch)
    normal = counts == [want] * program.epochs
    yield Finding(f"steps in each epoch: {' '.join(map(str, counts))}, should be {want}", normal)


def dtype(program: Program) -> Iterator[Finding]:
    """Which numbers enter the network, and how large its first sums are."""
    pictures = lab.images(200).images
    raw = np.asarray(program.scale_pixels(pictures.reshape(-1, 28, 28)))
    high = float(raw.max())
    yield Finding(f"inputs: {raw.dtype}, {raw.min():g} to {high:g}, should be 0 to 1", high <= 1.0)
    (weights, bias), *_ = lab.start(program)
    spread = float((raw @ weights + bias).std())
    yield Finding(
        f"first preactivations: standard deviation {about(spread)}, should be 0.3 to 3", 0.3 < spread < 3
    )


def starting_numbers(program: Program) -> Iterator[Finding]:
    """Mean and spread of the weights before the first step, and the biases."""
    for k, (weights, bias) in enumerate(lab.start(program)):
        want = float(np.sqrt(2 / len(weights)))
        mean, spread, off = float(weights.mean()), float(weights.std()), float(np.abs(bias).max())
        text = f"layer {k} weights: mean {mean:+.4f}, standard deviation {spread:.4f}, "
        text += f"should be 0 and {want:.4f}"
        yield Finding(text, abs(mean) < 0.2 * want and 0.6 < spread / want < 1.2)
        yield Finding(f"layer {k} biases: largest {off:.2f}, should be 0", off == 0)


def row_sums(program: Program) -> Iterator[Finding]:
    """Ten probabilities sum to 1, and the ten numbers p - y sum to 0, whatever the logits."""
    logits = np.random.default_rng(0).normal(0, 2, (FEW, 10))
    labels = np.arange(FEW) % 10
    yield _ordinary(program.softmax(logits).sum(axis=1))
    far = np.array([[0, 1], [1000, 1001]])
    for row, total in zip(far, program.softmax(far.astype(float)).sum(axis=1)):
        text = f"a batch of [0, 1] and [1000, 1001]: the probabilities of {row.tolist()} sum to {total:.3g}"
        yield Finding(f"{text}, should be 1", bool(np.isclose(total, 1)))
    sums = np.abs(lab.output_error(program, logits, labels)[1].sum(axis=1))
    worst = int(sums.argmax())
    text = "gradient of the logits: every row sums to 0"
    if not (normal := bool(sums[worst] < 1e-9)):
        text = f"gradient of the logits: row {worst} sums to {about(sums[worst])}, should be 0"
    yield Finding(text, normal)


def pairs(program: Program) -> Iterator[Finding]:
    """Does an image keep its label when the order changes, and does the order change?"""
    _, labels = lab.images(program.examples, program.by_class)
    names = np.arange(len(labels))[:, None] * 1.0
    moved, given = program.shuffle(names, labels, np.random.default_rng(0))
    kept = float((labels[moved[:, 0].astype(int)] == given).mean())
    yield Finding(f"{100 * kept:.0f} % of the images still have their own label, should be 100 %", kept == 1)
    stay = float((moved == names).mean())
    yield Finding(f"{100 * stay:.0f} % did not move, should be almost 0 %", stay < 0.1)
    first = " ".join(map(str, given[:12]))
    yield Finding(f"the first twelve labels: {first}, should be mixed", len(set(given[:12].tolist())) > 2)


def train_against_test(program: Program) -> Iterator[Finding]:
    """What the hidden units give on average in training and in use should be alike."""
    if len(program.sizes) < 3:
        yield Finding("there are no hidden units to compare", True)
        return
    x, _ = some_images(program, 200)
    layers, rng = lab.start(program), np.random.default_rng(0)
    use = lab.forward(program, layers, x)[0][1].mean()
    training = lab.forward(program, layers, x, lab.masks_for(program, len(x), rng))[0][1].mean()
    ratio = float(training / use) if use else 1.0
    text = f"hidden units in training: {ratio:.2f} times their values in use, should be 1"
    yield Finding(text, abs(ratio - 1) < 0.1)


def _ordinary(sums: np.ndarray) -> Finding:
    """The sums of rows with ordinary logits; a row that is out of range is named."""
    wrong = np.flatnonzero(~np.isclose(sums, 1))
    text = f"ordinary logits: the probabilities of all {len(sums)} rows sum to 1"
    if len(wrong):
        text = f"ordinary logits: row {wrong[0]} sums to {sums[wrong[0]]:.3g}, should be 1"
    return Finding(text, not len(wrong))
