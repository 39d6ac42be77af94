"""A module imports only from lower rows; this reads the imports of every module and says which one climbs."""

import ast
import subprocess
import sys

import pytest

from tests.notebooks import ROOT

PACKAGE = ROOT / "mlpkit"
ROWS = [
    {"_where", "_tracebacks"},
    {"_files", "_old_names", "_site"},
    {"datasets"},
    {"core"},  # its own order stands in CORE
    {"figures", "exercises"},
    {"widgets", "clinic", "case_studies", "capstone"},
    {"app"},
    {"__main__"},
]
CORE = """
    params activations initializers data network losses backprop gradcheck
    schedules optimizers wrappers metrics training history regularizers
""".split()  # noqa: SIM905 - the order in which the core is read; files with an underscore stand beside it
CORE_ROW = {name: row for row, name in enumerate(CORE)}
ROW = {name: row for row, names in enumerate(ROWS) for name in names}
NUMPY_ROWS = range(4)  # these need NumPy and the standard library alone

# Imported only when asked for, or when there: a data set that does not ship, where a kernel runs, threads.
EXTRAS = {
    "_where.py": {"google", "psutil"},
    "core/_threads.py": {"threadpoolctl"},  # missing in a browser, where BLAS has one thread anyhow
    "_site.py": {"js"},
    "widgets/side_door.py": {"js", "pyodide"},
    "datasets/tfds.py": {"tensorflow_datasets", "array_record", "PIL", "requests", "tqdm"},
}


def part(path):
    """The row's word for a file: its module, or the folder it lies in."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")
NAMES = [path.relative_to(PACKAGE).as_posix() for path in FILES]


def imports(path, source=None):
    """Every module that a file imports, in full, wherever in the file: 'mlpkit.core.params', 'numpy', ..."""
    home = ("mlpkit", *path.relative_to(PACKAGE).with_suffix("").parts)
    for node in ast.walk(ast.parse(source if source is not None else path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*home[: len(home) - node.level]] if node.level else []
            base += node.module.split(".") if node.module else []
            # `from . import data` names a module, `from .data import load` names what is in one
            yield from (".".join([*base, alias.name]) for alias in node.names)


def climbs(path, source=None):
    """The imports of a file that do not go down."""
    here = part(path)
    for name in imports(path, source):
        top, *rest = name.split(".")
        there = rest[0] if top == "mlpkit" and rest else None
        if there in ROW and there != here and ROW[there] >= ROW[here]:
            yield f"{here} (row {ROW[here]}) imports {there} (row {ROW[there]})"
        if here == there == "core" and path.stem in CORE_ROW:
            later = rest[1] if rest[1:] else ""
            if CORE_ROW.get(later, -1) > CORE_ROW[path.stem]:
                yield f"core/{path.stem} imports core/{later}, which is read later"
        if ROW[here] in NUMPY_ROWS and top not in sys.stdlib_module_names | {"numpy", "mlpkit"}:
            yield f"{here} (row {ROW[here]}) imports {top}, which is neither NumPy nor the standard library"


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_imports_go_down(path):
    assert part(path) in ROW, f"give {part(path)} a row in the table above and in the design"
    allowed = EXTRAS.get(path.relative_to(PACKAGE).as_posix(), set())
    found = [what for what in climbs(path) if not any(f"imports {name}," in what for name in allowed)]
    assert not found


def test_every_public_file_of_the_core_has_a_place_in_the_order():
    assert sorted(CORE) == sorted(p.stem for p in (PACKAGE / "core").glob("[a-z]*.py"))


@pytest.mark.parametrize(
    "name, source",
    [
        ("core/params.py", "from .network import forward"),
        ("core/params.py", "from mlpkit.core.network import forward"),
        ("core/params.py", "import mlpkit.core.network"),
        ("core/network.py", "from .losses import softmax"),
        ("core/network.py", "def late():\n    from . import training"),
        ("core/history.py", "import matplotlib.pyplot as plt"),
        ("figures/curves.py", "from ..exercises import check"),
        ("figures/curves.py", "from .. import widgets"),
        ("case_studies/running.py", "from ..clinic import program"),
        ("clinic/engine.py", "from mlpkit.case_studies import follow"),
        ("capstone/challenge.py", "from ..widgets.base import Widget"),
    ],
)
def test_a_climbing_import_is_found(name, source):
    assert list(climbs(PACKAGE / name, source))


@pytest.mark.parametrize(
    "name, source",
    [
        ("core/network.py", "from .params import Params\nimport numpy as np\nimport json"),
        (
            "figures/curves.py",
            "from ..core.history import History\nfrom .style import OKABE_ITO\nimport matplotlib",
        ),
        ("widgets/deck.py", "from mlpkit.figures import curves"),
    ],
)
def test_a_falling_import_is_fine(name, source):
    assert not list(climbs(PACKAGE / name, source))


def modules_after(statement):
    code = f"import sys; {statement}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in run.stdout.split()}


def test_importing_the_package_brings_numpy_alone():
    brought = modules_after("import mlpkit") - modules_after("import numpy.random") - sys.stdlib_module_names
    assert {name for name in brought if not name.startswith("_")} == {"mlpkit"}


def test_what_draws_is_imported_by_drawing_alone():
    rooms = "mlpkit.figures.display, mlpkit.clinic, mlpkit.case_studies, mlpkit.capstone, mlpkit.exercises"
    brought = modules_after(f"import {rooms}, mlpkit.widgets as w; [getattr(w, name) for name in w.__all__]")
    assert {"numpy", "anywidget"} < brought
    assert not {"matplotlib", "PIL"} & brought
