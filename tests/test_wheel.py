"""The package as it is handed out: built, installed into a fresh environment, used with no checkout near."""

import os
import subprocess
import sys
import tomllib
import venv
import zipfile

import pytest
from packaging.requirements import Requirement

from mlpkit import course
from mlpkit.doctor import ALL_IS_WELL
from tests.notebooks import ROOT


def run(*command, folder, seconds=900, **environment):
    """Run a command somewhere else; its output, or a failure that shows it."""
    cleared = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**cleared, "PYTHONIOENCODING": "utf-8", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=seconds,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
    return done.stdout


def fresh_environment(folder):
    """A new virtual environment; returns the folder of its commands."""
    venv.create(folder, with_pip=True)
    return folder / ("Scripts" if sys.platform == "win32" else "bin")


def names_that_count(*folders):
    return run("git", "ls-files", "--cached", "--others", "--exclude-standard", *folders, folder=ROOT).split()


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT, folder=folder)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory):
    """The commands of an environment that holds the wheel and what it asks for, nothing else."""
    commands = fresh_environment(tmp_path_factory.mktemp("installed"))
    run(commands / "python", "-m", "pip", "install", "-q", wheel, folder=wheel.parent)
    return commands


@pytest.mark.wheel
def test_everything_that_git_does_not_ignore_is_in_the_wheel_and_nothing_else(wheel):
    expected = set(names_that_count("mlpkit"))
    expected |= {f"mlpkit/{name}" for name in names_that_count("lessons")}
    with zipfile.ZipFile(wheel) as file:
        found = {name for name in file.namelist() if ".dist-info/" not in name}
    assert found == expected


@pytest.mark.wheel
def test_it_works_without_a_checkout(installed, tmp_path):
    python, command = installed / "python", installed / "mlpkit"
    where = run(python, "-c", "import mlpkit; print(mlpkit.__file__)", folder=tmp_path)
    assert str(ROOT) not in where
    assert run(command, "doctor", folder=tmp_path).endswith(ALL_IS_WELL + "\n")


@pytest.mark.wheel
def test_the_lessons_come_with_it_and_run(installed, tmp_path):
    told = run(installed / "mlpkit", "lab", "course", "--", "--version", folder=tmp_path)
    assert f"The lessons are in {tmp_path / 'course'}" in told
    shipped = [path.name for path in course._files(ROOT / "lessons") if path.suffix == ".ipynb"]
    assert sorted(path.name for path in (tmp_path / "course").glob("*.ipynb")) == sorted(shipped)
    first = tmp_path / "course" / "00_start_here.ipynb"
    run(installed / "python", "-m", "jupyter", "execute", first, folder=tmp_path, MLPKIT_HEADLESS="1")


def oldest(requirements):
    """Each requirement at its lower bound: numpy>=1.26 becomes numpy==1.26."""
    for requirement in map(Requirement, requirements):
        (bound,) = (item.version for item in requirement.specifier if item.operator == ">=")
        yield f"{requirement.name}=={bound}"


@pytest.mark.oldest
@pytest.mark.timeout(1800)
def test_the_units_pass_with_the_oldest_versions_that_are_allowed(tmp_path):
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    commands = fresh_environment(tmp_path / "env")
    python = commands / "python"
    run(python, "-m", "pip", "install", "-q", f"{ROOT}[test]", *oldest(asked), folder=tmp_path)
    run(python, "-m", "pip", "install", "-q", "--no-deps", "--editable", ROOT, folder=tmp_path)
    # The units; the lessons and the browser are tested with the versions that people get.
    chosen = "not (browser or tfds or classroom or wheel or oldest or slow)"
    told = run(
        python,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-m",
        chosen,
        "tests",
        folder=ROOT,
        seconds=1500,
    )
    assert " passed" in told
    print(told[-500:])
