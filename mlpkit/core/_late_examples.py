"""Examples in a browser tab: the images are most of a page's weight, and come when they are first asked for.

The first cell of a lesson needs the labels alone, and a lesson that trains nothing never needs all images.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .data import Examples


class LateExamples(Examples):
    """Examples whose images may be a function that fetches them."""

    __slots__ = ()

    @property
    def images(self) -> np.ndarray:
        """(n, pixels) uint8, fetched at the first look."""
        return self[0]

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return tuple(self)[place]
        found = super().__getitem__(place)
        return found() if callable(found) else found

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        return repr(Examples(*self))
