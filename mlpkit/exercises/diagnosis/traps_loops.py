"""Traps of loops, names and draws: what a round overwrites, what is written in vain, who draws how often.

They are patterns in the syntax tree of a function that failed, as in `traps`, which has the table.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

_FUNCTIONS = (ast.FunctionDef, ast.Lambda, ast.ClassDef)
_DRAWS = ("permutation", "permuted", "choice", "integers", "shuffle", "randint")
_METHODS = ("mean", "sum", "max", "min", "argmax", "copy", "flatten", "ravel")
_NEW = ("flatten", "copy", "array", "zeros", "zeros_like", "ones", "empty", "empty_like", "astype")


def overwritten_in_loop(node: ast.AST, tree: ast.AST) -> dict | None:
    """A name that every round of a loop sets anew, and that is read only after the loop."""
    if not isinstance(node, ast.For) or any(isinstance(n, ast.Break) for n in ast.walk(node)):
        return None
    inside = set(map(id, ast.walk(node)))
    stored = _stored(node)
    loads = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    for statement in _always(node.body):
        if not isinstance(statement, ast.Assign) or not stored & _names(statement.value):
            continue
        for name in (
            t.id
            for t in ast.walk(statement.targets[0])
            if isinstance(t, ast.Name) and isinstance(t.ctx, ast.Store)
        ):
            mine = [n for n in loads if n.id == name and n.lineno >= node.lineno]
            if mine and not any(id(n) in inside for n in mine):
                return {"name": name, "at": statement}
    return None


def reset_in_loop(node: ast.AST, tree: ast.AST) -> dict | None:
    """A sum or a list that begins anew in every round, and is read after the loop."""
    if not isinstance(node, ast.For):
        return None
    for at, statement in enumerate(node.body):
        name = ast.unparse(statement.targets[0]) if isinstance(statement, ast.Assign) else ""
        grows = [n for later in node.body[at + 1 :] for n in ast.walk(later) if _grown(n) == name != ""]
        fresh = isinstance(getattr(statement, "value", None), (ast.Constant, ast.List, ast.Call))
        if not grows or not fresh or _names(statement.value) & _stored(node):
            continue
        own = {id(part) for n in grows for part in (n.func.value if isinstance(n, ast.Call) else n.target,)}
        reads = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == name and id(n) not in own]
        reads = [n for n in reads if isinstance(n.ctx, ast.Load) and n.lineno >= node.lineno]
        if reads and min(n.lineno for n in reads) > node.end_lineno:
            return {"name": name, "code": ast.unparse(statement)[:60], "at": statement}
    return None


def _grown(node: ast.AST) -> str:
    """The name that `name += ...` or `name.append(...)` makes longer or larger."""
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    method = node.func if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
    appends = method is not None and method.attr == "append" and isinstance(method.value, ast.Name)
    return method.value.id if appends else ""


def _stored(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def loop_name_set(node: ast.AST, tree: ast.AST) -> dict | None:
    """`for v in row: v = 0`: the loop's own name gets a value that nobody reads."""
    if not isinstance(node, ast.For) or (isinstance(node.iter, ast.Call) and _called(node.iter) == "range"):
        return None
    names = {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
    for statement in ast.walk(node):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if isinstance(target, ast.Name) and target.id in names:
            later = [
                n
                for n in ast.walk(node)
                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and n.id == target.id
            ]
            if not any(
                (n.lineno, n.col_offset) > (statement.end_lineno, statement.end_col_offset) for n in later
            ):
                return {"name": target.id, "at": statement}
    return None


def same_list_again(node: ast.AST, tree: ast.AST) -> dict | None:
    """`[[0] * 3] * 5`, or one array that is appended in every round and written into."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and isinstance(node.left, ast.List):
        held = node.left.elts[0] if len(node.left.elts) == 1 else None
        if isinstance(held, (ast.List, ast.BinOp)) or (isinstance(held, ast.Call) and _called(held) in _NEW):
            return {"code": ast.unparse(node)[:60]}
    if not isinstance(node, ast.For):
        return None
    new = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    written = _written_into(node) - new
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and _called(call) == "append" and call.args:
            only = call.args[0]
            if isinstance(only, ast.Name) and only.id in written:
                return {"code": ast.unparse(call)[:60], "at": call}
    return None


def written_in_vain(node: ast.AST, tree: ast.AST) -> dict | None:
    """A new array that is written into, and whose whole nobody reads."""
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return None
    if not isinstance(node.value, ast.Call) or _called(node.value) not in _NEW:
        return None
    name = node.targets[0].id
    parts = {
        id(n.value)
        for n in ast.walk(tree)
        if isinstance(n, (ast.Subscript, ast.Attribute)) and _asks_little(n)
    }
    parts |= {
        id(n.args[0]) for n in ast.walk(tree) if isinstance(n, ast.Call) and _called(n) == "len" and n.args
    }
    whole = [
        n
        for n in ast.walk(tree)
        if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load) and id(n) not in parts
    ]
    set_once = (
        sum(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store) for n in ast.walk(tree))
        == 1
    )
    return {"name": name} if set_once and not whole and name in _written_into(tree) else None


def _asks_little(node: ast.AST) -> bool:
    """Whether it reads an entry, or a size, and not the whole."""
    return isinstance(node, ast.Subscript) or node.attr in ("shape", "size", "ndim")


def not_called(node: ast.AST, tree: ast.AST) -> dict | None:
    """`x.mean` without the brackets that call it."""
    if not isinstance(node, ast.Attribute) or node.attr not in _METHODS or not isinstance(node.ctx, ast.Load):
        return None
    called = any(isinstance(n, ast.Call) and node in (n.func, *n.args) for n in ast.walk(tree))
    inner = any(isinstance(n, ast.Attribute) and n.value is node for n in ast.walk(tree))
    module = isinstance(node.value, ast.Name) and node.value.id in ("np", "numpy", "mine")
    return None if called or inner or module else {"code": ast.unparse(node)[:60]}


def other_generator(node: ast.AST, tree: ast.AST) -> dict | None:
    """NumPy's global generator, or one made inside, where an `rng` is given."""
    arguments = [a.arg for a in getattr(tree, "args", ast.arguments([], [], None, [], [], None, [])).args]
    if "rng" not in arguments or not isinstance(node, ast.Call):
        return None
    text = ast.unparse(node.func)
    return {"code": ast.unparse(node)[:60]} if text.startswith(("np.random.", "numpy.random.")) else None


def drawn_in_loop(node: ast.AST, tree: ast.AST) -> dict | None:
    """A new order, or new examples, in every round of a loop over batches."""
    if "batch_size" not in _arguments(tree) or not isinstance(
        node, (ast.For, ast.ListComp, ast.GeneratorExp)
    ):
        return None
    for part in node.body if isinstance(node, ast.For) else [node.elt]:
        for call in ast.walk(part):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and call.func.attr in _DRAWS
            ):
                return {"code": ast.unparse(call)[:60], "at": call}
    return None


def with_replacement(node: ast.AST, tree: ast.AST) -> dict | None:
    """`rng.choice(n, k)` or `rng.integers(0, n, k)`, which may draw one example twice."""
    if (
        "images" not in _arguments(tree)
        or not isinstance(node, ast.Call)
        or not isinstance(node.func, ast.Attribute)
    ):
        return None
    keys = {k.arg for k in node.keywords}
    choice = node.func.attr == "choice" and "replace" not in keys and len(node.args) < 3
    integers = node.func.attr in ("integers", "randint") and ("size" in keys or len(node.args) > 2)
    return {"code": ast.unparse(node)[:60]} if choice or integers else None


def places_not_values(node: ast.AST, tree: ast.AST) -> dict | None:
    """`np.where(condition)` alone, which gives places."""
    if not isinstance(node, (ast.Return, ast.Assign)) or not isinstance(node.value, ast.Call):
        return None
    call = node.value
    return (
        {"code": ast.unparse(call)[:60]}
        if ast.unparse(call.func) == "np.where" and len(call.args) == 1 and isinstance(node, ast.Return)
        else None
    )


def never_filled(node: ast.AST, tree: ast.AST) -> dict | None:
    """`np.empty(n)` that has no name, so nothing can be written into it."""
    if not isinstance(node, ast.stmt) or hasattr(node, "body"):
        return None
    value = getattr(node, "value", None) if isinstance(node, ast.Assign) else None
    made = (n for n in ast.walk(node) if n is not value and isinstance(n, ast.Call))
    found = next((n for n in made if ast.unparse(n.func) in ("np.empty", "np.empty_like")), None)
    return {"code": ast.unparse(found)[:60]} if found else None


def _arguments(tree: ast.AST) -> list[str]:
    return [a.arg for a in tree.args.args]


def _always(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that every round reaches: not those of an `if`."""
    for node in body:
        yield node
        if isinstance(node, (ast.For, ast.With)):
            yield from _always(node.body)


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _written_into(tree: ast.AST) -> set[str]:
    """The names with `name[...] =` or `name[...] +=`."""
    found = set()
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            while isinstance(target, ast.Subscript):
                target = target.value
                if isinstance(target, ast.Name):
                    found.add(target.id)
    return found
