"""What is the wrong part made of: another part of the answer summed up, the largest entries of an input, the
step without where it starts from?

These are arrays of the right shape that hold something else than they should.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ..checker.answers import close, leaves
from ..checker.compare import Comparison, wrong_values
from ..checker.runner import CaseRun, output_of
from ..spec import Exercise
from .find_parts import first_wrong, start_of
from .observed import leaf_name

_REDUCED: dict[str, Callable] = {
    "the sum": np.sum,
    "the mean": np.mean,
    "the largest": np.max,
    "the smallest": np.min,
    "the first": lambda x, axis: np.take(x, 0, axis),
    "the last": lambda x, axis: np.take(x, -1, axis),
}


def by_reduction(exercise: Exercise, runs: list[CaseRun], part: list[Comparison]) -> str:
    """The wrong part is an input, or another part, reduced over one of its axes.

    returns: str, "" if it is not
    """
    bad = first_wrong(exercise, runs, part)
    if not any(p.got.ndim == 1 and p.got.size > 2 for p in bad):
        return ""
    tables = [dict(_sources(exercise, runs[p.at], p)) for p in bad]
    for name in tables[0]:
        for words, reduce in _REDUCED.items():
            for axis, line in ((0, "column"), (1, "row")):
                if all(_made_of(p, t.get(name), reduce, axis) for p, t in zip(bad, tables)):
                    title = leaf_name(bad[0].leaf._replace(index=None), exercise)
                    return (
                        f"{title[0].upper()}{title[1:]} holds {words} of each {line} of {name}. "
                        "Look at what is put together there, and how."
                    )
    return ""


def _made_of(pair: Comparison, source: np.ndarray | None, reduce: Callable, axis: int) -> bool:
    if source is None or source.ndim != 2 or pair.got.shape != (source.shape[1 - axis],):
        return False
    return bool(close(pair.got, reduce(source, axis=axis)).all())


def _sources(exercise: Exercise, run: CaseRun, pair: Comparison) -> Iterator[tuple[str, np.ndarray]]:
    """The arrays that came in, and the learner's own other parts of the same layer."""
    for name, arg in zip(exercise.inputs, run.case.args):
        if isinstance(arg, np.ndarray) and arg.dtype.kind == "f":
            yield f"`{name}`", arg
    for leaf in leaves(run.value, output_of(exercise, run.case)):
        if leaf.name != pair.leaf.name and leaf.index == pair.leaf.index:
            yield f"`{leaf.name}`", leaf.value


def by_step_alone(exercise: Exercise, expected_runs: list[CaseRun], part: list[Comparison]) -> str:
    """A parameter is the right step and nothing else, or the way it should go was turned round.

    returns: str, "" if it is not
    """
    bad = first_wrong(exercise, expected_runs, part)
    starts = [start_of(exercise, expected_runs[p.at], p.leaf) for p in bad]
    if any(s is None or s.shape != p.got.shape for s, p in zip(starts, bad)):
        return ""
    if not any(s.any() for s in starts):  # from 0, where a step leads is the step
        return ""
    for sign in (1, -1):
        if all(close(p.got, sign * (p.expected - s), 1e-4).all() for p, s in zip(bad, starts)):
            name = f"`{bad[0].leaf.name}`"
            return f"{name} is the step alone, and not where it leads. From where does the step start?"
    return ""


_SAME: dict[str, Callable] = {
    "all entries of {name} are the same": lambda x: np.ravel(x)[None],
    "in each row of {name} all entries are the same": lambda x: x,
    "all rows of {name} are the same": lambda x: x.T,
}


def by_sameness(exercise: Exercise, runs: list[CaseRun], part: list[Comparison]) -> str:
    """Numbers that should differ do not: within each row, from row to row, or anywhere.

    returns: str, "" if they do
    """
    bad = [p for p in part if wrong_values(p, exercise) and p.got.ndim == 2 and min(p.got.shape) > 1]
    for words, lines in _SAME.items():
        if bad and _alike(lines(bad[0].got)) and not _alike(lines(bad[0].expected)):
            name = leaf_name(bad[0].leaf, exercise)
            return (
                f"On {runs[bad[0].at].case.note}, {words.format(name=name)}, and they should differ. "
                "Look at what runs over them: a sum, a mean, or an index with too few axes."
            )
    return ""


def _alike(lines: np.ndarray) -> bool:
    return bool((np.ptp(lines, axis=1) <= 1e-9 * np.abs(lines).max(initial=0)).all())
