"""The networks that are raced, and the jobs that a contender is given: which network, how to train it.

Four come from notebooks on the web that train such networks by hand; a fifth, whose gradients are only
checked there, is in `gradients.py`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

EXAMPLES = 60_000  # the whole training split


class Net(NamedTuple):
    """sizes: layer sizes, input first; activation: "relu" or "sigmoid"; rate: SGD's learning rate."""

    name: str
    sizes: tuple[int, ...]
    batch: int
    activation: str
    rate: float


NETS = {
    net.name: net
    for net in (
        Net("W0", (784, 512, 128, 64, 10), 64, "relu", 0.1),
        Net("W1", (784, 10, 10), 1000, "relu", 0.1),
        Net("W2", (784, 500, 200, 100, 30, 30, 30, 10), 1000, "relu", 0.1),
        Net("W4", (784, 64, 32, 10), 200, "sigmoid", 0.25),
        Net("deck", (784, 128, 64, 10), 64, "relu", 0.1),  # not raced: what the training deck shows
    )
}
ADAM_RATE = 1e-3


def as_net(net: str | list) -> Net:
    """A net by its name, or from the list of its fields that came through JSON."""
    return NETS[net] if isinstance(net, str) else Net(net[0], tuple(net[1]), *net[2:])


class Job(NamedTuple):
    """What a contender is asked to do, again and again, from the same start.

    net: Net
    optimizer: "sgd" or "adam"
    images: (n, 784) uint8; labels: (n,) int64
    order: (n,) int, in which order the examples are to be taken
    layers: list of (weights (fan_in, fan_out), bias (fan_out,)) float32, the start; not to be changed
    threads: int
    """

    net: Net
    optimizer: str
    images: np.ndarray
    labels: np.ndarray
    order: np.ndarray
    layers: list[tuple[np.ndarray, np.ndarray]]
    threads: int

    @property
    def rate(self) -> float:
        """The learning rate of this job's optimiser."""
        return self.net.rate if self.optimizer == "sgd" else ADAM_RATE


def first_layers(net: Net, seed: int = 0) -> list[tuple[np.ndarray, np.ndarray]]:
    """Starting weights, alike for all: He's for relu, Glorot's for sigmoid; biases 0."""
    rng = np.random.default_rng(seed)
    layers = []
    for fan_in, fan_out in zip(net.sizes, net.sizes[1:]):
        spread = (2 / fan_in) ** 0.5 if net.activation == "relu" else (2 / (fan_in + fan_out)) ** 0.5
        weights = (spread * rng.standard_normal((fan_in, fan_out))).astype(np.float32)
        layers.append((weights, np.zeros(fan_out, np.float32)))
    return layers


def job(net: Net, optimizer: str, *, examples: int = EXAMPLES, threads: int = 1, seed: int = 1) -> Job:
    """A job on the first `examples` training images, which are mapped from the disk."""
    from mlpkit import load

    train = load(valid_size=0).train
    order = np.random.default_rng(seed).permutation(examples)
    images, labels = train.images[:examples], np.asarray(train.labels[:examples])
    return Job(net, optimizer, images, labels, order, first_layers(net), threads)


def flops(net: Net, examples: int = EXAMPLES) -> float:
    """Floating-point operations of the matrix products of one epoch.

    Forward and for the weights' gradients 2 fan_in fan_out an example, and as many again for what is
    carried back, which the first layer does not need.
    """
    pairs = list(zip(net.sizes, net.sizes[1:]))
    products = sum((2 if i == 0 else 3) * fan_in * fan_out for i, (fan_in, fan_out) in enumerate(pairs))
    return 2.0 * products * examples


def test_loss(net: Net, layers: list) -> float:
    """Mean cross-entropy on the 10,000 test images, worked out in one way for all contenders."""
    from mlpkit import load

    test = load(valid_size=0).test
    inputs = np.asarray(test.images) / np.float32(255)
    for i, (weights, bias) in enumerate(layers):
        z = inputs @ np.asarray(weights, np.float64).astype(np.float32) + np.asarray(bias, np.float32)
        if i + 1 < len(layers):
            inputs = np.maximum(z, 0) if net.activation == "relu" else 1 / (1 + np.exp(-z))
    z -= z.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), test.labels]))
