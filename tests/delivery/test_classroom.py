"""A class on one JupyterHub: four learners at once, an update of the lessons, the guide's configuration.

Those with the mark `classroom` need the extra of that name, git and npm; they run in `make test-rest`.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
import yaml

from mlpkit.app import cli
from tests.notebooks import ROOT

NAMES = ("ada", "ben", "cleo", "dan")
LESSON = "00_start_here.ipynb"
CLASSROOM = ROOT / "classroom"
PAGES = ("lab", "api/contents/mlpkit", "api/kernels", "api/terminals", "git-pull?repo=x")
VALUES = yaml.safe_load((CLASSROOM / "values.yaml").read_text("utf-8"))["singleuser"]
WRONG = "    return 100 * (logits.argmax(axis=1) == labels).mean()\n"


def refuse_or_skip(what):
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A hub in which four learners have pulled the lessons, run the first, and solved its exercise."""
    for command in ("git", "npm"):
        if shutil.which(command) is None:
            refuse_or_skip(f"{command} is missing; Debian: apt-get install git nodejs npm")
    try:
        from tools.hub import Hub, find_proxy, lessons_repository, shared_folder
    except ImportError as missing:
        refuse_or_skip(f"{missing}; install the extra: pip install -e '.[test,classroom]'")
    folder = tmp_path_factory.mktemp("class")
    shared, proxy = shared_folder(folder / "shared"), find_proxy(folder / "npm")
    repository = lessons_repository(folder)
    hub = Hub(folder / "hub", shared, proxy)
    hub.repository, hub.source, family = repository, folder / "source", []
    try:
        with ThreadPoolExecutor(len(NAMES)) as pool:
            hub.learners = dict(zip(NAMES, pool.map(lambda name: attend(hub, name), NAMES)))
        yield hub
        family = hub.family()
    except BaseException:
        print(hub.log())
        raise
    finally:
        hub.stop()
    assert not [process for process in family if process.is_running()]


def attend(hub, name):
    """What each learner does in the first lesson."""
    from tools.learner import Learner
    from tools.solve import solved

    learner = Learner(hub, name)
    learner.start()
    learner.pull(hub.repository)
    notebook = learner.read(LESSON)
    kernel = learner.kernel(LESSON)
    kernel.run_all(notebook)
    learner.kinds = [o.output_type for cell in notebook.cells for o in cell.get("outputs", [])]
    (at,) = [i for i, cell in enumerate(notebook.cells) if cell.source.startswith("@exercise")]
    if name == "ben":  # stumbles first
        notebook.cells[at].source = "@exercise\ndef accuracy(logits, labels):\n" + WRONG
        kernel.run(notebook.cells[at])
    notebook.cells[at] = solved(notebook).cells[at]
    kernel.run(notebook.cells[at])
    learner.save(LESSON, notebook)
    learner.environment = environment_of(kernel)
    kernel.stop()
    return learner


def environment_of(kernel):
    cell = nbformat.v4.new_code_cell("import json, os; print(json.dumps(dict(os.environ)))")
    kernel.run(cell)
    return json.loads("".join(output.text for output in cell.outputs))


@pytest.mark.classroom
@pytest.mark.timeout(900)
def test_four_learners_at_once_run_the_first_lesson_and_solve_its_exercise(room):
    for learner in room.learners.values():
        assert "error" not in learner.kinds
        assert learner.kinds.count("display_data") > 5
        stored = nbformat.read(learner.home / "mlpkit" / "lessons" / LESSON, as_version=4)
        assert any("✓ accuracy: passed" in str(cell.get("outputs")) for cell in stored.cells)


@pytest.mark.classroom
@pytest.mark.timeout(900)
def test_each_has_a_home_of_their_own(room):
    assert sorted(path.name for path in room.homes.iterdir()) == sorted(NAMES)
    for learner in room.learners.values():
        assert learner.environment["HOME"] == str(learner.home)
        book = learner.home / "mlpkit" / "lessons" / "my_mlpkit"
        assert (book / "accuracy.py").is_file()
        record = json.loads((book / "record.json").read_text("utf-8"))
        assert record["exercises"]["accuracy"]["attempts"] == (2 if learner.name == "ben" else 1)


@pytest.mark.classroom
@pytest.mark.timeout(900)
def test_a_server_gets_what_the_configuration_says(room):
    ada = room.learners["ada"]
    assert ada.environment["OPENBLAS_NUM_THREADS"] == "1"
    data = Path(ada.environment["MLPKIT_CACHE"])
    assert (data / "fashion_mnist" / "train_images.npy").is_file()
    assert not list(room.homes.rglob("*.npy"))  # one copy for the class
    assert not [name for name in ada.environment if "PASSWORD" in name]
    page = ada.ask("GET", "lab").text
    settings = json.loads(re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.DOTALL)[1])
    assert "@jupyterlab/apputils-extension:announcements" in settings["disabledExtensions"]


@pytest.mark.classroom
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "path", ["lab", "api/contents/mlpkit", "api/kernels", "api/terminals", "git-pull?repo=x"]
)
def test_nobody_reads_anothers_server(room, path):
    import requests

    ada, ben = room.learners["ada"], room.learners["ben"]
    assert ada.ask("GET", path).status_code == 200
    own = {"Authorization": f"token {ben.token}"}
    answer = requests.get(ada.url(path), headers=own, allow_redirects=False, timeout=60)
    assert answer.status_code == 403
    nobody = requests.get(ada.url(path), allow_redirects=False, timeout=60)
    assert nobody.status_code in (302, 403)
    assert nobody.status_code == 403 or "/hub/api/oauth2/authorize" in nobody.headers["Location"]


@pytest.mark.classroom
@pytest.mark.timeout(900)
def test_nobody_acts_for_another(room):
    import requests

    own = {"Authorization": f"token {room.learners['ben'].token}"}
    for method, path in (("GET", ""), ("DELETE", "/server"), ("POST", "/tokens")):
        address = f"{room.address}/hub/api/users/ada{path}"
        assert requests.request(method, address, headers=own, timeout=60).status_code in (403, 404)
    assert room.learners["ada"].ask("GET", "api/status").status_code == 200
    wrong = {"auth": {"username": "ada", "password": "guessed"}}
    assert (
        requests.post(f"{room.address}/hub/api/users/ada/tokens", json=wrong, timeout=60).status_code == 403
    )


@pytest.mark.classroom
@pytest.mark.timeout(900)
def test_the_report_shows_the_four(room, tmp_path, capsys):
    assert cli.main(["report", str(room.homes), "--html", str(tmp_path / "class.html")]) == 0
    told = capsys.readouterr().out
    for name in NAMES:
        assert re.search(rf"^{name} +1/28 +0 +{2 if name == 'ben' else 1} ", told, re.MULTILINE), told
    assert re.search(r"^00 start +4 ", told, re.MULTILINE), told
    assert re.search(r"accuracy +4 +0 +0 +0 +5 +0 +percentage$", told, re.MULTILINE), told
    assert "Not read" not in told
    assert (tmp_path / "class.html").stat().st_size > 3000


@pytest.mark.classroom
@pytest.mark.timeout(900)
def test_the_link_brings_new_lessons_and_leaves_a_learners_work(room):
    """Last in this room: upstream changes a lesson that all have run, and one that nobody has opened."""
    ada = room.learners["ada"]
    lessons = ada.home / "mlpkit" / "lessons"
    book = lessons / "my_mlpkit"
    mine = {path: path.read_bytes() for path in [lessons / LESSON, *book.glob("*.*")]}
    change_upstream(room.source)
    ada.pull(room.repository)
    assert {path: path.read_bytes() for path in mine} == mine
    assert "a new sentence" in (lessons / "01_data.ipynb").read_text("utf-8")
    assert (lessons / "10_more.ipynb").is_file()
    (lessons / LESSON).rename(lessons / "00_mine.ipynb")  # to begin a lesson anew, as the guide says
    ada.pull(room.repository)
    assert (lessons / "00_mine.ipynb").read_bytes() == mine[lessons / LESSON]
    assert "a new sentence" in (lessons / LESSON).read_text("utf-8")
    assert "accuracy.py" in [path.name for path in book.iterdir()]


@pytest.mark.classroom
@pytest.mark.timeout(900)
def test_without_a_repository_a_learner_goes_on(room):
    """The very last: what the link says when nobody answers, and where its button leads."""
    ben = room.learners["ben"]
    lesson = ben.home / "mlpkit" / "lessons" / LESSON
    mine = lesson.read_bytes()
    room.repository.rename(room.repository.with_name("gone"))
    with pytest.raises(RuntimeError, match='"phase": "error"'):
        ben.pull(room.repository)
    assert lesson.read_bytes() == mine
    landed = ben.ask("GET", "", allow_redirects=False).headers["Location"]
    assert landed.rstrip("?") == "/user/ben/lab"


def change_upstream(source):
    """A sentence more in each of two lessons, and a third that is new."""
    from tools.hub import commit, git

    for name in (LESSON, "01_data.ipynb"):
        path = source / "lessons" / name
        notebook = nbformat.read(path, as_version=4)
        notebook.cells.insert(1, nbformat.v4.new_markdown_cell("a new sentence", id="new-sentence"))
        for cell in notebook.cells:
            if cell.source.startswith("@exercise"):  # and in the very cell that learners fill in
                cell.source = cell.source.replace("...", "...  # fill in")
        nbformat.write(notebook, path)
    nbformat.write(nbformat.v4.new_notebook(), source / "lessons" / "10_more.ipynb")
    commit(source, "Better")
    git(source, "push", "--quiet", "origin", "main")


@pytest.mark.classroom
def test_what_kubernetes_runs_before_a_server_brings_the_lessons_and_keeps_work(tmp_path):
    """The command in values.yaml, with this repository's address in place of the example's."""
    from tools.hub import lessons_repository

    bare, home = lessons_repository(tmp_path), tmp_path / "home"
    home.mkdir()
    command = VALUES["lifecycleHooks"]["postStart"]["exec"]["command"]
    command = [word.replace("https://git.example.org/you/mlpkit", f"file://{bare}") for word in command]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    run = {"env": {**os.environ, "HOME": str(home), "PATH": path}, "check": True, "capture_output": True}
    subprocess.run(command, **run)
    lesson, book = home / "mlpkit/lessons" / LESSON, home / "mlpkit/lessons/my_mlpkit"
    notebook = nbformat.read(lesson, as_version=4)
    notebook.cells[0].source += "\n\nmy own note"
    nbformat.write(notebook, lesson)
    book.mkdir()
    (book / "relu.py").write_text("mine")
    mine = lesson.read_bytes()
    (lesson.parent / "10_more.ipynb").write_text("my own idea, by chance of the same name")
    change_upstream(tmp_path / "source")
    subprocess.run(command, **run)
    assert lesson.read_bytes() == mine
    assert (book / "relu.py").read_text() == "mine"
    assert nbformat.read(lesson.parent / "10_more.ipynb", as_version=4).cells == []
    (aside,) = lesson.parent.glob("10_more_*.ipynb")
    assert aside.read_text().startswith("my own idea")
    shutil.move(bare, tmp_path / "gone")  # no network: the server starts all the same
    subprocess.run(command, **run)
    assert lesson.read_bytes() == mine


@pytest.mark.classroom
@pytest.mark.timeout(900)
def test_the_script_puts_mlpkit_into_a_hubs_python(tmp_path):
    venv.create(tmp_path / "user", with_pip=True)
    python, shared = tmp_path / "user" / "bin" / "python", tmp_path / "shared"
    script = ["bash", str(CLASSROOM / "install.sh"), str(python), str(shared)]
    for _ in range(2):  # the second time is an update
        done = subprocess.run(script, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("is ready for learners.\n")
    assert (shared / "lab_settings" / "labconfig" / "page_config.json").is_file()
    environment = {**os.environ, "MLPKIT_CACHE": str(shared / "data"), "PYTHONSAFEPATH": "1"}
    where = "import mlpkit; print(mlpkit.__file__); print(len(mlpkit.load().train.images))"
    told = subprocess.run([python, "-c", where], env=environment, cwd=shared, capture_output=True, text=True)
    assert str(tmp_path / "user") in told.stdout, told.stderr
    assert "55000" in told.stdout
    assert (python.parent / "gitpuller").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="a hub runs on Linux")
def test_the_script_refuses_an_old_python_in_one_sentence(tmp_path):
    old = tmp_path / "python"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.10.12" && exit\nexit 1\n')
    old.chmod(0o755)
    script = ["bash", str(CLASSROOM / "install.sh"), str(old), str(tmp_path / "shared")]
    done = subprocess.run(script, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stdout == f"mlpkit needs Python 3.11 or newer, and {old} is Python 3.10.12\n"
    assert not (tmp_path / "shared").exists()


def hub_configuration():
    """What mlpkit_hub.py sets, read with stand-ins for the hub's own objects."""
    from traitlets.config import Config

    config = Config()
    source = (CLASSROOM / "mlpkit_hub.py").read_text("utf-8")
    exec(compile(source, "mlpkit_hub.py", "exec"), {"get_config": lambda: config})
    return config


def test_what_a_hub_passes_on_already_stays():
    from traitlets.config import Config

    config = Config()
    config.Spawner.environment = {"LANG": "de_DE.UTF-8"}
    source = (CLASSROOM / "mlpkit_hub.py").read_text("utf-8")
    exec(compile(source, "mlpkit_hub.py", "exec"), {"get_config": lambda: config})
    assert config.Spawner.environment["LANG"] == "de_DE.UTF-8"
    assert config.Spawner.environment["OPENBLAS_NUM_THREADS"] == "1"


def test_a_cluster_lets_in_those_that_are_named_and_over_https_alone():
    values = yaml.safe_load((CLASSROOM / "values.yaml").read_text("utf-8"))
    config = values["hub"]["config"]
    assert config["JupyterHub"]["authenticator_class"] == "github"
    assert config["GitHubOAuthenticator"]["allowed_users"]
    assert "allow_all" not in str(config)
    assert "secret" not in str(config)  # those stand in a file that is in no repository
    assert values["proxy"]["https"]["enabled"] is True
    (host,) = values["proxy"]["https"]["hosts"]
    assert config["GitHubOAuthenticator"]["oauth_callback_url"] == f"https://{host}/hub/oauth_callback"


def test_on_one_machine_https_comes_before_people():
    guide = (ROOT / "docs" / "class.md").read_text("utf-8")
    steps = ["--admin you:", "https.enabled true", "Add Users"]
    places = [guide.index(step) for step in steps]
    assert places == sorted(places)


def test_nothing_moves_under_a_class():
    """Images, charts and proxies have a version: what was tried is what learners get."""
    from tools.hub import PROXY

    image = (CLASSROOM / "Dockerfile").read_text("utf-8")
    assert re.search(r"^ARG BASE=\S+:\d{4}-\d\d-\d\d$", image, re.MULTILINE)
    assert re.search(
        r"^ +--version \d+\.\d+\.\d+ ", (ROOT / "docs" / "class.md").read_text("utf-8"), re.MULTILINE
    )
    assert re.fullmatch(r"[a-z-]+@\d+\.\d+\.\d+", PROXY)


def test_kubernetes_and_one_machine_set_the_same():
    assert VALUES["extraEnv"] == hub_configuration().Spawner.environment.get_value({})
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        assert VALUES["extraEnv"][name] == "1"
    first = min(path.name for path in (ROOT / "lessons").glob("*.ipynb"))
    assert VALUES["defaultUrl"].endswith(f"/lessons/{first}")
    assert hub_configuration().Spawner.default_url == "/lab"


@pytest.mark.classroom
def test_the_link_of_the_guide_is_the_one_that_is_tested():
    from tools.learner import link

    guide = (ROOT / "docs" / "class.md").read_text("utf-8")
    (found,) = re.findall(
        r"^https://hub\.example\.org/hub/user-redirect/git-pull\?(\S+)$", guide, re.MULTILINE
    )
    assert found == link("https://git.example.org/you/mlpkit")


def test_what_one_gets_is_more_than_the_hungriest_lesson_takes():
    """The guide's table holds what was measured; the limit leaves room, and a server with it."""
    guide = (ROOT / "docs" / "class.md").read_text("utf-8")
    measured = [int(mb) for mb in re.findall(r"\| (\d+) MB", guide)]
    assert len(measured) == 9
    assert max(measured) <= 0.8 * 1000  # of 1G
    assert VALUES["memory"]["limit"] == "1G"
    assert shlex.split("tljh-config set limits.memory 1G")[-1] in guide


def test_a_notebook_is_never_merged_line_by_line():
    attributes = (ROOT / ".gitattributes").read_text("utf-8")
    assert re.search(r"^\*\.ipynb .*\bmerge=binary\b", attributes, re.MULTILINE)
