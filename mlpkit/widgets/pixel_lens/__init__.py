"""The widget `PixelLens`: its Python, script and style."""

from .pixel_lens import PixelLens

__all__ = ["PixelLens"]
