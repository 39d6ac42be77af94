"""The base of every widget: Python keeps the numbers, the browser draws them, and few words pass between.

The browser asks by name for something to be done; Python answers with what has changed.

How a widget is written: a folder of its name in this folder, in it four files.

    __init__.py  from .faders import Faders
                 __all__ = ["Faders"]

    faders.py    class Faders(Widget):
                     actions = ("logit",)                   # what the browser may ask for, and nothing else

                     def __init__(self, logits):
                         self._logits = np.array(logits)    # first your own fields,
                         super().__init__()                 # then this: it opens the widget

                     def pack(self):                        # all that a fresh page needs: JSON, arrays
                         return {"title": "Ten faders", "logits": self._logits}

                     def on_logit(self, value):             # the browser called view.ask("logit", [3, 1.5])
                         index, logit = value               # never trust it: check, clamp
                         self._logits[int(index)] = float(logit)
                         self.tell(logits=self._logits)     # send what changed

                     def describe(self):                    # one sentence, the same whenever the numbers are
                         return "Ten faders: ..."

                     def figure(self):                      # the still picture: from mlpkit.figures, or None
                         from ...figures import faders      # imported here: matplotlib comes only when needed
                         return faders(self._logits)

    faders.js    export default widget({ build(view) { ...; return { draw(state) { ... } } } })
                 All of common.js and frame.js, which are put before the script, is there without an import.
                 `build` makes the elements once; `draw` runs at most once a frame, only while it can be seen.
                 What would make it long goes into faders_parts.js, which is put before it.
    faders.css   rules under `.mlp-faders`; colours are the variables of common.css, for light and dark.

Handlers `on_...` run in the kernel's main thread, between cells. They do small things and return: no pyplot,
no training, no printing. What takes longer than some milliseconds belongs into a task (task.py).

How it is tested: the Python class without a browser (test_<stem>.py): `widget.on_logit([3, 1.5])` is what a
click does; pure functions of the script by `node --test` (export them; tests/js/load.mjs puts the two scripts
together); in a real JupyterLab (test_<stem>_page.py) with tests/browser.py, which runs cells, and
tests/widget_page.py, which finds a widget, waits for what `view.mark({ status: ... })` publishes, and looks
at it, light and dark, with axe-core.
"""

from __future__ import annotations

import asyncio
import base64
import math
import threading
import weakref
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import numpy as np
import traitlets

from .side_door import open_door

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FOLDER = Path(__file__).parent
SHARED = ("common", "frame")
VIEW_TYPE = "application/vnd.jupyter.widget-view+json"
WIRE_TYPES = {"f": np.float32, "i": np.int32, "u": np.uint8, "b": np.uint8}

_open: weakref.WeakSet[Widget] = weakref.WeakSet()


class Widget(anywidget.AnyWidget):
    """What all widgets share.

    actions: names that the browser may ask for; `on_<name>(value)` answers
    """

    actions: ClassVar[tuple[str, ...]] = ()
    _packed = traitlets.Any().tag(
        # Nothing is stored: the whole state is packed when a page asks, after a reload for instance.
        sync=True,
        to_json=lambda _, widget: dict(zip(("content", "buffers"), encode(widget.pack())), door=widget._door),
    )

    def __init_subclass__(cls, **kwargs: Any) -> None:
        stem = cls.__module__.rpartition(".")[2]
        # Only a class written in this folder has files; anywidget also makes classes, with `_esm` set.
        if cls.__module__.startswith(f"{__package__}.") and "_esm" not in cls.__dict__:
            cls._esm, cls._css = source(stem, "js"), source(stem, "css")
        super().__init_subclass__(**kwargs)

    def __init__(self) -> None:
        self._loop = _running_loop()
        self._watchers: set[str] = set()
        self._problem = ""
        self._answering: Any = None  # the browser's own number for what it has asked
        self._cell = _cell()
        self._door = open_door(self, Widget._receive)
        super().__init__()
        self.on_msg(Widget._receive)
        for other in [w for w in _open if w._is_replaced_by(self)]:
            other.close()
        _open.add(self)

    def pack(self) -> dict[str, Any]:
        """Everything that a fresh page needs.

        returns: dict of JSON values and NumPy arrays; "title" names the widget for a screen reader
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method pack()")

    def describe(self) -> str:
        """One sentence that says what the widget shows; nbval compares it, so the same numbers give the same.

        returns: str
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method describe()")

    def figure(self) -> Axes | None:
        """The still picture, for a notebook that is read where nothing moves.

        returns: the Axes that a function of mlpkit.figures gave, or None
        """
        return None

    def tell(self, **changes: Any) -> None:
        """Send what has changed to every open page.

        changes: JSON values and NumPy arrays; each replaces what `pack` called by that name
        """
        if self.comm is not None:
            content, buffers = encode(changes)
            self.send({**content, "answers": self._answering} if self._answering else content, buffers)

    @property
    def watched(self) -> bool:
        """Whether some page shows the widget right now (known only where the script says `live: true`)."""
        return bool(self._watchers)

    def on_watch(self, value: Any) -> None:
        """A page begins or ceases to show the widget.

        value: {"page": name of the page, "on": bool, ...}
        """
        page = str(value["page"])[:64]
        (self._watchers.add if value["on"] else self._watchers.discard)(page)

    def close(self) -> None:
        """Take the widget off every page; its Python side stays readable."""
        _open.discard(self)
        super().close()
        self.layout.close()  # it has a comm of its own, which would stay open in the kernel for good

    def __repr__(self) -> str:
        return self.describe()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        # Colab shows a widget only with the metadata that anywidget adds.
        data, metadata = ({}, {}) if self.comm is None else super()._repr_mimebundle_()
        data["text/plain"] = repr(self)
        with suppress(OSError, ModuleNotFoundError):  # matplotlib may not be there; the widget itself is
            ax = self.figure()
            if ax is not None:
                from ..figures import png

                data["image/png"] = base64.b64encode(png(ax)).decode("ascii")
                metadata["image/png"] = {"alt": data["text/plain"]}
        return data, metadata

    def _is_replaced_by(self, new: Widget) -> bool:
        """Whether the same cell, run again, has made the new one; its former output is gone from the page."""
        return None not in (self._cell, new._cell) and (
            self._cell[0] == new._cell[0] and self._cell[1] != new._cell[1]
        )

    def _receive(self, content: Any, _buffers: object = None) -> None:
        name = content.get("do") if isinstance(content, dict) else None
        if name != "watch" and name not in self.actions:
            return
        if self._loop is None or threading.current_thread() is threading.main_thread():
            self._act(name, content.get("value"), content.get("number"))
        else:  # some versions of ipykernel call from another thread, beside a running cell
            self._loop.call_soon_threadsafe(self._act, name, content.get("value"), content.get("number"))

    def _act(self, name: str, value: Any, number: Any = None) -> None:
        """Answer the browser; what goes wrong is shown in the widget, for no cell is there to show it."""
        before, self._problem, self._answering = self._problem, "", number
        try:
            getattr(self, f"on_{name}")(value)
        except Exception as error:
            self._problem = f"{type(error).__name__}: {error}"
        if before != self._problem:
            self.tell(problem=self._problem)
        self._answering = None


def source(stem: str, kind: str) -> str:
    """A widget's script or style sheet, with what all share and its own parts, if it has some, before it.

    stem: str, the widget's file name without ending
    kind: "js" or "css"
    returns: str
    """
    files = (FOLDER / f"{name}.{kind}" for name in (*SHARED, f"{stem}/{stem}_parts", f"{stem}/{stem}"))
    return "\n".join(file.read_text("utf-8") for file in files if file.exists())


def encode(values: Any) -> tuple[Any, list[bytes]]:
    """Split values into JSON and binary buffers; `decode` in common.js puts them together again.

    values: dict, list, tuple, str, numbers, None and NumPy arrays, nested; not finite numbers become None
    returns: (JSON values, list of bytes); arrays travel as float32, int32 or uint8
    raises: TypeError for anything else
    """
    buffers: list[bytes] = []

    def wire(value: Any) -> Any:
        if isinstance(value, np.ndarray) and value.ndim:
            dtype = np.int8 if value.dtype == np.int8 else WIRE_TYPES.get(value.dtype.kind)
            if dtype is None:
                raise TypeError(f"an array of {value.dtype} cannot be sent to the browser: use numbers")
            array = value.astype(dtype, copy=False)
            buffers.append(array.tobytes())
            return {"$array": len(buffers) - 1, "dtype": array.dtype.name, "shape": list(array.shape)}
        if isinstance(value, (np.generic, np.ndarray)):
            return wire(value.item())
        if isinstance(value, dict):
            return {str(key): wire(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [wire(item) for item in value]
        if isinstance(value, float):
            return value if math.isfinite(value) else None
        if value is None or isinstance(value, (str, int)):
            return value
        raise TypeError(f"{type(value).__name__} cannot be sent to the browser: use numbers, text, arrays")

    return wire(values), buffers


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None  # a plain script


def _cell() -> tuple[str, str] | None:
    """Which cell is being run, and which run of it this is; None outside a notebook."""
    try:
        from IPython import get_ipython

        shell = get_ipython()
        parent = (
            shell if hasattr(shell, "get_parent") else shell.kernel
        ).get_parent()  # a tab's kernel has it
        name = parent.get("metadata", {}).get("cellId") or parent["content"]["code"]
        return name, parent["header"]["msg_id"]
    except (ImportError, AttributeError, KeyError):
        return None
