"""Traps of indices and slices: a list around an array, one entry where several are needed.

They are patterns in the syntax tree of a function that failed, as in `traps`, which has the table.
"""

from __future__ import annotations

import ast

from .traps_source import Source, calls, code_of, is_scalar
from .words import shortened

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
    return {"at": index, "inner": shortened(ast.unparse(only)), **code_of(index)} if array else None


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


def looped_as_places(node: ast.AST, source: Source) -> dict | None:
    """`for i in labels` where `labels[i]` is read too: i is one of the labels, and no place."""
    if (
        not isinstance(node, ast.For)
        or not isinstance(node.target, ast.Name)
        or not isinstance(node.iter, ast.Name)
    ):
        return None
    read = {ast.unparse(n) for n in ast.walk(node) if isinstance(n, ast.Subscript)}
    found = f"{node.iter.id}[{node.target.id}]" in read
    return {"name": node.iter.id, "loop": node.target.id, **code_of(node.iter)} if found else None


def never_read(node: ast.AST, source: Source) -> dict | None:
    """A name that gets a value which nothing reads."""
    target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
    if not isinstance(target, ast.Name) or target.id.startswith("_") or source.stopped:
        return None
    names = [n for n in ast.walk(source.tree) if isinstance(n, ast.Name) and n.id == target.id]
    read = any(isinstance(n.ctx, ast.Load) for n in names)
    return None if read or is_scalar(node.value, source) else {"name": target.id, **code_of(node)}


def divided_first(node: ast.AST, source: Source) -> dict | None:
    """`mean / 1 - b1 ** step`: the brackets around what it should be divided by are missing."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, (ast.Add, ast.Sub)):
        return None
    by = node.left if isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Div) else None
    one = by is not None and isinstance(by.right, ast.Constant) and by.right.value == 1
    return {"inner": shortened(ast.unparse(by)), **code_of(node)} if one else None


def put_after_loop(node: ast.AST, source: Source) -> dict | None:
    """`stepped.append((weights, bias))` after the loop that sets these names."""
    body = getattr(node, "body", None)
    for loop, put in zip(body, body[1:]) if isinstance(body, list) else ():
        if not isinstance(loop, ast.For) or not isinstance(put, ast.Expr) or not calls(put.value, ".append"):
            continue
        inside = [n for n in ast.walk(loop) if isinstance(n, ast.Name)]
        made = {n.id for n in inside if isinstance(n.ctx, ast.Store)}
        name = ast.unparse(put.value.func.value)
        given = {n.id for a in put.value.args for n in ast.walk(a) if isinstance(n, ast.Name)} - {
            "np",
            "mine",
        }
        if given and given <= made and all(n.id != name for n in inside):
            return {"at": put, **code_of(put)}
    return None


def list_plus_array(node: ast.AST, source: Source) -> dict | None:
    """`entered += a` stops, where `entered` is a list."""
    target = node.target if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add) else None
    if not isinstance(target, ast.Name) or node.lineno != source.stopped:
        return None
    listed = isinstance(source.assigned.get(target.id), ast.List)
    return {"name": target.id, "value": shortened(ast.unparse(node.value))} if listed else None
