"""What a call of one of the course's functions got that this function cannot use.

The exercise of that name says which axes each argument has, and its first case what kind of value it is.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

import numpy as np

from ..catalog import exercises
from .words import shape_words, shortened


def unfit_argument(text: str, values: Mapping[str, object]) -> str:
    """The argument that does not fit, or two that do not fit together.

    text: the source of a call, such as "mine.backward(layers, entered, loss)"
    values: of its arguments, by their source
    returns: str, two clauses; "" where every argument fits or nothing is known of it
    """
    try:
        call = ast.parse(text, mode="eval").body
    except SyntaxError:
        return ""
    if not isinstance(call, ast.Call) or not ast.unparse(call.func).startswith("mine."):
        return _number_for_array(call, values)
    exercise = exercises().get(ast.unparse(call.func).removeprefix("mine."))
    if exercise is None:
        return ""
    names, met = list(exercise.inputs), {}
    given = dict(zip(names, call.args)) | {k.arg: k.value for k in call.keywords if k.arg in names}
    for name, node in given.items():
        source = ast.get_source_segment(text, node) or ""
        if not isinstance(node, ast.Constant) and source not in values:
            continue
        value = node.value if isinstance(node, ast.Constant) else values[source]
        example, axes = exercise.cases[0].args[names.index(name)], exercise.inputs[name]
        shape = np.shape(value) if isinstance(value, np.ndarray) else None
        if _kind(value) != _kind(example) or (axes and shape is not None and len(shape) != len(axes.split())):
            needed = _words(example, axes) if source == name else f"`{name}`, {_words(example, axes)},"
            return f"`{shortened(source)}` is {_words(value)}, but {needed} is needed there"
        for axis, size in zip(axes.split(), shape or ()):
            own = f"`{shortened(source)}` is {shape_words(axes, shape)}"
            other_size, other = met.setdefault(axis, (size, own))
            if size != other_size:
                return f"{other}, but {own}"
    return ""


def _number_for_array(call: ast.expr, values: Mapping[str, object]) -> str:
    """One number given to a function that is itself an argument, as `f(x[i] + eps)`."""
    own = isinstance(call, ast.Call) and ast.unparse(call.func) == "f" and len(call.args) == 1
    source = ast.unparse(call.args[0]) if own else ""
    number = source in values and _kind(values[source]) == "number"
    return f"`{shortened(source)}` is one number, but `f` needs a whole array" if number else ""


def _kind(value: object) -> str:
    if isinstance(value, np.ndarray) and value.ndim:
        return "array"
    if isinstance(value, (int, float, np.generic, np.ndarray)):
        return "number"
    return "list" if isinstance(value, (list, tuple)) else type(value).__name__


def _words(value: object, axes: str = "") -> str:
    """A kind of value: of what came with its own size, of what is needed with the names of its axes."""
    kind = _kind(value)
    if kind == "array":
        return f"an array ({axes.replace(' ', ', ')})" if axes else f"an array of shape {value.shape}"
    return "one number" if kind == "number" else f"a {type(value).__name__}"
