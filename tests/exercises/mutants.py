"""Wrong programs made from right ones by a machine: a part of the work is dropped, repeated or cut short.

`of_source` changes one place of a function's source. `of_answers` runs the function as it is and damages its
answer or its arguments.
"""

import ast
import copy
import functools
import itertools
import linecache
from collections.abc import Iterator

import numpy as np


@functools.cache
def _module(path):
    with open(path, encoding="utf-8") as file:
        return ast.parse(file.read())


def _node(function):
    """The definition or lambda that made a function."""
    code = function.__code__
    for node in ast.walk(_module(code.co_filename)):
        if isinstance(node, ast.FunctionDef) and node.lineno == code.co_firstlineno:
            return node
        if isinstance(node, ast.Lambda) and node.lineno == code.co_firstlineno:
            inside = [p for p in code.co_positions() if p[0] and (p[0], p[2]) != (node.lineno, 0)]
            if node.args.args and [a.arg for a in node.args.args] != list(
                code.co_varnames[: code.co_argcount]
            ):
                continue
            low = (node.body.lineno, node.body.col_offset)
            high = (node.body.end_lineno, node.body.end_col_offset)
            if all(low <= (p[0], p[2]) and (p[1], p[3]) <= high for p in inside):
                return node
    raise LookupError(function)


def _sites(node):
    """Every place that can be changed, as (number of the node in walk order, what is done to it)."""
    for at, found in enumerate(ast.walk(node)):
        if isinstance(found, (ast.For, ast.comprehension)):
            yield from ((at, way) for way in ("no-last", "no-first", "only-first", "first-again"))
        if isinstance(found, ast.Call):
            name = getattr(found.func, "attr", getattr(found.func, "id", ""))
            if name == "max":
                yield from ((at, way) for way in ("min", "mean"))
        if isinstance(found, ast.keyword) and found.arg == "axis":
            yield at, "other-axis"
        if isinstance(found, ast.Compare) and type(found.ops[0]) in OTHER:
            yield at, "edge"
        if isinstance(found, ast.BinOp):
            yield from ((at, way) for way in ("left-alone", "right-alone"))
        if isinstance(found, (ast.FunctionDef, ast.For, ast.While, ast.If)):
            for i, statement in enumerate(found.body):
                text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
                if isinstance(statement, (ast.Assign, ast.AugAssign, ast.Expr, ast.For)) and not text:
                    yield at, f"without {i}"


OTHER = {ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Lt: ast.LtE, ast.LtE: ast.Lt}
_PIECES = {
    "no-last": "list(ITER)[:-1]",
    "no-first": "list(ITER)[1:]",
    "only-first": "list(ITER)[:1]",
    "first-again": "(lambda all: [all[0], *all[:-1]])(list(ITER))",
}


class _Replace(ast.NodeTransformer):
    def __init__(self, old, new):
        self.old, self.new = old, new

    def visit(self, node):
        return self.new if node is self.old else self.generic_visit(node)


def _change(root, at, way):
    """Change one place of a tree, and give the tree back; None where nothing would change."""
    node = list(ast.walk(root))[at]
    if way in _PIECES:
        piece = ast.parse(_PIECES[way], mode="eval").body
        hole = next(n for n in ast.walk(piece) if isinstance(n, ast.Name) and n.id == "ITER")
        node.iter = _Replace(hole, node.iter).visit(piece)
    elif way in ("min", "mean"):
        if isinstance(node.func, ast.Attribute):
            node.func.attr = way
        elif way == "min":
            node.func.id = "min"
        else:
            return None
    elif way == "other-axis":
        value = getattr(node.value, "value", None)
        node.value = ast.Constant(0 if value != 0 else 1)
    elif way == "edge":
        node.ops[0] = OTHER[type(node.ops[0])]()
    elif way in ("left-alone", "right-alone"):
        return _Replace(node, node.left if way == "left-alone" else node.right).visit(root)
    else:
        del node.body[int(way.split()[1])]
        node.body = node.body or [ast.Pass()]
    return root


def of_source(function) -> Iterator[tuple[str, object]]:
    """Every change of one place of a function.

    returns: iterator of (what was done, function)
    """
    node = _node(function)
    for at, way in _sites(node):
        place = list(ast.walk(node))[at]
        tree = _change(copy.deepcopy(node), at, way)
        if tree is None:
            continue
        label = f"{way}: {ast.unparse(place).splitlines()[0][:70]}"
        space = dict(function.__globals__)
        if isinstance(tree, ast.Lambda):
            yield label, eval(_compiled(tree, "eval"), space)
        else:
            tree.decorator_list = []
            exec(_compiled(tree, "exec"), space)
            yield label, space[tree.name]


_numbers = itertools.count()


def _compiled(tree, mode):
    """The code of a tree, with a source of its own that can be read."""
    text, file = ast.unparse(ast.fix_missing_locations(tree)) + "\n", f"<mutant {next(_numbers)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    return compile(text, file, mode)


def _zero(array, place):
    array = np.array(array)
    array[place] = 0
    return array


def _repeat(array, place, other):
    array = np.array(array)
    array[place] = array[other]
    return array


ARRAY = {
    "last row 0": lambda a: _zero(a, -1),
    "first row 0": lambda a: _zero(a, 0),
    "last column 0": lambda a: _zero(a, (..., -1)),
    "first column 0": lambda a: _zero(a, (..., 0)),
    "last row as the first": lambda a: _repeat(a, -1, 0),
    "last column as the first": lambda a: _repeat(a, (..., -1), (..., 0)),
    "last number 0": lambda a: _zero(a, (-1,) * np.ndim(a)),
    "first number 0": lambda a: _zero(a, (0,) * np.ndim(a)),
    "no last row": lambda a: np.array(a)[:-1],
}

LIST = {
    "no last": lambda parts: parts[:-1],
    "no first": lambda parts: parts[1:],
    "last as the first": lambda parts: [*parts[:-1], parts[0]],
    "first as the last": lambda parts: [parts[-1], *parts[1:]],
    "turned round": lambda parts: parts[::-1],
    "last twice": lambda parts: [*parts, parts[-1]],
}


def _damaged(value, way):
    """The answer with one of its arrays damaged: (which, answer) for each."""
    if isinstance(value, np.ndarray) and value.ndim and value.size:
        yield "", ARRAY[way](value)
    elif isinstance(value, (list, tuple)):
        for i, part in enumerate(value):
            for where, other in _damaged(part, way):
                yield f"[{i}]{where}", type(value)((*value[:i], other, *value[i + 1 :]))


def _lists(value, way):
    if isinstance(value, list) and len(value) > 1:
        yield "", list(LIST[way](value))
    if isinstance(value, (list, tuple)):
        for i, part in enumerate(value):
            for where, other in _lists(part, way):
                yield f"[{i}]{where}", type(value)((*value[:i], other, *value[i + 1 :]))


def _plain(value):
    """Generators become lists, so that their parts can be damaged."""
    if isinstance(value, Iterator):
        value = list(value)
    return type(value)(map(_plain, value)) if isinstance(value, (list, tuple)) else value


def of_answers(function, answers, limit=4) -> Iterator[tuple[str, object]]:
    """A function whose answer is damaged in one place, for every place and way.

    answers: what the function answers, to know how many places there are
    limit: how many places of an answer, counted from its start and from its end
    returns: iterator of (what was done, function)
    """
    for find, ways in ((_damaged, ARRAY), (_lists, LIST)):
        for way in ways:
            most = max(len(list(find(answer, way))) for answer in answers)
            for place in (*range(min(limit, most)), *range(-limit if most > limit else 0, 0)):
                yield f"{way} ({place})", _damage(function, find, way, place)
    for cut in _CUTS:
        yield f"without the {cut} of the examples", _cut_short(function, cut)


def _damage(function, find, way, place):
    def wrong(*args):
        value = _plain(function(*args))
        found = [other for _, other in find(value, way)]
        if not -len(found) <= place < len(found):
            return value
        wrong.applied = True
        return found[place]

    wrong.applied = False
    return wrong


_CUTS = {
    "last": lambda n: slice(0, max(n - 1, 1)),
    "first": lambda n: slice(min(1, n - 1), None),
    "second half": lambda n: slice(0, max(n // 2, 1)),
    "first two thirds": lambda n: slice(n - max(n // 3, 1), None),
}


def _cut_short(function, cut):
    """Look at some of the examples only; what is missing in the answer is left 0."""

    def wrong(*args):
        sizes = [len(a) for a in args if isinstance(a, np.ndarray) and a.ndim]
        if not sizes:
            return function(*args)
        wrong.applied = True
        batch = max(set(sizes), key=lambda s: (sizes.count(s), -sizes.index(s)))
        part = _CUTS[cut](batch)
        fewer = [a[part] if isinstance(a, np.ndarray) and a.ndim and len(a) == batch else a for a in args]
        right, short = function(*copy.deepcopy(args)), function(*fewer)
        if not isinstance(right, np.ndarray):
            return short
        if right.shape == short.shape:
            return short
        full = np.zeros_like(right)
        full[part] = short
        return full

    wrong.applied = False
    return wrong
