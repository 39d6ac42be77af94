"""The contenders: each file knows one way to train these networks.

`prepare(job)` does once what its user would do once (load, convert, build) and returns a function; calling
that trains one epoch from the job's first layers and returns the layers it ends with.
"""

from __future__ import annotations

from typing import NamedTuple


class Contender(NamedTuple):
    """name: as in the tables; module: where its prepare() is; variant: passed to it; needs: package or None."""

    name: str
    module: str
    variant: str
    needs: str | None
    optimizers: tuple[str, ...] = ("sgd", "adam")
    nets: tuple[str, ...] = ("W0", "W1", "W2", "W4")
    note: str = ""


OURS = "mlpkit"

CONTENDERS = (
    Contender(OURS, "with_mlpkit", "", None, note="train(...), every Step with its loss and accuracy"),
    Contender(
        "the notebook's own loops",
        "with_notebooks",
        "",
        None,
        ("sgd",),
        note="float64; see benchmarks/notebooks",
    ),
    Contender("textbook NumPy, float64", "with_textbook", "float64", None),
    Contender("textbook NumPy, float32", "with_textbook", "float32", None),
    Contender(
        "scikit-learn",
        "with_sklearn",
        "",
        "sklearn",
        note="partial_fit, one call an epoch; draws its own order",
    ),
    Contender(
        "PyTorch, slicing", "with_torch", "slicing", "torch", note="float32 images in memory, index_select"
    ),
    Contender("PyTorch, slicing, fused", "with_torch", "fused", "torch", note="the same, fused optimizer"),
    Contender("PyTorch, DataLoader", "with_torch", "loader", "torch", note="TensorDataset, no workers"),
    Contender("JAX, jit step", "with_jax", "step", "jax", note="one compiled call a batch"),
    Contender("JAX, lax.scan", "with_jax", "scan", "jax", note="one compiled call an epoch"),
    Contender("Keras on JAX", "with_keras", "", "keras", note="model.fit, shuffled beforehand"),
)
