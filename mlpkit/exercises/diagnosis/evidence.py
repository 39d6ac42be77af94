"""What was seen of a wrong function, and what was found out about it: Evidence in, Finding out.

An Evidence is one view: a part of the answer, the steps that it takes, or the place where it goes wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from ..checker.answers import Leaf, leaves
from ..checker.compare import Comparison, Failure, comparisons_of, first_failure, wrong_values
from ..checker.runner import CaseRun, output_of
from ..spec import Exercise
from .words import leaf_name


class Finding(NamedTuple):
    """Something true about a wrong answer, without a sentence.

    code: str, what kind of thing, such as "scaled"; `render` has one template for each
    part: str, which part of the answer, such as "`dweights` of layer [1]"
    case: str, the note of the case that it was seen on
    facts: plain numbers and names; "seen", "also" are Findings, "scope" is a Scope
    advice: str, name of an advice in advice.py, or the exercise's own sentences
    """

    code: str
    part: str = ""
    case: str = ""
    facts: Mapping[str, Any] = MappingProxyType({})
    advice: str = ""

    def add(self, **facts: Any) -> Finding:
        """The same finding with further facts."""
        return self._replace(facts={**self.facts, **facts})


class Scope(NamedTuple):
    """Which parts, places and cases are right, and which are not; empty where there is nothing to tell."""

    right_parts: list[str]
    wrong_parts: list[str]
    right_places: list[str]
    wrong_places: list[str]
    pattern: str
    right_case: str
    wrong_case: str


class Evidence(NamedTuple):
    """One view of what was seen.

    runs, expected: what the learner's function and the model solution did on every case
    failure: the first check that fails
    part: str, name of the part of the answer; comparisons: its arrays, those of all cases or of some
    view: "part" (all arrays), "step" (how far they moved), "start" (where it goes wrong), "first" or "case"
    function: the learner's, or None
    """

    exercise: Exercise
    runs: list[CaseRun]
    expected: list[CaseRun]
    failure: Failure
    part: str = ""
    comparisons: tuple[Comparison, ...] = ()
    view: str = "part"
    function: Callable | None = None

    @property
    def wrong(self) -> list[Comparison]:
        """The arrays whose numbers are wrong."""
        return [c for c in self.comparisons if wrong_values(c, self.exercise)]

    @property
    def bad(self) -> list[Comparison]:
        """The wrong arrays; of a run of steps only the first, since the later ones follow from it."""
        first: dict[tuple, Comparison] = {}
        for c in self.wrong:
            first.setdefault((c.at, None if self.runs[c.at].case.steps else c.leaf.index), c)
        return list(first.values())

    @property
    def run(self) -> CaseRun:
        """What the function did on the case that fails first."""
        return self.runs[self.failure.at]

    @property
    def right_run(self) -> CaseRun:
        """What the model solution did there."""
        return self.expected[self.failure.at]

    def note(self, comparison: Comparison) -> str:
        """The case of an array, in words."""
        return self.runs[comparison.at].case.note

    def title(self, bad: list[Comparison]) -> str:
        """What wrong arrays are called together; where some layers are right, which of them is meant."""
        leaf = bad[0].leaf
        name = leaf_name(leaf._replace(index=None), self.exercise)
        if leaf.index is None or any(self.runs[c.at].case.steps for c in bad) or self._is_all_of_part(bad):
            return name
        one = len({c.leaf.index for c in bad}) == 1
        return leaf_name(leaf, self.exercise) if one else f"{name}, where it first goes wrong,"

    def _is_all_of_part(self, bad: list[Comparison]) -> bool:
        name = bad[0].leaf.name.removeprefix("step of ")
        every = {
            (c.at, leaf.index)
            for c in bad
            for leaf in leaves(self.runs[c.at].value, output_of(self.exercise, self.runs[c.at].case))
            if leaf.name == name
        }
        return {(c.at, c.leaf.index) for c in bad} == every


def gather(
    exercise: Exercise, runs: list[CaseRun], expected: list[CaseRun], function: Callable | None = None
) -> Evidence | None:
    """Everything that was seen of a function, or None when nothing is wrong with it.

    runs: of the learner's function; expected: of the model solution
    """
    failure = first_failure(exercise, runs, expected)
    return failure and Evidence(exercise, runs, expected, failure, function=function)


def compare_all(e: Evidence) -> list[Comparison]:
    """Every array of every case beside the right one."""
    pairs = enumerate(zip(e.runs, e.expected))
    return [c for at, (run, expected) in pairs for c in comparisons_of(e.exercise, run, expected, at)]


def wrong_part(e: Evidence) -> Evidence:
    """The view of the first part that is wrong; what moves by a step comes last: it follows."""
    every = compare_all(e)
    bad = [c for c in every if wrong_values(c, e.exercise)]
    name = next((c for c in bad if c.leaf.name not in e.exercise.updates), bad[0]).leaf.name
    return e._replace(part=name, comparisons=tuple(c for c in every if c.leaf.name == name))


def views_of(part: Evidence) -> list[Evidence]:
    """A part of the answer, and what else of it may be easier to explain than the whole."""
    views, steps, start = [part], updates_of(part), where_it_starts(part)
    if steps.comparisons:
        return [part, steps]
    if len(start.comparisons) < len(part.comparisons):
        views.append(start)
    at = dict.fromkeys(c.at for c in part.comparisons if c.leaf.index is not None)
    first = [next(c for c in part.comparisons if c.at == i) for i in at]
    lists = part.exercise.list_item != "step" and len(part.comparisons) > len(part.runs) and first
    if lists and all(wrong_values(c, part.exercise) for c in first):  # the others may follow from the first
        views.append(part._replace(comparisons=tuple(first), view="first"))
    return views


def where_it_starts(part: Evidence) -> Evidence:
    """Of each case the arrays where the fault begins: the first wrong step, the layer beside right ones."""
    found: list[Comparison] = []
    for at in dict.fromkeys(c.at for c in part.comparisons):
        here = [c for c in part.comparisons if c.at == at]
        wrong = [wrong_values(c, part.exercise) for c in here]
        bad = [c for c, w in zip(here, wrong) if w]
        if part.expected[at].case.steps:
            bad = bad[:1]
        elif bad and not all(wrong) and here[0].leaf.index is not None:
            bad = bad[-1:] if not wrong[-1] else bad[:1]
        found += bad
    return part._replace(comparisons=tuple(found), view="start")


def updates_of(part: Evidence) -> Evidence:
    """For a part that is an argument and a step: the first wrong steps alone.

    A parameter after a small step looks nearly right whatever the step was.
    """
    found: list[Comparison] = []
    for c in where_it_starts(part).comparisons:
        old = start_of(part, c)
        if old is not None and old.shape == c.got.shape:
            index = None if part.expected[c.at].case.steps else c.leaf.index
            leaf = Leaf(f"step of {c.leaf.name}", index, c.leaf.spec, c.got - old)
            found.append(Comparison(c.at, leaf, c.expected - old))
    return part._replace(part=f"step of {part.part}", comparisons=tuple(found), view="step")


def start_of(e: Evidence, c: Comparison) -> np.ndarray | None:
    """Where a step starts from; None for parts that do not move."""
    if c.leaf.name not in e.exercise.updates:
        return None
    arg = args_at(e, c)[0]
    if isinstance(arg, np.ndarray):
        return arg
    return arg[c.leaf.index][list(e.exercise.output[0]).index(c.leaf.name)]


def args_at(e: Evidence, c: Comparison) -> tuple:
    """The arguments of a call, or of one call in a run of steps that went right until then."""
    expected = e.expected[c.at]
    case, args = expected.case, expected.case.args
    for i in range(c.leaf.index + 1 if case.steps and c.leaf.index is not None else 0):
        if i:
            parts = dict(zip(e.exercise.output, expected.value[i - 1]))
            args = tuple(
                next((parts[n] for n, at in case.feedback.items() if at == k), a) for k, a in enumerate(args)
            )
        args = case.schedule_args(i, args) if case.schedule_args else args
    return args


def joined(bad: list[Comparison]) -> tuple[np.ndarray, np.ndarray]:
    """All numbers of several arrays in one row: (got, expected), as floats."""
    got, expected = ([np.ravel(x) for x in xs] for xs in ([c.got for c in bad], [c.expected for c in bad]))
    return np.concatenate(got).astype(float), np.concatenate(expected).astype(float)


def wrong_cases(e: Evidence) -> list[int]:
    """The cases in which a part is wrong."""
    return list(dict.fromkeys(c.at for c in e.comparisons if wrong_values(c, e.exercise)))
