"""A folder of lessons brought up to date: new ones arrive, a learner's work is never lost."""

import errno
import os
import re
import sys
from pathlib import Path

import pytest

from mlpkit import _files
from mlpkit.app import lessons as course


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "shipped"
    (folder / "pictures").mkdir(parents=True)
    (folder / "03_forward.ipynb").write_text("first edition")
    (folder / "glossary.md").write_text("words")
    (folder / "pictures" / "map.png").write_bytes(b"\x89PNG")
    return folder


@pytest.fixture
def target(tmp_path):
    return tmp_path / "mine"


def edition(source, text):
    (source / "03_forward.ipynb").write_text(text)


def test_everything_that_ships_is_copied_and_nothing_else(source, target):
    for folder in ("my_mlpkit", ".ipynb_checkpoints"):
        (source / folder).mkdir()
        (source / folder / "relu.ipynb").write_text("private")
    assert course.place(source, target) == []
    found = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert found == {"03_forward.ipynb", "glossary.md", "pictures/map.png", course.RECORD}


def test_an_untouched_lesson_is_brought_up_to_date(source, target):
    course.place(source, target)
    edition(source, "second edition")
    assert course.place(source, target) == []
    assert (target / "03_forward.ipynb").read_text() == "second edition"


def test_an_edited_lesson_stays_while_nothing_new_comes(source, target):
    course.place(source, target)
    (target / "03_forward.ipynb").write_text("my work")
    for _ in range(2):
        assert course.place(source, target) == []
    assert (target / "03_forward.ipynb").read_text() == "my work"


def test_an_edited_lesson_is_kept_beside_the_new_one(source, target):
    course.place(source, target)
    for number, name in (("second", "03_forward (yours).ipynb"), ("third", "03_forward (yours 2).ipynb")):
        (target / "03_forward.ipynb").write_text(f"my work before the {number}")
        edition(source, f"{number} edition")
        assert course.place(source, target) == [
            f"03_forward.ipynb has changed; your own version is now {name}"
        ]
        assert (target / "03_forward.ipynb").read_text() == f"{number} edition"
        assert (target / name).read_text() == f"my work before the {number}"
    assert course.place(source, target) == []


def test_a_file_that_was_there_before_counts_as_the_learners(source, target):
    target.mkdir()
    (target / "03_forward.ipynb").write_text("from last year")
    course.place(source, target)
    assert (target / "03_forward (yours).ipynb").read_text() == "from last year"


@pytest.mark.parametrize("record", ["", "{", "[]", "null", "[" * 100_000])
def test_a_damaged_record_loses_nothing(source, target, record):
    course.place(source, target)
    (target / "03_forward.ipynb").write_text("my work")
    (target / course.RECORD).write_text(record)
    edition(source, "second edition")
    course.place(source, target)
    assert (target / "03_forward (yours).ipynb").read_text() == "my work"


def test_a_deleted_lesson_comes_back(source, target):
    course.place(source, target)
    (target / "03_forward.ipynb").unlink()
    course.place(source, target)
    assert (target / "03_forward.ipynb").read_text() == "first edition"


def test_a_full_disk_loses_nothing(source, target, monkeypatch):
    course.place(source, target)
    (target / "03_forward.ipynb").write_text("my work")
    edition(source, "second edition")

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"cannot put the lessons into .*: No space left"):
        course.place(source, target)
    assert (target / "03_forward.ipynb").read_text() == "my work"
    assert not list(target.glob("*yours*"))
    assert not list(target.glob("*.part"))


WRITING = ((Path, "mkdir"), (os, "fsync"), (os, "replace"), (os, "open"))


@pytest.fixture
def fail_at(monkeypatch):
    """fail_at(n): the n-th thing that is done to the disk fails; returns what was done."""
    real = {name: getattr(owner, name) for owner, name in WRITING}

    def arrange(number):
        done = []

        def stand_in(name):
            def act(*args, **kwargs):
                done.append(name)
                if len(done) != number:
                    return real[name](*args, **kwargs)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

            return act

        for owner, name in WRITING:
            monkeypatch.setattr(owner, name, stand_in(name))
        return done

    return arrange


def test_whatever_fails_nothing_is_lost_and_the_next_call_mends_it(source, tmp_path, fail_at):
    told = []
    for number in range(1, 100):
        target = tmp_path / f"mine {number}"
        fail_at(None)
        course.place(source, target)
        (target / "03_forward.ipynb").write_text("my work")
        (target / "glossary.md").unlink()
        edition(source, f"edition {number}")
        done = fail_at(number)
        try:
            course.place(source, target)
            break  # it ended before that
        except OSError as problem:
            told.append(str(problem))
        texts = [path.read_text() for path in target.glob("*.ipynb")]
        assert "my work" in texts, f"lost when {done[-1]} failed"
        assert set(texts) <= {"my work", f"edition {number}"}
        assert not list(target.glob(".*.part"))
        fail_at(None)
        course.place(source, target)
        assert (target / "03_forward.ipynb").read_text() == f"edition {number}"
        assert "my work" in [path.read_text() for path in target.glob("*(yours*).ipynb")]
        assert (target / "glossary.md").read_text() == "words"
    assert len(told) > 6  # folders, two files, their records, and the lesson that steps aside
    assert all(re.match(r"cannot put the lessons into .*: No space left .*another folder$", t) for t in told)


@pytest.mark.skipif(sys.platform != "linux", reason="/sys is a place where nobody may write, on Linux")
def test_a_place_where_nobody_may_write_is_told(source):
    with pytest.raises(OSError, match=r"cannot put the lessons into /sys/mlpkit: .*\. Name another folder"):
        course.place(source, course.Path("/sys/mlpkit"))


def test_a_new_lesson_keeps_its_name(tmp_path):
    assert course.blank(tmp_path / "take 1.2").name == "take 1.2.ipynb"
    assert course.blank(tmp_path / "idea.ipynb").name == "idea.ipynb"


@pytest.mark.parametrize("name", ["", ".", "..", "/"])
def test_a_new_lesson_needs_a_name(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"is a folder: name a notebook, for instance .*idea.ipynb"):
        course.blank(name)
    assert list(tmp_path.iterdir()) == []


def test_a_new_lesson_in_no_folder_is_told(tmp_path):
    path = tmp_path / "nowhere" / "idea.ipynb"
    with pytest.raises(OSError, match=r"cannot write .*idea.ipynb: No such file.* another folder"):
        course.blank(path)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse names that are no text")
def test_a_new_lesson_whose_name_is_no_text_is_whole(tmp_path):
    path = course.blank(tmp_path / os.fsdecode(b"l\xe9"))
    assert "# l?" in path.read_text(encoding="utf-8")


def test_a_home_that_nobody_has_is_a_folder_like_any_other(source, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(course, "shipped", lambda: source)
    assert course.home(course.Path("~nobody-here/lessons")) == tmp_path / "~nobody-here" / "lessons"
    monkeypatch.setenv("MLPKIT_WORKBOOK", "~nobody-here/book")
    assert course.workbook() == tmp_path / "~nobody-here" / "book"


def test_a_full_disk_leaves_no_half_of_a_new_lesson(tmp_path, monkeypatch):
    def full(*args, **kwargs):
        file = real(*args, **kwargs)
        monkeypatch.setattr(_files, "open", real, raising=False)
        return Full(file)

    class Full:
        def __init__(self, file):
            self.file = file

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

        def write(self, text):
            self.file.write(text[:99])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    real = open
    monkeypatch.setattr(_files, "open", full, raising=False)
    with pytest.raises(OSError, match=r"cannot write .*: No space left"):
        course.blank(tmp_path / "idea")
    assert list(tmp_path.iterdir()) == []


def test_the_shipped_folder_itself_is_left_alone(source):
    assert course.place(source, source) == []
    assert not (source / course.RECORD).exists()
