"""Images, weights and matrices: the right pixels in the right places, the right names beside them."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba

import mlpkit
from mlpkit import figures
from mlpkit.figures.flattening import flattening
from mlpkit.figures.style import GREEN, GREY, VERMILLION

from .test_figures import IMAGES, LABELS, NAMES, PARAMS, PROBABILITIES, texts


def tile(ax, index, side, columns, down):
    """The pixels drawn for one image: pictures are side + gap apart, rows `down` apart."""
    canvas = ax.images[0].get_array()
    across = side + round(0.18 * side)
    x, y = index % columns * across, index // columns * down
    return canvas[y : y + side, x : x + side]


def test_every_image_is_drawn_in_order():
    ax = figures.image_grid(IMAGES, columns=6)
    for index, image in enumerate(IMAGES):
        assert np.array_equal(tile(ax, index, 4, 6, 99), image.reshape(4, 4))
    assert ax.images[0].get_clim() == (0, 255)
    assert figures.describe(ax) == "6 images."


def test_classes_stand_above_with_a_sign_and_bars_below():
    ax = figures.image_grid(IMAGES, LABELS, probabilities=PROBABILITIES, class_names=NAMES, columns=3)
    assert texts(ax) == ["✓ T-shirt", "✓ Trouser", "✓ Bag", "✗ T-shirt\nis Trouser", "✓ Trouser", "✓ Bag"]
    (bars,) = ax.collections
    heights = [np.ptp(path.vertices[:, 1]) for path in bars.get_paths()]
    assert np.allclose(np.array(heights).reshape(6, 3) / heights[17], PROBABILITIES)
    colors = [tuple(color) for color in bars.get_facecolors()]
    assert colors[9:12] == [to_rgba(VERMILLION), to_rgba(GREEN), to_rgba(GREY)]
    assert figures.describe(ax).split("\n") == [
        "6 images of 3 classes: T-shirt, Trouser and Bag.",
        "The network is right on ≈ 5 of 6.",
        "The mean probability of its predictions is ≈ 73.3 %.",
    ]


def test_no_right_prediction_is_told_in_words():
    ax = figures.image_grid(IMAGES[:2], [0, 1], [1, 0], class_names=NAMES)
    assert figures.describe(ax).endswith("The network is right on none of them.")


def test_predictions_alone_or_labels_alone_are_enough():
    assert texts(figures.image_grid(IMAGES[:2], [0, 1], class_names=NAMES)) == ["T-shirt", "Trouser"]
    assert texts(figures.image_grid(IMAGES[:2], predictions=[2, 1])) == ["2", "1"]
    assert texts(figures.image_grid(IMAGES[:2], [2, 2], [2, 1])) == ["✓ 2", "✗ 1\nis 2"]


def test_images_may_be_squares_rectangles_floats_or_one():
    figures.png(figures.image_grid(np.zeros((1, 784))))
    ax = figures.image_grid(np.zeros((3, 5, 7)), columns=2)
    assert figures.describe(ax) == "3 images."


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (
            lambda: figures.image_grid(np.zeros((2, 15))),
            ValueError,
            "15 pixels each: expected a square number",
        ),
        (lambda: figures.image_grid(np.zeros((0, 16))), ValueError, "images is empty"),
        (lambda: figures.image_grid(np.array(["a"])), TypeError, "images holds <U1: expected numbers"),
        (lambda: figures.image_grid(IMAGES, [0, 1]), ValueError, r"lengths differ \(images 6, labels 2\)"),
        (lambda: figures.image_grid(IMAGES, np.zeros(6)), TypeError, r"labels hold float64.*astype\(int\)"),
        (
            lambda: figures.image_grid(IMAGES, LABELS + 1, class_names=NAMES),
            ValueError,
            "labels go from 1 to 3: expected 0 to 2",
        ),
        (
            lambda: figures.image_grid(IMAGES, probabilities=3 * PROBABILITIES),
            ValueError,
            r"sums up to 3: expected none below 0 and sums of 1; turn logits .* softmax\(logits\)",
        ),
        (
            lambda: figures.image_grid(IMAGES, probabilities=PROBABILITIES, class_names=["a"]),
            ValueError,
            "class_names holds 1 names: expected 3",
        ),
        (lambda: figures.image_grid(IMAGES, columns=0), ValueError, "columns is 0: expected a whole number"),
        (lambda: figures.weights_as_images(np.zeros((15, 2))), ValueError, "expected a square number"),
        (lambda: figures.weights_as_images(np.full((16, 2), np.nan)), ValueError, "weights holds NaN"),
        (
            lambda: figures.weights_as_images(PARAMS, count=0),
            ValueError,
            "count is 0: expected a whole number",
        ),
        (lambda: figures.image_steps({}), ValueError, "steps is empty"),
        (lambda: figures.image_steps({"drawn": np.zeros(4)}), ValueError, r"shape \(4,\): expected two axes"),
        (lambda: figures.confusion(np.zeros((2, 3), int)), ValueError, r"expected \(classes, classes\)"),
        (lambda: figures.confusion(np.eye(2)), ValueError, "holds float64.*expected counts"),
        (lambda: figures.confusion(-np.eye(2, dtype=int)), ValueError, "from -1: expected counts"),
        (
            lambda: figures.matrix_product(np.ones((2, 3)), np.ones((2, 3))),
            ValueError,
            "cannot be multiplied.*transposed",
        ),
        (lambda: figures.matrix_product(np.ones((2, 99)), np.ones((99, 3))), ValueError, "too large to read"),
        (lambda: figures.matrix_product(np.eye(2), np.eye(2), 2, 0), ValueError, "lies outside z"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_cure(call, error, told):
    with pytest.raises(error, match=told):
        call()


def test_weights_are_the_columns_on_one_scale():
    weights = PARAMS[0].weights
    ax = figures.weights_as_images(PARAMS)
    for unit in range(4):
        assert np.allclose(tile(ax, unit, 4, 4, 99), weights[:, unit].reshape(4, 4))
    assert ax.images[0].get_clim() == (-1, 1)
    assert (
        figures.weights_as_images([tuple(layer) for layer in PARAMS]).get_title(loc="left")
        == "Weights of 4 units of 4"
    )
    assert figures.describe(figures.weights_as_images(weights, count=2)).startswith(
        "The weights of 2 units of 4"
    )


def test_steps_of_a_drawing_keep_their_order_and_size():
    ax = figures.image_steps({"drawn": np.eye(5), "cropped": np.eye(3)})
    assert [image.get_array().shape for image in ax.images] == [(5, 5), (3, 3)]
    assert texts(ax)[:2] == ["1. drawn", "2. cropped"]
    assert figures.describe(ax) == "An image in 2 steps: drawn (5 x 5), cropped (3 x 3)."


def test_confusion_writes_counts_and_shades_shares_of_rows():
    matrix = mlpkit.confusion_matrix(np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 0, 2]), 3)
    ax = figures.confusion(matrix, NAMES)
    assert np.allclose(ax.images[0].get_array(), [[2 / 3, 1 / 3, 0], [0.5, 0.5, 0], [0, 0, 1]])
    assert texts(ax) == ["2", "1", "1", "1", "1"]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == NAMES
    assert [tick.get_text() for tick in ax.get_yticklabels()] == NAMES
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted", "true")


@pytest.mark.parametrize(
    ("matrix", "told"),
    [
        (
            [[50, 8, 1], [9, 40, 2], [0, 3, 60]],
            "Of 173 examples ≈ 86.7 % are right.\nMost often mixed up are T-shirt and Trouser, ≈ 17 times.",
        ),
        (
            [[5, 0, 2], [0, 5, 2], [0, 0, 6]],
            "Of 20 examples ≈ 80.0 % are right.\nNo pair of classes stands out as the one mixed up most.",
        ),
        (
            [[5, 0, 0], [0, 5, 0], [0, 0, 6]],
            "Of 16 examples ≈ 100.0 % are right.\nNo two classes are mixed up.",
        ),
        ([[0, 0, 0], [0, 0, 0], [0, 0, 0]], "No examples were counted."),
    ],
)
def test_confusion_is_told_as_it_is(matrix, told):
    assert figures.describe(figures.confusion(np.array(matrix), NAMES)) == told


def test_a_product_shows_its_numbers_and_one_sum():
    inputs, weights = np.array([[1.0, 2], [-1, 0.5]]), np.array([[3.0, -1], [0, 4]])
    ax = figures.matrix_product(inputs, weights, 1, 1)
    assert texts(ax)[-1] == "z[1, 1] = (−1) · (−1) + 0.5 · 4 = 3"
    assert "inputs  (2, 2)" in texts(ax)
    assert len(ax.patches) == 3
    assert figures.describe(ax).startswith("Inputs (2, 2) times weights (2, 2) give z (2, 2).")


def test_the_class_it_chooses_is_the_one_that_was_given():
    told = figures.describe(
        figures.image_grid(np.zeros((2, 4)), [0, 1], [1, 1], probabilities=[[0.7, 0.3], [0.6, 0.4]])
    )
    assert "The mean probability of its predictions is ≈ 35.0 %." in told


@pytest.mark.parametrize(
    ("labels", "told"),
    [(["a", "b"], "labels holds <U1: expected"), ([np.nan, 1], "hold float64"), ([-1, -1], "from -1")],
)  # fmt: skip
def test_labels_that_are_none_are_refused_by_name(labels, told):
    with pytest.raises((TypeError, ValueError), match=told):
        figures.image_grid(np.zeros((2, 4)), labels)


def test_weights_are_told_of_the_units_that_are_shown():
    assert "largest size ≈ 0.00." in figures.describe(figures.weights_as_images(np.zeros((4, 3))))
    weights = np.zeros((4, 40))
    weights[0, 39] = 100
    assert "Standard deviation ≈ 0.00, largest size ≈ 0.00." in figures.describe(
        figures.weights_as_images(weights)
    )


def test_the_title_counts_all_units_of_the_layer_also_when_some_are_chosen():
    weights = np.random.default_rng(0).normal(size=(16, 128))
    ax = figures.weights_as_images(weights, units=[70, 3, 5])
    assert ax.get_title(loc="left") == "Weights of 3 units of 128"
    assert figures.describe(ax).startswith("The weights of 3 units of 128 as images.")
    corner = ax.images[0].get_array()[:4, :4]
    assert np.allclose(corner, weights[:, 70].reshape(4, 4))
    with pytest.raises(ValueError, match="expected 0 to 127"):
        figures.weights_as_images(weights, units=[128])


def test_the_title_says_what_the_numbers_are_when_they_are_not_the_weights():
    ax = figures.weights_as_images(PARAMS, what="change of the weights")
    assert ax.get_title(loc="left") == "Change of the weights of 4 units of 4"
    assert figures.describe(ax).startswith("The change of the weights of 4 units of 4 as images.")


def test_one_unit_alone_is_not_as_high_as_a_page():
    one, many = (figures.weights_as_images(PARAMS, count=count).figure for count in (1, 4))
    assert one.get_figheight() < 4
    assert many.get_figwidth() == 8


def shown(image, value):
    """The colour, 0 to 255, that an image of a figure gives to a value."""
    return tuple(int(channel) for channel in image.cmap(image.norm(value), bytes=True)[:3])


GREYS = np.array([[0, 255], [128, 64]], np.uint8)
GREY_PICTURES = {
    "image_grid": lambda images: figures.image_grid(images),
    "image_grid of one image": lambda images: figures.image_grid(images[:1]),
    "image_steps": lambda images: figures.image_steps({"first": images[0], "second": images[1]}),
    "flattening": lambda images: flattening(images[0].ravel(), images[1].ravel(), (2, 2), 1),
}


@pytest.mark.parametrize("name", GREY_PICTURES)
@pytest.mark.parametrize("images", [np.stack([GREYS, GREYS]), np.full((2, 2, 2), 100, np.uint8)])
def test_in_a_grey_picture_0_is_black_and_255_is_white_also_when_no_pixel_is(name, images):
    ax = GREY_PICTURES[name](images)
    pictures = [*ax.images, *(image for inset in ax.child_axes for image in inset.images)]
    assert pictures
    for image in pictures:
        assert shown(image, 0) == (0, 0, 0)
        assert shown(image, 255) == (255, 255, 255)
        assert len(set(shown(image, 100))) == 1


def test_in_a_grey_picture_of_shares_0_is_black_and_1_is_white():
    (image,) = figures.image_grid(np.full((1, 4), 0.79, np.float32)).images
    assert (shown(image, 0), shown(image, 1)) == ((0, 0, 0), (255, 255, 255))
    assert min(shown(image, 0.79)) > 190


def test_weights_below_0_are_blue_above_0_orange_and_0_has_one_light_colour():
    for weights in (PARAMS[0].weights, 1e-6 * PARAMS[0].weights, np.abs(PARAMS[0].weights)):
        (image,) = figures.weights_as_images(weights).images
        largest = np.abs(weights).max()
        assert shown(image, 0) == pytest.approx((0xF4, 0xF4, 0xF4), abs=3)
        for share in (0.3, 1.0):
            red, _, blue = shown(image, -share * largest)
            assert blue > red + 40
            red, green, blue = shown(image, share * largest)
            assert red > green > blue
