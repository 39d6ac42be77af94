"""The command `mlpkit`: what it refuses, what it prints, and its exit status."""

import os
import re
import subprocess
import sys

import nbformat
import pytest

from mlpkit import datasets
from mlpkit.app import cli
from mlpkit.app import lessons as course


def mlpkit(*words, **environment):
    return subprocess.run(
        [sys.executable, "-m", "mlpkit", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        timeout=60,
    )


def test_a_mistyped_command_is_refused_with_the_nearest_one(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["docter"])
    assert stop.value.code == 2
    assert "there is no 'docter': did you mean 'doctor'?" in capsys.readouterr().err


def test_nothing_heavy_is_imported_for_a_mistyped_command():
    code = (
        "import sys; from mlpkit.app import cli\n"
        "try: cli.main(['figures'])\nexcept SystemExit: pass\n"
        "print(*(set(sys.modules) & {'matplotlib', 'ipywidgets', 'jupyterlab', 'tensorflow', 'IPython'}))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""
    assert "there are lab, doctor, data, new, workbook, report" in run.stderr


def test_an_unknown_data_set_is_refused(capsys):
    assert cli.main(["data", "fashon_mnist"]) == 1
    assert "fashion_mnist" in capsys.readouterr().err


def test_data_unpacks_and_reads_what_ships(tmp_path):
    run = mlpkit("data", MLPKIT_CACHE=str(tmp_path))
    assert run.returncode == 0, run.stderr
    assert "fashion_mnist: 60,000 images to learn from and 10,000 to test with" in run.stdout
    assert (tmp_path / "fashion_mnist" / "train_images.npy").stat().st_size > 47_000_000


def test_one_broken_data_set_does_not_stop_the_next(tmp_path):
    (tmp_path / "mnist_10k").write_text("a file where a folder should be")
    run = mlpkit("data", "mnist_10k", "fashion_mnist", MLPKIT_CACHE=str(tmp_path))
    assert run.returncode == 1
    assert "mnist_10k" in run.stderr
    assert "fashion_mnist: 60,000 images" in run.stdout
    assert "Traceback" not in run.stderr


def test_new_writes_a_lesson_that_runs_and_never_overwrites(tmp_path, capsys):
    path = tmp_path / "my_idea.ipynb"
    assert cli.main(["new", str(tmp_path / "my_idea")]) == 0
    nbformat.validate(nbformat.read(path, as_version=4))
    path.write_text("mine")
    assert cli.main(["new", str(path)]) == 1
    assert path.read_text() == "mine"
    assert "already there" in capsys.readouterr().err


ADDRESS = "--LabApp.default_url=/lab/tree/00_start_here.ipynb"  # of the page that JupyterLab prints


@pytest.fixture
def called(monkeypatch):
    """What JupyterLab would have been started with."""
    calls = []
    monkeypatch.setattr(cli.os, "environ", dict(os.environ))  # the command changes it for JupyterLab
    monkeypatch.setattr(cli, "start_jupyterlab", lambda words: calls.append(words) or 0)
    return calls


@pytest.fixture
def lessons(tmp_path, monkeypatch):
    """A shipped folder of two made-up lessons."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    for name in ("00_start_here.ipynb", "01_data.ipynb"):
        (folder / name).write_text(f"{name}, first edition")
    monkeypatch.setattr(course, "shipped", lambda: folder)
    return folder


@pytest.mark.parametrize("user, told", [(0, ["--allow-root"]), (1000, []), (None, [])])
def test_lab_starts_for_root_too_as_in_a_container(tmp_path, lessons, called, monkeypatch, user, told):
    if user is None:  # Windows knows no such number
        monkeypatch.delattr(cli.os, "geteuid", raising=False)
    else:
        monkeypatch.setattr(cli.os, "geteuid", lambda: user, raising=False)
    assert cli.main(["lab", str(tmp_path / "mine")]) == 0
    assert called[0][1:] == [f"--ServerApp.root_dir={tmp_path / 'mine'}", ADDRESS, *told]


def test_lab_copies_the_lessons_and_opens_the_first(tmp_path, lessons, called, monkeypatch):
    monkeypatch.setattr(cli.os, "geteuid", lambda: 1000, raising=False)
    assert cli.main(["lab", str(tmp_path / "mine"), "--", "--no-browser"]) == 0
    mine = tmp_path / "mine"
    first = str(mine / "00_start_here.ipynb")
    assert called == [[first, f"--ServerApp.root_dir={mine}", ADDRESS, "--no-browser"]]
    assert cli.os.environ["OPENBLAS_NUM_THREADS"] == "1"
    assert "lab_settings" in cli.os.environ["JUPYTER_CONFIG_PATH"]


def test_lab_opens_the_first_lesson_and_no_copy_that_sorts_before_it(tmp_path, lessons, called):
    for name in ("00_start_here (yours).ipynb", "._00_start_here.ipynb"):  # the second as macOS writes it
        (tmp_path / name).write_text("mine")
    assert cli.main(["lab", str(tmp_path)]) == 0
    assert called[0][0] == str(tmp_path / "00_start_here.ipynb")


@pytest.mark.parametrize("word", ["--ServerApp.root_dir=/", "--notebook-dir=/", "--ServerApp.notebook_dir=/"])
def test_a_folder_that_was_asked_for_stays(tmp_path, lessons, called, word):
    assert cli.main(["lab", str(tmp_path / "mine"), "--", word]) == 0
    assert [other for other in called[0] if "dir=" in other] == [word]
    assert not any("default_url" in other for other in called[0])  # the lesson may be outside that folder


def test_lab_without_jupyterlab_says_what_to_install(called, monkeypatch, capsys):
    monkeypatch.setattr("mlpkit.app.finding.version", lambda name: None)
    assert cli.main(["lab"]) == 1
    assert re.search(r"JupyterLab is not installed here: .* install 'mlpkit\[lab\]'", capsys.readouterr().err)
    assert called == []


def test_lab_says_where_the_learner_is(tmp_path, lessons, called, monkeypatch, capsys):
    monkeypatch.setenv("BINDER_SERVICE_HOST", "hub")
    assert cli.main(["lab", str(tmp_path / "mine")]) == 0
    assert "This is Binder. This server forgets everything" in capsys.readouterr().out


def test_what_the_user_has_set_stays(monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/somewhere")
    monkeypatch.setenv("JUPYTER_PATH", "/elsewhere")
    environment = cli.lab_environment()
    assert environment["OPENBLAS_NUM_THREADS"] == "3"
    assert environment["JUPYTER_CONFIG_PATH"].split(os.pathsep)[0] == "/somewhere"
    assert environment["JUPYTER_PATH"].split(os.pathsep)[1:] == ["/elsewhere"]


def test_lab_without_a_folder_opens_the_checkout(called, root):
    if not any((root / "lessons").glob("*.ipynb")):
        pytest.skip("there are no lessons yet")
    assert cli.main(["lab"]) == 0
    assert called[0][0] == str(root / "lessons" / "00_start_here.ipynb")


def test_lab_in_a_place_that_cannot_be_written_is_one_clear_error(tmp_path, lessons, called, capsys):
    (tmp_path / "file").write_text("x")
    assert cli.main(["lab", str(tmp_path / "file")]) == 1
    assert "Name another folder" in capsys.readouterr().err
    assert called == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_a_disk_that_takes_no_more_is_one_clear_error(tmp_path):
    """The system itself stops a file at 50 kB; the lessons are larger."""
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "from mlpkit.app import cli; sys.exit(cli.main(['lab', 'mine', '--', '--version']))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 1
    assert re.fullmatch(r"mlpkit lab: cannot put the lessons into .*: File too large\. .*\n", run.stderr)
    assert not list((tmp_path / "mine").glob(".*.part"))


def test_an_error_of_the_system_is_said_in_words(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "book"))
    solve_relu()
    (tmp_path / "file").write_text("x")
    assert cli.main(["workbook", "export", str(tmp_path / "file" / "book.zip")]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"mlpkit workbook: cannot read or write {tmp_path / 'file' / 'book.zip'}: ")
    assert "Errno" not in told
    assert cli.main(["workbook", "import", str(tmp_path / "missing.zip")]) == 1
    assert capsys.readouterr().err.endswith("missing.zip: No such file or directory. Check the name.\n")


def test_an_interrupt_is_no_traceback(monkeypatch):
    def stop(name):
        raise KeyboardInterrupt

    monkeypatch.setattr(datasets, "unpack", stop)
    assert cli.main(["data", "mnist_10k"]) == 130


def solve_relu():
    """As a learner does in a notebook: pass an exercise, so that the workbook holds a function."""
    from mlpkit.exercises.workbook.record import exercise_record
    from mlpkit.exercises.workbook.store import change_record, workbook_dir

    workbook_dir().mkdir(parents=True, exist_ok=True)
    source = "import numpy as np\n\n\ndef relu(z):\n    return np.maximum(z, 0)\n"
    (workbook_dir() / "relu.py").write_text(source)
    change_record(lambda record: exercise_record(record, "relu").update(attempts=1, passed=True))


def test_a_workbook_goes_out_and_comes_in_again(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "first"))
    solve_relu()
    assert cli.main(["workbook", "export", str(tmp_path / "book.zip")]) == 0
    assert str(tmp_path / "first") in capsys.readouterr().out
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "second"))
    assert cli.main(["workbook", "import", str(tmp_path / "book.zip")]) == 0
    assert "np.maximum" in (tmp_path / "second" / "relu.py").read_text()


def test_a_workbook_that_is_not_there_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "nowhere"))
    assert cli.main(["workbook", "export", str(tmp_path / "book.zip")]) == 1
    assert "there is no workbook at" in capsys.readouterr().err
    assert not (tmp_path / "book.zip").exists()


def test_a_broken_file_brings_nothing_in(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "book"))
    (tmp_path / "book.zip").write_text("no zip at all")
    assert cli.main(["workbook", "import", str(tmp_path / "book.zip")]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_the_workbook_is_found_from_the_folder_above_the_lessons(tmp_path, monkeypatch):
    monkeypatch.delenv("MLPKIT_WORKBOOK")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mlpkit-lessons" / "my_mlpkit").mkdir(parents=True)
    (tmp_path / "mlpkit-lessons" / "00_start_here.ipynb").write_text("{}")
    assert course.workbook() == tmp_path / "mlpkit-lessons" / "my_mlpkit"
    (tmp_path / "my_mlpkit").mkdir()
    assert course.workbook() == tmp_path / "my_mlpkit"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells of a closed pipe in another way")
@pytest.mark.parametrize("words", [["doctor"], ["report", "."]])
def test_whoever_reads_along_may_stop(tmp_path, words):
    read, write = os.pipe()
    os.close(read)  # as `| head` does when it has seen enough
    run = subprocess.run(
        [sys.executable, "-m", "mlpkit", *words],
        cwd=tmp_path,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(write)
    assert run.stderr == ""
    assert (tmp_path / "mlpkit_report.csv").exists() == (words[0] == "report")


def test_nobody_need_read_along(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)  # what Python makes of a closed one
    assert cli.main(["report", str(tmp_path)]) == 0
    assert (tmp_path / "mlpkit_report.csv").exists()


def test_the_report_of_a_class_is_printed_and_written(tmp_path, capsys):
    (tmp_path / "ada").mkdir()
    assert cli.main(["report", str(tmp_path), "--csv", str(tmp_path / "marks.csv")]) == 0
    assert (tmp_path / "marks.csv").exists()
    assert cli.main(["report", str(tmp_path / "nobody")]) == 1
    assert "there is no folder" in capsys.readouterr().err
