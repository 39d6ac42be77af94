"""BLAS has one thread while a step is computed, and as many as before whenever the learner's code runs."""

import subprocess
import sys
import types

import numpy as np
import pytest

import mlpkit
from mlpkit.core import _threads


class Library:
    """A library as threadpoolctl gives it, which remembers what it was told."""

    internal_api = "openblas"

    def __init__(self, threads):
        self.num_threads = threads
        self.told = []

    def set_num_threads(self, threads):
        self.num_threads = threads
        self.told.append(threads)


@pytest.fixture
def blas(monkeypatch):
    """Eight threads found, and nobody who chose a number."""
    library = Library(8)
    controller = types.SimpleNamespace(
        select=lambda user_api: types.SimpleNamespace(lib_controllers=[library])
    )
    stub = types.SimpleNamespace(ThreadpoolController=lambda: controller)
    monkeypatch.setitem(sys.modules, "threadpoolctl", stub)
    for name in _threads.CHOSEN:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("MLPKIT_HEADLESS", raising=False)
    monkeypatch.setattr(_threads, "_said", False)
    return library


def steps(function=mlpkit.loss_and_grads, epochs=3, valid=False):
    rng = np.random.default_rng(0)
    data = mlpkit.Examples(np.eye(3), np.arange(3))
    if valid:
        data = mlpkit.Dataset("three", ("a", "b", "c"), data, data, data)
    how = {"optimizer": mlpkit.sgd(0.1), "epochs": epochs, "rng": rng, "loss_and_grads": function}
    return mlpkit.train(mlpkit.init_params([3, 3], rng=rng), data, **how)


def test_one_thread_within_a_step_and_all_of_them_between_two(blas):
    seen = []

    def function(*batch):
        seen.append(blas.num_threads)
        return mlpkit.loss_and_grads(*batch)

    between = [blas.num_threads for _ in steps(function, valid=True)]
    assert seen == [1] * 6  # three steps, each with its validation
    assert between == [8] * 3
    assert blas.num_threads == 8


def test_a_run_that_is_only_begun_leaves_all_threads(blas):
    begun = steps()
    assert blas.num_threads == 8
    next(begun)
    assert blas.num_threads == 8
    begun.close()
    assert blas.num_threads == 8


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_run_that_breaks_off_leaves_all_threads(blas, error):
    def function(*batch):
        raise error

    if error is KeyboardInterrupt:
        assert list(steps(function)) == []
    else:
        with pytest.raises(error):
            list(steps(function))
    assert blas.num_threads == 8


def test_an_interrupt_before_the_context_is_entered_in_full_leaves_all_threads(blas, monkeypatch):
    def interrupted(threads):
        Library.set_num_threads(blas, threads)
        if threads == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(blas, "set_num_threads", interrupted)
    assert list(steps()) == []
    assert blas.num_threads == 8


def test_libraries_are_searched_once_a_run_and_told_twice_a_step(blas):
    list(steps(epochs=5))
    assert blas.told == [1, 8] * 5


def test_it_is_said_once(blas, capsys):
    steps()
    steps()
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "one thread of openblas, not 8" in said


@pytest.mark.parametrize("name", _threads.CHOSEN)
def test_whoever_chose_a_number_keeps_it(blas, monkeypatch, capsys, name):
    monkeypatch.setenv(name, "4")
    list(steps())
    assert blas.told == []
    assert capsys.readouterr().out == ""


def test_without_threadpoolctl_nothing_changes(blas, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    assert len(list(steps())) == 3
    assert blas.told == []
    assert capsys.readouterr().out == ""


def test_one_thread_needs_no_word(blas, capsys):
    blas.num_threads = 1
    list(steps())
    assert blas.told == []
    assert capsys.readouterr().out == ""


def test_headless_it_holds_and_says_nothing(blas, monkeypatch, capsys):
    monkeypatch.setenv("MLPKIT_HEADLESS", "1")
    list(steps())
    assert blas.told
    assert capsys.readouterr().out == ""


REAL = """
import os
for name in list(os.environ):
    if name.endswith("_NUM_THREADS"):
        del os.environ[name]
import numpy as np, threadpoolctl, mlpkit
(library,) = threadpoolctl.ThreadpoolController().select(user_api="blas").lib_controllers
library.set_num_threads(2)
seen = []
def function(*batch):
    seen.append(library.num_threads)
    return mlpkit.loss_and_grads(*batch)
rng = np.random.default_rng(0)
data = mlpkit.Examples(np.eye(3), np.arange(3))
params = mlpkit.init_params([3, 3], rng=rng)
for step in mlpkit.train(params, data, optimizer=mlpkit.sgd(0.1), epochs=2, rng=rng, loss_and_grads=function):
    seen.append(library.num_threads)
print(seen)
"""


def test_the_library_that_numpy_uses_is_held_to_one_thread():
    threadpoolctl = pytest.importorskip("threadpoolctl")
    if len(threadpoolctl.ThreadpoolController().select(user_api="blas").lib_controllers) != 1:
        pytest.skip("NumPy's BLAS is not one that threadpoolctl knows")
    run = subprocess.run([sys.executable, "-c", REAL], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "[1, 2, 1, 2]"
