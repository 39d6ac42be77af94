"""The widget `ConfusionMatrix`: its Python, script and style."""

from .confusion_matrix import ConfusionMatrix

__all__ = ["ConfusionMatrix"]
