"""Run a notebook in a kernel of this very Python, without a browser, and measure what it costs.

Alone, `python -m tools.run [NAME ...]` runs lessons on one core and prints a table of seconds and MB.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager

LESSONS = Path(__file__).resolve().parent.parent / "lessons"
QUIET = {
    "MLPKIT_HEADLESS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
}
SECONDS_A_CELL = 300  # a cell that needs more hangs; a busy or slow machine never comes near it
CPU_SECONDS = {"08_debugging_clinic": 40, "09_your_network": 40}  # what a lesson may take on one core
CPU_SECONDS_ELSE, MEGABYTES = 20, 350
HEADER = "lesson                        wall s    CPU s  at most   slowest cell   peak MB"
# Linux counts in ru_maxrss what the parent held before this program began, so VmHWM is asked first.
_ASK_COST = """
import pathlib as _p, resource as _r, sys as _s
_used = _r.getrusage(_r.RUSAGE_SELF)
_peak = _used.ru_maxrss / (2**20 if _s.platform == "darwin" else 2**10)
if _p.Path("/proc/self/status").exists():
    _peak = int(_p.Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 2**10
print(_used.ru_utime + _used.ru_stime, _peak)
"""


class Cost(NamedTuple):
    """What one run took: wall and CPU seconds, the slowest cell and its number, the kernel's peak memory."""

    wall: float
    cpu: float
    slowest: float
    slowest_cell: int
    peak_mb: float


def execute(notebook: NotebookNode, folder: Path) -> Cost:
    """Run every cell in order, leaving the outputs in the notebook; the first error in a cell is raised."""
    manager = AsyncKernelManager(
        kernel_name=CURRENT_ENV_KERNEL_NAME, kernel_spec_manager=NbvalKernelspecManager()
    )
    client = NotebookClient(
        notebook,
        km=manager,
        timeout=SECONDS_A_CELL,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    seconds = []
    start = time.monotonic()
    with client.setup_kernel(cleanup_kc=True, stderr=subprocess.DEVNULL):
        cells = [(index, cell) for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
        for index, cell in cells:
            began = time.monotonic()
            client.execute_cell(cell, index)
            seconds.append(time.monotonic() - began)
        wall = time.monotonic() - start
        cpu, peak = _ask_cost(client)
    slowest = max(range(len(seconds)), key=seconds.__getitem__, default=-1)
    return Cost(wall, cpu, seconds[slowest] if seconds else 0.0, slowest + 1, peak)


def row(name: str, cost: Cost) -> str:
    """One line of the table under HEADER."""
    slowest = f"{cost.slowest:.1f} s in [{cost.slowest_cell}]"
    bound = CPU_SECONDS.get(name, CPU_SECONDS_ELSE)
    over = "  too slow" * (cost.cpu > bound) + "  too large" * (cost.peak_mb > MEGABYTES)
    return f"{name:<28}{cost.wall:8.1f} {cost.cpu:8.1f} {bound:8}   {slowest:>12}  {cost.peak_mb:8.0f}{over}"


def on_one_core() -> None:
    """Keep this process and the kernels that it starts on one core, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def lessons(names: list[str]) -> list[Path]:
    """The lessons whose names begin as given, or all of them, in order; none at all ends the program."""
    paths = [
        path for path in sorted(LESSONS.glob("*.ipynb")) if not names or path.name.startswith(tuple(names))
    ]
    if not paths:
        print(f"no lesson in {LESSONS} begins with {names or 'anything'}", file=sys.stderr)
        raise SystemExit(2)
    return paths


def main(names: list[str]) -> int:
    """Print what each lesson costs on one core: those whose names begin as given, or all of them."""
    paths = lessons(names)
    on_one_core()
    print(HEADER)
    for path in paths:
        with tempfile.TemporaryDirectory(prefix="mlpkit-workbook-") as workbook:
            os.environ.update(QUIET, MLPKIT_WORKBOOK=workbook)
            cost = execute(nbformat.read(path, as_version=4), path.resolve().parent)
        print(row(path.stem, cost), flush=True)
    return 0


def _ask_cost(client: NotebookClient) -> tuple[float, float]:
    """CPU seconds and peak megabytes of the kernel; nan where the system does not tell."""
    cells = client.nb.cells
    cells.append(nbformat.v4.new_code_cell(_ASK_COST))
    try:
        told = client.execute_cell(cells[-1], len(cells) - 1).outputs  # on a busy machine in several pieces
        cpu, peak = "".join(output.get("text", "") for output in told).split()
    except Exception:  # Windows has no `resource`; a lesson may have replaced `print`
        return float("nan"), float("nan")
    finally:
        cells.pop()
    return float(cpu), float(peak)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
