"""Statements that right programs have too, so no fault stands there, even where the trace first sees it.

What `return` or `yield` only hands on was made before: a local name there stands for anything.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

from ..spec import Exercise
from .known_values import right_programs
from .trace_source import source_of_function

Function = ast.FunctionDef | ast.Lambda
SET, LOOP = "_", "__"  # stand for a name that a line computes, and for one that a loop or an argument sets
_known: dict[tuple[str, str, bool], list[ast.stmt]] = {}  # exercise -> the statements of its right programs


def unusual_statements(exercise: Exercise, function: Callable, line: int, listed: bool) -> list[ast.stmt]:
    """The statements that no right program has, where right programs have the statement on this line.

    line: of the function, counted from 1
    listed: whether the mistake has a name, so that a line that sets a name may be looked at too
    returns: list, empty where there is no source, or where what stands there may be wrong
    """
    source = source_of_function(function)
    if source is None or isinstance(source.node, ast.Lambda):
        return []
    at = line + function.__code__.co_firstlineno - 1
    own = [node for node, _ in _statements(source.node) if node.lineno <= at <= node.end_lineno]
    last = bool(own) and _hands_on(own[-1])
    if not last and not (listed and own and _sets_a_name(own[-1])):
        return []
    right = _right_statements(exercise, last)
    usual = {node: any(_fits(head, r, last) for r in right) for node, head in _statements(source.node, last)}
    others = [node for node in usual if not usual[node]]
    return others if usual[own[-1]] and (last or len(others) == 1) else []


def _hands_on(node: ast.stmt) -> bool:
    return isinstance(node, ast.Return) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield))


def _sets_a_name(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)


def _right_statements(exercise: Exercise, last: bool) -> list[ast.stmt]:
    key = exercise.topic, exercise.name, last
    if key not in _known or not exercise.topic:
        sources = [source_of_function(program) for program in right_programs(exercise)]
        _known[key] = [head for s in sources if s for _, head in _statements(s.node, last)]
    return _known[key]


def _fits(own: object, right: object, last: bool) -> bool:
    """Whether a part of a statement is that of a right program.

    last: whether a name that a line computes stands for any expression, since its own line is judged.
    Such names alone, with a sign or commas between them, may be in the wrong order.
    """
    if isinstance(own, ast.BinOp) and _is_set(own.left) and _is_set(own.right):
        return False
    if isinstance(own, ast.Return) and _is_set(own.value):
        return False  # something may be left out before it
    if last and isinstance(own, ast.Tuple) and isinstance(own.ctx, ast.Load) and all(map(_is_set, own.elts)):
        return False
    if _is_set(own):
        if last and own.id == SET and isinstance(own.ctx, ast.Load):
            return isinstance(right, ast.expr)
        return isinstance(right, ast.Name) and right.id == own.id
    if isinstance(own, list):
        return (
            isinstance(right, list)
            and len(own) == len(right)
            and all(_fits(a, b, last) for a, b in zip(own, right))
        )
    if isinstance(own, ast.AST):
        return type(own) is type(right) and all(
            _fits(getattr(own, field, None), getattr(right, field, None), last) for field in own._fields
        )
    return own == right


def _is_set(node: object) -> bool:
    return isinstance(node, ast.Name) and node.id in (SET, LOOP)


def _statements(function: Function, last: bool = False) -> Iterator[tuple[ast.stmt, ast.stmt]]:
    """Each statement of a function, and its form to compare; of a loop or a condition, its first line.

    last: whether an argument that a line sets anew counts as computed there
    """
    names = _Names(function, last)
    if isinstance(function, ast.Lambda):
        function = ast.FunctionDef("", function.args, [ast.Return(function.body)], [])
    for node in ast.walk(ast.Module(function.body, [])):
        if isinstance(node, ast.stmt) and not (isinstance(node, ast.Expr) and _is_text(node.value)):
            head = copy.deepcopy(node)
            for body in ("body", "orelse", "finalbody"):
                if hasattr(head, body):
                    setattr(head, body, [])
            yield node, names.visit(head)


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


class _Names(ast.NodeTransformer):
    """Arguments get numbers, names that are set inside one of two signs, and `mine.relu` becomes `relu`."""

    def __init__(self, function: Function, last: bool) -> None:
        args = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        nodes = list(ast.walk(function))
        names = [n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        lines = [n for n in nodes if isinstance(n, (ast.Assign, ast.AugAssign, ast.AnnAssign))]
        targets = [t for n in lines for t in getattr(n, "targets", None) or [n.target]]
        computed = [n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)]
        given = {name: f"a{i}" for i, name in enumerate(args)}
        inside = dict.fromkeys(names, LOOP) | dict.fromkeys({*computed} & {*names}, SET)
        self.new = given | inside if last else inside | given

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.new.get(node.id, node.id), node.ctx)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.value, ast.Name) and node.value.id == "mine":
            return ast.Name(node.attr, node.ctx)
        return self.generic_visit(node)
