"""The widget `TrainingDeck`: its Python, script and style."""

from .training_deck import TrainingDeck

__all__ = ["TrainingDeck"]
