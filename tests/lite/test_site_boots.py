"""The built site in a real browser, with npm's Pyodide and no NumPy: kernel, files, nothing from elsewhere.

It needs the extra `lite`, npm, and a chromium.
"""

import importlib.util
import re
import shutil
import subprocess
import threading

import pytest
from playwright.sync_api import sync_playwright

from lite import build, serve
from tests.browser import HOW_TO_INSTALL, QUIET_BROWSER, find_browser
from tests.lite.small_pyodide import gather

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(900)]

NOTEBOOK_READY = "() => window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel"
RUN = """async code => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel, told = [];
    const future = kernel.requestExecute({code});
    future.onIOPub = ({content}) => told.push(content.text ?? content.evalue ?? "");
    await future.done;
    return told.join("");
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    for command in ("npm", "node"):
        if shutil.which(command) is None:
            pytest.skip(f"{command} is missing")
    if importlib.util.find_spec("jupyterlite_core") is None:
        pytest.skip("JupyterLite is missing: pip install -e '.[lite]'")
    if find_browser() is None:
        pytest.skip(HOW_TO_INSTALL)
    folder = tmp_path_factory.mktemp("site")
    version = re.search(r"/v([\d.]+)/", build.cdn())[1]
    words = [
        "npm",
        "install",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        "--prefix",
        folder,
        f"pyodide@{version}",
    ]
    subprocess.run(words, check=True)
    build.build(folder / "site", gather(folder / "node_modules" / "pyodide", folder / "pyodide"))
    return folder / "site"


@pytest.fixture
def page(site):
    server = serve.server(site, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=QUIET_BROWSER)
        page = browser.new_page()
        page.set_default_timeout(180_000)
        page.outside = []
        page.on("request", lambda r: page.outside.append(r.url) if r.url.startswith("http") else None)
        page.goto(f"{address}/lab/index.html?path=00_start_here.ipynb")
        page.wait_for_function(NOTEBOOK_READY)
        yield page
        page.outside = [url for url in page.outside if not url.startswith(address)]
        browser.close()
    server.shutdown()
    server.server_close()
    assert page.outside == []


def test_a_tab_has_the_lessons_the_package_and_a_drive(page):
    run = lambda code: page.evaluate(RUN, code)  # noqa: E731
    assert run("import sys, os; print(sys.platform, os.getcwd())") == "emscripten /drive\n"
    assert "00_start_here.ipynb" in run("print(os.listdir('.'))")
    assert run("import ipywidgets, anywidget; print('widgets')") == "widgets\n"
    # mlpkit itself comes with its import, and stops where NumPy is missing from this small Pyodide
    assert run("import mlpkit") == "No module named 'numpy'"
    assert run("import importlib.util as i; print(i.find_spec('mlpkit.datasets.site') is not None)")
    run("os.makedirs('my_mlpkit'); open('my_mlpkit/relu.py', 'w').write('# mine')")
    page.reload()
    page.wait_for_function(NOTEBOOK_READY)
    assert run("print(open('my_mlpkit/relu.py').read())") == "# mine\n"
