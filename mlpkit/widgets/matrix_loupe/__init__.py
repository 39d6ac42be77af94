"""The widget `MatrixLoupe`: its Python, script and style."""

from .matrix_loupe import MatrixLoupe

__all__ = ["MatrixLoupe"]
