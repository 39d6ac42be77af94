"""The contenders: each file knows one way to train these networks.

`prepare(job)` does once what its user would do once (load, convert, build) and returns a function; calling
that trains one epoch from the job's first layers and returns the layers it ends with.
"""

from __future__ import annotations

from typing import NamedTuple


class Contender(NamedTuple):
    """Who takes part, and in what.

    name: as in the tables
    module: the file here whose prepare() is meant; variant: passed to it
    needs: the packages that must be installed, between spaces
    note: how it does it, for the tables
    """

    name: str
    module: str
    variant: str
    needs: str
    note: str = ""
    optimizers: tuple[str, ...] = ("sgd", "adam")
    nets: tuple[str, ...] = ("W0", "W1", "W2", "W4")


OURS = "mlpkit"
OWN = "the notebook's own loops"

CONTENDERS = (
    Contender(OURS, "with_mlpkit", "", "", "train(...), every Step with its loss and accuracy"),
    Contender(OWN, "with_notebooks", "", "", "float64; see benchmarks/notebooks", ("sgd",)),
    Contender("textbook NumPy, float64", "with_textbook", "float64", ""),
    Contender("textbook NumPy, float32", "with_textbook", "float32", ""),
    Contender("NumPy, nothing to look at", "with_bare", "", "", "all written over in place, nothing kept"),
    Contender("scikit-learn", "with_sklearn", "", "sklearn", "partial_fit, once an epoch; its own order"),
    Contender("PyTorch, slicing", "with_torch", "slicing", "torch", "float32 images, index_select"),
    Contender("PyTorch, slicing, fused", "with_torch", "fused", "torch", "the same, fused optimizer"),
    Contender("PyTorch, DataLoader", "with_torch", "loader", "torch", "TensorDataset, no workers"),
    Contender("JAX, jit step", "with_jax", "step", "jax", "one compiled call a batch"),
    Contender("JAX, lax.scan", "with_jax", "scan", "jax", "one compiled call an epoch"),
    Contender("Keras on JAX", "with_keras", "", "keras jax", "model.fit, shuffled beforehand"),
)
