"""Data sets unpacked in the cache, so that every kernel maps the same pages of memory.

Beside its four arrays each set keeps a record, which tells at the next opening whether a file has changed.
"""

import contextlib
import io
import itertools
import json
import math
import tokenize
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .files import digest, write_file

ARRAYS = ("train_images", "train_labels", "test_images", "test_labels")


class Stored(NamedTuple):
    """A data set before it is split: images (n, pixels) uint8 and labels (n,) int64, mapped or in memory."""

    class_names: tuple[str, ...]
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


def read(folder: Path, source: str | None = None) -> Stored:
    """Open a set from the cache: at once if its files are as they were left, else after reading them in full.

    folder: Path, the set's folder
    source: str or None, what the set must have been made from; None: anything
    returns: Stored, arrays mapped for reading
    raises: OSError or ValueError, when the set is not there, is made from something else, or is damaged
    """
    about = _read_about(folder)
    if source is not None and about["source"] != source:
        raise ValueError(f"{folder} was made from other files than those of this version.")
    changed = [name for name in ARRAYS if not _untouched(folder, name, about)]
    problems = [problem for name in changed for problem in _problems_of(folder, name, about)]
    if problems:
        raise ValueError(" ".join(problems))
    if changed:
        _stamp_again(folder, about)
    return Stored(tuple(about["class_names"]), *(_open(folder, name, about) for name in ARRAYS))


def problems(folder: Path) -> list[str]:
    """Read every byte of a set in the cache and say what is wrong with it.

    folder: Path, the set's folder
    returns: list of str, one sentence for each problem; empty when all is well
    """
    try:
        about = _read_about(folder)
    except (OSError, ValueError) as problem:
        return [str(problem)]
    return [problem for name in ARRAYS for problem in _problems_of(folder, name, about)]


def _read_about(folder: Path) -> dict:
    path, about = folder / "about.json", None
    with contextlib.suppress(ValueError):
        about = json.loads(path.read_bytes())
    if not _is_complete(about):
        raise ValueError(f"{path} is damaged: expected the record of a data set.")
    return about


def _is_complete(about: object) -> bool:
    try:
        texts = (about["source"], *about["class_names"])
        records = [about["arrays"][name] for name in ARRAYS]
        return all(isinstance(text, str) for text in texts) and all(
            isinstance(record["shape"], list) and {"dtype", "sha256"} <= record.keys() for record in records
        )
    except (KeyError, TypeError, AttributeError):
        return False


def _open(folder: Path, name: str, about: dict) -> np.ndarray:
    record = about["arrays"][name]
    try:
        array = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
    except (SyntaxError, tokenize.TokenError) as problem:  # NumPy reads the header as Python
        raise ValueError(f"its header cannot be read ({problem})") from problem
    if str(array.dtype) != record["dtype"] or list(array.shape) != record["shape"]:
        raise ValueError(f"{array.dtype} {array.shape} instead of {record['dtype']} {tuple(record['shape'])}")
    return array


def _problems_of(folder: Path, name: str, about: dict) -> list[str]:
    path = folder / f"{name}.npy"
    try:
        _open(folder, name, about)
        if digest(path) != about["arrays"][name]["sha256"]:
            raise ValueError("its bytes have changed since it was unpacked")
    except (OSError, ValueError, EOFError) as problem:
        return [f"{path} is damaged: {problem}."]
    return []


def _stamp(path: Path) -> dict:
    status = path.stat()
    return {"size": status.st_size, "mtime_ns": status.st_mtime_ns}


def _untouched(folder: Path, name: str, about: dict) -> bool:
    """Size and time as they were left: like git, take the bytes as unchanged then (`problems` reads them)."""
    with contextlib.suppress(OSError):
        return _stamp(folder / f"{name}.npy").items() <= about["arrays"][name].items()
    return False


def _stamp_again(folder: Path, about: dict) -> None:
    """Note that files with a new time (copied, or written by another process) were read and found intact."""
    for name in ARRAYS:
        about["arrays"][name].update(_stamp(folder / f"{name}.npy"))
    with contextlib.suppress(OSError):  # a cache that cannot be written is read in full every time
        write_about(folder, about)


def write_array(path: Path, dtype: str, shape: tuple[int, ...], chunks: Iterable[bytes]) -> dict:
    """Write one `.npy` file piece by piece, so that memory never holds the whole array.

    path: Path, the final name
    dtype: str, "uint8" or "int64"
    shape: tuple of int, what the pieces add up to
    chunks: iterable of bytes, the array's bytes in order
    returns: dict, what `about.json` records of the file
    raises: ValueError, when the pieces do not fill the shape; CacheError, when the file cannot be written
    """
    header = io.BytesIO()
    fields = {"descr": np.lib.format.dtype_to_descr(np.dtype(dtype)), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(header, fields)
    write_file(path, itertools.chain([header.getvalue()], chunks))
    expected = len(header.getvalue()) + np.dtype(dtype).itemsize * math.prod(shape)
    if path.stat().st_size != expected:
        raise ValueError(
            f"{path} has {path.stat().st_size:,} bytes, expected {expected:,} for {dtype} {shape}."
        )
    return {"dtype": dtype, "shape": list(shape), "sha256": digest(path), **_stamp(path)}


def write_about(folder: Path, about: dict) -> None:
    """Write `about.json`, the last file of a set and the sign that it is complete.

    folder: Path, the set's folder
    about: dict, its source, class names and the record of each array
    raises: CacheError, when it cannot be written
    """
    write_file(folder / "about.json", [json.dumps(about, indent=1).encode()])
