"""The two exercises of lesson 10: what is said of answers that no listed mistake explains."""

import numpy as np
import pytest

from mlpkit.exercises import check
from mlpkit.exercises.catalog import find


def halves(tape, count):
    grads = [0.0] * count
    grads[-1] = 1.0
    for output, inputs, pull in reversed(tape):
        for number, grad in zip(inputs, pull(grads[output])):
            grads[number] = 0.5 * grads[number] + grad
    return grads


def test_numbers_in_a_list_are_not_called_factors_of_their_layers():
    result = check("backpropagate", halves)
    assert result.outcome == "incorrect"
    assert "``" not in result.message
    assert "layer" not in result.message
    assert "value [0] is -5.25, expected -6" in result.message


def test_what_is_asked_for_can_be_read():
    assert (
        "a list with a number or an array for each value"
        in check("backpropagate", lambda tape, count: {}).message
    )


def in_one_array(tape, count):
    grads = np.zeros(count)
    grads[-1] = 1.0
    for output, inputs, pull in reversed(tape):
        np.add.at(grads, list(inputs), pull(grads[output]))
    return grads


@pytest.mark.parametrize("function", [in_one_array, find("backpropagate").mistakes[-1].programs])
def test_one_array_for_all_gradients_is_refused_because_a_value_may_be_a_matrix(function):
    assert check("backpropagate", function).outcome == "incorrect"


def test_the_model_solution_takes_matrices():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(4, 3)), rng.normal(size=(3, 2))
    tape = [
        (2, (0, 1), lambda d: (d @ w.T, x.T @ d)),
        (3, (2,), lambda d: (d * 2 * (x @ w),)),  # the sum of squares
    ]
    grads = find("backpropagate").reference(tape, 4)
    assert np.allclose(grads[1], x.T @ (2 * x @ w))
    assert np.allclose(grads[0], 2 * x @ w @ w.T)
