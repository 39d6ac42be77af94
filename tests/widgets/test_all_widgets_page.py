"""What every widget owes its reader, in a real JupyterLab: all stand on one page, each is walked by Tab."""

import pytest

import mlpkit.widgets
from tests.notebooks import notebook
from tests.widget_page import find, wait

MAKE = """
import numpy as np
import mlpkit
from mlpkit.widgets import *
from mlpkit.clinic import MENU, patient
data = mlpkit.load()
params = mlpkit.init_params([784, 16, 10], rng=np.random.default_rng(0))
few = mlpkit.Examples(data.valid.images[:200], data.valid.labels[:200])
"""
CELLS = {
    "ClinicPanel": 'ClinicPanel(patient, ["too-good", "flat-line"], MENU)',
    "ConfusionMatrix": "ConfusionMatrix(params, few)",
    "DrawPad": "DrawPad()",
    "GradientCheckMicroscope": 'GradientCheckMicroscope({"mlpkit": mlpkit.loss_and_grads})',
    "GradientRiver": "GradientRiver()",
    "MatrixLoupe": "MatrixLoupe(params, few)",
    "OptimizerRace": "OptimizerRace()",
    "PixelLens": "PixelLens(data.valid.images[:12])",
    "PredictionGallery": "PredictionGallery(params, few)",
    "SignalMicroscope": "SignalMicroscope(data)",
    "SoftmaxFaders": "SoftmaxFaders()",
    "TrainingDeck": "TrainingDeck(few, epochs=2)",
}
CONTROLS = "button, input, select, textarea, summary, a[href], [tabindex='0']"
STOPS = f"""(root) => {{
    const radios = (e) => e.type === "radio" && !e.checked;
    const stops = [...root.querySelectorAll("{CONTROLS}")]
        .filter((e) => e.checkVisibility() && !e.disabled && e.tabIndex >= 0 && !radios(e));
    stops.forEach((e, i) => {{ e.dataset.stop = i; }});
    stops[0].focus();
    return stops.length;
}}"""
HERE = """(root) => {
    const e = document.activeElement, style = getComputedStyle(e);
    const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return root.contains(e) ? [Number(e.dataset.stop ?? -1), seen ? "" : e.outerHTML.slice(0, 120)] : null;
}"""


@pytest.fixture
def shown(open_notebook):
    page = open_notebook(notebook(MAKE, *CELLS.values()))
    page.run_all()
    return page, {name: find(page, number) for number, name in enumerate(CELLS)}


def test_no_widget_is_forgotten():
    assert list(CELLS) == mlpkit.widgets.__all__


@pytest.mark.browser
def test_all_are_walked_through_by_tab_and_say_so_when_the_kernel_has_gone(shown, lab):
    page, widgets = shown
    for number, (name, widget) in enumerate(widgets.items(), start=1):
        page.select(number)
        widget.scroll_into_view_if_needed()
        reached = {0}
        stops = widget.evaluate(STOPS)
        for _ in range(stops + 5):  # what can be scrolled is a stop too
            lab.page.keyboard.press("Tab")
            if (here := widget.evaluate(HERE)) is None:
                break
            reached.add(here[0])
            assert not here[1], f"{name}: no visible focus on {here[1]}"
        assert reached >= set(range(stops)), f"{name}: Tab reaches {sorted(reached)} of {stops}"
    lab.js("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel().then(() => null)")
    for number, widget in enumerate(widgets.values(), start=1):
        page.select(number)  # JupyterLab 4.4 takes cells that are out of sight off the page
        widget.scroll_into_view_if_needed()
        wait(widget, connected="no")
        assert "Run the cell again" in widget.get_by_role("alert").first.inner_text()
        controls = "[...e.querySelectorAll('button, input, select')]"
        assert widget.evaluate(f"(e) => {controls}.every((control) => control.disabled)")
