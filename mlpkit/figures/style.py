"""One look for all figures: a style file, its colours, and a second sign for whoever cannot tell them apart.

Figures are made without pyplot, so that nothing stays open and nothing is shown twice.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _old_names

if TYPE_CHECKING:
    from matplotlib import RcParams
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

# matplotlib is imported by what draws, never at the head of a file: in a browser tab it comes late.
COLORS = BLUE, VERMILLION, GREEN, PURPLE, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#6E6E6E"
# Letters: about as far from white as from a dark page.
INK, BLUE_INK, GREEN_INK, VERMILLION_INK = "#767676", "#007bc1", "#008762", "#c25600"
DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
COLORMAPS = {
    "shares": ("#ffffff", "#9ccbe8", BLUE, "#003a5c"),
    "signed": ("#00486f", BLUE, "#f4f4f4", VERMILLION, "#7a3600"),
}


@functools.cache
def settings() -> RcParams:
    """What the style file says.

    returns: RcParams
    """
    from matplotlib import rc_params_from_file

    path = Path(__file__).with_name("mlpkit.mplstyle")
    return rc_params_from_file(path, fail_on_error=True, use_default_template=False)


def in_style() -> AbstractContextManager[None]:
    """The settings of matplotlib are those of the style file meanwhile."""
    from matplotlib import rc_context

    return rc_context(settings())


@functools.cache
def colormap(name: str) -> Colormap:
    """Colours for numbers.

    name: "shares", from 0 to 1, or "signed", from negative to positive
    returns: Colormap
    """
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(name, COLORMAPS[name])


def styled(draw: Callable) -> Callable:
    """Let a function draw in this style, whatever the settings outside are; they come back unchanged.

    draw: function that returns Axes
    returns: the same function, styled
    """

    @functools.wraps(draw)
    def drawn(*args: Any, **kwargs: Any) -> Axes:
        with in_style():
            return draw(*args, **kwargs)

    return drawn


def line_style(index: int) -> dict[str, Any]:
    """Colour, dash pattern and marker of the n-th line; colour and dashes come back together after 20.

    index: int from 0
    returns: dict for `Axes.plot`
    """
    return {
        "color": COLORS[index % len(COLORS)],
        "linestyle": DASHES[index % len(DASHES)],
        "marker": MARKERS[index % len(MARKERS)],
    }


def title(ax: Axes, text: str, **kwargs: Any) -> None:
    """Set a title as it stands, dollar signs too: names from outside are never read as formulas.

    ax: Axes; text: str
    """
    ax.set_title(text, parse_math=False, **kwargs)


def name_ticks(
    ax: Axes, axis: str, names: list[str], places: np.ndarray | None = None, **kwargs: Any
) -> None:
    """Write names along an axis, as they stand.

    ax: Axes; axis: "x" or "y"
    names: list of str
    places: (names,) float; 0, 1, 2 ... if None
    """
    places = np.arange(len(names)) if places is None else places
    set_ticks = ax.set_xticks if axis == "x" else ax.set_yticks
    set_ticks(places, labels=names, parse_math=False, **kwargs)


def bare(ax: Axes) -> None:
    """Take away ticks, grid and frame: what is left is a picture.

    ax: Axes
    """
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    ax.spines[:].set_visible(False)


def frame(
    ax: Axes, corner: tuple[float, float], size: tuple[float, float], color: str, **kwargs: Any
) -> None:
    """Draw an empty rectangle.

    ax: Axes; corner, size: (x, y) float; color: str
    """
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle(corner, *size, fill=False, edgecolor=color, **kwargs))


def few_ticks(ax: Axes, *args: int, **kwargs: Any) -> None:
    """Let few round numbers stand along the x axis.

    ax: Axes; args, kwargs: as MaxNLocator of matplotlib takes them
    """
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(*args, **kwargs))


def percent(ax: Axes, decimals: int | None = None) -> None:
    """Write shares along the y axis as percent.

    ax: Axes; decimals: int, or None for as many as are needed
    """
    from matplotlib.ticker import PercentFormatter

    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=decimals))


def log_scale(ax: Axes, axis: str) -> None:
    """Make an axis logarithmic, its ticks written as in code: 1e-3.

    ax: Axes; axis: "x" or "y"
    """
    from matplotlib.ticker import FuncFormatter, LogLocator

    scale, line = (ax.set_xscale, ax.xaxis) if axis == "x" else (ax.set_yscale, ax.yaxis)
    scale("log")
    line.set_major_locator(LogLocator(numticks=8))
    line.set_major_formatter(FuncFormatter(lambda value, _: _power(value)))
    line.set_minor_formatter(FuncFormatter(lambda value, _: _between(value, *line.get_view_interval())))


def _between(value: float, low: float, high: float) -> str:
    """The 2 and the 5 between two powers of ten, where fewer than two powers are in sight."""
    if high > 100 * low:
        return ""
    leading = round(value / 10 ** math.floor(math.log10(value)))
    return _short(value) if leading in (2, 5) else ""


def _power(value: float) -> str:
    return _short(value) if value > 0 else ""


def _short(value: float) -> str:
    if 0.01 <= value <= 1000:
        return f"{round(value, 3):g}"
    exponent = math.floor(math.log10(value) + 1e-9)
    return f"{value / 10**exponent:.0f}e{exponent}"


def ink_on(color: tuple[float, ...]) -> str:
    """Black or white, whichever reads better on a colour.

    color: (red, green, blue) 0 to 1
    returns: colour name
    """
    return "white" if contrast(color, "white") > contrast(color, "black") else "black"


def contrast(one: Any, other: Any) -> float:
    """How strongly two colours stand out from each other, 1 to 21 (WCAG 2.2, contrast ratio).

        (lighter + 0.05) / (darker + 0.05)

    one, other: colours as matplotlib takes them
    returns: float
    """
    from matplotlib.colors import to_rgb

    dark, light = sorted(_luminance(to_rgb(color)) for color in (one, other))
    return (light + 0.05) / (dark + 0.05)


def _luminance(rgb: tuple[float, ...]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def __getattr__(name: str) -> Any:
    return _old_names.find(__name__, name)  # saved notebooks ask for `look`
