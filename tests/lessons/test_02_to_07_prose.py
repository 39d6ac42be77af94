"""What the text of lessons 02 to 05 says in numbers that no cell prints is worked out here."""

import numpy as np
import pytest

from mlpkit import cross_entropy, numerical_gradient, softmax
from mlpkit.core import initializers
from tests.lessons.numbers import lesson


def text_of(name):
    return " ".join(lesson(name)[0].values())


# 02


def test_the_widths_that_lesson_02_speaks_of():
    text = text_of("02_init")
    assert "0.0505" in text
    assert "0.00255" in text
    assert round(np.sqrt(2 / 784), 4) == 0.0505
    assert round(2 / 784, 5) == 0.00255
    left = 0.7**20
    assert left == pytest.approx(0.0008, abs=5e-5)
    assert np.sqrt(128) == pytest.approx(11.3, abs=0.05)  # the factor of eleven a layer at width 1
    limit, draw = 1 / np.sqrt(784), initializers.uniform_fan_in(784, 400, np.random.default_rng(0))
    assert draw.var() == pytest.approx(limit**2 / 3, rel=0.01)
    assert (2 / 784) / (limit**2 / 3) == pytest.approx(6)  # "six times too little for relu"


def test_relu_halves_the_mean_square_of_a_symmetric_signal():
    z = np.random.default_rng(0).normal(size=200_000)
    assert np.mean(np.maximum(z, 0) ** 2) == pytest.approx(np.var(z) / 2, rel=0.02)


# 03


def test_the_layer_by_hand_and_the_v_made_of_two_relus():
    images, weights = np.array([[0.5, 1, 0], [1, 0, 2]]), np.array([[2, 1], [-1, 3], [4, 0]])
    assert (images @ weights + [0.5, -1]).tolist() == [[0.5, 2.5], [10.5, 0.0]]
    x = np.array([-2.0, -1.0, 0.0, 3.0])
    assert (np.maximum(x, 0) + np.maximum(-x, 0)).tolist() == np.abs(x).tolist()


def test_two_affine_maps_are_one():
    rng = np.random.default_rng(0)
    x, w1, b1, w2, b2 = (rng.normal(size=s) for s in ((5, 4), (4, 3), (3,), (3, 2), (2,)))
    assert np.allclose((x @ w1 + b1) @ w2 + b2, x @ (w1 @ w2) + (b1 @ w2 + b2))


# 04


def test_the_losses_that_lesson_04_speaks_of():
    text = text_of("04_softmax_cross_entropy")
    for said, true in (
        ("2.303", np.log(10)),
        ("0.69", np.log(2)),
        ("3.32", np.log2(10)),
        ("20.7", -np.log(1e-9)),
        ("1.46", cross_entropy(softmax(np.where(np.eye(10) == 1, 50.0, -50.0)), np.arange(10))),
    ):
        assert said in text
        assert true == pytest.approx(float(said), abs=0.6 * 10.0 ** -len(said.split(".")[1]))
    assert np.log(np.finfo(float).max) == pytest.approx(709.8, abs=0.1)  # "which is e to the 709"
    assert np.e / (np.e + 9) < 0.25  # "at best ... less than a quarter"
    assert -np.log(np.e / (np.e + 9)) == pytest.approx(1.4612, abs=5e-5)


@pytest.mark.parametrize("d", [0, 3, 8])
def test_how_hard_each_loss_pulls_is_the_numerical_slope(d):
    def probabilities(z):
        return softmax(z[None])[0]

    z, label = np.array([0.0, float(d)]), 0
    p = probabilities(z)[label]
    pull = -numerical_gradient(lambda z: -np.log(probabilities(z)[label]), z)[label]
    assert pull == pytest.approx(1 - p, rel=1e-6)
    one_hot = np.array([1.0, 0.0])
    squared = -numerical_gradient(lambda z: 0.5 * ((probabilities(z) - one_hot) ** 2).sum(), z)[label]
    assert squared == pytest.approx(2 * p * (1 - p) ** 2, rel=1e-5)


# 05: every gradient worked out by hand, beside the numerical one


def test_the_chain_by_hand():
    def loss(at):
        x, w, b = at
        return 0.5 * (max(w * x + b, 0) - 1) ** 2

    dx, dw, db = numerical_gradient(loss, np.array([2.0, 3.0, -4.0]))
    assert (dx, dw, db) == pytest.approx((3, 2, 1), abs=1e-6)


def test_p_minus_y_by_hand():
    logits = np.array([[2.0, 1.0, 0.0]])
    slope = numerical_gradient(lambda z: cross_entropy(z, np.array([1])), logits)
    assert np.allclose(slope, softmax(logits) - [[0, 1, 0]], atol=1e-8)
    assert np.allclose(slope.round(3), [[0.665, -0.755, 0.090]])


def test_what_three_wrong_gradients_look_like():
    text = lesson("05_backprop")[0]["wrong"]
    p, y = softmax(np.array([[2.0, 1.0, 0.0]])), np.array([[0.0, 1.0, 0.0]])
    assert "rows of dlogits that do not sum to 0" in text  # p alone
    assert p.sum() == pytest.approx(1)
    assert (
        "the true class has a gradient, the others have none" in text
    )  # -1/p at the true class, times p (1 - p)
    assert (-y / p * p * (1 - p)).tolist() == [[0, pytest.approx(p[0, 1] - 1), 0]]
    assert "`a * (1 - a)`" in text
    z = np.array([0.7])
    a = 1 / (1 + np.exp(-z))
    assert numerical_gradient(lambda z: float(1 / (1 + np.exp(-z[0]))), z) == pytest.approx(a * (1 - a))


def test_the_layer_backward_by_hand():
    images, dz = np.array([[0.5, 1, 0], [1, 0, 2]]), np.array([[1.0, 0], [0, 2]])
    weights, bias = np.ones((3, 2)), np.zeros(2)
    dweights = numerical_gradient(lambda w: float((dz * (images @ w + bias)).sum()), weights)
    dbias = numerical_gradient(lambda b: float((dz * (images @ weights + b)).sum()), bias)
    assert np.allclose(dweights, [[0.5, 2], [1, 0], [0, 4]], atol=1e-8)
    assert np.allclose(dbias, [1, 2], atol=1e-8)


def test_softmax_has_the_jacobian_that_the_text_gives():
    z = np.array([0.3, -1.0, 0.8])
    p = softmax(z[None])[0]
    for k in range(3):
        row = numerical_gradient(lambda z, k=k: softmax(z[None])[0, k], z)
        assert np.allclose(row, p[k] * ((np.arange(3) == k) - p), atol=1e-8)


def test_two_layers_backward_by_hand():
    texts, printed = lesson("05_backprop")
    assert "$dW = 2 \\cdot 1 = 2$, $db = 1$" in texts["backward-text"]
    assert "$dW = 2 \\cdot 5 = 10$, $db = 5$" in texts["backward-text"]

    def logit(at):
        w1, b1, w2, b2 = at
        return max(2 * w1 + b1, 0) * w2 + b2

    slopes = numerical_gradient(logit, np.array([3.0, -4.0, 5.0, 0.0]))
    assert slopes == pytest.approx([10, 5, 2, 1], abs=1e-6)
    assert "dW 10.0  db 5.0" in printed["backward-by-hand"]
    assert "dW 2.0  db 1.0" in printed["backward-by-hand"]


def test_the_inputs_gradient_by_hand():
    images, dz = np.array([[0.5, 1, 0], [1, 0, 2]]), np.array([[1.0, 0], [0, 2]])
    weights = np.array([[2.0, 1], [-1, 3], [4, 0]])
    slope = numerical_gradient(lambda x: float((dz * (x @ weights)).sum()), images)
    assert np.allclose(slope, [[2, -1, 4], [2, 6, 0]], atol=1e-8)


def test_going_back_costs_at_most_twice_as_much_as_going_forward():
    assert "at no more than twice the cost of the forward pass" in text_of("05_backprop")
    for sizes in ([784, 128, 64, 10], [10, 500, 500, 10]):
        forward = sum(a * b for a, b in zip(sizes, sizes[1:]))  # multiplications for one example
        down = sum(a * b for a, b in zip(sizes[1:], sizes[2:]))  # the first layer sends nothing down
        assert forward < forward + down < 2 * forward
