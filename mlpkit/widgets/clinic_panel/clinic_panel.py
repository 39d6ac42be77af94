"""The clinic's panel: a patient's curves, buttons for the tests, a budget, and a diagnosis to commit to.

It asks the case for everything; the page shows what the case says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ..base import Widget
from ..task import SlicedTask

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class ClinicPanel(Widget):
    """Open patients, order tests and commit to diagnoses by button; `case` is the one that is open.

    open_case: name -> Case, such as `mlpkit.clinic.patient`
    names: names of patients, such as `mlpkit.clinic.ward()`
    tests: name -> DiagnosticTest with price and about, such as `mlpkit.clinic.MENU`
    first: name of the patient that is open to begin with; None for the first of the names
    raises: ValueError when there is no name, or no patient of that name
    """

    actions = ("open", "again", "order", "diagnose")

    def __init__(
        self, open_case: Callable, names: Iterable[str], tests: dict[str, Any], *, first: str | None = None
    ) -> None:
        self._open_case, self._names, self._tests = open_case, list(names), tests
        if not self._names:
            raise ValueError("there is no patient: give at least one name, for instance those of ward()")
        self._cases = {name: open_case(name) for name in self._names}
        self._name, self._verdict, self._busy = first or self._names[0], {}, ""
        if self._name not in self._cases:
            raise ValueError(f"first is {first!r}: expected one of the names, {', '.join(self._names)}")
        self._jobs: list[Callable[[], None]] = []
        self._task = SlicedTask(self._next_job, lambda: None, self._done)
        self._symptoms = self.case.symptoms()
        super().__init__()

    @property
    def case(self) -> Any:
        """The visit that is open; write a repair with `panel.case.repair(...)`."""
        return self._cases[self._name]

    def pack(self) -> dict[str, Any]:
        """Everything that a fresh page needs."""
        menu = [[name, test.price, test.about] for name, test in self._tests.items()]
        return {"title": "Debugging clinic", "names": self._names, "menu": menu, **self._state()}

    def _state(self) -> dict[str, Any]:
        case = self.case
        reports = [[name, [[f.text, int(f.normal)] for f in r.findings]] for name, r in case.reports.items()]
        verdict = self._verdict.get(self._name)
        right = verdict is not None and bool(verdict[1])
        return {
            "name": self._name, "left": case.left, "full": case.full, "symptoms": self._symptoms.packed(),
            "reports": reports, "choices": list(case.choices), "verdict": verdict, "busy": self._busy,
            "stub": case.stub if right else "",
            "refusals": {name: why for name in self._tests if (why := case.refusal(name))},
        }  # fmt: skip

    def on_open(self, value: Any) -> None:
        """Another patient comes in. value: str, the name"""
        if value not in self._cases:
            raise ValueError(f"there is no patient {str(value)[:60]!r} here")
        self._name = value
        self._soon("looking", self._look)

    def on_again(self, value: Any) -> None:
        """The same patient, a fresh visit. value: not used"""
        self._cases[self._name] = self._open_case(self._name)
        self._verdict.pop(self._name, None)
        self.tell(**self._state())

    def on_order(self, value: Any) -> None:
        """Have a test done. value: str, its name"""
        if value in self.case.reports:
            return
        case = self.case
        self._soon(str(value)[:60], lambda: case.order(value))

    def on_diagnose(self, value: Any) -> None:
        """Commit to a diagnosis. value: str, one of the choices"""
        answer = self.case.diagnose(value)
        self._verdict[self._name] = [value, int(bool(answer.good)), list(answer.lines)]
        self.tell(**self._state())

    def _look(self) -> None:
        self._symptoms = self.case.symptoms()

    def _soon(self, what: str, job: Callable[[], Any]) -> None:
        """Do what takes a moment after the page has been told so; at once where there is no event loop."""
        self._busy = what
        self._jobs.append(job)
        self.tell(busy=what)
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            try:
                self._next_job()
            finally:
                self._busy = ""
            self.tell(**self._state())
            return
        self._task.start()

    def _next_job(self) -> bool:
        if self._jobs:
            self._jobs.pop(0)()
        return bool(self._jobs)

    def _done(self, error: BaseException | None) -> None:
        self._busy, self._problem = "", "" if error is None else str(error)
        self._jobs.clear()
        self.tell(problem=self._problem, **self._state())

    def describe(self) -> str:
        """Who is open, what can be seen, and what is left to spend."""
        left = f"{self.case.left} of {self.case.full} points for tests"
        return f"Debugging clinic: {self._symptoms.name}, {left}. It shows the {self._symptoms.curve}."

    def figure(self) -> Axes:
        """The open patient's curves as a still picture."""
        return self._symptoms.figure()
