"""Starting weights: random, so that units differ, and scaled, so that signals keep their size.

Numbers drawn at random are never compared; their width, centre and family are.
"""

from __future__ import annotations

import numpy as np

from mlpkit.core import initializers

from ..random_properties import (
    CENTRE,
    EVERY_PART,
    FAMILY,
    NOT_CONSTANT,
    SAMENESS,
    WIDTH,
    odd_part,
    odd_part_words,
    variety,
)
from ..spec import Case, Exercise, Mistake, Property


def he_normal(fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """Normal weights of variance 2 / fan_in.

    fan_in, fan_out: int, rng: Generator -> (fan_in, fan_out)
    """
    return rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out))


def _draw(std):
    """A wrong program that differs only in its standard deviation."""
    return lambda fan_in, fan_out, rng: rng.normal(0, std(fan_in, fan_out), (fan_in, fan_out))


HE_NORMAL = Exercise(
    "he_normal",
    task="Draw normal weights whose variance is 2 / fan_in.",
    reference=he_normal,
    package=initializers.he_normal,
    inputs={"fan_in": "", "fan_out": "", "rng": ""},
    output="fan_in fan_out",
    random=True,
    cases=(
        Case("784 inputs and 128 units", (784, 128, np.random.default_rng(1))),
        Case("100 inputs and 700 units", (100, 700, np.random.default_rng(2))),
        Case("300 inputs and 300 units", (300, 300, np.random.default_rng(3))),
        Case("3 inputs and 5 units", (3, 5, np.random.default_rng(4))),
        Case("5 inputs and 12,000 units", (5, 12_000, np.random.default_rng(5))),
    ),
    properties=(NOT_CONSTANT, CENTRE, WIDTH, FAMILY, EVERY_PART),
    mistakes=(
        Mistake(
            "variance-as-std",
            _draw(lambda fan_in, fan_out: 2 / fan_in),
            "It looks as if the variance is given where the standard deviation is needed. How do you get "
            "one from the other?",
        ),
        Mistake(
            "mean-and-std-swapped",
            lambda fan_in, fan_out, rng: rng.normal(np.sqrt(2 / fan_in), 0, (fan_in, fan_out)),
            "It looks as if mean and standard deviation are swapped. Which of them does `rng.normal` take "
            "first?",
        ),
        Mistake(
            "sign-removed",
            lambda fan_in, fan_out, rng: np.abs(rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out))),
            "It looks as if the minus signs are removed. Half of the weights should be negative.",
        ),
        Mistake(
            "unscaled",
            _draw(lambda fan_in, fan_out: 1.0),
            "It looks as if the numbers are not scaled. How large is a sum of 784 such products?",
        ),
        Mistake(
            "glorot",
            _draw(lambda fan_in, fan_out: np.sqrt(2 / (fan_in + fan_out))),
            "It looks as if fan_in and fan_out are added, as Glorot does. Which of them is in He's formula?",
        ),
        Mistake(
            "fan-out",
            _draw(lambda fan_in, fan_out: np.sqrt(2 / fan_out)),
            "It looks as if fan_out is used instead of fan_in. How many numbers are summed in one unit?",
        ),
        Mistake(
            "one-more-or-less",
            (_draw(lambda fan_in, fan_out: np.sqrt(2 / (fan_in + 1))),
             _draw(lambda fan_in, fan_out: np.sqrt(2 / (fan_in - 1)))),
            "It looks as if 1 is added to fan_in, or subtracted from it. With few inputs that changes the variance. "
            "How many numbers are summed in one unit?",
        ),
        Mistake(
            "no-2",
            _draw(lambda fan_in, fan_out: np.sqrt(1 / fan_in)),
            "It looks as if the variance is 1 / fan_in. How many of the signals does relu set to 0?",
        ),
        Mistake(
            "upside-down",
            _draw(lambda fan_in, fan_out: np.sqrt(fan_in / 2)),
            "It looks as if the fraction is upside down, fan_in / 2. A unit with many inputs needs smaller "
            "weights.",
        ),
        Mistake(
            "one-width-for-all",
            tuple(_draw(lambda fan_in, fan_out, s=s: s) for s in (0.01, 0.1, 0.05, 0.001)),
            "It looks as if all layers have the same standard deviation. A unit with many inputs needs "
            "smaller weights.",
        ),
        Mistake(
            "even",
            (lambda fan_in, fan_out, rng: rng.uniform(-1, 1, (fan_in, fan_out)) / np.sqrt(fan_in),
             lambda fan_in, fan_out, rng: rng.uniform(-1, 1, (fan_in, fan_out)) * np.sqrt(2 / fan_in),
             lambda fan_in, fan_out, rng: rng.uniform(-1, 1, (fan_in, fan_out)) * np.sqrt(6 / fan_in)),
            "It looks as if the draw is uniform, between two limits. The draw should be normal.",
        ),
        Mistake(
            "one-sided",
            (lambda fan_in, fan_out, rng: rng.random((fan_in, fan_out)) * np.sqrt(2 / fan_in),
             lambda fan_in, fan_out, rng: rng.random((fan_in, fan_out))),
            "It looks as if all numbers are drawn above 0, so none is negative. Which function draws "
            "numbers around 0?",
        ),
        Mistake(
            "mean-given-as-minus-k",
            (lambda fan_in, fan_out, rng: rng.normal(-np.sqrt(2 / fan_in), np.sqrt(2 / fan_in), (fan_in, fan_out)),
             lambda fan_in, fan_out, rng: rng.normal(-np.sqrt(1 / fan_in), np.sqrt(1 / fan_in), (fan_in, fan_out))),
            "It looks as if a lower and an upper limit are given to a normal draw. What do its first two "
            "arguments mean?",
        ),
        Mistake(
            "all-zeros",
            (lambda fan_in, fan_out, rng: np.zeros((fan_in, fan_out)),),
            "All weights are 0, so all units of a layer always stay equal. What makes them different?",
        ),
        Mistake(
            "one-number",
            lambda fan_in, fan_out, rng: np.full((fan_in, fan_out), rng.normal(0, np.sqrt(2 / fan_in))),
            "It looks as if one number is drawn for all weights. How many numbers are needed?",
        ),
        Mistake(
            "global-random",
            lambda fan_in, fan_out, rng: np.random.randn(fan_in, fan_out) * np.sqrt(2 / fan_in),
            "The standard deviation is right, but the numbers come from another generator than `rng`. Which "
            "generator should draw here?",
        ),
        Mistake(
            "own-seed",
            lambda fan_in, fan_out, rng: np.random.default_rng(0).normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)),
            "The standard deviation is right, but a generator with its own seed draws the numbers: they "
            "are the same in every layer. Which generator should draw here?",
        ),
        Mistake(
            "transposed",
            lambda fan_in, fan_out, rng: rng.normal(0, np.sqrt(2 / fan_in), (fan_out, fan_in)),
            "It looks as if the two sizes of the shape are swapped. Here, rows are inputs and columns are units.",
        ),
    ),
    hints=(
        "Draw fan_in times fan_out normal numbers from rng, with mean 0 and the right standard deviation.",
        "The shape is (fan_in, fan_out). With 784 inputs the standard deviation is 0.0505, with 128 it is 0.125.",
        "std = √(2 / fan_in), since variance = std².",
        "def he_normal(fan_in, fan_out, rng):\n    std = ...\n    return rng.normal(0, ..., size=(..., ...))",
    ),
)  # fmt: skip


def glorot_uniform(fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """Even weights between plus and minus a limit, of variance 2 / (fan_in + fan_out).

    fan_in, fan_out: int, rng: Generator -> (fan_in, fan_out)
    """
    limit = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, (fan_in, fan_out))


def _even(limit):
    """A wrong program that differs only in how far its even draw reaches."""
    return lambda fan_in, fan_out, rng: rng.uniform(-1, 1, (fan_in, fan_out)) * limit(fan_in, fan_out)


def _limit(fan_in, fan_out):
    return np.sqrt(6 / (fan_in + fan_out))


GLOROT_UNIFORM = Exercise(
    "glorot_uniform",
    task="Draw weights uniformly around 0. Choose the limits so that the variance is 2 / (fan_in + "
         "fan_out).",
    reference=glorot_uniform,
    package=initializers.glorot_uniform,
    inputs={"fan_in": "", "fan_out": "", "rng": ""},
    output="fan_in fan_out",
    random=True,
    cases=HE_NORMAL.cases,
    properties=(NOT_CONSTANT, CENTRE, FAMILY, WIDTH, EVERY_PART),
    mistakes=(
        Mistake(
            "std-as-limit",
            _even(lambda fan_in, fan_out: np.sqrt(2 / (fan_in + fan_out))),
            "It looks as if the limit is the standard deviation. The limit of a uniform draw is larger "
            "than that: by which factor?",
        ),
        Mistake(
            "root-forgotten",
            _even(lambda fan_in, fan_out: 6 / (fan_in + fan_out)),
            "It looks as if the limit is 6 / (fan_in + fan_out), without the root. Is that a variance or a "
            "standard deviation?",
        ),
        Mistake(
            "he",
            _even(lambda fan_in, fan_out: np.sqrt(6 / fan_in)),
            "It looks as if only fan_in is used, as He does. Which two numbers does Glorot add?",
        ),
        Mistake(
            "no-2",
            _even(lambda fan_in, fan_out: np.sqrt(3 / (fan_in + fan_out))),
            "It looks as if the limit is √(3 / (fan_in + fan_out)). The variance is limit² / 3: what is it then, "
            "and what should it be?",
        ),
        Mistake(
            "fan-in-only",
            _even(lambda fan_in, fan_out: np.sqrt(3 / fan_in)),
            "It looks as if the limit is √(3 / fan_in). Which two numbers does Glorot add?",
        ),
        Mistake(
            "fan-out-only",
            (_even(lambda fan_in, fan_out: np.sqrt(6 / fan_out)), _even(lambda fan_in, fan_out: np.sqrt(3 / fan_out))),
            "It looks as if only fan_out is used. Which two numbers does Glorot add?",
        ),
        Mistake(
            "one-over-root-fan-in",
            _even(lambda fan_in, fan_out: 1 / np.sqrt(fan_in)),
            "It looks as if the limit is 1 / √fan_in, an older rule. Glorot's formula uses both sizes.",
        ),
        Mistake(
            "mean-of-the-fans",
            _even(lambda fan_in, fan_out: np.sqrt(12 / (fan_in + fan_out))),
            "It looks as if 6 is divided by the mean of the two sizes. It should be divided by their sum.",
        ),
        Mistake(
            "normal",
            lambda fan_in, fan_out, rng: rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), (fan_in, fan_out)),
            "The standard deviation is right, but these numbers are normal. Every number between the "
            "limits should be equally likely.",
        ),
        Mistake(
            "limit-as-std",
            lambda fan_in, fan_out, rng: rng.normal(0, _limit(fan_in, fan_out), (fan_in, fan_out)),
            "It looks as if the limit is used as the standard deviation of a normal draw. Which draw of "
            "`rng` has a limit on both sides?",
        ),
        Mistake(
            "normal-from-minus-limit",
            lambda fan_in, fan_out, rng: rng.normal(-_limit(fan_in, fan_out), _limit(fan_in, fan_out), (fan_in, fan_out)),
            "It looks as if both limits are given to a normal draw, which takes a mean and a standard "
            "deviation. Which draw takes two limits?",
        ),
        Mistake(
            "one-sided",
            lambda fan_in, fan_out, rng: rng.random((fan_in, fan_out)) * _limit(fan_in, fan_out),
            "It looks as if the numbers begin at 0, so no weight is negative. What should the lower limit be?",
        ),
        Mistake(
            "only-the-lower-end-scaled",
            (lambda fan_in, fan_out, rng: rng.random((fan_in, fan_out)) * 2 - _limit(fan_in, fan_out),
             lambda fan_in, fan_out, rng: rng.random((fan_in, fan_out)) - _limit(fan_in, fan_out)),
            "It looks as if one limit is moved and the other is not. From which number to which number "
            "should the draw go?",
        ),
        Mistake(
            "unscaled",
            (_even(lambda fan_in, fan_out: 1.0), _even(lambda fan_in, fan_out: np.sqrt(6))),
            "It looks as if the sizes of the layer are not used. How large is a sum of 784 such products?",
        ),
        Mistake(
            "all-zeros",
            lambda fan_in, fan_out, rng: np.zeros((fan_in, fan_out)),
            "All weights are 0, so all units of a layer always stay equal. What makes them different?",
        ),
        Mistake(
            "one-number",
            lambda fan_in, fan_out, rng: np.full((fan_in, fan_out), rng.uniform(-_limit(fan_in, fan_out), _limit(fan_in, fan_out))),
            "It looks as if one number is drawn for all weights. How many numbers are needed?",
        ),
        Mistake(
            "global-random",
            lambda fan_in, fan_out, rng: np.random.uniform(-_limit(fan_in, fan_out), _limit(fan_in, fan_out), (fan_in, fan_out)),
            "The standard deviation is right, but the numbers come from another generator than `rng`. Which "
            "generator should draw here?",
        ),
        Mistake(
            "own-seed",
            lambda fan_in, fan_out, rng: np.random.default_rng(0).uniform(-_limit(fan_in, fan_out), _limit(fan_in, fan_out), (fan_in, fan_out)),
            "The standard deviation is right, but a generator with its own seed draws the numbers: they "
            "are the same in every layer. Which generator should draw here?",
        ),
        Mistake(
            "transposed",
            lambda fan_in, fan_out, rng: rng.uniform(-_limit(fan_in, fan_out), _limit(fan_in, fan_out), (fan_out, fan_in)),
            "It looks as if the two sizes of the shape are swapped. Here, rows are inputs and columns are units.",
        ),
    ),
    hints=(
        "Every number between two limits is equally likely. The lower limit is as far below 0 as the upper "
        "one is above.",
        "The shape is (fan_in, fan_out). With 784 inputs and 128 units the limits are -0.0811 and 0.0811.",
        "limit = √(6 / (fan_in + fan_out)). A uniform draw from -limit to limit has variance limit² / 3.",
        "def glorot_uniform(fan_in, fan_out, rng):\n    limit = ...\n    return rng.uniform(..., ..., size=(..., ...))",
    ),
)  # fmt: skip


def init_params(sizes: list, rng: np.random.Generator) -> list:
    """A fresh network: normal weights of variance 2 / fan_in, biases 0.

    sizes: layer sizes, input first, rng: Generator -> list of (weights, bias)
    """
    return [(he_normal(a, b, rng), np.zeros(b)) for a, b in zip(sizes, sizes[1:])]


MANY = 20_000  # numbers; the standard deviation of so many is known to half a per cent


def _per_layer(measure, few=0.0):
    """One number for each layer: what is measured of its weights, or `few` where chance decides too much."""
    return lambda layers, args: [measure(w, len(w)) if w.size >= MANY else few for w, _ in layers]


def _worst(got, want):
    """The first layer whose number is not right."""
    return next((i for i, (a, b) in enumerate(zip(got, want)) if abs(a - b) > 0.03), 0)


def _wide(got, want):
    at = _worst(got, want)
    all_of_them = "every layer's" if all(abs(a - got[at]) < 0.03 for a in got[:3]) else f"layer [{at}]'s"
    return (
        f"{all_of_them} standard deviation is {got[at]:.3g} times the expected one. "
        "Look at the factor of each draw, and at the size in its formula."
    )


def _off_centre(got, want):
    at = _worst(got, want)
    return (
        f"the mean of layer [{at}]'s weights is {got[at]:.2f} standard deviations away from 0, expected 0. "
        "Look at the first arguments of the draw."
    )


def _distinct(layers, args):
    """For each layer how its weights repeat themselves."""
    return [variety(w) for w, _ in layers]


def _distinct_words(got, want):
    at = _worst(got, want)
    return f"in layer [{at}]'s weights, {SAMENESS[int(got[at])]}. Units that start equal stay equal. How often does the function draw, and how many numbers?"


def _families(layers, args):
    return [FAMILY.measure(w, args) if w.size >= MANY else 0.798 for w, _ in layers]


def _related(layers, args):
    """1 if two layers were drawn from the same numbers, scaled or not."""
    heads = [w.ravel()[:500] for w, _ in layers]
    for i, one in enumerate(heads):
        for other in heads[:i]:
            n = min(len(one), len(other))
            if (
                n > 3
                and np.ptp(one[:n])
                and np.ptp(other[:n])
                and abs(np.corrcoef(one[:n], other[:n])[0, 1]) > 0.98
            ):
                return 1.0
    return 0.0


def _part_words(got, want):
    at = next(i for i, part in enumerate(got) if any(part))
    return f"in layer [{at}]'s weights, {odd_part_words(got[at], want[at])}"


def _biases(layers, args):
    """0 if all biases are 0, 1 if they are one other number, 2 if they differ."""
    every = np.concatenate([b for _, b in layers])
    return 0.0 if not every.any() else 1.0 if np.ptp(every) == 0 else 2.0


def _bias_words(got, want):
    what = "the same number everywhere, but not 0" if got == 1 else "different numbers"
    return f"the biases are {what}, expected 0. Look at where they are made."


def _init(weights=he_normal, bias=lambda b, rng: np.zeros(b)):
    """A wrong init_params, made of how it draws weights and biases."""
    return lambda sizes, rng: [(weights(a, b, rng), bias(b, rng)) for a, b in zip(sizes, sizes[1:])]


def _every_layer_from(seed):
    return lambda sizes, rng: [
        (he_normal(a, b, np.random.default_rng(seed)), np.zeros(b)) for a, b in zip(sizes, sizes[1:])
    ]


INIT_PARAMS = Exercise(
    "init_params",
    task="Make a list with (weights, bias) for each layer: He's normal weights with variance 2 / fan_in, "
         "and biases of 0.",
    reference=init_params,
    package=initializers.init_params,
    inputs={"sizes": "", "rng": ""},
    output=[{"weights": "fan_in fan_out", "bias": "fan_out"}],
    random=True,
    cases=(
        Case("the sizes [250, 200, 120, 10]", ([250, 200, 120, 10], np.random.default_rng(1))),
        Case("the sizes [160, 160, 160]", ([160, 160, 160], np.random.default_rng(2))),
        Case("the sizes [7, 5, 4, 3, 2]", ([7, 5, 4, 3, 2], np.random.default_rng(3))),
        Case("a single layer, [300, 80]", ([300, 80], np.random.default_rng(4))),
    ),
    properties=(
        Property("the number of different values", _distinct, _distinct_words),
        Property("the biases", _biases, _bias_words),
        Property("the mean", _per_layer(lambda w, n: w.mean() / max(w.std(), 1e-300)), _off_centre, 0.0, 0.045),
        Property("the standard deviation", _per_layer(lambda w, n: w.std() / np.sqrt(2 / n), 1.0), _wide, 0.03),
        Property("the kind of distribution", _families,
                 lambda got, want: f"layer [{_worst(got, want)}]'s weights are not normal (mean size over standard deviation: "
                 f"{got[_worst(got, want)]:.3f}, expected 0.798). Which method of `rng` is called?", 0.0, 0.02),
        Property("every row and column", lambda layers, args: [odd_part(w) for w, _ in layers], _part_words),
        Property("whether the layers are independent", _related,
                 "two layers hold the same random numbers. Look at where the generator is made: once, or "
                 "for each layer?"),
    ),
    mistakes=(
        Mistake(
            "same-seed-for-every-layer",
            (_every_layer_from(0), lambda sizes, rng: (lambda seed: _every_layer_from(seed)(sizes, rng))(int(rng.integers(10**6)))),
            "It looks as if each layer gets its own generator, all with the same seed. One generator "
            "should draw for all layers, one after another.",
        ),
        Mistake(
            "biases-random",
            (_init(bias=lambda b, rng: rng.normal(0, 0.1, b)), _init(bias=lambda b, rng: rng.uniform(-1, 1, b)),
             _init(bias=lambda b, rng: rng.normal(-0.1, 0.1, b))),
            "It looks as if the biases are random. The random weights already make the units different.",
        ),
        Mistake(
            "biases-not-0",
            (_init(bias=lambda b, rng: np.full(b, 0.01)), _init(bias=lambda b, rng: np.ones(b))),
            "It looks as if all biases start at the same number, but not at the right one. At which number "
            "should they start?",
        ),
        Mistake(
            "bias-as-a-column",
            (_init(bias=lambda b, rng: np.zeros((b, 1))), _init(bias=lambda b, rng: rng.normal(size=(b, 1)))),
            "It looks as if each bias is a column. A bias is a plain row with one number for each unit.",
        ),
        Mistake(
            "bias-as-a-row",
            _init(bias=lambda b, rng: np.zeros((1, b))),
            "It looks as if each bias has one axis more than expected, in front. The shape of a bias holds "
            "one number.",
        ),
        Mistake(
            "bias-of-fan-in",
            lambda sizes, rng: [(he_normal(a, b, rng), np.zeros(a)) for a, b in zip(sizes, sizes[1:])],
            "It looks as if there is one bias for each input. To what is a bias added?",
        ),
        Mistake(
            "all-zeros",
            _init(lambda a, b, rng: np.zeros((a, b))),
            "All weights are 0, so all units of a layer always stay equal. What makes them different?",
        ),
        Mistake(
            "normal-from-minus-k",
            (_init(lambda a, b, rng: rng.normal(-np.sqrt(2 / a), np.sqrt(2 / a), (a, b))),
             _init(lambda a, b, rng: rng.normal(-np.sqrt(1 / a), np.sqrt(1 / a), (a, b))),
             _init(lambda a, b, rng: rng.normal(-np.sqrt(1 / a), np.sqrt(1 / a), (a, b)), lambda b, rng: rng.normal(-0.1, 0.1, b))),
            "It looks as if a lower and an upper limit are given to a normal draw. What do its first two "
            "arguments mean?",
        ),
        Mistake(
            "one-sided",
            (_init(lambda a, b, rng: rng.random((a, b)) * np.sqrt(2 / a)), _init(lambda a, b, rng: rng.random((a, b)))),
            "It looks as if all numbers are drawn above 0, so none is negative. Which function draws "
            "numbers around 0?",
        ),
        Mistake(
            "unscaled",
            _init(lambda a, b, rng: rng.standard_normal((a, b))),
            "It looks as if the numbers are not scaled. How large is a sum of 784 such products?",
        ),
        Mistake(
            "one-width-for-all",
            tuple(_init(lambda a, b, rng, s=s: rng.normal(0, s, (a, b))) for s in (0.01, 0.1, 0.05, 0.001)),
            "It looks as if all layers have the same standard deviation. A unit with many inputs needs "
            "smaller weights.",
        ),
        Mistake(
            "width-of-the-first-layer",
            lambda sizes, rng: [(rng.normal(0, np.sqrt(2 / sizes[0]), (a, b)), np.zeros(b)) for a, b in zip(sizes, sizes[1:])],
            "It looks as if every layer uses the number of pixels. How many inputs does a unit of the "
            "second layer have?",
        ),
        Mistake(
            "variance-as-std",
            _init(lambda a, b, rng: rng.normal(0, 2 / a, (a, b))),
            "It looks as if the variance is given where the standard deviation is needed. How do you get "
            "one from the other?",
        ),
        Mistake(
            "glorot",
            _init(lambda a, b, rng: rng.normal(0, np.sqrt(2 / (a + b)), (a, b))),
            "It looks as if fan_in and fan_out are added, as Glorot does. Which of them is in He's formula?",
        ),
        Mistake(
            "glorot-uniform",
            _init(glorot_uniform),
            "It looks as if this is Glorot's uniform draw. Use He's normal draw.",
        ),
        Mistake(
            "fan-out",
            _init(lambda a, b, rng: rng.normal(0, np.sqrt(2 / b), (a, b))),
            "It looks as if fan_out is used instead of fan_in. How many numbers are summed in one unit?",
        ),
        Mistake(
            "no-2",
            _init(lambda a, b, rng: rng.normal(0, np.sqrt(1 / a), (a, b))),
            "It looks as if the variance is 1 / fan_in. How many of the signals does relu set to 0?",
        ),
        Mistake(
            "even-between-plus-and-minus-k",
            (_init(lambda a, b, rng: rng.uniform(-np.sqrt(1 / a), np.sqrt(1 / a), (a, b))),
             _init(lambda a, b, rng: rng.uniform(-np.sqrt(2 / a), np.sqrt(2 / a), (a, b)))),
            "It looks as if the draw is uniform, between two limits. Use He's normal draw.",
        ),
        Mistake(
            "even-within-a-half",
            (_init(lambda a, b, rng: rng.random((a, b)) - 0.5),
             lambda sizes, rng: [(rng.random((a, b)) - 0.5, rng.random(b) - 0.5) for a, b in zip(sizes, sizes[1:])]),
            "It looks as if numbers are drawn evenly between -0.5 and 0.5, whatever the size of the layer. "
            "A unit with many inputs needs smaller weights, and the draw is a normal one.",
        ),
        Mistake(
            "transposed",
            _init(lambda a, b, rng: rng.normal(0, np.sqrt(2 / a), (b, a))),
            "It looks as if the two sizes of the weights are swapped. Here, rows are inputs and "
            "columns are units.",
        ),
        Mistake(
            "last-layer-missing",
            lambda sizes, rng: init_params(sizes[:-1], rng),
            "It looks as if the last layer is missing. How many layers are there between 4 sizes?",
        ),
        Mistake(
            "first-layer-missing",
            lambda sizes, rng: init_params(sizes[1:], rng),
            "It looks as if the first layer is missing. Between which two sizes is it?",
        ),
        Mistake(
            "bias-before-weights",
            lambda sizes, rng: [(b, w) for w, b in init_params(sizes, rng)],
            "It looks as if each pair is (bias, weights). The weights come first.",
        ),
        Mistake(
            "weights-and-biases-apart",
            lambda sizes, rng: tuple(map(list, zip(*init_params(sizes, rng)))),
            "It looks as if all weights come first and then all biases. Each layer is a pair.",
            unambiguous=False,
        ),
        Mistake(
            "weights-only",
            lambda sizes, rng: [w for w, _ in init_params(sizes, rng)],
            "It looks as if the biases are missing. Each layer is a pair, (weights, bias).",
        ),
        Mistake(
            "one-layer-again-and-again",
            lambda sizes, rng: init_params(sizes[:2], rng) * (len(sizes) - 1),
            "It looks as if the same layer is returned several times. Is each layer made inside the loop?",
        ),
        Mistake(
            "global-random",
            _init(lambda a, b, rng: np.random.randn(a, b) * np.sqrt(2 / a)),
            "The standard deviations are right, but the numbers come from another generator than `rng`. Which "
            "generator should draw here?",
        ),
        Mistake(
            "own-seed",
            lambda sizes, rng: init_params(sizes, np.random.default_rng(0)),
            "The standard deviations are right, but a generator with its own seed draws all numbers. Which "
            "generator should draw here?",
        ),
    ),
    hints=(
        "Two sizes that follow each other make one layer. Each layer gets weights from he_normal, and biases of 0.",
        "[784, 128, 10] makes two layers: weights (784, 128) with bias (128,), and weights (128, 10) with bias (10,).",
        "Wᵢ: normal numbers of mean 0 and variance 2 / fan_in, of shape (sizes[i], sizes[i + 1]). bᵢ = 0.",
        "def init_params(sizes, rng):\n    layers = []\n    for fan_in, fan_out in zip(sizes, sizes[1:]):\n"
        "        weights = mine.he_normal(...)\n        layers.append((weights, np.zeros(...)))\n    return layers",
    ),
)  # fmt: skip

EXERCISES = (HE_NORMAL, GLOROT_UNIFORM, INIT_PARAMS)
