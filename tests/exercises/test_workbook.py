"""The workbook: what passes is kept, alone and whole, whatever happens, and becomes a network that trains."""

import errno
import io
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pytest

from mlpkit import Examples, Params, evaluate, load, loss_and_grads, train
from mlpkit.app import lessons as course
from mlpkit.exercises import backup, exercise, hint, mine, progress, solution
from mlpkit.exercises.catalog import exercises
from mlpkit.exercises.workbook import store as books
from mlpkit.exercises.workbook import transfer
from mlpkit.exercises.workbook.mine import own_function
from mlpkit.exercises.workbook.mine_network import as_network

ELSEWHERE = 1.0


@pytest.fixture(autouse=True)
def book(tmp_path, monkeypatch):
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "book"))
    return tmp_path / "book"


def solve(name):
    """Pass an exercise with the model solution's own lines, as a learner would."""
    source = exercises()[name].solution
    (books.workbook_dir()).mkdir(parents=True, exist_ok=True)
    space = {"np": np, "exercise": exercise, "mine": mine}
    path = books.workbook_dir().parent / f"cell_{name}.py"
    path.write_text(
        "@exercise\n" + source.replace("def " + exercises()[name].reference.__name__, f"def {name}")
    )
    exec(compile(path.read_text(), str(path), "exec"), space)
    return space[name]


def pass_softmax():
    @exercise
    def softmax(logits):
        # in my own words
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    return softmax


def test_a_passed_function_is_kept_with_its_comments_and_used(book, capsys):
    pass_softmax()
    assert "kept in your workbook, as `softmax.py`" in capsys.readouterr().out
    text = (book / "softmax.py").read_text()
    assert "# in my own words" in text
    assert "@exercise" not in text
    assert mine.softmax(np.zeros((1, 2))).tolist() == [[0.5, 0.5]]
    assert mine.softmax.__module__ == "my_mlpkit.softmax"
    assert json.loads((book / "record.json").read_text())["schema"] == 1
    assert books.exercise_record(books.read_record(), "softmax")["passed"]


def test_a_blank_is_stood_in_for_and_leaves_no_trace(book, capsys):
    @exercise
    def softmax(logits):
        return ...

    assert "goes on with mlpkit's own `softmax`" in capsys.readouterr().out
    assert softmax(np.zeros((1, 2))).tolist() == [[0.5, 0.5]]
    assert not (book / "softmax.py").exists()


def test_a_blank_after_a_pass_uses_the_own_version(capsys):
    pass_softmax()

    @exercise
    def softmax(logits): ...

    assert softmax.__module__ == "my_mlpkit.softmax"
    assert "Your own version" in capsys.readouterr().out


def test_a_wrong_function_stays_the_learners_and_keeps_the_last_pass(book, capsys):
    pass_softmax()
    before = (book / "softmax.py").read_text()

    @exercise
    def softmax(logits):
        return np.exp(logits) / np.exp(logits).sum()

    assert "last version that passed stays" in capsys.readouterr().out
    assert softmax(np.zeros((2, 2))).tolist() == [[0.25, 0.25], [0.25, 0.25]]
    assert (book / "softmax.py").read_text() == before
    found = books.exercise_record(books.read_record(), "softmax")
    assert found["passed"]
    assert found["attempts"] == 2
    assert found["mistakes"] == ["sum-over-everything"]


def test_a_name_from_another_cell_is_named_and_the_function_not_kept(book, capsys):
    @exercise
    def softmax(logits):
        powers = np.exp(logits - logits.max(axis=1, keepdims=True)) * ELSEWHERE
        return powers / powers.sum(axis=1, keepdims=True)

    out = capsys.readouterr().out
    assert "softmax: passed" in out
    assert "`ELSEWHERE`" in out
    assert not (book / "softmax.py").exists()
    assert softmax is not exercises()["softmax"].reference


def test_a_name_in_the_signature_is_named_too(capsys):
    @exercise
    def softmax(logits, scale=ELSEWHERE):
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    assert "`ELSEWHERE`" in capsys.readouterr().out


def test_other_passed_functions_may_be_used(book, capsys):
    softmax = pass_softmax()

    @exercise
    def accuracy(logits, labels):
        return float((softmax(logits).argmax(axis=1) == labels).mean())

    assert "kept in your workbook, as `accuracy.py`" in capsys.readouterr().out
    assert mine.accuracy(np.eye(3), np.arange(3)) == 1.0
    mine.forget("softmax")
    assert own_function("accuracy") is None  # what it needs is gone
    assert mine.accuracy is exercises()["accuracy"].reference


def test_a_kept_function_may_call_others_through_mine(book, capsys):
    """As the lessons advise: each is the learner's own if it has passed, and mlpkit's otherwise."""

    @exercise
    def cross_entropy(logits, labels):
        return float(-mine.log_softmax(logits)[np.arange(len(labels)), labels].mean())

    assert "kept in your workbook, as `cross_entropy.py`" in capsys.readouterr().out
    assert mine.whose("cross_entropy") == "yours: cross_entropy"
    assert mine.cross_entropy(np.zeros((2, 10)), np.array([3, 4])) == pytest.approx(np.log(10))
    inner = own_function("cross_entropy").__globals__["mine"]
    assert inner.log_softmax is exercises()["log_softmax"].reference
    solve("log_softmax")
    inner = own_function("cross_entropy").__globals__["mine"]
    assert inner.log_softmax.__module__ == "my_mlpkit.log_softmax"
    assert inner.log_softmax is inner.log_softmax  # read once: a network calls it in every step


def test_a_kept_function_that_calls_itself_through_mine_ends(book):
    @exercise
    def softmax(logits):
        return mine.softmax(logits)

    assert mine.softmax(np.zeros((1, 2))).tolist() == [[0.5, 0.5]]
    assert own_function("mine") is None


def test_forget_and_do_it_again(book):
    pass_softmax()
    text = (book / "softmax.py").read_text()
    mine.forget("softmax")
    assert not (book / "softmax.py").exists()
    assert (book / "softmax (forgotten).py").read_text() == text
    mine.forget("softmax")  # there is nothing to forget any more
    assert sorted(path.name for path in book.glob("*.py")) == ["softmax (forgotten).py"]
    assert mine.softmax is exercises()["softmax"].reference
    assert not books.exercise_record(books.read_record(), "softmax")["passed"]
    assert books.exercise_record(books.read_record(), "softmax")["attempts"] == 1
    with pytest.raises(ValueError, match="did you mean"):
        mine.forget("sofmax")


def test_what_cannot_be_forgotten_stays_and_it_is_said_in_words(book, monkeypatch):
    pass_softmax()

    def refuse(*_):
        raise PermissionError(errno.EACCES, "Permission denied", ".record.json-1234.part")

    monkeypatch.setattr("mlpkit.exercises.workbook.store.write_all", refuse)
    with pytest.raises(OSError, match=r"`softmax` stays in the workbook, .*\(Permission denied\): set"):
        mine.forget("softmax")
    assert mine.whose("softmax") == "yours: softmax"


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="no exercise called 'nonsense'"):
        mine.nonsense  # noqa: B018
    assert "softmax" in dir(mine)
    assert repr(mine).startswith("yours: nothing yet (0 of ")


def test_a_folder_that_cannot_be_written_changes_no_verdict(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "file"))
    pass_softmax()
    out = capsys.readouterr().out
    assert "✓ softmax: passed" in out
    assert "could not be written" in out
    assert "Each row" in repr(hint("softmax"))


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1, 2]", b'{"exercises": 3}', b"\xff\xfe", b'{"exercises": {"softmax": 1}}', b"[" * 99_999,
     b'{"exercises": {"softmax": {"hints": -5, "attempts": -1, "mistakes": [[1]]}}}'],
)  # fmt: skip
def test_a_damaged_record_is_put_aside_and_the_functions_stay(book, content):
    pass_softmax()
    (book / "record.json").write_bytes(content)
    assert mine.softmax.__module__ == "my_mlpkit.softmax"
    assert "1 of " in repr(progress())
    assert repr(hint("softmax")).startswith("Hint 1 of 4")


def test_a_record_of_a_newer_mlpkit_is_not_written_over(book, capsys):
    book.mkdir()
    (book / "record.json").write_text('{"schema": 99, "exercises": {}}')
    pass_softmax()
    assert "newer mlpkit" in capsys.readouterr().out
    assert json.loads((book / "record.json").read_text()) == {"schema": 99, "exercises": {}}


def test_hints_climb_and_the_solution_waits_for_a_try():
    assert [repr(hint("softmax"))[:11] for _ in range(5)] == ["Hint 1 of 4", "Hint 2 of 4", "Hint 3 of 4"] + [
        "Hint 4 of 4"
    ] * 2
    assert "Try softmax once" in repr(solution("softmax"))
    pass_softmax()
    assert "def softmax(logits" in repr(solution("softmax"))
    assert "def softmax(logits" in solution("softmax")._repr_mimebundle_()["text/html"]


def test_export_and_import_bring_everything_back(book, tmp_path, monkeypatch):
    pass_softmax()
    repr(hint("softmax"))
    assert transfer.export_workbook(tmp_path / "out.zip").startswith("1 function and the record")
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "other"))
    assert mine.softmax is exercises()["softmax"].reference
    transfer.import_workbook(tmp_path / "out.zip")
    assert mine.softmax.__module__ == "my_mlpkit.softmax"
    assert books.exercise_record(books.read_record(), "softmax")["hints"] == 1
    assert repr(backup()).startswith("Your workbook holds 1 function.")


@pytest.mark.parametrize(
    "name", ["../evil.py", "/etc/evil.py", "evil.py", "sub/softmax.py", "..\\softmax.py", "softmax.py/"]
)
def test_import_takes_nothing_but_a_workbook(tmp_path, name):
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as file:
        file.writestr("softmax.py", "def softmax(z): return z")
        file.writestr(name, "print('evil')")
    with pytest.raises(ValueError, match="belongs to no workbook"):
        transfer.import_workbook(tmp_path / "bad.zip")
    assert not books.function_file("softmax").exists()


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04damaged"])
def test_import_refuses_what_is_no_zip(tmp_path, content):
    (tmp_path / "bad.zip").write_bytes(content)
    with pytest.raises(ValueError, match="no workbook"):
        transfer.import_workbook(tmp_path / "bad.zip")
    with pytest.raises(OSError):
        transfer.import_workbook(tmp_path / "missing.zip")


def test_import_refuses_a_damaged_record_before_it_changes_anything():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("softmax.py", "def softmax(z): return z")
        file.writestr("record.json", "{")
    with pytest.raises(ValueError, match="damaged"):
        transfer.import_workbook(packed.getvalue())
    assert not books.function_file("softmax").exists()


def zipped(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(f"{name}.{'json' if name == 'record' else 'py'}", content)
    return packed.getvalue()


def test_an_import_that_is_refused_leaves_the_functions_as_they_were(book):
    book.mkdir()
    (book / "softmax.py").write_text("mine")
    (book / "record.json").write_text('{"schema": 99}')
    with pytest.raises(ValueError, match="newer mlpkit"):
        transfer.import_workbook(zipped(softmax="other", record="{}"))
    assert (book / "softmax.py").read_text() == "mine"
    assert not list(book.glob(".*.part"))


def test_a_disk_that_fills_up_in_an_import_leaves_everything_as_it_was(book, monkeypatch):
    book.mkdir()
    (book / "softmax.py").write_text("mine")
    written = []

    def full(handle):
        written.append(handle)
        if len(written) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        transfer.import_workbook(zipped(softmax="other", relu="other", record="{}"))
    assert (book / "softmax.py").read_text() == "mine"
    assert sorted(path.name for path in book.iterdir()) == [".lock", "softmax.py"]


@pytest.mark.parametrize("record", ['{"exercises": {"relu": {"mistakes": [[1]]}}}', '{"clinic": {"kim": 5}}'])
def test_odd_entries_of_a_record_are_passed_over_in_an_import(book, record):
    book.mkdir()
    (book / "record.json").write_text(record)
    transfer.import_workbook(zipped(record='{"clinic": {"kim": {"cured": true}}, "exercises": {"relu": {}}}'))
    assert books.read_record()["clinic"]["kim"] == {"cured": True}
    transfer.import_workbook(zipped(record=record))
    assert books.exercise_record(books.read_record(), "relu")["mistakes"] == []


def test_a_zip_with_damage_anywhere_is_refused_or_read(book):
    rng = np.random.default_rng(0)
    packed = zipped(softmax="def softmax(z):\n    return z\n" * 9, record='{"schema": 1}')
    whole = np.frombuffer(packed, np.uint8)
    refused = []
    for _ in range(300):
        damaged = whole.copy()
        damaged[rng.integers(len(whole), size=2)] = rng.integers(256, size=2)
        try:
            transfer.import_workbook(damaged.tobytes())
        except (ValueError, OSError) as error:
            refused.append(str(error))
    assert len(refused) > 100
    assert all(re.search("no workbook|is damaged|newer mlpkit", said) for said in refused)
    with pytest.raises(ValueError, match="damaged"):
        transfer.import_workbook(zipped(record="[" * 99_999))


def test_damage_in_a_zip_that_another_program_packed_is_refused_in_words(book):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as file:
        file.writestr("relu.py", "def relu(z):\n    return z * (z > 0)\n" * 30)
    first = 30 + len("relu.py") + 4 + 5  # what stands before the packed bytes: entry, name, LZMA's header
    for place in range(first, first + 20):
        damaged = bytearray(packed.getvalue())
        damaged[place] ^= 0x55
        with pytest.raises(ValueError, match=r"no workbook|is damaged"):
            transfer.import_workbook(bytes(damaged))
    assert not book.exists()


def test_an_export_keeps_another_file_that_has_its_name(tmp_path):
    (tmp_path / "notes.ipynb").write_text("precious")
    pass_softmax()
    assert transfer.export_workbook(tmp_path / "notes.ipynb").endswith("is now notes (older).ipynb")
    assert (tmp_path / "notes (older).ipynb").read_text() == "precious"
    transfer.export_workbook(tmp_path / "notes.ipynb")  # the same once more: nothing to keep
    assert len(list(tmp_path.glob("notes*"))) == 2
    with pytest.raises(IsADirectoryError):
        transfer.export_workbook(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(OSError, match="no ordinary file"):
            transfer.export_workbook(tmp_path / "pipe")


def test_a_workbook_that_cannot_be_written_to_can_still_be_taken_out(tmp_path, monkeypatch):
    pass_softmax()

    usual = os.open

    def refused(path, *rest, **named):
        if str(path).endswith(".lock"):
            raise PermissionError(13, "Permission denied", str(path))
        return usual(path, *rest, **named)

    monkeypatch.setattr(os, "open", refused)
    assert transfer.export_workbook(tmp_path / "out.zip").startswith("1 function and the record")


WRITER = """
    import sys
    import numpy as np
    from mlpkit.exercises.workbook import store as books
    from mlpkit._files import locked, write
    names, number = ["softmax", "log_softmax", "accuracy"], 0
    print("ready", flush=True)
    while True:
        number += 1
        name = names[number % 3]
        source = f"def {name}(*args):\\n    return {number}\\n" + "# filling\\n" * 2000
        with locked(books.workbook_dir()):
            write(books.function_file(name), source.encode())
        new = {"passed": True, "attempts": number}
        books.change_record(lambda record: books.exercise_record(record, name).update(new))
"""


def killed_once(book, wait):
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(WRITER)], stdout=subprocess.PIPE)
    process.stdout.readline()
    time.sleep(wait)
    process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.wait()
    process.stdout.close()
    assert not list(book.glob("*unreadable*"))
    record = json.loads((book / "record.json").read_text())
    for name, said in record["exercises"].items():
        if said["passed"]:
            source = (book / f"{name}.py").read_text()
            assert source.count("# filling\n") == 2000 or "# in my own words" in source
            assert callable(own_function(name))
    return record


def test_killed_while_saving_the_workbook_is_whole(book):
    pass_softmax()
    for i in range(8):
        killed_once(book, 0.01 + 0.013 * i)
    books.change_record(
        lambda record: books.exercise_record(record, "softmax").update(hints=2)
    )  # no lock is left behind
    assert books.exercise_record(books.read_record(), "softmax")["hints"] == 2
    for path in book.glob(".*.part"):
        os.utime(path, (1, 1))
    books.change_record(lambda record: None)
    assert not list(book.glob(".*.part"))


@pytest.mark.slow
def test_killed_a_hundred_times_while_saving(book):
    pass_softmax()
    last = 0
    for i in range(100):
        record = killed_once(book, 0.002 + 0.0037 * (i % 40))
        assert record["exercises"]
        last = max(last, *(said["attempts"] for said in record["exercises"].values()))
    assert last > 10


def test_two_kernels_lose_nothing(book):
    code = """
        from mlpkit.exercises.workbook import store as books
        for _ in range(40):
            def count(record):
                books.exercise_record(record, "softmax")["attempts"] += 1
            books.change_record(count)
    """
    kernels = [subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)]) for _ in range(3)]
    assert [kernel.wait(60) for kernel in kernels] == [0, 0, 0]
    assert books.exercise_record(books.read_record(), "softmax")["attempts"] == 120


NETWORK = ("init_params", "forward", "cross_entropy", "cross_entropy_backward", "backward")


@pytest.mark.parametrize("step", ["sgd_step", "momentum_step", "nesterov_step", "rmsprop_step", "adam_step"])
def test_the_learners_own_functions_train_a_network(step):
    rng = np.random.default_rng(0)
    images = rng.random((200, 12)).astype(np.float32)
    labels = (images[:, :3].sum(axis=1) > 1.5).astype(int)
    init_params, own_loss_and_grads, optimizer, missing = mine.as_network(step)
    assert missing == [*NETWORK, step]
    params = init_params([12, 16, 2], rng=np.random.default_rng(1))
    assert isinstance(params, Params)
    one, other = own_loss_and_grads(params, images, labels), loss_and_grads(params, images, labels)
    assert one[0] == pytest.approx(other[0], rel=1e-5)
    np.testing.assert_allclose(one[1].flat, other[1].flat, atol=1e-6)
    assert one[0].logits.shape == (200, 2)
    steps = list(train(params, Examples(images, labels), optimizer=optimizer, epochs=10, batch_size=50,
                       rng=rng, loss_and_grads=own_loss_and_grads))  # fmt: skip
    assert steps[-1].loss < steps[0].loss
    assert steps[-1].number == 40


def test_what_is_passed_is_no_longer_missing():
    for name in ("cross_entropy", "momentum_step"):
        solve(name)
    *_, optimizer, missing = mine.as_network()
    assert optimizer.name == "momentum_step"
    assert "cross_entropy" not in missing
    assert "momentum_step" not in missing
    assert "forward" in missing
    with pytest.raises(ValueError, match="no step function"):
        mine.as_network("adam")
    with pytest.raises(ValueError, match="no step function"):
        mine.as_network(["sgd_step"])


@pytest.mark.parametrize("rate", [0, -0.1, float("nan"), float("inf"), "0.1", True])
def test_a_rate_that_is_none_is_refused_at_once(rate):
    with pytest.raises((ValueError, TypeError), match=r"learning_rate is .*above 0"):
        mine.as_network(learning_rate=rate)


def test_a_full_workbook_trains_a_network_of_the_learners_own():
    for name in ("he_normal", *NETWORK, "adam_step"):
        solve(name)
    init_params, own_loss_and_grads, optimizer, missing = mine.as_network()
    assert missing == []
    assert optimizer.name == "adam_step"
    data = load("mnist_10k", valid_size=500)
    some = Examples(data.train.images[:3000], data.train.labels[:3000])
    start = init_params([784, 24, 10], rng=np.random.default_rng(1))
    steps = list(train(start, some, optimizer=optimizer, epochs=2,
                       rng=np.random.default_rng(2), loss_and_grads=own_loss_and_grads))  # fmt: skip
    assert evaluate(steps[-1].params, *data.valid).accuracy > 0.75
    assert np.mean([step.accuracy for step in steps[-10:]]) > 0.75  # from the loss's own logits


@pytest.mark.parametrize("style", range(3))
@pytest.mark.parametrize("step", ["sgd_step", "momentum_step", "nesterov_step", "rmsprop_step", "adam_step"])
def test_functions_in_other_styles_train_a_network_too(style, step):
    own = SimpleNamespace(**{
        name: import_module(f"mlpkit.exercises.right_programs.{exercises()[name].topic}").CORRECT[name][style]
        for name in (*NETWORK, step)
    })  # fmt: skip
    init_params, own_loss_and_grads, optimizer, _ = as_network(own, step)
    images = np.random.default_rng(0).integers(0, 256, (90, 12)).astype(np.uint8)
    labels = (images[:, :3].astype(int).sum(axis=1) > 380).astype(int)
    start = init_params([12, 8, 2], rng=np.random.default_rng(1))
    steps = list(train(start, Examples(images, labels), epochs=12,
                       optimizer=optimizer, batch_size=20, rng=np.random.default_rng(2),
                       loss_and_grads=own_loss_and_grads))  # fmt: skip
    assert np.mean([s.loss for s in steps[-5:]]) < np.mean([s.loss for s in steps[:5]])
    assert steps[-1].params.dtype == np.float32


def test_the_workbook_lies_beside_the_notebook_unless_told_otherwise(monkeypatch, tmp_path):
    monkeypatch.delenv("MLPKIT_WORKBOOK")
    monkeypatch.setattr(books, "STARTED_IN", str(tmp_path))
    assert books.workbook_dir() == tmp_path / "my_mlpkit"
    assert not os.path.exists(books.workbook_dir())


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions")
def test_who_may_read_the_workbook_is_the_learners_choice(book, tmp_path):
    usual = os.umask(0o027)
    try:
        pass_softmax()
        transfer.export_workbook(tmp_path / "mine.zip")
        files = [book / "softmax.py", book / "record.json", tmp_path / "mine.zip"]
        assert [file.stat().st_mode & 0o777 for file in files] == [0o640] * 3
        (book / "record.json").chmod(0o604)
        books.forget("softmax")
        assert (book / "record.json").stat().st_mode & 0o777 == 0o604
    finally:
        os.umask(usual)


def test_a_workbook_in_the_home_folder_is_the_same_for_lessons_command_and_doctor(monkeypatch, tmp_path):
    for name in ("HOME", "USERPROFILE"):  # the second on Windows
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("MLPKIT_WORKBOOK", "~/book")  # from a settings file, where no shell writes it out
    assert books.workbook_dir() == course.workbook() == tmp_path / "book"
    assert str(tmp_path / "book") in import_module("mlpkit.app.doctor").workbook()[0].seen


@pytest.mark.parametrize("name", ["BINDER_LAUNCH_HOST", "BINDER_SERVICE_HOST"])
def test_where_the_server_forgets_progress_tells_of_the_backup(book, monkeypatch, name):
    pass_softmax()
    assert "forgets" not in repr(progress())
    monkeypatch.setenv(name, "somewhere")
    assert "This server forgets everything after ten idle minutes: `backup()`" in repr(progress())
    assert "<code>backup()</code>" in progress()._repr_mimebundle_()["text/html"]


def test_progress_looks_into_the_folder_once(monkeypatch):
    module = import_module("mlpkit.exercises.workbook.progress")  # the package has a function of this name
    looks = []
    monkeypatch.setattr(module, "passed_names", lambda: looks.append(1) or ["relu"])
    assert "relu" in str(module.progress())
    assert len(looks) == 1
