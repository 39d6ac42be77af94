"""What keeps the project in order: hooks before a commit, spelling, how to cite it, how to release it."""

import re
import subprocess
import sys
import tomllib

import pytest
import yaml

from tests.installed import run
from tests.notebooks import ROOT, notebook
from tools import tidy

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
RELEASING = (ROOT / "RELEASING.md").read_text("utf-8")
SLIP = "t" + "eh quick brown fox\n"  # in two parts, or the spelling check would find it here


def hooks():
    return {hook["id"]: hook for repo in HOOKS["repos"] for hook in repo["hooks"]}


def spelled(folder):
    command = [sys.executable, "-m", "codespell_lib", "--toml", ROOT / "pyproject.toml"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_everything_is_spelled_right():
    done = spelled(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_slip_is_found_in_code_in_text_and_in_a_lesson(tmp_path):
    (tmp_path / "a.py").write_text(f'"""{SLIP}"""')
    (tmp_path / "a.md").write_text(SLIP)
    (tmp_path / "a.ipynb").write_text(tidy.text_of(notebook(f"# {SLIP}")), "utf-8")
    found = spelled(tmp_path).stdout
    assert len(found.splitlines()) == 3


def test_a_picture_has_no_spelling(tmp_path):
    (tmp_path / "a.ipynb").write_text('"image/png": "iVBORw0KGgo' + "A" * 70 + "/" + SLIP[:3] + "+" + '"\n')
    assert spelled(tmp_path).stdout == ""


def test_lint_runs_what_the_hooks_run():
    lint = re.search(r"^lint:.*?\n\n", (ROOT / "Makefile").read_text("utf-8"), re.DOTALL | re.MULTILINE)[0]
    for tool in ("ruff check", "ruff format", "codespell"):
        assert f"$(BIN)/{tool}" in lint
        assert any(hook["entry"].startswith(tool) for hook in hooks().values())


def test_every_hook_is_local_and_has_the_versions_of_the_tests():
    assert [repo["repo"] for repo in HOOKS["repos"]] == ["local"]
    for hook in hooks().values():
        assert hook["language"] == "python"
        assert set(hook["additional_dependencies"]) <= set(PROJECT["optional-dependencies"]["test"])


def test_the_hooks_are_what_pre_commit_understands():
    run(sys.executable, "-m", "pre_commit", "validate-config", folder=ROOT)


def committed(clone, hook, path, content, home, status):
    """Run one hook as a commit of one file would."""
    (clone / path).write_bytes(content)
    run("git", "add", "--", path, folder=clone)
    words = [sys.executable, "-m", "pre_commit", "run", hook, "--files", path]
    return run(*words, folder=clone, status=status, PRE_COMMIT_HOME=str(home))


@pytest.mark.wheel
def test_the_hooks_pass_on_a_clean_clone_and_stop_what_is_not_in_order(tmp_path):
    clone, home = tmp_path / "clone", tmp_path / "home"
    run("git", "clone", "--quiet", ROOT, clone, folder=tmp_path)
    words = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
    run(*words, folder=clone, PRE_COMMIT_HOME=str(home))
    assert run("git", "status", "--short", folder=clone) == ""

    told = committed(clone, "ruff-check", "tests/a.py", b'"""A."""\nimport os\n', home, status=1)
    assert "files were modified by this hook" in told
    told = committed(clone, "ruff-format", "tests/a.py", b'"""A."""\n\na = ( 1 )\n', home, status=1)
    assert (clone / "tests" / "a.py").read_text() == '"""A."""\n\na = 1\n'
    told = committed(clone, "codespell", "a.md", SLIP.encode(), home, status=1)
    assert "==> the" in told
    lesson = clone / "lessons" / "00_start_here.ipynb"
    before = lesson.read_bytes()
    untidy = before.replace(b'"name": "python"\n', b'"name": "python", "version": "3.99"\n')
    assert untidy != before
    told = committed(clone, "notebooks", "lessons/00_start_here.ipynb", untidy, home, status=1)
    assert "was tidied" in told
    assert lesson.read_bytes() == before


def test_the_citation_is_what_citation_tools_understand():
    command = ["check_jsonschema", "--builtin-schema", "vendor.citation-file-format", "CITATION.cff"]
    run(sys.executable, "-m", *command, folder=ROOT)


def test_the_citation_says_what_the_package_says():
    assert CITATION["version"] == PROJECT["version"]
    assert CITATION["license"] == PROJECT["license"].split(" AND ")[0]  # a list would mean "or"
    assert CITATION["repository-code"] == PROJECT["urls"]["Repository"]
    assert CITATION["keywords"] == PROJECT["keywords"]
    assert [a["name"] for a in CITATION["authors"]] == [a["name"] for a in PROJECT["authors"]]


def test_the_release_checklist_names_what_is_there():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"`make ([a-z-]+)`", RELEASING):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for name in re.findall(r"`([A-Za-z_./]+\.(?:md|toml|yml|cff|py))`|\b(tests/\w+\.py)", RELEASING):
        assert (ROOT / "".join(name)).is_file(), name
    for workflow in re.findall(r"[Ww]orkflow \*(\w+)\*", RELEASING):
        assert (ROOT / ".github" / "workflows" / f"{workflow}.yml").is_file()


def test_every_place_of_the_version_is_on_the_release_checklist():
    """Where the present number stands, the list says so."""
    places = ["pyproject.toml", "mlpkit/__init__.py", "CITATION.cff", "README.md", "CHANGELOG.md"]
    places += ["classroom/values.yaml", "classroom/Dockerfile", "docs/class.md"]
    for place in places:
        assert PROJECT["version"] in (ROOT / place).read_text("utf-8")
        assert f"`{place}`" in RELEASING
