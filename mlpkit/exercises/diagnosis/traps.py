"""Traps of Python and NumPy in the source of a function that failed: a table of patterns in its syntax tree.

Only the source of wrong functions is looked at, so a right one is never criticised.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

import numpy as np

from ..checker.placeholders import inner
from ..checker.source import function_source, split_lines
from .evidence import Evidence, Finding
from .observed import observe, observe_property
from .traps_index import (
    divided_first,
    list_around_index,
    list_plus_array,
    looped_as_places,
    never_read,
    not_of_indices,
    one_for_slice,
    put_after_loop,
    written_while_looped,
)
from .traps_loops import (
    argument_replaced,
    drawn_in_loop,
    eye_alone,
    loop_name_set,
    mask_again,
    never_filled,
    not_called,
    other_generator,
    overwritten_in_loop,
    places_not_values,
    reset_in_loop,
    same_list_again,
    same_object,
    two_names,
    unused_argument,
    with_replacement,
    written_in_vain,
)
from .traps_source import Source, calls, code_of, is_scalar, source_of
from .words import shortened

Trap = Callable[[ast.AST, Source], "dict | None"]


def trap(e: Evidence, traps: Sequence[tuple[str, Trap]] = ()) -> Finding | None:
    """The first trap of a table that the function has, with its line.

    traps: by default all of them
    """
    found = function_source(inner(e.function)) if e.function is not None else None
    if found is None:
        return None
    text, tree = found
    lines, source = split_lines(text), source_of(tree, e)
    first = min([tree.lineno, *(d.lineno for d in tree.decorator_list)])
    for code, find in traps or TRAPS:
        for node in ast.walk(tree):
            facts = find(node, source)
            if facts is not None:
                at = facts.pop("at", node).lineno
                line = shortened(lines[at - 1].strip())
                number, error = at - first + 1, e.run.raised
                facts = {
                    "line": number,
                    "source": line,
                    "told": bool(error and error.line == number),
                    **facts,
                }
                seen = e.exercise.random and observe_property(e.exercise, e.run, e.right_run)
                return Finding(code, facts={"seen": seen or observe(e.exercise, e.run, e.right_run), **facts})
    return None


def _not_a_power(node: ast.AST, source: Source) -> dict | None:
    return code_of(node) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor) else None


def _python_max(node: ast.AST, source: Source) -> dict | None:
    """`max(0, z)` raises for an array; of two numbers it is right."""
    if not calls(node, "max", "min") or len(node.args) not in (1, 2) or node.lineno != source.stopped:
        return None
    rows = source.arrays.get(getattr(node.args[0], "id", ""), np.zeros(0)).ndim > 1
    found = rows if len(node.args) == 1 else not all(is_scalar(a, source) for a in node.args)
    return {"name": ast.unparse(node.func), **code_of(node)} if found else None


def _axis_not_array(node: ast.AST, source: Source) -> dict | None:
    if not calls(node, "np.max", "np.min", "np.amax", "np.sum", "np.mean") or len(node.args) != 2:
        return None
    axis = node.args[1]
    number = isinstance(axis, (ast.Constant, ast.UnaryOp))
    array = isinstance(axis, ast.Name) and (axis.id in source.arrays or axis.id in source.assigned)
    return {"name": ast.unparse(node.func), **code_of(node)} if array and not number else None


def _python_sum(node: ast.AST, source: Source) -> dict | None:
    found = calls(node, "sum") and (
        len(node.args) > 1 or any(k.arg in ("axis", "keepdims") for k in node.keywords)
    )
    return code_of(node) if found else None


def _shape_in_two(node: ast.AST, source: Source) -> dict | None:
    if calls(node, ".normal", ".uniform") and len(node.args) == 4:
        return {"name": ast.unparse(node.func), **code_of(node)}
    if (
        not calls(node, "np.zeros", "np.ones", "np.empty", ".standard_normal", ".random")
        or len(node.args) != 2
    ):
        return None
    second = node.args[1]
    number = isinstance(second, (ast.BinOp, ast.Subscript, ast.Call)) or (
        isinstance(second, ast.Constant) and isinstance(second.value, int)
    )
    name = isinstance(second, ast.Name) and second.id not in ("float", "int", "bool", "complex")
    return {"name": ast.unparse(node.func), **code_of(node)} if number or name else None


def _shape_from_array(node: ast.AST, source: Source) -> dict | None:
    if not calls(node, "np.zeros", "np.ones", "np.empty") or len(node.args) != 1:
        return None
    array = isinstance(node.args[0], ast.Name) and node.args[0].id in source.arrays
    return {"name": ast.unparse(node.func), **code_of(node)} if array else None


def _width_as_mean(node: ast.AST, source: Source) -> dict | None:
    """`rng.normal(std, shape)`, `rng.normal(shape)` or `rng.normal(std, size=shape)`."""
    if not calls(node, ".normal", ".uniform") or not node.args:
        return None
    alone = len(node.args) == 1 and not isinstance(node.args[0], ast.Constant)
    found = any(isinstance(a, ast.Tuple) for a in node.args[:2]) or (
        alone and [k.arg for k in node.keywords] == ["size"]
    )
    names = {"normal": ["mean", "standard deviation", "size"], "uniform": ["low end", "high end", "size"]}
    return {"order": names[node.func.attr], **code_of(node)} if found else None


def _append_two(node: ast.AST, source: Source) -> dict | None:
    found = calls(node, ".append") and len(node.args) > 1 and ast.unparse(node.func) != "np.append"
    return code_of(node) if found else None


def _list_plus_tuple(node: ast.AST, source: Source) -> dict | None:
    found = (
        isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add) and isinstance(node.value, ast.Tuple)
    )
    return code_of(node) if found else None


_NEW = (".reshape", ".astype", ".copy", ".sum", ".mean", ".max", ".transpose", ".ravel", ".flatten",
        ".clip", ".dot")  # fmt: skip
_SHOWN = ("print", "display", "next", "exec", "setattr", "input", "help", "breakpoint")


def _not_kept(node: ast.AST, source: Source) -> dict | None:
    if not isinstance(node, ast.Expr):
        return None
    if isinstance(node.value, (ast.BinOp, ast.UnaryOp, ast.Compare)):
        return code_of(node.value)
    if not isinstance(node.value, ast.Call):
        return None
    call = node.value
    numpys = ast.unparse(call.func).startswith(("np.", "mine.")) and not any(
        k.arg == "out" for k in call.keywords
    )
    writes = calls(
        call,
        "np.copyto",
        "np.put",
        "np.put_along_axis",
        "np.place",
        "np.putmask",
        "np.fill_diagonal",
        "np.random.shuffle",
        "np.random.seed",
        "np.seterr",
    )
    named = isinstance(call.func, ast.Name) and call.func.id not in _SHOWN
    written = ".at" in ast.unparse(call.func)
    kept = written or writes or not (numpys or named or calls(call, *_NEW))
    return None if kept or ast.unparse(call.func) in source.silent else code_of(call)


def _none_used(node: ast.AST, source: Source) -> dict | None:
    """`x = rng.shuffle(y)`: what works in place returns None."""
    value = node.value if isinstance(node, (ast.Assign, ast.Return, ast.Subscript)) else None
    values = [value, *(value.elts if isinstance(value, ast.Tuple) else [])]
    values += [node.iter] if isinstance(node, ast.For) else []
    values += (
        [node.slice] if isinstance(node, ast.Subscript) else node.args if isinstance(node, ast.Call) else []
    )
    in_place = next(
        (v for v in values if calls(v, ".shuffle", ".append", ".extend", ".sort", ".fill", ".reverse")), None
    )
    return code_of(in_place) if in_place is not None and "np.sort" not in ast.unparse(in_place) else None


def _return_in_loop(node: ast.AST, source: Source) -> dict | None:
    """A `return` that every turn reaches, or in an `if`, where the function has no other after the loop."""
    if not isinstance(node, ast.Return):
        return None
    loops = [n for n in ast.walk(source.tree) if isinstance(n, (ast.For, ast.While))]
    if any(node in loop.body for loop in loops):
        return {"ends": "in the first turn", **code_of(node)}
    inside = [n for loop in loops for n in ast.walk(loop) if isinstance(n, (ast.Return, ast.Yield))]
    every = [n for n in ast.walk(source.tree) if isinstance(n, (ast.Return, ast.Yield, ast.YieldFrom))]
    last = loops and all(n in inside for n in every) and not any(isinstance(n, ast.While) for n in loops)
    return (
        {"ends": "in the first turn that reaches it, or returns None if none does", **code_of(node)}
        if last
        else None
    )


def _rows_swapped(node: ast.AST, source: Source) -> dict | None:
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Tuple):
        return None
    target = node.targets[0]
    both = [*node.value.elts, *target.elts] if isinstance(target, ast.Tuple) else []
    array = both and all(isinstance(x, ast.Subscript) for x in both)
    names = {ast.unparse(x.value) for x in both} if array else set()
    return code_of(node) if len(names) == 1 and names & {*source.arrays, *source.assigned} else None


def _bytes_wrap(node: ast.AST, source: Source) -> dict | None:
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, (ast.Add, ast.Sub, ast.Mult)):
        return None
    bytes_ = {n for n, a in source.arrays.items() if a.dtype == np.uint8}
    if any(
        n is node for s in ast.walk(source.tree) if isinstance(s, ast.Subscript) for n in ast.walk(s.slice)
    ):
        return None  # an index is never a float
    sides = [side.id for side in (node.left, node.right) if isinstance(side, ast.Name)]
    floats = any(isinstance(c, ast.Constant) and isinstance(c.value, float) for c in (node.left, node.right))
    return {"name": sides[0], **code_of(node)} if sides and set(sides) <= bytes_ and not floats else None


def _column_against_row(node: ast.AST, source: Source) -> dict | None:
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq):
        return None
    sides = [
        source.assigned.get(s.id, s) if isinstance(s, ast.Name) else s
        for s in (node.left, node.comparators[0])
    ]
    column, row = [_column(side) for side in sides], [_row(side, source) for side in sides]
    return code_of(node) if column in ([True, False], [False, True]) and any(row) else None


def _row(node: ast.AST, source: Source) -> bool:
    """Whether an expression has one axis for certain: the labels, or the largest place of each row."""
    if isinstance(node, ast.Name):
        return node.id in source.arrays and source.arrays[node.id].ndim == 1
    return calls(node, ".argmax") and any(k.arg == "axis" for k in node.keywords) | (len(node.args) > 0)


def _column(node: ast.AST) -> bool:
    """Whether an expression is made a column: keepdims=True, or [:, None]."""
    if isinstance(node, ast.Call):
        shape = ast.unparse(ast.Tuple(node.args[-2:], ast.Load())) if calls(node, ".reshape") else ""
        return shape in ("(-1, 1)", "((-1, 1),)") or any(
            k.arg == "keepdims" and isinstance(k.value, ast.Constant) and k.value.value for k in node.keywords
        )
    return isinstance(node, ast.Subscript) and ast.unparse(node.slice) in (
        ":, None",
        "(:, None)",
        ":, np.newaxis",
    )


def _of(find: Callable[[ast.AST, ast.AST], dict | None]) -> Trap:
    """A trap that looks at the syntax tree alone."""
    return lambda node, source: find(node, source.tree)


TRAPS: tuple[tuple[str, Trap], ...] = (
    ("trap power", _not_a_power),
    ("trap same object", _of(same_object)),
    ("trap append", _append_two),
    ("trap list plus tuple", _list_plus_tuple),
    ("trap list plus array", list_plus_array),
    ("trap axis", _axis_not_array),
    ("trap max", _python_max),
    ("trap sum", _python_sum),
    ("trap shape in two", _shape_in_two),
    ("trap shape from array", _shape_from_array),
    ("trap width as mean", _width_as_mean),
    ("trap not kept", _not_kept),
    ("trap None", _none_used),
    ("trap return in loop", _return_in_loop),
    ("trap list around index", list_around_index),
    ("trap one for a slice", one_for_slice),
    ("trap written while looped", written_while_looped),
    ("trap looped as places", looped_as_places),
    ("trap divided first", divided_first),
    ("trap eye", eye_alone),
    ("trap rows swapped", _rows_swapped),
    ("trap not of indices", not_of_indices),
    ("trap bytes", _bytes_wrap),
    ("trap never filled", _of(never_filled)),
    ("trap column against row", _column_against_row),
    ("trap two names", two_names),
    ("trap same again", _of(same_list_again)),
    ("trap put after loop", put_after_loop),
    ("trap reset in loop", _of(reset_in_loop)),
    ("trap overwritten in loop", _of(overwritten_in_loop)),
    ("trap loop name", _of(loop_name_set)),
    ("trap written in vain", _of(written_in_vain)),
    ("trap not called", _of(not_called)),
    ("trap places", _of(places_not_values)),
    ("trap other generator", _of(other_generator)),
    ("trap drawn in loop", _of(drawn_in_loop)),
    ("trap with replacement", _of(with_replacement)),
    ("trap mask again", _of(mask_again)),
    ("trap argument replaced", argument_replaced),
    ("trap unused argument", unused_argument),
    ("trap never read", never_read),
)


ELSEWHERE = (
    "trap written in vain",
    "trap same again",
    "trap put after loop",
    "trap overwritten in loop",
    "trap loop name",
)


def not_kept(e: Evidence) -> Finding | None:
    """A new value that is thrown away: it may be the reason for a listed mistake."""
    return trap(e, [("trap not kept", _not_kept)])


def writes_elsewhere(e: Evidence) -> Finding | None:
    """A write into a copy that is never read, into a list that several rows share, or over what a loop made.

    The answer is then that of several listed mistakes.
    """
    return trap(e, [row for row in TRAPS if row[0] in ELSEWHERE])
