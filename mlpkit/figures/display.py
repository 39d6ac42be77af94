"""A picture and its sentence: every figure can say in words what it shows.

The sentence stands below the picture in a notebook, and is its alternative text wherever that is read.
"""

from __future__ import annotations

import base64
import io
import sys
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from .style import in_style, settings

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Description(str):
    """A sentence or two; as the last line of a cell it shows as a paragraph, without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return "<p>" + escape(self).replace("\n", "<br>\n") + "</p>"


def axes_or_new(ax: Axes | None, width: float, height: float) -> Axes:
    """The Axes to draw on: the one given, or one that fills a new figure.

    ax: Axes or None
    width, height: float, inches of the new figure at 100 pixels each
    returns: Axes
    raises: TypeError when ax is something else
    """
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ._picture import Picture

    if ax is None:
        with in_style():
            new = Figure(figsize=(width, height), layout="constrained").add_subplot(axes_class=Picture)
        return _ticks_in_style(new)
    if not isinstance(ax, Axes):
        raise TypeError(
            f"ax is {type(ax).__name__}: expected one matplotlib Axes, or None for a new figure; "
            "of an array of Axes, pass one"
        )
    return ax


def panels(ax: Axes, rows: int, columns: int, *, wide: float = 0.2, high: float = 0.45) -> list[Axes]:
    """Divide one Axes into panels; they are its `child_axes`, and it keeps the title and the description.

    ax: Axes
    rows, columns: int
    wide, high: float, gap between panels as a share of a panel
    returns: list of rows * columns Axes, row by row
    """
    ax.set_axis_off()
    width, height = 1 / (columns + wide * (columns - 1)), 1 / (rows + high * (rows - 1))
    corners = [
        (column * width * (1 + wide), 1 - height - row * height * (1 + high))
        for row in range(rows)
        for column in range(columns)
    ]
    with in_style():
        return [_ticks_in_style(ax.inset_axes((x, y, width, height))) for x, y in corners]


def _ticks_in_style(ax: Axes) -> Axes:
    """Fix the colours of the ticks: they are made later, perhaps by a cell that draws outside the style."""
    look = settings()
    for axis in ("x", "y"):
        colors = {"color": look[f"{axis}tick.color"], "labelcolor": look[f"{axis}tick.labelcolor"]}
        ax.tick_params(axis=axis, which="both", **colors)
    return ax


def set_description(ax: Axes, *sentences: str) -> Axes:
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
    from matplotlib.axes import Axes

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
    nbsphinx keep it), so the sentence stands below: everybody can read it. `html` has it everywhere.
    """
    text = describe(ax)
    if "IPython" not in sys.modules or sys.modules["IPython"].get_ipython() is None:
        print(text)  # a plain script has nowhere to put a picture
        return
    from IPython.display import display  # only where a notebook has it already

    data, metadata = bundle(ax)
    display(data, metadata=metadata, raw=True)
    display(text)
    if "matplotlib.pyplot" in sys.modules:  # a figure of pyplot would be shown again at the end of the cell
        sys.modules["matplotlib.pyplot"].close(ax.figure.canvas.figure)


def png(ax: Axes) -> bytes:
    """The figure that holds these Axes, as the bytes of a PNG file with the description inside.

    ax: Axes that a function of mlpkit.figures returned
    returns: bytes
    raises: as `describe`
    """
    file, figure = io.BytesIO(), ax.figure.canvas.figure  # the whole figure, even from within a subfigure
    description = str(describe(ax))
    with in_style():  # ticks are made when they are first drawn
        figure.savefig(file, format="png", dpi="figure")
    return _in_few_colors(file, description)


def _in_few_colors(file: io.BytesIO, description: str) -> bytes:
    """The same picture with at most 256 colours: a third of the bytes, which stay in a notebook for good."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    pixels = np.array(Image.open(file).convert("RGBA"))
    # Sixteen steps from transparent to solid are enough for the edge of a letter.
    pixels[..., 3] = np.round(pixels[..., 3] / 17) * 17
    pixels[pixels[..., 3] == 0] = 0
    colors, places = np.unique(pixels.view(np.uint32), return_inverse=True)
    if len(colors) <= 256:
        picture = Image.fromarray(places.reshape(pixels.shape[:2]).astype(np.uint8), "P")
        picture.putpalette(colors.view(np.uint8).tobytes(), "RGBA")
    else:
        picture = Image.fromarray(pixels, "RGBA").quantize(256, method=Image.Quantize.FASTOCTREE)
    told = PngInfo()
    told.add_itxt("Description", description)
    smaller = io.BytesIO()
    picture.save(smaller, "PNG", optimize=True, pnginfo=told)
    return smaller.getvalue()


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
