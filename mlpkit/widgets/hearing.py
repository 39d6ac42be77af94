"""Let a widget hear its page while a cell waits, where the kernel hands on one message at a time.

That is every ipykernel before 7.4: a button's message would wait until the cell has ended.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any


@contextmanager
def hearing() -> Iterator[None]:
    """While this lasts, what a page says to its widget is handed on at once; all else keeps its order."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    kernel = getattr(shell, "kernel", None)
    threaded = getattr(kernel, "shell_channel_thread", None)  # ipykernel 7 has one, 6 has schedule_dispatch
    version = getattr(sys.modules.get("ipykernel"), "version_info", (7, 4))
    if version >= (7, 4) or not (threaded or hasattr(kernel, "schedule_dispatch")):
        yield
        return

    def handed_on(frames: list[Any]) -> bool:
        idents, parts = kernel.session.feed_identities(frames, copy=False)
        header, content = (kernel.session.unpack(parts[i].bytes) for i in (1, 4))
        if header["msg_type"] != "comm_msg" or content["data"].get("method") != "custom":
            return False
        kernel.shell_handlers["comm_msg"](None, idents, kernel.session.deserialize(parts, copy=False))
        return True

    if threaded is None:
        set_receiver = partial(kernel.shell_stream.on_recv, copy=False)
        in_order = partial(kernel.schedule_dispatch, kernel.dispatch_shell)

        def receive(frames: list[Any]) -> None:
            handed_on(frames) or in_order(frames)

        queue = kernel.msg_queue
        for item in [queue.get_nowait() for _ in range(queue.qsize())]:  # what came a moment too early
            _, dispatch, arguments = item
            if dispatch != kernel.dispatch_shell or not handed_on(*arguments):
                queue.put_nowait(item)
    else:
        set_receiver, in_order = threaded.manager.set_on_recv_callback, kernel.shell_main

        async def receive(subshell: str | None, frames: list[Any]) -> None:
            handed_on(frames) or await in_order(subshell, frames)

    set_receiver(receive)
    try:
        yield
    finally:
        set_receiver(in_order)
