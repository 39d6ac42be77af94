"""The images that come with the package: packed IDX files, each with its SHA-256 sum.

They are unpacked into the cache on first use; SOURCES.md says who made them and under which licence.
"""

import gzip
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from . import cache, files

SHIPPED = {  # name: class names, in the order of the labels
    "fashion_mnist": (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    "mnist_10k": tuple("0123456789"),
}
FOLDER = Path(__file__).parent
FILES = {  # array: file that holds it
    "train_images": "train-images-idx3-ubyte.gz",
    "train_labels": "train-labels-idx1-ubyte.gz",
    "test_images": "t10k-images-idx3-ubyte.gz",
    "test_labels": "t10k-labels-idx1-ubyte.gz",
}
_CHUNK = 1 << 18  # bytes at a time: unpacking needs next to no memory


def source(name: str) -> str:
    """Return a line that changes whenever a shipped file of the set does.

    name: str, one of SHIPPED
    returns: str, the beginnings of the four SHA-256 sums
    """
    sums = _sums()
    return " ".join(sums[f"{name}/{file}"][:16] for file in FILES.values())


def unpack(name: str, folder: Path) -> None:
    """Unpack a shipped set into the cache.

    name: str, one of SHIPPED
    folder: Path, the set's folder in the cache
    raises: ValueError or FileNotFoundError, when a shipped file is damaged or gone;
        CacheError, when the cache cannot be written
    """
    require_intact(name)
    files.prepare_folder(folder)
    arrays = {
        array: _unpack_array(FOLDER / name / file, folder / f"{array}.npy") for array, file in FILES.items()
    }
    cache.write_about(folder, {"source": source(name), "class_names": SHIPPED[name], "arrays": arrays})


def in_memory(name: str) -> cache.Stored:
    """Unpack a shipped set into memory alone, for a computer on which nothing can be written.

    name: str, one of SHIPPED
    returns: cache.Stored, arrays that cannot be written to, like mapped ones
    raises: ValueError or FileNotFoundError, when a shipped file is damaged or gone
    """
    require_intact(name)
    arrays = []
    for file in FILES.values():
        with gzip.open(FOLDER / name / file) as idx:
            dtype, shape = _kind(idx)
            arrays.append(np.frombuffer(b"".join(_chunks(idx, dtype)), dtype).reshape(shape))
    return cache.Stored(SHIPPED[name], *arrays)


def problems(name: str) -> list[str]:
    """Compare the shipped files of a set with their SHA-256 sums.

    name: str, one of SHIPPED
    returns: list of str, one sentence for each problem; empty when all is well
    """
    try:
        require_intact(name)
    except (OSError, ValueError) as problem:
        return [str(problem)]
    return []


def require_intact(name: str) -> None:
    """Refuse damaged shipped files.

    name: str, one of SHIPPED
    raises: ValueError or FileNotFoundError, with the file and the cure
    """
    sums = _sums()
    for file in FILES.values():
        path = FOLDER / name / file
        if not path.is_file():
            raise FileNotFoundError(f"The file {path} that mlpkit ships is not there. {_CURE}")
        found, expected = files.digest(path), sums[f"{name}/{file}"]
        if found != expected:
            raise ValueError(
                f"The file {path} that mlpkit ships is damaged: its SHA-256 sum begins with {found[:16]}, "
                f"expected {expected[:16]}. {_CURE}"
            )


_CURE = (
    "Install mlpkit again: pip install --force-reinstall mlpkit (in a clone: git checkout mlpkit/datasets)."
)


def _sums() -> dict[str, str]:
    lines = (FOLDER / "SHA256SUMS").read_text("ascii").splitlines()
    return {file: digest for digest, file in (line.split() for line in lines)}


def _unpack_array(packed: Path, target: Path) -> dict:
    with gzip.open(packed) as idx:
        dtype, shape = _kind(idx)
        return cache.write_array(target, dtype, shape, _chunks(idx, dtype))


def _kind(idx: BinaryIO) -> tuple[str, tuple[int, ...]]:
    """Read an IDX header: two zeros, the type, the number of axes, their sizes. Labels have one axis."""
    axes = idx.read(4)[3]
    count, *pixels = struct.unpack(f">{axes}I", idx.read(4 * axes))
    return ("uint8", (count, int(np.prod(pixels)))) if pixels else ("int64", (count,))


def _chunks(idx: BinaryIO, dtype: str) -> Iterator[bytes]:
    while chunk := idx.read(_CHUNK):
        yield chunk if dtype == "uint8" else np.frombuffer(chunk, np.uint8).astype(dtype).tobytes()
