"""The images in a browser tab: files of the site, fetched when they are first asked for.

The wheel that a tab installs comes without them, since most of a page's weight would be theirs.
"""

import hashlib

FOLDER = "static/mlpkit/data"  # below the address of the site


def fetch(path: str, digest: str) -> bytes:
    """Fetch one packed file, and see that it is whole.

    path: str, such as "mnist_10k/t10k-labels-idx1-ubyte.gz"
    digest: str, its SHA-256 sum
    returns: bytes
    raises: OSError, when it does not come or has another sum
    """
    import js  # Pyodide's door to the browser

    address = f"{js.location.href.partition('/extensions/')[0]}/{FOLDER}/{path}"
    request = js.XMLHttpRequest.new()
    request.open("GET", address, False)  # the kernel runs in a worker of its own, which may wait
    request.responseType = "arraybuffer"
    try:
        request.send()
    except Exception as problem:  # a JavaScript error: there is no network
        raise OSError(f"{address} does not answer. Check the network, and run the cell again") from problem
    if request.status != 200:
        raise OSError(f"{address} answers {request.status}. Reload the page, and run the cell again")
    content = request.response.to_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise OSError(
            f"{address} is damaged: its SHA-256 sum begins with {found[:16]}, expected {digest[:16]}. "
            "Reload the page, and run the cell again"
        )
    return content
