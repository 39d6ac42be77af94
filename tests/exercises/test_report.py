"""The report of a class: what it says, what it survives, and what it writes."""

import csv
import errno
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from mlpkit.app import cli
from mlpkit.exercises.catalog import exercises
from mlpkit.exercises.checker.result import JSON_TYPE
from mlpkit.exercises.report import collect
from mlpkit.exercises.report import render as report
from mlpkit.exercises.report.collect import survey
from mlpkit.exercises.report.render import NOTHING, as_text
from mlpkit.exercises.report.summarize import count, tables


def record(passed=(), wrong=(), mistakes=(), predictions=()):
    """A workbook's record."""
    kept = {name: {"attempts": 2, "hints": 1, "passed": True, "mistakes": list(mistakes)} for name in passed}
    kept |= {
        name: {"attempts": 1, "outcome": "incorrect", "mistakes": list(mistakes) or ["axis-0"]}
        for name in wrong
    }
    answers = {
        f"q{i}": {"question": q, "right": right, "kind": "recall"} for i, (q, right) in enumerate(predictions)
    }
    return json.dumps({"schema": 1, "exercises": kept, "predictions": answers})


def notebook(*said):
    outputs = [{"output_type": "display_data", "data": {JSON_TYPE: s}} for s in said]
    cell = {"cell_type": "code", "source": "", "metadata": {}, "outputs": outputs}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def learner(room, name, **kept):
    book = room / name / "lessons" / "my_mlpkit"
    book.mkdir(parents=True)
    (book / "record.json").write_text(record(**kept))
    return room / name


@pytest.fixture
def room(tmp_path):
    room = tmp_path / "class"
    learner(
        room, "ada", passed=("accuracy", "softmax"), predictions=[("Why logs?", True), ("Why 2.3?", False)]
    )
    learner(room, "ben", passed=("accuracy",), wrong=("softmax",), predictions=[("Why 2.3?", False)])
    learner(room, "cleo", wrong=("softmax",), mistakes=("axis-0", "no-shift", "axis-0"))
    return room


def lines_of(work, title):
    """The lines of one table of the report, by their first column."""
    (table,) = [table for table in tables(work) if table.title.startswith(title)]
    return {line[0]: line[1:] for line in table.lines}


def test_it_says_where_the_class_stands(room):
    work = survey(room)
    learners = lines_of(work, "Learners")
    assert learners["ada"] == ("2/28", 0, 4, 2, "1/2", "")
    assert learners["cleo"] == ("0/28", 1, 1, 0, "-", "softmax (axis-0)")
    lessons = lines_of(work, "Where the class stands")
    assert (lessons["00 start"], lessons["04 loss"]) == ((2, 0, 1), (0, 3, 0))
    assert lines_of(work, "Exercises")["softmax"] == (1, 2, 0, 0, 4, 1, "axis-0 (3), no-shift")
    assert lines_of(work, "Questions") == {"Why 2.3?": ("recall", 2, 2)}


def test_every_table_stands_in_the_text_and_on_the_page(room):
    work = survey(room)
    told, page = as_text(work), report.as_page(work)
    assert re.search(r"^ada +2/28 +0 +4 +2 +1/2$", told, re.MULTILINE)
    assert "nobody yet: scale_pixels, one_hot" in told
    for table in tables(work):
        assert table.title in page
        assert table.title in told or table.title in report.ONLY_ON_PAGE


def test_the_wide_table_is_scrolled_by_keyboard_with_the_names_in_sight(room):
    page = report.as_page(survey(room))
    assert page.count('role="region" aria-label="Learners" tabindex="0"') == 1
    assert ".wide tr > th:first-child { position: sticky; left: 0" in page
    assert "1 try, " in page
    assert "1 tries" not in page


def test_topics_have_the_name_that_is_shown(room):
    assert "07 optimisers" in lines_of(survey(room), "Where the class stands")


def test_counts(room):
    whole = count(survey(room).rows)
    assert (whole.passed, whole.wrong, whole.waiting) == (3, 2, 3 * 28 - 5)
    assert whole.mistakes == {"axis-0": 3, "no-shift": 1}


def test_the_clinic_is_told_where_somebody_has_been(room):
    assert "clinic" not in as_text(survey(room))
    path = room / "ada" / "lessons" / "my_mlpkit" / "record.json"
    kept = json.loads(path.read_text())
    kept["clinic"] = {"mr-k": {"right": True, "cured": False, "diagnoses": ["scale", "sign"]}, "odd": 3}
    path.write_text(json.dumps(kept))
    work = survey(room)
    assert re.search(r"mr-k +1 +1 +0  scale, sign", as_text(work))
    assert "<td>mr-k</td><td>1</td><td>1</td><td>0</td>" in report.as_page(work)
    assert json.loads(report.as_json(work))["cases"][0]["patient"] == "mr-k"


def test_an_older_copy_takes_nothing_from_the_clinic(room):
    path = room / "ada" / "lessons" / "my_mlpkit" / "record.json"
    kept = json.loads(path.read_text())
    older = kept | {"clinic": {"mr-k": {"right": False, "cured": False, "diagnoses": ["scale"]}}}
    kept["clinic"] = {"mr-k": {"right": True, "cured": True, "diagnoses": ["scale", "sign"]}}
    path.write_text(json.dumps(kept))
    (room / "ada" / "old").mkdir()
    with zipfile.ZipFile(room / "ada" / "old" / "book.zip", "w") as file:  # it is read after the newer one
        file.writestr("record.json", json.dumps(older))
    assert survey(room).cases == [("ada", "mr-k", True, True, ("scale", "sign"))]


def test_who_has_read_a_solution_is_in_the_files(room):
    path = room / "ada" / "lessons" / "my_mlpkit" / "record.json"
    kept = json.loads(path.read_text())
    kept["exercises"]["softmax"]["solution"] = True
    path.write_text(json.dumps(kept))
    work = survey(room)
    assert [(r.learner, r.exercise) for r in work.rows if r.solution] == [("ada", "softmax")]
    assert report.as_page(work).count(", solution read") == 1


def test_one_learners_own_folder_is_one_learner(room):
    rows = survey(room / "ada" / "lessons").rows
    assert {row.learner for row in rows} == {"lessons"}
    (room / "ada" / "lessons" / "04.ipynb").write_text(notebook({"exercise": "relu", "outcome": "passed"}))
    rows = survey(room / "ada" / "lessons").rows
    assert {row.learner for row in rows} == {"lessons"}
    assert count(rows).passed == 3


def test_an_exported_workbook_counts_and_a_copy_of_it_changes_nothing(room):
    text = record(passed=("relu",), predictions=[("Why relu?", False)])
    for path in (room / "dora.zip", room / "dora" / "book.zip"):
        path.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("record.json", text)
    work = survey(room)
    assert sum(row.learner == "dora" and row.outcome == "passed" for row in work.rows) == 1
    assert sum(answer.learner == "dora" for answer in work.answers) == 1


BROKEN = {
    "no_json.ipynb": b"hello",
    "empty.ipynb": b"",
    "cut_off.ipynb": notebook({"exercise": "relu", "outcome": "passed"}).encode()[:-20],
    "no_text.ipynb": b"\xff\xfe\xfa{}",
    "a_list.ipynb": b"[1, 2]",
    "no_cells.ipynb": b'{"metadata": {}}',
    "deep.ipynb": b"[" * 100_000,
    "bad.zip": b"PK nothing",
    "record.json": b'{"exercises": 3}',
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_told_in_one_line_and_the_rest_goes_on(room, name):
    (room / "ben" / name).write_bytes(BROKEN[name])
    work = survey(room)
    assert count(work.rows).passed == 3
    (unread,) = work.unread
    assert (unread.path, unread.learner) == (f"ben/{name}", "ben")
    assert f"not read: {name} (" in lines_of(work, "Learners")["ben"][-1]
    assert 5 < len(unread.why) <= 120
    assert f"Not read: ben/{name} (" in as_text(work)


ODD = [
    {"cells": [{"cell_type": "code"}]},
    {"cells": [3, None, {"outputs": {"a": 1}}, {"outputs": [None, {"data": 3}, {"data": {JSON_TYPE: "x"}}]}]},
    {"cells": [{"outputs": [{"data": {JSON_TYPE: {"exercise": ["relu"], "outcome": 3}}}]}]},
    {"cells": [{"outputs": [{"data": {JSON_TYPE: {"exercise": "relu", "outcome": {}, "mistake": 4}}}]}]},
]


@pytest.mark.parametrize("content", ODD)
def test_an_odd_notebook_is_read_for_what_it_holds(room, content):
    """No metadata, no outputs, things where others should be: nothing to complain of."""
    (room / "ben" / "odd.ipynb").write_text(json.dumps(content))
    work = survey(room)
    assert work.unread == []
    assert count(work.rows).passed == 3


def test_a_class_of_broken_notebooks_is_told_shortly(tmp_path):
    for i in range(50):
        (tmp_path / f"{i:02}.ipynb").write_text("{")
    told = as_text(survey(tmp_path))
    assert told.startswith(NOTHING)
    assert told.count("Not read:") == 21
    assert told.endswith("Not read: 30 more.")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows refuses such a name")
def test_names_from_files_cannot_write_to_the_terminal(room):
    (room / "eve\x1b[2J").mkdir()
    said = {"exercise": "relu", "outcome": "incorrect", "mistake": "a\nb\x1b[31m"}
    (room / "eve\x1b[2J" / "04.ipynb").write_text(notebook(said))
    told = as_text(survey(room))
    assert "\x1b" not in told
    assert "relu (a?b?[31m)" in told


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such a name")
def test_a_name_that_is_no_text_does_no_harm(room, capsys):
    odd = os.fsencode(room) + b"/fran\xe7ois"
    os.mkdir(odd)
    Path(os.fsdecode(odd), "03.ipynb").write_text(notebook({"exercise": "relu", "outcome": "passed"}))
    assert cli.main(["report", str(room), "--csv", str(room / "a.csv"), "--html", str(room / "a.html")]) == 0
    assert "fran" in capsys.readouterr().out


def test_no_notebooks_at_all(tmp_path, capsys):
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "essay.txt").write_text("x")
    assert cli.main(["report", str(tmp_path)]) == 0
    assert NOTHING in capsys.readouterr().out


@pytest.mark.parametrize(
    "names",
    [
        ("a" * 60 + "1", "a" * 60 + "2"),
        tuple(map(os.fsdecode, (b"Jos\xe8", b"Jos\xe9"))),
        ("a\u200c", "a\u200d"),
    ],
    ids=["long", "no text", "unprintable"],
)
def test_two_learners_whose_names_look_alike_stay_two(tmp_path, names):
    try:
        learner(tmp_path, names[0], passed=("accuracy",))
        learner(tmp_path, names[1], wrong=("accuracy",))
    except OSError:
        pytest.skip("this system refuses such names")
    rows = [row for row in survey(tmp_path).rows if row.exercise == "accuracy"]
    assert [row.outcome for row in rows] == ["passed", "incorrect"]
    assert rows[1].learner == f"{rows[0].learner} (2)"


def test_a_workbook_of_the_teachers_beside_the_learners_does_not_make_them_one(room):
    (room / "my_mlpkit").mkdir()
    (room / "my_mlpkit" / "record.json").write_text(record(passed=("accuracy",)))
    assert {row.learner for row in survey(room).rows} == {"ada", "ben", "cleo", "my_mlpkit"}


def test_a_link_to_a_folder_is_told(room, tmp_path):
    learner(tmp_path / "elsewhere", "dora", passed=("accuracy",))
    try:
        (room / "dora").symlink_to(tmp_path / "elsewhere" / "dora", target_is_directory=True)
        (room / "ada" / "all").symlink_to(room, target_is_directory=True)
    except OSError:
        pytest.skip("links need a right here that is not given")
    work = survey(room)
    assert {unread.path for unread in work.unread if "link" in unread.why} == {"dora", "ada/all"}
    assert work.learners == ["ada", "ben", "cleo", "dora"]
    assert count(row for row in work.rows if row.learner == "dora").passed == 0


@pytest.mark.skipif(os.open not in os.supports_dir_fd, reason="no such openings here")
def test_a_folder_that_becomes_a_link_while_it_is_read_is_not_followed(room, monkeypatch):
    whole = collect._files

    def swapped(place):
        found = list(whole(place))
        if place.name == "ben":
            (place / "lessons").rename(room.parent / "hidden")
            (place / "lessons").symlink_to(room / "ada" / "lessons", target_is_directory=True)
        return found

    monkeypatch.setattr(collect, "_files", swapped)
    work = survey(room)
    assert count(row for row in work.rows if row.learner == "ben").passed == 0
    assert [unread.why for unread in work.unread if unread.learner == "ben"] == [
        "a link is on the way, which is not followed"
    ]


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() != 0, reason="only root can give files away")
def test_a_hard_link_to_somebody_elses_record_gives_no_marks(room):
    theirs = room / "ada" / "lessons" / "my_mlpkit" / "record.json"
    mine = room / "ben" / "lessons" / "my_mlpkit"
    (mine / "record.json").unlink()
    os.link(theirs, mine / "record.json")
    os.chown(mine, 12_345, 12_345)
    work = survey(room)
    assert count(row for row in work.rows if row.learner == "ben").passed == 0
    assert [unread.why for unread in work.unread] == ["it is a hard link to a file of another owner"]
    assert count(row for row in work.rows if row.learner == "ada").passed > 0


def test_too_slow_to_tell_is_an_outcome_of_its_own(room):
    book = room / "dora" / "my_mlpkit"
    book.mkdir(parents=True)
    (book / "record.json").write_text(
        json.dumps({"schema": 1, "exercises": {"softmax": {"outcome": "too slow to tell", "attempts": 0}}})
    )
    (room / "dora" / "03.ipynb").write_text(notebook({"exercise": "relu", "outcome": "too slow to tell"}))
    work = survey(room)
    rows = {row.exercise: row for row in work.rows if row.learner == "dora"}
    assert [rows[name].outcome for name in ("softmax", "relu", "affine")] == [
        "too slow to tell", "too slow to tell", "not attempted",
    ]  # fmt: skip
    assert rows["relu"].attempts == 0
    table = next(table for table in tables(work) if table.title == "Exercises")
    line = next(line for line in table.lines if line[0] == "relu")
    assert line[table.head.index("too slow to tell")] == 1
    assert "relu (too slow to tell)" in as_text(work)


def test_a_file_for_a_folder_is_refused(room, capsys):
    (room / "a.ipynb").write_text(notebook())
    assert cli.main(["report", str(room / "a.ipynb")]) == 1
    error = capsys.readouterr().err
    assert "a.ipynb' is a file: give the folder that holds the learners' folders" in error
    assert error.count("\n") == 1


@contextmanager
def as_nobody():
    """Root may read everything; for a moment this process is somebody who may not."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.fixture
def open_room():
    """A class's folder where everybody may look."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        learner(Path(folder), "ada", passed=("accuracy",))
        learner(Path(folder), "ben", passed=("accuracy",))
        yield Path(folder)
        for path in (Path(folder), Path(folder, "ben")):
            os.chmod(path, 0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions")
def test_an_unreadable_learner_is_told_and_the_rest_goes_on(open_room):
    os.chmod(open_room / "ben", 0)
    with as_nobody():
        work = survey(open_room)
    assert work.unread == [("ben", "Permission denied", "ben")]
    assert count(work.rows).passed == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions")
def test_an_unreadable_class_is_one_clear_error(open_room, capsys):
    os.chmod(open_room, 0o311)
    with as_nobody():
        assert cli.main(["report", str(open_room)]) == 1
    assert "Permission denied; ask for the right to" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions")
def test_a_folder_that_cannot_be_written_still_shows_its_tables(open_room, capsys):
    os.chmod(open_room, 0o555)
    with as_nobody():
        assert cli.main(["report", str(open_room)]) == 1
    told = capsys.readouterr()
    assert re.search(r"^ada +1/28", told.out, re.MULTILINE)
    assert told.err.endswith("Permission denied. Name another file with --csv\n")


def test_ten_thousand_files_are_quick(tmp_path):
    """A hundred learners with a hundred files each, and what lies about in a home besides."""
    rng = random.Random(0)
    names = list(exercises())
    for i in range(100):
        home = tmp_path / f"learner-{i:03}"
        (home / "photos").mkdir(parents=True)
        (home / ".cache").mkdir()
        for j in range(40):
            said = {"exercise": rng.choice(names), "outcome": "passed"}
            (home / f"{j}.ipynb").write_text(notebook(said))
            (home / "photos" / f"{j}.jpg").write_bytes(b"x")
            (home / ".cache" / f"{j}.ipynb").write_text("hidden")
    began = time.process_time()
    work = survey(tmp_path)
    assert len(work.rows) == 100 * len(names)
    assert work.unread == []
    assert as_text(work).count("\nlearner-") == 100
    assert time.process_time() - began < 10  # a second on an idle machine


def test_the_files_agree(room, tmp_path):
    work = survey(room)
    paths = {kind: tmp_path / f"out.{kind}" for kind in report.WRITERS}
    for kind, path in paths.items():
        assert report.save(work, kind, path) == f"The report is in {path}."
    with open(paths["csv"], encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    rows = json.loads(paths["json"].read_text("utf-8"))["rows"]
    assert [(r["learner"], r["exercise"], r["outcome"]) for r in table] == [
        (r["learner"], r["exercise"], r["outcome"]) for r in rows
    ]
    cleo = next(r for r in table if (r["learner"], r["exercise"]) == ("cleo", "softmax"))
    assert cleo["mistakes"] == "axis-0 (2), no-shift"
    page = paths["html"].read_text("utf-8")
    assert page.count('<td class="mark passed"') == 3
    assert "examples share their probability" in page  # what a learner with axis-0 is told


@pytest.mark.skipif(sys.platform == "win32", reason="Windows refuses such a name")
def test_the_page_is_harmless_and_fetches_nothing(room, tmp_path):
    (room / "<script>").mkdir()
    said = {"exercise": "relu", "outcome": "incorrect", "mistake": "<img src=x>"}
    (room / "<script>" / "04.ipynb").write_text(notebook(said))
    page = report.as_page(survey(room))
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"<[^>]*(src|href)=|url\(|https?:", page)


def test_an_older_report_is_kept_and_it_is_said(room, tmp_path, capsys):
    path = tmp_path / "marks.csv"
    path.write_text("my own notes")
    assert cli.main(["report", str(room), "--csv", str(path)]) == 0
    assert "The one that was there before is now marks (older).csv." in capsys.readouterr().out
    assert (tmp_path / "marks (older).csv").read_text() == "my own notes"
    assert cli.main(["report", str(room), "--csv", str(path)]) == 0
    assert "says the same already" in capsys.readouterr().out
    (room / "ada" / "04.ipynb").write_text(notebook({"exercise": "relu", "outcome": "passed"}))
    assert cli.main(["report", str(room), "--csv", str(path)]) == 0
    assert "is now marks (older 2).csv" in capsys.readouterr().out
    assert len(list(tmp_path.glob("*"))) == 4  # the class, the report, two older ones; nothing unfinished


def test_only_the_files_that_were_asked_for(room, tmp_path):
    assert cli.main(["report", str(room), "--html", str(tmp_path / "a.html")]) == 0
    assert not (room / "mlpkit_report.csv").exists()
    assert cli.main(["report", str(room)]) == 0
    assert (room / "mlpkit_report.csv").exists()


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EROFS])
def test_a_full_disk_loses_nothing(room, tmp_path, monkeypatch, reason):
    path = tmp_path / "marks.csv"
    path.write_text("my own notes")

    def refuse(*_):
        raise OSError(reason, os.strerror(reason))

    monkeypatch.setattr("mlpkit._files.os.fsync", refuse)
    with pytest.raises(OSError, match=rf"cannot write .*{os.strerror(reason)}. Name another file with --csv"):
        report.save(survey(room), "csv", path)
    assert path.read_text() == "my own notes"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["class", "marks.csv"]


def test_a_folder_as_target_is_refused(room, tmp_path):
    with pytest.raises(OSError, match="it is a folder"):
        report.save(survey(room), "html", tmp_path)


PASSED_RELU = notebook({"exercise": "relu", "outcome": "passed"})
FUNCTION = "import numpy as np\n\n\ndef relu(z):\n    return np.maximum(z, 0)\n"


def zip_of(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return packed.getvalue()


RECORD = record(passed=("relu",))
HANDED_IN = {
    "a zip of notebooks": ("work.zip", zip_of({"03.ipynb": PASSED_RELU, "04.ipynb": notebook()})),
    "a zip of the folder": ("work.zip", zip_of({"lessons/my_mlpkit/record.json": RECORD})),
    "a workbook zipped again": (
        "book.zip", zip_of({"my_mlpkit/record.json": RECORD, "__MACOSX/my_mlpkit/._record.json": "x"})
    ),
    "a zip in a zip": ("all.zip", zip_of({"book.zip": zip_of({"record.json": RECORD})})),
    "a name in capitals": ("03.IPYNB", PASSED_RELU.encode()),
    "a name that a browser made longer": ("03.ipynb.txt", PASSED_RELU.encode()),
    "another such name": ("03.ipynb.json", PASSED_RELU.encode()),
    "a function without a record": ("my_mlpkit/relu.py", FUNCTION.encode()),
    "backslashes in a zip": ("w.zip", zip_of({"my_mlpkit\\record.json": RECORD})),
}  # fmt: skip


@pytest.mark.parametrize("how", HANDED_IN)
def test_however_it_is_handed_in_it_counts(room, how):
    name, content = HANDED_IN[how]
    (room / "dora" / name).parent.mkdir(parents=True)
    (room / "dora" / name).write_bytes(content)
    work = survey(room)
    assert work.unread == []
    assert [row.exercise for row in work.rows if row.learner == "dora" and row.outcome == "passed"] == [
        "relu"
    ]


@pytest.mark.parametrize(
    "name",
    ["03.html", "work.7z", "work.tar.gz", "essay.txt", "broken.ipynb", "empty.zip", "softmax.py", None],
)
def test_everybody_has_a_row_and_what_was_not_read_stands_in_it(room, name):
    (room / "dora").mkdir()
    if name:
        (room / "dora" / name).write_bytes(zip_of({}) if name == "empty.zip" else b"{")
    work = survey(room)
    assert [unread.learner for unread in work.unread] == ["dora"]
    passed, *_, remark = lines_of(work, "Learners")["dora"]
    assert (passed, remark[:9]) == ("0/28", "not read:")
    assert (name or "dora") in remark
    assert sum(row.learner == "dora" for row in work.rows) == 28


def encrypted(packed):
    """A zip file whose entries say that they need a password."""
    content = bytearray(packed)
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(sign) + place] |= 1
    return bytes(content)


IN_PART = {
    "an empty function": ("my_mlpkit/relu.py", b"", "no function `relu`"),
    "a function that is no Python": ("my_mlpkit/relu.py", b"\xff\xfe\0", "no function `relu`"),
    "wrong types in a record": (
        "my_mlpkit/record.json", b'{"exercises": {"relu": {"passed": "yes", "attempts": [1]}}}', "damaged"
    ),
    "a zip in two others": (
        "a.zip", zip_of({"b.zip": zip_of({"c.zip": zip_of({"record.json": RECORD})})}), "inside two others"
    ),
    "a password": ("a.zip", encrypted(zip_of({"03.ipynb": PASSED_RELU})), "password"),
    "brackets without end": ("03.ipynb", b"[" * 10**6, "too many brackets"),
}  # fmt: skip


@pytest.mark.parametrize("how", IN_PART)
def test_what_looks_like_work_and_cannot_be_read_is_said_and_not_counted(room, how):
    name, content, why = IN_PART[how]
    (room / "dora" / name).parent.mkdir(parents=True)
    (room / "dora" / name).write_bytes(content)
    work = survey(room)
    assert [why in unread.why for unread in work.unread] == [True]
    assert lines_of(work, "Learners")["dora"][0] == "0/28"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_and_links_in_the_place_of_a_folder_have_a_row(room):
    os.mkfifo(room / "dora")
    (room / "emil").symlink_to("nowhere")
    (room / "fay").symlink_to("/dev/zero")
    found = lines_of(survey(room), "Learners")
    assert all("not read:" in found[name][-1] for name in ("dora", "emil", "fay"))


@pytest.mark.parametrize(
    "name", ["dora.html", "dora.7z", "dora.IPYNB", "dora.zip", "dora.docx", "dora.ipynb.txt"]
)
def test_a_single_file_has_a_row_too(room, name):
    (room / name).write_bytes(b"no such thing")
    assert "not read:" in lines_of(survey(room), "Learners")["dora"][-1]


def test_a_report_that_was_written_into_the_folder_is_no_learner(room):
    for kind in report.WRITERS:
        report.save(survey(room), kind, room / f"out.{kind}")
    assert survey(room).learners == ["ada", "ben", "cleo"]


def test_a_part_of_a_zip_that_cannot_be_read_is_told_and_the_rest_counts(room):
    (room / "dora.zip").write_bytes(zip_of({"03.ipynb": PASSED_RELU, "04.ipynb": "{"}))
    work = survey(room)
    assert [(u.path, u.why[:17]) for u in work.unread] == [("dora.zip", "04.ipynb in it: n")]
    assert lines_of(work, "Learners")["dora"][0] == "1/28"


@pytest.mark.skipif(os.open not in os.supports_dir_fd, reason="such a long path cannot be made here")
def test_folders_in_folders_without_end_stop_nobodys_report(room, monkeypatch):
    (room / "dora").mkdir()
    (room / "dora" / "03.ipynb").write_text(PASSED_RELU)
    monkeypatch.chdir(room / "dora")
    depth = 1_200
    for _ in range(depth):
        os.mkdir("d")
        os.chdir("d")
    try:
        work = survey(room)
    finally:
        for _ in range(depth):  # such a path is too long for whoever tidies up
            os.chdir("..")
            os.rmdir("d")
    assert [(unread.learner, "not read" in unread.why) for unread in work.unread] == [("dora", True)]
    assert lines_of(work, "Learners")["dora"][0] == "1/28"
    assert count(work.rows).passed == 4


# Run by an administrator over everybody's home


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")
@pytest.mark.parametrize("kind", ["record", "notebook", "device", "pipe", "page"])
def test_nothing_but_ordinary_files_is_read(room, tmp_path, kind):
    (room / "eve" / "my_mlpkit").mkdir(parents=True)
    path = room / "eve" / ("my_mlpkit/record.json" if kind == "record" else "03.ipynb")
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "page":
        (room / "eve" / "my_mlpkit").rmdir()
        (room / "eve").rmdir()
        os.mkfifo(room / "eve.html")
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "record":
        path.symlink_to(room / "ada" / "lessons" / "my_mlpkit" / "record.json")
    else:
        (tmp_path / "other.ipynb").write_text(PASSED_RELU)
        path.symlink_to(tmp_path / "other.ipynb")
    work = survey(room)
    assert count(row for row in work.rows if row.learner == "eve").passed == 0
    (unread,) = work.unread
    assert re.search("link|no ordinary file|not read", unread.why)


def test_a_file_that_is_too_large_is_not_read(room):
    with open(room / "ben" / "huge.ipynb", "wb") as file:
        file.truncate(10_000_001)
    assert [u.why for u in survey(room).unread] == ["it is larger than 10 MB"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such limits")
@pytest.mark.parametrize(
    "method",
    [
        zipfile.ZIP_LZMA,
        pytest.param(zipfile.ZIP_DEFLATED, marks=pytest.mark.slow),
        pytest.param(zipfile.ZIP_BZIP2, marks=pytest.mark.slow),
    ],
)
def test_a_zip_that_unpacks_to_gigabytes_costs_little(tmp_path, method):
    (tmp_path / "class").mkdir()
    with zipfile.ZipFile(tmp_path / "class" / "bomb.zip", "w", method) as file:
        for number in range(20 if method == zipfile.ZIP_DEFLATED else 1):
            with file.open(f"{number}.ipynb", "w", force_zip64=True) as entry:
                for _ in range(60):
                    entry.write(bytes(10**6))
    told, grown = survey_in_a_process(tmp_path / "class")
    assert told
    assert grown < 200_000  # kB


@pytest.mark.skipif(sys.platform == "win32", reason="no such limits")
def test_a_zip_of_44_kilobytes_with_millions_of_entries_costs_little(tmp_path):
    (tmp_path / "class").mkdir()
    with zipfile.ZipFile(tmp_path / "class" / "many.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("record.json", "[" + "{}," * 15_000_000 + "{}]")
    told, grown = survey_in_a_process(tmp_path / "class")
    assert told
    assert grown < 300_000  # kB


def survey_in_a_process(folder):
    """Whether something was not read, and how many kB the process grew."""
    code = (
        "import resource, sys; from mlpkit.exercises.report.collect import survey; before = "
        "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; work = survey(sys.argv[1]); "
        "print(len(work.unread), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    command = [sys.executable, "-c", code, str(folder)]
    unread, grown = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return int(unread) > 0, int(grown)


def test_damage_in_a_packed_file_is_told(room):
    packed = bytearray(zip_of({"03.ipynb": PASSED_RELU * 9}))
    packed[60:70] = bytes(10)
    (room / "ben" / "work.zip").write_bytes(bytes(packed))
    lzma = io.BytesIO()
    with zipfile.ZipFile(lzma, "w", zipfile.ZIP_LZMA) as file:
        file.writestr("03.ipynb", PASSED_RELU)
    damaged = bytearray(lzma.getvalue())
    damaged[45:60] = b"\xff" * 15
    (room / "cleo" / "work.zip").write_bytes(bytes(damaged))
    assert {unread.path for unread in survey(room).unread} == {"ben/work.zip", "cleo/work.zip"}


@pytest.mark.parametrize(
    "start", ["=1+1", "＝1+1", " =1+1", "+1", "-1", "@x", "a;=1+1", "a;＝1+1", 'b"=1', "a\t=1"]
)
def test_no_cell_of_the_csv_is_a_formula(room, start):
    path = room / "ada" / "lessons" / "my_mlpkit" / "record.json"
    kept = json.loads(path.read_text())
    kept["exercises"]["softmax"]["mistakes"] = [start]
    path.write_text(json.dumps(kept))
    text = report.as_csv(survey(room))
    for separator in ",;\t":
        for line in csv.reader(io.StringIO(text), delimiter=separator):
            assert not [cell for cell in line if cell.strip()[:1] in tuple("=＝+＋-－@＠")]


def test_equal_functions_have_equal_hashes(room):
    """But for the names, the comments and the layout; another program has another."""
    programs = {
        "ada": "def relu(z):\n    # mine\n    return np.maximum(z, 0)\n",
        "ben": 'def relu(values):\n    """Other words."""\n    return np.maximum(values,\n        0)\n',
        "cleo": "def relu(z):\n    return z * (z > 0)\n",
    }
    for name, source in programs.items():
        (room / name / "lessons" / "my_mlpkit" / "relu.py").write_text(source)
    rows = {row.learner: row.program for row in survey(room).rows if row.exercise == "relu"}
    assert rows["ada"] == rows["ben"] != rows["cleo"]
    assert len(rows["ada"]) == 8
    header = report.as_csv(survey(room)).splitlines()[0]
    assert header.endswith(",solution,program")
