"""Exercises of the topic `data`.

They are still to be written.
"""

from __future__ import annotations

EXERCISES = ()
