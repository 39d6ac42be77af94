"""The pixel lens: an image beside the row of numbers that a network gets instead, and where each pixel goes.

Point at a pixel and its place in the row lights up; flatten in the wrong way and the picture falls apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..base import Widget

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 256  # images that are sent to the page at most


class PixelLens(Widget):
    """Look at images and at their rows, flattened rightly or wrongly.

        right:  rows[i, j] = pixel j of image i            images.reshape(n, -1)
        wrong:  rows[i, j] = pixel number j * n + i of all  images.reshape(pixels, -1).T

    images: (n, height, width) uint8, or (n, pixels) of square images; 2 to 256 of them
    names: n str, what each image shows, or None
    raises: TypeError or ValueError when they are no such images
    """

    def __init__(self, images: np.ndarray, names: Sequence[str] | None = None) -> None:
        self._images = _stack(images)
        self._names = _names(names, len(self._images))
        super().__init__()

    @property
    def right(self) -> np.ndarray:
        """(n, pixels) uint8, one image in each row."""
        return self._images.reshape(len(self._images), -1)

    @property
    def wrong(self) -> np.ndarray:
        """(n, pixels) uint8, the same shape, with pixels of many images in each row."""
        return self._images.reshape(-1, len(self._images)).T

    def pack(self) -> dict[str, Any]:
        """Everything that a fresh page needs."""
        height, width = self._images.shape[1:]
        arrays = {"right": self.right, "wrong": np.ascontiguousarray(self.wrong)}
        return {
            "title": "Pixel lens",
            "names": self._names,
            "shape": (height, width),
            "place": self._place,
            **arrays,
        }

    def describe(self) -> str:
        """How many images there are, and where one pixel goes, in one sentence."""
        n, height, width = self._images.shape
        row, column = divmod(self._place, width)
        return (
            f"Pixel lens: {n} images of {height} x {width} pixels. Row {row}, column {column} of an image is "
            f"place {width} · {row} + {column} = {self._place} of its row of {height * width} numbers."
        )

    def figure(self) -> Axes:
        """The first image, its row, and what the wrong flattening makes of it."""
        from ...figures.flattening import flattening  # matplotlib, only when a picture is wanted

        return flattening(self.right[0], self.wrong[0], self._images.shape[1:], self._place)

    @property
    def _place(self) -> int:
        """The pixel to start at: the middle, where an image is rarely empty."""
        _, height, width = self._images.shape
        return height // 2 * width + width // 2


def _stack(images: np.ndarray) -> np.ndarray:
    images = np.asarray(images)
    if images.dtype != np.uint8:
        raise TypeError(f"images hold {images.dtype}: expected uint8 pixels 0 to 255, as they are stored")
    if images.ndim == 2:
        side = round(images.shape[1] ** 0.5)
        if side * side != images.shape[1]:
            raise ValueError(f"rows of {images.shape[1]} pixels are not square: pass (n, height, width)")
        images = images.reshape(len(images), side, side)
    if images.ndim != 3 or not 2 <= len(images) <= MOST or 0 in images.shape:
        raise ValueError(
            f"images have the shape {images.shape}: expected 2 to {MOST} of them, (n, height, width) "
            "or (n, pixels)"
        )
    return np.ascontiguousarray(images)


def _names(names: Sequence[str] | None, n: int) -> list[str]:
    if names is None:
        return [f"image {i}" for i in range(n)]
    if len(names) != n:
        raise ValueError(f"{len(names)} names for {n} images: expected one for each")
    return [str(name) for name in names]
