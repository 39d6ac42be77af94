"""A way from the page to a widget in a browser tab that is open while a cell runs.

JupyterLite hands on one message at a time: while a cell awaits something, a button's message would wait too.
"""

from __future__ import annotations

import uuid
import weakref
from collections.abc import Callable
from typing import Any

from .._where import IN_BROWSER


def open_door(widget: Any, receive: Callable[[Any, dict], None]) -> str | None:
    """Open a BroadcastChannel on which a widget hears its pages.

    widget: any object; the channel is closed when it is gone
    receive: (widget, content) -> None, called for each message, between two steps of what is being awaited
    returns: str, the channel's name, which no other page can guess; None outside a browser tab
    """
    if not IN_BROWSER:
        return None
    import js
    from pyodide.ffi import create_proxy

    name, here = f"mlpkit-{uuid.uuid4()}", weakref.ref(widget)
    channel = js.BroadcastChannel.new(name)

    def hear(event: Any) -> None:
        there = here()
        if there is not None:
            receive(there, event.data.to_py())

    channel.onmessage = heard = create_proxy(hear)

    def close() -> None:
        channel.close()
        heard.destroy()

    weakref.finalize(widget, close)
    return name
