"""Exercises of the topic `optimisers`.

They are still to be written.
"""

from __future__ import annotations

EXERCISES = ()
