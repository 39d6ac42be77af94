"""What one learner of a class costs: memory and processor time of a server and its kernels, on a JupyterHub.

`python -m tools.classroom [LESSON ...]` opens lesson 00, or those that are named, and prints a table.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psutil

from tools.hub import ROOT, Hub, find_proxy, lessons_repository, shared_folder
from tools.learner import Learner

NAMES = ("ada", "ben", "cleo", "dan")
MB = 2**20
HEADER = "                                    at once   MB each, peak   CPU s each   wall s"


class Cost(NamedTuple):
    """What each of some learners took: largest memory in MB, CPU seconds, and how long it lasted."""

    peak_mb: float
    cpu: float
    wall: float


def family(learner: Learner) -> list[psutil.Process]:
    """A learner's server and its kernels."""
    return [process for process in learner.hub.family() if _belongs(process, learner.name)]


def memory_mb(processes: list[psutil.Process]) -> float:
    """What these processes take; on Linux, memory that several share is counted in parts."""
    total = 0
    for process in processes:
        with suppress(psutil.Error):  # it may have ended meanwhile
            full = process.memory_full_info()
            total += getattr(full, "pss", full.uss)
    return total / MB


class Watch:
    """The largest memory that a learner has taken, and the processor time of all their processes."""

    def __init__(self, learner: Learner):
        self.learner, self.peak_mb, self.seconds = learner, 0.0, {}
        self.look()
        self.before = sum(self.seconds.values())

    def look(self) -> None:
        """Look once."""
        processes = family(self.learner)
        self.peak_mb = max(self.peak_mb, memory_mb(processes))
        for process in processes:
            with suppress(psutil.Error):
                self.seconds[process.pid] = sum(process.cpu_times()[:2])  # a kernel's last is kept

    @property
    def cpu(self) -> float:
        """Seconds of processor time since the beginning."""
        return sum(self.seconds.values()) - self.before


def watched(learners: list[Learner], work: Callable[[Learner], object]) -> Cost:
    """Let each learner do something, all at once, and measure what the hungriest of them took."""
    watches, done = [Watch(learner) for learner in learners], threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            for one in watches:
                one.look()

    watcher, began = threading.Thread(target=watch), time.monotonic()
    watcher.start()
    try:
        with ThreadPoolExecutor(len(learners)) as pool:
            list(pool.map(work, learners))
    finally:
        done.set()
        watcher.join()
    peak, cpu = max(one.peak_mb for one in watches), max(one.cpu for one in watches)
    return Cost(peak, cpu, time.monotonic() - began)


def row(what: str, learners: int, cost: Cost) -> str:
    """One line of the table under HEADER."""
    return f"{what:<36}{learners:>7}   {cost.peak_mb:>13.0f}   {cost.cpu:>10.1f}   {cost.wall:>6.1f}"


def main(names: list[str]) -> int:
    """Measure in a scratch folder: signed in, then each lesson by one learner alone and by four at once."""
    lessons = [
        path for path in sorted((ROOT / "lessons").glob("*.ipynb")) if path.name[:2] in (names or ["00"])
    ]
    with tempfile.TemporaryDirectory(prefix="mlpkit-class-") as scratch:
        folder = Path(scratch)
        shared = shared_folder(folder / "shared")
        repository = lessons_repository(folder)
        hub = Hub(folder / "hub", shared, find_proxy(folder / "npm"))
        try:
            _measure(hub, repository, [path.name for path in lessons])
        finally:
            hub.stop()
    return 0


def _measure(hub: Hub, repository: Path, lessons: list[str]) -> None:
    print(f"the hub and its proxy: {memory_mb(hub.family()):.0f} MB\n{HEADER}", flush=True)
    learners = [Learner(hub, name) for name in NAMES]
    for learner in learners:
        learner.start()
        learner.pull(repository)
    print(
        row("signed in, nothing open", len(learners), watched(learners, lambda _: time.sleep(2))), flush=True
    )
    for lesson in lessons:
        for some in (learners[:1], learners):
            cost = watched(some, lambda learner, lesson=lesson: _run(learner, lesson))
            print(row(lesson.removesuffix(".ipynb"), len(some), cost), flush=True)


def _run(learner: Learner, lesson: str) -> None:
    kernel = learner.kernel(lesson)
    kernel.run_all(learner.read(lesson))
    time.sleep(1)  # so that the last cell's memory is seen as well
    kernel.stop()


def _belongs(process: psutil.Process, name: str) -> bool:
    try:
        return process.environ().get("JUPYTERHUB_USER") == name
    except psutil.Error:
        return False


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
