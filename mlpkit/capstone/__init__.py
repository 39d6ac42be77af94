"""The capstone: what a network that you wrote yourself is worth, measured fairly.

It stands beside other libraries, in a contest with your own earlier tries, and on a card for its users.
"""

from .board import leaderboard
from .card import model_card
from .challenge import challenge
from .look import look_at_test
from .parity import parity
from .record import predictions_so_far

__all__ = ["challenge", "leaderboard", "look_at_test", "model_card", "parity", "predictions_so_far"]
