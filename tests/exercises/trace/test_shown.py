"""What a check shows of the trace: one sentence, the place, and the function line by line."""

import importlib
import json
import re

import numpy as np
import pytest

from mlpkit.exercises import check, exercise, explain
from mlpkit.exercises.checker.result import JSON_TYPE
from tests.sample import sample

from .programs import PLACES


def unknown_softmax(logits):
    """Not on any list; "<b>" and 'quotes' & such are escaped."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    total = powers.sum(axis=1, keepdims=True) + 1 < 2 * logits.max()  # <script>
    return powers / (2 + total)


def right_relu(z):
    return np.maximum(z, 0)


def never_carried_on(layers, images):
    entered, a = [], images
    for weights, bias in layers:
        entered.append(a)
        z = a @ weights + bias
    return entered, z


def raises(inputs, weights, bias):
    return inputs.T @ weights + bias


@pytest.mark.parametrize(
    ("name", "program", "kind", "text"), sample(PLACES, 2), ids=[p.__name__ for _, p, *_ in PLACES]
)
def test_the_result_holds_the_place(name, program, kind, text):
    result = check(name, program)
    assert result.outcome == "incorrect"
    line, column, source = result.where
    assert source
    assert line >= 1
    assert column >= 1
    assert result.as_json()["where"] == [line, column, source]
    sentences = re.split(r"(?<=[.?!])\s+(?=[A-Z`\"])", result.message)
    assert len(sentences) <= 4
    assert result.mistake or "line " in result.message.lower()


def test_the_sentence_the_text_and_the_page():
    result = check("softmax", unknown_softmax)
    assert result.where[0] == 4
    assert "Line 4" in result.message
    assert "^^^" in repr(result)
    assert "total" in repr(result)
    page = result._repr_mimebundle_()["text/html"]
    assert "<script>" not in page
    assert "<b>" not in page
    assert "<details><summary>Your function, line by line" in page
    assert page.count('role="mark"') == 2
    assert re.search(r'<th scope="row"[^>]*>5</th>', page)
    json.dumps(result._repr_mimebundle_()[JSON_TYPE])


def _shares(powers):
    return powers / powers.mean(axis=1, keepdims=True)


def softmax_with_helper(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return _shares(powers)


def counted(logits, labels):
    return (logits.argmax(axis=1) == labels).sum()


def one_row(images):
    return images.flatten().astype(np.float32) / 255


def kept_biases(layers, grads, rate):
    return [(w - rate * dw, b) for (w, b), (dw, _) in zip(layers, grads)]


def averaged(param, grad, velocity, learning_rate, momentum):
    velocity = momentum * velocity + (1 - momentum) * grad
    return param - learning_rate * velocity, velocity


@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("accuracy", counted),
        ("scale_pixels", one_row),
        ("sgd_step", kept_biases),
        ("momentum_step", averaged),
    ],
)
def test_the_values_beside_a_listed_mistake_are_of_the_input_that_its_message_names(name, program):
    result = check(name, program)
    assert result.mistake
    case = result.lines.title.removeprefix("Your function, line by line, on ")
    assert f"On {case}" in result.message


def shuffled_within_a_batch(images, labels, batch_size, rng):
    order = rng.permutation(batch_size)
    for start in range(0, len(labels), batch_size):
        chosen = start + order
        yield images[chosen], labels[chosen]


def of_the_size(fan_in, fan_out, rng):
    std = np.sqrt(fan_in / 2)
    return rng.normal(0, std, (fan_in, fan_out))


def outside_the_brackets(param, grad, mean, square, step, rate, b1, b2, eps):
    mean = b1 * mean + (1 - b1) * grad
    square = b2 * square + (1 - b2) * grad**2
    m = mean / (1 - b1**step)
    s = square / (1 - b2**step)
    way = rate * m / np.sqrt(s) + eps
    return param - way, mean, square


def begun_at_every_example(images, labels, batch_size, rng):
    order = rng.permutation(len(labels))
    for start in range(len(labels)):
        chosen = order[start : start + batch_size]
        yield images[chosen], labels[chosen]


def powers_alone(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    return powers  # noqa: RET504


def with_a_minus(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return -shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@pytest.mark.parametrize(
    ("name", "program", "line"),
    [
        ("batches", shuffled_within_a_batch, None),
        ("batches", begun_at_every_example, 3),
        ("log_softmax", with_a_minus, 3),
        ("softmax", powers_alone, 4),
        ("he_normal", of_the_size, 2),
        ("adam_step", outside_the_brackets, 6),
    ],
)
def test_a_statement_that_right_programs_have_too_is_no_place(name, program, line):
    """The place moves to the only statement that they do not have, or a listed mistake has none."""
    result = check(name, program)
    assert result.outcome == "incorrect"
    assert (result.where and result.where[0]) == line


def test_the_place_in_a_helper_function_is_shown_in_the_helpers_line():
    result = check("softmax", softmax_with_helper)
    assert result.where[2] == "powers.mean(axis=1, keepdims=True)"
    text = result.lines.marked.splitlines()
    assert text[3].endswith("on 5 rows of 3 logits:")
    assert text[0].endswith("of _shares:")
    assert text[1].endswith("return powers / powers.mean(axis=1, keepdims=True)")
    start, end = text[2].index("^"), text[2].rindex("^") + 1
    assert text[1][start:end] == result.where[2]
    page = result._repr_mimebundle_()["text/html"]
    assert "line 2 of _shares: " in page
    assert page.count('role="mark"') == 1


def test_shapes_that_do_not_fit_are_named():
    result = check("affine", raises)
    assert "`inputs.T` (3, 5) @ `weights` (fan_in, fan_out) = (3, 4)" in result.message


def second_largest(logits, labels):
    order = np.argsort(logits, axis=1)
    return np.mean(order[:, -2] == labels)


def too_far(sizes, rng):
    layers = []
    for i in range(len(sizes)):
        layers.append((rng.normal(0, 1, (sizes[i], sizes[i + 1])), np.zeros(1)))
    return layers


def written_in_place(da, z):
    closed = z <= 0
    da[closed] = 0
    return da


def test_what_is_shown_is_no_number_that_stands_there_and_no_value_of_another_turn():
    second = check("accuracy", second_largest).lines
    assert "order[:, -2]: (4,)" in second.marked
    assert "-2:" not in second.marked
    stopped = check("init_params", too_far).lines
    assert "i + 1: 4" in stopped.marked
    assert "sizes[i + 1]:" not in stopped.marked


def test_what_the_line_that_stopped_did_not_reach_in_its_last_turn_is_not_shown():
    stopped = check("forward", never_carried_on).lines
    assert "weights: (7, 4)" in stopped.marked
    assert "bias:" not in stopped.marked


def test_a_statement_is_shown_with_the_values_of_a_run():
    lines = check("relu_backward", written_in_place).lines
    assert "da[closed] = 0" in lines.marked.splitlines()[0]
    assert "z <= 0: (4, 3) [[" in lines.text


def test_a_value_stands_under_its_line_with_the_turn_that_it_is_from():
    result = check("init_params", too_far)
    assert "i + 1: 4, turn 4 of 4" in result.lines.text
    page = result._repr_mimebundle_()["text/html"]
    assert "<code>i + 1</code>" in page
    assert "turn 4 of 4" in page
    assert page.count('scope="col"') == 2


def test_a_right_function_has_no_place():
    result = check("relu", lambda z: np.maximum(z, 0))
    assert result.outcome == "passed"
    assert result.where is None
    assert result.lines is None


def test_explain_shows_right_and_wrong_functions_line_by_line():
    right = repr(explain("relu", right_relu))
    assert "passed" in right
    assert re.search(r"np\.maximum\(z, 0\): \(\d, \d\) \[\[", right)
    assert "^" not in right
    wrong = explain("softmax", unknown_softmax)
    assert "^^^" in repr(wrong)
    assert "<script>" not in wrong._repr_mimebundle_()["text/html"]


@pytest.fixture
def new_notebook(monkeypatch, tmp_path):
    """Nothing was checked yet, and the workbook is empty."""
    monkeypatch.setattr(importlib.import_module("mlpkit.exercises.workbook.explain"), "_last", {})
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path))


@pytest.mark.usefixtures("new_notebook")
def test_explain_says_what_it_cannot_show():
    assert "no function of yours" in repr(explain("adam_step"))
    assert "cannot be shown" in repr(explain("relu", eval("lambda z: z * (z > 0)", {})))
    with pytest.raises(ValueError, match="did you mean"):
        explain("sofmax")


@pytest.mark.usefixtures("new_notebook")
def test_explain_takes_the_function_that_was_checked_last(capsys):
    space = {"right_relu": right_relu}
    exercise(type(right_relu)(right_relu.__code__, space | {"np": np}, "relu"))
    capsys.readouterr()
    assert "passed" in repr(explain("relu"))
