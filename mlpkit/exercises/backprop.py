"""Exercises of the topic `backprop`.

They are still to be written.
"""

from __future__ import annotations

EXERCISES = ()
