"""The numbers and claims in the text of lesson 01 are true: those that no cell prints are worked out here."""

import random
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest

from mlpkit import Examples, adam, evaluate, init_params, load, loss_and_grads, train
from tests.lessons.numbers import after, lesson
from tests.notebooks import ROOT

SIZES = [784, 128, 64, 10]


@pytest.fixture(scope="module")
def told():
    return lesson("01_data")


@pytest.fixture(scope="module")
def data():
    return load()


def test_counts(told, data):
    text = " ".join(told[0].values())
    assert round(data.train.images.nbytes / 1e6) == 43
    assert "take 43 MB" in text
    assert 28 * 3 + 5 == 89
    assert "28 · 3 + 5 = 89" in text
    assert (10 - 33) % 256 == 233
    assert "−23 + 256 = 233" in text
    assert (859 * 64, 55_000 - 859 * 64) == (
        54_976,
        24,
    )
    assert "859 full batches take 54,976, and 24 remain" in text
    assert sum(len(split.labels) for split in data[2:]) == 70_000
    assert "all 70,000 images" in text


def test_the_classes_that_are_named_have_these_numbers(told, data):
    assert (data.class_names[8], data.class_names[4]) == ("Bag", "Coat")
    assert "a bag (8) is not twice a coat (4)" in told[0]["onehot"]
    assert (data.class_names[6], data.class_names[5]) == ("Shirt", "Sandal")
    assert data.class_names[data.valid.labels[54]] == "Ankle boot"


def test_scrambled_rows_raise_no_error_and_teach_almost_nothing(told, data):
    assert "learns almost nothing" in told[0]["flatten-why"]
    wrong = [np.ascontiguousarray(s.images[:5_000].reshape(784, -1).T) for s in (data.train, data.valid)]
    rng = np.random.default_rng(0)
    seen = Examples(wrong[0], data.train.labels[:5_000])
    for step in train(init_params(SIZES, rng=rng), seen, optimizer=adam(), epochs=3, rng=rng):
        params = step.params
    assert evaluate(params, wrong[1], data.valid.labels).accuracy < 0.13


def test_an_answer_that_passes_the_check_runs_in_the_next_cell(data):
    """784 in place of -1 is right by the docstring, and passes."""
    source = next(
        c.source for c in nbformat.read(ROOT / "lessons" / "01_data.ipynb", 4).cells if c.id == "scale-used"
    )
    mine = SimpleNamespace(
        scale_pixels=lambda images: np.float32(images.reshape(len(images), 784) / 255),
        whose=lambda *names: "yours",
    )
    space = {"np": np, "mine": mine, "photographs": data.valid.images.reshape(-1, 28, 28)}
    exec(source, space)
    assert space["images"].shape == (5_000, 784)


def test_seven_in_ten_dark_shirts_and_the_memory(told):
    text, printed = told
    assert 68 < after("≈", printed["means-experiment"])[0] < 71
    assert "Seven in ten" in text["means-result"]
    count, dark, every = after("≈", printed["sandal-shirts"])
    assert count > 24
    assert "many shirts" in text["means-why"]
    assert dark < every / 2
    assert "They are dark" in text["sandal-shirts-why"]
    assert after("≈", printed["memory-experiment"])[0] == 100
    assert 77 < after("≈", printed["memory-experiment"])[1] < 87


def test_many_t_shirts_are_taken_for_sandals_too(data):
    rows = data.train.images[:10_000] / np.float32(255)
    means = np.array([rows[data.train.labels[:10_000] == k].mean(axis=0) for k in range(10)])
    t_shirts = data.valid.images[data.valid.labels == 0] / np.float32(255)
    distances = np.array([((t_shirts - mean) ** 2).sum(axis=1) for mean in means])
    assert (distances.argmin(axis=0) == 5).sum() > 24


def test_pixels_from_0_to_255(told):
    text, printed = told
    spread, loss, right = (
        after(f"{what} ≈", printed["raw-experiment"]) for what in ("output", "loss", "later")
    )
    assert abs(spread[1] / spread[0] / 255 - 1) < 0.02
    assert "255 times too large" in text["raw-why"]
    assert abs(loss[0] - 2.4) < 0.1
    assert "it is about 2.4" in text["wrong"]
    assert 180 < loss[1] < 220
    assert "starts at 200" in text["raw-why"]
    assert right[1] < 12
    assert "guessing at random" in text["raw-why"]


def test_random_shuffle_doubles_rows_of_an_array(told):
    rows = np.arange(10)[:, None] * np.ones((1, 2), int)
    random.Random(0).shuffle(rows)
    assert len(np.unique(rows[:, 0])) < 10
    assert "some rows twice" in told[0]["wrong"]


def test_without_reshuffling_the_loss_repeats_its_bumps(told, data):
    """Batch losses of two epochs go together if their order is the same, and not otherwise."""
    images, labels = (part[:6_400] for part in data.train)

    def alike(order):
        rng, params, rule = np.random.default_rng(0), init_params(SIZES, rng=np.random.default_rng(0)), adam()
        state, losses = rule.init(params), []
        for _ in range(3):
            for rows in order(rng).reshape(-1, 64):
                loss, grads = loss_and_grads(params, images[rows], labels[rows])
                params, state = rule.update(params, grads, state)
                losses.append(float(loss))
        return np.corrcoef(np.reshape(losses, (3, -1))[1:])[0, 1]

    assert alike(lambda rng: np.arange(6_400)) > 0.8
    assert abs(alike(lambda rng: rng.permutation(6_400))) < 0.4
    assert "looks the same in every epoch" in told[0]["wrong"]
