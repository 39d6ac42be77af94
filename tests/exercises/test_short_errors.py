"""What a learner's call raises is shown short: the message, and the lines of the learner."""

import pytest

from mlpkit import init_params, load, sgd, train
from mlpkit.capstone import challenge, model_card
from mlpkit.capstone.test_set import look_at_test
from mlpkit.clinic import patient
from mlpkit.exercises import hint, mine, solution


@pytest.fixture(autouse=True)
def book(tmp_path, monkeypatch):
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "book"))


def recipe(data, rng):
    return train(init_params([784, 10], rng=rng), data, optimizer=sgd(rate=0.1), epochs=1, rng=rng)


CALLS = {
    "hint": lambda: hint("sgd"),
    "solution": lambda: solution("adm_step"),
    "mine": lambda: mine.softmaks,
    "whose": lambda: mine.whose("softmaks"),
    "as_network": lambda: mine.as_network("softmax"),
    "patient": lambda: patient("fever"),
    "order": lambda: patient("high-fever").order("loss"),
    "diagnose": lambda: patient("high-fever").diagnose("too hot"),
    "look_at_test": lambda: look_at_test([], load()),
    "model_card": lambda: model_card(None, load()),
    "challenge": lambda: challenge(recipe, load(), name="x"),
}


def raised(call):
    with pytest.raises((ValueError, TypeError, AttributeError)) as caught:
        call()
    return caught.value


@pytest.mark.parametrize("name", CALLS)
def test_the_message_comes_first_and_no_line_of_the_package_after_it(name):
    error = raised(CALLS[name])
    first, *lines, last = error._render_traceback_()
    assert first == f"{type(error).__name__}: {error}"
    assert any(f"  line {line}" in text for line in (CALLS[name].__code__.co_firstlineno,) for text in lines)
    assert "%tb" in last
    assert "mlpkit/" not in "".join(lines)


def test_the_line_of_a_recipe_is_shown_that_raised_the_error():
    lines = raised(CALLS["challenge"])._render_traceback_()
    assert any("in recipe: return train(" in line for line in lines)


def test_the_whole_traceback_can_be_seen_afterwards():
    error = raised(CALLS["hint"])
    error._render_traceback_()
    assert not hasattr(error, "_render_traceback_")


def test_a_function_that_calls_itself_shows_few_lines():
    def again(data, rng):
        return again(data, rng)

    with pytest.raises(RecursionError) as caught:
        challenge(again, load(), name="x")
    assert len(caught.value._render_traceback_()) < 10
