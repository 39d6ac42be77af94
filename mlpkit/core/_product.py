"""The product of two matrices, in training and in a forward pass: NumPy's; in a tab our own, if it is right.

The tab's NumPy multiplies one number at a time. Ours takes four: lite/product.py makes it, product.wasm.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from .._where import IN_BROWSER

Product = Callable[..., np.ndarray]  # (a, b, out=None)

FLOAT32 = np.dtype(np.float32)
CASES = ((64, 20, 24), (5, 7, 3), (1, 9, 10), (17, 33, 13), (4, 1, 8), (3, 0, 4))


def quick_product(multiply: Callable) -> Product:
    """`numpy.dot` of two matrices, quicker in float32.

    multiply: the function of product.wasm, which takes addresses, shape and strides
    returns: (a, b, out=None) -> (rows, columns); other dtypes and shapes are NumPy's own
    """

    def product(a: np.ndarray, b: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        if not (a.dtype == b.dtype == FLOAT32 and a.ndim == b.ndim == 2 and a.shape[1] == b.shape[0]):
            return np.dot(a, b, out)
        if b.strides[1] != 4:
            b = np.ascontiguousarray(b)
        if out is None:
            out = np.empty((a.shape[0], b.shape[1]), np.float32)
        shape = (*out.shape, a.shape[1])
        multiply(_at(a), _at(b), _at(out), *shape, *a.strides, b.strides[0], out.strides[0])
        return out

    return product


def is_right(product: Product) -> bool:
    """Whether a product gives NumPy's numbers, for matrices of many shapes that lie in many ways."""
    rng = np.random.default_rng(0)
    for rows, inner, columns in CASES:
        a = rng.standard_normal((rows, inner), np.float32)
        b = rng.standard_normal((inner, columns), np.float32)
        for left, right in (
            (a, b),
            (np.asfortranarray(a), b),
            (a, np.asfortranarray(b)),
            (a[::-1], b[:, ::-1]),
        ):
            if not np.allclose(product(left, right), np.dot(left, right), rtol=1e-4, atol=1e-5):
                return False
    return True


def _at(array: np.ndarray) -> Any:
    return array.__array_interface__["data"][0]


def _load() -> Product:
    """Our product, or NumPy's when the browser refuses ours or its numbers are wrong."""
    try:
        import ctypes

        multiply = ctypes.CDLL(str(Path(__file__).with_name("product.wasm"))).product
        multiply.restype = None
        found = quick_product(multiply)
        return found if is_right(found) else np.dot
    except Exception:  # slower, and nothing else is lost
        return np.dot


product: Product = _load() if IN_BROWSER else np.dot  # of a training step
matmul: Product = product if IN_BROWSER else np.matmul  # of the clear form: `@`
