"""Measure how heavy the site is and how long it takes to start: `python -m lite.measure [FOLDER]`.

It opens the first lesson in Chromium and does what its first cell does, and what needs all images, twice: the
first time the browser's cache is empty. Bytes are those of answers, packed as GitHub Pages packs them; what
comes from a CDN is not counted, so the site must hold Pyodide. The page fetches images ahead, so the first
cell's bytes may hold some of theirs.
"""

import functools
import gzip
import http.server
import sys
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import QUIET_BROWSER, find_browser
from tests.lite.tab_page import NOTEBOOK_READY, RUN

from .build import SITE
from .serve import Handler

PACKED = {".html", ".js", ".mjs", ".json", ".css", ".svg", ".wasm", ".ipynb", ".md", ".webmanifest"}
STEPS = {
    "Python": "print(1 + 1)",
    "mlpkit": "import mlpkit, mlpkit.widgets; print(mlpkit.__version__)",
    "its first cell": "data = mlpkit.load('fashion_mnist'); print(len(data.train.labels))",
    "all images": "print(len(data.valid.images), len(data.train.images))",
}


class Counting(Handler):
    """Answers as GitHub Pages does: packed, to be kept for ten minutes; it counts what goes out."""

    sent = 0
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
            before, began = Counting.sent, time.perf_counter()
            page.goto(address)
            page.wait_for_function(NOTEBOOK_READY, timeout=180_000)
            for what, code in STEPS.items():
                answer = page.evaluate(RUN, code).strip()
                seconds, megabytes = time.perf_counter() - began, (Counting.sent - before) / 1e6
                print(
                    f"{visit}: {what} after {seconds:.1f} s, {megabytes:.1f} MB ({answer[-60:]})", flush=True
                )
            browser.close()
        server.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else SITE)
