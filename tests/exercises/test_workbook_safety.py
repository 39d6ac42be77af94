"""Nothing that a learner wrote is lost, whatever happens to the disk, and what is said is what happened."""

import errno
import io
import json
import os
import subprocess
import sys
import tempfile
import textwrap
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mlpkit import _files
from mlpkit.exercises import exercise, guess, hint, mine, progress, solution
from mlpkit.exercises.checker.check import check
from mlpkit.exercises.workbook import backup, transfer
from mlpkit.exercises.workbook import store as books
from mlpkit.exercises.workbook.mine import own_function
from mlpkit.exercises.workbook.record import exercise_record

SOFTMAX = """
def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
"""


@pytest.fixture(autouse=True)
def book(tmp_path, monkeypatch):
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "book"))
    monkeypatch.setattr(_files, "_told", set())
    return tmp_path / "book"


def run_cell(tmp_path, source):
    """Run a cell, as a notebook does; `@exercise` stands before the function. -> its names"""
    path = tmp_path / f"cell_{time.monotonic_ns()}.py"
    path.write_text(source, encoding="utf-8")
    space = {"np": np, "exercise": exercise, "mine": mine, "__name__": "__main__"}
    exec(compile(source, str(path), "exec"), space)
    return space


def pass_softmax(tmp_path):
    return run_cell(tmp_path, "@exercise" + SOFTMAX)["softmax"]


def attempts(name="softmax"):
    return exercise_record(books.read_record(), name)["attempts"]


# One place


def notebook_session(tmp_path, code, **environment):
    """Run lines in an IPython shell that starts in a folder of lessons. -> what it printed"""
    lessons = tmp_path / "lessons"
    lessons.mkdir(exist_ok=True)
    script = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        f"for cell in {code!r}: assert shell.run_cell(cell, store_history=True).success, cell\n"
    )
    env = {**os.environ, **environment}
    env.pop("MLPKIT_WORKBOOK", None)
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=lessons, env=env, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


CELL = "@exercise" + SOFTMAX
IMPORTS = "import os, shutil, numpy as np\nfrom mlpkit.exercises import exercise, mine, progress, hint, guess"


def test_a_notebook_that_changes_its_folder_keeps_its_workbook(tmp_path):
    told = notebook_session(
        tmp_path, [IMPORTS, CELL, "os.chdir('..')", "print(progress())", "print(mine.whose('softmax'))", CELL]
    )
    assert "1 of 28 exercises passed" in told
    assert "yours: softmax" in told
    assert told.count(f"Your workbook is {tmp_path / 'lessons' / 'my_mlpkit'}.") == 1
    assert not (tmp_path / "my_mlpkit").exists()


@pytest.mark.parametrize("use", ["mine.relu", "progress()", CELL])
def test_a_notebook_is_told_which_workbook_it_uses(tmp_path, use):
    told = notebook_session(tmp_path, [IMPORTS, use, use])
    assert told.count(f"Your workbook is {tmp_path / 'lessons' / 'my_mlpkit'}.") == 1


def test_vs_code_says_where_the_notebook_is(tmp_path):
    shown = f"__vsc_ipynb_file__ = {str(tmp_path / 'course' / '03.ipynb')!r}"
    told = notebook_session(tmp_path, [shown, IMPORTS, "progress()"])
    assert f"Your workbook is {tmp_path / 'course' / 'my_mlpkit'}." in told


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a folder in use")
def test_a_folder_that_is_deleted_under_the_notebook_loses_nothing(tmp_path):
    told = notebook_session(
        tmp_path,
        [IMPORTS, "shutil.rmtree(os.getcwd())", "guess('a', 'What?', ['x', 'y'], answer=0)",
         "hint('softmax')", "mine.relu", CELL, "print(mine.whose('softmax'))"],
    )  # fmt: skip
    assert "yours: softmax" in told
    assert (tmp_path / "lessons" / "my_mlpkit" / "softmax.py").is_file()


@pytest.mark.parametrize("renamed", ["my_mlpkit", "."])
def test_a_workbook_that_is_renamed_under_the_notebook_is_missed_in_words(tmp_path, renamed):
    told = notebook_session(
        tmp_path,
        [IMPORTS, CELL, f"old = os.path.abspath({renamed!r}); os.rename(old, old + ' moved')",
         "progress()", "mine.relu"],
    )  # fmt: skip
    assert told.count("my_mlpkit is gone") == 1


# What passed is kept


CELLS = {  # what stands above the function, and what it returns
    "an import": ("import math", "np.maximum(z, math.floor(0.5))"),
    "an import from": ("from math import floor", "np.maximum(z, floor(0.5))"),
    "a constant": ("ZERO = 0.0", "np.maximum(z, ZERO)"),
    "a constant of a constant": ("A = 1.0\nZERO: float = A - 1", "np.maximum(z, ZERO)"),
    "two constants": ("ZERO, ONE = 0.0, 1.0", "np.maximum(z, ZERO) * ONE"),
    "a helper": ("def positive(z):\n    return z > 0", "z * positive(z)"),
    "a helper of a helper": (
        "import math\nZERO = math.sin(0)\ndef positive(z):\n    return z > ZERO\n"
        "def gate(z):\n    return positive(z)",
        "z * gate(z)",
    ),
    "a decorated helper": (
        "import functools\n@functools.cache\ndef zero():\n    return 0", "np.maximum(z, zero())"
    ),
    "a class": ("class Gate:\n    floor = 0", "np.maximum(z, Gate.floor)"),
    "an object of a class": (
        "class Gate:\n    def __call__(self, z):\n        return z > 0\ngate = Gate()", "z * gate(z)"
    ),
    "a dataclass": (
        "from dataclasses import dataclass\n@dataclass\nclass Gate:\n    floor: int = 0\ngate = Gate()",
        "np.maximum(z, gate.floor)",
    ),
    "a constant made by a helper": ("def zero():\n    return 0\nZERO = zero()", "np.maximum(z, ZERO)"),
    "a partial": ("from functools import partial\nclip = partial(np.maximum, 0)", "clip(z)"),
    "a constant that changes": ("ZERO = 1\nZERO -= 1", "np.maximum(z, ZERO)"),
    "a constant in an if": ("if True:\n    ZERO = 0\nelse:\n    ZERO = 1", "np.maximum(z, ZERO)"),
    "an import in a try": (
        "try:\n    from math import floor\nexcept ImportError:\n    floor = int", "np.maximum(z, floor(0.5))"
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", CELLS)
def test_what_the_cell_defines_for_a_function_is_stored_with_it(book, tmp_path, capsys, kind):
    above, returned = CELLS[kind]
    after = "example = relu(np.array([-1.0]))\nunused = [1] * 5\n"
    run_cell(tmp_path, f"{above}\n\n@exercise\ndef relu(z):\n    return {returned}\n\n{after}")
    assert "kept in your workbook, as `relu.py`" in capsys.readouterr().out
    assert mine.relu(np.array([-1.0, 2.0])).tolist() == [0, 2]
    assert mine.whose("relu") == "yours: relu"
    text = (book / "relu.py").read_text()
    assert "unused" not in text
    assert "example" not in text


FUNCTION = "@exercise\ndef relu(z):\n    return np.maximum(z, ZERO)"
NOTEBOOK_CELLS = {
    "a magic": f"%%time\nZERO = 0\n{FUNCTION}",
    "pasted characters": f"ZERO = len('a\u2028b\x85c') - 5  # d\u2029e\u0085\n{FUNCTION}",
    "an if around it": "ZERO = 0\nif True:\n    @exercise\n    def relu(z):\n        "
    + '"""Text\nat the edge."""'
    "\n        return np.maximum(z, ZERO)",
}


@pytest.mark.parametrize("how", NOTEBOOK_CELLS)
def test_a_cell_of_a_notebook_is_stored_whatever_is_around_the_function(tmp_path, how):
    told = notebook_session(tmp_path, [IMPORTS, NOTEBOOK_CELLS[how], "print(mine.whose('relu'))"])
    assert "kept in your workbook, as `relu.py`" in told
    assert "yours: relu" in told


def test_a_default_that_the_cell_defines_is_stored_too(tmp_path):
    run_cell(tmp_path, "ZERO = 0.0\n\n@exercise\ndef relu(z, floor=ZERO):\n    return np.maximum(z, floor)\n")
    assert mine.whose("relu") == "yours: relu"


def test_a_name_that_was_imported_with_a_star_gets_its_cure(book, tmp_path, capsys):
    run_cell(tmp_path, "from numpy import *\n\n@exercise\ndef relu(z):\n    return maximum(z, 0)\n")
    assert "write `np.maximum` for `maximum`" in capsys.readouterr().out
    assert not (book / "relu.py").exists()


@pytest.mark.parametrize("body", ["mine.softmax(logits)", "kept(logits)", "[mine.softmax][0](logits) * 1"])
def test_a_call_to_itself_replaces_no_version_that_passed(book, tmp_path, capsys, body):
    pass_softmax(tmp_path)
    before = (book / "softmax.py").read_text()
    run_cell(tmp_path, f"kept = mine.softmax\n\n@exercise\ndef softmax(logits):\n    return {body}\n")
    assert (book / "softmax.py").read_text() == before
    assert "your own version, which passed before, stays" in capsys.readouterr().out
    assert not exercise_record(books.read_record(), "softmax")["forwards"]


@pytest.mark.parametrize(
    "content", [b"def softmax(z:\n", b"\xff\xfe", b"", b"raise ValueError('no')", b"x = 1"]
)
def test_a_stored_function_that_is_damaged_is_told_and_kept(book, tmp_path, capsys, content):
    pass_softmax(tmp_path)
    (book / "softmax.py").write_bytes(content)
    capsys.readouterr()
    assert mine.softmax(np.zeros((1, 2))).tolist() == [[0.5, 0.5]]
    assert "`softmax.py` in your workbook cannot be used" in capsys.readouterr().out
    assert "`softmax.py` in your workbook cannot be used" in repr(progress())
    pass_softmax(tmp_path)
    assert "it is now `softmax (damaged).py`" in capsys.readouterr().out
    assert (book / "softmax (damaged).py").read_bytes() == content
    assert mine.whose("softmax") == "yours: softmax"


def test_an_odd_line_separator_in_a_comment_shifts_no_line(book, tmp_path):
    run_cell(tmp_path, "# pasted\u2028\x0c\u0085 words\n\n@exercise" + SOFTMAX)
    assert "pasted" not in (book / "softmax.py").read_text()
    assert mine.whose("softmax") == "yours: softmax"


@pytest.mark.parametrize(("shown", "counted"), [(False, 0), (True, 1)])
def test_a_hint_or_solution_counts_when_it_is_shown(book, tmp_path, shown, counted):
    pass_softmax(tmp_path)
    for panel in (hint("softmax"), solution("softmax")):
        if shown:
            repr(panel)
            panel._repr_mimebundle_()
    found = exercise_record(books.read_record(), "softmax")
    assert (found["hints"], found["solution"]) == (counted, bool(counted))


# Forwarding


FORWARDS = {
    "a default": "def softmax(z, f=mlpkit.softmax):\n    return f(z)",
    "a keyword's default": "def softmax(z, *, f=mlpkit.softmax):\n    return f(z)",
    "a partial": "f = functools.partial(mlpkit.softmax)\ndef softmax(z):\n    return f(z)",
    "a partial itself": "softmax = functools.partial(lambda f, z: f(z), mlpkit.softmax)",
    "a container": "tools = {'f': [mlpkit.softmax]}\ndef softmax(z):\n    return tools['f'][0](z)",
    "a name in a text": "def softmax(z):\n    return getattr(mlpkit, 'softmax')(z)",
    "an expression": "def softmax(z):\n    return (lambda: mlpkit)().softmax(z) + 0",
}


@pytest.mark.parametrize("how", FORWARDS)
def test_handing_the_work_on_is_noticed(tmp_path, how):
    space = run_cell(tmp_path, f"import functools, mlpkit\n{FORWARDS[how]}\n")
    result = check("softmax", space["softmax"])
    assert (result.outcome, result.forwards) == ("passed", True)


# Bringing a workbook in


def zipped(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            entry = zipfile.ZipInfo(f"{name}.py", (2020, 1, 1, 0, 0, 0))
            file.writestr(entry, content)
    return packed.getvalue()


def again(packed, folder="backup/", **more):
    """The same files zipped again by a system's own tool."""
    new = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(new, "w") as file:
        if folder:
            file.writestr(folder, b"")
        for entry in old.infolist():
            file.writestr(folder + entry.filename, old.read(entry))
        for name, content in more.items():
            file.writestr(name, content)
    return new.getvalue()


def test_an_older_backup_replaces_nothing_and_a_newer_one_keeps_yours(book, tmp_path):
    pass_softmax(tmp_path)
    newer = (book / "softmax.py").read_text()
    packed = zipped(softmax="def softmax(z):\n    return z\n", relu="def relu(z): ...")
    assert transfer.import_workbook(packed) == (
        "added: relu; older than yours and kept beside it as `(older)`: softmax; "
        "the record was added to yours"
    )
    assert (book / "softmax.py").read_text() == newer
    assert "return z" in (book / "softmax (older).py").read_text()
    os.utime(book / "softmax.py", (1, 1))
    newest = "def softmax(z): ...\n"
    told = transfer.import_workbook(zipped(softmax=newest))
    assert told.startswith("replaced by a newer version, with yours kept as `(older)`: softmax")
    assert (book / "softmax.py").read_text() == newest
    assert (book / "softmax (older 2).py").read_text() == newer
    assert transfer.import_workbook(zipped(softmax=newest)).startswith("there already: softmax")
    assert len(list(book.glob("softmax*.py"))) == 3


BROKEN = ["def softmax(z:\n", "", "x = 1\n", "(" * 500]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_damaged_function_never_takes_the_place_of_a_sound_one(book, tmp_path, broken):
    pass_softmax(tmp_path)
    sound = (book / "softmax.py").read_text()
    os.utime(book / "softmax.py", (1, 1))  # what is brought in is newer
    told = transfer.import_workbook(zipped(softmax=broken))
    assert told.startswith("damaged in that file, so yours stay")
    assert (book / "softmax.py").read_text() == sound
    assert (book / "softmax (older).py").read_text() == broken
    (book / "softmax.py").write_text(broken)  # and is newer than the backup
    told = transfer.import_workbook(zipped(softmax=sound))
    assert told.startswith("in the place of yours, which is damaged")
    assert (book / "softmax.py").read_text() == sound
    assert mine.whose("softmax") == "yours: softmax"


def test_of_two_backups_the_newer_wins_in_either_order(book, tmp_path):
    old, new = zipped(softmax="# old\n"), io.BytesIO()
    with zipfile.ZipFile(new, "w") as file:
        file.writestr(zipfile.ZipInfo("softmax.py", (2021, 1, 1, 0, 0, 0)), "# new\n")
    for order in ((old, new.getvalue()), (new.getvalue(), old)):
        for packed in order:
            transfer.import_workbook(packed)
        assert (book / "softmax.py").read_text() == "# new\n"
        assert (book / "softmax (older).py").read_text() == "# old\n"
        for path in book.glob("softmax*"):
            path.unlink()


@pytest.mark.parametrize(
    ("folder", "more"),
    [
        ("my_mlpkit/", {"__MACOSX/my_mlpkit/._softmax.py": b"x", "my_mlpkit/.DS_Store": b"x"}),
        ("", {".lock": b"", ".DS_Store": b"x", "Thumbs.db": b"x"}),
        ("a/my_mlpkit/", {"a/my_mlpkit/softmax (older).py": b"x", "a/my_mlpkit/.lock": b""}),
        ("my_mlpkit\\", {}),
    ],
)
def test_a_backup_that_was_zipped_again_is_read(book, tmp_path, folder, more):
    pass_softmax(tmp_path)
    packed = again(transfer.export_bytes(), folder, **more)
    (book / "softmax.py").unlink()
    (book / "record.json").unlink()
    assert transfer.import_workbook(packed).startswith("added: softmax")
    assert own_function("softmax")
    assert attempts() == 1


def test_the_download_is_the_workbook_as_it_is_when_the_button_is_pressed(book, tmp_path):
    backup.backup()
    pass_softmax(tmp_path)
    message, (packed,) = backup.answer({"ask": "download"}, [])
    assert message == {"download": "my_mlpkit.zip", "text": "Your workbook holds 1 function."}
    assert zipfile.ZipFile(io.BytesIO(packed)).namelist() == ["softmax.py", "record.json"]
    (book / "softmax.py").unlink()
    message, _ = backup.answer({"ask": "import"}, [memoryview(packed)])
    assert message["text"].startswith("added: softmax; the record was added to yours. Your workbook holds 1")
    assert "nothing was changed" in backup.answer({"ask": "import"}, [b"no zip"])[0]["text"]
    assert backup.answer("nonsense", []) == ({"text": ""}, [])


# The record


def fail_once(monkeypatch, number):
    """Reading the record fails once. -> the errors that were raised"""
    usual, raised = _files.os.open, []

    def opened(path, *rest, **named):
        if str(path).endswith("record.json") and not raised:
            raised.append(OSError(number, os.strerror(number), str(path)))
            raise raised[0]
        return usual(path, *rest, **named)

    monkeypatch.setattr(os, "open", opened)
    return raised


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES, errno.ESTALE])
@pytest.mark.parametrize("act", ["hint", "exercise", "guess", "progress"])
def test_a_record_that_cannot_be_read_once_loses_nothing(book, tmp_path, monkeypatch, capsys, number, act):
    pass_softmax(tmp_path)
    repr(hint("softmax"))
    capsys.readouterr()
    raised = fail_once(monkeypatch, number)
    acts = {
        "hint": lambda: repr(hint("softmax")),
        "exercise": lambda: pass_softmax(tmp_path),
        "progress": progress,
        "guess": lambda: guess("a", "What?", ["x", "y"], answer=0),
    }
    acts[act]()
    assert len(raised) == 1
    record = exercise_record(books.read_record(), "softmax")
    assert record["attempts"] >= 1
    assert record["hints"] >= 1
    if act != "guess":
        assert os.strerror(number) in capsys.readouterr().out


def test_what_is_told_of_a_failed_save_is_what_happened(book, tmp_path, monkeypatch, capsys):
    pass_softmax(tmp_path)
    capsys.readouterr()
    fail_once(monkeypatch, errno.EIO)
    pass_softmax(tmp_path)
    told = capsys.readouterr().out
    assert "It is kept in your workbook, as `softmax.py`. Its record could not be written" in told
    assert "this try is not counted" in told
    assert "not remembered" not in told
    assert attempts() == 1


def test_any_damage_of_the_record_is_put_aside_and_said(book, tmp_path, capsys):
    """One letter changed anywhere: the copy is kept, or nothing but that letter's value is different."""
    pass_softmax(tmp_path)
    guess("a", "What?", ["x", "y"], answer=0)
    whole = (book / "record.json").read_bytes()
    before = books.read_record()
    rng = np.random.default_rng(0)
    for _ in range(400):
        damaged = bytearray(whole)
        damaged[rng.integers(len(whole))] = rng.integers(32, 127)
        (book / "record.json").write_bytes(damaged)
        capsys.readouterr()
        found = books.read_record()
        told = "was damaged" in capsys.readouterr().out
        kept = [path.read_bytes() for path in book.glob("record (damaged*).json")]
        assert told == (bytes(damaged) in kept)
        if not told:
            assert exercise_record(found, "softmax")["passed"] == before["exercises"]["softmax"]["passed"]
            assert found["exercises"].keys() == before["exercises"].keys()
            assert len(found["predictions"]) == 1
        for path in book.glob("record (damaged*).json"):
            path.unlink()


@pytest.mark.parametrize(
    "content",
    [b"{", b"[]", b"null", b'{"exercises": 3}', b'{"exercises": {"softmax": 1}}', b'{"schema": "1"}',
     b'{"exercises": {"softmax": {"attempts": "3"}}}', b'{"exercises": {"softmax": {"hints": -1}}}',
     b'{"predictions": []}', b'{"predictions": {"a": 1}}', b'{"clinic": 1}', b"\xff", b"[" * 99_999],
)  # fmt: skip
def test_a_wrong_type_in_the_record_is_put_aside_and_said(book, capsys, content):
    book.mkdir()
    (book / "record.json").write_bytes(content)
    progress()
    assert (
        "record.json in your workbook was damaged: it is kept as `record (damaged).json`"
        in capsys.readouterr().out
    )
    assert (book / "record (damaged).json").read_bytes() == content
    progress()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("code", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_files_that_an_editor_saved_in_another_encoding_are_read(book, tmp_path, capsys, code):
    pass_softmax(tmp_path)
    for name in ("softmax.py", "record.json"):
        text = (book / name).read_text("utf-8")
        (book / name).write_bytes(text.replace("\n", "\r\n").encode(code))
    capsys.readouterr()
    assert (attempts(), mine.whose("softmax")) == (1, "yours: softmax")
    assert "damaged" not in capsys.readouterr().out
    pass_softmax(tmp_path)
    assert attempts() == 2


def test_a_count_that_cannot_be_is_damage(book, tmp_path, capsys):
    pass_softmax(tmp_path)
    content = (book / "record.json").read_text().replace('"attempts": 1', f'"attempts": {"9" * 4300}')
    (book / "record.json").write_text(content)
    pass_softmax(tmp_path)
    assert "damaged" in capsys.readouterr().out
    assert attempts() == 1


def test_two_damages_in_one_second_keep_two_copies(book):
    book.mkdir()
    for content in (b"{first", b"{second"):
        (book / "record.json").write_bytes(content)
        books.read_record()
    kept = {path.read_bytes() for path in book.glob("record (damaged*).json")}
    assert kept == {b"{first", b"{second"}


def test_half_a_pair_of_utf_16_refuses_no_save(book, tmp_path):
    guess("a", "What? \ud83d", ["x\udc00", "y"], answer=0)
    pass_softmax(tmp_path)
    record = books.read_record()
    assert record["predictions"]["a"]["answer"] == "x\udc00"
    assert exercise_record(record, "softmax")["passed"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")
@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_a_record_that_is_no_ordinary_file_is_refused_in_words(book, tmp_path, capsys, kind):
    book.mkdir()
    if kind == "pipe":
        os.mkfifo(book / "record.json")
    else:
        (tmp_path / "elsewhere.json").write_text("{}")
        (book / "record.json").symlink_to(tmp_path / "elsewhere.json")
    pass_softmax(tmp_path)
    told = capsys.readouterr().out
    assert {"pipe": "it is no ordinary file", "link": "it is a link"}[kind] in told
    assert "It is kept in your workbook, as `softmax.py`" in told
    assert (tmp_path / "elsewhere.json").read_text() == "{}" if kind == "link" else True


# Locks and leftovers

STUCK = """
    import sys, time
    from mlpkit.exercises.workbook import store as books
    from mlpkit.exercises.workbook.record import exercise_record
    calls = []
    def change(record):
        exercise_record(record, "relu")["attempts"] += 1
        if not calls:
            print("holds", flush=True)
            sys.stdin.readline()
        calls.append(1)
    books.change_record(change)
    print(len(calls), flush=True)
"""


def test_a_holder_of_the_lock_that_is_stuck_makes_no_pass_vanish(book, tmp_path, monkeypatch):
    monkeypatch.setattr(_files, "PATIENCE", 0.2)
    command = [sys.executable, "-c", textwrap.dedent(STUCK)]
    stuck = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert stuck.stdout.readline() == "holds\n"
    pass_softmax(tmp_path)
    stuck.stdin.write("\n")
    stuck.stdin.flush()
    assert stuck.stdout.readline() == "2\n"  # it saw that the record had changed, and began anew
    stuck.communicate()
    record = books.read_record()
    assert exercise_record(record, "softmax")["passed"]
    assert exercise_record(record, "relu")["attempts"] == 1


COUNTER = """
    import errno, fcntl, sys
    def no_locks(*_):
        raise OSError(int(sys.argv[1]), "no locks here")
    fcntl.flock = no_locks
    from mlpkit.exercises.workbook import store as books
    from mlpkit.exercises.workbook.record import exercise_record
    def count(record):
        exercise_record(record, "softmax")["attempts"] += 1
    for _ in range(25):
        books.change_record(count)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="locks differ there")
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_where_the_system_knows_no_locks_nothing_is_lost(book, number):
    command = [sys.executable, "-c", textwrap.dedent(COUNTER), str(number)]
    kernels = [subprocess.Popen(command) for _ in range(3)]
    assert [kernel.wait(120) for kernel in kernels] == [0, 0, 0]
    assert attempts() == 75
    assert not (book / ".locked").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="locks differ there")
def test_where_the_system_knows_no_locks_nobody_waits_and_it_is_said_once(book, monkeypatch, capsys):
    slept = []
    monkeypatch.setattr(_files.time, "sleep", slept.append)

    def no_locks(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(_files.fcntl, "flock", no_locks)
    books.change_record(lambda record: None)
    books.change_record(lambda record: None)
    assert slept == []
    assert capsys.readouterr().out.count("knows no locks: work in one notebook at a time") == 1
    (book / ".locked").touch()  # a process that was killed has left it
    os.utime(book / ".locked", (1, 1))
    books.change_record(lambda record: None)
    assert len(slept) <= 1


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP])
def test_where_the_system_cannot_sync_it_is_written_all_the_same(book, tmp_path, monkeypatch, capsys, number):
    def no_sync(_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", no_sync)
    pass_softmax(tmp_path)
    told = capsys.readouterr().out
    assert "kept in your workbook" in told
    assert told.count("may write late") == 1
    assert attempts() == 1


def test_what_a_crash_left_is_removed_by_the_next_save(book, tmp_path):
    book.mkdir()
    old, new = book / ".record.json-0123abcd.part", book / ".softmax.py-0123abcd.part"
    for path in (old, new):
        path.write_text("half")
    os.utime(old, (1, 1))
    pass_softmax(tmp_path)
    assert not old.exists()
    assert new.exists()  # perhaps another kernel is writing it


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions")
def test_a_lock_that_belongs_to_an_administrator_refuses_no_save(monkeypatch):
    """`sudo mlpkit workbook export` in a learner's folder leaves a `.lock` that the learner cannot write."""
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as room:
        os.chmod(room, 0o755)
        book = Path(room, "book")
        book.mkdir()
        monkeypatch.setenv("MLPKIT_WORKBOOK", str(book))
        (book / ".lock").touch()
        os.chmod(book / ".lock", 0o644 if root else 0o444)
        if root:
            os.chown(book, 65534, 65534)
            os.seteuid(65534)
        try:
            books.change_record(lambda record: exercise_record(record, "softmax").update(attempts=3))
            assert attempts() == 3
        finally:
            if root:
                os.seteuid(0)


def test_an_old_file_steps_aside_and_comes_back_if_the_new_one_fails(tmp_path, monkeypatch):
    path = tmp_path / "marks.csv"
    for content in (b"first", b"second", b"third", b"third"):
        _files.write_keeping_old(path, content)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {
        "marks.csv": b"third", "marks (older).csv": b"first", "marks (older 2).csv": b"second"
    }  # fmt: skip
    usual = os.replace

    def refuse(source, target):
        if str(target).endswith("marks.csv") and ".part" in str(source):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return usual(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        _files.write_keeping_old(path, b"fourth")
    assert path.read_bytes() == b"third"
    assert len(list(tmp_path.iterdir())) == 3


def test_progress_counts_functions_without_a_record(book, tmp_path):
    pass_softmax(tmp_path)
    (book / "record.json").unlink()
    assert "1 of 28 exercises passed" in repr(progress())
    assert json.loads(json.dumps(books.read_record()))["exercises"] == {}
