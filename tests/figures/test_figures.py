"""Every figure: what it draws is what it was given, its words are true, and nothing is left behind."""

import inspect
import io
import subprocess
import sys
import warnings
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from mlpkit import figures
from mlpkit.core.history import History
from mlpkit.core.metrics import Metrics
from mlpkit.core.params import Params
from mlpkit.core.training import Step

PARAMS = Params([(np.linspace(-1, 1, 64).reshape(16, 4), np.zeros(4)), (np.ones((4, 3)), np.zeros(3))])
NAMES = ["T-shirt", "Trouser", "Bag"]


def history(loss, accuracy=None, valid=None, rate=0.1):
    """A made-up run: one loss a step, and {step: (loss, accuracy)} of the validation split."""
    accuracy = np.full(len(loss), 0.5) if accuracy is None else accuracy
    steps = (
        Step(
            i,
            0,
            float(a),
            float(b),
            rate,
            PARAMS,
            PARAMS,
            None,
            Metrics(*valid[i]) if i in (valid or {}) else None,
        )
        for i, (a, b) in enumerate(zip(loss, accuracy), 1)
    )
    return History().extend(steps)


FALLING = np.linspace(2.3, 0.4, 60)
RISING = np.linspace(0.1, 0.85, 60)
RUN = history(FALLING, RISING, {30: (0.9, 0.7), 60: (0.5, 0.8)})
IMAGES = np.arange(6 * 16, dtype=np.uint8).reshape(6, 16)
PROBABILITIES = np.array(
    [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6], [0.9, 0.05, 0.05], [0.3, 0.4, 0.3], [0, 0, 1.0]]
)
LABELS = np.array([0, 1, 2, 1, 1, 2])
X, Y = np.linspace(-2, 2, 21), np.linspace(-1, 1, 11)
BOWL = X**2 + Y[:, None] ** 2

EVERY = {
    "learning_curves": lambda **k: figures.learning_curves(RUN, **k),
    "seed_bands": lambda **k: figures.seed_bands([RUN, RUN], "loss", **k),
    "image_grid": lambda **k: figures.image_grid(
        IMAGES, LABELS, probabilities=PROBABILITIES, class_names=NAMES, **k
    ),
    "image_steps": lambda **k: figures.image_steps({"drawn": np.eye(5), "cropped": np.eye(3)}, **k),
    "weights_as_images": lambda **k: figures.weights_as_images(PARAMS, **k),
    "confusion": lambda **k: figures.confusion(np.array([[5, 1, 0], [2, 4, 0], [0, 0, 6]]), NAMES, **k),
    "matrix_product": lambda **k: figures.matrix_product(np.eye(2), np.ones((2, 3)), 1, 2, **k),
    "histograms": lambda **k: figures.histograms([np.array([0.0, 0, 1, 2]), np.array([3.0, 4])], **k),
    "signal_profile": lambda **k: figures.signal_profile({"He": np.ones(5)}, predicted={"He": 1.0}, **k),
    "shares": lambda **k: figures.shares(np.linspace(0.5, 0.9, 5), **k),
    "gradient_check_curve": lambda **k: figures.gradient_check_curve(
        np.array([1e-2, 1e-5, 1e-8]), {"float64": np.array([1e-5, 1e-11, 1e-8])}, **k
    ),
    "update_ratio": lambda **k: figures.update_ratio(np.arange(1, 6), {"layer 0": np.full(5, 1e-3)}, **k),
    "function_graphs": lambda **k: figures.function_graphs(X, {"square": X**2, "half": X / 2}, **k),
    "loss_surface": lambda **k: figures.loss_surface(
        X, Y, BOWL, {"sgd": np.array([[-1.5, 0.5], [0, 0]])}, **k
    ),
    "prediction_record": lambda ax=None: figures.prediction_record([(60, 8, 5), (80, 9, 6)], 1, ax=ax),
    "probability_bars": lambda **k: figures.probability_bars(PROBABILITIES[0], NAMES, 0, **k),
    "faders": lambda **k: figures.faders(np.array([1.0, 2, 3]), 2, NAMES, **k),
    "calibration": lambda **k: figures.calibration(PROBABILITIES, LABELS, **k),
    "bars": lambda **k: figures.bars({"loops": 2.0, "NumPy": 0.1}, "seconds", **k),
    "before_after": lambda **k: figures.before_after({"one": (0.3, 0.9)}, "accuracy", percent=True, **k),
    "course_map": lambda **k: figures.course_map("loss", **k),
    "network_boxes": lambda **k: figures.network_boxes([("x", np.eye(2), None), ("loss", 1.2, 1.0)], 1, **k),
}
NOT_FIGURES = {"Box", "Description", "describe", "html", "png", "show"}


def line(ax, label):
    return next(found for found in ax.lines if found.get_label() == label)


def texts(ax):
    return [text.get_text() for text in ax.texts]


# What holds for every figure alike.


def test_every_figure_is_on_the_list():
    assert set(EVERY) == set(figures.__all__) - NOT_FIGURES


@pytest.mark.parametrize("name", EVERY)
def test_every_figure_takes_ax_and_gives_it_back(name):
    parameter = inspect.signature(getattr(figures, name)).parameters["ax"]
    mine = Figure().add_subplot()
    assert parameter.default is None
    assert EVERY[name](ax=mine) is mine
    assert isinstance(EVERY[name](), Axes)


class Drawn(NamedTuple):
    """What is left when a figure has been drawn."""

    ax: Axes
    png: bytes
    warnings: list
    before: tuple  # settings and open figures of matplotlib
    after: tuple


@pytest.fixture(scope="module", params=EVERY)
def drawn(request):
    """Each figure, drawn once for the tests that look at it."""
    pyplot = pytest.importorskip("matplotlib.pyplot")
    before = dict(mpl.rcParams), pyplot.get_fignums()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        ax = EVERY[request.param]()
        png = figures.png(ax)
    return Drawn(ax, png, said, before, (dict(mpl.rcParams), pyplot.get_fignums()))


def test_every_figure_has_words_and_a_picture_of_the_page_width(drawn):
    text = figures.describe(drawn.ax)
    assert text[0].isupper() or text[0].isdigit() or ":" in text.split("\n")[0]
    assert text.endswith(".")
    assert drawn.png.startswith(b"\x89PNG")
    assert drawn.ax.figure.get_size_inches()[0] <= 8
    assert drawn.ax.figure.dpi == 100


def test_no_figure_warns_lingers_or_touches_a_setting(drawn):
    assert [str(one.message) for one in drawn.warnings] == []
    assert drawn.after == drawn.before


def test_the_page_is_seen_through_every_figure(drawn):
    picture = np.array(Image.open(io.BytesIO(drawn.png)).convert("RGBA"))
    corners = picture[[1, 1, -2, -2], [1, -2, 1, -2], 3]
    assert (corners == 0).all()
    assert (picture[..., 3] == 255).any()


def test_every_text_is_read_as_it_stands(drawn):
    """No dollar sign from outside may start a formula; that a tick does it would raise while drawing."""
    for panel in [drawn.ax, *drawn.ax.child_axes]:
        assert not any(text.get_parse_math() for text in [*panel.texts, panel.title, panel.xaxis.label])


@pytest.mark.parametrize("name", EVERY)
def test_every_figure_refuses_axes_that_are_none(name):
    with pytest.raises(TypeError, match=r"ax is .*expected one matplotlib Axes"):
        EVERY[name](ax=[1, 2])


def test_names_with_dollar_signs_and_tags_are_only_names():
    names = ["$x$ <b>", "$\\frac{", "a & b"]
    figures.png(figures.confusion(np.eye(3, dtype=int), names, ax=Figure().add_subplot()))
    figures.png(figures.probability_bars(PROBABILITIES[0], names, 0, ax=Figure().add_subplot()))
    ax = figures.learning_curves(dict.fromkeys(names, RUN))
    assert figures.png(ax)
    assert "<b>" in figures.describe(ax)
    assert "<b>" not in figures.html(ax)
    assert "&lt;b&gt;" in figures.describe(ax)._repr_html_()


def test_importing_mlpkit_leaves_matplotlib_alone_and_figures_leave_pyplot_alone():
    code = (
        "import sys, mlpkit; assert 'matplotlib' not in sys.modules; from mlpkit import figures; "
        "figures.png(figures.course_map()); assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


# The picture in a notebook.


def test_a_picture_shows_itself_with_alternative_text():
    ax = figures.course_map("loss")
    data, metadata = ax._repr_mimebundle_()
    assert set(data) == {"image/png", "text/plain"}
    assert data["text/plain"] == figures.describe(ax)
    assert metadata["image/png"]["alt"].endswith("You are here: loss.")


def test_html_has_the_sentence_as_alternative_text():
    ax = figures.bars({'"<script>': 1.0}, "x")
    assert figures.html(ax).startswith(
        '<img alt="X: &quot;&lt;script&gt; ≈ 1.00." src="data:image/png;base64,'
    )


def test_show_prints_the_sentence_where_there_is_no_notebook(capsys):
    figures.show(figures.course_map())
    assert capsys.readouterr().out.startswith("Data, init, forward")


def test_show_gives_picture_and_paragraph_once(monkeypatch):
    display = pytest.importorskip("IPython.display")
    import IPython
    from matplotlib import pyplot

    shown = []
    monkeypatch.setattr(IPython, "get_ipython", lambda: "a notebook")
    monkeypatch.setattr(display, "display", lambda thing, **kwargs: shown.append((thing, kwargs)))
    fig, ax = pyplot.subplots()
    figures.show(figures.course_map(ax=ax))
    assert not pyplot.fignum_exists(fig.number)
    (picture, kwargs), (text, _) = shown
    assert kwargs["raw"] is True
    assert kwargs["metadata"]["image/png"]["alt"] == picture["text/plain"]
    assert text == figures.describe(ax)
    assert repr(text) == str(text)


def test_describe_refuses_what_is_not_a_figure():
    with pytest.raises(TypeError, match="list is not a figure of mlpkit: pass the Axes"):
        figures.describe([])
    with pytest.raises(ValueError, match="these Axes have no description: pass the Axes that"):
        figures.describe(Figure().add_subplot())
