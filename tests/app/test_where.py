"""Where a learner is: told from the environment, with stand-ins for the places not to be visited here."""

import os
import types

import IPython
import psutil
import pytest

from mlpkit import _where
from mlpkit._where import (
    BINDER,
    COLAB,
    HUB,
    KAGGLE,
    KERNEL,
    LAB,
    NBCLASSIC,
    NOTEBOOK,
    TAB,
    TAB_WITHOUT_FILES,
    TERMINAL,
    VS_CODE,
    place,
)
from mlpkit.exercises.workbook.backup import reminder

SIGNS = [
    "COLAB_RELEASE_TAG", "COLAB_BACKEND_VERSION", "KAGGLE_KERNEL_RUN_TYPE", "BINDER_SERVICE_HOST",
    "BINDER_LAUNCH_HOST", "JUPYTERHUB_SERVICE_PREFIX", "JUPYTERHUB_USER", "JPY_PARENT_PID",
    "JPY_SESSION_NAME",
]  # fmt: skip


@pytest.fixture(autouse=True)
def nowhere(monkeypatch):
    for name in [*SIGNS, *(name for name in os.environ if name.startswith("VSCODE_"))]:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def in_kernel(monkeypatch):
    """A kernel whose notebook holds these names."""

    def arrange(**names):
        shell = types.SimpleNamespace(kernel=object(), user_ns=names)
        monkeypatch.setattr(IPython, "get_ipython", lambda: shell)

    return arrange


def test_without_a_kernel_it_is_a_terminal():
    assert place() is TERMINAL


@pytest.mark.parametrize(
    "names, expected",
    [
        (["COLAB_RELEASE_TAG"], COLAB),
        (["KAGGLE_KERNEL_RUN_TYPE"], KAGGLE),
        (["BINDER_SERVICE_HOST", "JUPYTERHUB_USER"], BINDER),  # Binder is a hub itself
        (["JUPYTERHUB_USER"], HUB),
        (["VSCODE_PID"], VS_CODE),
        (["VSCODE_CWD"], VS_CODE),  # all that a remote one sets, in WSL for instance
        (["VSCODE_PID", "JPY_SESSION_NAME", "JPY_PARENT_PID"], KERNEL),  # Jupyter, from VS Code's terminal
        ([], KERNEL),
    ],
)
def test_a_place_is_known_by_its_environment(names, expected, in_kernel, monkeypatch):
    in_kernel()
    for name in names:
        monkeypatch.setenv(name, "x")
    assert place() is expected


def test_vs_code_names_the_notebook_in_its_kernel(in_kernel):
    in_kernel(__vsc_ipynb_file__="/a/b.ipynb")
    assert place() is VS_CODE


@pytest.mark.parametrize(
    "words, expected",
    [
        (["/usr/bin/python3", "/v/bin/jupyter-lab", "--port=1"], LAB),
        (["python", "-m", "mlpkit", "lab", "course"], LAB),
        (["C:/v/Scripts/python.exe", "C:/v/Scripts/jupyter-notebook.exe"], NOTEBOOK),
        (["python", "-m", "notebook"], NOTEBOOK),
        (["python", "/v/bin/jupyter-nbclassic"], NBCLASSIC),
        (["python", "-m", "pytest"], KERNEL),
    ],
)
def test_a_server_is_known_by_its_command(words, expected, in_kernel, monkeypatch):
    in_kernel()
    monkeypatch.setenv("JPY_PARENT_PID", "1234")
    monkeypatch.setattr(psutil, "Process", lambda pid: types.SimpleNamespace(cmdline=lambda: words))
    assert place() is expected


@pytest.mark.parametrize("number", ["", "x", str(2**40)])
def test_a_server_that_cannot_be_seen_is_no_error(number, in_kernel, monkeypatch):
    in_kernel()
    monkeypatch.setenv("JPY_PARENT_PID", number)
    assert place() is KERNEL


def test_a_browser_tab_is_one_whatever_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setattr(_where, "IN_BROWSER", True)
    monkeypatch.setattr(_where, "DRIVE", str(tmp_path))
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    assert place() is TAB


def test_a_tab_without_a_drive_says_that_it_keeps_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(_where, "IN_BROWSER", True)
    monkeypatch.setattr(_where, "DRIVE", str(tmp_path / "drive"))
    assert place() is TAB_WITHOUT_FILES
    assert "backup()" in reminder()
    assert "keeps no files" in reminder()


def test_a_place_that_forgets_says_how_to_keep_ones_work():
    places = [value for value in vars(_where).values() if isinstance(value, _where.Place)]
    assert {p.code for p in places if p.forgets} == {"tab", "tab without files", "colab", "kaggle", "binder"}
    assert all("backup()" in p.difference for p in places if p.forgets)
    assert len({p.code for p in places}) == len(places)
    assert os.environ.keys().isdisjoint(SIGNS)
