"""Where does a wrong number come from: from the step itself, from one layer, from something that was added?

A parameter after a small step looks nearly right whatever the step was, so the step alone is looked at; of
layers that feed each other only the one where the fault begins.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..checker.answers import Leaf, close, leaves
from ..checker.compare import Comparison, wrong_values
from ..checker.runner import CaseRun, output_of
from ..spec import Exercise
from .observed import entry_name, leaf_name
from .wording import factor_name, number, scalars


def args_at(exercise: Exercise, expected: CaseRun, step: int | None) -> tuple:
    """The arguments of a call, or of one call in a run of steps that went right until then."""
    case = expected.case
    args = case.args
    if not case.steps or step is None:
        return args
    for i in range(step + 1):
        if i:
            parts = dict(zip(exercise.output, expected.value[i - 1]))
            args = tuple(
                next((parts[n] for n, at in case.feedback.items() if at == k), a) for k, a in enumerate(args)
            )
        args = case.schedule_args(i, args) if case.schedule_args else args
    return args


def moved(exercise: Exercise, expected_runs: list[CaseRun], part: list[Comparison]) -> list[Comparison]:
    """For a part that is an argument and a step: the first wrong steps, without where they start from."""
    found: list[Comparison] = []
    for pair in first_wrong(exercise, expected_runs, part):
        old = start_of(exercise, expected_runs[pair.at], pair.leaf)
        if old is not None and old.shape == pair.got.shape:
            place = None if expected_runs[pair.at].case.steps else pair.leaf.index
            leaf = Leaf(f"step of {pair.leaf.name}", place, pair.leaf.spec, pair.got - old)
            found.append(Comparison(pair.at, leaf, pair.expected - old))
    return found


def start_of(exercise: Exercise, expected: CaseRun, leaf: Leaf) -> np.ndarray | None:
    """Where a step starts from; None for parts that do not move."""
    if leaf.name not in exercise.updates:
        return None
    step = leaf.index if expected.case.steps else None
    arg = args_at(exercise, expected, step)[0]
    if isinstance(arg, np.ndarray):
        return arg
    return arg[leaf.index][list(exercise.output[0]).index(leaf.name)]


def first_wrong(exercise: Exercise, expected_runs: list[CaseRun], part: list[Comparison]) -> list[Comparison]:
    """Of each probe the entries where the fault begins: the first wrong step, the layer beside right ones."""
    found: list[Comparison] = []
    for at in dict.fromkeys(p.at for p in part):
        here = [p for p in part if p.at == at]
        wrong = [wrong_values(p, exercise) for p in here]
        bad = [p for p, w in zip(here, wrong) if w]
        if expected_runs[at].case.steps:
            bad = bad[:1]
        elif bad and not all(wrong) and here[0].leaf.index is not None:
            bad = bad[-1:] if not wrong[-1] else bad[:1]
        found += bad
    return found


def first_of_all(exercise: Exercise, part: list[Comparison]) -> list[Comparison]:
    """Of lists that are wrong from end to end the first entries, which the others may go by."""
    at = dict.fromkeys(p.at for p in part if p.leaf.index is not None and exercise.list_item != "step")
    here = [next(p for p in part if p.at == i) for i in at]
    return here if all(wrong_values(p, exercise) for p in here) else []


def by_residual(exercise: Exercise, expected_runs: list[CaseRun], part: list[Comparison]) -> str:
    """What is too much is a multiple of something that came in."""
    bad = first_wrong(exercise, expected_runs, part)
    tables = [
        {key: (name, arg) for key, name, arg in _inputs(exercise, expected_runs[p.at], p.leaf)} for p in bad
    ]
    for key, (name, _) in tables[0].items():
        factors = [_factor(p, t[key][1]) if key in t else None for p, t in zip(bad, tables)]
        if all(f is not None for f in factors) and sum(p.got.size for p in bad) > 2:
            other = _elsewhere(exercise, [expected_runs[p.at] for p in bad], factors)
            return (
                f"On {expected_runs[bad[0].at].case.note}, {leaf_name(bad[0].leaf, exercise)} is off by "
                f"{number(factors[0])} times {name}, entry by entry{other}. "
                "Look for a term that is added there, left out, or counted with another factor."
            )
    return ""


def _elsewhere(exercise: Exercise, expected_runs: list[CaseRun], factors: list[float]) -> str:
    """What the multiple is on the other inputs: the same number, one that has a name, or just another."""
    low, high = min(factors), max(factors)
    if close(np.array(low), np.array(high), 1e-3).all():
        return ""
    name = (
        factor_name(exercise, [expected.case for expected in expected_runs], factors)
        if low * high > 0
        else None
    )
    named = f"minus ({name})" if low < 0 and " - " in str(name) else f"{'minus ' * (low < 0)}{name}"
    return f"; everywhere the factor is {named}" if name else ", and elsewhere by other multiples"


def _factor(pair: Comparison, thing: np.ndarray) -> float | None:
    gap, thing = np.ravel(pair.got - pair.expected).astype(float), np.ravel(thing).astype(float)
    size = float(thing @ thing)
    if not size or not np.isfinite(gap).all():
        return None
    factor = float(gap @ thing) / size
    loose = 1e-7 * max(1.0, float(np.abs(pair.expected).max(initial=0)))
    return (
        factor
        if abs(factor) > 1e-9
        and np.abs(gap - factor * thing).max() <= 1e-4 * np.abs(gap).max() + loose * 1e-3
        else None
    )


def _inputs(exercise: Exercise, expected: CaseRun, leaf: Leaf) -> Iterator[tuple[tuple, str, np.ndarray]]:
    """What came in, and what else should come out, of the shape of an entry: (key, name, array)."""
    shape = leaf.value.shape
    for name, arg in zip(
        exercise.inputs, args_at(exercise, expected, leaf.index if expected.case.steps else None)
    ):
        if isinstance(arg, np.ndarray) and arg.dtype.kind == "f" and arg.shape == shape:
            yield (name, 0), f"`{name}`", arg
        if isinstance(arg, list) and leaf.index is not None and leaf.index < len(arg):
            pair = isinstance(arg[leaf.index], tuple)
            for place, part in enumerate(arg[leaf.index] if pair else (arg[leaf.index],)):
                if isinstance(part, np.ndarray) and part.shape == shape:
                    yield (name, place), f"`{name}[{leaf.index}]{f'[{place}]' if pair else ''}`", part
    for other in leaves(expected.value, output_of(exercise, expected.case)):
        if other.name != leaf.name and other.index == leaf.index and other.value.shape == shape != ():
            yield (other.name, 1), f"the new `{other.name}`", other.value


def by_layers(exercise: Exercise, runs: list[CaseRun], part: list[Comparison]) -> str:
    """Every layer is right up to a factor of its own."""
    at = next((p.at for p in part if wrong_values(p, exercise)), None)
    here = [p for p in part if p.at == at]
    if runs[at].case.steps or len(here) < 2 or any(p.leaf.index is None for p in here):
        return ""
    ratios = [_multiple(p) for p in here]
    if any(r is None for r in ratios) or not sum(p.got.size for p in here) > 3:
        return ""
    told = ", ".join(
        f"{number(r)} times at {entry_name(exercise, p.leaf.name, p.leaf.index)}"
        for r, p in zip(ratios, here)
    )
    name = f"`{here[0].leaf.name}`"
    return (
        f"On {runs[at].case.note}, {name} is the right one times a number that changes from layer to layer: "
        f"{told}. "
        "Look at what is done once for every layer on the way."
    )


def _multiple(pair: Comparison) -> float | None:
    got, expected = np.ravel(pair.got).astype(float), np.ravel(pair.expected).astype(float)
    size = float(expected @ expected)
    ratio = float(got @ expected) / size if size else 0.0
    return ratio if ratio and close(got, ratio * expected, 1e-4).all() else None


def by_constant_argument(
    exercise: Exercise, runs: list[CaseRun], pairs: list[Comparison], ratios: list[float]
) -> str:
    """A factor that differs from input to input, because one argument is replaced by a fixed number."""
    tables = [scalars(exercise, runs[p.at].case) for p in pairs]
    for name in tables[0]:
        values = [r * t[name] for r, t in zip(ratios, tables)]
        if (
            len({t[name] for t in tables}) > 1
            and close(np.array(values), np.full(len(values), values[0]), 1e-4).all()
        ):
            return (
                f"That is what `{name}` = {number(values[0])} would give, whatever comes in. "
                f"Look at whether `{name}` itself is used."
            )
    return ""
