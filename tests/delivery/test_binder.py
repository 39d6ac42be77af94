"""Binder: what a learner gets who presses the link, tried here as far as it goes without Docker."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata

import psutil
import pytest
import yaml
from packaging.requirements import Requirement

from tests.installed import fetch, free_port, fresh_environment, names_that_count, run
from tests.notebooks import ROOT
from tools.run import MEGABYTES

BINDER = ROOT / "binder"
PROMISED_MB = 450  # what mybinder.org gives for sure
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DEPENDENCIES = yaml.safe_load((BINDER / "environment.yml").read_text("utf-8"))["dependencies"]
PYTHON = DEPENDENCIES[0].removeprefix("python=")
REQUIREMENTS = DEPENDENCIES[-1]["pip"]
ANNOUNCEMENTS = "@jupyterlab/apputils-extension:announcements"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Binder builds and runs on Linux")


def dockerfile(folder):
    """What repo2docker would build from a folder, with the setting of mybinder.org; without Docker."""
    command = ["-m", "repo2docker", "--no-build", "--debug", "--Repo2Docker.default_buildpack=None", "."]
    done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def build():
    status, text = dockerfile(ROOT)
    assert status == 0, text
    return text


def test_it_is_the_file_that_conda_gets():
    """A copy and no link: on Windows git checks a link out as a file that holds a path."""
    assert (BINDER / "environment.yml").read_bytes() == (ROOT / "environment.yml").read_bytes()


def test_repo2docker_takes_the_environment_from_binder(build):
    assert f"Building conda environment for python={PYTHON}" in build
    assert 'env update -p ${NB_PYTHON_PREFIX} --file "binder/environment.yml"' in build


def test_the_environment_is_installed_before_the_repository_is_copied(build):
    """So that a change of a lesson does not install everything anew."""
    install, copy = build.index("env update -p"), build.index("COPY --chown=0:0 src/ ${REPO_DIR}/")
    assert install < copy < build.index("RUN ./binder/postBuild")


def test_the_server_starts_through_our_script(build):
    assert 'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"' in build


def test_without_a_file_of_its_own_binder_would_have_nothing_of_ours(tmp_path):
    """Why binder/environment.yml is there: the folder hides the root's file."""
    shutil.copytree(BINDER, tmp_path / "binder")
    shutil.copy(BINDER / "environment.yml", tmp_path)
    (tmp_path / "binder" / "environment.yml").unlink()
    _, text = dockerfile(tmp_path)
    assert "environment.yml" not in text


def test_python_is_one_that_is_tested():
    assert f"Programming Language :: Python :: {PYTHON}" in PROJECT["classifiers"]
    if os.environ.get("CI") and "GITHUB_ACTIONS" not in os.environ:  # there the matrix has the others too
        assert f"{sys.version_info.major}.{sys.version_info.minor}" == PYTHON


@pytest.mark.parametrize("text", REQUIREMENTS)
def test_what_is_tested_is_what_binder_gets(text):
    requirement = Requirement(text)
    if requirement.marker is None or requirement.marker.evaluate():
        assert metadata.version(requirement.name) in requirement.specifier


@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_the_scripts_can_be_run(name):
    assert os.access(BINDER / name, os.X_OK)
    assert (BINDER / name).read_bytes().startswith(b"#!/bin/bash\n")
    subprocess.run(["bash", "-n", BINDER / name], check=True)


def test_start_gives_one_thread_and_the_settings_of_mlpkit_lab(tmp_path):
    code = "import json, os, sys; print(json.dumps([dict(os.environ), sys.argv[1:]]))"
    words = [BINDER / "start", sys.executable, "-c", code, "two words", "$HOME"]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "64", "JUPYTER_CONFIG_PATH": "/elsewhere"}
    told = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, check=True)
    found, arguments = json.loads(told.stdout)
    assert arguments == ["two words", "$HOME"]
    assert {found[f"{name}_NUM_THREADS"] for name in ("OPENBLAS", "OMP", "MKL")} == {"1"}
    assert found["JUPYTER_CONFIG_PATH"] == f"/elsewhere:{ROOT / 'mlpkit' / 'app' / 'lab_settings'}"


def test_the_badge_leads_to_the_first_lesson_of_this_version():
    """A tag and no branch: Binder then builds once for every release, and a link goes on to work."""
    text = (ROOT / "README.md").read_text("utf-8")
    (found,) = re.findall(r"\(https://mybinder\.org/v2/gh/([^)]*)\)", text)
    repository = PROJECT["urls"]["Repository"].removeprefix("https://github.com/")
    path = "lessons/00_start_here.ipynb"
    assert found == f"{repository}/v{PROJECT['version']}?urlpath=lab/tree/{path}"
    assert (ROOT / path).is_file()


class Built:
    """A copy of the repository, an environment as Binder's, and a home of its own, after postBuild."""

    def __init__(self, folder):
        self.home, self.repository = folder / "home", folder / "home" / "mlpkit"
        self.repository.mkdir(parents=True)
        for name in names_that_count("."):
            target = self.repository / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
        self.commands = fresh_environment(folder / "env")
        self.run("python", "-m", "pip", "install", "-q", *REQUIREMENTS)
        self.told = self.run(self.repository / "binder" / "postBuild")

    def environment(self):
        """Nothing of the user's but what says where packages come from."""
        kept = {
            name: value for name, value in os.environ.items() if re.match(r"PIP_|SSL_|https?_proxy", name)
        }
        return {
            **kept,
            "PIP_CACHE_DIR": run(sys.executable, "-m", "pip", "cache", "dir", folder=ROOT).strip(),
            "PATH": f"{self.commands}:/usr/bin:/bin",
            "HOME": str(self.home),
            "BINDER_LAUNCH_HOST": "https://mybinder.org/",
        }

    def run(self, *command, **more):
        return run(*command, folder=self.repository, only=self.environment() | more)

    def started(self, *command, **more):
        return self.run(self.repository / "binder" / "start", *command, **more)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return Built(tmp_path_factory.mktemp("binder"))


@pytest.mark.wheel
def test_post_build_unpacks_the_images(built):
    assert "fashion_mnist: 60,000 images" in built.told
    assert (built.home / ".cache" / "mlpkit" / "fashion_mnist" / "train_images.npy").stat().st_size > 47e6


@pytest.mark.wheel
def test_after_it_all_is_well(built):
    told = built.started("mlpkit", "doctor")
    assert "✗" not in told
    assert "No problem found: " in told.splitlines()[-1]
    assert "NumPy may use 1 thread." in told
    assert "This server forgets everything after ten idle minutes" in told


@pytest.mark.wheel
def test_the_first_lesson_runs_there(built):
    first = built.repository / "lessons" / "00_start_here.ipynb"
    built.started("python", "-m", "jupyter", "execute", first, MLPKIT_HEADLESS="1")


@pytest.mark.wheel
def test_the_server_opens_the_lesson_without_a_question_and_leaves_room_for_it(built):
    port = free_port()
    options = ["--no-browser", "--allow-root", f"--port={port}", "--IdentityProvider.token="]
    words = [built.repository / "binder" / "start", "jupyter", "lab", *options]
    with open(built.home / "log", "wb") as log:
        server = subprocess.Popen(
            words,
            cwd=built.repository,
            env=built.environment(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        page = fetch(f"http://127.0.0.1:{port}/lab/tree/lessons/00_start_here.ipynb", server).decode()
        settings = json.loads(re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.S)[1])
        assert ANNOUNCEMENTS in settings["disabledExtensions"]
        server_mb = psutil.Process(server.pid).memory_info().rss / 2**20
        print(f"The server alone takes {server_mb:.0f} MB.")
        assert server_mb + MEGABYTES <= PROMISED_MB  # which test_lessons.py holds each lesson to
    finally:
        server.terminate()
        server.wait(30)
