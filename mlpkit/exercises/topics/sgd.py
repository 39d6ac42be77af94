"""One step downhill, a whole epoch of them, and a look at how well it went.

Three exercises: sgd_step, evaluate and train_epoch.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mlpkit.core.backprop import loss_and_grads

from ..spec import Case, Exercise, Mistake, Property
from .backprop import backward, cross_entropy_backward
from .forward import forward
from .loss import cross_entropy


def sgd_step(layers: list, grads: list, learning_rate: float) -> list:
    """Take one step downhill: new layers, the old ones stay as they are.

    layers: list of (weights, bias), grads: list of (dweights, dbias) -> list of (weights, bias)
    """
    return [
        (weights - learning_rate * dweights, bias - learning_rate * dbias)
        for (weights, bias), (dweights, dbias) in zip(layers, grads)
    ]


def train_epoch(layers, images, labels, batch_size, learning_rate, rng) -> tuple[list, list]:
    """Go once through all examples in a random order, one step a batch.

    layers: list of (weights, bias), images: (n, fan_in), labels: (n,), rng: Generator
    -> (new layers, list of the loss of each batch)
    """
    losses, order = [], rng.permutation(len(labels))
    for start in range(0, len(labels), batch_size):
        batch = order[start : start + batch_size]
        entered, logits = forward(layers, images[batch])
        losses.append(cross_entropy(logits, labels[batch]))
        grads = backward(layers, entered, cross_entropy_backward(logits, labels[batch]))
        layers = sgd_step(layers, grads, learning_rate)
    return layers, losses


def evaluate(layers: list, images: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Loss and accuracy of a network on a whole split.

    layers: list of (weights, bias), images: (n, fan_in), labels: (n,) -> (loss, accuracy)
    """
    _, logits = forward(layers, images)
    return cross_entropy(logits, labels), float((logits.argmax(axis=1) == labels).mean())


def _normal(seed: int, *shape: int, scale: float = 1.0) -> np.ndarray:
    return scale * np.random.default_rng(seed).normal(size=shape)


def _net(seed: int, *sizes: int) -> list:
    return [
        (_normal(seed + 10 * i, a, b) / np.sqrt(a), _normal(seed + 10 * i + 5, b, scale=0.5))
        for i, (a, b) in enumerate(zip(sizes, sizes[1:]))
    ]


def _zip(f: Callable) -> Callable:
    """A wrong step, made of what it does to one array p with gradient g and rate r."""
    return lambda layers, grads, r: [tuple(f(p, g, r) for p, g in zip(*pair)) for pair in zip(layers, grads)]


def _weights_only(layers, grads, r):
    return [(w - r * dw, b + 0.0) for (w, b), (dw, _) in zip(layers, grads)]


def _in_place(layers, grads, r):
    for (w, b), (dw, db) in zip(layers, grads):
        w -= r * dw
        b -= r * db
    return layers


SGD_STEP = Exercise(
    "sgd_step",
    task="Take one step against the gradient. Return new layers, and do not change the old ones.",
    reference=sgd_step,
    inputs={"layers": "", "grads": "", "learning_rate": ""},
    output=[{"weights": "fan_in fan_out", "bias": "fan_out"}],
    updates=("weights", "bias"),
    cases=(
        Case("3 layers and a rate of 0.1", (_net(1, 5, 6, 4, 3), _net(2, 5, 6, 4, 3), 0.1)),
        Case("2 layers and a rate of 0.5", (_net(3, 4, 3, 2), _net(4, 4, 3, 2), 0.5)),
        Case("a single layer and a rate of 3", (_net(5, 3, 2), _net(6, 3, 2), 3.0)),
        Case("gradients that are all 0", (_net(7, 3, 4, 2), [(0 * w, 0 * b) for w, b in _net(7, 3, 4, 2)], 0.1)),
        Case("some gradients in the hundreds", (_net(8, 3, 4, 2), [tuple(np.where(g > 0, 300 * g, g) for g in pair) for pair in _net(9, 3, 4, 2)], 0.01)),
    ),
    mistakes=(
        Mistake(
            "ascent",
            _zip(lambda p, g, r: p + r * g),
            "It looks as if the step goes uphill. The gradient points to where the loss grows: in which "
            "direction should the step go?",
        ),
        Mistake(
            "learning-rate-missing",
            _zip(lambda p, g, r: p - g),
            "It looks as if the whole gradient is subtracted. Which argument says how long the step is?",
        ),
        Mistake(
            "unchanged",
            _zip(lambda p, g, r: p + 0.0),
            "It looks as if nothing changed: perhaps new values are computed, but not returned.",
        ),
        Mistake(
            "gradient-scaled-only",
            (_zip(lambda p, g, r: r * g), _zip(lambda p, g, r: -r * g)),
            "It looks as if the step itself is returned. Subtract it from the layers.",
        ),
        Mistake(
            "gradients-returned",
            _zip(lambda p, g, r: g + 0.0),
            "It looks as if the gradients are returned. Use them to make new layers.",
        ),
        Mistake(
            "biases-not-updated",
            _weights_only,
            "It looks as if the biases do not change. Each layer is a pair, and both parts learn.",
        ),
        Mistake(
            "weights-not-updated",
            lambda layers, grads, r: [(w + 0.0, b - r * db) for (w, b), (_, db) in zip(layers, grads)],
            "It looks as if the weights do not change. Each layer is a pair, and both parts learn.",
        ),
        Mistake(
            "only-the-last-layer",
            lambda layers, grads, r: [*layers[:-1], *sgd_step(layers[-1:], grads[-1:], r)],
            "It looks as if only the last layer changes. Over what does the loop run?",
        ),
        Mistake(
            "only-the-first-layer",
            lambda layers, grads, r: [*sgd_step(layers[:1], grads[:1], r), *layers[1:]],
            "It looks as if only the first layer changes. Does the loop return too early?",
        ),
        Mistake(
            "in-place",
            _in_place,
            "The numbers are right, but the layers of the input changed: `-=` and `layers[i] = ...` do this. "
            "The caller may still need them. Make new arrays and a new list.",
        ),
        Mistake(
            "decay",
            tuple(
                program
                for c in (0.01, 0.001, 1e-4, 5e-4)
                for program in (
                    _zip(lambda p, g, r, c=c: p - r * (g + c * p)),
                    _zip(lambda p, g, r, c=c: p - r * (g + c * p * (p.ndim > 1))),
                )
            ),
            "It looks as if there is a weight decay: each step also makes the parameters a little smaller. "
            "The step uses only the gradient.",
        ),
        Mistake(
            "parameter-scaled",
            (_zip(lambda p, g, r: p - r * p * g), _zip(lambda p, g, r: p - r * p)),
            "It looks as if the step is also multiplied by the parameter. The step uses only the rate and "
            "the gradient.",
        ),
        Mistake(
            "rate-divided",
            _zip(lambda p, g, r: p - g / r),
            "It looks as if the gradient is divided by the learning rate, so a small rate makes a long "
            "step.",
        ),
        Mistake(
            "wrong-brackets",
            _zip(lambda p, g, r: r * (p - g)),
            "It looks as if the rate multiplies the whole difference. Which part of it should it multiply?",
        ),
        Mistake(
            "sign-of-the-gradient",
            _zip(lambda p, g, r: p - r * np.sign(g)),
            "It looks as if only the sign of the gradient is used. Its size counts too.",
        ),
        Mistake(
            "backwards",
            lambda layers, grads, r: sgd_step(layers, grads, r)[::-1],
            "It looks as if the layers are returned in the opposite order.",
        ),
        Mistake(
            "bias-before-weights",
            lambda layers, grads, r: [(b, w) for w, b in sgd_step(layers, grads, r)],
            "It looks as if each pair is (bias, weights). The weights come first.",
        ),
        Mistake(
            "normalised",
            (_zip(lambda p, g, r: p - r * g / max(np.linalg.norm(g), 1e-30)),),
            "It looks as if each gradient is scaled to length 1 first. Its own length counts.",
        ),
    ),
    hints=(
        "Every weight and every bias moves against its own gradient. The length of the move is the "
        "learning rate times the gradient.",
        "A list of (weights, bias) and a list of (dweights, dbias) of the same shapes -> a new list of (weights, bias).",
        "W ← W − rate · dW,  b ← b − rate · db, for each layer.",
        "def sgd_step(layers, grads, learning_rate):\n    stepped = []\n"
        "    for (weights, bias), (dweights, dbias) in zip(layers, grads):\n        stepped.append((weights - ..., bias - ...))\n"
        "    return stepped",
    ),
)  # fmt: skip


def _case(seed: int, n: int, *sizes: int) -> tuple:
    """Layers, images and labels; about 60 % of them are what the network says, more of the first than of the last."""
    rng = np.random.default_rng(seed)
    layers, images = _net(seed + 1, *sizes), _normal(seed + 2, n, sizes[0])
    said = forward(layers, images)[1].argmax(axis=1)
    other = (said + rng.integers(1, sizes[-1], n)) % sizes[-1]
    return layers, images, np.where(rng.random(n) < np.linspace(1, 0.2, n), said, other)


def _far_apart(seed: int, n: int, *sizes: int) -> tuple:
    """As `_case`, with logits around 1000 that are hundreds apart: powers overflow, and probabilities are tiny."""
    layers, images, labels = _case(seed, n, *sizes)
    *first, (weights, bias) = layers
    return [*first, (200 * weights, 200 * bias + 1000)], images, labels


def _zeros(seed: int, n: int, *sizes: int) -> tuple:
    """Layers of zeros, images, and labels that hold each class equally often."""
    layers = [(0 * weights, 0 * bias) for weights, bias in _net(seed, *sizes)]
    return layers, _normal(seed + 2, n, sizes[0]), np.arange(n) % sizes[-1]


def _scores(layers, images, labels, loss=cross_entropy, hit=None, look=None):
    logits = look(layers, images) if look else forward(layers, images)[1]
    right = (logits.argmax(axis=1) == labels).mean() if hit is None else hit(logits, labels)
    return float(loss(logits, labels)), float(right)


def _wrong(**changed):
    return lambda layers, images, labels: _scores(layers, images, labels, **changed)


def _means_over_images(size, counted=False):
    """The means of batches are added and divided by the number of images; `counted`: the right ones are counted."""

    def wrong(layers, images, labels):
        parts = [slice(start, start + size) for start in range(0, len(labels), size)]
        losses, shares = np.transpose([evaluate(layers, images[part], labels[part]) for part in parts])
        right = evaluate(layers, images, labels)[1] if counted else shares.sum() / len(labels)
        return float(losses.sum() / len(labels)), float(right)

    return wrong


def _logits(layers, images, bend=lambda z: np.maximum(z, 0), last=False, bias=1.0):
    a = images
    for i, (w, b) in enumerate(layers):
        a = a @ w + bias * b
        a = bend(a) if last or i < len(layers) - 1 else a
    return a


def _softmax(z, axis=1):
    powers = np.exp(z - z.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


EVALUATE = Exercise(
    "evaluate",
    task="Give the loss and the accuracy of a network on a whole split.",
    reference=evaluate,
    inputs={"layers": "", "images": "n fan_in", "labels": "n"},
    output={"loss": "number", "accuracy": "number"},
    cases=(
        Case("7 images, 3 layers", _case(11, 7, 5, 6, 4, 3)),
        Case("12 images, 2 layers", _case(12, 12, 4, 7, 5)),
        Case("4 images and 4 classes", _case(13, 4, 3, 6, 4)),
        Case("1,037 images", _case(14, 1037, 6, 5, 10)),
        Case("a single layer", _case(15, 9, 4, 3)),
        Case("logits that are hundreds apart", _far_apart(17, 8, 5, 6, 4)),
        Case("a network of zeros, and each class twice", _zeros(19, 8, 5, 4)),
    ),
    mistakes=(
        Mistake(
            "swapped",
            lambda *args: evaluate(*args)[::-1],
            "It looks as if the two results are swapped. The loss comes first, then the accuracy.",
        ),
        Mistake(
            "percentage",
            _wrong(hit=lambda z, y: 100 * (z.argmax(axis=1) == y).mean()),
            "The loss is right, but the accuracy looks like a percentage. A share between 0 and 1 is asked for.",
        ),
        Mistake(
            "count-not-share",
            _wrong(hit=lambda z, y: (z.argmax(axis=1) == y).sum()),
            "The loss is right, but the accuracy looks like a count. How does it become a share between 0 and 1?",
        ),
        Mistake(
            "error-rate",
            _wrong(hit=lambda z, y: (z.argmax(axis=1) != y).mean()),
            "The loss is right, but the accuracy looks like the share of wrong answers. Look at the comparison.",
        ),
        Mistake(
            "sum-for-mean",
            _wrong(loss=lambda z, y: cross_entropy(z, y) * len(y)),
            "The accuracy is right, but the loss looks like a sum over the images. Should a split of twice "
            "the size have twice the loss?",
        ),
        Mistake(
            "divided-twice",
            _wrong(loss=lambda z, y: cross_entropy(z, y) / len(y)),
            "The accuracy is right, but the loss looks as if it is divided by the number of images once "
            "too often. Is the loss of a batch already a mean?",
        ),
        Mistake(
            "first-batch-only",
            tuple(lambda layers, images, labels, k=k: evaluate(layers, images[:k], labels[:k])
                  for k in (64, 10, 32, 50, 100, 128, 200, 256, 500, 1000)),
            "It looks as if only the first images are used. Use the whole split.",
        ),
        Mistake(
            "last-batch-only",
            lambda layers, images, labels: evaluate(layers, images[len(images) // 64 * 64 :], labels[len(images) // 64 * 64 :]),
            "It looks as if only the last images are used. Is something overwritten in a loop?",
        ),
        Mistake(
            "mean-of-unequal-batches",
            tuple(lambda layers, images, labels, k=k: tuple(np.mean(
                [evaluate(layers, images[i : i + k], labels[i : i + k]) for i in range(0, len(labels), k)], axis=0).tolist())
                for k in (64, 100, 5, 10, 16, 20, 32, 50, 128, 200, 256, 500, 512, 1000)),
            "It looks as if the means of batches are averaged, but the last batch is shorter. How should "
            "each mean be weighted?",
        ),
        Mistake(
            "means-of-batches-over-images",
            (*(_means_over_images(k) for k in (32, 64, 128, 256, 1000, 2000)),
             *(_means_over_images(k, counted=True) for k in (32, 64, 128, 256, 1000))),
            "It looks as if the means of batches are added, and the sum is divided by the number of images. The mean "
            "of a batch stands for all images of this batch: by what is it multiplied before it is added?",
        ),
        Mistake(
            "accuracy-over-axis-0",
            (lambda layers, images, labels: (evaluate(layers, images, labels)[0],
                                             float(np.mean(forward(layers, images)[1].argmax(axis=0) == labels))),),
            "It looks as if argmax runs down the columns: it gives one answer for each class, not for each "
            "image.",
        ),
        Mistake(
            "argmax-over-everything",
            _wrong(hit=lambda z, y: (z.argmax() == y).mean()),
            "The loss is right, but argmax runs over the whole array: one answer for all images. How many guesses should there be?",
        ),
        Mistake(
            "no-activation",
            _wrong(look=lambda layers, images: _logits(layers, images, bend=lambda z: z)),
            "It looks as if there is no activation between the layers. What does the forward pass do there?",
        ),
        Mistake(
            "relu-on-the-logits",
            _wrong(look=lambda layers, images: _logits(layers, images, last=True)),
            "It looks as if relu is applied to the logits. They need their negative numbers.",
        ),
        Mistake(
            "bias-forgotten",
            _wrong(look=lambda layers, images: _logits(layers, images, bias=0.0)),
            "It looks as if the biases are left out of the forward pass.",
        ),
        Mistake(
            "softmax-twice",
            _wrong(loss=lambda z, y: cross_entropy(_softmax(z), y)),
            "The accuracy is right, but perhaps softmax is applied twice before the loss: once by you and "
            "once by cross-entropy. What input does cross-entropy need?",
        ),
        Mistake(
            "squared-error",
            (_wrong(loss=lambda z, y: ((_softmax(z) - np.eye(z.shape[1])[y]) ** 2).sum(axis=1).mean()),
             _wrong(loss=lambda z, y: ((_softmax(z) - np.eye(z.shape[1])[y]) ** 2).mean())),
            "The accuracy is right, but the loss looks like a squared error. Cross-entropy is asked for.",
        ),
        Mistake(
            "log2",
            _wrong(loss=lambda z, y: cross_entropy(z, y) / np.log(2)),
            "The accuracy is right, but the loss perhaps uses logarithms of base 2.",
        ),
        Mistake(
            "accuracy-only",
            lambda *args: evaluate(*args)[1],
            "It looks as if only one number is returned. Return the loss, then the accuracy.",
        ),
    ),
    hints=(
        "One forward pass gives the logits of all images. Compute both numbers from them.",
        "images (n, fan_in) -> logits (n, classes) -> loss, one number; argmax of each row against labels (n,) -> accuracy.",
        "loss = −1/n Σᵢ log pᵢ,labelᵢ;  accuracy = 1/n Σᵢ [argmaxₖ logitsᵢₖ = labelsᵢ].",
        "def evaluate(layers, images, labels):\n    entered, logits = mine.forward(layers, images)\n"
        "    loss = ...\n    accuracy = ...\n    return loss, accuracy",
    ),
)  # fmt: skip


def _epoch(*, order=lambda rng, n: rng.permutation(n), step=sgd_step, rate=lambda r, i: r, sizes=None, tally=float,
           gradient=None, keep=lambda losses: losses, labels_of=lambda batch, rng: batch, grow=1.0, drop=False) -> Callable:  # fmt: skip
    """An epoch with one piece replaced by something wrong."""

    def wrong(layers, images, labels, batch_size, learning_rate, rng):
        losses, sequence, first = [], order(rng, len(labels)), None
        for i, start in enumerate(range(0, len(sequence), batch_size)):
            batch = sequence[start : start + batch_size]
            if drop and len(batch) < batch_size and losses:
                break
            loss, grads = loss_and_grads(layers, images[batch], labels[labels_of(batch, rng)])
            first = first or grads
            used = first if gradient == "first" else grads
            used = [
                (grow * len(batch) ** (gradient == "sum") * w, grow * len(batch) ** (gradient == "sum") * b)
                for w, b in used
            ]
            layers = step(layers, used, rate(learning_rate, i))
            losses.append(tally(loss))
        return layers, keep(losses)

    return wrong


def _shuffled_apart(labels_first: bool) -> Callable:
    """An epoch with one order for the images and another for the labels, which are drawn one after the other."""

    def wrong(layers, images, labels, batch_size, learning_rate, rng):
        orders = [rng.permutation(len(labels)) for _ in range(2)]
        one, other = orders[::-1] if labels_first else orders
        return _epoch(order=lambda rng, n: np.arange(n))(
            layers, images[one], labels[other], batch_size, learning_rate, rng
        )

    return wrong


def _divided_by_all_images(layers, images, labels, batch_size, learning_rate, rng):
    losses, order = [], rng.permutation(len(labels))
    for start in range(0, len(labels), batch_size):
        batch = order[start : start + batch_size]
        loss, grads = loss_and_grads(layers, images[batch], labels[batch])
        layers = sgd_step(layers, grads, learning_rate * len(batch) / len(labels))
        losses.append(float(loss))
    return layers, losses


def _gradients_never_reset(layers, images, labels, batch_size, learning_rate, rng):
    losses, order = [], rng.permutation(len(labels))
    total = [(np.zeros(w.shape), np.zeros(b.shape)) for w, b in layers]
    for start in range(0, len(labels), batch_size):
        batch = order[start : start + batch_size]
        loss, grads = loss_and_grads(layers, images[batch], labels[batch])
        total = [(w + dw, b + db) for (w, b), (dw, db) in zip(total, grads)]
        layers = sgd_step(layers, total, learning_rate)
        losses.append(float(loss))
    return layers, losses


def _gradients_of_the_first_layers(layers, images, labels, batch_size, learning_rate, rng):
    losses, order, stepped = [], rng.permutation(len(labels)), layers
    for start in range(0, len(labels), batch_size):
        batch = order[start : start + batch_size]
        loss, grads = loss_and_grads(layers, images[batch], labels[batch])
        stepped = sgd_step(stepped, grads, learning_rate)
        losses.append(float(loss))
    return stepped, losses


def _other_labels_in_the_gradient(layers, images, labels, batch_size, learning_rate, rng):
    losses, order = [], rng.permutation(len(labels))
    for start in range(0, len(labels), batch_size):
        batch = order[start : start + batch_size]
        loss = loss_and_grads(layers, images[batch], labels[batch])[0]
        grads = loss_and_grads(layers, images[batch], labels[start : start + batch_size])[1]
        layers = sgd_step(layers, grads, learning_rate)
        losses.append(float(loss))
    return layers, losses


def _loss_after_the_step(layers, images, labels, batch_size, learning_rate, rng):
    losses, order = [], rng.permutation(len(labels))
    for start in range(0, len(labels), batch_size):
        batch = order[start : start + batch_size]
        grads = loss_and_grads(layers, images[batch], labels[batch])[1]
        layers = sgd_step(layers, grads, learning_rate)
        losses.append(float(loss_and_grads(layers, images[batch], labels[batch])[0]))
    return layers, losses


def _loss_of_all_after_the_step(layers, images, labels, batch_size, learning_rate, rng):
    losses, order = [], rng.permutation(len(labels))
    for start in range(0, len(labels), batch_size):
        batch = order[start : start + batch_size]
        layers = sgd_step(layers, loss_and_grads(layers, images[batch], labels[batch])[1], learning_rate)
        losses.append(float(loss_and_grads(layers, images, labels)[0]))
    return layers, losses


def _whole_batches_shuffled(layers, images, labels, batch_size, learning_rate, rng):
    losses = []
    for start in rng.permutation(np.arange(0, len(labels), batch_size)):
        batch = slice(start, start + batch_size)
        loss, grads = loss_and_grads(layers, images[batch], labels[batch])
        layers = sgd_step(layers, grads, learning_rate)
        losses.append(float(loss))
    return layers, losses


def _moved(value, args) -> float:
    """How far the weights went, against how far a step down the mean gradient would take them: 1 for tiny steps."""
    (new, _), (old, images, labels, batch_size, rate, _) = value, args
    steps = len(images) / batch_size
    _, grads = loss_and_grads(old, images, labels)
    flat = np.concatenate([(a - b).ravel() for one, two in zip(new, old) for a, b in zip(one, two)])
    return float(flat @ -grads.flat / (rate * steps * (grads.flat @ grads.flat)))


def _straight(value, args) -> float:
    (new, _), (old, images, labels, *_) = value, args
    _, grads = loss_and_grads(old, images, labels)
    flat = np.concatenate([(a - b).ravel() for one, two in zip(new, old) for a, b in zip(one, two)])
    return float(flat @ -grads.flat / max(1e-300, np.linalg.norm(flat) * np.linalg.norm(grads.flat)))


def _each_part(value, args) -> list:
    """How far each array went along its own gradient, against how far it should: all 1."""
    (new, _), (old, images, labels, _, rate, _) = value, args
    _, grads = loss_and_grads(old, images, labels)
    triples = [(a - b, g) for one, two, three in zip(new, old, grads) for a, b, g in zip(one, two, three)]
    return [float((moved * -g).sum() / max(rate * (g * g).sum(), 1e-300)) for moved, g in triples]


def _each_part_words(got: list, want: list) -> str:
    names = [f"`layers[{i // 2}][{i % 2}]`" for i in range(len(got))]
    if not any(got):
        return "the layers do not change."
    if max(got) - min(got) < 1e-3 * max(abs(got[0]), 1e-6):
        way = "uphill, " if got[0] < 0 else ""
        return (
            f"the step goes {way}{abs(got[0]):.4g} times as far as expected. "
            "Look at the sign, the learning rate and every division by a number of examples."
        )
    off = [i for i, part in enumerate(got) if abs(part - 1) > 1e-3]
    fine = [n for i, n in enumerate(names) if i not in off]
    right = f"{', '.join(fine[:3])} moved as expected, " if fine else ""
    return (
        f"{right}{names[off[0]]} went {got[off[0]]:.3g} times as far along its gradient as expected. "
        "Look at which parts of the layers are changed, and by what."
    )


def _one_batch(measure: Callable) -> Callable:
    """Measured only where everything fits into one batch, so that no order can matter."""
    return lambda value, args: measure(value, args) if args[3] >= len(args[2]) else 0.0


def _tiny(measure: Callable) -> Callable:
    """Measured only where steps are tiny and batches equal, so that the order hardly matters."""
    return lambda value, args: measure(value, args) if args[4] < 1e-4 and args[3] < len(args[2]) else 0.0


def _first_loss(value, args) -> float:
    return float(value[1][0])


def _end(value, args) -> np.ndarray:
    return np.concatenate([part.ravel() for layer in value[0] for part in layer])


def _mean_loss(value, args) -> float:
    return float(np.mean(value[1]))


def _sorted_pairs(value, args) -> np.ndarray:
    """With tiny steps and batches of one, the losses are those of the single examples, in some order."""
    return np.sort(np.asarray(value[1], float)) if args[3] == 1 else np.zeros(1)


def _where_all_are_alike(value, args) -> list:
    """The losses, and then all weights, where every example is the same one: there no order plays a part."""
    alike = (args[1] == args[1][0]).all()
    return [*map(float, value[1]), *_end(value, args).tolist()] if alike else []


def _alike_words(got: list, want: list) -> str:
    losses = [" and ".join(f"{loss:.3g}" for loss in numbers[:3]) for numbers in (got, want)]
    if losses[0] != losses[1]:
        return (
            f"with examples that are all the same, the losses are {losses[0]}, expected {losses[1]}. "
            "Does the forward pass of each batch use the new layers of the batch before?"
        )
    return (
        "with examples that are all the same, the losses are right, but the new layers are not. Are the "
        "gradients of each batch computed with the layers that the batch before has changed?"
    )


def _shuffled(value, args) -> float:
    """In which order the losses of batches of one come: 4 for a shuffled epoch."""
    if args[3] != 1:
        return 4.0
    layers, images, labels = args[:3]
    plain = [loss_and_grads(layers, images[i : i + 1], labels[i : i + 1])[0] for i in range(len(labels))]
    turned = [np.roll(plain, start) for start in range(len(plain))]  # from another place on
    orders = [(0, order) for order in turned] + [
        (1, plain[::-1]),
        (2, sorted(plain)),
        (3, sorted(plain)[::-1]),
    ]
    return next((float(i) for i, order in orders if np.allclose(order, value[1], rtol=1e-3)), 4.0)


def _shuffled_words(got: float, want: float) -> str:
    order = (
        "in which the examples stand",
        "in which the examples stand, backwards",
        "of their size",
        "of their size",
    )[int(got)]
    return f"the losses come in the order {order}. The examples should come in a random order, and their losses in that order."


def _neighbours(value, args) -> float:
    """1 where steps are tiny and each loss is that of examples that stand side by side, else 0."""
    (_, losses), (layers, images, labels, k, rate, _) = value, args
    if not (rate < 1e-4 and 1 < k < len(labels)):
        return 0.0
    blocks = [
        loss_and_grads(layers, images[i : i + k], labels[i : i + k])[0] for i in range(0, len(labels), k)
    ]
    return float(len(losses) == len(blocks) and np.allclose(sorted(losses), sorted(blocks), rtol=1e-4))


def _same(seed: int, n: int, *sizes: int) -> tuple:
    """Layers, and one image with its label n times."""
    layers, images, labels = _case(seed, 2, *sizes)
    return layers, np.repeat(images[:1], n, axis=0), np.repeat(labels[-1:], n)


_LAYERS, _IMAGES, _LABELS = _case(21, 40, 6, 8, 4)

TRAIN_EPOCH = Exercise(
    "train_epoch",
    task="Go once through all examples in a random order, with one step for each batch. Return the new "
         "layers and the loss of each batch.",
    reference=train_epoch,
    inputs={"layers": "", "images": "n fan_in", "labels": "n", "batch_size": "", "learning_rate": "", "rng": ""},
    output={"layers": [{"weights": "fan_in fan_out", "bias": "fan_out"}], "losses": "numbers"},
    random=True,
    cases=(
        Case("40 examples in batches of 16, the last of 8", (_LAYERS, _IMAGES, _LABELS, 16, 0.05, np.random.default_rng(2))),
        Case("40 examples in one batch", (_LAYERS, _IMAGES, _LABELS, 40, 0.3, np.random.default_rng(1))),
        Case("40 examples in batches of 10, with tiny steps", (_LAYERS, _IMAGES, _LABELS, 10, 1e-6, np.random.default_rng(3))),
        Case("40 examples one by one, with tiny steps", (_LAYERS, _IMAGES, _LABELS, 1, 1e-7, np.random.default_rng(4))),
        Case("9 examples and a batch size of 64", (*_case(23, 9, 3, 4), 64, 0.2, np.random.default_rng(5))),
        Case("8 examples in one batch, with logits that are hundreds apart", (*_far_apart(27, 8, 5, 6, 4), 8, 0.2, np.random.default_rng(7))),
        Case("12 equal examples, in batches of 5", (*_same(25, 12, 5, 6, 4, 3), 5, 0.5, np.random.default_rng(6))),
    ),
    properties=(
        Property("which examples are used", _sorted_pairs,
                 "the losses are not those of the examples, each once. Is every image beside its own "
                 "label, and is each used once?", 1e-4),
        Property("the loss of a single batch", _one_batch(_first_loss),
                 "the loss is {got}, expected {expected}. Does the batch hold what it should, and is its own loss stored?", 1e-5),
        Property("how far each part moves in a single step",
                 lambda value, args: _each_part(value, args) if args[3] >= len(args[2]) else [1.0] * 2 * len(args[0]),
                 _each_part_words, 1e-3),
        Property("the direction of a single step", _one_batch(_straight),
                 "the step does not go straight against the gradient (cosine {got}, expected {expected}). "
                 "Look at the sign, and at which gradient is used.", 1e-4),
        Property("the length of a single step", _one_batch(_moved),
                 "the step is {got} times as long as expected. Look at the learning rate and at every "
                 "division by a number of examples.", 1e-4),
        Property("where a single step leads", _one_batch(_end),
                 "the new layers are not the result of one step.", 1e-4, 1e-8),
        Property("the length of many tiny steps", _tiny(_moved),
                 "the whole epoch moves {got} times as far as its batches ask for, expected {expected}. "
                 "Does every batch start from the layers of the batch before, with its own gradient and "
                 "the given rate?", 0.02),
        Property("the direction of many tiny steps", _tiny(_straight),
                 "all steps together should go against the mean gradient; the cosine is {got}.", 2e-3),
        Property("the shuffling", _shuffled, _shuffled_words),
        Property("which examples are in one batch", _neighbours,
                 "each batch holds examples that stand side by side. Which examples should come together?"),
        Property("many steps with one example", _where_all_are_alike, _alike_words, 1e-4, 1e-8),
    ),
    mistakes=(
        Mistake(
            "no-shuffling",
            _epoch(order=lambda rng, n: np.arange(n)),
            "It looks as if the examples come in the order of the input. If they are sorted by class, the "
            "network learns nothing. Which argument should make the order?",
        ),
        Mistake(
            "whole-batches-shuffled",
            _whole_batches_shuffled,
            "It looks as if only whole batches are shuffled: the same examples are always in one batch. What "
            "exactly should be put into a random order?",
        ),
        Mistake(
            "last-batch-dropped",
            _epoch(drop=True),
            "It looks as if the last, shorter batch is left out. Every example should come once.",
            observe=lambda got, want, args: f"40 examples in batches of 16 gave {len(got[1])} losses, expected 3.",
        ),
        Mistake(
            "images-and-labels-apart",
            (_epoch(labels_of=lambda batch, rng: rng.permutation(batch)), _shuffled_apart(False), _shuffled_apart(True)),
            "It looks as if images and labels are shuffled separately, so images get the labels of other "
            "images. How many orders are drawn?",
        ),
        Mistake(
            "labels-not-shuffled",
            lambda layers, images, labels, k, rate, rng: _epoch(order=lambda r, n: np.arange(n))(
                layers, images[rng.permutation(len(labels))], labels, k, rate, rng),
            "It looks as if the images are shuffled and the labels are not. Both need the same order.",
        ),
        Mistake(
            "drawn-with-replacement",
            (_epoch(order=lambda rng, n: rng.integers(0, n, n)), _epoch(order=lambda rng, n: rng.choice(n, n))),
            "It looks as if some examples come several times and others never: a draw with replacement. "
            "How can each come exactly once?",
        ),
        Mistake(
            "ascent",
            _epoch(grow=-1.0),
            "It looks as if the steps go uphill. In which direction does the gradient point?",
        ),
        Mistake(
            "layers-not-updated",
            _epoch(step=lambda layers, grads, rate: layers),
            "It looks as if the layers never change: perhaps a step is computed, but not kept.",
        ),
        Mistake(
            "weights-only",
            _epoch(step=lambda layers, grads, rate: [(w - rate * dw, b) for (w, b), (dw, _) in zip(layers, grads)]),
            "It looks as if the biases do not change. Each layer is a pair, and both parts learn.",
        ),
        Mistake(
            "one-step-only",
            lambda layers, images, labels, k, rate, rng: (
                sgd_step(layers, loss_and_grads(layers, images, labels)[1], rate),
                train_epoch(layers, images, labels, k, rate, rng)[1]),
            "It looks as if the whole epoch takes one step. How many batches are there?",
        ),
        Mistake(
            "steps-from-the-start",
            lambda layers, images, labels, k, rate, rng: (
                lambda done: (done[-1], train_epoch(layers, images, labels, k, rate, rng)[1]))(
                [sgd_step(layers, loss_and_grads(layers, images[i : i + k], labels[i : i + k])[1], rate) for i in range(0, len(labels), k)]),
            "It looks as if every step starts from the first layers, so only the last step counts. Where "
            "should the second step start?",
        ),
        Mistake(
            "gradients-never-reset",
            _gradients_never_reset,
            "It looks as if each step also uses the gradients of all batches before. Each batch has its own.",
        ),
        Mistake(
            "gradients-of-the-first-layers",
            _gradients_of_the_first_layers,
            "It looks as if every gradient is computed with the layers that came in. Which layers does the second batch need?",
        ),
        Mistake(
            "other-labels-in-the-gradient",
            _other_labels_in_the_gradient,
            "It looks as if the gradient is computed with other labels than the loss. Which labels belong to this batch?",
        ),
        Mistake(
            "gradient-reused",
            _epoch(gradient="first"),
            "It looks as if the gradient of the first batch is used for all batches. Each batch has its "
            "own.",
        ),
        Mistake(
            "sum-for-mean",
            _epoch(gradient="sum"),
            "It looks as if gradients are summed over the batch, so that a larger batch takes longer steps.",
        ),
        Mistake(
            "learning-rate-divided-by-batch",
            lambda layers, images, labels, k, rate, rng: train_epoch(layers, images, labels, k, rate / min(k, len(labels)), rng),
            "It looks as if the learning rate is divided by the batch size. The gradient is already a mean.",
        ),
        Mistake(
            "divided-by-all-images",
            _divided_by_all_images,
            "It looks as if each batch's gradient is divided by the number of all images. The mean of a "
            "batch is over its own examples.",
        ),
        Mistake(
            "rate-decays-every-step",
            tuple(_epoch(rate=lambda r, i, d=d: r * d**i) for d in (0.5, 0.9, 0.95)),
            "It looks as if the learning rate becomes smaller with every batch, so the later batches "
            "hardly count.",
        ),
        Mistake(
            "losses-summed",
            lambda layers, images, labels, k, rate, rng: (lambda new, losses: (
                new, [loss * min(k, len(labels) - k * i) for i, loss in enumerate(losses)]))(
                *train_epoch(layers, images, labels, k, rate, rng)),
            "It looks as if the loss of a batch is multiplied by its size. It is a mean over the batch, and should stay one.",
        ),
        Mistake(
            "loss-after-the-step",
            (_loss_after_the_step, _loss_of_all_after_the_step),
            "It looks as if the loss of a batch is computed after its step, with the new layers. With which "
            "layers are its gradients computed?",
        ),
        Mistake(
            "one-mean-loss",
            (_epoch(keep=lambda losses: [float(np.mean(losses))]), _epoch(keep=lambda losses: float(np.mean(losses)))),
            "It looks as if one loss is returned for all batches. Return the loss of each batch, in a list.",
        ),
        Mistake(
            "last-loss-only",
            _epoch(keep=lambda losses: losses[-1:]),
            "It looks as if only the last loss is kept. Is the list made again in each turn of the loop?",
        ),
        Mistake(
            "swapped",
            lambda *args: train_epoch(*args)[::-1],
            "It looks as if the two results are swapped. The layers come first, then the losses.",
        ),
        Mistake(
            "global-random",
            _epoch(order=lambda rng, n: np.random.permutation(n)),
            "The training is right, but the order comes from another generator than `rng`. Which generator "
            "should draw here?",
        ),
    ),
    hints=(
        "Draw one random order of all examples. Cut it into batches. Take one step for each batch.",
        "order (n,) -> batches of batch_size indices, the last may be shorter; images[batch] and labels[batch] stay together.",
        "For each batch: compute its loss and gradients, then W ← W − rate · dW. The next batch starts "
        "from the new weights.",
        "def train_epoch(layers, images, labels, batch_size, learning_rate, rng):\n    losses, order = [], ...\n"
        "    for start in range(0, len(labels), batch_size):\n        batch = order[...]\n        loss, grads = ...\n"
        "        layers = ...\n        losses.append(loss)\n    return layers, losses",
    ),
)  # fmt: skip

EXERCISES = (SGD_STEP, EVALUATE, TRAIN_EPOCH)
