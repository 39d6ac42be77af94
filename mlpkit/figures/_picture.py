"""Axes that a notebook shows as a picture, with its description as alternative text.

A class needs its base when its file is read, so this file is imported when something is drawn.
"""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from .display import bundle


class Picture(Axes):
    """Axes that can show themselves."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict, dict]:
        return bundle(self)
