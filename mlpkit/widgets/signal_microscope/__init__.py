"""The widget `SignalMicroscope`: its Python, script and style."""

from .signal_microscope import SignalMicroscope

__all__ = ["SignalMicroscope"]
