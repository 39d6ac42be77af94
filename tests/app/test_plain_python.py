"""Python as some start it: without docstrings and asserts, or with an output that knows few signs."""

import os
import subprocess
import sys

import pytest

WRONG = "from mlpkit import check; print(check('relu', lambda z: z))"
DOCTOR = "import mlpkit.app.doctor as d; d.examine = lambda: [d.Finding('it', 'broken', 'gone')]; d.doctor()"
EVERYTHING = """
import importlib, pkgutil
import mlpkit
for module in pkgutil.walk_packages(mlpkit.__path__, "mlpkit."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(mlpkit.check("relu", lambda z: z.clip(0)))
"""


def run(*words, encoding="utf-8"):
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run([sys.executable, *words], env=environment, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode(encoding)


@pytest.mark.parametrize(
    "words, begins",
    [(["-c", WRONG], "? relu: "), (["-c", DOCTOR], "? it: gone."), (["-m", "mlpkit", "doctor"], "? place: ")],
)
def test_an_output_without_ticks_gets_question_marks(words, begins):
    assert run(*words, encoding="latin-1").startswith(begins)


def test_everything_can_be_imported_without_docstrings():
    assert run("-OO", "-c", EVERYTHING).startswith("✓ relu")


def test_the_command_works_without_docstrings():
    assert "doctor" in run("-OO", "-m", "mlpkit", "--help")
