"""`mine`: the learner's own functions from the workbook, and mlpkit's in their place until then.

`mine.softmax` is a plain function; `mine.as_network()` puts all of them together to a network that trains.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..._files import read, tell
from ..._tracebacks import short_errors
from ..catalog import exercises, find
from ..checker.answers import with_lists
from .loader import Missing, load
from .record import as_text
from .store import forget, function_file, passed_names, reason, tell_place

LARGEST = 1_000_000  # bytes of one function's file


class Mine:
    """The learner's functions by their exercise's name."""

    def __init__(self, using: tuple[str, ...] = ()) -> None:
        self._using, self._found = using, {}

    @short_errors
    def __getattr__(self, name: str) -> Callable:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            find(name)
        except ValueError as error:
            raise AttributeError(str(error)) from None
        if not self._using:  # in a notebook: whatever the workbook holds now
            tell_place()
            return own_function(name) or find(name).reference
        if name not in self._found:  # within a kept function, which may call it in every step
            self._found[name] = own_function(name, self._using) or find(name).reference
        return self._found[name]

    def __dir__(self) -> list[str]:
        return [*exercises(), "forget", "as_network", "whose"]

    def __repr__(self) -> str:
        names = passed_names()
        have = ", ".join(names) if names else "nothing yet"
        return f"yours: {have} ({len(names)} of {len(exercises())}); the others are mlpkit's"

    @short_errors
    def whose(self, *names: str) -> str:
        """Say whose functions `mine` gives under these names.

        names: str, exercises
        returns: str, "yours: relu; mlpkit's: softmax"
        raises: ValueError when there is no such exercise
        """
        yours = [find(name).name for name in names if own_function(name) is not None]
        others = [find(name).name for name in names if name not in yours]
        parts = [("yours", yours), ("mlpkit's", others)]
        return "; ".join(f"{owner}: {', '.join(found)}" for owner, found in parts if found)

    @short_errors
    def forget(self, name: str) -> None:
        """Take a function out of the workbook, to do its exercise again.

        name: str, the exercise
        raises: ValueError when there is no such exercise, OSError when the workbook cannot be written
        """
        try:
            forget(find(name).name)
        except OSError as error:
            raise OSError(
                f"`{name}` stays in the workbook, which cannot be written ({reason(error)}): set "
                "MLPKIT_WORKBOOK to a folder of yours"
            ) from None

    @short_errors
    def as_network(self, step: str | None = None, learning_rate: Any = None) -> tuple:
        """Everything that `train` needs, made of the learner's own functions.

        step: str, the step function to use ("sgd_step", "adam_step" ...); by default the latest that has
        passed
        learning_rate: float or schedule; by default one that suits the step
        returns: (init_params, loss_and_grads, optimizer, missing); missing: names that are mlpkit's
        raises: ValueError when there is no such step function; ValueError or TypeError for a rate that is no
            finite number above 0
        """
        from .mine_network import as_network

        return as_network(self, step, learning_rate)


def own_function(name: str, using: tuple[str, ...] = ()) -> Callable | None:
    """A function from the workbook, or None when it is not there; one that cannot be used is told.

    name: str, the exercise; a kept function that says `mine` gets all of them under that name
    using: names of functions that are being loaded already, so that two that use each other end somewhere
    returns: function or None
    """
    if name == "mine" and using:
        return Mine(using)
    if name not in exercises() or name in using:
        return None
    function, problem = _loaded(name, using)
    if problem:
        tell(f"{problem} Until then mlpkit's own `{name}` is used.")
    return function


def problem_with(name: str) -> str:
    """Why a function in the workbook cannot be used; "" when it can, or there is none."""
    return _loaded(name, ())[1]


def _loaded(name: str, using: tuple[str, ...]) -> tuple[Callable | None, str]:
    path = function_file(name)
    try:
        source = as_text(read(path, LARGEST))
        function = load(name, source, lambda other: own_function(other, (*using, name)), str(path))
        return with_lists(function, find(name).output), ""
    except (FileNotFoundError, NotADirectoryError):
        return None, ""
    except Missing as missing:
        why = f"it needs {', '.join(f'`{n}`' for n in missing.names)}, which is not there"
        cure = "Pass that exercise too, or this one again"
    except Exception as error:  # damaged, or edited by hand
        words = reason(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        why, cure = words.split("\n")[0][:100], "Mend the file, or pass the exercise again"
    return None, f"`{path.name}` in your workbook cannot be used ({why}). {cure}."


mine = Mine()
