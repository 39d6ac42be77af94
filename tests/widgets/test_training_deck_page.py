"""The training deck in a real JupyterLab: it keeps its promises while training runs, come what may."""

import pytest

from tests.notebooks import notebook
from tests.widget_page import axe, fact, find, keep, look, wait

pytestmark = pytest.mark.browser

DATA = """
import time
import numpy as np
import mlpkit
from mlpkit.widgets import TrainingDeck
data = mlpkit.load()

def small(n):
    return data._replace(train=mlpkit.Examples(data.train.images[:n], data.train.labels[:n]),
                         valid=mlpkit.Examples(data.valid.images[:500], data.valid.labels[:500]))
"""
# longer than any machine takes to look at it
LONG = "deck = TrainingDeck(small(6400), epochs=20_000)\ndeck"
SHORT = "deck = TrainingDeck(small(6400), epochs=2)\ndeck"
KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext"


@pytest.fixture
def deck(open_notebook):
    """Open a notebook whose first cell loads the data, and run the one that shows the deck."""

    def open_one(source, *more, name="lesson.ipynb"):
        page = open_notebook(notebook(DATA, source, *more), name)
        page.run(0)
        page.run(1)
        widget = find(page)
        wait(widget, status="ready")
        return page, widget

    return open_one


def press(widget, name):
    widget.get_by_role("button", name=name, exact=True).click()


def milliseconds_until(widget, button, status):
    """How long it takes from a click until the widget shows the new status, by the browser's clock."""
    return widget.evaluate(
        """(root, [name, status]) => new Promise((done) => {
            const button = [...root.querySelectorAll("button")].find((b) => b.textContent === name);
            const watch = new MutationObserver(() => {
                if (root.dataset.status !== status) return;
                watch.disconnect();
                done(performance.now() - began);
            });
            watch.observe(root, { attributes: true });
            const began = performance.now();
            button.click();
        })""",
        [button, status],
    )


@pytest.mark.slow
def test_the_curves_are_right_to_the_last_step(deck):
    page, widget = deck(SHORT, "print(len(deck.history), np.float32(deck.history.column('loss')[-1]))")
    press(widget, "Start")
    wait(widget, status="finished", rows=200)
    page.run(2)
    steps, loss = page.text(2).split()
    assert steps == "200"
    assert float(loss) == pytest.approx(float(fact(widget, "loss")), rel=1e-6)
    assert widget.get_by_role("progressbar").evaluate("e => e.value") == 1


def test_buttons_answer_at_once_and_updates_are_few_while_training_runs(deck):
    _, widget = deck(LONG)
    press(widget, "Start")
    wait(widget, number="x >= 100")
    answers = []
    for _ in range(7):
        answers.append(milliseconds_until(widget, "Pause", "paused"))
        answers.append(milliseconds_until(widget, "Continue", "running"))
    assert sorted(answers)[len(answers) // 2] < 300, answers
    counted = widget.evaluate(
        """(root) => new Promise((done) => {
            const before = Number(root.dataset.updates);
            setTimeout(() => done(Number(root.dataset.updates) - before), 3000);
        })"""
    )
    assert 3 <= counted <= 30
    press(widget, "Stop")
    wait(widget, status="stopped")


@pytest.mark.slow
def test_settings_act_on_the_next_step_by_keyboard(deck):
    source = (
        "deck = TrainingDeck(small(6400), optimizer=mlpkit.momentum, learning_rate=0.01, epochs=20_000)\ndeck"
    )
    page, widget = deck(
        source, "deck.stop(); print(*deck.history.column('learning_rate')[[0, -1]], *deck.settings)"
    )
    press(widget, "Start")
    wait(widget, number="x >= 20")
    box = widget.get_by_label("Learning rate", exact=True)
    box.fill("0.00075")
    box.press("Enter")
    wait(widget, rate="0.00075")
    box.fill("-3")
    box.press("Enter")
    assert box.input_value() == "0.00075"
    widget.get_by_label("Learning rate in round steps").focus()
    for rate in ("0.0005", "0.0002"):
        widget.page.keyboard.press("ArrowLeft")
        wait(widget, rate=rate)
    assert box.input_value() == "0.0002"
    widget.get_by_label("Momentum").focus()
    widget.page.keyboard.press("Home")
    wait(widget, momentum="0")
    widget.get_by_label("Batch size").select_option("256")
    wait(widget, batch="256", number="x >= 150")
    page.run(2)
    assert page.text(2).split() == ["0.01", "0.0002", "0.0002", "0", "256"]


@pytest.mark.slow
def test_out_of_sight_it_costs_nothing_and_loses_nothing(deck):
    page, widget = deck(LONG, "print(deck.watched)", "print(len(deck.history))")
    press(widget, "Start")
    wait(widget, number="x >= 50")
    handle = widget.element_handle()
    page.select(1)
    page.lab.command("notebook:hide-cell-outputs")
    widget.wait_for(state="hidden")
    page.run(2)
    assert page.text(2) == "False\n"
    before = handle.get_attribute("data-updates")
    page.run(3)
    first = int(page.text(3))
    while int(page.text(3)) < first + 100:
        page.run(3)
    assert handle.get_attribute("data-updates") == before
    page.select(1)
    page.lab.command("notebook:show-cell-outputs")
    wait(find(page), rows=f"x >= {first + 100}")
    press(find(page), "Stop")
    wait(find(page), status="stopped")


@pytest.mark.slow
def test_behind_another_tab_it_is_not_drawn_and_catches_up(deck, open_notebook):
    page, widget = deck(LONG, "deck.stop(); print(len(deck.history), deck.watched)")
    press(widget, "Start")
    wait(widget, number="x >= 50")
    handle = widget.element_handle()
    open_notebook(notebook("1"), "other.ipynb")
    before = handle.get_attribute("data-updates")
    page.page.wait_for_timeout(1500)  # time for a dozen updates that must not come
    assert int(handle.get_attribute("data-updates")) <= int(before) + 1
    page.lab.command("docmanager:open", path=page.relative, factory="Notebook")
    wait(find(page), number="x >= 200")
    page.run(2)
    wait(find(page), status="stopped", rows=page.text(2).split()[0])


@pytest.mark.slow
def test_two_decks_and_two_kernels_train_side_by_side(deck):
    page, first = deck(LONG, "other = TrainingDeck(small(6400), epochs=20_000, batch_size=32)\nother")
    page.run(2)
    second = find(page, 1)
    wait(second, status="ready")
    press(first, "Start")
    press(second, "Start")
    wait(first, number="x >= 60")
    wait(second, number="x >= 60")
    _, third = deck(LONG, name="third.ipynb")
    press(third, "Start")
    wait(third, number="x >= 60")
    press(third, "Stop")
    wait(third, status="stopped")


@pytest.mark.slow
def test_running_the_cell_again_stops_the_former_run(deck):
    page, widget = deck(
        f"old = globals().get('deck')\n{LONG}", "print(old.status, old.comm is None, deck.status)"
    )
    press(widget, "Start")
    wait(widget, number="x >= 20")
    page.run(1)
    wait(find(page), status="ready", rows=0)
    page.run(2)
    assert page.text(2) == "stopped True ready\n"
    assert page.locator("section.mlp").count() == 1


@pytest.mark.slow
def test_a_reload_of_the_page_finds_everything_again_while_training_goes_on(deck):
    page, widget = deck(LONG, "deck.stop(); print(len(deck.history))")
    press(widget, "Start")
    wait(widget, number="x >= 50")
    press(widget, "Reset")
    wait(widget, run=2)
    press(widget, "Start")
    wait(widget, number="x >= 50")
    page.reload_page()
    again = find(page)
    wait(again, status="running", run=2, archived=1)
    before = int(fact(again, "number"))
    wait(again, number=f"x >= {before + 50}")
    page.run(2)
    wait(again, status="stopped", rows=page.text(2).strip())


@pytest.mark.slow
def test_after_a_restart_it_says_so_and_pretends_nothing(deck):
    page, widget = deck(LONG)
    press(widget, "Start")
    wait(widget, number="x >= 20")
    page.lab.js(f"() => {KERNEL}.restartKernel().then(() => null)")
    wait(widget, connected="no")
    assert "Run the cell again" in widget.get_by_role("alert").inner_text()
    assert widget.get_by_role("button", name="Pause").is_disabled()
    page.run(0)
    page.run(1)
    wait(find(page), status="ready", connected="yes")


def test_run_all_waits_for_the_end_and_buttons_are_heard_meanwhile(deck, open_notebook):
    page = open_notebook(
        notebook(DATA, LONG, "await deck.finished()", "print(deck.status, len(deck.history))")
    )
    page.lab.js("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
    widget = find(page)
    wait(widget, number="x >= 50")
    assert milliseconds_until(widget, "Pause", "paused") < 2000
    assert milliseconds_until(widget, "Continue", "running") < 2000
    press(widget, "Stop")
    wait(widget, status="stopped")
    page.wait_for_text(3, f"stopped {fact(widget, 'rows')}\n")


def test_the_notebooks_stop_button_stops_training_and_the_kernel_goes_on(deck):
    page, widget = deck(LONG, "await deck.finished()", "print(deck.status)")
    page.start(2)
    wait(widget, number="x >= 30")
    page.interrupt()
    wait(widget, status="stopped")
    page.wait_until_idle()
    page.run(3)
    assert page.text(3) == "stopped\n"
    press(widget, "Continue")
    wait(widget, status="running")
    press(widget, "Stop")
    wait(widget, status="stopped")


BROKEN = """
def mine(params, images, labels):
    if len(deck.history) == 30:
        raise ValueError("<img src=x onerror=alert(1)> shapes differ")
    return mlpkit.loss_and_grads(params, images, labels)

deck = TrainingDeck(small(6400), loss_and_grads=mine)
deck
"""


def test_an_error_in_the_learners_function_is_shown_with_its_line(deck):
    page, widget = deck(BROKEN, "print(deck.status, len(deck.history), 1 + 1)")
    press(widget, "Start")
    wait(widget, status="error", rows=30)
    told = widget.get_by_role("alert").inner_text()
    assert "ValueError: <img src=x onerror=alert(1)> shapes differ" in told
    assert "in mine, line 3: raise ValueError" in told
    assert widget.locator("img").count() == 0
    keep(widget, "training-deck-error")
    page.run(2)
    assert page.text(2) == "error 30 2\n"


@pytest.mark.slow
def test_a_diverging_network_is_shown_truthfully(deck):
    source = """
floats = mlpkit.Examples(data.train.images[:6400].astype(np.float32), data.train.labels[:6400])
deck = TrainingDeck(floats, optimizer=mlpkit.sgd, learning_rate=1000.0)
deck"""
    page, widget = deck(source, "print(deck.status, 1 + 1)")
    press(widget, "Start")
    wait(widget, status="error")
    assert "the loss became" in widget.get_by_role("alert").inner_text()
    keep(widget, "training-deck-diverged")
    assert axe(page.lab, widget) == []
    page.run(2)
    assert page.text(2) == "error 2\n"


@pytest.mark.slow
def test_time_travel_forks_and_archived_runs(deck):
    page, widget = deck(SHORT, "print({name: len(h) for name, h in deck.runs.items()})")
    press(widget, "Start")
    wait(widget, status="finished")
    scrub = widget.get_by_label("Look back at step")
    scrub.focus()
    for _ in range(3):
        widget.page.keyboard.press("ArrowLeft")
    wait(widget, looking=197, shown="x <= 197")
    widget.page.keyboard.press("Home")
    wait(widget, looking=0, shown=0)
    scrub.fill("50")
    wait(widget, looking=50, shown="x > 0")
    shown = fact(widget, "shown")
    assert int(shown) <= 50
    assert f"after step {shown}" in widget.inner_text()
    widget.get_by_role("button", name="Fork from").press("Enter")
    wait(widget, run=2, archived=1, number=shown, status="paused", looking="now")
    press(widget, "Continue")
    wait(widget, status="finished", rows=200)
    name = widget.get_by_label("Name of run 1")
    name.fill("first <b>try</b>")
    name.press("Enter")
    widget.get_by_role("button", name="Remove first <b>try</b>").wait_for()
    page.run(2)
    assert page.text(2) == f"{{'first <b>try</b>': 200, 'run 2, from step {shown}': 200}}\n"
    widget.get_by_label("Show first").uncheck()
    widget.get_by_label("Show first").check()
    keep(widget, "training-deck-fork")
    widget.get_by_role("button", name="Remove first <b>try</b>").click()
    wait(widget, archived=0)


@pytest.mark.slow
def test_every_control_is_reached_by_tab_and_shows_its_focus(deck):
    page, widget = deck(SHORT)
    press(widget, "One step")
    wait(widget, number=1)
    widget.get_by_role("button", name="Continue").focus()
    reached = []
    for _ in range(13):
        widget.page.keyboard.press("Tab")
        seen = widget.page.evaluate(
            """() => {
                const e = document.activeElement, style = getComputedStyle(e);
                const name = e.getAttribute("aria-label") || e.labels?.[0]?.textContent || e.textContent;
                const ours = e.closest("section.mlp");
                return [ours ? name : null, style.outlineStyle, parseFloat(style.outlineWidth)];
            }"""
        )
        if seen[0] is None:
            break
        reached.append(seen[0])
        assert seen[1] != "none", seen
        assert seen[2] >= 2, seen
    assert reached == [
        "One step",
        "Stop",
        "Reset",
        "Learning rate",
        "Learning rate in round steps",
        "Batch size",
        "Look back at step",
        "Back to now",
        "Fork here",
        "Name of run 1",
        "The curves in words",
    ]
    for key in "abdx":  # JupyterLab's own commands in command mode
        widget.get_by_label("Look back at step").press(key)
    assert len(page.outputs()) == 2


@pytest.mark.slow
def test_what_happens_is_said_but_not_too_often(deck):
    _, widget = deck("deck = TrainingDeck(small(6400), epochs=30)\ndeck")
    widget.evaluate(
        """(root) => {
            const place = root.querySelector("[aria-live]");
            root.said = [];
            new MutationObserver(() => root.said.push([performance.now(), place.textContent]))
                .observe(place, { childList: true, characterData: true, subtree: true });
        }"""
    )
    press(widget, "Start")
    wait(widget, status="finished", seconds=90)
    widget.page.wait_for_function(
        "(root) => root.said.at(-1)?.[1].startsWith('Finished')", arg=widget.element_handle()
    )
    said = widget.evaluate("(root) => root.said")
    gaps = [later[0] - earlier[0] for earlier, later in zip(said, said[1:])]
    assert all(gap > 3900 for gap in gaps[:-1]), said  # the end is said at once
    assert said[-1][1].startswith("Finished")
    assert "validation accuracy" in said[-1][1]
    widget.get_by_text("The curves in words").click()
    assert "Training loss: falling, from" in widget.inner_text()


@pytest.mark.slow
def test_it_looks_right_and_axe_finds_nothing(deck, lab):
    _, widget = deck("deck = TrainingDeck(small(25600), epochs=5_000)\ndeck")
    look(lab, widget, "training-deck-rest")
    press(widget, "Start")
    wait(widget, number="x >= 900")
    look(lab, widget, "training-deck-motion")
    press(widget, "Stop")
    wait(widget, status="stopped")
