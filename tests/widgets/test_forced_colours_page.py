"""Pages with the system's own colours, and narrow pages: nothing disappears, and a mark is seen."""

import pytest

from tests.notebooks import notebook
from tests.widget_page import find, settle
from tests.widgets.test_all_widgets_page import CELLS, MAKE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WRONG = """
from mlpkit.exercises import exercise

@exercise
def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    total = powers.sum(axis=1)
    return powers / total[0]
"""
PARTS = ("PredictionGallery", "SignalMicroscope", "TrainingDeck")
COLOUR = "(e) => getComputedStyle(e).color"


@pytest.fixture
def shown(open_notebook, lab):
    page = open_notebook(notebook(MAKE, *(CELLS[name] for name in PARTS), WRONG))
    page.run_all()
    yield page, dict(zip(PARTS, (find(page, i) for i in range(len(PARTS)))))
    lab.page.emulate_media(forced_colors="none")
    lab.page.set_viewport_size({"width": 1280, "height": 800})


def test_marks_are_seen_with_forced_colours(shown, lab):
    page, widgets = shown
    lab.page.emulate_media(forced_colors="active")
    settle(lab)
    page.select(4)
    place = page.locator('[role="mark"]').first
    assert place.evaluate(COLOUR) == place.locator("xpath=..").evaluate(COLOUR)
    page.select(1)
    tiles = widgets["PredictionGallery"].locator('[role="option"]')
    outline = (
        "(e) => getComputedStyle(e).outlineStyle !== 'none' && parseFloat(getComputedStyle(e).outlineWidth)"
    )
    chosen = [bool(tile.evaluate(outline)) for tile in tiles.all()]
    assert chosen == [True, *[False] * (len(chosen) - 1)]
    page.select(2)
    keys = widgets["SignalMicroscope"].locator(".mlp-signal-key > span")
    colours = {key.evaluate("(e) => getComputedStyle(e).borderTopColor") for key in keys.all()}
    assert len(colours) >= 3, "each key has the colour of its line"


def test_the_decks_table_is_whole_on_a_narrow_page(shown, lab):
    page, widgets = shown
    lab.page.set_viewport_size({"width": 800, "height": 1200})
    settle(lab)
    page.select(3)
    runs = widgets["TrainingDeck"].locator(".mlp-deck-runs")
    assert runs.evaluate("(e) => e.scrollWidth <= e.clientWidth + 1")
    named = "(e) => getComputedStyle(e, '::before').content"
    names = [cell.evaluate(named) for cell in runs.locator("[data-label]").all()]
    assert any("Best validation" in name for name in names)


TILES = """(deck) => [...deck.querySelectorAll(".mlp-deck-tile")].map((tile) => {
    const picture = tile.querySelector("canvas").getBoundingClientRect();
    const said = tile.querySelector(".mlp-deck-sure").firstElementChild;
    said.textContent = "100 %";
    const box = said.getBoundingClientRect();
    return Math.abs(picture.width - picture.height) < 1 && box.height < 22 && box.left > picture.right;
})"""


def test_a_sure_answer_moves_and_stretches_no_picture_of_the_deck(shown, lab):
    page, widgets = shown
    lab.page.set_viewport_size({"width": 800, "height": 1200})
    settle(lab)
    page.select(3)
    found = widgets["TrainingDeck"].evaluate(TILES)
    assert found == [True] * len(found)
    assert found


def test_the_deck_says_what_its_lines_bands_bars_and_per_cents_are(shown):
    page, widgets = shown
    page.select(3)
    said = widgets["TrainingDeck"].inner_text()
    for sign in ("Line", "Band", "Numbers above", "Per cent", "Each bar", "Orange", "Blue"):
        assert f"{sign}: " in said
