"""The numbers and claims in the text of lesson 10 are true: those that no cell prints are worked out here."""

import numpy as np
import pytest

from mlpkit import init_params, loss_and_grads
from mlpkit.capstone.reference_libraries import stored
from mlpkit.exercises.catalog import find
from tests.lessons.numbers import lesson

NAME = "10_the_way_on"
backpropagate, sum_to_shape = (find(name).reference for name in ("backpropagate", "sum_to_shape"))


@pytest.fixture(scope="module")
def told():
    return lesson(NAME)


def product_and_sum(a, b, c):
    """The tape of (a b + a) c, as the text writes it."""
    return [
        (3, (0, 1), lambda d: (d * b, d * a)),
        (4, (3, 0), lambda d: (d, d)),
        (5, (4, 2), lambda d: (d * c, d * (a * b + a))),
    ]


def test_the_tape_by_hand(told):
    a, b, c = 2.0, 3.0, -1.5
    assert (a * b, a * b + a, (a * b + a) * c) == (6, 8, -12)
    assert backpropagate(product_and_sum(a, b, c), 6) == [-6, -3, 8, -1.5, -1.5, 1]
    assert "together -6" in told[0]["tape"]
    assert told[1]["backpropagate-use"].splitlines()[1:] == ["df/da = -6", "df/db = -3", "df/dc = 8"]
    assert told[1]["wrong-live"] == "df/da by replacing -4.5   by adding -6.0\n"


def test_the_shapes_that_are_told(told):
    for shape, to in (((5, 3), (3,)), ((6, 2), (6, 1)), ((2, 7), (2, 7))):
        assert f"gradient {shape} for" in told[0]["sum-text"]
        assert sum_to_shape(np.ones(shape), to).shape == to


def test_pytorchs_numbers_are_the_stored_ones(told):
    lines = told[1]["stored"].splitlines()
    assert f"PyTorch's {stored('PyTorch').loss:.8f}" in lines[1]
    assert len(lines) == 8
    assert all(line.endswith("the same to five digits: True") for line in lines[2:])


def test_the_gradients_that_are_never_set_back(told):
    """1, -1, 2 become 1, 0, 2; a momentum of 1 forgets nothing, one of 0.9 half in seven steps."""
    assert np.cumsum([1, -1, 2]).tolist() == [1, 0, 2]
    assert "Without the line they use 1, 0, 2" in told[0]["zero"]
    assert 0.9**7 < 0.5 < 0.9**6
    assert "after seven steps" in told[0]["zero-after"]
    right, wrong = told[1]["zero-experiment"].splitlines()[1:]
    assert right.count("above 70 %") == wrong.count("below 50 %") == 3


def test_the_tape_has_the_gradients_of_backward_and_of_a_network_that_has_none(told):
    assert "9 steps on the tape" in told[1]["network-experiment"]  # two a layer, two relus, the loss
    assert told[1]["network-experiment"].endswith("below 1e-12: True\n")
    assert told[1]["shared"] == "shared weights (8, 8) relative error below 1e-6: True\n"


def test_softmax_twice_never_gets_below_1_46(told):
    assert "stays above 1.46" in told[0]["wrong"]
    twice = np.exp(np.eye(10)[0])
    assert -np.log(twice[0] / twice.sum()) > 1.46


def test_where_gradients_are_added_a_batch_may_be_computed_in_parts(told):
    assert "you can compute a large batch in several parts" in told[0]["zero-after"]
    rng = np.random.default_rng(0)
    params = init_params([6, 5, 3], rng=rng, dtype=np.float64)
    images, labels = rng.random((8, 6)), rng.integers(0, 3, 8)
    whole = loss_and_grads(params, images, labels)[1].flat
    parts = [loss_and_grads(params, images[i : i + 4], labels[i : i + 4])[1].flat / 2 for i in (0, 4)]
    assert np.allclose(sum(parts), whole)


def test_forty_lines(told):
    """The two exercises, the tape and its four steps: about forty lines that do something."""
    import nbformat

    from tests.notebooks import ROOT

    cells = {cell.id: cell.source for cell in nbformat.read(ROOT / "lessons" / f"{NAME}.ipynb", 4).cells}
    parts = [cells["tape-code"].partition("\n\n\ntape =")[0], cells["steps-code"].partition("\n\n\nprint")[0]]
    parts += [find(name).solution for name in ("backpropagate", "sum_to_shape")]
    lines = [line for part in parts for line in part.splitlines() if line.strip()]
    documented = sum('"""' in line for line in lines)
    assert 35 <= len(lines) - documented <= 55
