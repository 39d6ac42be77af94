"""The matrix loupe without a browser: its sums are the network's, and without bends one matrix is left."""

import numpy as np
import pytest

import mlpkit
from mlpkit.widgets import MatrixLoupe
from mlpkit.widgets.base import encode
from mlpkit.widgets.matrix_loupe.matrix_loupe import collapsed


def network(sizes=(16, 12, 8, 3), seed=0):
    rng = np.random.default_rng(seed)
    params = mlpkit.init_params(sizes, rng=rng)
    params.flat += rng.normal(0, 0.1, params.flat.shape).astype(np.float32)  # biases too
    data = mlpkit.Examples(
        rng.integers(0, 256, (50, sizes[0]), dtype=np.uint8), rng.integers(0, sizes[-1], 50)
    )
    return params, data


def test_the_running_sum_ends_at_the_networks_own_number():
    params, data = network()
    loupe = MatrixLoupe(params, data)
    z = mlpkit.forward(params, data.images).preactivations[0]
    for image, unit in [(0, 0), (7, 3), (49, 11)]:
        loupe.on_choose({"image": image, "unit": unit, "place": 0, "bend": True})
        shown = loupe.pack()
        assert shown["running"][-1] + shown["bias"] == pytest.approx(z[image, unit], abs=1e-5)
        assert shown["z"] == pytest.approx(z[image, unit], abs=1e-5)
        assert shown["a"] == pytest.approx(max(0, z[image, unit]), abs=1e-5)
        np.testing.assert_allclose(shown["products"], shown["x"] * shown["w"])
        np.testing.assert_allclose(shown["x"], data.images[image] / 255)
        assert (shown["pixels"] == data.images[image]).all()


def test_the_images_that_excite_a_unit_most():
    params, data = network()
    loupe = MatrixLoupe(params, data)
    z = mlpkit.forward(params, data.images).preactivations[0]
    top = loupe.exciting(5)
    assert len(top) == 8
    assert (np.diff(z[top, 5]) <= 1e-6).all()
    assert z[top, 5].min() >= np.delete(z[:, 5], top).max() - 1e-6


def test_without_bends_the_network_is_one_matrix():
    params, data = network()
    loupe = MatrixLoupe(params, data)
    assert loupe.gap > 0.01  # relu makes a difference
    loupe.on_choose({"image": 4, "unit": 0, "place": 0, "bend": False})
    assert loupe.gap < 1e-12
    shown = loupe.pack()
    np.testing.assert_allclose(shown["layers"], shown["by_matrix"], atol=1e-12)
    straight = mlpkit.forward(params, data.images, mlpkit.identity).logits
    by_hand = data.images / 255 @ loupe.matrix.weights + loupe.matrix.bias
    np.testing.assert_allclose(by_hand, straight, atol=1e-4)


def test_the_one_matrix_of_one_layer_is_that_layer():
    params, _ = network((16, 3))
    weights, bias = collapsed(params)
    assert (weights == params[0].weights).all()
    assert (bias == params[0].bias).all()


def test_arrays_and_datasets_will_do():
    params, data = network()
    assert MatrixLoupe(params, data.images).pack()["is"] == ""
    names = ("a", "b", "c")
    dataset = mlpkit.Dataset("made up", names, data, mlpkit.Examples(data.images[:9], data.labels[:9]), data)
    packed = MatrixLoupe(params, dataset).pack()
    assert packed["images"] == 9
    assert packed["is"] == names[data.labels[0]]
    floats = MatrixLoupe(list(params), data.images / 255, class_names=names, activation=mlpkit.tanh).pack()
    assert floats["activation"] == "tanh"
    np.testing.assert_allclose(floats["x"], packed["x"], atol=1e-7)


def test_what_the_browser_asks_for_is_clamped():
    loupe = MatrixLoupe(*network())
    loupe.on_choose({"image": 999, "unit": -5, "place": 1e6, "bend": 0})
    packed = loupe.pack()
    assert (packed["image"], packed["unit"], packed["place"], packed["bend"]) == (49, 0, 15, 0)


def test_the_sentence_and_the_picture():
    loupe = MatrixLoupe(*network(), image=2, unit=3)
    text = repr(loupe)
    assert "images (50, 16) @ weights (16, 12) + bias (12,) = z (50, 12); z[2, 3] ≈" in text
    assert "the 16-12-8-3 network is one matrix of shape (16, 3), to within ≈" in text
    assert loupe._repr_mimebundle_()[0]["image/png"].startswith("iVBOR")


@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_network_that_has_diverged_can_still_be_looked_at():
    params, data = network()
    params.flat[:] = np.nan
    loupe = MatrixLoupe(params, data)
    assert "z[0, 0] ≈ nan" in repr(loupe)
    assert "image/png" not in loupe._repr_mimebundle_()[0]
    assert encode(loupe.pack())[0]["z"] is None


@pytest.mark.parametrize(
    "change, error, says",
    [
        ({"data": np.zeros((3, 9), np.uint8)}, ValueError, "16"),
        ({"data": np.zeros((3, 4, 4), np.uint8)}, ValueError, "flatten"),
        ({"data": np.zeros((0, 16), np.uint8)}, ValueError, "at least one"),
        ({"data": "pixels"}, TypeError, "Dataset"),
        ({"data": (np.zeros((3, 16), np.uint8), np.zeros(2, int))}, ValueError, "one for each image"),
        ({"data": (np.zeros((3, 16), np.uint8), np.array([0, 3, 1]))}, ValueError, "0 to 2"),
        ({"class_names": ["a"]}, ValueError, "1 class names"),
        ({"unit": 12}, ValueError, "0 to 11"),
        ({"image": -1}, ValueError, "0 to 49"),
        ({"activation": np.tanh}, TypeError, "activation"),
    ],
)
def test_what_does_not_fit_is_refused(change, error, says):
    params, data = network()
    with pytest.raises(error) as raised:
        MatrixLoupe(params, **{"data": data, **change})
    assert says in str(raised.value)
