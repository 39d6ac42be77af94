"""Random inputs for the cases of the repairs.

The seed is an argument, so each case gets the same numbers in every session.
"""

from __future__ import annotations

import numpy as np


def normal(seed: int, *shape: int) -> np.ndarray:
    """Numbers of a normal distribution. -> shape float64"""
    return np.random.default_rng(seed).normal(size=shape)


def probabilities(seed: int, *shape: int) -> np.ndarray:
    """Rows that sum to 1. -> shape float64"""
    powers = np.exp(normal(seed, *shape))
    return powers / powers.sum(axis=1, keepdims=True)
