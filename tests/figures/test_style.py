"""Colours and letters stand out enough, and words about numbers are right."""

import io

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Text
from PIL import Image

from mlpkit import figures
from mlpkit.figures import phrasing, style
from mlpkit.figures.display import axes_or_new, panels, set_description
from mlpkit.figures.smoothing import smooth
from tools import about

from .test_figures import EVERY

LIGHT_PAGE, DARK_PAGE, DARK_READING = "#ffffff", "#111111", "#131416"  # JupyterLab's two; the lessons to read
LETTERS = (style.INK, style.BLUE_INK, style.GREEN_INK, style.VERMILLION_INK)


def test_contrast_is_that_of_the_standard():
    assert style.contrast("black", "white") == pytest.approx(21)
    assert style.contrast("#777777", "white") == pytest.approx(4.48, abs=0.01)


def test_the_colours_are_those_of_the_style_file():
    assert list(style.COLORS) == style.settings()["axes.prop_cycle"].by_key()["color"]


@pytest.mark.parametrize("color", style.COLORS)
@pytest.mark.parametrize("page", [LIGHT_PAGE, DARK_PAGE, DARK_READING])
def test_every_line_stands_out_on_both_pages(color, page):
    assert style.contrast(color, page) >= 3


def readable_on_every_page(color):
    """No colour has 4.5:1 on white and on a dark page: sqrt(1.05 / 0.0556) = 4.35 is the most on both."""
    on_dark = min(style.contrast(color, page) for page in (DARK_PAGE, DARK_READING))
    return style.contrast(color, LIGHT_PAGE) >= 4.5 and on_dark >= 4


def test_the_background_is_the_pages_and_letters_stand_out_on_light_and_dark():
    for key in ("figure.facecolor", "axes.facecolor", "savefig.facecolor", "legend.facecolor"):
        assert mpl.colors.to_rgba(style.settings()[key])[3] == 0, key
    for key in ("text.color", "axes.labelcolor", "axes.titlecolor", "xtick.labelcolor", "ytick.labelcolor"):
        assert readable_on_every_page(mpl.colors.to_hex(style.settings()[key])), key
    assert all(map(readable_on_every_page, LETTERS))
    assert not readable_on_every_page("#1a1a1a")
    assert not readable_on_every_page("#999999")


@pytest.mark.parametrize("panelled", [True, False])
def test_what_a_cell_draws_by_itself_has_letters_and_edges_for_light_and_dark_pages(panelled):
    ax = axes_or_new(None, 4, 3)
    for part in panels(ax, 1, 2) if panelled else [ax]:
        part.plot([0, 1], [0, 1])
        part.set(title="rate 0.1", xlabel="x", ylabel="loss", xticks=[0, 1])
    figures.png(set_description(ax, "A line."))
    written = [text for text in ax.figure.findobj(Text) if text.get_text() and text.get_visible()]
    assert {"rate 0.1", "x", "loss"} < {text.get_text() for text in written}
    assert all(readable_on_every_page(mpl.colors.to_hex(text.get_color())) for text in written)
    for part in ax.child_axes or [ax]:
        for spine in part.spines.values():
            for page in (LIGHT_PAGE, DARK_PAGE, DARK_READING):
                assert style.contrast(spine.get_edgecolor(), page) >= 3


def test_few_colours_keep_every_pixel_of_a_picture():
    images = np.arange(0, 256, 4, np.uint8).reshape(1, 64).repeat(2, axis=0)
    picture = np.array(Image.open(io.BytesIO(figures.png(figures.image_grid(images)))).convert("RGBA"))
    shades = np.unique(picture[picture[..., 3] == 255][:, 0]).astype(int)
    assert all(np.abs(shades - value).min() <= 1 for value in images[0].astype(int))


@pytest.mark.parametrize("colormap", [*map(style.colormap, style.COLORMAPS)])
@pytest.mark.parametrize("share", np.linspace(0, 1, 21))
def test_letters_on_a_shaded_cell_stand_out(colormap, share):
    color = colormap(share)[:3]
    assert style.contrast(style.ink_on(color), color) >= 4.5


@pytest.mark.parametrize("name", EVERY)
def test_every_letter_of_every_figure_stands_out_and_is_large_enough(name):
    ax = EVERY[name]()
    ax.figure.draw_without_rendering()
    on_color = name in ("confusion", "matrix_product", "course_map", "network_boxes")
    for text in ax.figure.findobj(Text):
        if text.get_text() and text.get_visible():
            assert text.get_fontsize() >= 8
            if not on_color and not (
                name == "loss_surface" and mpl.colors.to_hex(text.get_color()) == "#000000"
            ):
                assert readable_on_every_page(text.get_color()), text.get_text()


def test_twenty_lines_differ_in_colour_or_dashes():
    styles = map(style.line_style, range(20))
    assert len({(one["color"], str(one["linestyle"])) for one in styles}) == 20


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.4123, "≈ 0.412"),
        (2.302, "≈ 2.30"),
        (12345.6, "≈ 12,346"),
        (3.4e-10, "≈ 3.4e-10"),
        (0, "≈ 0.00"),
        (-0.5, "≈ -0.500"),
        (np.nan, "not finite"),
        (1e12, "≈ 1.0e+12"),
        (9.999, "≈ 10.00"),
    ],
)
def test_numbers_have_three_figures(value, told):
    assert phrasing.about(value) == told


@given(st.floats(-1e20, 1e20))
def test_whatever_may_vary_is_blanked_when_lessons_are_compared(value):
    (found,) = about.numbers(phrasing.about(value))
    assert found.value == pytest.approx(value, rel=0.06, abs=1e-12)
    assert about.blank(f"loss {phrasing.about(value)} now") == about.blank("loss ≈ 1 now")


@given(st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=60))
def test_a_trend_names_the_first_and_the_last_value_or_its_range(values):
    y = np.array(values)
    told = phrasing.trend(np.arange(1, len(y) + 1), y)
    if "fell from" in told or "rose from" in told:
        assert f"from {phrasing.about(y[0])}" in told
        assert told.endswith(phrasing.about(y[-1]))
        if ", then" not in told:
            assert told.startswith("fell" if y[-1] < y[0] else "rose")
    elif "between" in told:
        assert phrasing.about(y.min()) in told
        assert phrasing.about(y.max()) in told


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=900))
def test_smoothing_stays_within_the_values(values):
    y = np.array(values)
    curve = smooth(np.arange(len(y)), y)
    assert len(curve.x) == min(len(y), 400)
    assert curve.mean[0] == pytest.approx(y[0])
    assert (curve.mean >= y.min() - 1e-9).all()
    assert (curve.mean <= y.max() + 1e-9).all()
    assert (curve.low <= curve.high).all()
    if len(y) < 80:
        assert np.allclose(curve.mean, y)


def test_small_words():
    assert phrasing.listed(["a", "b", "c"]) == "a, b and c"
    assert phrasing.listed(["a"]) == "a"
    assert phrasing.count(1, "class", "classes") == "1 class"
    assert phrasing.count(60_000, "image") == "60,000 images"
    assert phrasing.place("step", 1200) == "step ≈ 1,200"


def test_figures_are_part_of_mlpkit():
    import mlpkit

    assert mlpkit.figures is figures


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (1e-9, 1e9, set()),  # which powers of ten get a label is matplotlib's choice, and has changed
        (0.1, 3, {"0.1", "0.2", "0.5", "1", "2"}),
        (1e-4, 2e-3, {"5e-4", "1e-3"}),
    ],
)
def test_log_axes_are_labelled_as_code_is_written(low, high, told):
    ax = figures.signal_profile(np.array([low, high]))
    ax.figure.draw_without_rendering()
    labels = {label.get_text() for label in ax.get_yticklabels(which="both")}
    assert told <= labels
    assert any("e-" in label or "." in label for label in labels)
    assert not any("+" in label or "$" in label for label in labels)


def test_a_figure_needs_no_latex():
    """Whatever matplotlib was told to do elsewhere: a machine without LaTeX could not draw at all."""
    with mpl.rc_context({"text.usetex": True}):
        bundle, _ = figures.confusion(np.eye(2, dtype=int), ["a", "b"])._repr_mimebundle_()
    assert "image/png" in bundle
