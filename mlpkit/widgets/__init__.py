"""Widgets: figures that move, in JupyterLab, drawn by the browser from numbers that Python computes.

Each is one Python file with one script and one style sheet of the same name; base.py says how one is written.
"""

from __future__ import annotations

import importlib
from typing import Any

# Loaded when first asked for, so that one widget does not wait for nine others.
_HOMES = {
    "ConfusionMatrix": "confusion_matrix",
    "DrawPad": "draw_pad",
    "GradientCheckMicroscope": "gradient_check_microscope",
    "GradientRiver": "gradient_river",
    "MatrixLoupe": "matrix_loupe",
    "OptimizerRace": "optimizer_race",
    "PixelLens": "pixel_lens",
    "PredictionGallery": "prediction_gallery",
    "SignalMicroscope": "signal_microscope",
    "SoftmaxFaders": "softmax_faders",
    "TrainingDeck": "training_deck",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}: there are {', '.join(__all__)}")
    value = getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
