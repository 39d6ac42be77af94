"""Ask PyTorch and scikit-learn for losses, gradients and trained weights, and store what they say.

Run `python -m tests.core.references.make` where both are installed (the extra `bench`);
the tests need neither.
Everything is float64, from the same starting weights and the same batches, which are stored too.
"""

from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("references.npz")
SIZES = (20, 16, 12, 5)
STEPS, BATCH = 10, 32
ACTIVATIONS = ("relu", "leaky_relu", "tanh", "sigmoid")
RATES = {"sgd": 0.1, "momentum": 0.05, "nesterov": 0.05, "rmsprop": 0.01, "adam": 0.01, "adamw": 0.01}
WEIGHT_DECAY = 0.1
SKLEARN_EPS = (
    1e-15  # scikit-learn adds eps before it corrects for the start at zero: this small, it is all one
)


def problem():
    """Starting weights, ten batches of images and their labels."""
    rng = np.random.default_rng(2024)
    layers = [
        (rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)), rng.normal(0, 0.1, fan_out))
        for fan_in, fan_out in zip(SIZES, SIZES[1:])
    ]
    images = rng.random((STEPS, BATCH, SIZES[0]))
    labels = rng.integers(0, SIZES[-1], (STEPS, BATCH))
    return layers, images, labels


def flat(layers):
    """Weights and biases of all layers in one vector, in mlpkit's order."""
    return np.concatenate([np.ravel(part) for layer in layers for part in layer])


def torch_says(layers, images, labels):
    """Losses, gradients and weights after ten steps of every optimiser, by PyTorch."""
    import torch
    from torch.nn import functional as F

    functions = {"relu": F.relu, "leaky_relu": F.leaky_relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
    images, labels = torch.tensor(images), torch.tensor(labels)

    def fresh():
        return [[torch.tensor(part, requires_grad=True) for part in layer] for layer in layers]

    def run(net, batch, activation):
        a = batch
        for weights, bias in net[:-1]:
            a = functions[activation](a @ weights + bias)
        return a @ net[-1][0] + net[-1][1]

    def squared(outputs, targets):
        return 0.5 * ((outputs - F.one_hot(targets, SIZES[-1])) ** 2).sum(dim=1).mean()

    def squared_on_softmax(logits, targets):
        return squared(F.softmax(logits, dim=1), targets)

    losses = {"cross_entropy": F.cross_entropy, "squared": squared, "squared_on_softmax": squared_on_softmax}
    said = {}
    for activation in ACTIVATIONS:
        for name, loss in losses.items():
            net = fresh()
            value = loss(run(net, images[0], activation), labels[0])
            value.backward()
            said[f"torch_{activation}_{name}_loss"] = value.item()
            said[f"torch_{activation}_{name}_grads"] = flat([[part.grad for part in layer] for layer in net])

    def optimizer(name, net):
        everything = [part for layer in net for part in layer]
        groups = [
            {"params": [layer[0] for layer in net], "weight_decay": WEIGHT_DECAY},
            {"params": [layer[1] for layer in net], "weight_decay": 0.0},
        ]
        return {
            "sgd": lambda rate: torch.optim.SGD(everything, rate),
            "momentum": lambda rate: torch.optim.SGD(everything, rate, momentum=0.9),
            "nesterov": lambda rate: torch.optim.SGD(everything, rate, momentum=0.9, nesterov=True),
            "rmsprop": lambda rate: torch.optim.RMSprop(everything, rate, alpha=0.9, eps=1e-8),
            "adam": lambda rate: torch.optim.Adam(everything, rate),
            "adamw": lambda rate: torch.optim.AdamW(groups, rate),
        }[name](RATES[name])

    for name in RATES:
        net = fresh()
        steps = optimizer(name, net)
        for batch, targets in zip(images, labels):
            steps.zero_grad()
            F.cross_entropy(run(net, batch, "relu"), targets).backward()
            steps.step()
        said[f"torch_{name}_after"] = flat([[part.detach() for part in layer] for layer in net])
    return said


def sklearn_says(layers, images, labels):
    """Losses, gradients and weights after ten steps, by scikit-learn's MLPClassifier."""
    from sklearn.neural_network import MLPClassifier
    from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer

    def model(activation):
        mlp = MLPClassifier(SIZES[1:-1], activation=activation, alpha=0.0, batch_size=BATCH)
        mlp.partial_fit(images[0], labels[0], classes=range(SIZES[-1]))  # only to give everything its shape
        mlp.coefs_, mlp.intercepts_ = ([np.array(part) for part in parts] for parts in zip(*layers))
        return mlp

    def loss_and_grads(mlp, batch, targets):
        one_hot = np.eye(SIZES[-1])[targets]
        activations = [batch] + [np.empty((BATCH, size)) for size in SIZES[1:]]
        deltas = [np.empty((BATCH, size)) for size in SIZES[1:]]
        dweights = [np.empty_like(part) for part in mlp.coefs_]
        dbiases = [np.empty_like(part) for part in mlp.intercepts_]
        weight = (None,) if "sample_weight" in mlp._backprop.__code__.co_varnames else ()
        loss, *_ = mlp._backprop(batch, one_hot, *weight, activations, deltas, dweights, dbiases)
        return loss, dweights, dbiases

    said = {}
    for activation, name in (("relu", "relu"), ("tanh", "tanh"), ("sigmoid", "logistic")):
        loss, dweights, dbiases = loss_and_grads(model(name), images[0], labels[0])
        said[f"sklearn_{activation}_cross_entropy_loss"] = loss
        said[f"sklearn_{activation}_cross_entropy_grads"] = flat(zip(dweights, dbiases))
    for name in ("sgd", "momentum", "nesterov", "adam"):
        mlp, rate = model("relu"), RATES[name]
        parts = mlp.coefs_ + mlp.intercepts_
        steps = {
            "sgd": SGDOptimizer(parts, rate, momentum=0.0, nesterov=False),
            "momentum": SGDOptimizer(parts, rate, momentum=0.9, nesterov=False),
            "nesterov": SGDOptimizer(parts, rate, momentum=0.9, nesterov=True),
            "adam": AdamOptimizer(parts, rate, epsilon=SKLEARN_EPS),
        }[name]
        for batch, targets in zip(images, labels):
            _, dweights, dbiases = loss_and_grads(mlp, batch, targets)
            steps.update_params(parts, dweights + dbiases)
        said[f"sklearn_{name}_after"] = flat(zip(mlp.coefs_, mlp.intercepts_))
    return said


def main():
    """Ask both and write the file."""
    layers, images, labels = problem()
    said = {**torch_says(layers, images, labels), **sklearn_says(layers, images, labels)}
    np.savez_compressed(FILE, start=flat(layers), images=images, labels=labels, **said)
    print(f"{FILE.name}: {len(said)} numbers and arrays, {FILE.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
