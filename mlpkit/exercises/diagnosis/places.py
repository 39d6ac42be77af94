"""Detectors for where numbers are wrong: which rows, columns, signs or sizes of the inputs.

They come last. What the wrong entries have in common is often the mistake itself.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..checker.answers import close
from ..checker.compare import Comparison
from ..checker.runner import measured, within
from .evidence import Evidence, Finding, joined
from .factors import constant
from .functions import count_words
from .linear import fit
from .observed import observe_value, property_text
from .words import leaf_name

LEAST = 4  # different numbers; fewer agree with something by chance


def _arrays(e: Evidence) -> list[Comparison]:
    return [c for c in e.wrong if c.got.ndim]


def _right(e: Evidence, c: Comparison) -> np.ndarray:
    return close(c.got, c.expected, e.exercise.tolerance)


def _seen(e: Evidence, c: Comparison) -> dict:
    return {"seen": observe_value(e.exercise, e.runs[c.at], c)}


def row_sums(e: Evidence) -> Finding | None:
    """The rows of every right answer have one sum; these have not."""
    bad = _arrays(e)
    flat = [c for c in bad if c.got.ndim == 2 and c.got.shape[0] != c.got.shape[1]]
    if not bad or len(flat) != len(bad) or not any(len(c.expected) > 2 and c.expected.any() for c in flat):
        return None
    total = float(flat[0].expected.sum(axis=1)[0])
    if not all(np.allclose(c.expected.sum(axis=1), total, atol=1e-8) for c in flat):
        return None
    facts: dict = {"total": total}
    if all(np.allclose(c.got.sum(axis=0), total, atol=1e-6) for c in flat):
        return Finding(
            "columns sum", e.title(bad), "", facts if abs(total) > 1e-9 else {**facts, **_seen(e, flat[0])}
        )
    if abs(total) > 1e-9 and all(np.isclose(c.got.sum(), total) for c in flat):
        return Finding("array sums", e.title(bad), "", facts)
    sums = flat[0].got.sum(axis=1)
    if np.allclose(sums, total, atol=1e-6):
        return None
    return Finding(
        "rows sum", e.title(bad), "", {"low": sums.min(), "high": sums.max(), **facts, **_seen(e, flat[0])}
    )


def same_wherever_wrong(e: Evidence) -> Finding | None:
    """Wherever it is wrong stands the same number, or still what came in."""
    bad = _arrays(e)
    wrong = [~_right(e, c) for c in bad]
    if sum(int(w.sum()) for w in wrong) < 3 or all(w.all() for w in wrong):
        return None
    values = np.concatenate([c.got[w] for c, w in zip(bad, wrong)]).astype(float)
    if np.ptp(values) == 0:
        return Finding("same where wrong", e.title(bad), "", {"value": float(values[0]), **_seen(e, bad[0])})
    for i, name in enumerate(e.exercise.inputs):
        args = [e.runs[c.at].case.args[i] for c in bad]
        shaped = all(isinstance(a, np.ndarray) and a.shape == c.got.shape for a, c in zip(args, bad))
        if shaped and all(close(c.got[w], a[w]).all() for a, c, w in zip(args, bad, wrong)):
            return Finding("input where wrong", e.title(bad), "", {"name": name, **_seen(e, bad[0])})
    return None


def at_zeros(e: Evidence) -> Finding | None:
    """Wrong exactly where 0 is expected, or right only there."""
    bad = _arrays(e)
    wrong, zero = [~_right(e, c) for c in bad], [c.expected == 0 for c in bad]
    if not any(z.any() for z in zero) or all(z.all() for z in zero):
        return None
    if all((w <= z).all() for w, z in zip(wrong, zero)):
        values = np.concatenate([c.got[w] for c, w in zip(bad, wrong)])
        return Finding(
            "not zero", e.title(bad), "", {"low": values.min(), "high": values.max(), **_seen(e, bad[0])}
        )
    if zero[0].any() and all((w == ~z).all() for w, z in zip(wrong, zero)):
        return Finding("only zeros right", e.title(bad), "", _seen(e, bad[0]))
    return None


SIGNS: dict[str, Callable] = {
    "negative": lambda a: a < 0,
    "positive": lambda a: a > 0,
    "exactly 0": lambda a: a == 0,
    "0 or negative": lambda a: a <= 0,
    "0 or positive": lambda a: a >= 0,
    "above 1": lambda a: a > 1,
    "below -1": lambda a: a < -1,
    "beyond 1 or -1": lambda a: np.abs(a) > 1,
    "the largest of its row": lambda a: a == a.max(axis=-1, keepdims=True),
}


def at_some_inputs(e: Evidence) -> Finding | None:
    """Wrong exactly where an input of the same shape is negative, positive, or 0."""
    bad = _arrays(e)
    rights = [_right(e, c) for c in bad]
    for i, name in enumerate(e.exercise.inputs):
        args = [e.runs[c.at].case.args[i] for c in bad]
        shaped = (isinstance(a, np.ndarray) and a.shape == c.got.shape for a, c in zip(args, bad))
        if not bad or not all(shaped) or args[0].dtype.kind != "f":
            continue
        for words, test in SIGNS.items():
            inside = [test(a) for a in args]
            if all(r[~t].all() and not r[t].any() and (~t).any() for r, t in zip(rights, inside)):
                return Finding(
                    "at some inputs", e.title(bad), "", {"name": name, "where": words, **_seen(e, bad[0])}
                )
    return None


def at_labels(e: Evidence) -> Finding | None:
    """Wrong exactly at the true class, or exactly everywhere else."""
    bad = _arrays(e)
    if "labels" not in e.exercise.inputs or not bad:
        return None
    i = list(e.exercise.inputs).index("labels")
    at_label, beside = [], []
    for c in bad:
        labels = e.runs[c.at].case.args[i]
        if c.got.ndim != 2 or len(labels) != len(c.got) or labels.max() >= c.got.shape[1]:
            return None
        mask = np.zeros(c.got.shape, bool)
        mask[np.arange(len(labels)), labels] = True
        right = _right(e, c)
        at_label.append(right[~mask].all())
        beside.append(right[mask].all())
    if all(at_label):
        return Finding("wrong at labels", e.title(bad), "", _seen(e, bad[0]))
    return Finding("wrong beside labels", e.title(bad), "", _seen(e, bad[0])) if all(beside) else None


def some_lines(e: Evidence) -> Finding | None:
    """Whole rows or columns are wrong, others right."""
    bad = _arrays(e)
    if not bad:
        return None
    c = max(bad, key=lambda c: c.got.size)
    right, seen = _right(e, c), _seen(e, c)
    if right.ndim == 1 and right.any() and right.size > 2:
        return Finding(
            "some lines", e.title(bad), "", {"line": "entry", "lines": "entries", **_split(right), **seen}
        )
    if right.ndim != 2 or not right.any():
        return None
    if right.shape[0] > 1 and (np.eye(*right.shape, dtype=bool) == right).all():
        return Finding("diagonal", e.title(bad), "", seen)
    for line, axis in (("row", 1), ("column", 0)):
        whole, touched = right.all(axis), right.any(axis)
        if whole.any() and not whole.all() and (whole == touched).all():
            return Finding(
                "some lines", e.title(bad), "", {"line": line, "lines": f"{line}s", **_split(whole), **seen}
            )
    return None


def _split(right: np.ndarray) -> dict[str, list[int]]:
    return {"right": np.flatnonzero(right).tolist(), "wrong": np.flatnonzero(~right).tolist()}


def by_magnitude(e: Evidence) -> Finding | None:
    """Right where the right answer is small, wrong where it is large, or the other way round."""
    bad = _arrays(e)
    if not bad:
        return None
    got, expected = joined(bad)
    right, size = close(got, expected, e.exercise.tolerance), np.abs(expected)
    if right.sum() < 2 or (~right).sum() < 2 or right.mean() < 0.15 or not expected[~right].any():
        return None
    if 0 < size[right].max() < size[~right].min():
        return Finding("large wrong", e.title(bad), "", {"limit": size[right].max(), **_seen(e, bad[0])})
    if size[right].min() > size[~right].max():
        return Finding("small wrong", e.title(bad), "", {"limit": size[~right].max(), **_seen(e, bad[0])})
    return None


def nearly_right(e: Evidence) -> Finding | None:
    """Nearly right everywhere: something small is added, rounded or cut off."""
    gaps = [float(np.abs(c.got - c.expected).max() / max(np.abs(c.expected).max(), 1e-300)) for c in e.wrong]
    return (
        None
        if max(gaps) > 0.01
        else Finding("nearly right", e.title(e.wrong), "", {"percent": 100 * max(gaps)})
    )


def property_missing(e: Evidence) -> Finding | None:
    """A property of every right answer that this one does not have."""
    at = e.wrong[0].at
    for prop in e.exercise.properties:
        got, right = measured(prop, e.runs[at]), measured(prop, e.expected[at])
        if got is not None and not within(got, right, prop):
            if not callable(prop.message):  # of many numbers, the one that is off most
                one, other = (np.ravel(np.asarray(v, float)) for v in (got, right))
                i = int(np.argmax(np.abs(one - other))) if one.shape == other.shape else 0
                got, right = float(one[i]), float(other[i])
            return Finding(
                "property missing", e.title(e.wrong), "", {"text": property_text(prop, got, right)}
            )
    return None


ALIKE: dict[str, Callable] = {
    "all entries": lambda x: np.ravel(x)[None],
    "in each row all entries": lambda x: x,
    "all rows": lambda x: x.T,
}


def all_alike(e: Evidence) -> Finding | None:
    """Numbers that should differ do not: within each row, from row to row, or anywhere."""
    bad = [c for c in e.wrong if c.got.ndim == 2 and min(c.got.shape) > 1]
    for words, lines in ALIKE.items():
        if bad and _flat(lines(bad[0].got)) and not _flat(lines(bad[0].expected)):
            return Finding("alike", leaf_name(bad[0].leaf, e.exercise), e.note(bad[0]), {"which": words})
    return None


def _flat(lines: np.ndarray) -> bool:
    return bool((np.ptp(lines, axis=1) <= 1e-9 * np.abs(lines).max(initial=0)).all())


def cut_off(e: Evidence) -> Finding | None:
    """Right up to some size, and of that very size wherever it should be larger."""
    got, expected = joined(e.bad)
    right, most = close(got, expected, e.exercise.tolerance), np.abs(got).max()
    if (~right).sum() < 2 or not right.any() or not most:
        return None
    if not close(got[~right], most * np.sign(expected[~right])).all():
        return None
    facts = {"most": most, "count": int((~right).sum()), "of": right.size}
    return Finding("cut off", e.title(e.bad), e.note(e.bad[0]), facts)


def factor_in_one_case(e: Evidence) -> Finding | None:
    """One factor for all numbers of one case; there it may be many things, so it gets no name."""
    bad = e.bad
    fits = [fit(c.got, c.expected, tolerance=1e-4) for c in bad]
    ratios = [float(f[0]) if f else 0.0 for f in fits]
    if any(not r or abs(r - 1) < 1e-3 for r in ratios) or not constant(ratios):
        return None
    return Finding("factor in one case", e.title(bad), e.note(bad[0]), {"ratio": ratios[0]})


def enough_numbers(e: Evidence) -> bool:
    """Whether so many different numbers are expected that agreeing with something is no chance."""
    return len(np.unique(np.round(joined(e.bad)[1], 9))) >= LEAST


def direction(e: Evidence) -> Finding | None:
    """How far the numbers point in the right direction: the last resort."""
    bad = e.wrong
    worst = min(bad, key=_cosine)
    got, expected = joined([worst])
    right = close(got, expected, e.exercise.tolerance)
    if right.size < 3:
        share = count_words(e)
        if share:
            facts = {"of": share[0], "got": share[1], "expected": share[2]}
            return Finding(
                "share" if float(share[1]) == round(float(share[1])) else "no share", e.title(bad), "", facts
            )
        gaps = np.concatenate([np.ravel(c.got - c.expected) for c in bad])
        one = all(c.got.size == 1 for c in bad)
        facts = {"large": int((gaps > 0).sum()), "of": len(gaps), "noun": "cases" if one else "entries"}
        return Finding("too large or small", e.title(bad), "", facts)
    sizes = float(np.linalg.norm(got)), float(np.linalg.norm(expected))
    cosine = float(got @ expected) / (sizes[0] * sizes[1]) if all(sizes) else 0.0
    facts = {"count": int((~right).sum()), "of": right.size, "step": e.view == "step"}
    facts |= {"cosine": f"{cosine:.2f}", "length": sizes[0] / (sizes[1] or 1)}
    code = "right direction" if cosine > 0.9 else "opposite direction" if cosine < -0.9 else "no direction"
    return Finding(code, e.title(bad), e.note(worst) if worst is not bad[0] else "", facts)


def _cosine(c: Comparison) -> float:
    """How far an array still points the right way."""
    got, expected = joined([c])
    sizes = float(np.linalg.norm(got) * np.linalg.norm(expected))
    return abs(float(got @ expected)) / sizes if sizes and len(got) > 2 else 1.0
