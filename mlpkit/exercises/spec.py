"""What an exercise is: a task, a model solution, cases to try a function on, and the mistakes people make.

Everything here is plain data. How a function is run and judged stands in the other modules.

How to add an exercise: one entry in one topic file (start, data, init, forward, loss ...).

    def relu(z):                             # the model solution, in the exercise's own signature;
        '''Keep what is positive, ...'''     # its source is what `solution("relu")` shows
        return np.maximum(z, 0)

    RELU = Exercise(
        "relu",
        task="Keep what is positive and make the rest 0.",
        reference=relu,
        package=activations.relu.function,   # mlpkit's own, if it is another: delegating to it is noticed
        inputs={"z": "batch units"},         # each argument, in order, and what its axes are called
        output="batch units",                # see below
        cases=(Case("a batch of 5 with 3 units", (Z,)), Case("numbers around 1000", (1000 * Z,))),
        mistakes=(
            Mistake("absolute-value", lambda z: np.abs(z),
                    "It looks as if the sign is dropped. Look at what becomes of a negative number."),
        ),
        hints=("restate ...", "picture or shapes ...", "formula ...", "skeleton with ... in it"),
    )
    EXERCISES = (RELU, ...)                  # every topic file ends with this tuple

`output` is the shape of the answer, and names its parts:
    "batch classes"                          an array; the words name the axes, and messages use them
    "number"                                 one float; "numbers" is a list or array of floats
    {"dweights": "fan_in fan_out", "dbias": "fan_out"}      a tuple with named parts
    [{"weights": "fan_in fan_out", "bias": "fan_out"}]      a list of such; `list_item` says of what

The arguments of a case are copied for every call, generators too: `np.random.default_rng(7)` may be one.
Choose sizes that all differ and random asymmetric numbers. Then add the special cases: large, exactly 0,
equal, batch == fan_out, and a large spread inside a row for all that take a power. Two cases with different
batch sizes tell a factor `batch` from a factor 4. A function that leaves out any row, column, layer, batch
or step must fail: tests/exercises/test_mutations.py tries it.

A step function is called many times: `Case(note, args, steps=12, feedback={"param": 0}, schedule_args=f)`
calls it twelve times, and puts the part `param` of its answer back into argument 0. Before each call
`schedule_args(step, args)` changes the arguments, for instance to the gradient of this step; steps count
from 0. `updates=("param",)` says which parts are the first argument after a step. See topics/optimizers.py.

A random function (`random=True`, takes an rng) may draw in any order, so its numbers are never compared:
give `properties`, each a `Property(name, measure, message)`. `measure(value, args)` makes a number or a
small array of an answer, and it must be close to what the reference gives. `message` is the sentence shown
when it is not; it may use {got} and {expected}, or be (got, expected) -> sentence. random_properties.py has
ready-made ones: see topics/init.py. For other exercises properties are optional, and only help to describe
what is wrong.

A mistake is a wrong program (or a tuple of variants), a name, and up to three short sentences: what the
cause may be and what to look at next, never the answer. What was observed, with numbers, is put before it;
give `observe=(got, expected, args) -> sentence` for a better one. `unambiguous=False` where another mistake
looks the same. A wrong program that keeps something between calls is given as `Stateful(make)`.

tests/exercises/test_every_exercise.py tests every entry, with at least three correct programs in other styles
for each from right_programs/<topic>.py. `python -m mlpkit.exercises.preview relu` prints what a learner sees.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Case(NamedTuple):
    """Inputs on which a function is tried.

    note: str, the situation in a few words: "a batch of 5 with 3 classes"
    args: the arguments, in order
    steps: int, 0 for one call; otherwise the number of calls, each going on from the last
    feedback: part of the answer -> place of the argument that it becomes in the next call
    schedule_args: (step, args) -> args, applied before each call
    """

    note: str
    args: tuple
    steps: int = 0
    feedback: dict[str, int] | None = None
    schedule_args: Callable[[int, tuple], tuple] | None = None


class Stateful(NamedTuple):
    """A wrong program that remembers something; `make()` gives one that remembers nothing yet."""

    make: Callable[[], Callable]


class Mistake(NamedTuple):
    """A wrong program that people really write.

    name: str, a short slug: "axis-0"
    programs: the wrong program, or a tuple of variants of it
    message: str, what the cause may be and what to look at next, at most three short sentences
    observe: (got, expected, args) -> sentence with numbers, in place of the general observation
    unambiguous: False when another mistake gives the same numbers
    """

    name: str
    programs: Callable | Stateful | tuple[Callable | Stateful, ...]
    message: str
    observe: Callable[[Any, Any, tuple], str] | None = None
    unambiguous: bool = True

    @property
    def variants(self) -> tuple[Callable, ...]:
        """The wrong program and its variants, each as a function."""
        programs = self.programs if type(self.programs) is tuple else (self.programs,)
        return tuple(p.make() if isinstance(p, Stateful) else p for p in programs)


class Property(NamedTuple):
    """Something that must hold of an answer, whatever random numbers it was made of.

    name: str, a few words
    measure: (value, args) -> number or array
    message: str with {got} and {expected}, or (got, expected) -> str
    tolerance: float, how far `got` may be from `expected`, relative to `expected`
    absolute: float, and this much more
    """

    name: str
    measure: Callable[[Any, tuple], Any]
    message: str | Callable[[Any, Any], str]
    tolerance: float = 1e-6
    absolute: float = 1e-9


@dataclass(frozen=True)
class Exercise:
    """One function for the learner to write; the top of this module explains most fields.

    tolerance: float, how far a number may be off, relative to itself; (relative, absolute) where numbers that
        are tiny beside others must be right too
    kinds: str, the kinds of numbers an answer may hold, as NumPy's dtype.kind
    dtype: str, the type that the answer's numbers must have; "" for any float or whole number
    """

    name: str
    task: str
    reference: Callable
    inputs: dict[str, str]
    output: Any
    cases: tuple[Case, ...]
    mistakes: tuple[Mistake, ...]
    hints: tuple[str, str, str, str]
    package: Callable | tuple[Callable, ...] = ()
    properties: tuple[Property, ...] = ()
    random: bool = False
    list_item: str = "layer"
    updates: tuple[str, ...] = ()
    tolerance: float | tuple[float, float] = 1e-5
    kinds: str = "fiu"
    dtype: str = ""
    topic: str = field(default="", compare=False)

    @property
    def signature(self) -> str:
        """How the function is called: `softmax(logits)`."""
        return f"{self.name}({', '.join(self.inputs)})"

    @property
    def stub(self) -> str:
        """Source of the function with its body left blank."""
        return f'def {self.signature}:\n    """{self.task}"""\n    return ...\n'

    @property
    def solution(self) -> str:
        """Source of the model solution; other exercises it calls as a learner's does, `mine.forward(...)`."""
        around = self.reference.__globals__

        def as_learners_do(call: re.Match) -> str:
            name = call[1]
            other = name != self.reference.__name__ and getattr(around.get(name), "__module__", None)
            return f"mine.{name}(" if other and other.startswith(__package__) else call[0]

        return re.sub(r"(?<![\w.])(\w+)\(", as_learners_do, inspect.getsource(self.reference))
