"""Widgets: figures that move, in JupyterLab, drawn by the browser from numbers that Python computes.

Each is a folder with a Python file, a script and a style sheet of its name; base.py says how to write one.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

# A folder is a widget's if it holds a script of its name: draw_pad/draw_pad.js belongs to the class DrawPad.
# A widget is loaded when it is first asked for, so that one does not wait for nine others.
_STEMS = sorted(
    path.parent.name for path in Path(__file__).parent.glob("*/*.js") if path.stem == path.parent.name
)
_HOMES = {"".join(word.title() for word in stem.split("_")): stem for stem in _STEMS}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}: there are {', '.join(__all__)}")
    value = getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
