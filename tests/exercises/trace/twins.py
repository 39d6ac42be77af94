"""Read two programs, and say which parts of the one are not in the other.

A part is the same as one of the other program if it does the same things to the same parts: names of
variables do not count, nor whether a value got a name or is made in a helper function, nor `np.sum(x)` beside
`x.sum()`.
"""

import ast
import inspect
from types import FunctionType

from mlpkit.exercises.diagnosis.trace_described import ORDER, SHORT, UNFINISHED, UNUSED
from mlpkit.exercises.diagnosis.trace_source import source_of_function

METHODS = ("sum", "mean", "max", "min", "argmax", "reshape", "copy", "transpose", "std", "var", "ravel")
MORE = (SHORT, ORDER, UNUSED, UNFINISHED)  # the value is right, and the fault is what is not done with it
DEEPEST = 4  # helper functions inside one another that are read in place of their calls


class Reading:
    """A program as it was read; parts that are the same have the same number in whatever program.

    table: dict of all numbers, shared by the programs that are compared
    own: list of (span of a part, its number, numbers of what goes into it, whether it only names a value)
    parts: the numbers of all parts
    """

    def __init__(self, function, table):
        self.table, self.own, self.names, self.depth = table, [], {}, 0
        node = source_of_function(function).node
        every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        values = {arg.arg: self.number("argument", i) for i, arg in enumerate(every)}
        if node.args.vararg:
            values[node.args.vararg.arg] = self.number("arguments")
        self.read(function, node, values)
        self.parts = {number for _, number, _, _ in self.own}

    def read(self, function, node, values):
        """Read a function's body; the number of what it returns."""
        outer = self.names, getattr(self, "there", None), getattr(self, "returned", None)
        self.names, self.returned = dict(values), None
        self.there = {**function.__globals__, **inspect.getclosurevars(function).nonlocals}
        if isinstance(node, ast.Lambda):
            self.returned = self.expression(node.body)
        else:
            self.block(node.body)
        returned = self.returned
        self.names, self.there, self.returned = outer
        return returned

    def number(self, *key):
        return self.table.setdefault(key, len(self.table))

    def block(self, statements):
        for statement in statements:
            if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
                self.statement(statement)

    def statement(self, node):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            value = self.expression(node.value)
            for target in getattr(node, "targets", None) or [node.target]:
                self.bind(target, value)
        elif isinstance(node, ast.AugAssign):
            old = self.expression(node.target)
            value = self.expression(node.value)
            new = self.number(type(node.op).__name__, old, value)
            self.note(node, new, [old, value])
            self.bind(node.target, new)
        elif isinstance(node, ast.For):
            self.bind(node.target, self.number("each", self.expression(node.iter)))
            self.block(node.body)
            self.block(node.orelse)
        elif isinstance(node, ast.FunctionDef):
            outer = dict(self.names)
            for i, arg in enumerate(node.args.args):
                self.names[arg.arg] = self.number("inner argument", i)
            self.block(node.body)
            self.names = {**outer, node.name: self.number("function", ast.dump(node))}
        elif isinstance(node, ast.Return) and node.value is not None:
            self.returned = self.expression(node.value)
        else:
            for _, value in ast.iter_fields(node):
                for child in value if isinstance(value, list) else [value]:
                    if isinstance(child, ast.stmt):
                        self.statement(child)
                    elif isinstance(child, ast.expr):
                        self.expression(child)
                    elif isinstance(child, ast.withitem):
                        self.expression(child.context_expr)

    def bind(self, target, value):
        if isinstance(target, ast.Name):
            self.names[target.id] = value
        elif isinstance(target, (ast.Tuple, ast.List)):
            for i, part in enumerate(target.elts):
                self.bind(part, self.number("part", value, i))
        elif isinstance(target, ast.Subscript):
            old, index = self.expression(target.value), self.expression(target.slice)
            new = self.number("set", old, index, value)
            self.note(target, new, [old, index, value])
            self.bind(target.value, new)

    def note(self, node, number, parts, name=False):
        span = ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset))
        self.own.append((span, number, parts, name))
        return number

    def expression(self, node):
        """The number of an expression; its parts are read first."""
        if isinstance(node, ast.Name):
            number = self.names.get(node.id)
            if number is None:
                number = self.number("thing", repr(self.there.get(node.id, node.id)))
            return self.note(node, number, [], True)
        if isinstance(node, ast.Constant):
            return self.note(node, self.number("thing", repr(node.value)), [])
        if isinstance(node, ast.NamedExpr):
            value = self.expression(node.value)
            self.bind(node.target, value)
            return self.note(node, value, [], True)
        if isinstance(node, ast.Lambda):
            for i, arg in enumerate(node.args.args):
                self.names[arg.arg] = self.number("inner argument", i)
            body = self.expression(node.body)
            return self.note(node, self.number("lambda", body), [body])
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            return self.comprehension(node)
        if isinstance(node, ast.Call):
            return self.call(node)
        if isinstance(node, ast.Attribute):
            value = self.expression(node.value)
            return self.note(node, self.number(node.attr, value), [value])
        key, parts = [type(node).__name__], []
        for _, value in ast.iter_fields(node):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.expr):
                    parts.append(self.expression(child))
                    key.append(parts[-1])
                elif isinstance(child, (ast.operator, ast.unaryop, ast.cmpop, ast.boolop)):
                    key.append(type(child).__name__)
                else:
                    key.append(repr(child) if not isinstance(child, ast.AST) else type(child).__name__)
        if isinstance(node, ast.BinOp):
            key = [type(node.op).__name__, *parts]
        return self.note(node, self.number(*key), parts) if hasattr(node, "lineno") else self.number(*key)

    def comprehension(self, node):
        parts = []
        for part in node.generators:
            parts.append(self.expression(part.iter))
            self.bind(part.target, self.number("each", parts[-1]))
            parts += [self.expression(test) for test in part.ifs]
        for name in ("key", "value", "elt"):
            if hasattr(node, name):
                parts.append(self.expression(getattr(node, name)))
        return self.note(node, self.number("list", *parts), parts)

    def call(self, node):
        args = [self.expression(a) for a in node.args]
        named = []
        for keyword in node.keywords:
            more = self.there.get(getattr(keyword.value, "id", None)) if keyword.arg is None else None
            if isinstance(more, dict):  # of a closure, as the mistakes are made from one program
                named += [(name, self.number("thing", repr(thing))) for name, thing in more.items()]
            else:
                named.append((keyword.arg or "**", self.expression(keyword.value)))
        named.sort()
        parts = [*args, *(value for _, value in named)]
        function, of_numpy = node.func, False
        if isinstance(function, ast.Attribute):
            of_numpy = isinstance(function.value, ast.Name) and function.value.id == "np"
            if not of_numpy:
                parts = [self.expression(function.value), *parts]
                args = [parts[0], *args]
            name = function.attr
        elif isinstance(function, ast.Name):
            name = function.id
        else:
            name = self.expression(function)
        helper = self.there.get(name) if isinstance(function, ast.Name) and name not in self.names else None
        if type(helper) is FunctionType and self.depth < DEEPEST and source_of_function(helper):
            inner = self.helper(helper, args, named)
            if inner is not None:
                return self.note(node, inner, [inner], True)
        if callable(helper) and str(getattr(helper, "__module__", "")).startswith("numpy"):
            name, of_numpy = helper.__name__, True
        if name in ("dot", "matmul") and len(args) == 2:
            return self.note(node, self.number("MatMult", *args), parts)
        method = "method" if name in METHODS or not of_numpy else "numpy"
        return self.note(node, self.number(method, name, *args, *named), parts)

    def helper(self, function, args, named):
        """Read a helper function in place of its call; the number of what it returns."""
        node = source_of_function(function).node
        try:
            bound = inspect.signature(function).bind(*args, **dict(named))
        except TypeError:
            return None
        given = bound.arguments
        bound.apply_defaults()
        values = {
            name: value if name in given and isinstance(value, int) else self.number("thing", repr(value))
            for name, value in bound.arguments.items()
        }
        for name, value in bound.arguments.items():
            if isinstance(value, (tuple, dict)):
                values[name] = self.number("arguments", repr(value))
        self.depth += 1
        returned = self.read(function, node, values)
        self.depth -= 1
        return returned


def differing(wrong, right):
    """Where a wrong program differs from a right one: spans of its smallest expressions that differ."""
    return [
        span
        for span, number, parts, name in wrong.own
        if not name and number not in right.parts and all(p in right.parts for p in parts)
    ]


def unfinished(wrong, right):
    """Where a wrong program has a value with which the right one does more: spans."""
    more = {part for _, number, parts, _ in right.own if number not in wrong.parts for part in parts}
    return [span for span, number, _, _ in wrong.own if number in more]


def nearest(wrong, rights):
    """The right program that has most parts in common with a wrong one."""

    def likeness(right):
        return len(wrong.parts & right.parts) / len(wrong.parts | right.parts)

    return max(rights, key=likeness)


def verdict(place, kind, wrong, right):
    """What a program and its twin have in the place that the trace points at.

    returns: "exactly" where one of the smallest differing parts lies in it, or it lies in one;
        "differs" where the twin has no such part; "alike" where it has; "unread" for one that was not read
    """
    span = ((place.span[0], place.span[2]), (place.span[1], place.span[3]))
    spans = differing(wrong, right) + (unfinished(wrong, right) if kind in MORE else [])
    if any((span[0] <= s[0] and s[1] <= span[1]) or (s[0] <= span[0] and span[1] <= s[1]) for s in spans):
        return "exactly"
    numbers = [number for there, number, _, _ in wrong.own if there == span]
    if not numbers:
        return "unread"
    return "alike" if any(number in right.parts for number in numbers) else "differs"
