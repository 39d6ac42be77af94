"""Say below a cell that a check takes long, also while nothing in Python can run.

One long call into C stops the whole kernel. So the sentence goes to the page before the check begins, and the
page itself shows it when its time has come; the result takes its place.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from .panel import framed, live, rich, show

SECONDS = 5  # by then a function that can be stopped has been stopped
SENTENCES = (
    f"The check is still running after {SECONDS} seconds. If it does not end by itself, one call in the "
    "function takes too long, and Python cannot stop it: choose `Restart Kernel` in the menu `Kernel`. "
    "Your workbook is kept."
)
# no script: a notebook that is opened again runs none, and this needs none
LATER = (
    "<style>@keyframes mlpkit-late {to {visibility: visible; max-height: 20em}}</style>"
    '<div class="mlpkit-late" style="visibility:hidden;max-height:0;overflow:hidden;'
    f'animation:mlpkit-late 0s {SECONDS}s forwards">{framed(rich(SENTENCES))}</div>'
)


class _Later:
    """Something that is seen only after a while; as text it is nothing."""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        return {"text/plain": "", "text/html": LATER}


class _Nothing(_Later):
    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        return {"text/plain": ""}


def announce() -> Callable[[object], None]:
    """Prepare the place of a result, so that the page can say that it is late.

    returns: shows the result there, or where the page cannot do that, at the end; with None, nothing is left
    """
    if not _replaces_outputs():
        return lambda result: show(result) if result is not None else None
    from IPython.display import display

    place = display(_Later(), display_id=True)
    sys.stdout.flush()  # this waits until the page has been sent everything
    return lambda result: place.update(_Nothing() if result is None else result)


def _replaces_outputs() -> bool:
    """Whether what shows the notebook can replace an output: JupyterLab and others that name the cell."""
    if not live():
        return False
    kernel = sys.modules["IPython"].get_ipython().kernel
    parent = getattr(kernel, "get_parent", dict)()
    return bool((parent or {}).get("metadata", {}).get("cellId"))
