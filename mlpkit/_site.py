"""The site that a browser tab comes from: it gives one file, or hears which files will be needed soon.

Images and matplotlib's wheels come this way; elsewhere nothing calls these functions.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterable
from urllib.parse import urljoin

FOLDER = "static/mlpkit/"  # what is ours, below the address of the site
AHEAD = "mlpkit-ahead"  # the channel on which a page hears what will be needed soon; page.mjs knows it too


def fetch(path: str, digest: str, packed: bool = False) -> bytes:
    """Fetch one file, and see that it is whole.

    path: str, such as "data/mnist_10k/test_labels-0-0123456789ab.gz", or a whole address
    digest: str, the SHA-256 sum of the file, or of what is in it
    packed: bool, whether gzip has packed it; then it is unpacked
    returns: bytes
    raises: OSError, when it does not come, cannot be unpacked or has another sum
    """
    import js  # Pyodide's door to the browser

    address = _address(path)
    request = js.XMLHttpRequest.new()
    request.open("GET", address, False)  # the kernel runs in a worker of its own, which may wait
    request.responseType = "arraybuffer"
    try:
        request.send()
    except Exception as problem:  # a JavaScript error: there is no network
        raise OSError(f"{address} does not answer. Check the network, and run the cell again") from problem
    if request.status != 200:
        raise OSError(f"{address} answers {request.status}. Reload the page, and run the cell again")
    content, seen = request.response.to_bytes(), ""
    try:
        content = gzip.decompress(content) if packed else content
    except (OSError, EOFError, zlib.error) as problem:
        seen = f"it cannot be unpacked ({problem})"
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        seen = seen or f"its SHA-256 sum begins with {found[:16]}, expected {digest[:16]}"
        raise OSError(f"{address} is damaged: {seen}. Reload the page, and run the cell again")
    return content


def announce(paths: Iterable[str]) -> None:
    """Tell the page which files will be needed: it fetches them while the learner reads.

    paths: iterable of str, as for `fetch`
    """
    import js

    channel = js.BroadcastChannel.new(AHEAD)
    for path in paths:
        channel.postMessage(_address(path))
    channel.close()


def _address(path: str) -> str:
    import js

    return urljoin(f"{js.location.href.partition('/extensions/')[0]}/{FOLDER}", path)
