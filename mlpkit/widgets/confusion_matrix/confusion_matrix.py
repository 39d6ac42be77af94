"""The confusion matrix: which class was taken for which, and how often; every cell opens its images.

Rows are true classes, columns predictions, and the right answers lie on the diagonal.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...core.activations import Activation, relu
from ...core.metrics import confusion_matrix
from ...core.params import as_params
from ..base import Widget
from ..prediction_gallery.prediction_gallery import as_bytes, examples_and_names, picture_shape, probabilities

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PAGE = 12  # images on a page
NUMBERS = ("counts", "share of the true class", "share of the predicted class")
HOW = "pass ConfusionMatrix(params, data) or ConfusionMatrix(labels, predictions, images)"


class Answers(NamedTuple):
    """What was asked and what was answered.

    labels, predictions: (n,) int
    images: (n, height, width) uint8
    sure: (n,) float, the probability of the predicted class, or None where nobody knows
    names: list of str, one a class
    """

    labels: np.ndarray
    predictions: np.ndarray
    images: np.ndarray
    sure: np.ndarray | None
    names: list[str]


class ConfusionMatrix(Widget):
    """Look into the cells of a confusion matrix: the images behind each number, a page at a time.

        counts[row, column] = number of images of class `row` that were taken for class `column`

    given: `params, data` (a network, and a Dataset, whose validation split is taken, or Examples),
        or `labels, predictions, images` (the same three as one tuple will do)
    class_names: one str a class; a Dataset brings its own
    activation: the one that the network was trained with
    raises: TypeError or ValueError when these do not fit together
    """

    actions = ("show",)

    def __init__(
        self, *given: Any, class_names: Iterable[str] | None = None, activation: Activation = relu
    ) -> None:
        self._answers = _answers(given, class_names, activation)
        labels, predictions, *_, names = self._answers
        self._counts = confusion_matrix(labels, predictions, len(names))
        self._row, self._column = _largest_mistake(self._counts)
        self._page, self._numbers = 0, NUMBERS[0]
        super().__init__()

    @property
    def counts(self) -> np.ndarray:
        """(classes, classes) int, rows are true classes, columns predictions."""
        return self._counts

    def behind(self, row: int, column: int) -> np.ndarray:
        """The images behind a cell, surest first where that is known.

        row, column: int, the true and the predicted class
        returns: (n,) int, their places in the split
        """
        found = np.flatnonzero((self._answers.labels == row) & (self._answers.predictions == column))
        if self._answers.sure is None:
            return found
        return found[np.argsort(-self._answers.sure[found], kind="stable")]

    def pack(self) -> dict[str, Any]:
        """Everything that a fresh page needs."""
        fixed = {"title": "Confusion matrix", "names": self._answers.names, "choices": NUMBERS}
        shares = {"of_true": _shares(self._counts), "of_predicted": _shares(self._counts.T).T}
        picture = {"shape": self._answers.images.shape[1:], "known": self._answers.sure is not None}
        return {**fixed, **picture, "counts": self._counts, **shares, **self._shown()}

    def on_show(self, value: Any) -> None:
        """Open another cell, turn to another page of it, or show other numbers.

        value: {"row": int, "column": int, "page": int, "numbers": str}
        """
        last = len(self._counts) - 1
        self._row, self._column = (min(max(int(value[name]), 0), last) for name in ("row", "column"))
        self._page = int(value["page"])
        self._numbers = value["numbers"] if value["numbers"] in NUMBERS else NUMBERS[0]
        self.tell(**self._shown())

    def describe(self) -> str:
        """How many are right and which two classes are confused most, in a sentence or two."""
        from ...figures import describe  # matplotlib, only when words or a picture are wanted

        return f"Confusion matrix: {' '.join(describe(self.figure()).split())}"

    def figure(self) -> Axes:
        """The whole matrix as a still picture."""
        from ...figures import confusion

        return confusion(self._counts, self._answers.names)

    def _shown(self) -> dict[str, Any]:
        rows = self.behind(self._row, self._column)
        pages = max(1, -(-len(rows) // PAGE))
        self._page = min(max(self._page, 0), pages - 1)
        here = rows[self._page * PAGE : (self._page + 1) * PAGE]
        place = {"row": self._row, "column": self._column, "page": self._page, "numbers": self._numbers}
        sure = np.zeros(len(here)) if self._answers.sure is None else self._answers.sure[here]
        images = self._answers.images[here].reshape(len(here), np.prod(self._answers.images.shape[1:]))
        cell = {"of": (self._row, self._column), "pages": pages, "here": here, "images": images, "sure": sure}
        return {**place, **cell}


def _answers(given: tuple, class_names: Iterable[str] | None, activation: Activation) -> Answers:
    if len(given) == 1 and isinstance(given[0], tuple):
        given = given[0]
    if len(given) == 2:
        return _of_network(*given, class_names, activation)
    if len(given) == 3:
        return _of_arrays(*map(np.asarray, given), class_names)
    raise TypeError(f"{len(given)} arguments were given: {HOW}")


def _of_network(params: Any, data: Any, class_names: Iterable[str] | None, activation: Activation) -> Answers:
    params = as_params(params)
    examples, names = examples_and_names(data, class_names, params.sizes[-1])
    images, labels = np.asarray(examples.images), np.asarray(examples.labels)
    if len(images) == 0:
        raise ValueError("there are no images to show: give Examples with at least one")
    p = probabilities(params, images, activation)
    return Answers(labels, p.argmax(axis=1), _pictures(images), p.max(axis=1), names)


def _of_arrays(
    labels: np.ndarray, predictions: np.ndarray, images: np.ndarray, class_names: Iterable[str] | None
) -> Answers:
    classes = len(confusion_matrix(labels, predictions))  # refuses what are no class numbers
    if len(images) != len(labels) or len(labels) == 0 or images.ndim not in (2, 3):
        raise ValueError(
            f"labels have the shape {labels.shape} and images {images.shape}: expected at least one label, "
            "and as many images, (n, pixels) or (n, height, width)"
        )
    names = [str(name) for name in (range(classes) if class_names is None else class_names)]
    if len(names) < classes:
        raise ValueError(f"{len(names)} class names, but classes up to {classes - 1}: one for each")
    return Answers(labels, predictions, _pictures(images), None, names)


def _pictures(images: np.ndarray) -> np.ndarray:
    shape = images.shape[1:] if images.ndim == 3 else picture_shape(images.shape[1])
    return as_bytes(images).reshape(len(images), *shape)


def _largest_mistake(counts: np.ndarray) -> tuple[int, int]:
    """The cell off the diagonal with the most images; the first cell when there is no mistake."""
    mistakes = counts * (1 - np.eye(len(counts), dtype=counts.dtype))
    row, column = divmod(int(mistakes.argmax()), len(counts))
    return row, column


def _shares(counts: np.ndarray) -> np.ndarray:
    """Each count as a share of its row; 0 in a row without images."""
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
