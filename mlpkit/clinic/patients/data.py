"""Patients whose illness lies in the data, before any network is asked.

Pixels, order, pairs and the cutting into batches.
"""

from __future__ import annotations

import numpy as np

from mlpkit.exercises.catalog import find

from .. import program as lab
from ..program import Program
from ..repairs.data import CUT, SHUFFLE
from . import Patient


def bytes_as_they_are(images):
    return images.reshape(len(images), -1).astype(np.float32)


def index_nobody_uses(images, labels, rng):
    training_index = np.arange(len(labels))
    rng.shuffle(training_index)
    return images, labels


def two_orders(images, labels, rng):
    return images[rng.permutation(len(images))], labels[rng.permutation(len(labels))]


def batch_size_set_anew(count, batch_size, epochs):
    cuts = []
    for _ in range(epochs):
        for low in range(0, count, batch_size):
            if low + batch_size > count:
                batch_size = count - low + 1
            cuts.append((low, min(low + batch_size, count)))
    return np.array(cuts)


def _first_sums(program, run):
    (weights, bias), *_ = run.start
    return (lab.scaled(program, lab.images(200).images) @ weights + bias).ravel()


def _guessed(program, run):
    found = lab.predict(program, run.layers, lab.scaled(program, lab.validation().images)).argmax(axis=1)
    return [f"different classes among 1,000 guesses: {len(set(found.tolist()))}"]


def _steps(program, run):
    return [f"steps in epochs 1 to {len(run.steps)}: {', '.join(map(str, run.steps))}"]


PATIENTS = (
    Patient(
        name="high-fever",
        complaint="My first loss is very large, and after that the network learns nothing. I have tried "
        "three initialisations.",
        program=Program(),
        part="scale_pixels",
        sick=bytes_as_they_are,
        exercise=find("scale_pixels"),
        has_symptom=lambda program, run, well: not run.losses[0] < 20,
        tests=("dtype", "loss at start"),
        disease="pixels are not scaled",
        others={
            "the weights start too large": "The test `starting numbers` finds that the standard deviation of the weights is right. "
            "Something else makes the first sums large. What is summed?",
            "the learning rate is too large": "The loss is out of range before the first step. The rate "
            "has had no effect yet.",
            "softmax overflows": "Perhaps the maximum is not subtracted. This matters only because the logits are very large. Why are they large?",
        },
        explanation="A pixel is a byte, 0 to 255. Without scaling, the first sums are 255 times too large, "
        "and the first step ruins every unit.",
        source="published notebook 2, which feeds MNIST bytes",
        histogram=("first preactivations before training", _first_sums),
    ),
    Patient(
        name="see-saw",
        complaint="The training loss falls, jumps up, falls, jumps up, in every epoch. On new images it is "
        "bad.",
        program=Program(by_class=True, rate=0.03),
        part="shuffle",
        sick=index_nobody_uses,
        exercise=SHUFFLE,
        has_symptom=lambda program, run, well: (
            run.accuracies[-1] < well.accuracies[-1] - 0.3 and min(run.losses) < 0.3
        ),
        tests=("pairs",),
        disease="the order is never shuffled",
        others={
            "images and labels are shuffled apart": "Then the network could learn nothing within a batch, "
            "and the loss would stay near 2.3. This loss gets far "
            "below, again and again.",
            "the learning rate is too large": "A large rate makes a curve that jumps without a pattern. "
            "This one jumps at the same places in each epoch. What "
            "begins there?",
            "the network overfits": "A network that overfits is good on its training images, and worse on new ones. "
            "Then the training loss would stay low. This one is high again after "
            "four steps.",
        },
        explanation="An index was shuffled, but the images were read without it: class by class, as in the "
        "file. The network learns the class that it sees, and forgets it at the next one.",
        source="published notebook 0, which shuffles a name that nothing uses",
        lines=_guessed,
    ),
    Patient(
        name="knows-nothing",
        complaint="The loss stays at 2.3, with every change I make. I have tried rates from 0.001 to 1.",
        program=Program(),
        part="shuffle",
        sick=two_orders,
        exercise=SHUFFLE,
        has_symptom=lambda program, run, well: run.accuracies[-1] < 0.2 and run.losses[-1] > 2,
        tests=("pairs",),
        disease="images and labels are shuffled apart",
        others={
            "the gradient has the wrong sign": "Then the loss would rise. A gradient check would show it.",
            "the order is never shuffled": "Then the network would learn each batch, and forget it at the "
            "next: the loss would go up and down.",
            "all hidden units are dead": "A network with dead units cannot learn 20 images. What does the test `overfit 20 images` say?",
        },
        explanation="Each image has the label of another image. Then the best that a network can do is to "
        "give every class a probability of 1/10.",
        source="xudonmao/VMT on GitHub, issue 1: one shuffle for the images, another for the labels",
        lines=_guessed,
    ),
    Patient(
        name="ever-longer",
        complaint="It learns well, but every epoch takes longer than the one before.",
        program=Program(examples=1980, batch=100, epochs=5),
        part="cut",
        sick=batch_size_set_anew,
        exercise=CUT,
        has_symptom=lambda program, run, well: run.steps[-1] > 2 * run.steps[0],
        tests=("shapes",),
        disease="the batch size shrinks",
        others={
            "gradients accumulate between steps": "Then the steps would be longer, but there would not be "
            "more of them. Count them.",
            "the history keeps every step's weights": "That takes memory, and a little time. It would not change "
            "the number of steps in an epoch.",
            "the last short batch is dropped": "Then there would be one step fewer, and the same number in "
            "each epoch.",
        },
        explanation="The last batch of an epoch was short, and its size was kept for all that followed. "
        "Small batches mean more steps: the curve even gets better, and each epoch takes "
        "longer.",
        source="published notebook 4; 60,000 images in batches of 200 hide it, most other numbers show it",
        lines=_steps,
    ),
)
