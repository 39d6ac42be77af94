"""Measure how heavy the site is and how long it takes to start: `python -m lite.measure [FOLDER]`.

It opens the first lesson in Chromium and does what its first cell does, draws a picture, and asks for all
images, twice: the first time the browser's cache is empty. Bytes are those of answers, packed as GitHub Pages
packs them; those that the page fetches ahead, of images and of what draws, are told apart. What comes from a
CDN is not counted, so the site must hold Pyodide. `python -m lite.measure --lab` measures JupyterLab instead.
"""

import functools
import gzip
import http.server
import sys
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser import QUIET_BROWSER, Lab, find_browser
from tests.lite.tab_page import ADD_CELL, NOTEBOOK_READY, RUN, RUN_CELLS

from .build import SITE
from .serve import Handler
from .wheels import ROOT

PACKED = {".html", ".js", ".mjs", ".json", ".css", ".svg", ".wasm", ".ipynb", ".md", ".webmanifest"}
STEPS = {
    "Python": "print(1 + 1)",
    "mlpkit": "import mlpkit, mlpkit.figures, mlpkit.widgets; print(mlpkit.__version__)",
    "its first cell": "data = mlpkit.load('fashion_mnist'); print(len(data.train.labels))",
    "a picture": "from mlpkit.figures import image_grid, png\n"
    "print(len(png(image_grid(data.valid.images[46:62]))))",
    "all images": "print(len(data.valid.images), len(data.train.images))",
}
DECK = """import importlib.util
from mlpkit.widgets import TrainingDeck
if importlib.util.find_spec("matplotlib") is None:  # it draws the deck for those who see no widgets
    TrainingDeck.figure = lambda deck: None
TrainingDeck(data, epochs=5)"""


class Counting(Handler):
    """Answers as GitHub Pages does: packed, to be kept for ten minutes; it counts what goes out.

    sent: bytes; ahead: bytes, those that nobody waits for
    """

    sent, ahead = 0, 0
    packed = staticmethod(functools.cache(lambda path: gzip.compress(path.read_bytes(), 6)))

    def do_GET(self) -> None:
        """One file; a redirect or an error is left to the class above."""
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            super().do_GET()
            return
        small = path.suffix in PACKED
        content = self.packed(path) if small else path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "max-age=600")
        if small:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(content)
        if self.headers.get("Sec-Purpose", "").startswith("prefetch"):
            Counting.ahead += len(content)
        else:
            Counting.sent += len(content)


def main(site: Path) -> None:
    """Print seconds and megabytes of a cold and a warm start."""
    handler = functools.partial(Counting, directory=str(site))
    with (
        http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server,
        tempfile.TemporaryDirectory() as profile,
        sync_playwright() as playwright,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/lab/index.html?path=00_start_here.ipynb"
        for visit in ("cold", "warm"):
            browser = playwright.chromium.launch_persistent_context(
                profile, executable_path=find_browser(), args=QUIET_BROWSER
            )
            page = browser.new_page()
            Counting.sent, Counting.ahead, began = 0, 0, time.perf_counter()
            page.goto(address)
            page.wait_for_function(NOTEBOOK_READY, timeout=180_000)
            for what, code in STEPS.items():
                answer = page.evaluate(RUN, code).strip()
                seconds = time.perf_counter() - began
                weight = f"{Counting.sent / 1e6:.1f} MB, ahead {Counting.ahead / 1e6:.1f} MB"
                print(f"{visit}: {what} after {seconds:.1f} s, {weight} ({answer[-60:]})", flush=True)
            wait_for_the_plot(page, 0)
            print(f"{visit}: the deck plots after {time.perf_counter() - began:.1f} s", flush=True)
            browser.close()
        server.shutdown()


def wait_for_the_plot(page: Page, index: int) -> None:
    """Put a cell with a training deck into the notebook, press Start, and wait until its curve grows."""
    page.evaluate(ADD_CELL, [index, DECK])
    page.evaluate(RUN_CELLS, [index, index + 1])
    page.locator(".mlp[data-status] button", has_text="Start").first.click(timeout=60_000)
    page.wait_for_function("() => +document.querySelector('.mlp[data-status]').dataset.number > 0")


def in_jupyterlab() -> None:
    """Print the seconds from JupyterLab's start to a deck that plots, on this machine."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        lab = Lab(folder)
        lab.open(ROOT / "lessons" / "00_start_here.ipynb")
        lab.page.evaluate(ADD_CELL, [0, "import mlpkit, mlpkit.widgets\ndata = mlpkit.load('fashion_mnist')"])
        lab.page.evaluate(RUN_CELLS, [0, 1])
        wait_for_the_plot(lab.page, 1)
        print(f"JupyterLab: the deck plots after {time.perf_counter() - began:.1f} s")
        lab.close()


if __name__ == "__main__":
    if sys.argv[1:] == ["--lab"]:
        in_jupyterlab()
    else:
        main(Path(sys.argv[1]) if sys.argv[1:] else SITE)
