"""Notebooks that were saved before the modules moved: every line that imports from them still works."""

import importlib
import pickle
import subprocess
import sys

import numpy as np
import pytest

import mlpkit
from mlpkit import _old_names

# Every line of the lessons of the first version that imports from a module of mlpkit.
SAVED = """
from mlpkit import Examples, cross_entropy, evaluate, forward, init_params, sgd, train
from mlpkit import History, Params, adam, adamw, init_params, load, momentum, nesterov, rmsprop, sgd, train
from mlpkit import History, check_grads, init_params, load, loss_and_grads, sgd, train
from mlpkit import History, forward, initializers, load, loss_and_grads, sgd, train
from mlpkit import clip_by_global_norm, cosine, warm_up
from mlpkit import confusion_matrix, load
from mlpkit import doctor
from mlpkit import dropout, early_stopping, loss_and_grads, validated
from mlpkit import loss_and_grads, mean_squared_error, mean_squared_error_grad, sgd
from mlpkit import softmax as to_p
from mlpkit import softmax_grad as back
from mlpkit.activations import ACTIVATIONS
from mlpkit.capstone import challenge, leaderboard, look_at_test, model_card
from mlpkit.capstone import parity
from mlpkit.capstone import predictions_so_far
from mlpkit.clinic import MENU, patient, ward
from mlpkit.clinic.patients import patients
from mlpkit.clinic.program import run
from mlpkit.clinic.published import curves_table, notebook_2
from mlpkit.clinic.published import faults_table, follow, notebook_0, running
from mlpkit.clinic.published import notebook_1
from mlpkit.clinic.published import notebook_3
from mlpkit.clinic.published import notebook_4
from mlpkit.clinic.published import table
from mlpkit.exercises import exercise, guess, hint, mine, progress, recall, reveal, solution
from mlpkit.figures import calibration, image_grid, learning_curves, seed_bands, show
from mlpkit.figures import confusion, image_grid, show
from mlpkit.figures import gradient_check_curve, show
from mlpkit.figures import histograms, show, signal_profile
from mlpkit.figures import image_grid, learning_curves, show, weights_as_images
from mlpkit.figures import loss_surface, seed_bands, show
from mlpkit.figures import prediction_record
from mlpkit.figures.picture import on, panels, tell
from mlpkit.figures.style import look
from mlpkit.initializers import he_normal, normal
from mlpkit.widgets import ClinicPanel
from mlpkit.widgets import ConfusionMatrix
from mlpkit.widgets import GradientCheckMicroscope
from mlpkit.widgets import GradientRiver
from mlpkit.widgets import MatrixLoupe
from mlpkit.widgets import OptimizerRace
from mlpkit.widgets import PixelLens
from mlpkit.widgets import PredictionGallery
from mlpkit.widgets import SignalMicroscope
from mlpkit.widgets import SoftmaxFaders
from mlpkit.widgets import TrainingDeck
""".strip().splitlines()


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("line", SAVED)
def test_a_line_of_a_saved_lesson_imports_what_it_did(line):
    names = {}
    exec(line, names)
    assert all(part is not None for part in names.values())


@pytest.mark.parametrize("old", _old_names.MODULES)
def test_an_old_module_has_every_name_of_the_new_one(old):
    new = importlib.import_module(_old_names.MODULES[old])
    module = importlib.import_module(old)
    for name in vars(new):
        if not name.startswith("__"):
            assert getattr(module, name) is getattr(new, name)
    for name in _old_names.NAMES.get(old, {}):
        assert callable(getattr(module, name))


@pytest.mark.parametrize("name", ["activations", "training", "layers"])
def test_an_old_module_is_an_attribute_of_the_package_before_it_is_imported(name):
    code = f"import sys, mlpkit; print('mlpkit.{name}' in sys.modules, mlpkit.{name}.__name__)"
    assert run(code).split()[0] == "False"
    assert run(code).split()[1] == _old_names.MODULES[f"mlpkit.{name}"]


def test_a_network_that_was_pickled_under_an_old_name_is_read():
    params = mlpkit.init_params([3, 2], rng=np.random.default_rng(0))
    content = pickle.dumps(params, protocol=0)
    assert b"mlpkit.core.params" in content
    old = content.replace(b"mlpkit.core.params", b"mlpkit.params")
    assert pickle.loads(old).sizes == (3, 2)


def test_names_that_were_never_there_are_refused():
    for code in (
        "import mlpkit.nonsense",
        "from mlpkit.activations import nonsense",
        "import mlpkit.clinic.nonsense",
    ):
        with pytest.raises(ImportError):
            exec(code, {})
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _old_names.find("mlpkit.figures.style", "nonsense")
