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
        complaint="My first loss is enormous, and after that nothing is learned at all. I have tried three initialisations.",
        program=Program(),
        part="scale_pixels",
        sick=bytes_as_they_are,
        exercise=find("scale_pixels"),
        has_symptom=lambda program, run, well: not run.losses[0] < 20,
        tests=("dtype", "loss at start"),
        disease="pixels are not scaled",
        others={
            "the weights start too large": "Look at the weights: their spread is what it should be. Something "
            "else makes the first sums large. What are they sums of?",
            "the learning rate is too large": "The loss is out of range before the first step, when no rate "
            "has acted yet.",
            "softmax overflows": "It may well, but only because its logits are enormous. Where does the size come from?",
        },
        explanation="A pixel is a byte, 0 to 255. Left so, the first sums are 255 times too large, and the first step "
        "throws every unit out of reach.",
        source="published notebook 2, which feeds MNIST bytes",
        histogram=("first preactivations before training", _first_sums),
    ),
    Patient(
        name="see-saw",
        complaint="The training loss falls, jumps up, falls, jumps up, and so on in every epoch. On new images it is poor.",
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
            "images and labels are shuffled apart": "Then nothing could be learned within a batch either, and "
            "the loss would stay near 2.3. This one gets far below, again and again.",
            "the learning rate is too large": "A large rate makes a ragged curve without a pattern. This one jumps at "
            "the same places in each epoch. What begins there?",
            "the network overfits": "Then the training loss would stay low. This one is back at the top after "
            "four steps.",
        },
        explanation="An index was shuffled, and the images were read without it: class by class, as they lay in the file. "
        "The network learns the class that it is shown, and forgets it at the next.",
        source="published notebook 0, which shuffles a name that nothing uses",
        lines=_guessed,
    ),
    Patient(
        name="knows-nothing",
        complaint="The loss sits at 2.3, whatever I do. I have tried rates from 0.001 to 1.",
        program=Program(),
        part="shuffle",
        sick=two_orders,
        exercise=SHUFFLE,
        has_symptom=lambda program, run, well: run.accuracies[-1] < 0.2 and run.losses[-1] > 2,
        tests=("pairs",),
        disease="images and labels are shuffled apart",
        others={
            "the gradient has the wrong sign": "Then the loss would rise. A gradient check would tell.",
            "the order is never shuffled": "Then each batch would be learned, and forgotten at the next: the "
            "loss would go up and down.",
            "all hidden units are dead": "Dead units cannot learn 20 images by heart. Has it been tried?",
        },
        explanation="Each image has somebody else's label. The network does the best that can be done then: it gives every "
        "class one tenth.",
        source="xudonmao/VMT on GitHub, issue 1: one shuffle for the images, another for the labels",
        lines=_guessed,
    ),
    Patient(
        name="ever-longer",
        complaint="It learns well enough, but every epoch takes longer than the one before.",
        program=Program(examples=1980, batch=100, epochs=5),
        part="cut",
        sick=batch_size_set_anew,
        exercise=CUT,
        has_symptom=lambda program, run, well: run.steps[-1] > 2 * run.steps[0],
        tests=("shapes",),
        disease="the batch size shrinks",
        others={
            "gradients accumulate between steps": "Then steps would grow longer, not more numerous. Count them.",
            "the history keeps every step's weights": "That takes memory, and a little time. It would not change "
            "the number of steps in an epoch.",
            "the last short batch is dropped": "Then there would be one step fewer, and the same in each epoch.",
        },
        explanation="The last batch of an epoch was short, and its size was kept for all that followed. Small batches mean "
        "more steps: the curve gets even better, and each epoch takes longer.",
        source="published notebook 4; 60,000 images by 200 hide it, any other number shows it",
        lines=_steps,
    ),
)
