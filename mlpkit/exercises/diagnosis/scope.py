"""Which parts, places and cases of an answer are right, and which are not.

Something is called right only if it is right in every case.
"""

from __future__ import annotations

from ..checker.compare import Comparison, wrong_values
from .evidence import Evidence, Scope, compare_all
from .words import item_name, leaf_name


def scope_of(part: Evidence) -> Scope:
    """What is right beside the first wrong part."""
    e, every = part, compare_all(part)
    wrong = [c for c in every if wrong_values(c, e.exercise)]
    names = list(dict.fromkeys(c.leaf.name for c in every))
    bad = [n for n in names if any(c.leaf.name == n for c in wrong)]
    some_right = len(names) > 1 and (len(bad) < len(names) or len(names) == 2)
    parts = [f"`{n}`" for n in names if n not in bad], [f"`{n}`" for n in bad]
    first = part.wrong[0]
    fine = next((at for at in range(len(e.runs)) if not any(c.at == at for c in wrong)), None)
    cases = ("", "") if fine is None else (e.runs[fine].case.note, e.note(first))
    return Scope(*(parts if some_right else ([], [])), *_places(e, every, bad), *cases)


def _places(e: Evidence, every: list[Comparison], bad_parts: list[str]) -> tuple[list[str], list[str], str]:
    """Which layers, steps or batches of the wrong part are right: (right, wrong, pattern)."""
    lists = [c for c in every if c.leaf.index is not None]
    wrong = {(c.leaf.name, c.leaf.index) for c in lists if wrong_values(c, e.exercise)}
    mine = [c for c in lists if c.leaf.name == e.part]
    alike = len({frozenset(i for n, i in wrong if n == name) for name in bad_parts}) == 1
    for at in dict.fromkeys(c.at for c in mine if wrong_values(c, e.exercise)):
        here = [c for c in mine if c.at == at]
        bad = [i for i, c in enumerate(here) if (c.leaf.name, c.leaf.index) in wrong]
        if not bad or len(bad) == len(here):
            continue
        words = [
            item_name(e.exercise, c.leaf.name, c.leaf.index) if alike else leaf_name(c.leaf, e.exercise)
            for c in here
        ]
        right = [w for i, w in enumerate(words) if i not in bad]
        return right, [words[i] for i in bad], _pattern(bad, len(here))
    return _from_the_end(e, lists)


def _pattern(bad: list[int], count: int) -> str:
    if bad == list(range(bad[0], count)):
        return "from" if len(bad) > 1 else "last"
    return "only last" if bad == list(range(count - 1)) else "some"


def _from_the_end(e: Evidence, lists: list[Comparison]) -> tuple[list[str], list[str], str]:
    """Lists of several lengths in which only the last item is wrong, or only the last is right."""
    lengths: dict[int, int] = {}
    for c in lists:
        lengths[c.at] = max(lengths.get(c.at, 0), c.leaf.index + 1)
    ends = {
        (c.leaf.index == lengths[c.at] - 1, wrong_values(c, e.exercise)) for c in lists if lengths[c.at] > 1
    }
    item = e.exercise.list_item
    if ends == {(True, True), (False, False)}:
        return [], [item], "last wrong"
    return ([item], [], "last right") if ends == {(True, False), (False, True)} else ([], [], "")
