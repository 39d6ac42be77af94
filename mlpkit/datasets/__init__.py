"""Real images without a network: two sets travel with the package, others come by TensorFlow Datasets.

Each is unpacked once into a cache folder and mapped into memory after that; `load` cuts it into its splits.
"""

import functools
import os
import sys
from pathlib import Path

from .._where import IN_BROWSER
from . import bundled, cache, files, names
from .bundled import SHIPPED
from .cache import Stored
from .files import cache_folder

__all__ = ["SHIPPED", "Stored", "cache_folder", "open_set", "unpack", "verify"]


def open_set(name: str) -> Stored:
    """Open a data set, unpacking or fetching it first if the cache has no sound copy.

    Where the usual cache folder cannot be written, shipped sets are unpacked into memory, and a line says so;
    a folder that you chose by MLPKIT_CACHE is not passed over: there it is an error.

    name: str, one of SHIPPED, or a one-channel image set of TensorFlow Datasets such as "emnist/letters"
    returns: Stored, its class names and four arrays that cannot be written to
    raises: TypeError or ValueError, for an unknown name, a set of no use here, or a damaged shipped file;
        OSError, when the network or a cache folder that you chose fails; ImportError, without a package
    """
    if IN_BROWSER:
        names.check(name)
        return _from_site(name)
    try:
        unpack(name)
    except files.CacheError as problem:
        if name not in SHIPPED or os.environ.get("MLPKIT_CACHE"):
            raise
        print(f"{problem} Meanwhile mlpkit works from memory.", file=sys.stderr)
        return bundled.in_memory(name)
    return _from_cache(name)


@functools.cache
def _from_site(name: str) -> Stored:
    """A browser tab has no disk to map from: one copy in memory for all who ask."""
    from . import site

    if name not in SHIPPED:
        raise ValueError(f"a browser tab has {' and '.join(SHIPPED)} alone, not {name!r}")
    return site.open_set(name)


def unpack(name: str) -> Path:
    """Make sure that a data set lies in the cache, complete and sound.

    name: str, as for `open_set`
    returns: Path, the folder that holds it
    raises: as `open_set`, and OSError whenever the cache cannot be written
    """
    names.check(name)
    try:
        _from_cache(name)
    except (OSError, ValueError):  # not there, or damaged: it is made, or made again
        _fill_cache(name)
    return files.folder_of(name)


def verify(name: str) -> list[str]:
    """Read every byte that belongs to a data set, and say what is wrong.

    name: str, as for `open_set`
    returns: list of str, one sentence for each problem; empty when all is well, or waits to be unpacked
    raises: TypeError or ValueError, for an unknown name
    """
    names.check(name)
    folder = files.folder_of(name)
    packed = bundled.problems(name) if name in SHIPPED else []
    return packed + (cache.problems(folder) if folder.exists() else [])


def _from_cache(name: str) -> Stored:
    if name not in SHIPPED:
        return cache.read(files.folder_of(name))
    return cache.read(files.folder_of(name), bundled.source(name))._replace(class_names=SHIPPED[name])


def _fill_cache(name: str) -> None:
    if name in SHIPPED:
        return bundled.unpack(name, files.folder_of(name))
    from . import tfds  # only now: TensorFlow Datasets is heavy, and an extra

    return tfds.fetch(name, files.folder_of(name))
