"""What installs mlpkit says the same everywhere: pyproject.toml, environment.yml, Makefile, version."""

import json
import re
import shutil
import subprocess
import tomllib
from importlib import metadata

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import mlpkit
from tests.notebooks import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))


def pip_list():
    return ENVIRONMENT["dependencies"][-1]["pip"]


def test_conda_installs_what_pip_would():
    extras = PROJECT["optional-dependencies"]
    assert pip_list() == PROJECT["dependencies"] + extras["lab"] + extras["datasets"]


def test_a_running_notebook_keeps_its_own_jupyter():
    """Colab, Kaggle, VS Code and a university's server have a page and a kernel, which stay."""
    names = {Requirement(text).name for text in PROJECT["dependencies"]}
    assert names == {"numpy", "matplotlib", "pillow", "ipywidgets", "anywidget", "threadpoolctl"}


@pytest.mark.parametrize(
    "version, allowed",
    [
        ("6.28.0", False),
        ("6.29.0", True),
        ("6.30.1", True),
        ("7.0.1", False),
        ("7.1.0", True),
        ("7.4.0", True),
    ],
)
def test_the_kernel_is_any_but_the_broken_ones(version, allowed):
    (bound,) = (r for r in map(Requirement, PROJECT["optional-dependencies"]["lab"]) if r.name == "ipykernel")
    assert (version in bound.specifier) == allowed


def test_the_licence_names_that_of_the_digits_too():
    assert PROJECT["license"] == "MIT AND CC-BY-SA-3.0"
    found = {
        path.relative_to(ROOT).as_posix() for glob in PROJECT["license-files"] for path in ROOT.glob(glob)
    }
    data = {path.relative_to(ROOT).as_posix() for path in (ROOT / "mlpkit" / "datasets").glob("*/LICENSE")}
    assert found == {"LICENSE", *data}
    assert len(data) == 2


def test_conda_brings_python_and_pip_alone():
    python, pip = ENVIRONMENT["dependencies"][:-1]
    assert pip == "pip"
    version = re.fullmatch(r"python=(3\.\d+)", python)[1]  # repo2docker wants exactly this form
    assert version in SpecifierSet(PROJECT["requires-python"])


@pytest.mark.parametrize("text", PROJECT["dependencies"] + PROJECT["optional-dependencies"]["lab"])
def test_the_tested_environment_fits_what_is_asked_for(text):
    requirement = Requirement(text)
    assert metadata.version(requirement.name) in requirement.specifier


def test_version_is_one():
    assert mlpkit.__version__ == PROJECT["version"]
    assert f"## {PROJECT['version']}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize("path", sorted((ROOT / "lessons").glob("[0-9]*.ipynb")), ids=lambda path: path.stem)
def test_a_lesson_installs_its_own_version_where_it_is_missing(path):
    first = next(cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code")
    assert f"install -q git+{PROJECT['urls']['Repository']}@v{PROJECT['version']}" in "".join(first["source"])


def test_torch_is_pinned():
    """An unpinned torch brings gigabytes of CUDA."""
    assert "torch==2.13.0" in PROJECT["optional-dependencies"]["bench"]


def test_a_learners_workbook_is_never_in_git():
    assert "my_mlpkit/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


def test_every_command_of_the_makefile_explains_itself():
    text = (ROOT / "Makefile").read_text("utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    explained = re.findall(r"^([a-z-]+):.*## .+$", text, re.MULTILINE)
    assert sorted(phony.split()) == sorted(explained)


@pytest.mark.skipif(shutil.which("make") is None, reason="make is missing")
@pytest.mark.parametrize(
    "made_at, python, kept",
    [
        (".venv", "exit 0", True),
        ("../elsewhere/.venv", "exit 0", False),  # it was moved, or copied with the folder around it
        (".venv", "exit 1", False),  # another version of Python has taken the place of the one that made it
        (".venv", None, False),  # its Python has gone
        (None, "exit 0", True),  # somebody else made it, uv for instance
    ],
)
def test_make_sees_that_an_environment_is_of_no_use(tmp_path, made_at, python, kept):
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "pyproject.toml").touch()
    commands = tmp_path / ".venv" / "bin"
    commands.mkdir(parents=True)
    command = f"command = /usr/bin/python3 -m venv {tmp_path / made_at}\n" if made_at else ""
    (tmp_path / ".venv" / "pyvenv.cfg").write_text(f"home = /usr/bin\n{command}", "utf-8")
    if python:
        (commands / "python").write_text(f"#!/bin/sh\n{python}\n", "utf-8")
        (commands / "python").chmod(0o755)
    words = ["make", "--dry-run", "lab"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, encoding="utf-8", check=True)
    assert (tmp_path / ".venv").exists() == kept
    assert ("making it anew" in done.stdout) == (not kept)
    assert ("-m venv .venv" in done.stdout) == (not kept)
