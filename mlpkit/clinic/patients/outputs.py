"""Patients whose illness lies at the end of the forward pass: probabilities, loss, and its gradient.

Two of them look healthy until one odd image comes by.
"""

from __future__ import annotations

import numpy as np

from mlpkit.exercises.catalog import find

from .. import program as lab
from ..program import Program
from ..symptoms import accuracy_words
from . import Patient

ODD = 7  # the image in a batch that somebody forgot to scale


def one_maximum_for_all(logits):
    power = np.exp(logits - np.max(logits))
    return power / power.sum(axis=1, keepdims=True)


def no_maximum(logits):
    power = np.exp(logits)
    return power / power.sum(axis=1, keepdims=True)


def mean_over_classes_too(logits, labels):
    return float(np.mean(-np.eye(logits.shape[1])[labels] * find("log_softmax").reference(logits)))


def twice_the_error(logits, labels):
    p = find("softmax").reference(logits)
    p[np.arange(len(p)), labels] -= 1
    return 2 * p / len(p)


def _with_an_odd_image(program, run):
    """Probabilities of 200 validation images, one of them 255 times too bright."""
    x = lab.scaled(program, lab.validation().images[:200])
    x[ODD] *= 255
    with np.errstate(all="ignore"):
        return lab.predict(program, run.layers, x)


def _blank_rows(program, run):
    blank = np.flatnonzero(~np.isfinite(_with_an_odd_image(program, run)).all(axis=1))
    which = f", row {blank[0]}" if len(blank) == 1 else ""
    return [
        f"200 new images in one batch, row {ODD} by mistake as bytes",
        f"rows of nan: {len(blank)}{which}",
    ]


def _right_among_odd(program, run):
    p = _with_an_odd_image(program, run)
    right = (p.argmax(axis=1) == lab.validation().labels[:200]) & np.isfinite(p).all(axis=1)
    return float(np.delete(right, ODD).mean())


def _beside_a_colleague(program, run):
    """The colleague's program is healthy; the owner has tried half the rate as well."""
    healthy = program._replace(cross_entropy_backward=find("cross_entropy_backward").reference)
    theirs, half = lab.run(healthy), lab.run(program._replace(rate=program.rate / 2))
    same = "the colleague's in every step" if np.allclose(half.losses, theirs.losses) else "another one"
    return [
        f"rate {program.rate:g}: colleague {accuracy_words(theirs.accuracies[-1])}, "
        f"mine {accuracy_words(run.accuracies[-1])}",
        f"rate {program.rate / 2:g}: mine {accuracy_words(half.accuracies[-1])}, and the curve is {same}",
    ]


PATIENTS = (
    Patient(
        name="blank-rows",
        complaint="Training went well. Then one strange image was in a batch, and the answers for all the "
        "others were lost.",
        program=Program(rate=0.2),
        part="softmax",
        sick=one_maximum_for_all,
        exercise=find("softmax"),
        has_symptom=lambda program, run, well: _blank_rows(program, run)[1] == "rows of nan: 199",
        tests=("row sums",),
        disease="softmax takes one maximum for the whole batch",
        others={
            "softmax takes no maximum": "Then the image with the large logits would be lost, and the "
            "others would be right. Here it is the opposite.",
            "softmax runs over the wrong axis": "Then rows would not sum to 1 on ordinary logits either.",
            "the odd image spoils the weights": "Nothing learns here: this is a forward pass. What do the "
            "rows of a batch share in it?",
        },
        explanation="The maximum of one image was subtracted from the logits of all images. The exponentials of "
        "all other images then become 0, and 0 / 0 is not a number.",
        source="published notebook 1",
        lines=_blank_rows,
        score=_right_among_odd,
        scored="right among the ordinary images of that batch",
    ),
    Patient(
        name="one-blank",
        complaint="Training went well. Then one strange image was in a batch, and for that image there is "
        "no answer.",
        program=Program(rate=0.2),
        part="softmax",
        sick=no_maximum,
        exercise=find("softmax"),
        has_symptom=lambda program, run, well: _blank_rows(program, run)[1] == f"rows of nan: 1, row {ODD}",
        tests=("row sums",),
        disease="softmax takes no maximum",
        others={
            "softmax takes one maximum for the whole batch": "Then this image would be right, and all the "
            "others lost.",
            "the logarithm meets a 0": "A logarithm of 0 is minus infinity, and it is in the loss. Here "
            "the probabilities themselves are nan.",
            "the weights have exploded": "The other 199 rows go through the same weights, and they are "
            "right.",
        },
        explanation="The exponential of a thousand is infinite, and infinity divided by infinity is not a number. Subtract each "
        "row's maximum first: the probabilities stay the same, and nothing overflows.",
        source="published notebook 4",
        lines=_blank_rows,
        score=lambda program, run: float(np.isfinite(_with_an_odd_image(program, run)).all(axis=1).mean()),
        scored="rows of that batch that hold numbers",
    ),
    Patient(
        name="too-good",
        complaint="My loss starts at 0.24 and ends below 0.1. The losses of others are ten times as large. "
        "Have I won?",
        program=Program(),
        part="cross_entropy",
        sick=mean_over_classes_too,
        exercise=find("cross_entropy"),
        has_symptom=lambda program, run, well: run.losses[0] < 0.4,
        tests=("loss at start", "gradient check"),
        disease="the loss is averaged over classes too",
        others={
            "the labels leak into the images": "Then the accuracy would be far better than that of others. "
            "It is not.",
            "the gradient is divided by 10": "The test `gradient check` says that the gradients are too long, compared with the slopes of this loss. But the accuracy grows as it should. Which of the two is wrong?",
            "the network overfits": "A network that overfits is good on its training images, and worse on new ones. Here the loss is too small before the first step: the network has learned nothing yet.",
        },
        explanation="Nine of ten entries of the product are 0, and the mean counts them. The gradient is "
        "computed separately, and it is right: so the accuracy does not change.",
        source="published notebook 4, whose loss starts at 0.2309",
    ),
    Patient(
        name="too-eager",
        complaint="My colleague and I use the same learning rate. The colleague's curve is smooth, and mine jumps up and down.",
        program=Program(rate=0.25),
        part="cross_entropy_backward",
        sick=twice_the_error,
        exercise=find("cross_entropy_backward"),
        has_symptom=lambda program, run, well: run.accuracies[-1] < well.accuracies[-1] - 0.03,
        tests=("gradient check",),
        disease="the gradient is twice as long as it should be",
        others={
            "the batch is not divided by": "Then the gradient would be 50 times as long (the batch size), "
            "and only 1/50 of the rate would give the colleague's curve. "
            "Which part of the rate gives it here?",
            "the gradient has the wrong sign": "Then the loss would rise at every rate. At half the rate it falls.",
            "the weights start too large": "Then no rate would give the colleague's curve. Half the rate gives it.",
        },
        explanation="A factor 2, perhaps from squared error. Twice the gradient at half the rate is the "
        "same step, so a smaller rate hides the mistake. The test `gradient check` finds it.",
        lines=_beside_a_colleague,
        source="published notebook 1",
    ),
)
