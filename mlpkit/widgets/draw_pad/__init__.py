"""The widget `DrawPad`: its Python, script and style."""

from .draw_pad import DrawPad

__all__ = ["DrawPad"]
