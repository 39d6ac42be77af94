"""The challenge: the best validation accuracy in sixty seconds of computing, from three seeds.

One seed may be lucky. What counts is the mean of three, and how far apart they are.
"""

from __future__ import annotations

import contextlib
import inspect
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np

from .._tracebacks import short_errors
from ..core._validation import check_count, check_positive
from ..core.activations import Activation, relu
from ..core.data import Dataset, Examples
from ..core.metrics import evaluate
from ..core.params import Layer, Params, as_params
from ..core.training import Step, train
from .leaderboard import change as change_leaderboard
from .leaderboard import today
from .observe import Observer, shared_images
from .test_set import fingerprint

SECONDS = 60.0
HEADLESS_STEPS = 400  # without anybody to wait for it, a number that is the same on every machine
REPORT_EVERY = 1.0  # seconds of computing between two reports


class SeedResult(NamedTuple):
    """What one seed led to.

    seed: int
    accuracy: float, on the validation split, of the best network that was measured
    params: Params, that network
    steps: int, all that `train` took for it; seconds: float, of computing
    functions: tuple of str, the learner's own functions from the workbook that were called
    validation_images: int, how many of them it learned from; 0 for a fair run
    """

    seed: int
    accuracy: float
    params: Params
    steps: int
    seconds: float
    functions: tuple[str, ...] = ()
    validation_images: int = 0


class Challenge(NamedTuple):
    """The outcome of a challenge.

    name, budget: str
    runs: list of SeedResult, one a seed
    complete: bool, whether every seed had its whole turn
    source: str, the recipe, or "" where it cannot be read
    activation: the one that the networks were trained with
    note: str, what else there is to know, or ""
    """

    name: str
    budget: str
    runs: list[SeedResult]
    complete: bool
    source: str
    activation: Activation
    note: str

    @property
    def mean(self) -> float:
        """Mean accuracy over the seeds."""
        return fmean(run.accuracy for run in self.runs)

    @property
    def params(self) -> Params:
        """The network that did best on the validation split."""
        return max(self.runs, key=lambda run: run.accuracy).params

    @property
    def functions(self) -> tuple[str, ...]:
        """The learner's own functions that the runs called, in the order of the alphabet."""
        return tuple(sorted({name for run in self.runs for name in run.functions}))

    @property
    def validation_images(self) -> int:
        """How many validation images a run learned from, at most; 0 for a fair challenge."""
        return max((run.validation_images for run in self.runs), default=0)

    def __repr__(self) -> str:
        lines = [f"{self.name}: {self.budget} for each seed"]
        lines += [f"  seed {run.seed}: ≈ {100 * run.accuracy:.1f} %" for run in self.runs]
        lines += [f"  mean    ≈ {100 * self.mean:.1f} %"] if self.runs else []
        return "\n".join([*lines, *([self.note] if self.note else [])])


@short_errors
def challenge(
    recipe: Callable[[Dataset, np.random.Generator], Iterable[Step]],
    data: Dataset,
    *,
    name: str,
    seconds: float = SECONDS,
    steps: int | None = None,
    seeds: Sequence[int] = (0, 1, 2),
    activation: Activation = relu,
    clock: Callable[[], float] = time.process_time,
) -> Challenge:
    """Let a recipe train within a budget, once for each seed, and put the result on the leaderboard.

    Everything that the recipe computes counts, before its first step too. A step that comes after the end of
    the budget does not count.

    recipe: (data, rng) -> iterator of Step, for instance one that ends in `return train(...)`; the test
        images are not in its data. Of the networks that it measures on the validation split the best counts;
        the last one is always measured
    data: Dataset with a validation split
    name: str, for the leaderboard
    seconds: float > 0, of computing (process time) for each seed
    steps: int >= 1, a budget in steps instead; without a reader (MLPKIT_HEADLESS=1) there is always one
    seeds: int, one run each
    activation: the one that the recipe trains with
    clock: () -> seconds of computing so far
    returns: Challenge. The stop button ends it; what was learned is returned, and the leaderboard left alone
    raises: ValueError or TypeError for what cannot be used, and whatever the recipe raises
    """
    if not callable(recipe):
        raise TypeError(f"recipe is {type(recipe).__name__}: expected a function of (data, rng), not called")
    if not isinstance(data, Dataset):
        raise TypeError(f"data is {type(data).__name__}: expected a Dataset, pass load()")
    check_positive("seconds", seconds)
    seeds = _checked(seeds)
    if steps is not None:
        check_count("steps", steps, 1)
    elif _headless():
        steps = HEADLESS_STEPS
    if not len(data.valid.labels):
        raise ValueError("there is no validation split to measure on: pass load(), which keeps 5,000 images")
    budget = f"{steps:,} steps" if steps else f"{seconds:g} s of computing"
    hidden = data._replace(test=Examples(data.test.images[:0], data.test.labels[:0]))
    runs, complete = [], False
    limit = Budget(seconds, steps, clock)
    with _stop_button() as pressed:
        for seed in seeds:
            run = _run(recipe, hidden, seed, limit, activation)
            runs += [run] if run else []
            if pressed:
                break
            if not run:
                raise ValueError(
                    f"the recipe made no step for seed {seed}: expected at least one, so epochs=1 or more"
                )
        complete = not pressed and len(runs) == len(seeds)
    done = Challenge(str(name), budget, runs, complete, _source(recipe), activation, "")
    notes = [_keep(done) if complete else "Stopped: it is not on the leaderboard."]
    if done.validation_images:
        notes.append(
            f"It learned from {done.validation_images:,} validation images, so this accuracy says nothing "
            "about new images. The leaderboard and the model card say so."
        )
    outputs, classes = runs[0].params.sizes[-1] if runs else 0, len(data.class_names)
    if outputs > classes:
        notes.append(
            f"The network has {outputs} outputs, but there are {classes} classes: is a layer missing?"
        )
    return done._replace(note="\n".join(filter(None, notes)))


class Budget(NamedTuple):
    """What a run may use: seconds of computing, or steps where these are given; clock: () -> seconds."""

    seconds: float
    steps: int | None
    clock: Callable[[], float]

    def used(self, steps: int, seconds: float) -> float:
        """The share that is used up."""
        return steps / self.steps if self.steps else seconds / self.seconds


def _run(
    recipe: Callable, data: Dataset, seed: int, budget: Budget, activation: Activation
) -> SeedResult | None:
    began, reported, best, last, taken = budget.clock(), 0.0, None, None, 0
    observer = Observer()

    def in_time() -> None:  # a recipe with a loop over all its steps would keep the learner waiting
        spent = budget.clock() - began
        if budget.used(observer.steps, spent) > 1:
            raise ValueError(_too_late(observer.steps, spent, budget))

    observer.on_step = in_time
    observer.start()
    try:
        steps = _begun(recipe, data, seed)
        observer.on_step = None
        before = observer.steps
        for number, step in enumerate(steps, 1):
            if not isinstance(step, Step):
                raise _not_training(step)
            if number == 2 and _is_mlpkits(steps):
                observer.stop()  # all that it will ever call has been called
            count, spent = max(before + number, observer.steps), budget.clock() - began
            if budget.used(count, spent) > 1:
                if last is None:
                    raise ValueError(_too_late(count, spent, budget))
                break
            last, taken = step, count
            if step.valid and (best is None or step.valid.accuracy > best.valid.accuracy):
                best = step._replace(params=as_params(step.params).copy())  # a recipe may write into its own
            if spent - reported > REPORT_EVERY:
                reported = spent
                _report(seed, budget.used(count, spent), best)
            if budget.used(count, spent) == 1:
                break
    except KeyboardInterrupt:  # what was learned stays
        pass
    finally:
        observer.stop()
    if last is None:
        return None
    spent = budget.clock() - began
    _report(seed, budget.used(taken, spent), best)
    if last.valid is None:
        last = last._replace(valid=evaluate(last.params, *data.valid, activation))
    best = last if best is None or last.valid.accuracy > best.valid.accuracy else best
    others = [examples for examples in observer.trained_on if examples.images is not data.train.images]
    shared = max((shared_images(examples, data.valid) for examples in others), default=0)
    functions = tuple(sorted(observer.functions))
    return SeedResult(seed, best.valid.accuracy, as_params(best.params), taken, spent, functions, shared)


def _is_mlpkits(steps: Iterator[Step]) -> bool:
    """Whether the steps come from `train`, and maybe `validated`, alone: each calls the same functions."""
    while inspect.isgenerator(steps) and steps.gi_frame is not None:
        if os.path.dirname(steps.gi_code.co_filename) != os.path.dirname(train.__code__.co_filename):
            return False
        inner = steps.gi_frame.f_locals.get("steps")
        if not isinstance(inner, Iterator):
            return True
        steps = inner
    return False


def _too_late(count: int, spent: float, budget: Budget) -> str:
    used = f"{count:,} steps" if budget.steps else f"{spent:.1f} s"
    whole = f"{budget.steps:,} steps" if budget.steps else f"{budget.seconds:g} s"
    return (
        f"the recipe used {used} up to its first step, and the budget is {whole}: end it with "
        "`return train(...)`, without a loop over the steps; what it computes before that counts too"
    )


def _begun(recipe: Callable, data: Dataset, seed: int) -> Iterator[Step]:
    steps = recipe(data, np.random.default_rng(seed))
    if isinstance(steps, Step):  # a tuple too: iter(step) would give its first entry
        raise _not_training(steps)
    try:
        return iter(steps)
    except TypeError:  # a forgotten `return`, a History, anything that does not come step by step
        raise _not_training(steps) from None


def _not_training(given: object) -> TypeError:
    what = "parameters" if isinstance(given, Params | Layer) else type(given).__name__
    return TypeError(
        f"the recipe returned {what}: expected what `train` returns. End the recipe with "
        "`return train(...)`, without a loop over the steps"
    )


def _checked(seeds: Iterable[int]) -> list[int]:
    """The seeds as a list; what is wrong with the last is to be known before the first has trained."""
    if not isinstance(seeds, Iterable):
        raise TypeError(f"seeds is {seeds!r}: expected several whole numbers, such as range(3)")
    seeds = list(seeds)
    if not seeds:
        raise ValueError("seeds is empty: expected at least one, such as (0, 1, 2)")
    for seed in seeds:
        check_count("each of the seeds", seed, 0)
    return seeds


def _report(seed: int, used: float, best: Step | None) -> None:
    """Say how far it is, in one line that is written over."""
    if not _headless():
        so_far = f", best so far {100 * best.valid.accuracy:.1f} %" if best else ""
        print(f"\rseed {seed}: {min(100 * used, 100):.0f} % of the budget{so_far}     ", end="", flush=True)


def _keep(done: Challenge) -> str:
    entry = {
        "name": done.name,
        "budget": done.budget,
        "accuracies": [float(run.accuracy) for run in done.runs],
        "network": fingerprint(done.params),
        "when": today(),
    }
    if done.validation_images:
        entry["validation_images"] = done.validation_images
    try:
        return change_leaderboard(lambda found: found["entries"].append(entry))
    except (OSError, ValueError) as error:
        return f"It could not be put on the leaderboard: {error}"


def _source(recipe: Callable) -> str:
    try:
        return inspect.getsource(recipe)
    except (OSError, TypeError):
        return ""


def _headless() -> bool:
    return os.environ.get("MLPKIT_HEADLESS") == "1"


@contextlib.contextmanager
def _stop_button() -> Iterator[list]:
    """Notice the stop button also where `train` answers it by ending quietly; the list is then not empty."""
    pressed: list[bool] = []
    if threading.current_thread() is not threading.main_thread():  # signals reach the main thread alone
        yield pressed
        return
    before = signal.getsignal(signal.SIGINT)

    def note(number: int, frame: Any) -> None:
        pressed.append(True)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, note)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before or signal.default_int_handler)
