"""The doctor: one stable sentence when all is well, otherwise what is broken and how to mend it."""

import io
import json
import logging
import re
import subprocess
import sys
import tomllib

import pytest
from packaging.requirements import Requirement

import mlpkit
from mlpkit import datasets
from mlpkit import doctor as exported
from mlpkit._where import COLAB, HUB, KERNEL, NBCLASSIC, VS_CODE
from mlpkit.app import cli, finding, jupyter
from mlpkit.app.doctor import NO_PROBLEM, doctor, examine

module = sys.modules["mlpkit.app.doctor"]


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch, request):
    if "real_kernel" not in request.fixturenames:  # starting one takes a second
        answers = {"python": sys.executable, "mlpkit": repr((mlpkit.__version__, mlpkit.__file__))}
        monkeypatch.setattr(jupyter, "_ask_kernel", lambda: answers)
    monkeypatch.setenv("MLPKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "book"))
    for name in ("BINDER_SERVICE_HOST", "BINDER_LAUNCH_HOST"):
        monkeypatch.delenv(name, raising=False)


def pretend(monkeypatch, package, version):
    """Let the doctor find another version of a package, or none."""
    real = finding.version
    for part in (finding, module):
        monkeypatch.setattr(part, "version", lambda name: version if name == package else real(name))


def seen(topic):
    return [finding for finding in examine() if finding.topic == topic]


def test_all_is_well_here(capsys):
    doctor()
    assert capsys.readouterr().out == NO_PROBLEM + "\n"


def test_the_package_offers_it():
    assert exported is doctor


def test_the_module_of_that_name_can_be_called_too():
    code = "import mlpkit.app.doctor, mlpkit; mlpkit.app.doctor()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == NO_PROBLEM + "\n"


def test_the_command_tells_everything_and_ends_well(capsys):
    assert cli.main(["doctor"]) == 0
    text = capsys.readouterr().out
    for topic in (
        "Python",
        "numpy",
        "jupyterlab",
        "ipykernel",
        "kernel",
        "widgets",
        "fashion_mnist",
        "memory",
        "threads",
    ):
        assert f" {topic}: " in text
    assert text.endswith(NO_PROBLEM + "\n")


@pytest.mark.parametrize(
    "package, version, wanted",
    [
        ("jupyterlab", "4.4.3", "jupyterlab<4.7,>=4.4.5"),
        ("jupyterlab", "4.7.0", "jupyterlab<4.7,>=4.4.5"),
        ("ipykernel", "7.0.1", "ipykernel!=7.0.*,>=6.29"),
        ("ipykernel", "6.28.0", "ipykernel!=7.0.*,>=6.29"),
        ("anywidget", None, "anywidget>=0.9.18"),
        ("ipywidgets", None, "ipywidgets>=7.7.1"),
        ("ipywidgets", "8.1.4", "ipywidgets>=8.1.5"),  # JupyterLab needs a newer one than Colab
        ("numpy", "1.25.2", "numpy>=1.26"),
    ],
)
def test_a_wrong_version_is_broken_and_has_a_cure(package, version, wanted, monkeypatch, capsys):
    pretend(monkeypatch, "ipykernel", "7.4.0")  # also where the tests run with an older one
    pretend(monkeypatch, package, version)
    assert cli.main(["doctor"]) == 1
    assert f"pip install '{wanted}'" in capsys.readouterr().out
    doctor()
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"✗ {package}: ")


@pytest.mark.parametrize(("version", "state"), [("3.6.8", "note"), ("4.4.3", "note"), ("4.7.0", "broken")])
def test_with_ipykernel_6_an_older_jupyterlab_is_a_note_and_a_newer_one_is_not(version, state, monkeypatch):
    pretend(monkeypatch, "ipykernel", "6.29.5")
    pretend(monkeypatch, "jupyterlab", version)
    (found,) = [one for one in module.packages() if one.topic == "jupyterlab"]
    assert found.state == state


def test_what_is_asked_for_is_what_the_project_says(root):
    """The doctor reads the package's own metadata, and so does pip."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    said = [*project["dependencies"], *project["optional-dependencies"]["lab"]]
    assert {f.topic for f in module.packages()} == {Requirement(text).name for text in said}


def test_without_jupyterlab_all_is_well_for_another_notebook(monkeypatch, capsys):
    pretend(monkeypatch, "jupyterlab", None)
    assert cli.main(["doctor"]) == 0
    text = capsys.readouterr().out
    assert re.search(r"· jupyterlab: not installed. Cure: .* install 'mlpkit\[lab\]', if you want", text)
    assert text.endswith("No problem found: Python, the widgets and the data are ready.\n")


@pytest.mark.parametrize("here, state", [(KERNEL, "broken"), (VS_CODE, "note"), (COLAB, "note")])
def test_a_kernel_that_was_not_tested_is_broken_where_it_is_ours(here, state, monkeypatch):
    pretend(monkeypatch, "ipykernel", "6.17.1")
    for part in (finding, module):
        monkeypatch.setattr(part, "place", lambda: here)
    (found,) = (f for f in module.packages() if f.topic == "ipykernel")
    assert found.state == state


@pytest.mark.parametrize("kernel, state", [("6.29.5", "note"), ("7.1.0", "broken")])
def test_an_older_jupyterlab_as_a_university_has_it_goes_with_an_older_kernel(kernel, state, monkeypatch):
    real, old = finding.version, {"jupyterlab": "3.6.8", "ipykernel": kernel}
    for part in (finding, module):
        monkeypatch.setattr(part, "version", lambda name: old.get(name) or real(name))
    (found,) = (f for f in module.packages() if f.topic == "jupyterlab")
    assert found.state == state


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
    pools = [{"user_api": "blas", "num_threads": 8}, {"user_api": "openmp", "num_threads": 9}]
    monkeypatch.setattr("threadpoolctl.threadpool_info", lambda: pools)
    assert cli.main(["doctor"]) == 0
    text = capsys.readouterr().out
    assert "· browser tests: no chromium was found. Cure: apt install chromium" in text
    assert "· threads: NumPy may use 8 threads. Cure: set OPENBLAS_NUM_THREADS=1" in text
    doctor()
    assert capsys.readouterr().out == NO_PROBLEM + "\n"


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
    assert "`backup()` gives you your functions as a file" in capsys.readouterr().out


@pytest.mark.parametrize("here", [VS_CODE, NBCLASSIC, HUB])
def test_it_says_what_is_different_where_something_is(here, monkeypatch, capsys):
    for part in (finding, module):
        monkeypatch.setattr(part, "place", lambda: here)
    doctor()
    assert capsys.readouterr().out.splitlines()[1] == f"This is {here.name}. {here.difference}."


@pytest.fixture
def real_kernel():
    """The doctor starts the kernel of the lessons, as without tests."""


@pytest.fixture
def kernels(tmp_path, monkeypatch):
    """Write the kernel `python3` into a folder where Jupyter looks before all others."""

    def write(*command):
        folder = tmp_path / "jupyter" / "kernels" / "python3"
        folder.mkdir(parents=True, exist_ok=True)
        spec = {"argv": [*command, "{connection_file}"], "display_name": "mine", "language": "python"}
        (folder / "kernel.json").write_text(json.dumps(spec), "utf-8")
        monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))

    return write


LAUNCH = ("-m", "ipykernel_launcher", "-f")
NO_MLPKIT = """
import sys
from ipykernel.kernelapp import launch_new_instance
class Foreign:
    def find_spec(self, name, *rest):
        if name == "mlpkit":
            raise ModuleNotFoundError("No module named 'mlpkit'", name=name)
sys.meta_path.insert(0, Foreign())
launch_new_instance(["-f", sys.argv[1]])
"""


def test_the_kernel_of_the_lessons_is_started_and_asked(real_kernel):
    (found,) = jupyter.kernel()
    assert found.state == "good"
    assert sys.executable in found.seen


def test_a_foreign_kernel_of_the_same_name_is_found(real_kernel, kernels):
    """In its first cell `import mlpkit` would fail."""
    kernels(sys.executable, "-c", NO_MLPKIT)
    (found,) = jupyter.kernel()
    assert found.state == "broken"
    assert "where `import mlpkit` fails: ModuleNotFoundError: No module named 'mlpkit'" in found.seen
    assert "`mlpkit lab`" in found.cure
    assert "unset JUPYTER_PATH" in found.cure


@pytest.mark.parametrize(
    "command, told",
    [
        (("/nowhere/python", *LAUNCH), "No such file or directory"),
        ((sys.executable, "-m", "no_such_kernel"), "No module named no_such_kernel"),
    ],
)
def test_a_kernel_that_cannot_start_is_found(real_kernel, kernels, command, told):
    kernels(*command)
    (found,) = jupyter.kernel()
    assert found.state == "broken"
    assert told in found.seen


def test_mlpkit_lab_starts_this_python_whatever_other_kernels_there_are(real_kernel, kernels, monkeypatch):
    kernels(sys.executable, "-c", NO_MLPKIT)
    monkeypatch.setenv("JUPYTER_PATH", cli.lab_environment()["JUPYTER_PATH"])
    (found,) = jupyter.kernel()
    assert found.state == "good"


def test_a_folder_that_the_configuration_names_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    assert jupyter.configuration() == []
    settings = {"ServerApp": {"root_dir": str(tmp_path / "elsewhere")}}
    (tmp_path / "jupyter_server_config.json").write_text(json.dumps(settings), "utf-8")
    (found,) = jupyter.configuration()
    assert found.state == "note"
    assert "ServerApp.root_dir" in found.cure


def test_a_look_at_the_configuration_closes_nobodys_log():
    """A handler may close its stream when it is closed: absl's closes the output of the cell."""

    class Handler(logging.StreamHandler):
        def close(self):
            self.stream.close()
            super().close()

    stream = io.StringIO()
    handler = Handler(stream)
    jupyter.server_settings()
    assert not stream.closed
    handler.close()
