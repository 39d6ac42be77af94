"""Lets a widget hear its page while a cell waits, where the kernel hands on one message at a time.

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
    version = getattr(sys.modules.get("ipykernel"), "version_info", None)
    if kernel is None or version is None or version >= (7, 4):
        yield
        return

    def handed_on(frames: list[Any]) -> bool:
        idents, parts = kernel.session.feed_identities(frames, copy=False)
        header, content = (kernel.session.unpack(parts[i].bytes) for i in (1, 4))
        if header["msg_type"] != "comm_msg" or content["data"].get("method") != "custom":
            return False
        kernel.shell_handlers["comm_msg"](None, idents, kernel.session.deserialize(parts, copy=False))
        return True

    if hasattr(kernel, "schedule_dispatch"):  # ipykernel 6
        set_receiver = partial(kernel.shell_stream.on_recv, copy=False)
        in_order = partial(kernel.schedule_dispatch, kernel.dispatch_shell)

        def receive(frames: list[Any]) -> None:
            handed_on(frames) or in_order(frames)
    else:
        set_receiver, in_order = kernel.shell_channel_thread.manager.set_on_recv_callback, kernel.shell_main

        async def receive(subshell: str | None, frames: list[Any]) -> None:
            handed_on(frames) or await in_order(subshell, frames)

    set_receiver(receive)
    try:
        yield
    finally:
        set_receiver(in_order)
