"""The detector for an exception: what it usually means, which shapes met, which name is misspelt.

Python's own message is repeated, since learning to read it is half of debugging.
"""

from __future__ import annotations

import ast
import difflib
import re

import numpy as np

from ..checker.placeholders import inner
from ..checker.runner import Raised
from .evidence import Evidence, Finding
from .observed import observe
from .words import shape_words


def raised(e: Evidence) -> Finding | None:
    """An exception: what it usually means, and where."""
    if e.failure.failed_check != "raised":
        return None
    error = e.run.raised
    fine = next((r.case.note for r in e.runs if r.raised is None), "")
    facts = {"seen": observe(e.exercise, e.run, e.right_run), "fine": fine, "line": error.line}
    if error.kind == "TypeError" and error.line is None and "argument" in error.text:
        names = [f"`{n}`" for n in e.exercise.inputs]
        return Finding("called otherwise", facts={**facts, "signature": e.exercise.signature, "names": names})
    met = _shapes_that_met(error) if error.kind == "ValueError" else {}
    if met:
        advice = "shapes of product" if met["product"] else "shapes"
        for side in ("left", "right"):
            axes = e.exercise.inputs.get(met[side], "")
            met[f"{side}_words"] = shape_words(axes, met[f"{side}_shape"]).removeprefix("shape ")
        return Finding("exception", facts={**facts, **met}, advice=advice)
    for kind, pattern, advice in MEANINGS:
        found = re.search(pattern, error.text)
        if re.fullmatch(kind, error.kind) and found:
            names = dict(zip(("first", "second"), found.groups()))
            if advice == "no attribute" and f".{names['second']}" not in error.source:
                advice = "no attribute elsewhere"  # it is asked for in a function that the line calls
            elif advice == "inhomogeneous" and (pair := re.search(r"np\.(max|min)\([\[(]", error.source)):
                names, advice = {"first": pair[1]}, "one array for two"
            if error.inside and advice in ELSEWHERE:
                advice = "elsewhere"
            elif advice == "unknown name":
                names["known"] = _where_known(names["first"], e)
                axes = {axis: f"{a}.shape" for a, spec in e.exercise.inputs.items() for axis in spec.split()}
                names["array"] = axes.get(names["first"])
                advice = (
                    "name of a module"
                    if names["known"]
                    else "name of an axis"
                    if names["array"]
                    else "import"
                    if names["first"] in OTHERS
                    else advice
                )
            return Finding("exception", facts={**facts, **names}, advice=advice)
    return Finding("exception", facts=facts, advice="unknown exception")


def misspelt(e: Evidence) -> Finding | None:
    """A name that is not known: nearly one that is, one of another library, or a comparison with one `=`."""
    error = e.run.raised
    for kind, pattern in MISSPELT:
        found = re.search(pattern, f"{error.text} {error.source}") if error and error.kind == kind else None
        if not found:
            continue
        wrong, seen = found[1], observe(e.exercise, e.run, e.right_run)
        if kind == "TypeError" and wrong in _own_names(e):
            return Finding("misspelt", facts={"seen": seen, "wrong": wrong}, advice="one = to compare")
        meant = NUMPYS_NAME.get(wrong) if kind != "NameError" else None
        if kind == "AttributeError" and wrong.endswith("_") and "ndarray" in error.text:
            meant = IN_PLACE.get(wrong, "x[...] = ...")
        if meant:
            facts = {"seen": seen, "wrong": wrong, "meant": meant}
            return Finding("misspelt", facts=facts, advice="another library")
        near = difflib.get_close_matches(wrong, _known_names(e, error), 1, 0.75)
        if near and near[0] != wrong:
            return Finding("misspelt", facts={"seen": seen, "wrong": wrong, "meant": near[0]})
    return None


def _where_known(name: str, e: Evidence) -> str:
    """A name that is not known by itself, as one of NumPy or of the course; "" for no such."""
    used = [
        key for key, value in getattr(inner(e.function), "__globals__", {}).items() if hasattr(value, name)
    ]
    return next((f"{key}.{name}" for key in ("np", "mine") if key in used), "")


ELSEWHERE = (
    "no such axis",
    "out of bounds",
    "unpack",
    "matrix product",
    "broadcast",
    "inhomogeneous",
    "index of a number",
    "too many indices",
    "one thing for many",
    "names for one thing",
    "function for a number",
    "many for one place",
)
OTHERS = ("torch", "nn", "F", "tf", "keras", "jnp", "scipy")  # packages that the course does not need
KEYWORDS = ("axis", "keepdims", "dtype", "out", "where", "initial", "size", "loc", "scale", "low", "high")
MISSPELT = (
    ("NameError", r"name '(\w+)'"),
    ("AttributeError", r"has no attribute '(\w+)'"),
    ("TypeError", r"unexpected keyword argument '(\w+)'"),
    ("TypeError", r"'(\w+)' is an invalid keyword argument"),
    ("TypeError", r"takes at least 1 positional argument \(0 given\).*\((\w+) ?=[^=]"),
)
# Names of PyTorch, and what NumPy calls the same.
NUMPYS_NAME = {
    "dim": "axis=",
    "axes": "axis=",
    "clamp": "np.clip",
    "cat": "np.concatenate",
    "mm": "@",
    "float": ".astype(float)",
    "double": ".astype(float)",
    "long": ".astype(int)",
    "unsqueeze": "[:, None]",
    "permute": "np.transpose",
    "t": ".T",
    "numel": ".size",
    "gather": "x[rows, columns]",
    "logsumexp": "np.logaddexp.reduce",
    "abs": "np.abs",
    "exp": "np.exp",
    "log": "np.log",
    "sqrt": "np.sqrt",
    "pow": "**",
    "norm": "np.linalg.norm",
}


IN_PLACE = {
    "sub_": "-",
    "add_": "+",
    "mul_": "*",
    "div_": "/",
    "zero_": "np.zeros_like",
}  # what PyTorch changes in place


def _known_names(e: Evidence, error: Raised) -> list[str]:
    """The names that may stand in the place of one that is not known."""
    if error.kind == "TypeError":
        return list(KEYWORDS)
    if error.kind == "AttributeError":
        of = (
            np.random.Generator if "Generator" in error.text else np if "numpy'" in error.text else np.ndarray
        )
        return [name for name in dir(of) if not name.startswith("_")]
    own = [*_own_names(e), *getattr(inner(e.function), "__globals__", {})]
    return [name for name in (*own, *e.exercise.inputs) if not name.startswith("_")]


def _own_names(e: Evidence) -> tuple[str, ...]:
    """The arguments and the names that the learner's function gives values to."""
    code = getattr(inner(e.function), "__code__", None)
    return code.co_varnames if code else ()


def _shapes_that_met(error: Raised) -> dict:
    """The two sides of an operation whose shapes do not fit, with their shapes."""
    shapes = dict(error.arrays)
    try:
        tree = ast.parse(error.source.rstrip(":"))
    except SyntaxError:
        return {}
    for node in ast.walk(tree):
        product = isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)
        if isinstance(node, (ast.BinOp, ast.Compare)):
            sides = [node.left, node.right if isinstance(node, ast.BinOp) else node.comparators[0]]
            left, right = (_shape(side, shapes) for side in sides)
            if (
                left is None
                or right is None
                or (_multiply(left, right) if product else _line_up(left, right))
            ):
                continue
            names = [ast.unparse(side)[:40] for side in sides]
            return {
                "left": names[0],
                "right": names[1],
                "left_shape": left,
                "right_shape": right,
                "product": product,
            }
    return {}


def _shape(node: ast.expr, shapes: dict[str, tuple]) -> tuple | None:
    """The shape of a name, of its `.T`, or of a product of them."""
    if isinstance(node, ast.Name):
        return shapes.get(node.id)
    if isinstance(node, ast.Attribute) and node.attr == "T":
        inside = _shape(node.value, shapes)
        return inside and inside[::-1]
    if isinstance(node, ast.Call):
        return _reduced_shape(node, shapes)
    if isinstance(node, ast.BinOp):
        left, right = _shape(node.left, shapes), _shape(node.right, shapes)
        if left is None or right is None:
            return None
        if isinstance(node.op, ast.MatMult):
            fits = len(left) == len(right) == 2 and left[1] == right[0]
            return (left[0], right[1]) if fits else None
        return np.broadcast_shapes(left, right) if _line_up(left, right) else None
    return None


def _reduced_shape(node: ast.Call, shapes: dict[str, tuple]) -> tuple | None:
    """The shape of `np.sum(e, axis=1)` or `e.sum(axis=1)`, where axis and keepdims are constants."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in (
        "sum",
        "mean",
        "max",
        "min",
        "argmax",
    ):
        return None
    numpys = ast.unparse(node.func.value) == "np"
    given = {k.arg: k.value.value for k in node.keywords if isinstance(k.value, ast.Constant)}
    shape = _shape(node.args[0] if numpys and node.args else node.func.value, shapes)
    if shape is None or given.get("axis") not in range(len(shape)):
        return None
    axis, kept = given["axis"], (1,) * bool(given.get("keepdims"))
    return (*shape[:axis], *kept, *shape[axis + 1 :])


def _multiply(left: tuple, right: tuple) -> bool:
    return bool(left and right) and left[-1] == right[max(len(right) - 2, 0)]


def _line_up(left: tuple, right: tuple) -> bool:
    return all(a == b or 1 in (a, b) for a, b in zip(left[::-1], right[::-1]))


MEANINGS = (
    ("UnboundLocalError", r"variable '(\w+)'", "unbound"),
    ("NameError", r"name '(\w+)'", "unknown name"),
    ("ValueError", r"broadcast together.*?(\([\d,]*\)).*?(\([\d,]*\))", "broadcast"),
    ("ValueError", r"matmul|not aligned|core dimension", "matrix product"),
    ("ValueError", r"`indices` and `arr`", "axes of indices"),
    ("ValueError", r"high - low", "low above high"),
    ("AttributeError", r"'data' .*not writable", "data"),
    ("ValueError", r"read-only", "read-only"),
    ("ValueError", r"sub-type of ndarray", "view"),
    ("ValueError", r"reshape", "reshape"),
    ("ValueError", r"unpack", "unpack"),
    ("ValueError", r"truth value", "truth value"),
    ("ValueError", r"element with a sequence\.$", "many for one place"),
    ("ValueError", r"inhomogeneous|sequence", "inhomogeneous"),
    ("ValueError", r"both or neither of x and y", "both values of where"),
    ("ValueError", r"equal division", "equal pieces"),
    ("IndexError", r"(list|tuple) index out of range", "list index"),
    ("IndexError", r"list assignment index", "list assignment"),
    ("IndexError", r"scalar variable", "index of a number"),
    ("IndexError", r"out of bounds", "out of bounds"),
    ("IndexError", r"too many indices", "too many indices"),
    ("IndexError", r"arrays used as indices|only integers", "index type"),
    ("IndexError", r"shape mismatch", "index lengths"),
    (".*AxisError", r"", "no such axis"),
    ("ZeroDivisionError", r"", "division by 0"),
    ("RecursionError", r"", "recursion"),
    ("AttributeError", r"'NoneType'", "is None"),
    ("AttributeError", r"'(\w+)' object has no attribute '(\w+)'", "no attribute"),
    ("TypeError", r"NoneType", "is None"),
    ("TypeError", r"not supported between instances of '(\w+)' and '(\w+)'", "not comparable"),
    ("TypeError", r"operand type.*'(?:numpy\.ufunc|type|function|method)'", "function for a number"),
    ("TypeError", r"sequence by non-int|can only concatenate|operand.*'(?:list|tuple)'", "list arithmetic"),
    ("TypeError", r"as an integer", "float for a count"),
    ("TypeError", r"unpack non-iterable", "names for one thing"),
    ("TypeError", r"object is not iterable", "one thing for many"),
    ("TypeError", r"'tuple' object does not support item", "tuple entry"),
    ("TypeError", r"not subscriptable", "index of a number"),
    ("TypeError", r"Generator' object is not callable", "generator called"),
    ("TypeError", r"dtype.* object is not callable", "dtype called"),
    ("TypeError", r"not callable", "not callable"),
    ("TypeError", r"scalar|only.*(?:length|size|0-dim)", "one number needed"),
    ("TypeError", r"^(maximum|minimum)\(\) takes from 2", "two to compare"),
    ("TypeError", r"argument", "other arguments"),
    (".*UFunc.*|.*CastingError", r"", "whole numbers cannot hold it"),
    ("KeyError", r"", "no such key"),
    ("AssertionError", r"", "assertion"),
    ("MemoryError", r"", "memory"),
    ("SystemExit|KeyboardInterrupt", r"", "ended the program"),
    ("FloatingPointError", r"", "floating point"),
    ("ModuleNotFoundError|ImportError", r"", "import"),
)
