"""The widget `ClinicPanel`: its Python, script and style."""

from .clinic_panel import ClinicPanel

__all__ = ["ClinicPanel"]
