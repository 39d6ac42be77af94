"""The teacher's guide is complete and true: lessons, minutes, exercises, mistakes, commands."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from mlpkit.app import cli
from mlpkit.app.lessons import RECORD
from mlpkit.exercises.catalog import TOPICS, exercises
from tests.notebooks import ROOT
from tools.misconceptions import LESSONS, NUMBERS, PAGE, page

DOCS = ROOT / "docs"
GUIDE = (DOCS / "teaching.md").read_text("utf-8")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def rows(text, columns):
    """The lines of all tables with so many columns, heads left out."""
    lines = [
        [c.strip() for c in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")
    ]
    return [cells for cells in lines if len(cells) == columns and set(cells[0]) - set("-: ")]


TABLE = {cells[0][:2]: cells for cells in rows(GUIDE, 5) if cells[0][:2].isdigit()}


def title_of(path):
    return nbformat.read(path, as_version=4).cells[0].source


def test_the_page_of_misconceptions_is_that_of_the_catalogue():
    assert PAGE.read_text("utf-8") == page(), "run: python -m tools.misconceptions"
    for one in exercises().values():
        for mistake in one.mistakes:
            assert f"| `{mistake.name}` | {mistake.message[:20]}" in page()


def test_every_lesson_stands_in_the_guide_with_its_minutes():
    assert list(TABLE) == [f"{number:02}" for number in range(11)]
    for path in (ROOT / "lessons").glob("[0-9][0-9]_*.ipynb"):
        title = title_of(path)
        row = TABLE[path.name[:2]]
        assert f"# {row[0][:2]} · {row[0][3:]}" == title.splitlines()[0]
        assert int(row[1]) == int(re.search(r"\*(\d+) minutes", title).group(1)), path.name


@pytest.mark.parametrize(("number", "topic"), list(zip(NUMBERS, TOPICS)))
def test_each_lessons_exercises_and_mistakes_are_those_of_its_topic(number, topic):
    _, _, _, tasks, mistakes = TABLE[f"{number:02}"]
    mine = [one for one in exercises().values() if one.topic == topic]
    assert re.findall(r"`(\w+)`", tasks) == [one.name for one in mine]
    known = {mistake.name for one in mine for mistake in one.mistakes}
    named = re.findall(r"`([\w-]+)`", mistakes)
    assert len(named) >= 3
    assert {name for name in named if name not in ("reshape",)} <= known


def test_the_titles_are_those_of_the_guide():
    assert tuple(TABLE[f"{number:02}"][0][3:] for number in NUMBERS) == LESSONS


def test_every_exercise_named_in_the_guide_exists():
    for name in re.findall(r'(?:hint|solution|check)\(["\'](\w+)["\']', GUIDE):
        assert name in exercises()


@pytest.mark.parametrize("name", ["teaching.md", "class.md"])
def test_links_lead_somewhere(name):
    text = (DOCS / name).read_text("utf-8")
    for target in LINK.findall(text):
        if target.startswith("https://"):
            continue
        path, _, heading = target.partition("#")
        there = (DOCS / path).resolve() if path else DOCS / name
        assert there.is_file(), target
        if heading:
            titles = re.findall(r"^#+ (.+)$", there.read_text("utf-8"), re.MULTILINE)
            assert heading in [re.sub(r"[^\w\- ]", "", t).strip().lower().replace(" ", "-") for t in titles]


def test_the_readme_names_both_guides():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "(docs/teaching.md)" in readme
    assert "(docs/class.md)" in readme


BLOCKS = re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def room(tmp_path, monkeypatch):
    """A class of two, one of whom has solved softmax."""
    lessons = tmp_path / "class" / "ada" / "lessons"
    book = lessons / "my_mlpkit"
    book.mkdir(parents=True)
    (lessons / "04_softmax_cross_entropy.ipynb").write_text('{"cells": []}')
    (book / "softmax.py").write_text(exercises()["softmax"].solution)
    kept = {"softmax": {"attempts": 3, "passed": True, "outcome": "passed"}}
    (book / "record.json").write_text(json.dumps({"schema": 1, "exercises": kept}))
    (tmp_path / "class" / "ben").mkdir()
    monkeypatch.delenv("MLPKIT_WORKBOOK", raising=False)
    return tmp_path


def shell(block, folder):
    """Run a block of the guide as it stands, with this Python's commands first."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        ["sh", "-e", "-c", block], cwd=folder, env=environment, capture_output=True, text=True
    )


@pytest.mark.skipif(sys.platform == "win32", reason="the guide's commands are for a Unix shell")
@pytest.mark.parametrize(
    ("number", "where", "told"),
    [
        (0, "class/ada/lessons", "1 function and the record are in ada.zip"),
        (1, ".", "The report is in class/mlpkit_report.csv."),
        (2, ".", "✓ softmax: passed"),
        (3, ".", "60,000 images to learn from and 10,000 to test with"),
    ],
)
def test_each_command_of_the_guide_does_what_it_says(room, number, where, told):
    assert len(BLOCKS) == 4
    done = shell(BLOCKS[number], room / where)
    assert done.returncode == 0, done.stdout + done.stderr
    assert told in done.stdout
    if number == 1:
        assert (room / "class.html").is_file()
        assert (room / "marks.csv").is_file()


def test_no_command_of_the_guide_imports_from_a_learners_folder(room):
    """A file of theirs that has the name of a module stays unread; `python` alone would import it."""
    assert re.findall(r"python (?!-P )[^`\n]*mlpkit", GUIDE) == []
    assert "This is no proof" in GUIDE  # neither: the learner's code can change the check
    lessons = room / "class" / "ada" / "lessons"
    for name in ("json", "csv", "numpy", "typing", "zipfile"):
        (lessons / f"{name}.py").write_text("raise SystemExit('imported')")
    done = shell("python -P -m mlpkit report ..", lessons)
    assert (done.returncode, "imported" in done.stderr) == (0, False), done.stderr
    assert "imported" in shell("python -m mlpkit report ..", lessons).stderr  # so the test can fail


def test_a_report_of_lessons_that_mlpkit_lab_laid_down(room):
    """`mlpkit lab FOLDER` leaves a record of its own among the lessons; the report does not mind."""
    (room / "class" / "ada" / "lessons" / RECORD).write_text("{}")
    assert cli.main(["report", str(room / "class"), "--json", str(room / "a.json")]) == 0
    unread = json.loads((room / "a.json").read_text("utf-8"))["unread"]
    assert [entry["learner"] for entry in unread] == ["ben"]  # whose folder is empty
