"""What installs mlpkit says the same everywhere: pyproject.toml, environment.yml, Makefile, version."""

import re
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
    assert pip_list() == PROJECT["dependencies"] + PROJECT["optional-dependencies"]["datasets"]


def test_conda_brings_python_and_pip_alone():
    python, pip = ENVIRONMENT["dependencies"][:-1]
    assert pip == "pip"
    version = re.fullmatch(r"python=(3\.\d+)", python)[1]  # repo2docker wants exactly this form
    assert version in SpecifierSet(PROJECT["requires-python"])


@pytest.mark.parametrize("text", PROJECT["dependencies"])
def test_the_tested_environment_fits_what_is_asked_for(text):
    requirement = Requirement(text)
    assert metadata.version(requirement.name) in requirement.specifier


def test_version_is_one():
    assert mlpkit.__version__ == PROJECT["version"]
    assert f"## {PROJECT['version']}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


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
