"""Pyodide itself, in Node: endless functions are stopped; with NumPy's wheel, every exercise is judged.

npm's Pyodide has no NumPy. MLPKIT_PYODIDE names a folder that holds pyodide.mjs and NumPy's wheel for it.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.notebooks import ROOT

HERE = Path(__file__).parent
VERSION = "314.0.6"
LOOPS = """
import sys, types
for name in ("mlpkit", "mlpkit.exercises", "mlpkit.exercises.checker"):  # without what imports NumPy
    package = types.ModuleType(name)
    package.__path__ = ["/root/" + name.replace(".", "/")]
    sys.modules[name] = package
from mlpkit.exercises.checker.sandbox import run_limited
from tests.lite.endless import NEVER_ENDS, learners
for name, source in NEVER_ENDS.items():
    print(run_limited(learners(source), 0.3).status, name)
"""
EXERCISES = """
import sys
sys.path.insert(0, "/root")
from mlpkit.exercises import check
from mlpkit.exercises.catalog import exercises
for name, exercise in exercises().items():
    right = check(name, exercise.reference).outcome
    wrong = {check(name, mistake.variants[0]).outcome for mistake in exercise.mistakes}
    print(name, right, "passed" in wrong)
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(shutil.which("npm") is None or shutil.which("node") is None, reason="node is missing"),
]


def run(pyodide, program, folder, *wheels):
    (folder / "program.py").write_text(program, "utf-8")
    words = ["node", HERE / "in_node.mjs", pyodide / "pyodide.mjs", folder / "program.py", ROOT, *wheels]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", timeout=550)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def npms(tmp_path_factory):
    folder = tmp_path_factory.mktemp("npm")
    quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(["npm", "install", *quiet, "--prefix", folder, f"pyodide@{VERSION}"], check=True)
    return folder / "node_modules" / "pyodide"


def test_what_never_ends_is_stopped_there(npms, tmp_path):
    told = run(npms, "import sys; sys.path.insert(0, '/root')\n" + LOOPS, tmp_path)
    assert len(told) == 6
    assert all(line.startswith("time ") for line in told)


@pytest.mark.skipif("MLPKIT_PYODIDE" not in os.environ, reason="MLPKIT_PYODIDE names no Pyodide with NumPy")
def test_every_exercise_is_judged_there(tmp_path):
    pyodide = Path(os.environ["MLPKIT_PYODIDE"])
    told = run(pyodide, EXERCISES, tmp_path, *sorted(pyodide.glob("*.whl")))
    assert len(told) > 20
    assert all(line.endswith("passed False") for line in told)
