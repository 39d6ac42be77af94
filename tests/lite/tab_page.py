"""The built site in a chromium: how tests open a lesson there, and run code in its kernel."""

import importlib.util
import re
import shutil
import subprocess
import threading
from contextlib import contextmanager

import pytest
from playwright.sync_api import sync_playwright

from lite import build, serve
from tests.browser import HOW_TO_INSTALL, QUIET_BROWSER, find_browser
from tests.lite.small_pyodide import add_a_stand_in, gather

NOTEBOOK_READY = "() => window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel"
# Runs code as a cell does. A line that names a door is answered through it, while the code still runs.
RUN = """async code => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel, told = [];
    const future = kernel.requestExecute({code});
    future.onIOPub = ({content}) => {
        told.push(content.text ?? content.evalue ?? content.data?.["text/plain"] ?? "");
        const door = /^mlpkit-\\S+/.exec(content.text ?? "");
        if (door) new BroadcastChannel(door[0]).postMessage({do: "pause", value: [1, 2.5]});
    };
    await future.done;
    return told.join("");
}"""
ADD_CELL = """([index, source]) => jupyterapp.shell.currentWidget.content.model.sharedModel.insertCell(
    index, {cell_type: "code", source})"""
RUN_CELLS = """async ([first, end]) => {
    jupyterapp.shell.currentWidget.content.activeCellIndex = first;
    for (let i = first; i < end; i++) await jupyterapp.commands.execute("notebook:run-cell-and-select-next");
}"""


def skip_where_it_cannot_be_built():
    """JupyterLite and a chromium are needed."""
    if importlib.util.find_spec("jupyterlite_core") is None:
        pytest.skip("JupyterLite is missing: pip install -e '.[lite]'")
    if find_browser() is None:
        pytest.skip(HOW_TO_INSTALL)


def build_small(folder):
    """The site with npm's Pyodide, of the version that the kernel names."""
    for command in ("npm", "node"):
        if shutil.which(command) is None:
            pytest.skip(f"{command} is missing")
    quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
    version = re.search(r"/v([\d.]+)/", build.cdn())[1]
    subprocess.run(["npm", "install", *quiet, "--prefix", folder, f"pyodide@{version}"], check=True)
    gather(folder / "node_modules" / "pyodide", folder / "pyodide")
    add_a_stand_in(folder / "pyodide")
    build.build(folder / "site", folder / "pyodide")
    return folder / "site"


@contextmanager
def open_tab(site, lesson="00_start_here.ipynb"):
    """A page that shows a lesson; in the end, it must have asked no other host for anything."""
    server = serve.server(site, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=QUIET_BROWSER)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(180_000)
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}/lab/index.html?path={lesson}")
        page.wait_for_function(NOTEBOOK_READY)
        yield page
        browser.close()
    server.shutdown()
    server.server_close()
    assert [url for url in asked if url.startswith("http") and not url.startswith(address)] == []
