"""Parts of the training deck that need no page: its images, its weights, its words.

Pure functions of the data and of a network.
"""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

import numpy as np

from ...core.data import Dataset, Examples
from ...core.initializers import init_params
from ...core.losses import Loss, softmax
from ...core.network import forward
from ...core.params import Params
from .runs import Setup, TrainingRun, train_split

HIDDEN = (128, 64)  # layers of the network that is made when none is given
TILES, UNITS = 16, 32  # images and first-layer units that are shown as pictures
WINDOW = 20  # steps whose mean says how a run is doing
LEARNED, GUESSING = 0.3, 0.1  # shares of the way from a random guess to all right


def network_for(data: Dataset | Examples, rng: np.random.Generator) -> Params:
    """A network with two hidden layers that fits the data.

    data: Dataset or Examples; rng: np.random.Generator, not advanced
    returns: Params, 784-128-64-10 for Fashion-MNIST
    raises: TypeError when data is neither; ValueError when there is nothing to fit to
    """
    images, labels = (np.asarray(part) for part in train_split(data))
    if images.ndim != 2 or labels.ndim != 1 or not images.size or not labels.size:
        raise ValueError(
            f"the training images have shape {images.shape}, their labels {labels.shape}: "
            "expected (n, pixels) and (n,), at least one of each"
        )
    classes = len(getattr(data, "class_names", ())) or int(labels.max()) + 1
    return init_params([images.shape[1], *HIDDEN, classes], rng=copy.deepcopy(rng))


class Tiles(NamedTuple):
    """The images that the deck shows.

    images: (16 at most, pixels); labels: (16,) int
    names: of the classes; split: "validation" or "training", where the images come from
    """

    images: np.ndarray
    labels: np.ndarray
    names: list[str]
    split: str


def tiles(data: Dataset | Examples, classes: int) -> Tiles:
    """Choose images, from the validation split if there is one: one of each class first.

    Test images are not shown: whoever tunes while looking at them has used them.

    data: Dataset or Examples; classes: int
    returns: Tiles
    """
    valid = has_validation(data)
    examples = data.valid if valid else train_split(data)
    labels = np.asarray(examples.labels[:1000])
    _, firsts = np.unique(labels, return_index=True)
    rows = np.concatenate([firsts, np.setdiff1d(np.arange(len(labels)), firsts)])[:TILES]
    names = getattr(data, "class_names", None)
    names = names if names is not None and len(names) == classes else range(classes)
    images, split = np.asarray(examples.images[rows]), "validation" if valid else "training"
    return Tiles(images, labels[rows], [str(name) for name in names], split)


def probabilities(setup: Setup, params: Params, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """What a network says of images, by the very function that trains it: a learner's speaks for itself.

    setup: Setup; params: Params; images: (n, pixels); labels: (n,) int
    returns: (n, classes) float; NaN where the function gives no answer
    """
    with np.errstate(all="ignore"):
        try:
            loss, _ = setup.loss_and_grads(params, images, labels)
            return softmax(loss.logits if isinstance(loss, Loss) else forward(params, images).logits)
        except Exception:  # a diverged network, or a function that fails: the run itself will say so
            return np.full((len(labels), params.sizes[-1]), np.nan)


def weight_pictures(params: Params) -> tuple[np.ndarray, float]:
    """The weights into the first units as small whole numbers, and what 127 stands for.

    params: Params
    returns: ((32 at most, pixels) int8, float)
    """
    first = params[0].weights[:, :UNITS].T
    limit = float(np.abs(first).max())
    with np.errstate(all="ignore"):
        return np.nan_to_num(first * (127 / (limit or 1))).astype(np.int8), limit


def thinned(rows: np.ndarray, most: int = 2_000) -> np.ndarray:
    """A table with fewer rows, for a curve that is only drawn: means of neighbours, validation as it is.

    The first steps stay as they are, and the groups grow from there: the first fall of the loss is seen.

    rows: (n, columns), the first column the step, the last two NaN but where validation was measured
    most: int, rows at most
    returns: (most, columns) at most
    """
    size = -(-len(rows) // most)
    if size < 2:
        return rows
    while len(starts := _group_starts(len(rows), size)) > most:
        size += 1
    out = []
    for start, end in zip(starts, [*starts[1:], len(rows)]):
        some = rows[start:end]
        seen = some[np.isfinite(some[:, -1])]
        last = seen[-1] if len(seen) else some[-1]
        out.append(np.concatenate([last[:1], some[:, 1:-2].mean(axis=0), last[-2:]]))
    return np.array(out)


def _group_starts(count: int, size: int) -> list[int]:
    """Where groups of 1, 2, 3 ... rows begin, of `size` rows at most, as in the script."""
    starts = [0]
    while (after := starts[-1] + min(len(starts), size)) < count:
        starts.append(after)
    return starts


def ruined_since(run: TrainingRun) -> int | None:
    """From which step on a network that had learned something only guesses; None where it does not.

    run: TrainingRun
    returns: int, a step, to within half a window; or None
    """
    right = run.history.column("accuracy")
    if len(right) < 2 * WINDOW:
        return None
    chance = 1 / run.setup.params.sizes[-1]
    sums = np.cumsum(np.insert(right, 0, 0.0))
    means = ((sums[WINDOW:] - sums[:-WINDOW]) / WINDOW - chance) / (1 - chance)
    if not means.max() > LEARNED or means[-1] > GUESSING:
        return None
    last = int(np.flatnonzero(means > GUESSING)[-1])
    return int(run.history.column("step")[last + WINDOW // 2])


def has_validation(data: Dataset | Examples) -> bool:
    """Whether training on this data measures a validation split."""
    return isinstance(data, Dataset) and len(data.valid.labels) > 0


def facts(run: TrainingRun) -> dict[str, Any]:
    """What the table of runs says of an archived one, whose rows are sent thinned.

    run: TrainingRun with at least one step
    returns: dict: key, name, settings of its last step; steps, mean loss of the last 20, best accuracy,
        since when it is ruined, whether an error ended it
    """
    losses, valid = run.history.column("loss"), run.history.column("valid_accuracy")
    valid = valid[np.isfinite(valid)]
    results = {
        "steps": run.number,
        "loss": float(losses[-WINDOW:].mean()),
        "best": float(max(valid, default=np.nan)),
        "ruined": ruined_since(run),
        "failed": int(run.error is not None),
    }
    return {"key": run.key, "name": run.name, **run.used._asdict(), **results}


def sentence(setup: Setup, optimizer: str, batch_size: int) -> str:
    """What a deck trains, in words that do not change while it does.

    setup: Setup; optimizer: its name; batch_size: int to begin with
    returns: str
    """
    images = len(train_split(setup.data).labels)
    epochs = f"{setup.epochs} epoch{'' if setup.epochs == 1 else 's'}"
    network = f"a {setup.params} network, {optimizer}"
    return f"Training deck: {network}, batches of {batch_size}, {epochs} of {images:,} images."
