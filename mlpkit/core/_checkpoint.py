"""A network in a file: plain arrays that any program reads, and nothing that is executed.

A file is written whole or not at all, so that a crash cannot leave half a network behind.
"""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from .._files import write
from .params import Params, as_params


def save_params(path: str | os.PathLike, params: Params | Iterable) -> None:
    """Save a network to an .npz file that holds plain arrays: weights_0, bias_0, weights_1 ...

    path: file name, as given (`.npz` is appended if it has no ending)
    params: Params, or any sequence of (weights, bias)
    raises: OSError when the file cannot be written; an older file of that name is then still whole.
        ValueError when some numbers are not finite

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_params(f"{folder}/net", Params([(np.ones((3, 2)), np.zeros(2))]))
    ...     load_params(f"{folder}/net.npz")
    Params(3-2, 8 numbers, float64)
    """
    path, params = _npz_path(path), as_params(params)
    if not np.isfinite(params.flat).all():
        raise ValueError(
            f"some numbers of this {params} network are not finite: save the network of an earlier step, "
            "from before training went wrong"
        )
    arrays = {}
    for i, (weights, bias) in enumerate(params):
        arrays[f"weights_{i}"], arrays[f"bias_{i}"] = weights, bias
    _write(path, arrays)


def load_params(path: str | os.PathLike) -> Params:
    """Load a network that `save_params` wrote; nothing in the file is ever executed.

    path: file name (`.npz` is appended if it has no ending)
    returns: Params
    raises: OSError when there is no such file; ValueError when it is damaged or holds something else

    >>> load_params("no such file")
    Traceback (most recent call last):
    FileNotFoundError: there is no file 'no such file.npz': check the name, or save a network there first
    """
    path = _npz_path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no file {str(path)!r}: check the name, or save a network there first"
        )
    content = path.read_bytes()
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except Exception as error:  # whatever a reader of zip files and headers says about bytes that are neither
        raise ValueError(_damaged(path, f"it cannot be read ({error})")) from error
    promised = _promised(content)
    if len(arrays) != promised:
        raise ValueError(_damaged(path, f"it says that it holds {promised} arrays, not {len(arrays)}"))
    expected = [f"{part}_{i}" for i in range(len(arrays) // 2) for part in ("weights", "bias")]
    if not arrays or sorted(arrays) != sorted(expected):
        raise ValueError(
            _damaged(path, f"it holds {sorted(arrays)[:6]}, not weights_0, bias_0, weights_1 ...")
        )
    try:
        params = Params((arrays[w], arrays[b]) for w, b in zip(expected[::2], expected[1::2]))
    except (ValueError, TypeError) as error:
        raise ValueError(_damaged(path, str(error))) from error
    if not np.isfinite(params.flat).all():
        raise ValueError(_damaged(path, "some of its numbers are not finite"))
    return params


def _promised(content: bytes) -> int:
    """How many files a zip file says that it holds, in the record at its end.

    Python's reader does not look: one wrong byte in a length makes it pass over the last layers in silence.
    """
    end = content.rfind(b"PK\x05\x06")
    return int.from_bytes(content[end + 10 : end + 12], "little")


def _npz_path(path: str | os.PathLike) -> Path:
    path = Path(path)
    if not path.name:
        raise ValueError(f"path is {str(path)!r}: expected the name of a file, for instance 'network.npz'")
    return path if path.suffix else path.with_suffix(".npz")


def _write(path: Path, arrays: dict[str, np.ndarray]) -> None:
    try:
        if not path.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        content = io.BytesIO()
        np.savez(content, **arrays)  # type: ignore[arg-type]
        write(path, content.getvalue())
    except OSError as error:
        raise OSError(
            error.errno,
            f"cannot save the network to {str(path)!r}: {error.strerror}; "
            "choose a folder that exists, that you may write to, and that has room",
        ) from error


def _damaged(path: Path, what: str) -> str:
    return (
        f"{str(path)!r} is not a network saved by save_params: {what}. Save it again from a trained network"
    )
