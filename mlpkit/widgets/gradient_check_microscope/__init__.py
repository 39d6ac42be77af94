"""The widget `GradientCheckMicroscope`: its Python, script and style."""

from .gradient_check_microscope import GradientCheckMicroscope

__all__ = ["GradientCheckMicroscope"]
