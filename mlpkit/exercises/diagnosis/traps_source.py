"""What the traps look at: a function's syntax tree with the arguments on which it failed.

`traps` and `traps_loops` hold the patterns.
"""

from __future__ import annotations

import ast
from typing import NamedTuple

import numpy as np

from ..checker.placeholders import inner
from ..checker.source import function_source
from .evidence import Evidence
from .statements import first_write
from .trace_source import helpers_of
from .words import shortened


class Source(NamedTuple):
    """A function's syntax tree, and the arguments with which it failed.

    arrays: the arguments that are arrays; numbers: those that are numbers
    assigned: the last value that each name is given
    needed: the arguments that the model solution uses; none where something else stopped the function
    silent: the helper functions that write into what they are given, or return nothing
    stopped: the line of the tree on which the function raised, 0 if it did not
    """

    tree: ast.FunctionDef
    arrays: dict[str, np.ndarray]
    numbers: dict[str, float]
    assigned: dict[str, ast.expr]
    needed: set[str]
    silent: set[str]
    stopped: int


def source_of(tree: ast.FunctionDef, e: Evidence) -> Source:
    """The tree with the arguments of the case that fails first."""
    names = [a.arg for a in tree.args.args]
    arrays = {n: a for n, a in zip(names, e.run.case.args) if isinstance(a, np.ndarray)}
    assigned = {}
    for node in ast.walk(tree):
        target, value = (node.targets[0], node.value) if isinstance(node, ast.Assign) else (None, None)
        both = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
        for one, given in zip(target.elts, value.elts) if both else [(target, value)]:
            if isinstance(one, ast.Name):
                assigned[one.id] = given
    scalars = {n: a for n, a in zip(names, e.run.case.args) if isinstance(a, (int, float))}
    model = function_source(e.exercise.reference)
    used = {n.id for n in ast.walk(model[1]) if isinstance(n, ast.Name)} if model else set(names)
    asked = {own for own, name in zip(names, e.exercise.inputs) if name in used}
    error = e.run.raised  # what stopped the function comes first, unless it is about arguments
    needed = set() if error and "argument" not in error.text else asked
    helpers = {n.name: n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)} | helpers_of(
        inner(e.function)
    )
    silent = {name for name, node in helpers.items() if _works_in_place(node)}
    first = min([tree.lineno, *(d.lineno for d in tree.decorator_list)])
    stopped = error.line + first - 1 if error and error.line else 0
    return Source(tree, arrays, scalars, assigned, needed, silent, stopped)


def _works_in_place(node: ast.FunctionDef) -> bool:
    returns = any(isinstance(n, (ast.Return, ast.Yield)) and n.value is not None for n in ast.walk(node))
    return not returns or first_write(node, {a.arg for a in node.args.args}, {}) is not None


def calls(node: ast.AST, *names: str) -> bool:
    """Whether a node calls a function of one of these names, in full or as an attribute: "max", ".append"."""
    if not isinstance(node, ast.Call):
        return False
    return ast.unparse(node.func) in names or (
        isinstance(node.func, ast.Attribute) and f".{node.func.attr}" in names
    )


def code_of(node: ast.AST) -> dict:
    """The source of a node as the fact `code`."""
    return {"code": shortened(ast.unparse(node))}


def is_scalar(node: ast.AST, source: Source, depth: int = 0) -> bool:
    """Whether an expression is one number: a count, a size, or made of them."""
    if isinstance(node, ast.Name):
        value = source.assigned.get(node.id)
        known = node.id in source.numbers and value is None
        return known or (value is not None and depth < 5 and is_scalar(value, source, depth + 1))
    if isinstance(node, (ast.BinOp, ast.UnaryOp)):
        sides = [node.left, node.right] if isinstance(node, ast.BinOp) else [node.operand]
        return all(is_scalar(side, source, depth) for side in sides)
    sized = isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith(".shape")
    size = isinstance(node, ast.Attribute) and node.attr in ("size", "ndim")
    return sized or size or isinstance(node, ast.Constant) or calls(node, "len", "int", "round", ".item")
