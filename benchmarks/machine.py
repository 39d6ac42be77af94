"""What the numbers were measured on: processor, versions, BLAS kernels, and how busy the machine was."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("numpy", "scikit-learn", "scipy", "torch", "jax", "keras", "mlpkit")
THREAD_VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)


def describe() -> dict:
    """Facts that stay the same during a run."""
    return {
        "processor": _cpu("model name") or platform.processor() or platform.machine(),
        "family, model": f"{_cpu('cpu family')}, {_cpu('model')}",
        "AVX-512": "yes" if "avx512f" in _cpu("flags").split() else "no",
        "cores": len(cores()),
        "memory": f"{_memory_gb():.0f} GB",
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "Python": platform.python_version(),
        **{name: _version(name) for name in PACKAGES},
    }


def cores() -> list[int]:
    """The processor cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def load() -> float:
    """How many processes wanted to run, over the last minute; NaN where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")


def pinned(threads: int, kernels: str | None = None) -> dict[str, str]:
    """The environment of a process that may use so many threads.

    kernels: what OPENBLAS_CORETYPE should say, or None to leave the choice to NumPy
    """
    # Every library is to choose its own kernels: what forces NumPy's upon it does not bind the others.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS_")}
    environment.update(dict.fromkeys(THREAD_VARIABLES, str(threads)))
    if kernels:
        environment["OPENBLAS_CORETYPE"] = kernels
    eigen = "" if threads > 1 else "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    environment["XLA_FLAGS"] = eigen
    environment.update(OMP_WAIT_POLICY="PASSIVE", JAX_PLATFORMS="cpu", KERAS_BACKEND="jax")
    environment.setdefault("PYTHONPATH", str(Path(__file__).resolve().parents[1]))
    return environment


def keep_to(threads: int) -> None:
    """Keep this process on so many cores (the last ones), where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(cores()[-threads:]))


def blas() -> dict:
    """Which matrix kernels NumPy's library chose in this process, and for how many threads."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return {}
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return {
        "BLAS of NumPy": ", ".join(
            f"{p['internal_api']} {p['version']}, {p.get('architecture', '?')} kernels" for p in pools
        )
    }


def peak_mb() -> float:
    """The most memory this process has had in use so far, in MB."""
    if sys.platform == "linux":
        status = Path("/proc/self/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import psutil

    return psutil.Process().memory_info().rss / 1e6


def _cpu(key: str) -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    values = (line.partition(":")[2].strip() for line in lines if line.split(":")[0].strip() == key)
    return next(values, "")


def _memory_gb() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (ValueError, OSError, AttributeError):
        return float("nan")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
