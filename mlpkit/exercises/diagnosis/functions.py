"""Detectors for numbers that are something familiar: an input, a constant, a function of the right ones.

Each looks at one view in all cases, and says something only if it fits all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ..checker.answers import close, leaves
from ..checker.compare import Comparison, wrong_values
from ..checker.runner import output_of
from .evidence import Evidence, Finding, joined, start_of, where_it_starts
from .words import leaf_name, number


def nothing_computed(e: Evidence) -> Finding | None:
    """Zeros, one constant, or an input as it came in."""
    bad, name = e.bad, e.title(e.bad)
    right = [c for c in e.comparisons if c.leaf.index is None and not wrong_values(c, e.exercise)]
    if all((c.got == 0).all() for c in e.wrong):
        somewhere = any(c.got.any() for c in right)
        return Finding("zeros", name, "", {"somewhere": somewhere}, "zeros somewhere" * somewhere)
    for i, arg in enumerate(e.exercise.inputs):
        if all(_is_argument(e, c, i) for c in bad):
            somewhere = not all(_is_argument(e, c, i) for c in right)
            facts = {"name": arg, "somewhere": somewhere}
            return Finding("input returned", name, "", facts, "input returned somewhere" * somewhere)
    large = [c for c in bad if c.got.size > 1]
    if large and all(np.ptp(c.got.astype(float)) == 0 for c in large):
        return Finding("constant", name, e.note(large[0]), {"value": float(large[0].got.flat[0])})
    values, expected = (
        {float(x.flat[0]) for x in xs} for xs in ([c.got for c in bad], [c.expected for c in bad])
    )
    if len(bad) > 1 and bad[0].got.size == 1 and len(values) == 1 and len(expected) > 1:
        return Finding("independent", name, "", {"value": values.pop()})
    return None


def _is_argument(e: Evidence, c: Comparison, i: int) -> bool:
    arg = e.runs[c.at].case.args[i]
    return isinstance(arg, np.ndarray) and arg.shape == c.got.shape and bool(close(c.got, arg).all())


FUNCTIONS: dict[str, Callable] = {
    "the right answer times e to the power of itself": lambda x: x * np.exp(x),
    "e to the power of the right answer": np.exp,
    "the logarithm of the right answer": np.log,
    "the base-2 logarithm of the right answer": np.log2,
    "log(1 + the right answer)": np.log1p,
    "minus the logarithm of the right answer": lambda x: -np.log(x),
    "the right answer squared": np.square,
    "the root of the right answer": np.sqrt,
    "the right answer without its sign": np.abs,
    "e to the power of minus the right answer": lambda x: np.exp(-x),
    "1 - e to the power of minus the right answer": lambda x: 1 - np.exp(-x),
    "1 over the right answer": lambda x: 1 / x,
    "1 minus the right answer": lambda x: 1 - x,
    "the right answer with everything below 0 set to 0": lambda x: np.maximum(x, 0),
    "the right answer with everything above 0 set to 0": lambda x: np.minimum(x, 0),
    "the right answer cut off at 1": lambda x: np.minimum(x, 1),
    "only the sign of the right answer": np.sign,
    "the right answer rounded to whole numbers": np.round,
    "the right answer rounded down to whole numbers": np.floor,
    "the right answer with its decimals cut off": np.trunc,
    "the right answer rounded to 1 decimal": lambda x: np.round(x, 1),
    "the right answer rounded to 2 decimals": lambda x: np.round(x, 2),
    "the right answer rounded to 3 decimals": lambda x: np.round(x, 3),
    "the right answer rounded to 4 decimals": lambda x: np.round(x, 4),
    "the tanh of the right answer": np.tanh,
    "the sigmoid of the right answer": lambda x: 1 / (1 + np.exp(-x)),
    "1 where the right answer is above 0, else 0": lambda x: (x > 0) * 1.0,
}


def familiar_function(e: Evidence) -> Finding | None:
    """All numbers are a familiar function of the right ones."""
    bad = e.bad
    if sum(c.got.size for c in bad) < 2:
        return None
    for words, function in FUNCTIONS.items():
        with np.errstate(all="ignore"):
            if all(close(c.got, function(np.asarray(c.expected, float)), 1e-6).all() for c in bad):
                name = leaf_name(bad[0].leaf, e.exercise) if len(bad) == 1 else e.title(bad)
                return Finding("function", name, "", {"is": words}, "rounded" * ("rounded to" in words))
    return None


def one_size(e: Evidence) -> Finding | None:
    """All numbers have one size; only their signs differ, if anything."""
    got, right = (np.abs(x) for x in joined(e.bad))
    if len(got) < 4 or not got.any() or _equal(right, 1e-2) or not _equal(got, 1e-6):
        return None
    signs = len({*np.concatenate([np.ravel(np.sign(c.got)) for c in e.bad]).tolist()})
    return Finding("one size", e.title(e.bad), e.note(e.bad[0]), {"size": float(got[0]), "signs": signs > 1})


def _equal(sizes: np.ndarray, tolerance: float) -> bool:
    return bool(np.isfinite(sizes).all() and np.ptp(sizes) <= tolerance * sizes.max())


def step_alone(e: Evidence) -> Finding | None:
    """A parameter is the right step and nothing else."""
    bad = list(where_it_starts(e).comparisons) if e.view == "part" else []
    starts = [start_of(e, c) for c in bad]
    if not bad or any(s is None or s.shape != c.got.shape for s, c in zip(starts, bad)):
        return None
    if not any(s.any() for s in starts):  # from 0, where a step leads is the step
        return None
    for sign in (1, -1):
        if all(close(c.got, sign * (c.expected - s), 1e-4).all() for c, s in zip(bad, starts)):
            return Finding("step alone", f"`{bad[0].leaf.name}`")
    return None


REDUCTIONS: dict[str, Callable] = {
    "the sum": np.sum,
    "the mean": np.mean,
    "the largest": np.max,
    "the smallest": np.min,
    "the first": lambda x, axis: np.take(x, 0, axis),
    "the last": lambda x, axis: np.take(x, -1, axis),
}


def reduction(e: Evidence) -> Finding | None:
    """A row of numbers is an input, or another part, reduced over one of its axes."""
    bad = list(where_it_starts(e).comparisons) if e.view == "part" else []
    if not any(c.got.ndim == 1 and c.got.size > 2 for c in bad):
        return None
    tables = [dict(_sources(e, c)) for c in bad]
    for name in tables[0]:
        for words, reduce in REDUCTIONS.items():
            for axis, line in ((0, "column"), (1, "row")):
                if all(_made_of(c, t.get(name), reduce, axis) for c, t in zip(bad, tables)):
                    part = leaf_name(bad[0].leaf._replace(index=None), e.exercise)
                    return Finding("reduction", part, "", {"holds": words, "line": line, "of": name})
    return None


def _made_of(c: Comparison, source: np.ndarray | None, reduce: Callable, axis: int) -> bool:
    if source is None or source.ndim != 2 or c.got.shape != (source.shape[1 - axis],):
        return False
    return bool(close(c.got, reduce(source, axis=axis)).all())


def _sources(e: Evidence, c: Comparison) -> Iterator[tuple[str, np.ndarray]]:
    """The arrays that came in, and the learner's own other parts of the same layer."""
    run = e.runs[c.at]
    for name, arg in zip(e.exercise.inputs, run.case.args):
        if isinstance(arg, np.ndarray) and arg.dtype.kind == "f":
            yield f"`{name}`", arg
    for leaf in leaves(run.value, output_of(e.exercise, run.case)):
        if leaf.name != c.leaf.name and leaf.index == c.leaf.index:
            yield f"`{leaf.name}`", leaf.value


MOVES: dict[str, Callable] = {
    "but rows and columns have changed places": lambda x: x.T,
    "but its rows stand in the opposite order": lambda x: x[::-1],
    "but each row is turned round": lambda x: x[..., ::-1],
    "but all rows are shifted by one": lambda x: np.roll(x, 1, axis=0),
    "but all rows are shifted by one, upwards": lambda x: np.roll(x, -1, axis=0),
    "but all columns are shifted by one": lambda x: np.roll(x, 1, axis=-1),
    "but all columns are shifted by one, to the left": lambda x: np.roll(x, -1, axis=-1),
    "but each row is sorted": lambda x: np.sort(x, axis=-1),
    "but each column is sorted": lambda x: np.sort(x, axis=0),
    "but it was filled column by column": lambda x: x.reshape(x.shape[::-1]).T,
    "but it was read column by column": lambda x: x.T.reshape(x.shape),
    "added up from left to right in each row": lambda x: np.cumsum(x, axis=-1),
    "added up from row to row": lambda x: np.cumsum(x, axis=0),
}


def moved(e: Evidence) -> Finding | None:
    """The right numbers, but in other places."""
    bad = [c for c in e.wrong if c.got.ndim]
    if e.view != "part" or sum(c.got.size for c in bad) < 3:
        return None
    for words, move in MOVES.items():
        if all(move(c.expected).shape == c.got.shape and close(c.got, move(c.expected)).all() for c in bad):
            return Finding("moved", e.title(bad), "", {"how": words})
    with np.errstate(all="ignore"):
        if all(close(np.sort(c.got, None), np.sort(c.expected, None)).all() for c in bad):
            return Finding("permuted", e.title(bad))
    return None


COMBINATIONS: dict[str, Callable] = {
    "the sum over the examples": np.sum,
    "the largest of the examples' numbers": np.max,
    "the smallest of the examples' numbers": np.min,
    "the median of the examples' numbers": np.median,
    "the number of the first example alone": lambda v: v[0],
    "the number of the last example alone": lambda v: v[-1],
    "the root of the mean square of the examples' numbers": lambda v: np.sqrt((v * v).mean()),
    "the mean of the squares of the examples' numbers": lambda v: (v * v).mean(),
    "the spread (standard deviation) of the examples' numbers": np.std,
    "the product of the examples' numbers": np.prod,
    "the mean of e to the power of minus each example's number": lambda v: np.exp(-v).mean(),
    "1 minus the mean of e to the power of minus each example's number": lambda v: 1 - np.exp(-v).mean(),
    "minus the logarithm of a mean, not the mean of minus logarithms": lambda v: -np.log(np.exp(-v).mean()),
    "the mean over all but the last example": lambda v: v[:-1].mean(),
    "the mean over all but the first example": lambda v: v[1:].mean(),
    "the sum over all but the last example, divided by the whole batch": lambda v: v[:-1].sum() / len(v),
    "the sum over all but the first example, divided by the whole batch": lambda v: v[1:].sum() / len(v),
}


def combination(e: Evidence) -> Finding | None:
    """One number for the whole batch is put together from the examples' numbers in another way.

    The model solution is asked about every example on its own, and these answers are combined.
    """
    if e.view != "part" or not all(c.leaf.spec == "number" for c in e.comparisons) or len(e.wrong) < 2:
        return None
    singles = {c.at: _one_by_one(e, c) for c in e.comparisons}
    if any(v is None for v in singles.values()):
        return None
    for words, way in COMBINATIONS.items():
        with np.errstate(all="ignore"):
            if all(_combines(way, c, singles[c.at]) for c in e.comparisons):
                return Finding("combination", leaf_name(e.comparisons[0].leaf, e.exercise), "", {"is": words})
    return None


def _combines(way: Callable, c: Comparison, values: np.ndarray) -> bool:
    try:
        return bool(close(c.got, np.asarray(way(values)), 1e-6).all())
    except (ValueError, IndexError):
        return False


def examples_of(e: Evidence) -> list[int]:
    """The places of the arguments whose first axis are the examples."""
    return [i for i, spec in enumerate(e.exercise.inputs.values()) if spec.split()[:1] in (["batch"], ["n"])]


def _one_by_one(e: Evidence, c: Comparison) -> np.ndarray | None:
    """What the model solution says of every example on its own."""
    case, rows = e.runs[c.at].case, examples_of(e)
    if case.steps or not rows:
        return None
    place = list(e.exercise.output).index(c.leaf.name) if c.leaf.name else None
    found = []
    try:
        for i in range(len(case.args[rows[0]])):
            args = (a[i : i + 1] if k in rows else a for k, a in enumerate(case.args))
            answer = e.exercise.reference(*args)
            found.append(float(answer if place is None else answer[place]))
        return np.array(found)
    except Exception:  # the reference may not take a single example
        return None


def count_words(e: Evidence) -> tuple[int, str, str] | None:
    """A share of the examples as a count: (examples, counted, expected); every right answer is one."""
    rows, bad = examples_of(e), e.wrong
    if not rows or any(c.got.size != 1 for c in bad):
        return None
    counts = [len(e.runs[c.at].case.args[rows[0]]) for c in bad]
    asked = [float(c.expected) * n for c, n in zip(bad, counts)]
    if any(abs(a - round(a)) > 1e-6 or not 0 <= a <= n for a, n in zip(asked, counts)):
        return None
    return counts[0], number(float(bad[0].got) * counts[0]), number(asked[0])
