"""Traps of indices and slices: a list around an array, one entry where several are needed.

They are patterns in the syntax tree of a function that failed, as in `traps`, which has the table.
"""

from __future__ import annotations

import ast

from .traps_source import Source, calls, code_of

_INDICES = (".choice", ".permutation", ".integers", ".argsort", "np.arange", "np.argsort", "np.flatnonzero",
            "range")  # fmt: skip


def not_of_indices(node: ast.AST, source: Source) -> dict | None:
    """`~valid`, where `valid` holds whole numbers."""
    if (
        not isinstance(node, ast.UnaryOp)
        or not isinstance(node.op, ast.Invert)
        or not isinstance(node.operand, ast.Name)
    ):
        return None
    value = source.assigned.get(node.operand.id)
    while isinstance(value, (ast.Subscript, ast.Name)):
        value = value.value if isinstance(value, ast.Subscript) else source.assigned.get(value.id)
    return code_of(node) if value is not None and calls(value, *_INDICES) else None


def list_around_index(node: ast.AST, source: Source) -> dict | None:
    """`x[[order < 8]]`: the list holds one array, and the index needs the array."""
    index = node.slice if isinstance(node, ast.Subscript) else None
    index = source.assigned.get(index.id) if isinstance(index, ast.Name) else index
    only = index.elts[0] if isinstance(index, ast.List) and len(index.elts) == 1 else None
    cut = isinstance(only, ast.Subscript) and isinstance(only.slice, ast.Slice)
    array = cut or isinstance(only, ast.Compare) or calls(only, *_INDICES)
    return {"at": index, "inner": ast.unparse(only)[:60], **code_of(index)} if array else None


def one_for_slice(node: ast.AST, source: Source) -> dict | None:
    """`order[start]` in a loop that goes on in steps of a batch."""
    if (
        not isinstance(node, ast.For)
        or not isinstance(node.target, ast.Name)
        or not calls(node.iter, "range")
    ):
        return None
    inside = [n for n in ast.walk(node) if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Load)]
    one = next((n for n in inside if ast.unparse(n.slice) == node.target.id), None)
    found = one is not None and len(node.iter.args) == 3 and ast.unparse(node.iter.args[2]) != "-1"
    return {"at": one, "start": node.target.id, **code_of(one)} if found else None


def written_while_looped(node: ast.AST, source: Source) -> dict | None:
    """`layers[0] = ...` in a loop through `layers`: every turn writes into the same place of it."""
    if not isinstance(node, ast.For):
        return None
    looped = {n.id for n in ast.walk(node.iter) if isinstance(n, ast.Name)}
    for statement in ast.walk(node):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        fixed = isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant)
        if fixed and isinstance(target.value, ast.Name) and target.value.id in looped - {"range", "len"}:
            return {"at": statement, "name": target.value.id, **code_of(target)}
    return None
