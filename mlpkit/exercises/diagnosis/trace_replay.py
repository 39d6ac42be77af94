"""What a recorded run would have returned if one value in it had been another one.

Nothing of the learner's is called: what NumPy did with that value is computed again from the record.
"""

from __future__ import annotations

import ast
import builtins
import copy
from collections.abc import Iterable
from types import CodeType
from typing import Any

import numpy as np

from .trace_links import CHANGES, Links
from .trace_rewrite import RECORD, Place

MOST = 3_000  # values that are computed again in one search; a large array counts as several
LARGE = 500
_BUILTINS = ("abs", "enumerate", "float", "len", "list", "max", "min", "reversed", "sum", "tuple", "zip")
_NUMPY = ("abs", "absolute", "add", "amax", "amin", "argmax", "argmin", "array", "asarray", "atleast_2d",
          "average", "clip", "column_stack", "concatenate", "copy", "diag", "diagonal", "divide", "dot",
          "einsum", "equal", "exp", "expand_dims", "expm1", "float32", "float64", "greater", "hstack",
          "inner", "less", "log", "log1p", "logaddexp", "matmul", "max", "maximum", "mean", "min",
          "minimum", "multiply", "negative", "newaxis", "not_equal", "outer", "power", "prod", "ravel",
          "reduce", "repeat", "reshape", "sign", "sqrt", "square", "squeeze", "stack", "std", "subtract",
          "sum", "swapaxes", "take", "take_along_axis", "tanh", "tensordot", "tile", "transpose",
          "true_divide", "var", "vstack", "where")  # fmt: skip
_METHODS = ("T", "all", "any", "argmax", "astype", "clip", "copy", "diagonal", "dot", "flatten", "max",
            "mean", "min", "ndim", "prod", "ravel", "reduce", "repeat", "reshape", "shape", "size",
            "squeeze", "std", "sum", "swapaxes", "tolist", "transpose", "var")  # fmt: skip
_LISTS = ("List", "Tuple", "ListComp", "GeneratorExp", "BinOp", "Subscript", "Expr", "Assign")
_SHARED = (int, bool, np.bool_, str)  # equal values may be one object
_SPACE = {name: getattr(builtins, name) for name in _BUILTINS} | {"np": np}


class NoReplayError(Exception):
    """What comes after the value is more than plain NumPy."""


class Replay:
    """Computes parts of one run again.

    links: of the run
    """

    def __init__(self, links: Links) -> None:
        self.links, self.events, self.left = links, links.events, MOST
        self._codes: dict[int, CodeType | None] = {}

    def after(self, event: int) -> list[int]:
        """The events that compute something from the value of an event, this one first."""
        new, found = {id(self.events[event].value): True}, [event]
        for i in range(event + 1, len(self.events)):
            value, changes = self.events[i].value, self.links.place(i).kind in CHANGES
            if (id(value) not in new or changes) and self._touched(i, new):
                new[id(value)] = True
                found.append(i)
        return found

    def result(self, event: int, value: np.ndarray, later: Iterable[int], thing: object) -> Any:
        """What an object would have been.

        event: whose value is another one; value: that one; later: the events after it, as `after` gives them
        thing: an object of the run
        raises: NoReplayError where more than plain NumPy comes after the value; whatever NumPy raises
        """
        new: dict[int, Any] = {id(self.events[event].value): value}
        for i in later:
            if i > event and self._touched(i, new):
                self._compute(i, new)
        return _now(thing, new)

    def _touched(self, event: int, new: dict[int, Any]) -> bool:
        parts = self.links.parts(self.events[event].place, event)
        return any(_holds(self.events[p].value, new) for p in parts)

    def _compute(self, event: int, new: dict[int, Any]) -> None:
        here, place = self.events[event], self.links.place(event)
        if (type(here.value) in (list, tuple) and place.kind in _LISTS) or place.kind == "GeneratorExp":
            return  # its parts are looked up one by one
        self.left -= 1 + np.size(here.array) // LARGE
        code = self._code(here.place)
        if code is None or type(here.value) in _SHARED or self.left < 0:
            raise NoReplayError
        changes = place.kind in CHANGES
        if changes and type(here.value) is np.ndarray and here.value.base is not None:
            raise NoReplayError
        parts = self.links.parts(here.place, event)
        space = {f"p{self.events[p].place}": self._value(p, event, new) for p in parts}
        if changes:
            whole = (
                space[f"p{place.parts[0]}"]
                if place.kind == "AugAssign"
                else new.get(id(here.value), here.array)
            )
            space["whole"] = np.array(whole) if type(here.value) is np.ndarray else whole
        with np.errstate(all="ignore"):
            exec(code, {"__builtins__": {}, **_SPACE, **space}, space)
        new[id(here.value)] = space["whole"]

    def _value(self, event: int, end: int, new: dict[int, Any]) -> Any:
        here, place = self.events[event], self.links.place(event)
        if id(here.value) in new:
            return new[id(here.value)]
        if place.kind == "GeneratorExp":
            turns = [i for i in self.links.by_place.get(max(place.parts, default=-1), ()) if event < i < end]
            return [self._value(i, end, new) for i in turns]
        if here.array is not None and type(here.value) is np.ndarray:
            return here.array
        return _now(here.value, new)

    def _code(self, number: int) -> CodeType | None:
        if number not in self._codes:
            self._codes[number] = _compiled(self.links.trace.places[number])
        return self._codes[number]


def _now(value: Any, new: dict[int, Any]) -> Any:
    if id(value) in new:
        return new[id(value)]
    return type(value)(_now(part, new) for part in value) if type(value) in (list, tuple) else value


def _holds(value: object, new: dict[int, Any]) -> bool:
    return id(value) in new or (
        type(value) in (list, tuple) and any(_holds(part, new) for part in value[:500])
    )


def _compiled(place: Place) -> CodeType | None:
    """What a place does, with the values of its parts as names; None if it may do more than plain NumPy."""
    node = _Parts().visit(copy.deepcopy(place.node)) if place.node is not None else None
    whole = ast.Name("whole", ast.Store())
    if isinstance(node, ast.expr):
        node = ast.Assign([whole], node)
    elif isinstance(node, (ast.Assign, ast.AugAssign)):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(node, ast.Assign) and len(node.targets) > 1:
            return None
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            target.value = ast.Name("whole", ast.Load())
        elif isinstance(node, ast.AugAssign) and isinstance(target, ast.Name):
            node.target = whole
        else:
            return None
    if node is None or not all(map(_is_plain, ast.walk(node))):
        return None
    return compile(ast.fix_missing_locations(ast.Module([node], [])), "<replay>", "exec")


class _Parts(ast.NodeTransformer):
    """Puts a name in the place of every recorded part."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if not (isinstance(node.func, ast.Name) and node.func.id == RECORD):
            return self.generic_visit(node)
        part = self.visit(node.args[1])
        named = part.value if isinstance(part, ast.Attribute) else part
        if isinstance(named, ast.Name) and named.id == "np":  # or np.add
            return part
        return ast.Name(f"p{node.args[0].value}", ast.Load())


def _is_plain(node: ast.AST) -> bool:
    if isinstance(node, ast.Name):
        return node.id in _SPACE or node.id == "whole" or node.id[1:].isdigit()
    if isinstance(node, ast.Attribute):
        of_numpy = isinstance(node.value, ast.Name) and node.value.id == "np"
        return node.attr in (_NUMPY if of_numpy else _METHODS)
    if isinstance(node, ast.keyword):
        return node.arg != "out"
    return not isinstance(
        node, (ast.Lambda, ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.comprehension)
    )
