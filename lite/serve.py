"""Serve build/lite on this machine alone, to try it: `python -m lite.serve`."""

import functools
import http.server
import sys
from pathlib import Path

from .build import SITE


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files with the types that browsers insist on."""

    extensions_map = {  # noqa: RUF012 - as the class above has it
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".ipynb": "application/json",
        ".whl": "application/zip",
        ".gz": "application/octet-stream",
    }

    def log_message(self, *words: object) -> None:
        """Say nothing: a page asks for hundreds of files."""


def server(folder: Path = SITE, port: int = 8000) -> http.server.ThreadingHTTPServer:
    """A server of one folder.

    folder: Path; port: int, 0 for any that is free
    returns: ThreadingHTTPServer, not yet serving
    """
    handler = functools.partial(Handler, directory=str(folder))
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)


if __name__ == "__main__":
    with server() as serving:
        where = f"http://127.0.0.1:{serving.server_port}/lab/index.html?path=00_start_here.ipynb"
        print(f"Open {where}, stop with Ctrl+C")
        try:
            serving.serve_forever()
        except KeyboardInterrupt:
            sys.exit()
