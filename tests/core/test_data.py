import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpkit.core import data
from mlpkit.core.data import Dataset, Examples, batches, load, one_hot, scale_pixels, split

IMAGES = np.arange(10 * 6, dtype=np.uint8).reshape(10, 6)
LABELS = np.arange(10) % 3


def rng(seed=0):
    return np.random.default_rng(seed)


# load


@pytest.mark.parametrize(
    ("name", "train", "test"), [("fashion_mnist", 60_000, 10_000), ("mnist_10k", 8_000, 2_000)]
)
@pytest.mark.parametrize("valid_size", [0, 1, 5_000])
def test_load_cuts_valid_from_the_end_of_train(name, train, test, valid_size):
    whole, cut = load(name, valid_size=0), load(name, valid_size=valid_size)
    assert isinstance(cut, Dataset)
    assert cut.name == name
    assert [len(part.labels) for part in cut[2:]] == [train - valid_size, valid_size, test]
    for part in (cut.train, cut.valid, cut.test):
        assert isinstance(part, Examples)
        assert part.images.shape == (len(part.labels), 784)
        assert (part.images.dtype, part.labels.dtype) == (np.uint8, np.int64)
    assert np.array_equal(np.concatenate([cut.train.images, cut.valid.images]), whole.train.images)
    assert np.array_equal(np.concatenate([cut.train.labels, cut.valid.labels]), whole.train.labels)


def test_load_gives_fashion_mnist_with_5_000_for_valid():
    loaded = load()
    assert (loaded.name, len(loaded.valid.labels)) == ("fashion_mnist", 5_000)
    assert loaded.class_names[0] == "T-shirt/top"
    assert loaded.class_names[9] == "Ankle boot"


def test_fashion_mnist_has_as_many_images_of_each_class_and_the_known_first_labels():
    loaded = load(valid_size=0)
    assert np.bincount(loaded.train.labels).tolist() == [6_000] * 10
    assert np.bincount(loaded.test.labels).tolist() == [1_000] * 10
    assert loaded.train.labels[:6].tolist() == [9, 0, 0, 3, 0, 2]
    assert loaded.test.labels[:6].tolist() == [9, 2, 1, 1, 6, 1]


def test_the_10k_digits_are_all_different_and_well_mixed():
    loaded = load("mnist_10k", valid_size=0)
    everything = np.concatenate([loaded.train.images, loaded.test.images])
    assert len(np.unique(everything, axis=0)) == 10_000
    for part in (loaded.train, loaded.test):
        for some in np.array_split(part.labels, 4):
            assert (
                np.bincount(some, minlength=10).min() / len(some) > 0.07
            )  # the rarest digit, 5, is 8.6 % of all
    assert loaded.class_names == tuple("0123456789")


def test_load_maps_the_images_without_copying_and_for_reading_only():
    first, again = load(), load()
    for part in (first.train, first.valid, first.test):
        assert isinstance(part.images, np.memmap)
        assert not part.images.flags.writeable
        assert not part.labels.flags.writeable
    assert np.shares_memory(first.train.images, first.train.images.base)
    np.testing.assert_array_equal(first.valid.labels, again.valid.labels)


@pytest.mark.parametrize(
    ("size", "error", "words"),
    [
        (-1, ValueError, "valid_size is -1: expected at least 0"),
        (60_000, ValueError, "valid_size is 60000: expected 0 to 59999"),
        (0.1, TypeError, "valid_size is 0.1: expected a whole number"),
        (True, TypeError, "valid_size is True: expected a whole number"),
        ("5", TypeError, "valid_size is '5': expected a whole number"),
    ],
)
def test_load_refuses_a_valid_size_that_cannot_be(size, error, words):
    with pytest.raises(error, match=words):
        load(valid_size=size)


def test_load_takes_numpy_whole_numbers():
    assert len(load(valid_size=np.int32(7)).valid.labels) == 7


# batches


@given(
    count=st.integers(1, 60),
    batch_size=st.integers(1, 80),
    epochs=st.integers(1, 3),
    seed=st.integers(0, 2**32 - 1),
)
def test_batches_show_each_example_once_an_epoch_with_its_label(count, batch_size, epochs, seed):
    images, labels, random = np.arange(count)[:, None] * [1, 10], np.arange(count), rng(seed)
    for _ in range(epochs):
        seen = list(batches(images, labels, batch_size, random))
        assert [len(batch.labels) for batch in seen[:-1]] == [batch_size] * (len(seen) - 1)
        assert 1 <= len(seen[-1].labels) <= batch_size
        assert sorted(np.concatenate([batch.labels for batch in seen])) == list(range(count))
        for shown, those in seen:
            np.testing.assert_array_equal(shown, images[those])


def test_batches_shuffle_examples_afresh_every_epoch_and_repeat_with_the_seed():
    def epoch(random):
        return np.concatenate(
            [labels for _, labels in batches(np.zeros((200, 1)), np.arange(200), 10, random)]
        )

    random = rng()
    first, second = epoch(random), epoch(random)
    assert (first != second).mean() > 0.9
    assert (np.sort(first[:10]) != np.sort(second[:10])).any()  # not only the order of the batches
    np.testing.assert_array_equal(epoch(rng()), first)


def test_batches_keep_the_bytes_and_leave_the_stored_arrays_alone():
    batch = next(batches(IMAGES, LABELS, 4, rng()))
    assert isinstance(batch, Examples)
    assert batch.images.dtype == np.uint8
    batch.images[:] = 0
    assert IMAGES[1:].min() > 0


@pytest.mark.parametrize(
    ("images", "labels", "batch_size", "random", "error", "words"),
    [
        (IMAGES, LABELS, 0, rng(), ValueError, "batch_size is 0: expected at least 1"),
        (IMAGES, LABELS, -3, rng(), ValueError, "batch_size is -3: expected at least 1"),
        (IMAGES, LABELS, 2.0, rng(), TypeError, "batch_size is 2.0: expected a whole number"),
        (IMAGES, LABELS, None, rng(), TypeError, "batch_size is None"),
        (
            IMAGES,
            LABELS[:9],
            2,
            rng(),
            ValueError,
            r"labels have shape \(9,\): expected \(10,\), one for each image",
        ),
        (
            IMAGES[:0],
            LABELS[:0],
            2,
            rng(),
            ValueError,
            r"images have shape \(0, 6\): expected .*at least one",
        ),
        (IMAGES, LABELS - 1, 2, rng(), ValueError, "labels run from -1 to 1: expected 0 or more"),
        (IMAGES, LABELS / 2, 2, rng(), TypeError, "labels hold float64: expected class numbers"),
        (IMAGES, LABELS > 1, 2, rng(), TypeError, "labels hold bool: expected class numbers"),
        (IMAGES, LABELS[:, None], 2, rng(), ValueError, r"shape \(10, 1\): expected \(10,\).*labels.ravel"),
        (np.uint8(3), LABELS, 2, rng(), ValueError, r"images have shape \(\)"),
        (
            IMAGES,
            LABELS,
            2,
            0,
            TypeError,
            r"rng is 0: expected a generator, pass np.random.default_rng\(0\)",
        ),
        (IMAGES, LABELS, 2, np.random, TypeError, "expected a generator"),
    ],
)
def test_batches_and_split_check_at_the_call(images, labels, batch_size, random, error, words):
    with pytest.raises(error, match=words):
        batches(images, labels, batch_size, random)  # no next(): the call itself must refuse
    if "batch_size" not in words:
        with pytest.raises(error, match=words):
            split(images, labels, 2, random)


# split


@given(count=st.integers(1, 60), share=st.floats(0, 1, exclude_max=True), seed=st.integers(0, 99))
def test_split_shares_out_all_examples_with_their_labels(count, share, seed):
    images, labels, valid_size = np.arange(count)[:, None] * [1, 10], np.arange(count), int(count * share)
    (train_images, train_labels), (valid_images, valid_labels) = split(images, labels, valid_size, rng(seed))
    assert len(valid_labels) == valid_size
    assert sorted([*train_labels, *valid_labels]) == list(range(count))
    np.testing.assert_array_equal(train_images, images[train_labels])
    np.testing.assert_array_equal(valid_images, images[valid_labels])


def test_split_is_random_and_repeats_with_the_seed():
    labels = np.arange(100)
    first, again, other = (split(labels[:, None], labels, 30, rng(seed))[1].labels for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert set(first) != set(other)
    assert set(first) != set(range(70, 100))


@pytest.mark.parametrize("valid_size", [-1, 10, 11])
def test_split_leaves_something_to_train_on(valid_size):
    with pytest.raises(ValueError, match=f"valid_size is {valid_size}: expected"):
        split(IMAGES, LABELS, valid_size, rng())


# one_hot and scale_pixels


@given(labels=st.lists(st.integers(0, 6), min_size=1), more=st.integers(0, 3))
def test_one_hot_has_a_single_one_in_each_row(labels, more):
    rows = one_hot(np.array(labels), 7 + more)
    assert rows.shape == (len(labels), 7 + more)
    assert rows.dtype == np.float32
    np.testing.assert_array_equal(rows.argmax(1), labels)
    np.testing.assert_array_equal(np.sort(rows)[:, -2:], [[0, 1]] * len(labels))


def test_one_hot_takes_any_dtype_and_any_whole_numbers():
    assert one_hot(np.array([0, 1], np.uint8), 2, np.float64).dtype == np.float64
    assert one_hot([1, 0], 2).tolist() == [[0, 1], [1, 0]]
    assert one_hot(np.zeros(0, int), 3).shape == (0, 3)


@pytest.mark.parametrize(
    ("labels", "classes", "error", "words"),
    [
        ([0, 3], 3, ValueError, "run from 0 to 3, but 3 outputs stand for classes 0 to 2"),
        ([-1, 0], 3, ValueError, "labels run from -1 to 0"),
        ([0.0, 1.0], 3, TypeError, "labels hold float64: expected class numbers"),
        ([[0, 1]], 3, ValueError, r"shape \(1, 2\)"),
        (2, 3, ValueError, r"shape \(\)"),
        ([0], 0, ValueError, "classes is 0: expected at least 1"),
        ([0], 2.0, TypeError, "classes is 2.0: expected a whole number"),
    ],
)
def test_one_hot_refuses_labels_that_are_no_classes(labels, classes, error, words):
    with pytest.raises(error, match=words):
        one_hot(labels, classes)


@pytest.mark.parametrize("shape", [(3, 28, 28), (3, 784), (2, 5, 7)])
def test_scale_pixels_gives_rows_from_0_to_1(shape):
    images = rng().integers(0, 256, shape, dtype=np.uint8)
    images.flat[:2] = 0, 255
    scaled = scale_pixels(images)
    assert scaled.dtype == np.float32
    assert scaled.shape == (shape[0], np.prod(shape[1:]))
    np.testing.assert_array_equal(scaled, images.reshape(shape[0], -1) * np.float32(1 / 255))
    assert (scaled.min(), scaled.max()) == (0, 1)


@pytest.mark.parametrize(
    ("images", "error", "words"),
    [
        (IMAGES / 255, TypeError, "images hold float64: expected uint8"),
        (IMAGES.astype(int), TypeError, "images hold int64: expected uint8"),
        (IMAGES[0], ValueError, r"shape \(6,\): expected \(n, 28, 28\) or \(n, 784\)"),
        (IMAGES[:0], ValueError, r"shape \(0, 6\): expected"),
    ],
)
def test_scale_pixels_refuses_what_is_no_stack_of_bytes(images, error, words):
    with pytest.raises(error, match=words):
        scale_pixels(images)


def test_nothing_here_draws_from_numpys_global_generator():
    before = np.random.get_state()[1].copy()
    split(IMAGES, LABELS, 2, rng())
    list(batches(IMAGES, LABELS, 2, rng()))
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_a_batch_larger_than_the_split_is_the_whole_split():
    assert len(list(data.batches(IMAGES, LABELS, 10**9, rng()))) == 1
