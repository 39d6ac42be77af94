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
        "It looks as if the bias is taken off. Look at its sign.",
    ),
    Mistake(
        "bias-twice",
        lambda x, w, b: x @ w + 2 * b,
        "It looks as if the bias is added twice. Count the places where it stands.",
    ),
    Mistake(
        "bias-summed",
        lambda x, w, b: x @ w + b.sum(),
        "It looks as if one and the same number is added to every unit. Each unit has a bias of its own.",
    ),
    Mistake(
        "bias-averaged",
        lambda x, w, b: x @ w + b.mean(),
        "It looks as if the mean bias is added to every unit. Each unit has a bias of its own.",
        unambiguous=False,
    ),
    Mistake(
        "bias-down-the-rows",
        (lambda x, w, b: x @ w + b[:, None], lambda x, w, b: x @ w + b.reshape(-1, 1)),
        "It looks as if the bias runs down the rows, one number for each example. "
        "A unit is a column: along which axis does the bias have to run?",
    ),
    Mistake(
        "weights-transposed",
        lambda x, w, b: x @ w.T + b,
        "It looks as if the weights are transposed, which only a square layer lets pass. "
        "Column j of the weights belongs to unit j.",
    ),
    Mistake(
        "inputs-and-weights-swapped",
        (lambda x, w, b: w @ x + b, lambda x, w, b: w.T @ x + b, lambda x, w, b: w @ x.T + b),
        "It looks as if the weights stand in front of the inputs. Rows are examples here: "
        "write the shapes below the product and see which two sizes meet.",
    ),
    Mistake(
        "columns-are-examples",
        (lambda x, w, b: w.T @ x.T + b[:, None], lambda x, w, b: (x @ w + b).T),
        "It looks as if each example became a column. Rows are examples throughout this course.",
    ),
    Mistake(
        "bias-before-the-product",
        lambda x, w, b: (x + b) @ w,
        "It looks as if the bias is added to the inputs. It belongs to what comes out of the product.",
    ),
    Mistake(
        "entry-by-entry",
        lambda x, w, b: x * w + b,
        "It looks as if entries are multiplied one by one. A unit adds up all inputs, each times its weight.",
    ),
    Mistake(
        "with-relu",
        lambda x, w, b: np.maximum(x @ w + b, 0),
        "It looks as if an activation is applied already: no number of yours is below 0. That is the next step's work.",
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
        Case("as many examples as units", (_normal(4, 4, 6), *_layer(19, 6, 4))),
        Case("4 examples, 4 inputs and 4 units", (_normal(5, 4, 4), *_layer(21, 4, 4))),
        Case("a single example", (_normal(6, 1, 5), *_layer(23, 5, 2))),
    ),
    mistakes=_AFFINE_MISTAKES,
    hints=(
        "Each unit takes every input times a weight of its own, adds them up, and adds its bias.",
        "inputs (batch, fan_in), weights (fan_in, fan_out) -> (batch, fan_out): the inner sizes meet and vanish. "
        "The bias (fan_out,) is added to every row.",
        "zᵢⱼ = Σₖ xᵢₖ Wₖⱼ + bⱼ, or for the whole batch at once Z = X W + b.",
        "def affine(inputs, weights, bias):\n    products = ... @ ...  # (batch, fan_out)\n    return products + ...",
    ),
)

_Z = np.array([[1.5, -2.0, 0.0], [-0.3, 0.4, 3.0], [0.0, -1.1, 0.7], [2.2, 0.1, -0.6]])

RELU = Exercise(
    "relu",
    task="Keep what is positive and make the rest 0.",
    reference=relu,
    package=activations.relu.function,
    inputs={"z": "batch units"},
    output="batch units",
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
            "It looks as if the sign is dropped. Look at what becomes of a negative number.",
        ),
        Mistake(
            "smaller-not-larger",
            lambda z: np.minimum(z, 0),
            "It looks as if the negative numbers are kept and the positive ones lost. Which of z and 0 should win?",
        ),
        Mistake(
            "the-gate-alone",
            (lambda z: (z > 0).astype(float), lambda z: (z >= 0).astype(float)),
            "It looks as if this is the slope of relu, 1 or 0. What should become of a number that may pass?",
        ),
        Mistake(
            "leaky",
            tuple(lambda z, a=a: np.where(z > 0, z, a * z) for a in (0.01, 0.1, 0.2, 0.3, 0.001, 0.25)),
            "It looks as if a little of the negative numbers leaks through. That is leaky relu; plain relu stops them.",
        ),
        Mistake(
            "largest-of-all",
            (lambda z: np.maximum(z.max(), 0) * np.ones_like(z), lambda z: max(z.max(), 0)),
            "It looks as if one maximum of the whole array is taken. Each number is compared with 0 on its own.",
        ),
        Mistake(
            "largest-of-each-row",
            (lambda z: np.max(z, 0), lambda z: np.max(z, axis=1), lambda z: z.max(axis=1, keepdims=True)),
            "It looks as if a maximum is taken along an axis: np.max(z, 0) reads the 0 as an axis. "
            "Which function compares two things entry by entry?",
        ),
        Mistake(
            "unchanged",
            lambda z: z + 0.0,
            "It looks as if nothing is done to z. What should become of a negative number?",
        ),
        Mistake(
            "softplus",
            lambda z: np.logaddexp(z, 0),
            "It looks as if this is softplus, log(1 + e^z): a smooth relative, never exactly 0. Relu has a corner.",
        ),
        Mistake(
            "sigmoid",
            lambda z: 1 / (1 + np.exp(-z)),
            "It looks as if this is a sigmoid, which squeezes everything between 0 and 1. Relu leaves what is positive as it is.",
        ),
        Mistake("tanh", np.tanh, "It looks as if this is tanh. Relu leaves what is positive as it is."),
        Mistake(
            "capped-at-1",
            lambda z: np.clip(z, 0, 1),
            "It looks as if numbers above 1 are cut off too. Relu has no upper end.",
        ),
        Mistake(
            "capped-at-6",
            lambda z: np.clip(z, 0, 6),
            "It looks as if numbers above 6 are cut off: that is relu6. Plain relu has no upper end.",
        ),
        Mistake(
            "threshold-not-at-0",
            (lambda z: np.maximum(z, 1), lambda z: np.where(z > 1, z, 0), lambda z: np.where(z > 0.5, z, 0)),
            "It looks as if the corner is not at 0. With which number is z compared?",
        ),
        Mistake("sign", np.sign, "It looks as if only the sign of z is left. How large is a number that may pass?"),
        Mistake(
            "minus-in-front",
            (lambda z: -np.maximum(z, 0), lambda z: np.maximum(-z, 0)),
            "It looks as if there is a minus too many. Which half of the numbers should come through, and with which sign?",
        ),
    ),
    hints=(
        "Compare each number with 0 and keep the larger of the two.",
        "z (batch, units) -> (batch, units): the shape stays. [-2, 0, 3] becomes [0, 0, 3].",
        "relu(z) = max(0, z), entry by entry.",
        "def relu(z):\n    return np.maximum(..., ...)",
    ),
)  # fmt: skip


def _walk(layers, images, *, bend=relu, affine=affine, last_bend=False, keep="entered"):
    """A forward pass with one thing wrong in it, chosen by the keywords."""
    entered, a, kept_z = [], images, []
    for i, (weights, bias) in enumerate(layers):
        entered.append(a)
        z = affine(a, weights, bias)
        kept_z.append(z)
        a = bend(z) if last_bend or i < len(layers) - 1 else z
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
    task="Send images through all layers, relu between two layers and none after the last; return what entered each layer, and the logits.",
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
    ),
    mistakes=(
        Mistake(
            "relu-on-the-logits",
            _wrong(last_bend=True),
            "It looks as if relu is applied to the logits as well. They need their negative numbers: "
            "what comes after the last layer?",
            observe=lambda got, want, args: f"Your smallest logit is {np.min(got[1]):.3g}, expected {np.min(want[1]):.3g}.",
        ),
        Mistake(
            "no-activation",
            _wrong(bend=lambda z: z),
            "It looks as if nothing bends between the layers, so that they all melt into one matrix. "
            "What comes between two layers?",
        ),
        Mistake(
            "bias-forgotten",
            _wrong(affine=lambda x, w, b: x @ w),
            "It looks as if the biases are not added. Each layer is a pair, and both parts are needed.",
        ),
        Mistake(
            "weights-transposed",
            _wrong(affine=lambda x, w, b: x @ w.T + b),
            "It looks as if the weights are transposed, which only square layers let pass. Column j belongs to unit j.",
        ),
        Mistake(
            "kept-what-left",
            _wrong(keep="left"),
            "It looks as if the list holds what left each layer. Backprop will need what went in: "
            "what entered the first layer?",
        ),
        Mistake(
            "kept-logits-too",
            _wrong(keep="all"),
            "The list has one entry too many: the logits enter no layer. They are returned beside the list.",
        ),
        Mistake(
            "images-missing",
            _wrong(keep="inner"),
            "The list has one entry too few. What entered the very first layer?",
        ),
        Mistake(
            "kept-preactivations",
            (_wrong(keep="z"), _wrong(keep="first z")),
            "It looks as if the list holds preactivations, from before relu. The next layer is fed with what comes after it.",
        ),
        Mistake(
            "kept-backwards",
            _wrong(keep="backwards"),
            "It looks as if the list runs from the last layer to the first. The first entry belongs to the first layer.",
        ),
        Mistake(
            "every-layer-fed-with-images",
            _wrong(keep="images"),
            "It looks as if the list holds the images again and again. What goes into the second layer?",
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
            "It looks as if the last layer is left out: what is returned as logits is what entered it.",
        ),
        Mistake(
            "relu-before-the-layer",
            lambda layers, images: _walk(layers, relu(images)),
            "It looks as if relu is applied to the images too. It belongs between two layers.",
        ),
        Mistake(
            "sigmoid",
            _wrong(bend=lambda z: 1 / (1 + np.exp(-z))),
            "It looks as if sigmoid stands between the layers, where relu is asked for.",
        ),
        Mistake("tanh", _wrong(bend=np.tanh), "It looks as if tanh stands between the layers, where relu is asked for."),
        Mistake(
            "leaky",
            _wrong(bend=lambda z: np.where(z > 0, z, 0.01 * z)),
            "It looks as if leaky relu stands between the layers: a hundredth of the negative numbers gets through.",
        ),
        Mistake(
            "softmax-at-the-end",
            lambda layers, images: (
                forward(layers, images)[0],
                (e := np.exp(forward(layers, images)[1])) / e.sum(axis=1, keepdims=True),
            ),
            "It looks as if softmax is applied already: your rows sum to 1. The logits themselves are asked for.",
        ),
    ),
    hints=(
        "Walk through the layers. Before each one, write down what enters it; after it, apply relu unless it was the last.",
        "With sizes 784, 128, 64, 10 the list holds arrays of 784, 128 and 64 columns, and the logits have 10.",
        "a₀ = images; z = aW + b; the next a is relu(z); after the last layer z itself is the logits.",
        "def forward(layers, images):\n    entered, a = [], images\n    for i, (weights, bias) in enumerate(layers):\n"
        "        entered.append(...)\n        z = ...\n        a = ... if i < len(layers) - 1 else ...\n    return entered, a",
    ),
)  # fmt: skip

EXERCISES = (AFFINE, RELU, FORWARD)
