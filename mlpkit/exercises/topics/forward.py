"""From images to logits: multiply and add, bend, and do it again for every layer.

Three exercises: affine, relu and forward.
"""

from __future__ import annotations

import numpy as np

from mlpkit.core import activations

from ..spec import Case, Exercise, Mistake


def affine(inputs: np.ndarray, weights: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Multiply by the weights and add the bias.

    inputs: (batch, fan_in), weights: (fan_in, fan_out), bias: (fan_out,) -> (batch, fan_out)
    """
    return inputs @ weights + bias


def relu(z: np.ndarray) -> np.ndarray:
    """Keep what is positive and make the rest 0.

    z: (batch, units) -> (batch, units)
    """
    return np.maximum(z, 0)


def forward(layers: list, images: np.ndarray) -> tuple[list, np.ndarray]:
    """Send images through all layers: relu between two layers, none after the last.

    layers: list of (weights, bias), images: (batch, fan_in)
    -> (list of what entered each layer, logits (batch, classes))
    """
    entered = [images]
    for weights, bias in layers[:-1]:
        z = entered[-1] @ weights + bias  # (batch, fan_out)
        entered.append(np.maximum(z, 0))
    weights, bias = layers[-1]
    return entered, entered[-1] @ weights + bias


def _normal(seed: int, *shape: int, scale: float = 1.0) -> np.ndarray:
    return scale * np.random.default_rng(seed).normal(size=shape)


def _layer(seed: int, fan_in: int, fan_out: int) -> tuple[np.ndarray, np.ndarray]:
    return _normal(seed, fan_in, fan_out, scale=1.2 / np.sqrt(fan_in)), _normal(seed + 1, fan_out, scale=0.7)


def _net(seed: int, *sizes: int) -> list:
    return [_layer(seed + 10 * i, a, b) for i, (a, b) in enumerate(zip(sizes, sizes[1:]))]


_AFFINE_MISTAKES = (
    Mistake(
        "bias-forgotten",
        lambda x, w, b: x @ w,
        "It looks as if the bias is not added. What should come out for inputs that are all 0?",
    ),
    Mistake(
        "bias-subtracted",
        lambda x, w, b: x @ w - b,
        "It looks as if the bias is subtracted. Look at its sign.",
    ),
    Mistake(
        "bias-twice",
        lambda x, w, b: x @ w + 2 * b,
        "It looks as if the bias is added twice. Count the places where it stands.",
    ),
    Mistake(
        "bias-multiplied",
        lambda x, w, b: (x @ w) * b,
        "It looks as if the products are multiplied by the bias. What should a unit do with its bias?",
    ),
    Mistake(
        "bias-summed",
        lambda x, w, b: x @ w + b.sum(),
        "It looks as if the same number is added to every unit. Each unit has its own bias.",
    ),
    Mistake(
        "bias-averaged",
        lambda x, w, b: x @ w + b.mean(),
        "It looks as if the mean of the biases is added to every unit. Each unit has its own bias.",
        unambiguous=False,
    ),
    Mistake(
        "bias-down-the-rows",
        (lambda x, w, b: x @ w + b[:, None], lambda x, w, b: x @ w + b.reshape(-1, 1)),
        "It looks as if the bias runs down the rows: one number for each example. A unit is a column: "
        "along which axis should the bias run?",
    ),
    Mistake(
        "weights-transposed",
        lambda x, w, b: x @ w.T + b,
        "It looks as if the weights are transposed. Only with a square layer does that give no error. "
        "Column j of the weights belongs to unit j.",
    ),
    Mistake(
        "inputs-and-weights-swapped",
        (lambda x, w, b: w @ x + b, lambda x, w, b: w.T @ x + b, lambda x, w, b: w @ x.T + b),
        "It looks as if the weights stand before the inputs. Rows are examples here: write the shapes "
        "below the product. Which two sizes meet?",
    ),
    Mistake(
        "columns-are-examples",
        (lambda x, w, b: w.T @ x.T + b[:, None], lambda x, w, b: (x @ w + b).T),
        "It looks as if each example became a column. In this course, each example is a row.",
    ),
    Mistake(
        "bias-before-the-product",
        lambda x, w, b: (x + b) @ w,
        "It looks as if the bias is added to the inputs. It should be added to the result of the product.",
    ),
    Mistake(
        "bias-added-to-the-weights",
        lambda x, w, b: x @ (w + b),
        "It looks as if the bias is added to the weights. It should be added to the result of the product.",
    ),
    Mistake(
        "entry-by-entry",
        lambda x, w, b: x * w + b,
        "It looks as if entries are multiplied one by one. A unit multiplies each input by its weight, and "
        "adds up all products.",
    ),
    Mistake(
        "with-relu",
        lambda x, w, b: np.maximum(x @ w + b, 0),
        "It looks as if an activation is already applied: none of your numbers is below 0. That is the "
        "next step.",
    ),
)

AFFINE = Exercise(
    "affine",
    task="Multiply the inputs by the weights and add the bias. Return one array, not a list of lists.",
    reference=affine,
    inputs={"inputs": "batch fan_in", "weights": "fan_in fan_out", "bias": "fan_out"},
    output="batch fan_out",
    cases=(
        Case("5 examples, 3 inputs, 4 units", (_normal(61, 5, 3), *_layer(71, 3, 4))),
        Case("2 examples, 7 inputs, 3 units", (_normal(2, 2, 7), *_layer(13, 7, 3))),
        Case("inputs that are all 0", (np.zeros((3, 2)), *_layer(15, 2, 5))),
        Case("a square layer, 3 inputs and 3 units", (_normal(3, 4, 3), *_layer(17, 3, 3))),
        Case("4 examples, 6 inputs, 4 units", (_normal(4, 4, 6), *_layer(19, 6, 4))),
        Case("4 examples, 4 inputs and 4 units", (_normal(5, 4, 4), *_layer(21, 4, 4))),
        Case("a single example", (_normal(6, 1, 5), *_layer(23, 5, 2))),
        Case("a single unit", (_normal(7, 4, 3), *_layer(25, 3, 1))),
    ),
    mistakes=_AFFINE_MISTAKES,
    hints=(
        "Each unit multiplies every input by its own weight, adds up the products, and adds its bias.",
        "inputs (batch, fan_in), weights (fan_in, fan_out) -> (batch, fan_out): the two inner sizes are "
        "equal, and the result has only the outer ones. The bias (fan_out,) is added to every row.",
        "zᵢⱼ = Σₖ xᵢₖ Wₖⱼ + bⱼ, or for the whole batch at once Z = X W + b.",
        "def affine(inputs, weights, bias):\n    products = ... @ ...  # (batch, fan_out)\n    return products + ...",
    ),
)

_Z = np.array([[1.5, -2.0, 0.0], [-0.3, 0.4, 3.0], [0.0, -1.1, 0.7], [2.2, 0.1, -0.6]])

RELU = Exercise(
    "relu",
    task="Keep positive numbers. Make all other numbers 0.",
    reference=relu,
    package=activations.relu.function,
    inputs={"z": "batch units"},
    output="batch units",
    tolerance=(1e-5, 1e-12),
    cases=(
        Case("4 examples with 3 units", (_Z,)),
        Case("5 examples with 2 units", (_normal(31, 5, 2),)),
        Case("numbers from -2000 to 2000", (_normal(32, 3, 4, scale=1000.0),)),
        Case("numbers near 0", (_normal(33, 2, 6, scale=1e-3),)),
        Case("numbers that are all negative", (-np.abs(_normal(34, 3, 5)) - 0.1,)),
        Case("a single number, -1.5", (np.array([[-1.5]]),)),
    ),
    mistakes=(
        Mistake(
            "absolute-value",
            np.abs,
            "It looks as if the sign is removed. Try a negative number.",
        ),
        Mistake(
            "smaller-not-larger",
            lambda z: np.minimum(z, 0),
            "It looks as if negative numbers are kept and positive numbers become 0. Which of z and 0 "
            "should relu return?",
        ),
        Mistake(
            "the-gate-alone",
            (lambda z: (z > 0).astype(float), lambda z: (z >= 0).astype(float)),
            "It looks as if this is the slope of relu: 1 or 0. What should relu return for a positive "
            "number?",
        ),
        Mistake(
            "leaky",
            tuple(lambda z, a=a: np.where(z > 0, z, a * z) for a in (0.01, 0.1, 0.2, 0.3, 0.001, 0.25)),
            "It looks as if negative numbers are made small, but not 0. That is leaky relu. Relu makes "
            "them 0.",
        ),
        Mistake(
            "largest-of-all",
            (lambda z: np.maximum(z.max(), 0) * np.ones_like(z), lambda z: max(z.max(), 0), np.max),
            "It looks as if there is one maximum for the whole array: `np.max` gives its largest number. "
            "`np.maximum` compares two things, entry by entry.",
        ),
        Mistake(
            "largest-of-each-row",
            (lambda z: np.max(z, 0), lambda z: np.max(z, axis=1), lambda z: z.max(axis=1, keepdims=True)),
            "It looks as if a maximum is taken along an axis: np.max(z, 0) reads the 0 as an axis. Which "
            "function compares two things entry by entry?",
        ),
        Mistake(
            "unchanged",
            lambda z: z + 0.0,
            "It looks as if z is not changed. What should happen to a negative number?",
        ),
        Mistake(
            "softplus",
            lambda z: np.logaddexp(z, 0),
            "It looks as if this is softplus, log(1 + e^z): it is smooth and never exactly 0. Relu has a "
            "corner.",
        ),
        Mistake(
            "sigmoid",
            lambda z: 1 / (1 + np.exp(-z)),
            "It looks as if this is a sigmoid: all results are between 0 and 1. Relu does not change a "
            "positive number.",
        ),
        Mistake("tanh", np.tanh, "It looks as if this is tanh. Relu does not change a positive number."),
        Mistake(
            "capped-at-1",
            lambda z: np.clip(z, 0, 1),
            "It looks as if numbers above 1 become 1. Relu has no upper limit.",
        ),
        Mistake(
            "capped-at-6",
            lambda z: np.clip(z, 0, 6),
            "It looks as if numbers above 6 become 6: that is relu6. Relu has no upper limit.",
        ),
        Mistake(
            "threshold-not-at-0",
            (lambda z: np.maximum(z, 1), lambda z: np.where(z > 1, z, 0), lambda z: np.where(z > 0.5, z, 0)),
            "It looks as if the corner is not at 0. With which number do you compare z?",
        ),
        Mistake("sign", np.sign, "It looks as if only the sign of z is left. What should relu return for a "
                                 "positive number?"),
        Mistake(
            "minus-in-front",
            (lambda z: -np.maximum(z, 0), lambda z: np.maximum(-z, 0)),
            "It looks as if there is one minus too many. Which numbers should stay, and with which sign?",
        ),
    ),
    hints=(
        "Compare each number with 0 and keep the larger of the two.",
        "z (batch, units) -> (batch, units): the shape does not change. [-2, 0, 3] becomes [0, 0, 3].",
        "relu(z) = max(0, z), entry by entry.",
        "def relu(z):\n    return np.maximum(..., ...)",
    ),
)  # fmt: skip


def _walk(layers, images, *, bend=relu, affine=affine, relu_after=None, last_bend=False, keep="entered"):
    """A forward pass with one thing wrong in it, chosen by the keywords."""
    entered, a, kept_z = [], images, []
    bent = range(len(layers) - (not last_bend)) if relu_after is None else relu_after
    for i, (weights, bias) in enumerate(layers):
        entered.append(a)
        z = affine(a, weights, bias)
        kept_z.append(z)
        a = bend(z) if i in bent else z
    shown = {
        "entered": entered,
        "z": kept_z,
        "left": [*entered[1:], a],
        "all": [*entered, a],
        "inner": entered[1:],
        "backwards": entered[::-1],
        "first z": [entered[0], *kept_z[:-1]],
        "images": [images] * len(layers),
    }[keep]
    return shown, a


def _wrong(**keywords):
    return lambda layers, images: _walk(layers, images, **keywords)


FORWARD = Exercise(
    "forward",
    task="Compute all layers, with relu between two layers and none after the last. Return the inputs of "
         "all layers, and the logits.",
    reference=forward,
    inputs={"layers": "", "images": "batch fan_in"},
    output={"entered": ["batch fan_in"], "logits": "batch classes"},
    cases=(
        Case("3 layers, 5 images", (_net(41, 6, 7, 4, 3), _normal(51, 5, 6))),
        Case("2 layers, 2 images", (_net(42, 4, 5, 3), _normal(52, 2, 4))),
        Case("2 square layers, 5 images", (_net(43, 4, 4, 4), _normal(53, 5, 4))),
        Case("a single layer", (_net(44, 3, 2), _normal(54, 4, 3))),
        Case("4 layers, 3 images", (_net(45, 5, 6, 4, 7, 2), _normal(55, 3, 5))),
        Case("4 images through 3 layers of 4", (_net(46, 4, 4, 4, 4), _normal(56, 4, 4))),
        Case("images with numbers in the hundreds", (_net(47, 5, 6, 3), 300 * _normal(57, 4, 5))),
    ),
    mistakes=(
        Mistake(
            "relu-on-the-logits",
            _wrong(last_bend=True),
            "It looks as if relu is applied to the logits too. They need their negative numbers: what "
            "comes after the last layer?",
            observe=lambda got, want, args: f"Your smallest logit is {np.min(got[1]) + 0.0:.3g}, expected {np.min(want[1]):.3g}.",
        ),
        Mistake(
            "no-activation",
            _wrong(bend=lambda z: z),
            "It looks as if there is no activation between the layers. Then many layers equal one matrix. "
            "What belongs between two layers?",
        ),
        Mistake(
            "bias-forgotten",
            _wrong(affine=lambda x, w, b: x @ w),
            "It looks as if the biases are not added. Each layer is a pair, and both parts are needed.",
        ),
        Mistake(
            "weights-transposed",
            _wrong(affine=lambda x, w, b: x @ w.T + b),
            "It looks as if the weights are transposed. Only with square layers does that give no error. "
            "Column j belongs to unit j.",
        ),
        Mistake(
            "kept-what-left",
            _wrong(keep="left"),
            "It looks as if the list holds the output of each layer. Backprop needs the inputs: what was "
            "the input of the first layer?",
        ),
        Mistake(
            "kept-logits-too",
            _wrong(keep="all"),
            "The list has one entry too many: the logits are not the input of a layer. Return them beside "
            "the list.",
        ),
        Mistake(
            "images-missing",
            _wrong(keep="inner"),
            "The list has one entry too few. What is the input of the very first layer?",
        ),
        Mistake(
            "inner-preactivations",
            lambda layers, images: (_walk(layers, images, keep="z")[0][:-1], forward(layers, images)[1]),
            "It looks as if only values between two layers are stored, and from before relu. The list should hold the input "
            "of each layer: the images first, then each value after relu.",
        ),
        Mistake(
            "kept-preactivations",
            (_wrong(keep="z"), _wrong(keep="first z")),
            "It looks as if the list holds values from before relu. It should hold the input of each layer: "
            "the images first, then each value after relu.",
        ),
        Mistake(
            "kept-backwards",
            _wrong(keep="backwards"),
            "It looks as if the list runs from the last layer to the first. The first entry belongs to the first layer.",
        ),
        Mistake(
            "every-layer-fed-with-images",
            _wrong(keep="images"),
            "It looks as if the list holds the images again and again. What is the input of the second "
            "layer?",
        ),
        Mistake(
            "swapped",
            lambda layers, images: forward(layers, images)[::-1],
            "It looks as if the two results are swapped. The list comes first, then the logits.",
        ),
        Mistake(
            "first-layer-skipped",
            lambda layers, images: _walk(layers[1:], images),
            "It looks as if the first layer is left out. With which layer does the loop begin?",
        ),
        Mistake(
            "last-layer-skipped",
            lambda layers, images: (forward(layers, images)[0], forward(layers, images)[0][-1]),
            "It looks as if the last layer is left out: the returned logits are its input.",
        ),
        Mistake(
            "relu-before-the-layer",
            lambda layers, images: _walk(layers, relu(images)),
            "It looks as if relu is applied to the images too. Relu belongs between two layers.",
        ),
        Mistake(
            "no-relu-before-the-last-layer",
            lambda layers, images: _walk(layers, images, relu_after=range(len(layers) - 2)),
            "It looks as if relu is missing before the last layer. Relu stands between every two layers: after "
            "which layer is there none?",
        ),
        Mistake(
            "relu-one-layer-late",
            lambda layers, images: _walk(layers, images, relu_after=range(1, len(layers))),
            "It looks as if relu is missing after the first layer, and applied after the last. Between which "
            "layers does relu belong?",
        ),
        Mistake(
            "sigmoid",
            _wrong(bend=lambda z: 1 / (1 + np.exp(-z))),
            "It looks as if sigmoid is used between the layers. Use relu.",
        ),
        Mistake("tanh", _wrong(bend=np.tanh), "It looks as if tanh is used between the layers. Use relu."),
        Mistake(
            "leaky",
            _wrong(bend=lambda z: np.where(z > 0, z, 0.01 * z)),
            "It looks as if leaky relu is used between the layers: negative numbers are made small, but "
            "not 0. Use relu.",
        ),
        Mistake(
            "softmax-at-the-end",
            lambda layers, images: (
                forward(layers, images)[0],
                (e := np.exp(forward(layers, images)[1])) / e.sum(axis=1, keepdims=True),
            ),
            "It looks as if softmax is already applied: your rows sum to 1. Return the logits themselves.",
        ),
    ),
    hints=(
        "Go through the layers. Before each one, store its input. After each one, apply relu, but not "
        "after the last.",
        "With sizes 784, 128, 64, 10 the list holds arrays of 784, 128 and 64 columns, and the logits have 10.",
        "a₀ = images; z = aW + b; the next a is relu(z); after the last layer z itself is the logits.",
        "def forward(layers, images):\n    entered, a = [], images\n    for i, (weights, bias) in enumerate(layers):\n"
        "        entered.append(...)\n        z = ...\n        a = ... if i < len(layers) - 1 else ...\n    return entered, a",
    ),
)  # fmt: skip

EXERCISES = (AFFINE, RELU, FORWARD)
