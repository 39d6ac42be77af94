"""The prediction gallery without a browser: what passes each filter, pages, words, and what is refused."""

import numpy as np
import pytest

import mlpkit
from mlpkit.widgets import PredictionGallery


@pytest.fixture(scope="module")
def gallery():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (60, 16), dtype=np.uint8)
    labels = rng.integers(0, 3, 60)
    return PredictionGallery(mlpkit.init_params([16, 8, 3], rng=rng), mlpkit.Examples(images, labels))


def test_gallery_filters(gallery):
    right = gallery._predictions == gallery._labels
    assert gallery.chosen("wrong").tolist() == np.flatnonzero(~right).tolist()
    surest = gallery.chosen("most confident wrong")
    sure = gallery._probabilities[surest].max(axis=1)
    assert sorted(surest) == gallery.chosen("wrong").tolist()
    assert (np.diff(sure) <= 0).all()
    with pytest.raises(ValueError, match="there is no filter 'right'"):
        gallery.chosen("right")


def test_gallery_pages_are_clamped(gallery):
    gallery.on_show({"filter": "all", "page": 99})
    assert gallery.pack()["page"] == 2
    assert len(gallery.pack()["rows"]) == 12
    gallery.on_show({"filter": "all", "page": -5})
    assert gallery.pack()["page"] == 0


def test_gallery_says_how_many_are_wrong_and_carries_a_picture(gallery):
    assert "60 images, ≈" in repr(gallery)
    assert gallery._repr_mimebundle_()[0]["image/png"].startswith("iVBOR")


def test_gallery_refuses_what_does_not_fit():
    params = mlpkit.init_params([16, 3], rng=np.random.default_rng(0))
    some = mlpkit.Examples(np.zeros((2, 16), np.uint8), np.zeros(2, int))
    with pytest.raises(ValueError, match="class names"):
        PredictionGallery(params, some, class_names=["a"])
    with pytest.raises(TypeError, match="Dataset"):
        PredictionGallery(params, [1, 2, 3])
    with pytest.raises(ValueError, match="no images"):
        PredictionGallery(params, mlpkit.Examples(np.zeros((0, 16), np.uint8), np.zeros(0, int)))
