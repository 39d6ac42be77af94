"""Names for factors: "the size of `batch`", "1 - `momentum`", "1/2".

A factor gets a name only when it is the same thing in every case: batch sizes differ, so a 4 is told from
"the batch".
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from ..spec import Case, Exercise

CONSTANTS = {
    "2": 2, "1/2": 0.5, "4": 4, "1/4": 0.25, "3": 3, "1/3": 1 / 3, "10": 10, "1/10": 0.1,
    "100, as for a percentage": 100, "1/100": 0.01, "255": 255, "1/255": 1 / 255,
    "ln 2 (a logarithm or power of base 2?)": math.log(2), "1/ln 2 (a logarithm to base 2?)": 1 / math.log(2),
    "1/ln 10 (a logarithm to base 10?)": 1 / math.log(10), "ln 10": math.log(10), "e": math.e,
    "the root of 2": math.sqrt(2), "1 over the root of 2": math.sqrt(0.5), "1000": 1000, "1/1000": 0.001,
}  # fmt: skip


def sizes(exercise: Exercise, case: Case) -> dict[str, float]:
    """The sizes that a case's arguments have, by the names of their axes: {"batch": 5, "classes": 3}."""
    found: dict[str, float] = {}
    for spec, arg in zip(exercise.inputs.values(), case.args):
        if isinstance(arg, np.ndarray) and len(spec.split()) == arg.ndim:
            found.update(zip(spec.split(), arg.shape))
    for name, arg in zip(exercise.inputs, case.args):
        if isinstance(arg, list) and arg and isinstance(arg[0], tuple):
            found[name] = len(arg)
    return found


def scalars(exercise: Exercise, case: Case) -> dict[str, float]:
    """The arguments that are single numbers: {"learning_rate": 0.1}."""
    pairs = zip(exercise.inputs, case.args)
    return {
        n: float(a) for n, a in pairs if isinstance(a, (int, float, np.number)) and not isinstance(a, bool)
    }


def factor_name(
    exercise: Exercise, cases: list[Case], ratios: list[float], tolerance: float = 1e-4
) -> str | None:
    """What a factor is, if it is the same thing on every case: "the batch size", "1/2", "1 - momentum".

    ratios: one for each case, all of one sign
    tolerance: float, relative
    returns: str or None
    """
    ratios = [abs(r) for r in ratios]
    if not ratios or not all(math.isfinite(r) and r > 0 for r in ratios):
        return None
    tables = [_candidates(exercise, case) for case in cases]
    best, least = None, tolerance
    for name in tables[0]:
        if all(name in t and t[name] for t in tables):
            made_of = len(name.split("`")) > 3 or "squared" in name or "less" in name
            if made_of and len(cases) > 1 and "size of" in name and len({t[name] for t in tables}) == 1:
                continue  # of one size alone, many such numbers come out by chance
            off = max(abs(r / t[name] - 1) for r, t in zip(ratios, tables))
            if off < least - 1e-5 or (best is None and off <= tolerance):
                best, least = name, off
    return best


def constant(ratios: list[float]) -> bool:
    """Whether all ratios are one number."""
    return all(_near(r, ratios[0]) for r in ratios)


def _candidates(exercise: Exercise, case: Case) -> dict[str, float]:
    named = {f"the size of `{axis}`": n for axis, n in sizes(exercise, case).items()}
    table = _forms(named)
    for (a, n), (b, m) in itertools.permutations(named.items(), 2):
        table[f"{a} over {b}"] = n / m
        table[f"{a} times {b}"] = n * m
        table[f"1 over ({a} times {b})"] = 1 / max(n * m, 1)
        table[f"the root of 2 over {a}"] = math.sqrt(2 / max(n, 1))
        table[f"the root of {a} over {a} plus {b}"] = math.sqrt(n / max(n + m, 1))
    table.update(_scalar_forms(scalars(exercise, case)))
    table.update(CONSTANTS)
    return table


def _forms(named: dict[str, float]) -> dict[str, float]:
    table: dict[str, float] = {}
    for name, n in named.items():
        table |= {name: n, f"1 over {name}": 1 / max(n, 1), f"the root of {name}": math.sqrt(n)}
        table |= {f"1 over the root of {name}": 1 / math.sqrt(max(n, 1)), f"{name} squared": n * n}
        table |= {f"1 over {name} squared": 1 / max(n * n, 1), f"{name} less 1": n - 1}
        table |= {f"{name} over one less": n / max(n - 1, 1), f"1 less 1 over {name}": 1 - 1 / max(n, 1)}
    return table


def _scalar_forms(named: dict[str, float]) -> dict[str, float]:
    table: dict[str, float] = {}
    for name, v in named.items():
        if v <= 0:
            continue
        table |= {f"`{name}`": v, f"1 over `{name}`": 1 / v, f"`{name}` squared": v * v}
        table |= {f"the root of `{name}`": math.sqrt(v), f"1 + `{name}`": 1 + v}
        table |= {f"1 over the root of `{name}`": 1 / math.sqrt(v)}
        if v < 1:
            table |= {f"1 - `{name}`": 1 - v, f"1 over (1 - `{name}`)": 1 / (1 - v)}
    for (a, v), (b, w) in itertools.combinations(named.items(), 2):
        table[f"`{a}` times `{b}`"] = v * w
        if v + w > 0:
            table[f"1 over the root of (`{a}` + `{b}`)"] = 1 / math.sqrt(v + w)
    return table


def _near(one: float, other: Any, tolerance: float = 1e-4) -> bool:
    return abs(one - other) <= tolerance * max(abs(one), abs(other))
