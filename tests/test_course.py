"""A folder of lessons brought up to date: new ones arrive, a learner's work is never lost."""

import pytest

from mlpkit import course


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


@pytest.mark.parametrize("record", ["", "{", "[]", "null"])
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

    def full(self, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(course.Path, "write_bytes", full)
    with pytest.raises(OSError, match=r"cannot put the lessons into .*: No space left"):
        course.place(source, target)
    assert (target / "03_forward.ipynb").read_text() == "my work"
    assert not list(target.glob("*yours*"))
    assert not list(target.glob("*.tmp"))


def test_the_shipped_folder_itself_is_left_alone(source):
    assert course.place(source, source) == []
    assert not (source / course.RECORD).exists()
