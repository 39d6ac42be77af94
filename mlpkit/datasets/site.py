"""The images in a browser tab: files of the site, which come part by part, when they are first asked for.

The wheel that a tab installs is without them, since most of a page's weight would be theirs.
"""

import numpy as np

from .. import _site
from .bundled import SHIPPED
from .cache import ARRAYS, Stored

PARTS = {  # of each array: first row, last row + 1, and the SHA-256 sum of what is unpacked
    "fashion_mnist": {
        "train_images": (
            (0, 55_000, "6448ebbef722738240ac74a6e706ddc126b60ea5cb95b24e613aca5490863cd2"),
            (55_000, 60_000, "69c6eedd84f8e35cee17021aa981de759de2042ea53ec60f067174bdec7e3ae9"),
        ),
        "train_labels": ((0, 60_000, "657fbd221bfc9f4198cc14b5619cc33ec57c58dd0e47af4d99d6650759e869a7"),),
        "test_images": ((0, 10_000, "c867c93ff95360594e8ec3287995350b824dd110b11595c0e13d5423f621867a"),),
        "test_labels": ((0, 10_000, "3d0e6c6ea990b53b6f8f500a41cac93881d981b315f84578b7d915342ade01e9"),),
    },
    "mnist_10k": {
        "train_images": ((0, 8_000, "d62f7e1b7ffbe862df8faadacdd3e6b57ad2e5a0629623f4baf748696ec816d5"),),
        "train_labels": ((0, 8_000, "6043d0dfe1f19f691fd0a90eac6cc074a5c4028d96738b33e10a6a566d1fe9f8"),),
        "test_images": ((0, 2_000, "4c09a67e4e83c4f1bd7cc00ce6e1fd5984c033dbbbd5c685475ab0215303ab12"),),
        "test_labels": ((0, 2_000, "0d996eebf216ec31b9c920f43e15a80c70d51080fb6284f1d20f3369d9e15a73"),),
    },
}


class LateImages:
    """Rows of images that are fetched when they are first asked for: call it, and it gives them.

    pixels: (n, 784) uint8, room for all rows of the array
    missing: dict, (first row, last row + 1) -> (path, sum) of each part that is not in its place yet
    rows: range, which of them these are
    """

    def __init__(self, pixels: np.ndarray, missing: dict, rows: range) -> None:
        self._pixels, self._missing, self._rows = pixels, missing, rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, rows: slice) -> "LateImages":
        return LateImages(self._pixels, self._missing, self._rows[rows])

    def __call__(self) -> np.ndarray:
        """Fetch what is missing.

        returns: (rows, 784) uint8, which cannot be written to
        raises: OSError, when a part does not come or is damaged
        """
        first, end = self._rows.start, self._rows.stop
        for start, stop in list(self._missing):
            if start < end and first < stop:
                content = _site.fetch(*self._missing[start, stop], packed=True)
                self._pixels[start:stop] = np.frombuffer(content, np.uint8).reshape(stop - start, -1)
                del self._missing[start, stop]
        images = self._pixels[first:end]
        images.flags.writeable = False
        return images


def open_set(name: str) -> Stored:
    """Fetch the labels of a set now, and its images later.

    name: str, one of SHIPPED
    returns: Stored, with LateImages for its images
    raises: OSError, when the labels do not come or are damaged
    """
    images, labels = {}, {}
    for array in ARRAYS:
        parts = {
            (start, stop): (path(name, array, start, digest), digest)
            for start, stop, digest in PARTS[name][array]
        }
        if array.endswith("images"):
            rows = max(stop for _, stop in parts)
            images[array] = LateImages(np.empty((rows, 28 * 28), np.uint8), parts, range(rows))
            if array == "train_images":  # few cells look at test images
                _site.announce(where for where, _ in parts.values())
        else:
            ((where, digest),) = parts.values()
            labels[array] = np.frombuffer(_site.fetch(where, digest, packed=True), np.uint8).astype(np.int64)
            labels[array].flags.writeable = False
    return Stored(SHIPPED[name], **images, **labels)


def path(name: str, array: str, start: int, digest: str) -> str:
    """Where a part lies in the site; the name changes with what is in it, since browsers keep files."""
    return f"data/{name}/{array}-{start}-{digest[:12]}.gz"
