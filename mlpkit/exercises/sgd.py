"""Exercises of the topic `sgd`.

They are still to be written.
"""

from __future__ import annotations

EXERCISES = ()
