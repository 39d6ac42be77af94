"""Exercises of the topic `forward`.

They are still to be written.
"""

from __future__ import annotations

EXERCISES = ()
