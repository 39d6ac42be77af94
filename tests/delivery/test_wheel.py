"""The package as it is handed out: built, installed into a fresh environment, used with no checkout near."""

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from mlpkit.app import lessons as course
from mlpkit.app.doctor import NO_PROBLEM
from tests.installed import fetch, free_port, fresh_environment, names_that_count, run
from tests.notebooks import ROOT

# Put where Python looks at its start: nothing but this machine can be reached.
NO_NETWORK = """
import socket
real_connect, real_getaddrinfo = socket.socket.connect, socket.getaddrinfo
def connect(self, address):
    if self.family != socket.AF_UNIX and not address[0].startswith("127."):
        raise OSError(101, "Network is unreachable")
    return real_connect(self, address)
def getaddrinfo(host, *rest, **more):
    if host not in (None, "", "localhost", "127.0.0.1", b"127.0.0.1"):
        raise socket.gaierror(-3, "Temporary failure in name resolution")
    return real_getaddrinfo(host, *rest, **more)
socket.socket.connect, socket.getaddrinfo = connect, getaddrinfo
"""


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
    run(
        commands / "python",
        "-m",
        "pip",
        "install",
        "-q",
        f"mlpkit[lab] @ {wheel.as_uri()}",
        folder=wheel.parent,
    )
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
    assert run(command, "doctor", folder=tmp_path).endswith(NO_PROBLEM + "\n")


@pytest.fixture
def alone(tmp_path):
    """The environment of somebody whose network is down."""
    (tmp_path / "cut").mkdir()
    (tmp_path / "cut" / "sitecustomize.py").write_text(NO_NETWORK)
    return {"PYTHONPATH": str(tmp_path / "cut")}


@pytest.mark.wheel
def test_the_lessons_come_with_it_and_run_without_a_network(installed, tmp_path, alone):
    told = run(installed / "mlpkit", "lab", "course", "--", "--version", folder=tmp_path, **alone)
    assert f"The lessons are in {tmp_path / 'course'}" in told
    shipped = [path.name for path in course._files(ROOT / "lessons") if path.suffix == ".ipynb"]
    assert sorted(path.name for path in (tmp_path / "course").glob("*.ipynb")) == sorted(shipped)
    first = tmp_path / "course" / "00_start_here.ipynb"
    alone |= {"MLPKIT_CACHE": str(tmp_path / "cache"), "MLPKIT_HEADLESS": "1"}
    run(installed / "python", "-m", "jupyter", "execute", first, folder=tmp_path, **alone)


@pytest.mark.wheel
def test_lab_serves_the_first_lesson(installed, tmp_path, alone):
    port = free_port()
    options = ["--no-browser", "--allow-root", f"--port={port}", "--IdentityProvider.token=ours"]
    with open(tmp_path / "log", "wb") as log:
        words = [installed / "mlpkit", "lab", "course", "--", *options]
        environment = {**os.environ, **alone, "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
        server = subprocess.Popen(words, cwd=tmp_path, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}/api/contents/00_start_here.ipynb?token=ours"
    try:
        assert json.loads(fetch(address, server))["content"]["cells"]
        (page,) = (tmp_path / "runtime").glob("jpserver-file-*-open.html")  # what it shows to a browser
        assert "/lab/tree/00_start_here.ipynb" in page.read_text("utf-8")
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture
def next_edition(installed):
    """Change two lessons where the wheel put them, as a later version would; they are put back."""
    code = "import mlpkit, pathlib; print(pathlib.Path(mlpkit.__file__).parent / 'lessons')"
    folder = Path(run(installed / "python", "-c", code, folder=installed).strip())
    before = {name: (folder / name).read_bytes() for name in ("01_data.ipynb", "03_forward.ipynb")}
    yield lambda: [(folder / name).write_bytes(content + b"\n") for name, content in before.items()]
    for name, content in before.items():
        (folder / name).write_bytes(content)


@pytest.mark.wheel
def test_a_later_version_brings_new_lessons_and_keeps_what_was_edited(installed, tmp_path, next_edition):
    words = [installed / "mlpkit", "lab", "course", "--", "--version"]
    run(*words, folder=tmp_path)
    mine = tmp_path / "course" / "03_forward.ipynb"
    mine.write_text("my work")
    (tmp_path / "course" / "my_mlpkit").mkdir()
    (tmp_path / "course" / "my_mlpkit" / "relu.py").write_text("mine too")
    untouched = (tmp_path / "course" / "01_data.ipynb").read_bytes()
    next_edition()
    told = run(*words, folder=tmp_path)
    assert "03_forward.ipynb has changed; your own version is now 03_forward (yours).ipynb" in told
    assert (tmp_path / "course" / "03_forward (yours).ipynb").read_text() == "my work"
    assert mine.read_bytes() == (ROOT / "lessons" / "03_forward.ipynb").read_bytes() + b"\n"
    assert (tmp_path / "course" / "01_data.ipynb").read_bytes() == untouched + b"\n"
    assert (tmp_path / "course" / "my_mlpkit" / "relu.py").read_text() == "mine too"
    assert "yours" not in run(*words, folder=tmp_path)


@pytest.mark.wheel
def test_a_blank_lesson_can_be_made_and_runs(installed, tmp_path):
    run(installed / "mlpkit", "new", "idea", folder=tmp_path)
    run(installed / "python", "-m", "jupyter", "execute", tmp_path / "idea.ipynb", folder=tmp_path)
    told = run(installed / "mlpkit", "new", "idea", folder=tmp_path, status=1)
    assert told == "mlpkit new: idea.ipynb is already there; choose another name, nothing was changed\n"


@pytest.mark.wheel
@pytest.mark.parametrize(
    "words, said",
    [
        (["lab", "file"], "mlpkit lab: cannot put the lessons into .*file: .*exist.* Name another folder"),
        (["new", "nowhere/idea"], "mlpkit new: cannot write nowhere.idea.ipynb: .* another folder"),
        (["data", "kmnist"], "kmnist: .*datasets.*"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(installed, tmp_path, alone, words, said):
    (tmp_path / "file").write_text("mine")
    told = run(installed / "mlpkit", *words, folder=tmp_path, status=1, **alone)
    assert re.fullmatch(said, told.splitlines()[-1])
    assert "Traceback" not in told
    assert (tmp_path / "file").read_text() == "mine"


def oldest(requirements):
    """Each requirement at its lower bound: numpy>=1.26 becomes numpy==1.26; none of other systems.

    Of two for one package, the extra's counts: it comes later, and is the narrower one.
    """
    bounds = {}
    for requirement in map(Requirement, requirements):
        if requirement.marker is None or requirement.marker.evaluate():
            (bound,) = (item.version for item in requirement.specifier if item.operator == ">=")
            bounds[requirement.name] = f"{requirement.name}=={bound}"
    return list(bounds.values())


@pytest.mark.oldest
@pytest.mark.timeout(3300)
def test_units_and_lessons_pass_with_the_oldest_versions_that_are_allowed(tmp_path):
    """All of `make unit`, and the lessons, with everything that mlpkit asks for at its lower bound.

    What takes long beside it looks at functions of learners, which no version of a library changes.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = oldest([*project["dependencies"], *extras["lab"], *extras["datasets"]])
    python = fresh_environment(tmp_path / "env") / "python"
    run(python, "-m", "pip", "install", "-q", f"{ROOT}[test]", *asked, folder=tmp_path)
    run(python, "-m", "pip", "install", "-q", "--no-deps", "--editable", ROOT, folder=tmp_path)
    run(python, "-m", "pip", "check", folder=tmp_path)
    chosen = "not (browser or tfds or classroom or wheel or oldest or slow or long)"
    words = ["-q", "-p", "no:cacheprovider", "-m", chosen, "tests", "lessons"]
    told = run(python, "-m", "pytest", *words, folder=ROOT, seconds=3000)
    print(told[-500:])
    assert re.search(r"^\d{4,} passed", told.splitlines()[-1])
