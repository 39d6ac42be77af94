"""Your own predictions, from the whole course: how sure you were, and how often you were right.

They come from the questions before the experiments, and are kept in the workbook.
"""

from __future__ import annotations

from typing import NamedTuple

from ..exercises.workbook.progress import calibration
from ..exercises.workbook.store import read_record


class Predictions(NamedTuple):
    """What is on record.

    points: list of (how sure in per cent, how many answers, how many of them right)
    waiting: int, answers whose experiment has not been run to its reveal yet
    """

    points: list[tuple[int, int, int]]
    waiting: int


def predictions_so_far() -> Predictions:
    """The learner's record of predictions.

    returns: Predictions
    """
    record = read_record()
    points = calibration(record)
    guesses = [made for made in record["predictions"].values() if made.get("kind") == "guess"]
    answered = sum("truth" in made or isinstance(made.get("right"), bool) for made in guesses)
    return Predictions(points, len(guesses) - answered)
