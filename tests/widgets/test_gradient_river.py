"""The gradient river without a browser: its numbers are mlpkit's, its sums add up, nonsense is refused."""

import re

import numpy as np
import pytest

import mlpkit
from mlpkit.figures import describe
from mlpkit.widgets import GradientRiver
from mlpkit.widgets.gradient_river.gradient_river import TOY_IMAGES, TOY_LABELS, TOY_LAYERS

ACTIVATIONS = [mlpkit.relu, mlpkit.leaky_relu, mlpkit.tanh, mlpkit.sigmoid, mlpkit.identity]


def batch(sizes, rows, seed=0):
    rng = np.random.default_rng(seed)
    params = mlpkit.init_params(sizes, rng=rng)
    return params, rng.integers(0, 256, (rows, sizes[0]), np.uint8), rng.integers(0, sizes[-1], rows)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
@pytest.mark.parametrize("sizes", [[5, 3], [7, 5, 4], [6, 5, 4, 3], [9, 8, 7, 6, 5]], ids=str)
def test_every_number_is_mlpkits_own(sizes, activation):
    params, images, labels = batch(sizes, 3)
    river = GradientRiver(params, images, labels, activation=activation)
    exact = params.astype(np.float64)
    passed = mlpkit.forward(exact, images, activation)
    loss, grads = mlpkit.loss_and_grads(exact, images, labels, activation=activation)
    assert river.values("loss") == pytest.approx(loss, rel=1e-14)
    for k, (z, grad) in enumerate(zip(passed.preactivations, grads), start=1):
        np.testing.assert_array_equal(river.values(f"z{k}"), z)
        np.testing.assert_array_equal(river.values(f"dW{k}"), grad.weights)
        np.testing.assert_array_equal(river.values(f"db{k}"), grad.bias)
        # what flows in between is not kept by mlpkit; the rules tie it to what is
        entered = river.values("x" if k == 1 else f"a{k - 1}")
        np.testing.assert_allclose(entered.T @ river.values(f"dz{k}"), grad.weights, atol=1e-15)
        np.testing.assert_allclose(river.values(f"dz{k}").sum(axis=0), grad.bias, atol=1e-15)


def test_each_operation_makes_one_array_of_what_is_there_already():
    river = GradientRiver(*batch([6, 5, 4, 3], 2))
    known = {"x", "y", *(f"{name}{k}" for name in "Wb" for k in (1, 2, 3))}
    for operation in river.operations:
        read = [term[0] for term in operation.terms if isinstance(term, tuple) and term[0] != operation.makes]
        read = [name.replace("ᵀ", "").replace("slope", "z") for name in read]
        assert set(read) <= known, operation.rule
        known.add(operation.makes)
    assert {"loss", "dW1", "db1", "dW3"} <= known
    assert [operation.back for operation in river.operations] == [False] * 7 + [True] * 11


@pytest.mark.parametrize("sizes", [[3, 4, 3], [40, 20, 12]], ids=str)
def test_the_examples_are_true_sums(sizes):
    river = GradientRiver() if sizes == [3, 4, 3] else GradientRiver(*batch(sizes, 3))
    for operation in river.operations:
        cell, *_, result = operation.example.replace("−", "-").split(" = ")
        place = tuple(int(number) for number in re.findall(r"\d+", cell.partition("[")[2]))
        value = river.values(operation.makes)[place]
        assert float(result) == pytest.approx(value, rel=6e-3, abs=1e-12), operation.example
        middle = operation.example.replace("−", "-").replace("·", "*").split(" = ")[1]
        if not re.search("[a-z…]", middle):
            assert eval(middle) == pytest.approx(value, rel=0.05, abs=0.005), operation.example


def test_the_toy_shows_open_and_shut_gates_one_right_and_one_wrong_answer():
    river = GradientRiver()
    assert river.values("slope1").tolist() == [[1, 0, 0, 1], [1, 1, 1, 1]]
    assert (river.values("p").argmax(axis=1) == TOY_LABELS).tolist() == [True, False]
    assert (river.values("dz1")[0, 1:3] == 0).all()
    assert str(river) == (
        "Gradient river: 2 examples through a 3-4-3 network with relu, loss ≈ 1.098; "
        "5 operations forward, 7 back; 2 of 8 gates are closed."
    )
    assert str(GradientRiver(TOY_LAYERS, np.array(TOY_IMAGES), np.array(TOY_LABELS))) == str(river)


def test_large_arrays_are_cut_alike_and_say_so():
    params, images, labels = batch([784, 32, 10], 20)
    arrays = GradientRiver(params, images, labels).pack()["arrays"]
    assert arrays["W1"]["shape"] == (784, 32)
    assert arrays["W1"]["cut"].shape == (6, 6)
    assert not arrays["W1"]["whole"]
    assert arrays["W1"]["rows"] == arrays["x"]["columns"] == arrays["dW1"]["rows"]
    assert arrays["W1"]["columns"] == arrays["z1"]["columns"] == arrays["W2"]["rows"]
    rows, columns = arrays["W1"]["rows"], arrays["W1"]["columns"]
    np.testing.assert_allclose(arrays["W1"]["cut"], params[0].weights[np.ix_(rows, columns)])


def test_where_the_reader_is_is_kept_and_clamped():
    river = GradientRiver()
    river.on_go(5)
    assert river.pack()["at"] == 5
    river.on_go(99)
    assert river.pack()["at"] == 12
    river._handle_custom_msg({"do": "go", "value": "<b>"}, [])
    assert "invalid literal" in river._problem


@pytest.mark.parametrize(
    "arguments, error, says",
    [
        ((None, np.ones((1, 3))), ValueError, "belong together"),
        ((batch([4, 3], 1)[0],), ValueError, "fits a 3-...-3 network"),
        ((batch([4, 3], 1)[0], np.ones((2, 5)), np.array([0, 1])), ValueError, "(2, 5)"),
        ((batch([4, 3], 1)[0], np.ones((2, 4)), np.array([0, 3])), ValueError, "run from 0 to 3"),
        ((batch([4, 3], 1)[0], np.ones((0, 4)), np.array([], int)), ValueError, "at least one row"),
        ((batch([3] * 6, 1)[0], np.ones((1, 3)), np.array([0])), ValueError, "at most 4"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, error, says):
    with pytest.raises(error) as raised:
        GradientRiver(*arguments)
    assert says in str(raised.value)


def test_the_still_picture_holds_all_boxes():
    told = describe(GradientRiver().figure())
    assert "6 boxes" in told
    assert "z2 = a1 W2 + b2" in told
    assert GradientRiver()._repr_mimebundle_()[0]["image/png"].startswith("iVBOR")
