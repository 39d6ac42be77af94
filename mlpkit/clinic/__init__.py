"""The debugging clinic: sick training programs, tests to order, a diagnosis to commit to, a repair to write.

`ward()` says who is waiting, and `patient("see-saw")` opens a case.
"""

from .engine import Case, patient
from .menu import MENU
from .records import record_of
from .ward import ward

__all__ = ["MENU", "Case", "patient", "record_of", "ward"]
