"""Exercises of the topic `init`.

They are still to be written.
"""

from __future__ import annotations

EXERCISES = ()
