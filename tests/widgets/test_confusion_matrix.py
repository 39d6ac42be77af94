"""The confusion matrix without a browser: counts, the images behind a cell, and what is refused."""

import numpy as np
import pytest

import mlpkit
from mlpkit.widgets import ConfusionMatrix

LABELS = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2])
SAID = np.array([0, 1, 1, 1, 1, 2, 0, 1, 1])
IMAGES = np.arange(9 * 16, dtype=np.uint8).reshape(9, 16)


@pytest.fixture
def network():
    rng = np.random.default_rng(3)
    data = mlpkit.Examples(rng.integers(0, 256, (300, 16), dtype=np.uint8), rng.integers(0, 3, 300))
    return mlpkit.init_params([16, 8, 3], rng=rng), data


def test_counts_are_those_of_mlpkit_and_every_image_is_behind_one_cell(network):
    params, data = network
    matrix = ConfusionMatrix(params, data)
    predictions = mlpkit.predict(params, data.images)
    assert (matrix.counts == mlpkit.confusion_matrix(data.labels, predictions, 3)).all()
    everywhere = np.concatenate([matrix.behind(r, c) for r in range(3) for c in range(3)])
    assert sorted(everywhere) == list(range(300))
    for r, c in np.ndindex(3, 3):
        assert (data.labels[matrix.behind(r, c)] == r).all()
        assert (predictions[matrix.behind(r, c)] == c).all()


def test_the_surest_comes_first(network):
    matrix = ConfusionMatrix(*network)
    matrix.on_show({"row": 0, "column": 0, "page": 0, "numbers": "counts"})
    assert (np.diff(matrix.pack()["sure"]) <= 0).all()


def test_arrays_will_do_one_by_one_or_as_a_tuple():
    for matrix in (ConfusionMatrix(LABELS, SAID, IMAGES), ConfusionMatrix((LABELS, SAID, IMAGES))):
        assert matrix.counts.tolist() == [[1, 2, 0], [0, 2, 0], [1, 2, 1]]
        packed = matrix.pack()
        assert (packed["row"], packed["column"]) == (0, 1)  # the first of the largest mistakes
        assert packed["here"].tolist() == [1, 2]
        assert (packed["images"] == IMAGES[[1, 2]]).all()
        assert packed["shape"] == (4, 4)
        assert packed["of_true"][0].tolist() == [1 / 3, 2 / 3, 0]
        assert packed["of_predicted"][:, 1].tolist() == [2 / 6, 2 / 6, 2 / 6]


def test_an_activation_matters(network):
    params, data = network
    matrix = ConfusionMatrix(params, data, activation=mlpkit.tanh)
    expected = mlpkit.confusion_matrix(data.labels, mlpkit.predict(params, data.images, mlpkit.tanh), 3)
    assert (matrix.counts == expected).all()


def test_what_the_browser_asks_for_is_clamped(network):
    matrix = ConfusionMatrix(*network)
    matrix.on_show({"row": 99, "column": -1, "page": 1e9, "numbers": "<b>"})
    packed = matrix.pack()
    assert (packed["row"], packed["column"], packed["numbers"]) == (2, 0, "counts")
    assert packed["page"] == packed["pages"] - 1
    matrix.on_show({"row": 1, "column": 1, "page": -3, "numbers": "counts"})
    assert matrix.pack()["page"] == 0


def test_a_cell_without_images_is_empty_and_a_full_one_has_pages():
    labels = np.array([0] * 30 + [1])
    matrix = ConfusionMatrix(labels, labels, np.zeros((31, 16), np.uint8))
    matrix.on_show({"row": 0, "column": 1, "page": 0, "numbers": "counts"})
    assert matrix.pack()["images"].shape == (0, 16)
    matrix.on_show({"row": 0, "column": 0, "page": 2, "numbers": "counts"})
    assert matrix.pack()["here"].tolist() == list(range(24, 30))


def test_a_class_without_images_and_a_network_without_mistakes():
    matrix = ConfusionMatrix([0, 0], [0, 0], IMAGES[:2], class_names=["a", "b"])
    assert matrix.counts.tolist() == [[2, 0], [0, 0]]
    assert np.isfinite(matrix.pack()["of_true"]).all()
    assert "No two classes are mixed up" in repr(matrix)


def test_the_sentence_and_the_picture():
    matrix = ConfusionMatrix(LABELS, SAID, IMAGES.reshape(9, 2, 8), class_names=["Coat", "Bag", "Shirt"])
    assert repr(matrix) == (
        "Confusion matrix: Of 9 examples ≈ 44.4 % are right. No pair of classes stands out as the one "
        "mixed up most."
    )
    assert matrix.pack()["shape"] == (2, 8)
    assert matrix._repr_mimebundle_()[0]["image/png"].startswith("iVBOR")


@pytest.mark.parametrize(
    "given, error, says",
    [
        ((LABELS,), TypeError, "ConfusionMatrix(params, data)"),
        ((LABELS, SAID, IMAGES[:3]), ValueError, "as many images"),
        ((LABELS, SAID[:3], IMAGES), ValueError, "labels (9,)"),
        ((LABELS / 2, SAID, IMAGES), TypeError, "whole numbers"),
        ((LABELS[:0], SAID[:0], IMAGES[:0]), ValueError, "at least one"),
    ],
)
def test_what_does_not_fit_is_refused(given, error, says):
    with pytest.raises(error) as raised:
        ConfusionMatrix(*given)
    assert says in str(raised.value)


def test_names_and_data_that_do_not_fit_are_refused(network):
    with pytest.raises(ValueError, match="2 class names"):
        ConfusionMatrix(LABELS, SAID, IMAGES, class_names=["a", "b"])
    with pytest.raises(TypeError, match="Dataset"):
        ConfusionMatrix(network[0], IMAGES)
    with pytest.raises(ValueError, match="no images"):
        ConfusionMatrix(network[0], mlpkit.Examples(np.zeros((0, 16), np.uint8), np.zeros(0, int)))
