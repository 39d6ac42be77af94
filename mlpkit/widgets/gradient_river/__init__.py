"""The widget `GradientRiver`: its Python, script and style."""

from .gradient_river import GradientRiver

__all__ = ["GradientRiver"]
