"""What a class's work comes to: by learner, lesson, exercise and patient, with the mistakes that were met.

Every table of the report is made here, once; `render` writes them down in four ways.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from ..catalog import TOPICS, exercises
from ..checker.result import INCORRECT, NOT_ATTEMPTED, PASSED, TOO_SLOW
from .sources import Answer, Case, Found, Said, Unread

LESSONS = dict(zip(TOPICS, ("00", "01", "02", "03", "04", "05", "06", "07", "10")))
LEARNERS = ("learner", "passed", "wrong", "tries", "hints", "answers right", "look at")
EXERCISES = ("exercise", "passed", "wrong", TOO_SLOW, "not yet", "tries", "hints", "mistakes met (how often)")


class Row(NamedTuple):
    """One learner, one exercise; `mistake` is the last one while it is still wrong.

    program: a hash of the function that passed; two learners with the same one have the same function but
    for names and layout
    """

    learner: str
    topic: str
    exercise: str
    outcome: str
    attempts: int
    hints: int
    forwards: bool
    mistake: str
    sources: str
    mistakes: tuple[str, ...] = ()
    solution: bool = False
    program: str = ""


class ClassWork(NamedTuple):
    """All that is known of a class."""

    learners: list[str]
    rows: list[Row]
    answers: list[Answer]
    cases: list[Case]
    unread: list[Unread]


class Count(NamedTuple):
    """What some rows come to."""

    passed: int
    wrong: int
    slow: int
    waiting: int
    attempts: int
    hints: int
    mistakes: Counter


class Table(NamedTuple):
    """One table of the report: its title, the heads of its columns, and its lines."""

    title: str
    head: tuple[str, ...]
    lines: list[tuple]


def class_work(learners: list[str], found: list[Said], unread: list[Unread]) -> ClassWork:
    """Bring together what all files say.

    learners: list of str, as they are shown
    returns: ClassWork, with a row for every learner and exercise
    """
    groups: dict[tuple[str, str], list[Found]] = {}
    cases: dict[tuple[str, str], Case] = {}
    for said in found:
        if isinstance(said, Found):
            groups.setdefault((said.learner, said.exercise), []).append(said)
        elif isinstance(said, Case):
            key = (said.learner, said.patient)
            cases[key] = _merged_case(cases.get(key, said), said)
    rows = [
        _row(learner, name, groups.get((learner, name), [])) for learner in learners for name in exercises()
    ]
    answers = list(dict.fromkeys(said for said in found if isinstance(said, Answer)))  # a copy counts once
    return ClassWork(learners, rows, answers, list(cases.values()), unread)


def tables(work: ClassWork) -> list[Table]:
    """The tables of the report, in their order; one that would be empty is left out.

    returns: list of Table
    """
    groups = grouped(work.rows, "learner").items()
    unread = [(unread.path, unread.why) for unread in work.unread]
    all_tables = [
        Table("Learners", LEARNERS, [_learner_line(work, learner, rows) for learner, rows in groups]),
        Table("Where the class stands, in learners", ("lesson", "passed all", "on the way", "not begun"),
              _lessons(work)),
        Table("Exercises", EXERCISES, _exercises(work)),
        Table("Mistakes that were met", ("exercise", "mistake", "learners", "times", "what they were told"),
              _mistakes(work)),
        Table("Clinic", ("patient", "seen", "diagnosed", "cured", "diagnoses (how often)"), _clinic(work)),
        Table("Questions most often answered wrongly", ("question", "kind", "wrong", "answered"),
              _hardest(work)),
        Table("Not read", ("file", "why"), unread),
    ]  # fmt: skip
    return [table for table in all_tables if table.lines]


def count(rows: Iterable[Row]) -> Count:
    """Add rows up.

    rows: Rows, of a learner, an exercise or a class
    returns: Count; `mistakes` holds how often each was met
    """
    rows = list(rows)
    outcomes = Counter(row.outcome for row in rows)
    return Count(
        outcomes[PASSED], outcomes[INCORRECT], outcomes[TOO_SLOW], outcomes[NOT_ATTEMPTED],
        sum(row.attempts for row in rows), sum(row.hints for row in rows),
        Counter(mistake for row in rows for mistake in row.mistakes),
    )  # fmt: skip


def grouped(rows: Iterable, field: str) -> dict[str, list]:
    """Rows (or cases) by one of their fields, in the order in which they come.

    returns: dict, name to list of rows
    """
    groups: dict[str, list] = {}
    for row in rows:
        groups.setdefault(getattr(row, field), []).append(row)
    return groups


def met(mistakes: Counter, most: int = 4) -> str:
    """Mistakes and how often each was met, the most frequent first: "axis-0 (3), no-shift"."""
    return ", ".join(f"{name} ({n})" if n > 1 else name for name, n in mistakes.most_common(most))


def remarks(work: ClassWork, learner: str, rows: list[Row]) -> str:
    """What a teacher looks at first: passes that hand the work on, what is still wrong, what was not read.

    rows: the learner's
    returns: str
    """
    said = [f"{row.exercise} forwards" for row in rows if row.forwards]
    wrong = [row for row in rows if row.outcome == INCORRECT]
    said += [f"{row.exercise} ({row.mistake})" if row.mistake else row.exercise for row in wrong]
    said += [f"{row.exercise} ({TOO_SLOW})" for row in rows if row.outcome == TOO_SLOW]
    missing = [unread for unread in work.unread if unread.learner == learner]
    if len(missing) == 1:
        said.append(f"not read: {missing[0].path.rpartition('/')[2]} ({missing[0].why})")
    elif missing:
        said.append(f"not read: {len(missing)} files")
    return ", ".join(said)


def _row(learner: str, name: str, found: list[Found]) -> Row:
    """What all files together say of one learner's exercise: the best outcome, the highest counts."""
    outcomes = {f.outcome for f in found}
    outcome = next((o for o in (PASSED, INCORRECT, TOO_SLOW) if o in outcomes), NOT_ATTEMPTED)
    passes = [f for f in found if f.outcome == PASSED and (f.attempts or len(found) == 1)]
    last = next((f.mistakes[-1] for f in reversed(found) if f.mistakes), "")
    programs = [f.program for f in found if f.program]
    return Row(
        learner, exercises()[name].topic, name, outcome,
        max((f.attempts for f in found), default=0), max((f.hints for f in found), default=0),
        bool(passes) and all(f.forwards for f in passes), last if outcome != PASSED else "",
        " ".join(dict.fromkeys(f.source for f in found)),
        max((f.mistakes for f in found), key=len, default=()),
        any(f.solution for f in found), programs[-1] if programs else "",
    )  # fmt: skip


def _merged_case(one: Case, other: Case) -> Case:
    """One learner's patient in two files: an older copy takes nothing away."""
    diagnoses = max(one.diagnoses, other.diagnoses, key=len)
    return Case(one.learner, one.patient, one.right or other.right, one.cured or other.cured, diagnoses)


def _learner_line(work: ClassWork, learner: str, rows: list[Row]) -> tuple:
    c = count(rows)
    answers = [answer.right for answer in work.answers if answer.learner == learner]
    right = f"{sum(answers)}/{len(answers)}" if answers else "-"
    passed = f"{c.passed}/{len(rows)}"
    return learner, passed, c.wrong, c.attempts, c.hints, right, remarks(work, learner, rows)


def _lessons(work: ClassWork) -> list[tuple]:
    lines = []
    for topic, rows in grouped(work.rows, "topic").items():
        counts = [count(mine) for mine in grouped(rows, "learner").values()]
        whole = sum(not (c.wrong or c.slow or c.waiting) for c in counts)
        begun = sum(bool(c.passed or c.wrong or c.slow) for c in counts) - whole
        name = f"{LESSONS.get(topic, '')} {TOPICS.get(topic, topic)}"
        lines.append((name, whole, begun, len(counts) - whole - begun))
    return lines


def _exercises(work: ClassWork) -> list[tuple]:
    counts = {name: count(rows) for name, rows in grouped(work.rows, "exercise").items()}
    return [
        (name, c.passed, c.wrong, c.slow, c.waiting, c.attempts, c.hints, met(c.mistakes))
        for name, c in counts.items()
    ]


def _mistakes(work: ClassWork) -> list[tuple]:
    """Every mistake that was met, with how many met it and what they were told."""
    learners: Counter = Counter()
    times: Counter = Counter()
    for row in work.rows:
        learners.update((row.exercise, name) for name in set(row.mistakes))
        times.update((row.exercise, name) for name in row.mistakes)
    told = {(e.name, m.name): m.message for e in exercises().values() for m in e.mistakes}
    return [(*key, learners[key], n, told.get(key, "")) for key, n in times.most_common()]


def _clinic(work: ClassWork) -> list[tuple]:
    return [
        (name, len(cases), sum(c.right for c in cases), sum(c.cured for c in cases),
         met(Counter(d for c in cases for d in c.diagnoses)))
        for name, cases in grouped(work.cases, "patient").items()
    ]  # fmt: skip


def _hardest(work: ClassWork, most: int = 20) -> list[tuple]:
    asked = Counter((a.question, a.kind) for a in work.answers)
    wrong = Counter((a.question, a.kind) for a in work.answers if not a.right)
    return [(*key, n, asked[key]) for key, n in wrong.most_common(most)]
