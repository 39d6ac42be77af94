"""The statement of a learner's function that a finding speaks of, where the trace points at no expression.

It is read from the source: the write into an input, the loop that makes the parts, the line that returns.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from ..checker.runner import CaseRun
from .evidence import Finding
from .statement_place import StatementPlace, place_at, where_in
from .trace import Trace
from .trace_source import helpers_of, source_of_function

_RETURNED = ("type", "part off", "parts swapped", "one part alone", "not a tuple", "lists apart",
             "flat list", "dtype", "axis too many", "rearranged", "other axes", "one for all")  # fmt: skip
_COUNTED = ("count off", "numbers off", "endless", "one number of many", "combination", "same where wrong",
            "input where wrong", "zeros")  # fmt: skip
_PARTS = (
    "type",
    "part off",
    "flat list",
    "one for all",
    "axis lost",
    "axis too many",
    "rearranged",
    "other axes",
)
_OTHER_AXES = ("axis lost", "other axes")
_BLANK = ("zeros", "zeros_like")
_DRAWN = ("property broken", "off by one", "transposed shape", "axis lost")
_VIEWS = ("reshape", "ravel", "view", "squeeze", "transpose", "swapaxes", "asarray", "atleast_2d", "list",
          "reversed")  # fmt: skip
_WRITES = ("shuffle", "sort", "fill", "reverse", "append", "extend", "insert", "pop", "put", "copyto",
           "partition", "clear")  # fmt: skip
Helpers = dict[str, ast.FunctionDef]
_LOOPS = (ast.For, ast.While, ast.ListComp, ast.GeneratorExp, ast.DictComp)


def place_of_statement(
    function: Callable, run: CaseRun, finding: Finding, traced: tuple[str, Trace] | None = None
) -> StatementPlace | None:
    """The statement that a finding speaks of.

    run: on the case that fails first
    traced: a case in words and a run of the function on it, for the values to show
    returns: StatementPlace, or None where the source does not say it for certain
    """
    source = source_of_function(function)
    if source is None:
        return None
    line = line_of_trap(finding)
    kind, node = (
        ("", _on_line(source.node, line))
        if line
        else _statement(source.node, run, finding, helpers_of(function))
    )
    if node is None:
        return None
    return place_at(function, node, kind, *(traced or (run.case.note, Trace(source))))


def only_while(function: Callable) -> tuple[int, int, str] | None:
    """The one `while` of a function that does not end: (line, column, source), or None."""
    source = source_of_function(function)
    found = [n for n in _own(source.node) if isinstance(n, ast.While)] if source else []
    if len(found) != 1:
        return None
    return where_in(function, found[0])


def line_of_trap(finding: Finding) -> int:
    """The line of the function that a finding names itself, 0 if it names none."""
    trap = finding.facts.get("not_kept", finding)
    named = trap.code.startswith("trap ") and trap.code != "trap unused argument"
    return trap.facts["line"] if named else 0


def _statement(tree: ast.AST, run: CaseRun, finding: Finding, helpers: Helpers) -> tuple[str, ast.AST | None]:
    """What is said of a statement ("" for nothing), and the statement."""
    if run.raised is not None:
        other = getattr(finding.facts.get("seen"), "case", run.case.note) != run.case.note
        return "", None if other else _raised(tree, run)
    if finding.code == "inputs changed" or getattr(finding.facts.get("seen"), "code", "") == "changed":
        return "changes", first_write(tree, set(run.changed), helpers)
    if finding.code == "returned":
        return "last", None if _answers(tree) else _last(tree)
    if finding.code in _RETURNED:
        found = _answers(tree)
        apart = finding.code == "flat list" and not any(isinstance(n, ast.Return) for n in found)
        return "returns", _made(tree, found[0], finding) if len(found) == 1 or (found and apart) else None
    blank = [n for n in _answers(tree) if isinstance(n, ast.Return) and _called(n.value) in _BLANK]
    if finding.code == "zeros" and len(blank) == 1:
        return "returns", blank[0]
    stored = [n for n in _own(tree) if isinstance(n, (ast.Assign, ast.AugAssign)) and _into_part(n)]
    if finding.code == "zeros" and len(stored) == 1:
        return "stores", stored[0]
    again = _second_put(tree) if finding.code in ("count off", "numbers off") else None
    if again is not None:
        return "again", again
    left_out = finding.code == "as if" and finding.facts["as_if"].endswith("left out")
    empty_rows = finding.code == "rows sum" and finding.facts["low"] == 0
    if finding.code in _COUNTED or left_out or empty_rows:
        found = [n for n in _own(tree) if isinstance(n, _LOOPS)]
        outer = [n for n in found if not any(n is not m and n in ast.walk(m) for m in found)]
        return "loop", outer[0] if len(outer) == 1 else None
    if finding.code == "opposite order":
        found = [n for n in _own(tree) if _turns_round(n)]
        return "order", found[0] if len(found) == 1 else None
    if finding.code == "function" and "whole numbers" in finding.facts["is"]:
        found = [n for n in _own(tree) if isinstance(n, ast.Call) and _of_whole_numbers(n)]
        return "whole", found[0] if len(found) == 1 else None
    if finding.code in _DRAWN and not any(a.arg == "images" for a in tree.args.args):
        found = [n for n in _own(tree) if isinstance(n, ast.Call) and ast.unparse(n.func).startswith("rng.")]
        branches = any(isinstance(n, (ast.If, ast.IfExp)) for n in _own(tree))  # the fault may be in another
        if found:
            return "draw", found[0] if len(found) == 1 and not branches else None
    found = _answers(tree) if finding.code in _OTHER_AXES else []
    return "answer" * bool(found), _made(tree, found[0], finding) if len(found) == 1 else None


def _into_part(node: ast.Assign | ast.AugAssign) -> bool:
    """Whether a statement of a loop adds to something, or writes into a part of it."""
    target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
    return isinstance(target, ast.Subscript) and not isinstance(target.slice, (ast.Constant, ast.UnaryOp))


def _second_put(tree: ast.AST) -> ast.AST | None:
    """The second of two statements in one loop that append to the same list."""
    for loop in (n for n in _own(tree) if isinstance(n, ast.For)):
        puts = [n for n in loop.body if isinstance(n, ast.Expr) and _called(n.value) == "append"]
        if len(puts) == 2 and len({ast.unparse(n.value.func.value) for n in puts}) == 1:
            return puts[1]
    return None


def _made(tree: ast.AST, answer: ast.AST, finding: Finding) -> ast.AST | None:
    """Where a part of the answer that has a name is set or put into a list, else the line of the answer."""
    part = finding.part.partition("`")[2].partition("`")[0].partition("[")[0]
    whole = [n.id for n in getattr(answer.value, "elts", [answer.value]) if isinstance(n, ast.Name)]
    if finding.code not in _PARTS or finding.part == "the result":
        return answer
    nodes = list(_own(tree))
    named = [n for n in nodes if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == part]
    name = part if part in whole else whole[0] if len(whole) == 1 else ""
    puts = [n for n in nodes if isinstance(n, ast.Expr) and _called(n.value) in ("append", "insert")]
    puts = [n for n in puts if ast.unparse(n.value.func.value) == name]
    made = puts if part in whole or not named else named
    if not made and finding.code in _OTHER_AXES and 1 < len(whole) == len(getattr(answer.value, "elts", ())):
        return None  # it only names the parts
    return made[0] if len(made) == 1 or (made and finding.code == "flat list") else None if made else answer


def _turns_round(node: ast.AST) -> bool:
    """Whether it makes or reads a list from its end: `x.insert(0, a)`, `reversed(x)`, `x[::-1]`."""
    if isinstance(node, ast.Call):
        first = ast.unparse(node.args[0]) if node.args else ""
        return (_called(node) == "insert" and first == "0") or ast.unparse(node.func) == "reversed"
    return isinstance(node, ast.Subscript) and ast.unparse(node.slice) == "::-1"


def _called(node: ast.AST | None) -> str:
    return node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""


def _of_whole_numbers(node: ast.Call) -> bool:
    """Whether a call makes an array of whole numbers: `np.zeros(3, dtype=int)`, `x.astype(int)`."""
    types = [k.value for k in node.keywords if k.arg == "dtype"]
    types += node.args[:1] if _called(node) == "astype" else []
    return any(ast.unparse(t) in ("int", "np.int64", "np.int32", "np.uint8") for t in types)


def _last(tree: ast.AST) -> ast.AST:
    """The last simple statement of a function, inside its last loop or `if`."""
    node = tree
    while isinstance(node, (ast.FunctionDef, ast.For, ast.While, ast.If, ast.With)):
        node = (getattr(node, "orelse", None) or node.body)[-1]
    return node


def _raised(tree: ast.AST, run: CaseRun) -> ast.AST | None:
    """The statement on the line that raised."""
    return _on_line(tree, run.raised.line) if run.raised.line else None


def _on_line(tree: ast.AST, line: int) -> ast.AST | None:
    """The smallest statement on a line of the function, counted from 1."""
    first = min([tree.lineno, *(d.lineno for d in getattr(tree, "decorator_list", ()))])
    line += first - 1
    found = [
        n
        for n in ast.walk(tree)
        if isinstance(n, ast.stmt) and n is not tree and n.lineno <= line <= n.end_lineno
    ]
    return max(found, key=lambda n: (n.lineno, -n.end_lineno), default=None)


def _answers(tree: ast.AST) -> list[ast.AST]:
    """The expressions whose values a function returns or yields."""
    if isinstance(tree, ast.Lambda):
        return [tree.body]
    kinds = (ast.Return, ast.Yield, ast.YieldFrom)
    return [n for n in _own(tree) if isinstance(n, kinds) and n.value is not None]


def _own(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions inside it, in the order of the source."""
    for node in ast.iter_child_nodes(tree):
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            yield from _own(node)


def first_write(tree: ast.AST, changed: set[str], helpers: Helpers) -> ast.AST | None:
    """The first statement that writes into one of these arguments, or into a view or a part of one.

    changed: names of arguments; helpers: functions that it may call, by their names
    """
    return _write(tree.body, set(changed), helpers) if isinstance(tree, ast.FunctionDef) else None


def _write(statements: Iterable[ast.stmt], names: set[str], helpers: Helpers) -> ast.AST | None:
    """The first write; `names` are those that mean an argument, and change as the statements go on."""
    for node in statements:
        if _writes(node, names, helpers):
            return node
        if isinstance(node, ast.Assign):
            for target in node.targets:
                _rename(target, node.value, names)
        elif isinstance(node, ast.For):
            _rename_each(node.target, node.iter, names)
        for block in ("body", "orelse"):
            found = _write(getattr(node, block, []), names, helpers)
            if found is not None:
                return found
    return None


def _writes(node: ast.stmt, names: set[str], helpers: Helpers) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    flat = [t for target in targets for t in (target.elts if isinstance(target, ast.Tuple) else [target])]
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id in names:
        return True
    if isinstance(node, (ast.Assign, ast.AugAssign)) and any(
        isinstance(t, (ast.Subscript, ast.Attribute)) and _base(t) in names for t in flat
    ):
        return True
    whole = isinstance(node, (ast.Expr, ast.Assign, ast.Return))
    return whole and any(_call_writes(n, names, helpers) for n in ast.walk(node) if isinstance(n, ast.Call))


def _call_writes(node: ast.Call, names: set[str], helpers: Helpers) -> bool:
    helper = helpers.get(node.func.id) if isinstance(node.func, ast.Name) else None
    if helper is not None:
        given = {own.arg for own, value in zip(helper.args.args, node.args) if _base(value) in names}
        return first_write(helper, given, {}) is not None
    if any(k.arg == "out" and _base(k.value) in names for k in node.keywords):
        return True
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in _WRITES:
        return False
    first = node.args[0] if node.args else None
    given = node.func.attr in ("shuffle", "put", "copyto") and first is not None
    return _base(first if given else node.func.value) in names


def _base(node: ast.AST) -> str:
    """The name that an expression is a part or a view of, "" if it is something new."""
    while True:
        if isinstance(node, (ast.Subscript, ast.Attribute, ast.Starred)):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _VIEWS:
            module = isinstance(node.func.value, ast.Name) and node.func.value.id == "np"
            if module and not node.args:
                return ""
            node = node.args[0] if module else node.func.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            if node.func.id not in _VIEWS:
                return ""
            node = node.args[0]
        else:
            return node.id if isinstance(node, ast.Name) else ""


def _rename(target: ast.expr, value: ast.expr, names: set[str]) -> None:
    """After `target = value`, which names mean an argument."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, other in zip(target.elts, value.elts):
            _rename(one, other, names)
        return
    own = _base(value) in names
    for name in (n.id for n in ast.walk(target) if isinstance(n, ast.Name)):
        (names.add if own else names.discard)(name)


def _rename_each(target: ast.expr, values: ast.expr, names: set[str]) -> None:
    """After `for target in values`, which names mean a part of an argument."""
    call = values.func.id if isinstance(values, ast.Call) and isinstance(values.func, ast.Name) else ""
    pair = isinstance(target, ast.Tuple)
    if call == "zip" and pair and len(target.elts) == len(values.args):
        for one, other in zip(target.elts, values.args):
            _rename(one, other, names)
    elif call == "enumerate" and pair and len(target.elts) == 2 and values.args:
        _rename_each(target.elts[1], values.args[0], names)
    elif call in ("reversed", "list") and values.args:
        _rename_each(target, values.args[0], names)
    else:
        _rename(target, values, names)
