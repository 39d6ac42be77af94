"""Helpers for the browser tests of widgets: find one, wait for what it publishes, let axe-core look at it.

A widget publishes facts as `data-...` attributes (see `view.mark` in frame.js); tests wait for these.
"""

import json
import shutil
import subprocess

import pytest
from playwright.sync_api import TimeoutError

from tests.browser import ARTIFACTS, CURRENT, READ
from tests.notebooks import ROOT

NODE_FOLDER = ROOT / "tests" / "js"
AXE = NODE_FOLDER / "node_modules" / "axe-core" / "axe.min.js"
# JavaScript: wait until whatever fades or slides in has done so; half faded, text has half its contrast
STANDS_STILL = """() => Promise.allSettled(
    document.getAnimations()
        .filter((motion) => motion.playState === "running" && motion.effect.getComputedTiming().endTime < 1e5)
        .map((motion) => motion.finished)
).then(() => null)"""
NO_NPM = "npm is needed to fetch axe-core; Debian and Ubuntu: apt-get install npm"


def find(notebook, number=0):
    """The widget with this number on the page, once it is there."""
    widget = notebook.locator("section.mlp").nth(number)
    try:
        widget.wait_for(state="visible")
    except TimeoutError as error:
        raise AssertionError(f"no widget {number} on the page: {_why_not(notebook)}") from error
    widget.scroll_into_view_if_needed()
    return widget


def _why_not(notebook):
    """What JupyterLab knows of its kernel and of the widgets in it."""
    return notebook.page.evaluate(
        f"""async () => {{
            const kernel = {CURRENT}.sessionContext.session?.kernel;
            const told = await Promise.race([
                kernel?.requestCommInfo({{ target_name: "jupyter.widget" }}),
                new Promise((done) => setTimeout(done, 5000)),
            ]);
            return {{
                status: kernel?.status, connection: kernel?.connectionStatus,
                handlesComms: kernel?.handleComms, targets: Object.keys(kernel?._targetRegistry ?? {{}}),
                known: [...(kernel?._comms?.keys() ?? [])],
                inKernel: told?.content?.comms, outputs: {READ}.map((cell) => cell.map((o) => o.data ?? o)),
            }};
        }}"""
    )


def wait(widget, seconds=30, **facts):
    """Wait until a widget publishes these facts; one may be a condition on x: "x >= 10"."""
    tests = []
    for name, value in facts.items():
        condition = value if isinstance(value, str) and "x " in value else f"x == {json.dumps(str(value))}"
        tests.append(f"((x) => {condition})(element.dataset.{name})")
    handle = widget.element_handle()
    handle.owner_frame().wait_for_function(
        f"(element) => {' && '.join(tests)}", arg=handle, timeout=seconds * 1000
    )


def fact(widget, name):
    """What a widget publishes now under a name."""
    return widget.get_attribute(f"data-{name}")


def axe(lab, widget):
    """What axe-core has against a widget: a line for each fault."""
    if not AXE.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip(NO_NPM)
        subprocess.run(
            [npm, "ci", "--no-audit", "--no-fund"], cwd=NODE_FOLDER, check=True, capture_output=True
        )
    if not lab.page.evaluate("() => typeof axe === 'object'"):
        lab.page.evaluate("(source) => { (0, eval)(source); }", AXE.read_text("utf-8"))
    widget.evaluate(STANDS_STILL)
    options = {"resultTypes": ["violations"], "preload": False}  # no style sheet is asked for a second time
    found = widget.evaluate(
        "async (element, options) => (await axe.run(element, options)).violations", options
    )
    return [f"{v['id']}: {v['help']}: {node['html'][:160]}" for v in found for node in v["nodes"]]


def look(lab, widget, name):
    """Keep pictures of a widget, light and dark, wide and narrow, and check that nothing sticks out of it."""
    for theme in ("Light", "Dark"):
        lab.theme(theme)
        for width in (1280, 800):
            lab.page.set_viewport_size({"width": width, "height": 1500})
            settle(lab)
            widget.scroll_into_view_if_needed()
            keep(widget, f"{name}-{theme.lower()}-{width}")
            sticking_out, faults = overflow(widget), axe(lab, widget)
            assert not sticking_out, f"{name} at {width}: {sticking_out}"
            assert not faults, f"{name}, {theme}, at {width}: {faults}"
    lab.theme("Light")
    lab.page.set_viewport_size({"width": 1280, "height": 800})


def keep(widget, name):
    """Keep a picture of a widget among the artefacts."""
    ARTIFACTS.mkdir(exist_ok=True)
    widget.screenshot(path=ARTIFACTS / f"{name}.png")


def settle(lab):
    """Wait until the page has drawn twice, so that sizes and colours are the new ones."""
    lab.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def overflow(widget):
    """The elements of a widget that stick out of it sideways."""
    return widget.evaluate(
        """(root) => {
            const frame = root.getBoundingClientRect();
            const scrolls = (e) => e !== root && (["auto", "scroll"].includes(getComputedStyle(e).overflowX)
                || scrolls(e.parentElement));
            const seen = [...root.querySelectorAll("*")].filter((e) => e.checkVisibility());
            return seen.filter((e) => !scrolls(e.parentElement)).filter((e) => {
                const box = e.getBoundingClientRect();
                return box.width > 1 && (box.right > frame.right + 1 || box.left < frame.left - 1);
            }).map((e) => e.outerHTML.slice(0, 120));
        }"""
    )
