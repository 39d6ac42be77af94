"""Every public function and class of the core, and of the front door, shows an example that runs."""

import doctest
import importlib
import inspect

import pytest

import mlpkit
from mlpkit.core import gradcheck
from tests.delivery.test_layers import CORE

MODULES = [mlpkit, *(importlib.import_module(f"mlpkit.core.{name}") for name in [*CORE, "_checkpoint"])]
PUBLIC = [
    thing
    for module in MODULES[1:]
    for name, thing in vars(module).items()
    if not name.startswith("_") and getattr(thing, "__module__", "") == module.__name__ and callable(thing)
    if inspect.isfunction(thing) or inspect.isclass(thing)
]
UNCHECKED = {"empty_params", "cross_entropy_parts", "softmax_grad", "log_softmax_grad"}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_the_examples_give_what_they_show(module):
    found = doctest.testmod(module, raise_on_error=False)
    assert found.attempted
    assert not found.failed


@pytest.mark.parametrize("thing", PUBLIC, ids=lambda thing: thing.__name__)
def test_a_public_docstring_has_one_sentence_its_arguments_and_an_example(thing):
    text = inspect.getdoc(thing)
    first, _, rest = text.partition("\n")
    assert first.endswith("."), first
    assert ">>> " in rest
    if inspect.isfunction(thing):
        told = rest.partition("returns:")[0]
        assert not [name for name in inspect.signature(thing).parameters if name not in told]
        assert "returns:" in rest or inspect.signature(thing).return_annotation == "None"
        assert "raises:" in rest or thing.__name__ in UNCHECKED


def test_the_list_is_not_empty():
    assert {mlpkit.train, mlpkit.adam, mlpkit.History, gradcheck.check_grads} <= set(PUBLIC)
