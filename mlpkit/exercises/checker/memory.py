"""A bound on how much memory a function under check may take, where the platform has one.

An answer that fills the memory then gets a MemoryError; without a bound the system kills the whole kernel.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MOST, LEAST = 2**30, 2**28  # bytes that the process may grow during a check


_lock = threading.Lock()
_depth = 0  # checks that run now, on any thread: the first sets the bound, the last takes it away
_before: list[tuple[int, int]] = []


@contextmanager
def limit_memory() -> Iterator[None]:
    """Let this process grow by at most 1 GB, or half of what is free, until the last such block ends."""
    global _depth
    with _lock:
        _depth += 1
        if _depth == 1:
            _before[:] = _set_bound()
    try:
        yield
    finally:
        with _lock:
            _depth -= 1
            if _depth == 0 and _before:
                import resource

                resource.setrlimit(resource.RLIMIT_AS, _before.pop())


def _set_bound() -> list[tuple[int, int]]:
    """Set the bound; what held before, or nothing where there is no such bound."""
    try:
        import resource

        before = resource.getrlimit(resource.RLIMIT_AS)
        size = int(Path("/proc/self/statm").read_text("utf-8").split()[0]) * os.sysconf("SC_PAGE_SIZE")
        bound = size + max(LEAST, min([MOST, *(free // 2 for free in _free())]))
        if before[0] != resource.RLIM_INFINITY:
            bound = min(bound, before[0])
        resource.setrlimit(resource.RLIMIT_AS, (bound, before[1]))
    except (ImportError, OSError, ValueError, AttributeError):  # no such bound on this platform
        return []
    return [before]


def _free() -> Iterator[int]:
    """Bytes that are free on the machine and in the containers around it, as far as they are known."""
    for line in _read("/proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            yield int(line.split()[1]) * 1024
    group = Path("/sys/fs/cgroup", _read("/proc/self/cgroup").rpartition("0::/")[2].strip())
    for folder in (group, *group.parents):
        most, used = _read(folder / "memory.max").strip(), _read(folder / "memory.current").strip()
        if most.isdigit() and used.isdigit():
            yield int(most) - int(used)


def _read(path: str | Path) -> str:
    try:
        return Path(path).read_text("utf-8")
    except OSError:
        return ""
