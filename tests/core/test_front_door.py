"""`import mlpkit`: what it offers, what it leaves alone, and how little it adds to NumPy."""

import subprocess
import sys

import pytest

import mlpkit

PROMISED = """
    Layer Params Examples Dataset Activation relu leaky_relu tanh sigmoid identity
    load batches one_hot scale_pixels split init_params zeros normal uniform_fan_in
    glorot_uniform glorot_normal he_uniform he_normal lecun_uniform lecun_normal
    forward ForwardPass predict backward loss_and_grads
    softmax log_softmax cross_entropy mean_squared_error
    softmax_grad log_softmax_grad cross_entropy_grad mean_squared_error_grad
    sgd momentum nesterov rmsprop adam adamw Optimizer decayed clipped clip_by_global_norm
    constant step_decay cosine warm_up
    train Step Metrics accuracy evaluate confusion_matrix
    numerical_gradient numerical_grads check_grads GradCheck
    History Snapshot save_params load_params
""".split()  # noqa: SIM905 - a list of words is easier to read


@pytest.mark.parametrize("name", PROMISED)
def test_offered(name):
    assert getattr(mlpkit, name) is not None
    assert name in dir(mlpkit)


def test_every_function_offered_says_what_it_does():
    for name in PROMISED:
        thing = getattr(mlpkit, name)
        if callable(thing) and not isinstance(thing, mlpkit.Activation):
            first = thing.__doc__.splitlines()[0]
            assert first.endswith((".", ":")), name


def test_unknown_names_are_refused_without_importing_anything():
    code = "import sys, mlpkit; before = set(sys.modules)\n"
    code += "try: mlpkit.nonsense\nexcept AttributeError as error: print(error)\n"
    code += "print(set(sys.modules) == before)"
    assert run(code).splitlines() == ["module 'mlpkit' has no attribute 'nonsense'", "True"]


def test_neither_matplotlib_nor_widgets_nor_exercises_come_with_it():
    code = "import sys, mlpkit; print([m for m in sys.modules if m.split('.')[0] in "
    code += "('matplotlib', 'IPython', 'ipywidgets', 'anywidget', 'tensorflow', 'PIL')"
    code += " or m.startswith(('mlpkit.exercises', 'mlpkit.figures', 'mlpkit.widgets', 'mlpkit.clinic'))])"
    assert run(code) == "[]\n"


@pytest.mark.parametrize("name", ["check", "exercise", "hint", "solution", "mine", "progress", "doctor"])
def test_lazy_names_come_when_asked_for_and_stay(name):
    assert name in dir(mlpkit)
    assert getattr(mlpkit, name) is getattr(mlpkit, name)
    assert not isinstance(getattr(mlpkit, name), type(mlpkit))


def test_import_adds_few_modules_to_numpys_and_none_that_is_large():
    """A module of Python's own takes about a millisecond to import, one of mlpkit's less."""
    code = "import sys, numpy, numpy.random; before = set(sys.modules); import mlpkit"
    code += "; print(*(set(sys.modules) - before))"
    names = run(code).split()
    own = [name for name in names if name.split(".")[0] == "mlpkit"]
    others = {name.split(".")[0] for name in names} - {"mlpkit"}
    assert others <= sys.stdlib_module_names
    assert len(own) < 40
    assert len(others) < 40
    assert not others & {"asyncio", "unittest", "ssl", "http", "email", "xml", "sqlite3", "multiprocessing"}


def test_a_run_without_docstrings():
    """`python -OO` takes them away, with every assert."""
    code = "import numpy as np, mlpkit; rng = np.random.default_rng(0); print(mlpkit.train.__doc__)\n"
    code += "data = mlpkit.Examples(np.eye(3), np.arange(3)); start = mlpkit.init_params([3, 3], rng=rng)\n"
    code += "steps = mlpkit.train(start, data, optimizer=mlpkit.adam(0.1), epochs=50, rng=rng)\n"
    code += "print(mlpkit.History().extend(steps).column('accuracy')[-1])\n"
    code += "print(mlpkit.check_grads(mlpkit.loss_and_grads, start, *data, rng=rng).passed)"
    assert run(code, "-OO").split() == ["None", "1.0", "True"]


def run(code, *options):
    command = [sys.executable, *options, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
