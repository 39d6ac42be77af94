"""What Colab needs, on a stand-in with the signatures of Colab's own package; Colab itself was not tried."""

import inspect
import re
import sys
import types

import anywidget
import IPython
import numpy as np
import pytest

import mlpkit
from mlpkit._where import COLAB, place
from mlpkit.exercises import backup, guess, recall
from mlpkit.widgets import TrainingDeck
from tests.notebooks import ROOT

VIEW = "application/vnd.jupyter.widget-view+json"
ADDRESS = "https://example.org/manager.min.js"
FEW = mlpkit.Examples(np.zeros((8, 784), np.float32), np.arange(8))
SHOWN = {
    "guess": lambda: guess("rate", "What will a rate of 10 do?", ["learn faster", "blow up"]),
    "recall": lambda: recall([("Softmax of equal logits?", ["all 0", "all equal"], "all equal")]),
    "backup": backup,
    "deck": lambda: TrainingDeck(FEW, epochs=1),
}


def mount(mountpoint, force_remount=False, timeout_ms=120000, readonly=False):
    """drive.mount of google.colab, without a drive."""


@pytest.fixture
def colab(monkeypatch, tmp_path):
    """google.colab as the kernel of a Colab notebook has it, already imported."""
    names = (
        "google",
        "google.colab",
        "google.colab.output",
        "google.colab.output._widgets",
        "google.colab.drive",
    )
    google, package, output, widgets, drive = modules = [types.ModuleType(name) for name in names]

    def enable_custom_widget_manager(version="5.0.0a"):
        widgets._installed_url = ADDRESS

    widgets._installed_url = None
    output.enable_custom_widget_manager, output._widgets, drive.mount = (
        enable_custom_widget_manager,
        widgets,
        mount,
    )
    google.colab, package.output, package.drive = package, output, drive
    for module in modules:
        monkeypatch.setitem(sys.modules, module.__name__, module)
    anywidget._util.enable_custom_widget_manager_once.cache_clear()
    monkeypatch.setattr("mlpkit.exercises.panel.live", lambda: True)
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path))
    yield widgets
    anywidget._util.enable_custom_widget_manager_once.cache_clear()


@pytest.mark.parametrize("name", SHOWN)
def test_what_a_cell_shows_says_how_colab_draws_it(name, colab):
    """Colab adds this to what display() shows, and not to the last value of a cell."""
    shown = SHOWN[name]()
    assert colab._installed_url == ADDRESS
    data, metadata = IPython.core.formatters.DisplayFormatter().format(shown)
    assert data[VIEW]["model_id"]
    assert metadata[VIEW] == {"colab": {"custom_widget_manager": {"url": ADDRESS}}}


def test_elsewhere_nothing_is_said_about_colab():
    data, metadata = TrainingDeck(FEW, epochs=1)._repr_mimebundle_()
    assert VIEW in data
    assert VIEW not in metadata


def test_it_is_colab(colab):
    assert place() is COLAB


def test_the_cell_that_keeps_the_workbook_on_the_drive_can_be_run(colab, monkeypatch):
    """The one in docs/tab.md; the folder lies below what is mounted, and `import mlpkit` comes later."""
    (cell,) = re.findall(r"```python\n(import os.*?)```", (ROOT / "docs" / "tab.md").read_text("utf-8"), re.S)
    monkeypatch.setenv("MLPKIT_WORKBOOK", "")
    mounted = []
    colab_drive = sys.modules["google.colab.drive"]

    def bound(*args, **kwargs):
        mounted.append(inspect.signature(mount).bind(*args, **kwargs).arguments["mountpoint"])

    monkeypatch.setattr(colab_drive, "mount", bound)
    names = {}
    exec(cell, names)
    assert mounted == ["/content/drive"]
    assert names["os"].environ["MLPKIT_WORKBOOK"].startswith(f"{mounted[0]}/MyDrive/")
