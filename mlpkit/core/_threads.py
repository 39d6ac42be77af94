"""BLAS, the library that multiplies NumPy's matrices, is held to one thread while a step is computed.

The matrices of these networks are small. Several threads gain little on them, and on a busy machine they
wait for each other: a step of 7 ms then takes 120.
"""

from __future__ import annotations

import os
from typing import Any

from .._where import IN_BROWSER

CHOSEN = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")

_said = False


class OneThread:
    """A context in which BLAS uses one thread; outside it, as many as before.

    It is entered anew for each step, so that a run that is paused between two steps leaves the learner's
    other code all its threads. Both ways are one call of a C function for each library.

    libraries: list of (library, threads), the library as threadpoolctl gives it, the threads it has outside
    """

    def __init__(self, libraries: list[tuple[Any, int]]) -> None:
        self.libraries = libraries

    def __enter__(self) -> None:
        for library, _ in self.libraries:
            library.set_num_threads(1)

    def __exit__(self, *error: object) -> None:
        self.restore()

    def restore(self) -> None:
        """Give BLAS its threads back, also when an interrupt came before the context was entered in full."""
        for library, threads in self.libraries:
            library.set_num_threads(threads)


def one_thread() -> OneThread:
    """The context for a training run, with a line printed the first time that it changes something.

    It changes nothing when threadpoolctl is missing (as in a browser), when BLAS has one thread already, or
    when one of the variables in CHOSEN says how many threads are wanted.

    returns: OneThread
    """
    global _said
    if IN_BROWSER or any(name in os.environ for name in CHOSEN):
        return OneThread([])
    try:
        import threadpoolctl
    except ImportError:
        return OneThread([])
    found = threadpoolctl.ThreadpoolController().select(user_api="blas").lib_controllers
    libraries = [(library, library.num_threads) for library in found]
    libraries = [(library, threads) for library, threads in libraries if threads and threads > 1]
    if libraries and not _said and not os.environ.get("MLPKIT_HEADLESS"):
        print(
            f"mlpkit trains with one thread of {libraries[0][0].internal_api}, not {libraries[0][1]}: "
            "small matrices gain nothing by more. Set OPENBLAS_NUM_THREADS to choose the number yourself."
        )
        _said = True
    return OneThread(libraries)
