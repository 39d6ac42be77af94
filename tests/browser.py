"""A real JupyterLab in a real browser for the tests: one server, one page, a new folder and kernel each time.

`lab.open(notebook)` gives a Notebook to run, read and look at; nothing sleeps, everything waits for a sign.
"""

import html
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import nbformat
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import sync_playwright

from mlpkit.app.cli import lab_environment
from tests.notebooks import ROOT

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_INSTALL = (
    "no chromium was found; Debian: apt-get install chromium, Ubuntu: apt-get install chromium-browser"
)
ARTIFACTS = ROOT / "artifacts"
QUIET_BROWSER = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]
FOR_TESTS = [
    "--no-browser",
    "--expose-app-in-browser",
    "--port=0",
    "--ServerApp.port_retries=0",
    "--allow-root",
]
# what JupyterLab says by itself when a kernel is shut down before its debugger has looked at it, or before it
# has answered what JupyterLab itself asks of every new kernel; what Notebook 7 says whenever it opens a page
JUPYTERS_OWN = (
    "Could not restore the debugger state",
    "Canceled future for create_subshell_request",
    "Canceled future for debug_request",
    "Cannot read properties of undefined (reading 'schema')",
)
# Jupyter Server leaves a page that leads to JupyterLab and, told to open a file, a second that leads to that.
HOME_PAGE, FILE_PAGE = "jpserver-[0-9]*-open.html", "jpserver-file-to-run-*-open.html"
# JavaScript: the notebook on top, and what its code cells hold
CURRENT = "window.jupyterapp.shell.currentWidget"
READ = f"{CURRENT}.content.widgets.filter(c => c.model.type === 'code').map(c => c.model.outputs.toJSON())"


def find_browser():
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


def start_server(command, folder, opens=HOME_PAGE):
    """Start JupyterLab with settings of its own; the process, and the address that it would open.

    opens: str, HOME_PAGE, or FILE_PAGE for a command that names a file to open
    """
    environment = lab_environment()
    for name in ("MLPKIT_HEADLESS", "MLPKIT_WORKBOOK"):
        environment.pop(name, None)  # here is a browser, and each notebook has its folder
    for kind in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"):
        environment[f"JUPYTER_{kind}"] = str(folder / kind.lower())
    environment["JUPYTERLAB_SETTINGS_DIR"] = str(folder / "settings")
    environment["JUPYTERLAB_WORKSPACES_DIR"] = str(folder / "workspaces")
    environment["IPYTHONDIR"] = str(folder / "ipython")
    with open(folder / "server.log", "wb") as log:
        server = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        for page in (folder / "runtime_dir").glob(opens):
            if found := re.search(r'url=([^"]+)"', page.read_text("utf-8")):
                return server, html.unescape(found[1])
        time.sleep(0.1)
    stop_server(server)
    raise RuntimeError("JupyterLab did not start:\n" + (folder / "server.log").read_text()[-3000:])


def stop_server(server):
    """Ask a server to stop, kernels and all; one that does not listen is ended."""
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:  # a second signal means: without asking the kernels
        server.terminate()
        server.wait(20)


class Lab:
    """JupyterLab, or with `program="notebook"` Jupyter Notebook 7, and the page that shows it.

    A second one needs the first, `beside`: Playwright starts only once in a process.
    """

    def __init__(self, folder, program="jupyterlab", beside=None):
        self.program, self.beside = program, beside
        self.folder = Path(folder).resolve()
        self.home = self.folder / "home"
        self.home.mkdir()
        self.count = self.workspaces = 0
        self.complaints = []  # console errors and uncaught exceptions
        self.outside = []  # requests that left this machine
        command = [sys.executable, "-m", program, f"--ServerApp.root_dir={self.home}"]
        self.server, self.address = start_server([*command, *FOR_TESTS], self.folder)
        self.playwright = beside.playwright if beside else sync_playwright().start()
        self.browser = self.playwright.chromium.launch(executable_path=find_browser(), args=QUIET_BROWSER)
        self.page = self.browser.new_page(viewport={"width": 1280, "height": 800})
        self.page.set_default_timeout(30_000)
        self.page.on("console", self._note_complaint)
        self.page.on("pageerror", lambda error: self._complain(str(error)))
        self.page.on("request", self._note_request)
        self.page.goto(self.address)
        self.wait_until_ready()

    def close(self):
        self.browser.close()
        if not self.beside:
            self.playwright.stop()
        stop_server(self.server)

    def open(self, notebook, name="lesson.ipynb"):
        """Open a notebook (a path, or a NotebookNode) in a folder of its own, and wait for its kernel."""
        self.count += 1
        path = self.home / str(self.count) / name
        path.parent.mkdir()
        if isinstance(notebook, Path):
            notebook = nbformat.read(notebook, as_version=4)
        kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
        notebook.metadata.setdefault("kernelspec", kernel)  # without it JupyterLab asks which kernel to take
        nbformat.write(notebook, path)
        return Notebook(self, path)

    def command(self, name, **arguments):
        """Carry out one of JupyterLab's own commands and wait until it is done."""
        self.js(
            "([name, args]) => window.jupyterapp.commands.execute(name, args).then(() => null)",
            [name, arguments],
        )

    def js(self, function, argument=None, seconds=30):
        """Call a JavaScript function in the page and wait for what it promises, but not for ever."""
        code = f"""([argument, ms]) => Promise.race([
            ({function})(argument),
            new Promise((_, refuse) => setTimeout(() => refuse(new Error(`no answer in ${{ms}} ms`)), ms)),
        ])"""
        try:
            return self.page.evaluate(code, [argument, seconds * 1000])
        except PlaywrightError as error:
            self.screenshot("where-it-stopped")
            raise AssertionError(f"{error}\nin {function}\nsee artifacts/where-it-stopped.png") from None

    def theme(self, name):
        """'Light' or 'Dark'.

        JupyterLab lays a splash screen over the page meanwhile and takes it away 200 ms later, once for each
        change: it throws ("removeChild") if a second change has ended by then. So wait until it has gone.
        """
        self.command("apputils:change-theme", theme=f"JupyterLab {name}")
        light = "true" if name == "Light" else "false"
        self.page.wait_for_selector(f'body[data-jp-theme-light="{light}"]', state="attached")
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")

    def wait_until_ready(self):
        self.page.wait_for_function("() => window.jupyterapp")
        self.js("() => window.jupyterapp.restored.then(() => null)")
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")

    def new_workspace(self):
        """An address at which JupyterLab opens with nothing in it."""
        self.workspaces += 1
        return urljoin(self.address, f"/lab/workspaces/{self.workspaces}")

    def screenshot(self, name, selector=None):
        """Keep a picture of the page, or of one element, among the artefacts."""
        ARTIFACTS.mkdir(exist_ok=True)
        target = self.page.locator(selector).first if selector else self.page
        target.screenshot(path=ARTIFACTS / f"{name}.png")

    def _note_complaint(self, message):
        if message.type == "error":
            self._complain(message.text)

    def _complain(self, text):
        if not text.removeprefix("Error: ").startswith(JUPYTERS_OWN):
            self.complaints.append(text)

    def _note_request(self, request):
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in (
            "127.0.0.1",
            "localhost",
        ):
            self.outside.append(request.url)


class Notebook:
    """One open notebook: run it, read its outputs, look at it."""

    def __init__(self, lab, path):
        self.lab, self.page, self.path = lab, lab.page, path
        self.relative = path.relative_to(lab.home).as_posix()
        self.open()

    def open(self):
        if self.lab.program == "notebook":  # it gives each notebook a page
            self.page.goto(urljoin(self.lab.address, f"/notebooks/{self.relative}"))
            self.lab.wait_until_ready()
        else:
            self.lab.command("docmanager:open", path=self.relative, factory="Notebook")
        self.lab.js(
            f"() => {CURRENT}.context.ready.then(() => {CURRENT}.sessionContext.ready).then(() => null)"
        )
        self.wait_until_idle()

    def wait_until_idle(self, seconds=60):
        self.page.wait_for_function(
            f"() => {CURRENT}.sessionContext.session?.kernel?.status === 'idle'", timeout=seconds * 1000
        )

    def run_all(self, seconds=90):
        """Run every cell; an error in one is told as an error here."""
        self._run("notebook:run-all-cells", seconds)
        assert not self.errors(), "\n".join(self.errors())

    def run(self, index, seconds=60):
        """Run the code cell with this index, counted from 0 among the code cells."""
        self.select(index)
        self._run("notebook:run-cell", seconds)

    def start(self, index):
        """Run a code cell without waiting for it."""
        self.select(index)
        self.lab.js("() => { window.jupyterapp.commands.execute('notebook:run-cell'); }")

    def select(self, index):
        """Make a code cell the active one and bring it into view."""
        self.lab.js(
            f"""async index => {{
                const notebook = {CURRENT}.content;
                const cell = notebook.widgets.filter(c => c.model.type === 'code')[index];
                notebook.activeCellIndex = notebook.widgets.indexOf(cell);
                notebook.deselectAll();
                await notebook.scrollToItem(notebook.activeCellIndex);
            }}""",
            index,
        )

    def outputs(self):
        """The outputs of all code cells, as they would be stored."""
        return self.lab.js(f"() => {READ}")

    def text(self, index):
        """What a code cell has printed and returned, as plain text."""
        return "".join(_text(output) for output in self.outputs()[index])

    def wait_for_text(self, index, text, seconds=30):
        """Wait until a code cell has printed exactly this: nobody says when one further down is through."""
        said = f"({READ})[index].map((output) => [output.text ?? ''].flat().join('')).join('')"
        self.page.wait_for_function(
            f"([index, text]) => {said} === text",
            arg=[index, text],
            timeout=seconds * 1000,
        )

    def errors(self):
        return [
            f"code cell {i}: {output['ename']}: {output['evalue']}"
            for i, outputs in enumerate(self.outputs())
            for output in outputs
            if output["output_type"] == "error"
        ]

    def locator(self, selector):
        """An element of the notebook on top."""
        return self.page.locator(f".jp-NotebookPanel:not(.lm-mod-hidden) {selector}")

    def interrupt(self):
        self.lab.command("notebook:interrupt-kernel")

    def save(self):
        self.lab.command("docmanager:save")
        return nbformat.read(self.path, as_version=4)

    def reload_page(self):
        """Load the page anew, as a learner does, and come back to this notebook; its kernel lives on.

        Into an empty workspace: JupyterLab writes down what is open a while after a change, and opens it
        wrote down some time after it is ready. On a crowded machine a notebook closed before comes back so,
        with "widget model not found", in the middle of the next test.
        """
        self.save()
        if self.lab.program == "jupyterlab":
            self.page.goto(self.lab.new_workspace())
            self.lab.wait_until_ready()
        self.open()

    def close(self):
        self.lab.js(
            f"""async () => {{
                const panel = {CURRENT};
                await panel.context.save();
                await panel.sessionContext.shutdown();
                panel.dispose();
            }}"""
        )

    def _run(self, command, seconds):
        self.lab.js(
            "command => window.jupyterapp.commands.execute(command).then(() => null)", command, seconds
        )


def _text(output):
    if output["output_type"] == "stream":
        return "".join(output["text"])
    return "".join(output.get("data", {}).get("text/plain", ""))
