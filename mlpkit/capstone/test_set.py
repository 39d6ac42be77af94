"""The test set: images that decided nothing, and so can say what a network is worth.

That holds for one look. Whoever chooses after a look has made a second validation split of them.
"""

from __future__ import annotations

import hashlib

from .._tracebacks import short_errors
from ..core.activations import Activation, relu
from ..core.data import Dataset
from ..core.metrics import evaluate
from ..core.params import Params, as_params
from ..exercises.panel import Panel
from .leaderboard import change as change_leaderboard
from .leaderboard import read as read_leaderboard
from .leaderboard import today


@short_errors
def look_at_test(
    params: Params,
    data: Dataset,
    *,
    name: str = "my network",
    again: bool = False,
    activation: Activation = relu,
) -> Panel:
    """Measure a network on the test images, once.

    params: Params, or any sequence of (weights, bias)
    data: Dataset
    name: str, for the record
    again: bool, look a second time all the same; the model card says how often
    activation: the one that the network was trained with
    returns: something to read: the accuracy, or why there is none
    raises: ValueError when the network does not fit the images
    """
    params = as_params(params)
    network = fingerprint(params)
    looks, note = looks_so_far()
    seen = next((look for look in looks if look["network"] == network), None)
    if seen:
        return _shown(
            note, f"{_sentence(seen, data)} You have seen this number before; it is the same network."
        )
    if looks and not again:
        return _shown(
            note,
            f"You have had your look. {_sentence(looks[-1], data)}",
            "If you choose again now, the test images help you choose, and no images are left to test on.",
            "To look again all the same: look_at_test(..., again=True). The model card will say so.",
        )
    accuracy = evaluate(params, *data.test, activation).accuracy
    look = {"name": str(name), "accuracy": accuracy, "network": network, "when": today()}
    count = f"This was look number {len(looks) + 1}; the card says so." if looks else "This was your look."
    return _shown(note, f"{_sentence(look, data)} {count}", _keep(look))


def looks_so_far() -> tuple[list[dict], str]:
    """The looks that are on record, oldest first, and what had to be put aside to read them.

    returns: (list of {"name", "accuracy", "network", "when"}, str)
    """
    try:
        found, note = read_leaderboard()
    except (OSError, ValueError) as error:
        return [], str(error)
    return found["looks"], note


def fingerprint(params: Params) -> str:
    """A name for exactly these numbers.

    params: Params
    returns: str
    """
    return hashlib.sha256(params.flat.tobytes()).hexdigest()[:16]


def _keep(look: dict) -> str:
    try:
        change_leaderboard(lambda found: found["looks"].append(look))
    except (OSError, ValueError) as error:
        return f"It could not be kept: {error}"
    return ""


def _sentence(look: dict, data: Dataset) -> str:
    share, many = 100 * look["accuracy"], len(data.test.labels)
    return f"{look['name']}: ≈ {share:.1f} % of the {many:,} test images are right."


def _shown(*lines: str) -> Panel:
    text = "\n".join(line for line in lines if line)
    return Panel(text)
