"""Detectors for an answer that is not built as asked: its parts, their types and their shapes.

Most slips in array code show in a shape first.
"""

from __future__ import annotations

import ast
import itertools

import numpy as np

from ..checker.answers import InvalidAnswer, close, equal, leaves
from ..checker.compare import Comparison, comparisons_of, wrong_type
from ..checker.placeholders import inner
from ..checker.runner import CaseRun, output_of
from ..checker.source import function_source
from .evidence import Evidence, Finding
from .factors import sizes
from .observed import observe, observe_count, observe_shape
from .words import asked_for, leaf_name, listed, type_words


def parts_swapped(e: Evidence) -> Finding | None:
    """The parts of a tuple are right, but stand in another order."""
    if not isinstance(e.exercise.output, dict) or e.exercise.random:
        return None
    names = list(e.exercise.output)
    for order in list(itertools.permutations(range(len(names))))[1:]:
        if all(_reordered(run, right, order, e) for run, right in zip(e.runs, e.expected)):
            came = ", ".join(names[order.index(i)] for i in range(len(names)))
            return Finding("parts swapped", facts={"came": came, "expected": ", ".join(names)})
    return None


def _reordered(run: CaseRun, right: CaseRun, order: tuple[int, ...], e: Evidence) -> bool:
    if run.raised or isinstance(run.value, InvalidAnswer):
        return False
    # in a run of steps only the first: a state put back in the wrong place spoils the later ones
    got, parts = (run.value[0], right.value[0]) if run.case.steps else (run.value, right.value)
    return (
        isinstance(got, tuple)
        and len(got) == len(order)
        and all(equal(got[at], part, e.exercise.tolerance) for at, part in zip(order, parts))
    )


def wrong_type_of_answer(e: Evidence) -> Finding | None:
    """Something else came than arrays of numbers."""
    if e.failure.failed_check != "type":
        return None
    exercise, run = e.exercise, e.run
    leaf = next(f for f in leaves(run.value, output_of(exercise, run.case)) if wrong_type(f, exercise))
    kind = leaf.value.kind if isinstance(leaf.value, InvalidAnswer) else "dtype"
    if kind == "nothing" and not leaf.name and leaf.index is None:
        return Finding("returned", "", run.case.note, {"came": "None"}, "return")
    seen = Finding("type", leaf_name(leaf, exercise), run.case.note, {"came": type_words(leaf)})
    if kind == "nothing":
        return seen._replace(advice="result kept")
    if not leaf.name:
        return seen.add(asked=asked_for(exercise.output, exercise.list_item))._replace(
            advice=_type_advice(leaf)
        )
    came = seen.facts["came"]  # where no other part is like it, the order is not the fault
    apart = leaf.spec in ("numbers", "number") or came.startswith(("a dict", "a set"))
    order = f"({', '.join(exercise.output)})" if isinstance(exercise.output, dict) and not apart else ""
    return seen.add(order=order)._replace(advice=_type_advice(leaf))


def _type_advice(leaf: object) -> str:
    if not isinstance(leaf.value, InvalidAnswer):
        return "not numbers"
    if leaf.spec in ("numbers", "number"):
        return f"for {leaf.spec}"
    what = leaf.value.what
    kinds = {"a list": "a list", "a tuple": "a tuple", "a generator": "generator", "an iterator": "generator"}
    found = next((advice for start, advice in kinds.items() if what.startswith(start)), "last line")
    return "not called" if "function" in what else found


def wrong_dtype(e: Evidence) -> Finding | None:
    """Right numbers of another type than the exercise asks for."""
    if e.failure.failed_check != "dtype":
        return None
    return Finding("dtype", "", e.run.case.note, {"dtype": e.run.dtype, "expected": e.exercise.dtype})


def wrong_count(e: Evidence) -> Finding | None:
    """Parts too many or too few, or something else where parts are asked for."""
    if e.failure.failed_check != "shape":
        return None
    shaped = _first_wrong_shape(e)
    if shaped and not (isinstance(shaped.got, InvalidAnswer) and shaped.got.kind == "count"):
        return None
    exercise, run = e.exercise, e.run
    seen = observe_count(exercise, run, e.right_run)
    whole = run.value[-1] if run.case.steps else run.value
    asked = {"seen": seen, "asked": asked_for(exercise.output, exercise.list_item)}
    if isinstance(exercise.output, dict) and isinstance(whole, InvalidAnswer):
        alone = _which_part(e, whole)
        return Finding("one part alone" if alone else "not a tuple", alone, "", asked)
    if "more than" in str(seen.facts.get("came")):
        return Finding("endless", facts=asked)
    if _lists_apart(e, whole):
        return Finding("lists apart", facts={**asked, "names": [f"`{n}`" for n in exercise.output[0]]})
    if _flat_list(e, whole):
        return Finding("flat list", facts={**asked, "item": exercise.list_item})
    if seen.code == "count":
        return Finding("count off", facts=asked, advice="no loop" if _loopless(e) else "")
    return Finding("part off", facts=asked)


def _loopless(e: Evidence) -> bool:
    """Whether the function is known to have no loop, and calls no function of its own."""
    found = function_source(inner(e.function)) if e.function is not None else None
    loops = (ast.For, ast.While, ast.comprehension, ast.Lambda, ast.FunctionDef)
    called = [n.func for n in ast.walk(found[1]) if isinstance(n, ast.Call)] if found else []
    names = {f.id for f in called if isinstance(f, ast.Name)} - {"len", "zip", "print"}
    inside = (n for n in ast.walk(found[1]) if n is not found[1]) if found else ()
    return found is not None and not names and not any(isinstance(n, loops) for n in inside)


def _lists_apart(e: Evidence, came: object) -> bool:
    """Whether a list of pairs came as a pair of lists."""
    output = e.exercise.output
    if not isinstance(output, list) or not isinstance(output[0], dict) or not isinstance(came, list):
        return False
    many = len(e.right_run.value)
    forms = (f"{many} values", f"a list of {many}", f"a tuple of {many}")
    return len(came) == len(output[0]) and all(isinstance(p, InvalidAnswer) and p.what in forms for p in came)


def _flat_list(e: Evidence, came: object) -> bool:
    """Whether the parts of all layers came one after another, not in pairs."""
    output = e.exercise.output
    if not isinstance(output, list) or not isinstance(output[0], dict) or not isinstance(came, list):
        return False
    arrays = sum(isinstance(p, InvalidAnswer) and p.what.startswith("an array") for p in came)
    most = arrays >= 0.75 * len(came)  # an array of two rows looks like a pair
    return most and len(came) == len(output[0]) * len(e.right_run.value)


def _which_part(e: Evidence, came: InvalidAnswer) -> str:
    """Whether a single array is one of the parts that are asked for."""
    parts = e.right_run.value[0] if e.right_run.case.steps else e.right_run.value
    for name, part in zip(e.exercise.output, parts):
        if came.value is not None and isinstance(part, np.ndarray) and equal(came.value, part):
            return f"`{name}`"
    return ""


def wrong_shape(e: Evidence) -> Finding | None:
    """Which shape came, and how it may have come about."""
    if e.failure.failed_check != "shape":
        return None
    c = _first_wrong_shape(e)
    all_of = comparisons_of(e.exercise, e.run, e.right_run, e.failure.at)
    bad = {p.leaf.name for p in all_of if isinstance(p.got, InvalidAnswer) or p.got.shape != p.expected.shape}
    right = [f"`{n}`" for n in dict.fromkeys(p.leaf.name for p in all_of if p.leaf.name not in bad)]
    code, facts = _shape_cause(e, c, [p for p in all_of if p.leaf.name == c.leaf.name])
    seen = observe_shape(e.exercise, e.run, c)
    return Finding(code, seen.part, "", {"seen": seen, "right_shapes": right, **facts})


def _first_wrong_shape(e: Evidence) -> Comparison | None:
    all_of = comparisons_of(e.exercise, e.run, e.right_run, e.failure.at)
    shapes = (c for c in all_of if isinstance(c.got, InvalidAnswer) or c.got.shape != c.expected.shape)
    return next(shapes, None)


def _shape_cause(e: Evidence, c: Comparison, row: list[Comparison]) -> tuple[str, dict]:
    """How a shape may have come about: a code and its facts."""
    if isinstance(c.got, InvalidAnswer):
        return "blown up", {}
    got, right = c.got, c.expected
    for name, arg in zip(e.exercise.inputs, e.run.case.args):
        if isinstance(arg, np.ndarray) and _same(got, arg):
            return "input came back", {"name": name}
    pieces = _pieces(c, row)
    if pieces[0]:
        return pieces
    if got.ndim == 2 and _same(got.T, right):
        return "transposed", {}
    if got.size == right.size and got.ndim != right.ndim and _same(got.reshape(right.shape), right):
        return "other axes", {"more": "more" if got.ndim > right.ndim else "less"}
    if got.ndim == 2 and got.shape == right.shape[::-1]:
        return "transposed shape", {}
    if got.size == right.size:
        return "rearranged", {}
    if got.ndim == 1 < right.ndim and 0 < got.size < right.size and _picked(got, right):
        return "picked", {"count": got.size, "of": right.size}
    return _reduced(e, c) if got.size and right.size else ("unexplained shape", {})


def _pieces(c: Comparison, row: list[Comparison]) -> tuple[str, dict]:
    """Whether the arrays of a list have other lengths than they should, or come in the opposite order."""
    if len(row) < 2 or c.leaf.index is None or any(isinstance(p.got, InvalidAnswer) for p in row):
        return "", {}
    examples = c.leaf.spec.split()[:1] in (["n"], ["batch"])
    came, asked = [p.got.shape for p in row], [p.expected.shape for p in row]
    alike = all(a and b and a[1:] == b[1:] for a, b in zip(came, asked)) and len({s[1:] for s in asked}) == 1
    if examples and alike:
        return "piece lengths", {"came": [s[0] for s in came], "expected": [s[0] for s in asked]}
    return ("opposite order", {}) if came == asked[::-1] else ("", {})


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and bool(close(a, b).all())


def _picked(got: np.ndarray, right: np.ndarray) -> bool:
    """Whether all numbers are right ones, but not one for each row or column, as a sum gives."""
    if got.size in right.shape:
        return False
    at, flat = 0, np.ravel(right)
    for one in got:  # in reading order
        here = np.flatnonzero(close(np.full(flat.size - at, one), flat[at:]))
        if not len(here):
            return False
        at += here[0] + 1
    return True


_REDUCTIONS = {"summed": np.sum, "averaged": np.mean, "reduced to its maximum": np.max}


def _reduced(e: Evidence, c: Comparison) -> tuple[str, dict]:
    """Whether the answer is the right one summed over an axis, or not yet summed."""
    got, right = c.got, c.expected
    if c.leaf.spec == "numbers":
        one = got.ndim == 1 and len(got) == 1
        if one and np.isclose(got[0], right.sum(), rtol=0.05) and len(right) > 1:
            return "sum of all", {"got": float(got[0])}
        return ("one number of many", {"got": float(got[0])}) if one else ("numbers off", {})
    for verb, reduce in _REDUCTIONS.items() if right.any() else ():  # sums of zeros tell nothing
        for axis in range(right.ndim):
            if right.ndim > got.ndim and _same(np.squeeze(got), np.squeeze(reduce(right, axis))):
                return "reduced", {"verb": verb, "axis": axis}
        for axis in range(got.ndim):
            if got.ndim > right.ndim and _same(np.squeeze(reduce(got, axis)), np.squeeze(right)):
                return "not reduced", {"verb": verb, "axis": axis}
    if got.ndim == 0 and right.ndim == 1:
        return "one for all", {"length": right.size}
    if got.ndim != right.ndim:
        return ("axis too many", {}) if got.ndim > right.ndim else ("axis lost", {"look": _look(e, _LOSES)})
    names = c.leaf.spec.split()
    names = names if len(names) == right.ndim else [f"axis {i}" for i in range(right.ndim)]
    off = [i for i in range(right.ndim) if got.shape[i] != right.shape[i]]
    written = {n.value for n in _nodes(e) if isinstance(n, ast.Constant) and type(n.value) is int}
    fixed = [got.shape[i] for i in off if got.shape[i] in written and got.shape[i] > 2]
    if fixed:
        return "fixed length", {"length": fixed[0]}
    if len(off) != 1:
        return "several lengths", {"look": _look(e, _TURNS)}
    length, by = got.shape[off[0]], got.shape[off[0]] - right.shape[off[0]]
    name = names[off[0]]
    known = [
        n
        for n, size in sizes(e.exercise, e.run.case).items()
        if size == length and n not in e.exercise.inputs
    ]
    if abs(by) == 1 and not known:
        return "off by one", {"axis": name, "longer": "longer" if by > 0 else "shorter"}
    if 1 in (length, right.shape[off[0]]):
        return "one entry left", {"axis": name, "one": length == 1}
    return "axis length", {"axis": name, "length": length, "known": [f"`{n}`" for n in known]}


_LOSES = {"sum": ("sum",), "mean": ("mean", "average"), "maximum": ("max", "argmax", "min"), "index": ("[]",)}
_TURNS = {"product": ("@", "dot", "matmul", "einsum"), "`axis`": ("axis",), "`.T`": ("T",)}


def _look(e: Evidence, kinds: dict[str, tuple[str, ...]]) -> str:
    """What to look at: of some kinds of operation those that stand in the source; "" if there are none."""
    names = {getattr(n, "attr", getattr(n, "id", getattr(n, "arg", ""))) for n in _nodes(e)}
    names |= {"@" for n in _nodes(e) if isinstance(n, ast.MatMult)}
    names |= {"[]" for n in _nodes(e) if isinstance(n, ast.Subscript)}
    found = [kind for kind, words in kinds.items() if names.intersection(words)]
    return f": look at each {listed(found)}" if found else ""


def _nodes(e: Evidence) -> list[ast.AST]:
    """All parts of the learner's function; none without its source."""
    found = function_source(inner(e.function)) if e.function is not None else None
    return list(ast.walk(found[1])) if found else []


def not_finite(e: Evidence) -> Finding | None:
    """NaN or infinity where a number belongs, and for which inputs."""
    if e.failure.failed_check != "finite":
        return None
    run = e.run
    c = next(p for p in comparisons_of(e.exercise, run, e.right_run) if _infinite(p).any())
    bad = ~np.isfinite(c.got)
    kinds = [k for k, test in (("NaN", np.isnan), ("infinity", np.isinf)) if test(c.got).any()]
    fine = next((i for i, r in enumerate(e.runs) if _all_finite(e, r, e.expected[i])), None)
    facts: dict = {"count": int(bad.sum()), "of": bad.size, "kinds": kinds}
    if fine is not None:
        seen = observe(e.exercise, e.runs[fine], e.expected[fine])
        facts |= {"elsewhere": seen} if seen.code == "value" else {"right_case": e.runs[fine].case.note}
    if bad.ndim == 2 and not bad.all() and bad.any(axis=1).sum() == 1:
        facts["row"] = int(np.flatnonzero(bad.any(axis=1))[0])
    floats = [a for a in run.case.args if isinstance(a, np.ndarray) and a.dtype.kind == "f"]
    facts["largest"] = max((float(np.abs(a).max(initial=0)) for a in floats), default=0.0)
    large, zeros = facts["largest"] >= 80, any((a == 0).any() and a.any() for a in floats)
    advice = "large numbers" if large else "inputs are 0" if zeros else "undefined"
    return Finding("not finite", leaf_name(c.leaf, e.exercise), run.case.note, facts, advice)


def _infinite(c: Comparison) -> np.ndarray:
    return ~np.isfinite(c.got) & np.isfinite(c.expected)


def _all_finite(e: Evidence, run: CaseRun, right: CaseRun) -> bool:
    return all(np.isfinite(c.got).all() for c in comparisons_of(e.exercise, run, right))
