"""Traps of loops, names and draws: what a round overwrites, what is never read, who draws how often.

They are patterns in the syntax tree of a function that failed, as in `traps`, which has the table.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Iterator

from .traps_source import Source, calls, code_of

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
        own = {id(_changed(n)) for n in grows}
        reads = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == name and id(n) not in own]
        reads = [n for n in reads if isinstance(n.ctx, ast.Load) and n.lineno >= node.lineno]
        if reads and min(n.lineno for n in reads) > node.end_lineno:
            return {"name": name, "at": statement, **code_of(statement)}
    return None


def _grown(node: ast.AST) -> str:
    """The name that `name += ...`, `name.append(...)` or `name[i] = ...` makes longer, larger or fuller."""
    changed = _changed(node)
    return changed.id if isinstance(changed, ast.Name) else ""


def _changed(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.AugAssign):
        return node.target
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        return node.targets[0].value
    method = node.func if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
    return method.value if method is not None and method.attr == "append" else None


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
            end = statement.end_lineno, statement.end_col_offset
            reads = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == target.id]
            if not any(isinstance(n.ctx, ast.Load) and (n.lineno, n.col_offset) > end for n in reads):
                return {"name": target.id, "at": statement}
    return None


def same_list_again(node: ast.AST, tree: ast.AST) -> dict | None:
    """`[[0] * 3] * 5`, or one array that is appended in every round and written into."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and isinstance(node.left, ast.List):
        held = node.left.elts[0] if len(node.left.elts) == 1 else None
        if isinstance(held, (ast.List, ast.BinOp)) or (isinstance(held, ast.Call) and _called(held) in _NEW):
            return code_of(node)
    if not isinstance(node, ast.For):
        return None
    new = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    written = _written_into(node) - new
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and _called(call) == "append" and call.args:
            only = call.args[0]
            if isinstance(only, ast.Name) and only.id in written:
                return {"at": call, **code_of(call)}
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
    given = (a for n in ast.walk(tree) if isinstance(n, ast.Call) for a in n.args)
    parts -= {id(a.value) for a in given if isinstance(a, ast.Subscript)}  # a function reads that entry
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


_COMPARE = {ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Lt: operator.lt, ast.LtE: operator.le}


def mask_again(node: ast.AST, tree: ast.AST) -> dict | None:
    """`z[z > 0] = 1` and then `z[z <= 1] = 0`: the second mask picks what the first has written."""
    body = getattr(node, "body", None)
    for one, other in zip(body, body[1:]) if isinstance(body, list) else ():
        first, second = _masked(one), _masked(other)
        alike = first and second and first[0] == second[0] and first[3] != second[3]
        if alike and _COMPARE[second[1]](first[3], second[2]):
            return {"at": other, **code_of(other)}
    return None


def _masked(node: ast.stmt) -> tuple[str, type, float, float] | None:
    """Of `z[z > 0] = 1` the name, the comparison, its number, and the number that is written."""
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    mask = target.slice if isinstance(target, ast.Subscript) else None
    if not isinstance(mask, ast.Compare) or not isinstance(target.value, ast.Name):
        return None
    numbers = [mask.comparators[0], node.value]
    plain = all(isinstance(n, ast.Constant) and isinstance(n.value, (int, float)) for n in numbers)
    own = isinstance(mask.left, ast.Name) and mask.left.id == target.value.id
    if not own or not plain or type(mask.ops[0]) not in _COMPARE:
        return None
    return target.value.id, type(mask.ops[0]), *(n.value for n in numbers)


def not_called(node: ast.AST, tree: ast.AST) -> dict | None:
    """`x.mean` without the brackets that call it."""
    if not isinstance(node, ast.Attribute) or node.attr not in _METHODS or not isinstance(node.ctx, ast.Load):
        return None
    called = any(isinstance(n, ast.Call) and node in (n.func, *n.args) for n in ast.walk(tree))
    inner = any(isinstance(n, ast.Attribute) and n.value is node for n in ast.walk(tree))
    module = isinstance(node.value, ast.Name) and node.value.id in ("np", "numpy", "mine")
    return None if called or inner or module else code_of(node)


def other_generator(node: ast.AST, tree: ast.AST) -> dict | None:
    """NumPy's global generator, or one made inside, where an `rng` is given."""
    arguments = [a.arg for a in getattr(tree, "args", ast.arguments([], [], None, [], [], None, [])).args]
    if "rng" not in arguments or not isinstance(node, ast.Call):
        return None
    text = ast.unparse(node.func)
    return code_of(node) if text.startswith(("np.random.", "numpy.random.")) else None


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
                return {"at": call, **code_of(call)}
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
    return code_of(node) if choice or integers else None


def places_not_values(node: ast.AST, tree: ast.AST) -> dict | None:
    """`np.where(condition)` alone, which gives places."""
    if not isinstance(node, (ast.Return, ast.Assign)) or not isinstance(node.value, ast.Call):
        return None
    call = node.value
    return (
        code_of(call)
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
    return code_of(found) if found else None


def same_object(node: ast.AST, tree: ast.AST) -> dict | None:
    """`guess is label`: two equal numbers may be two objects."""
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], (ast.Is, ast.IsNot)):
        return None
    sides = [node.left, node.comparators[0]]
    single = any(
        isinstance(s, ast.Constant) and (s.value is None or isinstance(s.value, bool)) for s in sides
    )
    layer = any(isinstance(s, ast.Name) and s.id.startswith("layer") for s in sides)
    return None if single or layer else code_of(node)


def argument_replaced(node: ast.AST, source: Source) -> dict | None:
    """`learning_rate = 0.01`: an argument gets another value before the given one is read."""
    target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
    if not isinstance(target, ast.Name) or target.id not in [a.arg for a in source.tree.args.args]:
        return None
    given = source.numbers.get(target.id)
    if isinstance(node.value, ast.Constant) and node.value.value == given:
        return None
    reads = [
        n
        for n in ast.walk(source.tree)
        if isinstance(n, ast.Name) and n.id == target.id and isinstance(n.ctx, ast.Load)
    ]
    before = [n for n in reads if (n.lineno, n.col_offset) <= (node.end_lineno, node.end_col_offset)]
    return None if before else {"name": target.id, **code_of(node)}


def unused_argument(node: ast.AST, source: Source) -> dict | None:
    """Arguments that the function never reads."""
    if not isinstance(node, ast.FunctionDef) or node is not source.tree:
        return None
    used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    unused = [a.arg for a in node.args.args if a.arg in source.needed - used]
    are = "is it" if len(unused) == 1 else "are they"
    return {"names": [f"`{name}`" for name in unused], "are": are} if unused else None


def eye_alone(node: ast.AST, source: Source) -> dict | None:
    """`np.eye(classes)` where the labels are used nowhere."""
    labels = next((n for n, a in source.arrays.items() if n == "labels" or a.dtype.kind in "iu"), None)
    used = {n.id for n in ast.walk(source.tree) if isinstance(n, ast.Name)}
    return (
        {"name": labels, **code_of(node)} if calls(node, "np.eye") and labels and labels not in used else None
    )


def two_names(node: ast.AST, source: Source) -> dict | None:
    """`minus = x` and later `minus[i] -= eps`: both names mean one array."""
    if not isinstance(node, ast.Assign) or not isinstance(node.value, (ast.Name, ast.Call)):
        return None
    names = [t.id for t in node.targets if isinstance(t, ast.Name)]
    names += [node.value.id] if isinstance(node.value, ast.Name) else []
    if len(names) < 2 or not any(name in _written(source.tree) for name in names):
        return None
    return {"names": [f"`{n}`" for n in names], **code_of(node)}


def _written(tree: ast.AST) -> set[str]:
    """The names whose arrays are changed in place."""
    found = set()
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                found.add(target.value.id)
            if isinstance(node, ast.AugAssign) and isinstance(target, ast.Name):
                found.add(target.id)
    return found


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
