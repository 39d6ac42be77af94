"""The lessons as files, and run: unsolved (nbval does that, on lessons/ itself), solved, in a browser."""

import base64
import io
import json
import os
import platform
import re
import subprocess
import sys
from itertools import chain

import nbformat
import pytest
from PIL import Image

from tests.browser import CURRENT
from tests.notebooks import ROOT
from tools import lessons as tool
from tools import run
from tools.solve import exercises_in, solved

PATHS = sorted(run.LESSONS.glob("*.ipynb"))
NOTEBOOKS = {path.stem: nbformat.read(path, as_version=4) for path in PATHS}
CHECK = "application/vnd.mlpkit.check+json"

# Cells whose output nbval does not compare, by lesson and cell id. Keep it short: prefer the sign ≈.
OUTPUT_MAY_DIFFER = set()
FORBIDDEN_IN_CODE = {
    r"\binteract(ive)?\(": "nbval cannot compare it; use a widget of mlpkit",
    r"\bOutput\(": "nbval cannot compare it; use a figure",
    r"%%time": "a time is printed after ≈, and never of an exercise",
    r"np\.random\.(seed|rand|randn|normal|uniform|shuffle|permutation)\b": "pass a np.random.Generator",
    r"nbval[-_]skip": "every cell runs",
}
FORBIDDEN_IN_TEXT = r"\b(simply|obviously|just|recall that)\b"
OF_ONE_MACHINE = r"/home/|/root/|/tmp/|/Users/|/opt/|[A-Z]:\\\\|site-packages| at 0x[0-9a-f]{6,}"

every_lesson = pytest.mark.parametrize("name", NOTEBOOKS)


def code(name):
    return [cell for cell in NOTEBOOKS[name].cells if cell.cell_type == "code"]


def outputs(name):
    return list(chain.from_iterable(cell.outputs for cell in code(name)))


def test_the_lessons_have_the_names_of_the_course():
    names = [
        "start_here",
        "data",
        "init",
        "forward",
        "softmax_cross_entropy",
        "backprop",
        "sgd",
        "optimisers",
    ]
    names += ["debugging_clinic", "your_network"]
    assert [f"{number:02}_{name}" for number, name in enumerate(names)] == list(NOTEBOOKS)[: len(names)]


@every_lesson
def test_it_is_stored_as_make_lessons_stores_it(name):
    """Cells numbered 1..n with ids of their own; no time, no widget, no machine in the metadata."""
    stored = (run.LESSONS / f"{name}.ipynb").read_text("utf-8")
    assert stored == tool.text_of(tool.tidy(NOTEBOOKS[name])), "run: make lessons"


@every_lesson
def test_it_is_small(name):
    assert (run.LESSONS / f"{name}.ipynb").stat().st_size < 400_000


@every_lesson
def test_no_cell_is_empty_or_long(name):
    for cell in code(name):
        assert 1 <= len(cell.source.strip().splitlines()) <= 25, cell.source


@every_lesson
def test_it_shows_no_error_and_no_warning(name):
    for output in outputs(name):
        assert output.output_type != "error"
        assert output.get("name") != "stderr", output.text


@every_lesson
def test_it_holds_nothing_of_one_machine(name):
    text = json.dumps([o for o in outputs(name) if "data" not in o or "image/png" not in o.data])
    assert not re.search(OF_ONE_MACHINE, text)


@every_lesson
def test_its_code_has_no_forbidden_word(name):
    for cell in code(name):
        for pattern, instead in FORBIDDEN_IN_CODE.items():
            assert not re.search(pattern, cell.source, re.IGNORECASE), instead


@every_lesson
def test_its_text_has_no_forbidden_word(name):
    for cell in NOTEBOOKS[name].cells:
        if cell.cell_type == "markdown":
            assert not re.search(FORBIDDEN_IN_TEXT, cell.source, re.IGNORECASE), cell.source


@every_lesson
def test_the_text_names_hint_and_solution_of_each_exercise(name):
    text = "\n".join(cell.source for cell in NOTEBOOKS[name].cells if cell.cell_type == "markdown")
    for exercise in chain.from_iterable(exercises_in(cell.source) for cell in code(name)):
        assert f'hint("{exercise.name}")' in text
        assert f'solution("{exercise.name}")' in text


@every_lesson
def test_every_output_is_compared(name):
    def tags(cell):
        marks = [
            *cell.metadata.get("tags", []),
            *re.findall(r"^\s*#\s*(NBVAL\w+)", cell.source, re.MULTILINE),
        ]
        return {mark.lower().replace("_", "-") for mark in marks}

    marked = {(name, cell.id) for cell in code(name) if any("nbval" in tag for tag in tags(cell))}
    assert marked <= OUTPUT_MAY_DIFFER
    assert not any(tags(cell) & {"nbval-skip", "raises-exception"} for cell in code(name))


@every_lesson
def test_a_stored_picture_lets_the_page_through(name):
    """On a white ground it would be a lamp in the dark theme, and its letters are made for both themes."""
    for cell in code(name):
        for output in cell.outputs:
            picture = output.get("data", {}).get("image/png")
            if picture:
                corner = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGBA").getpixel((0, 0))
                assert corner[3] == 0, cell.id


@every_lesson
def test_a_cell_with_a_picture_says_something_that_can_be_compared(name):
    for cell in code(name):
        pictures = [o for o in cell.outputs if "image/png" in o.get("data", {})]
        words = [o for o in cell.outputs if "text" in o or "text/markdown" in o.data or "text/html" in o.data]
        described = [o for o in pictures if len(o.data.get("text/plain", "")) > 60]
        assert not pictures or words or described, f"cell {cell.id}: end it with describe(...)"


SOLVED_IN_MAKE_TEST = ("10_the_way_on",)  # the others in `make test-all`


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n in SOLVED_IN_MAKE_TEST else pytest.mark.slow) for n in NOTEBOOKS]
)
def test_it_runs_with_every_exercise_solved(name, tmp_path, monkeypatch):
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path))
    notebook = tool.tidy(solved(NOTEBOOKS[name]))
    run.execute(notebook, run.LESSONS)
    for cell in notebook.cells:
        names = [f.name for f in exercises_in(cell.source)] if cell.cell_type == "code" else []
        results = [o.data[CHECK] for o in cell.get("outputs", []) if CHECK in o.get("data", {})]
        assert [(r["exercise"], r["outcome"]) for r in results] == [(name, "passed") for name in names]
        assert not any(o.get("name") == "stderr" for o in cell.get("outputs", []))


@pytest.mark.slow
@every_lesson
def test_make_lessons_would_change_nothing(name, tmp_path, monkeypatch):
    """And it keeps within its megabytes; the table of `make cost` is printed, seconds beside their bounds."""
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path))
    remade = tool.remake(NOTEBOOKS[name], run.LESSONS)
    print(run.HEADER, run.row(name, remade.cost), sep="\n")
    assert remade.changes == []
    assert remade.cost.peak_mb <= run.MEGABYTES


@pytest.mark.browser
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name.startswith("00") else pytest.mark.slow) for name in NOTEBOOKS],
)
def test_it_runs_in_jupyterlab(name, open_notebook, lab):
    """The first lesson always, the others with the slow tests; pictures stay in artifacts/."""
    page = open_notebook(run.LESSONS / f"{name}.ipynb", f"{name}.ipynb")
    page.run_all(seconds=120)
    for theme in ("Dark", "Light"):
        lab.theme(theme)
        lab.screenshot(f"{name}-{theme.lower()}")


HIDDEN = f"() => {CURRENT}.content.widgets.filter(c => c.isHidden).length"


@pytest.mark.browser
def test_an_optional_part_is_folded_in_jupyterlab_and_a_click_opens_it(open_notebook, lab):
    """Its cells run with the others, folded or not."""
    cells = [
        nbformat.v4.new_markdown_cell(
            "### More (optional, 2 min)", metadata={"jp-MarkdownHeadingCollapsed": True}
        ),
        nbformat.v4.new_markdown_cell("Words."),
        nbformat.v4.new_code_cell("print(6 * 7)"),
        nbformat.v4.new_markdown_cell("## End"),
    ]
    page = open_notebook(nbformat.v4.new_notebook(cells=cells))
    assert lab.js(HIDDEN) == 2
    page.run_all()
    assert page.text(0) == "42\n"
    page.locator(".jp-showHiddenCellsButton").click()
    lab.page.wait_for_function(f"() => ({HIDDEN})() === 0")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"), reason="names of kernels for x86 processors"
)
@pytest.mark.parametrize("kernels", ["Haswell", "Sandybridge"])
def test_they_come_out_the_same_on_other_processors(kernels):
    """OpenBLAS rounds a little differently on each, and training can make a lot of a little."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--color=no", str(run.LESSONS)]
    run_them = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_CORETYPE": kernels},
        capture_output=True,
        encoding="utf-8",
        timeout=850,
    )
    assert run_them.returncode == 0, run_them.stdout[-3000:]
