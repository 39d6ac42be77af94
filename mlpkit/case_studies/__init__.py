"""Five notebooks found on the web, each trained again as its author meant it, with and without its faults.

One short module for each: what it printed, its network, and its faults as functions that can be passed in.
"""

from . import notebook_0, notebook_1, notebook_2, notebook_3, notebook_4
from .running import Setting, follow, learn, score
from .stored import curves_table, faults_table, results, table

NOTEBOOKS = (notebook_0, notebook_1, notebook_2, notebook_3, notebook_4)

__all__ = [
    "NOTEBOOKS",
    "Setting",
    "curves_table",
    "faults_table",
    "follow",
    "learn",
    "notebook_0",
    "notebook_1",
    "notebook_2",
    "notebook_3",
    "notebook_4",
    "results",
    "score",
    "table",
]
