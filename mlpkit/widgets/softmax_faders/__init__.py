"""The widget `SoftmaxFaders`: its Python, script and style."""

from .softmax_faders import SoftmaxFaders

__all__ = ["SoftmaxFaders"]
