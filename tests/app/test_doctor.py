"""The doctor: one stable sentence when all is well, otherwise what is broken and how to mend it."""

import re
import subprocess
import sys
import tomllib

import pytest

from mlpkit import datasets
from mlpkit import doctor as exported
from mlpkit.app import cli
from mlpkit.app.doctor import ALL_IS_WELL, _numbers, doctor, examine

module = sys.modules["mlpkit.app.doctor"]


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("MLPKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "book"))
    for name in ("BINDER_SERVICE_HOST", "BINDER_LAUNCH_HOST"):
        monkeypatch.delenv(name, raising=False)


def seen(topic):
    return [finding for finding in examine() if finding.topic == topic]


def test_all_is_well_here(capsys):
    doctor()
    assert capsys.readouterr().out == ALL_IS_WELL + "\n"


def test_the_package_offers_it():
    assert exported is doctor


def test_the_module_of_that_name_can_be_called_too():
    code = "import mlpkit.app.doctor, mlpkit; mlpkit.app.doctor()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == ALL_IS_WELL + "\n"


def test_the_command_tells_everything_and_ends_well(capsys):
    assert cli.main(["doctor"]) == 0
    text = capsys.readouterr().out
    for topic in (
        "Python",
        "numpy",
        "jupyterlab",
        "ipykernel",
        "widgets",
        "fashion_mnist",
        "memory",
        "threads",
    ):
        assert f" {topic}: " in text
    assert text.endswith(ALL_IS_WELL + "\n")


@pytest.mark.parametrize(
    "package, version, wanted",
    [
        ("jupyterlab", "4.4.3", "jupyterlab>=4.4.5,<4.7"),
        ("jupyterlab", "4.7.0", "jupyterlab>=4.4.5,<4.7"),
        ("ipykernel", "7.0.1", "ipykernel>=7.1"),
        ("ipykernel", "6.30.0", "ipykernel>=7.1"),
        ("anywidget", None, "anywidget>=0.9.18"),
        ("numpy", "1.25.2", "numpy>=1.26"),
    ],
)
def test_a_wrong_version_is_broken_and_has_a_cure(package, version, wanted, monkeypatch, capsys):
    real = module._version
    monkeypatch.setattr(module, "_version", lambda name: version if name == package else real(name))
    assert cli.main(["doctor"]) == 1
    assert f"pip install '{wanted}'" in capsys.readouterr().out
    doctor()
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"✗ {package}: ")


def test_the_versions_are_those_of_the_package(root):
    asked = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    here = [f"{name}>={least}" + (f",<{below}" if below else "") for name, least, below in module._PACKAGES]
    assert here == asked


def test_versions_are_compared_as_numbers():
    assert _numbers("4.10.0") > _numbers("4.9") > _numbers("4.8.12")
    assert _numbers("7.1.0rc1") == (7, 1, 0)


def test_a_damaged_data_file_is_found(capsys):
    folder = datasets.unpack("mnist_10k")
    path = folder / "test_labels.npy"
    content = bytearray(path.read_bytes())
    content[-8] ^= 1
    path.write_bytes(content)
    assert cli.main(["doctor"]) == 1
    assert re.search(r"✗ mnist_10k: .*test_labels.npy is damaged.* Cure: delete ", capsys.readouterr().out)


def test_too_little_memory_is_broken(monkeypatch):
    monkeypatch.setattr(module, "_free_mb", lambda: 200.0)
    (finding,) = seen("memory")
    assert finding.state == "broken"
    assert finding.seen == "200 MB are free; JupyterLab with a lesson takes 450 MB at most"


def test_missing_widget_extensions_are_broken(monkeypatch):
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *parts: [])
    assert [finding.state for finding in seen("widgets")] == ["broken", "broken"]


def test_a_workbook_that_cannot_be_kept_is_broken(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "file" / "book"))
    (finding,) = seen("workbook")
    assert finding.state == "broken"
    assert "MLPKIT_WORKBOOK" in finding.cure


def test_what_only_some_need_is_a_note(monkeypatch, capsys):
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert cli.main(["doctor"]) == 0
    text = capsys.readouterr().out
    assert "· browser tests: no chromium was found. Cure: apt install chromium" in text
    assert "· threads: " in text
    doctor()
    assert capsys.readouterr().out == ALL_IS_WELL + "\n"


def test_a_check_that_fails_itself_is_a_finding(monkeypatch):
    def data():
        raise RuntimeError("boom")

    monkeypatch.setattr(module, "CHECKS", (data,))
    (finding,) = examine()
    assert finding.state == "broken"
    assert "boom" in finding.seen


def test_on_binder_it_says_what_the_server_forgets(monkeypatch, capsys):
    monkeypatch.setenv("BINDER_SERVICE_HOST", "hub")
    doctor()
    assert "mlpkit workbook export" in capsys.readouterr().out
