"""The capstone: what a network that you wrote yourself is worth, measured fairly.

It stands beside other libraries, in a contest with your own earlier tries, and on a card for its users.
"""

from .challenge import challenge
from .leaderboard import leaderboard
from .model_card import model_card
from .parity import parity
from .record import predictions_so_far
from .test_set import look_at_test

__all__ = ["challenge", "leaderboard", "look_at_test", "model_card", "parity", "predictions_so_far"]
