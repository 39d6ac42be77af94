"""The pixel lens without a browser: what it refuses, what it sends, and what its still picture shows."""

import numpy as np
import pytest

from mlpkit.figures import describe
from mlpkit.figures.flattening import flattening
from mlpkit.widgets import PixelLens

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 4, 6), np.uint8)


def test_a_rightly_flattened_row_holds_one_image():
    rows = PixelLens(IMAGES).right
    assert rows.shape == (5, 24)
    assert (rows[3].reshape(4, 6) == IMAGES[3]).all()
    assert rows[3, 6 * 2 + 5] == IMAGES[3, 2, 5]


def test_the_wrong_way_has_the_right_shape_and_the_wrong_pixels():
    lens = PixelLens(IMAGES)
    assert lens.wrong.shape == lens.right.shape
    assert (lens.wrong == IMAGES.reshape(24, -1).T).all()
    assert lens.wrong[1, 7] == IMAGES.ravel()[7 * 5 + 1]
    assert (lens.wrong != lens.right).mean() > 0.9


def test_rows_of_square_images_will_do_and_the_packed_state_is_whole():
    lens = PixelLens(IMAGES.reshape(-1)[:98].reshape(2, 49), ["a", "b"])
    packed = lens.pack()
    assert packed["shape"] == (7, 7)
    assert packed["names"] == ["a", "b"]
    assert 0 <= packed["place"] < 49
    assert packed["right"].dtype == packed["wrong"].dtype == np.uint8


def test_the_sentence_does_the_sum():
    assert str(PixelLens(IMAGES)) == (
        "Pixel lens: 5 images of 4 x 6 pixels. Row 2, column 3 of an image is place 6 · 2 + 3 = 15 "
        "of its row of 24 numbers."
    )


@pytest.mark.parametrize(
    "images, names, error, says",
    [
        (IMAGES / 255, None, TypeError, "float64"),
        (IMAGES[:1], None, ValueError, "2 to 256"),
        (IMAGES.reshape(5, 24), None, ValueError, "not square"),
        (IMAGES[0, 0], None, ValueError, "(6,)"),
        (IMAGES, ["a"], ValueError, "1 names for 5"),
    ],
)
def test_what_does_not_fit_is_refused(images, names, error, says):
    with pytest.raises(error) as raised:
        PixelLens(images, names)
    assert says in str(raised.value)


def test_the_still_picture_shows_the_image_its_row_and_the_wrong_way():
    lens = PixelLens(IMAGES)
    picture, wrong, strip, numbers = lens.figure().child_axes
    assert (picture.images[0].get_array() == IMAGES[0]).all()
    assert (wrong.images[0].get_array() == lens.wrong[0].reshape(4, 6)).all()
    assert (strip.images[0].get_array() == lens.right[:1]).all()
    shown = [int(text.get_text()) for text in numbers.texts[:-1]]
    assert shown == lens.right[0, 9:22].tolist()
    assert "6 · 2 + 3 = 15" in describe(lens.figure())


def test_a_place_outside_the_row_is_refused():
    with pytest.raises(ValueError, match="place 24"):
        flattening(np.zeros(24, np.uint8), np.zeros(24, np.uint8), (4, 6), 24)


def test_an_image_of_one_grey_is_not_told_as_scattered():
    grey = np.full(6, 9, np.uint8)
    told = describe(flattening(grey, grey, (2, 3), 0))
    assert told.endswith("Flattened wrongly, this image looks the same.")
