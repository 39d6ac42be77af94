"""The widget `PredictionGallery`: its Python, script and style."""

from .prediction_gallery import PredictionGallery

__all__ = ["PredictionGallery"]
