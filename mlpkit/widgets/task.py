"""A long job done in short slices, so that buttons are heard while the job goes on.

It is the only place where work runs beside the cells of a notebook: one task in the kernel's own event loop.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

SLICE = 0.04  # seconds of work before others have their turn: a click waits no longer than a few of these
TURNS = 3  # times round the event loop between slices: a message takes a few to arrive


class SlicedTask:
    """Work in slices, until there is no more or somebody says stop.

    work: () -> bool, one small piece (a step of training); False when there is nothing left
    after: () -> None, called after every slice and at the end, for instance to send what is new
    ended: (error or None) -> None, called once when the work is done, was stopped, or raised
    """

    def __init__(
        self,
        work: Callable[[], bool],
        after: Callable[[], None],
        ended: Callable[[BaseException | None], None],
    ) -> None:
        self._work, self._after, self._ended = work, after, ended
        self._stopping = False
        self._task: asyncio.Task | None = None

    @property
    def running(self) -> bool:
        """Whether work is going on."""
        return self._task is not None

    def start(self) -> None:
        """Begin; does nothing if it is running already.

        raises: RuntimeError outside an event loop, so in a plain script
        """
        if self.running:
            self._stopping = False
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            raise RuntimeError(
                "there is no event loop here: in a notebook this works as it is, in a script use "
                "asyncio.run(...) around a coroutine that awaits finished()"
            ) from None
        self._stopping = False
        self._task = loop.create_task(self._run())

    def stop(self) -> None:
        """Ask the work to end; it does so before its next piece."""
        self._stopping = True

    async def _run(self) -> None:
        error: BaseException | None = None
        try:
            while not self._stopping and self._slice():
                self._after()
                for _ in range(TURNS):
                    await asyncio.sleep(0)
        except (Exception, KeyboardInterrupt) as raised:
            error = raised  # nobody awaits this task: whoever does await is told by `ended`
        self._task = None
        self._ended(error)

    def _slice(self) -> bool:
        """Work for one slice; False when there is nothing left."""
        end = time.perf_counter() + SLICE
        while time.perf_counter() < end:
            if not self._work():
                return False
        return True
