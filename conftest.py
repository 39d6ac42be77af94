"""Settings that every test and every lesson under test shares; they hold before NumPy is first imported.

Below them stand two cures for nbval 0.11: a kernel that dies is noticed at once, and outputs may come late.
"""

import os
import shutil
import signal
import tempfile
import time
from queue import Empty

os.environ.update(
    OPENBLAS_NUM_THREADS="1",  # a second thread gains little here and makes results vary
    OMP_NUM_THREADS="1",
    MKL_NUM_THREADS="1",
    VECLIB_MAXIMUM_THREADS="1",
    MLPKIT_HEADLESS="1",
    MLPKIT_WORKBOOK=tempfile.mkdtemp(prefix="mlpkit-workbook-"),
    IPYTHONDIR=tempfile.mkdtemp(prefix="mlpkit-ipython-"),  # nobody's own start-up files
)

import pytest
from nbval import plugin as nbval

from tools import about

_OWN_FOLDERS = [os.environ["MLPKIT_WORKBOOK"], os.environ["IPYTHONDIR"]]


def pytest_configure(config):
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background would ignore Ctrl+C
    if config.option.nbval_sanitize_with is None:
        config.option.nbval_sanitize_with = str(about.SANITIZE_FILE)  # nbval needs an absolute path


def pytest_unconfigure():
    for folder in _OWN_FOLDERS:
        shutil.rmtree(folder, ignore_errors=True)


class WatchedKernel(nbval.RunningKernel):
    """A kernel whose death ends the wait: nbval itself would wait for the cell's whole time limit."""

    look_every = 0.5

    def get_message(self, stream, timeout=None):
        deadline = time.monotonic() + (timeout if timeout is not None else float("inf"))
        while True:
            wait = min(self.look_every, max(0.0, deadline - time.monotonic()))
            try:
                return super().get_message(stream, timeout=wait)
            except Empty:
                if not self.is_alive():
                    raise RuntimeError("the kernel died while this cell was running") from None
                if time.monotonic() >= deadline:
                    raise


class Lesson(nbval.IPyNbFile):
    """A notebook under test, with a workbook of its own in which nothing is solved."""

    def setup(self):
        os.environ["MLPKIT_WORKBOOK"] = tempfile.mkdtemp(prefix="mlpkit-workbook-")
        _OWN_FOLDERS.append(os.environ["MLPKIT_WORKBOOK"])
        super().setup()

    def collect(self):
        for c in super().collect():
            yield LessonCell.from_parent(
                self, name=c.name, cell_num=c.cell_num, cell=c.cell, options=c.options
            )


class LessonCell(nbval.IPyNbCell):
    """A cell whose numbers after ≈ are compared as well, each within its band."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.output_timeout = 60  # nbval waits 5 s, too short for a picture on a busy machine

    def compare_outputs(self, test, ref, skip_compare=None):
        if not super().compare_outputs(test, ref, skip_compare):
            return False
        found = about.output_differences(ref, test)
        self.comparison_traceback.extend(found)
        return not found


nbval.RunningKernel = WatchedKernel  # the name that nbval starts its kernels by


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    found = yield
    return [Lesson.from_parent(parent, path=file_path) if type(f) is nbval.IPyNbFile else f for f in found]


@pytest.fixture(scope="session")
def root():
    """The folder of the checkout."""
    return about.SANITIZE_FILE.parent.parent
