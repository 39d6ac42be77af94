"""A drawing brought into the form of MNIST's digits: cropped, scaled to 20 x 20, centred by mass in 28 x 28.

A network trained on MNIST has seen nothing else, so a drawing in any other form is a foreign language to it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

BOX, SIDE = 20, 28  # the longer side of the ink, and the side of the whole image
CENTRE = 14  # where MNIST has the centre of mass, in both directions


class Steps(NamedTuple):
    """A drawing on its way into MNIST's form.

    crop: (top, bottom, left, right) of the ink in the drawing
    cropped: (height, width) uint8, the ink alone
    scaled: uint8, its longer side 20
    centred: (28, 28) uint8, the scaled ink with its centre of mass at (14, 14)
    """

    crop: tuple[int, int, int, int]
    cropped: np.ndarray
    scaled: np.ndarray
    centred: np.ndarray


def normalize(drawing: np.ndarray) -> Steps | None:
    """Bring a drawing into MNIST's form.

    drawing: (height, width) uint8, ink is bright
    returns: Steps, or None where there is no ink at all
    raises: TypeError or ValueError when it is no such image
    source: LeCun et al. 1998, Gradient-Based Learning Applied to Document Recognition, section III.A
    """
    drawing = np.asarray(drawing)
    if drawing.dtype != np.uint8:
        raise TypeError(f"drawing holds {drawing.dtype}: expected uint8, 0 for paper and 255 for ink")
    if drawing.ndim != 2:
        raise ValueError(f"drawing has the shape {drawing.shape}: expected (height, width)")
    rows, columns = (np.flatnonzero(drawing.any(axis=axis)) for axis in (1, 0))
    if rows.size == 0:
        return None
    crop = (int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1)
    cropped = drawing[crop[0] : crop[1], crop[2] : crop[3]]
    scaled = _scaled(cropped)
    return Steps(crop, cropped, scaled, _centred(scaled))


def _scaled(ink: np.ndarray) -> np.ndarray:
    """Scaled so that the longer side is 20; every new pixel is the mean of what it covers."""
    high, wide = (max(1, round(side * BOX / max(ink.shape))) for side in ink.shape)
    mean = _cover(high, ink.shape[0]) @ ink.astype(np.float64) @ _cover(wide, ink.shape[1]).T
    return np.rint(mean).astype(np.uint8)


def _cover(new: int, old: int) -> np.ndarray:
    """(new, old): which share of each new pixel every old one covers; rows sum to 1."""
    edges = np.arange(new + 1) * (old / new)
    begin = np.maximum(edges[:-1, None], np.arange(old))
    end = np.minimum(edges[1:, None], np.arange(old) + 1)
    return np.maximum(end - begin, 0) * (new / old)


def _centred(ink: np.ndarray) -> np.ndarray:
    """Laid into 28 x 28 by whole pixels, the centre of mass as near to (14, 14) as there is room."""
    image = np.zeros((SIDE, SIDE), np.uint8)
    mass = ink.astype(np.float64)
    total = mass.sum() or 1.0  # ink so thin that scaling has rounded it away
    places = []
    for axis, size in enumerate(ink.shape):
        middle = (mass.sum(axis=1 - axis) @ np.arange(size)) / total
        places.append(int(np.clip(np.rint(CENTRE - middle), 0, SIDE - size)))
    top, left = places
    image[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return image
