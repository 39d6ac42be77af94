"""Rewrite a function's syntax tree so that every expression is handed to a recorder as it is evaluated.

What a statement changes in place is recorded after it.
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass, field
from types import CodeType

from .trace_source import Source, segment

RECORD, CHANGED, NO_PART, MAKE = (f"__mlpkit_{name}__" for name in ("record", "changed", "no_part", "make"))
_PURE = (ast.Name, ast.Constant, ast.UnaryOp, ast.BinOp, ast.Tuple, ast.Slice, ast.Subscript,
         ast.expr_context, ast.operator, ast.unaryop)  # fmt: skip


@dataclass
class Place:
    """One expression or change of a variable in the source.

    kind: the name of its class in Python's `ast`
    text: as it was written
    file: the file or cell; span: (line, end_line, column, end_column) as Python counts, columns in bytes
    parts: numbers of the places whose values go into it
    many: those of them that run several times before it, as the parts of a comprehension do
    loop: it may run several times in one call
    name: what a Name loads, what a Call calls, what an operator is called
    function, first_line: the function that it stands in, "" for the one that was recorded
    node: the expression or statement with its parts recorded
    """

    kind: str
    text: str
    file: str
    span: tuple[int, int, int, int]
    parts: list[int] = field(default_factory=list)
    many: set[int] = field(default_factory=set)
    loop: bool = False
    name: str = ""
    function: str = ""
    first_line: int = 1
    node: ast.AST | None = None

    @property
    def line(self) -> int:
        """The line in its function, from 1."""
        return self.span[0] - self.first_line + 1


def recorded_tree(source: Source, code: CodeType, places: list[Place], own: bool) -> ast.Module:
    """A module with one function, which takes the free variables and makes the recorded function."""
    node = copy.deepcopy(source.node)
    node.args.defaults = [ast.Constant(None) for _ in node.args.defaults]
    node.args.kw_defaults = [d and ast.Constant(None) for d in node.args.kw_defaults]
    rewriter = _Rewriter(source, code, places, own)
    if isinstance(node, ast.Lambda):
        node.body = rewriter.visit(node.body)
        made: list[ast.stmt] = [ast.Return(node)]
    else:
        node.decorator_list, node.returns = [], None
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                argument.annotation = None
        node.body = rewriter.block(node.body)
        made = [node, ast.Return(ast.Name(node.name, ast.Load()))]
    outer = ast.parse(f"def {MAKE}(): pass").body[0]
    outer.args.args = [ast.arg(name) for name in code.co_freevars]
    outer.body = made
    return ast.fix_missing_locations(ast.Module([outer], []))


class _Rewriter:
    """Puts a call of the recorder around every expression of a function."""

    def __init__(self, source: Source, code: CodeType, places: list[Place], own: bool) -> None:
        self.source, self.code, self.places = source, code, places
        self.function = "" if own else code.co_name
        self.loops = 0 if own else 1  # a helper may be called many times
        self.targets: list[dict[str, int]] = [{}]  # name of a loop variable -> place of what is looped over
        self.later: set[int] = set()  # bodies of lambdas

    def block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        """The statements, with what each changes recorded after it."""
        found: list[ast.stmt] = []
        for statement in statements:
            found += self.statement(statement)
        return found

    def statement(self, node: ast.stmt) -> list[ast.stmt]:
        if isinstance(node, ast.AugAssign):
            return self._changed(node, [node.target], before=True)
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Subscript) for t in node.targets):
            return self._changed(node, node.targets, before=False)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            return self._changed_by_call(node)
        if isinstance(node, (ast.For, ast.While)):
            return [self._loop(node)]
        if isinstance(node, ast.ClassDef):
            return [node]
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return [self._inner_function(node)]
        return [self.generic(node)]

    def _loop(self, node: ast.For | ast.While) -> ast.stmt:
        if isinstance(node, ast.For):
            node.iter, place = self._with_place(node.iter)
            node.target = self.visit(node.target)
            self.targets[-1].update(dict.fromkeys(_bound(node.target), place))
        self.loops += 1
        if isinstance(node, ast.While):
            node.test = self.visit(node.test)
        node.body = self.block(node.body)
        self.loops -= 1
        node.orelse = self.block(node.orelse)
        return node

    def _changed(self, node: ast.stmt, targets: list[ast.expr], before: bool) -> list[ast.stmt]:
        """`x[i] = v` or `x += v`, and afterwards what x is now."""
        base = next((t for t in targets if isinstance(t, (ast.Subscript, ast.Name))), targets[0])
        while isinstance(base, (ast.Subscript, ast.Starred)):
            base = base.value
        if not isinstance(base, ast.Name):
            return [self.generic(node)]
        place = self._new(node, type(node).__name__, getattr(node, "op", None))
        first = []
        part: ast.expr = ast.Name(NO_PART, ast.Load())
        target = next((t for t in targets if isinstance(t, ast.Subscript)), None)
        if target is not None and all(isinstance(n, _PURE) for n in ast.walk(target)):
            part = copy.deepcopy(target)
            part.ctx = ast.Load()
        if before:
            call, was = self._recorded(ast.copy_location(ast.Name(base.id, ast.Load()), base), base)
            first, self.places[place].parts = [ast.Expr(call)], [was]
        start = len(self.places)
        node = self.places[place].node = self.generic(node)
        self.places[place].parts += self._tops(start)
        after = _call(place, ast.Name(base.id, ast.Load()), part)
        return [*first, node, ast.copy_location(ast.Expr(after), node)]

    def _changed_by_call(self, node: ast.Expr) -> list[ast.stmt]:
        """`np.put(x, i, v)`, `rng.shuffle(x)` or `x.sort()`, and afterwards what x is now."""
        call = node.value
        given = [*call.args[:1], call.func.value if isinstance(call.func, ast.Attribute) else call.func]
        base = next((thing for thing in given if isinstance(thing, ast.Name)), None)
        if base is None:
            return [self.generic(node)]
        place = self._new(node, "Expr", None)
        self.places[place].name = getattr(call.func, "attr", base.id)
        node.value, whole = self._recorded(call, call)
        self.places[place].parts = self.places[whole].parts  # the call itself gives None
        after = _call(place, ast.Name(base.id, ast.Load()), ast.Name(NO_PART, ast.Load()))
        return [node, ast.copy_location(ast.Expr(after), node)]

    def _tops(self, start: int) -> list[int]:
        """The places made since `start` that are part of no other of these."""
        made = range(start, len(self.places))
        inner = {p for i in made for p in self.places[i].parts}
        return [i for i in made if i not in inner]

    def generic(self, node: ast.AST) -> ast.AST:
        """A node with all its children recorded."""
        for name, old in ast.iter_fields(node):
            if isinstance(old, list) and old and isinstance(old[0], ast.stmt):
                setattr(node, name, self.block(old))
            elif isinstance(old, list):
                setattr(node, name, [self.visit(x) if isinstance(x, ast.AST) else x for x in old])
            elif isinstance(old, ast.AST):
                setattr(node, name, self.visit(old))
        return node

    def visit(self, node: ast.AST) -> ast.AST:
        """An expression with the recorder around it; other nodes with their children recorded."""
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            return self._inner_function(node)
        if isinstance(node, (ast.Constant, ast.JoinedStr, ast.arguments, ast.pattern)):
            return node
        if not isinstance(node, ast.expr):
            return self.generic(node)
        stored = isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del))
        if stored and isinstance(node, ast.Subscript):
            node.value, node.slice = self.visit(node.value), self._index(node.slice)
            return node
        if stored or isinstance(node, (ast.Starred, ast.Slice, ast.Yield, ast.YieldFrom, ast.Await)):
            return self.generic(node)
        return self._with_place(node)[0]

    def _with_place(self, node: ast.expr) -> tuple[ast.expr, int]:
        if isinstance(node, (ast.Constant, ast.JoinedStr, ast.Lambda, ast.Starred)):
            node = self.visit(node)
            return node, -1
        return self._recorded(node, node)

    def _recorded(self, node: ast.expr, where: ast.AST) -> tuple[ast.expr, int]:
        op = getattr(node, "op", None) or (node.ops[0] if isinstance(node, ast.Compare) else None)
        place = self._new(where, type(node).__name__, op)
        here = self.places[place]
        start = len(self.places)
        if isinstance(node, ast.Name):
            here.name = node.id
            here.parts = [t[node.id] for t in self.targets[-1:] if t.get(node.id, -1) >= 0]
            return _call(place, node), place
        if isinstance(node, ast.Call):
            self._call_parts(node, here)
        elif isinstance(node, ast.Subscript):
            node.value = self.visit(node.value)
            node.slice = self._index(node.slice)
        elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            self._comprehension(node)
        else:
            node = self.generic(node)
        here.node = node
        here.parts = self._tops(start)
        repeated = isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp))
        here.many = set(here.parts) if repeated else self.later.intersection(here.parts)
        return _call(place, node), place

    def _call_parts(self, node: ast.Call, here: Place) -> None:
        if isinstance(node.func, ast.Attribute):
            here.name = node.func.attr
            node.func.value = self.visit(node.func.value)
        elif isinstance(node.func, ast.Name):
            here.name = node.func.id
        else:
            node.func = self.visit(node.func)
        node.args = [self.visit(a) for a in node.args]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)

    def _index(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.Tuple):  # it may hold slices, which only stand in brackets
            node.elts = [self.visit(e) for e in node.elts]
            return node
        return self.visit(node)

    def _comprehension(self, node: ast.expr) -> None:
        outer = self.targets[-1]
        self.targets.append(dict(outer))
        self.loops += 1
        for part in node.generators:
            part.iter, place = self._with_place(part.iter)
            self.targets[-1].update(dict.fromkeys(_bound(part.target), place))
            part.ifs = [self.visit(test) for test in part.ifs]
        for name in ("key", "value", "elt"):
            if hasattr(node, name):
                setattr(node, name, self.visit(getattr(node, name)))
        self.loops -= 1
        self.targets.pop()

    def _inner_function(self, node: ast.AST) -> ast.AST:
        self.loops += 1
        self.targets.append({})
        if isinstance(node, ast.Lambda):
            start = len(self.places)
            node.body = self.visit(node.body)
            self.later.update(self._tops(start))  # it runs when it is called, not where it stands
        else:
            node.body = self.block(node.body)
        self.targets.pop()
        self.loops -= 1
        return node

    def _new(self, node: ast.AST, kind: str, op: ast.AST | None) -> int:
        lines = self.source.lines
        text = segment(lines, node)
        span = (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset)
        name = type(op).__name__ if op is not None else ""
        self.places.append(
            Place(kind, text, self.code.co_filename, span, loop=self.loops > 0, name=name,
                  function=self.function, first_line=self.code.co_firstlineno)
        )  # fmt: skip
        return len(self.places) - 1


def _call(place: int, node: ast.expr, part: ast.expr | None = None) -> ast.Call:
    name, parts = (RECORD, [node]) if part is None else (CHANGED, [node, part])
    call = ast.Call(ast.Name(name, ast.Load()), [ast.Constant(place), *parts], [])
    return ast.copy_location(call, node) if hasattr(node, "lineno") else call


def _bound(target: ast.expr) -> list[str]:
    return [n.id for n in ast.walk(target) if isinstance(n, ast.Name)]
