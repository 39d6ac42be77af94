"""Linux, macOS and Windows, Python 3.11 to 3.14: what can be said of them without being on each."""

import ast
import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import PureWindowsPath

import pytest
import yaml

from tests.installed import names_that_count
from tests.notebooks import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
MARKS = {text.partition(":")[0] for text in PYPROJECT["tool"]["pytest"]["ini_options"]["markers"]}
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TESTS = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text("utf-8"))
MODULES = sorted((ROOT / "mlpkit").rglob("*.py"))

ONLY_ON_SOME = {  # modules of the standard library that some system lacks
    "fcntl", "grp", "msvcrt", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty", "winreg",
}  # fmt: skip
ONLY_ON_POSIX = {  # names that Windows lacks
    "os": {"chown", "fchmod", "fork", "forkpty", "getgid", "geteuid", "getuid", "getpgid", "killpg", "mkfifo",
           "nice", "openpty", "sched_getaffinity", "sched_setaffinity", "setsid", "statvfs", "uname",
           "wait3", "wait4"},
    "signal": {"SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGQUIT", "SIGUSR1", "SIGUSR2", "alarm", "pause",
               "pthread_kill", "setitimer", "sigwait"},
    "time": {"tzset"},
}  # fmt: skip
GUARDED = {  # asked for with care: it may not be there
    "mlpkit/app/doctor.py": {"/sys/fs/cgroup/memory."},
    "mlpkit/exercises/checker/memory.py": {"/sys/fs/cgroup", "/proc/"},
}
A_PATH_OF_POSIX = r"(/(tmp|home|usr|var|etc|dev|proc|sys|opt|bin)(/|$)|~/)"


def not_portable(source):
    """What in a module works on some systems only, each with its line."""
    tree = ast.parse(source)
    tried = chain.from_iterable(ast.walk(node) for node in ast.walk(tree) if isinstance(node, ast.Try))
    careful = {id(node) for node in tried}
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Import) and id(node) not in careful:
            yield from ((line, f"imports {n.name}") for n in node.names if n.name in ONLY_ON_SOME)
        elif isinstance(node, ast.ImportFrom) and id(node) not in careful and node.module in ONLY_ON_SOME:
            yield line, f"imports from {node.module}"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.attr in ONLY_ON_POSIX.get(node.value.id, ()):
                yield line, f"uses {node.value.id}.{node.attr}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if re.match(A_PATH_OF_POSIX, node.value):
                yield line, f"names {node.value}"
        elif isinstance(node, ast.Call) and opens_text_without_encoding(node):
            yield line, "opens text without saying encoding='utf-8': on Windows it would be another"


def opens_text_without_encoding(call):
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if any(word.arg == "encoding" for word in call.keywords):
        return False
    if name == "open" and isinstance(call.func, ast.Name):
        modes = [*call.args[1:2], *(word.value for word in call.keywords if word.arg == "mode")]
        return not any(isinstance(mode, ast.Constant) and "b" in mode.value for mode in modes)
    return (name == "read_text" and not call.args) or (name == "write_text" and len(call.args) < 2)


@pytest.mark.parametrize("path", MODULES, ids=[p.relative_to(ROOT).as_posix() for p in MODULES])
def test_no_module_needs_one_kind_of_system(path):
    allowed = GUARDED.get(path.relative_to(ROOT).as_posix(), ())
    found = list(not_portable(path.read_text("utf-8")))
    assert [f for f in found if not any(name in f[1] for name in allowed)] == []


@pytest.mark.parametrize(
    "source, found",
    [
        ("import os\nos.fork()", "uses os.fork"),
        ("import fcntl", "imports fcntl"),
        ("from resource import getrusage", "imports from resource"),
        ("import signal\nsignal.signal(signal.SIGALRM, None)", "uses signal.SIGALRM"),
        ("open('/tmp/x', 'wb')", "names /tmp/x"),
        ("open('x')", "encoding"),
        ("path.read_text()", "encoding"),
        ("path.write_text('ü')", "encoding"),
    ],
)
def test_what_works_on_some_systems_only_is_found(source, found):
    assert any(found in what for _, what in not_portable(source))


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    import fcntl\nexcept ImportError:\n    import msvcrt",
        "open('x', 'rb')",
        "open('x', encoding='utf-8')",
        "path.read_text('utf-8')",
        "'a/b'.split('/')",
    ],
)
def test_what_works_everywhere_is_left_alone(source):
    assert list(not_portable(source)) == []


def test_every_name_can_be_checked_out_on_every_system():
    names = names_that_count(".")
    assert len({name.lower() for name in names}) == len(names)  # macOS and Windows see no capitals
    for name in names:
        assert not re.search(r'[<>:"\\|?*]|[ .]$', name), name
        assert not any(PureWindowsPath(part).is_reserved() for part in name.split("/")), name
        assert len(name) < 120, name  # with a folder before it, Windows' 260 are not far


def test_what_datasets_asks_for_can_be_installed_on_windows():
    """array_record has no wheel for Windows, and TensorFlow none any more: there they are left out."""
    extras = PROJECT["optional-dependencies"]
    for text in [*extras["datasets"], *extras["prepare"]]:
        if re.match("array_record|tensorflow(?!-datasets)", text):
            assert re.search(r"platform_system (!= 'Windows'|== 'Linux')", text), text


# The workflows


def jobs():
    """Every job of every workflow, as a parameter of a test."""
    return [
        pytest.param(job, id=f"{path.stem}-{name}")
        for path in WORKFLOWS
        for name, job in yaml.safe_load(path.read_text("utf-8"))["jobs"].items()
    ]


def commands(job):
    return "\n".join(step["run"] for step in job["steps"] if "run" in step)


def systems(job):
    return job.get("strategy", {}).get("matrix", {}).get("system", [job["runs-on"]])


def test_the_workflows_are_what_github_understands():
    """Against GitHub's schema, which comes with the checker; no network."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run([*command, *WORKFLOWS], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_system_and_every_python_is_tried():
    matrix = TESTS["jobs"]["platforms"]["strategy"]["matrix"]
    assert matrix["system"] == ["ubuntu-latest", "macos-latest", "windows-latest"]
    said = [text.rpartition(" ")[2] for text in PROJECT["classifiers"] if ":: Python :: 3." in text]
    assert matrix["python"] == said == ["3.11", "3.12", "3.13", "3.14"]
    assert PROJECT["requires-python"] == f">={said[0]}"


def test_everything_is_tried_once():
    """What runs here runs there, the oldest versions and the wheel with it; so no other job does it again."""
    assert commands(TESTS["jobs"]["everything"]).endswith(".ci/run")
    assert "make test test-all" in (ROOT / ".ci" / "run").read_text("utf-8")
    rest = re.search(r"^REST\s*:= (.*)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)[1]
    assert {"oldest", "wheel", "tfds", "classroom", "slow"} == set(rest.split(" or "))
    matrix = TESTS["jobs"]["platforms"]["strategy"]["matrix"]
    assert matrix["exclude"] == [{"system": "ubuntu-latest", "python": "3.11"}]  # the job `everything` has it


def test_once_a_week_it_meets_what_is_not_out_yet():
    weekly = yaml.safe_load((ROOT / ".github" / "workflows" / "weekly.yml").read_text("utf-8"))
    (times,) = weekly[True]["schedule"]  # YAML takes the word `on` for true
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", times["cron"])
    assert all("--pre" in commands(job) for job in weekly["jobs"].values())


@pytest.mark.parametrize("job", jobs())
def test_a_job_ends_and_its_actions_are_pinned(job):
    """An action is named by its commit, which nobody can move; the checkout keeps no credentials."""
    assert 5 <= job["timeout-minutes"] <= 90
    for step in job["steps"]:
        if "uses" in step:
            assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", step["uses"])
        if "checkout@" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("path", WORKFLOWS, ids=[path.stem for path in WORKFLOWS])
def test_a_pinned_action_says_its_version(path):
    lines = [line for line in path.read_text("utf-8").splitlines() if "uses:" in line]
    assert all(re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line) for line in lines)


def test_dependabot_looks_after_packages_and_actions():
    path = ROOT / ".github" / "dependabot.yml"
    kinds = [one["package-ecosystem"] for one in yaml.safe_load(path.read_text("utf-8"))["updates"]]
    assert kinds == ["pip", "github-actions"]
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.dependabot", path]
    assert subprocess.run(command, capture_output=True).returncode == 0


@pytest.mark.parametrize("job", jobs())
def test_a_job_calls_what_is_there(job):
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"\bmake ([a-z-]+)", commands(job)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
        assert not any("windows" in system for system in systems(job)), "there is no make on Windows"
    for quoted, word in re.findall(r'pytest -m (?:"([^"]*)"|(\w+))', commands(job)):
        assert set(re.findall(r"\w+", quoted or word)) - {"not", "or", "and"} <= MARKS
    for extra in re.findall(r"\.\[([a-z,]+)\]", commands(job)):
        assert set(extra.split(",")) <= set(PROJECT["optional-dependencies"])


@pytest.mark.parametrize("path", WORKFLOWS, ids=[path.stem for path in WORKFLOWS])
def test_a_workflow_may_read_and_no_more_unless_a_job_says_so(path):
    assert yaml.safe_load(path.read_text("utf-8"))["permissions"] == {"contents": "read"}
