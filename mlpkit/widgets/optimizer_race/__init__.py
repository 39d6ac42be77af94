"""The widget `OptimizerRace`: its Python, script and style."""

from .optimizer_race import OptimizerRace

__all__ = ["OptimizerRace"]
