"""`import mlpkit`: what it offers, what it leaves alone, and how little it adds to NumPy's own time."""

import os
import statistics
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


def test_import_adds_at_most_a_tenth_of_a_second_to_numpys():
    """Processor time, interleaved, medians: so neither a busy machine nor one slow start decides."""
    seconds = {"import numpy": [], "import numpy, mlpkit": []}
    for _ in range(7):
        for code, taken in seconds.items():
            before = os.times()
            run(code)
            after = os.times()
            taken.append(sum(after[2:4]) - sum(before[2:4]))  # the children's
    numpy, both = (statistics.median(taken) for taken in seconds.values())
    assert both - numpy < 0.1


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
