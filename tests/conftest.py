"""What the tests share: hypothesis's settings, and a JupyterLab in a browser for those that need one."""

import functools
import importlib
import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("here"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

# Folders and files whose tests take long, all together; `make unit` leaves them out.
LONG = (
    "app/test_cli.py",
    "app/test_doctor.py",
    "app/test_plain_python.py",
    "capstone/test_challenge.py",
    "case_studies/",
    "clinic/",
    "core/test_accuracy.py",
    "core/test_gradcheck.py",
    "core/test_regularizers.py",
    "datasets/",
    "delivery/",
    "exercises/checker/",
    "exercises/diagnosis/",
    "exercises/test_every_exercise.py::test_different_mistakes_get_different_messages",
    "exercises/test_every_exercise.py::test_each_mistake_is_named",
    "exercises/test_hostile.py",
    "exercises/test_mutations.py",
    "exercises/test_report.py",
    "exercises/test_workbook.py",
    "exercises/test_workbook_safety.py",
    "exercises/test_wrong_functions.py",
    "exercises/trace/",
    "figures/",
    "lessons/",
    "lite/",
    "widgets/test_training_deck.py",
    "widgets/test_widget_scripts.py",
)


def pytest_collection_modifyitems(items):
    """Browser tests come last: the quick ones answer first, and no event loop runs beside theirs.

    What depends on a real browser, server, thread or clock gets a second try under CI, where the machine may
    be busy with anything; the summary names each test that needed it. No other test does.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    long = tuple(f"tests/{name}" for name in LONG)
    for item in items:
        if item.nodeid.startswith(long):
            item.add_marker("long")
    if os.environ.get("CI"):
        for item in items:
            if any(item.get_closest_marker(mark) for mark in ("browser", "classroom", "clock")):
                item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture
def soon(monkeypatch):
    """A check gives up sooner; what it says stays the same."""
    module = importlib.import_module("mlpkit.exercises.checker.check")
    limited = functools.partial(module.run_limited, seconds=0.3)
    monkeypatch.setattr(module, "run_limited", limited)


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """One JupyterLab in one browser page for the whole run."""
    from tests import browser

    if browser.find_browser() is None:
        if os.environ.get("CI"):
            pytest.fail(browser.HOW_TO_INSTALL)
        pytest.skip(browser.HOW_TO_INSTALL)
    lab = browser.Lab(tmp_path_factory.mktemp("lab"))
    yield lab
    lab.close()


@pytest.fixture
def open_notebook(lab):
    """Open notebooks that are closed, kernel and all, when the test ends; the page must not have complained.

    A test that provokes complaints clears `lab.complaints` itself.
    """
    lab.complaints.clear()
    lab.outside.clear()
    opened = []

    def open_one(notebook, name="lesson.ipynb"):
        opened.append(lab.open(notebook, name))
        return opened[-1]

    yield open_one
    for notebook in reversed(opened):
        notebook.close()
    assert lab.complaints == []
    assert lab.outside == []
