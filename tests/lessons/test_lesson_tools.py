"""The machinery that runs and keeps the lessons, tried on small made-up notebooks."""

import json
import re
import sys

import nbformat
import pytest

from tests.notebooks import notebook, pytest_over
from tools import compare, lessons, run, tidy

PICTURE = """
from IPython.display import Image, display
display(Image(b"the bytes of a picture", format="png"))
print("a picture of {what}")
"""


def remade(*sources, outputs=(), folder, **options):
    return lessons.remake(notebook(*sources, outputs=outputs), folder, **options)


def printed(cell):
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def test_a_stored_output_that_still_holds_is_kept(tmp_path):
    result = remade("print('≈ 85.0 %')", "print(2 + 2)", outputs=("≈ 85.9 %\n", "5\n"), folder=tmp_path)
    first, second = result.notebook.cells
    assert printed(first) == "≈ 85.9 %\n"
    assert printed(second) == "4\n"
    assert result.changes == ["cell 2: text differs: '5\\n' became '4\\n'"]


def test_a_result_outside_its_band_is_replaced(tmp_path):
    result = remade("print('≈ 85.0 %')", outputs=("≈ 80.0 %\n",), folder=tmp_path)
    assert printed(result.notebook.cells[0]) == "≈ 85.0 %\n"
    assert len(result.changes) == 1


def test_fresh_takes_every_new_output(tmp_path):
    result = remade("print('≈ 85.0 %')", outputs=("≈ 85.9 %\n",), folder=tmp_path, fresh=True)
    assert printed(result.notebook.cells[0]) == "≈ 85.0 %\n"


def test_a_picture_stays_while_its_cell_says_the_same(tmp_path):
    first = remade(PICTURE.format(what="a dot"), folder=tmp_path).notebook
    stored = nbformat.from_dict(first)
    stored.cells[0].outputs[0].data["image/png"] = "the picture of another machine"
    assert lessons.remake(stored, tmp_path).notebook == stored
    stored.cells[0].outputs[1].text = "a picture of something else\n"
    assert lessons.remake(stored, tmp_path).notebook == first


def test_running_again_changes_nothing(tmp_path):
    once = remade("import time; print(f'≈ {time.time() % 7:.2f} s')", "1 + 1", "", folder=tmp_path).notebook
    again = lessons.remake(once, tmp_path)
    assert tidy.text_of(again.notebook) == tidy.text_of(once)
    assert again.changes == []


def test_no_machine_no_time_and_no_widget_is_stored(tmp_path):
    raw = notebook("import ipywidgets; ipywidgets.IntSlider(3)", "print('a', flush=True); print('b')")
    raw.metadata = {"widgets": {"state": 1}, "language_info": {"name": "python", "version": "3.99"}}
    raw.cells[0].metadata = {
        "tags": ["kept"],
        "execution": {"iopub.execute_input": "today"},
        "scrolled": True,
    }
    raw.cells[1].execution_count = 17
    new = lessons.remake(raw, tmp_path).notebook
    assert new.metadata == tidy.NOTEBOOK_METADATA
    assert [cell.execution_count for cell in new.cells] == [1, 2]
    assert new.cells[0].metadata == {"tags": ["kept"]}
    assert new.cells[0].outputs[0].execution_count == 1
    assert list(new.cells[0].outputs[0].data) == ["text/plain"]
    assert len(new.cells[1].outputs) == 1
    nbformat.validate(new)


def test_cells_keep_their_ids_and_nameless_ones_get_stable_ones(tmp_path):
    raw = json.loads(nbformat.writes(notebook("1", "1", "2")))
    for cell, name in zip(raw["cells"], ("own", None, "own")):
        cell["id"] = name
        if name is None:
            del cell["id"]
    first, second, third = (cell.id for cell in tidy.tidy(nbformat.from_dict(raw)).cells)
    assert first == "own"
    assert len({first, second, third}) == 3
    again = tidy.tidy(nbformat.from_dict(raw))
    assert [cell.id for cell in again.cells] == [first, second, third]


def test_a_lesson_runs_headless_on_one_thread_in_this_python(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "LESSONS", tmp_path)
    names = ["MLPKIT_HEADLESS", "OPENBLAS_NUM_THREADS"]
    source = (
        f"import os, sys; print([os.environ[n] for n in {names}], os.listdir(os.environ['MLPKIT_WORKBOOK']))"
    )
    where = "import sys; assert sys.prefix == {!r}".format(__import__("sys").prefix)
    path = tmp_path / "00_made_up.ipynb"
    path.write_text(tidy.text_of(notebook(source, where)), "utf-8")
    assert lessons.main([]) == 0
    assert printed(nbformat.read(path, 4).cells[0]) == "['1', '1'] []\n"


@pytest.mark.slow
def test_check_writes_nothing_and_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(run, "LESSONS", tmp_path)
    path = tmp_path / "03_made_up.ipynb"
    path.write_text(tidy.text_of(notebook("print(1)", outputs=("2\n",))), "utf-8")
    before = path.read_bytes()
    assert lessons.main(["--check", "03"]) == 1
    assert path.read_bytes() == before
    assert lessons.main(["03"]) == 0
    after = path.read_bytes()
    assert after != before
    assert lessons.main(["--check"]) == 0
    assert path.read_bytes() == after
    assert "0 of 1 lessons changed" in capsys.readouterr().out


@pytest.mark.slow
def test_make_lessons_shows_how_outputs_changed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(run, "LESSONS", tmp_path)
    path = tmp_path / "03_made_up.ipynb"
    path.write_text(
        tidy.text_of(notebook("1", "print('same'); print(4)", outputs=("", "same\n5\n"))), "utf-8"
    )
    lessons.main(["--check"])
    told = capsys.readouterr().out
    assert "modified cell 2: outputs/0/text:" in told
    assert re.search(r"^\s+-  5\n\s+\+  4$", told, re.MULTILINE)
    lessons.main([])
    capsys.readouterr()
    lessons.main([])
    assert "outputs" not in capsys.readouterr().out


def test_a_changed_picture_is_told_by_its_sum_and_not_printed(tmp_path):
    first = remade(PICTURE.format(what="a dot"), folder=tmp_path).notebook
    other = nbformat.from_dict(first)
    other.cells[0].outputs[0].data["image/png"] = "iVBOR" * 500
    told = compare.outputs(first, other)
    assert "base64, md5=" in told
    assert len(told) < 1500


def test_many_changes_end_in_a_line_that_says_where_the_rest_is():
    texts = ("".join(f"{n * k}\n" for n in range(1, 999)) for k in (2, 3))
    told = compare.outputs(*(notebook("x", outputs=(text,)) for text in texts)).splitlines()
    assert len(told) == compare.LINES + 1
    assert told[-1].endswith("lines more: git diff")


def test_without_nbdime_the_lessons_are_made_all_the_same(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "nbdime", None)
    monkeypatch.setattr(run, "LESSONS", tmp_path)
    path = tmp_path / "03_made_up.ipynb"
    path.write_text(tidy.text_of(notebook("print(4)", outputs=("5\n",))), "utf-8")
    assert lessons.main([]) == 0
    assert "pip install nbdime" in capsys.readouterr().out
    assert printed(nbformat.read(path, 4).cells[0]) == "4\n"


def test_notebooks_are_tidied_before_a_commit(tmp_path, capsys):
    path = tmp_path / "saved by hand.ipynb"
    raw = notebook("1", "2")
    raw.cells[0].execution_count = 7
    path.write_text(nbformat.writes(raw), "utf-8")
    assert tidy.main([str(path)]) == 1
    assert "was tidied" in capsys.readouterr().out
    assert [cell.execution_count for cell in nbformat.read(path, 4).cells] == [1, 2]
    assert tidy.main([str(path)]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 1}', "no notebook"])
def test_what_is_no_notebook_is_told_and_left_alone(tmp_path, capsys, text):
    path = tmp_path / "broken.ipynb"
    path.write_text(text)
    assert tidy.main([str(path)]) == 1
    assert "is no notebook that could be read" in capsys.readouterr().out
    assert path.read_text() == text


def test_an_unknown_lesson_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(run, "LESSONS", tmp_path)
    for tool in (lessons, run):
        with pytest.raises(SystemExit, match="2"):
            tool.main(["77"])
        assert "77" in capsys.readouterr().err


def test_an_error_in_a_cell_is_raised_with_its_text(tmp_path):
    with pytest.raises(Exception, match="ZeroDivisionError"):
        remade("1 / 0", folder=tmp_path)


@pytest.mark.slow
def test_the_cost_of_a_run_is_measured(tmp_path):
    """The kernel's own peak, however much this process has held itself."""
    ballast = b"x" * 700_000_000  # touched, so that it counts
    source = "import time; time.sleep(0.3); block = bytearray(200_000_000); print(len(block))"
    cost = remade("1", source, folder=tmp_path).cost
    assert cost.slowest_cell == 2
    assert 0.3 <= cost.slowest <= cost.wall
    assert 200 < cost.peak_mb < len(ballast) / 2**20
    assert "in [2]" in run.row("00_made_up", cost)


def write(folder, *sources, outputs=()):
    path = folder / "made_up.ipynb"
    path.write_text(tidy.text_of(notebook(*sources, outputs=outputs)), "utf-8")


@pytest.mark.slow
def test_nbval_compares_strictly_but_for_the_sign(tmp_path):
    write(tmp_path, "print('≈ 1.00')", "print('1.00')", outputs=("≈ 1.05\n", "1.05\n"))
    result = pytest_over(tmp_path)
    assert "1 failed, 1 passed" in result.stdout, result.stdout


@pytest.mark.slow
def test_nbval_compares_what_stands_after_the_sign(tmp_path):
    write(tmp_path, "print('≈ 1.00')", outputs=("≈ 1.50\n",))
    result = pytest_over(tmp_path)
    assert "1 failed" in result.stdout, result.stdout
    assert "≈ 1.50 became ≈ 1.00: more than 0.16 apart" in result.stdout


@pytest.mark.slow
def test_a_kernel_that_dies_is_noticed_at_once(tmp_path):
    write(tmp_path, "import os; os._exit(1)", "print(1)", outputs=("", "1\n"))
    result = pytest_over(tmp_path)  # it would wait for the cell's own limit, and be ended before that
    assert "the kernel died while this cell was running" in result.stdout
    assert "2 failed" in result.stdout


@pytest.mark.slow
def test_outputs_may_take_longer_than_five_seconds(tmp_path):
    late = "import threading, time; print('late', flush=True)"
    hold = """
import asyncio, sys
from ipykernel.kernelapp import IPKernelApp
kernel = IPKernelApp.instance().kernel
send = kernel.session.send
idles = []
def slow(stream, message, *args, **kwargs):
    if message == "status" and args[:1] == ({"execution_state": "idle"},):
        idles.append(message)
        if len(idles) == 2: time.sleep(6)
    return send(stream, message, *args, **kwargs)
kernel.session.send = slow
"""
    write(tmp_path, "import time\n" + hold, late, outputs=("", "late\n"))
    result = pytest_over(tmp_path)
    assert "2 passed" in result.stdout, result.stdout


@pytest.mark.slow
def test_each_lesson_under_test_has_a_workbook_of_its_own(tmp_path):
    source = (
        "import os, pathlib; book = pathlib.Path(os.environ['MLPKIT_WORKBOOK']); print(list(book.iterdir()))"
    )
    for name in ("one", "two"):
        text = tidy.text_of(notebook(source, "_ = (book / 'left').write_text('x')", outputs=("[]\n",)))
        (tmp_path / f"{name}.ipynb").write_text(text, "utf-8")
    result = pytest_over(tmp_path)
    assert "4 passed" in result.stdout, result.stdout
