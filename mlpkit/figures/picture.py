"""A picture and its sentence: every figure can say in words what it shows.

The sentence stands below the picture in a notebook, and is its alternative text wherever that is read.
"""

from __future__ import annotations

import base64
import io
from html import escape
from typing import Any

from matplotlib.axes import Axes


class Description(str):
    """A sentence or two; as the last line of a cell it shows without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class Picture(Axes):
    """Axes that a notebook shows as a picture, with its description as alternative text."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict, dict]:
        return bundle(self)


def tell(ax: Axes, *sentences: str) -> Axes:
    """Keep what a figure shows, in words, on its Axes.

    ax: Axes
    sentences: str
    returns: the same Axes
    """
    ax.mlpkit_description = Description("\n".join(sentence for sentence in sentences if sentence))
    return ax


def describe(ax: Axes) -> Description:
    """Say in a sentence or two what a figure of mlpkit shows.

    ax: Axes that a function of mlpkit.figures returned
    returns: Description, a str; what differs a little between machines stands after ≈
    raises: TypeError when it is no Axes; ValueError when mlpkit did not draw on it
    """
    if not isinstance(ax, Axes):
        raise TypeError(
            f"{type(ax).__name__} is not a figure of mlpkit: pass the Axes that its function returned"
        )
    if not hasattr(ax, "mlpkit_description"):
        raise ValueError(
            "these Axes have no description: pass the Axes that a function of mlpkit.figures returned"
        )
    return ax.mlpkit_description


def show(ax: Axes) -> None:
    """Show a figure in a notebook, and its description below it.

    ax: Axes that a function of mlpkit.figures returned
    raises: as `describe`

    JupyterLab 4.6 and nbconvert's default page drop the alternative text of a picture (its classic page and
    nbsphinx keep it), so the sentence is printed too: everybody can read it. `html` has it everywhere.
    """
    from IPython.display import display  # there is no notebook without it

    data, metadata = bundle(ax)
    display(data, metadata=metadata, raw=True)
    print(describe(ax))


def png(ax: Axes) -> bytes:
    """The figure that holds these Axes, as the bytes of a PNG file with the description inside.

    ax: Axes that a function of mlpkit.figures returned
    returns: bytes
    raises: as `describe`
    """
    file = io.BytesIO()
    metadata = {"Description": str(describe(ax)), "Software": None}
    ax.figure.savefig(
        file, format="png", dpi="figure", facecolor=ax.figure.get_facecolor(), metadata=metadata
    )
    return file.getvalue()


def html(ax: Axes) -> str:
    """The figure as an image element with alternative text, for a page or for IPython.display.HTML.

    ax: Axes that a function of mlpkit.figures returned
    returns: str, everything in it escaped
    raises: as `describe`
    """
    data, metadata = bundle(ax)
    alt = escape(metadata["image/png"]["alt"], quote=True)
    return f'<img alt="{alt}" src="data:image/png;base64,{data["image/png"]}">'


def bundle(ax: Axes) -> tuple[dict[str, str], dict[str, dict]]:
    """What a notebook stores for a figure: the picture, the sentence, and the alternative text.

    ax: Axes that a function of mlpkit.figures returned
    returns: (data by mime type, metadata by mime type)
    raises: as `describe`
    """
    text = str(describe(ax))
    data = {"image/png": base64.b64encode(png(ax)).decode("ascii"), "text/plain": text}
    return data, {"image/png": {"alt": text.replace("\n", " ")}}
