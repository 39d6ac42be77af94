"""What a recipe does while it runs: which of the learner's functions it calls, and what it trains on.

A profile function (`sys.setprofile`) sees every call. It costs time, so it is on for as short as possible.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

import numpy as np

from ..core.data import Dataset, Examples
from ..core.training import train
from ..exercises.workbook.store import passed_names, workbook_dir

CHUNK = 1_000  # images compared at a time
CHANCE = 0.01  # a smaller share of shared images is chance: real data holds some images twice


class Observer:
    """Records what runs between `start` and `stop`.

    functions: set of str, the exercises whose stored function was called
    trained_on: list of Examples, each that `train` was given
    steps: int, all steps that `train` took
    on_step: called after each of these steps, or None; what it raises ends the loop that took the step
    """

    def __init__(self) -> None:
        self.functions: set[str] = set()
        self.trained_on: list[Examples] = []
        self.steps = 0
        self.on_step: Callable[[], None] | None = None
        self._files = {str(workbook_dir() / f"{name}.py"): name for name in passed_names()}
        self._loops: set[CodeType | None] = set()
        self._before: Any = None

    def start(self) -> None:
        """Begin to look."""
        self._before = sys.getprofile()
        sys.setprofile(self._look)

    def stop(self) -> None:
        """Look no longer; called twice, it does nothing."""
        if sys.getprofile() in (self._look, None):  # Python takes away a profile function that raised
            sys.setprofile(self._before)

    def _look(self, frame: FrameType, event: str, result: Any) -> None:
        code = frame.f_code
        if event == "call":
            if code is train.__code__:
                data = frame.f_locals[code.co_varnames[1]]
                examples = data.train if isinstance(data, Dataset) else data
                if isinstance(examples, tuple) and len(examples) == 2:  # anything else `train` refuses
                    self.trained_on.append(Examples(*examples))
            elif code.co_filename in self._files:
                self.functions.add(self._files[code.co_filename])
        elif event == "return" and result is not None:  # a generator returns here each time it yields
            if code is train.__code__:
                self._loops.add(getattr(result, "gi_code", None))
            elif code in self._loops:
                self.steps += 1
                if self.on_step:
                    self.on_step()


def shared_images(examples: Examples, valid: Examples) -> int:
    """How many validation images are among the examples.

    examples, valid: Examples; floats 0 to 1 are compared with bytes as bytes
    returns: int; 0 when they are so few that chance explains them
    """
    wanted = set(_rows(valid.images, valid.images.dtype))
    found = wanted.intersection(_rows(np.asarray(examples.images), valid.images.dtype))
    return len(found) if len(found) > CHANCE * len(wanted) else 0


def _rows(images: np.ndarray, dtype: np.dtype) -> Any:
    """The images one by one, as bytes of one dtype."""
    for start in range(0, len(images), CHUNK):
        part = np.asarray(images[start : start + CHUNK])
        if dtype == np.uint8 and part.dtype != np.uint8:
            part = np.clip(np.rint(part * 255 if part.max() <= 1 else part), 0, 255)
        yield from map(np.ndarray.tobytes, part.astype(dtype))
