"""Where are the numbers wrong: which rows, columns, signs or sizes of the inputs, or are they right but
elsewhere?

What the wrong entries have in common is often the mistake itself.
"""

from __future__ import annotations

import numpy as np

from ..checker.answers import close
from ..checker.compare import Comparison, wrong_values
from ..checker.runner import CaseRun
from ..spec import Exercise
from .observed import value_sentence
from .wording import listed, number


def by_place(exercise: Exercise, runs: list[CaseRun], part: list[Comparison]) -> str:
    """What the wrong entries have in common.

    returns: str, "" if nothing
    """
    bad = [p for p in part if wrong_values(p, exercise) and p.got.ndim]
    if not bad:
        return ""
    for find in (_sums, _leftover, _by_zero, _by_argument, _by_label, _lines, _large):
        words = find(exercise, runs, bad)
        if words:
            return words
    return ""


def _seen(exercise: Exercise, runs: list[CaseRun], pair: Comparison) -> str:
    return value_sentence(exercise, runs[pair.at], pair)


_MOVES = {
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


def by_move(exercise: Exercise, runs: list[CaseRun], part: list[Comparison]) -> str:
    """The right numbers, but in other places."""
    bad = [p for p in part if wrong_values(p, exercise) and p.got.ndim]
    if sum(p.got.size for p in bad) < 3:
        return ""
    for words, move in _MOVES.items():
        if all(move(p.expected).shape == p.got.shape and close(p.got, move(p.expected)).all() for p in bad):
            return f"The numbers are the right ones, {words}. Look at each axis, `reshape` and slice."
    with np.errstate(all="ignore"):
        if all(close(np.sort(p.got, None), np.sort(p.expected, None)).all() for p in bad):
            return "The right numbers are all there, but in other places. Look at each index and `reshape`."
    return ""


def _leftover(exercise: Exercise, runs: list[CaseRun], bad: list[Comparison]) -> str:
    """Wherever it is wrong stands the same number, or still what came in."""
    wrong = [~close(p.got, p.expected, exercise.tolerance) for p in bad]
    if sum(int(w.sum()) for w in wrong) < 3 or all(w.all() for w in wrong):
        return ""
    values = np.concatenate([p.got[w] for p, w in zip(bad, wrong)]).astype(float)
    if np.ptp(values) == 0:
        return (
            f"{_seen(exercise, runs, bad[0])} Wherever it is wrong, it is {number(values[0])}. "
            "Look at which entries are never reached, or are all treated alike."
        )
    for i, name in enumerate(exercise.inputs):
        args = [runs[p.at].case.args[i] for p in bad]
        if all(isinstance(a, np.ndarray) and a.shape == p.got.shape and close(p.got[w], a[w]).all()
               for a, p, w in zip(args, bad, wrong)):  # fmt: skip
            return (
                f"{_seen(exercise, runs, bad[0])} Wherever it is wrong, `{name}` stands there unchanged. "
                "Look at which entries are never reached."
            )
    return ""


def _by_zero(exercise: Exercise, runs: list[CaseRun], bad: list[Comparison]) -> str:
    """Wrong exactly where 0 would be right, or right only there."""
    wrong = [~close(p.got, p.expected, exercise.tolerance) for p in bad]
    zero = [p.expected == 0 for p in bad]
    if not any(z.any() for z in zero) or all(z.all() for z in zero):
        return ""
    if all((w <= z).all() for w, z in zip(wrong, zero)):
        values = np.concatenate([p.got[w] for p, w in zip(bad, wrong)])
        return (
            f"{_seen(exercise, runs, bad[0])} Wrong only where 0 would be right: there yours run from "
            f"{number(values.min())} to {number(values.max())}. Look at what should stop these numbers."
        )
    if all((w == ~z).all() for w, z in zip(wrong, zero)):
        seen = _seen(exercise, runs, bad[0])
        return f"{seen} Only the zeros are right. Look at what the other numbers are made of."
    return ""


def _sums(exercise: Exercise, runs: list[CaseRun], bad: list[Comparison]) -> str:
    """Right answers whose rows all have one sum, against what the sums are."""
    flat = [p for p in bad if p.got.ndim == 2 and p.got.shape[0] != p.got.shape[1]]
    if len(flat) != len(bad) or not any(len(p.expected) > 2 and p.expected.any() for p in flat):
        return ""
    total = float(flat[0].expected.sum(axis=1)[0])
    if not all(np.allclose(p.expected.sum(axis=1), total, atol=1e-8) for p in flat):
        return ""
    if all(np.allclose(p.got.sum(axis=0), total, atol=1e-6) for p in flat):
        return (
            f"Every column sums to {number(total)}, and every row should. Look at the axis of each sum "
            "and maximum."
            if abs(total) > 1e-9 else "Every column sums to 0, and every row should. "
                                      f"{_seen(exercise, runs, flat[0])}"
        )  # fmt: skip
    if abs(total) > 1e-9 and all(np.isclose(p.got.sum(), total) for p in flat):
        return f"The whole array sums to {number(total)}, and every row should. Look at the axis of each sum."
    sums = flat[0].got.sum(axis=1)
    if not np.allclose(sums, total, atol=1e-6):
        low, high = number(sums.min()), number(sums.max())
        came = f"from {low} to {high}" if low != high else f"to {low}"
        return (
            f"{_seen(exercise, runs, flat[0])} Your rows sum {came}, and every row should sum to "
            f"{number(total)}."
        )
    return ""


def _by_argument(exercise: Exercise, runs: list[CaseRun], bad: list[Comparison]) -> str:
    """Wrong exactly where an input of the same shape is negative, positive, or 0."""
    for i, name in enumerate(exercise.inputs):
        args = [runs[p.at].case.args[i] for p in bad]
        if not all(isinstance(a, np.ndarray) and a.shape == p.got.shape and a.dtype.kind == "f"
                   for a, p in zip(args, bad)):  # fmt: skip
            continue
        rights = [close(p.got, p.expected, exercise.tolerance) for p in bad]
        for words, test in _SIGNS.items():
            inside = [test(a) for a in args]
            if all(r[~t].all() and not r[t].any() and (~t).any() for r, t in zip(rights, inside)):
                return (
                    f"{_seen(exercise, runs, bad[0])} Wrong only where `{name}` is {words}. Look at "
                    "what happens there."
                )
    return ""


_SIGNS = {
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


def _by_label(exercise: Exercise, runs: list[CaseRun], bad: list[Comparison]) -> str:
    """Wrong exactly at the true class, or exactly everywhere else."""
    if "labels" not in exercise.inputs:
        return ""
    i = list(exercise.inputs).index("labels")
    at_label, beside = [], []
    for p in bad:
        labels = runs[p.at].case.args[i]
        if p.got.ndim != 2 or len(labels) != len(p.got) or labels.max() >= p.got.shape[1]:
            return ""
        mask = np.zeros(p.got.shape, bool)
        mask[np.arange(len(labels)), labels] = True
        right = close(p.got, p.expected, exercise.tolerance)
        at_label.append(right[~mask].all())
        beside.append(right[mask].all())
    if all(at_label):
        return (
            f"{_seen(exercise, runs, bad[0])} Only the entries of the true class are wrong. Look at "
            "what is done at the labels."
        )
    if all(beside):
        return (
            f"{_seen(exercise, runs, bad[0])} The entries of the true class are right, all others are "
            "not. Look at what is done beside the labels."
        )
    return ""


def _lines(exercise: Exercise, runs: list[CaseRun], bad: list[Comparison]) -> str:
    """Whole rows or columns are wrong, others right."""
    pair = max(bad, key=lambda p: p.got.size)
    right = close(pair.got, pair.expected, exercise.tolerance)
    if right.ndim == 1 and right.any() and right.size > 2:
        return (
            f"{_seen(exercise, runs, pair)} Entries {_some(right)} are right, {_some(~right)} not. "
            "What do these have in common?"
        )
    if right.ndim != 2 or not right.any():
        return ""
    if right.shape[0] > 1 and (np.eye(*right.shape, dtype=bool) == right).all():
        return f"{_seen(exercise, runs, pair)} Only the diagonal is right. Look at what happens off it."
    rows, columns = right.all(axis=1), right.all(axis=0)
    for words, line, other in (("row", rows, right.any(axis=1)), ("column", columns, right.any(axis=0))):
        if line.any() and not line.all() and (line == other).all():
            few = f"{words}s {_some(line)}" if line.sum() > 1 else f"{words} {_some(line)}"
            return (
                f"{_seen(exercise, runs, pair)} Right in {few}, wrong in {_some(~line)}. Look at what "
                "runs along that axis."
            )
    return ""


def _some(mask: np.ndarray) -> str:
    found = np.flatnonzero(mask)
    return listed([str(i) for i in found[:4]]) + (" and more" if len(found) > 4 else "")


def _large(exercise: Exercise, runs: list[CaseRun], bad: list[Comparison]) -> str:
    """Right where the right answer is small, wrong where it is large, or the other way round."""
    got = np.concatenate([np.ravel(p.got) for p in bad]).astype(float)
    expected = np.concatenate([np.ravel(p.expected) for p in bad]).astype(float)
    right = close(got, expected, exercise.tolerance)
    if right.sum() < 2 or (~right).sum() < 2 or right.mean() < 0.15 or not expected[~right].any():
        return ""
    size = np.abs(expected)
    if 0 < size[right].max() < size[~right].min():
        return (
            f"{_seen(exercise, runs, bad[0])} Right up to about {number(size[right].max())}, wrong "
            "for larger numbers. Look for a cut-off or an overflow."
        )
    if size[right].min() > size[~right].max():
        return (
            f"{_seen(exercise, runs, bad[0])} Right for large numbers, wrong below about "
            f"{number(size[~right].max())}. Look for something small that is added or rounded off."
        )
    return ""
