"""Patients whose illness lies on the way back: gates, means, Jacobians, decay, and the order of things.

Most of them learn. That is what makes them dangerous.
"""

from __future__ import annotations

import numpy as np

from mlpkit.exercises.catalog import find

from .. import program as lab
from ..program import Program
from ..repairs.layers import (
    ADD_DECAY,
    HIDDEN_LAYER,
    LAYER_GRADS,
    LEAKY_BACKWARD,
    SOFTMAX_BACKWARD,
)
from ..repairs.network import WALK_BACK, updated_first
from . import Patient


def open_gate(da, z):
    slope = np.ones(z.shape)
    slope[z == 0] = 0
    return da * slope


def plain_gate(da, z):
    return da * np.where(z > 0, 1, 0)


def weights_summed(errors, inputs):
    return inputs.T @ errors, errors.mean(axis=0)


def diagonal_only(dp, p):
    return dp * p * (1 - p)


def everything_decays(dweights, dbias, weights, bias, decay):
    return dweights + 2 * decay * weights, dbias + 2 * decay * bias


def unscaled_and_open(z, da, mask, keep):
    a = np.maximum(z, 0) * mask
    return a, da * mask * (a >= 0)


def _close(program, run):
    """As a notebook prints it: are the gradients equal to the slopes from small changes?"""
    from .. import menu

    found = menu.order("gradient check", program)
    return [f"{f.text.split(':')[0]}, equal to the slope from small changes: {f.normal}" for f in found]


def _sizes(program, run):
    first, last = (np.sqrt(np.mean(layers[0][0] ** 2)) for layers in (run.start, run.layers))
    return [f"first layer's weights, root mean square: ≈ {first:.3f} before, ≈ {last:.3f} after"]


def _dropped_and_not(program, run):
    x = lab.scaled(program, lab.images(500).images)
    masks = lab.masks_for(program, 500, np.random.default_rng(0))
    dropped = lab.forward(program, run.layers, x, masks)[1][-1]
    whole = lab.forward(program, run.layers, x)[1][-1]
    ratio = np.abs(whole).mean() / np.abs(dropped).mean()
    return [f"logits in use are {'more' if ratio > 1.6 else 'less'} than 1.6 times as large as in training"]


def _at_each_rate(program, run):
    runs = {rate: lab.run(program._replace(rate=rate, epochs=2)) for rate in (0.01, 0.05, program.rate)}
    return [f"rate {rate:g}: after two epochs {_words(r.accuracies[-1])}" for rate, r in runs.items()]


def _words(accuracy):
    return (
        f"≈ {100 * accuracy:.0f} %"
        if accuracy > 0.5
        else "below 50 %"
        if accuracy > 0.2
        else "no better than guessing"
    )


PATIENTS = (
    Patient(
        name="all-fine",
        complaint="It learns. I want to be sure before I use it for more.",
        program=Program(rate=0.05),
        part="relu_backward",
        sick=open_gate,
        exercise=find("relu_backward"),
        has_symptom=lambda program, run, well: run.accuracies[-1] > well.accuracies[-1] - 0.1,
        tests=("gradient check",),
        disease="the relu gate is always open",
        others={
            "nothing is wrong": "Only the curve says so. What does the test `gradient check` say about the first layer?",
            "the gradient is not divided by the batch": "Then every layer would be wrong, by the same factor. Here "
            "the last layer is right.",
            "relu is missing in the forward pass": "Then the first layer would fail its check too, but its "
            "gradient would be too short: the gate lets through "
            "only a part of what went forward. Here it is too long.",
        },
        explanation="The slope was 1 wherever z is not exactly 0, and z is never exactly 0. So units that "
        "were off are changed too. The last layer has no gate, so it is right.",
        source="published notebook 0",
    ),
    Patient(
        name="hair-off",
        complaint="I replaced relu by leaky relu. The accuracy did not change.",
        program=Program(activation="leaky relu"),
        part="leaky_backward",
        sick=plain_gate,
        exercise=LEAKY_BACKWARD,
        has_symptom=lambda program, run, well: abs(run.accuracies[-1] - well.accuracies[-1]) < 0.05,
        tests=("gradient check",),
        disease="forward is leaky, backward is not",
        others={
            "nothing is wrong": "The test `gradient check` finds an error of 0.5 % to 1 %. A rounding error in float64 is below 1e-9.",
            "the relu gate is always open": "Then the error of the first layer would be 30 % or more, not "
            "below 1 %.",
            "the nudges cross a kink": "A kink changes a few numbers. Here all numbers of the first layer "
            "are wrong, and none of the last.",
        },
        explanation="Two functions that belong together were not changed together. The slope 0.01 is "
        "small, so the error is small, and no accuracy will ever show it.",
        source="published notebook 4",
    ),
    Patient(
        name="true-false",
        complaint="I compared my gradients with slopes from small changes. Some are the same, some are "
        "not, and the training loss jumps.",
        program=Program(),
        part="layer_grads",
        sick=weights_summed,
        exercise=LAYER_GRADS,
        has_symptom=lambda program, run, well: run.accuracies[-1] < well.accuracies[-1] - 0.1,
        tests=("two batch sizes", "gradient check"),
        disease="weights are summed over the batch, biases averaged",
        others={
            "the relu gate is always open": "Then the weights and the bias of the last layer would be "
            "right. Here it does not depend on the layer.",
            "the weights are transposed": "Then the direction would be wrong. The test `gradient check` finds a cosine of 1: the direction is right.",
            "the nudge is too small": "Then all gradients would be a little wrong, those of the biases "
            "too. They are right.",
        },
        explanation="A matrix product sums over the images, and a mean does not: 1 / batch is missing in "
        "the product, and hidden in the mean. The weights learn as if their rate were 50 times "
        "larger.",
        source="published notebook 3, whose check gave 9.65",
        lines=_close,
    ),
    Patient(
        name="lukewarm",
        complaint="Squared error on softmax outputs. It learns, but slowly. I copied my gradients from a "
        "list of formulas.",
        program=Program(squared=True, rate=0.3),
        part="softmax_backward",
        sick=diagonal_only,
        exercise=SOFTMAX_BACKWARD,
        has_symptom=lambda program, run, well: run.losses[0] < 1 and run.accuracies[-1] > 0.5,
        tests=("row sums", "gradient check"),
        disease="the softmax derivative is its diagonal alone",
        others={
            "squared error is averaged over classes": "Then the gradient would be too short by one factor, "
            "in the right direction. Look at the cosine.",
            "the relu gate is always open": "Then the test `gradient check` would find the last layer right.",
            "softmax takes no maximum": "Then large logits would give nan. All sums of probabilities are 1.",
        },
        explanation="p (1 - p) says how a logit moves its own probability. It also moves the nine others. "
        "With cross-entropy the whole product becomes p - y; with squared error it must be "
        "written in full.",
        source="published notebook 4",
    ),
    Patient(
        name="stiff",
        complaint="I switched weight decay on. The weights become much smaller than this setting allows.",
        program=Program(decay=0.03),
        part="add_decay",
        sick=everything_decays,
        exercise=ADD_DECAY,
        has_symptom=lambda program, run, well: np.mean(run.losses[-10:]) < np.mean(well.losses[-10:]) - 0.02,
        tests=("constant-gradient bench", "gradient check"),
        disease="weight decay is doubled and pulls at biases",
        others={
            "the decay rate is too large": "The test `constant-gradient bench` takes a decay of 0.01: then it must add 0.01 times 5 = 0.05 "
            "to the gradient of a weight of 5. What does this program add?",
            "decay is not decoupled": "That is a question only with Adam. Plain gradient descent gives the same "
            "result in both ways.",
            "the penalty is missing in the loss": "Then the test `gradient check` would find the biases right, "
            "because biases do not decay. Here they are wrong too.",
        },
        explanation="The derivative of w² is 2w, and of w² / 2 it is w. A bias does not make a function "
        "steeper, so it does not decay.",
        source="published notebook 2",
        lines=_sizes,
    ),
    Patient(
        name="two-faces",
        complaint="With dropout, training is slow, and the network in use is not the network that I trained.",
        program=Program(sizes=(784, 64, 10), keep=0.5),
        part="hidden_layer",
        sick=unscaled_and_open,
        exercise=HIDDEN_LAYER,
        has_symptom=lambda program, run, well: "more" in _dropped_and_not(program, run)[0],
        tests=("train against test", "gradient check"),
        disease="dropout is not scaled, and its gate is open",
        others={
            "dropout is left on in use": "Then two predictions of one image would differ. Compare the size of the "
            "hidden units instead.",
            "too many units are dropped": "Half is usual. When half of the units are gone, what keeps the "
            "mean the same?",
            "the relu gate is always open": "It is, and that is half of the answer. What does the "
            "comparison of training and use say?",
        },
        explanation="Two mistakes at once. The kept units were not divided by keep, so in use everything "
        "is larger than in training. And a >= 0 is true for every activation.",
        source="the notebooks of Grokking Deep Learning on GitHub, pull request 13 (the gate), and theanets, pull request 123 (a wrong scale)",
        lines=_dropped_and_not,
    ),
    Patient(
        name="touchy",
        complaint="At small rates everything works. At a rate that works for others, it breaks.",
        program=Program(rate=0.3),
        part="walk_back",
        sick=updated_first,
        exercise=WALK_BACK,
        has_symptom=lambda program, run, well: run.accuracies[-1] < well.accuracies[-1] - 0.15,
        tests=("two learning rates", "gradient check"),
        disease="weights are updated before the error goes through them",
        others={
            "the learning rate is too large": "For this program it is. A healthy program learns at this "
            "rate: the direction of its gradient does not depend on the "
            "rate.",
            "the relu gate is always open": "Then the first layer would be wrong at every rate, very small "
            "ones too.",
            "the gradient is twice as long as it should be": "Then the last layer would be wrong too, and "
            "the cosine would be 1.",
        },
        explanation="The error for the layer below went through weights that had already changed. With a "
        "larger rate they change more: at very small rates you cannot see it.",
        source="the network of python-course.eu's MNIST tutorial, which many have copied",
        lines=_at_each_rate,
    ),
)
